package billing

import (
	"strings"

	"feebridge/app/money"
	"feebridge/assets/translations"
)

// Tax is a tax as the line carries it: a later change of the firm's rate does not
// change a line that was written before.
type Tax struct {
	Code  string // the TaxType in Xero unless the mapping names another
	Name  string
	Rate  money.Rate // of all its parts together
	Parts []TaxPart  // where several taxes make it up, such as GST and PST; nil for a single tax
}

// TaxPart is one of the taxes that make up a tax. Parts do not compound.
type TaxPart struct {
	Name string
	Rate money.Rate
}

// MaxTaxCode is the longest TaxType that Xero takes.
const MaxTaxCode = 50

// Check returns why the tax cannot be saved, or nil.
func (t Tax) Check() error {
	switch {
	case strings.TrimSpace(t.Name) == "":
		return refuse("problem.tax.no-name")
	case t.Code == "":
		return refuse("problem.tax.no-code", "Tax", translations.Quoted(t.Name))
	case len(t.Code) > MaxTaxCode:
		return refuse("problem.tax.long-code", "Tax", translations.Quoted(t.Name), "Count", MaxTaxCode)
	case t.Rate < 0:
		return refuse("problem.tax.negative", "Tax", translations.Quoted(t.Name))
	}
	if err := checkEach(entry{"field.name", t.Name}, entry{"field.code", t.Code}); err != nil {
		return err
	}
	return t.checkParts()
}

func (t Tax) checkParts() error {
	if len(t.Parts) == 0 {
		return nil
	}
	var sum money.Rate
	for _, p := range t.Parts {
		if strings.TrimSpace(p.Name) == "" {
			return refuse("problem.tax.part-no-name", "Tax", translations.Quoted(t.Name))
		}
		if p.Rate < 0 {
			return refuse("problem.tax.part-negative", "Part", translations.Quoted(p.Name), "Tax", translations.Quoted(t.Name))
		}
		if err := checkEach(entry{"field.name", p.Name}); err != nil {
			return err
		}
		sum += p.Rate
	}
	if len(t.Parts) == 1 || sum != t.Rate {
		return refuse("problem.tax.sum", "Tax", translations.Quoted(t.Name), "Sum", sum, "Rate", t.Rate)
	}
	return nil
}

// FindTax finds a tax by its name or its code, case and spaces aside.
func FindTax(taxes []Tax, text string) (Tax, bool) {
	text = FoldName(text)
	for _, t := range taxes {
		if text == FoldName(t.Name) || text == FoldName(t.Code) {
			return t, true
		}
	}
	return Tax{}, false
}

// TaxTotal is what an invoice charges of one tax. A tax of several parts is as many.
type TaxTotal struct {
	Name   string
	Rate   money.Rate
	Amount money.Amount
}

// TaxTotals tells what the invoice charges of each tax, in the order in which the lines
// name them; t are its totals. Together they are the invoice's tax. Taxes of no rate
// are left out.
func (v Invoice) TaxTotals(t money.Totals) ([]TaxTotal, error) {
	var all []TaxTotal
	add := func(name string, rate money.Rate, amount money.Amount) (err error) {
		for i := range all {
			if all[i].Name == name && all[i].Rate == rate {
				all[i].Amount, err = all[i].Amount.Add(amount)
				return err
			}
		}
		all = append(all, TaxTotal{name, rate, amount})
		return nil
	}
	if v.Amounts == money.NoTax {
		return nil, nil
	}
	for i, l := range v.Lines {
		if l.Tax.Rate == 0 {
			continue
		}
		parts, amounts := l.Tax.split(t.Lines[i].Tax)
		for n, p := range parts {
			if err := add(p.Name, p.Rate, amounts[n]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// split parts an amount of the tax among its parts.
func (t Tax) split(amount money.Amount) ([]TaxPart, []money.Amount) {
	if len(t.Parts) == 0 {
		return []TaxPart{{t.Name, t.Rate}}, []money.Amount{amount}
	}
	rates := make([]money.Rate, len(t.Parts))
	for i, p := range t.Parts {
		rates[i] = p.Rate
	}
	return t.Parts, amount.Split(rates)
}

package app

import (
	"feebridge/app/billing"
	"feebridge/app/money"
)

// finishing completes drafts that are finalized in one transaction.
type finishing struct {
	Tx
	terms *terms
}

func newFinishing(tx Tx) (*finishing, error) {
	t, err := newTerms(tx)
	return &finishing{Tx: tx, terms: t}, err
}

// finish gives a draft the due date and the number that it lacks, and stores them, or
// says why the draft is not complete; then it is as it was, and no number is taken.
func (f *finishing) finish(draft billing.Invoice) (billing.Invoice, error) {
	v := draft
	if v.Due.IsZero() {
		client, err := f.Client(v.Client)
		if err != nil {
			return draft, err
		}
		with, err := f.terms.of(client)
		if err != nil {
			return draft, err
		}
		v.Due = with.Due.Due(v.Date)
	}
	if err := v.CheckComplete(); err != nil {
		return draft, err
	}
	if err := f.checkTaxes(v); err != nil {
		return draft, err
	}
	var err error
	if v.Number == "" {
		v.Number, err = f.takeNumber()
	} else {
		err = f.checkNumber(v.Number)
	}
	if err != nil {
		return draft, err
	}
	if v.Number != draft.Number || v.Due != draft.Due {
		_, err = f.SaveInvoice(v)
	}
	return v, err
}

// checkNumber refuses a number that an invoice is not finalized with.
func (f *finishing) checkNumber(n billing.Number) error {
	if err := n.Check(); err != nil {
		return err
	}
	burnt, err := f.Burnt(n)
	if err != nil {
		return err
	}
	if burnt {
		return Errorf(Conflict, "The number %s was approved in Xero once and cannot be used again. Give the invoice the next number, then finalize it.", n)
	}
	return nil
}

// takeNumber takes the next number that no invoice has and that was never burnt.
func (f *finishing) takeNumber() (billing.Number, error) {
	if err := CheckUnlocked(f); err != nil {
		return "", err
	}
	firm := &f.terms.firm
	for ; ; firm.Numbering.Next++ {
		if err := firm.Numbering.Check(); err != nil {
			return "", err
		}
		n := firm.Numbering.Number()
		taken, err := f.InvoicesByNumber([]billing.Number{n})
		if err != nil {
			return "", err
		}
		burnt, err := f.Burnt(n)
		if err != nil {
			return "", err
		}
		if len(taken) == 0 && !burnt {
			firm.Numbering.Next++
			return n, f.SaveFirm(*firm)
		}
	}
}

// checkTaxes refuses a line with several taxes while Xero has no rate that is made of
// several.
func (f *finishing) checkTaxes(v billing.Invoice) error {
	for i, l := range v.Lines {
		if len(l.Tax.Parts) == 0 || v.Amounts == money.NoTax {
			continue
		}
		mapped, err := f.severalMapped(v.Client, l.Tax)
		if err != nil {
			return err
		}
		if !mapped {
			return Errorf(Invalid, "Line %d has several taxes in one, %s. Xero takes one rate a line: make a tax rate of these components in Xero, and map %s to it.",
				i+1, l.Tax.Name, l.Tax.Name)
		}
	}
	return nil
}

// severalMapped reports whether the organisation of a client has a rate of several
// components for the tax.
func (f *finishing) severalMapped(client billing.ClientID, t billing.Tax) (bool, error) {
	org, connected := f.terms.destinations.find(client)
	if !connected {
		return false, nil
	}
	m, err := f.Mapping(org.Tenant.ID)
	if err != nil {
		return false, err
	}
	chart, err := f.Chart(org.Tenant.ID)
	if IsCode(err, NotFound) {
		return false, nil
	}
	rate, known := chart.TaxRate(m.TaxType(t))
	return known && len(rate.Components) > 1, err
}

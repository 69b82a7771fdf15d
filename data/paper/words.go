package paper

import (
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
)

// The words of the paper. It is for the firm's clients, whatever language the person
// who prints it has set, so nothing here goes through the window's translations.
const (
	wordTaxNumber   = "Tax number"
	wordBillTo      = "Bill to"
	wordNumber      = "Invoice number"
	wordDate        = "Date"
	wordDue         = "Due date"
	wordReference   = "Reference"
	wordDescription = "Description"
	wordQuantity    = "Quantity"
	wordRate        = "Rate"
	wordDiscount    = "Discount"
	wordTax         = "Tax"
	wordAmount      = "Amount"
	wordSubtotal    = "Subtotal"
	wordTotal       = "Total"
	wordAmountDue   = "Amount due"
	wordPayment     = "How to pay"

	phraseDue  = "Due on %s"
	phrasePage = "Page %d of %d"
)

// title is what the paper calls itself. It is a tax invoice only where it charges tax
// and says under which number.
func title(d app.Document) string {
	switch {
	case d.Invoice.Stage.Status == billing.Draft:
		return "Draft invoice"
	case taxed(d) && d.Firm.TaxNumber != "":
		return "Tax invoice"
	}
	return "Invoice"
}

// typeWords tells a bill that is not simply the final one; "" for that.
func typeWords(t billing.Type) string {
	switch t {
	case billing.Interim:
		return "Interim bill"
	case billing.FixedFee:
		return "Fixed fee"
	}
	return ""
}

// watermark is the word across every page of what is not to be paid; "" for none.
func watermark(s billing.Stage) string {
	switch {
	case s.Status == billing.Draft:
		return "DRAFT"
	case s.Export == billing.VoidedInXero:
		return "VOID"
	case s.Status == billing.Deleted:
		return "DELETED"
	}
	return ""
}

// amountsWords says above the table what its amounts are.
func amountsWords(c money.Currency, how money.LineAmounts, taxed bool) string {
	words := "Amounts are in " + string(c)
	switch {
	case !taxed:
		return words
	case how == money.Inclusive:
		return words + " and include tax"
	}
	return words + " and exclude tax"
}

// subtotalWords says which of the two the subtotal is.
func subtotalWords(how money.LineAmounts) string {
	if how == money.Inclusive {
		return wordSubtotal + " (incl. tax)"
	}
	return wordSubtotal + " (excl. tax)"
}

// taxWords names a tax in the totals. A name such as "GST 15%" has its rate already.
func taxWords(how money.LineAmounts, t billing.TaxTotal) string {
	words := t.Name
	if rate := t.Rate.String(); !strings.Contains(words, rate) {
		words += " " + rate
	}
	if how == money.Inclusive {
		return "Includes " + words
	}
	return words
}

// date writes a day so that no reader takes the month for the day; "" for no date.
func date(d billing.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Time().Format("2 Jan 2006")
}

// number groups a decimal as the money types write it, such as -1955.00 or 12.5%, and
// gives it a minus sign that cannot be overlooked: −1,955.00.
func number(decimal string) string {
	digits, negative := strings.CutPrefix(decimal, "-")
	end := strings.IndexAny(digits, ".%")
	if end < 0 {
		end = len(digits)
	}
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i, d := range digits[:end] {
		if i > 0 && (end-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	b.WriteString(digits[end:])
	return b.String()
}

package apptest

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// TemplateHeader is the first line of Xero's sales invoice template.
const TemplateHeader = "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,POCountry," +
	"*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,InventoryItemCode,*Description,*Quantity,*UnitAmount,Discount,*AccountCode,*TaxType," +
	"TaxAmount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,BrandingTheme"

// DrawInvoices draws invoices that the template can hold, whose client is a name.
func DrawInvoices(t *rapid.T, amounts money.LineAmounts) []billing.Invoice {
	numbers := rapid.SliceOfNDistinct(rapid.StringMatching(`[!-~]([ -~]{0,10}[!-~])?`).Filter(harmless), 1, 4,
		func(s string) string { return billing.Number(s).Fold() }).Draw(t, "numbers")
	line := rapid.StringMatching(`[A-Za-z0-9äé株](["',;. A-Za-z0-9äé株]{0,20}[A-Za-z0-9äé株.])?`)
	invoices := make([]billing.Invoice, len(numbers))
	for i, number := range numbers {
		invoices[i] = billing.Invoice{
			Client: billing.ClientID(rapid.SampledFrom([]string{"Kauri Joinery Ltd", "Harbour Café", "株式会社"}).Draw(t, "client")),
			Type:   billing.Final, Number: billing.Number(number),
			Date: 20260101 + billing.Date(rapid.IntRange(0, 27).Draw(t, "day")), Due: 20261201 + billing.Date(rapid.IntRange(0, 27).Draw(t, "due")),
			Reference: rapid.OneOf(rapid.Just(""), line).Draw(t, "reference"), BrandingTheme: rapid.SampledFrom([]string{"", "Standard"}).Draw(t, "theme"),
			Currency: rapid.SampledFrom([]money.Currency{"NZD", "AUD"}).Draw(t, "currency"), Amounts: amounts,
			Lines: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) billing.Line { return drawLine(t, line) }), 1, 4).
				Filter(func(lines []billing.Line) bool {
					return slices.ContainsFunc(lines, func(l billing.Line) bool { return !l.TextOnly() })
				}).Draw(t, "lines"),
		}
	}
	return invoices
}

// harmless holds back what a CSV file for people marks with an apostrophe, and what an import takes for such a
// mark or for the error of a formula.
func harmless(s string) bool { return !strings.ContainsAny(s[:1], "=+-@'#") }

func drawLine(t *rapid.T, line *rapid.Generator[string]) billing.Line {
	l := billing.Line{Description: strings.Join(rapid.SliceOfN(line, 1, 3).Draw(t, "description"), "\n")}
	if rapid.IntRange(0, 4).Draw(t, "text alone") == 0 {
		return l
	}
	l.Quantity = money.Quantity(rapid.Int64Range(0, 100_0000).Draw(t, "quantity"))
	l.UnitAmount = money.UnitAmount(rapid.Int64Range(0, 100_000_0000).Draw(t, "unit amount"))
	l.Discount, _ = money.PercentOff(money.Rate(rapid.Int64Range(0, 100_0000).Draw(t, "discount")))
	l.Account = rapid.StringMatching(`[0-9]{3,10}`).Draw(t, "account")
	l.Item = rapid.SampledFrom([]string{"", "BOOK"}).Draw(t, "item")
	l.Code = l.Item
	l.Tax = rapid.SampledFrom([]billing.Tax{
		{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}, {Code: "ZERORATED", Name: "Zero Rated"}, {Code: "NONE", Name: "No GST"},
	}).Draw(t, "tax")
	for _, category := range []string{"Region", "Partner"} {
		if rapid.Bool().Draw(t, category) {
			l.Tracking = append(l.Tracking, billing.Tracking{Category: category, Option: line.Draw(t, "option")})
		}
	}
	return l
}

package demo

import (
	"fmt"
	"time"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// A job gives an invoice what one kind of work is billed for: type, reference and lines. The invoice's date says which
// period it was for; size says how much there was to do.
type job func(v *billing.Invoice, size int64)

var (
	gst       = billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}
	zeroRated = billing.Tax{Code: "ZERORATED", Name: "Zero Rated"}
	noGST     = billing.Tax{Code: "NONE", Name: "No GST"}
)

func annualAccounts(v *billing.Invoice, size int64) {
	year := yearEnd(v.Date)
	v.Type = billing.Final
	v.Reference = "Annual accounts " + year.Format("2006")
	v.Lines = []billing.Line{
		{Description: "For the year ended " + year.Format("2 January 2006")},
		fee("ACC", "Preparation of financial statements", 1_0000, dollars(1450+350*size)),
		fee("TAX", "Income tax return and tax reconciliation", 1_0000, dollars(420)),
		fee("ADV", "Review meeting with the directors", 1_5000, dollars(265)),
	}
}

func interimAccounts(v *billing.Invoice, size int64) {
	v.Type = billing.Interim
	v.Reference = "Work to date"
	v.Lines = []billing.Line{
		fee("ACC", "Work to date on the accounts, senior accountant", money.Quantity(size*3_2500), dollars(165)),
		fee("ACC", "Work to date on the accounts, partner", money.Quantity(size*5000), 312_5000),
	}
}

func gstReturn(v *billing.Invoice, size int64) {
	period := monthBefore(v.Date)
	v.Type = billing.FixedFee
	v.Reference = "GST " + period.Format("Jan 2006")
	line := fee("GST", "GST return for the two months ended "+period.Format("2 January 2006"), 1_0000, dollars(185+25*size))
	if size >= 4 {
		line.Discount = percentOff(10)
	}
	v.Lines = []billing.Line{line}
}

func payroll(v *billing.Invoice, size int64) {
	v.Type = billing.FixedFee
	v.Reference = "Payroll " + monthBefore(v.Date).Format("Jan 2006")
	v.Lines = []billing.Line{
		fee("PAY", fmt.Sprintf("Payslips, four pay runs for %d people", 9*size), money.Quantity(4*9*size*1_0000), 4_8750),
		fee("PAY", "Payday filing with Inland Revenue", 4_0000, 22_5000),
	}
}

func bookkeeping(v *billing.Invoice, size int64) {
	month := monthBefore(v.Date).Format("January 2006")
	v.Type = billing.Interim
	v.Reference = "Bookkeeping " + month
	v.Lines = []billing.Line{
		fee("BKP", "Bookkeeping and bank reconciliation, "+month, money.Quantity(size*2_7500), dollars(96)),
		onAccount(fee("DISB", "Software subscription", 1_0000, dollars(68)), "260"),
	}
	v.Lines[0].Discount = percentOff(5)
}

func advisory(v *billing.Invoice, size int64) {
	v.Type = billing.Final
	v.Reference = "Advisory"
	v.BrandingTheme = "Special Projects"
	v.Lines = []billing.Line{
		fee("ADV", "Advice on structure and succession, partner", money.Quantity(size*1_7500), dollars(285)),
		fee("ADV", "Cash-flow forecast, twelve months", 1_0000, dollars(950)),
	}
	v.Lines[1].Discount = amountOff(75_00)
}

func secretarial(v *billing.Invoice, _ int64) {
	filing := onAccount(fee("DISB", "Companies Office fee, paid on your behalf", 1_0000, 51_1100), "260")
	filing.Tax = noGST
	v.Type = billing.FixedFee
	v.Reference = "Annual return"
	v.Lines = []billing.Line{
		fee("SEC", "Annual return, share register and minute book", 1_0000, dollars(165)),
		filing,
		{Description: "Registered office at our address until further notice"},
	}
}

// personalReturn is priced with GST, as private persons are told it.
func personalReturn(v *billing.Invoice, size int64) {
	v.Type = billing.FixedFee
	v.Reference = "Tax return " + yearEnd(v.Date).Format("2006")
	v.Amounts = money.Inclusive
	v.Due = v.Date.AddDays(14)
	v.Lines = []billing.Line{
		fee("TAX", "Individual tax return", 1_0000, dollars(345)),
		fee("TAX", "Rental property schedules", money.Quantity(size*1_0000), 92_5000),
	}
}

func audit(v *billing.Invoice, size int64) {
	v.Type = billing.Interim
	v.Reference = "Audit " + yearEnd(v.Date).Format("2006")
	v.Lines = []billing.Line{
		fee("AUD", "Audit fieldwork", money.Quantity(size*6_2500), dollars(195)),
		onAccount(fee("DISB", "Travel by car, a kilometre", money.Quantity(92*size*1_0000), 8333), "260"),
	}
}

// onCharge passes on what was paid for the client, with no tax of our own.
func onCharge(v *billing.Invoice, size int64) {
	line := onAccount(fee("DISB", "Filing and search fees, paid on your behalf", money.Quantity(size*1_0000), 43_2500), "260")
	line.Tax = noGST
	v.Type = billing.Final
	v.Reference = "Disbursements"
	v.Amounts = money.NoTax
	v.Lines = []billing.Line{line}
}

// fee is a line that is billed for under a code, with GST.
func fee(code, description string, quantity money.Quantity, unit money.UnitAmount) billing.Line {
	return billing.Line{Code: code, Description: description, Quantity: quantity, UnitAmount: unit, Tax: gst}
}

// onAccount sends a line to another account than the mapping would.
func onAccount(l billing.Line, account string) billing.Line {
	l.Account = account
	return l
}

func dollars(n int64) money.UnitAmount { return money.UnitAmount(n * 1_0000) }

// percentOff panics on what is no discount, which only a mistake in this package's own figures can be.
func percentOff(percent int64) money.Discount {
	d, err := money.PercentOff(money.Rate(percent * 1_0000))
	if err != nil {
		panic(err)
	}
	return d
}

// amountOff panics like percentOff.
func amountOff(minor int64) money.Discount {
	d, err := money.AmountOff(minor)
	if err != nil {
		panic(err)
	}
	return d
}

// monthBefore is the last day of the month before the date.
func monthBefore(d billing.Date) time.Time { return d.AddDays(-d.Day()).Time() }

// yearEnd is the last 31 March before the date, with which the financial year ends.
func yearEnd(d billing.Date) time.Time {
	end := time.Date(d.Year(), time.March, 31, 0, 0, 0, 0, time.UTC)
	if !end.Before(d.Time()) {
		end = end.AddDate(-1, 0, 0)
	}
	return end
}

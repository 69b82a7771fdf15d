package demo

import "feebridge/app/billing"

// Codes are the firm's billing codes.
func Codes() []billing.Code {
	code := func(code, description string, rate int64) billing.Code {
		return billing.Code{Code: code, Description: description, UnitAmount: dollars(rate), Tax: gst.Code}
	}
	return []billing.Code{
		code("ACC", "Preparation of financial statements", 165),
		code("TAX", "Income tax return and tax reconciliation", 420),
		code("GST", "GST return", 185),
		code("ADV", "Advice", 265),
		code("PAY", "Payroll", 95),
		{Code: "DISB", Description: "Disbursements", Tax: noGST.Code},
	}
}

// Numbering goes on where the demo invoices end.
func Numbering() billing.Numbering {
	return billing.Numbering{Prefix: "INV-", Next: firstNumber + invoiceCount}
}

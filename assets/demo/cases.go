package demo

import (
	"feebridge/app/billing"
	"feebridge/app/money"
)

// Case is an invoice that was arranged to meet the simulator's demo organisation in a particular way.
type Case struct {
	Number billing.Number
	Expect string // the ledger's word for the cause of its failure; "" where it is exported
	Why    string
}

// Cases returns the arranged invoices. All of them are finalized and none was exported.
func Cases() []Case {
	list := make([]Case, len(cases))
	for i, c := range cases {
		list[i] = Case{Number: c.bears(c.place(i)), Expect: c.expect, Why: c.why}
	}
	return list
}

// arranged is a case, and how an ordinary finalized invoice is turned into it.
type arranged struct {
	expect  string
	why     string
	client  string                   // its client's name; a regular one's where it is empty
	number  billing.Number           // the next in the row where it is empty
	arrange func(v *billing.Invoice) // what else is changed; nil for nothing
}

// place is where the case number i stands among the invoices: among the newest, between the drafts.
func (arranged) place(i int) int { return invoiceCount - 1 - 2*i }

func (a arranged) bears(place int) billing.Number {
	if a.number != "" {
		return a.number
	}
	return number(place)
}

func (a arranged) invoice(place int, date billing.Date) billing.Invoice {
	c := regular(place)
	if a.client != "" {
		c = named(a.client)
	}
	v := invoice(place, c, date)
	v.Number = a.bears(place)
	v.ID = invoiceID(v.Number)
	if a.arrange != nil {
		a.arrange(&v)
	}
	return v
}

var cases = []arranged{
	{
		expect: "contact_archived", why: "the client's contact in Xero is archived",
		client: "Tui Street Books",
	},
	{
		expect: "contact_ambiguous", why: "the contact of that name carries another contact number",
		client: "Kōwhai Dental Care",
	},
	{
		expect: "contact_ambiguous", why: "the client's code is the contact number of a contact with another name",
		client: "Pukeko Print",
	},
	{
		expect: "", why: "the client has no contact in Xero: it is created",
		client: "Weka Couriers",
	},
	{
		expect: "number_taken", why: "another invoice in Xero has the number",
		client: "Southern Alps Guiding Ltd", number: "INV-0041", // the contact of the other invoice, too
	},
	{
		expect: "locked_date", why: "the year was mistyped, and so the date lies in the locked period",
		arrange: func(v *billing.Invoice) { v.Date, v.Due = 20090915, 20091020 },
	},
	{
		expect: "currency_unknown", why: "the organisation is not subscribed to the currency",
		client:  "Thames & Tyne Ltd",
		arrange: func(v *billing.Invoice) { v.Currency = "EUR" },
	},
	{
		expect: "tax_against_account", why: "a tax on expenses stands against an income account",
		arrange: only(func() billing.Line {
			l := fee("ADV", "Advice on the purchase of premises", 2_0000, dollars(285))
			l.Tax = billing.Tax{Code: "INPUT2", Name: "15% GST on Expenses", Rate: 15_0000}
			return l
		}),
	},
	{
		expect: "tax_inactive", why: "the tax was deleted in Xero when its rate ended",
		arrange: only(func() billing.Line {
			l := fee("TAX", "Amended return for 2010", 3_0000, dollars(165))
			l.Tax = billing.Tax{Code: "OUTPUT", Name: "12.5% GST on Income", Rate: 12_5000}
			return l
		}),
	},
	{
		expect: "account_unknown", why: "the organisation has no such account",
		arrange: only(func() billing.Line {
			return onAccount(fee("DISB", "Courier and postage", 1_0000, dollars(24)), "299")
		}),
	},
	{
		expect: "account_archived", why: "the account is archived in Xero",
		arrange: only(func() billing.Line { return onAccount(fee("ADV", "Referral fee", 1_0000, dollars(350)), "265") }),
	},
	{
		expect: "tracking_unknown", why: "the tracking category has no such option",
		arrange: only(func() billing.Line {
			l := fee("BKP", "Catch-up bookkeeping", 6_5000, dollars(96))
			l.Tracking = []billing.Tracking{{Category: "Region", Option: "Central"}}
			return l
		}),
	},
	{
		expect: "", why: "the tax has two components, which count as one rate: rounded each, they would come to a cent more",
		arrange: only(func() billing.Line {
			l := fee("ADV", "Review of the levy returns", 3_4000, 29_5000)
			l.Tax = billing.Tax{Code: "TAX001", Name: "GST and Visitor Levy", Rate: 17_5000}
			return l
		}),
	},
	{
		expect: "", why: "the contact's name differs by case and spaces alone: it is found",
		client: "KAURI JOINERY  Ltd",
	},
}

// only makes a line the only one of the invoice, and what the invoice is for.
func only(line func() billing.Line) func(*billing.Invoice) {
	return func(v *billing.Invoice) {
		v.Lines = []billing.Line{line()}
		v.Type, v.Amounts, v.Reference, v.BrandingTheme = billing.Final, money.Exclusive, v.Lines[0].Description, ""
	}
}

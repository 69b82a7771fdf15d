// Package demo is the accounting firm that the demo explores: its clients and a half-year of invoices, plain values
// that are the same on every machine and lie in the months before the day they are asked for. Most of them export
// well to the simulator's demo organisation; Cases lists those that were arranged to meet it in a particular way.
package demo

import (
	_ "embed"
	"fmt"
	"time"

	"feebridge/app/billing"
	"feebridge/app/money"

	"github.com/google/uuid"
)

const (
	invoiceCount = 240
	spanDays     = 180 // from the first invoice to the last, about
	firstNumber  = 10001
	firstDraft   = 178 // from here on every second invoice is a draft still
	historyCount = 48  // the first ones are history: exported already
)

// File is a file of invoices in the columns of Xero's sales invoice template; two of its
// lines are wrong, as happens.
//
//go:embed invoices.csv
var File []byte

// FileName is what File is called.
const FileName = "invoices.csv"

// Clients returns the client entities of the firm.
func Clients() []billing.Client {
	list := make([]billing.Client, len(clients))
	for i, c := range clients {
		list[i] = c.entity()
	}
	return list
}

// Invoices returns the invoices of the firm, the oldest first but for one that has a wrong year, none later than today.
// Every one could be finalized; those that are drafts still are among the newest.
func Invoices(today billing.Date) []billing.Invoice {
	list := make([]billing.Invoice, invoiceCount)
	for i := range list {
		date := weekday(today.AddDays(-(invoiceCount - 1 - i) * spanDays / invoiceCount))
		list[i] = invoice(i, regular(i), date)
	}
	for i, c := range cases {
		v := &list[c.place(i)]
		*v = c.invoice(c.place(i), v.Date)
	}
	return list
}

// Approved returns the numbers of finalized invoices that are to be in Xero already, approved there.
func Approved() []billing.Number {
	return history(func(i int) bool { return i%4 != 3 })
}

// Exported returns the numbers of finalized invoices that are to be in Xero already, as drafts that nobody has
// approved yet.
func Exported() []billing.Number {
	return history(func(i int) bool { return i%4 == 3 })
}

func history(chosen func(i int) bool) []billing.Number {
	var list []billing.Number
	for i := range historyCount {
		if chosen(i) {
			list = append(list, number(i))
		}
	}
	return list
}

// regular is the client of the invoice in place i. 17 shares no factor with the count of regular clients, so that each
// has its turn before any has a second.
func regular(i int) client { return clients[(i*17+5)%regularClients] }

// invoice is the client's invoice in place i; the work and all else follow from the place. Clients of one kind are not
// all at the same work in the same round.
func invoice(i int, c client, date billing.Date) billing.Invoice {
	v := billing.Invoice{
		ID: invoiceID(number(i)), Client: c.id(), Number: number(i),
		Date: date, Due: due(date), Currency: "NZD", Amounts: money.Exclusive,
	}
	work := c.work[(i/regularClients+i)%len(c.work)]
	work(&v, int64(c.size))
	if c.currency != "" {
		v.Currency = c.currency
		for l := range v.Lines {
			v.Lines[l].Tax = zeroRated
		}
	}
	if i%3 == 0 && !v.Lines[0].TextOnly() {
		v.Lines[0].Tracking = []billing.Tracking{{Category: "Region", Option: c.region}}
	}
	if c.size == largest {
		v.Reference = fmt.Sprintf("PO %d", 48200+i)
	}
	if i%11 == 4 {
		v.Note = notes[i/11%len(notes)]
	}
	v.Stage.Status = billing.Finalized
	if i >= firstDraft && i%2 == 0 {
		v.Stage.Status = billing.Draft
	}
	return v
}

var notes = []string{
	"Partner to approve before it goes out.",
	"Agreed by phone: instalments are fine.",
	"Write-off of two hours already taken off.",
	"Send with the signed engagement letter.",
}

func number(i int) billing.Number { return billing.Number(fmt.Sprintf("INV-%d", firstNumber+i)) }

func invoiceID(n billing.Number) billing.InvoiceID {
	return billing.InvoiceID(identifier("invoice", string(n)))
}

// identifier is the same for the same thing, for good.
func identifier(kind, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://feebridge.example/demo/"+kind+"/"+name)).String()
}

// weekday is the day itself, or the Friday before it: the firm does not bill at weekends.
func weekday(d billing.Date) billing.Date {
	switch d.Time().Weekday() {
	case time.Saturday:
		return d.AddDays(-1)
	case time.Sunday:
		return d.AddDays(-2)
	}
	return d
}

// due is the 20th of the month after, the custom of the country.
func due(d billing.Date) billing.Date {
	next := d.AddDays(32 - d.Day()) // a day at the beginning of the next month
	return next.AddDays(20 - next.Day())
}

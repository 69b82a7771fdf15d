package sim

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// seeded is an organisation that is being filled, with the ids of its contacts by name.
type seeded struct {
	*Org
	ids map[string]string
}

// sale adds a sales invoice.
func (o seeded) sale(number, contact string, date time.Time, status string, lines ...Line) *Invoice {
	return o.add(Invoice{Number: number, ContactID: o.ids[contact], Date: date, Status: status, Lines: lines})
}

// region tracks a line by region.
func (o seeded) region(l Line, option string) Line { return o.tracked(l, "Region", option) }

// addContacts adds active contacts and returns their ids by name.
func (o *Org) addContacts(rows []contactRow) map[string]string {
	ids := make(map[string]string, len(rows))
	for _, row := range rows {
		c := o.AddContact(Contact{
			Name: row.name, FirstName: row.first, LastName: row.last,
			EmailAddress: "accounts@" + handle(row.name) + ".example",
			Addresses:    []Address{{Type: "POBOX", Line1: "PO Box 100", City: row.city, Country: row.country}},
			Phones:       []Phone{{Type: "DEFAULT", AreaCode: "03", Number: "555 0100"}},
		})
		ids[row.name] = c.ContactID
	}
	return ids
}

// add adds an invoice that is due on the 20th of the month after it, the custom of the country, with the history
// that its status tells of.
func (o seeded) add(inv Invoice) *Invoice {
	if inv.DueDate.IsZero() {
		inv.DueDate = time.Date(inv.Date.Year(), inv.Date.Month()+1, 20, 0, 0, 0, 0, time.UTC)
	}
	added := o.AddInvoice(inv)
	added.History = created(added)
	return added
}

// seedPerson is the user in the histories of the seeds.
const seedPerson = "Demo User"

// created is the history of an invoice of a seed: made in the morning of its date, as New Zealand reckons it, and brought
// to its status in the afternoon.
func created(inv *Invoice) []HistoryRecord {
	records := []HistoryRecord{{Changes: "Created", User: seedPerson, DateUTC: inv.Date.Add(-3 * time.Hour)}}
	change := changeName("", inv.Status)
	if change != "" && inv.Status != StatusDraft {
		records = append(records, HistoryRecord{Changes: change, User: seedPerson, DateUTC: inv.Date.Add(4 * time.Hour)})
	}
	return records
}

// pay adds a payment, with its line in the history.
func (o *Org) pay(inv *Invoice, accountCode string, date time.Time, amount decimal.Decimal) {
	p := o.AddPayment(inv, accountCode, date, amount)
	inv.History = append(inv.History, HistoryRecord{
		Changes: "Payment", User: seedPerson, DateUTC: p.UpdatedUTC, Details: amount.StringFixed(2),
	})
}

// credit allocates a credit note, with its line in the history.
func (o *Org) credit(inv *Invoice, number string, date time.Time, amount decimal.Decimal) {
	o.AddCredit(inv, number, date, amount)
	inv.History = append(inv.History, HistoryRecord{
		Changes: "Credit Applied", User: seedPerson, DateUTC: inv.UpdatedUTC, Details: amount.StringFixed(2),
	})
}

// work is a line with a price and no item.
func work(cents int64, description string) Line {
	return Line{Description: description, Quantity: decimal.NewFromInt(1), UnitAmount: price(cents), AccountCode: "200"}
}

// sold is a line that sells an item at its price.
func sold(quantity int64, code, description string) Line {
	l := Line{ItemCode: code, Description: description, Quantity: decimal.NewFromInt(quantity), AccountCode: "200"}
	for _, row := range itemRows {
		if row.code == code {
			l.UnitAmount = price(row.cents)
		}
	}
	return l
}

// hours is a line of an item that is sold by the hour; its time is given in hundredths.
func hours(hundredths int64, code, description string) Line {
	l := sold(0, code, description)
	l.Quantity = decimal.New(hundredths, -2)
	return l
}

func textOnly(description string) Line { return Line{Description: description, DescriptionOnly: true} }

func discounted(l Line, percent int64) Line {
	l.DiscountRate = decimal.NewFromInt(percent)
	return l
}

func zeroRated(l Line) Line {
	l.TaxType = "ZERORATED"
	return l
}

// tracked ties a line to an option of one of the organisation's tracking categories.
func (o *Org) tracked(l Line, category, option string) Line {
	for _, c := range o.Tracking {
		i := slices.IndexFunc(c.Options, func(t TrackingOption) bool { return t.Name == option })
		if c.Name == category && i >= 0 {
			l.Tracking = append(l.Tracking, LineTracking{
				TrackingCategoryID: c.TrackingCategoryID, TrackingOptionID: c.Options[i].TrackingOptionID,
				Name: category, Option: option,
			})
		}
	}
	return l
}

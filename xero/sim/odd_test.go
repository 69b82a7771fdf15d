package sim

import (
	"strings"
	"testing"
	"time"
)

// TestEachAssumptionCanBeTurnedRound walks what is assumed of Xero and, with its odd, the opposite.
func TestEachAssumptionCanBeTurnedRound(t *testing.T) {
	compound := func() []*Org {
		org := testOrg()
		org.TaxRates = append(org.TaxRates, TaxRate{
			Name: "Two parts", TaxType: "TAX002", Status: StatusActive, Revenue: true, EffectiveRate: dec("9.975"), DisplayRate: dec("9.975"),
			Components: []TaxComponent{{Name: "State", Rate: dec("4.9875")}, {Name: "City", Rate: dec("4.9875")}},
		})
		return []*Org{org}
	}
	// one is the total of a line of this amount and tax.
	one := func(amounts, unit, tax string) func(*testing.T, *rig) string {
		return func(_ *testing.T, r *rig) string {
			return r.do("PUT", "/Invoices?unitdp=4", invoice("LineAmountTypes", `"`+amounts+`"`,
				"LineItems", line(`"Description":"x","UnitAmount":`+unit+`,"AccountCode":"200","TaxType":"`+tax+`"`))).want(200).at("Invoices.0.TotalTax")
		}
	}
	// approve is the unit amount after an approval, and whether the line is still the same one.
	approve := func(query string) func(*testing.T, *rig) string {
		return func(_ *testing.T, r *rig) string {
			a := r.do("PUT", "/Invoices?unitdp=4", invoice("LineItems", line(`"Description":"x","Quantity":100,"UnitAmount":1.0049,"AccountCode":"200"`)))
			id, before := a.at("Invoices.0.InvoiceID"), a.at("Invoices.0.LineItems.0.LineItemID")
			r.do("POST", "/Invoices/"+id+query, `{"Status":"AUTHORISED"}`).want(200)
			a = r.do("GET", "/Invoices/"+id+"?unitdp=4", "").want(200, "Invoices.0.Status", "AUTHORISED")
			same := "same line"
			if a.at("Invoices.0.LineItems.0.LineItemID") != before {
				same = "new line"
			}
			return a.at("Invoices.0.LineItems.0.UnitAmount") + " " + a.at("Invoices.0.SubTotal") + " " + same
		}
	}
	batch := func(collection, good, bad string) func(*testing.T, *rig) string {
		return func(_ *testing.T, r *rig) string {
			r.do("PUT", "/"+collection, `{"`+collection+`":[`+good+","+bad+`]}`).want(400, "Elements.1", "")
			return r.do("GET", "/"+collection, "").at(collection + ".0.Status")
		}
	}
	tests := []struct {
		name, odd    string
		look         func(*testing.T, *rig) string
		as, turned   string
		organisation func() []*Org
	}{
		{name: "the number of a voided invoice", odd: "voided-numbers-free", as: "400", turned: "200", look: func(_ *testing.T, r *rig) string {
			r.bring(StatusVoided, "A1")
			return r.do("PUT", "/Invoices", invoice("InvoiceNumber", `"A1"`)).code()
		}},
		{name: "posted, the number of a voided invoice", odd: "voided-numbers-free", as: "400", turned: "200", look: func(_ *testing.T, r *rig) string {
			r.bring(StatusVoided, "A1")
			return r.do("POST", "/Invoices", invoice("InvoiceNumber", `"A1"`)).code()
		}},
		{name: "half a cent of tax", odd: "half-cents-to-even", look: one("Exclusive", "0.30", "OUTPUT2"), as: "0.05", turned: "0.04"},
		{name: "half a cent to the odd", odd: "half-cents-to-even", look: one("Exclusive", "0.10", "OUTPUT2"), as: "0.02", turned: "0.02"},
		{name: "half a cent of a line", odd: "half-cents-to-even", as: "2.17", turned: "2.16", look: func(_ *testing.T, r *rig) string {
			return r.do("PUT", "/Invoices", invoice("LineItems", line(`"Description":"x","Quantity":0.5,"UnitAmount":4.33,"AccountCode":"200"`))).at("Invoices.0.SubTotal")
		}},
		{name: "a rate of two components", odd: "components-rounded", organisation: compound, look: one("Exclusive", "10.05", "TAX002"), as: "1.00", turned: "1.00"},
		{name: "a rate of two components that tip", odd: "components-rounded", organisation: compound, look: one("Exclusive", "10.14", "TAX002"), as: "1.01", turned: "1.02"},
		{name: "an idempotency key again", odd: "replays-execute", as: "INV-0001", turned: "INV-0002", look: func(_ *testing.T, r *rig) string {
			r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k").want(200)
			return r.do("PUT", "/Invoices", invoice(), "Idempotency-Key", "k").want(200).at("Invoices.0.InvoiceNumber")
		}},
		{name: "the words of an error", odd: "texts-reworded", as: msgNumberTaken, turned: "Choose a different invoice number: another document uses this one.",
			look: func(_ *testing.T, r *rig) string {
				r.add("InvoiceNumber", `"A1"`)
				return r.do("PUT", "/Invoices", invoice("InvoiceNumber", `"A1"`)).want(400).at("Elements.0.ValidationErrors.0.Message")
			}},
		{name: "the order of changes", odd: "oldest-first", as: "A2 A1", turned: "A1 A2", look: func(_ *testing.T, r *rig) string {
			for _, n := range []string{`"A1"`, `"A2"`} {
				r.add("InvoiceNumber", n)
				time.Sleep(time.Second)
			}
			a := r.do("GET", "/Invoices?order=UpdatedDateUTC+DESC", "")
			return a.at("Invoices.0.InvoiceNumber") + " " + a.at("Invoices.1.InvoiceNumber")
		}},
		{name: "an approval", odd: "status-changes-lines", look: approve("?unitdp=4"), as: "1.0049 100.49 same line", turned: "1.0000 100.00 new line"},
		{name: "an approval without unitdp=4", odd: "status-rounds-lines", look: approve(""), as: "1.0049 100.49 same line", turned: "1.0000 100.00 new line"},
		{name: "an approval with unitdp=4", odd: "status-rounds-lines", look: approve("?unitdp=4"), as: "1.0049 100.49 same line", turned: "1.0049 100.49 same line"},
		{name: "the good invoice of a batch", odd: "batch-all-or-nothing", look: batch("Invoices", invoice(), invoice("LineItems", "")), as: "DRAFT", turned: ""},
		{name: "the good contact of a batch", odd: "batch-all-or-nothing", as: "4", turned: "3", look: func(_ *testing.T, r *rig) string {
			r.do("PUT", "/Contacts", `{"Contacts":[{"Name":"New"},{"Name":"Ann Ltd"}]}`).want(400, "Elements.0.Name", "Ann Ltd", "Elements.1", "")
			return r.do("GET", "/Contacts?includeArchived=true&page=1", "").at("pagination.itemCount")
		}},
		{name: "the good item of a batch", odd: "batch-all-or-nothing", as: "200", turned: "404", look: func(_ *testing.T, r *rig) string {
			r.do("PUT", "/Items", `{"Items":[{"Code":"B"},{"Name":"no code"}]}`).want(400)
			return r.do("GET", "/Items/B", "").code()
		}},
		{name: "the good payment of a batch", odd: "batch-all-or-nothing", as: "10.00", turned: "0.00", look: func(_ *testing.T, r *rig) string {
			id := r.bring(StatusAuthorised, "A1")
			pay := func(amount string) string {
				return `{"Invoice":{"InvoiceID":"` + id + `"},"Account":{"Code":"090"},"Amount":` + amount + `}`
			}
			r.do("PUT", "/Payments", `{"Payments":[`+pay("10")+","+pay("100")+`]}`).want(400)
			return r.do("GET", "/Invoices/"+id, "").at("Invoices.0.AmountPaid")
		}},
	}
	met := map[string]bool{}
	for _, test := range tests {
		met[test.odd] = true
		t.Run(test.name, func(t *testing.T) {
			odd, err := ParseOdd(test.odd)
			if err != nil {
				t.Fatal(err)
			}
			for _, side := range []struct {
				odd  Odd
				want string
			}{{0, test.as}, {odd, test.turned}} {
				cfg := Config{Odd: side.odd}
				if test.organisation != nil {
					cfg.Orgs = test.organisation()
				}
				bubble(t, cfg, func(t *testing.T, r *rig) {
					if got := test.look(t, r); got != side.want {
						t.Errorf("with the odds %b: %q, want %q", side.odd, got, side.want)
					}
				})
			}
		})
	}
	for _, o := range Oddities() {
		if !met[o.Name] {
			t.Errorf("%s is not walked", o.Name)
		}
	}
}

// TestRewordedTextsShareNoWords: whoever decides by a word of Xero's must find none of them.
func TestRewordedTextsShareNoWords(t *testing.T) {
	old := []string{msgNumberTaken, msgNoLines, msgStatusModify, msgUnknownTax("X")}
	for i, text := range TextsReworded.said(old) {
		if text == old[i] || strings.Contains(text, "must be") || strings.Contains(text, "valid") {
			t.Errorf("%q became %q", old[i], text)
		}
	}
}

func TestUnknownOddIsAnError(t *testing.T) {
	if _, err := ParseOdd("voided"); err == nil {
		t.Error("no error")
	}
}

package sim

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

// refusedWith tells whether an error is Xero's refusal with this sentence.
func refusedWith(err error, message string) bool {
	var r *Refusal
	return errors.As(err, &r) && strings.Contains(r.Error(), message)
}

func TestAPersonPlaysTheXeroSide(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		s := r.sim
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		id, err := s.CreateInvoice(testTenant, Invoice{Number: "P1", ContactID: contactID, DueDate: Day(2000, 2, 1), Lines: []Line{{
			Description: "By hand", Quantity: decimal.NewFromInt(2), UnitAmount: decimal.NewFromInt(10), AccountCode: "200",
			Tracking: []LineTracking{{Name: "Region", Option: "North"}},
		}}})
		ok(err)
		ok(s.Submit(testTenant, id))
		ok(s.EditInvoice(testTenant, id, InvoiceEdit{
			Date: ptr(Day(2000, 1, 5)), Reference: ptr("ref"), CurrencyCode: ptr("USD"), ContactID: ptr(otherContactID), LineAmounts: ptr(AmountsInclusive),
			Lines: []Line{{Description: "Changed", UnitAmount: decimal.NewFromInt(115), AccountCode: "200"}, {Description: "words", DescriptionOnly: true}},
		}))
		ok(s.Renumber(testTenant, id, "P2"))
		ok(s.Approve(testTenant, id))
		if err := s.Delete(testTenant, id); !refusedWith(err, msgStatusModify) {
			t.Errorf("deleting: %v", err)
		}
		if _, err := s.RecordPayment(testTenant, id, "090", Day(2000, 1, 6), decimal.NewFromInt(116)); !refusedWith(err, msgPaymentExceeds) {
			t.Errorf("paying too much: %v", err)
		}
		payment, err := s.RecordPayment(testTenant, id, "090", Day(2000, 1, 6), decimal.NewFromInt(100))
		ok(err)
		ok(s.ApplyCredit(testTenant, id, decimal.NewFromInt(15)))
		if err := s.ApplyCredit(testTenant, id, decimal.NewFromInt(1)); !refusedWith(err, msgPaymentAuthorised) {
			t.Errorf("crediting a paid invoice: %v", err)
		}
		inv, _ := s.Invoice(testTenant, id)
		if inv.Status != StatusPaid || inv.Number != "P2" || inv.ContactID != otherContactID || !inv.SubTotal.Equal(decimal.NewFromInt(100)) || inv.CurrencyCode != "USD" || inv.CreatedByApp {
			t.Errorf("%+v", inv)
		}
		ok(s.RemovePayment(testTenant, payment))
		if err := s.RemovePayment(testTenant, payment); !refusedWith(err, msgPaymentModify) {
			t.Errorf("removing it again: %v", err)
		}
		if err := s.Void(testTenant, id); !refusedWith(err, msgVoidAllocated) {
			t.Errorf("voiding: %v", err)
		}
		ok(s.EditContact(testTenant, contactID, ContactEdit{EmailAddress: ptr("x@example.com"), ContactNumber: ptr("C77")}))
		if err := s.RenameContact(testTenant, contactID, "bob ltd"); !refusedWith(err, "already assigned to another contact") {
			t.Errorf("a taken name: %v", err)
		}
		ok(s.RenameContact(testTenant, contactID, "Ann & Co"))
		ok(s.ArchiveContact(testTenant, contactID))
		if err := s.ArchiveContact(testTenant, contactID); !refusedWith(err, msgContactArchived) {
			t.Errorf("archiving again: %v", err)
		}
		for name, err := range map[string]error{
			"invoice": s.Approve(testTenant, unknownID), "tenant": s.Approve(unknownID, id), "contact": s.ArchiveContact(testTenant, unknownID),
			"payment": s.RemovePayment(testTenant, unknownID), "credit": s.ApplyCredit(testTenant, unknownID, decimal.NewFromInt(1)),
		} {
			if !refusedWith(err, noSuchRecord) {
				t.Errorf("unknown %s: %v", name, err)
			}
		}
	})
}

func TestWhatIsLostIsNowhere(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id, other := r.bring(StatusPaid, "A1"), r.bring(StatusDraft, "A2")
		if err := r.sim.Lose(testTenant, id); err != nil {
			t.Fatal(err)
		}
		if err := r.sim.Lose(testTenant, id); !refusedWith(err, noSuchRecord) {
			t.Errorf("losing it again: %v", err)
		}
		if got := r.do("GET", "/Invoices?IDs="+id+","+other, "").want(200).numbers(); got != "A2" {
			t.Errorf("the list has %s", got)
		}
		if got := r.do("GET", "/Invoices?InvoiceNumbers=A1", "").want(200).numbers(); got != "" {
			t.Errorf("the list has %s", got)
		}
		r.do("GET", "/Payments", "").want(200, "Payments", "[]")
		r.do("GET", "/Invoices/"+id, "").want(404)
		r.do("POST", "/Invoices", `{"InvoiceID":"`+id+`","Status":"DELETED"}`).wantError(msgNoInvoice)
		r.add("InvoiceNumber", `"A1"`)
	})
}

func TestRestoringAContactWhoseNameWasTaken(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Contacts", `{"Name":"Old Ltd"}`).want(200)
		if err := r.sim.RestoreContact(testTenant, archivedContactID); !refusedWith(err, "already assigned") {
			t.Errorf("%v", err)
		}
	})
}

func TestWhatIsReadIsACopy(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusPaid, "A1")
		read := func() []any {
			inv, _ := r.sim.Invoice(testTenant, id)
			c, _ := r.sim.Contact(testTenant, contactID)
			o, _ := r.sim.Org(testTenant)
			return []any{inv.Lines[0].Description, inv.Payments[0].Amount.String(), inv.History[0].Changes, c.Name, o.Accounts[0].Name, o.Tracking[0].Options[0].Name}
		}
		before := read()
		inv, _ := r.sim.Invoice(testTenant, id)
		inv.Lines[0].Description, inv.Payments[0].Amount, inv.History[0].Changes = "x", decimal.Zero, "x"
		o, _ := r.sim.Org(testTenant)
		o.Accounts[0].Name, o.Tracking[0].Options[0].Name = "x", "x"
		r.sim.Contacts(testTenant)[0].Name = "x"
		r.sim.Orgs()[0].Items[0].Name = "x"
		if diff := cmp.Diff(before, read()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReads(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		const mark = "http://localhost:8742/open/1"
		live := r.add("InvoiceNumber", `"A1"`, "Url", `"`+mark+`"`)
		gone := r.add("InvoiceNumber", `"A2"`, "Url", `"`+mark+`"`)
		if err := r.sim.Delete(testTenant, gone); err != nil {
			t.Fatal(err)
		}
		if found := r.sim.LiveByURL(testTenant, mark); len(found) != 1 || found[0].InvoiceID != live {
			t.Errorf("%v", found)
		}
		if found := r.sim.ByNumber(testTenant, "a2"); len(found) != 1 || found[0].Status != StatusDeleted {
			t.Errorf("%v", found)
		}
		if r.sim.Invoices(unknownID) != nil || r.sim.Contacts(unknownID) != nil || r.sim.Connected(unknownID) || !r.sim.Connected(testTenant) {
			t.Error("an unknown tenant has something, or the known one is not connected")
		}
	})
}

func TestSeedsFillWhatIsLeftEmpty(t *testing.T) {
	make := func() *Org {
		o := testOrg()
		c := o.AddContact(Contact{Name: "Seeded"})
		inv := o.AddInvoice(Invoice{Number: "S1", ContactID: c.ContactID, Date: Day(1999, 5, 1), DueDate: Day(1999, 6, 1), Lines: []Line{
			{Description: "Work", UnitAmount: decimal.NewFromInt(100), AccountCode: "200"}, {Description: "words", DescriptionOnly: true},
		}})
		o.AddPayment(inv, "090", Day(1999, 5, 20), decimal.NewFromInt(100))
		o.AddCredit(inv, "CN-1", Day(1999, 5, 21), decimal.NewFromInt(15))
		return o
	}
	a, b := make(), make()
	inv := a.invoices[0]
	if inv.Status != StatusPaid || !inv.FullyPaidOn.Equal(Day(1999, 5, 21)) || !inv.Total.Equal(decimal.NewFromInt(115)) || inv.Lines[0].TaxType != "OUTPUT2" ||
		inv.UpdatedUTC != Day(1999, 5, 21).Add(20*time.Hour) || !a.contactByID[inv.ContactID].IsCustomer {
		t.Errorf("%+v", inv)
	}
	if inv.InvoiceID != b.invoices[0].InvoiceID || inv.Payments[0].PaymentID != b.invoices[0].Payments[0].PaymentID {
		t.Error("ids differ from one making to the next")
	}
}

// TestManyAtOnce is for the race detector: callers, a person and readers at the same time.
func TestManyAtOnce(t *testing.T) {
	bubble(t, Config{Latency: time.Millisecond}, func(t *testing.T, r *rig) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					a := r.try("PUT", "/Invoices", invoice())
					id := a.at("Invoices.0.InvoiceID")
					if err := r.sim.Approve(testTenant, id); err != nil {
						t.Error(err)
					}
					r.try("GET", "/Invoices?page=1", "")
					r.sim.Invoices(testTenant)
					r.sim.AddFault(Rule{method: "GET", path: []string{"none"}, first: 1})
				}
			})
		}
		wg.Wait()
		numbers := map[string]bool{}
		for _, inv := range r.sim.Invoices(testTenant) {
			numbers[inv.Number] = true
		}
		if len(numbers) != 40 {
			t.Errorf("%d numbers for 40 invoices", len(numbers))
		}
	})
}

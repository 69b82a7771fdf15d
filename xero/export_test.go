package xero_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero/sim"
)

func TestABatchIsExported(t *testing.T) {
	b := simulate(t, "empty", sim.Config{})
	contact := b.contact(t.Context(), t, "Kauri Joinery Ltd")
	chart, err := b.Chart(t.Context(), b.tenant)
	if err != nil {
		t.Fatal(err)
	}
	draft := sale("FB-1", contact)
	draft.Lines = append(draft.Lines, ledger.WriteLine{Description: "Work in October", TextOnly: true})
	approved := sale("FB-2", contact)
	approved.Status, approved.Reference, approved.ThemeID = ledger.AuthorisedThere, "Matter 12", chart.Themes[1].ID
	approved.Lines[0].Tracking = []billing.Tracking{{Category: "Region", Option: "West Coast"}}
	discounted := sale("FB-3", contact)
	discounted.Amounts = money.Inclusive
	discounted.Lines[0].Discount = percentOff(t, "12.5")
	lessFive := sale("FB-4", contact)
	lessFive.Amounts = money.NoTax
	lessFive.Lines[0].TaxType, lessFive.Lines[0].Discount = "NONE", amountOff(t, 500)
	nothing := sale("FB-5", contact)
	nothing.Status, nothing.Lines[0].UnitAmount = ledger.AuthorisedThere, 0

	outcomes, err := b.post(t.Context(), t, draft, approved, discounted, lessFive, nothing)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		status ledger.InvoiceStatus
		total  int64 // hundredths
	}{
		{ledger.DraftThere, 24301},      // 10.5 × 20.125 = 211.31; 15 % of it is 31.70
		{ledger.AuthorisedThere, 24301}, //
		{ledger.DraftThere, 18490},      // 211.3125 less an eighth, the tax within
		{ledger.DraftThere, 20631},      // 211.31 less 5.00
		{ledger.PaidThere, 0},           // Xero takes what has nothing to pay for paid
	} {
		o := outcomes[i]
		if o.Verdict != ledger.Accepted || o.Standing.Status != want.status || o.Standing.Total.Minor() != want.total {
			t.Errorf("%s: %+v, want %s with a total of %d", o.Member, o, want.status, want.total)
			continue
		}
		there, ok := b.sim.Invoice(string(b.tenant), string(o.Standing.ID))
		if !ok || there.Total.StringFixed(2) != o.Standing.Total.String() || there.URL != o.Standing.Mark || there.ContactID != string(contact) {
			t.Errorf("%s: in Xero it is %+v", o.Member, there)
		}
	}
	there, _ := b.sim.Invoice(string(b.tenant), string(outcomes[0].Standing.ID))
	if unit := there.Lines[0].UnitAmount.String(); unit != "20.125" || !there.Lines[1].DescriptionOnly {
		t.Errorf("the lines are %+v", there.Lines)
	}
	there, _ = b.sim.Invoice(string(b.tenant), string(outcomes[1].Standing.ID))
	if there.Reference != "Matter 12" || there.BrandingThemeID != chart.Themes[1].ID || there.Lines[0].Tracking[0].Option != "West Coast" {
		t.Errorf("the invoice is %+v", there)
	}
	if diff := cmp.Diff(sim.Day(2026, time.November, 20), there.DueDate); diff != "" {
		t.Error(diff)
	}
}

func TestWhatXeroRefusesStopsNothingElse(t *testing.T) {
	b := simulate(t, "demo", sim.Config{})
	contacts, err := collect(b.Contacts(t.Context(), b.tenant, ledger.ContactQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	var active, archived ledger.ContactID
	for _, c := range contacts {
		if c.Archived {
			archived = c.ID
		} else {
			active = c.ID
		}
	}
	held := slices.IndexFunc(b.sim.Invoices(string(b.tenant)), func(v sim.Invoice) bool {
		return v.Type == sim.TypeSales && v.Status == sim.StatusAuthorised
	})
	taken := billing.Number(b.sim.Invoices(string(b.tenant))[held].Number)
	tests := []struct {
		cause   ledger.Cause
		warning bool
		change  func(*ledger.Write)
	}{
		{ledger.ContactArchived, false, func(w *ledger.Write) { w.Contact = archived }},
		{ledger.ContactUnknown, false, func(w *ledger.Write) { w.Contact = "33333333-0000-4000-8000-000000000001" }},
		{ledger.NumberTaken, false, func(w *ledger.Write) { w.Number = taken }},
		{ledger.LockedDate, false, func(w *ledger.Write) { w.Date = 20090930 }},
		{ledger.CurrencyUnknown, false, func(w *ledger.Write) { w.Currency = "EUR" }},
		{ledger.AccountUnknown, true, func(w *ledger.Write) { w.Lines[0].Account = "999" }},
		{ledger.AccountUnknown, false, func(w *ledger.Write) { w.Lines[0].Account, w.Status = "999", ledger.AuthorisedThere }},
		{ledger.AccountArchived, false, func(w *ledger.Write) { w.Lines[0].Account, w.Status = "265", ledger.AuthorisedThere }},
		{ledger.AccountMissing, false, func(w *ledger.Write) { w.Lines[0].Account, w.Status = "", ledger.AuthorisedThere }},
		{ledger.TaxAgainstAccount, false, func(w *ledger.Write) { w.Lines[0].TaxType = "INPUT2" }},
		{ledger.TaxUnknown, false, func(w *ledger.Write) { w.Lines[0].TaxType = "TAX009" }},
		{ledger.TaxInactive, false, func(w *ledger.Write) { w.Lines[0].TaxType = "OUTPUT" }},
		{ledger.Incomplete, false, func(w *ledger.Write) { w.Lines, w.Status = nil, ledger.AuthorisedThere }},
		{ledger.ItemUnknown, false, func(w *ledger.Write) { w.Lines[0].Item = "NOTHING" }},
	}
	writes := []ledger.Write{sale("FB-0", active)}
	for i, test := range tests {
		w := sale(billing.Number(fmt.Sprintf("FB-%d", i+1)), active)
		test.change(&w)
		writes = append(writes, w)
	}
	last := sale("FB-99", active)
	outcomes, err := b.post(t.Context(), t, append(writes, last)...)
	if err != nil {
		t.Fatal(err)
	}
	if outcomes[0].Verdict != ledger.Accepted || outcomes[len(outcomes)-1].Verdict != ledger.Accepted {
		t.Errorf("what was right was not accepted: %+v, %+v", outcomes[0], outcomes[len(outcomes)-1])
	}
	for i, test := range tests {
		o, want := outcomes[i+1], ledger.Rejected
		if test.warning {
			want = ledger.Accepted
		}
		if o.Verdict != want || len(o.Messages) == 0 || o.Messages[0].Cause != test.cause || o.Messages[0].Warning != test.warning {
			t.Errorf("for %s the outcome is %+v", test.cause, o)
		}
		if live := b.sim.LiveByURL(string(b.tenant), writes[i+1].Mark); (len(live) == 1) != test.warning {
			t.Errorf("for %s, %d invoices are in Xero", test.cause, len(live))
		}
	}
}

func TestContactsAreCreated(t *testing.T) {
	b := simulate(t, "empty", sim.Config{})
	b.contact(t.Context(), t, "Taken")
	address := billing.Address{Lines: [4]string{"PO Box 12"}, City: "Nelson", PostalCode: "7010", Country: "New Zealand"}
	payloads, err := b.PrepareContacts([]ledger.NewContact{
		{Client: "c1", Number: "KAURI", Name: "Kauri Joinery", Email: "office@kauri.example", Address: address},
		{Client: "c2", Name: "TAKEN"},
		{Client: "c3", Number: "KAURI", Name: "Another"},
		{Client: "c4", Name: "Wrong", Email: "nowhere"},
	}, 50)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := b.Post(t.Context(), batch(b.tenant, payloads[0], "key"))
	if err != nil {
		t.Fatal(err)
	}
	created := outcomes[0].Contact
	want := ledger.Contact{ID: created.ID, Number: "KAURI", Name: "Kauri Joinery", Email: "office@kauri.example", Address: address, Updated: created.Updated}
	if diff := cmp.Diff(want, created); diff != "" || created.Updated.IsZero() {
		t.Error(created.Updated, diff)
	}
	there, ok := b.sim.Contact(string(b.tenant), string(created.ID))
	if !ok || there.Addresses[0].Type != "POBOX" || there.Addresses[0].Line1 != "PO Box 12" || there.Addresses[0].City != "Nelson" {
		t.Errorf("in Xero it is %+v", there)
	}
	for i, cause := range []ledger.Cause{ledger.ContactTaken, ledger.ContactTaken, ledger.EmailInvalid} {
		if o := outcomes[i+1]; o.Verdict != ledger.Rejected || len(o.Messages) != 1 || o.Messages[0].Cause != cause {
			t.Errorf("the outcome of %s is %+v, want %s", o.Member, o, cause)
		}
	}
}

func TestWhatAFaultMeansForAWrite(t *testing.T) {
	for _, test := range []struct {
		fault  string
		want   app.Trouble // Reason, Unsent and Answered
		there  int         // invoices in Xero right after
		writes int         // that reached Xero
	}{
		{"429:minute:20", app.Trouble{}, 1, 2},
		{"429:concurrent:none", app.Trouble{}, 1, 2},
		{"429:appminute", app.Trouble{}, 1, 2},
		{"429:day:3000", app.Trouble{Reason: app.DayLimit, Unsent: true, Answered: true}, 0, 1},
		{"500", app.Trouble{Reason: app.Troubled, Answered: true}, 0, 1},
		{"500-after-commit", app.Trouble{Reason: app.Troubled, Answered: true}, 1, 1},
		{"503:maintenance", app.Trouble{Reason: app.Troubled}, 0, 1},
		{"503:offline", app.Trouble{Reason: app.Troubled}, 0, 1},
		{"drop-after-commit", app.Trouble{Reason: app.Interrupted}, 1, 1},
		{"cut", app.Trouble{Reason: app.Interrupted}, 1, 1},
		{"reset", app.Trouble{Reason: app.Interrupted}, 0, 1},
		{"late-commit:90s", app.Trouble{Reason: app.Interrupted}, 0, 1},
		{"disconnect", app.Trouble{Reason: app.NotConnected, Unsent: true, Answered: true}, 0, 1},
		{"slow:80s", app.Trouble{}, 1, 1},
		{"slow:101s", app.Trouble{Reason: app.Interrupted}, 0, 1},
	} {
		t.Run(test.fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := simulate(t, "empty", sim.Config{}, "PUT /Invoices #1 "+test.fault)
				contact := b.contact(t.Context(), t, "Kauri Joinery Ltd")
				b.sim.ResetCalls()
				w := sale("FB-1", contact)
				outcomes, err := b.post(t.Context(), t, w)
				live := len(b.sim.LiveByURL(string(b.tenant), w.Mark))
				if writes := b.sim.Calls()["PUT /Invoices"]; live != test.there || writes != test.writes {
					t.Errorf("%d invoices are in Xero after %d writes, want %d after %d", live, writes, test.there, test.writes)
				}
				if test.want == (app.Trouble{}) {
					if err != nil || outcomes[0].Verdict != ledger.Accepted {
						t.Errorf("the outcome is %+v, %v", outcomes, err)
					}
					return
				}
				got := troubleIn(t, err)
				if diff := cmp.Diff(test.want, app.Trouble{Reason: got.Reason, Unsent: got.Unsent, Answered: got.Answered}); diff != "" {
					t.Errorf("%s\n%+v", diff, got)
				}
				if got.Unsent && live != 0 {
					t.Error("it was called unsent and is in Xero")
				}
				time.Sleep(3 * time.Minute) // what comes late has come
			})
		})
	}
}

func TestTheSameBytesUnderTheSameKeyAreTheSameInvoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := simulate(t, "empty", sim.Config{}, "PUT /Invoices #1 drop-after-commit")
		contact := b.contact(t.Context(), t, "Kauri Joinery Ltd")
		payloads, err := b.PrepareInvoices([]ledger.Write{sale("FB-1", contact)}, 50)
		if err != nil {
			t.Fatal(err)
		}
		sent := batch(b.tenant, payloads[0], "key")
		if _, err := b.Post(t.Context(), sent); err == nil {
			t.Fatal("the answer was not lost")
		}
		time.Sleep(time.Minute)
		outcomes, err := b.Post(t.Context(), sent)
		if err != nil || outcomes[0].Verdict != ledger.Accepted {
			t.Fatalf("the outcome is %+v, %v", outcomes, err)
		}
		if there := b.sim.ByNumber(string(b.tenant), "FB-1"); len(there) != 1 || there[0].InvoiceID != string(outcomes[0].Standing.ID) {
			t.Errorf("in Xero are %+v", there)
		}
	})
}

func TestWhatAFaultMeansForReads(t *testing.T) {
	for _, test := range []struct {
		fault string
		want  app.Reason // "" when the read succeeds
	}{
		{"#1 429:minute:20", ""},
		{"#1 429:concurrent:none", ""},
		{"#1 429:day:3000", app.DayLimit},
		{"#1-3 500", ""},
		{"#1- 500", app.Troubled},
		{"#1-2 503:unavailable", ""},
		{"#1- 503:maintenance", app.Troubled},
		{"#1 cut", ""},
		{"#1 reset", ""},
		{"#1 drop-after-commit", ""},
		{"#1 slow:90s", ""},
		{"#1 slow:101s", ""},
		{"#1 disconnect", app.NotConnected},
	} {
		for _, read := range []struct {
			path string
			make func(context.Context, books) error
		}{
			{"/Organisation", func(ctx context.Context, b books) error {
				_, err := b.Chart(ctx, b.tenant)
				return err
			}},
			{"/Contacts", func(ctx context.Context, b books) error {
				_, err := collect(b.Contacts(ctx, b.tenant, ledger.ContactQuery{}))
				return err
			}},
			{"/Contacts", func(ctx context.Context, b books) error {
				_, err := collect(b.Contacts(ctx, b.tenant, ledger.ContactQuery{Names: []string{"Kauri"}}))
				return err
			}},
			{"/Invoices", func(ctx context.Context, b books) error {
				_, err := b.ByNumber(ctx, b.tenant, []billing.Number{"FB-1"})
				return err
			}},
			{"/Invoices", func(ctx context.Context, b books) error {
				_, err := b.ByID(ctx, b.tenant, []ledger.InvoiceID{"33333333-0000-4000-8000-000000000001"})
				return err
			}},
			{"/Organisation", func(ctx context.Context, b books) error {
				_, err := b.Lock(ctx, b.tenant)
				return err
			}},
			{"/Invoices", func(ctx context.Context, b books) error {
				_, err := collect(b.Since(ctx, b.tenant, time.Now()))
				return err
			}},
		} {
			t.Run(test.fault+" of "+read.path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rule := fmt.Sprintf("GET %s %s", read.path, test.fault)
					b := simulate(t, "empty", sim.Config{}, rule)
					err := read.make(t.Context(), b)
					if test.want == "" {
						if err != nil {
							t.Errorf("the error is %v", err)
						}
						return
					}
					if got := troubleIn(t, err); got.Reason != test.want {
						t.Errorf("the error is %+v, want %s", got, test.want)
					}
				})
			})
		}
	}
}

func TestWhatIsAskedOfAnOrganisationThatIsNotConnected(t *testing.T) {
	b := simulate(t, "empty", sim.Config{})
	if err := b.sim.Disconnect(string(b.tenant)); err != nil {
		t.Fatal(err)
	}
	_, err := b.Chart(t.Context(), b.tenant)
	if got := troubleIn(t, err); got.Reason != app.NotConnected || got.Text != "AuthenticationUnsuccessful" || got.Correlation == "" {
		t.Errorf("the error is %+v", got)
	}
	var trouble *app.Trouble
	if _, err = b.post(t.Context(), t, sale("FB-1", "c")); !errors.As(err, &trouble) || !trouble.Unsent {
		t.Errorf("the error is %+v", err)
	}
}

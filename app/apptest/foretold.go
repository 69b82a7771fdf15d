package apptest

import (
	"context"
	"slices"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// Stricter are the causes for which a review blocks what Xero would take. docs/architecture.md lists
// them with their reasons.
var Stricter = map[ledger.Cause]func(app.Reviewed) bool{
	ledger.ContactAmbiguous: always,
	ledger.AccountMissing:   asDraft,
	ledger.AccountUnknown:   func(r app.Reviewed) bool { return asDraft(r) || toExpenses(r) },
	ledger.TaxMissing:       always,
	ledger.TaxRateDiffers:   always,
	ledger.ItemUnknown:      always,
	ledger.ThemeUnknown:     always,
	ledger.AmountsInvalid:   asDraft,
	ledger.Incomplete:       asDraft,
	ledger.ClientIncomplete: always,
	ledger.NoRightsThere:    always,
}

func always(app.Reviewed) bool { return true }

func asDraft(r app.Reviewed) bool { return r.Write.Status == ledger.DraftThere }

// toExpenses reports whether a line goes to one of the simulated Xero's accounts for expenses.
func toExpenses(r app.Reviewed) bool {
	return slices.ContainsFunc(r.Write.Lines, func(l ledger.WriteLine) bool { return l.Account == "400" })
}

// Worded are the causes that Xero's own words tell otherwise, or that nobody knows Xero's words for.
// docs/architecture.md lists them, too.
var Worded = map[ledger.Cause][]ledger.Cause{
	ledger.AmountsInvalid:  {ledger.AccountUnknown, ledger.TaxUnknown, ledger.Other},
	ledger.TrackingUnknown: {ledger.Other},
	ledger.Incomplete:      {ledger.Other},
	ledger.MayBeOurs:       {ledger.NumberTaken},

	ledger.ClientIncomplete: {ledger.Other},
}

// Exporter is a running Feebridge that can export.
type Exporter interface {
	Export(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Run, []app.Result, error)
	Finish(ctx context.Context, id app.RunID, patience time.Duration) error
	ExportsOfRun(ctx context.Context, by staff.Member, id app.RunID) ([]app.Export, error)
}

// MustComeTrue exports what was reviewed, and fails the test for every row whose fate is not the one that
// the review told: whether it goes, to which contact, its total to the cent, or why not. What was blocked is
// then sent in spite of it: Xero refuses it for the same cause, or the cause is one of Stricter. It returns
// how many were blocked for each cause, and for which of them Xero took one.
func MustComeTrue(t testing.TB, there *sim.Sim, books app.Books, a Exporter, by staff.Member, review app.Review) (blocked map[ledger.Cause]int, taken map[ledger.Cause]bool) {
	t.Helper()
	ctx, tenant := context.Background(), string(review.Organisation.Tenant.ID)
	var ids []billing.InvoiceID
	for _, row := range review.Rows {
		ids = append(ids, row.Invoice.ID)
	}
	runs, _, err := a.Export(ctx, by, ids)
	if err != nil {
		t.Fatal(err)
	}
	exports := map[billing.InvoiceID]app.Export{}
	for _, run := range runs {
		if err := a.Finish(ctx, run.ID, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		all, err := a.ExportsOfRun(ctx, by, run.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			exports[e.Invoice] = e
		}
	}
	blocked, taken = map[ledger.Cause]int{}, map[ledger.Cause]bool{}
	created := map[billing.ClientID]ledger.ContactID{}
	for _, row := range review.Rows {
		e := exports[row.Invoice.ID]
		went := e.Result == billing.Exported || e.Result == billing.Warned
		if went != (row.Verdict != app.VerdictBlocked) || !went && e.Result != billing.Failed {
			t.Errorf("%s was %s, %+v, and is %s: %+v", row.Invoice.Number, row.Verdict, row.Messages, e.Result, e.Messages)
			continue
		}
		if went {
			mustBeAsTold(t, there, tenant, row, e)
			continue
		}
		causes := causesOf(row.Messages)
		for _, c := range causes {
			blocked[c]++
		}
		if got := causesOf(e.Messages); !meet(causes, got) {
			t.Errorf("%s was blocked for %v, and failed for %v", row.Invoice.Number, causes, got)
		}
		o := sendAnyway(t, books, review.Organisation.Tenant.ID, row, created)
		if o.Verdict == ledger.Rejected {
			if got := causesOf(o.Messages); !meet(causes, got) {
				t.Errorf("%s was blocked for %v, %+v, and Xero refuses it for %v: %+v", row.Invoice.Number, causes, row.Messages, got, o.Messages)
			}
			continue
		}
		for _, c := range causes {
			if stricter := Stricter[c]; o.Verdict != ledger.Accepted || stricter == nil || !stricter(row) {
				t.Errorf("%s was blocked for %s, %+v, and Xero takes it: %+v", row.Invoice.Number, c, row.Messages, o)
			}
			taken[c] = true
		}
	}
	return blocked, taken
}

// mustBeAsTold fails the test unless the one invoice in Xero has the contact and the total that were told.
func mustBeAsTold(t testing.TB, there *sim.Sim, tenant string, row app.Reviewed, e app.Export) {
	t.Helper()
	inv, found := there.Invoice(tenant, string(e.Standing.ID))
	if !found || inv.Total.StringFixed(2) != row.Total.String() {
		t.Errorf("%s was to come to %s, and is %s in Xero", row.Invoice.Number, row.Total, inv.Total)
	}
	contact, _ := there.Contact(tenant, inv.ContactID)
	switch row.Contact {
	case app.ContactCreated:
		if contact.ContactNumber != row.Client.Code {
			t.Errorf("%s was to go to a new contact for %s, and went to %s (%s)", row.Invoice.Number, row.Client.Code, contact.Name, contact.ContactNumber)
		}
	case app.ContactLinked, app.ContactWillLink, app.ContactMerged:
		if contact.ContactID != string(row.Match.Contact.ID) {
			t.Errorf("%s was to go to %s, and went to %s", row.Invoice.Number, row.Match.Contact.Name, contact.Name)
		}
	default:
		t.Errorf("%s went, and its contact was %s", row.Invoice.Number, row.Contact)
	}
}

func causesOf(messages []ledger.Message) (causes []ledger.Cause) {
	for _, m := range messages {
		if !m.Warning {
			causes = append(causes, m.Cause)
		}
	}
	return app.Distinct(causes)
}

// meet reports whether a cause that was told is one that came, or is worded as one.
func meet(told, came []ledger.Cause) bool {
	return slices.ContainsFunc(told, func(c ledger.Cause) bool {
		return slices.ContainsFunc(came, func(is ledger.Cause) bool { return is == c || slices.Contains(Worded[c], is) })
	})
}

// sendAnyway posts what a review blocked, past every check.
func sendAnyway(t testing.TB, books app.Books, tenant ledger.TenantID, row app.Reviewed, created map[billing.ClientID]ledger.ContactID) ledger.Outcome {
	t.Helper()
	w := row.Write
	switch row.Contact {
	case app.ContactCreated:
		if created[row.Client.ID] == "" {
			n, _ := ledger.Created(row.Client)
			payloads, err := books.PrepareContacts([]ledger.NewContact{n}, 1)
			if err != nil {
				t.Fatal(err)
			}
			o := post(t, books, tenant, payloads[0])
			if o.Verdict != ledger.Accepted && !ledger.HasCause(o.Messages, ledger.ContactTaken) {
				return o
			}
			created[row.Client.ID] = o.Contact.ID
			if o.Verdict != ledger.Accepted { // another row of the client went, and had it created
				created[row.Client.ID] = numbered(t, books, tenant, n.Number)
			}
		}
		w.Contact = created[row.Client.ID]
	case app.ContactSeveral:
		w.Contact = row.Match.Contact.ID // of one that is gone
		if len(row.Match.Choices) > 0 {
			w.Contact = row.Match.Choices[0].ID
		}
		if w.Contact == "" { // it was created since
			w.Contact = numbered(t, books, tenant, row.Match.Choices[0].Number)
		}
	default:
		w.Contact = row.Match.Contact.ID
	}
	payloads, err := books.PrepareInvoices([]ledger.Write{w}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return post(t, books, tenant, payloads[0])
}

// numbered returns the contact that has a number.
func numbered(t testing.TB, books app.Books, tenant ledger.TenantID, number string) ledger.ContactID {
	t.Helper()
	for c, err := range books.Contacts(context.Background(), tenant, ledger.ContactQuery{Numbers: []string{number}}) {
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	t.Errorf("no contact has the number %s", number)
	return ""
}

func post(t testing.TB, books app.Books, tenant ledger.TenantID, p app.Payload) ledger.Outcome {
	t.Helper()
	outcomes, err := books.Post(context.Background(), app.Batch{
		ID: app.BatchID(app.NewID()), Tenant: tenant, Kind: p.Kind, Key: app.NewID(), Body: p.Body, Members: p.Members,
	})
	if err != nil {
		t.Fatal(err)
	}
	return outcomes[0]
}

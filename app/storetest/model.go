package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// model is what a Store of invoices should hold, in plain maps. Each property begins
// with a client of its own, so that all of them share one database.
type model struct {
	t        *testing.T
	store    [2]Store // two processes
	client   billing.ClientID
	invoices map[billing.InvoiceID]billing.Invoice
	latest   map[billing.InvoiceID]app.Export
	exports  int // how many were saved, each under an ID of its own
	seq      app.Seq
	changed  map[string]bool // since seq
}

// anySequenceOfSavesIsKept compares two processes on one database with the model.
func anySequenceOfSavesIsKept(t *testing.T, one, other store) {
	runs := 0
	rapid.Check(t, func(r *rapid.T) {
		runs++
		m := &model{
			t: t, store: [2]Store{one.Store, other.Store}, client: billing.ClientID(fmt.Sprint("client ", runs)),
			invoices: map[billing.InvoiceID]billing.Invoice{}, latest: map[billing.InvoiceID]app.Export{}, changed: map[string]bool{},
		}
		if err := one.Update(t.Context(), func(tx app.Tx) error {
			return second(tx.SaveClient(billing.Client{ID: m.client, Code: string(m.client), Name: "Any"}))
		}); err != nil {
			r.Fatal(err)
		}
		var err error
		if m.seq, err = one.LastChange(t.Context()); err != nil {
			r.Fatal(err)
		}
		actions := []func(*rapid.T){m.save, m.advance, m.export}
		for _, action := range rapid.SliceOfN(rapid.IntRange(0, len(actions)-1), 1, 20).Draw(r, "actions") {
			actions[action](r)
		}
		m.check(r)
	})
}

// update runs fn in one of the processes; fn may fail with a Conflict, and then nothing
// is kept.
func (m *model) update(r *rapid.T, fn func(app.Tx) error) (conflict bool) {
	err := rapid.SampledFrom(m.store[:]).Draw(r, "process").Update(m.t.Context(), fn)
	if err != nil && !app.IsCode(err, app.Conflict) {
		r.Fatal(err)
	}
	return err != nil
}

func (m *model) any(r *rapid.T) billing.InvoiceID {
	if len(m.invoices) == 0 {
		m.save(r)
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(m.invoices))).Draw(r, "invoice")
}

var anyStage = rapid.Custom(func(r *rapid.T) billing.Stage {
	return billing.Stage{
		Status: rapid.SampledFrom(billing.Statuses()).Draw(r, "status"),
		Export: rapid.SampledFrom(billing.ExportStates()).Draw(r, "export"),
	}
})

// save saves a new invoice or another state of one, from its newest version or an older one.
func (m *model) save(r *rapid.T) {
	id := billing.InvoiceID(fmt.Sprintf("%s/%d", m.client, rapid.IntRange(1, 5).Draw(r, "id")))
	was, known := m.invoices[id]
	v := billing.Invoice{
		ID: id, Client: m.client, Type: billing.Final, Currency: "NZD", Amounts: money.Exclusive, Version: was.Version,
		Date: 20261101, Stage: anyStage.Draw(r, "stage"), Note: rapid.String().Draw(r, "note"),
	}
	if n := rapid.SampledFrom([]string{"", "a", "A", "b", "c"}).Draw(r, "number"); n != "" {
		v.Number = billing.Number(fmt.Sprintf("%s %s", m.client, n))
	}
	v.Date = v.Date.AddDays(rapid.IntRange(0, 2).Draw(r, "day"))
	for range rapid.IntRange(0, 3).Draw(r, "lines") {
		v.Lines = append(v.Lines, billing.Line{
			Description: "Work", Quantity: money.Quantity(rapid.Int64Range(-9_0000, 9_0000).Draw(r, "quantity")),
			UnitAmount: money.UnitAmount(rapid.Int64Range(0, 99_0000).Draw(r, "price")), Tax: billing.Tax{Rate: 15_0000},
		})
	}
	stale := known && rapid.Bool().Draw(r, "stale")
	if stale {
		v.Version--
	}
	conflict := m.update(r, func(tx app.Tx) error { return second(tx.SaveInvoice(v)) })
	if want := stale || m.taken(v.Number, v.Stage, id); conflict != want {
		r.Fatalf("saving %+v: conflict is %t, want %t", v, conflict, want)
	}
	if !conflict {
		v.Version++
		m.invoices[id] = v
		m.changed[string(id)] = true
	}
}

// taken tells whether another invoice that is not deleted has the number.
func (m *model) taken(n billing.Number, s billing.Stage, by billing.InvoiceID) bool {
	if n == "" || s.Status == billing.Deleted {
		return false
	}
	for id, v := range m.invoices {
		if id != by && v.Stage.Status != billing.Deleted && v.Number.Fold() == n.Fold() {
			return true
		}
	}
	return false
}

func (m *model) advance(r *rapid.T) {
	id := m.any(r)
	v := m.invoices[id]
	to := anyStage.Draw(r, "stage")
	conflict := m.update(r, func(tx app.Tx) error { return tx.Advance(to, id) })
	if want := m.taken(v.Number, to, id); conflict != want {
		r.Fatalf("moving %+v to %v: conflict is %t, want %t", v, to, conflict, want)
	}
	if !conflict {
		v.Stage = to
		v.Version++
		m.invoices[id] = v
		m.changed[string(id)] = true
	}
}

// export saves a new export of an invoice, or another state of the newest.
func (m *model) export(r *rapid.T) {
	id := m.any(r)
	e, known := m.latest[id]
	if !known || rapid.Bool().Draw(r, "another") {
		e = app.Export{Run: "run", Invoice: id, Tenant: "demo"}
		m.exports++
		e.ID = app.ExportID(fmt.Sprint(id, " ", m.exports))
		e.Mark = string(e.ID)
	}
	e.Messages = nil
	if text := rapid.StringN(0, 10, 100).Draw(r, "message"); text != "" {
		e.Messages = []ledger.Message{{Text: text, Cause: ledger.LockedDate}}
	}
	e.Standing = ledger.Standing{Status: rapid.SampledFrom([]ledger.InvoiceStatus{"", ledger.DraftThere, ledger.PaidThere}).Draw(r, "there")}
	m.update(r, func(tx app.Tx) error { return tx.SaveExports(e) })
	m.latest[id] = e
	m.changed[string(id)], m.changed["run"] = true, true
}

// check compares both processes with the model.
func (m *model) check(r *rapid.T) {
	var rows []app.InvoiceRow
	for _, v := range m.invoices {
		if v.Stage.Status == billing.Deleted {
			continue
		}
		totals, err := v.Totals()
		if err != nil {
			r.Fatal(err)
		}
		row := app.InvoiceRow{
			ID: v.ID, ClientID: m.client, Client: "Any", Number: v.Number, Date: v.Date, Due: v.Due, Stage: v.Stage,
			SubTotal: totals.SubTotal, Tax: totals.Tax, Total: totals.Total, XeroStatus: m.latest[v.ID].Standing.Status, Settlement: m.latest[v.ID].Standing.Settlement(),
			Code: string(m.client), ExportedOn: m.latest[v.ID].Sent,
		}
		if m.latest[v.ID].Tenant != "" {
			row.Organisation = "Demo Company"
		}
		if messages := m.latest[v.ID].Messages; len(messages) > 0 {
			row.Message, row.Cause = messages[0].Text, messages[0].Cause
		}
		rows = append(rows, row)
	}
	byOrder := func(a, b app.InvoiceRow) int {
		return cmp.Or(cmp.Compare(b.Date, a.Date), cmp.Compare(b.Number, a.Number), cmp.Compare(a.ID, b.ID))
	}
	slices.SortFunc(rows, byOrder)
	ids := slices.Sorted(maps.Keys(m.invoices))
	for _, db := range m.store {
		s := store{Store: db, t: m.t}
		for _, q := range []app.Query{{Client: m.client}, {IDs: append([]billing.InvoiceID{}, ids...)}} {
			got := s.rows(q)
			inOrder := slices.IsSortedFunc(got, func(a, b app.InvoiceRow) int {
				return cmp.Or(cmp.Compare(b.Date, a.Date), cmp.Compare(b.Number, a.Number))
			})
			if !inOrder {
				r.Fatalf("the order is wrong: %v", got)
			}
			slices.SortFunc(got, byOrder) // invoices without a number have no order among them
			if diff := diff(got, rows); diff != "" {
				r.Fatalf("rows of %+v:\n%s", q, diff)
			}
		}
		err := db.View(m.t.Context(), func(reader app.Reader) error {
			all, err := reader.Invoices(ids)
			if err != nil {
				return err
			}
			for _, v := range all {
				if diff := diff(v, m.invoices[v.ID]); diff != "" {
					return errors.New(diff)
				}
			}
			return nil
		})
		if err != nil {
			r.Fatal(err)
		}
		changes, err := db.Changes(m.t.Context(), m.seq)
		if err != nil {
			r.Fatal(err)
		}
		got := map[string]bool{}
		for _, c := range changes {
			got[c.ID] = true
		}
		if diff := diff(got, m.changed); diff != "" || len(got) != len(changes) {
			r.Fatalf("the changes are %v:\n%s", changes, diff)
		}
	}
}

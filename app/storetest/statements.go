package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
	"feebridge/app/staff"
)

// fewStatements is how many statements a transaction may take that reads or writes a thousand rows
// of one kind: each is a journey to a server that may be far away.
const fewStatements = 30

// thousandRowsTakeFewStatements holds a store to fewStatements.
func thousandRowsTakeFewStatements(t *testing.T, p Process) {
	const many = 1000
	var invoices []billing.InvoiceID
	var ids []app.ExportID
	var exports []app.Export
	var removals []app.Removal
	var extras []app.Extra
	var strays []app.Stray
	var contacts []ledger.Contact
	var contactIDs []ledger.ContactID
	var batches []app.Batch
	var batchIDs []app.BatchID
	var runs []app.RunID
	err := p.Update(t.Context(), func(tx app.Tx) error {
		if err := SaveFirm(tx); err != nil {
			return err
		}
		for i := range many {
			id := fmt.Sprint(i)
			v := plain(billing.InvoiceID(id), billing.Number(id))
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			invoices, ids = append(invoices, v.ID), append(ids, app.ExportID(id))
			exports = append(exports, exported(app.ExportID(id), v.ID, ledger.InvoiceID(id)))
			removals = append(removals, app.Removal{ID: app.RemovalID(id), Run: "run", Invoice: v.ID, Export: app.ExportID(id), Tenant: "demo", There: "x", To: ledger.DeletedThere})
			extras = append(extras, app.Extra{Export: app.ExportID(id), Tenant: "demo", Kind: app.HistoryNote})
			contacts, contactIDs = append(contacts, ledger.Contact{ID: ledger.ContactID(id), Name: id}), append(contactIDs, ledger.ContactID(id))
			strays = append(strays, app.Stray{ID: ledger.InvoiceID(id), Why: app.Missing})
			if i%50 == 0 {
				batches, batchIDs = append(batches, ready(app.BatchID(id), id)), append(batchIDs, app.BatchID(id))
			}
		}
		var err error
		runs, err = manyRuns(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	closed := billing.Stage{Status: billing.Closed, Export: billing.Exported}
	for _, c := range []struct {
		what string
		do   func(outbox.Tx) error
	}{
		{"new exports", func(tx outbox.Tx) error { return tx.SaveExports(exports...) }},
		{"exports", func(tx outbox.Tx) error { return tx.SaveExports(exports...) }},
		{"standings", func(tx outbox.Tx) error { return tx.SaveStandings(exports...) }},
		{"new removals", func(tx outbox.Tx) error { return tx.SaveRemovals(removals...) }},
		{"removals", func(tx outbox.Tx) error { return tx.SaveRemovals(removals...) }},
		{"extras", func(tx outbox.Tx) error { return tx.SaveExtras(extras...) }},
		{"strays", func(tx outbox.Tx) error { return tx.SaveStrays("demo", strays...) }},
		{"contacts", func(tx outbox.Tx) error {
			return errors.Join(tx.SaveContacts("demo", contacts...), second(tx.Contacts("demo")), tx.DeleteContacts("demo", contactIDs...))
		}},
		{"refused contacts", func(tx outbox.Tx) error { return tx.RefuseContacts("demo", "kauri", contactIDs...) }},
		{"batches", func(tx outbox.Tx) error { return tx.SaveBatches(batches...) }},
		{"stages", func(tx outbox.Tx) error {
			return tx.AdvanceAll(map[billing.Stage][]billing.InvoiceID{closed: invoices[500:], {Status: billing.Finalized}: invoices[:500]})
		}},
		{"the audit trail", func(tx outbox.Tx) error {
			return tx.Record(make([]staff.Entry, many)...)
		}},
		{"batches that are taken back", func(tx outbox.Tx) error { return tx.Unplan(batchIDs...) }},
		{"runs", func(tx outbox.Tx) error {
			got, err := tx.RunsBy(app.RunQuery{Failed: true, Clients: []billing.ClientID{"kauri"}})
			counts, err2 := tx.RunCounts(runs, []billing.ClientID{"kauri"})
			if len(got) != 0 || len(counts) != len(runs) {
				return fmt.Errorf("%d runs failed, and %d were counted", len(got), len(counts))
			}
			return errors.Join(err, err2)
		}},
		{"readings", func(tx outbox.Tx) error {
			return errors.Join(second(tx.Exports(ids)), second(tx.TrackedExports(ids)), second(tx.LatestExports(invoices)), second(tx.InvoiceHeads(invoices)),
				second(tx.Invoices(invoices)), second(tx.ExportsOfRun("run")), second(tx.RemovalsOfRun("run")), second(tx.Tallies("demo")),
				second(tx.RunRows("run", nil)),
				second(tx.WaitingExports(outbox.Waiting{Tenant: "demo", Runs: []app.RunID{"run"}, Limit: many})))
		}},
	} {
		var n int
		err := p.Lease(t.Context(), "work", func(ctx context.Context, f app.Fence) error {
			counter := Count(p)
			err := p.Work(ctx, f, c.do)
			n = counter.Statements()
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if n > fewStatements {
			t.Errorf("%d %s take %d statements, want %d at most", many, c.what, n, fewStatements)
		}
	}
}

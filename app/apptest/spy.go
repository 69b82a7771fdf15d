package apptest

import (
	"feebridge/app"
	"feebridge/app/ledger"
)

// Spy is a transaction that notes at which point of the protocol a sender is, by what it
// writes.
type Spy struct {
	app.Tx
	Point string // as the tables of docs/architecture.md name it; "" while nothing of it was written
}

// SaveRun implements app.Tx.
func (t *Spy) SaveRun(r app.Run) error {
	if r.Ended.IsZero() {
		t.Point = "queue"
	}
	return t.Tx.SaveRun(r)
}

// SaveChart implements app.Tx.
func (t *Spy) SaveChart(c ledger.Chart) error {
	t.Point = "chart"
	return t.Tx.SaveChart(c)
}

// SaveBatch implements app.Tx.
func (t *Spy) SaveBatch(b app.Batch) error {
	names := map[app.BatchKind]map[app.BatchState]string{
		app.ContactBatch: {app.Ready: "contacts stored", app.Sending: "contacts claimed", app.Settled: "contacts settled"},
		app.InvoiceBatch: {app.Ready: "requests stored", app.Sending: "request claimed", app.Settled: "request settled"},
		app.RemovalBatch: {app.Ready: "removal stored", app.Sending: "removal claimed", app.Settled: "removal settled"},
	}
	if name := names[b.Kind][b.State]; name != "" {
		t.Point = name
	}
	return t.Tx.SaveBatch(b)
}

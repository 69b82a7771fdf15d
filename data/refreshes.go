package data

import (
	"database/sql"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// Refreshes implements app.Reader.
func (r *reader) Refreshes() (map[ledger.TenantID]app.Refresh, error) {
	all := map[ledger.TenantID]app.Refresh{}
	err := r.each("reading how far Xero is known", func(row *sql.Rows) error {
		var f app.Refresh
		err := row.Scan(&f.Tenant, at{&f.Cursor}, at{&f.At}, at{&f.Reread}, at{&f.Failing.Since}, at{&f.Failing.Until}, &f.Failing.Why, &f.Failing.Text)
		all[f.Tenant] = f
		return err
	}, "SELECT tenant, cursor, at, reread, failing_since, failing_until, failing_why, failing_text FROM refreshes")
	return all, err
}

// SaveRefresh implements outbox.Tx.
func (w *writer) SaveRefresh(f app.Refresh) error {
	_, err := w.exec("saving how far Xero is known", `
		INSERT INTO refreshes (tenant, cursor, at, reread, failing_since, failing_until, failing_why, failing_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET cursor = excluded.cursor, at = excluded.at, reread = excluded.reread, failing_since = excluded.failing_since,
			failing_until = excluded.failing_until, failing_why = excluded.failing_why, failing_text = excluded.failing_text`,
		f.Tenant, millis(f.Cursor), millis(f.At), millis(f.Reread), millis(f.Failing.Since), millis(f.Failing.Until), f.Failing.Why, f.Failing.Text)
	if err == nil {
		w.note("organisation", string(f.Tenant))
	}
	return err
}

// ForgetFailing implements app.Tx.
func (w *writer) ForgetFailing(t ledger.TenantID) error {
	_, err := w.exec("saving that Xero was reached",
		"UPDATE refreshes SET failing_since = 0, failing_until = 0, failing_why = '', failing_text = '' WHERE tenant = ?", t)
	if err == nil {
		w.note("organisation", string(t))
	}
	return err
}

// FirstSent implements outbox.Reader.
func (r *reader) FirstSent(t ledger.TenantID) (first time.Time, err error) {
	err = r.each("looking for the first export", func(row *sql.Rows) error { return row.Scan(at{&first}) },
		"SELECT coalesce(min(since), 0) FROM exports WHERE tenant = ? AND sent > 0", t)
	return first, err
}

// trackedColumns are of an export e and its invoice i.
const trackedColumns = exportColumns + ", i.client, i.number, i.date, i.due, i.reference, i.currency, i.status || ' ' || i.export, i.latest = e.seq"

// scanTracked reads trackedColumns, and more columns behind them.
func scanTracked(row *sql.Rows, more ...any) (t app.Tracked, err error) {
	v := &t.Invoice
	t.Export, err = scanExport(row, append([]any{&v.Client, &v.Number, &v.Date, &v.Due, &v.Reference, &v.Currency, named[billing.Stage]{&v.Stage, stages}, &t.Newest}, more...)...)
	v.ID = t.Export.Invoice
	return t, err
}

// Tracked implements outbox.Reader. Where Xero has an invoice under two exports, the newer counts.
func (r *reader) Tracked(t ledger.TenantID, ids []ledger.InvoiceID) (map[ledger.InvoiceID]app.Tracked, error) {
	tracked := make(map[ledger.InvoiceID]app.Tracked, len(ids))
	newest := make(map[ledger.InvoiceID]int64, len(ids)) // the place of its export among all
	err := r.each("looking for exports", func(row *sql.Rows) error {
		var seq int64
		one, err := scanTracked(row, &seq)
		if id := one.Export.Standing.ID; seq > newest[id] {
			tracked[id], newest[id] = one, seq
		}
		return err
	}, `SELECT `+trackedColumns+`, e.seq
		FROM list(?) asked CROSS JOIN exports e ON e.tenant = ? AND e.xero_id = asked.value CROSS JOIN invoices i ON i.id = e.invoice
		WHERE e.xero_id <> ''`, idList(ids), t)
	return tracked, err
}

// OpenInXero implements outbox.Reader.
func (r *reader) OpenInXero(t ledger.TenantID) ([]ledger.InvoiceID, error) {
	return many(r, "looking for open invoices", func(row *sql.Rows) (id ledger.InvoiceID, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT e.xero_id FROM exports e CROSS JOIN invoices i ON i.id = e.invoice AND i.latest = e.seq
		WHERE e.tenant = ? AND e.xero_id <> '' AND e.xero_status NOT IN (?, ?, ?)
			AND i.export IN ('exported', 'warning', 'changed', 'not_found_in_xero') AND i.status IN ('finalized', 'closed') ORDER BY e.xero_id`,
		t, ledger.PaidThere, ledger.VoidedThere, ledger.DeletedThere)
}

package data

import (
	"database/sql"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// Copied implements app.Reader.
func (r *reader) Copied() (c app.Copied, err error) {
	err = r.each("reading whose copy this is", func(row *sql.Rows) error { return row.Scan(&c.How, at{&c.Found}) },
		"SELECT how, found FROM copy")
	return c, err
}

// Reconciliations implements app.Reader.
func (r *reader) Reconciliations() (map[ledger.TenantID]app.Reconciliation, error) {
	all := map[ledger.TenantID]app.Reconciliation{}
	err := r.each("reading what was compared with Xero", func(row *sql.Rows) error {
		var c app.Reconciliation
		err := row.Scan(&c.Tenant, at{&c.Heard}, at{&c.From}, at{&c.Reached}, &c.Run, &c.Adopted, &c.Updated, &c.Again, at{&c.Began}, at{&c.Ended}, &c.Without)
		all[c.Tenant] = c
		return err
	}, "SELECT tenant, heard, since, reached, coalesce(run, ''), adopted, updated, again, began, ended, without FROM reconciliations")
	return all, err
}

// SaveReconciliation implements app.Tx.
func (w *writer) SaveReconciliation(c app.Reconciliation) error {
	_, err := w.exec("saving what was compared with Xero", `
		INSERT INTO reconciliations (tenant, heard, since, reached, run, adopted, updated, again, began, ended, without) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET heard = excluded.heard, since = excluded.since, reached = excluded.reached, run = excluded.run,
			adopted = excluded.adopted, updated = excluded.updated, again = excluded.again, began = excluded.began, ended = excluded.ended, without = excluded.without`,
		c.Tenant, millis(c.Heard), millis(c.From), millis(c.Reached), orNull(c.Run),
		c.Adopted, c.Updated, c.Again, millis(c.Began), millis(c.Ended), c.Without)
	w.note("organisation", string(c.Tenant))
	return err
}

// Strays implements app.Reader.
func (r *reader) Strays(t ledger.TenantID) ([]app.Stray, error) {
	return many(r, "reading what is not known here", func(row *sql.Rows) (s app.Stray, err error) {
		var currency money.Currency
		var total int64
		err = row.Scan(&s.ID, &s.Why, &s.Invoice, &s.Number, &s.Status, &currency, &total)
		s.Total = money.New(total, currency)
		return s, err
	}, "SELECT xero_id, why, invoice, number, status, currency, total FROM strays WHERE tenant = ? ORDER BY number, xero_id", t)
}

// SaveStrays implements outbox.Tx.
func (w *writer) SaveStrays(t ledger.TenantID, all ...app.Stray) error {
	all = lastOfEach(all, func(s app.Stray) ledger.InvoiceID { return s.ID })
	r := newRows(8, len(all))
	for _, s := range all {
		r.add(t, s.ID, s.Why, s.Invoice, s.Number, s.Status, s.Total.Currency(), s.Total.Minor())
	}
	_, err := w.execRows("saving what is not known here", "INSERT INTO strays (tenant, xero_id, why, invoice, number, status, currency, total) VALUES ", r,
		overwrite("tenant, xero_id", "why, invoice, number, status, currency, total"))
	w.note("organisation", string(t))
	return err
}

// DeleteStrays implements outbox.Tx.
func (w *writer) DeleteStrays(t ledger.TenantID, ids ...ledger.InvoiceID) error {
	_, err := w.exec("forgetting what is known here by now", "DELETE FROM strays WHERE tenant = ? AND xero_id IN (SELECT value FROM list(?))", t, idList(ids))
	w.note("organisation", string(t))
	return err
}

// Nightly implements app.Reader.
func (r *reader) Nightly() (n app.Nightly, err error) {
	err = r.each("reading when the last copy was made", func(row *sql.Rows) error {
		return row.Scan(at{&n.At}, &n.Path, at{&n.Failed}, &n.Failure)
	}, "SELECT at, path, failed, failure FROM nightly")
	return n, err
}

// SaveNightly implements app.Tx.
func (w *writer) SaveNightly(n app.Nightly) error {
	_, err := w.exec("saving when the last copy was made", `
		INSERT INTO nightly (id, at, path, failed, failure) VALUES (1, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, path = excluded.path, failed = excluded.failed, failure = excluded.failure`,
		millis(n.At), n.Path, millis(n.Failed), n.Failure)
	w.note("firm", "")
	return err
}

// BecomeCopy makes the database a copy from now on. The strays of earlier comparisons stay: the next
// one reads only what changed since, and judges those among it again.
func (w *writer) BecomeCopy(how app.CopyHow) error {
	const doing = "noting that the database is a copy"
	was, err := w.Copied()
	if err != nil {
		return err
	}
	heard, err := w.heard()
	if err != nil {
		return err
	}
	before, err := w.Reconciliations()
	if err != nil {
		return err
	}
	again, entry := app.BecomeCopy(how, was, heard, before)
	for _, c := range again {
		if err := w.SaveReconciliation(c); err != nil {
			return err
		}
	}
	if _, err := w.exec(doing, "UPDATE copy SET how = ?, found = ?", how, millis(w.now)); err != nil {
		return err
	}
	w.note("firm", "")
	return w.Record(entry)
}

// heard returns when each organisation was last heard, by Xero's clock.
func (w *writer) heard() (map[ledger.TenantID]time.Time, error) {
	last := map[ledger.TenantID]time.Time{}
	err := w.each("reading when Xero was last heard", func(row *sql.Rows) error {
		var t ledger.TenantID
		var chart ledger.Chart
		var updated time.Time
		err := row.Scan(&t, inJSON{&chart}, at{&updated})
		last[t] = app.LastHeard(chart, updated)
		return err
	}, `SELECT tenant, chart, coalesce(updated, 0) FROM organisations LEFT JOIN
		(SELECT tenant, max(xero_updated) AS updated FROM exports GROUP BY tenant) USING (tenant)`)
	return last, err
}

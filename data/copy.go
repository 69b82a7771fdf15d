package data

import (
	"database/sql"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
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
		err := row.Scan(&c.Tenant, at{&c.Heard}, at{&c.From}, at{&c.Reached}, &c.Run, &c.Adopted, &c.Updated, at{&c.Began}, at{&c.Ended}, &c.Without)
		all[c.Tenant] = c
		return err
	}, "SELECT tenant, heard, since, reached, coalesce(run, ''), adopted, updated, began, ended, without FROM reconciliations")
	return all, err
}

// SaveReconciliation implements app.Tx.
func (w *writer) SaveReconciliation(c app.Reconciliation) error {
	_, err := w.exec("saving what was compared with Xero", `
		INSERT INTO reconciliations (tenant, heard, since, reached, run, adopted, updated, began, ended, without) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant) DO UPDATE SET heard = excluded.heard, since = excluded.since, reached = excluded.reached, run = excluded.run,
			adopted = excluded.adopted, updated = excluded.updated, began = excluded.began, ended = excluded.ended, without = excluded.without`,
		c.Tenant, millis(c.Heard), millis(c.From), millis(c.Reached), orNull(c.Run),
		c.Adopted, c.Updated, millis(c.Began), millis(c.Ended), c.Without)
	w.note("organisation", string(c.Tenant))
	return err
}

// Strays implements app.Reader.
func (r *reader) Strays(t ledger.TenantID) ([]app.Stray, error) {
	return many(r, "reading what is not known here", func(row *sql.Rows) (s app.Stray, err error) {
		var currency money.Currency
		var total int64
		err = row.Scan(&s.ID, &s.Why, &s.Number, &s.Status, &currency, &total)
		s.Total = money.New(total, currency)
		return s, err
	}, "SELECT xero_id, why, number, status, currency, total FROM strays WHERE tenant = ? ORDER BY number, xero_id", t)
}

// SaveStray implements app.Tx.
func (w *writer) SaveStray(t ledger.TenantID, s app.Stray) error { return w.SaveStrays(t, s) }

// SaveStrays implements outbox.Tx.
func (w *writer) SaveStrays(t ledger.TenantID, all ...app.Stray) error {
	all = lastOfEach(all, func(s app.Stray) ledger.InvoiceID { return s.ID })
	_, err := w.execRows("saving what is not known here", atOnce, "INSERT INTO strays (tenant, xero_id, why, number, status, currency, total) VALUES ",
		convert(all, func(s app.Stray) []any {
			return []any{t, s.ID, s.Why, s.Number, s.Status, s.Total.Currency(), s.Total.Minor()}
		}), overwrite("tenant, xero_id", "why, number, status, currency, total"))
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

// becomeCopy says that the database is a copy from now on. What was compared with Xero
// before counts no more, except that a comparison which is under way begins where it did.
func (w *writer) becomeCopy(how app.CopyHow) error {
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
	if _, err := w.exec(doing, "DELETE FROM strays WHERE tenant IN (SELECT tenant FROM reconciliations WHERE ended <> 0)"); err != nil {
		return err
	}
	for t, last := range heard {
		c, known := before[t]
		switch {
		case known && c.Ended.IsZero(), !known && was.How != app.Original:
			continue // what was heard since the file was copied is not what the copy knew
		case c.Without != "":
			last = c.Heard // nothing was compared since
		}
		if err := w.SaveReconciliation(app.Reconciliation{Tenant: t, Heard: last}); err != nil {
			return err
		}
	}
	if _, err := w.exec(doing, "UPDATE copy SET how = ?, found = ?", how, millis(w.now)); err != nil {
		return err
	}
	w.note("firm", "")
	return w.Record(staff.Entry{ByName: "Feebridge", Action: string(how), Subject: "firm", To: "a copy that Xero may be ahead of"})
}

// heard returns, for each organisation, the last moment of Xero's clock that the database
// knows of: whatever was done there after the database was copied was done after it. The
// computer's own clock could not tell, since it may have been wrong.
func (w *writer) heard() (map[ledger.TenantID]time.Time, error) {
	organisations, err := w.Organisations()
	if err != nil {
		return nil, err
	}
	last := map[ledger.TenantID]time.Time{}
	for _, o := range organisations {
		chart, err := w.Chart(o.Tenant.ID)
		if err != nil && !app.IsCode(err, app.NotFound) {
			return nil, err
		}
		last[o.Tenant.ID] = time.Time{}
		if !chart.Read.IsZero() {
			last[o.Tenant.ID] = chart.Read.Add(chart.Ahead)
		}
	}
	err = w.each("reading when Xero was last heard", func(row *sql.Rows) error {
		var t ledger.TenantID
		var updated time.Time
		err := row.Scan(&t, at{&updated})
		if updated.After(last[t]) {
			last[t] = updated
		}
		return err
	}, "SELECT tenant, max(xero_updated) FROM exports GROUP BY tenant")
	return last, err
}

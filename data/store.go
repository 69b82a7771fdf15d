package data

import (
	"context"
	"database/sql"
	"encoding/json"
	"iter"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// View implements app.Store.
func (db *DB) View(ctx context.Context, fn func(app.Reader) error) error {
	tx, err := db.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return busy(err)
	}
	defer tx.Rollback()
	return fn(newReader(ctx, tx))
}

// Update implements app.Store. It runs fn once.
func (db *DB) Update(ctx context.Context, fn func(app.Tx) error) error {
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return busy(err)
	}
	defer tx.Rollback()
	w := &writer{reader: newReader(ctx, tx), now: instant(time.Now().UnixMilli())}
	if err := fn(w); err != nil {
		return err
	}
	if err := w.announce(); err != nil {
		return err
	}
	return busy(tx.Commit())
}

// Rows implements app.Store.
func (db *DB) Rows(ctx context.Context, q app.Query) iter.Seq2[app.InvoiceRow, error] {
	return func(yield func(app.InvoiceRow, error) bool) {
		rows, err := db.reader.QueryContext(ctx, rowsQuery, string(q.Client), limit(q.Limit), idList(q.IDs), q.IDs == nil)
		if err != nil {
			yield(app.InvoiceRow{}, busy(err))
			return
		}
		defer rows.Close()
		s := rowScanner{same: map[string]string{}}
		for rows.Next() {
			row, err := s.scan(rows)
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(app.InvoiceRow{}, err)
		}
	}
}

// rowsQuery reads the grid's rows in the order of the index invoices_newest.
const rowsQuery = `
SELECT i.id, i.client, c.name, i.number, i.reference, i.date, i.due, i.currency, i.sub_total, i.tax, i.total,
	i.status, i.export, coalesce(e.message, ''), coalesce(e.cause, ''), coalesce(e.xero_status, ''), coalesce(e.amount_due, 0), coalesce(e.paid_on, 0)
FROM invoices i JOIN clients c ON c.id = i.client LEFT JOIN exports e ON e.id = i.latest
WHERE i.status <> 'deleted' AND (?1 = '' OR i.client = ?1) AND (?4 OR i.id IN (SELECT value FROM json_each(?3)))
ORDER BY i.date DESC, i.number DESC LIMIT ?2`

func limit(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

func idList[T ~string](ids []T) string {
	if ids == nil {
		return "[]"
	}
	text, _ := json.Marshal(ids)
	return string(text)
}

// rowScanner scans rows of the grid; texts that repeat are kept once.
type rowScanner struct {
	same map[string]string
	b    [9]sql.RawBytes
}

func (s *rowScanner) scan(rows *sql.Rows) (app.InvoiceRow, error) {
	var r app.InvoiceRow
	var sub, tax, total, due int64
	var id, number, reference string
	b := &s.b
	err := rows.Scan(&id, &b[0], &b[1], &number, &reference, &r.Date, &r.Due, &b[2], &sub, &tax, &total,
		&b[3], &b[4], &b[5], &b[6], &b[7], &due, &r.PaidOn)
	if err != nil {
		return r, err
	}
	currency := money.Currency(s.intern(b[2]))
	r.ID, r.Number, r.Reference = billing.InvoiceID(id), billing.Number(number), reference
	r.ClientID, r.Client = billing.ClientID(s.intern(b[0])), s.intern(b[1])
	r.SubTotal, r.Tax, r.Total = money.New(sub, currency), money.New(tax, currency), money.New(total, currency)
	r.Stage = billing.Stage{Status: statuses[string(b[3])], Export: exportStates[string(b[4])]}
	r.Message, r.Cause = s.intern(b[5]), ledger.Cause(s.intern(b[6]))
	if r.XeroStatus = ledger.InvoiceStatus(s.intern(b[7])); r.XeroStatus != "" {
		r.AmountDue = money.New(due, currency)
	}
	return r, nil
}

func (s *rowScanner) intern(b []byte) string {
	if text, ok := s.same[string(b)]; ok {
		return text
	}
	text := string(b)
	s.same[text] = text
	return text
}

var statuses, exportStates = func() (map[string]billing.Status, map[string]billing.ExportState) {
	s, e := map[string]billing.Status{}, map[string]billing.ExportState{}
	for _, v := range billing.Statuses() {
		s[v.String()] = v
	}
	for _, v := range billing.ExportStates() {
		e[v.String()] = v
	}
	return s, e
}()

// Changes implements app.Store.
func (db *DB) Changes(ctx context.Context, after app.Seq) ([]app.Change, error) {
	rows, err := db.reader.QueryContext(ctx, "SELECT max(seq), subject, id FROM changes WHERE seq > ? GROUP BY subject, id ORDER BY 1", after)
	if err != nil {
		return nil, busy(err)
	}
	return collect(rows, func(c *app.Change) []any { return []any{&c.Seq, &c.Subject, &c.ID} })
}

// LastChange implements app.Store.
func (db *DB) LastChange(ctx context.Context) (app.Seq, error) {
	var seq app.Seq
	err := db.reader.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM changes").Scan(&seq)
	return seq, busy(err)
}

// collect scans every row into a T through the places that it names, and closes rows.
func collect[T any](rows *sql.Rows, places func(*T) []any) ([]T, error) {
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(places(&v)...); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// millis and instant turn a time into what the database keeps, and back. Zero is no time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

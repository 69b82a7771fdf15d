package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// Rows implements app.Store. The rows are one consistent state.
func (s *Store) Rows(ctx context.Context, q app.Query) iter.Seq2[app.InvoiceRow, error] {
	return ahead(func(yield func(app.InvoiceRow, error) bool) {
		enough := errors.New("enough was read")
		err := s.view(ctx, func(r *reader) error {
			scanner, err := newRowScanner(r, q)
			if err != nil {
				return err
			}
			query, args := rowsQuery(q)
			return r.each("reading the invoices", func(rows *sql.Rows) error {
				row, err := scanner.scan(rows)
				if err == nil && !yield(row, nil) {
					err = enough
				}
				return err
			}, query, args...)
		})
		if err != nil && !errors.Is(err, enough) {
			yield(app.InvoiceRow{}, err)
		}
	})
}

// ahead yields what seq does, which is read in a goroutine of its own meanwhile: whoever makes
// something of many rows does so on one processor while the database works on another. It holds
// some hundreds of them, and nothing is left running when it returns.
func ahead[V any](seq iter.Seq2[V, error]) iter.Seq2[V, error] {
	type read struct {
		value V
		err   error
	}
	const atOnce, chunks = 256, 3
	return func(yield func(V, error) bool) {
		full, empty, stop := make(chan []read, chunks), make(chan []read, chunks), make(chan struct{})
		for range chunks {
			empty <- nil // it grows as far as there are rows: most queries ask for few
		}
		var reading sync.WaitGroup
		defer reading.Wait()
		defer close(stop)
		reading.Go(func() {
			defer close(full)
			chunk := <-empty
			for v, err := range seq {
				if chunk = append(chunk, read{v, err}); len(chunk) < atOnce {
					continue
				}
				full <- chunk
				select {
				case chunk = <-empty:
				case <-stop:
					return
				}
			}
			full <- chunk
		})
		for chunk := range full {
			for _, r := range chunk {
				if !yield(r.value, r.err) {
					return
				}
			}
			empty <- chunk[:0]
		}
	}
}

// rowsQuery asks in such a way that an index gives the order, or the few that are asked
// for: invoices_newest, invoices_of_client, or the identifiers.
func rowsQuery(q app.Query) (query string, args []any) {
	name, clients := "c.name, c.code", " CROSS JOIN clients c ON c.id = i.client"
	organisation, organisations := "o.name", " LEFT JOIN organisations o ON o.tenant = e.tenant"
	if ofEveryClient(q) {
		name, clients, organisation, organisations = "NULL, NULL", "", "e.tenant", ""
	}
	var b strings.Builder
	b.WriteString(`SELECT i.id, i.client, ` + name + `, i.number, i.reference, i.date, i.due, i.currency, i.sub_total, i.tax, i.total, i.status || ' ' || i.export,
		e.message, e.cause, e.xero_status, e.xero_currency, e.xero_due, e.xero_paid, e.xero_credited, e.xero_credited_by, e.xero_paid_on, ` + organisation + `, e.sent
		FROM `)
	if q.IDs != nil {
		b.WriteString("(SELECT DISTINCT value FROM list(?)) asked CROSS JOIN invoices i ON i.id = asked.value")
		args = append(args, idList(q.IDs))
	} else {
		b.WriteString("invoices i")
	}
	b.WriteString(clients + " LEFT JOIN exports e ON e.seq = i.latest" + organisations + " WHERE i.deleted = 0")
	if q.Client != "" {
		b.WriteString(" AND i.client = ?")
		args = append(args, q.Client)
	}
	b.WriteString(" ORDER BY i.date DESC, i.number DESC")
	if q.Limit > 0 {
		b.WriteString(" LIMIT ?")
		args = append(args, q.Limit)
	}
	return b.String(), args
}

// ofEveryClient reports whether q asks for so many rows that the names of all clients are
// sooner read apart than looked up for each.
func ofEveryClient(q app.Query) bool { return q.IDs == nil && q.Client == "" && q.Limit == 0 }

// rowScanner reads rows of the grid. Of the texts that many rows have it keeps each
// once: 100,000 rows name a few thousand clients and a handful of messages.
type rowScanner struct {
	columns [24]any
	into    [24]any                         // pointers to columns: database/sql then neither converts nor copies
	names   map[billing.ClientID]clientName // nil where they are in the rows
	orgs    map[string]string               // the same
	same    map[string]string
}

func newRowScanner(r *reader, q app.Query) (*rowScanner, error) {
	s := &rowScanner{same: map[string]string{}}
	for i := range s.columns {
		s.into[i] = &s.columns[i]
	}
	if !ofEveryClient(q) {
		return s, nil
	}
	s.names, s.orgs = map[billing.ClientID]clientName{}, map[string]string{}
	err := r.each("reading the names of the organisations", func(row *sql.Rows) error {
		var tenant, name string
		err := row.Scan(&tenant, &name)
		s.orgs[tenant] = name
		return err
	}, "SELECT tenant, name FROM organisations")
	if err != nil {
		return nil, err
	}
	return s, r.each("reading the names of the clients", func(row *sql.Rows) error {
		var id billing.ClientID
		var n clientName
		err := row.Scan(&id, &n.name, &n.code)
		s.names[id] = n
		return err
	}, "SELECT id, name, code FROM clients")
}

// clientName is what a row says of its client.
type clientName struct{ name, code string }

func (s *rowScanner) scan(rows *sql.Rows) (app.InvoiceRow, error) {
	if err := rows.Scan(s.into[:]...); err != nil {
		return app.InvoiceRow{}, err
	}
	stage, ok := stages[s.text(12)]
	if !ok {
		return app.InvoiceRow{}, fmt.Errorf("invoice %s has the stage %q, which this Feebridge does not know", s.text(4), s.text(12))
	}
	currency := money.Currency(s.shared(8))
	r := app.InvoiceRow{
		ID:           billing.InvoiceID(s.text(0)),
		ClientID:     billing.ClientID(s.shared(1)),
		Client:       s.shared(2),
		Code:         s.shared(3),
		Number:       billing.Number(s.text(4)),
		Reference:    s.text(5),
		Date:         billing.Date(s.number(6)),
		Due:          billing.Date(s.number(7)),
		SubTotal:     money.New(s.number(9), currency),
		Tax:          money.New(s.number(10), currency),
		Total:        money.New(s.number(11), currency),
		Stage:        stage,
		Message:      s.shared(13),
		Cause:        ledger.Cause(s.shared(14)),
		XeroStatus:   ledger.InvoiceStatus(s.shared(15)),
		PaidOn:       billing.Date(s.number(21)),
		Organisation: s.shared(22),
		ExportedOn:   instant(s.number(23)),
	}
	if s.names != nil {
		is := s.names[r.ClientID]
		r.Client, r.Code, r.Organisation = is.name, is.code, s.orgs[r.Organisation]
	}
	if r.XeroStatus != "" {
		there := money.Currency(s.shared(16))
		r.AmountDue = money.New(s.number(17), there)
		r.Settlement = ledger.Standing{
			Status: r.XeroStatus, AmountPaid: money.New(s.number(18), there), AmountCredited: money.New(s.number(19), there),
			CreditedBy: ledger.CreditSource(s.shared(20)),
		}.Settlement()
	}
	return r, nil
}

// number and text read a column; NULL, which stands where there is no export, is the
// zero value.
func (s *rowScanner) number(column int) int64 {
	n, _ := s.columns[column].(int64)
	return n
}

func (s *rowScanner) text(column int) string {
	t, _ := s.columns[column].(string)
	return t
}

// shared is text for a column that many rows have in common.
func (s *rowScanner) shared(column int) string {
	t := s.text(column)
	if t == "" {
		return ""
	}
	if known, ok := s.same[t]; ok {
		return known
	}
	s.same[t] = t
	return t
}

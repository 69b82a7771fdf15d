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
	name, clients := "c.name", " CROSS JOIN clients c ON c.id = i.client"
	if ofEveryClient(q) {
		name, clients = "NULL", ""
	}
	var b strings.Builder
	b.WriteString(`SELECT i.id, i.client, ` + name + `, i.number, i.reference, i.date, i.due, i.currency, i.sub_total, i.tax, i.total, i.status || ' ' || i.export,
		e.message, e.cause, e.xero_status, e.xero_currency, e.xero_due, e.xero_paid, e.xero_credited, e.xero_credited_by, e.xero_paid_on
		FROM `)
	if q.IDs != nil {
		b.WriteString("(SELECT DISTINCT value FROM list(?)) asked CROSS JOIN invoices i ON i.id = asked.value")
		args = append(args, idList(q.IDs))
	} else {
		b.WriteString("invoices i")
	}
	b.WriteString(clients + " LEFT JOIN exports e ON e.seq = i.latest WHERE i.deleted = 0")
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
	columns [21]any
	into    [21]any                     // pointers to columns: database/sql then neither converts nor copies
	names   map[billing.ClientID]string // nil where they are in the rows
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
	s.names = map[billing.ClientID]string{}
	return s, r.each("reading the names of the clients", func(row *sql.Rows) error {
		var id billing.ClientID
		var name string
		err := row.Scan(&id, &name)
		s.names[id] = name
		return err
	}, "SELECT id, name FROM clients")
}

func (s *rowScanner) scan(rows *sql.Rows) (app.InvoiceRow, error) {
	if err := rows.Scan(s.into[:]...); err != nil {
		return app.InvoiceRow{}, err
	}
	stage, ok := stages[s.text(11)]
	if !ok {
		return app.InvoiceRow{}, fmt.Errorf("invoice %s has the stage %q, which this Feebridge does not know", s.text(3), s.text(11))
	}
	currency := money.Currency(s.shared(7))
	r := app.InvoiceRow{
		ID:         billing.InvoiceID(s.text(0)),
		ClientID:   billing.ClientID(s.shared(1)),
		Client:     s.shared(2),
		Number:     billing.Number(s.text(3)),
		Reference:  s.text(4),
		Date:       billing.Date(s.number(5)),
		Due:        billing.Date(s.number(6)),
		SubTotal:   money.New(s.number(8), currency),
		Tax:        money.New(s.number(9), currency),
		Total:      money.New(s.number(10), currency),
		Stage:      stage,
		Message:    s.shared(12),
		Cause:      ledger.Cause(s.shared(13)),
		XeroStatus: ledger.InvoiceStatus(s.shared(14)),
		PaidOn:     billing.Date(s.number(20)),
	}
	if s.names != nil {
		r.Client = s.names[r.ClientID]
	}
	if r.XeroStatus != "" {
		there := money.Currency(s.shared(15))
		r.AmountDue = money.New(s.number(16), there)
		r.Settlement = ledger.Standing{
			Status: r.XeroStatus, AmountPaid: money.New(s.number(17), there), AmountCredited: money.New(s.number(18), there),
			CreditedBy: ledger.CreditSource(s.shared(19)),
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

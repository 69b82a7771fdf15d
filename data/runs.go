package data

import (
	"database/sql"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

const runColumns = "id, kind, tenant, coalesce(started_by, ''), started, confirmed, ended"

func scanRun(row *sql.Rows) (r app.Run, err error) {
	err = row.Scan(&r.ID, &r.Kind, &r.Tenant, &r.By, at{&r.Started}, at{&r.Confirmed}, at{&r.Ended})
	return r, err
}

// Run implements app.Reader.
func (r *reader) Run(id app.RunID) (app.Run, error) {
	return one(r, "reading a run", app.Errorf(app.NotFound, "absent.run", "ID", id),
		scanRun, "SELECT "+runColumns+" FROM runs WHERE id = ?", id)
}

// RunsByID implements app.Reader.
func (r *reader) RunsByID(ids []app.RunID) (map[app.RunID]app.Run, error) {
	all, err := many(r, "reading runs", scanRun,
		"SELECT "+runColumns+" FROM (SELECT value FROM list(?)) asked CROSS JOIN runs ON id = asked.value", idList(ids))
	byID := make(map[app.RunID]app.Run, len(all))
	for _, run := range all {
		byID[run.ID] = run
	}
	return byID, err
}

// Runs implements app.Reader.
func (r *reader) Runs(t ledger.TenantID, openOnly bool) ([]app.Run, error) {
	query := "SELECT " + runColumns + " FROM runs WHERE tenant = ?"
	if openOnly {
		query += " AND ended = 0"
	}
	return many(r, "reading the runs", scanRun, query+" ORDER BY started DESC, id DESC", t)
}

// SaveRuns implements app.Tx.
func (w *writer) SaveRuns(all ...app.Run) error {
	all = lastOfEach(all, func(r app.Run) app.RunID { return r.ID })
	values := newRows(7, len(all))
	for _, r := range all {
		values.add(r.ID, r.Kind, r.Tenant, orNull(r.By), millis(r.Started), millis(r.Confirmed), millis(r.Ended))
	}
	_, err := w.execRows("saving runs", "INSERT INTO runs (id, kind, tenant, started_by, started, confirmed, ended) VALUES ", values,
		overwrite("id", "started_by, confirmed, ended"))
	if err != nil {
		return err
	}
	for _, r := range all {
		w.note("run", string(r.ID))
	}
	return nil
}

// RunsBy implements app.Reader.
func (r *reader) RunsBy(q app.RunQuery) ([]app.Run, error) {
	query := "SELECT " + runColumns + " FROM runs run WHERE true"
	var args []any
	when := func(asked bool, condition string, values ...any) {
		if asked {
			query += " AND " + condition
			args = append(args, values...)
		}
	}
	// has asks for something in the run: what holds of an export e, or of a removal m of the export e.
	has := func(asked bool, ofExport, ofRemoval string, values ...any) {
		if q.Clients != nil {
			ofExport, ofRemoval = ofExport+ofClients, ofRemoval+ofClients
			values = append(values, idList(q.Clients))
		}
		when(asked, "(EXISTS (SELECT 1 FROM exports e WHERE e.run = run.id"+ofExport+
			") OR EXISTS (SELECT 1 FROM removals m CROSS JOIN exports e ON e.id = m.export WHERE m.run = run.id"+ofRemoval+"))",
			slices.Concat(values, values)...)
	}
	when(q.Tenant != "", "tenant = ?", q.Tenant)
	when(q.By != "", "started_by = ?", q.By)
	when(!q.From.IsZero(), "started >= ?", millis(q.From))
	when(!q.To.IsZero(), "started < ?", millis(q.To))
	when(q.Before != "", "(started, id) < (SELECT started, id FROM runs WHERE id = ?)", q.Before)
	const numbered = " AND lower(e.number) LIKE ? ESCAPE '!'"
	has(q.Number != "", numbered, numbered, containing(q.Number))
	has(q.Failed, " AND e.ended <> 0 AND e.result = 'failed'", " AND m.result = 'kept'")
	has(q.Clients != nil, "", "")
	query += " ORDER BY started DESC, id DESC"
	if q.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, q.Limit)
	}
	return many(r, "reading the runs", scanRun, query, args...)
}

// containing returns the pattern of texts that contain this one, once the letters A to Z are small as a
// database makes them. In it ! stands before what stands for itself.
func containing(text string) string {
	small := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(small) + "%"
}

// ofClients is the condition that an export, or a removal, e is of some clients, a list.
const ofClients = " AND (SELECT client FROM invoices WHERE id = e.invoice) IN (SELECT value FROM list(?))"

// inRun is how an export e ended in its run, whatever has become of the invoice in Xero since.
const inRun = `CASE WHEN e.xero_id <> '' AND e.result NOT IN ('warning', 'failed', 'may_be_ours') THEN 'exported' ELSE e.result END`

// RunCounts implements app.Reader.
func (r *reader) RunCounts(ids []app.RunID, clients []billing.ClientID) (map[app.RunID]app.RunCount, error) {
	condition, args := "run.id IN (SELECT value FROM list(?))", []any{idList(ids)}
	if clients != nil {
		condition += ofClients
		args = append(args, idList(clients))
	}
	all := map[app.RunID]app.RunCount{}
	err := r.countExports(inRun, condition, args, func(id app.RunID, n int, ended bool, state billing.ExportState) {
		c := all[id]
		c.CountExports(n, ended, state)
		all[id] = c
	})
	if err != nil {
		return nil, err
	}
	err = r.countRemovals(condition, args, func(id app.RunID, n int, result app.RemovalResult, batch app.BatchState, to ledger.InvoiceStatus) {
		c := all[id]
		c.CountRemovals(n, result, batch)
		c.Voids = c.Voids || to == ledger.VoidedThere
		all[id] = c
	})
	return all, err
}

// RunRows implements app.Reader.
func (r *reader) RunRows(id app.RunID, clients []billing.ClientID) ([]app.RunRow, error) {
	theirs, args := "", []any{id}
	if clients != nil {
		theirs = ofClients
		args = append(args, idList(clients))
	}
	// The invoice tells what it comes to where it was never made ready to be sent.
	const what = `i.id, i.client, c.name, e.number, CASE WHEN e.currency <> '' THEN e.expected ELSE i.total END, CASE WHEN e.currency <> '' THEN e.currency ELSE i.currency END, `
	all, err := many(r, "reading what is in a run", scanRunRow, "SELECT e.id, "+what+`'', '', e.sent, e.answered, e.correlation, e.ended,
		CASE WHEN e.ended = 0 THEN i.export ELSE `+inRun+` END, CASE WHEN e.ended = 0 THEN i.export ELSE e.result END, e.messages
		FROM exports e CROSS JOIN invoices i ON i.id = e.invoice CROSS JOIN clients c ON c.id = i.client WHERE e.run = ?`+theirs+" ORDER BY e.seq", args...)
	if err != nil {
		return nil, err
	}
	removals, err := many(r, "reading what is in a run", scanRunRow, "SELECT m.id, "+what+`m.becomes, m.result, m.sent, m.answered, m.correlation, m.ended,
		CASE WHEN b.state = 'lost' THEN 'unknown' ELSE i.export END, i.export, m.messages
		FROM removals m CROSS JOIN exports e ON e.id = m.export CROSS JOIN invoices i ON i.id = m.invoice CROSS JOIN clients c ON c.id = i.client
		LEFT JOIN batches b ON b.id = m.batch WHERE m.run = ?`+theirs+" ORDER BY m.seq", args...)
	return append(all, removals...), err
}

func scanRunRow(row *sql.Rows) (r app.RunRow, err error) {
	var amount int64
	var currency money.Currency
	var messages []keptMessage
	err = row.Scan(&r.ID, &r.Invoice, &r.Client, &r.ClientName, &r.Number, &amount, &currency, &r.Becomes, &r.Removal, at{&r.Sent}, at{&r.Answered}, &r.Correlation, at{&r.Ended},
		named[billing.ExportState]{&r.State, exportStates}, named[billing.ExportState]{&r.Since, exportStates}, inJSON{&messages})
	r.Amount, r.Messages = money.New(amount, currency), ledgerMessages(messages)
	return r, err
}

// Tally implements app.Reader.
func (r *reader) Tally(id app.RunID) (t app.Tally, err error) {
	all, err := r.tallies("run.id = ?", id)
	return all[id], err
}

// Tallies implements app.Reader.
func (r *reader) Tallies(t ledger.TenantID) (map[app.RunID]app.Tally, error) {
	return r.tallies("run.tenant = ? AND run.ended = 0", t)
}

// tallies counts the runs of which a condition holds.
func (r *reader) tallies(which string, args ...any) (map[app.RunID]app.Tally, error) {
	all := map[app.RunID]app.Tally{}
	err := r.countExports("e.result", which, args, func(id app.RunID, n int, ended bool, state billing.ExportState) {
		t := all[id]
		t.CountExports(n, ended, state)
		all[id] = t
	})
	if err != nil {
		return nil, err
	}
	err = r.countRemovals(which, args, func(id app.RunID, n int, result app.RemovalResult, batch app.BatchState, _ ledger.InvoiceStatus) {
		t := all[id]
		t.CountRemovals(n, result, batch)
		all[id] = t
	})
	return all, err
}

// countExports counts the exports of runs by how they ended, which result is a column for; of the others, by what
// their invoices are at.
func (r *reader) countExports(result, which string, args []any, count func(id app.RunID, n int, ended bool, state billing.ExportState)) error {
	return r.each("counting runs", func(row *sql.Rows) error {
		var run app.RunID
		var ended bool
		var state billing.ExportState
		var n int
		err := row.Scan(&run, &ended, named[billing.ExportState]{&state, exportStates}, &n)
		count(run, n, ended, state)
		return err
	}, `SELECT run.id, e.ended <> 0, CASE WHEN e.ended <> 0 THEN `+result+` ELSE (SELECT export FROM invoices WHERE id = e.invoice) END, count(*)
		FROM runs run CROSS JOIN exports e ON e.run = run.id WHERE `+which+` GROUP BY 1, 2, 3`, args...)
}

// countRemovals counts the removals of runs.
func (r *reader) countRemovals(which string, args []any, count func(id app.RunID, n int, result app.RemovalResult, batch app.BatchState, to ledger.InvoiceStatus)) error {
	return r.each("counting runs", func(row *sql.Rows) error {
		var run app.RunID
		var result app.RemovalResult
		var state app.BatchState
		var to ledger.InvoiceStatus
		var n int
		err := row.Scan(&run, &result, &state, &to, &n)
		count(run, n, result, state, to)
		return err
	}, `SELECT run.id, e.result, coalesce(b.state, ''), e.becomes, count(*)
		FROM runs run CROSS JOIN removals e ON e.run = run.id LEFT JOIN batches b ON b.id = e.batch WHERE `+which+` GROUP BY 1, 2, 3, 4`, args...)
}

package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/uuid"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
	"feebridge/app/staff"
	"feebridge/data/sqlite"
)

const (
	manyInvoices = 100_000
	manyClients  = 3_000
)

// manyOf opens a database with n invoices of two lines each. Every second one was
// exported, and every tenth export failed.
func manyOf(b *testing.B, n int) (*sqlite.DB, []billing.InvoiceID) {
	b.Helper()
	db, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "firm.db"))
	if err != nil {
		b.Fatal(err)
	}
	closeAtEnd(b, db)
	ids := make([]billing.InvoiceID, n)
	err = db.Update(b.Context(), func(tx app.Tx) error {
		if err := saveOrganisation(tx); err != nil {
			return err
		}
		for i := range manyClients {
			if _, err := tx.SaveClient(billing.Client{ID: benchClient(i), Code: fmt.Sprint("C", i), Name: fmt.Sprintf("Client %d Limited", i)}); err != nil {
				return err
			}
		}
		for i := range ids {
			v := benchInvoice(i)
			ids[i] = v.ID
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			if i%2 == 0 {
				continue
			}
			e := benchExport(v, i)
			if err := tx.SaveExports(e); err != nil {
				return err
			}
			if err := tx.Advance(billing.Stage{Status: billing.Finalized, Export: e.Result}, v.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return db, ids
}

func saveOrganisation(tx app.Tx) error {
	if err := tx.SaveMember(staff.Founder("olivia", "Olivia Hart")); err != nil {
		return err
	}
	org := app.Organisation{Tenant: ledger.Tenant{ID: "kauri", Name: "Kauri Joinery"}, State: app.Connected, Default: true}
	if err := tx.SaveOrganisation(org); err != nil {
		return err
	}
	return tx.SaveRuns(app.Run{ID: "run", Tenant: "kauri", By: "olivia", Started: tx.Now(), Confirmed: tx.Now()})
}

func benchClient(i int) billing.ClientID {
	return billing.ClientID(fmt.Sprintf("0193d000-0000-7000-8000-%012d", i%manyClients))
}

func benchInvoice(i int) billing.Invoice {
	tax := billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}
	date := billing.Date(20240101).AddDays(i / 100)
	return billing.Invoice{
		ID: billing.InvoiceID(uuid.Must(uuid.NewV7()).String()), Client: benchClient(i), Type: billing.Final,
		Number: billing.Number(fmt.Sprintf("INV-%06d", i)), Date: date, Due: date.AddDays(20), Reference: fmt.Sprintf("Engagement %d", i),
		Currency: "NZD", Amounts: money.Exclusive, Stage: billing.Stage{Status: billing.Finalized},
		Lines: []billing.Line{
			{Code: "ACC", Description: "Annual accounts and tax returns", Quantity: 1_0000, UnitAmount: 1955_0000, Tax: tax},
			{Code: "GST", Description: "GST returns for the year", Quantity: 6_5000, UnitAmount: 180_0000, Tax: tax},
		},
	}
}

func benchExport(v billing.Invoice, i int) app.Export {
	total := money.New(359375, "NZD")
	e := app.Export{
		ID: app.ExportID(uuid.Must(uuid.NewV7()).String()), Run: "run", Invoice: v.ID, Number: v.Number, Tenant: "kauri",
		Mark: "http://localhost:8742/open/" + string(v.ID), Expected: total,
		Sent: time.UnixMilli(1), Since: time.UnixMilli(1), Ended: time.UnixMilli(2), Result: billing.Exported,
		Standing: ledger.Standing{ID: ledger.InvoiceID(v.ID), Number: v.Number, Status: ledger.DraftThere, Currency: "NZD", Total: total, AmountDue: total},
	}
	if i%20 == 1 {
		e.Result, e.Standing = billing.Failed, ledger.Standing{}
		e.Messages = []ledger.Message{{Text: "The document date cannot be before the period lock date, currently set at 31-Mar-2026", Cause: ledger.LockedDate}}
	}
	return e
}

func load(b *testing.B, db *sqlite.DB, q app.Query, want int) []app.InvoiceRow {
	rows := make([]app.InvoiceRow, 0, want)
	for row, err := range db.Rows(context.Background(), q) {
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, row)
	}
	if len(rows) != want {
		b.Fatalf("%d rows, want %d", len(rows), want)
	}
	return rows
}

func BenchmarkRows(b *testing.B) {
	db, ids := manyOf(b, manyInvoices)
	var fifty []billing.InvoiceID
	for i := range 50 {
		fifty = append(fifty, ids[i*len(ids)/50])
	}
	for _, c := range []struct {
		name string
		q    app.Query
		want int
	}{
		{"the first 60", app.Query{Limit: 60}, 60},
		{"all of one client", app.Query{Client: benchClient(7)}, 34},
		{"50 by ID", app.Query{IDs: fifty}, 50},
		{"all 100,000", app.Query{}, manyInvoices},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				load(b, db, c.q, c.want)
			}
		})
	}
	b.Run("heap of a reload", func(b *testing.B) {
		for b.Loop() {
			shown := load(b, db, app.Query{}, manyInvoices)
			open := heap()
			again := load(b, db, app.Query{}, manyInvoices)
			b.ReportMetric(open, "MB-open")
			b.ReportMetric(heap(), "MB-reload")
			runtime.KeepAlive(shown)
			runtime.KeepAlive(again)
		}
	})
}

// heap returns how many megabytes are in use.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

func BenchmarkNumbers50000(b *testing.B) {
	db, _ := manyOf(b, manyInvoices)
	numbers := make([]billing.Number, manyInvoices/2)
	for i := range numbers {
		numbers[i] = benchInvoice(i).Number
	}
	for b.Loop() {
		var found map[billing.Number]billing.InvoiceID
		err := db.View(context.Background(), func(r app.Reader) (err error) {
			found, err = r.InvoicesByNumber(numbers)
			return err
		})
		if err != nil || len(found) != len(numbers) {
			b.Fatalf("found %d, %v", len(found), err)
		}
	}
}

// BenchmarkSettle50 stores the answer to one batch of a run of 10,000, as app does.
func BenchmarkSettle50(b *testing.B) {
	db, _ := manyOf(b, 20_000)
	var exports []app.Export
	var batch app.Batch
	err := db.Update(context.Background(), func(tx app.Tx) (err error) {
		if exports, err = tx.ExportsOfRun("run"); err != nil {
			return err
		}
		batch = app.Batch{ID: "batch", Tenant: "kauri", Kind: app.InvoiceBatch, Key: "key", Body: make([]byte, 100_000), State: app.Ready}
		for i := range exports[:50] {
			exports[i].Batch = batch.ID
			batch.Members = append(batch.Members, string(exports[i].ID))
		}
		if err := tx.(outbox.Tx).SaveBatches(batch); err != nil {
			return err
		}
		return tx.SaveExports(exports[:50]...)
	})
	if err != nil {
		b.Fatal(err)
	}
	ids := make([]app.ExportID, 50)
	for i := range ids {
		ids[i] = exports[i].ID
	}
	for b.Loop() {
		err := db.Update(context.Background(), func(tx app.Tx) error {
			members, err := tx.Exports(ids)
			if err != nil {
				return err
			}
			for i, e := range members {
				if _, err := tx.Invoice(e.Invoice); err != nil {
					return err
				}
				members[i].Ended, members[i].Result, members[i].Standing = tx.Now(), billing.Exported, exports[51].Standing
				if err := tx.Advance(billing.Stage{Status: billing.Finalized, Export: billing.Exported}, e.Invoice); err != nil {
					return err
				}
				if err := tx.Record(staff.Entry{ByName: "Feebridge", Action: "export ended", Subject: "invoice", ID: string(e.Invoice)}); err != nil {
					return err
				}
			}
			if err := tx.SaveExports(members...); err != nil {
				return err
			}
			if err := tx.(outbox.Tx).SaveBatches(batch); err != nil {
				return err
			}
			_, err = tx.Tally("run")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "firm.db")
	for b.Loop() {
		db, err := sqlite.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImport10000(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		db, _ := manyOf(b, 0)
		b.StartTimer()
		err := db.Update(context.Background(), func(tx app.Tx) error {
			for i := range 10_000 {
				v := benchInvoice(i)
				if _, err := tx.SaveInvoice(v); err != nil {
					return err
				}
				if err := tx.Record(staff.Entry{By: "olivia", ByName: "Olivia Hart", Action: "import", Subject: "invoice", ID: string(v.ID)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSaveExports saves exports, first as new ones and then as others are by now.
func BenchmarkSaveExports(b *testing.B) {
	db, ids := manyOf(b, 20_000)
	for _, n := range []int{1, 1000, 10_000} {
		var exports []app.Export
		round := 0
		save := func(b *testing.B) {
			if err := db.Update(b.Context(), func(tx app.Tx) error { return tx.SaveExports(exports...) }); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprint("new/", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				exports = exports[:0]
				round++
				for i, id := range ids[:n] {
					e := benchExport(benchInvoice(i), i)
					e.Invoice, e.Mark = id, fmt.Sprint(n, "/", round, "/", id)
					exports = append(exports, e)
				}
				b.StartTimer()
				save(b)
			}
		})
		b.Run(fmt.Sprint("known/", n), func(b *testing.B) {
			for b.Loop() {
				round++
				for i := range exports {
					exports[i].Standing.Updated = time.UnixMilli(int64(round))
				}
				save(b)
			}
		})
	}
}

// BenchmarkRecord puts entries into the audit trail.
func BenchmarkRecord(b *testing.B) {
	db, _ := manyOf(b, 0)
	for _, n := range []int{1, 1000, 10_000} {
		entries := make([]staff.Entry, n)
		for i := range entries {
			entries[i] = staff.Entry{By: "olivia", ByName: "Olivia Hart", Action: "import", Subject: "invoice", ID: string(benchClient(i)), From: "finalized", To: "closed, exported"}
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if err := db.Update(b.Context(), func(tx app.Tx) error { return tx.Record(entries...) }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFollow10000 stores that 10,000 exported invoices were paid in Xero, as a refresh
// does: a thousand in a transaction.
func BenchmarkFollow10000(b *testing.B) {
	const page = 1000
	db, ids := manyOf(b, 22_000)
	var exported []ledger.InvoiceID
	for i, id := range ids {
		if i%2 == 1 && i%20 != 1 && len(exported) < 10_000 {
			exported = append(exported, ledger.InvoiceID(id))
		}
	}
	if len(exported) < 9_900 {
		b.Fatal("too few were exported")
	}
	for round := 0; b.Loop(); round++ {
		for at := 0; at < len(exported); at += page {
			some := exported[at:min(at+page, len(exported))]
			err := db.Update(b.Context(), func(tx app.Tx) error {
				tracked, err := tx.(outbox.Tx).Tracked("kauri", some)
				if err != nil {
					return err
				}
				var exports []app.Export
				var moved []billing.InvoiceID
				var burnt []billing.Number
				var entries []staff.Entry
				for _, id := range some {
					t := tracked[id]
					t.Export.Standing.Status, t.Export.Standing.Updated = ledger.PaidThere, time.UnixMilli(int64(round)+5)
					exports, moved, burnt = append(exports, t.Export), append(moved, t.Invoice.ID), append(burnt, t.Invoice.Number)
					entries = append(entries, staff.Entry{Action: "read again", Subject: "invoice", ID: string(t.Invoice.ID), From: "finalized, exported", To: "closed, exported, paid"})
				}
				return errors.Join(tx.(outbox.Tx).SaveStandings(exports...), tx.Advance(billing.Stage{Status: billing.Closed, Export: billing.Exported}, moved...),
					tx.Burn(burnt...), tx.Record(entries...))
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

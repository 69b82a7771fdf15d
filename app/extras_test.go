package app_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

func TestNotesAndPapersAreWrittenAtMostOnceAndFailNoExport(t *testing.T) {
	for _, c := range []struct {
		faults string
		print  error
		notes  int // of two invoices
		papers int
	}{
		{"", nil, 2, 2},
		{"PUT /Invoices/*/History #1 drop-after-commit", nil, 2, 2},
		{"PUT /Invoices/*/History #1 500", nil, 1, 2},
		{"PUT /Invoices/*/History #1 429:minute:30", nil, 2, 2},
		{"PUT /Invoices/*/History #1-2 503:unavailable", nil, 0, 2},
		{"", errors.New("no font"), 2, 0},
	} {
		t.Run(c.faults, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, sim.Config{Limits: true})
				ids := w.invoices(2, 1)
				p := w.start(nil)
				defer p.stop()
				p.app = app.New(app.Params{Store: p.db, Books: p.books, Log: quiet, Print: func(d app.Document) ([]byte, error) {
					return []byte("%PDF of " + string(d.Invoice.Number)), c.print
				}})
				err := p.db.Update(t.Context(), func(tx app.Tx) error {
					return tx.SaveMapping(w.tenant, ledger.Mapping{Note: true, AttachPaper: true})
				})
				if err != nil {
					t.Fatal(err)
				}
				if c.faults != "" {
					w.sim.AddFault(rules(t, c.faults)[0])
				}
				p.export(ids...)
				time.Sleep(time.Hour)
				p.settle()
				views := w.views(ids)
				w.mustBeSound(views)
				notes, papers := 0, 0
				for _, v := range views {
					if v.Invoice.Stage.Export != billing.Exported {
						t.Errorf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
					}
					inv, _ := w.sim.Invoice(string(w.tenant), string(v.Exports[0].Standing.ID))
					for _, h := range inv.History {
						if strings.Contains(h.Details, "Feebridge by Olivia Hart") && strings.Contains(h.Details, string(v.Invoice.Number)) {
							notes++
						}
					}
					for _, a := range inv.Attachments {
						if a.FileName == string(v.Invoice.Number)+".pdf" && string(a.Content) == "%PDF of "+string(v.Invoice.Number) {
							papers++
						}
					}
				}
				if notes != c.notes || papers != c.papers {
					t.Errorf("%d notes and %d papers", notes, papers)
				}
			})
		})
	}
}

func TestWithoutTheWishNothingIsWrittenBesides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(1, 1)
		p := w.start(nil)
		defer p.stop()
		p.export(ids...)
		for call := range w.sim.Calls() {
			if strings.Contains(call, "History") || strings.Contains(call, "Attachments") {
				t.Errorf("it called %s", call)
			}
		}
	})
}

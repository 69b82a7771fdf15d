package outbox_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
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
				w := apptest.NewWorld(t, sim.Config{Limits: true})
				ids := w.Invoices(2, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Start(apptest.Params{Store: p.DB, Books: p.Books, Log: apptest.Quiet, Print: func(d app.Document) ([]byte, error) {
					return []byte("%PDF of " + string(d.Invoice.Number)), c.print
				}})
				err := p.DB.Update(t.Context(), func(tx app.Tx) error {
					return tx.SaveMapping(w.Tenant, ledger.Mapping{Note: true, AttachPaper: true})
				})
				if err != nil {
					t.Fatal(err)
				}
				if c.faults != "" {
					w.Sim.AddFault(rules(t, c.faults)[0])
				}
				p.Export(ids...)
				time.Sleep(time.Hour)
				p.Settle()
				views := w.Views(ids)
				w.MustBeSound(views)
				notes, papers := 0, 0
				for _, v := range views {
					if v.Invoice.Stage.Export != billing.Exported {
						t.Errorf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
					}
					inv, _ := w.Sim.Invoice(string(w.Tenant), string(v.Exports[0].Standing.ID))
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
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		for call := range w.Sim.Calls() {
			if strings.Contains(call, "History") || strings.Contains(call, "Attachments") {
				t.Errorf("it called %s", call)
			}
		}
	})
}

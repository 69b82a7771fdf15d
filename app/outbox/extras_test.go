package outbox_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
	"feebridge/xero/sim"
)

// paper prints the number of an invoice, or fails, and cannot show what it lacks.
type paper struct {
	err   error
	lacks string
}

func (p paper) Print(d app.Document) ([]byte, error) {
	return []byte("%PDF of " + string(d.Invoice.Number)), p.err
}

func (p paper) Unshown(d app.Document) []app.Unshown {
	if p.lacks == "" || !strings.Contains(d.Client.Name, p.lacks) {
		return nil
	}
	return []app.Unshown{{Characters: p.lacks, Place: translations.Say("pdf.unshown.client-name")}}
}

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
				p.Start(apptest.Params{Store: p.DB, Books: p.Books, Log: apptest.Quiet, Paper: paper{err: c.print}})
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

// TestAPDFThatLacksCharactersIsNotAttached exports an invoice whose PDF shows all beside one whose PDF does not, and what
// became of both by the time it is attached.
func TestAPDFThatLacksCharactersIsNotAttached(t *testing.T) {
	const want = "The PDF wasn't attached: it can't show “0” in the client's name."
	for name, approved := range map[string]bool{"a draft in Xero": false, "approved on arrival": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Limits: true})
				ids := w.Invoices(2, 2) // of Client 0 and of Client 1
				p := w.Start(nil)
				defer p.Stop()
				p.Start(apptest.Params{Store: p.DB, Books: p.Books, Log: apptest.Quiet, Paper: paper{lacks: "0"}})
				mapping := ledger.Mapping{Note: true, AttachPaper: true}
				if approved {
					mapping.Arrival = ledger.AuthorisedThere
				}
				err := p.DB.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMapping(w.Tenant, mapping) })
				if err != nil {
					t.Fatal(err)
				}
				p.Export(ids...)
				p.Settle()
				views := w.Views(ids)
				w.MustBeSound(views)
				lacking, whole := views[0], views[1]
				if approved != (lacking.Invoice.Stage.Export != billing.Warned) || !lacking.Invoice.Stage.Live() && lacking.Invoice.Stage.Status != billing.Closed {
					t.Errorf("it is %v", lacking.Invoice.Stage)
				}
				if m := lacking.Exports[0].Messages; len(m) != 1 || m[0].Text != want || m[0].Cause != ledger.PDFIncomplete || !m[0].Warning {
					t.Errorf("it tells %+v", m)
				}
				if len(whole.Exports[0].Messages) > 0 || whole.Invoice.Stage.Export != billing.Exported {
					t.Errorf("the other is %v and tells %+v", whole.Invoice.Stage, whole.Exports[0].Messages)
				}
				for i, v := range views {
					inv, _ := w.Sim.Invoice(string(w.Tenant), string(v.Exports[0].Standing.ID))
					if len(inv.Attachments) != i || len(inv.History) < 2 {
						t.Errorf("%s has %d attachments and the history %v", v.Invoice.Number, len(inv.Attachments), inv.History)
					}
				}
				trail, err := p.App.AuditTrail(t.Context(), staff.Founder("o", "Olivia Hart"), app.AuditQuery{Action: staff.AuditAttach})
				if err != nil {
					t.Fatal(err)
				}
				told := map[string]string{}
				for _, e := range trail {
					told[e.ID] = e.To
				}
				if diff := cmp.Diff(map[string]string{
					string(ids[0]): "not done (PDF attached): The PDF can't show “0” in the client's name.", string(ids[1]): "PDF attached",
				}, told); diff != "" {
					t.Errorf("the history: %s", diff)
				}
				time.Sleep(time.Hour)
				p.Settle()
				attached := 0
				for call, times := range w.Sim.Calls() {
					if strings.Contains(call, "Attachments") {
						attached += times
					}
				}
				if attached != 1 {
					t.Errorf("%d calls attached something", attached)
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

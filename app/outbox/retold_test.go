package outbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// retold has Xero tell otherwise what it answers to a read of invoices: tell changes an answer, and
// knows whether it is a list in short.
func retold(w *apptest.World, tell func(answer map[string]any, invoices []map[string]any, short bool)) {
	w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/Invoices") {
			return false
		}
		told := httptest.NewRecorder()
		w.Sim.Handler().ServeHTTP(told, r)
		maps.Copy(rw.Header(), told.Header())
		body := told.Body.Bytes()
		if told.Code == http.StatusOK {
			var answer map[string]any
			decoder := json.NewDecoder(bytes.NewReader(body))
			decoder.UseNumber()
			if err := decoder.Decode(&answer); err != nil {
				panic(err)
			}
			var invoices []map[string]any
			for _, v := range answer["Invoices"].([]any) {
				invoices = append(invoices, v.(map[string]any))
			}
			tell(answer, invoices, r.URL.Query().Get("summaryOnly") != "")
			body, _ = json.Marshal(answer)
			rw.Header().Del("Content-Length")
		}
		rw.WriteHeader(told.Code)
		_, _ = rw.Write(body)
		return true
	})
}

// settledBy makes of an approved invoice one that was settled by an applied document; with an empty
// name nothing says by what.
func settledBy(v map[string]any, document string) {
	if v["Status"] != "AUTHORISED" {
		return
	}
	v["Status"], v["AmountDue"], v["AmountCredited"] = "PAID", json.Number("0.00"), v["Total"]
	for _, name := range []string{"CreditNotes", "Prepayments", "Overpayments"} {
		delete(v, name)
		if name == document {
			v[name] = []any{map[string]any{"AppliedAmount": v["Total"]}}
		}
	}
}

func TestAnInvoiceSettledAheadIsPaidAndNotCredited(t *testing.T) {
	for _, c := range []struct {
		name, inShort, inFull string
		want                  ledger.Settlement
		step                  app.ReplaceStep
		why                   string
	}{
		{"a prepayment", "Prepayments", "Prepayments", ledger.Paid, app.UnpayFirst, "prepayment"},
		{"an overpayment, told in full alone", "", "Overpayments", ledger.Paid, app.UnpayFirst, "overpayment"},
		{"what nobody tells", "", "", ledger.Paid, app.UnpayFirst, "payment"},
		{"credit notes", "CreditNotes", "CreditNotes", ledger.Credited, app.CopyNow, ""},
		{"credit notes, told in full alone", "", "CreditNotes", ledger.Credited, app.CopyNow, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids...)
				clerkFor(w, ids[0]).does("approve")
				retold(w, func(_ map[string]any, invoices []map[string]any, short bool) {
					for _, v := range invoices {
						if short {
							settledBy(v, c.inShort)
						} else {
							settledBy(v, c.inFull)
						}
					}
				})
				refresh(p)
				if st := w.Views(ids)[0].Exports[0].Standing; st.Settlement() != c.want {
					t.Fatalf("it is %q: %+v", st.Settlement(), st)
				}
				var row app.InvoiceRow
				for r, err := range p.App.Rows(t.Context(), w.Me, app.Query{}) {
					if err != nil {
						t.Fatal(err)
					}
					row = r
				}
				if row.Settlement != c.want {
					t.Errorf("the list says %q", row.Settlement)
				}
				entries, err := p.App.AuditTrail(t.Context(), w.Me, app.AuditQuery{Action: staff.AuditReadAgain})
				if err != nil || len(entries) != 1 || strings.Contains(entries[0].To, "credited") != (c.want == ledger.Credited) {
					t.Errorf("the trail tells %+v, %v", entries, err)
				}
				view, err := p.App.Replace(t.Context(), w.Me, ids[0])
				if err != nil || view.Step != c.step || !strings.Contains(view.Why, c.why) {
					t.Errorf("the step is %s (%s), %v", view.Step, view.Why, err)
				}
				w.Sim.ResetCalls()
				refresh(p)
				if n := w.Sim.TotalCalls(); n != 1 {
					t.Errorf("another refresh takes %d calls", n)
				}
				if st := w.Views(ids)[0].Exports[0].Standing; st.Settlement() != c.want {
					t.Errorf("after another refresh it is %q", st.Settlement())
				}
			})
		})
	}
}

func TestOfAVoidedInvoiceReplaceIsAdvisedAndNoDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		person := clerkFor(w, ids[0])
		person.does("approve")
		person.does("void")
		retold(w, func(_ map[string]any, invoices []map[string]any, _ bool) {
			for _, v := range invoices {
				v["Date"], v["DateString"] = "/Date(0+0000)/", "1970-01-01T00:00:00"
				v["Total"] = json.Number("0.00") // which does not matter any more
			}
		})
		refresh(p)
		v := w.Views(ids)[0]
		if v.Invoice.Stage != (billing.Stage{Status: billing.Closed, Export: billing.VoidedInXero}) || len(v.Differences) > 0 {
			t.Errorf("it is %v and differs in %+v", v.Invoice.Stage, v.Differences)
		}
		said := v.Exports[0].Messages
		if len(said) != 1 || !strings.Contains(said[0].Cause.Fix().String(), "Replace") || strings.Contains(said[0].Cause.Fix().String(), "export it again") {
			t.Errorf("it says %+v", said)
		}
	})
}

// A time of Xero's that is hours ahead, once, must not hide what happens until it has come.
func TestATimeThatIsAheadOnceHidesNothing(t *testing.T) {
	ahead := func(told any) string {
		var ms int64
		if _, err := fmt.Sscanf(told.(string), "/Date(%d", &ms); err != nil {
			panic(err)
		}
		return fmt.Sprintf("/Date(%d+0000)/", ms+(3*time.Hour).Milliseconds())
	}
	for name, tell := range map[string]func(answer map[string]any, invoices []map[string]any){
		"of the answer": func(answer map[string]any, _ []map[string]any) { answer["DateTimeUTC"] = ahead(answer["DateTimeUTC"]) },
		"of a change": func(_ map[string]any, invoices []map[string]any) {
			for _, v := range invoices {
				v["UpdatedDateUTC"] = ahead(v["UpdatedDateUTC"])
			}
		},
		"of both": func(answer map[string]any, invoices []map[string]any) {
			answer["DateTimeUTC"] = ahead(answer["DateTimeUTC"])
			for _, v := range invoices {
				v["UpdatedDateUTC"] = ahead(v["UpdatedDateUTC"])
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				ids := w.Invoices(3, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids[:2]...)
				time.Sleep(10 * time.Minute)
				person := clerkFor(w, ids[0])
				person.does("submit")
				retold(w, func(answer map[string]any, invoices []map[string]any, _ bool) { tell(answer, invoices) })
				refresh(p)
				w.Before(nil)
				time.Sleep(5 * time.Minute)
				person.does("approve")
				clerkFor(w, ids[1]).does("approve")
				refresh(p)
				for _, v := range w.Views(ids[:2]) {
					if v.Invoice.Stage.Status != billing.Closed {
						t.Errorf("%s is %v after it was approved", v.Invoice.Number, v.Invoice.Stage)
					}
				}
				p.Export(ids[2]) // its answer pulls the cursor back
				clerkFor(w, ids[2]).does("approve")
				refresh(p)
				if v := w.Views(ids[2:])[0]; v.Invoice.Stage.Status != billing.Closed {
					t.Errorf("%s is %v after it was approved", v.Invoice.Number, v.Invoice.Stage)
				}
				all, err := p.App.Refreshes(t.Context())
				if now := time.Now(); err != nil || all[w.Tenant].Cursor.After(now) {
					t.Errorf("the cursor is at %v, and it is %v: %v", all[w.Tenant].Cursor, now, err)
				}
			})
		})
	}
}

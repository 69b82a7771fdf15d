package outbox_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// numbered is the answer to a call that has an identifier of the test's.
type numbered struct {
	http.ResponseWriter
	id string
}

// WriteHeader sends the identifier in the place of the simulator's.
func (n numbered) WriteHeader(status int) {
	n.Header().Set("Xero-Correlation-Id", n.id)
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the simulator cut the connection.
func (n numbered) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// TestTheHistoryTellsWhenXeroAnsweredAndUnderWhichIdentifier numbers the writes, and compares what a run tells of the
// last one that Xero answered.
func TestTheHistoryTellsWhenXeroAnsweredAndUnderWhichIdentifier(t *testing.T) {
	for _, c := range []struct {
		what, fault string
		refused     bool
		want        string
		state       billing.ExportState
	}{
		{"at once", "", false, "write 1", billing.Exported},
		{"refused", "", true, "write 1", billing.Failed},
		{"after an error of its own", "PUT /Invoices #1 500", false, "write 3", billing.Exported},
		{"after an answer that was lost", "PUT /Invoices #1 drop-after-commit", false, "write 2", billing.Exported},
		{"never: every answer was lost", "PUT /Invoices #1-99 drop-after-commit", false, "", billing.Exported},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Latency: 250 * time.Millisecond})
				ids := w.Invoices(1, 1)
				if c.fault != "" {
					w.Sim.AddFault(rules(t, c.fault)[0])
				}
				var writes atomic.Int32
				w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
					if r.Method == http.MethodGet || !strings.HasSuffix(r.URL.Path, "/Invoices") {
						return false
					}
					call := numbered{rw, fmt.Sprint("write ", writes.Add(1))}
					if !c.refused {
						w.Sim.Handler().ServeHTTP(call, r)
						return true
					}
					time.Sleep(250 * time.Millisecond)
					call.WriteHeader(http.StatusOK)
					_, _ = io.WriteString(call, `{"Invoices": [{"InvoiceNumber": "INV-0001", "StatusAttributeString": "ERROR", "ValidationErrors": [{"Message": "No."}]}]}`)
					return true
				})
				p := w.Start(nil)
				defer p.Stop()
				run, err := p.Queue(ids...)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.App.Finish(t.Context(), run.ID, time.Hour); err != nil {
					t.Fatal(err)
				}
				s, rows, err := p.App.RunView(t.Context(), w.Me, run.ID)
				if err != nil || len(rows) != 1 || s.ByName != "Olivia Hart" || s.Took() <= 0 {
					t.Fatalf("the run is %+v, with %d rows: %v", s, len(rows), err)
				}
				r := rows[0]
				if r.State != c.state || r.Correlation != c.want {
					t.Errorf("it is %v under %q, want %v under %q: %v", r.State, r.Correlation, c.state, c.want, r.Messages)
				}
				switch {
				case c.want == "" && (!r.Answered.IsZero() || r.Took() != 0):
					t.Errorf("it was answered %v", r.Answered)
				case c.want != "" && (r.Took() < 250*time.Millisecond || r.Answered.After(r.Ended)):
					t.Errorf("it was sent %v, answered %v and ended %v", r.Sent, r.Answered, r.Ended)
				}
				if c.what != "at once" {
					return
				}
				runs, _ := redraft(p, ids...)
				s, rows, err = p.App.RunView(t.Context(), w.Me, runs[0].ID)
				if err != nil || s.Does() != "draft" || rows[0].Correlation != "write 2" || rows[0].Took() < 250*time.Millisecond || rows[0].Result() != "removed" {
					t.Errorf("the removal is %+v in %+v: %v", rows, s, err)
				}
				// The run that exported it still tells so.
				all, err := p.App.RunHistory(t.Context(), w.Me, app.RunQuery{})
				if err != nil || len(all) != 2 || all[1].Exported != 1 || all[0].Exported != 1 {
					t.Errorf("the history is %+v: %v", all, err)
				}
				if all, err := p.App.RunHistory(t.Context(), staff.Member{ID: "nobody"}, app.RunQuery{}); err != nil || len(all) != 0 {
					t.Errorf("who may see nothing sees %v: %v", all, err)
				}
			})
		})
	}
}

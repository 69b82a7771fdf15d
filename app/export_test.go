package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// rules parses fault rules.
func rules(t testing.TB, texts ...string) []sim.Rule {
	t.Helper()
	var all []sim.Rule
	for _, text := range texts {
		r, err := sim.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestEveryFaultSettlesByItself(t *testing.T) {
	exported := billing.Exported
	for _, c := range []struct {
		faults string // separated by commas
		want   billing.ExportState
	}{
		{"", exported},
		{"PUT /Invoices #1 drop-after-commit", exported},
		{"PUT /Invoices #1-3 drop-after-commit", exported},
		{"PUT /Invoices #1 cut", exported},
		{"PUT /Invoices #1 500-after-commit", exported},
		{"PUT /Invoices #1 500", exported},
		{"PUT /Invoices #1 503:maintenance", exported},
		{"PUT /Invoices #1-20 503:unavailable", exported},
		{"PUT /Invoices #1 reset", exported},
		{"PUT /Invoices #1 late-commit", exported},
		{"PUT /Invoices #1 slow:2m", exported},
		{"PUT /Invoices #1 429:minute:26", exported},
		{"PUT /Invoices #1 429:concurrent:none", exported},
		{"PUT /Invoices #1 429:day:900", exported},
		{"PUT /Invoices #1-30 drop-after-commit, GET /Invoices #1-2 503:offline", exported},
		{"PUT /Invoices #1-30 late-commit:4m", exported},
		{"PUT /Contacts #1 drop-after-commit", exported},
		{"PUT /Contacts #1-30 cut", exported},
		{"PUT /Contacts #1 500-after-commit", exported},
		{"PUT /Contacts #1 late-commit", exported},
		{"PUT /Contacts #1-30 late-commit:4m", exported},
		{"PUT /Contacts #1 429:minute:26, GET /Contacts #1 cut", exported},
		{"GET /Organisation #2 503:offline, GET /Accounts #2-3 reset", exported},
		{"PUT /Invoices #1 drop-after-commit+person-rename", billing.Changed},
		{"PUT /Invoices #1-30 drop-after-commit+person-rename", billing.Changed},
		{"PUT /Invoices #1 cut+person-approve", exported},
		{"PUT /Invoices #1-30 drop-after-commit+person-approve", exported},
		{"PUT /Invoices #1 500-after-commit+person-delete", billing.DeletedInXero},
		{"PUT /Invoices #1-30 drop-after-commit+person-delete", billing.DeletedInXero},
		{"PUT /Invoices #1 drop-after-commit+person-pay", exported},
		{"PUT /Invoices #1 drop-after-commit+person-void", billing.VoidedInXero},
		{"PUT /Invoices #1 late-commit+person-rename", billing.Changed},
	} {
		for _, held := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, numbers of deleted invoices held: %v", c.faults, held), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, sim.Config{DeletedNumbersHeld: held, Limits: true})
					if c.faults != "" {
						for _, r := range rules(t, strings.Split(c.faults, ",")...) {
							w.sim.AddFault(r)
						}
					}
					ids := w.invoices(3, 2)
					p := w.start(nil)
					defer p.stop()
					if _, _, err := p.app.Export(t.Context(), w.me, ids); err != nil {
						t.Fatal(err)
					}
					time.Sleep(2 * time.Minute) // the chart is read again
					p.settle()
					views := w.views(ids)
					w.mustBeSound(views)
					for _, v := range views {
						if v.Invoice.Stage.Export != c.want {
							t.Errorf("%s is %s, %s: %+v", v.Invoice.Number, v.Invoice.Stage.Status, v.Invoice.Stage.Export, v.Exports[0].Messages)
						}
					}
					if n := len(w.sim.Contacts(string(w.tenant))); n != 2 {
						t.Errorf("Xero has %d contacts for 2 clients", n)
					}
				})
			})
		}
	}
}

func TestExportingAgainSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(60, 7)
		p := w.start(nil)
		defer p.stop()
		p.export(ids...)
		w.mustBeSound(w.views(ids))
		w.sim.ResetCalls()
		runs, results, err := p.app.Export(t.Context(), w.me, append(ids, ids...))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if !app.IsCode(r.Err, app.Conflict) {
				t.Errorf("%s again: %v", r.Number, r.Err)
			}
		}
		if len(runs) > 0 || len(results) != len(ids) || w.sim.TotalCalls() != 0 {
			t.Errorf("%d runs, %d results, %d calls", len(runs), len(results), w.sim.TotalCalls())
		}
	})
}

func TestTwoProcessesSendOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{Latency: 250 * time.Millisecond})
		ids := w.invoices(120, 11)
		w.sim.ResetCalls()
		results := make(chan error, 2)
		for range 2 {
			go func() {
				p := w.start(nil)
				defer p.stop()
				run, err := p.queue(ids...)
				if err == nil && run.ID != "" {
					err = p.app.Finish(context.Background(), run.ID, time.Hour)
				}
				results <- err
			}()
		}
		for range 2 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		last := w.start(nil)
		last.settle()
		last.stop()
		w.mustBeSound(w.views(ids))
		if n := w.sim.Calls()["PUT /Invoices"]; n != 3 {
			t.Errorf("120 invoices took %d requests", n)
		}
	})
}

func TestOnePoisonedRowFailsAlone(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
	}{
		{"Xero breaks on it", 500, brokenThere},
		{"Xero refuses the request as a whole", 400, `{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Error converting value."}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, sim.Config{})
				w.before = func(rw http.ResponseWriter, r *http.Request) bool {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(body))
					if r.Method != http.MethodPut || !bytes.Contains(body, []byte("INV-0017")) {
						return false
					}
					rw.Header().Set("Content-Type", "application/json")
					rw.WriteHeader(c.status)
					_, _ = io.WriteString(rw, c.body)
					return true
				}
				ids := w.invoices(50, 3)
				p := w.start(nil)
				defer p.stop()
				if _, _, err := p.app.Export(t.Context(), w.me, ids); err != nil {
					t.Fatal(err)
				}
				p.settle()
				views := w.views(ids)
				w.mustBeSound(views)
				for _, v := range views {
					want := billing.Exported
					if v.Invoice.Number == "INV-0017" {
						want = billing.Failed
					}
					if v.Invoice.Stage.Export != want {
						t.Errorf("%s is %s", v.Invoice.Number, v.Invoice.Stage.Export)
					}
				}
			})
		})
	}
}

func TestTheDaysLimitParksAndGoesOnByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(3, 1)
		w.sim.AddFault(rules(t, "PUT /Invoices #1 429:day:7200")[0])
		p := w.start(nil)
		defer p.stop()
		run, err := p.queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		err = p.app.Finish(t.Context(), run.ID, time.Minute)
		var parked *app.Parked
		if !errors.As(err, &parked) || parked.Why != app.DayLimit {
			t.Fatalf("got %v", err)
		}
		progress, err := p.app.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if progress.Organisation.Parked.Why != app.DayLimit || progress.Tally.Queued != 3 {
			t.Errorf("the window would show %+v", progress)
		}
		from := time.Now()
		p.settle()
		if took := time.Since(from); took < 119*time.Minute || took > 125*time.Minute {
			t.Errorf("it went on after %v", took)
		}
		w.mustBeSound(w.views(ids))
		if progress, _ = p.app.Progress(t.Context(), run.ID); progress.Organisation.Parked != (app.Park{}) {
			t.Errorf("it is still shown as parked: %+v", progress.Organisation.Parked)
		}
	})
}

func TestARunThatIsStaleAsksFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(3, 1)
		p := w.start(nil)
		defer p.stop()
		run, err := p.queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(app.ConfirmAfter + time.Minute) // the computer was switched off
		if err := p.app.Send(t.Context(), w.tenant); err != nil {
			t.Fatal(err)
		}
		progress, err := p.app.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !progress.Stale || progress.Tally.Queued != 3 || w.sim.Calls()["PUT /Invoices"] != 0 {
			t.Fatalf("it did not wait for a person: %+v", progress)
		}
		viewer := staff.Member{ID: "v", Name: "Vic", AllEntities: staff.Viewer}
		if err := p.app.Confirm(t.Context(), viewer, run.ID); !app.IsCode(err, app.Forbidden) {
			t.Errorf("a viewer confirmed it: %v", err)
		}
		if err := p.app.Confirm(t.Context(), w.me, run.ID); err != nil {
			t.Fatal(err)
		}
		p.settle()
		w.mustBeSound(w.views(ids))
	})
}

func TestCancelWithdrawsWhatWasNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{Limits: true})
		ids := w.invoices(120, 1)
		w.sim.AddFault(rules(t, "PUT /Invoices #2 429:day:7200")[0])
		p := w.start(nil)
		defer p.stop()
		run, err := p.queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		var parked *app.Parked
		if err := p.app.Finish(t.Context(), run.ID, 0); !errors.As(err, &parked) {
			t.Fatal(err)
		}
		before, err := p.app.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.app.Cancel(t.Context(), w.me, run.ID)
		if err != nil {
			t.Fatal(err)
		}
		after, err := p.app.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 || n != before.Tally.Queued || after.Tally.Cancelled != n || after.Run.Ended.IsZero() {
			t.Errorf("cancelled %d; before %+v; after %+v, ended %v", n, before.Tally, after.Tally, after.Run.Ended)
		}
		p.settle()
		live := 0
		for _, v := range w.views(ids) {
			there, _ := w.inXero(v)
			live += len(there)
		}
		if live != before.Tally.Exported {
			t.Errorf("%d were exported before the cancel, and Xero has %d", before.Tally.Exported, live)
		}
	})
}

func TestPermissionIsAskedAgainBeforeSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(2, 2)
		p := w.start(nil)
		defer p.stop()
		viewer := staff.Member{ID: "v", Name: "Vic", AllEntities: staff.Viewer}
		_, results, err := p.app.Export(t.Context(), viewer, ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if !app.IsCode(r.Err, app.Forbidden) {
				t.Errorf("a viewer exported %s: %v", r.Number, r.Err)
			}
		}
		run, err := p.queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		demoted := w.me
		demoted.Time, demoted.AllEntities = nil, staff.NoRole
		demoted.Roles = map[billing.ClientID]staff.Role{}
		if err := p.db.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMember(demoted) }); err != nil {
			t.Fatal(err)
		}
		if err := p.app.Finish(t.Context(), run.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		for _, v := range w.views(ids) {
			if v.Invoice.Stage.Export != billing.Failed || v.Exports[0].Messages[0].Cause != ledger.NotPermitted {
				t.Errorf("%s is %s: %+v", v.Invoice.Number, v.Invoice.Stage.Export, v.Exports[0].Messages)
			}
		}
		if n := len(w.sim.Invoices(string(w.tenant))); n != 0 {
			t.Errorf("Xero has %d invoices", n)
		}
	})
}

func TestNotConnected(t *testing.T) {
	a, _, me := firm(t)
	_, _, err := a.Export(t.Context(), me, nil)
	if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "not connected to Xero") {
		t.Errorf("got %v", err)
	}
}

func TestCallsOfALargeExport(t *testing.T) {
	for _, c := range []struct{ contacts, most int }{{0, 36}, {10_000, 46}} {
		t.Run(fmt.Sprintf("%d contacts in Xero", c.contacts), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				orgs, err := sim.Seed("empty")
				if err != nil {
					t.Fatal(err)
				}
				for i := range c.contacts {
					orgs[0].AddContact(sim.Contact{Name: fmt.Sprint("Other contact ", i)})
				}
				w := newWorld(t, sim.Config{Orgs: orgs, Limits: true})
				time.Sleep(5 * time.Minute)
				ids := w.invoices(1000, 200)
				w.sim.ResetCalls()
				p := w.start(nil)
				defer p.stop()
				p.export(ids...)
				if n := w.sim.TotalCalls(); n > c.most {
					t.Errorf("1,000 invoices of 200 new clients took %d calls, more than %d: %v", n, c.most, w.sim.Calls())
				}
				w.mustBeSound(w.views(ids))
			})
		})
	}
}

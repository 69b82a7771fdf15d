package outbox_test

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
	"feebridge/app/apptest"
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
					w := apptest.NewWorld(t, sim.Config{DeletedNumbersHeld: held, Limits: true})
					if c.faults != "" {
						for _, r := range rules(t, strings.Split(c.faults, ",")...) {
							w.Sim.AddFault(r)
						}
					}
					ids := w.Invoices(3, 2)
					p := w.Start(nil)
					defer p.Stop()
					if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
						t.Fatal(err)
					}
					time.Sleep(2 * time.Minute) // the chart is read again
					p.Settle()
					views := w.Views(ids)
					w.MustBeSound(views)
					for _, v := range views {
						if v.Invoice.Stage.Export != c.want {
							t.Errorf("%s is %s, %s: %+v", v.Invoice.Number, v.Invoice.Stage.Status, v.Invoice.Stage.Export, v.Exports[0].Messages)
						}
					}
					if n := len(w.Sim.Contacts(string(w.Tenant))); n != 2 {
						t.Errorf("Xero has %d contacts for 2 clients", n)
					}
				})
			})
		}
	}
}

func TestExportingAgainSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(60, 7)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		w.MustBeSound(w.Views(ids))
		w.Sim.ResetCalls()
		runs, results, err := p.App.Export(t.Context(), w.Me, append(ids, ids...))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if !app.IsCode(r.Err, app.Conflict) {
				t.Errorf("%s again: %v", r.Number, r.Err)
			}
		}
		if len(runs) > 0 || len(results) != len(ids) || w.Sim.TotalCalls() != 0 {
			t.Errorf("%d runs, %d results, %d calls", len(runs), len(results), w.Sim.TotalCalls())
		}
	})
}

// TestWhatIsRefusedGoesOnceItIsMendedInXero has a period locked in Xero, and unlocked a moment later. No contact is made for
// what does not go.
func TestWhatIsRefusedGoesOnceItIsMendedInXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			v, err := tx.Invoice(ids[1])
			if err == nil {
				v.Date = 20261210
				_, err = tx.SaveInvoice(v)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			after    time.Duration // what was read serves for five minutes, but refuses nothing
			locked   time.Time
			ids      []billing.InvoiceID
			want     billing.ExportState // of the first; the other is later
			contacts int
		}{
			{6 * time.Minute, time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC), ids, billing.Failed, 1},
			{10 * time.Second, time.Time{}, ids[:1], billing.Exported, 2},
		} {
			time.Sleep(c.after)
			if err := w.Sim.SetLockDates(string(w.Tenant), c.locked, time.Time{}); err != nil {
				t.Fatal(err)
			}
			p.Export(c.ids...)
			views := w.Views(ids)
			n := len(w.Sim.Contacts(string(w.Tenant)))
			if first, later := views[0].Invoice.Stage.Export, views[1].Invoice.Stage.Export; first != c.want || later != billing.Exported || n != c.contacts {
				t.Errorf("locked to %v one is %s, the later one %s, and Xero has %d contacts", c.locked, first, later, n)
			}
			w.MustBeSound(views)
		}
	})
}

func TestTwoProcessesSendOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Latency: 250 * time.Millisecond})
		ids := w.Invoices(120, 11)
		w.Sim.ResetCalls()
		results := make(chan error, 2)
		for range 2 {
			go func() {
				p := w.Start(nil)
				run, err := p.Queue(ids...)
				if err == nil && run.ID != "" {
					err = p.App.Finish(context.Background(), run.ID, time.Hour)
				}
				p.Stop()
				results <- err
			}()
		}
		for range 2 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		last := w.Start(nil)
		last.Settle()
		last.Stop()
		w.MustBeSound(w.Views(ids))
		if n := w.Sim.Calls()["PUT /Invoices"]; n != 3 {
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
				w := apptest.NewWorld(t, sim.Config{})
				w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(body))
					if r.Method != http.MethodPut || !bytes.Contains(body, []byte("INV-0017")) {
						return false
					}
					rw.Header().Set("Content-Type", "application/json")
					rw.WriteHeader(c.status)
					_, _ = io.WriteString(rw, c.body)
					return true
				})
				ids := w.Invoices(50, 3)
				p := w.Start(nil)
				defer p.Stop()
				if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				p.Settle()
				views := w.Views(ids)
				w.MustBeSound(views)
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
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		w.Sim.AddFault(rules(t, "PUT /Invoices #1 429:day:7200")[0])
		p := w.Start(nil)
		defer p.Stop()
		run, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		err = p.App.Finish(t.Context(), run.ID, time.Minute)
		var parked *app.Parked
		if !errors.As(err, &parked) || parked.Why != app.DayLimit {
			t.Fatalf("got %v", err)
		}
		progress, err := p.App.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if progress.Organisation.Parked.Why != app.DayLimit || progress.Tally.Queued != 3 {
			t.Errorf("the window would show %+v", progress)
		}
		from := time.Now()
		p.Settle()
		if took := time.Since(from); took < 119*time.Minute || took > 125*time.Minute {
			t.Errorf("it went on after %v", took)
		}
		w.MustBeSound(w.Views(ids))
		if progress, _ = p.App.Progress(t.Context(), run.ID); progress.Organisation.Parked != (app.Park{}) {
			t.Errorf("it is still shown as parked: %+v", progress.Organisation.Parked)
		}
	})
}

func TestARunThatIsStaleAsksFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		p := w.Start(nil)
		defer p.Stop()
		run, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(app.ConfirmAfter + time.Minute) // the computer was switched off
		if err := p.App.Send(t.Context(), w.Tenant); err != nil {
			t.Fatal(err)
		}
		progress, err := p.App.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !progress.Stale || progress.Tally.Queued != 3 || w.Sim.Calls()["PUT /Invoices"] != 0 {
			t.Fatalf("it did not wait for a person: %+v", progress)
		}
		viewer := staff.Member{ID: "v", Name: "Vic", AllEntities: staff.Viewer}
		if err := p.App.Confirm(t.Context(), viewer, run.ID); !app.IsCode(err, app.Forbidden) {
			t.Errorf("a viewer confirmed it: %v", err)
		}
		if err := p.App.Confirm(t.Context(), w.Me, run.ID); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		w.MustBeSound(w.Views(ids))
	})
}

func TestCancelWithdrawsWhatWasNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Limits: true})
		ids := w.Invoices(120, 1)
		w.Sim.AddFault(rules(t, "PUT /Invoices #2 429:day:7200")[0])
		p := w.Start(nil)
		defer p.Stop()
		run, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		var parked *app.Parked
		if err := p.App.Finish(t.Context(), run.ID, 0); !errors.As(err, &parked) {
			t.Fatal(err)
		}
		before, err := p.App.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		n, err := p.App.Cancel(t.Context(), w.Me, run.ID)
		if err != nil {
			t.Fatal(err)
		}
		after, err := p.App.Progress(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 || n != before.Tally.Queued || after.Tally.Cancelled != n || after.Run.Ended.IsZero() {
			t.Errorf("cancelled %d; before %+v; after %+v, ended %v", n, before.Tally, after.Tally, after.Run.Ended)
		}
		p.Settle()
		live := 0
		for _, v := range w.Views(ids) {
			there, _ := w.InXero(v)
			live += len(there)
		}
		if live != before.Tally.Exported {
			t.Errorf("%d were exported before the cancel, and Xero has %d", before.Tally.Exported, live)
		}
	})
}

// TestCancellingARunLeavesWhatAnotherExports cancels a run of which one invoice failed, and is exported again
// since, and the other's answer is lost.
func TestCancellingARunLeavesWhatAnotherExports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		account := func(code string) {
			t.Helper()
			err := p.DB.Update(t.Context(), func(tx app.Tx) error {
				v, err := tx.Invoice(ids[0])
				if err != nil {
					return err
				}
				v.Lines[0].Account = code
				_, err = tx.SaveInvoice(v)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		account("299") // which the organisation does not have
		w.Sim.AddFault(rules(t, "PUT /Invoices #1 drop-after-commit")[0])
		first, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		var parked *app.Parked
		if err := p.App.Finish(t.Context(), first.ID, 0); !errors.As(err, &parked) {
			t.Fatal(err)
		}
		account("200")
		if second, err := p.Queue(ids[0]); err != nil || second.ID == first.ID {
			t.Fatal(second, err)
		}
		before := w.Views(ids)
		if n, err := p.App.Cancel(t.Context(), w.Me, first.ID); n != 0 || err != nil {
			t.Errorf("cancelled %d: %v", n, err)
		}
		for i, v := range w.Views(ids) {
			if want := []billing.ExportState{billing.Queued, billing.Unknown}[i]; v.Invoice.Stage.Export != want || before[i].Invoice.Stage != v.Invoice.Stage {
				t.Errorf("%s was %s and is %s, want %s", v.Invoice.Number, before[i].Invoice.Stage.Export, v.Invoice.Stage.Export, want)
			}
		}
		p.Settle()
		views := w.Views(ids)
		w.MustBeSound(views)
		for _, v := range views {
			if v.Invoice.Stage.Export != billing.Exported {
				t.Errorf("%s is %s in the end", v.Invoice.Number, v.Invoice.Stage.Export)
			}
		}
	})
}

func TestPermissionIsAskedAgainBeforeSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		viewer := staff.Member{ID: "v", Name: "Vic", AllEntities: staff.Viewer}
		_, results, err := p.App.Export(t.Context(), viewer, ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if !app.IsCode(r.Err, app.Forbidden) {
				t.Errorf("a viewer exported %s: %v", r.Number, r.Err)
			}
		}
		run, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		demoted := w.Me
		demoted.Time, demoted.AllEntities = nil, staff.NoRole
		demoted.Roles = map[billing.ClientID]staff.Role{}
		if err := p.DB.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMember(demoted) }); err != nil {
			t.Fatal(err)
		}
		if err := p.App.Finish(t.Context(), run.ID, time.Hour); err != nil {
			t.Fatal(err)
		}
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Export != billing.Failed || v.Exports[0].Messages[0].Cause != ledger.NotPermitted {
				t.Errorf("%s is %s: %+v", v.Invoice.Number, v.Invoice.Stage.Export, v.Exports[0].Messages)
			}
		}
		if n := len(w.Sim.Invoices(string(w.Tenant))); n != 0 {
			t.Errorf("Xero has %d invoices", n)
		}
	})
}

func TestNotConnected(t *testing.T) {
	a, _, me := apptest.Firm(t)
	_, _, err := a.Export(t.Context(), me, nil)
	if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "isn't connected to Xero") {
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
				w := apptest.NewWorld(t, sim.Config{Orgs: orgs, Limits: true})
				time.Sleep(5 * time.Minute)
				ids := w.Invoices(1000, 200)
				w.Sim.ResetCalls()
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids...)
				if n := w.Sim.TotalCalls(); n > c.most {
					t.Errorf("1,000 invoices of 200 new clients took %d calls, more than %d: %v", n, c.most, w.Sim.Calls())
				}
				w.MustBeSound(w.Views(ids))
			})
		})
	}
}

// TestOfARunEveryoneSeesTheirOwn exports invoices of two clients, and asks as a member who may see one of them.
func TestOfARunEveryoneSeesTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(6, 2)
		p := w.Start(nil)
		defer p.Stop()
		run, err := p.Queue(ids...)
		if err != nil {
			t.Fatal(err)
		}
		for _, client := range []billing.ClientID{"client 0", "client 1"} {
			by := staff.Member{ID: "v", Name: "Vera", Roles: map[billing.ClientID]staff.Role{client: staff.Viewer}}
			seen, err := p.App.ExportsOfRun(t.Context(), by, run.ID)
			if err != nil || len(seen) != 3 {
				t.Errorf("of %s she sees %d, %v", client, len(seen), err)
			}
			for _, e := range seen {
				if v := w.Views([]billing.InvoiceID{e.Invoice})[0]; v.Invoice.Client != client {
					t.Errorf("of %s she sees %s, which is %s's", client, e.Number, v.Invoice.Client)
				}
			}
		}
	})
}

// TestASingleExportSoonAfterAnotherTakesFewCalls exports an invoice a minute after another: of the same client, of one
// whose contact Xero has, and of a new one. What was read of the organisation still serves.
func TestASingleExportSoonAfterAnotherTakesFewCalls(t *testing.T) {
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	orgs[0].AddContact(sim.Contact{Name: "Client 1"})
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Orgs: orgs})
		ids := w.Invoices(6, 3) // the first and the fourth are of one client, and so on
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids[0])
		for _, c := range []struct {
			name  string
			id    billing.InvoiceID
			after time.Duration
			most  int
		}{
			{"the same client", ids[3], time.Minute, 2},
			{"a contact that Xero has", ids[1], time.Minute, 2},
			{"a new client", ids[2], time.Minute, 3},
			{"when the organisation is read again", ids[4], 5 * time.Minute, 9},
		} {
			time.Sleep(c.after)
			w.Sim.ResetCalls()
			p.Export(c.id)
			if n := w.Sim.TotalCalls(); n > c.most {
				t.Errorf("%s: it took %d calls, more than %d: %v", c.name, n, c.most, w.Sim.Calls())
			}
		}
		w.MustBeSound(w.Views(ids[:5]))
	})
}

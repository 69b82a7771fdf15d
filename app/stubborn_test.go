package app_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// answerWrites answers every write to the path whose body has the text.
func (w *world) answerWrites(path, text string, status int, body string) (count *atomic.Int32) {
	count = new(atomic.Int32)
	w.before = func(rw http.ResponseWriter, r *http.Request) bool {
		sent, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
		if r.Method != http.MethodPut || r.URL.Path != "/api.xro/2.0"+path || !bytes.Contains(sent, []byte(text)) {
			return false
		}
		count.Add(1)
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Xero-Correlation-Id", "c0ffee")
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
		return true
	}
	return count
}

func TestWhatXeroNeverAnswersWellEnds(t *testing.T) {
	const broken = `{"Title":"An error occurred","Detail":"An error occurred in Xero.","Status":500,"Instance":"x"}`
	for _, c := range []struct {
		name, path, text string
		status           int
		body             string
		failed           int // of six invoices of six clients
	}{
		{"a contact that Xero breaks on", "/Contacts", `"Client 3"`, 500, broken, 1},
		{"a contact that Xero refuses with its whole request", "/Contacts", `"Client 3"`, 400, `{"ErrorNumber":14,"Message":"Error converting value."}`, 1},
		{"contacts without an element", "/Contacts", "", 200, `{"Id":"x","Status":"OK","Contacts":[]}`, 6},
		{"invoices without an element", "/Invoices", "", 200, `{"Id":"x","Status":"OK","Invoices":[]}`, 6},
		{"a status that is none of Xero's", "/Invoices", "", 409, `{"Title":"Conflict","Detail":"no","Status":409}`, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, sim.Config{})
				count := w.answerWrites(c.path, c.text, c.status, c.body)
				ids := w.invoices(6, 6)
				p := w.start(nil)
				defer p.stop()
				if _, _, err := p.app.Export(t.Context(), w.me, ids); err != nil {
					t.Fatal(err)
				}
				p.settle()
				failed := 0
				for _, v := range w.views(ids) {
					if v.Invoice.Stage.Export == billing.Failed {
						failed++
					}
				}
				if failed != c.failed || count.Load() > 40 {
					t.Errorf("%d failed, want %d; it took %d requests", failed, c.failed, count.Load())
				}
				w.mustBeSound(w.views(ids))
			})
		})
	}
}

func TestTwoClientsAreNotGivenOneContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		orgs, err := sim.Seed("empty")
		if err != nil {
			t.Fatal(err)
		}
		orgs[0].AddContact(sim.Contact{Name: "Client 0"})
		w := newWorld(t, sim.Config{Orgs: orgs})
		ids := w.invoices(2, 2)
		p := w.start(nil)
		defer p.stop()
		err = p.db.Update(t.Context(), func(tx app.Tx) error {
			c, err := tx.Client("client 1")
			if err == nil {
				c.Name = "Client 0"
				_, err = tx.SaveClient(c)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p.export(ids...)
		views := w.views(ids)
		if a, b := views[0].Invoice.Stage.Export, views[1].Exports[0]; a != billing.Exported || b.Result != billing.Failed || b.Messages[0].Cause != ledger.ContactAmbiguous {
			t.Errorf("the first is %s, the second %s: %+v", a, b.Result, b.Messages)
		}
	})
}

func TestWhatWasOnlyReadyIsAskedAgain(t *testing.T) {
	for name, change := range map[string]func(*world, *process){
		"after twelve hours": func(*world, *process) { time.Sleep(24 * time.Hour) },
		"after the permission was taken": func(w *world, p *process) {
			demoted := w.me
			demoted.Time, demoted.AllEntities = nil, staff.NoRole
			if err := p.db.Update(context.Background(), func(tx app.Tx) error { return tx.SaveMember(demoted) }); err != nil {
				w.t.Fatal(err)
			}
			time.Sleep(4 * time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, sim.Config{})
				w.sim.AddFault(rules(t, "PUT /Invoices #1 429:day:7200")[0])
				ids := w.invoices(3, 1)
				p := w.start(nil)
				defer p.stop()
				run, _, err := p.app.Export(t.Context(), w.me, ids)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.app.Finish(t.Context(), run.ID, 0); err == nil {
					t.Fatal("it was not parked")
				}
				change(w, p)
				if err := p.app.Send(t.Context(), w.tenant); err != nil {
					t.Fatal(err)
				}
				if n := len(w.sim.Invoices(string(w.tenant))); n > 0 {
					t.Errorf("%d were sent without asking again", n)
				}
			})
		})
	}
}

func TestCancelWhileOthersAreBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{Latency: 2 * time.Second})
		ids := w.invoices(400, 1)
		p := w.start(nil)
		defer p.stop()
		run, _, err := p.app.Export(t.Context(), w.me, ids)
		if err != nil {
			t.Fatal(err)
		}
		var once sync.Once
		w.before = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut && r.URL.Path == "/api.xro/2.0/Invoices" {
				once.Do(func() {
					if n, err := p.app.Cancel(context.Background(), w.me, run.ID); n == 0 || err != nil {
						t.Errorf("cancelled %d: %v", n, err)
					}
				})
			}
			return false
		}
		if err := p.app.Finish(t.Context(), run.ID, time.Hour); err != nil {
			t.Error(err)
		}
		w.mustBeSound(w.views(ids))
	})
}

func TestAChoiceMadeMeanwhileHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		orgs, err := sim.Seed("empty")
		if err != nil {
			t.Fatal(err)
		}
		orgs[0].AddContact(sim.Contact{Name: "Client 0"})
		orgs[0].AddContact(sim.Contact{Name: "Chosen"})
		w := newWorld(t, sim.Config{Orgs: orgs})
		ids := w.invoices(1, 1)
		p := w.start(nil)
		defer p.stop()
		var once sync.Once
		w.before = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet && r.URL.Path == "/api.xro/2.0/Contacts" {
				once.Do(func() { w.link("Chosen") })
			}
			return false
		}
		p.export(ids...)
		v := w.views(ids)[0]
		live, _ := w.inXero(v)
		if v.Contact.Name != "Chosen" || len(live) != 1 || live[0].ContactID != w.contact("Chosen").ContactID {
			t.Errorf("linked to %q; in Xero: %+v", v.Contact.Name, live)
		}
	})
}

package outbox_test

import (
	"bytes"
	"context"
	"io"
	"iter"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// answerWrites answers every write to the path whose body has the text.
func answerWrites(w *apptest.World, path, text string, status int, body string) (count *atomic.Int32) {
	count = new(atomic.Int32)
	w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
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
	})
	return count
}

func TestWhatXeroNeverAnswersWellEnds(t *testing.T) {
	for _, c := range []struct {
		name, path, text string
		status           int
		body             string
		failed           int // of six invoices of six clients
	}{
		{"a contact that Xero breaks on", "/Contacts", `"Client 3"`, 500, brokenThere, 1},
		{"a contact that Xero refuses with its whole request", "/Contacts", `"Client 3"`, 400, `{"ErrorNumber":14,"Message":"Error converting value."}`, 1},
		{"contacts without an element", "/Contacts", "", 200, `{"Id":"x","Status":"OK","Contacts":[]}`, 6},
		{"invoices without an element", "/Invoices", "", 200, `{"Id":"x","Status":"OK","Invoices":[]}`, 6},
		{"a status that is none of Xero's", "/Invoices", "", 409, `{"Title":"Conflict","Detail":"no","Status":409}`, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				count := answerWrites(w, c.path, c.text, c.status, c.body)
				ids := w.Invoices(6, 6)
				p := w.Start(nil)
				defer p.Stop()
				if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				p.Settle()
				failed := 0
				for _, v := range w.Views(ids) {
					if v.Invoice.Stage.Export == billing.Failed {
						failed++
					}
				}
				if failed != c.failed || count.Load() > 40 {
					t.Errorf("%d failed, want %d; it took %d requests", failed, c.failed, count.Load())
				}
				w.MustBeSound(w.Views(ids))
			})
		})
	}
}

func TestTwoClientsAreNotGivenOneContact(t *testing.T) {
	for name, there := range map[string]bool{"which Xero has": true, "which is to be made": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orgs, err := sim.Seed("empty")
				if err != nil {
					t.Fatal(err)
				}
				if there {
					orgs[0].AddContact(sim.Contact{Name: "Client 0"})
				}
				w := apptest.NewWorld(t, sim.Config{Orgs: orgs})
				var asked atomic.Int32 // how many contacts Xero was to make
				w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
					sent, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(sent))
					if r.Method == http.MethodPut && r.URL.Path == "/api.xro/2.0/Contacts" {
						asked.Add(int32(bytes.Count(sent, []byte(`"Name"`))))
					}
					return false
				})
				ids := w.Invoices(2, 2)
				p := w.Start(nil)
				defer p.Stop()
				err = p.DB.Update(t.Context(), func(tx app.Tx) error {
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
				p.Export(ids...)
				views := w.Views(ids)
				if a, b := views[0].Invoice.Stage.Export, views[1].Exports[0]; a != billing.Exported || b.Result != billing.Failed || b.Messages[0].Cause != ledger.ContactAmbiguous {
					t.Errorf("the first is %s, the second %s: %+v", a, b.Result, b.Messages)
				}
				want := int32(1)
				if there {
					want = 0
				}
				if got := asked.Load(); got != want {
					t.Errorf("Xero was to make %d contacts, want %d", got, want)
				}
			})
		})
	}
}

// TestAContactThatIsBeingMadeIsMadeUnderOneKey loses every answer for as long as Xero knows the key.
func TestAContactThatIsBeingMadeIsMadeUnderOneKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		var mu sync.Mutex
		keys := map[string]bool{}
		end := time.Now().Add(4 * time.Minute)
		w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut && r.URL.Path == "/api.xro/2.0/Contacts" {
				mu.Lock()
				keys[r.Header.Get("Idempotency-Key")] = true
				mu.Unlock()
				if time.Now().Before(end) {
					panic(http.ErrAbortHandler)
				}
			}
			return false
		})
		p.Export(ids...)
		w.MustBeSound(w.Views(ids))
		if len(keys) != 1 {
			t.Errorf("the contact was to be made under %d keys", len(keys))
		}
	})
}

func TestWhatWasOnlyReadyIsAskedAgain(t *testing.T) {
	for name, change := range map[string]func(*apptest.World, *apptest.Process){
		"after twelve hours": func(*apptest.World, *apptest.Process) { time.Sleep(24 * time.Hour) },
		"after the permission was taken": func(w *apptest.World, p *apptest.Process) {
			demoted := w.Me
			demoted.Time, demoted.AllEntities = nil, staff.NoRole
			if err := p.DB.Update(context.Background(), func(tx app.Tx) error { return tx.SaveMember(demoted) }); err != nil {
				w.T.Fatal(err)
			}
			time.Sleep(4 * time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{})
				w.Sim.AddFault(rules(t, "PUT /Invoices #1 429:day:7200")[0])
				ids := w.Invoices(3, 1)
				p := w.Start(nil)
				defer p.Stop()
				run, err := p.Queue(ids...)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.App.Finish(t.Context(), run.ID, 0); err == nil {
					t.Fatal("it was not parked")
				}
				change(w, p)
				if err := p.App.Send(t.Context(), w.Tenant); err != nil {
					t.Fatal(err)
				}
				if n := len(w.Sim.Invoices(string(w.Tenant))); n > 0 {
					t.Errorf("%d were sent without asking again", n)
				}
			})
		})
	}
}

// TestCancelWhileARunIsUnderWay has a person cancel a run that goes to Xero with another one, which goes on.
func TestCancelWhileARunIsUnderWay(t *testing.T) {
	for _, c := range []struct {
		name, method, path string // of the call at which the person cancels
		locked             time.Time
		sent               int // of the four hundred, of which three hundred are in the run
	}{
		{"while it is sent", http.MethodPut, "/Invoices", time.Time{}, 350},
		{"while it is planned", http.MethodGet, "/Contacts", time.Time{}, 100},
		{"while it is found to be locked", http.MethodGet, "/Organisation", time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orgs, err := sim.Seed("empty")
				if err != nil {
					t.Fatal(err)
				}
				orgs[0].AddContact(sim.Contact{Name: "Client 0"})
				w := apptest.NewWorld(t, sim.Config{Orgs: orgs, Latency: 2 * time.Second})
				ids := w.Invoices(400, 1)
				if err := w.Sim.SetLockDates(string(w.Tenant), c.locked, time.Time{}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute) // the chart is read again
				p := w.Start(nil)
				defer p.Stop()
				run, err := p.Queue(ids[:300]...)
				if err != nil {
					t.Fatal(err)
				}
				var once sync.Once
				w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
					if r.Method == c.method && r.URL.Path == "/api.xro/2.0"+c.path {
						once.Do(func() {
							if n, err := p.App.Cancel(context.Background(), w.Me, run.ID); n == 0 || err != nil {
								t.Errorf("cancelled %d: %v", n, err)
							}
						})
					}
					return false
				})
				p.Export(ids[300:]...)
				w.MustBeSound(w.Views(ids))
				if n := len(w.Sim.Invoices(string(w.Tenant))); n != c.sent {
					t.Errorf("Xero has %d invoices, want %d", n, c.sent)
				}
			})
		})
	}
}

// TestAContactThatXeroRefusedIsTriedAgain has one sender refused a contact, and go on with another invoice while a person
// mends in Xero what was wrong, and exports again.
func TestAContactThatXeroRefusedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		var held, mended atomic.Bool
		held.Store(true)
		w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
			sent, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(sent))
			switch {
			case r.Method != http.MethodPut:
			case held.Load() && bytes.Contains(sent, []byte("INV-0001")):
				panic(http.ErrAbortHandler)
			case !mended.Load() && bytes.Contains(sent, []byte("Client 1")):
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(rw, `{"ErrorNumber":14,"Message":"Error converting value."}`)
				return true
			}
			return false
		})
		stages := func() (first, second billing.ExportState) {
			views := w.Views(ids)
			return views[0].Invoice.Stage.Export, views[1].Invoice.Stage.Export
		}
		if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- p.Run(ctx) }()
		time.Sleep(time.Minute)
		if first, second := stages(); first != billing.Unknown || second != billing.Failed {
			t.Errorf("the one that is held is %s, and the one whose contact is refused %s", first, second)
		}
		mended.Store(true)
		if _, _, err := p.App.Export(t.Context(), w.Me, ids[1:]); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if first, second := stages(); first != billing.Unknown || second != billing.Exported {
			t.Errorf("the one that is held is %s, and the one whose contact was mended %s", first, second)
		}
		held.Store(false)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		p.Settle()
		w.MustBeSound(w.Views(ids))
	})
}

func TestAChoiceMadeMeanwhileHolds(t *testing.T) {
	for _, c := range []struct {
		name     string
		there    []string // contacts
		invoices int      // each of a client of its own
		method   string   // of the first call at which the person chooses
		contacts int      // in the end
	}{
		{"while the contacts are read that there are", []string{"Chosen", "Client 0"}, 1, http.MethodGet, 2},
		{"while the contacts are read that there are not", []string{"Chosen"}, 1, http.MethodGet, 1},
		{"while it is created", []string{"Chosen"}, 1, http.MethodPut, 2},
		{"while other contacts are created", []string{"Chosen"}, 260, http.MethodPut, 260},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orgs, err := sim.Seed("empty")
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range c.there {
					orgs[0].AddContact(sim.Contact{Name: name})
				}
				w := apptest.NewWorld(t, sim.Config{Orgs: orgs, Latency: time.Second})
				ids := w.Invoices(c.invoices, c.invoices)
				slices.Reverse(ids) // client 0 comes last
				p := w.Start(nil)
				defer p.Stop()
				var once sync.Once
				chosen := ledger.Contact{ID: ledger.ContactID(w.Contact("Chosen").ContactID), Name: "Chosen"}
				w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
					if r.Method == c.method && r.URL.Path == "/api.xro/2.0/Contacts" {
						once.Do(func() {
							if err := p.App.LinkContact(context.Background(), w.Me, "client 0", chosen); err != nil {
								t.Error(err)
							}
						})
					}
					return false
				})
				p.Export(ids...)
				v := w.Views(ids)[len(ids)-1]
				live, _ := w.InXero(v)
				if v.Contact.Name != "Chosen" || len(live) != 1 || live[0].ContactID != w.Contact("Chosen").ContactID {
					t.Errorf("linked to %q; in Xero: %+v", v.Contact.Name, live)
				}
				if n := len(w.Sim.Contacts(string(w.Tenant))); n != c.contacts {
					t.Errorf("Xero has %d contacts, want %d", n, c.contacts)
				}
			})
		})
	}
}

func TestWhatAPersonDoesToALostInvoicesContact(t *testing.T) {
	for _, c := range []struct {
		name string
		act  func(w *apptest.World, inv sim.Invoice, another string) error
		want billing.ExportState
	}{
		{"changed", func(w *apptest.World, inv sim.Invoice, another string) error {
			return w.Sim.EditInvoice(string(w.Tenant), inv.InvoiceID, sim.InvoiceEdit{ContactID: &another})
		}, billing.Changed},
		{"merged", func(w *apptest.World, inv sim.Invoice, another string) error {
			return w.Sim.MergeContact(string(w.Tenant), inv.ContactID, another)
		}, billing.Exported},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orgs, err := sim.Seed("empty")
				if err != nil {
					t.Fatal(err)
				}
				orgs[0].AddContact(sim.Contact{Name: "Another"})
				w := apptest.NewWorld(t, sim.Config{Orgs: orgs})
				w.Sim.AddFault(rules(t, "PUT /Invoices #1 drop-after-commit")[0])
				w.Sim.AddFault(rules(t, "PUT /Invoices #2-30 reset")[0])
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
					t.Fatal(err)
				}
				acted := make(chan error)
				go func() {
					time.Sleep(time.Minute)
					acted <- c.act(w, w.Sim.Invoices(string(w.Tenant))[0], w.Contact("Another").ContactID)
				}()
				p.Settle()
				if err := <-acted; err != nil {
					t.Fatal(err)
				}
				w.MustBeSound(w.Views(ids))
				if v := w.Views(ids)[0]; v.Invoice.Stage.Export != c.want {
					t.Errorf("it is %s: %+v", v.Invoice.Stage.Export, v.Exports[0].Messages)
				}
			})
		})
	}
}

// twice are books that tell every change since a moment twice: first as the invoice was
// before a person approved it.
type twice struct{ app.Books }

func (b twice) Since(ctx context.Context, t ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) {
		for page, err := range b.Books.Since(ctx, t, from) {
			before := page
			before.Changed = slices.Clone(page.Changed)
			for i := range before.Changed {
				before.Changed[i].Status = ledger.DraftThere
			}
			if !yield(before, err) || !yield(page, err) {
				return
			}
		}
	}
}

func TestTheLaterReadingOfAnInvoiceCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		w.Sim.AddFault(rules(t, "PUT /Invoices #1 drop-after-commit+person-rename")[0])
		w.Sim.AddFault(rules(t, "PUT /Invoices #2-30 reset")[0])
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Books = twice{p.Books}
		p.Reopen(func(s apptest.Store) apptest.Store { return s })
		if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
			t.Fatal(err)
		}
		acted := make(chan error)
		go func() {
			time.Sleep(time.Minute)
			acted <- w.Sim.Approve(string(w.Tenant), w.Sim.Invoices(string(w.Tenant))[0].InvoiceID)
		}()
		p.Settle()
		if err := <-acted; err != nil {
			t.Fatal(err)
		}
		if v := w.Views(ids)[0]; v.Invoice.Stage.Status != billing.Closed {
			t.Errorf("it was approved, and is %s here", v.Invoice.Stage.Status)
		}
	})
}

func TestTheTrailTellsEveryStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		w.Sim.AddFault(rules(t, "PUT /Invoices #1 429:day:60")[0])
		w.Sim.AddFault(rules(t, "PUT /Invoices #2 drop-after-commit")[0])
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		want := []string{"export", "send", "queue again", "send", "lose answer", "send", "lose answer", "export ended"}
		if diff := cmp.Diff(want, p.Actions("invoice", string(ids[0]))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheTrailTellsOfALostConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		down(w, 10*time.Minute, isRead, http.StatusForbidden, http.Header{"Xero-Correlation-Id": {"c0ffee"}},
			`{"Title":"Forbidden","Detail":"AuthenticationUnsuccessful","Status":403}`)
		time.Sleep(2 * time.Minute) // the chart is read again
		p := w.Start(nil)
		defer p.Stop()
		if _, _, err := p.App.Export(t.Context(), w.Me, ids); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		w.MustBeSound(w.Views(ids))
		if diff := cmp.Diff([]string{"connect", "connection", "connection", "marks"}, p.Actions("organisation", string(w.Tenant))); diff != "" {
			t.Error(diff)
		}
	})
}

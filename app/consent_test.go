package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/data/sqlite"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// drawer is a keyring in memory.
type drawer struct {
	mu     sync.Mutex
	kept   map[string]string
	broken bool
	all    []string // whatever was to be kept
}

func (d *drawer) Keep(ctx context.Context, name, refresh string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	_, token, _ := strings.Cut(refresh, "\n") // behind the addresses that it is for
	d.all = append(d.all, token)
	if d.broken {
		return app.Errorf(app.Unavailable, "There is no keyring.")
	}
	d.kept[name] = refresh
	return nil
}

func (d *drawer) Read(_ context.Context, name string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept[name] == "" {
		return "", app.Errorf(app.NotFound, "Nothing is kept.")
	}
	return d.kept[name], nil
}

func (d *drawer) Forget(_ context.Context, name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.kept, name)
	return nil
}

// signedIn is a world whose processes sign in, where the others have a token from the beginning.
type signedIn struct {
	*apptest.World
	drawer *drawer
	after  func() // is called after each token that Xero grants, before anybody has it; nil for nothing

	mu     sync.Mutex
	log    bytes.Buffer
	access []string // tokens that were used
}

// Write adds to the log.
func (w *signedIn) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

// process is a Feebridge at which a person connects Xero.
type process struct {
	*apptest.Process
	browse func(link string)
}

func newSignedIn(t *testing.T) *signedIn {
	w := &signedIn{World: apptest.NewWorld(t, sim.Config{RedirectURIs: []string{"http://localhost:8742/callback"}}), drawer: &drawer{kept: map[string]string{}}}
	p := w.enter()
	defer p.Stop()
	if err := p.App.Register(t.Context(), w.Me, app.Registration{ClientID: sim.DefaultClientID}); err != nil {
		t.Fatal(err)
	}
	w.connect(p)
	return w
}

// enter starts a process that signs in.
func (w *signedIn) enter() *process { return w.enterAt("http://xero.test") }

// enterAt starts a process that has Xero at an address.
func (w *signedIn) enterAt(address string) *process {
	db, err := sqlite.Open(context.Background(), w.Path)
	if err != nil {
		w.T.Fatal(err)
	}
	transport := &http.Transport{DialContext: w.Dial, ResponseHeaderTimeout: 100 * time.Second}
	back, toBack := sim.NewPipeListener()
	log := slog.New(slog.NewJSONHandler(w, nil))
	var connector app.Connector = xero.NewConnector(xero.ConnectorConfig{
		Login: address, Identity: address, API: address, HTTP: transport, Log: log,
		Door: xero.NewDoor(xero.DoorConfig{Log: log, Listen: func(network, _ string) (net.Listener, error) {
			if network != "tcp4" {
				return nil, errors.New("there is no IPv6")
			}
			back, toBack = sim.NewPipeListener()
			return back, nil
		}}),
	})
	if w.after != nil {
		connector = granting{connector, w.after}
	}
	p := &process{Process: &apptest.Process{DB: db, World: w.World}}
	p.Books = xero.New(xero.Config{API: address, HTTP: transport, Log: log, Token: func(ctx context.Context, t ledger.TenantID) (string, error) {
		token, err := p.App.Token(ctx, t)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.access = append(w.access, token)
		return token, err
	}})
	p.Start(apptest.Params{Store: db, Backups: db, Books: p.Books, Connector: connector, Vault: w.drawer, Log: log})
	p.browse = func(link string) {
		w.allow(link, func(ctx context.Context, network, address string) (net.Conn, error) {
			return toBack(ctx, network, address)
		})
	}
	p.Stop = func() {
		transport.CloseIdleConnections()
		_ = db.Close()
	}
	return p
}

// granting is a connector after whose grants something happens.
type granting struct {
	app.Connector
	after func()
}

func (c granting) Refresh(ctx context.Context, r app.Registration, refresh string) (app.Grant, error) {
	defer c.after()
	return c.Connector.Refresh(ctx, r, refresh)
}

// allow is a person who signs in and allows Feebridge into the organisation.
func (w *signedIn) allow(link string, toBack apptest.Dialer) {
	u, err := url.Parse(link)
	if err != nil {
		w.T.Error(err)
		return
	}
	form := u.Query()
	form.Set("decision", "allow")
	form.Set("tenantId", string(w.Tenant))
	xeros := &http.Client{
		Transport:     &http.Transport{DialContext: w.Dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	back, err := w.browse(xeros, http.MethodPost, "http://xero.test"+u.Path, form)
	if err != nil {
		w.T.Error(err)
		return
	}
	ours := &http.Client{Transport: &http.Transport{DialContext: toBack, DisableKeepAlives: true}}
	if _, err := w.browse(ours, http.MethodGet, back, nil); err != nil {
		w.T.Error(err)
	}
}

// browse opens a page, and returns where it leads.
func (w *signedIn) browse(browser *http.Client, method, address string, form url.Values) (to string, err error) {
	r, err := http.NewRequestWithContext(w.T.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	page, err := browser.Do(r)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, page.Body)
	return page.Header.Get("Location"), errors.Join(err, page.Body.Close())
}

// signIn signs in, and returns what that reaches.
func (w *signedIn) signIn(p *process) (app.Consent, []app.Connection) {
	w.T.Helper()
	in, found, err := p.App.AskConsent(context.Background(), w.Me, func(link string) { go p.browse(link) })
	if err != nil {
		w.T.Fatal(err)
	}
	return in, found
}

// connect signs in and connects the organisation.
func (w *signedIn) connect(p *process) app.Consent {
	w.T.Helper()
	in, found := w.signIn(p)
	for _, c := range found {
		if c.Tenant.ID != w.Tenant {
			continue
		}
		if _, err := p.App.Connect(context.Background(), w.Me, c); err != nil {
			w.T.Fatal(err)
		}
	}
	return in
}

// mustCall fails the test unless the organisation can be called.
func (w *signedIn) mustCall(p *process) {
	w.T.Helper()
	if err := p.Books.Reach(context.Background(), w.Tenant); err != nil {
		w.T.Fatalf("at %s: %v", time.Now(), err)
	}
}

func reasonOf(err error) app.Reason {
	var t *app.Trouble
	if errors.As(err, &t) {
		return t.Reason
	}
	return ""
}

func isToken(r *http.Request) bool { return r.URL.Path == "/connect/token" }

func TestASignInLastsAsLongAsItIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		p := w.enter()
		for day := range 90 {
			if day%10 == 0 {
				p.Stop()
				p = w.enter() // the computer was switched off
			}
			for range 3 {
				w.mustCall(p)
				time.Sleep(20 * time.Minute)
				w.mustCall(p)
			}
			time.Sleep(22 * time.Hour)
		}
		time.Sleep(59 * 24 * time.Hour)
		w.mustCall(p)
		defer p.Stop()
		time.Sleep(61 * 24 * time.Hour)
		if err := p.Books.Reach(t.Context(), w.Tenant); reasonOf(err) != app.NoConsent {
			t.Errorf("after 61 idle days: %v", err)
		}
		w.connect(p)
		w.mustCall(p)
	})
}

func TestALostAnswerToARefreshIsAskedForAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		after time.Duration // the next call comes
		want  app.Reason    // "" succeeds
	}{
		{"soon", 20 * time.Minute, ""},
		{"too late", 40 * time.Minute, app.NoConsent},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newSignedIn(t)
				p := w.enter()
				defer p.Stop()
				w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
					if isToken(r) {
						w.Sim.Handler().ServeHTTP(httptest.NewRecorder(), r)
						panic(http.ErrAbortHandler)
					}
					return false
				})
				if err := p.Books.Reach(t.Context(), w.Tenant); reasonOf(err) != app.Interrupted {
					t.Fatalf("the answer was lost, and the error is %v", err)
				}
				w.Before(nil)
				time.Sleep(c.after)
				if err := p.Books.Reach(t.Context(), w.Tenant); reasonOf(err) != c.want {
					t.Errorf("got %v", err)
				}
				w.connect(p)
				w.mustCall(p)
			})
		})
	}
}

// TestATokenIsKeptThatComesWhileWhoWaitsForItLeaves ends a call just as Xero has granted a new token: the one
// before it is worthless soon.
func TestATokenIsKeptThatComesWhileWhoWaitsForItLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		ctx, leave := context.WithCancel(t.Context())
		w.after = leave
		p := w.enter()
		_, _ = p.App.Token(ctx, w.Tenant) // nobody waits for it any more
		p.Stop()
		if ctx.Err() == nil {
			t.Fatal("no token was granted")
		}
		w.after = nil
		time.Sleep(time.Hour)
		p = w.enter()
		defer p.Stop()
		w.mustCall(p)
	})
}

// TestAConnectionIsUsedOnlyAtTheAddressesThatItWasMadeAt starts Feebridge with another address of
// Xero's: nothing goes there before a person connects again, and nothing goes back after that.
func TestAConnectionIsUsedOnlyAtTheAddressesThatItWasMadeAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		var mu sync.Mutex
		calls := map[string]int{} // by host
		w.Before(func(_ http.ResponseWriter, r *http.Request) bool {
			mu.Lock()
			defer mu.Unlock()
			calls[r.Host]++
			return false
		})
		mustRefuse := func(p *process, host, says string) {
			t.Helper()
			mu.Lock()
			before := calls[host]
			mu.Unlock()
			err := p.Books.Reach(t.Context(), w.Tenant)
			if reasonOf(err) != app.NoConsent || !strings.Contains(err.Error(), says) {
				t.Errorf("the error is %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if sent := calls[host] - before; sent != 0 {
				t.Errorf("%d requests went to %s", sent, host)
			}
		}
		other := w.enterAt("http://other.test")
		defer other.Stop()
		mustRefuse(other, "other.test", "made at http://xero.test http://xero.test. Feebridge now uses http://other.test http://other.test")

		w.connect(other)
		w.mustCall(other)
		first := w.enter()
		defer first.Stop()
		mustRefuse(first, "xero.test", "made at http://other.test http://other.test")

		same := w.enterAt("http://Other.test/")
		defer same.Stop()
		w.mustCall(same)
		for name := range w.drawer.kept {
			w.drawer.kept[name] = w.drawer.all[len(w.drawer.all)-1] // as an earlier Feebridge kept it
		}
		earlier := w.enterAt("http://other.test")
		defer earlier.Stop()
		mustRefuse(earlier, "other.test", "An earlier version of Feebridge saved this connection")
	})
}

func TestTwoProcessesRefreshOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		var refreshing, together atomic.Int32
		w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
			if !isToken(r) {
				return false
			}
			if refreshing.Add(1) > 1 {
				together.Add(1)
			}
			time.Sleep(300 * time.Millisecond)
			w.Sim.Handler().ServeHTTP(rw, r)
			refreshing.Add(-1)
			return true
		})
		for range 20 {
			time.Sleep(31 * time.Minute)
			done := make(chan error)
			for range 2 {
				go func() {
					p := w.enter()
					err := p.Books.Reach(context.Background(), w.Tenant)
					p.Stop()
					done <- err
				}()
			}
			if err := errors.Join(<-done, <-done); err != nil {
				t.Fatal(err)
			}
		}
		if n := together.Load(); n > 0 {
			t.Errorf("%d refreshes began while another was under way", n)
		}
	})
}

func TestWithoutAKeyringASignInIsForThisRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		w.drawer.broken, w.drawer.kept = true, map[string]string{}
		p := w.enter()
		in := w.connect(p)
		if p.App.Kept(t.Context(), in.ID) {
			t.Error("it is said to be kept")
		}
		time.Sleep(time.Hour)
		w.mustCall(p)
		p.Stop()
		next := w.enter()
		defer next.Stop()
		if err := next.Books.Reach(t.Context(), w.Tenant); reasonOf(err) != app.NoConsent {
			t.Errorf("the next run: %v", err)
		}
		w.drawer.broken = false
		if in = w.connect(next); !next.App.Kept(t.Context(), in.ID) {
			t.Error("with a keyring it is not kept")
		}
	})
}

// TestASignInIsKeptUntilAnOrganisationIsConnected signs in to an organisation that is not connected yet: a person
// chooses it afterwards.
func TestASignInIsKeptUntilAnOrganisationIsConnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		p := w.enter()
		defer p.Stop()
		if err := p.App.Disconnect(t.Context(), w.Me, w.Tenant); err != nil {
			t.Fatal(err)
		}
		w.Tenant = ledger.TenantID(w.Sim.Orgs()[1].TenantID)
		in, found, err := p.App.AskConsent(t.Context(), w.Me, func(link string) { go p.browse(link) })
		if err != nil || len(found) != 1 {
			t.Fatalf("reached are %+v, %v", found, err)
		}
		kept := slices.ContainsFunc(slices.Collect(maps.Keys(w.drawer.kept)), func(name string) bool { return strings.Contains(name, string(in.ID)) })
		if !kept {
			t.Errorf("the keyring has %v", slices.Collect(maps.Keys(w.drawer.kept)))
		}
		if _, err := p.App.Connect(t.Context(), w.Me, found[0]); err != nil {
			t.Fatal(err)
		}
		w.mustCall(p)
	})
}

func TestWhatWasDisconnectedGoesOnAfterSigningInAgain(t *testing.T) {
	for name, cut := range map[string]func(*signedIn, *process){
		"from Xero's side": func(w *signedIn, _ *process) {
			if err := w.Sim.Disconnect(string(w.Tenant)); err != nil {
				w.T.Fatal(err)
			}
		},
		"from here": func(w *signedIn, p *process) {
			if err := p.App.Disconnect(context.Background(), w.Me, w.Tenant); err != nil {
				w.T.Fatal(err)
			}
			there := slices.ContainsFunc(w.Sim.Connections(), func(c sim.Connection) bool { return c.TenantID == string(w.Tenant) })
			if there || len(w.drawer.kept) != 0 {
				w.T.Errorf("connected in Xero: %v; the keyring has %d sign-ins", there, len(w.drawer.kept))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newSignedIn(t)
				ids := w.Invoices(3, 2)
				p := w.enter()
				defer p.Stop()
				p.Export(ids[0]) // so that there is something to refresh
				cut(w, p)
				run, err := p.Queue(ids[1:]...)
				if err != nil {
					t.Fatal(err)
				}
				var parked *app.Parked
				if err := p.App.Finish(t.Context(), run.ID, time.Minute); !errors.As(err, &parked) || parked.Why != app.NotConnected {
					t.Errorf("got %v", err)
				}
				orgs, err := p.App.Organisations(t.Context())
				if err != nil || orgs[0].State != app.Disconnected || orgs[0].EndedHere() != (name == "from here") {
					t.Errorf("it is shown as %s, ended here: %v, %v", orgs[0].State, orgs[0].EndedHere(), err)
				}
				if _, err := p.App.RefreshAll(t.Context()); (err == nil) != orgs[0].EndedHere() {
					t.Errorf("refreshed: %v", err)
				}
				w.signIn(p)
				orgs, err = p.App.Organisations(t.Context())
				if err != nil || orgs[0].State != app.Connected || orgs[0].Parked != (app.Park{}) {
					t.Errorf("after signing in again it is shown as %s, and parked for %+v, %v", orgs[0].State, orgs[0].Parked, err)
				}
				w.connect(p)
				refreshes, err := p.App.Refreshes(t.Context())
				if failing := refreshes[w.Tenant].Failing; err != nil || failing != (app.Park{}) {
					t.Errorf("connected again, it fails with %+v, %v", failing, err)
				}
				p.Settle()
				w.MustBeSound(w.Views(ids))
				for _, v := range w.Views(ids) {
					if v.Invoice.Stage.Export != billing.Exported {
						t.Errorf("%s is %s", v.Invoice.Number, v.Invoice.Stage.Export)
					}
				}
			})
		})
	}
}

func TestNoTokenIsWhereItCouldBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		ids := w.Invoices(3, 2)
		p := w.enter()
		defer p.Stop()
		for range 3 {
			w.mustCall(p)
			time.Sleep(time.Hour)
		}
		p.Export(ids...)
		secrets := append(slices.Clone(w.drawer.all), w.access...)
		if len(secrets) < 6 || slices.Contains(secrets, "") {
			t.Fatalf("only %d tokens were used", len(secrets))
		}
		places := map[string][]byte{"the log": w.log.Bytes()}
		for _, name := range []string{w.Path, w.Path + "-wal"} {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			places[name] = content
		}
		for place, content := range places {
			for _, s := range secrets {
				if bytes.Contains(content, []byte(s)) {
					t.Errorf("a token is in %s", place)
				}
			}
		}
		if w.log.Len() == 0 {
			t.Error("nothing was logged")
		}
	})
}

func TestSigningInNeedsAClientIDAndAPermission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		show := func(string) { t.Error("a link was shown") }
		if _, _, err := p.App.AskConsent(t.Context(), w.Me, show); !app.IsCode(err, app.Invalid) {
			t.Errorf("without a client ID: %v", err)
		}
		viewer := w.Me
		viewer.SettingsAdmin = false
		for what, err := range map[string]error{
			"sign in":    third(p.App.AskConsent(t.Context(), viewer, show)),
			"disconnect": p.App.Disconnect(t.Context(), viewer, w.Tenant),
			"export to":  p.App.ExportTo(t.Context(), viewer, w.Tenant),
			"register":   p.App.Register(t.Context(), viewer, app.Registration{ClientID: "id"}),
			"name":       second(p.App.SaveFirm(t.Context(), viewer, app.Firm{Name: "Another", Currency: "NZD"})),
			"read":       p.App.ReadChart(t.Context(), viewer, w.Tenant),
			"map":        p.App.SetMapping(t.Context(), viewer, w.Tenant, ledger.Mapping{}),
		} {
			if !app.IsCode(err, app.Forbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, bad := range []app.Registration{{}, {ClientID: "two words"}, {ClientID: "id", Ports: []int{0}}, {ClientID: "id", Ports: []int{65536}}} {
			if err := p.App.Register(t.Context(), w.Me, bad); !app.IsCode(err, app.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

func third[A, B any](_ A, _ B, err error) error { return err }

func TestAnAccessTokenThatIsNotAcceptedIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t)
		ids := w.Invoices(1, 1)
		p := w.enter()
		defer p.Stop()
		w.mustCall(p)
		first := w.access[len(w.access)-1]
		w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Authorization") != "Bearer "+first {
				return false
			}
			rw.Header().Set("Xero-Correlation-Id", "c0ffee")
			rw.WriteHeader(http.StatusUnauthorized)
			return true
		})
		time.Sleep(time.Minute)
		began := time.Now()
		p.Export(ids...)
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
		w.MustBeSound(w.Views(ids))
	})
}

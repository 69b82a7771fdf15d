package xero_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/apptest/needs"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// TestSigningInWithABrowser has a real browser meet a real listener, over the loopback
// network. What time does, and what goes wrong on the way, is tested without a browser.
func TestSigningInWithABrowser(t *testing.T) {
	p := newPlace(t)
	t.Run("the person allows it", func(t *testing.T) {
		var landing string
		grant, err := p.signIn(t, func(tab context.Context, link string) {
			landing = p.decide(t, tab, link, "allow")
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := "Xero gave Feebridge access\nYou can close this tab and go back to Feebridge."; landing != want {
			t.Errorf("the tab shows %q", landing)
		}
		if grant.User.Email != "sim.person@example.com" {
			t.Errorf("signed in as %+v", grant.User)
		}
		p.checkReach(t, grant)
		renewed, err := p.connector.Refresh(t.Context(), p.registration, grant.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		p.checkReach(t, renewed)
	})
	t.Run("the person says no", func(t *testing.T) {
		var landing string
		_, err := p.signIn(t, func(tab context.Context, link string) {
			landing = p.decide(t, tab, link, "deny")
		})
		if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "Access wasn't allowed") {
			t.Errorf("the error is %v", err)
		}
		if !strings.HasPrefix(landing, "Xero didn't give Feebridge access\nAccess wasn't allowed") {
			t.Errorf("the tab shows %q", landing)
		}
	})
	t.Run("the person closes the tab", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := p.signInUntil(ctx, t, func(tab context.Context, link string) {
			p.do(t, tab, chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("button[value=allow]")))
			if err := chromedp.Cancel(tab); err != nil {
				t.Error(err)
			}
			cancel() // the end of the wait, which the person would not sit out
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is %v", err)
		}
		again, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", p.address(0))
		if err != nil {
			t.Fatalf("it still listens: %v", err)
		}
		_ = again.Close()
	})
	t.Run("somebody forges an answer", func(t *testing.T) {
		_, err := p.signIn(t, func(tab context.Context, link string) {
			p.do(t, tab, chromedp.Navigate(p.callback(0)+"?code=forged&state=forged"))
			if shown := p.text(t, tab); !strings.HasPrefix(shown, "This page is from another attempt to connect") {
				t.Errorf("the tab shows %q", shown)
			}
			p.decide(t, tab, link, "allow")
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("the first port is occupied", func(t *testing.T) {
		other, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", p.address(0))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = other.Close() }()
		grant, err := p.signIn(t, func(tab context.Context, link string) {
			address, err := url.Parse(link)
			if err != nil {
				t.Error(err)
				return
			}
			if got := address.Query().Get("redirect_uri"); got != p.callback(1) {
				t.Errorf("it returns to %s", got)
			}
			p.decide(t, tab, link, "allow")
		})
		if err != nil {
			t.Fatal(err)
		}
		p.checkReach(t, grant)
	})
	t.Run("the code has expired", func(t *testing.T) {
		p.slow.Store(true) // Xero's clock has gone on when the code comes back
		defer p.slow.Store(false)
		var landing string
		_, err := p.signIn(t, func(tab context.Context, link string) {
			landing = p.decide(t, tab, link, "allow")
		})
		if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "Connect again") {
			t.Errorf("the error is %v", err)
		}
		if !strings.HasPrefix(landing, "Xero didn't give Feebridge access\nXero didn't complete the connection. It may have taken too long.") {
			t.Errorf("the tab shows %q", landing)
		}
	})
	t.Run("while the window waits for links", func(t *testing.T) {
		o := &opener{}
		p.connector = p.newConnector(openDoor(t, o, p.registration.Ports[0]))
		mark := strings.Replace(p.callback(0), "/callback", "/open/invoice.1", 1)
		elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(w, `<img src=%[1]q><iframe src=%[1]q></iframe><script src=%[1]q></script><a href=%[1]q>Go to Feebridge</a>`, mark)
		}))
		defer elsewhere.Close()
		_, err := p.signIn(t, func(tab context.Context, link string) {
			p.do(t, tab, chromedp.Navigate(elsewhere.URL)) // with all that is embedded there
			if got := o.marks(); got != nil {
				t.Errorf("another page opens %q", got)
			}
			p.do(t, tab, chromedp.Click(chromedp.CSS("a")))
			if shown := p.text(t, tab); !strings.HasPrefix(shown, opened) {
				t.Errorf("the tab shows %q", shown)
			}
			p.decide(t, tab, link, "allow")
		})
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{mark}, o.marks()); diff != "" {
			t.Errorf("what was opened (-want +got):\n%s", diff)
		}
	})
	p.secrets.absentFrom(t, "the log", p.log.String())
}

// place is a computer with a browser, a connector, and a simulated Xero behind loopback.
type place struct {
	connector    *xero.Connector
	registration app.Registration
	sim          *sim.Sim
	xero         string // its address
	browser      context.Context
	secrets      *secrets
	log          *safeBuffer
	broken       atomic.Bool  // something has failed in the browser
	slow         atomic.Bool  // a code is exchanged when it has expired
	late         atomic.Int64 // by how much Xero's clock has gone on, in nanoseconds
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{secrets: &secrets{}, log: &safeBuffer{}, registration: app.Registration{ClientID: sim.DefaultClientID, Ports: freePorts(t, 2)}}
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	p.sim = sim.New(sim.Config{
		Orgs: orgs, RedirectURIs: []string{p.callback(0), p.callback(1)},
		Now: func() time.Time { return time.Now().Add(time.Duration(p.late.Load())) },
		Observe: func(c sim.Call) {
			if c.Path == "/connect/token" && p.slow.Load() {
				p.late.Add(int64(5 * time.Minute))
			}
		},
	})
	t.Cleanup(p.sim.Close)
	there := httptest.NewServer(p.secrets.recorded(p.sim.Handler())) // on 127.0.0.1
	t.Cleanup(there.Close)
	p.xero = there.URL
	p.connector = p.newConnector(nil)
	p.browser = openBrowser(t)
	return p
}

// newConnector returns a connector to which the browser comes back by the door; nil is one
// of its own.
func (p *place) newConnector(door *xero.Door) *xero.Connector {
	return xero.NewConnector(xero.ConnectorConfig{
		Login: p.xero, Identity: p.xero, API: p.xero, Door: door,
		Log: slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
}

// openBrowser starts a browser of its own, whose pages may go nowhere but to this computer.
func openBrowser(t *testing.T) context.Context {
	t.Helper()
	// The profile is not in t.TempDir: the browser may still write there when it has ended.
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(needs.Browser.Path(t)),
		chromedp.UserDataDir(filepath.Join(profile, "profile")),
		chromedp.NoSandbox, // which there is not for root, nor in many containers
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, end := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		deadline.Wait(t, end, "the browser to end")
		stop()
	})
	if err := opens(t, browser, "the browser"); err != nil {
		t.Fatalf("starting a browser: %v", err)
	}
	return browser
}

// opens makes a browser or a tab. The context is the one that it lives by, without a deadline.
func opens(t *testing.T, tab context.Context, what string) error {
	t.Helper()
	opened := make(chan error, 1)
	go func() { opened <- chromedp.Do(tab) }()
	return deadline.Receive(t, opened, what+" to open")
}

// callback is the address that is registered for one of the ports.
func (p *place) callback(port int) string {
	return "http://localhost:" + strconv.Itoa(p.registration.Ports[port]) + "/callback"
}

// address is where the connector listens for that.
func (p *place) address(port int) string {
	return "127.0.0.1:" + strconv.Itoa(p.registration.Ports[port])
}

// signIn signs a person in who does something with the link, in a tab of their own.
func (p *place) signIn(t *testing.T, person func(tab context.Context, link string)) (app.Grant, error) {
	t.Helper()
	return p.signInUntil(t.Context(), t, person)
}

// signInUntil waits for a person no longer than for any one thing. Once something has failed in
// the browser no more is tried, or each part of the test would wait for the same in vain.
//
//nolint:contextcheck // a tab lives by its browser, and ends with the sign-in all the same
func (p *place) signInUntil(ctx context.Context, t *testing.T, person func(tab context.Context, link string)) (app.Grant, error) {
	t.Helper()
	if p.broken.Load() {
		t.Fatal("not tried, since the browser has failed before")
	}
	ctx, cancel := context.WithTimeout(ctx, deadline.Thing)
	defer cancel()
	tab, closeTab := chromedp.NewContext(p.browser)
	defer closeTab()
	if err := opens(t, tab, "a tab"); err != nil {
		t.Fatal(err)
	}
	var doing sync.WaitGroup
	grant, err := p.connector.Consent(ctx, p.registration, func(link string) {
		doing.Go(func() {
			person(tab, link)
			if p.broken.Load() {
				cancel()
			}
		})
	})
	doing.Wait() // no longer than do waits
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		p.broken.Store(true) // a link that leads nowhere does so each time
		t.Errorf("The test has waited %v for the browser to come back from the sign-in.", deadline.Thing)
	}
	if err != nil {
		p.secrets.absentFrom(t, "the error", err.Error())
	}
	return grant, err
}

// decide opens the link, chooses the first organisation and presses a button. It returns
// the text on which the tab ends up.
func (p *place) decide(t *testing.T, tab context.Context, link, decision string) string {
	t.Helper()
	p.do(t, tab,
		chromedp.Navigate(link),
		chromedp.Click(chromedp.CSS(`input[name=tenantId][value="`+p.sim.Orgs()[0].TenantID+`"]`)),
		chromedp.Click(chromedp.CSS("button[value="+decision+"]")),
	)
	return p.text(t, tab)
}

// text waits for a page of Feebridge's own, and returns what it says, line by line.
func (p *place) text(t *testing.T, tab context.Context) string {
	t.Helper()
	var text string
	p.do(t, tab,
		chromedp.WaitVisible(chromedp.CSS("main > svg")),
		func(ctx context.Context, target *chromedp.Target) (none chromedp.Void, err error) {
			text, err = chromedp.Text(chromedp.CSS("main"))(ctx, target)
			return none, err
		},
	)
	return strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c == '\n' }), "\n")
}

// do does something in a tab. It may be called on any goroutine.
func (p *place) do(t *testing.T, tab context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if p.broken.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(tab, deadline.Thing)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.broken.Store(true)
		t.Errorf("in the browser, within %v: %v", deadline.Thing, err)
	}
}

// checkReach checks that the sign-in reaches the organisation that was chosen.
func (p *place) checkReach(t *testing.T, grant app.Grant) {
	t.Helper()
	reached, err := p.connector.Connections(t.Context(), grant.Access)
	if err != nil {
		t.Fatal(err)
	}
	var got []ledger.Tenant
	for _, c := range reached {
		got = append(got, c.Tenant)
	}
	org := p.sim.Orgs()[0]
	if diff := cmp.Diff([]ledger.Tenant{{ID: ledger.TenantID(org.TenantID), Name: org.Name}}, got); diff != "" {
		t.Error(diff)
	}
}

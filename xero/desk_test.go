package xero_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// registration is what the simulated Xero of a desk knows Feebridge under.
var registration = app.Registration{ClientID: sim.DefaultClientID, Ports: []int{8742, 8743}}

// desk is where a person signs in: their computer, with a browser and a connector, and a
// simulated Xero, all in memory. At the end it looks for secrets in the log.
type desk struct {
	*xero.Connector
	door    *xero.Door
	sim     *sim.Sim
	browser *http.Client
	secrets *secrets
	log     *safeBuffer

	mu       sync.Mutex
	sockets  map[string]dialer // by address
	occupied []string
	slowness time.Duration // with which the browser reads what Feebridge shows
}

// dialer connects to a listener.
type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// newDesk makes a desk. Its Xero is the simulated one, but for what override answers.
func newDesk(t *testing.T, cfg sim.Config, override map[string]http.Handler, rules ...string) *desk {
	t.Helper()
	deadline.Watch(t)
	var err error
	if cfg.Orgs, err = sim.Seed("empty"); err != nil {
		t.Fatal(err)
	}
	for _, text := range rules {
		rule, err := sim.ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Faults = append(cfg.Faults, rule)
	}
	cfg.RedirectURIs = []string{"http://localhost:8742/callback", "http://localhost:8743/callback"}
	d := &desk{
		sim: sim.New(cfg), secrets: &secrets{}, log: &safeBuffer{},
		sockets: map[string]dialer{},
	}
	there := d.secrets.recorded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, ok := override[r.URL.Path]; ok {
			h.ServeHTTP(w, r)
			return
		}
		d.sim.Handler().ServeHTTP(w, r)
	}))
	listener, dial := sim.NewPipeListener()
	server := &http.Server{Handler: there, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(listener) }() // ends with ErrServerClosed
	toXero := &http.Transport{DialContext: dial}
	browsing := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "xero.test:80" {
			return dial(ctx, network, address)
		}
		return d.reach(ctx, strings.TrimPrefix(address, "localhost"))
	}}
	d.browser = &http.Client{Transport: browsing}
	log := slog.New(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	d.door = xero.NewDoor(xero.DoorConfig{Listen: d.listen, Log: log})
	d.Connector = xero.NewConnector(xero.ConnectorConfig{
		Login: origin, Identity: origin, API: origin + "/api.xro/2.0", HTTP: toXero, Door: d.door, Log: log,
	})
	t.Cleanup(func() {
		toXero.CloseIdleConnections()
		browsing.CloseIdleConnections()
		if err := server.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		d.sim.Close()
		d.secrets.absentFrom(t, "the log", d.log.String())
		time.Sleep(time.Second) // see PipeListener
	})
	return d
}

// listen stands for net.Listen on the person's computer.
func (d *desk) listen(_, address string) (net.Listener, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(d.occupied, address) {
		return nil, errors.New("listen " + address + ": address already in use")
	}
	l, dial := sim.NewPipeListener()
	d.sockets[address] = dial
	return l, nil
}

// reach connects to a port of the person's computer, as localhost does.
func (d *desk) reach(ctx context.Context, port string) (net.Conn, error) {
	d.mu.Lock()
	dial := d.sockets["[::1]"+port]
	if dial == nil {
		dial = d.sockets["127.0.0.1"+port]
	}
	d.mu.Unlock()
	if dial == nil {
		return nil, errors.New("connection refused")
	}
	conn, err := dial(ctx, "", "")
	return slowConn{conn, d.slowness}, err
}

// slowConn is a connection that is read after a while.
type slowConn struct {
	net.Conn
	after time.Duration
}

func (c slowConn) Read(b []byte) (int, error) {
	time.Sleep(c.after)
	return c.Conn.Read(b)
}

// consent runs Consent while the person does something with the link.
func (d *desk) consent(ctx context.Context, t *testing.T, person func(link *url.URL)) (app.Grant, error) {
	t.Helper()
	var doing sync.WaitGroup
	shown := 0
	grant, err := d.Consent(ctx, registration, func(link string) {
		shown++
		address, parseErr := url.Parse(link)
		if parseErr != nil {
			t.Error(parseErr)
			return
		}
		d.secrets.add(address.Query().Get("state"))
		doing.Go(func() { person(address) })
	})
	doing.Wait()
	if shown > 1 {
		t.Errorf("the link was shown %d times", shown)
	}
	if err != nil {
		d.secrets.absentFrom(t, "the error", err.Error())
	}
	return grant, err
}

// decide is a person who opens the link and presses a button. It returns the page on
// which the browser ends up.
func (d *desk) decide(t *testing.T, link *url.URL, decision string) page {
	t.Helper()
	form := link.Query()
	form.Set("decision", decision)
	form.Set("tenantId", d.sim.Orgs()[0].TenantID)
	return d.browse(t, http.MethodPost, strings.TrimSuffix(link.String(), "?"+link.RawQuery), form)
}

// page is what a browser shows.
type page struct {
	status int
	header http.Header
	body   string
}

// browse opens a page, and follows where it leads. A connection that breaks gives none. It
// may be called on any goroutine.
//
//nolint:contextcheck // a browser is open as long as the test, whatever Feebridge waits for
func (d *desk) browse(t *testing.T, method, address string, form url.Values) page {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Error(err)
		return page{}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := d.browser.Do(req)
	if err != nil {
		return page{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("the page of %s was cut: %v", req.URL.Path, err)
	}
	if resp.Request.URL.Hostname() == "localhost" {
		d.secrets.absentFrom(t, "the page", string(body))
	}
	return page{resp.StatusCode, resp.Header, string(body)}
}

// signIn signs a person in who allows what is asked.
func (d *desk) signIn(ctx context.Context, t *testing.T) app.Grant {
	t.Helper()
	grant, err := d.consent(ctx, t, func(link *url.URL) { d.decide(t, link, "allow") })
	if err != nil {
		t.Fatal(err)
	}
	return grant
}

// secrets are what passed between Feebridge and Xero that nobody else may see.
type secrets struct {
	mu  sync.Mutex
	all []string
}

// recorded passes requests on, and records the secrets in them and in their answers.
func (s *secrets) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/connect/token" {
			s.add(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
			next.ServeHTTP(w, r)
			return
		}
		_ = r.ParseForm() // next reads it again, or finds fault with it
		s.add(r.PostForm.Get("code"), r.PostForm.Get("code_verifier"), r.PostForm.Get("refresh_token"))
		answer := &copied{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		var tokens map[string]any
		_ = json.Unmarshal(answer.body.Bytes(), &tokens) // not every answer has tokens
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			token, _ := tokens[name].(string)
			s.add(token)
		}
	})
}

// copied keeps a copy of the answer.
type copied struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (c *copied) Write(b []byte) (int, error) {
	c.body.Write(b)
	return c.ResponseWriter.Write(b)
}

func (c *copied) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		if v != "" {
			s.all = append(s.all, v)
		}
	}
}

func (s *secrets) absentFrom(t *testing.T, where, text string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range append(slices.Clone(s.all), "Bearer", "code_verifier", "refresh_token=") {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in %s:\n%s", secret, where, text)
		}
	}
}

// safeBuffer is a buffer for many goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

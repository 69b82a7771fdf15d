package xero_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/xero"
	"feebridge/xero/sim"
)

const (
	opened    = "Feebridge is showing the invoice"
	notOpened = "Feebridge can't show this invoice"
)

// opener opens what a browser follows, or says why it does not, and remembers all.
type opener struct {
	refuse map[string]error // by address

	mu       sync.Mutex
	followed []string
}

func (o *opener) open(_ context.Context, mark string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.followed = append(o.followed, mark)
	return o.refuse[mark]
}

// marks returns what was followed since it was asked last.
func (o *opener) marks() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.followed
	o.followed = nil
	return all
}

// openDoor opens a door on the real loopback network, where it answers links at the port
// until the test ends.
func openDoor(t *testing.T, o *opener, port int) *xero.Door {
	t.Helper()
	listening := make(chan struct{}, 10)
	ctx, cancel := context.WithCancel(context.Background())
	door := xero.NewDoor(xero.DoorConfig{Listen: func(network, address string) (net.Listener, error) {
		l, err := new(net.ListenConfig).Listen(ctx, network, address)
		if err == nil {
			listening <- struct{}{}
		}
		return l, err
	}})
	var linked sync.WaitGroup
	linked.Go(func() { door.Links(ctx, fmt.Sprintf("http://localhost:%d/open/", port), o.open) })
	t.Cleanup(func() {
		cancel()
		deadline.Wait(t, linked.Wait, "the end of listening for links")
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatalf("the port is not free afterwards: %v", err)
		}
		_ = l.Close()
	})
	deadline.Receive(t, listening, "the port at which links arrive")
	return door
}

// freePorts returns ports that nobody uses at this moment.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

func TestFollowingALink(t *testing.T) {
	o := &opener{refuse: map[string]error{}}
	number := freePorts(t, 1)[0]
	openDoor(t, o, number)
	port := strconv.Itoa(number)
	base := "http://localhost:" + port + "/open/"
	o.refuse[base+"unknown.1"] = app.Errorf(app.NotFound, "No invoice of Kauri Joinery.")
	o.refuse[base+"secret.1"] = app.Errorf(app.Forbidden, "Olivia Hart may not see Kauri Joinery.")
	o.refuse[base+"early.1"] = app.Errorf(app.Unavailable, "landing.nobody")
	o.refuse[base+"broken.1"] = errors.New("the database of Kauri Joinery is broken")
	o.refuse[base+"known.1?more"] = app.Errorf(app.NotFound, "no")

	type headers = map[string]string
	for name, test := range map[string]struct {
		method, path string
		host         string // empty for the usual one
		headers      headers
		follows      string // what was to be opened; empty for nothing
		status       int
		want         string // in the page
	}{
		"a person follows it":      {path: "/open/known.1", follows: "known.1", status: 200, want: opened},
		"as a browser says so":     {path: "/open/known.1", headers: headers{"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}, follows: "known.1", status: 200, want: opened},
		"by number":                {path: "/open/known.1", host: "127.0.0.1:" + port, follows: "known.1", status: 200, want: opened},
		"by number in IPv6":        {path: "/open/known.1", host: "[::1]:" + port, follows: "known.1", status: 200, want: opened},
		"in capitals":              {path: "/open/known.1", host: "LocalHost:" + port, follows: "known.1", status: 200, want: opened},
		"with escapes":             {path: "/open/kn%6Fwn.1", follows: "kn%6Fwn.1", status: 200, want: opened},
		"unknown":                  {path: "/open/unknown.1", follows: "unknown.1", status: 404, want: notOpened},
		"with more behind":         {path: "/open/known.1?more", follows: "known.1?more", status: 404, want: "an invoice for this link"},
		"not permitted":            {path: "/open/secret.1", follows: "secret.1", status: 403, want: "can't see this client's invoices"},
		"nobody is signed in":      {path: "/open/early.1", follows: "early.1", status: 503, want: "Nobody is signed in to Feebridge."},
		"something is broken":      {path: "/open/broken.1", follows: "broken.1", status: 500, want: notOpened},
		"a tool looks":             {method: "HEAD", path: "/open/known.1", status: 200},
		"a form is posted":         {method: "POST", path: "/open/known.1", status: 405},
		"a browser asks first":     {method: "OPTIONS", path: "/open/known.1", headers: headers{"Origin": "https://evil.example"}, status: 405},
		"a program deletes":        {method: "DELETE", path: "/open/known.1", status: 405},
		"no mark":                  {path: "/open/", status: 404},
		"another path":             {path: "/", status: 404},
		"a path of another case":   {path: "/Open/known.1", status: 404},
		"as Xero may change it":    {path: "/OPEN/A%2e0123456789ABCDEF0123456789abcdef/", follows: "OPEN/A%2e0123456789ABCDEF0123456789abcdef/", status: 200, want: opened},
		"a longer path":            {path: "/x/open/known.1", status: 404},
		"an icon":                  {path: "/favicon.ico", status: 404},
		"an old sign-in":           {path: "/callback?code=c&state=s", status: 400, want: "is from another attempt to connect"},
		"a name that leads here":   {path: "/open/known.1", host: "evil.example:" + port, status: 403},
		"such a name, like ours":   {path: "/open/known.1", host: "localhost.evil.example:" + port, status: 403},
		"without the port":         {path: "/open/known.1", host: "localhost", status: 403},
		"of another port":          {path: "/open/known.1", host: "localhost:1", status: 403},
		"an image of another page": {path: "/open/known.1", headers: headers{"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}, status: 403},
		"a frame of another page":  {path: "/open/known.1", headers: headers{"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate"}, status: 403},
		"a script of another page": {path: "/open/known.1", headers: headers{"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Origin": "https://evil.example"}, status: 403},
		"loaded ahead":             {path: "/open/known.1", headers: headers{"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch;prerender"}, status: 403},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), test.method, "http://127.0.0.1:"+port+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Host = test.host; r.Host == "" {
				r.Host = "localhost:" + port
			}
			for name, value := range test.headers {
				r.Header.Set(name, value)
			}
			browser := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: deadline.Thing}
			got, err := browser.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = got.Body.Close() }()
			body, err := io.ReadAll(got.Body)
			if err != nil {
				t.Fatal(err)
			}
			page := html.UnescapeString(string(body))
			if got.StatusCode != test.status || !strings.Contains(page, test.want) {
				t.Errorf("the status is %d, and the page:\n%s", got.StatusCode, page)
			}
			if strings.Contains(page, opened) && test.status != http.StatusOK || strings.Contains(page, "Kauri") || strings.Contains(page, "Olivia") {
				t.Errorf("the page tells too much:\n%s", page)
			}
			for name := range got.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("other pages are let in by %s", name)
				}
			}
			var want []string
			if test.follows != "" {
				want = []string{base + test.follows}
			}
			if diff := cmp.Diff(want, o.marks()); diff != "" {
				t.Errorf("what is opened (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyAnAddressOfThisComputerIsListenedAt(t *testing.T) {
	for base, want := range map[string]string{
		"http://localhost:8742/open/":      "127.0.0.1:8742",
		"http://127.0.0.1:9000/":           "127.0.0.1:9000",
		"http://[::1]:9000/open/":          "127.0.0.1:9000",
		"HTTP://LocalHost/open/":           "127.0.0.1:80",
		"http://localhost:8742/o?invoice=": "127.0.0.1:8742",
		"https://localhost:8742/open/":     "",
		"https://bills.example/open/":      "",
		"http://bills.example:8742/open/":  "",
		"http://127.0.0.2:8742/open/":      "",
		"http://0.0.0.0:8742/open/":        "",
		"http://me@localhost:8742/open/":   "",
		"http://localhost:8742":            "",
		"http://localhost:65536/":          "",
		"http://localhost:0/":              "",
		"localhost:8742/open/":             "",
		"":                                 "",
	} {
		t.Run(base, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			got := ""
			door := xero.NewDoor(xero.DoorConfig{Listen: func(_, address string) (net.Listener, error) {
				got = address
				cancel()
				return nil, errors.New("taken")
			}})
			door.Links(ctx, base, nil) // returns: there is nothing to wait for
			cancel()
			if got != want {
				t.Errorf("it listens at %q, want %q", got, want)
			}
		})
	}
}

// windowOf opens the door of a desk for links, as a window does, until the returned
// function is called.
func (d *desk) windowOf(o *opener) (quit func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var linked sync.WaitGroup
	linked.Go(func() { d.door.Links(ctx, app.DefaultMarkBase, o.open) })
	synctest.Wait()
	return func() {
		cancel()
		linked.Wait()
	}
}

// follow follows a link from Xero, and reports whether the invoice was opened.
func (d *desk) follow(t *testing.T, mark string) bool {
	t.Helper()
	return strings.Contains(d.browse(t, http.MethodGet, mark, nil).body, opened)
}

func TestASignInSharesTheDoorWithLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, o := newDesk(t, sim.Config{}, nil), &opener{}
		quit := d.windowOf(o)
		const mark = app.DefaultMarkBase + "invoice.1"
		for range 2 { // the second finds the door as the first found it
			_, err := d.consent(t.Context(), t, func(link *url.URL) {
				if got := link.Query().Get("redirect_uri"); got != "http://localhost:8742/callback" {
					t.Errorf("it returns to %s", got)
				}
				for path, want := range map[string]int{
					"/callback?code=forged&state=forged": http.StatusBadRequest,
					"/callback/?code=forged":             http.StatusNotFound,
					"/":                                  http.StatusNotFound,
				} {
					if seen := d.browse(t, http.MethodGet, "http://localhost:8742"+path, nil); seen.status != want {
						t.Errorf("%s shows %+v", path, seen)
					}
				}
				if !d.follow(t, mark) {
					t.Error("while it waits, no link opens")
				}
				if seen := d.decide(t, link, "allow"); !strings.Contains(seen.body, landed) {
					t.Errorf("the browser shows %+v", seen)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if !d.follow(t, mark) {
				t.Error("after the sign-in, no link opens")
			}
			if seen := d.browse(t, http.MethodGet, "http://localhost:8742/callback?code=late&state=late", nil); seen.status != http.StatusBadRequest {
				t.Errorf("after the sign-in its address shows %+v", seen)
			}
		}
		quit()
		if d.follow(t, mark) {
			t.Error("it still listens")
		}
		d.signIn(t.Context(), t)
		if diff := cmp.Diff([]string{mark, mark, mark, mark}, o.marks()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASignInOutlivesTheLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, o := newDesk(t, sim.Config{}, nil), &opener{}
		quit := d.windowOf(o)
		_, err := d.consent(t.Context(), t, func(link *url.URL) {
			quit()
			if d.follow(t, app.DefaultMarkBase+"invoice.1") {
				t.Error("a link is answered")
			}
			d.decide(t, link, "allow")
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestTwoSignInsAtOnceTakeTwoPorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		_, err := d.consent(t.Context(), t, func(first *url.URL) {
			_, err := d.consent(t.Context(), t, func(second *url.URL) {
				if got := second.Query().Get("redirect_uri"); got != "http://localhost:8743/callback" {
					t.Errorf("the second returns to %s", got)
				}
				d.decide(t, second, "allow")
			})
			if err != nil {
				t.Error(err)
			}
			d.decide(t, first, "allow")
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestLinksWaitForThePort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, o := newDesk(t, sim.Config{}, nil), &opener{}
		d.occupied = []string{"127.0.0.1:8742"}
		quit := d.windowOf(o)
		const mark = app.DefaultMarkBase + "invoice.1"
		time.Sleep(3*time.Minute + time.Second)
		if d.follow(t, mark) {
			t.Fatal("it listens where another program does")
		}
		if n := strings.Count(d.log.String(), "wait for the port"); n != 1 {
			t.Errorf("that is logged %d times", n)
		}
		d.free()
		time.Sleep(time.Minute)
		if !d.follow(t, mark) {
			t.Error("it does not listen although the port is free")
		}
		quit()

		d.occupied = []string{"127.0.0.1:8742"}
		quit = d.windowOf(o)
		began := time.Now()
		quit()
		if took := time.Since(began); took > 0 {
			t.Errorf("while it waits it takes %s to quit", took)
		}
	})
}

// free has the other programs end that listen.
func (d *desk) free() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.occupied = nil
}

func TestQuittingWhileALinkIsOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, sim.Config{}, nil)
		ctx, cancel := context.WithCancel(t.Context())
		var linked, browsing sync.WaitGroup
		linked.Go(func() {
			d.door.Links(ctx, app.DefaultMarkBase, func(ctx context.Context, _ string) error {
				<-ctx.Done()
				return ctx.Err()
			})
		})
		synctest.Wait()
		for range 3 { // two of which wait for the first
			browsing.Go(func() {
				if d.follow(t, app.DefaultMarkBase+"invoice.1") {
					t.Error("it was opened")
				}
			})
		}
		synctest.Wait()
		began := time.Now()
		cancel()
		linked.Wait()
		if took := time.Since(began); took > 0 {
			t.Errorf("it takes %s", took)
		}
		browsing.Wait()
	})
}

func TestALinkWhoseTabIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, o := newDesk(t, sim.Config{}, nil), &opener{}
		going := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		var linked sync.WaitGroup
		linked.Go(func() {
			d.door.Links(ctx, app.DefaultMarkBase, func(ctx context.Context, mark string) error {
				<-going
				return o.open(ctx, mark)
			})
		})
		synctest.Wait()
		tab, closeTab := context.WithTimeout(t.Context(), time.Second)
		defer closeTab()
		r, err := http.NewRequestWithContext(tab, http.MethodGet, app.DefaultMarkBase+"first.1", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.browser.Do(r); !errors.Is(err, context.DeadlineExceeded) { //nolint:bodyclose // there is none
			t.Errorf("the tab shows something: %v", err)
		}
		close(going)
		if !d.follow(t, app.DefaultMarkBase+"second.1") {
			t.Error("the next link is not opened")
		}
		if diff := cmp.Diff([]string{app.DefaultMarkBase + "first.1", app.DefaultMarkBase + "second.1"}, o.marks()); diff != "" {
			t.Error(diff)
		}
		cancel()
		linked.Wait()
	})
}

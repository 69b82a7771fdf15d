package xero_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
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

// FuzzDoor says any bytes at the door, and a request after them that ends the connection. Nothing
// opens but an address below ours, which a browser shows in a tab of its own, asked for by a name of
// this computer.
func FuzzDoor(f *testing.F) {
	const head = " HTTP/1.1\r\nHost: localhost:8742\r\n"
	for _, seed := range []string{
		"GET /open/known.1" + head + "\r\n", "HEAD /open/known.1" + head + "\r\n", "GET /open/" + head + "\r\n", "GET http://evil.example/open/known.1" + head + "\r\n",
		"GET //open/known.1" + head + "\r\n", "GET /open/../open/x.1" + head + "\r\n", "GET /callback?code=c&state=s" + head + "\r\n", "POST /open/x.1" + head + "Content-Length: 3\r\n\r\nabc",
		"GET /open/x.1" + head + "Sec-Fetch-Dest: image\r\n\r\n", "GET /open/x.1" + head + "Host: evil.example\r\n\r\n", "GET /open/x.1 HTTP/1.1\r\nHost: evil.example:8742\r\n\r\n",
		"GET /open/x%00.1?a#b" + head + "\r\n", "GET /open/x.1 HTTP/1.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01", "CONNECT localhost:8742" + head + "\r\n", "GET *" + head + "\r\n",
	} {
		f.Add([]byte(seed))
	}
	o, dial := &opener{}, make(chan dialer, 1)
	const soon = 20 * time.Millisecond // the door ends what is only begun
	door := xero.NewDoor(xero.DoorConfig{Bounds: xero.Bounds{Header: soon, Idle: soon}, Listen: func(network, _ string) (net.Listener, error) {
		if network != "tcp4" {
			return nil, errors.New("there is no IPv6")
		}
		l, to := sim.NewPipeListener()
		dial <- to
		return l, nil
	}})
	ctx, cancel := context.WithCancel(context.Background())
	var linked sync.WaitGroup
	linked.Go(func() { door.Links(ctx, app.DefaultMarkBase, o.open) })
	f.Cleanup(func() {
		cancel()
		deadline.Wait(f, linked.Wait, "the end of listening for links")
	})
	connect := deadline.Receive(f, dial, "the door to open")
	f.Fuzz(func(t *testing.T, said []byte) {
		conn, err := connect(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		var answers bytes.Buffer
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = io.Copy(&answers, conn)
		}()
		said = append(bytes.Clone(said), "\r\n\r\nGET / HTTP/1.1\r\nHost: localhost:8742\r\nConnection: close\r\n\r\n"...)
		_, _ = conn.Write(said) // what is refused is not read to its end
		deadline.Receive(t, ended, "the end of the connection")
		_ = conn.Close()
		opened := o.marks()
		for _, mark := range opened {
			if !strings.HasPrefix(mark, app.DefaultMarkBase) || len(mark) == len(app.DefaultMarkBase) || strings.ContainsAny(mark, " \r\n\x00") {
				t.Fatalf("it opens %q", mark)
			}
		}
		mayOpen := 0
		for r := bufio.NewReader(bytes.NewReader(said)); ; {
			q, err := http.ReadRequest(r)
			if err != nil {
				break
			}
			_, _ = io.Copy(io.Discard, q.Body)
			says := func(header string, want ...string) bool {
				return slices.Contains(append(want, ""), q.Header.Get(header))
			}
			ours := slices.Contains([]string{"localhost:8742", "127.0.0.1:8742", "[::1]:8742"}, strings.ToLower(q.Host))
			if q.Method == http.MethodGet && ours && q.ContentLength == 0 &&
				says("Sec-Fetch-Dest", "document") && says("Sec-Fetch-Mode", "navigate") && says("Sec-Purpose") {
				mayOpen++
			}
		}
		if len(opened) > mayOpen {
			t.Fatalf("%d addresses are opened by %q, of which %d requests may", len(opened), said, mayOpen)
		}
		if page := answers.String(); strings.Contains(page, "Access-Control-") {
			t.Fatalf("other pages are let in:\n%s", page)
		}
	})
}

// FuzzLocalBase listens for links at any base: only at an address of this computer, and without a word
// for any other.
func FuzzLocalBase(f *testing.F) {
	for _, seed := range []string{
		app.DefaultMarkBase, "http://127.0.0.1:9000/", "http://[::1]:9000/o", "HTTP://LocalHost/x", "https://localhost/", "http://localhost.evil.example/", "http://localhost@evil.example/",
		"http://localhost:8742\\@evil.example/", "http://0/", "http://127.1/", "http://localhost:٣/", "http://localhost:99999/", "//localhost/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, base string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		door := xero.NewDoor(xero.DoorConfig{Listen: func(_, address string) (net.Listener, error) {
			defer cancel()
			meant, err := url.Parse(base)
			if err != nil || !slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, strings.ToLower(meant.Hostname())) ||
				address != "127.0.0.1:"+cmp.Or(strings.TrimLeft(meant.Port(), "0"), "80") || meant.Scheme != "http" || meant.User != nil {
				t.Errorf("for %q it listens at %q", base, address)
			}
			return nil, errors.New("taken")
		}})
		door.Links(ctx, base, nil)
	})
}

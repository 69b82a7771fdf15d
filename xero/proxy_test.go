package xero

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// proxyFor says through which proxy a request goes; "" for none.
func proxyFor(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := newTransport(slog.New(slog.DiscardHandler)).Proxy(r)
	if err != nil {
		t.Fatal(err)
	}
	if proxy == nil {
		return ""
	}
	return proxy.Host
}

// TestTheProxyOfTheEnvironmentIsUsed runs in a process of its own: Go reads the environment once.
func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	const asked = "FEEBRIDGE_TEST_PROXY_OF"
	if address := os.Getenv(asked); address != "" {
		fmt.Printf("through %q\n", proxyFor(t, address))
		return
	}
	for address, want := range map[string]string{
		"https://api.xero.com/": "proxy.example:3128", "https://intranet.example/": "",
		"http://localhost:8080/": "", "http://127.0.0.1:8080/": "", "http://[::1]:8080/": "",
	} {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheProxyOfTheEnvironmentIsUsed$")
		c.Env = append(os.Environ(), asked+"="+address, "HTTPS_PROXY=http://proxy.example:3128", "HTTP_PROXY=http://proxy.example:3128", "NO_PROXY=intranet.example")
		if out, err := c.Output(); err != nil || !strings.Contains(string(out), fmt.Sprintf("through %q\n", want)) {
			t.Errorf("%s does not go through %q: %v\n%s", address, want, err, out)
		}
	}
}

// scripting is a computer whose settings name a proxy script, and beside it fixed:3128.
type scripting struct {
	proxies
	asked chan string // the addresses that the script was asked for
	log   strings.Builder
}

func newScripting(says func(address string) string) *scripting {
	s := &scripting{asked: make(chan string, 100)}
	s.proxies = proxies{
		script: func(address string) string { s.asked <- address; return says(address) },
		fixed:  func(*http.Request) (*url.URL, error) { return &url.URL{Scheme: "http", Host: "fixed:3128"}, nil },
		log:    slog.New(slog.NewTextHandler(&s.log, nil)),
	}
	return s
}

// through says through which proxy a request goes; "" for none.
func (s *scripting) through(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := s.find(r)
	if err != nil {
		t.Fatal(err)
	}
	if proxy == nil {
		return ""
	}
	return proxy.String()
}

const contacts = "https://api.xero.com/api.xro/2.0/Contacts?where=Name%3D%22Kauri+Joinery%22"

func TestTheProxyScriptLearnsNoName(t *testing.T) {
	s := newScripting(func(string) string { return "script:8080" })
	for address, want := range map[string]string{
		contacts: "https://api.xero.com/", "https://user:pass@identity.xero.com:8443/connect/token?code=1#x": "https://identity.xero.com:8443/",
	} {
		if got := s.through(t, address); got != "http://script:8080" {
			t.Errorf("%s goes through %q", address, got)
		}
		if got := <-s.asked; got != want {
			t.Errorf("of %s the script was asked for %s, want %s", address, got, want)
		}
	}
	for _, address := range []string{"http://localhost:8080/", "http://127.0.0.1/", "https://[::1]:1/"} {
		if got := s.through(t, address); got != "" || len(s.asked) > 0 {
			t.Errorf("%s goes through %q, and the script was asked %d times", address, got, len(s.asked))
		}
	}
}

func TestTheProxyScriptIsAskedOnceInAWhile(t *testing.T) {
	for says, want := range map[string]string{"script:8080": "http://script:8080", "": "http://fixed:3128"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScripting(func(string) string { time.Sleep(time.Second); return says })
			began := time.Now()
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					if got := s.through(t, contacts); got != want {
						t.Errorf("it goes through %q, want %q", got, want)
					}
				})
			}
			all.Wait()
			if took := time.Since(began); took != time.Second || len(s.asked) != 1 {
				t.Errorf("five requests at once took %v, and the script was asked %d times", took, len(s.asked))
			}
			time.Sleep(scriptKept - time.Second)
			s.through(t, contacts)
			s.through(t, "https://identity.xero.com/")
			if len(s.asked) != 2 {
				t.Errorf("within %v the script was asked %d times, want once for each host", scriptKept, len(s.asked))
			}
			time.Sleep(2 * time.Second)
			s.through(t, contacts)
			if len(s.asked) != 3 {
				t.Errorf("after %v the script was asked %d times, want 3", scriptKept, len(s.asked))
			}
			if said := s.log.String(); strings.Count(said, "\n") != 2 || !strings.Contains(said, cmp.Or(says, "none")) {
				t.Errorf("the log says\n%s", said)
			}
		})
	}
}

func TestAProxyScriptThatDoesNotAnswerStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan string)
		s := newScripting(func(string) string { return <-answer })
		began := time.Now()
		for range 3 {
			if got := s.through(t, contacts); got != "http://fixed:3128" {
				t.Errorf("it goes through %q", got)
			}
			if took := time.Since(began); took != scriptTime {
				t.Errorf("after %v it goes on, want %v", took, scriptTime)
			}
		}
		if said := s.log.String(); len(s.asked) != 1 || strings.Count(said, "does not answer") != 1 || strings.Contains(said, "Kauri") {
			t.Errorf("the script was asked %d times, and the log says\n%s", len(s.asked), said)
		}
		answer <- "script:8080"
		synctest.Wait()
		if got := s.through(t, contacts); got != "http://script:8080" {
			t.Errorf("once the script has answered, it goes through %q", got)
		}
	})
}

func TestARequestThatEndsWaitsForNoProxyScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := make(chan string)
		defer close(answer)
		s := newScripting(func(string) string { return <-answer })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, contacts, nil)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if proxy, err := s.find(r); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("after %v it goes through %v, %v", time.Since(began), proxy, err)
		}
	})
}

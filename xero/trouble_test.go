package xero_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
)

// said is a handler that answers as told.
func said(status int, header map[string]string, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func TestWhatAnAnswerSaysOfAWrite(t *testing.T) {
	const id = "a1d0c0de-0000-4000-8000-000000000001"
	xeros := map[string]string{"Xero-Correlation-Id": id, "Content-Type": "application/json"}
	plain := map[string]string{"Xero-Correlation-Id": id, "Content-Type": "text/plain; charset=utf-8"}
	html := map[string]string{"Content-Type": "text/html"}
	for _, test := range []struct {
		name   string
		status int
		header map[string]string
		body   string
		want   app.Trouble
	}{
		{"a validation exception", 400, xeros, `{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred","Elements":[` +
			`{"ValidationErrors":[{"Message":"Invoice # must be unique."},{"Message":"Email address must be valid."}]},{"ValidationErrors":[{"Message":"Invoice # must be unique."}]}]}`,
			app.Trouble{Reason: app.Refused, Unsent: true, Answered: true, Text: "Invoice # must be unique. Email address must be valid.", Correlation: id}},
		{"a body that Xero cannot read", 400, xeros, `{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Error converting value \"x\" to type 'y'. Path 'z'."}`,
			app.Trouble{Reason: app.Refused, Unsent: true, Answered: true, Text: `Error converting value "x" to type 'y'. Path 'z'.`, Correlation: id}},
		{"a key that was used before", 400, xeros, `{"Type":null,"Title":"Bad Request","Status":400,"Detail":"Idempotency Key: k is used with a different request.","Instance":"i","Extensions":{}}`,
			app.Trouble{Reason: app.Refused, Unsent: true, Answered: true, Text: "Idempotency Key: k is used with a different request.", Correlation: id}},
		{"a bad token", 401, xeros, `{"Type":null,"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired at 04/29/2020 09:22:02","Instance":"i","Extensions":{}}`,
			app.Trouble{Reason: app.NoConsent, Unsent: true, Answered: true, Text: "TokenExpired: token expired at 04/29/2020 09:22:02", Correlation: id}},
		{"an organisation that is not connected", 403, xeros, `{"Type":null,"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful","Instance":"i","Extensions":{}}`,
			app.Trouble{Reason: app.NotConnected, Unsent: true, Answered: true, Text: "AuthenticationUnsuccessful", Correlation: id}},
		{"a resource that is not there", 404, plain, "The resource you're looking for cannot be found",
			app.Trouble{Reason: app.Refused, Unsent: true, Answered: true, Text: "The resource you're looking for cannot be found", Correlation: id}},
		{"a proxy that forbids", 403, html, "<html><head><title>Blocked by  policy &amp; filter</title></head>Blocked</html>", app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (403 Forbidden): Blocked by policy & filter"}},
		{"a proxy that wants a sign-in of its own", 407, html, "<html>Sign in</html>", app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (407 Proxy Authentication Required)."}},
		{"a proxy's JSON", 401, map[string]string{"Content-Type": "application/json"}, `{"message":"Unauthorized"}`, app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (401 Unauthorized): Unauthorized"}},
		{"a proxy's problem", 403, map[string]string{"Content-Type": "application/problem+json"}, `{"title":"Forbidden","detail":"Category: finance"}`, app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (403 Forbidden): Category: finance"}},
		{"a proxy's 400", 400, html, "", app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (400 Bad Request)."}},
		{"a proxy's 404", 404, map[string]string{"Content-Type": "text/plain"}, "no such host\n", app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (404 Not Found): no such host"}},
		{"a limit's headers without a correlation", 403, map[string]string{"X-AppMinLimit-Remaining": "9999"}, `{"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}`,
			app.Trouble{Reason: app.NotConnected, Unsent: true, Answered: true, Text: "AuthenticationUnsuccessful"}},
		{"an exception without headers", 400, nil, `{"ErrorNumber":10,"Type":"ValidationException","Elements":[{"ValidationErrors":[{"Description":"Invoice # must be unique."}]}]}`,
			app.Trouble{Reason: app.Refused, Unsent: true, Answered: true, Text: "Invoice # must be unique."}},
		{"a refusal without a word", 400, xeros, `{}`, app.Trouble{Reason: app.Refused, Unsent: true, Answered: true, Text: "Xero rejected it and gave no reason.", Correlation: id}},
		{"a network that wants a sign-in", 511, html, "<title>Welcome</title>", app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (511 Network Authentication Required): Welcome"}},
		{"an error in Xero", 500, xeros, `{"Title":"An error occurred","Detail":"An error occurred in Xero.","Status":500,"Instance":"i"}`,
			app.Trouble{Reason: app.Troubled, Answered: true, Text: "An error occurred in Xero.", Correlation: id}},
		{"an error on the way", 500, html, "<html>Oops</html>", app.Trouble{Reason: app.Troubled}},
		{"not implemented", 501, xeros, `{"ErrorNumber":20,"Type":"ApiMethodNotImplementedException","Message":"The Api Method called is not implemented"}`,
			app.Trouble{Reason: app.Troubled, Answered: true, Text: "The Api Method called is not implemented", Correlation: id}},
		{"a bad gateway", 502, html, "", app.Trouble{Reason: app.Troubled}},
		{"offline for maintenance", 503, plain, "The Xero API is currently offline for maintenance\r\n",
			app.Trouble{Reason: app.Troubled, Text: "The Xero API is currently offline for maintenance", Correlation: id}},
		{"unavailable, in JSON", 503, xeros, `{"Title":"Unavailable","Detail":"Later","Status":503}`,
			app.Trouble{Reason: app.Troubled, Text: "Later", Correlation: id}},
		{"a gateway that waited too long", 504, html, "", app.Trouble{Reason: app.Troubled}},
		{"a precondition that failed", 412, xeros, `{"ErrorNumber":12,"Message":"Precondition"}`,
			app.Trouble{Reason: app.Refused, Answered: true, Text: "Precondition", Correlation: id}},
		{"a redirect", 307, map[string]string{"Location": "http://elsewhere.test/"}, "", app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (307 Temporary Redirect): elsewhere.test"}},
		{"a page where JSON should be", 200, html, "<html>Welcome to the hotel</html>", app.Trouble{Reason: app.Interrupted, Text: "A proxy or firewall answered instead of Xero (200 OK)."}},
		{"half an answer", 200, xeros, `{"Invoices":[{"InvoiceID":`, app.Trouble{Reason: app.Interrupted, Correlation: id}},
		{"another answer", 200, xeros, `{"Contacts":[]}`, app.Trouble{Reason: app.Interrupted}},
		{"no list", 200, xeros, `{"Invoices":null}`, app.Trouble{Reason: app.Interrupted}},
		{"an empty answer", 200, xeros, ``, app.Trouble{Reason: app.Interrupted, Correlation: id}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := books{Client: serve(t, said(test.status, test.header, test.body), xero.Config{}), tenant: "tenant"}
			_, err := b.post(t.Context(), t, sale("A1", "c"))
			got := troubleIn(t, err)
			if got.Err == nil {
				t.Error("there is no error beneath")
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(app.Trouble{}, "Err")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestA503SaysHowLongToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := books{Client: serve(t, said(503, map[string]string{"Retry-After": "300"}, ""), xero.Config{}), tenant: "tenant"}
		_, err := b.post(t.Context(), t, sale("A1", "c"))
		if got := troubleIn(t, err); !got.Until.Equal(time.Now().Add(5 * time.Minute)) {
			t.Errorf("it waits until %s, and now is %s", got.Until, time.Now())
		}
	})
}

func TestAnAnswerThatIsTooLongIsNotRead(t *testing.T) {
	b := books{tenant: "tenant", Client: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip") // a small answer that becomes a large one
		zipped, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		for range 33 {
			_, _ = zipped.Write(make([]byte, 1<<20))
		}
		_ = zipped.Close()
	}), xero.Config{})}
	_, err := b.post(t.Context(), t, sale("A1", "c"))
	if got := troubleIn(t, err); got.Reason != app.Interrupted || got.Unsent || !strings.Contains(got.Error(), "longer than 32 MB") {
		t.Errorf("the error is %+v", got)
	}
}

// hang is a dial that ends after the ten seconds that a dial is given.
func hang(context.Context, string, string) (net.Conn, error) {
	time.Sleep(10 * time.Second)
	return nil, os.ErrDeadlineExceeded
}

func TestAWriteThatNeverLeftIsUnsent(t *testing.T) {
	unreachable := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no route to host")
	}}
	hangs := &http.Transport{DialContext: hang}
	signedOut := func(context.Context, ledger.TenantID) (string, error) { return "", errors.New("nobody is signed in") }
	offline := func(context.Context, ledger.TenantID) (string, error) {
		return "", &app.Trouble{Reason: app.Offline, Answered: true}
	}
	for _, test := range []struct {
		name string
		cfg  xero.Config
		want app.Reason
	}{
		{"no connection", xero.Config{HTTP: unreachable}, app.Offline},
		{"a connection that takes too long", xero.Config{HTTP: hangs}, app.Offline},
		{"no token", xero.Config{Token: signedOut}, app.NoConsent},
		{"no token for another reason", xero.Config{Token: offline}, app.Offline},
		{"no address", xero.Config{API: "xero"}, app.Refused},
		{"an address of another kind", xero.Config{API: "ftp://xero.test"}, app.Refused},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := books{Client: serve(t, answers(200, "{}"), test.cfg), tenant: "tenant"}
				_, err := b.post(t.Context(), t, sale("A1", "c"))
				if got := troubleIn(t, err); got.Reason != test.want || !got.Unsent || got.Answered {
					t.Errorf("the error is %+v, want %s and unsent", got, test.want)
				}
			})
		})
	}
}

func TestAWriteThatWasGivenUp(t *testing.T) {
	// begun tells what of the request has reached the server when the person gives up.
	for _, test := range []struct {
		name   string
		dial   bool // it is given up while the connection is being made
		unsent bool
	}{
		{"before there was a connection", true, true},
		{"while Xero was at work", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(5*time.Second, cancel)
				cfg := xero.Config{}
				if test.dial {
					cfg.HTTP = &http.Transport{DialContext: hang}
				}
				b := books{tenant: "tenant", Client: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					time.Sleep(time.Minute)
				}), cfg)}
				_, err := b.post(ctx, t, sale("A1", "c"))
				got := troubleIn(t, err)
				if got.Reason != app.Interrupted || got.Unsent != test.unsent || got.Answered || !errors.Is(err, context.Canceled) {
					t.Errorf("the error is %+v", got)
				}
				time.Sleep(time.Minute) // net/http finishes a dial that nobody waits for
			})
		})
	}
}

func TestNothingOfAWriteThatIsUnsentIsReadLater(t *testing.T) {
	var held io.Reader // by a transport that has returned
	b := books{tenant: "tenant", Client: client(xero.Config{HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
		held = r.Body
		return nil, errors.New("no route to host")
	})})}
	_, err := b.post(t.Context(), t, sale("A1", "c"))
	if got := troubleIn(t, err); !got.Unsent {
		t.Errorf("the error is %+v", got)
	}
	if read, err := io.ReadAll(held); len(read) > 0 || err == nil {
		t.Errorf("%q can still be sent, and the error is %v", read, err)
	}
}

func TestAnAnswerThatNeverEndsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := books{tenant: "tenant", Client: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := io.WriteString(w, " "); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Second)
			}
		}), xero.Config{})}
		began := time.Now()
		_, err := b.post(t.Context(), t, sale("A1", "c"))
		if got := troubleIn(t, err); got.Reason != app.Interrupted || got.Unsent || time.Since(began) > 3*time.Minute {
			t.Errorf("after %s the error is %+v", time.Since(began), got)
		}
	})
}

func TestAReadIsTriedAgain(t *testing.T) {
	xeros := map[string]string{"Xero-Correlation-Id": "c"}
	for _, test := range []struct {
		name  string
		fails http.Handler
		tries int        // that the server sees when every try fails so
		want  app.Reason // in the end
	}{
		{"after an error in Xero", said(500, nil, `{"Title":"An error occurred","Detail":"d","Status":500}`), 4, app.Troubled},
		{"after an outage", said(503, nil, "The Organisation is offline"), 4, app.Troubled},
		{"after a page of a proxy", said(200, nil, "<html>"), 4, app.Interrupted},
		{"after a cut answer", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"Invoices":[`)
		}), 4, app.Interrupted},
		{"after a broken connection", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), 4, app.Interrupted},
		{"but not when it is refused", said(400, nil, `{"ErrorNumber":16,"Message":"Syntax error"}`), 1, app.Refused},
		{"but not when nobody is signed in", said(401, xeros, `{"Title":"Unauthorized","Detail":"d"}`), 1, app.NoConsent},
		{"but not when the organisation is not connected", said(403, xeros, `{"Title":"Forbidden","Detail":"d"}`), 1, app.NotConnected},
		{"but not what Xero does not have", said(501, nil, `{"ErrorNumber":20,"Message":"m"}`), 1, app.Troubled},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries, recovers := 0, false
				c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Connection", "close") // else net/http tries once more by itself
					tries++
					if recovers && tries == 3 {
						answers(200, envelope(`"pagination":{"page":1,"pageSize":1000,"pageCount":0,"itemCount":0},"Invoices":[]`)).ServeHTTP(w, r)
						return
					}
					test.fails.ServeHTTP(w, r)
				}), xero.Config{})
				_, err := c.ByNumber(t.Context(), "tenant", []billing.Number{"A1"})
				if got := troubleIn(t, err); got.Reason != test.want || tries != test.tries {
					t.Errorf("after %d tries the error is %+v, want %s after %d", tries, got, test.want, test.tries)
				}
				if test.tries == 1 {
					return
				}
				tries, recovers = 0, true
				if _, err := c.ByNumber(t.Context(), "tenant", []billing.Number{"A1"}); err != nil || tries != 3 {
					t.Errorf("after %d tries the error is %v, and the third was answered", tries, err)
				}
			})
		})
	}
}

func TestAReadThatWaitsToBeTriedAgainCanBeGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := serve(t, said(503, nil, ""), xero.Config{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := c.ByNumber(ctx, "tenant", []billing.Number{"A1"})
		if got := troubleIn(t, err); got.Reason != app.Interrupted || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %+v", got)
		}
	})
}

func TestAWriteIsNotTriedAgain(t *testing.T) {
	for name, fails := range map[string]http.Handler{
		"an error in Xero": said(500, nil, ""),
		"an outage":        said(503, nil, ""),
		"a bad gateway":    said(502, nil, ""),
		"a broken connection": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			b := books{tenant: "tenant", Client: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				tries++
				fails.ServeHTTP(w, r)
			}), xero.Config{})}
			if _, err := b.post(t.Context(), t, sale("A1", "c")); err == nil || tries != 1 {
				t.Errorf("it was sent %d times: %v", tries, err)
			}
		})
	}
}

// A server that drops kept-alive connections makes net/http send a request again by
// itself, when it believes that it may: it takes an Idempotency-Key for a leave.
func TestAWriteIsSentOnceOnAConnectionThatBreaks(t *testing.T) {
	var writes, reads int
	b := books{tenant: "tenant", Client: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			writes++
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler) // as a server does that was about to close an idle connection
		}
		reads++
		answers(200, envelope(`"pagination":{"page":1,"pageSize":1000,"pageCount":0,"itemCount":0},"Invoices":[]`)).ServeHTTP(w, r)
	}), xero.Config{})}
	if _, err := b.ByNumber(t.Context(), b.tenant, []billing.Number{"A1"}); err != nil { // leaves a connection open
		t.Fatal(err)
	}
	_, err := b.post(t.Context(), t, sale("A1", "c"))
	if got := troubleIn(t, err); got.Reason != app.Interrupted || got.Unsent || got.Answered {
		t.Errorf("the error is %+v", got)
	}
	if writes != 1 || reads != 1 {
		t.Errorf("%d writes and %d reads reached the server", writes, reads)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			http.Redirect(w, r, "http://elsewhere.test/api.xro/2.0/Invoices", http.StatusFound)
		}), xero.Config{})
		_, err := c.ByNumber(t.Context(), "tenant", []billing.Number{"A1"})
		if got := troubleIn(t, err); got.Reason != app.Interrupted || calls != 1 {
			t.Errorf("after %d calls the error is %+v", calls, got)
		}
	})
}

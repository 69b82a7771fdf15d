package xero_test

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/xero"
)

// TestAnAnswerIsHandedOutAsItIs asks for what Xero refuses for a limit first, and does not have then.
func TestAnAnswerIsHandedOutAsItIs(t *testing.T) {
	var calls atomic.Int32
	var heard []int
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Idempotency-Key") != "key" || r.URL.EscapedPath() != "/api.xro/2.0/Invoices/a%2Fb" {
			t.Errorf("%s with the key %q", r.URL.EscapedPath(), r.Header.Get("Idempotency-Key"))
		}
		w.Header().Set("Xero-Correlation-Id", "c")
		if calls.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "nothing")
	}), xero.Config{Heard: func(x xero.Exchange) {
		heard = append(heard, x.Status)
		if string(x.Sent) != "{}" {
			t.Errorf("%q is heard to be sent", x.Sent)
		}
	}})
	x, err := c.Ask(t.Context(), "tenant", xero.Question{Method: http.MethodPost, Path: []string{"Invoices", "a/b"}, Key: "key", Body: []byte("{}")})
	if err != nil || x.Status != http.StatusNotFound || string(x.Body) != "nothing" {
		t.Fatalf("%+v, %v", x, err)
	}
	if trouble := troubleIn(t, x.Trouble()); trouble.Reason != app.Refused || trouble.Correlation != "c" {
		t.Errorf("its trouble is %+v", trouble)
	}
	if diff := cmp.Diff([]int{http.StatusTooManyRequests, http.StatusNotFound}, heard); diff != "" {
		t.Errorf("(-want +heard):\n%s", diff)
	}
	if (xero.Exchange{Status: http.StatusOK}).Trouble() != nil {
		t.Error("a 200 is trouble")
	}
}

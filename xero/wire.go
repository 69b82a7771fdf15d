package xero

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"feebridge/app"
)

const (
	maxAnswer   = 32 << 20          // bytes; the largest page of 1,000 contacts has a few MB
	attemptTime = 150 * time.Second // for one attempt, the whole answer included
)

// wire makes one attempt: it sends the request, and returns once the whole answer is in
// memory. An answer that is cut short, too long or, being a 200, not JSON is an error.
type wire struct {
	next  http.RoundTripper
	heard func(Exchange) // nil for nobody
}

// RoundTrip makes the attempt. Its error is a *app.Trouble.
func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), attemptTime)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	resp, err := w.next.RoundTrip(req.WithContext(ctx))
	var body []byte
	if err == nil {
		body, err = readWhole(resp)
	}
	if err == nil {
		if w.heard != nil {
			w.heard(exchangeOf(req, resp))
		}
		return resp, nil
	}
	reached := connected.Load() || resp != nil
	// Of a read, Unsent only says that Xero did not count it.
	t := &app.Trouble{Reason: app.Interrupted, Unsent: !reached, Err: err}
	if p, ok := req.Body.(*payload); ok {
		t.Unsent = p.seal()
	}
	switch {
	case req.Context().Err() != nil:
		t.Err = req.Context().Err()
	case !reached:
		t.Reason = app.Offline
	}
	if resp != nil {
		t.Correlation = resp.Header.Get(correlationHeader)
	}
	if errors.Is(err, errNoJSON) && !fromXero(resp.Header) && bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		t.Text = proxyText(resp, body) // such as the page of a hotel on which one signs in
	}
	return nil, t
}

var errNoJSON = errors.New("the answer is cut short or not JSON")

// readWhole replaces the body by one in memory, and returns what was read of it.
func readWhole(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return body, fmt.Errorf("reading the answer: %w", err)
	case len(body) > maxAnswer:
		return body, fmt.Errorf("the answer is longer than %d MB", maxAnswer>>20)
	case resp.StatusCode == http.StatusOK && !json.Valid(body):
		return body, errNoJSON
	}
	resp.Body = whole{bytes.NewReader(body), body}
	return body, nil
}

// whole is the body of an answer that is in memory.
type whole struct {
	*bytes.Reader
	bytes []byte
}

// Close does nothing: what was read is kept.
func (whole) Close() error { return nil }

package xero

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"feebridge/app/ledger"
)

// Question is a call of the Accounting API as it goes over the wire. What it does there is for
// the caller to know: this package asks it once, a read again while Xero is in trouble.
type Question struct {
	Method string
	Path   []string // below the API's address, not escaped
	Query  url.Values
	Since  time.Time // for If-Modified-Since, in whole seconds; zero for none
	Key    string    // idempotency key of a write
	Body   []byte    // of a write, JSON
}

// Exchange is a call and Xero's whole answer to it.
type Exchange struct {
	Method string
	Path   string
	Query  url.Values
	Sent   []byte
	Status int
	Header http.Header
	Body   []byte
}

// Ask makes the call and returns the answer, whatever its status but 429. The error is a
// *app.Trouble: there is no whole answer. It is there to try what Xero does. What a firm exports goes
// through Post.
func (c *Client) Ask(ctx context.Context, t ledger.TenantID, q Question) (Exchange, error) {
	parts := make([]string, len(q.Path))
	for i, part := range q.Path {
		parts[i] = url.PathEscape(part)
	}
	k := call{
		method: q.Method, tenant: t, path: strings.Join(parts, "/"), query: q.Query, since: q.Since, key: q.Key, body: q.Body,
	}
	resp, body, err := c.roundTrip(ctx, k) //nolint:bodyclose // it is closed there
	if err != nil {
		return Exchange{}, err
	}
	return Exchange{
		Method: q.Method, Path: "/" + k.path, Query: q.Query, Sent: q.Body,
		Status: resp.StatusCode, Header: resp.Header, Body: body,
	}, nil
}

// exchangeOf returns the exchange of an attempt whose answer is in memory.
func exchangeOf(req *http.Request, resp *http.Response) Exchange {
	x := Exchange{
		Method: req.Method, Path: req.URL.Path, Query: req.URL.Query(), Status: resp.StatusCode, Header: resp.Header.Clone(),
	}
	if p, ok := req.Body.(*payload); ok {
		x.Sent = bytes.Clone(p.raw)
	}
	if b, ok := resp.Body.(whole); ok {
		x.Body = bytes.Clone(b.bytes)
	}
	return x
}

// Trouble returns what the status of an answer means, if it is not 200: a *app.Trouble.
func (x Exchange) Trouble() error {
	if x.Status == http.StatusOK {
		return nil
	}
	return troubleOf(&http.Response{Status: strconv.Itoa(x.Status) + " " + http.StatusText(x.Status), StatusCode: x.Status, Header: x.Header}, x.Body)
}

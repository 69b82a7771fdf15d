package sim

import (
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxRequest is the largest request body that is taken.
const maxRequest = 10 << 20

// Call is what Config.Observe is told of a request: once when it arrives, and for the Accounting API a second time when
// its work is done and its answer not yet sent. Observe runs without any lock on the goroutine that serves the request (or
// that commits it late), so it may act on the Sim, and it may block.
type Call struct {
	Method    string
	Path      string // without the API's prefix
	Tenant    string
	Committed bool
	Invoices  []string // ids of the invoices written, or shown by a read; only when Committed
}

func (s *Sim) observe(c Call) {
	if s.cfg.Observe != nil {
		s.cfg.Observe(c)
	}
}

// serveAPI answers a call of the Accounting API. The gateway asks in this order: token, tenant and connection, scope,
// limits, idempotency key; only then is the call handled. A client that goes away does not stop its call.
func (s *Sim) serveAPI(w http.ResponseWriter, r *http.Request) {
	c := &call{
		sim: s, method: r.Method, path: strings.TrimPrefix(r.URL.EscapedPath(), apiPrefix), query: r.URL.Query(), header: r.Header,
		id: newID(), origin: origin(r),
	}
	tenant := r.Header.Get("Xero-Tenant-Id")
	fault := s.arrive(c.method, c.path)
	s.observe(Call{Method: c.method, Path: c.path, Tenant: tenant})
	if fault.reset {
		resetConnection(w)
		return
	}
	var target *route
	var refused *answer
	if c.body, refused = readBody(w, r); refused == nil {
		if fault.disconnect {
			_ = s.Disconnect(tenant) // refused only for a tenant that is none, which the gateway refuses too
		}
		target, refused = s.admit(c, tenant, fault)
	}
	if refused != nil {
		s.deliver(w, c, *refused, effects{})
		return
	}
	later := false
	defer func() {
		if !later {
			s.release(c)
		}
	}()
	time.Sleep(s.cfg.Latency)
	if fault.unavailable != "" {
		s.deliver(w, c, unavailable(fault.unavailable), effects{})
		return
	}
	record, replay := s.claimKey(c)
	switch {
	case replay != nil:
		s.deliver(w, c, *replay, fault)
	case fault.late > 0:
		later = true
		s.later(fault.late, func() {
			s.commit(c, target, record, fault)
			s.release(c)
		}, func() {
			record.finish(serverError(c.id))
			s.release(c)
		})
		panic(http.ErrAbortHandler)
	default:
		s.deliver(w, c, s.commit(c, target, record, fault), fault)
	}
}

// release gives back the place that admit took among the tenant's calls.
func (s *Sim) release(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limiter.release(c.org.TenantID)
}

// unavailable is a 503 with one of its texts.
func unavailable(text string) answer {
	return answer{status: http.StatusServiceUnavailable, contentType: typeText, body: []byte(text)}
}

// later runs do after a time, or instead instead when the Sim is closed before.
func (s *Sim) later(wait time.Duration, do, instead func()) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		instead()
		return
	}
	defer s.mu.Unlock()
	s.late.Go(func() {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
			do()
		case <-s.done:
			instead()
		}
	})
}

// admit asks the gateway's questions and takes a place among the tenant's calls, which release gives back.
func (s *Sim) admit(c *call, tenant string, fault effects) (*route, *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.now()
	scopes, refused := s.authorize(c)
	if refused != nil {
		return nil, refused
	}
	o := s.org(tenant)
	if o == nil || !s.connected(o.TenantID) {
		return nil, s.stray(c, problem(http.StatusForbidden, "Forbidden", "AuthenticationUnsuccessful", c.id))
	}
	target, args, known := lookUp(c.method, c.path)
	c.org, c.args = o, args
	switch {
	case target == nil && known:
		target = &route{handle: (*call).notImplemented}
	case target == nil:
		target = &route{handle: func(*call) answer { return notFound() }}
	case !target.allowed(scopes):
		c.org = nil // so that the tenant's limits are not told
		a := s.stray(c, problem(http.StatusUnauthorized, "Unauthorized", "AuthorizationUnsuccessful", c.id))
		a.header["WWW-Authenticate"] = "insufficient_scope"
		return nil, a
	}
	limit, retryAfter := fault.limit, fault.retryAfter
	if limit == "" {
		limit = s.limiter.admit(c.org.TenantID, c.now)
	}
	if limit == "" {
		return target, nil
	}
	if retryAfter == "" {
		retryAfter = s.limiter.retryAfter(c.org.TenantID, limit, c.now)
	}
	return nil, tooMany(limit, retryAfter)
}

// stray is the refusal of a call that counts for no tenant; it tells the app's limit alone.
func (s *Sim) stray(c *call, a answer) *answer {
	s.limiter.stray(c.now)
	a.header = map[string]string{"X-AppMinLimit-Remaining": s.limiter.headers("", c.now)["X-AppMinLimit-Remaining"]}
	return &a
}

// authorize looks at the bearer token and returns its scopes.
func (s *Sim) authorize(c *call) (map[string]bool, *answer) {
	token, ok := s.bearer(c.header)
	if ok && c.now.Before(token.expires) {
		return token.scopes, nil
	}
	detail := "AuthenticationUnsuccessful"
	if ok {
		detail = "TokenExpired: token expired at " + token.expires.Format("01/02/2006 15:04:05")
	}
	a := problem(http.StatusUnauthorized, "Unauthorized", detail, c.id)
	a.header = map[string]string{"WWW-Authenticate": "Bearer error=invalid_token"}
	return nil, &a
}

// tooMany is a 429: no body, and what was broken in the headers.
func tooMany(limit, retryAfter string) *answer {
	a := answer{status: http.StatusTooManyRequests, header: map[string]string{"X-Rate-Limit-Problem": limit}}
	switch limit {
	case "minute":
		a.header["X-MinLimit-Remaining"] = "0"
	case "day":
		a.header["X-DayLimit-Remaining"] = "0"
	case "appminute":
		a.header["X-AppMinLimit-Remaining"] = "0"
	}
	if retryAfter != "" && retryAfter != "none" {
		a.header["Retry-After"] = retryAfter
	}
	return &a
}

// commit does the work of a call, after what it takes of time, and lets a person act on its result before it is told.
func (s *Sim) commit(c *call, target *route, record *keyRecord, fault effects) answer {
	time.Sleep(fault.slow + s.cfg.PerInvoice*time.Duration(c.elements()))
	a := serverError(c.id)
	if !fault.fail {
		if handled := s.handle(c, target); !fault.failAfter {
			a = handled
		}
	}
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header["Xero-Correlation-Id"] = c.id
	record.finish(a)
	s.observe(Call{Method: c.method, Path: c.path, Tenant: c.org.TenantID, Committed: true, Invoices: slices.Clone(c.touched)})
	for _, action := range fault.people {
		s.meddle(c.org, action, c.touched)
	}
	return a
}

func (s *Sim) handle(c *call, target *route) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.now()
	return target.handle(c)
}

// elements is the count of invoices in a written batch; a body that cannot be read has none.
func (c *call) elements() int {
	if c.sim.cfg.PerInvoice == 0 || c.method == http.MethodGet || !strings.EqualFold(c.path, "/Invoices") {
		return 0
	}
	root, err := parseBody(c.header.Get("Content-Type"), c.body)
	if err != nil {
		return 0
	}
	nodes, _ := root.elements("Invoices")
	return len(nodes)
}

// deliver sends an answer, as far as the fault lets it.
func (s *Sim) deliver(w http.ResponseWriter, c *call, a answer, fault effects) {
	if fault.drop {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Date", c.now.UTC().Format(http.TimeFormat))
	h.Set("Xero-Correlation-Id", c.id)
	if c.org != nil {
		s.mu.Lock()
		for name, v := range s.limiter.headers(c.org.TenantID, s.now()) {
			h[name] = []string{v} // as Xero spells it, which is not how Set would
		}
		s.mu.Unlock()
	}
	send(w, a, fault)
}

// send writes an answer; one that is cut ends in its middle.
func send(w http.ResponseWriter, a answer, fault effects) {
	if fault.drop {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for name, v := range a.header {
		h[name] = []string{v}
	}
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	} else {
		h["Content-Type"] = nil // none, rather than what net/http would guess
	}
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	body := a.body
	if fault.cut {
		body = body[:len(body)/2]
	}
	if _, err := w.Write(body); err != nil && !errors.Is(err, http.ErrBodyNotAllowed) {
		return // the client is gone: nobody is left to be told
	}
	if fault.cut {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// readBody reads a request's body; one that is too large is refused, and one that ends early has nobody to answer.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *answer) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &answer{
			status: http.StatusRequestEntityTooLarge, contentType: typeText, body: []byte("The request is larger than 10 MB"),
		}
	case err != nil:
		panic(http.ErrAbortHandler)
	}
	return body, nil
}

// resetConnection closes the connection so that the client sees a reset where the network can tell.
func resetConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// origin is the scheme and host under which the caller reached the Sim.
func origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

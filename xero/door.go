package xero

import (
	"cmp"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// DoorConfig says how a Door listens.
type DoorConfig struct {
	// Listen listens at an address of this computer; nil means net.Listen.
	Listen func(network, address string) (net.Listener, error)
	// Log takes what goes wrong, without codes and marks; nil means none.
	Log *slog.Logger
	// Bounds are how much the door takes; what is zero is as in DefaultBounds.
	Bounds Bounds
}

// Bounds keep whoever connects to the door from filling the memory, or from keeping others out.
type Bounds struct {
	Header      time.Duration // for a request to arrive
	Idle        time.Duration // for the next one on the same connection
	Answer      time.Duration // for an answer to be taken
	HeaderBytes int           // of a request
	Connections int           // at once at each address; more wait until one ends
}

// DefaultBounds are far above what a browser needs.
var DefaultBounds = Bounds{Header: 10 * time.Second, Idle: time.Minute, Answer: 10 * time.Second, HeaderBytes: 32 << 10, Connections: 32}

func (b Bounds) orDefault() Bounds {
	return Bounds{
		cmp.Or(b.Header, DefaultBounds.Header), cmp.Or(b.Idle, DefaultBounds.Idle), cmp.Or(b.Answer, DefaultBounds.Answer),
		cmp.Or(b.HeaderBytes, DefaultBounds.HeaderBytes), cmp.Or(b.Connections, DefaultBounds.Connections),
	}
}

// Door is where a browser on this computer comes back to Feebridge: from a sign-in, and
// from an invoice in Xero. Both may be awaited at the same port, which is listened at as
// long as anything is awaited there. It is safe for use by many goroutines.
type Door struct {
	listen func(network, address string) (net.Listener, error)
	log    *slog.Logger
	bounds Bounds

	mu   sync.Mutex
	open map[int]*entrance // by port
}

// NewDoor returns a door that is closed at every port.
func NewDoor(cfg DoorConfig) *Door {
	if cfg.Listen == nil {
		cfg.Listen = net.Listen
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Door{listen: cfg.Listen, log: cfg.Log, bounds: cfg.Bounds.orDefault(), open: map[int]*entrance{}}
}

// entrance is a port at which the door is open.
type entrance struct {
	server  *http.Server
	serving sync.WaitGroup
	awaited map[string]http.Handler // by path; guarded by the door
}

// everyPath stands for each path that is not awaited by itself.
const everyPath = "*"

// await has a handler answer at a path of a port until leave is called. It is an error
// when another program listens there, or the path is awaited already.
func (d *Door) await(port int, path string, h http.Handler) (leave func(), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.open[port]
	if e == nil {
		if e, err = d.openAt(port); err != nil {
			return nil, err
		}
		d.open[port] = e
	}
	if e.awaited[path] != nil {
		return nil, fmt.Errorf("port %d: this program awaits another answer there", port)
	}
	e.awaited[path] = h
	return func() { d.leave(port, path) }, nil
}

// leave closes a port with the last that was awaited there, and cuts what is still
// connected. When it returns, the port is free for other programs.
func (d *Door) leave(port int, path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.open[port]
	delete(e.awaited, path)
	if len(e.awaited) == 0 {
		delete(d.open, port)
		_ = e.server.Close() // what cannot be closed is closed already
		e.serving.Wait()
	}
}

// complaints logs what a server says, which may repeat a request, as the error of a line.
type complaints struct{ log *slog.Logger }

// Write logs one complaint.
func (c complaints) Write(text []byte) (int, error) {
	c.log.Warn("answering a browser", "error", strings.TrimSpace(string(text)))
	return len(text), nil
}

func (d *Door) openAt(port int) (*entrance, error) {
	listeners, err := d.listenAt(port)
	if err != nil {
		return nil, err
	}
	e := &entrance{awaited: map[string]http.Handler{}}
	e.server = &http.Server{
		Handler:           OnlyUnder(LocalHosts(port), http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) { d.answer(e, out, r) })),
		ReadHeaderTimeout: d.bounds.Header,
		IdleTimeout:       d.bounds.Idle,
		WriteTimeout:      d.bounds.Answer,
		MaxHeaderBytes:    d.bounds.HeaderBytes,
		ErrorLog:          log.New(complaints{d.log}, "", 0),
	}
	for _, l := range listeners {
		few := netutil.LimitListener(l, d.bounds.Connections)
		e.serving.Go(func() { _ = e.server.Serve(few) }) // until it is closed
	}
	return e, nil
}

// listenAt listens on this computer's own addresses alone. A browser takes localhost for
// either, so that another program at one of them would get the answer.
func (d *Door) listenAt(port int) ([]net.Listener, error) {
	v4, err := d.listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	v6, err := d.listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	if err == nil {
		return []net.Listener{v4, v6}, nil
	}
	probe, none := d.listen("tcp6", "[::1]:0")
	if none != nil {
		return []net.Listener{v4}, nil //nolint:nilerr // this computer has no IPv6, so nobody else listens there
	}
	_ = probe.Close()
	_ = v4.Close()
	return nil, err
}

// answer hands a request to who awaits it. One with a body is turned away unread: nobody who comes
// back has anything to send.
func (d *Door) answer(e *entrance, out http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		turnAway(out, http.StatusRequestEntityTooLarge, "Feebridge expects a browser here.")
		return
	}
	d.mu.Lock()
	h := e.awaited[r.URL.Path]
	if h == nil {
		h = e.awaited[everyPath]
	}
	d.mu.Unlock()
	if h == nil {
		http.NotFound(out, r)
		return
	}
	h.ServeHTTP(out, r)
}

// OnlyUnder turns away what was not asked for under one of the hosts, each with its port. A page whose
// own name leads to this computer asks under that name.
func OnlyUnder(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if !slices.Contains(hosts, strings.ToLower(r.Host)) {
			turnAway(out, http.StatusForbidden, "Feebridge answers to localhost alone.")
			return
		}
		next.ServeHTTP(out, r)
	})
}

// turnAway answers, and waits for nothing that is still to come of the request.
func turnAway(out http.ResponseWriter, status int, why string) {
	_ = http.NewResponseController(out).SetReadDeadline(time.Now()) // or the server would read on
	out.Header().Set("Connection", "close")
	http.Error(out, why, status)
}

// localNames are the hosts that are this computer for every browser.
var localNames = []string{"localhost", "127.0.0.1", "::1"}

// LocalHosts are the hosts of a request that was meant for a port of this computer. The names are
// further ones that it has.
func LocalHosts(port int, names ...string) []string {
	var hosts []string
	for _, name := range slices.Concat(localNames, names) {
		at := net.JoinHostPort(name, strconv.Itoa(port))
		hosts = append(hosts, at)
		if port == httpPort { // which a browser leaves out
			hosts = append(hosts, strings.TrimSuffix(at, ":"+strconv.Itoa(port)))
		}
	}
	return hosts
}

// httpPort is the port of an address of plain http that names none.
const httpPort = 80

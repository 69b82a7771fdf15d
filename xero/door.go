package xero

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DoorConfig says how a Door listens.
type DoorConfig struct {
	// Listen listens at an address of this computer; nil means net.Listen.
	Listen func(network, address string) (net.Listener, error)
	// Log takes what goes wrong, without codes and marks; nil means none.
	Log *slog.Logger
}

// Door is where a browser on this computer comes back to Feebridge: from a sign-in, and
// from an invoice in Xero. Both may be awaited at the same port, which is listened at as
// long as anything is awaited there. It is safe for use by many goroutines.
type Door struct {
	listen func(network, address string) (net.Listener, error)
	log    *slog.Logger

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
	return &Door{listen: cfg.Listen, log: cfg.Log, open: map[int]*entrance{}}
}

// entrance is a port at which the door is open.
type entrance struct {
	names   []string // under which a browser on this computer knows it
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

func (d *Door) openAt(port int) (*entrance, error) {
	listeners, err := d.listenAt(port)
	if err != nil {
		return nil, err
	}
	e := &entrance{names: namesOf(port), awaited: map[string]http.Handler{}}
	e.server = &http.Server{
		Handler:           http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) { d.answer(e, out, r) }),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		ErrorLog:          slog.NewLogLogger(d.log.Handler(), slog.LevelWarn),
	}
	for _, l := range listeners {
		e.serving.Go(func() { _ = e.server.Serve(l) }) // until it is closed
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

// answer hands a request to who awaits it. One that came under another name was sent by a
// page that had its own name lead to this computer.
func (d *Door) answer(e *entrance, out http.ResponseWriter, r *http.Request) {
	if !slices.Contains(e.names, strings.ToLower(r.Host)) {
		http.Error(out, "Feebridge answers to localhost alone.", http.StatusForbidden)
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

// localNames are the hosts that are this computer for every browser.
var localNames = []string{"localhost", "127.0.0.1", "::1"}

// namesOf are the hosts of a request that was meant for a port of this computer.
func namesOf(port int) []string {
	var names []string
	for _, name := range localNames {
		at := net.JoinHostPort(name, strconv.Itoa(port))
		names = append(names, at)
		if port == httpPort { // which a browser leaves out
			names = append(names, strings.TrimSuffix(at, ":"+strconv.Itoa(port)))
		}
	}
	return names
}

// httpPort is the port of an address of plain http that names none.
const httpPort = 80

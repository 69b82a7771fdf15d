package xero

import (
	"crypto/subtle"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"feebridge/app"
)

// returnPath is where Xero sends the browser back to.
const returnPath = "/callback"

// waiting is a small server on this computer's own address, to which Xero sends the
// browser back with what the person decided.
type waiting struct {
	port      int
	state     string // which only an answer to this very sign-in knows
	decisions chan decision
	decided   atomic.Bool
	ended     chan struct{}
	server    *http.Server
}

// decision is what a person decided. Whoever receives it must conclude it.
type decision struct {
	code        string // to be exchanged for tokens
	refusal     string // why there is none, in a word
	description string // and in Xero's words, if it gave any
	outcome     chan<- error
	shown       <-chan struct{}
}

// awaitReturn waits on the first of the ports that is free.
func (c *Connector) awaitReturn(ports []int, state string) (*waiting, error) {
	if len(ports) == 0 {
		ports = app.DefaultPorts
	}
	var taken []string
	var failures []error
	for _, port := range ports {
		listeners, err := c.listenAt(port)
		if err != nil {
			taken, failures = append(taken, strconv.Itoa(port)), append(failures, err)
			continue
		}
		w := &waiting{port: port, state: state, decisions: make(chan decision, 1), ended: make(chan struct{})}
		w.server = &http.Server{
			Handler:           w,
			ReadHeaderTimeout: 10 * time.Second,
			ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelWarn),
		}
		for _, l := range listeners {
			go func() { _ = w.server.Serve(l) }() // until close
		}
		return w, nil
	}
	none := app.Errorf(app.Unavailable, "Feebridge cannot wait for Xero's answer: other programs use every port that is registered for it (%s). "+
		"Close the other program, or register one more address with your Xero app and enter its port.", strings.Join(taken, ", "))
	none.Err = errors.Join(failures...)
	return nil, none
}

// listenAt listens on this computer's own addresses alone. A browser takes localhost for
// either, so that another program at one of them would get the answer.
func (c *Connector) listenAt(port int) ([]net.Listener, error) {
	v4, err := c.listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	v6, err := c.listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	if err == nil {
		return []net.Listener{v4, v6}, nil
	}
	probe, none := c.listen("tcp6", "[::1]:0")
	if none != nil { // this computer has no IPv6
		return []net.Listener{v4}, nil
	}
	_ = probe.Close()
	_ = v4.Close()
	return nil, err
}

// ServeHTTP takes the person's decision, once. What does not know the state may be an old
// tab or somebody's forgery: it is turned away, and the wait goes on.
func (w *waiting) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != returnPath:
		http.NotFound(out, r)
		return
	case r.Method != http.MethodGet:
		out.Header().Set("Allow", http.MethodGet)
		http.Error(out, "Feebridge expects a browser here.", http.StatusMethodNotAllowed)
		return
	}
	query := r.URL.Query()
	outcome, shown := make(chan error, 1), make(chan struct{})
	d := decision{
		code: query.Get("code"), refusal: query.Get("error"), description: query.Get("error_description"),
		outcome: outcome, shown: shown,
	}
	known := subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(w.state)) == 1
	if !known || d.code == "" && d.refusal == "" || !w.decided.CompareAndSwap(false, true) {
		showStray(out)
		return
	}
	defer close(shown)
	w.decisions <- d
	select {
	case err := <-outcome:
		showOutcome(out, err)
	case <-r.Context().Done(): // the tab was closed meanwhile
	case <-w.ended:
	}
}

// close stops listening and cuts what is still connected.
func (w *waiting) close() {
	close(w.ended)
	_ = w.server.Close() // what cannot be closed is closed already
}

// conclude shows the person the outcome of the sign-in, and returns when the browser has
// the page.
func (d decision) conclude(err error) {
	d.outcome <- err
	<-d.shown
}

// words are what Xero says of a refusal, in one short line.
func (d decision) words() string {
	const longest = 200
	text := []rune(d.refusal)
	if d.description != "" {
		text = []rune(d.description + " (" + d.refusal + ")")
	}
	if len(text) > longest {
		text = append(text[:longest], '…')
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

package xero

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"feebridge/app"
)

// returnPath is where Xero sends the browser back to.
const returnPath = "/callback"

// waiting waits at the door for what the person decided, with which Xero sends the browser
// back.
type waiting struct {
	port      int
	state     string // which only an answer to this very sign-in knows
	decisions chan decision
	decided   atomic.Bool
	ended     chan struct{}
	leave     func() // the door
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
		w := &waiting{port: port, state: state, decisions: make(chan decision, 1), ended: make(chan struct{})}
		var err error
		if w.leave, err = c.door.await(port, returnPath, w); err == nil {
			return w, nil
		}
		taken, failures = append(taken, strconv.Itoa(port)), append(failures, err)
	}
	none := app.Errorf(app.Unavailable, "consent.no-port", "Ports", strings.Join(taken, ", "))
	none.Err = errors.Join(failures...)
	return nil, none
}

// ServeHTTP takes the person's decision, once. What does not know the state may be an old
// tab or a forgery: it is turned away, and the wait goes on.
func (w *waiting) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
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

// close ends the wait, whoever is still connected.
func (w *waiting) close() {
	close(w.ended)
	w.leave()
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

// Package check tries what Feebridge assumes about Xero and no document proves, on a Xero organisation
// that is there to be tried on: a person runs it with feebridge check-xero.
//
// An assumption is a row: a name, what is expected, why it matters, where it is from, and a look at
// evidence that decides whether it holds. A step gathers evidence: it makes calls and judges nothing.
// So what a row says follows from answers alone, and the answers can be kept and read again.
//
// The outbox is the only room that sends what a firm exports. This one sends by itself, because what it
// sends is nobody's invoice: no client's, with numbers that no firm gives, in a run that a person watches.
// It keeps the outbox's first promise in its own way: a Book, on disk before each request that makes
// something, from which Clean removes it however the run ended.
package check

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
)

// Verdict says whether an assumption holds.
type Verdict string

// The verdicts.
const (
	Holds   Verdict = "yes"
	Differs Verdict = "no"
	Unclear Verdict = "could not tell" // something went wrong on the way to the answer
	Untried Verdict = "not tried"      // it was not asked for, or the organisation lacks what it needs
)

// Assumption is what Feebridge assumes about Xero.
type Assumption struct {
	Name     string
	Expected string
	Why      string // what of Feebridge depends on it
	Source   string // how it came to be assumed
}

// Result is what was found of an assumption.
type Result struct {
	Assumption
	Verdict Verdict
	Found   string
	Reason  string // why there is no yes or no
}

// Config says what is tried, and with what.
type Config struct {
	Client *xero.Client
	Ear    *Ear // told of each answer to the client, by its Config.Heard
	Tenant ledger.TenantID
	Base   string // of the address that the firm's exports carry
	Book   *Book  // an empty one
	// Approve makes invoices that are approved and then voided. Those stay visible in Xero for good.
	Approve bool
	// Told is told of each result when it is known; nil for nobody.
	Told func(Result)
}

// Calls returns about how many calls a run makes, with what it takes to clean up.
func Calls(approve bool) int {
	if approve {
		return 65
	}
	return 60
}

// Most returns the most invoices and contacts that a run makes.
func Most(approve bool) (invoices, contacts int) {
	if approve {
		return 32, 5
	}
	return 29, 5
}

// Organisation is what is to be known of an organisation before anything is tried on it.
type Organisation struct {
	Demo       bool
	MayDraft   bool // the person who connected it may make drafts there
	MayApprove bool // and approved invoices
}

// Look reads the organisation, and what may be done there.
func Look(ctx context.Context, c *xero.Client, t ledger.TenantID) (Organisation, error) {
	x, err := c.Ask(ctx, t, get(nil, "Organisation"))
	if err == nil {
		err = x.Trouble()
	}
	if err != nil {
		return Organisation{}, err
	}
	o := Organisation{MayDraft: true, MayApprove: true}
	o.Demo, _ = elementsOf(x, "Organisations").at(0)["IsDemoCompany"].(bool)
	if x, err = c.Ask(ctx, t, get(nil, "Organisation", "Actions")); err == nil {
		err = x.Trouble()
	}
	if err != nil {
		return Organisation{}, err
	}
	for _, a := range elementsOf(x, "Actions") {
		allowed := a.text("Status") == "ALLOWED"
		switch a.text("Name") {
		case "CreateDraftInvoice":
			o.MayDraft = allowed
		case "CreateApprovedInvoice":
			o.MayApprove = allowed
		}
	}
	return o, nil
}

// Run tries every assumption. The error is why it ended early; what is not known then is Unclear. It
// removes nothing: Clean does, whatever Run returned.
func Run(ctx context.Context, cfg Config) ([]Result, error) {
	l := newLab(cfg)
	if err := cfg.Book.begin(cfg.Tenant); err != nil {
		return nil, err
	}
	var results []Result
	var end error // why no further step is taken
	for _, s := range steps() {
		err := end
		switch {
		case s.approves && !cfg.Approve:
			err = errNotAsked
		case err == nil:
			if err = l.take(ctx, s); stops(ctx, err) {
				end = err
			}
		}
		for _, a := range s.rows {
			r := Result{Assumption: a.Assumption}
			f := l.look(s, a, err)
			r.Verdict, r.Found, r.Reason = f.verdict, cfg.Ear.scrub(f.found), cfg.Ear.scrub(f.reason)
			results = append(results, r)
			if cfg.Told != nil {
				cfg.Told(r)
			}
		}
	}
	return results, end
}

var errNotAsked = errors.New("it needs approved invoices, which are made only with --approve")

// stops reports whether after the error nothing more is tried.
func stops(ctx context.Context, err error) bool {
	var t *app.Trouble
	var book *bookError
	return ctx.Err() != nil && err != nil || errors.As(err, &book) ||
		errors.As(err, &t) && slices.Contains([]app.Reason{app.DayLimit, app.NoConsent, app.NotConnected, app.Offline}, t.Reason)
}

// bookError says that what is made cannot be noted, so that nothing more may be made.
type bookError struct{ error }

// Unwrap returns the error beneath.
func (e *bookError) Unwrap() error { return e.error }

// step gathers evidence for its rows.
type step struct {
	name     string // of what it tries, in the reason why its rows could not be told
	rows     []assumption
	approves bool
	run      func(context.Context, *lab) error
}

// assumption is a row with the look that decides it. The look is asked only when its step came to its end.
type assumption struct {
	Assumption
	look func(*lab) finding
}

// finding is what a look says.
type finding struct {
	verdict       Verdict
	found, reason string
}

func holds(ok bool, found string, args ...any) finding {
	f := finding{Holds, fmt.Sprintf(found, args...), ""}
	if !ok {
		f.verdict = Differs
	}
	return f
}

func untried(reason string) finding { return finding{verdict: Untried, reason: reason} }
func unclear(reason string) finding { return finding{verdict: Unclear, reason: reason} }

// look decides a row of a step that ended with err.
func (l *lab) look(s *step, a assumption, err error) finding {
	switch {
	case errors.Is(err, errNotAsked):
		return untried(err.Error())
	case err != nil:
		return unclear(s.name + ": " + err.Error())
	}
	return a.look(l)
}

// take takes a step.
func (l *lab) take(ctx context.Context, s *step) error {
	err := s.run(ctx, l)
	if l.Ear.Err() != nil {
		err = errors.Join(err, &bookError{l.Ear.Err()})
	}
	return err
}

// newKey returns an idempotency key, or another random name.
func newKey() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

func get(query url.Values, path ...string) xero.Question {
	return xero.Question{Method: "GET", Path: path, Query: query}
}

// date returns the date of the drafts: today, or the first day that is open in the books.
func (l *lab) date() billing.Date {
	today := billing.DateOf(time.Now().UTC())
	if lock := max(l.chart.PeriodLock, l.chart.YearEndLock); lock >= today {
		return lock.AddDays(1)
	}
	return today
}

// Ear keeps what Xero answered: in memory the answers since it began to listen, and scrubbed in a file.
// It is safe for use by many goroutines.
type Ear struct {
	mu   sync.Mutex
	kept []xero.Exchange
	all  int
	none []string // paths whose answer had no correlation
	scrubber
	to  io.Writer
	err error
}

// NewEar returns an ear that writes the answers to a writer, a line each, without these texts.
func NewEar(to io.Writer, secrets ...string) *Ear {
	e := &Ear{to: to}
	e.hide(secrets...)
	return e
}

// Hear takes an answer in.
func (e *Ear) Hear(x xero.Exchange) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all++
	if x.Status != 429 {
		e.kept = append(e.kept, x)
	}
	if x.Header.Get("Xero-Correlation-Id") == "" && x.Status != 429 {
		e.none = append(e.none, fmt.Sprintf("%s with %d", x.Method, x.Status))
	}
	line, err := e.line(x)
	if err == nil {
		_, err = e.to.Write(line)
	}
	e.err = errors.Join(e.err, err)
}

// Err is why answers could not be kept.
func (e *Ear) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// Calls returns how many attempts were answered.
func (e *Ear) Calls() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all
}

// listen forgets the answers before what is asked next.
func (e *Ear) listen() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = nil
}

// answers returns those since the ear began to listen, the refusals for a limit left out.
func (e *Ear) answers() []xero.Exchange {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.kept)
}

func (e *Ear) scrub(text string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.text(text)
}

// without returns which answers had no correlation.
func (e *Ear) without() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(slices.Compact(slices.Clone(e.none)), ", ")
}

package xero

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
)

// Xero's limits for an organisation, and what is made of them.
const (
	callsAtOnce    = 5
	callsAMinute   = 60
	longestWait    = 2 * time.Minute  // a longer one is for the caller to decide on
	unknownWait    = 3 * time.Second  // after a 429 that does not say how long
	unknownDayWait = 10 * time.Minute // the same when the day's calls are used up
	mostRefusals   = 5                // 429s in a row for one call
	dayLeftUnsaid  = -1
)

// Headers about the limits.
const (
	dayLeftHeader    = "X-DayLimit-Remaining"
	minuteLeftHeader = "X-MinLimit-Remaining"
	appLeftHeader    = "X-AppMinLimit-Remaining"
	problemHeader    = "X-Rate-Limit-Problem"
	retryAfterHeader = "Retry-After"
)

// limiter keeps each organisation's calls within Xero's limits, and makes a call again
// that Xero refused for a limit: a 429 changes nothing and is not kept under an
// idempotency key, so that this holds for writes too.
type limiter struct {
	next  http.RoundTripper
	mu    sync.Mutex
	lanes map[ledger.TenantID]*lane
}

func newLimiter(next http.RoundTripper) *limiter {
	return &limiter{next: next, lanes: map[ledger.TenantID]*lane{}}
}

// RoundTrip makes the call when its turn comes. Its error is a *app.Trouble.
func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	lane := l.lane(ledger.TenantID(req.Header.Get(tenantHeader)))
	for refusals := 1; ; refusals++ {
		resp, err := lane.call(req, l.next)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests {
			return resp, err
		}
		if refusals == mostRefusals {
			return nil, lane.trouble(resp.Header)
		}
	}
}

func (l *limiter) lane(t ledger.TenantID) *lane {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.lanes[t]
	if !ok {
		found = newLane()
		l.lanes[t] = found
	}
	return found
}

// lane is the way to one organisation.
//
// Xero counts calls in minutes that begin when it likes. So that none of them can be
// overrun, there are 60 places, and a place that a call took is free again a minute
// after the call's answer: whichever moment Xero counted a call at, the next one in its
// place is counted a minute later or more. golang.org/x/time/rate cannot say "60 in any
// 60 seconds": its bucket refills while a burst of 60 is spent, and lets nearly twice as
// many through in the first minute.
type lane struct {
	atOnce chan struct{} // holds an element for each call under way

	mu      sync.Mutex
	places  []time.Time // for each place that no call has: when it may be taken
	hold    time.Time   // no call before then
	why     app.Reason  // of hold
	dayLeft int
	last    time.Time // when an answer came
	waiting int       // calls that wait for a place or for hold to pass
}

func newLane() *lane {
	return &lane{
		atOnce:  make(chan struct{}, callsAtOnce),
		places:  make([]time.Time, callsAMinute),
		dayLeft: dayLeftUnsaid,
	}
}

// call makes one attempt when its turn comes.
func (l *lane) call(req *http.Request, next http.RoundTripper) (*http.Response, error) {
	ctx := req.Context()
	select {
	case l.atOnce <- struct{}{}:
	case <-ctx.Done():
		return nil, gaveUp(ctx)
	}
	defer func() { <-l.atOnce }()
	place, err := l.turn(ctx)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	resp, err := next.RoundTrip(fresh(req))
	l.leave(place, began, resp, err)
	return resp, err
}

func gaveUp(ctx context.Context) *app.Trouble {
	return &app.Trouble{Reason: app.Interrupted, Unsent: true, Err: ctx.Err()}
}

// turn waits until a call may be made and takes a place for it.
func (l *lane) turn(ctx context.Context) (place time.Time, err error) {
	for {
		if ctx.Err() != nil {
			return place, gaveUp(ctx)
		}
		place, until, refusal := l.take()
		switch {
		case refusal != nil:
			return place, refusal
		case until.IsZero():
			return place, nil
		}
		l.wait(ctx, until)
	}
}

// take takes the place that has been free for the longest. When none is free yet, it
// says until when to wait; when that is too long, it refuses.
func (l *lane) take() (place, until time.Time, refusal *app.Trouble) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.held(now) {
		if l.why == app.DayLimit || l.hold.Sub(now) > longestWait {
			return place, until, &app.Trouble{Reason: l.why, Unsent: true, Answered: true, Until: l.hold}
		}
		return place, l.hold, nil
	}
	first := l.first()
	place = l.places[first]
	if place.After(now) {
		return place, place, nil
	}
	l.places = slices.Delete(l.places, first, first+1)
	return place, time.Time{}, nil
}

// held reports whether no call may be made because of a 429. When the day's limit has
// passed, what is left of the new day is not known yet.
func (l *lane) held(now time.Time) bool {
	if l.hold.After(now) {
		return true
	}
	if l.why == app.DayLimit {
		l.why, l.dayLeft = "", dayLeftUnsaid
	}
	return false
}

// first returns the index of the place that is free first. There always is one: there
// are more places than calls at once.
func (l *lane) first() int {
	first := 0
	for i, at := range l.places {
		if at.Before(l.places[first]) {
			first = i
		}
	}
	return first
}

func (l *lane) wait(ctx context.Context, until time.Time) {
	l.count(+1)
	defer l.count(-1)
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (l *lane) count(by int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting += by
}

// leave gives the place back and takes in what the answer says of the limits.
func (l *lane) leave(place, began time.Time, resp *http.Response, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if neverLeft(err) {
		l.places = append(l.places, place)
		return
	}
	l.places = append(l.places, now.Add(time.Minute))
	if resp == nil {
		return
	}
	l.last = now.Round(0)
	if left, ok := headerNumber(resp.Header, dayLeftHeader); ok {
		l.countDay(left)
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		l.refused(resp.Header, now) // which says better than the places when to go on
	} else if left, ok := headerNumber(resp.Header, minuteLeftHeader); ok {
		l.share(left, began, now)
	}
}

// countDay takes in how many calls are left of the day. A few more than before is what
// an answer says that others have overtaken; many more is another day.
func (l *lane) countDay(left int) {
	if l.dayLeft == dayLeftUnsaid || left < l.dayLeft || left > l.dayLeft+callsAtOnce {
		l.dayLeft = left
	}
}

// share gives up places that others have taken: Xero counts the calls of this
// application on other machines, and of an earlier process, too. Of the places that
// were free when the call began, no more may stay than Xero said were left after it.
func (l *lane) share(left int, began, now time.Time) {
	for i, at := range l.places {
		switch {
		case at.After(began):
		case left > 0:
			left--
		default:
			l.places[i] = now.Add(time.Minute)
		}
	}
}

// refused takes in a 429. It says how long to wait for the limits of a minute and of a
// day; for that of calls at once, which other machines share too, seconds are enough.
func (l *lane) refused(h http.Header, now time.Time) {
	why, wait := app.MinuteLimit, unknownWait
	if h.Get(problemHeader) == "day" {
		why, wait = app.DayLimit, unknownDayWait
		l.dayLeft = 0
	}
	if seconds, ok := headerNumber(h, retryAfterHeader); ok {
		wait = max(time.Duration(seconds)*time.Second, time.Second)
	}
	// Without its monotonic reading, which stands still while the machine sleeps.
	if until := now.Add(wait).Round(0); until.After(l.hold) {
		l.hold, l.why = until, why
	}
}

// trouble is what is told of a call that Xero went on refusing.
func (l *lane) trouble(h http.Header) *app.Trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &app.Trouble{
		Reason: l.why, Unsent: true, Answered: true, Until: l.hold,
		Correlation: h.Get(correlationHeader), Err: fmt.Errorf("refused %d times", mostRefusals),
	}
}

func (l *lane) gauge() app.Gauge {
	l.mu.Lock()
	defer l.mu.Unlock()
	held := l.held(time.Now())
	g := app.Gauge{DayLeft: l.dayLeft, LastCall: l.last}
	switch {
	case l.waiting == 0:
	case held:
		g.WaitUntil, g.Why = l.hold, l.why
	default:
		g.WaitUntil, g.Why = l.places[l.first()], app.MinuteLimit
	}
	return g
}

// neverLeft reports whether the attempt made no connection, or had no token to make one.
func neverLeft(err error) bool {
	var t *app.Trouble
	return errors.As(err, &t) && t.Unsent
}

// headerNumber reads a header that holds a whole number of zero or more.
func headerNumber(h http.Header, name string) (int, bool) {
	n, err := strconv.Atoi(h.Get(name))
	return n, err == nil && n >= 0
}

package xero

import (
	"errors"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"feebridge/app"
)

// readTries is how often a read is attempted at most, within about ten seconds plus the
// time that the attempts themselves take.
const readTries = 4

// retry repeats a read whose answer was lost, cut or a temporary 5xx. It never repeats a
// write: what is to follow on a write with an unknown outcome is not decided here.
type retry struct{ next http.RoundTripper }

// RoundTrip makes the call. Its error is a *app.Trouble.
func (r retry) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet {
		return r.next.RoundTrip(req)
	}
	ctx := req.Context()
	attempt := func() (*http.Response, error) {
		resp, err := r.next.RoundTrip(req)
		switch {
		case err != nil && (ctx.Err() != nil || !temporary(err)):
			return nil, backoff.Permanent(err)
		case err == nil && temporaryStatus(resp.StatusCode):
			return resp, errors.New(resp.Status)
		}
		return resp, err
	}
	pause := &backoff.ExponentialBackOff{
		InitialInterval: time.Second, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 10 * time.Second,
	}
	resp, err := backoff.Retry(ctx, attempt,
		backoff.WithMaxTries(readTries), backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(0))
	var trouble *app.Trouble
	switch {
	case err == nil:
		return resp, nil
	case errors.As(err, &trouble):
		return nil, trouble // without what backoff wrapped around it
	case ctx.Err() != nil: // while it waited to try again
		return nil, &app.Trouble{Reason: app.Interrupted, Err: ctx.Err()}
	}
	return resp, nil // the last 5xx, which is an answer after all
}

// temporary reports whether the call may go through when it is made again at once.
func temporary(err error) bool {
	var t *app.Trouble
	return errors.As(err, &t) && (t.Reason == app.Offline || t.Reason == app.Interrupted)
}

func temporaryStatus(status int) bool {
	return status >= http.StatusInternalServerError && status != http.StatusNotImplemented
}

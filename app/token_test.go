package app_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestAnAccessTokenIsNotUsedUpToItsEnd calls Xero again at moments around the end of a token, which is
// half an hour after it was given: a call that takes its time would arrive too late with it.
func TestAnAccessTokenIsNotUsedUpToItsEnd(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		fresh bool
	}{
		{28 * time.Minute, false}, {29*time.Minute + 30*time.Second, true}, {31 * time.Minute, true},
	} {
		t.Run(c.after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newSignedIn(t)
				p := w.enter()
				defer p.Stop()
				w.mustCall(p)
				first := w.access[len(w.access)-1]
				time.Sleep(c.after)
				used := len(w.access)
				w.mustCall(p)
				for _, token := range w.access[used:] {
					if fresh := token != first; fresh != c.fresh {
						t.Errorf("%v after the first call the token is another: %v", c.after, fresh)
					}
				}
			})
		})
	}
}

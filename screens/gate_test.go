package screens

import (
	"fmt"
	"testing"
	"time"

	"feebridge/app/apptest/deadline"
)

// gate holds one call to a fakeApp until the test opens it.
type gate struct {
	t             testing.TB
	call          string
	reached, held chan struct{}
}

// hold makes a gate for the nth call of a method, counted from 1.
func (f *fakeApp) hold(t testing.TB, method string, n int) *gate {
	g := &gate{t, fmt.Sprintf("call %d of %s", n, method), make(chan struct{}), make(chan struct{})}
	f.gate = func(called string, i int) {
		if called != method || i != n {
			return
		}
		close(g.reached)
		select {
		case <-g.held:
		case <-time.After(deadline.Thing): // or the window would never close after a failure
			t.Errorf("%s was held for %v, and nothing has opened the gate", g.call, deadline.Thing)
		}
	}
	return g
}

// await waits until the call is held.
func (g *gate) await() {
	g.t.Helper()
	deadline.Receive(g.t, g.reached, g.call)
}

// open lets the call go on.
func (g *gate) open() { close(g.held) }

// Package deadline is how long tests wait in real time. Only tests import it.
package deadline

import (
	"fmt"
	"runtime/debug"
	"sync"
	"testing"
	"time"
)

const (
	// Thing is how long a test waits for one thing that takes no time where all is well.
	Thing = 30 * time.Second
	// Program is how long a test waits for a whole run of a program. One that was killed leaves
	// a lease behind, for which the next one waits half a minute.
	Program = 90 * time.Second
	// Test is how long a test may run that is watched.
	Test = 2 * time.Minute
)

// Receive returns the next value of a channel, or the zero value once it is closed. When
// neither comes in time, the test ends and says what it waited for.
func Receive[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(Thing):
		t.Fatalf("The test has waited %v for %s.", Thing, what)
		panic("not reached")
	}
}

// Wait waits for a function that waits itself, such as that of a sync.WaitGroup.
func Wait(t testing.TB, wait func(), what string) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait()
	}()
	Receive(t, done, what)
}

// Watch ends the test binary, with what every goroutine waits for, once the test has run for
// Test. What makes a test's world calls it: no clock inside a synctest bubble can, because
// it stands still while a goroutine of the bubble waits for a lock or for the disk.
func Watch(t testing.TB) { running.watch(t) }

// clock is how long each test may still run.
type clock struct {
	mu   sync.Mutex
	left map[testing.TB]time.Duration
}

var running = newClock()

func newClock() *clock { return &clock{left: map[testing.TB]time.Duration{}} }

// init starts the clock outside of any bubble, in real time.
func init() {
	const step = time.Second
	go func() {
		for range time.Tick(step) {
			if late := running.pass(step); late != "" {
				debug.SetTraceback("all")
				panic(fmt.Sprintf("%s has run for %v. Below is what its goroutines wait for.", late, Test))
			}
		}
	}()
}

func (c *clock) watch(t testing.TB) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left[t] = Test
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.left, t)
	})
}

// pass lets time pass, and returns the name of a test that has run for too long.
func (c *clock) pass(step time.Duration) (late string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := range c.left {
		if c.left[t] -= step; c.left[t] <= 0 {
			late = t.Name()
		}
	}
	return late
}

package deadline

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// waiting is a test that notes what it failed with.
type waiting struct {
	testing.TB
	said string
}

func (w *waiting) Helper() {}

func (w *waiting) Fatalf(format string, args ...any) {
	w.said = fmt.Sprintf(format, args...)
	panic(w)
}

func TestAWaitInVainIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, began := &waiting{TB: t}, time.Now()
		func() {
			defer func() { _ = recover() }()
			Receive(w, make(chan int), "the first rows")
		}()
		if took := time.Since(began); took != Thing || !strings.Contains(w.said, "the first rows") {
			t.Errorf("after %v it says %q", took, w.said)
		}
	})
}

func TestWhatComesInTime(t *testing.T) {
	given, closed := make(chan int, 1), make(chan struct{})
	given <- 7
	close(closed)
	if got := Receive(t, given, "a number"); got != 7 {
		t.Errorf("received %d", got)
	}
	Receive(t, closed, "the end")
	ran := false
	Wait(t, func() { ran = true }, "the work")
	if !ran {
		t.Error("it did not wait for the work")
	}
}

func TestATestIsWatchedUntilItEnds(t *testing.T) {
	c := newClock()
	t.Run("long", func(t *testing.T) {
		c.watch(t)
		if late := c.pass(Test - time.Second); late != "" {
			t.Errorf("too early %s is late", late)
		}
		if late := c.pass(time.Second); late != t.Name() {
			t.Errorf("late is %q", late)
		}
	})
	if late := c.pass(time.Second); late != "" {
		t.Errorf("%s has ended", late)
	}
}

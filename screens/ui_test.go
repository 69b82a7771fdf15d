package screens

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"feebridge/app/apptest/deadline"
)

// queue is a goroutine that draws, and a clock, that move only when they are told to.
type queue struct {
	mu     sync.Mutex
	posted []func()
	timers []*func()
}

func (q *queue) post(fn func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.posted = append(q.posted, fn)
}

func (q *queue) after(_ time.Duration, fn func()) func() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.timers = append(q.timers, &fn)
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.timers = slices.DeleteFunc(q.timers, func(t *func()) bool { return t == &fn })
	}
}

func (q *queue) drain() {
	q.mu.Lock()
	posted := q.posted
	q.posted = nil
	q.mu.Unlock()
	for _, fn := range posted {
		fn()
	}
}

// ring lets every timer that was not cancelled run out.
func (q *queue) ring() {
	q.mu.Lock()
	timers := q.timers
	q.timers = nil
	q.mu.Unlock()
	for _, fn := range timers {
		(*fn)()
	}
}

func TestOnlyTheNewestRunOfATaskCounts(t *testing.T) {
	q := &queue{}
	u := newUI(q.post, q.after)
	defer u.close()
	work := &task{ui: u}
	var got []string
	done := func(result string, _ error) { got = append(got, result) }

	hold, left := make(chan struct{}), make(chan struct{})
	load(work, func(ctx context.Context) (string, error) {
		<-hold
		if ctx.Err() == nil {
			t.Error("the older run was not cancelled")
		}
		defer close(left)
		return "older", nil
	}, done)
	load(work, func(context.Context) (string, error) { return "newer", nil }, done)
	close(hold)
	deadline.Receive(t, left, "the older run")
	deadline.Wait(t, u.work.Wait, "the newer run")
	q.drain()
	if !slices.Equal(got, []string{"newer"}) {
		t.Errorf("got %q, want the newer result alone", got)
	}
	if work.running() {
		t.Error("the task is still running")
	}
}

func TestSlowWorkShowsThatItRuns(t *testing.T) {
	for name, test := range map[string]struct {
		slow bool
		want []bool
	}{
		"quick work shows nothing":          {false, nil},
		"slow work shows, and ends showing": {true, []bool{true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			q := &queue{}
			u := newUI(q.post, q.after)
			defer u.close()
			var shown []bool
			work := &task{ui: u, busy: func(on bool) { shown = append(shown, on) }}
			hold := make(chan struct{})
			work.start(func(context.Context, func(func())) { <-hold })
			if test.slow {
				q.ring()
				q.drain()
			}
			close(hold)
			deadline.Wait(t, u.work.Wait, "the work")
			q.drain()
			q.ring()
			q.drain()
			if !slices.Equal(shown, test.want) {
				t.Errorf("shown %v, want %v", shown, test.want)
			}
		})
	}
}

func TestCloseEndsTheWorkAndNothingIsDrawnAfterwards(t *testing.T) {
	q := &queue{}
	u := newUI(q.post, q.after)
	drawn := 0
	ended := false
	u.background(func(ctx context.Context) {
		<-ctx.Done()
		u.do(func() { drawn++ })
		ended = true
	})
	u.do(func() { drawn++ }) // posted before, but not run yet
	deadline.Wait(t, u.close, "close, which ends the work")
	if !ended {
		t.Error("close did not wait for the work")
	}
	q.drain()
	u.do(func() { drawn++ })
	u.background(func(context.Context) { t.Error("work began after the end") })
	(&task{ui: u}).start(func(context.Context, func(func())) { t.Error("a task began after the end") })
	q.ring()
	q.drain()
	deadline.Wait(t, u.work.Wait, "work that began after the end")
	if drawn > 0 {
		t.Errorf("%d times something was drawn after the end", drawn)
	}
}

func TestABurstIsHandedOnOnce(t *testing.T) {
	q := &queue{}
	u := newUI(q.post, q.after)
	defer u.close()
	var flushed [][]int
	b := &burst[int]{ui: u, wait: together, flush: func(keys []int) { flushed = append(flushed, keys) }}
	b.add()
	b.add(3, 1)
	b.add(3, 2)
	q.ring()
	q.drain()
	b.add(3)
	q.ring()
	q.drain()
	if len(flushed) != 2 || !slices.Equal(flushed[0], []int{3, 1, 2}) || !slices.Equal(flushed[1], []int{3}) {
		t.Errorf("handed on %v", flushed)
	}
}

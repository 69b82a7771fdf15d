//go:build figures

package figures

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"feebridge/app"
	"feebridge/command"
)

// TestFigures prints what the application is held to, as a table, and fails where a
// figure is more than it must be. It is compiled for `make bench` alone: what it
// measures takes minutes, and wants the machine for itself.
func TestFigures(t *testing.T) {
	table := &figures{T: t}
	table.foot(describeMachine())
	table.foot("PACE is how many times as long as on the reference machine the same work took beside the figure, and AT PACE 1 what the figure comes to there.")
	table.exports()
	table.reviews()
	table.refreshes()
	table.contacts()
	table.window()
	table.idle()
	table.print()
}

// envProgram in the environment lets this test binary be the commands: the simulated Xero
// runs in a process of its own.
const envProgram = "FEEBRIDGE_FIGURES_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(envProgram) != "" {
		os.Exit(command.Run(context.Background(), os.Args[1:], command.Face{Out: os.Stdout, Err: os.Stderr}))
	}
	os.Exit(m.Run())
}

// firm is the firm whose work is measured.
var firm = app.Firm{Name: "Tui Accounting Ltd", Currency: "NZD"}

// figures are the rows of the table.
type figures struct {
	*testing.T
	rows   []string
	feet   []string // said below
	broken int
}

// unit says how a figure is written.
type unit string

const (
	calls        unit = "calls"
	percent      unit = "%"
	seconds      unit = "s"
	milliseconds unit = "ms"
	megabytes    unit = "MB"
)

// sample is one run of a figure.
type sample struct {
	value float64
	pace  float64 // how many times as long as on the reference machine work took then
	waits float64 // of the value, what is waited for at any pace
}

// adjusted returns what the run would have come to on the reference machine.
func (s sample) adjusted() float64 { return s.waits + (s.value-s.waits)/s.pace }

// samples are the runs of a figure.
type samples []sample

// exactly is a figure that is the same in every run, on every machine.
func exactly(value float64) samples { return samples{{value: value, pace: 1}} }

// sizes is a figure that does not depend on the machine's pace.
func sizes(values ...float64) samples {
	var all samples
	for _, v := range values {
		all = append(all, sample{value: v, pace: 1})
	}
	return all
}

func (s samples) each(of func(sample) float64) []float64 {
	all := make([]float64, len(s))
	for i, one := range s {
		all[i] = of(one)
	}
	return all
}

// hold adds a figure whose median must not be more than must, at the reference's pace.
func (f *figures) hold(what string, s samples, must float64, u unit, note string) {
	got := median(s.each(sample.adjusted))
	mark := ""
	if got > must {
		f.broken++
		mark = " BROKEN"
	}
	f.rows = append(f.rows, fmt.Sprintf("%s\t≤ %s\t%.2f%s\t%s", s.cells(what, u), u.write(must), got/must, mark, note))
}

// tell adds a figure that is held to nothing.
func (f *figures) tell(what string, s samples, u unit, note string) {
	f.rows = append(f.rows, fmt.Sprintf("%s\t\t\t%s", s.cells(what, u), note))
}

// cells returns what was measured, the pace, what that comes to at the reference's pace, and
// from where to where that went.
func (s samples) cells(what string, u unit) string {
	at := s.each(sample.adjusted)
	pace, spread := "", ""
	if p := median(s.each(func(one sample) float64 { return one.pace })); p != 1 {
		pace = fmt.Sprintf("%.2f", p)
	}
	if len(s) > 1 {
		spread = u.write(slices.Min(at)) + " – " + u.write(slices.Max(at))
	}
	return strings.Join([]string{what, u.write(median(s.each(func(one sample) float64 { return one.value }))), pace, u.write(median(at)), spread}, "\t")
}

// foot adds a line below the table.
func (f *figures) foot(text string) { f.feet = append(f.feet, text) }

func (f *figures) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nFIGURE\tMEDIAN\tPACE\tAT PACE 1\tLEAST – MOST\tMUST\tRATIO\tNOTE")
	for _, row := range f.rows {
		fmt.Fprintln(w, row)
	}
	_ = w.Flush()
	fmt.Println()
	for _, line := range f.feet {
		fmt.Println(line)
	}
	if f.broken > 0 {
		f.Errorf("%d of the figures are broken", f.broken)
	}
}

// describeMachine says what the figures were measured on, and how busy it was.
func describeMachine() string {
	text := fmt.Sprintf("%s on %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if load, err := os.ReadFile("/proc/loadavg"); err == nil { // only Linux has it
		text += fmt.Sprintf("; load of the minute before: %s", strings.Fields(string(load))[0])
	}
	return text + "."
}

// write writes a figure to about three digits.
func (u unit) write(v float64) string {
	digits := 0
	switch {
	case u == calls || v >= 100:
	case v >= 10:
		digits = 1
	case v >= 1:
		digits = 2
	default:
		digits = 3
	}
	number := fmt.Sprintf("%.*f", digits, v)
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number + " " + string(u)
}

// ms returns a duration in milliseconds.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// heapAlloc returns what runtime.MemStats calls HeapAlloc, without stopping the world for
// it: the bytes that are live, and those that the garbage collector has not found dead yet.
func heapAlloc() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// liveHeap returns the megabytes that are live.
func liveHeap() float64 {
	runtime.GC()
	runtime.GC() // what the first one only finalized
	return mega(heapAlloc())
}

func mega(bytes uint64) float64 { return float64(bytes) / 1e6 }

// heapWatch samples the heap on the real clock, whichever bubble the work is in.
type heapWatch struct {
	most atomic.Uint64
	stop chan struct{}
}

func watchHeap() *heapWatch {
	w := &heapWatch{stop: make(chan struct{})}
	go func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				w.most.Store(max(w.most.Load(), heapAlloc()))
			case <-w.stop:
				return
			}
		}
	}()
	return w
}

func (w *heapWatch) end() { close(w.stop) }

// reset forgets what was sampled so far.
func (w *heapWatch) reset() { w.most.Store(0) }

// peak returns the most that was sampled since.
func (w *heapWatch) peak() float64 { return mega(w.most.Load()) }

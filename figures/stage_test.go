//go:build figures

package figures

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"golang.org/x/sync/errgroup"

	"feebridge/app"
	"feebridge/app/staff"
	"feebridge/command"
	"feebridge/screens"
)

// A process that is told to opens a window instead of running tests: only here is it on
// the main goroutine.
func init() {
	var play func(context.Context) (readings, error)
	switch os.Getenv(envWindow) {
	case "":
		return
	case "grid":
		play = playGrid
	case "demo":
		play = playDemo
	case "pace":
		play = playPace
	}
	debug.SetTraceback("all")
	time.AfterFunc(openLimit, func() { panic("the window does not come to an end") }) // and says where it stands
	got, err := play(context.Background())
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(got)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// openLimit is how long a window may take for what it plays.
const openLimit = 3 * time.Minute

// stage is the real window in this process, with what is noted of it.
type stage struct {
	*command.Desk
	firm    command.Opened
	fyne    fyne.App
	window  fyne.Window
	content *screens.Window

	// Of the goroutine that draws:
	rows    func()              // told when the first frame with rows is painted
	painted func(time.Duration) // told what the next frame takes
	began   time.Time           // when that frame did; zero before

	mu    sync.Mutex
	read  time.Time // when the last reading of all rows began
	posts []post
}

// post is work that the screens gave to the goroutine that draws.
type post struct {
	by    string // the method of the billing screen that did; "" for others
	began time.Time
	took  time.Duration
}

func newStage(firm command.Opened) *stage {
	st := &stage{Desk: firm.App, firm: firm, fyne: fyneapp.NewWithID("org.feebridge.figures")}
	st.window = st.fyne.NewWindow("Feebridge")
	st.window.SetMaster()
	st.window.Resize(fyne.NewSize(1280, 760))
	frames := fyne.NewAnimation(time.Second, func(float32) { st.frameBegins() })
	frames.RepeatCount = fyne.AnimationRepeatForever
	frames.Start()
	return st
}

// fill makes the screens, as the program does.
func (st *stage) fill() {
	st.content = screens.New(screens.Params{
		App: st, Me: st.firm.Me, Firm: st.firm.Firm, Window: st.window, Preferences: st.fyne.Preferences(), Do: st.do,
	})
}

// Rows notes when the screens begin to read all rows.
func (st *stage) Rows(ctx context.Context, by staff.Member, q app.Query) iter.Seq2[app.InvoiceRow, error] {
	if q.Limit == 0 && q.IDs == nil {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.read = time.Now()
	}
	return st.App.Rows(ctx, by, q)
}

// Organisations are none where Xero cannot be called, so that F5 loads the list again.
func (st *stage) Organisations(ctx context.Context) ([]app.Organisation, error) {
	if st.firm.Demo == nil {
		return nil, nil
	}
	return st.App.Organisations(ctx)
}

// lastRead returns when the last reading of all rows began.
func (st *stage) lastRead() time.Time {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.read
}

// do runs what the screens post, and notes it.
func (st *stage) do(fn func()) {
	by := poster()
	fyne.Do(func() {
		began := time.Now()
		fn()
		p := post{by, began, time.Since(began)}
		st.mu.Lock()
		defer st.mu.Unlock()
		st.posts = append(st.posts, p)
	})
}

// poster names the method of the billing screen that is posting.
func poster() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if _, method, ok := strings.Cut(frame.Function, "screens.(*billingScreen)."); ok {
			method, _, _ = strings.Cut(method, ".")
			return method
		}
	}
	return ""
}

// whenRowsArePainted calls fn after the first frame that shows rows.
func (st *stage) whenRowsArePainted(fn func()) { st.rows = fn }

// run opens the window, and closes it when script has ended.
func (st *stage) run(ctx context.Context, script func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var work errgroup.Group
	st.fyne.Lifecycle().SetOnStarted(func() {
		if st.Desk != nil {
			work.Go(func() error { return st.Desk.Run(ctx) })
		}
		work.Go(func() error {
			defer cancel()
			defer fyne.Do(st.fyne.Quit)
			return script(ctx)
		})
	})
	st.window.ShowAndRun()
	if st.content != nil {
		st.content.Close()
	}
	return work.Wait()
}

// awaitPost waits for something that a method of the billing screen posts after a moment.
func (st *stage) awaitPost(by string, after time.Time) (post, error) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		st.mu.Lock()
		i := slices.IndexFunc(st.posts, func(p post) bool { return p.by == by && p.began.After(after) })
		if i >= 0 {
			defer st.mu.Unlock()
			return st.posts[i], nil
		}
		st.mu.Unlock()
	}
	return post{}, fmt.Errorf("billingScreen.%s has posted nothing", by)
}

// frameBegins is called by an animation, right before a frame is painted. The end of the
// frame is told by what comes first after it: what was posted by then, or the next frame,
// of which Fyne takes either where both are due.
func (st *stage) frameBegins() {
	st.frameEnds()
	if st.rows != nil && len(rowsIn(st.window.Content())) > 0 {
		rows := st.rows
		st.rows, st.painted = nil, func(time.Duration) { rows() }
	}
	if st.painted != nil {
		st.began = time.Now()
		fyne.Do(st.frameEnds)
	}
}

// frameEnds tells of the frame that is being painted, if any.
func (st *stage) frameEnds() {
	if st.began.IsZero() {
		return
	}
	painted, took := st.painted, time.Since(st.began)
	st.painted, st.began = nil, time.Time{}
	painted(took)
}

// act does something on the goroutine that draws, waits until a frame shows it, and
// returns what each of the two took.
func (st *stage) act(do func()) (callback, paint time.Duration) {
	done := make(chan time.Duration, 1)
	fyne.DoAndWait(func() {
		began := time.Now()
		do()
		callback = time.Since(began)
		st.painted = func(took time.Duration) { done <- took }
	})
	return callback, <-done
}

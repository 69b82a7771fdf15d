//go:build figures

package figures

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/command"
	"feebridge/data/sqlite"
	"feebridge/screens"
	"feebridge/screens/grid"
)

// playDemo opens the window of the demo firm, as `feebridge --demo` does.
func playDemo(ctx context.Context) (readings, error) {
	inMain := time.Now()
	nanos, err := strconv.ParseInt(os.Getenv(envBegan), 10, 64)
	if err != nil {
		return nil, err
	}
	began := time.Unix(0, nanos)
	demo, end, err := command.OpenDemo(ctx, command.Face{Out: os.Stderr, Err: os.Stderr})
	if err != nil {
		return nil, err
	}
	defer end()
	made := time.Now()
	st := newStage(demo)
	shown := make(chan time.Time, 1)
	st.whenRowsArePainted(func() { shown <- time.Now() })
	st.fill()
	opened := time.Now()
	r := readings{}
	err = st.run(ctx, func(ctx context.Context) error {
		painted := <-shown
		r.note("main", ms(inMain.Sub(began)))
		r.note("making", ms(made.Sub(inMain)))
		r.note("opening", ms(opened.Sub(made)))
		r.note("painting", ms(painted.Sub(opened)))
		r.note("start", ms(painted.Sub(began)))
		first := calibrate(ctx)
		r.settle(first)
		closed, err := st.closeOne(ctx, func() {
			fyne.Do(func() { st.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF5}) })
		})
		if err != nil {
			return err
		}
		r.note("closed", ms(closed))
		r.settle(between(first, calibrate(ctx)))
		r.paint(st.calibrateGL())
		return nil
	})
	return r, err
}

// playGrid opens the window of the large firm and does with its grid what people do.
func playGrid(ctx context.Context) (readings, error) {
	db, err := sqlite.Open(ctx, os.Getenv(envDB))
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	large := command.Opened{App: command.NewDesk(app.Params{Log: slog.New(slog.DiscardHandler)}, db)}
	if large.Firm, err = large.App.Firm(ctx); err != nil {
		return nil, err
	}
	if large.Me, err = large.App.Who(ctx); err != nil {
		return nil, err
	}
	st := newStage(large)
	end := func() {}
	defer func() { end() }()
	p := &player{stage: st, got: readings{}}
	err = st.run(ctx, func(ctx context.Context) error {
		time.Sleep(time.Second) // for the window to come up
		first := st.calibrateGL()
		fyne.DoAndWait(func() {
			end = screens.SignOn(screens.SignOnParams{Firm: large.Firm.Name, Window: st.window, Preferences: st.fyne.Preferences()})
		})
		before := calibrate(ctx)
		for _, part := range []func(context.Context) error{
			p.open, p.reload, p.search, p.sort, p.scroll, p.choose, p.patch, p.other,
		} {
			if err := part(ctx); err != nil {
				return err
			}
			time.Sleep(settle)
			after := calibrate(ctx)
			p.got.settle(between(before, after))
			before = after
		}
		p.got.paint((first + st.calibrateGL()) / 2)
		return nil
	})
	return p.got, err
}

// reading is something that was measured, and the loops beside it.
type reading struct {
	Value float64
	Loops loops
}

// readings are what a window measured, by its name.
type readings map[string]reading

// note notes something whose loops are not known yet.
func (r readings) note(what string, value float64) { r[what] = reading{Value: value} }

// settle gives the loops to what was noted since it was called last.
func (r readings) settle(l loops) {
	for what, one := range r {
		if one.Loops == (loops{}) {
			r[what] = reading{one.Value, l}
		}
	}
}

// paint gives all of them the loop that paints.
func (r readings) paint(gl float64) {
	for what, one := range r {
		one.Loops.GL = gl
		r[what] = one
	}
}

// settle is long enough for what follows an action after a moment.
const settle = 300 * time.Millisecond

// player measures what it does with the grid.
type player struct {
	*stage
	got  readings
	list fyne.CanvasObject // of rows
}

// p95 notes, in milliseconds, what 95 of 100 samples do not exceed.
func (p *player) p95(what string, samples []time.Duration) {
	slices.Sort(samples)
	p.got.note(what, ms(samples[(len(samples)*95+99)/100-1]))
}

// open lets the screens be made, and their rows be read and drawn for the first time.
func (p *player) open(context.Context) error {
	shown := make(chan time.Time, 1)
	began := time.Now()
	fyne.DoAndWait(func() {
		p.whenRowsArePainted(func() { shown <- time.Now() })
		p.fill()
	})
	p.got.note("first rows", ms((<-shown).Sub(began)))
	all, err := p.awaitPost("reload", began)
	if err != nil {
		return err
	}
	p.got.note("load", ms(all.began.Sub(p.lastRead())))
	time.Sleep(settle)
	p.got.note("open heap", liveHeap())
	rows := p.rows()
	if len(rows) < 10 {
		return errors.New("there are no rows to click on")
	}
	p.act(func() {
		rows[0].MouseDown(onText) // gives the list the keyboard
		p.list = p.window.Canvas().Focused().(fyne.CanvasObject)
	})
	p.act(func() { p.key(fyne.KeyEscape) })
	return nil
}

// reload presses F5 a few times.
func (p *player) reload(context.Context) error {
	var loads, swaps []time.Duration
	heap := watchHeap()
	defer heap.end()
	for range 5 {
		began := time.Now()
		p.act(func() { p.key(fyne.KeyF5) })
		swap, err := p.awaitPost("reload", began)
		if err != nil {
			return err
		}
		loads = append(loads, swap.began.Sub(p.lastRead()))
		swaps = append(swaps, swap.took)
		time.Sleep(settle)
	}
	p.got.note("reload", ms(slices.Min(loads)))
	p.got.note("swap", ms(slices.Max(swaps)))
	p.got.note("reload heap", heap.peak())
	return nil
}

// search types into the search and rubs it out again.
func (p *player) search(context.Context) error {
	var keys []time.Duration
	for _, text := range []string{"kauri joinery", "otahuhu", "inv-0512", "åse"} {
		before := p.written(p.list)
		for _, r := range text {
			took, _ := p.act(func() { p.window.Canvas().Focused().TypedRune(r) })
			keys = append(keys, took)
		}
		if p.written(p.list) == before {
			return fmt.Errorf("searching %q has shown no other rows", text)
		}
		for range []rune(text) {
			took, _ := p.act(func() { p.key(fyne.KeyBackspace) })
			keys = append(keys, took)
		}
	}
	p.p95("key", keys)
	p.act(func() { p.key(fyne.KeyEscape) })
	return nil
}

// sort clicks on the title of a column.
func (p *player) sort(context.Context) error {
	title, err := p.title("Client")
	if err != nil {
		return err
	}
	var clicks []time.Duration
	for range 20 {
		before := p.written(p.list)
		took, _ := p.act(func() { title.Tapped(&fyne.PointEvent{}) })
		clicks = append(clicks, took)
		if p.written(p.list) == before {
			return errors.New("sorting has shown no other rows")
		}
	}
	p.p95("sort", clicks)
	return nil
}

// scroll turns the wheel by rows and by pages.
func (p *player) scroll(context.Context) error {
	var list fyne.Scrollable
	var height float32
	p.walk(p.list, func(o fyne.CanvasObject) {
		if s, ok := o.(fyne.Scrollable); ok {
			list, height = s, o.Size().Height
		}
	})
	if list == nil {
		return errors.New("there is nothing to scroll")
	}
	page := int(height / grid.RowHeight)
	p.got.note("page rows", float64(page))
	for _, s := range []struct {
		what string
		rows int
	}{{"row", 1}, {"page", page}} {
		before := p.written(p.list)
		var callbacks, painted []time.Duration
		for range 200 {
			wheel := &fyne.ScrollEvent{Scrolled: fyne.Delta{DY: -grid.RowHeight * float32(s.rows)}}
			callback, paint := p.act(func() { list.Scrolled(wheel) })
			callbacks, painted = append(callbacks, callback), append(painted, callback+paint)
		}
		if p.written(p.list) == before {
			return errors.New("scrolling has shown no other rows")
		}
		p.p95(s.what, callbacks)
		p.p95(s.what+" painted", painted)
	}
	return nil
}

// choose clicks on rows, and selects all.
func (p *player) choose(context.Context) error {
	rows := p.rows()
	var clicks, alls []time.Duration
	for i := range 200 {
		took, _ := p.act(func() { rows[i%len(rows)].MouseDown(onText) })
		clicks = append(clicks, took)
	}
	p.p95("click", clicks)
	for range 20 {
		took, _ := p.act(func() { p.window.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{}) })
		alls = append(alls, took)
		time.Sleep(settle)
		if !strings.Contains(p.written(p.window.Content()), "100,000 selected") {
			return errors.New("Ctrl+A has not selected all")
		}
		p.act(func() { p.key(fyne.KeyEscape) })
	}
	p.p95("select all", alls)
	return nil
}

// patch holds 50 invoices back and releases them, while the grid is sorted by their state.
func (p *player) patch(ctx context.Context) error {
	title, err := p.title("Xero Export")
	if err != nil {
		return err
	}
	p.act(func() { title.Tapped(&fyne.PointEvent{}) })
	var ids []billing.InvoiceID
	for row, err := range p.App.Rows(ctx, p.firm.Me, app.Query{}) {
		if err != nil {
			return err
		}
		if row.Stage == (billing.Stage{Status: billing.Finalized}) && len(ids) < 50 {
			ids = append(ids, row.ID)
		}
	}
	var patches []time.Duration
	for i := range 20 {
		move := p.Hold
		if i%2 == 1 {
			move = p.Release
		}
		began := time.Now()
		if _, err := move(ctx, p.firm.Me, ids); err != nil {
			return err
		}
		patch, err := p.awaitPost("patch", began)
		if err != nil {
			return err
		}
		patches = append(patches, patch.took)
		time.Sleep(settle)
	}
	p.p95("patch", patches)
	return nil
}

// other notes the longest work that the screens posted besides.
func (p *player) other(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	longest := time.Duration(0)
	for _, post := range p.posts {
		if post.by == "" {
			longest = max(longest, post.took)
		}
	}
	p.got.note("other", ms(longest))
	return nil
}

// key types a key as the window would pass it on.
func (p *player) key(name fyne.KeyName) {
	p.window.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name})
}

// onText is a click on the text of a row.
var onText = &desktop.MouseEvent{
	PointEvent: fyne.PointEvent{Position: fyne.NewPos(100, grid.RowHeight/2)}, Button: desktop.MouseButtonPrimary,
}

// rows returns the rows in sight.
func (p *player) rows() (rows []desktop.Mouseable) {
	fyne.DoAndWait(func() { rows = rowsIn(p.window.Content()) })
	return rows
}

// rowsIn returns the rows that are shown of an object, on the goroutine that draws.
func rowsIn(root fyne.CanvasObject) (rows []desktop.Mouseable) {
	walk(root, func(o fyne.CanvasObject) {
		row, ok := o.(desktop.Mouseable)
		if _, takesKeys := o.(fyne.Focusable); ok && !takesKeys { // a field, else
			rows = append(rows, row)
		}
	})
	return rows
}

// written returns what is written in a part of the window.
func (p *player) written(root fyne.CanvasObject) string {
	var texts []string
	p.walk(root, func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *canvas.Text:
			texts = append(texts, o.Text)
		case *widget.Label:
			texts = append(texts, o.Text)
		}
	})
	return strings.Join(texts, "\n")
}

// title returns the title of a column.
func (p *player) title(text string) (found fyne.Tappable, err error) {
	p.walk(p.window.Content(), func(o fyne.CanvasObject) {
		title, ok := o.(fyne.Tappable)
		if w, isWidget := o.(fyne.Widget); ok && isWidget {
			for _, part := range test.WidgetRenderer(w).Objects() {
				if t, ok := part.(*canvas.Text); ok && t.Text == text {
					found = title
				}
			}
		}
	})
	if found == nil {
		return nil, errors.New("there is no column " + text)
	}
	return found, nil
}

// walk visits what is shown of an object.
func (p *player) walk(root fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	fyne.DoAndWait(func() { walk(root, visit) })
}

// walk visits what is shown of an object, on the goroutine that draws.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	var parts []fyne.CanvasObject
	switch o := o.(type) {
	case fyne.Widget:
		parts = test.WidgetRenderer(o).Objects()
	case *fyne.Container:
		parts = o.Objects
	}
	for _, part := range parts {
		walk(part, visit)
	}
}

package screens

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/staff"
	"feebridge/assets/translations"
	"feebridge/screens/style"
)

// trial is a window over a fakeApp. What the window posts and the timers it sets wait
// until the test lets them run.
type trial struct {
	*testing.T
	fake      *fakeApp
	real      App // takes the place of the fake; nil for none
	window    fyne.Window
	w         *Window
	opened    []string // addresses
	explored  int      // how often the demo firm was opened
	notified  []string // what the system was told
	simulator string   // "" for a firm of one's own
	crash     *Crash   // that the window is to tell of
	earlier   *Earlier // the same
	file      func(name string, data []byte) (app.Sheet, error)

	mu     sync.Mutex
	woken  chan struct{} // something was posted
	posted []func()
	timers []*timer
	time   time.Time
}

type timer struct {
	at  time.Time
	run func()
}

// TestMain fixes the language: numbers and dates are written as the system does.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"LC_ALL": "", "LANGUAGE": "", "LANG": "en_US.UTF-8"} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// newTrial opens the window for an Admin, with everything loaded.
func newTrial(t *testing.T, fake *fakeApp) *trial {
	return newTrialAs(t, fake, staff.Founder("s1", "Olivia Hart"))
}

// newTrialAs opens the window for a member of staff, with everything loaded.
func newTrialAs(t *testing.T, fake *fakeApp, me staff.Member) *trial {
	b := newDesk(t, fake)
	b.open(me)
	b.settle()
	return b
}

// newDesk makes a trial whose window is not filled yet.
func newDesk(t *testing.T, fake *fakeApp) *trial {
	deadline.Watch(t)
	b := &trial{T: t, fake: fake, time: fakeNow, woken: make(chan struct{}, 1), simulator: "http://127.0.0.1:1"}
	a := test.NewTempApp(t)
	a.Settings().SetTheme(style.Fixed(theme.VariantLight))
	b.window = a.NewWindow("Feebridge")
	b.window.Resize(fyne.NewSize(1280, 760))
	return b
}

// open fills the window for a member of staff and begins to load.
func (b *trial) open(me staff.Member) {
	var a App = b.fake
	if b.real != nil {
		a = b.real
	}
	b.w = New(Params{
		App: a, Me: me, Firm: app.Firm{Name: "Hart & Partners", Currency: "NZD"}, Window: b.window,
		Preferences: fyne.CurrentApp().Preferences(), Do: b.post, Versions: "Feebridge 0.1.0\nSQLite 3", Simulator: b.simulator,
		ReadFile:  os.ReadFile,
		ReadSheet: func(name string, data []byte) (app.Sheet, error) { return b.file(name, data) },
		OpenURL:   func(address string) { b.opened = append(b.opened, address) },
		Explore:   func() { b.explored++ },
		Notify:    func(title, text string) { b.notified = append(b.notified, title+": "+text) },
		after:     b.after, now: b.now, Crash: b.crash, Earlier: b.earlier,
	})
	b.Cleanup(b.w.Close)
	b.Cleanup(func() { _ = b.text() }) // and so that no key is shown at the end
}

func (b *trial) post(fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posted = append(b.posted, fn)
	select {
	case b.woken <- struct{}{}:
	default:
	}
}

func (b *trial) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.time
}

func (b *trial) after(d time.Duration, fn func()) func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := &timer{at: b.time.Add(d), run: fn}
	b.timers = append(b.timers, t)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.timers = slices.DeleteFunc(b.timers, func(o *timer) bool { return o == t })
	}
}

// drain runs what was posted, and reports whether there was anything.
func (b *trial) drain() bool {
	b.mu.Lock()
	posted := b.posted
	b.posted = nil
	b.mu.Unlock()
	for _, fn := range posted {
		fn()
	}
	return len(posted) > 0
}

// settle lets all work end, and every burst.
func (b *trial) settle() {
	b.Helper()
	for end := time.Now().Add(deadline.Thing); ; {
		deadline.Wait(b, b.w.work.Wait, "the work of the window")
		if !b.drain() && !b.fire(b.now().Add(together)) {
			return
		}
		if time.Now().After(end) {
			b.Fatalf("The window has always found something more to do for %v.", deadline.Thing)
		}
	}
}

// pass lets time pass, and everything that follows happen.
func (b *trial) pass(d time.Duration) {
	b.mu.Lock()
	b.time = b.time.Add(d)
	b.mu.Unlock()
	b.fire(b.now())
	b.settle()
}

// fire runs the timers that are due by then, and reports whether there was any.
func (b *trial) fire(by time.Time) bool {
	b.mu.Lock()
	var due []*timer
	b.timers = slices.DeleteFunc(b.timers, func(t *timer) bool {
		if t.at.After(by) {
			return false
		}
		due = append(due, t)
		return true
	})
	b.mu.Unlock()
	for _, t := range due {
		t.run()
	}
	return len(due) > 0
}

// visible yields what is to be seen, of the topmost dialog or menu when there is one.
func (b *trial) visible() []fyne.CanvasObject {
	root := b.window.Canvas().Content()
	if top := b.window.Canvas().Overlays().Top(); top != nil {
		root = top
	}
	return objects(root)
}

func objects(root fyne.CanvasObject) []fyne.CanvasObject {
	if root == nil || !root.Visible() {
		return nil
	}
	all := []fyne.CanvasObject{root}
	var children []fyne.CanvasObject
	switch o := root.(type) {
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	case *fyne.Container:
		children = o.Objects
	}
	for _, c := range children {
		all = append(all, objects(c)...)
	}
	return all
}

// text returns all that is written to be seen.
func (b *trial) text() string {
	var words []string
	for _, o := range b.visible() {
		switch o := o.(type) {
		case *canvas.Text:
			b.leaked(o.Text)
			words = append(words, o.Text)
		case *widget.Label: // whose lines are drawn one by one
			if strings.Contains(o.Text, " ") {
				words = append(words, o.Text)
			}
		}
	}
	return strings.ReplaceAll(strings.Join(words, "\n"), "\u00a0", " ") // which parts a currency from its amount
}

// keys are those of the translations, which nobody is to see.
var keys = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	data, err := translations.Files.ReadFile("en.json")
	var texts map[string]any
	if err == nil {
		err = json.Unmarshal(data, &texts)
	}
	if err != nil {
		panic(err)
	}
	for key := range texts {
		all[key] = true
	}
	return all
})

// leaked fails where the key of a text is shown instead of the text.
func (b *trial) leaked(text string) {
	b.Helper()
	if keys()[text] {
		b.Errorf("the key %q is shown instead of its text", text)
	}
}

// see fails unless every text is to be seen.
func (b *trial) see(texts ...string) {
	b.Helper()
	all := b.text()
	for _, text := range texts {
		if !strings.Contains(all, text) {
			b.Errorf("%q is not to be seen in:\n%s", text, all)
		}
	}
}

// notSee fails if one of the texts is to be seen.
func (b *trial) notSee(texts ...string) {
	b.Helper()
	all := b.text()
	for _, text := range texts {
		if strings.Contains(all, text) {
			b.Errorf("%q is to be seen in:\n%s", text, all)
		}
	}
}

// button returns the button with that text, which may be a key of the translations.
func (b *trial) button(text string) *button {
	b.Helper()
	text = lang.L(text)
	for _, o := range b.visible() {
		if found, ok := o.(*button); ok && found.Text == text {
			return found
		}
	}
	b.Fatalf("there is no button %q in:\n%s", text, b.text())
	return nil
}

// tap presses the button with that text, which may be a key of the translations.
func (b *trial) tap(text string) {
	b.Helper()
	found := b.button(text)
	if found.Disabled() {
		b.Fatalf("the button %q is disabled", text)
	}
	test.Tap(found)
	b.settle()
}

// row returns the row of the list that shows a text, as far as it is in sight.
func (b *trial) row(text string) fyne.CanvasObject {
	b.Helper()
	for _, o := range b.visible() {
		if _, isRow := o.(fyne.DoubleTappable); !isRow {
			continue
		}
		for _, part := range test.WidgetRenderer(o.(fyne.Widget)).Objects() {
			if t, ok := part.(*canvas.Text); ok && t.Text == text {
				return o
			}
		}
	}
	b.Fatalf("no row shows %q", text)
	return nil
}

// cells returns what the row that shows a text says, from left to right.
func (b *trial) cells(text string) string {
	b.Helper()
	var cells []string
	for _, part := range test.WidgetRenderer(b.row(text).(fyne.Widget)).Objects() {
		if t, ok := part.(*canvas.Text); ok && t.Text != "" && t.Visible() {
			cells = append(cells, t.Text)
		}
	}
	return strings.ReplaceAll(strings.Join(cells, " | "), "\u00a0", " ")
}

// click clicks on the row that shows a text, with keys held down.
func (b *trial) click(text string, with fyne.KeyModifier) {
	b.Helper()
	row := b.row(text).(desktop.Mouseable)
	row.MouseDown(&desktop.MouseEvent{
		PointEvent: fyne.PointEvent{Position: fyne.NewPos(200, 10)}, Button: desktop.MouseButtonPrimary, Modifier: with,
	})
	b.settle()
}

// doubleClick opens the row that shows a text.
func (b *trial) doubleClick(text string) {
	b.Helper()
	b.click(text, 0)
	b.row(text).(fyne.DoubleTappable).DoubleTapped(&fyne.PointEvent{Position: fyne.NewPos(200, 10)})
	b.settle()
}

// pick picks the item of the open menu that begins with a text, which may be a key of the
// translations. A greyed one does nothing.
func (b *trial) pick(text string) {
	b.Helper()
	text = lang.L(text)
	for _, o := range b.visible() {
		item, ok := o.(fyne.Tappable)
		if _, isMenu := o.(*widget.PopUpMenu); isMenu || !ok {
			continue
		}
		for _, part := range test.WidgetRenderer(o.(fyne.Widget)).Objects() {
			if t, isText := part.(*canvas.Text); isText && strings.HasPrefix(t.Text, text) {
				test.Tap(item)
				b.settle()
				return
			}
		}
	}
	b.Fatalf("no item %q in:\n%s", text, b.text())
}

// key types a key as the window would get it.
func (b *trial) key(name fyne.KeyName) {
	ev := &fyne.KeyEvent{Name: name}
	if focused := b.window.Canvas().Focused(); focused != nil {
		focused.TypedKey(ev)
	} else {
		b.window.Canvas().OnTypedKey()(ev)
	}
	b.settle()
}

// typeText types text as the window would get it.
func (b *trial) typeText(text string) {
	for _, r := range text {
		if focused := b.window.Canvas().Focused(); focused != nil {
			focused.TypedRune(r)
		} else {
			b.window.Canvas().OnTypedRune()(r)
		}
	}
	b.settle()
}

// control types a shortcut as the window would get it.
func (b *trial) control(key fyne.KeyName) {
	var s fyne.Shortcut = &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	switch key {
	case fyne.KeyA:
		s = &fyne.ShortcutSelectAll{}
	case fyne.KeyC:
		s = &fyne.ShortcutCopy{Clipboard: fyne.CurrentApp().Clipboard()}
	}
	_, custom := s.(*desktop.CustomShortcut)
	_, typing := b.window.Canvas().Focused().(*entry)
	focused, ok := b.window.Canvas().Focused().(fyne.Shortcutable)
	if ok && (typing || !custom) {
		focused.TypedShortcut(s)
	} else { // the rows pass it to the canvas, which is deaf in tests
		b.w.keys.shortcuts.TypedShortcut(s)
	}
	b.settle()
}

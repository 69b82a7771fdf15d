// Package screens is the window: what a person sees of the firm's billing and does with
// it. It asks the use cases of package app, knows neither the database nor Xero, and
// leaves the drawing of many rows to package grid and the look to package style.
package screens

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// App is what the window asks of the application; each screen declares its own part.
type App interface {
	frameApp
	billingApp
	exportApp
	importApp
	connectionApp
	mappingApp
	// Subscribe calls fn with what changed, from any goroutine.
	Subscribe(fn func([]app.Change))
}

// Params are what a window is made of.
type Params struct {
	App         App
	Me          staff.Member // who acts
	Firm        app.Firm
	Window      fyne.Window
	Preferences fyne.Preferences
	// Do runs a function on the goroutine that draws, soon; nil takes Fyne's.
	Do func(func())
	// ReadSheet reads a file of invoices. Its error is shown to the person as it is.
	ReadSheet func(name string, data []byte) (app.Sheet, error)
	OpenURL   func(string) // opens an address in the browser
	Explore   func()       // opens the demo firm beside this one
	// Simulator is the page where a person plays the Xero side; "" where Xero is the
	// live one. With it, the firm is the demo firm.
	Simulator string
	Version   string

	// For tests: what runs a function after a while, and the clock.
	after func(time.Duration, func()) (cancel func())
	now   func() time.Time
}

// Window is the content of the application's window. Its methods are called on the
// goroutine that draws.
type Window struct {
	*shell
	frame       *frame
	billing     *billingScreen
	imports     *imports
	mappings    *mappings
	connections *connections
	clients     burst[billing.ClientID]
	runs        burst[bool]
	orgs        burst[bool]
}

// New fills the window and begins to load what it shows.
func New(p Params) *Window {
	learnWords()
	now := p.now
	if now == nil {
		now = time.Now
	}
	s := &shell{
		ui: newUI(p.Do, p.after), window: p.Window, preferences: p.Preferences,
		format: style.System(), me: p.Me, firm: p.Firm, openURL: p.OpenURL, now: now,
	}
	w := &Window{shell: s}
	s.keys = newKeyboard(p.Window.Canvas(), w.typed)
	s.dialogs = &dialogs{window: p.Window, keys: s.keys}
	applyTheme(s.preferences.String(themeKey))

	p.App.Subscribe(func(changes []app.Change) { s.do(func() { w.changed(changes) }) })
	w.billing = newBillingScreen(s, p.App, style.Locale())
	s.notice = w.billing.tellInPassing
	w.imports = newImports(s, p.App, p.ReadSheet)
	w.billing.pick, w.billing.explore = w.imports.pick, p.Explore
	w.mappings = newMappings(s, p.App)
	w.connections = newConnections(s, p.App, w.mappings)
	w.billing.exports.connect = w.connections.connect
	w.frame = newFrame(s, p, w.billing, w.connections)
	w.billing.setUp = w.frame.setUpFirm

	w.clients = burst[billing.ClientID]{ui: s.ui, wait: together, flush: w.clientsChanged}
	w.runs = burst[bool]{ui: s.ui, wait: together, flush: func([]bool) { w.billing.exports.changed() }}
	w.orgs = burst[bool]{ui: s.ui, wait: together, flush: func([]bool) { w.organisationsChanged() }}

	content := container.NewBorder(w.frame.top, nil, nil, nil, w.billing.content)
	p.Window.SetPadded(false)
	p.Window.SetContent(container.New(&watchedSize{changed: w.resized}, content))
	p.Window.SetOnDropped(func(_ fyne.Position, files []fyne.URI) { w.imports.drop(files) })
	w.addShortcuts()

	w.frame.load()
	w.billing.exports.resume()
	w.billing.showFirst() // in the first frame, if they were read by now
	return w
}

// Close ends what runs in the background and waits for it. Nothing is drawn afterwards.
func (w *Window) Close() { w.close() }

// Focus gives the keys to the list, once the window is there to have them. Any
// goroutine may call it.
func (w *Window) Focus() { w.do(w.billing.grid.Focus) }

// Quit closes the window as a person would. Any goroutine may call it.
func (w *Window) Quit() { w.do(w.window.Close) }

// resized arranges the parts for the window's size.
func (w *Window) resized(size fyne.Size) {
	if narrow := size.Width < narrowBelow; narrow != w.narrow {
		w.narrow = narrow
		w.frame.arrange()
		w.billing.arrange()
	}
	w.dialogs.resized()
}

// changed passes on what changed, in whichever process.
func (w *Window) changed(changes []app.Change) {
	for _, c := range changes {
		switch c.Subject {
		case "invoice":
			w.billing.changed.add(billing.InvoiceID(c.ID))
		case "client":
			w.clients.add(billing.ClientID(c.ID))
		case "run":
			w.runs.add(true)
		case "organisation":
			w.orgs.add(true)
			w.runs.add(true)
		}
	}
}

func (w *Window) clientsChanged(ids []billing.ClientID) {
	w.frame.loadClients()
	w.billing.renamed(ids)
}

func (w *Window) organisationsChanged() {
	w.frame.loadOrganisation()
	w.connections.changed()
}

// addShortcuts makes the shortcuts known that work wherever the focus is.
func (w *Window) addShortcuts() {
	b := w.billing
	w.keys.control(fyne.KeyF, func() { w.window.Canvas().Focus(b.search) })
	w.keys.control(fyne.KeyE, b.exportSelected)
	w.keys.control(fyne.KeyO, w.imports.pick)
	w.keys.control(fyne.KeyK, w.frame.entity.open)
	w.keys.control(fyne.KeyA, b.selectShown)
	w.keys.control(fyne.KeyC, b.copyRows)
	w.window.Canvas().SetOnTypedRune(func(r rune) {
		if r != ' ' && w.window.Canvas().Overlays().Top() == nil {
			w.window.Canvas().Focus(b.search)
			b.search.TypedRune(r)
		}
	})
}

// typed does what a key means that no focused widget has used.
func (w *Window) typed(ev *fyne.KeyEvent) {
	switch {
	case w.dialogs.top() != nil:
		w.dialogs.typed(ev)
	case w.imports.picker != nil && ev.Name == fyne.KeyEscape:
		w.imports.picker.Dismiss()
	case w.window.Canvas().Overlays().Top() != nil:
	case ev.Name == fyne.KeyEscape:
		w.billing.escape()
	case ev.Name == fyne.KeyF5:
		w.billing.reload()
	case w.window.Canvas().Focused() == nil:
		w.wakeList(ev)
	}
}

// wakeList gives a key to the list where nothing has the focus, as at the start or after
// a click beside everything. The arrows only show where the list's cursor is.
func (w *Window) wakeList(ev *fyne.KeyEvent) {
	w.billing.grid.Focus()
	list := w.window.Canvas().Focused()
	if list != nil && ev.Name != fyne.KeyDown && ev.Name != fyne.KeyUp {
		list.TypedKey(ev)
	}
}

// Package screens is the window: what a person sees of the firm's billing and does with
// it. It asks the use cases of package app, knows neither the database nor Xero, and
// leaves the drawing of many rows to package grid and the look to package style.
package screens

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

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
	editorApp
	clientsApp
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
	pages       *pages
	billing     *billingScreen
	editor      *editor
	register    *clientsPage
	imports     *imports
	mappings    *mappings
	connections *connections
	unsaved     task
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
	w.pages = newPages(w.billing.page)
	s.notice = func(text string) { w.pages.front.notice(text) }
	w.editor = w.newEditor(p.App)
	w.register = newClientsPage(s, p.App, style.Locale())
	w.register.page.escape = w.openBilling
	w.register.narrowTo = func(id billing.ClientID) {
		w.openBilling()
		w.billing.entity.choose(string(id))
	}
	w.imports = newImports(s, p.App, p.ReadSheet)
	w.billing.pick, w.billing.explore = w.imports.pick, p.Explore
	w.mappings = newMappings(s, p.App)
	w.connections = newConnections(s, p.App, w.mappings)
	w.billing.exports.connect = w.connections.connect
	w.frame = newFrame(s, p, w.billing, w.connections)
	w.frame.pages = w.pages
	w.frame.places = []place{{lang.L("Billing"), w.billing.page}, {lang.L("Clients"), w.register.page}}
	w.billing.setUp = w.frame.setUpFirm

	w.clients = burst[billing.ClientID]{ui: s.ui, wait: together, flush: w.clientsChanged}
	w.runs = burst[bool]{ui: s.ui, wait: together, flush: func([]bool) { w.billing.exports.changed() }}
	w.orgs = burst[bool]{ui: s.ui, wait: together, flush: func([]bool) { w.organisationsChanged() }}

	content := container.NewBorder(w.frame.top, nil, nil, nil, w.pages.holder)
	p.Window.SetPadded(false)
	p.Window.SetContent(container.New(&watchedSize{changed: w.resized}, content))
	p.Window.SetOnDropped(func(_ fyne.Position, files []fyne.URI) { w.imports.drop(files) })
	w.addShortcuts()

	w.frame.load()
	w.billing.exports.resume()
	w.unsaved = task{ui: s.ui}
	w.offerUnsaved()
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
		w.pages.front.arrange()
	}
	w.dialogs.resized()
}

// changed passes on what changed, in whichever process.
func (w *Window) changed(changes []app.Change) {
	for _, c := range changes {
		switch c.Subject {
		case "invoice":
			w.billing.changed.add(billing.InvoiceID(c.ID))
			if d := w.editor.draft; d != nil && d.Invoice == billing.InvoiceID(c.ID) {
				w.editor.refresh()
			}
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

func (w *Window) openBilling() { w.pages.open(w.billing.page) }

func (w *Window) clientsChanged(ids []billing.ClientID) {
	if w.pages.front == w.register.page {
		w.register.load()
	}
	w.frame.loadClients()
	w.billing.renamed(ids)
}

func (w *Window) organisationsChanged() {
	w.frame.loadOrganisation()
	w.connections.changed()
}

// newEditor makes the page on which invoices are written, and ties it to the list.
func (w *Window) newEditor(a editorApp) *editor {
	b := w.billing
	e := newEditor(w.shell, a)
	e.front = w.pages.open
	e.gone = func(id billing.InvoiceID) {
		w.pages.open(b.page)
		if w.pages.front == b.page && b.listed(id) {
			b.grid.Select(id)
		}
	}
	e.export = func(id billing.InvoiceID) {
		if r, listed := b.grid.Row(id); listed {
			b.confirmExport([]*app.InvoiceRow{r})
		}
	}
	e.nameOf = b.entity.textOf
	e.history = b.showHistory
	b.write, b.begin = e.open, func() { e.begin(b.client) }
	return e
}

// addShortcuts makes the shortcuts known that work wherever the focus is.
func (w *Window) addShortcuts() {
	b, e := w.billing, w.editor
	on := func(p *page, do func()) func() {
		return func() {
			if w.pages.front == p {
				do()
			}
		}
	}
	w.keys.control(fyne.KeyF, func() {
		if search := w.pages.front.search; search != nil {
			w.window.Canvas().Focus(search)
		}
	})
	w.keys.control(fyne.KeyE, func() {
		if w.pages.front == e.page {
			e.exportNow()
			return
		}
		on(b.page, b.exportSelected)()
	})
	w.keys.control(fyne.KeyO, w.imports.pick)
	w.keys.control(fyne.KeyK, w.frame.entity.open)
	w.keys.control(fyne.KeyN, func() { b.begin() })
	w.keys.control(fyne.KeyA, on(b.page, b.selectShown))
	w.keys.control(fyne.KeyC, on(b.page, b.copyRows))
	w.keys.control(fyne.KeyS, on(e.page, func() { e.saveThen(func() {}) }))
	w.keys.control(fyne.KeyL, on(e.page, e.saveAndFinalize))
	w.window.Canvas().SetOnTypedRune(func(r rune) {
		if search := w.pages.front.search; search != nil && r != ' ' && w.window.Canvas().Overlays().Top() == nil {
			w.window.Canvas().Focus(search)
			search.TypedRune(r)
		}
	})
}

// typed does what a key means that no focused widget has used.
func (w *Window) typed(ev *fyne.KeyEvent) {
	front := w.pages.front
	switch {
	case w.dialogs.top() != nil:
		w.dialogs.typed(ev)
	case w.imports.picker != nil && ev.Name == fyne.KeyEscape:
		w.imports.picker.Dismiss()
	case w.window.Canvas().Overlays().Top() != nil:
	case ev.Name == fyne.KeyEscape:
		front.escape()
	case ev.Name == fyne.KeyF5 && front.reload != nil:
		front.reload()
	case front.key != nil && w.window.Canvas().Focused() == nil:
		front.key(ev)
	}
}

// Package screens is the window: what a person sees of the firm's billing and does with
// it. It asks the use cases of package app, knows neither the database nor Xero, and
// leaves the drawing of many rows to package grid and the look to package style.
package screens

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
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
	runsApp
	settingsApp
	staffApp
	trailApp
	paperApp
	backupApp
	setupApp
	// Subscribe calls fn with what changed, from any goroutine, until stop is called.
	Subscribe(fn func([]app.Change)) (stop func())
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
	// ReadFile reads a file that a person chose, whole. Its error, too, is shown as it is.
	ReadFile func(path string) ([]byte, error)
	// ReadSheet reads a file of invoices. Its error is shown to the person as it is.
	ReadSheet func(name string, data []byte) (app.Sheet, error)
	// WriteSheet writes a file of cells, as CSV or XLSX by its name.
	WriteSheet func(path string, cells [][]app.SheetCell) error
	// WriteTemplate writes a template for Xero's import, in several files beside path where one can't hold it, and
	// returns their paths.
	WriteTemplate func(path string, sheets [][][]app.SheetCell) ([]string, error)
	// WritePaper writes an invoice as PDF. Without a path it chooses one. It returns where
	// the file is.
	WritePaper func(d app.Document, path string) (string, error)
	OpenFile   func(path string) // opens a file in the system's viewer
	ChooseFile FileChooser       // nil takes the toolkit's dialog
	OpenURL    func(string)      // opens an address in the browser
	// Notify tells something through the operating system, while the window is in the
	// background; nil tells nothing there.
	Notify func(title, text string)
	// Switch lets another member of staff act, in the demo firm; nil where each signs in.
	Switch func(staff.Member)
	// Restore puts a copy in the place of the database; the window closes for it. It is nil
	// where nothing can be restored.
	Restore func(path string)
	SignOut func() // lets another member sign in; nil where nobody needs to
	Explore func() // opens the demo firm beside this one
	// Simulator is the page where a person plays the Xero side; "" where Xero is the
	// live one. With it, the firm is the demo firm.
	Simulator string
	// Versions are of the program and of what is in it, for the person who helps.
	Versions string

	// Crash is what a run of Feebridge left that crashed; nil for none, or where the person has been told.
	Crash *Crash
	// Earlier is where an earlier version kept the data; nil if there is nothing to tell of it.
	Earlier *Earlier

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
	settings    *settings
	team        *team
	trail       *trailPage
	history     *runsPage
	paper       *paper
	backups     *backups
	unsubscribe func()
	imports     *imports
	mappings    *mappings
	connections *connections
	helping     *helping
	wanted      billing.InvoiceID // is to be shown; "" for none
	returning   string            // the page to open at; "" for the list
	unsaved     task
	self        task // reads what who acts is permitted
	clients     burst[billing.ClientID]
	runs        burst[bool]
	orgs        burst[bool]
}

// wantedAgain is how long an invoice waits that cannot be shown yet, before that is tried again.
const wantedAgain = 300 * time.Millisecond

// New fills the window and begins to load what it shows.
func New(p Params) *Window {
	learnWords()
	now := p.now
	if now == nil {
		now = time.Now
	}
	s := &shell{
		ui: newUI(p.Do, p.after), window: p.Window, preferences: p.Preferences,
		format: style.System(), firm: p.Firm, openURL: p.OpenURL, chooseFile: p.ChooseFile,
		readFile: p.ReadFile, writeSheet: p.WriteSheet, writeTemplate: p.WriteTemplate, now: now,
	}
	w := &Window{shell: s}
	s.seat(p.Me)
	s.keys = newKeyboard(p.Window.Canvas(), w.typed)
	s.dialogs = &dialogs{window: p.Window, keys: s.keys}
	s.keys.front = s.dialogs.content
	w.helping = newHelping(s)
	applyTheme(s.preferences.String(themeKey))

	w.unsubscribe = p.App.Subscribe(func(changes []app.Change) { s.do(func() { w.changed(changes) }) })
	w.billing = newBillingScreen(s, p.App, style.Locale())
	w.pages = newPages(w.billing.page)
	s.notice = func(text string) { w.pages.front.notice(text) }
	w.editor = w.newEditor(p.App)
	w.register = newClientsPage(s, p.App, style.Locale())
	w.register.page.escape = func() {
		if !w.register.escape() {
			w.openBilling()
		}
	}
	w.billing.openClientAt = w.register.editAt
	w.register.narrowTo = func(id billing.ClientID) {
		w.openBilling()
		w.billing.entity.choose(string(id))
	}
	w.settings = newSettings(s, p.App, p.ReadSheet, w.firmChanged)
	w.team = newTeam(s, p.App)
	w.billing.staff = w.team.open
	w.trail = newTrailPage(s, p.App, style.Locale())
	w.trail.page.escape = w.openBilling
	w.history = newRunsPage(s, p.App, p.Versions, style.Locale())
	w.history.page.escape = w.leaveHistory
	w.history.show, w.history.again = w.Show, w.billing.tryAgain
	w.billing.exports.done = w.tellDone
	w.billing.exports.support = w.history.support
	w.billing.exports.history = func(id app.RunID) { w.pages.openThen(w.history.page, func() { w.history.openRun(id) }) }
	w.paper = &paper{shell: s, app: p.App, write: p.WritePaper, open: p.OpenFile}
	w.editor.print, w.editor.savePaper, w.billing.print = w.paper.preview, w.paper.save, w.paper.preview
	w.backups = newBackups(s, p.App, p.Restore)
	w.imports = newImports(s, p.App, p.ReadSheet)
	w.billing.pick, w.billing.explore = w.imports.pick, p.Explore
	w.mappings = newMappings(s, p.App)
	w.billing.openMapping = func(t ledger.TenantID, row ledger.MappingRow) { w.mappings.openAt(t, row, func() {}) }
	w.connections = newConnections(s, p.App, w.mappings)
	w.billing.exports.connect, w.billing.exports.reviews.fixes = w.connections.connect, windowFixes{w}
	w.settings.reviews = w.billing.exports.reviews
	w.billing.news.notify = p.Notify
	w.billing.tellCrash(p.Crash)
	w.billing.tellEarlier(p.Earlier)
	w.frame = newFrame(s, p, w.billing, w.connections)
	w.frame.pages = w.pages
	w.frame.places = []place{{lang.L("billing.title"), w.billing.page}, {lang.L("clients.title"), w.register.page}, {lang.L("runs.title"), w.history.page}, {lang.L("trail.title"), w.trail.page}}
	w.frame.help = w.openHelp
	w.frame.settings, w.frame.team, w.frame.backups = w.settings, w.team, w.backups
	w.billing.setup.demo = p.Simulator != ""
	w.billing.setup.firm, w.billing.setup.connect = w.frame.setUpFirm, w.connections.connect
	w.billing.setup.mapping = func() { w.mappings.open("") }
	w.mappings.saved = w.billing.setup.load

	w.clients = burst[billing.ClientID]{ui: s.ui, wait: together, flush: w.clientsChanged}
	w.runs = burst[bool]{ui: s.ui, wait: together, flush: func([]bool) { w.runsChanged() }}
	w.orgs = burst[bool]{ui: s.ui, wait: together, flush: func([]bool) { w.organisationsChanged() }}

	content := container.NewBorder(container.NewVBox(w.frame.top, w.backups.banner), nil, nil, nil, w.pages.holder)
	p.Window.SetPadded(false)
	p.Window.SetContent(container.New(&watchedSize{changed: w.resized}, content))
	p.Window.SetOnDropped(func(_ fyne.Position, files []fyne.URI) { w.imports.drop(files) })
	w.addShortcuts()

	w.unsaved, w.self = task{ui: s.ui}, task{ui: s.ui}
	if p.Simulator == "" { // the demo begins where it always does
		w.returnToView()
	}
	w.billing.showFirst() // in the first frame, if they were read by now
	s.after(together, func() { s.do(w.load) })
	return w
}

// load begins to load what is around the list, which would delay the first rows.
func (w *Window) load() {
	w.frame.load()
	w.billing.exports.resume()
	w.billing.underWay.load()
	w.billing.setup.load()
	w.offerUnsaved()
	w.backups.load()
	w.returnToPage()
}

// Close ends what runs in the background and waits for it. Nothing is drawn afterwards.
func (w *Window) Close() {
	w.unsubscribe()
	w.close()
}

// Focus gives the keys to the list, once the window is there to have them. Any
// goroutine may call it.
func (w *Window) Focus() { w.do(w.billing.grid.Focus) }

// Quit closes the window as a person would. Any goroutine may call it.
func (w *Window) Quit() { w.do(w.window.Close) }

// Foreground says whether the person has the window in front: what happens in Xero while they
// have not is told through the operating system. Any goroutine may call it.
func (w *Window) Foreground(is bool) { w.do(func() { w.billing.news.away = !is }) }

// Me returns who acts, as far as is known with what they may do now. Any goroutine may call it.
func (w *Window) Me() staff.Member { return w.me() }

// Show shows the person an invoice in the list, which no search or filter hides any more. They
// leave an open dialog themselves first, and so a draft that was not saved. Any goroutine may call it.
func (w *Window) Show(id billing.InvoiceID) {
	w.do(func() {
		w.wanted, w.returning = id, ""
		w.showWanted()
	})
}

// NotShown tells why the invoice that a link leads to cannot be shown. Any goroutine may call it.
func (w *Window) NotShown(err error) {
	w.do(func() { w.failed(lang.L("landing.not-shown"), err) })
}

// showWanted shows the invoice that is wanted, as soon as that is possible.
func (w *Window) showWanted() {
	id := w.wanted
	if id == "" {
		return
	}
	_, known := w.billing.grid.Row(id)
	if w.dialogs.top() != nil || !known && w.billing.loading.running() {
		w.after(wantedAgain, func() { w.do(w.showWanted) })
		return
	}
	w.wanted = ""
	w.pages.openThen(w.billing.page, func() { w.billing.showInvoice(id) })
}

// resized arranges the parts for the window's size.
func (w *Window) resized(size fyne.Size) {
	w.width = size.Width
	if narrow := size.Width < narrowBelow; narrow != w.narrow {
		w.narrow = narrow
		w.frame.arrange()
		w.pages.front.arrange()
	}
	w.billing.showUnseen()
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
		case app.DamageFound:
			w.backups.load()
		case "staff":
			w.team.load()
			w.knowMyself()
		case "organisation":
			w.orgs.add(true)
			w.runs.add(true)
		}
	}
}

// knowMyself reads again what the member who acts may do.
func (w *Window) knowMyself() {
	load(&w.self, func(ctx context.Context) ([]staff.Member, error) { return w.team.app.Members(ctx, w.me()) },
		func(all []staff.Member, err error) {
			for _, m := range all {
				if err == nil && m.ID == w.me().ID {
					w.seat(m)
					w.billing.reload()
					w.frame.loadClients()
				}
			}
		})
}

// firmChanged learns what the firm is called, and its currency.
func (w *Window) firmChanged(firm app.Firm) {
	w.firm = firm
	w.billing.reload()
	w.billing.setup.load()
}

// runsChanged shows how far runs have come.
func (w *Window) runsChanged() {
	w.billing.exports.changed()
	if w.pages.front == w.history.page {
		w.history.reload()
	}
}

// tellDone tells on whichever page is in front that all of a run was done. A person may look elsewhere at first.
func (w *Window) tellDone(text string) {
	if w.pages.front == w.billing.page {
		w.billing.tellFor(text, doneTime)
		return
	}
	w.notice(text)
}

// leaveHistory goes back from a run to the list of runs, and from there to Billing.
func (w *Window) leaveHistory() {
	if w.history.run != nil {
		w.history.closeRun()
		return
	}
	w.openBilling()
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
	if w.pages.front == w.register.page {
		w.register.load()
	}
	w.backups.load()
	w.billing.setup.load()
	w.frame.loadOrganisation()
	w.connections.changed()
	w.billing.panel.again()
	w.billing.failures.changed()
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
			b.grid.Reveal()
		}
	}
	e.export = func(id billing.InvoiceID) {
		if r, listed := b.grid.Row(id); listed {
			b.confirmExport([]*app.InvoiceRow{r})
		}
	}
	e.nameOf = b.entity.textOf
	e.history = b.showHistory
	e.redraft = func(id billing.InvoiceID) {
		if r, listed := b.grid.Row(id); listed {
			b.askDraft([]*app.InvoiceRow{r})
		}
	}
	e.replace = b.replace
	b.write, b.begin = e.open, func() {
		if b.mayWrite() {
			e.begin(b.client)
		}
	}
	b.writeAt = e.openAt
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
	w.keys.control(fyne.KeyD, func() {
		if w.pages.front == e.page {
			e.redraftNow()
			return
		}
		on(b.page, func() { b.askDraft(b.selected()) })()
	})
	w.keys.control(fyne.KeyO, w.imports.pick)
	w.keys.control(fyne.KeyK, w.frame.entity.open)
	w.keys.control(fyne.KeyN, func() { b.begin() })
	w.keys.control(fyne.KeyA, on(b.page, b.selectShown))
	w.keys.control(fyne.KeyC, on(b.page, b.copyRows))
	w.keys.control(fyne.KeyS, on(e.page, func() { e.saveThen(func() {}) }))
	w.keys.control(fyne.KeyL, on(e.page, e.saveAndFinalize))
	w.keys.submit(w.dialogs.submitted)
	w.window.Canvas().SetOnTypedRune(func(r rune) {
		if search := w.pages.front.search; search != nil && r != ' ' && w.window.Canvas().Overlays().Top() == nil {
			w.window.Canvas().Focus(search)
			search.TypedRune(r)
		}
	})
}

// openHelp opens the help at what the person has in front of them.
func (w *Window) openHelp() {
	topic := w.pages.front.topic
	if row, listed := w.billing.grid.Row(w.billing.panel.id); listed && w.pages.front == w.billing.page && row.Stage.Export == billing.Failed {
		topic = "failures"
	}
	w.dialogs.help(w.dialogs.topic(topic))
}

// typed does what a key means that no focused widget has used.
func (w *Window) typed(ev *fyne.KeyEvent) {
	front := w.pages.front
	switch {
	case ev.Name == fyne.KeyF1:
		w.openHelp()
	case w.dialogs.top() != nil:
		w.dialogs.typed(ev)
	case w.picker != nil && ev.Name == fyne.KeyEscape:
		w.picker.Dismiss()
	case w.window.Canvas().Overlays().Top() != nil:
	case ev.Name == fyne.KeyEscape:
		front.escape()
	case ev.Name == fyne.KeyF5 && front.reload != nil:
		front.reload()
	case front.key != nil && w.window.Canvas().Focused() == nil:
		front.key(ev)
	}
}

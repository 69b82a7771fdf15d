package screens

import (
	"context"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/language"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// billingApp is what the billing screen asks of the application.
type billingApp interface {
	Rows(ctx context.Context, by staff.Member, q app.Query) iter.Seq2[app.InvoiceRow, error]
	Finalize(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
	Hold(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
	Release(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
	Delete(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
	TemplateSheet(ctx context.Context, by staff.Member, ids []billing.InvoiceID, amounts money.LineAmounts) (app.Template, []app.Result, error)
	Renumber(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
	ReleaseMissing(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
	panelApp
	failuresApp
	refreshApp
	redraftApp
	replaceApp
	doubtApp
}

// invoiceModel is what the grid shows.
type invoiceModel = grid.Model[*app.InvoiceRow, billing.InvoiceID]

// billingScreen lists the firm's invoices and how far each has come.
type billingScreen struct {
	*shell
	app       billingApp
	page      *page
	exports   *exports
	panel     *invoicePanel
	news      *news
	failures  *failures
	underWay  *replacements // that are under way
	replacing *replacement  // the one whose dialog is open; nil for none
	entity    *dropDown
	pick      func() // chooses a file to import
	setup     *setup
	explore   func()                  // opens the demo firm
	print     func(billing.InvoiceID) // shows the printed invoice
	begin     func()                  // begins a new invoice
	write     func(billing.InvoiceID) // opens an invoice to write on, or to read
	staff     func()                  // opens the staff and what they may do

	// What mends the cause of a failure, see remedies: it opens an invoice, a client or the mapping at what is wrong,
	// and shows Xero's words beside it where they are given.
	writeAt      func(id billing.InvoiceID, at ledger.Place, words string)
	openClientAt func(id billing.ClientID, at billing.Field, words string)
	openMapping  func(ledger.TenantID, ledger.MappingRow)

	schema *grid.Schema[*app.InvoiceRow, billing.InvoiceID]
	grid   *grid.Grid[*app.InvoiceRow, billing.InvoiceID]
	client billing.ClientID
	chip   chip
	period period
	only   map[billing.InvoiceID]bool // nothing else is listed; nil for all
	// narrowed is told that another client or chip was chosen; may be nil.
	narrowed func()

	loading task
	// reading is held while the list is read: a run that was ended and the one after it
	// would else hold all rows twice.
	reading sync.Mutex
	opening atomic.Pointer[invoiceModel] // the first rows, until they are shown
	tally   *tally                       // nil until the list was read once
	problem string                       // why the list could not be read
	// unconnected says that the firm has no organisation to export to.
	unconnected bool
	changed     burst[billing.InvoiceID]
	patching    bool
	later       []billing.InvoiceID // that changed while a patch was being read
	stale       []billing.InvoiceID // that changed while the list was being read
	figures     burst[bool]
	following   burst[bool] // the panel follows the cursor

	search                                *entry
	chips                                 *chips
	periods                               *dropDown
	viewButton                            *button // opens the menu of the saved views
	exportButton, creator, more, importer *button
	refresher                             *button
	refreshing                            bool // the statuses are being read in Xero
	reason                                *widget.Label
	unseen                                *unseen
	barred                                *widget.Label   // why the person may not write invoices
	first, second, buttons, third         *fyne.Container // the lines of the toolbar
	hint                                  *fyne.Container // in the buttons' line: the reason, or what is selected and not shown
	sums, showing, calls                  *widget.Label
	foot                                  *fyne.Container
	panes                                 *panes
	parts                                 *fyne.Container // main part, divider and panel
	content                               *fyne.Container
	told                                  *fyne.Container // what the person has to know of this start
	summed                                string          // what stands in the footer at the left
	note                                  string          // stands there for a while instead
	notes                                 int             // counts them
	lasting                               bool            // it stands there until the person selects something
	onlyText                              *widget.Label
	onlyStrip                             *fyne.Container // says what alone is listed
}

const (
	gridKey  = "billing.grid"
	panelKey = "billing.panel"
)

func newBillingScreen(s *shell, a App, locale language.Tag) *billingScreen {
	b := &billingScreen{shell: s, app: a}
	b.schema = b.invoiceSchema(locale)
	b.loading = task{ui: s.ui, busy: func(bool) { b.showFigures() }}
	b.changed = burst[billing.InvoiceID]{ui: s.ui, wait: together, flush: b.patch}
	b.figures = burst[bool]{ui: s.ui, wait: soon, flush: func([]bool) { b.showSelection() }}
	b.following = burst[bool]{ui: s.ui, wait: soon, flush: func([]bool) { b.followCursor() }}
	b.reload() // which begins to read while the rest is made

	b.grid = grid.New(b.schema)
	b.grid.SetState(grid.ParseState(s.preferences.String(gridKey)))
	b.grid.OnStateChanged = func(state grid.State) { s.preferences.SetString(gridKey, state.String()) }
	b.grid.OnSelectionChanged = func(int) {
		if b.lasting {
			b.tellInPassing("")
		}
		b.figures.add(true)
		if shown, _ := b.grid.SelectedCounts(); shown == 1 && b.panes.open {
			b.panel.show(b.selected()[0].ID)
		}
	}
	b.grid.OnCursor = func(billing.InvoiceID) { b.following.add(true) }
	b.grid.OnOpen = b.openRow
	b.grid.OnMenu = b.showMenu
	b.grid.OnCopy = func(tsv string) { fyne.CurrentApp().Clipboard().SetContent(tsv) }

	b.entity = newEntitySelector(s.keys, func(c billing.ClientID) {
		b.narrowTo(c, b.chip)
		b.grid.Focus()
	})
	b.panel = newInvoicePanel(s, a, b)
	b.panes = &panes{width: float32(s.preferences.FloatWithFallback(panelKey, 380))}
	handle := newDivider(b.dragPanel, func() { s.preferences.SetFloat(panelKey, float64(b.panes.width)) })
	b.parts = container.New(b.panes, b.grid, handle, b.panel.content)

	b.exports = newExports(s, a, b.showInvoice, b.grid.Row)
	b.exports.relaid = func() { lay(b.content) }
	b.exports.only, b.exports.again = b.showOnly, b.tryAgain
	b.onlyText = widget.NewLabel("")
	b.onlyText.Truncation = fyne.TextTruncateEllipsis
	b.onlyStrip = newStrip(b.onlyText, newButton(s.keys, lang.L("billing.show-all"), b.clearFilter))
	b.told, b.news, b.failures = container.NewVBox(), newNews(b), newFailures(b)
	b.told.Hide()
	b.underWay, b.setup = newReplacements(b), newSetup(b, a)
	strips := container.NewVBox(b.told, b.setup.strip, b.onlyStrip, b.news.strip, b.underWay.strip, b.exports.strip, b.footer())
	b.content = container.NewBorder(container.NewVBox(b.toolbar(), b.failures.content), strips, nil, nil, b.parts)
	b.page = &page{
		topic:   "export",
		content: b.content, shown: b.grid.Focus, escape: b.escape, key: b.wakeList, search: b.search,
		reload: b.refreshStatuses, arrange: b.arrange, notice: b.tellInPassing,
	}
	b.arrange()
	b.showSelection()
	return b
}

// toolbar builds the search, the chips and the buttons.
func (b *billingScreen) toolbar() fyne.CanvasObject {
	b.search = newEntry(b.keys)
	b.search.SetPlaceHolder(lang.L("billing.search"))
	b.search.Icon = theme.SearchIcon()
	b.search.OnChanged = func(text string) {
		b.grid.SetSearch(text)
		b.showFigures()
	}
	b.search.key = b.searchKey
	var words []string
	for s := range chipCount {
		words = append(words, s.word())
	}
	b.chips = newChips(b.keys, words, func(i int) { b.narrowTo(b.client, chip(i)) })
	b.chips.chosen, b.chip = int(allChip), allChip
	b.periods = newDropDown(b.keys, lang.L("period.hint"), periodOptions(), string(anyDate), func(chosen string) {
		b.period = period(chosen)
		b.narrowTo(b.client, b.chip)
	})
	b.viewButton = newButton(b.keys, lang.L("views.button"), b.showViews)
	b.viewButton.Icon, b.viewButton.IconPlacement, b.viewButton.Importance = theme.MenuDropDownIcon(), widget.ButtonIconTrailingText, widget.LowImportance

	b.exportButton = newButton(b.keys, "", b.exportSelected)
	b.exportButton.Importance = widget.HighImportance
	b.creator = newButton(b.keys, lang.L("action.new-invoice"), func() { b.begin() })
	b.importer = newButton(b.keys, lang.L("action.import"), func() { b.pick() })
	b.more = newButton(b.keys, lang.L("action.more"), func() {
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b.more)
		b.showMenu(at.AddXY(0, b.more.Size().Height+style.Gap))
	})
	b.more.Icon = theme.MoreHorizontalIcon()
	b.reason = widget.NewLabel("")
	b.reason.Importance = widget.LowImportance
	b.reason.Truncation = fyne.TextTruncateEllipsis
	b.unseen = newUnseen(b)

	b.first = container.New(bar{stretch: 1, gap: style.Spacing})
	b.second, b.third = container.NewStack(), container.NewVBox()
	b.third.Hide()
	b.barred = caption("")
	b.barred.Hide()
	b.refresher = newButton(b.keys, "", b.refreshStatuses)
	b.refresher.Icon, b.refresher.Importance = theme.ViewRefreshIcon(), widget.LowImportance
	b.hint = container.NewStack(b.reason)
	b.buttons = container.New(bar{stretch: 4, gap: style.Spacing}, b.exportButton, b.creator, b.importer, b.more, b.hint, b.refresher)
	return container.New(layout.NewCustomPaddedLayout(style.Gap, style.Spacing, style.Spacing, style.Spacing),
		container.NewVBox(b.first, b.second, b.buttons, b.third))
}

// footer builds the line of figures.
func (b *billingScreen) footer() fyne.CanvasObject {
	b.sums, b.showing, b.calls = widget.NewLabel(""), widget.NewLabel(""), widget.NewLabel("")
	b.calls.Hide()
	b.sums.Truncation = fyne.TextTruncateEllipsis
	b.foot = container.New(bar{stretch: 0, gap: style.Spacing}, b.sums, b.showing, b.calls)
	return container.NewBorder(widget.NewSeparator(), nil, nil, nil, b.foot)
}

// arrange puts the toolbar into as many lines as there is room for.
func (b *billingScreen) arrange() {
	title := heading(lang.L("billing.title"))
	title.Truncation = fyne.TextTruncateOff
	title.SizeName = theme.SizeNameSubHeadingText
	room := fixedWidth{width: 150, least: 150}
	if b.narrow {
		room = fixedWidth{width: 120, least: 110}
	}
	b.first.Objects = []fyne.CanvasObject{title, b.search, container.New(room, outlined(b.periods)), b.viewButton}
	b.second.Objects = []fyne.CanvasObject{b.chips}
	if b.narrow {
		b.second.Objects = []fyne.CanvasObject{container.NewHScroll(b.chips)}
	}
	b.panes.narrow = b.narrow
	b.showUnseen()
	b.showRefresher()
	b.first.Refresh()
	b.second.Refresh()
}

// searchKey leads from the search to the list.
func (b *billingScreen) searchKey(ev *fyne.KeyEvent) bool {
	switch {
	case ev.Name == fyne.KeyDown, ev.Name == fyne.KeyReturn, ev.Name == fyne.KeyEnter:
		b.grid.Focus()
	case ev.Name == fyne.KeyEscape && b.search.Text != "":
		b.search.SetText("")
	case ev.Name == fyne.KeyEscape:
		b.grid.Focus()
	default:
		return false
	}
	return true
}

// escape does what Escape means where nothing else wants it.
func (b *billingScreen) escape() {
	if b.panes.open {
		b.closePanel()
		return
	}
	b.grid.ClearSelection()
}

// narrowTo lists the invoices of a client ("" for all) under one of the chips. With another client, what is hidden is
// no longer selected: nobody thinks of it any more.
func (b *billingScreen) narrowTo(client billing.ClientID, c chip) {
	other := client != b.client
	b.client, b.chip = client, c
	b.listOnly(nil)
	if other {
		b.grid.DropHidden()
	}
	if b.narrowed != nil {
		b.narrowed()
	}
	b.failures.changed()
	b.showFigures()
}

// listOnly lists of the client and the chip only these invoices; nil lists all of them.
func (b *billingScreen) listOnly(only map[billing.InvoiceID]bool) {
	client, c := b.client, b.chip
	b.only = only
	if client == "" && c == allChip && b.period == anyDate && only == nil {
		b.grid.SetFilter(nil)
	} else {
		dated := b.period.has(b.now())
		b.grid.SetFilter(func(r *app.InvoiceRow) bool {
			return (client == "" || r.ClientID == client) && c.has(r) && dated(r.Date) && (only == nil || only[r.ID])
		})
	}
	if b.onlyStrip.Visible() != (only != nil) {
		show(b.onlyStrip, only != nil)
		lay(b.content)
	}
}

// showOnly lists these invoices alone, whatever was listed before, and says above the footer what they are.
func (b *billingScreen) showOnly(ids []billing.InvoiceID, what string) {
	b.entity.choose(allClients)
	b.clearFilter()
	only := map[billing.InvoiceID]bool{}
	for _, id := range ids {
		only[id] = true
	}
	b.onlyText.SetText(what)
	b.grid.ClearSelection()
	b.listOnly(only)
	b.showFigures()
}

// tryAgain asks to do once more what failed for these invoices, where it can still be done.
func (b *billingScreen) tryAgain(ids []billing.InvoiceID, kind app.RunKind) {
	var rows []*app.InvoiceRow
	for _, id := range ids {
		if r, listed := b.grid.Row(id); listed {
			rows = append(rows, r)
		}
	}
	if kind == app.RemovalRun {
		b.askDraft(rows)
		return
	}
	fit := exporting.fits(b.me(), failedOf(rows))
	if len(fit) == 0 {
		b.notice(lang.L("run.nothing-failed"))
		return
	}
	b.confirmExport(fit)
}

// clearFilter lists everything again, but for the client.
func (b *billingScreen) clearFilter() {
	b.search.SetText("")
	b.periods.choose(string(anyDate))
	if b.chips.chosen != int(allChip) {
		b.chips.choose(int(allChip))
	}
	if b.only != nil {
		b.listOnly(nil)
		b.showFigures()
	}
	b.grid.Focus()
}

func (b *billingScreen) dragPanel(dx float32) {
	b.panes.width = max(b.panes.width-dx, leastSide)
	b.layOut()
}

// layOut places the list and the panel again, without drawing the rows twice.
func (b *billingScreen) layOut() { lay(b.parts) }

// openRow opens a draft to write on, and shows the panel of any other invoice. Where that shows it already, the
// next Enter presses what the panel advises.
func (b *billingScreen) openRow(id billing.InvoiceID) {
	if r, listed := b.grid.Row(id); listed && r.Stage.Status == billing.Draft {
		b.write(id)
		return
	}
	if b.panes.open && b.panel.id == id && b.panel.primary != nil {
		b.window.Canvas().Focus(b.panel.primary)
		return
	}
	b.open(id)
}

// open shows an invoice in the side panel.
func (b *billingScreen) open(id billing.InvoiceID) {
	b.panes.open = true
	b.panel.show(id)
	b.layOut()
}

// followCursor shows in the open panel what needs a person, as the cursor comes to it: a clerk goes through
// them with the arrows alone. The keys stay with the list.
func (b *billingScreen) followCursor() {
	id, shown := b.grid.Cursor()
	if !shown || !b.panes.open || b.panel.id == id {
		return
	}
	if r, listed := b.grid.Row(id); listed && (r.Stage.Export == billing.Failed || needsLook(r.Stage.Export)) {
		b.panel.show(id)
	}
}

func (b *billingScreen) closePanel() {
	b.panes.open = false
	b.panel.show("")
	b.layOut()
	b.grid.Focus()
}

// showInvoice selects an invoice in the list and opens it. Filters that hide it are cleared.
func (b *billingScreen) showInvoice(id billing.InvoiceID) {
	if !b.listed(id) {
		b.entity.choose(allClients)
		b.clearFilter()
	}
	b.grid.Select(id)
	b.grid.Reveal()
	b.open(id)
}

// listed reports whether the filters leave the invoice in the list.
func (b *billingScreen) listed(id billing.InvoiceID) bool {
	for r := range b.grid.Shown() {
		if r.ID == id {
			return true
		}
	}
	return false
}

// selected returns the rows that are selected and shown: what is acted on is what is seen.
func (b *billingScreen) selected() []*app.InvoiceRow { return slices.Collect(b.grid.SelectedShown()) }

// showMenu opens More actions.
func (b *billingScreen) showMenu(at fyne.Position) {
	openMenu(b.actionsMenu(b.selected()), b.window.Canvas(), at)
}

// selectShown selects all that is listed.
func (b *billingScreen) selectShown() {
	b.grid.SelectShown()
	b.grid.Focus()
}

func (b *billingScreen) copyRows() { b.grid.OnCopy(b.grid.TSV()) }

// exportSelected asks whether what can be exported of the selection shall be.
func (b *billingScreen) exportSelected() {
	if fit := exporting.fits(b.me(), b.selected()); len(fit) > 0 {
		b.confirmExport(fit)
	}
}

func (b *billingScreen) confirmExport(rows []*app.InvoiceRow) { b.exports.confirm(rows) }

// wakeList gives a key to the list where nothing has the focus, as at the start or after
// a click beside everything. The arrows only show where the list's cursor is.
func (b *billingScreen) wakeList(ev *fyne.KeyEvent) {
	b.grid.Focus()
	list := b.window.Canvas().Focused()
	if list != nil && ev.Name != fyne.KeyDown && ev.Name != fyne.KeyUp {
		list.TypedKey(ev)
	}
}

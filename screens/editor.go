package screens

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

// editorApp is what writing invoices asks of the application.
type editorApp interface {
	Materials(ctx context.Context, by staff.Member) (app.Materials, error)
	Begin(today billing.Date, client app.ClientTerms) app.Writing
	OpenWriting(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.Writing, error)
	SaveWriting(ctx context.Context, by staff.Member, w app.Writing) (app.Writing, error)
	KeepUnsaved(ctx context.Context, by staff.Member, w app.Writing) error
	ForgetUnsaved(ctx context.Context, by staff.Member, id billing.InvoiceID) error
	Unsaved(ctx context.Context, by staff.Member) ([]app.Unsaved, error)
	Duplicate(ctx context.Context, by staff.Member, id billing.InvoiceID, today billing.Date) (billing.InvoiceID, error)
	Finalize(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
	Delete(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Result, error)
}

// editor is the page on which one invoice is written, or read where it is no draft.
type editor struct {
	*shell
	app       editorApp
	page      *page
	print     func(billing.InvoiceID)    // shows the printed invoice
	savePaper func(billing.InvoiceID)    // saves the printed invoice
	history   func(billing.InvoiceID)    // shows what was done to it
	export    func(billing.InvoiceID)    // asks to export it
	redraft   func(billing.InvoiceID)    // asks to take it back to draft
	replace   func(billing.InvoiceID)    // begins to replace it, or goes on with that
	gone      func(id billing.InvoiceID) // leads back to the list
	nameOf    func(client string) string
	front     func(*page) // brings the page to the front

	draft   *draft // nil until one was opened
	opening task
	keeping task
	keep    sync.Mutex // what is kept and what is saved come after each other
	waiting bool       // to keep what was typed
	saving  bool
	showing bool // the fields are being filled
	extras  bool // item, tracking and theme are shown, whether the invoice has them or not

	title, state, told         *widget.Label
	said                       *fyne.Container // what Xero said of the invoice, above the lines
	head                       *editorHead
	lines                      *sheet.Sheet
	totals                     *fyne.Container
	save, finalize, more, done *button
}

// keepAfter is how long after a key what is typed is stored.
const keepAfter = 400 * time.Millisecond

func newEditor(s *shell, a editorApp) *editor {
	e := &editor{shell: s, app: a, opening: task{ui: s.ui}, keeping: task{ui: s.ui}, extras: s.preferences.Bool(extrasKey)}
	e.page = &page{
		topic: "write",
		build: e.build, shown: func() { e.lines.Focus() }, leave: e.leave, escape: e.close,
		arrange: func() { e.head.arrange() }, notice: func(text string) { write(e.state, text) },
	}
	return e
}

func (e *editor) build() {
	s := e.shell
	e.title = heading("")
	e.title.SizeName, e.title.Truncation = theme.SizeNameSubHeadingText, fyne.TextTruncateOff
	e.state = widget.NewLabel("")
	e.state.Importance = widget.LowImportance
	e.state.Truncation = fyne.TextTruncateEllipsis
	e.save = newButton(s.keys, lang.L("editor.save"), func() { e.saveThen(func() {}) })
	e.finalize = newButton(s.keys, lang.L("action.finalize"), e.saveAndFinalize)
	e.finalize.Importance = widget.HighImportance
	e.more = newButton(s.keys, lang.L("action.more"), e.showMenu)
	e.more.Icon = theme.MoreHorizontalIcon()
	e.done = newButton(s.keys, lang.L("action.close"), e.close)
	e.head = newEditorHead(e)
	e.lines = e.newLines()
	e.told = widget.NewLabel("")
	e.told.Wrapping = fyne.TextWrapWord
	e.totals = container.New(layout.NewCustomPaddedVBoxLayout(-style.Gap))

	top := container.New(layout.NewCustomPaddedLayout(style.Gap, 0, style.Spacing, style.Spacing),
		container.New(bar{stretch: 1, gap: style.Spacing}, e.title, e.state, e.done, e.more, e.save, e.finalize))
	foot := container.New(layout.NewCustomPaddedLayout(style.Gap, style.Gap, style.Spacing, style.Spacing),
		container.New(footLine{width: 340}, e.told, e.totals))
	// What is typed in comes first for the Tab key, the buttons last.
	e.said = container.NewVBox()
	e.said.Hide()
	head, end := container.New(inset, container.NewVBox(e.head.content, e.said)), container.NewVBox(widget.NewSeparator(), foot)
	body := container.New(layout.NewBorderLayout(head, end, nil, nil), head, e.lines, end)
	// In a window too low for all of it, the page scrolls.
	e.page.content = container.New(layout.NewBorderLayout(top, nil, nil, nil), container.NewVScroll(body), top)
}

// footLine lays out a text, and what the invoice comes to at its right.
type footLine struct{ width float32 }

func (l footLine) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := min(l.width, size.Width/2)
	objects[0].Resize(fyne.NewSize(size.Width-w, size.Height))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(w, objects[1].MinSize().Height))
	objects[1].Move(fyne.NewPos(size.Width-w, 0))
}

func (l footLine) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.width, max(objects[1].MinSize().Height, 4*style.Spacing))
}

// begin opens a new invoice, for a client where one is chosen.
func (e *editor) begin(client billing.ClientID) {
	e.load(func(_ context.Context, m app.Materials) (app.Writing, error) {
		if len(m.Clients) == 0 {
			return app.Writing{}, app.Errorf(app.Forbidden, "refused.no-clients")
		}
		d := draft{materials: m}
		with, _ := d.client(client)
		if with.ID == "" {
			with.Currency = e.firm.Currency
		}
		return e.app.Begin(billing.DateOf(e.now()), with), nil
	}, e.settle)
}

// open opens an invoice that is there, or was typed and not saved.
func (e *editor) open(id billing.InvoiceID) {
	e.load(func(ctx context.Context, _ app.Materials) (app.Writing, error) {
		return e.app.OpenWriting(ctx, e.me(), id)
	}, e.settle)
}

// openAt opens an invoice with the cursor where it is wrong, and shows above its lines what Xero said.
func (e *editor) openAt(id billing.InvoiceID, at ledger.Place, words string) {
	e.load(func(ctx context.Context, _ app.Materials) (app.Writing, error) {
		return e.app.OpenWriting(ctx, e.me(), id)
	}, func() {
		switch at.Field {
		case billing.ItemField, billing.TrackingField, billing.ThemeField:
			e.draft.wide = true
			e.refill()
		}
		e.say(words)
		e.point(at.Line-1, at.Field)
	})
}

// say shows what Xero said of the invoice, until another one is shown; "" takes it back.
func (e *editor) say(words string) {
	e.said.RemoveAll()
	if words != "" {
		e.said.Add(signed(style.Failed, paragraph(words)))
	}
	show(e.said, words != "")
	e.page.content.Refresh()
}

// load opens what is read, and does what follows once it is shown.
func (e *editor) load(read func(context.Context, app.Materials) (app.Writing, error), then func()) {
	load(&e.opening, func(ctx context.Context) (*draft, error) {
		m, err := e.app.Materials(ctx, e.me())
		if err != nil {
			return nil, err
		}
		w, err := read(ctx, m)
		return &draft{Writing: w, materials: m}, err
	}, func(d *draft, err error) {
		if err != nil {
			e.failed(lang.L("editor.open.failed"), err)
			return
		}
		e.show(d)
		e.front(e.page)
		then()
	})
}

// show fills the page.
func (e *editor) show(d *draft) {
	e.page.ready()
	e.draft = d
	if e.writable() && len(d.Form.Lines) == 0 {
		d.Form.Lines = []billing.FormLine{d.newLine(nil)}
	}
	e.say("")
	write(e.state, "")
	if !d.Since.IsZero() {
		write(e.state, lang.L("editor.restored", with{"When": e.moment(d.Since)}))
	}
	e.refill()
	e.lines.SetLocked(!e.writable())
	e.lines.SetCursor(sheet.Cell{})
}

// settle puts the cursor where one begins: a new invoice at its client.
func (e *editor) settle() {
	if e.writable() && e.draft.Form.Client == "" {
		e.window.Canvas().Focus(e.head.client)
	}
}

// writable reports whether the invoice can be changed, by who acts.
func (e *editor) writable() bool {
	d := e.draft
	return d.Stage.Status == billing.Draft && (d.Version == 0 || e.me().May(staff.EditInvoices, d.Base.Client))
}

// refill shows the draft in every field.
func (e *editor) refill() {
	e.showing = true
	e.arrangeColumns()
	e.draft.compute(e.format)
	e.head.show(e.draft, e.writable())
	e.lines.SetRows(e.draft.rows())
	e.showing = false
	e.showComputed()
}

// extrasKey is the preference of who always wants item, tracking and theme to be there.
const extrasKey = "editor.extras"

// arrangeColumns shows the columns that the draft needs.
func (e *editor) arrangeColumns() {
	wide := e.extras || e.draft.wide
	e.draft.extend(wide)
	e.lines.SetColumns(e.columns())
	e.head.extend(wide || e.draft.Form.Theme != "")
}

// showExtras shows the fields that only some invoices need, or hides those that this one does not.
func (e *editor) showExtras(on bool) {
	e.extras = on
	e.preferences.SetBool(extrasKey, on)
	e.lines.Commit()
	e.refill()
}

// changed shows what followed from a change or from a key, and keeps what was typed.
func (e *editor) changed() {
	e.draft.compute(e.format)
	e.lines.SetRows(e.draft.rows())
	e.showComputed()
	e.keepSoon()
}

func (e *editor) showComputed() {
	e.lines.SetProblems(e.draft.marks())
	e.showTotals()
	e.tellProblem()
	e.showTitle()
}

func (e *editor) showTitle() {
	d := e.draft
	name := lang.L("editor.title.draft")
	switch {
	case d.Number != "":
		name = lang.L("invoice.title", with{"Number": d.Number})
	case d.Version == 0:
		name = lang.L("editor.title.new")
	}
	if d.Number != "" {
		name += " · " + statusWord(d.Stage.Status)
	}
	write(e.title, name)
	writable := e.writable()
	show(e.save, writable)
	e.save.enable(!e.saving && (d.dirty() || d.Version == 0))
	e.finalize.enable(!e.saving && writable)
	show(e.finalize, d.Stage.Status == billing.Draft)
	e.page.content.Refresh()
}

// showTotals shows what the invoice comes to by Xero's arithmetic.
func (e *editor) showTotals() {
	d := e.draft
	e.totals.RemoveAll()
	line := func(what, amount string, bold bool) {
		name, sum := widget.NewLabel(what), widget.NewLabel(amount)
		name.Truncation = fyne.TextTruncateEllipsis
		sum.Alignment = fyne.TextAlignTrailing
		name.TextStyle.Bold, sum.TextStyle.Bold = bold, bold
		e.totals.Add(container.NewBorder(nil, nil, nil, sum, name))
	}
	line(lang.L("field.subtotal"), e.format.Amount(d.totals.SubTotal), false)
	for _, t := range d.taxes {
		name := t.Name
		if !strings.Contains(name, t.Rate.String()) {
			name += " " + t.Rate.String()
		}
		line(name, e.format.Amount(t.Amount), false)
	}
	line(lang.L("field.total"), e.format.Money(d.totals.Total), true)
	e.totals.Refresh()
}

// tellProblem says what is wrong with the cell of the cursor, or else with another one.
func (e *editor) tellProblem() {
	d := e.draft
	if text := e.lines.Problem(e.lines.Cursor()); text != "" {
		write(e.told, text)
		return
	}
	text := ""
	switch {
	case len(d.problems) == 0 && !e.writable():
		text = readOnlyWords(d.Stage, d.Form.Client, e.me())
	case len(d.problems) == 0 && d.totals.Total.Sign() < 0:
		text = lang.L("editor.negative")
	case e.head.problem() != "":
		text = e.head.problem()
	case len(d.problems) > 0 && d.problems[0].Line >= 0:
		text = lang.L("editor.line-problem", with{"Line": d.problems[0].Line + 1, "Problem": sentence(say(d.problems[0].Err))})
	case len(d.problems) > 0:
		text = sentence(say(d.problems[0].Err))
	}
	write(e.told, text)
}

// readOnlyWords says why an invoice can only be read, and what leads back.
func readOnlyWords(s billing.Stage, client billing.ClientID, me staff.Member) string {
	switch {
	case s.Status == billing.Draft, !me.May(staff.EditInvoices, client):
		return lang.L("editor.view-only",
			with{"Permission": permissionsFor(staff.EditInvoices), "Ask": told(me.WhoGrants())})
	case s.Status == billing.Closed:
		return lang.L("editor.closed")
	case s.InFlight():
		return lang.L("editor.in-flight")
	case s.Export == billing.NotFoundInXero:
		return lang.L("editor.missing")
	case s.Export == billing.MayBeOurs:
		return lang.L("editor.may-be-ours")
	case s.Live():
		return lang.L("editor.in-xero")
	}
	return lang.L("editor.finalized")
}

// keepSoon stores what is typed, a moment after the last key.
func (e *editor) keepSoon() {
	if e.waiting || !e.writable() {
		return
	}
	e.waiting = true
	e.after(keepAfter, func() { e.do(e.keepNow) })
}

func (e *editor) keepNow() {
	e.waiting = false
	if e.draft == nil || e.saving || !e.writable() || !e.draft.dirty() {
		return
	}
	w := e.draft.Writing
	w.Form = e.draft.current()
	load(&e.keeping, func(ctx context.Context) (struct{}, error) {
		e.keep.Lock()
		defer e.keep.Unlock()
		return struct{}{}, errors.Join(ctx.Err(), e.app.KeepUnsaved(ctx, e.me(), w))
	}, func(_ struct{}, err error) {
		if err != nil {
			write(e.state, lang.L("editor.keep.failed", with{"Why": say(err)}))
			return
		}
		write(e.state, lang.L("editor.unsaved"))
	})
}

// refresh shows what was changed elsewhere, where nothing was typed here.
func (e *editor) refresh() {
	d := e.draft
	if d == nil || d.Invoice == "" || d.Version == 0 || e.saving {
		return
	}
	load(&e.opening, func(ctx context.Context) (app.Writing, error) { return e.app.OpenWriting(ctx, e.me(), d.Invoice) },
		func(w app.Writing, err error) {
			switch {
			case err != nil, e.draft != d, e.saving, w.Version == d.Version && w.Stage == d.Stage:
			case e.writable() && d.dirty():
				write(e.state, lang.L("editor.changed-elsewhere"))
			default:
				e.show(&draft{Writing: w, materials: d.materials})
			}
		})
}

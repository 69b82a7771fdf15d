package screens

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// importApp is what importing asks of the application.
type importApp interface {
	PreviewImport(ctx context.Context, by staff.Member, sheet app.Sheet, o intake.Options) (intake.Preview, error)
	Import(ctx context.Context, by staff.Member, p intake.Preview) ([]billing.InvoiceID, error)
}

// imports brings the invoices of a file into the list: the person says what the file
// does not, sees what the import would do, and confirms.
type imports struct {
	*shell
	app  importApp
	read func(name string, data []byte) (app.Sheet, error)

	reading task
	shown   *importDialog // while it is open
}

func newImports(s *shell, a importApp, read func(string, []byte) (app.Sheet, error)) *imports {
	m := &imports{shell: s, app: a, read: read}
	m.reading = task{ui: s.ui, busy: func(on bool) {
		if on {
			s.notice(lang.L("busy.reading-file"))
		} else {
			s.notice("")
		}
	}}
	return m
}

// pick lets the person choose a file.
func (m *imports) pick() {
	if m.mayWrite() {
		m.pickPath(lang.L("import.title"), []string{".csv", ".xlsx", ".txt"}, m.openPath)
	}
}

// drop takes a file that was dragged onto the window.
func (m *imports) drop(files []fyne.URI) {
	switch {
	case m.window.Canvas().Overlays().Top() != nil, !m.mayWrite():
	case len(files) != 1:
		m.dialogs.tell(lang.L("import.title"), lang.L("import.one-file"))
	case files[0].Scheme() != "file":
		m.dialogs.tell(lang.L("file.open.failed"), lang.L("import.not-here"))
	default:
		m.openPath(files[0].Path())
	}
}

func (m *imports) openPath(path string) {
	m.open(path, func() ([]byte, error) { return m.readFile(path) })
}

// open reads a file and shows what it holds.
func (m *imports) open(name string, file func() ([]byte, error)) {
	m.readSheet(name, file, func(name string, sheet app.Sheet) { m.shown = newImportDialog(m, name, file, sheet) })
}

// readSheet reads the cells of a file and gives them to take, with its name.
func (m *imports) readSheet(name string, file func() ([]byte, error), take func(name string, sheet app.Sheet)) {
	m.loadFile(name, file, func(name string, content []byte) {
		load(&m.reading, func(context.Context) (app.Sheet, error) { return m.read(name, content) },
			func(sheet app.Sheet, err error) {
				if err != nil {
					m.dialogs.tell(lang.L("file.read.failed"), toldError(err))
					return
				}
				take(name, sheet)
			})
	})
}

// importDialog shows what the import of one file would do.
type importDialog struct {
	*imports
	sheet      app.Sheet
	options    intake.Options
	preview    intake.Preview
	previewing task

	box        *dialog
	ok         *button
	amounts    *choice
	orders     *choice
	dates      *fyne.Container
	datesAsked bool
	skip       *check
	findings   *findings
	table      *listing
	figures    *widget.Label
}

func newImportDialog(m *imports, name string, file func() ([]byte, error), sheet app.Sheet) *importDialog {
	d := &importDialog{imports: m, sheet: sheet}
	d.previewing = task{ui: m.ui, busy: func(on bool) {
		if on {
			d.figures.SetText(lang.L("busy.reading-file"))
		}
	}}
	d.ok = newButton(d.keys, lang.L("import.yes"), d.run)
	d.findings = newFindings(m.shell)
	d.figures = paragraph("")
	d.table = newListing(d.keys, []listColumn{
		{title: lang.L("field.number"), width: 100}, {title: lang.L("field.client"), stretch: true}, {width: 90},
		{title: lang.L("field.date"), width: 90}, {title: lang.L("field.due"), width: 90},
		{title: lang.L("import.lines"), width: 60, align: fyne.TextAlignTrailing}, {title: lang.L("field.total"), width: 120, align: fyne.TextAlignTrailing},
	}, nil)
	d.amounts = newChoice(d.keys, []string{lang.L("amounts.exclusive"), lang.L("amounts.inclusive")}, -1, func(i int) {
		d.options.Amounts = []money.LineAmounts{money.Exclusive, money.Inclusive}[i]
		d.look()
	})
	body := container.NewBorder(container.NewVBox(d.questions(), d.findings.box), d.figures, nil, nil, d.table.content())
	no := newButton(d.keys, lang.L("action.cancel"), func() { d.box.hide() })
	again := newButton(d.keys, lang.L("import.reload"), func() { d.reload(name, file) })
	d.box = d.dialogs.show(lang.L("import.file-title", with{"File": name}), fyne.NewSize(860, 600), body, again, no, d.ok).about("import")
	d.box.reload = again.OnTapped
	d.box.onHide = func() {
		d.previewing.stop()
		m.shown = nil
	}
	d.show()
	d.box.focus(d.amounts)
	return d
}

// questions are what the file does not say itself.
func (d *importDialog) questions() fyne.CanvasObject {
	d.orders = newChoice(d.keys, []string{lang.L("import.day-first"), lang.L("import.month-first")}, -1, func(i int) {
		d.options.Dates = []intake.DateOrder{intake.DayMonthYear, intake.MonthDayYear}[i]
		d.look()
	})
	d.dates = container.NewVBox(heading(""), d.orders)
	d.dates.Hide()
	finalize := newCheck(d.keys, lang.L("import.finalize"), func(on bool) {
		d.options.Finalize = on
		d.look()
	})
	d.skip = newCheck(d.keys, "", func(on bool) {
		d.options.SkipUsed = on
		d.look()
	})
	d.skip.Hide()
	return container.NewVBox(container.NewGridWithColumns(3,
		container.NewVBox(heading(lang.L("import.amounts")), d.amounts), d.dates,
		container.NewVBox(heading(""), finalize)), d.skip)
}

// reload reads the file again, which a person has corrected meanwhile.
func (d *importDialog) reload(name string, file func() ([]byte, error)) {
	d.ok.Disable()
	d.readSheet(name, file, func(_ string, sheet app.Sheet) {
		if d.shown == d {
			d.sheet = sheet
			d.look()
		}
	})
}

// look finds out what the import would do with the options as they are.
func (d *importDialog) look() {
	d.ok.Disable()
	if d.options.Amounts == "" {
		return
	}
	options := d.options
	load(&d.previewing, func(ctx context.Context) (intake.Preview, error) {
		return d.app.PreviewImport(ctx, d.me(), d.sheet, options)
	}, func(p intake.Preview, err error) {
		if err != nil {
			d.figures.SetText("")
			d.failed(lang.L("file.read.failed"), err)
			return
		}
		d.preview = p
		d.show()
	})
}

// show shows the preview, what is wrong with it before everything else.
func (d *importDialog) show() {
	p := d.preview
	d.datesAsked = d.datesAsked || p.AskDates
	if p.AskDates {
		d.dates.Objects[0].(*widget.Label).SetText(lang.L("import.date-order", with{"Date": p.Example}))
	}
	d.dates.Hidden = !d.datesAsked
	d.findings.show(p.Problems, p.Warnings)
	if used := p.Used + len(p.Skipped); used > 0 {
		d.skip.SetText(lang.N("import.skip-used", used, with{"Count": d.format.Count(used)}))
		d.skip.Show()
	} else {
		d.skip.Hide()
	}
	d.table.rows = d.previewRows()
	d.table.Refresh()
	ready := d.options.Amounts != "" && !p.AskDates && len(p.Problems) == 0 && len(p.Invoices) > 0
	d.ok.SetText(lang.L("import.yes"))
	count := with{"Count": d.format.Count(len(p.Invoices)), "Warnings": warningCount(len(p.Warnings), d.format)}
	switch {
	case ready && len(p.Warnings) > 0:
		d.ok.SetText(lang.N("import.yes.warned", len(p.Invoices), count))
	case ready:
		d.ok.SetText(lang.N("import.yes.count", len(p.Invoices), count))
	}
	d.ok.enable(ready)
	d.figures.SetText(d.figureText())
	d.box.popup.Refresh()
}

// figureText says what the import comes to, or what it waits for.
func (d *importDialog) figureText() string {
	p := d.preview
	switch {
	case d.options.Amounts == "":
		return lang.L("import.ask-amounts")
	case p.AskDates:
		return lang.L("import.ask-dates")
	case len(p.Problems) > 0:
		return lang.L("import.has-problems")
	}
	sum := newSums(d.firm.Currency)
	names := map[string]bool{}
	for _, i := range p.Invoices {
		sum.add(i.Totals.Total)
		if i.NewClient {
			names[billing.FoldName(i.Client)] = true
		}
	}
	text := invoiceCount(len(p.Invoices)) + " · " + sum.text(d.format)
	if n := len(names); n > 0 {
		text += " · " + lang.N("import.new-clients", n, with{"Count": d.format.Count(n)})
	}
	if n := len(p.Skipped); n > 0 {
		text += " · " + lang.N("import.skipped", n, with{"Count": d.format.Count(n)})
	}
	if len(p.Warnings) > 0 {
		text += "\n" + lang.L("import.has-warnings")
	}
	return text
}

func (d *importDialog) previewRows() [][]listCell {
	var rows [][]listCell
	for _, i := range d.preview.Invoices {
		isNew := ""
		if i.NewClient {
			isNew = lang.L("import.new-client")
		}
		v := i.Invoice
		rows = append(rows, []listCell{
			{text: string(v.Number)}, {text: i.Client}, {text: isNew}, {text: d.format.Date(v.Date)}, {text: d.format.Date(v.Due)},
			{text: strconv.Itoa(len(v.Lines))}, {text: d.money(i.Totals.Total)},
		})
	}
	return rows
}

// run imports what the preview shows. The button names the warnings.
func (d *importDialog) run() {
	d.ok.Disable()
	preview := d.preview
	preview.Confirmed = true
	act(d.shell, lang.L("busy.importing"), func(ctx context.Context) ([]billing.InvoiceID, error) {
		return d.app.Import(ctx, d.me(), preview)
	}, func(ids []billing.InvoiceID, err error) {
		if err != nil {
			d.ok.Enable()
			d.failed(lang.L("import.none"), err)
			return
		}
		d.box.hide()
		d.notice(lang.N("import.done", len(ids), with{"Count": d.format.Count(len(ids))}))
	})
}

package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// doubtApp is what the dialog needs of the application.
type doubtApp interface {
	Doubt(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.Doubt, error)
	Claim(ctx context.Context, by staff.Member, id billing.InvoiceID, there ledger.InvoiceID) error
	Disown(ctx context.Context, by staff.Member, id billing.InvoiceID) error
}

// doubt is the dialog that shows an invoice beside those in Xero that it may be, and lets a person
// decide.
type doubt struct {
	*billingScreen
	app.Doubt
	box     *dialog // while it is open
	note    *widget.Label
	buttons []*button // that decide
}

// compare shows an invoice beside those in Xero that it may be.
func (b *billingScreen) compare(id billing.InvoiceID) {
	act(b.shell, lang.L("busy.opening-invoice"), func(ctx context.Context) (app.Doubt, error) {
		return b.app.Doubt(ctx, b.me(), id)
	}, func(d app.Doubt, err error) {
		if err != nil {
			b.failed(lang.L("doubt.failed"), err)
			return
		}
		(&doubt{billingScreen: b, Doubt: d}).show("")
	})
}

// show opens the dialog; note is the result of the last decision.
func (d *doubt) show(note string) {
	if d.box != nil {
		d.box.hide()
	}
	count := len(d.There)
	number := with{"Number": d.Export.Number}
	d.buttons = nil
	d.note = paragraph(note)
	d.note.Hidden = note == ""
	differ := lang.N("doubt.no.again", count, number)
	if d.NumberTaken() {
		differ = lang.N("doubt.no.renumber", count, number)
	}
	body := container.New(layout.NewCustomPaddedVBoxLayout(style.Gap),
		paragraph(lang.L("doubt.text", number)), d.note, d.table(),
		container.New(closely, caption(lang.N("doubt.yes.hint", count, number)), caption(differ)))
	no := newButton(d.keys, lang.N("doubt.no", count), d.disown)
	d.buttons = append(d.buttons, no)
	leave := newButton(d.keys, lang.L("action.cancel"), func() { d.box.hide() }) // the default: either answer is for a person to give
	d.box = d.dialogs.show(lang.N("doubt.title", count, with{"Number": d.Export.Number, "Count": count}),
		fyne.NewSize(440+180*float32(count), 0), body, no, leave).about("export")
	d.box.onHide = func() { d.box = nil }
}

// table has a row for each figure, a column for the invoice here, and one for each that may be it.
// What differs from what was sent is marked.
func (d *doubt) table() fyne.CanvasObject {
	table := container.New(sides(2 + len(d.There)))
	cell := func(text string, bold bool) *widget.Label {
		l := paragraph(text)
		l.TextStyle.Bold = bold
		return l
	}
	row := func(name string, figure ledger.Figure, here string, there func(ledger.Standing) string) {
		table.Add(cell(name, false))
		table.Add(cell(here, false))
		for _, st := range d.There {
			differs := false
			for _, one := range d.Sent.Differences(st) {
				differs = differs || one.What == figure
			}
			value := cell(there(st), differs)
			if differs {
				table.Add(signed(style.Changed, value))
			} else {
				table.Add(value)
			}
		}
	}
	table.Add(cell("", true))
	table.Add(cell(lang.L("panel.difference.here"), true))
	for range d.There {
		table.Add(cell(lang.L("panel.difference.xero"), true))
	}
	const unknown = "–" // it is a matter of Xero's alone
	row(lang.L("field.number"), ledger.NumberFigure, string(d.Sent.Number), func(st ledger.Standing) string { return string(st.Number) })
	row(lang.L("field.contact"), ledger.ContactFigure, d.Contact, func(st ledger.Standing) string { return st.ContactName })
	row(lang.L("field.date"), ledger.DateFigure, d.format.Date(d.Sent.Date), func(st ledger.Standing) string { return d.format.Date(st.Date) })
	told := func(text string) string { // which is unknown, or none
		if text == "" {
			return unknown
		}
		return text
	}
	date := func(day billing.Date) string {
		if day.IsZero() {
			return unknown
		}
		return d.format.Date(day)
	}
	row(lang.L("field.due-date"), ledger.DueFigure, date(d.Sent.Due), func(st ledger.Standing) string { return date(st.Due) })
	row(lang.L("field.reference"), ledger.ReferenceFigure, told(d.Sent.Reference), func(st ledger.Standing) string { return told(st.Reference) })
	row(lang.L("field.currency"), ledger.CurrencyFigure, string(d.Sent.Currency), func(st ledger.Standing) string { return string(st.Currency) })
	row(lang.L("field.total"), ledger.TotalFigure, d.format.Amount(d.Sent.Total), func(st ledger.Standing) string { return d.format.Amount(st.Total) })
	row(lang.L("field.status"), "", unknown, func(st ledger.Standing) string { return thereWord(st.Status) })
	row(lang.L("doubt.due"), "", unknown, func(st ledger.Standing) string { return d.format.Amount(st.AmountDue) })
	row(lang.L("doubt.updated"), "", unknown, func(st ledger.Standing) string { return d.moment(st.Updated) })
	table.Add(cell("", false))
	table.Add(cell("", false))
	for _, st := range d.There {
		table.Add(container.New(inset, d.choices(st)))
	}
	return table
}

// choices are the buttons for a candidate in Xero.
func (d *doubt) choices(st ledger.Standing) fyne.CanvasObject {
	yes := newButton(d.keys, lang.L("doubt.yes"), func() { d.claim(st.ID) })
	d.buttons = append(d.buttons, yes)
	column := container.NewVBox(yes)
	if link := d.Links[st.ID]; link != "" {
		column.Add(newButton(d.keys, lang.L("action.open-in-xero"), func() { d.openURL(link) }))
	}
	return column
}

func (d *doubt) claim(there ledger.InvoiceID) {
	d.decide(lang.L("doubt.claimed", with{"Number": d.Export.Number}), func(ctx context.Context) error {
		return d.app.Claim(ctx, d.me(), d.Invoice.ID, there)
	})
}

func (d *doubt) disown() {
	d.decide(lang.L("doubt.disowned", with{"Number": d.Export.Number}), func(ctx context.Context) error {
		return d.app.Disown(ctx, d.me(), d.Invoice.ID)
	})
}

// decide carries out what a person decided, and closes the dialog. If it is refused, the dialog shows
// both again as they are now.
func (d *doubt) decide(done string, do func(context.Context) error) {
	for _, b := range d.buttons {
		b.Disable()
	}
	d.note.SetText(lang.L("busy.checking-xero"))
	d.note.Show()
	d.box.fit()
	type answer struct {
		now  app.Doubt
		gone bool // there is no doubt any more
	}
	act(d.shell, lang.L("busy.checking-xero"), func(ctx context.Context) (a answer, refused error) {
		if refused = do(ctx); refused != nil {
			var err error
			a.now, err = d.app.Doubt(ctx, d.me(), d.Invoice.ID)
			a.gone = err != nil
		}
		return a, refused
	}, func(a answer, refused error) {
		if d.box != nil && refused != nil && !a.gone {
			d.Doubt = a.now
			d.show(say(refused))
			return
		}
		if d.box != nil {
			d.box.hide()
		}
		if refused != nil {
			d.failed(lang.L("doubt.failed"), refused)
			return
		}
		d.notice(done)
	})
}

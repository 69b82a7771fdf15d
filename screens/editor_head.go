package screens

import (
	"iter"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/screens/style"
)

// editorHead is the part of the editor above the lines: for whom the invoice is, and when.
type editorHead struct {
	*editor
	client    *dropDown
	kind      *dropDown
	date, due *entry
	reference *entry
	currency  *entry
	amounts   *dropDown
	note      *entry
	theme     *dropDown
	themeText *entry // where nobody knows which themes there are
	fields    []fyne.CanvasObject
	content   *fyne.Container
}

func newEditorHead(e *editor) *editorHead {
	h := &editorHead{editor: e}
	h.client = newDropDown(e.keys, lang.L("hint.name-or-code"), []option{{text: lang.L("editor.choose-client")}}, "", func(id string) {
		h.edit(func() {
			e.draft.choose(billing.ClientID(id))
			e.refill()
		})
	})
	h.kind = newDropDown(e.keys, "", []option{
		{value: string(billing.Final), text: lang.L("type.final")},
		{value: string(billing.Interim), text: lang.L("type.interim")},
		{value: string(billing.FixedFee), text: lang.L("type.fixed")},
	}, string(billing.Final), func(t string) {
		h.edit(func() { e.draft.change("", func(f *billing.Form) { f.Type = billing.Type(t) }) })
	})
	h.amounts = newDropDown(e.keys, "", []option{
		{value: string(money.Exclusive), text: lang.L("amounts.exclusive")},
		{value: string(money.Inclusive), text: lang.L("amounts.inclusive")},
		{value: string(money.NoTax), text: lang.L("amounts.no-tax")},
	}, string(money.Exclusive), func(a string) {
		h.edit(func() { e.draft.change("", func(f *billing.Form) { f.Amounts = money.LineAmounts(a) }) })
	})
	h.date = h.dateField(func(d billing.Date) {
		e.draft.date(d)
		h.showDate(h.due, e.draft.Form.Due)
	})
	h.due = h.dateField(func(d billing.Date) { e.draft.change("due", func(f *billing.Form) { f.Due = d }) })
	h.reference = h.textField("reference", func(f *billing.Form, text string) { f.Reference = text })
	h.currency = h.textField("currency", func(f *billing.Form, text string) { f.Currency = money.Currency(text) })
	h.note = h.textField("note", func(f *billing.Form, text string) { f.Note = text })
	h.note.SetPlaceHolder(lang.L("editor.note-hint"))

	h.theme = newDropDown(e.keys, lang.L("hint.name"), []option{{text: lang.L("editor.theme.default")}}, "", func(name string) {
		h.edit(func() { e.draft.change("", func(f *billing.Form) { f.Theme = name }) })
	})
	h.themeText = h.textField("theme", func(f *billing.Form, text string) { f.Theme = strings.TrimSpace(text) })

	field := func(name string, o fyne.CanvasObject) fyne.CanvasObject {
		label := widget.NewLabel(name)
		label.Importance = widget.LowImportance
		label.Truncation = fyne.TextTruncateEllipsis
		return container.NewBorder(label, nil, nil, nil, o)
	}
	h.fields = []fyne.CanvasObject{
		field(lang.L("field.client"), outlined(h.client)),
		field(lang.L("field.date"), h.date), field(lang.L("field.due-date"), h.due),
		field(lang.L("field.currency"), h.currency), field(lang.L("field.line-amounts"), outlined(h.amounts)),
		field(lang.L("field.type"), outlined(h.kind)),
		field(lang.L("field.reference"), h.reference), field(lang.L("field.note"), h.note),
		field(lang.L("field.branding-theme"), container.NewStack(outlined(h.theme), h.themeText)),
	}
	h.fields[themePlace].Hide()
	h.content = container.New(&headGrid{}, h.fields...)
	return h
}

// headGrid lays out the fields of the head in two lines, or in four where the window is
// narrow.
type headGrid struct{ narrow bool }

// The parts of a line's width that the fields take, twelve to a line. The note has the part of the theme where
// that is not shown.
var (
	wideHead   = []float32{3.5, 1.75, 1.75, 1.5, 2, 1.5, 4, 5, 3}
	narrowHead = []float32{12, 4, 4, 4, 6, 6, 12, 12, 12}
)

// themePlace is the place of the theme among the fields, which is the last.
const themePlace = 8

// room yields the fields that are shown, with the part of the line that each takes.
func (g *headGrid) room(objects []fyne.CanvasObject) iter.Seq2[fyne.CanvasObject, float32] {
	return func(yield func(fyne.CanvasObject, float32) bool) {
		for i, o := range objects {
			part := g.parts()[i]
			if i == themePlace-1 && !objects[themePlace].Visible() && !g.narrow {
				part += g.parts()[themePlace]
			}
			if o.Visible() && !yield(o, part) {
				return
			}
		}
	}
}

func (g *headGrid) parts() []float32 {
	if g.narrow {
		return narrowHead
	}
	return wideHead
}

func (g *headGrid) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	unit := (size.Width + style.Spacing) / 12
	var x, y, height float32
	for o, part := range g.room(objects) {
		if x+part > 12 {
			x, y, height = 0, y+height+style.Gap, 0
		}
		o.Move(fyne.NewPos(x*unit, y))
		o.Resize(fyne.NewSize(part*unit-style.Spacing, o.MinSize().Height))
		x += part
		height = max(height, o.MinSize().Height)
	}
}

func (g *headGrid) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var x, y, height float32
	for o, part := range g.room(objects) {
		if x+part > 12 {
			x, y, height = 0, y+height+style.Gap, 0
		}
		x += part
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(0, y+height)
}

// extend shows the theme, or hides it.
func (h *editorHead) extend(on bool) {
	if h.fields[themePlace].Visible() != on {
		show(h.fields[themePlace], on)
		h.content.Refresh()
	}
}

// showTheme shows the invoice's theme among those of its organisation, or in a field of its own where they
// are not known.
func (h *editorHead) showTheme(d *draft) {
	chart, read := d.chart()
	show(h.theme, read)
	show(h.themeText, !read)
	options := []option{{text: lang.L("editor.theme.default")}}
	for _, t := range chart.Themes {
		options = append(options, option{value: t.Name, text: t.Name})
	}
	name := d.Form.Theme
	if t, has := chart.Theme(name); has {
		name = t.Name
	} else if name != "" {
		options = append(options, option{value: name, text: lang.L("mapping.not-available", with{"Name": name})})
	}
	h.theme.chosen = name
	h.theme.setOptions(options)
	if h.themeText.Text != name {
		h.themeText.SetText(name)
	}
}

// arrange lays out the fields for the window's width.
func (h *editorHead) arrange() {
	h.content.Layout = &headGrid{narrow: h.narrow}
	h.content.Refresh()
}

// edit makes a change that a person made in a field.
func (h *editorHead) edit(change func()) {
	if h.showing || h.draft == nil || !h.writable() {
		return
	}
	change()
	h.changed()
}

func (h *editorHead) textField(about string, set func(*billing.Form, string)) *entry {
	e := newEntry(h.keys)
	e.OnChanged = func(text string) {
		h.edit(func() { h.draft.change(about, func(f *billing.Form) { set(f, text) }) })
	}
	return e
}

// dateField takes a date in whatever form; one that cannot be read counts as none.
func (h *editorHead) dateField(set func(billing.Date)) *entry {
	e := newEntry(h.keys)
	e.OnChanged = func(text string) {
		h.edit(func() {
			d, err := h.readDate(text)
			if err != nil {
				d = 0
			}
			set(d)
		})
	}
	return e
}

func (h *editorHead) readDate(text string) (billing.Date, error) {
	if text == "" {
		return 0, nil
	}
	order := intake.DayMonthYear
	if h.format.MonthFirst() {
		order = intake.MonthDayYear
	}
	return intake.ReadDate(text, order)
}

// problem says which date cannot be read, or "".
func (h *editorHead) problem() string {
	for _, e := range []*entry{h.date, h.due} {
		if _, err := h.readDate(e.Text); err != nil {
			return sentence(toldError(err))
		}
	}
	return ""
}

func (h *editorHead) showDate(e *entry, d billing.Date) {
	was := h.showing
	h.showing = true
	e.SetText(h.format.Date(d))
	h.showing = was
}

// show fills the fields.
func (h *editorHead) show(d *draft, writable bool) {
	options := []option{{text: lang.L("editor.choose-client")}}
	for _, c := range d.materials.Clients {
		options = append(options, option{value: string(c.ID), text: c.Name, detail: c.Code})
	}
	if _, listed := d.client(d.Form.Client); !listed && d.Form.Client != "" {
		options = append(options, option{value: string(d.Form.Client), text: h.nameOf(string(d.Form.Client))})
	}
	h.client.chosen = string(d.Form.Client)
	h.client.setOptions(options)
	h.kind.set(string(d.Form.Type))
	h.amounts.set(string(d.Form.Amounts))
	for e, d := range map[*entry]billing.Date{h.date: d.Form.Date, h.due: d.Form.Due} {
		if read, err := h.readDate(e.Text); err != nil || read != d || e.Text == "" {
			h.showDate(e, d)
		}
	}
	for e, text := range map[*entry]string{h.reference: d.Form.Reference, h.currency: string(d.Form.Currency), h.note: d.Form.Note} {
		if e.Text != text {
			e.SetText(text)
		}
	}
	h.showTheme(d)
	for _, f := range []fyne.Disableable{h.theme, h.themeText, h.client, h.kind, h.amounts, h.date, h.due, h.reference, h.currency, h.note} {
		if writable {
			f.Enable()
		} else {
			f.Disable()
		}
	}
}

// point puts the focus on a field.
func (h *editorHead) point(f billing.Field) {
	at := map[billing.Field]fyne.Focusable{
		billing.ClientField: h.client, billing.DateField: h.date, billing.DueField: h.due, billing.CurrencyField: h.currency,
		billing.ReferenceField: h.reference, billing.ThemeField: h.theme,
	}[f]
	if f == billing.ThemeField && !h.theme.Visible() {
		at = h.themeText
	}
	if at != nil {
		h.window.Canvas().Focus(at)
	}
}

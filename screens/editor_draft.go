package screens

import (
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

// The columns in which the lines of an invoice are written.
const (
	codeColumn = iota
	descriptionColumn
	quantityColumn
	rateColumn
	discountColumn
	taxColumn
	accountColumn
	firstExtra // where the draft has more columns, and else the amount
)

// extra is a column that only some invoices need: the item of a line, or its option of a tracking category.
type extra struct{ category string } // "" for the item

// title names the column.
func (x extra) title() string {
	if x.category == "" {
		return lang.L("field.item")
	}
	return x.category
}

// cellOf tells the column of a field that has one.
var cellOf = map[billing.Field]int{
	billing.CodeField: codeColumn, billing.DescriptionField: descriptionColumn, billing.QuantityField: quantityColumn,
	billing.UnitAmountField: rateColumn, billing.DiscountField: discountColumn, billing.TaxField: taxColumn,
	billing.AccountField: accountColumn,
}

// draft is an invoice while it is written: what is typed, what it comes to, and the way
// back to what it was before.
type draft struct {
	app.Writing
	materials app.Materials
	extras    []extra // between the account and the amount
	wide      bool    // it is shown with all of them, and with the theme, whatever it has
	typing    *typing // in a cell that is not left yet
	past      []billing.Form
	future    []billing.Form
	last      string // what the newest step of past was about

	invoice  billing.Invoice // as far as it can be read
	problems billing.Problems
	amounts  []string // of the lines, for the eye; "" where there is none
	totals   money.Totals
	taxes    []billing.TaxTotal
}

// typing is what stands in a cell that is not left yet.
type typing struct {
	row, column int
	text        string
}

// most steps that can be undone.
const mostSteps = 200

// current is the form with what is being typed.
func (d *draft) current() billing.Form {
	if d.typing == nil || d.typing.row >= len(d.Form.Lines) {
		return d.Form
	}
	f := d.Form.Clone()
	d.put(&f.Lines[d.typing.row], d.typing.column, d.typing.text)
	return f
}

// dirty reports whether there is something to save. How it was typed is nothing.
func (d *draft) dirty() bool {
	taxes := d.materials.Taxes
	return len(billing.Differences(d.Base.Tidy(taxes), d.current().Tidy(taxes))) > 0
}

// trimmed is the form without the empty lines at its end, which are not saved.
func trimmed(f billing.Form) billing.Form {
	for len(f.Lines) > 0 && f.Lines[len(f.Lines)-1].Empty() {
		f.Lines = f.Lines[:len(f.Lines)-1]
	}
	return f
}

// change makes a change that can be undone. Changes about the same thing, which come
// letter by letter, are one step.
func (d *draft) change(about string, do func(f *billing.Form)) {
	if about == "" || about != d.last {
		d.past = append(d.past, d.Form.Clone())
		if len(d.past) > mostSteps {
			d.past = d.past[1:]
		}
	}
	d.last, d.future, d.typing = about, nil, nil
	d.Form = d.Form.Clone()
	do(&d.Form)
}

// undo takes the newest change back, and redo makes it again. They report whether there
// was one.
func (d *draft) undo() bool { return d.step(&d.past, &d.future) }
func (d *draft) redo() bool { return d.step(&d.future, &d.past) }

func (d *draft) step(from, to *[]billing.Form) bool {
	if len(*from) == 0 {
		return false
	}
	*to = append(*to, d.Form)
	d.Form = (*from)[len(*from)-1]
	*from = (*from)[:len(*from)-1]
	d.last, d.typing = "", nil
	return true
}

// amountColumn is the last column, which nobody writes in.
func (d *draft) amountColumn() int { return firstExtra + len(d.extras) }

// extend makes the columns that the lines need, and with all of them those that the organisation has something
// for.
func (d *draft) extend(all bool) {
	var is []extra
	chart, _ := d.chart()
	items := all && len(chart.Items) > 0
	var categories []string
	add := func(name string) {
		if !slices.ContainsFunc(categories, func(known string) bool { return strings.EqualFold(known, name) }) {
			categories = append(categories, name)
		}
	}
	for _, l := range d.Form.Lines {
		items = items || l.Item != ""
		all = all || len(l.Tracking) > 0
	}
	if all {
		for _, c := range chart.Tracking {
			add(c.Name)
		}
		for _, l := range d.Form.Lines {
			for _, t := range l.Tracking {
				add(t.Category)
			}
		}
	}
	if items {
		is = append(is, extra{})
	}
	for _, c := range categories {
		is = append(is, extra{c})
	}
	d.extras = is
}

// chart is what the organisation has that the invoice goes to, if that was read.
func (d *draft) chart() (ledger.Chart, bool) {
	c, _ := d.client(d.Form.Client)
	chart, read := d.materials.Charts[c.Tenant]
	return chart, read
}

// text is what stands in a column of a line; nothing for the amount.
func (d *draft) text(l billing.FormLine, column int) string {
	if at := column - firstExtra; at >= 0 && at < len(d.extras) {
		if d.extras[at].category == "" {
			return l.Item
		}
		return trackingOf(l.Tracking, d.extras[at].category)
	}
	return *cell(&l, column)
}

// put writes what stands in a column of a line.
func (d *draft) put(l *billing.FormLine, column int, text string) {
	at := column - firstExtra
	switch {
	case at < 0 || at >= len(d.extras):
		*cell(l, column) = text
	case d.extras[at].category == "":
		l.Item = text
	default:
		l.Tracking = track(l.Tracking, d.extras[at].category, strings.TrimSpace(text))
	}
}

// columnOf returns the column of a field of a line. Of tracking it is the one that the line has an option of
// which the organisation does not have, or else the first.
func (d *draft) columnOf(row int, f billing.Field) (column int, there bool) {
	if column, there = cellOf[f]; there {
		return column, true
	}
	chart, _ := d.chart()
	column = -1
	for i, x := range d.extras {
		isItem := x.category == ""
		if f == billing.ItemField && isItem {
			return firstExtra + i, true
		}
		if f != billing.TrackingField || isItem || row >= len(d.Form.Lines) {
			continue
		}
		option := trackingOf(d.Form.Lines[row].Tracking, x.category)
		if _, _, has := chart.Spell(billing.Tracking{Category: x.category, Option: option}); column < 0 || option != "" && !has {
			column = firstExtra + i
		}
	}
	return max(column, 0), column >= 0
}

// cell is the text of a line in a column that every invoice has; the amount has none.
func cell(l *billing.FormLine, column int) *string {
	switch column {
	case codeColumn:
		return &l.Code
	case descriptionColumn:
		return &l.Description
	case quantityColumn:
		return &l.Quantity
	case rateColumn:
		return &l.UnitAmount
	case discountColumn:
		return &l.Discount
	case taxColumn:
		return &l.Tax
	case accountColumn:
		return &l.Account
	}
	return new(string)
}

// edit writes a cell.
func (d *draft) edit(row, column int, text string) {
	d.change("", func(f *billing.Form) { d.write(&f.Lines[row], column, text) })
}

// write writes a cell and what follows from it: a billing code fills in what it begins
// with, and a tax that is chosen again is the firm's tax of today.
func (d *draft) write(l *billing.FormLine, column int, text string) {
	switch column {
	case codeColumn:
		before, _ := d.code(l.Code)
		if now, known := d.code(text); known {
			*l = l.Fill(before, now, d.materials.Taxes)
			return
		}
	case taxColumn:
		if text != l.Tax {
			l.Written = billing.Tax{}
		}
	}
	d.put(l, column, text)
}

func (d *draft) code(text string) (billing.Code, bool) {
	for _, c := range d.materials.Codes {
		if strings.EqualFold(c.Code, strings.TrimSpace(text)) {
			return c, true
		}
	}
	return billing.Code{}, false
}

// insert puts a new line before the row at. It begins with the client's billing code, and
// with the tax of the line above or of the client's organisation.
func (d *draft) insert(at int) {
	d.change("", func(f *billing.Form) { f.Lines = slices.Insert(f.Lines, at, d.newLine(f.Lines[:at])) })
}

func (d *draft) newLine(above []billing.FormLine) billing.FormLine {
	var l billing.FormLine
	c, _ := d.client(d.Form.Client)
	if code, known := d.code(c.BillingCode); known {
		l = l.Fill(billing.Code{}, code, d.materials.Taxes)
	}
	switch {
	case l.Tax != "":
	case len(above) > 0 && above[len(above)-1].Tax != "":
		last := above[len(above)-1]
		l.Tax, l.Written = last.Tax, last.Written
	default:
		l.Tax = c.Tax
	}
	return l
}

func (d *draft) client(id billing.ClientID) (app.ClientTerms, bool) {
	for _, c := range d.materials.Clients {
		if c.ID == id {
			return c, true
		}
	}
	return app.ClientTerms{}, false
}

func (d *draft) remove(from, count int) {
	d.change("", func(f *billing.Form) { f.Lines = slices.Delete(f.Lines, from, from+count) })
}

func (d *draft) move(from, to int) {
	d.change("", func(f *billing.Form) {
		l := f.Lines[from]
		f.Lines = slices.Insert(slices.Delete(f.Lines, from, from+1), to, l)
	})
}

// paste writes cells that came from elsewhere, in lines that are there or new. A billing
// code fills in what was pasted empty.
func (d *draft) paste(row int, columns []int, cells [][]string) {
	d.change("", func(f *billing.Form) {
		for i, texts := range cells {
			for len(f.Lines) <= row+i {
				f.Lines = append(f.Lines, billing.FormLine{})
			}
			l := &f.Lines[row+i]
			for j, text := range texts {
				if text == "" {
					d.put(l, columns[j], "")
				}
			}
			for j, text := range texts {
				if text != "" { // the billing code stands first
					d.write(l, columns[j], text)
				}
			}
		}
	})
}

// choose sets the client, and what new invoices of it begin with.
func (d *draft) choose(id billing.ClientID) {
	before, _ := d.client(d.Form.Client)
	now, known := d.client(id)
	d.change("", func(f *billing.Form) {
		f.Client = id
		if !known {
			return
		}
		if f.Currency == "" || f.Currency == before.Currency {
			f.Currency = now.Currency
		}
		if f.Due.IsZero() || f.Due == before.Due.Due(f.Date) {
			f.Due = now.Due.Due(f.Date)
		}
		if len(f.Lines) == 1 && f.Lines[0].Empty() {
			f.Lines[0] = d.newLine(nil)
		}
	})
}

// date sets the date, and with it a due date that followed from it.
func (d *draft) date(to billing.Date) {
	c, _ := d.client(d.Form.Client)
	d.change("date", func(f *billing.Form) {
		if due := c.Due.Due(f.Date); f.Due.IsZero() || f.Due == due {
			f.Due = c.Due.Due(to)
		}
		f.Date = to
	})
}

// compute works out what the form comes to, as Xero will.
func (d *draft) compute(format style.Format) {
	f := d.current()
	v, err := f.Read(d.materials.Taxes)
	d.problems, _ = errors.AsType[billing.Problems](err)
	wrong := map[int]bool{}
	for _, p := range d.problems {
		wrong[p.Line] = true
	}
	d.amounts = make([]string, len(f.Lines))
	lines, places := v.Lines, []int(nil)
	v.Lines = nil
	for i, l := range f.Lines {
		if l.Empty() {
			continue
		}
		read := lines[0]
		lines = lines[1:]
		if !wrong[i] {
			v.Lines, places = append(v.Lines, read), append(places, i)
		}
	}
	d.invoice = v
	if d.totals, err = v.Totals(); err != nil {
		d.totals = money.Totals{SubTotal: money.Zero(v.Currency), Tax: money.Zero(v.Currency), Total: money.Zero(v.Currency)}
		d.taxes = nil
		return
	}
	for n, at := range places {
		if !v.Lines[n].TextOnly() {
			d.amounts[at] = format.Amount(d.totals.Lines[n].Amount)
		}
	}
	if d.taxes, err = v.TaxTotals(d.totals); err != nil {
		d.taxes = nil
	}
}

// rows are the lines as the sheet shows them.
func (d *draft) rows() [][]string {
	rows := make([][]string, len(d.Form.Lines))
	for i := range d.Form.Lines {
		l := &d.Form.Lines[i]
		for column := range d.amountColumn() {
			rows[i] = append(rows[i], d.text(*l, column))
		}
		rows[i] = append(rows[i], d.amounts[i])
	}
	return rows
}

// marks are the cells that cannot be read.
func (d *draft) marks() map[sheet.Cell]string {
	marks := map[sheet.Cell]string{}
	for _, p := range d.problems {
		if p.Line < 0 {
			continue
		}
		if column, there := d.columnOf(p.Line, p.Field); there {
			marks[sheet.Cell{Row: p.Line, Column: column}] = sentence(say(p.Err))
		}
	}
	d.markAbsent(marks)
	return marks
}

// markAbsent marks the items and options of tracking that the organisation does not have, as the export will.
func (d *draft) markAbsent(marks map[sheet.Cell]string) {
	chart, read := d.chart()
	if !read {
		return
	}
	for row, l := range d.Form.Lines {
		for i, x := range d.extras {
			at := sheet.Cell{Row: row, Column: firstExtra + i}
			text := d.text(l, at.Column)
			if text == "" {
				continue
			}
			if x.category == "" {
				if item, has := chart.Item(text); !has || !item.Sold {
					marks[at] = lang.L("editor.no-item", with{"Item": text, "Organisation": chart.Tenant.Name})
				}
			} else if _, _, has := chart.Spell(billing.Tracking{Category: x.category, Option: text}); !has {
				marks[at] = lang.L("editor.no-option", with{"Category": x.category, "Option": text, "Organisation": chart.Tenant.Name})
			}
		}
	}
}

// sentence begins a text with a capital letter and ends it with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = capital(text)
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

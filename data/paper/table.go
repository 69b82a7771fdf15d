package paper

import (
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
)

const (
	gap       = 5.0  // before a column of numbers
	padding   = 1.7  // over and under a row, and beside its ends
	narrowest = 52.0 // that the description may be
	largest   = 9.0  // of the letters in the table
	smallest  = 6.0
	keptWhole = 8 // a row of no more lines is not broken over pages
	keptFirst = 3 // and of a longer one so many stay on the page where it begins
)

// table is the lines of an invoice.
type table struct {
	pen     *pen
	texts   []string // the descriptions
	spans   []bool   // whether the line is a description alone
	columns []column
	style   style
	head    style
	room    float64 // of the descriptions
}

// column is a column of numbers, right of the descriptions.
type column struct {
	title  string
	cells  []string // one a line
	points bool     // whether the decimal points stand under each other

	right float64
	tail  float64 // the room right of the decimal points
}

func newTable(p *pen, d app.Document) *table {
	t := &table{pen: p}
	quantity := column{title: wordQuantity, points: true}
	rate := column{title: wordRate, points: true}
	discount := column{title: wordDiscount, points: true}
	tax := column{title: wordTax}
	amount := column{title: wordAmount, points: true}
	discounted := false
	for i, l := range d.Invoice.Lines {
		t.texts = append(t.texts, l.Description)
		t.spans = append(t.spans, l.TextOnly())
		quantity.cells = append(quantity.cells, number(l.Quantity.String()))
		rate.cells = append(rate.cells, number(l.UnitAmount.String()))
		discount.cells = append(discount.cells, number(l.Discount.String()))
		tax.cells = append(tax.cells, taxCell(l.Tax))
		amount.cells = append(amount.cells, number(d.Totals.Lines[i].Amount.String()))
		discounted = discounted || !l.Discount.IsZero()
	}
	t.columns = append(t.columns, quantity, rate)
	if discounted {
		t.columns = append(t.columns, discount)
	}
	if taxed(d) {
		t.columns = append(t.columns, tax)
	}
	t.columns = append(t.columns, amount)
	t.fit()
	return t
}

// taxCell tells the rate of a line's tax: of each part where it is made of two, which is
// as much as a narrow column has room for.
func taxCell(t billing.Tax) string {
	switch {
	case t.Name == "" && t.Rate == 0:
		return ""
	case len(t.Parts) == 2:
		return number(t.Parts[0].Rate.String()) + " + " + number(t.Parts[1].Rate.String())
	}
	return number(t.Rate.String())
}

// fit lays the columns out from the right, each as wide as its widest cell. Where
// numbers of many digits leave the descriptions too little, all letters get smaller.
func (t *table) fit() {
	for size := largest; size >= smallest; size -= 0.5 {
		t.style, t.head = style{size, false, ink}, style{size - 0.5, true, accent}
		edge := right - padding
		for i := len(t.columns) - 1; i >= 0; i-- {
			edge -= t.columns[i].lay(t.pen, edge, t.style, t.head) + gap
		}
		t.room = edge - left - padding
		if t.room >= narrowest {
			return
		}
	}
}

// lay puts the right edge of the column at x and returns how wide it is.
func (c *column) lay(p *pen, x float64, body, head style) float64 {
	before := 0.0
	c.right, c.tail = x, 0
	for _, cell := range c.cells {
		number, tail := c.split(cell)
		before, c.tail = max(before, p.width(number, body)), max(c.tail, p.width(tail, body))
	}
	return max(before+c.tail, p.width(c.title, head))
}

// split parts a cell where it is to meet those above it.
func (c *column) split(cell string) (before, tail string) {
	if at := strings.IndexAny(cell, ".%"); c.points && at >= 0 {
		return cell[:at], cell[at:]
	}
	return cell, ""
}

func (c *column) write(p *pen, row int, y float64, st style) {
	before, _ := c.split(c.cells[row])
	p.text(c.right-c.tail-p.width(before, st), y, c.cells[row], st)
}

// write writes the table. The last row stays with what follows, of the height after.
func (t *table) write(after float64) {
	p := t.pen
	p.need(t.headHeight() + t.height(keptFirst))
	t.writeHead()
	for i, text := range t.texts {
		room := t.room
		if t.spans[i] {
			room = right - left - 2*padding
		}
		lines := p.wrap(text, room, t.style)
		together := t.height(len(lines))
		if len(lines) > keptWhole {
			together = t.height(keptFirst)
		} else if i == len(t.texts)-1 {
			together += after
		}
		if p.need(together) {
			t.writeHead()
		}
		t.row(i, lines)
	}
}

func (t *table) headHeight() float64 { return t.head.leading() + 2*padding }

func (t *table) height(lines int) float64 { return float64(lines)*t.style.leading() + 2*padding }

func (t *table) writeHead() {
	p := t.pen
	p.fill(left, p.y, right-left, t.headHeight(), tint)
	p.y += padding
	p.text(left+padding, p.y, wordDescription, t.head)
	for _, c := range t.columns {
		p.right(c.right, p.y, c.title, t.head)
	}
	p.y += t.head.leading() + padding
}

// row writes a line of the invoice, with its numbers beside the first line of text.
func (t *table) row(i int, lines []string) {
	p := t.pen
	p.y += padding
	for n, text := range lines {
		if p.need(t.style.leading() + padding) {
			t.writeHead()
			p.y += padding
		}
		p.text(left+padding, p.y, text, t.style)
		if n == 0 && !t.spans[i] {
			for _, c := range t.columns {
				c.write(p, i, p.y, t.style)
			}
		}
		p.y += t.style.leading()
	}
	p.y += padding
	p.rule(left, right, p.y, 0.2, line)
}

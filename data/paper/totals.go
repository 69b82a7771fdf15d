package paper

import (
	"fmt"

	"feebridge/app"
	"feebridge/app/money"
)

var (
	sumStyle   = style{9.5, false, ink}
	totalStyle = style{10.5, true, ink}
	dueStyle   = style{10.5, true, white}
	payStyle   = style{10.5, true, accent} // of how to pay
)

const (
	totalsLeft  = right - 88
	underTable  = 3.0
	paymentWide = 130.0
)

// totals is the sums at the end of the table. They stand together.
type totals struct {
	pen  *pen
	rows []sum
}

// sum is one of them.
type sum struct {
	label  []string
	amount string
	style  style
	filled bool // the row that the client looks for
}

func newTotals(p *pen, d app.Document) *totals {
	t := &totals{pen: p}
	currency := string(currency(d))
	if taxed(d) {
		subtotal := d.Totals.SubTotal
		if d.Invoice.Amounts == money.Inclusive {
			subtotal = d.Totals.Total
		}
		t.add(subtotalWords(d.Invoice.Amounts), subtotal, sumStyle)
		for _, tax := range d.Taxes {
			t.add(taxWords(d.Invoice.Amounts, tax), tax.Amount, sumStyle)
		}
	}
	t.add(wordTotal+" "+currency, d.Totals.Total, totalStyle)
	t.add(wordAmountDue+" "+currency, d.Totals.Total, dueStyle)
	t.rows[len(t.rows)-1].filled = true
	return t
}

func (t *totals) add(label string, a money.Amount, st style) {
	amount := number(a.String())
	room := right - totalsLeft - 2*padding - gap - t.pen.width(amount, st)
	t.rows = append(t.rows, sum{label: t.pen.wrap(label, room, st), amount: amount, style: st})
}

func (s sum) height() float64 { return float64(len(s.label))*s.style.leading() + padding }

func (t *totals) height() float64 {
	h := underTable
	for _, row := range t.rows {
		h += row.height()
	}
	return h
}

func (t *totals) write() {
	p := t.pen
	p.need(t.height())
	p.y += underTable
	for _, row := range t.rows {
		p.need(row.height())
		if row.filled {
			p.fill(totalsLeft, p.y, right-totalsLeft, row.height(), accent)
		}
		p.y += padding / 2
		p.right(right-padding, p.y, row.amount, row.style)
		for _, text := range row.label {
			p.text(totalsLeft+padding, p.y, text, row.style)
			p.y += row.style.leading()
		}
		p.y += padding / 2
	}
	p.y += between
}

// payment tells when and how to pay, together where it fits on a page.
func (p *pen) payment(d app.Document) {
	due := ""
	if !d.Invoice.Due.IsZero() {
		due = fmt.Sprintf(phraseDue, date(d.Invoice.Due))
	}
	text := join("\n", due, d.Firm.Payment)
	if text == "" {
		return
	}
	lines := len(p.wrap(text, paymentWide, partyStyle))
	p.need(payStyle.leading() + float64(lines)*partyStyle.leading())
	p.paragraph(paymentWide, wordPayment, payStyle)
	p.paragraph(paymentWide, text, partyStyle)
}

package paper

import (
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
)

var (
	firmStyle    = style{15, true, ink}
	detailStyle  = style{8.5, false, grey}
	titleStyle   = style{22, true, accent}
	typeStyle    = style{10, false, grey}
	partyStyle   = style{9.5, false, ink}
	nameStyle    = style{9.5, true, ink}
	captionStyle = style{9.5, false, grey}
)

const (
	between    = 7.0 // the parts of the paper
	partyRight = 112.0
	factRight  = 142.0 // where the values begin
)

// letterhead tells who bills.
func (p *pen) letterhead(f app.Firm, l *logo) {
	width, under := right-left, p.y
	if l != nil {
		p.image(l, right-l.width, p.y)
		width, under = width-l.width-8, p.y+l.height
	}
	p.paragraph(width, f.Name, firmStyle)
	p.paragraph(width, f.Address.String(), detailStyle)
	p.paragraph(width, join(" · ", f.Phone, f.Email), detailStyle)
	if f.TaxNumber != "" {
		p.paragraph(width, wordTaxNumber+" "+f.TaxNumber, detailStyle)
	}
	p.y = max(p.y, under) + 4
	p.rule(left, right, p.y, 0.6, accent)
	p.y += between
}

// join joins the texts that are not empty.
func join(separator string, texts ...string) string {
	var filled []string
	for _, t := range texts {
		if t != "" {
			filled = append(filled, t)
		}
	}
	return strings.Join(filled, separator)
}

// heading tells what the paper is.
func (p *pen) heading(d app.Document) {
	p.paragraph(right-left, title(d), titleStyle)
	p.paragraph(right-left, typeWords(d.Invoice.Type), typeStyle)
	p.y += 3
}

// parties tells who is billed, beside that the number and the dates, and what the amounts
// in the table are.
func (p *pen) parties(d app.Document) {
	client := p.client(d.Client)
	facts := p.facts(d.Invoice)
	for i := range max(len(client), len(facts)) {
		p.need(partyStyle.leading())
		if i < len(client) {
			p.text(left, p.y, client[i].text, client[i].style)
		}
		if i < len(facts) {
			p.text(partyRight, p.y, facts[i].caption, captionStyle)
			p.text(factRight, p.y, facts[i].value, partyStyle)
		}
		p.y += partyStyle.leading()
	}
	p.y += between
	p.paragraph(right-left, amountsWords(currency(d), d.Invoice.Amounts, taxed(d)), detailStyle)
	p.y += padding / 2
}

// styled is a line of text with its style.
type styled struct {
	text  string
	style style
}

// client returns the lines of the address.
func (p *pen) client(c billing.Client) []styled {
	const width = partyRight - left - 8
	lines := []styled{{wordBillTo, captionStyle}}
	for _, text := range p.wrap(c.Name, width, nameStyle) {
		lines = append(lines, styled{text, nameStyle})
	}
	for _, part := range c.Address.Parts() {
		for _, text := range p.wrap(part, width, partyStyle) {
			lines = append(lines, styled{text, partyStyle})
		}
	}
	return lines
}

// fact is one line beside the address. Only the first line of a long value has a caption.
type fact struct{ caption, value string }

func (p *pen) facts(v billing.Invoice) []fact {
	var lines []fact
	for _, f := range []fact{
		{wordNumber, string(v.Number)},
		{wordDate, date(v.Date)},
		{wordDue, date(v.Due)},
		{wordReference, v.Reference},
	} {
		if f.value == "" {
			continue
		}
		for _, text := range p.wrap(f.value, right-factRight, partyStyle) {
			lines = append(lines, fact{f.caption, text})
			f.caption = ""
		}
	}
	return lines
}

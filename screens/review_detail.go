package screens

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/style"
)

// mostLines is how many lines of an invoice the review tells one by one.
const mostLines = 100

// showCursor shows the invoice under the cursor.
func (d *reviewDialog) showCursor() {
	if id, there := d.grid.Cursor(); there && d.shown == d {
		d.showDetail(id)
	}
}

// showDetail shows all that there is to know of one invoice.
func (d *reviewDialog) showDetail(id billing.InvoiceID) {
	r, there := d.grid.Row(id)
	if !there {
		return
	}
	if id != d.at {
		d.scroll.ScrollToTop()
	}
	d.at = id
	d.detail.RemoveAll()
	for _, part := range []fyne.CanvasObject{d.detailHead(r), d.detailContact(r), d.detailLines(r), d.detailElse(r)} {
		if part != nil {
			d.detail.Add(part)
		}
	}
	d.detail.Refresh()
}

// detailHead is the verdict with every message, what it means and what to do.
func (d *reviewDialog) detailHead(r *reviewRow) fyne.CanvasObject {
	name := heading(lang.L("review.invoice", with{"Number": r.Invoice.Number, "Client": r.Client.Name}))
	name.SizeName, name.Truncation, name.Wrapping = theme.SizeNameSubHeadingText, fyne.TextTruncateOff, fyne.TextWrapWord
	parts := container.New(closely, name)
	word := paragraph(verdictWord(r))
	word.TextStyle.Bold = true
	parts.Add(signed(r.sign(), word))
	if r.checking {
		return parts
	}
	if r.refused != nil {
		parts.Add(paragraph(say(r.refused)))
	}
	offered := map[remedy]bool{noRemedy: true} // several messages share a button
	var buttons []fyne.CanvasObject
	offer := func(f remedy) {
		if offered[f] || !d.may(f, r) {
			return
		}
		offered[f] = true
		b := newButton(d.keys, f.reviewLabel(), func() { d.mend(f, r) })
		if len(buttons) == 0 {
			b.Importance = widget.HighImportance
		}
		buttons = append(buttons, b)
	}
	lacking := map[remedy]bool{}
	explained := map[ledger.Cause]bool{}
	for _, m := range urgentFirst(r.Messages) {
		parts.Add(signed(messageSign(m), paragraph(m.Text)))
		if !explained[m.Cause] {
			explained[m.Cause] = true
			for _, part := range advised(advice{meaning(m.Cause), fix(m.Cause)}) {
				parts.Add(part)
			}
		}
		f := remedyFor(r, m)
		if offer(f); f != noRemedy && !d.may(f, r) && !lacking[f] {
			lacking[f] = true
			parts.Add(caption(lang.L("panel.not-possible", with{"Action": bare(f.reviewLabel()), "Why": needsWords(f.needs())})))
		}
	}
	offer(r.fix)
	if len(buttons) > 0 {
		parts.Add(container.New(layout.NewCustomPaddedLayout(style.Spacing, style.Spacing, style.Gap, style.Gap), container.New(layout.NewRowWrapLayout(), buttons...)))
	}
	return parts
}

func verdictWord(r *reviewRow) string {
	switch {
	case r.checking:
		return lang.L("review.checking")
	case r.Verdict == app.VerdictBlocked:
		return lang.L("review.word.blocked")
	case r.Verdict == app.VerdictWarning:
		return lang.L("review.word.warning")
	}
	return lang.L("review.word.ready")
}

// detailContact is the contact that the invoice would go to, and what speaks for it.
func (d *reviewDialog) detailContact(r *reviewRow) fyne.CanvasObject {
	if r.refused != nil || r.Contact == "" {
		return nil
	}
	parts := []fyne.CanvasObject{signed(contactSign(r.Contact), paragraph(contactText(r)))}
	for _, fact := range contactEvidence(r) {
		parts = append(parts, caption(fact))
	}
	return section(lang.L("panel.contact"), parts...)
}

func contactSign(v app.ContactVerdict) style.Sign {
	switch v {
	case app.ContactSeveral, app.ContactArchived:
		return style.Failed
	case app.ContactCreated, app.ContactMerged:
		return style.Warning
	}
	return style.Done
}

// contactText says in a sentence what would happen with the contact.
func contactText(r *reviewRow) string {
	data := with{"Client": r.Client.Name, "Contact": r.Match.Contact.Name}
	if r.Match.Kind == ledger.Gone {
		return lang.L("review.contact.gone")
	}
	switch r.Contact {
	case app.ContactLinked:
		return lang.L("review.contact.linked", data)
	case app.ContactWillLink:
		return lang.L("review.contact.will-link", data)
	case app.ContactSeveral:
		return lang.N("review.contact.several", len(r.Match.Choices), with{"Count": len(r.Match.Choices)})
	case app.ContactCreated:
		return lang.L("review.contact.created", data)
	case app.ContactArchived:
		return lang.L("review.contact.archived", data)
	case app.ContactMerged:
		return lang.L("review.contact.merged", data)
	}
	return string(r.Contact)
}

// contactEvidence says what speaks for the contact, or among which ones a person has to choose.
func contactEvidence(r *reviewRow) []string {
	var facts []string
	c, client := r.Match.Contact, r.Client
	if r.Contact == app.ContactCreated {
		return []string{strings.Join(filled(client.Name, lang.L("contact.number", with{"Number": client.Code}), client.Email, client.Address.String()), " · ")}
	}
	for _, choice := range r.Match.Choices {
		facts = append(facts, contactWords(choice))
	}
	if c.ID == "" {
		return facts
	}
	if c.Number != "" && strings.EqualFold(c.Number, client.Code) {
		facts = append(facts, lang.L("review.evidence.code", with{"Code": client.Code}))
	}
	if billing.FoldName(c.Name) == billing.FoldName(client.Name) {
		facts = append(facts, lang.L("review.evidence.name"))
	} else {
		facts = append(facts, lang.L("review.evidence.other-name", with{"Client": client.Name, "Contact": c.Name}))
	}
	if c.Email != "" {
		facts = append(facts, c.Email)
	}
	return facts
}

// detailLines are the lines as they would be sent, and the total that Xero should come to.
func (d *reviewDialog) detailLines(r *reviewRow) fyne.CanvasObject {
	if r.refused != nil || len(r.Write.Lines) == 0 {
		return nil
	}
	var parts []fyne.CanvasObject
	for i, l := range r.Write.Lines {
		if i == mostLines {
			left := len(r.Write.Lines) - i
			parts = append(parts, caption(lang.N("review.more-lines", left, with{"Count": d.format.Count(left)})))
			break
		}
		text := paragraph(l.Description)
		if l.TextOnly {
			parts = append(parts, text)
			continue
		}
		words := filled(r.accountText(l), r.taxText(l))
		for _, t := range l.Tracking {
			words = append(words, t.Category+": "+t.Option)
		}
		words = append(words, lang.L("panel.line", with{"Quantity": l.Quantity, "Price": l.UnitAmount}))
		parts = append(parts, container.New(closely, text, caption(strings.Join(words, " · "))))
	}
	name, total := widget.NewLabel(lang.L("review.total")), widget.NewLabel(d.format.Money(r.Total))
	name.TextStyle.Bold, total.TextStyle.Bold = true, true
	parts = append(parts, container.NewBorder(nil, nil, nil, total, name))
	return section(lang.L("review.lines"), parts...)
}

// detailElse is what else would happen.
func (d *reviewDialog) detailElse(r *reviewRow) fyne.CanvasObject {
	if r.refused != nil {
		return nil
	}
	data := with{"Number": r.Invoice.Number, "Client": r.Client.Name, "Status": thereWord(r.arrives), "Organisation": r.orgName}
	facts := []string{lang.L("review.else.number", data)}
	if r.Contact == app.ContactCreated {
		facts = append(facts, lang.L("review.else.contact", data))
	}
	if r.Contact == app.ContactWillLink || r.Contact == app.ContactMerged {
		facts = append(facts, lang.L("review.else.link", data))
	}
	if r.Attaches {
		facts = append(facts, lang.L("review.else.paper", data))
	}
	var parts []fyne.CanvasObject
	for _, fact := range facts {
		parts = append(parts, paragraph(fact))
	}
	return section(lang.L("review.else"), parts...)
}

package screens

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/style"
)

// news tells once what happened to invoices in Xero, in a strip above the footer, and through
// the operating system while the window is not in front. Whichever process
// finds it, it is seen in the rows.
type news struct {
	*billingScreen
	notify func(title, text string) // nil where the system cannot be told
	away   bool                     // the window is in the background

	known  map[billing.InvoiceID]event // what was told of an invoice last
	shown  map[billing.InvoiceID]event // what the strip tells
	fresh  map[billing.InvoiceID]event // what the system has not been told
	mine   map[billing.InvoiceID]bool  // those that this window's person replaces
	strip  *fyne.Container
	text   *badge
	adding bool // something was added that the strip does not tell yet
}

// event is what happened to an invoice in Xero.
type event struct {
	what   happening
	closed bool // ours closed by it
}

// happening is a kind of what happens to invoices in Xero, in the order it is told.
type happening int

// The kinds; noHappening is nothing to tell.
const (
	noHappening happening = iota
	approvedThere
	partPaidThere
	paidThere
	creditedThere
	unpaidThere
	voidedThere
	deletedThere
	changedThere
	vanishedThere
	happenings
)

// notifyAfter is how long news are collected before the system is told: a refresh brings them
// page by page.
const notifyAfter = 3 * time.Second

func newNews(b *billingScreen) *news {
	n := &news{billingScreen: b, known: map[billing.InvoiceID]event{}, shown: map[billing.InvoiceID]event{}, fresh: map[billing.InvoiceID]event{}, mine: map[billing.InvoiceID]bool{}}
	n.text = newBadge(b.keys, 2000, n.open)
	leave := newButton(b.keys, "", n.dismiss)
	leave.Icon = theme.CancelIcon()
	n.strip = newStrip(n.text, newButton(b.keys, lang.L("action.show"), n.open), leave)
	return n
}

// add takes note of how a row changed.
func (n *news) add(was, is *app.InvoiceRow) {
	e := event{happened(was, is), was.Stage.Status != billing.Closed && is.Stage.Status == billing.Closed}
	if e.what == noHappening {
		if was.Stage != is.Stage || was.Settlement != is.Settlement { // such as an edit that was taken back
			delete(n.known, is.ID)
			if _, told := n.shown[is.ID]; told {
				delete(n.shown, is.ID) // it is no longer so
				n.adding = true
			}
			delete(n.fresh, is.ID)
		}
		return
	}
	if n.mine[is.ID] || n.known[is.ID].what == e.what {
		return
	}
	if before, told := n.shown[is.ID]; told && e.what != unpaidThere {
		e.closed = e.closed || before.closed
	}
	n.known[is.ID], n.shown[is.ID], n.fresh[is.ID] = e, e, e
	n.adding = true
}

// happened says what happened to an invoice in Xero. How an export ended, and what was done to it
// from here, is no news.
func happened(was, is *app.InvoiceRow) happening {
	from, to := was.Stage, is.Stage
	if !from.Live() && from.Export != billing.NotFoundInXero || from == (billing.Stage{Status: billing.Closed, Export: billing.Removing}) {
		return noHappening
	}
	if to.Export != from.Export {
		switch to.Export {
		case billing.DeletedInXero:
			return deletedThere
		case billing.VoidedInXero:
			return voidedThere
		case billing.Changed:
			return changedThere
		case billing.NotFoundInXero:
			return vanishedThere
		}
	}
	if to.Status != billing.Closed || was.Settlement == is.Settlement && from.Status == to.Status {
		return noHappening
	}
	settled := was.Settlement == ledger.Paid || was.Settlement == ledger.Credited
	switch is.Settlement {
	case ledger.Paid:
		return paidThere
	case ledger.Credited:
		return creditedThere
	case ledger.PartPaid:
		if settled {
			return unpaidThere
		}
		return partPaidThere
	case ledger.Approved:
		switch {
		case from.Status != billing.Closed:
			return approvedThere
		case settled, was.Settlement == ledger.PartPaid:
			return unpaidThere
		}
	}
	return noHappening
}

// tell shows what was added.
func (n *news) tell() {
	if !n.adding {
		return
	}
	n.adding = false
	if len(n.shown) == 0 {
		n.dismiss()
		return
	}
	n.text.set(signOf(n.shown), n.words(n.shown))
	n.strip.Refresh()
	if !n.strip.Visible() {
		n.strip.Show()
		lay(n.content)
	}
	if n.away && n.notify != nil {
		n.after(notifyAfter, func() { n.do(n.tellSystem) })
	} else {
		clear(n.fresh)
	}
}

// tellSystem tells the system what it has not been told, unless the person has seen it.
func (n *news) tellSystem() {
	if n.away && len(n.fresh) > 0 {
		n.notify(lang.L("news.title"), n.words(n.fresh))
	}
	clear(n.fresh)
}

// open lists the invoices alone, and selects none.
func (n *news) open() {
	ids := make([]billing.InvoiceID, 0, len(n.shown))
	for id := range n.shown {
		ids = append(ids, id)
	}
	n.dismiss()
	n.showOnly(ids, lang.N("news.only", len(ids), with{"Count": n.format.Count(len(ids))}))
}

// dismiss forgets what the strip tells.
func (n *news) dismiss() {
	n.shown = map[billing.InvoiceID]event{}
	if n.strip.Visible() {
		n.strip.Hide()
		lay(n.content)
	}
}

// signOf is the sign of what a person has to look at where there is any, else of what is done.
func signOf(of map[billing.InvoiceID]event) style.Sign {
	for _, e := range of {
		if e.what >= unpaidThere {
			return style.Warning
		}
	}
	return style.Done
}

// words count what happened to invoices: what closed first.
func (n *news) words(of map[billing.InvoiceID]event) string {
	counts := map[event]int{}
	for _, e := range of {
		counts[e]++
	}
	var sentences []string
	for _, closed := range []bool{true, false} {
		var parts []string
		for what := noHappening + 1; what < happenings; what++ {
			if count := counts[event{what, closed}]; count > 0 {
				name := n.format.Count(count)
				if len(parts) == 0 {
					name = invoiceCount(count)
				}
				parts = append(parts, what.words(count, name))
			}
		}
		what := with{"What": enumerate(parts)}
		switch {
		case len(parts) == 0:
		case closed:
			sentences = append(sentences, lang.L("news.closed", what))
		default:
			sentences = append(sentences, lang.L("news.open", what))
		}
	}
	return strings.Join(sentences, " ")
}

// words say that it happened to so many invoices, which name says.
func (h happening) words(count int, name string) string {
	data := with{"Invoices": name}
	switch h {
	case approvedThere:
		return lang.N("news.approved", count, data)
	case partPaidThere:
		return lang.N("news.part-paid", count, data)
	case paidThere:
		return lang.N("news.paid", count, data)
	case creditedThere:
		return lang.N("news.credited", count, data)
	case unpaidThere:
		return lang.N("news.unpaid", count, data)
	case voidedThere:
		return lang.N("news.voided", count, data)
	case deletedThere:
		return lang.N("news.deleted", count, data)
	case changedThere:
		return lang.N("news.edited", count, data)
	}
	return lang.N("news.vanished", count, data)
}

// enumerate joins parts of a sentence.
func enumerate(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return lang.L("news.and", with{"First": strings.Join(parts[:last], ", "), "Last": parts[last]})
}

package screens

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/grid"
)

// invoiceSchema says what the billing grid shows of an invoice.
func (b *billingScreen) invoiceSchema(locale language.Tag) *grid.Schema[*app.InvoiceRow, billing.InvoiceID] {
	f := b.format
	return &grid.Schema[*app.InvoiceRow, billing.InvoiceID]{
		Key:    func(r *app.InvoiceRow) billing.InvoiceID { return r.ID },
		Locale: locale,
		Columns: []grid.Column[*app.InvoiceRow]{{
			ID: "number", Title: lang.L("field.number"), Width: 100, MinWidth: 84,
			Text: func(r *app.InvoiceRow) string { return string(r.Number) }, Search: true, Collate: true,
		}, {
			ID: "client", Title: lang.L("field.client"), Width: 210, MinWidth: 120, Stretch: 2,
			Text: func(r *app.InvoiceRow) string { return r.Client }, Search: true, Collate: true,
		}, {
			ID: "reference", Title: lang.L("field.reference"), Width: 120, MinWidth: 90, Priority: 5, Hidden: true,
			Text: func(r *app.InvoiceRow) string { return r.Reference }, Search: true, Collate: true,
		}, {
			ID: "date", Title: lang.L("field.date"), Width: 92, MinWidth: 92, Priority: 3,
			Text:  func(r *app.InvoiceRow) string { return f.Date(r.Date) },
			Copy:  func(r *app.InvoiceRow) string { return r.Date.String() },
			Order: func(r *app.InvoiceRow) int64 { return int64(r.Date) },
		}, {
			ID: "due", Title: lang.L("field.due"), Width: 92, MinWidth: 92, Priority: 4,
			Text:  func(r *app.InvoiceRow) string { return f.Date(r.Due) },
			Copy:  func(r *app.InvoiceRow) string { return r.Due.String() },
			Order: func(r *app.InvoiceRow) int64 { return int64(r.Due) },
		}, {
			ID: "total", Title: lang.L("field.total"), Width: 124, MinWidth: 124, Align: fyne.TextAlignTrailing,
			Text:  func(r *app.InvoiceRow) string { return b.money(r.Total) },
			Copy:  func(r *app.InvoiceRow) string { return r.Total.String() + " " + string(r.Total.Currency()) },
			Order: func(r *app.InvoiceRow) int64 { return r.Total.Minor() },
		}, {
			ID: "status", Title: lang.L("field.status"), Width: 90, MinWidth: 84, Priority: 2,
			Text:  func(r *app.InvoiceRow) string { return statusWord(r.Stage.Status) },
			Order: func(r *app.InvoiceRow) int64 { return int64(r.Stage.Status) },
		}, {
			ID: "export", Title: lang.L("field.xero-export"), Width: 260, MinWidth: 140, Stretch: 3,
			Text:  b.exportText,
			Copy:  b.exportText,
			Sign:  func(r *app.InvoiceRow) grid.Sign { return exportSign(r.Stage) },
			Order: func(r *app.InvoiceRow) int64 { return urgency(r.Stage) },
		}},
	}
}

// urgency orders the export states by how much they need a person, the most urgent first.
func urgency(s billing.Stage) int64 {
	if s.Status == billing.Draft {
		return int64(len(byUrgency)) + 1
	}
	for i, e := range byUrgency {
		if e == s.Export {
			return int64(i)
		}
	}
	return int64(len(byUrgency))
}

var byUrgency = []billing.ExportState{
	billing.Failed, billing.MayBeOurs, billing.NotFoundInXero, billing.Changed, billing.DeletedInXero, billing.VoidedInXero, billing.Unknown, billing.Warned,
	billing.Removing, billing.Exporting, billing.Queued, billing.Held, billing.NotExported, billing.Exported,
}

// chip is a state that the list is narrowed to.
type chip int

// The chips.
const (
	allChip chip = iota
	draftChip
	finalizedChip
	failedChip
	checkChip
	waitingChip
	closedChip
	unpaidChip
	chipCount
)

func (c chip) word() string {
	switch c {
	case draftChip:
		return lang.L("chip.draft")
	case finalizedChip:
		return lang.L("chip.finalized")
	case failedChip:
		return lang.L("chip.failed")
	case checkChip:
		return lang.L("chip.attention")
	case waitingChip:
		return lang.L("chip.in-progress")
	case closedChip:
		return lang.L("chip.closed")
	case unpaidChip:
		return lang.L("chip.unpaid")
	}
	return lang.L("chip.all")
}

// has reports whether an invoice is listed under the chip.
func (c chip) has(r *app.InvoiceRow) bool {
	at := r.Stage
	switch c {
	case draftChip:
		return at.Status == billing.Draft
	case finalizedChip:
		return at.Status == billing.Finalized
	case failedChip:
		return at.Export == billing.Failed
	case checkChip:
		return needsLook(at.Export)
	case waitingChip:
		return at.InFlight()
	case closedChip:
		return at.Status == billing.Closed
	case unpaidChip:
		return at.Status == billing.Closed && (r.Settlement == ledger.Approved || r.Settlement == ledger.PartPaid)
	}
	return true
}

// needsLook reports whether a person has to look at the invoice in Xero: it was changed there, or
// nobody knows yet whether it is there.
func needsLook(e billing.ExportState) bool {
	switch e {
	case billing.Changed, billing.DeletedInXero, billing.VoidedInXero, billing.NotFoundInXero, billing.MayBeOurs:
		return true
	}
	return false
}

// tally counts the invoices under each chip, for every client and for all.
type tally struct {
	all     [chipCount]int
	clients map[billing.ClientID]*[chipCount]int
}

func newTally(rows []*app.InvoiceRow) *tally {
	t := &tally{clients: map[billing.ClientID]*[chipCount]int{}}
	for _, r := range rows {
		t.count(r, 1)
	}
	return t
}

// change counts an invoice as it is now instead of as it was.
func (t *tally) change(was, is *app.InvoiceRow) {
	t.count(was, -1)
	t.count(is, 1)
}

func (t *tally) count(r *app.InvoiceRow, by int) {
	c := t.clients[r.ClientID]
	if c == nil {
		c = &[chipCount]int{}
		t.clients[r.ClientID] = c
	}
	for s := range chipCount {
		if s.has(r) {
			t.all[s] += by
			c[s] += by
		}
	}
}

// of returns the counts of a client; "" for all.
func (t *tally) of(client billing.ClientID) [chipCount]int {
	if client == "" {
		return t.all
	}
	if c := t.clients[client]; c != nil {
		return *c
	}
	return [chipCount]int{}
}

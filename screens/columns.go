package screens

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/screens/grid"
	"feebridge/screens/style"
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
			ID: "due", Title: lang.L("field.due"), Width: 110, MinWidth: 110, Priority: 4,
			Text:  func(r *app.InvoiceRow) string { return f.Date(r.Due) },
			Copy:  func(r *app.InvoiceRow) string { return r.Due.String() },
			Sign:  b.overdue,
			Order: func(r *app.InvoiceRow) int64 { return int64(r.Due) },
		}, {
			ID: "code", Title: lang.L("field.client-code"), Width: 110, MinWidth: 80, Priority: 8, Hidden: true,
			Text: func(r *app.InvoiceRow) string { return r.Code }, Search: true, Collate: true,
		}, {
			ID: "tax", Title: lang.L("field.tax"), Width: 100, MinWidth: 90, Align: fyne.TextAlignTrailing, Priority: 7, Hidden: true,
			Text:  func(r *app.InvoiceRow) string { return b.money(r.Tax) },
			Copy:  func(r *app.InvoiceRow) string { return copiedAmount(r.Tax) },
			Order: func(r *app.InvoiceRow) int64 { return r.Tax.Minor() },
		}, {
			ID: "total", Title: lang.L("field.total"), Width: 124, MinWidth: 124, Align: fyne.TextAlignTrailing,
			Text:  func(r *app.InvoiceRow) string { return b.money(r.Total) },
			Copy:  func(r *app.InvoiceRow) string { return copiedAmount(r.Total) },
			Order: func(r *app.InvoiceRow) int64 { return r.Total.Minor() },
			Find:  func(r *app.InvoiceRow) string { return r.Total.String() + " " + b.money(r.Total) }, Search: true,
		}, {
			ID: "amount-due", Title: lang.L("field.amount-due"), Width: 124, MinWidth: 110, Align: fyne.TextAlignTrailing, Priority: 6, Hidden: true,
			Text:  func(r *app.InvoiceRow) string { return b.due(r, b.money) },
			Copy:  func(r *app.InvoiceRow) string { return b.due(r, copiedAmount) },
			Order: func(r *app.InvoiceRow) int64 { return r.AmountDue.Minor() },
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
		}, {
			ID: "exported-on", Title: lang.L("field.exported-on"), Width: 100, MinWidth: 92, Priority: 9, Hidden: true,
			Text:  func(r *app.InvoiceRow) string { return f.Date(dayOf(r.ExportedOn)) },
			Copy:  func(r *app.InvoiceRow) string { return dayOf(r.ExportedOn).String() },
			Order: func(r *app.InvoiceRow) int64 { return int64(dayOf(r.ExportedOn)) },
		}, {
			ID: "paid-on", Title: lang.L("field.paid-on"), Width: 92, MinWidth: 92, Priority: 10, Hidden: true,
			Text:  func(r *app.InvoiceRow) string { return f.Date(r.PaidOn) },
			Copy:  func(r *app.InvoiceRow) string { return r.PaidOn.String() },
			Order: func(r *app.InvoiceRow) int64 { return int64(r.PaidOn) },
		}, {
			ID: "organisation", Title: lang.L("field.organisation"), Width: 150, MinWidth: 100, Priority: 11, Hidden: true,
			Text: func(r *app.InvoiceRow) string { return r.Organisation }, Collate: true,
		}},
	}
}

// copiedAmount is an amount as it is copied, to be read by a spreadsheet.
func copiedAmount(a money.Amount) string { return a.String() + " " + string(a.Currency()) }

// due is what Xero says is still to be paid of an invoice that was approved there; "" for any other.
func (b *billingScreen) due(r *app.InvoiceRow, write func(money.Amount) string) string {
	if r.Settlement == ledger.NotApproved {
		return ""
	}
	return write(r.AmountDue)
}

// overdue marks the due date of an invoice that is to be paid, and was to be before today.
func (b *billingScreen) overdue(r *app.InvoiceRow) grid.Sign {
	if unpaidChip.has(r) && !r.Due.IsZero() && r.Due < billing.DateOf(b.now()) {
		return style.Overdue
	}
	return grid.Sign{}
}

// dayOf is the day of a moment where the person is; the zero Date for none.
func dayOf(t time.Time) billing.Date {
	if t.IsZero() {
		return 0
	}
	return billing.DateOf(t.Local())
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

// The chips, in the order of the work.
const (
	toExportChip chip = iota
	inXeroChip
	failedChip
	checkChip
	unpaidChip
	draftChip
	closedChip
	allChip
	chipCount
)

func (c chip) word() string {
	switch c {
	case toExportChip:
		return lang.L("chip.to-export")
	case inXeroChip:
		return lang.L("chip.in-xero")
	case failedChip:
		return lang.L("chip.failed")
	case checkChip:
		return lang.L("chip.to-check")
	case unpaidChip:
		return lang.L("chip.unpaid")
	case draftChip:
		return lang.L("chip.draft")
	case closedChip:
		return lang.L("chip.closed")
	}
	return lang.L("chip.all")
}

// has reports whether an invoice is listed under the chip. One that isn't closed is under exactly one of the chips but
// all and, where it is in Xero and has to be looked at there, under both of these.
func (c chip) has(r *app.InvoiceRow) bool {
	at := r.Stage
	switch c {
	case toExportChip:
		return at.Status == billing.Finalized && (at.Export == billing.NotExported || at.Export == billing.Held ||
			at.Export == billing.Queued || at.Export == billing.Exporting || at.Export == billing.Unknown)
	case inXeroChip:
		return at.Status == billing.Finalized && at.Live()
	case failedChip:
		return at.Export == billing.Failed
	case checkChip:
		return needsLook(at.Export)
	case unpaidChip:
		return at.Status == billing.Closed && (r.Settlement == ledger.Approved || r.Settlement == ledger.PartPaid)
	case draftChip:
		return at.Status == billing.Draft
	case closedChip:
		return at.Status == billing.Closed
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

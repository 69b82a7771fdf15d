package screens

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// move is a change that a person can make to selected invoices.
type move struct {
	event billing.Event
	needs staff.Action
}

// The moves of the billing screen.
var (
	exporting   = move{billing.Queue, staff.ExportInvoices}
	finalizing  = move{billing.Finalize, staff.EditInvoices}
	redrafting  = move{billing.Reopen, staff.EditInvoices} // where Xero holds it, removing comes first
	removing    = move{billing.Remove, staff.EditInvoices}
	replacing   = move{billing.Void, staff.EditInvoices}  // of any closed one, voided or not
	renumbering = move{billing.Queue, staff.EditInvoices} // of one that is exported again under another number
	holding     = move{billing.Hold, staff.ExportInvoices}
	releasing   = move{billing.Release, staff.ExportInvoices}
	lettingGo   = move{billing.LetGo, staff.ReleaseMissing}
	comparing   = move{billing.Disown, staff.ExportInvoices} // of one that may be in Xero
	deleting    = move{billing.Delete, staff.EditInvoices}
)

// can reports whether the move is possible for an invoice in that stage.
func (m move) can(s billing.Stage) bool {
	switch m {
	case redrafting:
		if removing.can(s) {
			return true
		}
	case replacing:
		return s.Status == billing.Closed
	}
	_, ok := s.Next(m.event)
	return ok
}

// needsAt is what the move needs of who makes it, for an invoice in that stage.
func (m move) needsAt(s billing.Stage) staff.Action {
	if m == deleting && s.Export == billing.NotFoundInXero {
		return staff.ReleaseMissing
	}
	return m.needs
}

// fits returns those of the rows that the move is possible for.
func (m move) fits(me staff.Member, rows []*app.InvoiceRow) []*app.InvoiceRow {
	var fit []*app.InvoiceRow
	for _, r := range rows {
		if m.possible(me, r) {
			fit = append(fit, r)
		}
	}
	return fit
}

func (m move) possible(me staff.Member, r *app.InvoiceRow) bool {
	return m.can(r.Stage) && me.May(m.needs, r.ClientID) && me.May(m.needsAt(r.Stage), r.ClientID)
}

// whyNot says why the move is possible for none of the rows.
func (m move) whyNot(rows []*app.InvoiceRow) string {
	switch all := m.obstacles(rows); len(all) {
	case 0:
		return lang.L("obstacle.none-selected")
	case 1:
		return all[0].why
	}
	return lang.L("obstacle.mixed")
}

// hindered is how many invoices a move is not possible for, and why.
type hindered struct {
	why   string
	count int
}

// obstacles says why the move is not possible for the rows, each reason once.
func (m move) obstacles(rows []*app.InvoiceRow) []hindered {
	var all []hindered
	seen := map[billing.Stage]int{} // many rows stand in few stages
	for _, r := range rows {
		at, known := seen[r.Stage]
		if !known {
			why := m.obstacle(r.Stage)
			if at = slices.IndexFunc(all, func(h hindered) bool { return h.why == why }); at < 0 {
				at = len(all)
				all = append(all, hindered{why: why})
			}
			seen[r.Stage] = at
		}
		all[at].count++
	}
	return all
}

// obstacle says why the move is not possible for an invoice in that stage.
func (m move) obstacle(s billing.Stage) string {
	if m.can(s) {
		return needsWords(m.needsAt(s))
	}
	return told(app.Obstacle(m.event, s))
}

// failedOf returns those of the rows whose export failed.
func failedOf(rows []*app.InvoiceRow) []*app.InvoiceRow {
	var failed []*app.InvoiceRow
	for _, r := range rows {
		if r.Stage.Export == billing.Failed {
			failed = append(failed, r)
		}
	}
	return failed
}

// idsOf returns the identifiers of the rows.
func idsOf(rows []*app.InvoiceRow) []billing.InvoiceID {
	ids := make([]billing.InvoiceID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

// actionsMenu is what can be done with the selected rows; what cannot is greyed and says why.
func (b *billingScreen) actionsMenu(rows []*app.InvoiceRow) *fyne.Menu {
	item := func(label string, m move, from []*app.InvoiceRow, why string, do func([]*app.InvoiceRow)) *fyne.MenuItem {
		fit := m.fits(b.me(), from)
		if why == "" && len(fit) == 0 {
			why = m.whyNot(from)
		}
		return menuItem(counted(label, len(fit)), why, func() { do(fit) })
	}
	failed := failedOf(rows)
	againWhy := ""
	switch {
	case len(rows) == 0:
		againWhy = lang.L("obstacle.none-selected")
	case len(failed) == 0:
		againWhy = lang.L("obstacle.none-failed")
	}
	export := item(lang.L("menu.export-selected"), exporting, rows, "", b.confirmExport)
	showKey(export, fyne.KeyE)
	openOneWhy := ""
	switch len(rows) {
	case 0:
		openOneWhy = lang.L("obstacle.none-selected")
	case 1:
	default:
		openOneWhy = lang.L("obstacle.select-one")
	}
	openWhy := openOneWhy
	switch {
	case openWhy != "":
	case rows[0].XeroStatus == "":
		openWhy = lang.L("obstacle.not-in-xero")
	}
	copyWhy := ""
	if len(rows) == 0 {
		copyWhy = lang.L("obstacle.none-selected")
	}
	draft := item(lang.L("menu.draft"), redrafting, rows, "", func([]*app.InvoiceRow) { b.confirmDraft(rows) })
	showKey(draft, fyne.KeyD)
	replaceWhy := openOneWhy
	if replaceWhy == "" && !replacing.possible(b.me(), rows[0]) {
		replaceWhy = replacing.whyNot(rows)
	}
	copyRows := menuItem(counted(lang.L("menu.copy-rows"), len(rows)), copyWhy, b.copyRows)
	showKey(copyRows, fyne.KeyC)
	var fixing []*fyne.MenuItem
	if len(rows) == 1 {
		if fix := b.fixItem(rows[0]); fix != nil {
			fixing = append(fixing, fix)
		}
	}
	return fyne.NewMenu("", append(fixing,
		export,
		item(lang.L("action.export-again"), exporting, failed, againWhy, b.confirmExport),
		menuItem(lang.L("action.open-in-xero"), openWhy, func() { b.openInXero(rows[0].ID) }),
		fyne.NewMenuItemSeparator(),
		menuItem(lang.L("menu.open"), openOneWhy, func() { b.write(rows[0].ID) }),
		menuItem(lang.L("menu.history"), openOneWhy, func() { b.showHistory(rows[0].ID) }),
		menuItem(lang.L("menu.preview-pdf"), openOneWhy, func() { b.print(rows[0].ID) }),
		item(lang.L("action.finalize"), finalizing, rows, "", b.finalize),
		draft,
		menuItem(lang.L("menu.replace"), replaceWhy, func() { b.replace(rows[0].ID) }),
		item(lang.L("menu.hold"), holding, rows, "", b.hold),
		item(lang.L("menu.release"), releasing, rows, "", b.release),
		item(lang.L("menu.confirm-missing"), lettingGo, rows, "", b.confirmLetGo),
		item(lang.L("menu.delete"), deleting, rows, "", b.confirmDelete),
		fyne.NewMenuItemSeparator(),
		copyRows,
		fyne.NewMenuItem(lang.L("menu.save-list"), b.saveList),
		item(lang.L("menu.save-template"), exporting, rows, "", b.saveTemplate),
	)...)
}

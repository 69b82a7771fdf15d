package screens

import (
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
	exporting  = move{billing.Queue, staff.ExportInvoices}
	finalizing = move{billing.Finalize, staff.EditInvoices}
	redrafting = move{billing.Reopen, staff.EditInvoices}
	holding    = move{billing.Hold, staff.ExportInvoices}
	releasing  = move{billing.Release, staff.ExportInvoices}
	deleting   = move{billing.Delete, staff.EditInvoices}
)

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
	_, ok := r.Stage.Next(m.event)
	return ok && me.May(m.needs, r.ClientID)
}

// whyNot says why the move is possible for none of the rows.
func (m move) whyNot(rows []*app.InvoiceRow) string {
	if len(rows) == 0 {
		return lang.L("select invoices first")
	}
	seen := map[billing.Stage]bool{} // many rows stand in few stages
	why := ""
	for _, r := range rows {
		if seen[r.Stage] {
			continue
		}
		seen[r.Stage] = true
		obstacle := m.obstacle(r.Stage)
		if why != "" && obstacle != why {
			return lang.L("possible for none of those selected")
		}
		why = obstacle
	}
	return why
}

// obstacle says why the move is not possible for an invoice in that stage.
func (m move) obstacle(s billing.Stage) string {
	if _, ok := s.Next(m.event); ok {
		return lang.L("needs {{.Permission}}", with{"Permission": lang.X(m.needs.Needs(), m.needs.Needs())})
	}
	switch {
	case s.Status == billing.Closed:
		return lang.L("closed: it was approved or voided in Xero")
	case m.event == billing.Finalize:
		return lang.L("only a draft can be finalized")
	case m.event == billing.Release:
		return lang.L("not held")
	case s.Status == billing.Draft && m.event == billing.Reopen:
		return lang.L("a draft already")
	case s.Status == billing.Draft:
		return lang.L("a draft: finalize it first")
	case s.InFlight():
		return lang.L("on its way to Xero")
	case s.Live() && m.event == billing.Delete:
		return lang.L("in Xero: it has to be removed there first")
	case s.Live() && m.event == billing.Reopen:
		return lang.L("exported: removing it from Xero is not in this version")
	case s.Live():
		return lang.L("in Xero already")
	case s.Export == billing.Held && m.event == billing.Hold:
		return lang.L("held already")
	}
	return lang.L("held: release it first")
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
	retryWhy := ""
	if len(failed) == 0 {
		retryWhy = lang.L("no failed export is selected")
	}
	export := item(lang.L("Export selected invoices to Xero"), exporting, rows, "", b.confirmExport)
	showKey(export, fyne.KeyE)
	openOneWhy := ""
	if len(rows) != 1 {
		openOneWhy = lang.L("select one invoice")
	}
	openWhy := openOneWhy
	switch {
	case openWhy != "":
	case rows[0].XeroStatus == "":
		openWhy = lang.L("it is not in Xero")
	}
	copyWhy := ""
	if len(rows) == 0 {
		copyWhy = lang.L("select invoices first")
	}
	copyRows := menuItem(counted(lang.L("Copy rows"), len(rows)), copyWhy, b.copyRows)
	showKey(copyRows, fyne.KeyC)
	return fyne.NewMenu("",
		export,
		item(lang.L("Retry"), exporting, failed, retryWhy, b.confirmExport),
		menuItem(lang.L("Open in Xero"), openWhy, func() { b.openInXero(rows[0].ID) }),
		fyne.NewMenuItemSeparator(),
		menuItem(lang.L("Open"), openOneWhy, func() { b.write(rows[0].ID) }),
		menuItem(lang.L("History"), openOneWhy, func() { b.showHistory(rows[0].ID) }),
		menuItem(lang.L("Preview as PDF"), openOneWhy, func() { b.print(rows[0].ID) }),
		item(lang.L("Finalize"), finalizing, rows, "", b.finalize),
		item(lang.L("Draft"), redrafting, rows, "", b.confirmDraft),
		item(lang.L("Hold"), holding, rows, "", b.hold),
		item(lang.L("Release"), releasing, rows, "", b.release),
		item(lang.L("Delete…"), deleting, rows, "", b.confirmDelete),
		fyne.NewMenuItemSeparator(),
		copyRows,
		fyne.NewMenuItem(lang.L("Save the list as CSV or XLSX…"), b.saveList),
		item(lang.L("Save for Xero's import…"), exporting, rows, "", b.saveTemplate),
	)
}

// menuItem is a menu's item; a reason why not greys it and stands in its text.
func menuItem(label, whyNot string, do func()) *fyne.MenuItem {
	if whyNot == "" {
		return fyne.NewMenuItem(label, do)
	}
	item := fyne.NewMenuItem(label+" – "+whyNot, nil)
	item.Disabled = true
	return item
}

// showKey adds to a menu's item the key that does the same. Fyne would draw a shortcut
// too faint to be read.
func showKey(item *fyne.MenuItem, key fyne.KeyName) {
	if !item.Disabled {
		item.Label += " · " + controlName(key)
	}
}

// counted adds to a label how many invoices it is about, where that is not plain.
func counted(label string, n int) string {
	if n < 2 {
		return label
	}
	return lang.L("{{.Action}} ({{.Count}})", with{"Action": label, "Count": n})
}

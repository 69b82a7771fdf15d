package screens

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// remedy is a button that leads to where the cause of a failed export is mended.
type remedy int

// The remedies.
const (
	noRemedy       remedy = iota
	editingInvoice        // takes the invoice back to draft, and opens it where it is wrong
	mappingIt             // opens the mapping at that row; editingInvoice where the invoice itself says it
	editingClient
	choosingContact
	unlinkingContact
	renumberingIt
	reconnecting
	tryingAgain
	openingAccounts // a page of Xero's, as the following
	openingContacts
	openingCurrencies
	openingItems
	openingLockDates
	openingTaxRates
	openingTracking
	openingUsers
	// Those that the stage of the invoice brings, whatever failed: see addMoves.
	comparingBoth
	draftingIt
	replacingIt
	openingInvoice
	checkingAgain // in the review alone: after it was mended in Xero
)

// remedies are what a person can do about each cause, the best first. With none, there is nothing to do: it
// mends itself, or nothing is broken. docs/failures.md has the same table.
var remedies = map[ledger.Cause][]remedy{
	ledger.Other:             {editingInvoice},
	ledger.ContactArchived:   {choosingContact, openingContacts},
	ledger.ContactAmbiguous:  {choosingContact},
	ledger.ContactUnknown:    {unlinkingContact, choosingContact},
	ledger.ContactTaken:      {choosingContact, editingClient},
	ledger.EmailInvalid:      {editingClient},
	ledger.AddressInvalid:    {editingClient},
	ledger.ClientIncomplete:  {editingClient},
	ledger.NumberTaken:       {renumberingIt},
	ledger.AccountMissing:    {mappingIt},
	ledger.AccountUnknown:    {mappingIt, openingAccounts},
	ledger.AccountArchived:   {mappingIt, openingAccounts},
	ledger.ItemUnknown:       {mappingIt, openingItems},
	ledger.TaxMissing:        {editingInvoice},
	ledger.TaxUnknown:        {mappingIt, openingTaxRates},
	ledger.TaxInactive:       {mappingIt, openingTaxRates},
	ledger.TaxRateDiffers:    {mappingIt, openingTaxRates},
	ledger.TaxAgainstAccount: {mappingIt, openingAccounts},
	ledger.CurrencyUnknown:   {openingCurrencies, editingInvoice},
	ledger.LockedDate:        {editingInvoice, openingLockDates},
	ledger.TrackingUnknown:   {mappingIt, openingTracking},
	ledger.ThemeUnknown:      {mappingIt},
	ledger.AmountsInvalid:    {editingInvoice},
	ledger.DiscountInvalid:   {editingInvoice},
	ledger.Incomplete:        {editingInvoice},
	ledger.StatusMoved:       {draftingIt},
	ledger.NotFoundThere:     {tryingAgain},
	ledger.NotAllowedThere:   {draftingIt},
	ledger.NoRightsThere:     {reconnecting, openingUsers},
	ledger.PlanLimit:         {mappingIt},
	ledger.XeroTrouble:       {tryingAgain},
	ledger.NotPermitted:      {tryingAgain},
	ledger.Disowned:          {tryingAgain},
	ledger.MayBeOurs:         {comparingBoth},
	ledger.ChangedThere:      {openingInvoice, draftingIt},
	ledger.TotalDiffers:      {openingInvoice, draftingIt},
	ledger.RemovedThere:      {tryingAgain},
	ledger.UsedUpThere:       {replacingIt},
	ledger.AnswerLost:        {},
	ledger.FoundAgain:        {},
	ledger.MarkLost:          {},
	ledger.OddDate:           {editingInvoice},
	ledger.ZeroTotal:         {editingInvoice},
	ledger.PDFIncomplete:     {openingInvoice},
}

// pageOf tells the page of Xero's that a remedy opens.
var pageOf = map[remedy]app.XeroPage{
	openingAccounts: app.AccountsPage, openingContacts: app.ContactsPage, openingCurrencies: app.CurrenciesPage, openingItems: app.ItemsPage,
	openingLockDates: app.LockDatesPage, openingTaxRates: app.TaxRatesPage, openingTracking: app.TrackingPage, openingUsers: app.UsersPage,
}

// label is the text of the button, for what it leads to.
func (r remedy) label(at ledger.Place) string {
	switch r {
	case mappingIt:
		if at.Mapping == (ledger.MappingRow{}) {
			return editingInvoice.label(at)
		}
		return mappingLabel(at)
	case editingInvoice:
		return editingLabel(at)
	case editingClient:
		return lang.L("remedy.edit-client")
	case choosingContact:
		return lang.L("panel.choose-contact")
	case unlinkingContact:
		return lang.L("panel.unlink-contact")
	case renumberingIt:
		return lang.L("action.renumber-export")
	case reconnecting:
		return lang.L("remedy.reconnect")
	case openingAccounts:
		return lang.L("remedy.accounts")
	case openingContacts:
		return lang.L("remedy.contacts")
	case openingCurrencies:
		return lang.L("remedy.currency", with{"Currency": at.Subject})
	case openingItems:
		return lang.L("remedy.items")
	case openingLockDates:
		return lang.L("remedy.lock-dates")
	case openingTaxRates:
		return lang.L("remedy.tax-rates")
	case openingTracking:
		return lang.L("remedy.tracking")
	case openingUsers:
		return lang.L("remedy.users")
	case comparingBoth:
		return lang.L("doubt.compare")
	case draftingIt:
		return lang.L("menu.draft")
	case replacingIt:
		return lang.L("menu.replace")
	case checkingAgain:
		return lang.L("review.again")
	case openingInvoice:
		return lang.L("action.open-in-xero")
	}
	return lang.L("action.export-again")
}

func mappingLabel(at ledger.Place) string {
	named := with{"Subject": at.Subject}
	switch {
	case at.Mapping.Part == ledger.ArrivalPart:
		return lang.L("remedy.arrival")
	case at.Field == billing.ThemeField:
		return lang.L("remedy.map-theme")
	case at.Field == billing.TaxField && at.Subject != "":
		return lang.L("remedy.map-tax", named)
	case at.Field == billing.TrackingField && at.Subject != "":
		return lang.L("remedy.map-tracking", named)
	case at.Field == billing.ItemField && at.Subject != "":
		return lang.L("remedy.map-item", named)
	case at.Field == billing.AccountField && at.Subject != "":
		return lang.L("remedy.map-account", named)
	case at.Mapping.Part == ledger.CodePart:
		return lang.L("remedy.map-code", with{"Code": at.Mapping.Key})
	}
	return lang.L("remedy.map")
}

func editingLabel(at ledger.Place) string {
	if at.Line > 0 {
		return lang.L("remedy.edit-line", with{"Line": at.Line})
	}
	switch at.Field {
	case billing.DateField:
		return lang.L("remedy.change-date")
	case billing.DueField:
		return lang.L("remedy.change-due")
	case billing.CurrencyField:
		return lang.L("remedy.change-currency")
	case billing.ThemeField:
		return lang.L("remedy.change-theme")
	}
	return lang.L("remedy.edit-invoice")
}

// offer is a remedy for one invoice.
type offer struct {
	label string
	do    func()
	why   string // why it is not possible; "" if it is
}

// offers returns the remedies for a failed invoice, the best first. Trying again is the first once something
// was changed since, and the last until then.
func (p *invoicePanel) offers(v app.InvoiceView) []offer {
	again := p.offer(tryingAgain, v, ledger.Message{}, ledger.Place{})
	var all []offer
	add := func(o offer) {
		if !slices.ContainsFunc(all, func(known offer) bool { return known.label == o.label }) {
			all = append(all, o)
		}
	}
	if v.Mended {
		add(again)
	}
	for i, m := range v.Exports[0].Messages {
		var at ledger.Place
		if i < len(v.Places) {
			at = v.Places[i]
		}
		if !m.Warning {
			for _, r := range remedies[m.Cause] {
				add(p.offer(r, v, m, at))
			}
		}
	}
	add(again)
	return all
}

// offer returns a remedy for the invoice, with what stands against it.
func (p *invoicePanel) offer(r remedy, v app.InvoiceView, m ledger.Message, at ledger.Place) offer {
	row := rowOf(v)
	rows := []*app.InvoiceRow{row}
	again := func() { p.moves.confirmExport(rows) }
	tenant := v.Exports[0].Tenant
	o := offer{label: r.label(at)}
	needs := func(a staff.Action, client billing.ClientID) {
		if !p.me().May(a, client) {
			o.why = needsWords(a)
		}
	}
	moves := func(m move) {
		if !m.possible(p.me(), row) {
			o.why = m.obstacle(row.Stage)
		}
	}
	if page, opens := pageOf[r]; opens {
		o.do = func() { p.openPage(tenant, page) }
		return o
	}
	switch {
	case r == mappingIt && at.Mapping != (ledger.MappingRow{}):
		needs(staff.MapToXero, "")
		o.do = func() { p.moves.mapAt(tenant, at.Mapping) }
	case r == mappingIt, r == editingInvoice:
		moves(redrafting)
		o.do = func() { p.moves.editAt(row, at, m.Text) }
	case r == editingClient:
		needs(staff.EditClients, v.Client.ID)
		o.do = func() { p.moves.editClientAt(v.Client.ID, at.Field, m.Text) }
	case r == choosingContact:
		needs(staff.LinkContacts, v.Client.ID)
		o.do = func() { p.chooseContact(v.Client, again) }
	case r == unlinkingContact:
		needs(staff.LinkContacts, v.Client.ID)
		o.do = func() { p.unlinkContact(v.Client, again) }
	case r == renumberingIt:
		if moves(renumbering); o.why == "" {
			moves(exporting)
		}
		o.do = func() { p.moves.renumber(row) }
	case r == reconnecting:
		needs(staff.MapToXero, "")
		o.do = p.moves.reconnect
	case r == draftingIt:
		moves(redrafting)
		o.do = func() { p.moves.confirmDraft(rows) }
	default:
		moves(exporting)
		o.do = again
	}
	return o
}

// addOffers adds the remedies of a failed invoice. The first that is possible is the primary button. Of those
// that are not, whoever may export the invoice sees the best one, greyed, and whom it takes.
func (p *invoicePanel) addOffers(add func(string, func()) *button, tell func(string), v app.InvoiceView) {
	for i, o := range p.offers(v) {
		switch {
		case o.why == "":
			if b := add(o.label, o.do); p.primary == nil {
				p.primary = b
				b.Importance = widget.HighImportance
			}
		case i == 0 && exporting.possible(p.me(), rowOf(v)):
			add(o.label, o.do).Disable()
			tell(lang.L("panel.not-possible", with{"Action": bare(o.label), "Why": o.why}))
		}
	}
}

// openPage opens a page of Xero's in the browser.
func (p *invoicePanel) openPage(t ledger.TenantID, page app.XeroPage) {
	act(p.shell, lang.L("busy.opening-page"), func(ctx context.Context) (string, error) { return p.app.XeroPage(ctx, t, page) },
		func(address string, err error) {
			if err != nil {
				p.failed(lang.L("remedy.page.failed"), err)
				return
			}
			p.openURL(address)
		})
}

// fixItem is the menu's entry for the one failed invoice: what the panel has as its primary button.
func (b *billingScreen) fixItem(row *app.InvoiceRow) *fyne.MenuItem {
	all := remedies[row.Cause]
	if row.Stage.Export != billing.Failed || len(all) == 0 || all[0] == tryingAgain {
		return nil
	}
	place := ledger.Locate(ledger.Message{Cause: row.Cause}, billing.Invoice{}, billing.Client{}, ledger.Chart{}, ledger.Mapping{})
	if place.Mapping == (ledger.MappingRow{}) && all[0] == mappingIt {
		return fyne.NewMenuItem(lang.L("menu.fix"), func() { b.fix(row) })
	}
	return fyne.NewMenuItem(all[0].label(place), func() { b.fix(row) })
}

// fix does for a failed invoice what the panel has as its first button beside trying again, or opens the
// panel where that is not possible, which says why.
func (b *billingScreen) fix(row *app.InvoiceRow) {
	act(b.shell, lang.L("busy.opening-invoice"), func(ctx context.Context) (app.InvoiceView, error) {
		return b.app.Invoice(ctx, b.me(), row.ID)
	}, func(v app.InvoiceView, err error) {
		if err != nil {
			b.failed(lang.L("remedy.open.failed"), err)
			return
		}
		if v.Invoice.Stage.Export == billing.Failed && len(v.Exports) > 0 {
			v.Mended = false
			if all := b.panel.offers(v); all[0].why == "" {
				all[0].do()
				return
			}
		}
		b.showInvoice(row.ID)
	})
}

// editAt takes a failed invoice back to draft, which changes nothing in Xero, and opens it where it is wrong,
// with Xero's words above the lines. One that Xero has goes the longer way, which asks.
func (b *billingScreen) editAt(row *app.InvoiceRow, at ledger.Place, words string) {
	if removing.can(row.Stage) {
		b.confirmDraft([]*app.InvoiceRow{row})
		return
	}
	act(b.shell, lang.L("busy.changing-invoices"), func(ctx context.Context) ([]app.Result, error) {
		_, results, err := b.app.Redraft(ctx, b.me(), []billing.InvoiceID{row.ID})
		return results, err
	}, func(results []app.Result, err error) {
		if err != nil {
			b.failed(lang.L("failed.change"), err)
			return
		}
		if refused := refusedOf(results); len(refused) > 0 {
			b.showRefused(refused)
			return
		}
		b.writeAt(row.ID, at, words)
	})
}

func (b *billingScreen) editClientAt(id billing.ClientID, at billing.Field, words string) {
	b.openClientAt(id, at, words)
}

func (b *billingScreen) mapAt(t ledger.TenantID, row ledger.MappingRow) { b.openMapping(t, row) }

func (b *billingScreen) reconnect() { b.exports.connect() }

package screens

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/screens/style"
)

// build fills the form again from the mapping as it is on the screen.
func (d *mappingDialog) build() {
	at := d.scroll.Offset
	d.rows = nil
	d.form.RemoveAll()
	categories := d.categories()
	d.form.Add(d.captions(lang.L("mapping.defaults")))
	d.addDefaults(categories)
	codes := d.codes()
	if len(codes) > 0 {
		titles := []string{lang.L("mapping.codes"), lang.L("mapping.account-or-item")}
		for _, c := range categories {
			titles = append(titles, c.Name)
		}
		d.form.Add(widget.NewSeparator())
		d.form.Add(d.captions(titles...))
		d.form.Add(d.mapped)
	}
	for _, code := range codes {
		d.addCode(code, categories)
	}
	if len(d.view.Taxes) > 0 {
		d.form.Add(widget.NewSeparator())
		d.form.Add(d.captions(lang.L("mapping.taxes"), lang.L("mapping.tax-rate")))
	}
	for _, t := range d.view.Taxes {
		d.addTax(t)
	}
	d.form.Add(widget.NewSeparator())
	d.form.Add(d.captions(lang.L("mapping.extras")))
	d.addExtra(lang.L("mapping.note"), &d.mapping.Note)
	d.addExtra(lang.L("mapping.attach"), &d.mapping.AttachPaper)
	d.form.Add(caption(lang.L("mapping.extras.hint")))
	d.addExtra(lang.L("mapping.mark-reference"), &d.mapping.MarkReference)
	d.form.Add(caption(lang.L("mapping.mark-reference.hint")))
	d.update()
	d.scroll.Offset = at
	d.scroll.Refresh()
}

// captions name a part of the form and its columns.
func (d *mappingDialog) captions(titles ...string) fyne.CanvasObject {
	var objects []fyne.CanvasObject
	for i, t := range titles {
		title := heading(t)
		if i > 0 {
			title.TextStyle.Bold = false
			title.SizeName, title.Importance = theme.SizeNameCaptionText, widget.LowImportance
		}
		objects = append(objects, title)
	}
	return columns(objects)
}

// codes returns the billing codes that invoices have or the mapping names, those first that cannot be exported as it is,
// then those for which something is suggested.
func (d *mappingDialog) codes() []string {
	codes := slices.Concat(d.view.Codes, slices.Collect(maps.Keys(d.mapping.Codes)))
	rank := func(code string) int {
		switch _, wrong := d.mapping.Sample(d.view.Chart, code); {
		case len(wrong) > 0:
			return 0
		case targetValue(d.mapping.Codes[code]) == "" && targetValue(d.view.Suggested.Codes[code]) != "":
			return 1
		}
		return 2
	}
	slices.SortFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	return slices.Compact(codes)
}

// showMapped says how many of the billing codes lead to an account.
func (d *mappingDialog) showMapped() {
	codes, mapped := d.codes(), 0
	for _, code := range codes {
		if _, wrong := d.mapping.Sample(d.view.Chart, code); len(wrong) == 0 {
			mapped++
		}
	}
	d.mapped.SetText(lang.L("mapping.mapped", with{"Mapped": d.format.Count(mapped), "All": d.format.Count(len(codes))}))
}

// sample says how a line with a billing code will be sent.
func (d *mappingDialog) sample(code string) (style.Sign, string) {
	line, wrong := d.mapping.Sample(d.view.Chart, code)
	switch {
	case len(wrong) > 0 && wrong[0].Cause == ledger.AccountMissing:
		return style.Failed, lang.L("mapping.no-account")
	case len(wrong) > 0:
		return style.Failed, wrong[0].Text
	}
	text := line.Account
	if a, known := d.view.Chart.Account(line.Account); known {
		text += " · " + a.Name
	}
	if line.Item != "" {
		text = lang.L("mapping.sample.item", with{"Item": line.Item, "Account": text})
	}
	for _, t := range line.Tracking {
		text += " · " + t.Category + ": " + t.Option
	}
	return style.Sign{}, lang.L("mapping.sample", with{"Line": text})
}

// categories returns the tracking categories of the organisation, and those that the
// mapping names though the organisation does not have them.
func (d *mappingDialog) categories() []ledger.TrackingCategory {
	all := slices.Clone(d.view.Chart.Tracking)
	name := func(from []billing.Tracking) {
		for _, t := range from {
			if !slices.ContainsFunc(all, func(c ledger.TrackingCategory) bool { return strings.EqualFold(c.Name, t.Category) }) {
				all = append(all, ledger.TrackingCategory{Name: t.Category})
			}
		}
	}
	name(d.mapping.Tracking)
	for _, code := range slices.Sorted(maps.Keys(d.mapping.Codes)) {
		name(d.mapping.Codes[code].Tracking)
	}
	return all
}

// accounts offers the accounts that sales can be booked to.
func (d *mappingDialog) accounts(prefix string) []option {
	var options []option
	for _, a := range d.view.Chart.Accounts {
		if a.Code != "" && a.Sales() {
			options = append(options, option{value: prefix + a.Code, text: a.Code + " · " + a.Name, detail: lang.L("mapping.account")})
		}
	}
	return options
}

// items offers what the organisation sells.
func (d *mappingDialog) items(prefix string) []option {
	var options []option
	for _, i := range d.view.Chart.Items {
		if i.Sold {
			options = append(options, option{value: prefix + i.Code, text: i.Code + " · " + i.Name, detail: lang.L("mapping.item")})
		}
	}
	return options
}

// rates offers the tax rates that sales can have.
func (d *mappingDialog) rates() []option {
	var options []option
	for _, r := range d.view.Chart.TaxRates {
		if r.Active && r.AppliesTo("REVENUE") {
			options = append(options, option{value: r.Type, text: r.Name, detail: r.Rate.String()})
		}
	}
	return options
}

func trackingOptions(c ledger.TrackingCategory) []option {
	options := make([]option, len(c.Options))
	for i, o := range c.Options {
		options[i] = option{value: o, text: o}
	}
	return options
}

// What stands before the code of an account or of an item among the options of a billing code.
const (
	accountPrefix = "account:"
	itemPrefix    = "item:"
)

// plainCode returns a code without what stands before it among the options.
func plainCode(value string) string {
	return strings.TrimPrefix(strings.TrimPrefix(value, accountPrefix), itemPrefix)
}

// addCode adds the row of a billing code.
func (d *mappingDialog) addCode(code string, categories []ledger.TrackingCategory) {
	offered := slices.Concat(d.accounts(accountPrefix), d.items(itemPrefix))
	set := func(change func(*ledger.Target)) {
		t := d.mapping.Codes[code]
		change(&t)
		if t.Account == "" && t.Item == "" && t.Tracking == nil {
			delete(d.mapping.Codes, code)
			return
		}
		d.mapping.Codes[code] = t
	}
	choose := func(value string) {
		set(func(t *ledger.Target) {
			t.Account, t.Item = "", ""
			switch {
			case strings.HasPrefix(value, itemPrefix):
				t.Item = plainCode(value)
			case value != "":
				t.Account = plainCode(value)
			}
		})
	}
	target := d.mapping.Codes[code]
	fields := []*mapField{d.field(lang.L("mapping.default"), offered, targetValue(target), choose)}
	for _, c := range categories {
		f := d.field(lang.L("mapping.default"), trackingOptions(c), trackingOf(target.Tracking, c.Name), func(o string) {
			set(func(t *ledger.Target) { t.Tracking = track(t.Tracking, c.Name, o) })
		})
		f.at = ledger.MappingRow{Part: ledger.CodePart, Key: code, Category: c.Name}
		fields = append(fields, f)
	}
	r := d.add(code, fields...).of(ledger.CodePart, code)
	r.remark = func() (style.Sign, string) {
		if r.fields[0].gone() { // which is said already
			return style.Sign{}, ""
		}
		return d.sample(code)
	}
	r.suggest = func() string {
		if targetValue(d.mapping.Codes[code]) != "" {
			return ""
		}
		return targetValue(d.view.Suggested.Codes[code])
	}
}

// targetValue is what stands for the target among the options; "" for none.
func targetValue(t ledger.Target) string {
	switch {
	case t.Item != "":
		return itemPrefix + t.Item
	case t.Account != "":
		return accountPrefix + t.Account
	}
	return ""
}

// addTax adds the row of a tax of ours.
func (d *mappingDialog) addTax(t billing.Tax) {
	offered := d.rates()
	current := func() string {
		if to, mapped := d.mapping.Taxes[t.Code]; mapped {
			return to
		}
		if _, known := d.view.Chart.TaxRate(t.Code); known {
			return t.Code // a tax that is not mapped goes to the rate of its own code
		}
		return ""
	}
	choose := func(to string) {
		if to == "" || strings.EqualFold(to, t.Code) {
			delete(d.mapping.Taxes, t.Code)
			return
		}
		d.mapping.Taxes[t.Code] = to
	}
	none := ""
	if _, known := d.view.Chart.TaxRate(t.Code); !known {
		none = lang.L("mapping.none")
	}
	r := d.add(taxName(t), d.field(none, offered, current(), choose)).of(ledger.TaxPart, t.Code)
	r.remark = func() (style.Sign, string) {
		if current() == "" {
			return style.Failed, lang.L("mapping.no-rate",
				with{"Organisation": d.tenant.Name, "Code": t.Code})
		}
		return d.differs(current(), t.Rate)
	}
	r.suggest = func() string {
		if current() != "" && !r.fields[0].gone() {
			return ""
		}
		return d.view.Suggested.Taxes[t.Code]
	}
}

// taxName names a tax of ours with its rate.
func taxName(t billing.Tax) string {
	name := t.Name
	if name == "" {
		name = t.Code
	}
	if rate := t.Rate.String(); !strings.Contains(name, rate) {
		name += " · " + rate
	}
	return name
}

// differs says when a rate in Xero is another than here.
func (d *mappingDialog) differs(taxType string, rate money.Rate) (style.Sign, string) {
	there, known := d.view.Chart.TaxRate(taxType)
	if !known || there.Rate == rate {
		return style.Sign{}, ""
	}
	return style.Failed, lang.L("mapping.rate-differs",
		with{"Here": rate.String(), "There": there.Rate.String()})
}

// addTerm adds the row of the payment term.
func (d *mappingDialog) addTerm() {
	days := newEntry(d.keys)
	if d.mapping.Term.Rule != "" {
		days.SetText(strconv.Itoa(d.mapping.Term.Days))
	}
	odd := false // what stands in the field is no number
	days.OnChanged = func(text string) {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		odd = err != nil
		d.mapping.Term.Days = n
		d.update()
	}
	room := container.New(fixedWidth{width: 70, least: 50}, days)
	show(room, d.mapping.Term.Rule != "")
	if !d.mayConnect() {
		days.Disable()
	}
	rule := d.field(lang.L("term.none"), []option{
		{value: string(billing.AfterDate), text: lang.L("term.after-date")},
		{value: string(billing.OfNextMonth), text: lang.L("term.next-month")},
	}, string(d.mapping.Term.Rule), func(rule string) {
		usual := map[billing.TermRule]int{billing.AfterDate: 14, billing.OfNextMonth: 20}
		d.mapping.Term = billing.Term{Rule: billing.TermRule(rule), Days: usual[billing.TermRule(rule)]}
		odd = false
		show(room, rule != "")
		if rule != "" {
			days.SetText(strconv.Itoa(d.mapping.Term.Days))
		}
	})
	r := d.addLine(lang.L("field.payment-terms"), outlined(rule.dropDown), room)
	r.fields = []*mapField{rule}
	problem := func() string {
		if odd {
			return lang.L("term.days-number")
		}
		if err := d.mapping.Term.Check(); err != nil {
			return say(err)
		}
		return ""
	}
	r.wrong = func() bool { return problem() != "" }
	r.remark = func() (style.Sign, string) {
		if text := problem(); text != "" {
			return style.Failed, text
		}
		today := billing.DateOf(d.now())
		due := d.mapping.Term.Due(today)
		if due.IsZero() {
			return style.Sign{}, ""
		}
		return style.Sign{}, lang.L("mapping.term-example", with{"Date": d.format.Date(today), "Due": d.format.Date(due)})
	}
}

// addExtra adds the switch of something that is done once an invoice is exported.
func (d *mappingDialog) addExtra(name string, on *bool) {
	c := newCheck(d.keys, name, nil)
	c.Checked = *on
	c.OnChanged = func(checked bool) {
		*on = checked
		d.update()
	}
	if !d.mayConnect() {
		c.Disable()
	}
	d.form.Add(c)
}

// addDefaults adds the rows of what holds where a line or a billing code says nothing.
func (d *mappingDialog) addDefaults(categories []ledger.TrackingCategory) {
	m := &d.mapping
	accounts := d.accounts("")
	r := d.add(lang.L("mapping.default-account"), d.field(lang.L("mapping.none"), accounts, m.DefaultAccount, func(v string) { m.DefaultAccount = v })).of(ledger.DefaultAccountPart, "")
	r.remark = func() (style.Sign, string) {
		if m.DefaultAccount != "" {
			return style.Sign{}, ""
		}
		return style.Warning, lang.L("mapping.no-default-account")
	}
	r.suggest = func() string {
		if m.DefaultAccount != "" {
			return ""
		}
		return d.view.Suggested.DefaultAccount
	}
	d.add(lang.L("mapping.default-tax"), d.field(lang.L("mapping.none"), d.rates(), m.DefaultTax, func(v string) { m.DefaultTax = v })).of(ledger.DefaultTaxPart, "").
		remark = func() (style.Sign, string) { return d.differs(m.DefaultTax, 0) }
	for _, c := range categories {
		d.add(c.Name, d.field(lang.L("mapping.none"), trackingOptions(c), trackingOf(m.Tracking, c.Name), func(o string) {
			m.Tracking = track(m.Tracking, c.Name, o)
		})).of(ledger.DefaultTrackingPart, c.Name)
	}
	d.addTerm()
	d.add(lang.L("mapping.arrival"), d.field("", []option{
		{value: string(ledger.DraftThere), text: lang.L("xero.status.draft")},
		{value: string(ledger.SubmittedThere), text: lang.L("xero.status.submitted")},
		{value: string(ledger.AuthorisedThere), text: lang.L("xero.status.authorised")},
	}, string(m.Status()), func(v string) { m.Arrival = ledger.InvoiceStatus(v) })).of(ledger.ArrivalPart, "").remark = func() (style.Sign, string) {
		if m.Status() != ledger.AuthorisedThere {
			return style.Sign{}, ""
		}
		return style.Warning, lang.L("mapping.arrival-approved")
	}
	var themes []option
	for _, t := range d.view.Chart.Themes {
		themes = append(themes, option{value: t.Name, text: t.Name})
	}
	d.add(lang.L("field.branding-theme"), d.field(lang.L("mapping.default-theme"), themes, m.Theme, func(v string) { m.Theme = v })).of(ledger.ThemePart, "")
}

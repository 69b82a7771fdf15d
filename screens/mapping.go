package screens

import (
	"context"
	"maps"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// mappingApp is what mapping asks of the application.
type mappingApp interface {
	Organisations(ctx context.Context) ([]app.Organisation, error)
	MappingView(ctx context.Context, t ledger.TenantID) (app.MappingView, error)
	ReadChart(ctx context.Context, by staff.Member, t ledger.TenantID) error
	SetMapping(ctx context.Context, by staff.Member, t ledger.TenantID, m ledger.Mapping) error
}

// mappings opens the screen that says how the firm's invoices are to stand in an
// organisation.
type mappings struct {
	*shell
	app     mappingApp
	loading task
	shown   *mappingDialog // while it is open
	saved   func()         // is told that a mapping was saved
}

func newMappings(s *shell, a mappingApp) *mappings {
	return &mappings{shell: s, app: a, loading: task{ui: s.ui}, saved: func() {}}
}

// open shows the mapping of an organisation; "" is the one that the firm exports to.
func (m *mappings) open(t ledger.TenantID) { m.openThen(t, func() {}) }

// openThen does so, and calls then once a change of it was saved.
func (m *mappings) openThen(t ledger.TenantID, then func()) { m.openAt(t, ledger.MappingRow{}, then) }

// openAt does so, with the cursor at a row; the zero MappingRow is none.
func (m *mappings) openAt(t ledger.TenantID, row ledger.MappingRow, then func()) {
	if m.shown != nil {
		return
	}
	load(&m.loading, m.app.Organisations, func(all []app.Organisation, err error) {
		at := slices.IndexFunc(all, func(o app.Organisation) bool { return o.Tenant.ID == t || t == "" && o.Default })
		switch {
		case err != nil:
			m.failed(lang.L("mapping.failed"), err)
		case at < 0:
			m.dialogs.tell(lang.L("mapping.title"), lang.L("mapping.not-connected"))
		default:
			m.shown = newMappingDialog(m, all, all[at].Tenant)
			m.shown.then, m.shown.wanted = then, row
		}
	})
}

// mappingDialog changes the mapping of one organisation. What is chosen is saved
// together, or not at all.
type mappingDialog struct {
	*mappings
	tenant  ledger.Tenant
	view    app.MappingView
	mapping ledger.Mapping // as it is on the screen
	saved   string         // as it was last read
	then    func()         // follows once it was saved
	reading task

	box     *dialog
	ok      *button
	again   *button
	read    *widget.Label
	told    *fyne.Container
	missing *fyne.Container
	offer   *fyne.Container // of all suggestions
	form    *fyne.Container
	scroll  *container.Scroll
	rows    []*mapRow
	mapped  *widget.Label     // how many billing codes lead to an account
	wanted  ledger.MappingRow // where the cursor is to be, once the rows are there
	orgs    *dropDown
}

func newMappingDialog(m *mappings, orgs []app.Organisation, t ledger.Tenant) *mappingDialog {
	d := &mappingDialog{mappings: m, reading: task{ui: m.ui}}
	d.ok = newButton(d.keys, lang.L("action.save"), d.save)
	d.again = newButton(d.keys, lang.L("mapping.reload"), d.readAgain)
	d.read = widget.NewLabel("")
	d.mapped = caption("")
	d.told, d.missing, d.offer, d.form = container.NewVBox(), container.NewVBox(), container.NewVBox(), container.NewVBox()
	d.scroll = container.NewVScroll(d.form)
	var options []option
	for _, o := range orgs {
		options = append(options, option{value: string(o.Tenant.ID), text: o.Tenant.Name})
	}
	d.orgs = newDropDown(d.keys, lang.L("hint.name"), options, string(t.ID), func(id string) {
		at := slices.IndexFunc(orgs, func(o app.Organisation) bool { return string(o.Tenant.ID) == id })
		d.leave(func() {
			d.orgs.set(id)
			d.show(orgs[at].Tenant)
		}, func() { d.orgs.set(string(d.tenant.ID)) })
	})
	var which fyne.CanvasObject = heading(t.Name)
	if len(orgs) > 1 {
		which = container.New(fixedWidth{width: 320, least: 120}, outlined(d.orgs))
	}
	top := container.NewVBox(
		container.New(bar{stretch: 0, gap: style.Spacing}, which, d.read, d.again),
		d.told, d.missing, d.offer, widget.NewSeparator())
	no := newButton(d.keys, lang.L("action.cancel"), d.cancel)
	d.box = d.dialogs.show(lang.L("mapping.title"), fyne.NewSize(940, 690), container.NewBorder(top, nil, nil, nil, d.scroll), no, d.ok).about("map")
	d.box.onLeave = d.cancel
	d.box.onHide = func() {
		d.reading.stop()
		m.shown = nil
	}
	d.show(t)
	return d
}

// show reads and shows the mapping of an organisation.
func (d *mappingDialog) show(t ledger.Tenant) {
	d.tenant, d.saved, d.mapping = t, "", ledger.Mapping{}
	d.ok.Disable()
	d.form.RemoveAll()
	d.tell(style.Sign{}, "")
	d.refresh()
}

// refresh reads the mapping and the chart. What was changed on the screen stays.
func (d *mappingDialog) refresh() {
	t := d.tenant.ID
	load(&d.reading, func(ctx context.Context) (app.MappingView, error) { return d.app.MappingView(ctx, t) },
		func(v app.MappingView, err error) {
			if err != nil {
				d.tell(style.Failed, say(err))
				return
			}
			changed := d.changed()
			d.view = v
			if !changed {
				d.mapping = clone(v.Mapping)
			}
			d.saved = clone(v.Mapping).String()
			d.showRead()
			d.build()
			d.point()
		})
}

// point puts the cursor where it is wanted, once.
func (d *mappingDialog) point() {
	row := d.wanted
	d.wanted = ledger.MappingRow{}
	for _, r := range d.rows {
		for _, f := range r.fields {
			if row.Part != "" && f.at == row {
				d.keys.canvas.Focus(f.dropDown)
				return
			}
		}
	}
}

// changed reports whether something was changed since the mapping was read.
func (d *mappingDialog) changed() bool { return d.saved != "" && d.mapping.String() != d.saved }

// clone copies a mapping so far that changing the copy leaves the original as it is.
func clone(m ledger.Mapping) ledger.Mapping {
	m.Tracking = slices.Clone(m.Tracking)
	m.Taxes = maps.Clone(m.Taxes)
	codes := make(map[string]ledger.Target, len(m.Codes))
	for code, t := range m.Codes {
		t.Tracking = slices.Clone(t.Tracking)
		codes[code] = t
	}
	m.Codes = codes
	if m.Taxes == nil {
		m.Taxes = map[string]string{}
	}
	return m
}

// tell shows a result above the form; "" takes it back.
func (d *mappingDialog) tell(sign style.Sign, text string) {
	d.told.RemoveAll()
	if text != "" {
		d.told.Add(signed(sign, paragraph(text)))
	} else if !d.mayConnect() {
		d.told.Add(signed(style.Held, paragraph(d.needsPermission())))
	}
	d.relay()
}

// relay lays out everything again after a part grew or shrank.
func (d *mappingDialog) relay() {
	if d.box != nil {
		d.box.popup.Refresh()
	}
}

// update shows what the mapping comes to as it is on the screen: what is missing, what is
// suggested, what is wrong.
func (d *mappingDialog) update() {
	d.missing.RemoveAll()
	if gone := d.mapping.Missing(d.view.Chart); len(gone) > 0 {
		text := lang.L("mapping.missing", with{"Organisation": d.tenant.Name})
		for _, missing := range gone {
			text += "\n" + told(missing)
		}
		d.missing.Add(signed(style.Failed, paragraph(text)))
	}
	d.showMapped()
	wrong, offers := false, 0
	for _, r := range d.rows {
		r.update()
		wrong = wrong || r.blocks
		if r.offered != "" {
			offers++
		}
	}
	d.offer.RemoveAll()
	if offers > 1 && d.mayConnect() {
		take := newButton(d.keys, lang.L("mapping.accept-all"), d.takeAll)
		words := widget.NewLabel(lang.N("mapping.suggestions", offers, with{"Count": d.format.Count(offers)}))
		d.offer.Add(container.NewHBox(words, take))
	}
	d.ok.enable(d.mayConnect() && !wrong)
	d.relay()
}

// takeAll accepts every suggestion for what is open.
func (d *mappingDialog) takeAll() {
	for _, r := range d.rows {
		r.take()
	}
}

// readAgain reads from Xero what the organisation has and allows.
func (d *mappingDialog) readAgain() {
	t := d.tenant.ID
	d.again.Disable()
	d.read.SetText(lang.L("mapping.reading"))
	load(&d.reading, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.app.ReadChart(ctx, d.me(), t)
	}, func(_ struct{}, err error) {
		d.showRead()
		if err != nil {
			d.tell(style.Failed, lang.L("mapping.reload.failed", with{"Why": say(err)}))
			return
		}
		d.tell(style.Sign{}, "")
		d.refresh()
	})
}

// showRead says when the chart was read.
func (d *mappingDialog) showRead() {
	d.again.enable(d.mayConnect())
	text := ""
	if at := d.view.Chart.Read; !at.IsZero() {
		text = lang.L("mapping.read-at", with{"Time": d.moment(at)})
	}
	d.read.SetText(text)
}

// save stores the mapping, and says why that was refused.
func (d *mappingDialog) save() {
	d.ok.Disable()
	t, m := d.tenant, clone(d.mapping)
	act(d.shell, lang.L("busy.saving-mapping"), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.app.SetMapping(ctx, d.me(), t.ID, m)
	}, func(_ struct{}, err error) {
		if err != nil {
			if d.mappings.shown != d { // it was left meanwhile
				d.failed(lang.L("mapping.save.failed"), err)
				return
			}
			d.ok.Enable()
			d.tell(style.Failed, lang.L("mapping.not-saved", with{"Why": say(err)}))
			return
		}
		d.box.hide()
		d.mappings.saved()
		d.notice(lang.L("mapping.saved", with{"Name": t.Name}))
		d.then()
	})
}

// cancel leaves the screen.
func (d *mappingDialog) cancel() { d.leave(d.box.hide, func() {}) }

// leave goes on, once a person who has changed something said that it may be lost.
func (d *mappingDialog) leave(goOn, stay func()) {
	if !d.changed() {
		goOn()
		return
	}
	stay()
	d.dialogs.warn(lang.L("mapping.leave.title"), paragraph(lang.L("mapping.leave.text", with{"Name": d.tenant.Name})),
		lang.L("mapping.leave.yes"), goOn)
}

// trackingOf returns the option of a category, or "".
func trackingOf(all []billing.Tracking, category string) string {
	for _, t := range all {
		if strings.EqualFold(t.Category, category) {
			return t.Option
		}
	}
	return ""
}

// track returns the tracking with another option of a category; "" takes it out.
func track(all []billing.Tracking, category, option string) []billing.Tracking {
	all = slices.DeleteFunc(slices.Clone(all), func(t billing.Tracking) bool { return strings.EqualFold(t.Category, category) })
	if option != "" {
		all = append(all, billing.Tracking{Category: category, Option: option})
	}
	if len(all) == 0 {
		return nil // as it is when nothing was ever chosen
	}
	return all
}

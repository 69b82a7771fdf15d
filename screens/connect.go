package screens

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/screens/style"
)

// connecting is the dialog in which a person chooses the organisations to connect, of
// those that a sign-in reaches, and sees them being connected.
type connecting struct {
	*connections
	kept  bool // the sign-in outlives this run
	work  task
	rows  []*connectRow
	added []ledger.Tenant // that the firm did not have before
	again []string        // the names of those that it had

	box *dialog
	ok  *button
}

// connectRow is an organisation that the sign-in reaches.
type connectRow struct {
	connection app.Connection
	known      bool // it is one of the firm's, connected now or before
	tick       *check
	said       *fyne.Container
}

// connectRoom is the height of an organisation and what is said of it.
const connectRoom = 64

// choose has the person choose what to connect of what the sign-in reaches. When that is
// one organisation alone, Xero's page was choice enough. What the firm had before says
// which of them it knows.
func (c *connections) choose(signIn app.Consent, kept bool, found []app.Connection, before []app.Organisation) {
	d := &connecting{connections: c, kept: kept, work: task{ui: c.ui}}
	rows := container.New(layout.NewCustomPaddedVBoxLayout(0))
	open := 0
	for _, f := range found {
		r := &connectRow{connection: f, said: container.NewVBox()}
		at := slices.IndexFunc(before, func(o app.Organisation) bool { return o.Tenant.ID == f.Tenant.ID })
		r.known = at >= 0
		r.tick = newCheck(c.keys, f.Tenant.Name, func(bool) { d.count() })
		if r.known && before[at].State == app.Connected {
			r.tick.Checked = true
			r.tick.Disable()
			r.say(style.Connected, lang.L("connect.already"))
		} else {
			r.tick.Checked = r.known || len(found) == 1
			open++
		}
		d.rows = append(d.rows, r)
		rows.Add(container.New(layout.NewCustomPaddedVBoxLayout(-style.Gap), r.tick,
			container.New(layout.NewCustomPaddedLayout(0, 0, theme.IconInlineSize(), 0), r.said)))
	}
	c.changed() // whoever signed in is new in any case
	if open == 0 {
		c.tell(style.Done, lang.L("connect.all-connected", with{"Name": signIn.Name}))
		return
	}
	intro := lang.L("connect.choose", with{"Name": signIn.Name})
	if len(found) == 1 {
		intro = lang.L("connect.signed-in", with{"Name": signIn.Name})
	}
	list := container.NewVScroll(rows)
	list.SetMinSize(fyne.NewSize(0, min(float32(len(found))*connectRoom, 5*connectRoom)))
	leave := newButton(c.keys, lang.L("action.cancel"), func() { d.box.hide() })
	d.ok = newButton(c.keys, lang.L("connect.yes"), d.connect)
	d.box = c.dialogs.show(lang.L("connect.title"), fyne.NewSize(520, 0), container.NewBorder(paragraph(intro), nil, nil, nil, list), leave, d.ok).about("connect")
	d.box.onHide = d.left
	d.count()
	if len(found) == 1 {
		d.connect()
		return
	}
	d.box.focus(d.rows[slices.IndexFunc(d.rows, func(r *connectRow) bool { return !r.tick.Disabled() })].tick)
}

// say shows below the organisation how far it is.
func (r *connectRow) say(sign style.Sign, text string) {
	r.said.Objects = []fyne.CanvasObject{signed(sign, paragraph(text))}
	r.said.Refresh()
}

// wanted returns the rows that are ticked and not connected yet.
func (d *connecting) wanted() []*connectRow {
	var rows []*connectRow
	for _, r := range d.rows {
		if r.tick.Checked && !r.tick.Disabled() {
			rows = append(rows, r)
		}
	}
	return rows
}

func (d *connecting) count() { d.ok.enable(len(d.wanted()) > 0) }

// connect connects what is ticked, one organisation after the other. One that cannot be
// connected says why, and can be tried again.
func (d *connecting) connect() {
	rows := d.wanted()
	d.ok.Disable()
	for _, r := range rows {
		r.tick.Disable()
		r.say(style.Queued, lang.L("connect.waiting"))
	}
	d.work.start(func(ctx context.Context, post func(func())) {
		for _, r := range rows {
			post(func() { r.say(style.Busy, lang.L("connect.reading")) })
			org, err := d.app.Connect(ctx, d.me(), r.connection)
			post(func() { d.connected(r, org, err) })
		}
		post(d.end)
	})
}

func (d *connecting) connected(r *connectRow, org app.Organisation, err error) {
	if err != nil {
		r.tick.Enable()
		r.say(style.Failed, say(err))
		d.box.popup.Refresh()
		return
	}
	r.say(style.Connected, lang.L("connect.done"))
	if r.known {
		d.again = append(d.again, org.Tenant.Name)
	} else {
		d.added = append(d.added, org.Tenant)
	}
}

// end leaves the dialog when all went well.
func (d *connecting) end() {
	if len(d.wanted()) > 0 {
		d.ok.SetText(lang.L("action.try-again"))
		d.count()
		d.box.fit()
		return
	}
	d.box.hide()
}

// left is called when the dialog is closed. It leads on from what was connected by then.
func (d *connecting) left() {
	d.work.stop()
	d.changed()
	if len(d.again) > 0 {
		d.tell(style.Done, lang.L("connect.again", with{"Names": strings.Join(d.again, ", ")}))
	}
	if len(d.added) > 0 {
		d.offerMapping(d.added[0])
	}
}

// offerMapping leads on from a new organisation to its mapping.
func (d *connecting) offerMapping(to ledger.Tenant) {
	body := container.NewVBox(paragraph(lang.L("connect.next",
		with{"Name": to.Name})))
	if !d.kept {
		body.Add(signed(style.Warning, paragraph(notKept())))
	}
	var next *dialog
	later := newButton(d.keys, lang.L("action.later"), func() { next.hide() })
	now := newButton(d.keys, lang.L("menu.mapping"), func() {
		next.hide()
		d.mappings.open(to.ID)
	})
	next = d.dialogs.show(lang.L("connect.connected-to", with{"Name": to.Name}), fyne.NewSize(480, 0), body, later, now).about("map")
}

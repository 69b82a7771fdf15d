package screens

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// reviewApp is what the review of an export asks of the application.
type reviewApp interface {
	Organisations(ctx context.Context) ([]app.Organisation, error)
	Destinations(ctx context.Context) (map[billing.ClientID]ledger.TenantID, error)
	Review(ctx context.Context, by staff.Member, ids []billing.InvoiceID, byHand bool) ([]app.Review, []app.Result, error)
	MappingView(ctx context.Context, t ledger.TenantID) (app.MappingView, error)
}

// reviews shows what an export would do before it is sent, and exports what a person leaves ticked.
type reviews struct {
	*shell
	app     reviewApp
	send    func([]billing.InvoiceID) // exports them
	missing func()                    // tells that the firm has no organisation to export to
	connect func()                    // begins to connect the firm to Xero
	fixes   fixes                     // what the buttons beside the messages do

	reading task
	count   int           // of the invoices that are being read
	waiting *dialog       // while that takes long; nil else
	shown   *reviewDialog // while it is open; nil else
}

func newReviews(s *shell, a reviewApp) *reviews {
	v := &reviews{shell: s, app: a}
	v.reading = task{ui: s.ui, busy: func(on bool) {
		if on {
			v.showWaiting()
		} else {
			v.hideWaiting()
		}
	}}
	return v
}

// checked is what was found out about an export.
type checked struct {
	parts   []portion // what goes where; none while the firm exports nowhere
	reviews []app.Review
	rows    []*reviewRow
	problem error // why the invoices could not be checked; they can be queued all the same
}

// read finds out what the export of the invoices would do.
func (v *reviews) read(ctx context.Context, asked []*app.InvoiceRow, byHand bool) (c checked, err error) {
	all, err := v.app.Organisations(ctx)
	if err != nil {
		return c, err
	}
	others, err := v.app.Destinations(ctx)
	if err != nil {
		return c, err
	}
	if c.parts = portions(all, others, asked); len(c.parts) == 0 {
		return c, nil
	}
	for _, p := range c.parts {
		switch p.org.State {
		case app.ConsentEnded:
			c.problem = &app.Trouble{Reason: app.NoConsent}
		case app.Disconnected:
			c.problem = &app.Trouble{Reason: app.NotConnected}
		}
	}
	if c.problem != nil {
		return c, nil //nolint:nilerr // it is shown in the place of the review
	}
	reviews, results, err := v.app.Review(ctx, v.me(), idsOf(asked), byHand)
	var trouble *app.Trouble
	if errors.As(err, &trouble) || app.IsCode(err, app.Unavailable) {
		c.problem, err = err, nil // it is shown in the place of the review
		return c, err
	}
	if err != nil {
		return c, err
	}
	charts := map[ledger.TenantID]ledger.Chart{}
	for _, r := range reviews {
		t := r.Organisation.Tenant.ID
		view, err := v.app.MappingView(ctx, t)
		if err != nil {
			return c, err
		}
		charts[t] = view.Chart
	}
	c.reviews, c.rows = reviews, v.rowsOf(reviews, refusedOf(results), asked, charts)
	return c, nil
}

// open shows what the export of the invoices would do. Where every one is ready and the person wants no review then,
// it begins.
func (v *reviews) open(asked []*app.InvoiceRow) {
	if v.shown != nil {
		return
	}
	v.count = len(asked)
	load(&v.reading, func(ctx context.Context) (checked, error) { return v.read(ctx, asked, false) }, func(c checked, err error) {
		v.hideWaiting()
		switch {
		case err != nil:
			v.failed(lang.L("export.none"), err)
		case len(c.parts) == 0:
			v.missing()
		case c.problem != nil:
			v.askUnchecked(c, asked)
		case v.skips() && !slices.ContainsFunc(c.rows, func(r *reviewRow) bool { return r.Verdict != app.VerdictReady }):
			v.notice(lang.N("review.skipped", len(c.rows), with{"Count": v.format.Count(len(c.rows))}))
			v.send(idsOf(asked))
		default:
			v.shown = newReviewDialog(v, asked, c)
		}
	})
}

// showWaiting says what is being waited for. Enter does nothing there: who presses it from habit means to export.
func (v *reviews) showWaiting() {
	cancel := newButton(v.keys, lang.L("action.cancel"), v.hideWaiting)
	text := lang.N("review.reading", v.count, with{"Count": v.format.Count(v.count)})
	v.waiting = v.dialogs.show(lang.L("review.reading.title"), fyne.NewSize(440, 0),
		container.NewVBox(signed(style.Busy, paragraph(text)), caption(lang.L("review.reading.hint"))), cancel)
	v.waiting.ok = nil
	v.waiting.focus(nil)
	v.waiting.onHide = v.reading.stop
}

// hideWaiting ends the wait, and the reading if it still goes on.
func (v *reviews) hideWaiting() {
	if d := v.waiting; d != nil {
		v.waiting = nil
		d.hide()
	}
}

// askUnchecked tells why the invoices could not be checked. They can be queued: then each is checked and sent when
// Xero can be reached.
func (v *reviews) askUnchecked(c checked, asked []*app.InvoiceRow) {
	data := with{"Count": v.format.Count(len(asked))}
	body := container.NewVBox()
	connected, why := true, say(c.problem)
	for _, p := range c.parts {
		text := lang.N("review.unchecked.part", len(p.rows), with{"Count": v.format.Count(len(p.rows)),
			"Organisation": p.org.Tenant.Name, "Sums": sumOf(v.firm.Currency, p.rows).text(v.format)})
		body.Add(paragraph(text))
		if k := connectionOf(v.format, &p.org, app.Refresh{}, v.now()); k.sign != style.Connected {
			body.Add(signed(k.sign, paragraph(k.more)))
			why = "" // it would be said twice
		}
		connected = connected && p.org.State == app.Connected
	}
	if why != "" {
		body.Add(signed(style.Failed, paragraph(why)))
	}
	body.Add(paragraph(lang.N("review.unchecked.text", len(asked), data)))
	var d *dialog
	leave := func(then func()) func() { return func() { d.hide(); then() } }
	buttons := []*button{
		newButton(v.keys, lang.L("action.cancel"), leave(func() {})),
		newButton(v.keys, lang.N("review.unchecked.queue", len(asked), data), leave(func() { v.send(idsOf(asked)) })),
		newButton(v.keys, lang.L("action.try-again"), leave(func() { v.open(asked) })),
	}
	if !connected {
		buttons = append(buttons, newConnectButton(v.keys, leave(v.connect)))
	}
	d = v.dialogs.show(lang.N("review.unchecked.title", len(asked), data), fyne.NewSize(520, 0), body, buttons...)
}

// skipKey remembers of each member whether they want no review where every invoice is ready.
func (v *reviews) skipKey() string { return "review.skip." + string(v.me().ID) }

func (v *reviews) skips() bool { return v.preferences.Bool(v.skipKey()) }

func (v *reviews) setSkips(on bool) { v.preferences.SetBool(v.skipKey(), on) }

// newSkipCheck lets the person choose whether they want a review where every invoice is ready.
func (v *reviews) newSkipCheck(changed func(bool)) *check {
	c := newCheck(v.keys, lang.L("review.skip"), changed)
	c.Checked = v.skips()
	return c
}

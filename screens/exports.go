package screens

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// exportApp is what exporting asks of the application.
type exportApp interface {
	reviewApp
	Export(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Run, []app.Result, error)
	Confirm(ctx context.Context, by staff.Member, id app.RunID) error
	Cancel(ctx context.Context, by staff.Member, id app.RunID) (int, error)
	Progress(ctx context.Context, id app.RunID) (app.Progress, error)
	OpenRuns(ctx context.Context, by staff.Member) ([]app.Run, error)
	ExportsOfRun(ctx context.Context, by staff.Member, id app.RunID) ([]app.Export, error)
	RemovalsOfRun(ctx context.Context, by staff.Member, id app.RunID) ([]app.Removal, error)
}

// exports starts exports, and the removal of what was exported. It shows how far the newest
// one is, in a dialog or in a strip above the footer, and its result.
type exports struct {
	*shell
	app     exportApp
	open    func(billing.InvoiceID)                         // shows an invoice in the list
	row     func(billing.InvoiceID) (*app.InvoiceRow, bool) // finds it there
	reviews *reviews                                        // the step before one
	gauged  func()                                          // is told that calls were made
	relaid  func()                                          // is told when the strip came or went
	connect func()                                          // begins to connect the firm to Xero
	done    func(text string)                               // tells that all of a run was done
	only    func(ids []billing.InvoiceID, what string)      // lists only these invoices, and says what they are
	again   func(ids []billing.InvoiceID, k app.RunKind)    // asks to export, or to draft, what failed once more
	history func(app.RunID)                                 // shows a run in the export history
	support *support

	run     app.RunID    // that is followed, or has just ended; "" for none
	others  []app.RunID  // that were started with it, for other organisations
	told    []string     // that was told of those which are done
	last    app.RunID    // of them; "" for none
	refused []app.Result // what could not be queued
	runState
	ended     bool
	asked     map[app.RunID]bool // stale runs that a person was asked about
	following task
	looking   task
	backward  task // at the run that was done last
	ticking   bool

	box       *dialog // while it is open
	to        *widget.Label
	bar       *widget.ProgressBar
	counts    *fyne.Container
	wait      *widget.Label
	strip     *fyne.Container
	stripText *badge
	stripEnd  *button
}

// runState is how far a run is, and its result.
type runState struct {
	progress app.Progress
	results  []app.Export  // of an export, once it has ended
	removals []app.Removal // of a removal
}

func newExports(s *shell, a exportApp, open func(billing.InvoiceID), row func(billing.InvoiceID) (*app.InvoiceRow, bool)) *exports {
	x := &exports{shell: s, app: a, open: open, row: row, gauged: func() {}, relaid: func() {}, connect: func() {}, asked: map[app.RunID]bool{}}
	x.following, x.looking, x.backward = task{ui: s.ui}, task{ui: s.ui}, task{ui: s.ui}
	x.reviews = newReviews(s, a)
	x.reviews.send, x.reviews.missing = x.start, x.tellNotConnected
	x.reviews.connect = func() { x.connect() }
	x.stripText = newBadge(s.keys, 2000, x.show)
	x.stripEnd = newButton(s.keys, "", x.dismiss)
	x.stripEnd.Icon = theme.CancelIcon()
	x.strip = newStrip(x.stripText, newButton(s.keys, lang.L("action.show"), x.show), x.stripEnd)
	return x
}

// newStrip makes a line that stands above the footer while there is something to tell.
func newStrip(text fyne.CanvasObject, buttons ...*button) *fyne.Container {
	line := container.New(bar{stretch: 0, gap: style.Gap}, text)
	for _, b := range buttons {
		b.Importance = widget.LowImportance
		line.Add(b)
	}
	strip := container.NewVBox(widget.NewSeparator(), line)
	strip.Hide()
	return strip
}

// portion is what of an export goes to one organisation.
type portion struct {
	org  app.Organisation
	rows []*app.InvoiceRow
}

// confirm shows what the export of the invoices would do, and exports what the person leaves of it.
func (x *exports) confirm(rows []*app.InvoiceRow) { x.reviews.open(rows) }

// portions returns which rows go to which organisation; none goes to one that gets none.
func portions(all []app.Organisation, others map[billing.ClientID]ledger.TenantID, rows []*app.InvoiceRow) []portion {
	var parts []portion
	for _, o := range all {
		part := portion{org: o}
		for _, r := range rows {
			if t, other := others[r.ClientID]; other && t == o.Tenant.ID || !other && o.Default {
				part.rows = append(part.rows, r)
			}
		}
		if len(part.rows) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// defaultOf returns the organisation that the firm exports to, or nil.
func defaultOf(all []app.Organisation) *app.Organisation {
	for i := range all {
		if all[i].Default {
			return &all[i]
		}
	}
	return nil
}

// tellNotConnected shows the use case's own words for what is missing: exporting nothing
// fails for that reason alone.
func (x *exports) tellNotConnected() {
	act(x.shell, lang.L("busy.checking-setup"), func(ctx context.Context) ([]app.Run, error) {
		runs, _, err := x.app.Export(ctx, x.me(), nil)
		return runs, err
	}, func(_ []app.Run, err error) {
		if err == nil {
			return
		}
		var d *dialog
		leave := newButton(x.keys, lang.L("action.close"), func() { d.hide() })
		d = x.dialogs.show(lang.L("export.not-ready"), fyne.NewSize(440, 0), paragraph(say(err)), leave, x.connectButton(func() { d.hide() })).about("connect")
	})
}

// connectButton leaves a dialog and leads to connecting the firm.
func (x *exports) connectButton(leave func()) *button {
	return newConnectButton(x.keys, func() {
		leave()
		x.connect()
	})
}

// start queues the invoices for export and follows their run, or the first of several.
func (x *exports) start(ids []billing.InvoiceID) {
	x.begin(job{
		doing: lang.L("busy.queuing"), failed: lang.L("export.none"),
		call:  func(ctx context.Context) ([]app.Run, []app.Result, error) { return x.app.Export(ctx, x.me(), ids) },
		begun: func([]app.Result) {},
		none: func(results []app.Result) {
			if refused := refusedOf(results); len(refused) > 0 {
				x.run, x.refused, x.runState, x.ended = "", refused, runState{}, true
				x.show()
			}
		},
	})
}

// job is what begins runs, and how that is told.
type job struct {
	doing, failed string // words for while it is asked for, and for when that fails as a whole
	call          func(context.Context) ([]app.Run, []app.Result, error)
	begun         func([]app.Result) // is told the results where a run was begun
	none          func([]app.Result) // is told them where none was
}

// begin has runs begun and follows the first of them.
func (x *exports) begin(j job) {
	type begun struct {
		runs    []app.Run
		first   runState
		results []app.Result
	}
	act(x.shell, j.doing, func(ctx context.Context) (begun, error) {
		runs, results, err := j.call(ctx)
		b := begun{runs: runs, results: results}
		if err == nil && len(runs) > 0 {
			b.first, err = x.read(ctx, runs[0].ID)
		}
		return b, err
	}, func(b begun, err error) {
		switch {
		case err != nil:
			x.failed(j.failed, err)
		case len(b.runs) > 0:
			for _, r := range b.runs[1:] {
				x.others = append(x.others, r.ID)
			}
			x.told = nil
			j.begun(b.results)
			x.follow(b.first, refusedOf(b.results))
			x.show()
		default:
			j.none(b.results)
		}
	})
}

// follow shows how far a run is, so far s, instead of another.
func (x *exports) follow(s runState, refused []app.Result) {
	x.run, x.runState, x.refused, x.ended = s.progress.Run.ID, s, refused, false
	x.refresh()
}

// resume follows the newest run that is open, unless one is being followed, and asks
// about those that went stale. What voids belongs to a replacement, which shows it.
func (x *exports) resume() {
	load(&x.looking, func(ctx context.Context) ([]runState, error) {
		runs, err := x.app.OpenRuns(ctx, x.me())
		if err != nil {
			return nil, err
		}
		var open []runState
		for _, r := range runs {
			s, err := x.read(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			if !s.voids() {
				open = append(open, s)
			}
		}
		return open, nil
	}, func(open []runState, err error) {
		if err != nil {
			x.notice(say(err))
			return
		}
		for _, s := range open {
			if s.progress.Stale {
				x.askStale(s.progress)
			}
		}
		if len(open) > 0 && (x.run == "" || x.ended && x.box == nil) {
			x.follow(open[0], nil)
			x.update()
		}
	})
}

// voids reports whether the run voids invoices in Xero.
func (s runState) voids() bool {
	return len(s.removals) > 0 && s.removals[0].To == ledger.VoidedThere
}

// removing reports whether the run takes invoices out of Xero.
func (s runState) removing() bool { return s.progress.Run.Kind == app.RemovalRun }

// changed is told that something about runs changed. The result of one that has ended may, too: what is written besides the
// invoices comes after them.
func (x *exports) changed() {
	if x.run != "" {
		x.refresh()
	}
	if x.run == "" || x.ended {
		x.resume()
	}
	x.lookBack()
}

// lookBack reads again the run that was told last to be done, and tells it anew where it is not any more: what is written
// to an invoice besides it, as its PDF, comes after the run.
func (x *exports) lookBack() {
	id := x.last
	if id == "" || x.run != "" {
		return
	}
	load(&x.backward, func(ctx context.Context) (runState, error) { return x.read(ctx, id) }, func(s runState, err error) {
		switch {
		case err != nil:
			x.notice(say(err))
		case x.run == "" && x.last == id && s.progress.Tally.Exported < s.progress.Tally.All:
			x.last = ""
			x.follow(s, nil)
		}
	})
}

// read reads how far a run is and, when it has ended, its result.
func (x *exports) read(ctx context.Context, id app.RunID) (s runState, err error) {
	if s.progress, err = x.app.Progress(ctx, id); err != nil {
		return s, err
	}
	switch {
	case s.removing():
		s.removals, err = x.app.RemovalsOfRun(ctx, x.me(), id)
	case s.progress.Tally.Open() == 0:
		s.results, err = x.app.ExportsOfRun(ctx, x.me(), id)
	}
	return s, err
}

// refresh reads again the run that is followed.
func (x *exports) refresh() {
	id := x.run
	load(&x.following, func(ctx context.Context) (runState, error) { return x.read(ctx, id) }, func(s runState, err error) {
		if err != nil {
			x.notice(say(err))
			x.tick()
			return
		}
		shown := x.ended && s.progress.Tally == x.progress.Tally
		x.runState = s
		x.ended = s.progress.Tally.Open() == 0
		x.gauged()
		if s.progress.Stale {
			x.askStale(s.progress)
		}
		switch {
		case x.ended && x.whole():
			x.tellDone()
			return
		case x.ended && x.box != nil && !shown:
			x.show()
		}
		x.update()
		x.tick()
	})
}

// tick reads the progress again after a second: what is being waited for is no event.
func (x *exports) tick() {
	if x.ended || x.ticking {
		return
	}
	x.ticking = true
	x.after(time.Second, func() {
		x.do(func() {
			x.ticking = false
			if x.run != "" && !x.ended {
				x.refresh()
			}
		})
	})
}

// askStale asks once whether a run that was started long ago is still wanted.
func (x *exports) askStale(p app.Progress) {
	id := p.Run.ID
	if x.asked[id] {
		return
	}
	x.asked[id] = true
	text := lang.N("export.stale.text", p.Tally.Queued,
		with{"Organisation": p.Organisation.Tenant.Name, "Time": x.moment(p.Run.Started), "Count": x.format.Count(p.Tally.Queued)})
	var d *dialog
	later := newButton(x.keys, lang.L("export.stale.later"), func() { d.hide() })
	stop := newButton(x.keys, lang.L("export.stale.stop"), func() { d.hide(); x.cancel(id, false) })
	goOn := newButton(x.keys, lang.L("export.stale.continue"), func() {
		d.hide()
		act(x.shell, lang.L("busy.continuing-export"), func(ctx context.Context) (struct{}, error) {
			return struct{}{}, x.app.Confirm(ctx, x.me(), id)
		}, func(_ struct{}, err error) {
			delete(x.asked, id)
			if err != nil {
				x.failed(lang.L("export.stale.failed"), err)
				return
			}
			x.follow(runState{progress: p}, nil)
			x.show()
		})
	})
	d = x.dialogs.show(lang.L("export.stale.title"), fyne.NewSize(500, 0), paragraph(text), later, stop, goOn)
}

// cancel withdraws what of a run was not sent; removing says that the run takes invoices back to
// draft.
func (x *exports) cancel(id app.RunID, removing bool) {
	act(x.shell, lang.L("busy.cancelling"), func(ctx context.Context) (int, error) {
		return x.app.Cancel(ctx, x.me(), id)
	}, func(n int, err error) {
		if err != nil {
			x.failed(lang.L("export.cancel.failed"), err)
			return
		}
		cancelled := lang.N("export.cancelled", n, x.count(n))
		if removing {
			cancelled = lang.N("redraft.cancelled", n, x.count(n))
		}
		x.notice(cancelled)
		if id == x.run {
			x.refresh()
		}
	})
}

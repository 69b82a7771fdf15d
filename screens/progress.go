package screens

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/screens/style"
)

// show opens the dialog with the progress of the run, or with its result. It can be
// closed: the run goes on, and the strip shows it.
func (x *exports) show() {
	if x.box != nil {
		x.box.onHide = nil
		x.box.hide()
	}
	leave := newButton(x.keys, lang.L("action.close"), func() { x.box.hide() })
	if x.ended {
		x.box = x.dialogs.show(x.endTitle(), fyne.NewSize(860, 440), x.summary(), append(x.ways(), leave)...).about("failures")
	} else {
		id := x.run
		title, cancel := lang.L("run.exporting"), lang.L("run.cancel")
		removing := x.removing()
		if removing {
			title, cancel = lang.L("run.redrafting"), lang.L("run.redrafting.cancel")
		}
		stop := newButton(x.keys, cancel, func() { x.cancel(id, removing) })
		x.box = x.dialogs.show(title, fyne.NewSize(520, 0), x.running(), stop, leave).about("export")
	}
	x.box.onHide = x.closed
	x.update()
}

// whole reports whether all of the run was done as it was asked for.
func (x *exports) whole() bool {
	t := x.progress.Tally
	return t.Exported == t.All && len(x.refused) == 0
}

// tellDone tells in passing that all of the run was done: nobody has to do anything about it.
func (x *exports) tellDone() {
	x.last = x.run
	n := x.progress.Tally.All
	text := lang.N("run.exporting.done", n, with{"Count": x.format.Count(n), "Organisation": x.progress.Organisation.Tenant.Name})
	if x.removing() {
		text = lang.N("draft.done", n, x.count(n))
	}
	if box := x.box; box != nil {
		box.onHide, x.box = nil, nil
		box.hide()
	}
	x.told = append(x.told, text)
	x.done(strings.Join(x.told, " · "))
	if len(x.others) == 0 {
		x.told = nil
	}
	x.dismiss()
}

// failures returns the invoices for which was not done what was asked for.
func (x *exports) failures() []billing.InvoiceID {
	var ids []billing.InvoiceID
	for _, r := range x.refused {
		ids = append(ids, r.Invoice)
	}
	for _, e := range x.results {
		if e.Result == billing.Failed {
			ids = append(ids, e.Invoice)
		}
	}
	for _, r := range x.removals {
		if r.Result == app.KeptThere {
			ids = append(ids, r.Invoice)
		}
	}
	return ids
}

// ways are the buttons of the summary that lead on from it.
func (x *exports) ways() []*button {
	run, failed, kind := x.run, x.failures(), x.progress.Run.Kind
	leave := func(then func()) func() {
		return func() {
			x.box.hide()
			then()
		}
	}
	var ways []*button
	if run != "" {
		ways = append(ways,
			newButton(x.keys, lang.L("support.copy"), func() { x.support.run(run, app.RunRow.Failed) }),
			newButton(x.keys, lang.L("run.history"), leave(func() { x.history(run) })))
	}
	if len(failed) > 0 {
		what := lang.N("run.only-failed", len(failed), x.count(len(failed)))
		ways = append(ways,
			newButton(x.keys, lang.L("run.show-failed"), leave(func() { x.only(failed, what) })),
			newButton(x.keys, againWord(kind), leave(func() { x.again(failed, kind) })))
	}
	return ways
}

// closed is called when the dialog was left.
func (x *exports) closed() {
	x.box = nil
	if x.ended {
		x.dismiss()
		return
	}
	x.update()
}

// dismiss forgets the run that has ended, and takes up one that was started with it, or
// another that is open.
func (x *exports) dismiss() {
	kind := x.progress.Run.Kind
	x.run, x.refused, x.runState, x.ended = "", nil, runState{}, false
	if len(x.others) > 0 {
		next := x.others[0]
		x.others = x.others[1:]
		x.follow(runState{progress: app.Progress{Run: app.Run{ID: next, Kind: kind}}}, nil)
		x.show()
		return
	}
	x.update()
	x.resume()
}

// running is the body of the dialog while the run goes on.
func (x *exports) running() fyne.CanvasObject {
	x.bar = widget.NewProgressBar()
	x.bar.TextFormatter = func() string { return "" } // it would stand on both colours
	x.counts = container.NewHBox()
	x.wait = paragraph("")
	x.to = paragraph("")
	note := caption(lang.L("run.exporting.hint"))
	if x.removing() {
		note.SetText(lang.L("run.redrafting.hint"))
	}
	return container.NewVBox(x.to, container.New(thin(8), x.bar), x.counts, x.wait, note)
}

// doneWords says how many invoices are settled.
func (x *exports) doneWords() string {
	t := x.progress.Tally
	return lang.L("run.done-of", with{"Done": x.format.Count(t.All - t.Open()), "All": x.format.Count(t.All)})
}

// update shows how far the run is, in the dialog or in the strip.
func (x *exports) update() {
	if x.box != nil && !x.ended {
		t := x.progress.Tally
		if name := x.progress.Organisation.Tenant.Name; name != "" {
			data := with{"Name": name, "Done": x.doneWords()}
			text := lang.L("run.to", data)
			if x.removing() {
				text = lang.L("run.from", data)
			}
			x.to.SetText(text)
		}
		x.bar.Max = float64(max(t.All, 1))
		x.bar.SetValue(float64(t.All - t.Open()))
		x.counts.Objects = x.countWords()
		x.counts.Refresh()
		wait := x.waitText()
		x.wait.SetText(wait)
		x.wait.Hidden = wait == ""
		x.box.fit()
	}
	visible := x.box == nil && (x.run != "" || x.ended)
	if visible {
		x.stripText.set(x.stripWords())
		show(x.stripEnd, x.ended)
		x.strip.Refresh()
	}
	if visible != x.strip.Visible() {
		show(x.strip, visible)
		x.relaid()
	}
}

// countWords are the counts that are not zero, each with its sign.
func (x *exports) countWords() []fyne.CanvasObject {
	t := x.progress.Tally
	var words []fyne.CanvasObject
	add := func(sign style.Sign, n int, counted func(int) string) {
		if n > 0 {
			words = append(words, signed(sign, widget.NewLabel(counted(n))))
		}
	}
	add(style.Done, t.Exported, x.doneCount)
	add(style.Warning, t.Warned, x.warnedCount)
	add(style.Failed, t.Failed+len(x.refused), x.failedCount)
	add(style.Unknown, t.Unknown, func(n int) string { return lang.N("run.count.unknown", n, x.count(n)) })
	add(style.Busy, t.Exporting, func(n int) string { return lang.N("run.count.busy", n, x.count(n)) })
	add(style.Queued, t.Queued, func(n int) string { return lang.N("run.count.queued", n, x.count(n)) })
	add(style.None, t.Cancelled, x.cancelledCount)
	return words
}

func (x *exports) count(n int) with { return with{"Count": x.format.Count(n)} }

// doneCount counts what was done as it was asked for, failedCount what was not.
func (x *exports) doneCount(n int) string {
	if x.removing() {
		return lang.N("run.count.redrafted", n, x.count(n))
	}
	return lang.N("run.count.exported", n, x.count(n))
}

func (x *exports) failedCount(n int) string {
	if x.removing() {
		return lang.N("run.count.not-redrafted", n, x.count(n))
	}
	return lang.N("run.count.failed", n, x.count(n))
}

func (x *exports) warnedCount(n int) string { return lang.N("run.count.warned", n, x.count(n)) }

func (x *exports) cancelledCount(n int) string {
	if x.removing() {
		return lang.N("run.count.kept", n, x.count(n))
	}
	return lang.N("run.count.not-sent", n, x.count(n))
}

// waitText says what the run waits for, or nothing.
func (x *exports) waitText() string { return waitingFor(x.progress, x.now()) }

// waitingFor says what a run waits for, or nothing.
func waitingFor(p app.Progress, now time.Time) string {
	switch park := p.Organisation.Parked; {
	case p.Organisation.State == app.ConsentEnded:
		return waitWords(app.NoConsent, time.Time{}, now)
	case p.Organisation.State == app.Disconnected:
		return waitWords(app.NotConnected, time.Time{}, now)
	case park.Why != "" && park.Until.After(now):
		return waitWords(park.Why, park.Until, now)
	case p.Gauge.WaitUntil.After(now):
		return waitWords(p.Gauge.Why, p.Gauge.WaitUntil, now)
	case p.Tally.Unknown > 0 && p.Tally.Queued+p.Tally.Exporting == 0:
		return lang.L("run.answer-lost")
	}
	return ""
}

// stripWords are what the strip says of the run.
func (x *exports) stripWords() (style.Sign, string) {
	data := with{"Organisation": x.progress.Organisation.Tenant.Name, "Done": x.doneWords(), "Result": x.resultWords()}
	if x.ended {
		sign := style.Done
		switch t := x.progress.Tally; {
		case t.Failed+len(x.refused) > 0:
			sign = style.Failed
		case t.Warned > 0:
			sign = style.Warning
		}
		if x.removing() {
			return sign, lang.L("run.redrafting.finished", data)
		}
		return sign, lang.L("run.exporting.finished", data)
	}
	text := lang.L("run.exporting.to", data)
	if x.removing() {
		text = lang.L("run.redrafting.to-draft", data)
	}
	if wait := x.waitText(); wait != "" {
		return style.Queued, text + " · " + wait
	}
	return style.Busy, text
}

// resultWords count the results of the run.
func (x *exports) resultWords() string {
	t := x.progress.Tally
	var parts []string
	add := func(n int, counted func(int) string) {
		if n > 0 {
			parts = append(parts, counted(n))
		}
	}
	add(t.Failed+len(x.refused), x.failedCount)
	add(t.Warned, x.warnedCount)
	add(t.Exported, x.doneCount)
	add(t.Cancelled, x.cancelledCount)
	return strings.Join(parts, ", ")
}

func (x *exports) endTitle() string {
	if x.run == "" {
		return lang.L("export.none")
	}
	if x.removing() {
		return lang.L("run.redrafting.end-title", with{"Result": x.resultWords()})
	}
	return lang.L("run.exporting.end-title", with{"Result": x.resultWords()})
}

// outcome is the result for one invoice of a run.
type outcome struct {
	id     billing.InvoiceID
	number billing.Number
	sign   style.Sign
	text   string
	order  int64 // what needs a person most comes first
}

// outcomes returns the result for every invoice of the run, the failures first.
func (x *exports) outcomes() []outcome {
	var all []outcome
	for _, r := range x.refused {
		text := lang.L("run.not-exported", with{"Why": say(r.Err)})
		if x.removing() {
			text = say(r.Err)
		}
		all = append(all, outcome{id: r.Invoice, number: r.Number, sign: style.Failed, text: text, order: -1})
	}
	for _, e := range x.results {
		o := outcome{id: e.Invoice, number: e.Number, sign: exportSign(stageOf(e)), text: resultWord(e), order: urgency(stageOf(e))}
		if len(e.Messages) > 0 && e.Result != billing.MayBeOurs { // which says it already
			o.text += ": " + e.Messages[0].Text
		}
		all = append(all, o)
	}
	for _, r := range x.removals {
		o := outcome{id: r.Invoice, sign: style.Busy, text: lang.L("run.unsettled"), order: 1}
		switch r.Result {
		case app.KeptThere:
			o.sign, o.text, o.order = style.Failed, lang.L("run.not-redrafted"), 0
			if len(r.Messages) > 0 {
				o.text += ": " + r.Messages[0].Text
			}
		case app.Withdrawn:
			o.sign, o.text, o.order = style.None, lang.L("run.withdrawn"), 2
		case app.Removed:
			o.sign, o.text, o.order = style.Done, lang.L("run.redrafted"), 3
		}
		all = append(all, o)
	}
	slices.SortStableFunc(all, func(a, b outcome) int { return cmp.Compare(a.order, b.order) })
	return all
}

// summary lists the results of the run. A click on an invoice shows it in the list.
func (x *exports) summary() fyne.CanvasObject {
	all := x.outcomes()
	rows := make([][]listCell, len(all))
	for i, o := range all {
		client := ""
		if r, listed := x.row(o.id); listed {
			client = r.Client
			if o.number == "" {
				o.number = r.Number
			}
		}
		rows[i] = []listCell{{sign: o.sign}, {text: string(o.number)}, {text: client}, {text: o.text}}
	}
	list := newListing(x.keys, []listColumn{
		{width: listSign}, {title: lang.L("field.number"), width: 100}, {title: lang.L("field.client"), width: 190}, {title: lang.L("run.result"), stretch: true},
	}, rows)
	list.opened = func(i int) {
		x.box.hide()
		x.open(all[i].id)
	}
	top := container.NewVBox()
	if name := x.progress.Organisation.Tenant.Name; name != "" {
		top.Add(paragraph(lang.L("run.summary", with{"Name": name})))
	}
	return container.NewBorder(top, nil, nil, nil, list.content())
}

// stageOf is the stage that an export left its invoice in.
func stageOf(e app.Export) billing.Stage {
	return billing.Stage{Status: billing.Finalized, Export: e.Result}
}

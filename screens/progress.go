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

// show opens the dialog with the progress of the run, or with what came of it. It can be
// closed: the run goes on, and the strip shows it.
func (x *exports) show() {
	if x.box != nil {
		x.box.onHide = nil
		x.box.hide()
	}
	leave := newButton(x.keys, lang.L("Close"), func() { x.box.hide() })
	if x.ended {
		x.box = x.dialogs.show(x.endTitle(), fyne.NewSize(860, 440), x.summary(), leave)
	} else {
		id := x.run
		stop := newButton(x.keys, lang.L("Cancel the rest"), func() { x.cancel(id) })
		title := lang.L("Exporting to Xero")
		if x.removing() {
			title = lang.L("Removing from Xero")
		}
		x.box = x.dialogs.show(title, fyne.NewSize(520, 0), x.running(), stop, leave)
	}
	x.box.onHide = x.closed
	x.update()
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
	note := caption(lang.L("You can close this and go on working: the export continues, and it survives a restart."))
	if x.removing() {
		note.SetText(lang.L("You can close this and go on working: the removal continues, and it survives a restart. An invoice that somebody approves in this moment stays in Xero, and is closed here."))
	}
	return container.NewVBox(x.to, container.New(thin(8), x.bar), x.counts, x.wait, note)
}

// doneWords says how many invoices are settled.
func (x *exports) doneWords() string {
	t := x.progress.Tally
	return lang.L("{{.Done}} of {{.All}}", with{"Done": x.format.Count(t.All - t.Open()), "All": x.format.Count(t.All)})
}

// update shows how far the run is, in the dialog or in the strip.
func (x *exports) update() {
	if x.box != nil && !x.ended {
		t := x.progress.Tally
		if name := x.progress.Organisation.Tenant.Name; name != "" {
			data := with{"Name": name, "Done": x.doneWords()}
			text := lang.L("To the organisation {{.Name}}: {{.Done}}", data)
			if x.removing() {
				text = lang.L("From the organisation {{.Name}}: {{.Done}}", data)
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
	add := func(sign style.Sign, n int, word string) {
		if n > 0 {
			words = append(words, signed(sign, widget.NewLabel(x.format.Count(n)+" "+word)))
		}
	}
	add(style.Done, t.Exported, x.doneWord())
	add(style.Warning, t.Warned, lang.L("with a warning"))
	add(style.Failed, t.Failed+len(x.refused), x.failedWord())
	add(style.Unknown, t.Unknown, lang.L("being looked up"))
	add(style.Busy, t.Exporting, lang.L("under way"))
	add(style.Queued, t.Queued, lang.L("waiting"))
	add(style.None, t.Cancelled, lang.L("cancelled"))
	return words
}

// doneWord is the word for what was done as it was asked for, failedWord for what was not.
func (x *exports) doneWord() string {
	if x.removing() {
		return lang.L("removed")
	}
	return lang.L("exported")
}

func (x *exports) failedWord() string {
	if x.removing() {
		return lang.L("not removed")
	}
	return lang.L("failed")
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
		return lang.L("An answer of Xero was lost: Feebridge asks what has arrived. Nothing is sent twice.")
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
			return sign, lang.L("The removal from {{.Organisation}} has ended: {{.Result}}", data)
		}
		return sign, lang.L("The export to {{.Organisation}} has ended: {{.Result}}", data)
	}
	text := lang.L("Exporting to {{.Organisation}}: {{.Done}}", data)
	if x.removing() {
		text = lang.L("Removing from {{.Organisation}}: {{.Done}}", data)
	}
	if wait := x.waitText(); wait != "" {
		return style.Queued, text + " · " + wait
	}
	return style.Busy, text
}

// resultWords count what came of the run.
func (x *exports) resultWords() string {
	t := x.progress.Tally
	var parts []string
	add := func(n int, word string) {
		if n > 0 {
			parts = append(parts, x.format.Count(n)+" "+word)
		}
	}
	add(t.Failed+len(x.refused), x.failedWord())
	add(t.Warned, lang.L("with a warning"))
	add(t.Exported, x.doneWord())
	add(t.Cancelled, lang.L("cancelled"))
	return strings.Join(parts, ", ")
}

func (x *exports) endTitle() string {
	if x.run == "" {
		return lang.L("Nothing was exported")
	}
	if x.removing() {
		return lang.L("Removal ended: {{.Result}}", with{"Result": x.resultWords()})
	}
	return lang.L("Export ended: {{.Result}}", with{"Result": x.resultWords()})
}

// outcome is what came of one invoice of a run.
type outcome struct {
	id     billing.InvoiceID
	number billing.Number
	sign   style.Sign
	text   string
	order  int64 // what needs a person most comes first
}

// outcomes returns what came of every invoice of the run, the failures first.
func (x *exports) outcomes() []outcome {
	var all []outcome
	for _, r := range x.refused {
		text := lang.L("Not exported: {{.Why}}", with{"Why": say(r.Err)})
		if x.removing() {
			text = say(r.Err)
		}
		all = append(all, outcome{id: r.Invoice, number: r.Number, sign: style.Failed, text: text, order: -1})
	}
	for _, e := range x.results {
		o := outcome{id: e.Invoice, number: e.Number, sign: exportSign(stageOf(e)), text: resultWord(e), order: urgency(stageOf(e))}
		if len(e.Messages) > 0 {
			o.text += ": " + e.Messages[0].Text
		}
		all = append(all, o)
	}
	for _, r := range x.removals {
		o := outcome{id: r.Invoice, sign: style.Busy, text: lang.L("Not settled yet"), order: 1}
		switch r.Result {
		case app.KeptThere:
			o.sign, o.text, o.order = style.Failed, lang.L("Stays in Xero"), 0
			if len(r.Messages) > 0 {
				o.text += ": " + r.Messages[0].Text
			}
		case app.Withdrawn:
			o.sign, o.text, o.order = style.None, lang.L("Cancelled: it stays in Xero as it was"), 2
		case app.Removed:
			o.sign, o.text, o.order = style.Done, lang.L("Removed from Xero, and a draft again"), 3
		}
		all = append(all, o)
	}
	slices.SortStableFunc(all, func(a, b outcome) int { return cmp.Compare(a.order, b.order) })
	return all
}

// summary lists what came of the run. A click on an invoice shows it in the list.
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
		{width: listSign}, {title: lang.L("Number"), width: 100}, {title: lang.L("Client"), width: 190}, {title: lang.L("What came of it"), stretch: true},
	}, rows)
	list.opened = func(i int) {
		x.box.hide()
		x.open(all[i].id)
	}
	top := container.NewVBox()
	if name := x.progress.Organisation.Tenant.Name; name != "" {
		where := lang.L("To the organisation {{.Name}}", with{"Name": name})
		if x.removing() {
			where = lang.L("From the organisation {{.Name}}", with{"Name": name})
		}
		top.Add(paragraph(where + ". " + lang.L("A click on a row shows the invoice.")))
	}
	return container.NewBorder(top, nil, nil, nil, list.content())
}

// stageOf is the stage that an export left its invoice in.
func stageOf(e app.Export) billing.Stage {
	return billing.Stage{Status: billing.Finalized, Export: e.Result}
}

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
		x.box = x.dialogs.show(lang.L("Exporting to Xero"), fyne.NewSize(520, 0), x.running(), stop, leave)
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
	x.run, x.refused, x.results, x.ended = "", nil, nil, false
	if len(x.others) > 0 {
		next := x.others[0]
		x.others = x.others[1:]
		x.follow(app.Progress{Run: app.Run{ID: next}}, nil)
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
			x.to.SetText(lang.L("To the organisation {{.Name}}: {{.Done}}", with{"Name": name, "Done": x.doneWords()}))
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
	add(style.Done, t.Exported, lang.L("exported"))
	add(style.Warning, t.Warned, lang.L("with a warning"))
	add(style.Failed, t.Failed+len(x.refused), lang.L("failed"))
	add(style.Unknown, t.Unknown, lang.L("being looked up"))
	add(style.Busy, t.Exporting, lang.L("under way"))
	add(style.Queued, t.Queued, lang.L("waiting"))
	add(style.None, t.Cancelled, lang.L("cancelled"))
	return words
}

// waitText says what the run waits for, or nothing.
func (x *exports) waitText() string {
	now := x.now()
	p := x.progress
	switch park := p.Organisation.Parked; {
	case p.Organisation.State == app.SignedOut:
		return waitWords(app.NotSignedIn, time.Time{}, now)
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
		return sign, lang.L("The export to {{.Organisation}} has ended: {{.Result}}", data)
	}
	text := lang.L("Exporting to {{.Organisation}}: {{.Done}}", data)
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
	add(t.Failed+len(x.refused), lang.L("failed"))
	add(t.Warned, lang.L("with a warning"))
	add(t.Exported, lang.L("exported"))
	add(t.Cancelled, lang.L("cancelled"))
	return strings.Join(parts, ", ")
}

func (x *exports) endTitle() string {
	if x.run == "" {
		return lang.L("Nothing was exported")
	}
	return lang.L("Export ended: {{.Result}}", with{"Result": x.resultWords()})
}

// summary lists what came of every invoice of the run, the failures first. A click on
// one shows it in the list.
func (x *exports) summary() fyne.CanvasObject {
	results := slices.Clone(x.results)
	slices.SortStableFunc(results, func(a, b app.Export) int {
		return cmp.Compare(urgency(stageOf(a)), urgency(stageOf(b)))
	})
	var ids []billing.InvoiceID
	var rows [][]listCell
	for _, r := range x.refused {
		ids = append(ids, r.Invoice)
		rows = append(rows, []listCell{{sign: style.Failed}, {text: string(r.Number)}, {text: x.client(r.Invoice)}, {text: lang.L("Not exported: {{.Why}}", with{"Why": say(r.Err)})}})
	}
	for _, e := range results {
		text := resultWord(e)
		if len(e.Messages) > 0 {
			text += ": " + e.Messages[0].Text
		}
		ids = append(ids, e.Invoice)
		rows = append(rows, []listCell{{sign: exportSign(stageOf(e))}, {text: string(e.Number)}, {text: x.client(e.Invoice)}, {text: text}})
	}
	list := newListing(x.keys, []listColumn{
		{width: listSign}, {title: lang.L("Number"), width: 100}, {title: lang.L("Client"), width: 190}, {title: lang.L("What came of it"), stretch: true},
	}, rows)
	list.opened = func(i int) {
		id := ids[i]
		x.box.hide()
		x.open(id)
	}
	top := container.NewVBox()
	if name := x.progress.Organisation.Tenant.Name; name != "" {
		top.Add(paragraph(lang.L("To the organisation {{.Name}}", with{"Name": name}) + ". " + lang.L("A click on a row shows the invoice.")))
	}
	return container.NewBorder(top, nil, nil, nil, list.content())
}

// stageOf is the stage that an export left its invoice in.
func stageOf(e app.Export) billing.Stage {
	return billing.Stage{Status: billing.Finalized, Export: e.Result}
}

package screens

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// runPart is one run of the export history: its invoices, and what Xero said of each.
type runPart struct {
	*shell
	of      *runsPage
	id      app.RunID
	content fyne.CanvasObject

	schema  *grid.Schema[app.RunRow, string]
	grid    *grid.Grid[app.RunRow, string]
	summary app.RunSummary // zero until it was read
	rows    []app.RunRow
	reading task

	search                      *entry
	failing                     *check
	title, state                *widget.Label
	show, again, copy, saveRows *button
	buttons                     *fyne.Container
}

const runKey = "run.grid"

func newRunPart(r *runsPage, id app.RunID) *runPart {
	s := r.shell
	p := &runPart{shell: s, of: r, id: id, reading: task{ui: s.ui}}
	p.schema = p.rowSchema()
	p.grid = grid.New(p.schema)
	p.grid.SetState(grid.ParseState(s.preferences.String(runKey)))
	p.grid.OnStateChanged = func(state grid.State) { s.preferences.SetString(runKey, state.String()) }
	p.grid.OnOpen = p.tellRow
	p.grid.OnSelectionChanged = func(int) { p.showSelection() }
	p.grid.OnCopy = func(tsv string) { fyne.CurrentApp().Clipboard().SetContent(tsv) }
	p.grid.OnMenu = func(fyne.Position) {}
	p.search = newEntry(s.keys)
	p.search.SetPlaceHolder(lang.L("run.search"))
	p.search.Icon = theme.SearchIcon()
	p.search.OnChanged = func(text string) { p.grid.SetSearch(text); p.showSelection() }
	p.search.key = leadTo(p.search, p.grid.Focus)
	p.failing = newCheck(s.keys, lang.L("runs.failed-only"), func(only bool) {
		p.grid.SetFilter(nil)
		if only {
			p.grid.SetFilter(app.RunRow.Failed)
		}
		p.showSelection()
	})
	back := newButton(s.keys, lang.L("run.back"), r.closeRun)
	back.Icon = theme.NavigateBackIcon()
	p.show = newButton(s.keys, lang.L("run.show-invoice"), func() { r.show(p.wanted()[0].Invoice) })
	p.again = newButton(s.keys, "", func() { r.again(failedIn(p.wanted()), p.summary.Run.Kind) })
	p.copy = newButton(s.keys, lang.L("support.copy"), func() { r.support.offer(p.summary, p.wanted()) })
	p.saveRows = newButton(s.keys, lang.L("menu.save-list"), p.export)
	p.state = widget.NewLabel("")
	p.state.Importance, p.state.Truncation = widget.LowImportance, fyne.TextTruncateEllipsis
	p.title = heading(lang.L("runs.title"))
	p.title.SizeName = theme.SizeNameSubHeadingText
	p.buttons = container.New(bar{stretch: 4, gap: style.Spacing}, p.show, p.again, p.copy, p.saveRows, p.state)
	top := container.New(layout.NewCustomPaddedLayout(style.Gap, style.Spacing, style.Spacing, style.Spacing), container.NewVBox(
		container.New(bar{stretch: 1, gap: style.Spacing}, back, p.title, container.New(fixedWidth{width: 240, least: 240}, p.search), p.failing),
		p.buttons))
	p.content = container.NewBorder(top, nil, nil, nil, p.grid)
	p.showSelection()
	return p
}

func (p *runPart) rowSchema() *grid.Schema[app.RunRow, string] {
	return &grid.Schema[app.RunRow, string]{
		Key: func(r app.RunRow) string { return r.ID }, Locale: p.of.schema.Locale,
		Columns: []grid.Column[app.RunRow]{{
			ID: "number", Title: lang.L("field.number"), Width: 110, MinWidth: 84,
			Text: func(r app.RunRow) string { return string(r.Number) }, Search: true, Collate: true,
		}, {
			ID: "client", Title: lang.L("field.client"), Width: 170, MinWidth: 110, Stretch: 1,
			Text: func(r app.RunRow) string { return r.ClientName }, Search: true, Collate: true,
		}, {
			ID: "amount", Title: lang.L("field.amount"), Width: 120, MinWidth: 110, Align: fyne.TextAlignTrailing, Priority: 2,
			Text:  func(r app.RunRow) string { return p.money(r.Amount) },
			Copy:  func(r app.RunRow) string { return r.Amount.String() + " " + string(r.Amount.Currency()) },
			Order: func(r app.RunRow) int64 { return r.Amount.Minor() },
		}, {
			ID: "result", Title: lang.L("run.result"), Width: 190, MinWidth: 140,
			Text: rowWord, Sign: func(r app.RunRow) grid.Sign { return rowSign(r) }, Search: true, Order: rowUrgency,
		}, {
			ID: "messages", Title: lang.L("run.messages"), Width: 220, MinWidth: 200, Stretch: 3,
			Text: func(r app.RunRow) string { return oneLine(messageWords(r.Messages)) }, Search: true, Collate: true,
		}, {
			ID: "sent", Title: lang.L("run.sent"), Width: 144, MinWidth: 144, Priority: 3,
			Text: func(r app.RunRow) string { return p.clock(r.Sent) }, Copy: func(r app.RunRow) string { return app.Stamp(r.Sent) },
			Order: func(r app.RunRow) int64 { return r.Sent.UnixMilli() },
		}, {
			ID: "answered", Title: lang.L("run.answered"), Width: 90, MinWidth: 84, Priority: 4,
			Text: func(r app.RunRow) string { return p.answered(r) }, Copy: func(r app.RunRow) string { return app.Stamp(r.Answered) },
			Order: func(r app.RunRow) int64 { return r.Answered.UnixMilli() },
		}, {
			ID: "took", Title: lang.L("runs.took"), Width: 76, MinWidth: 70, Align: fyne.TextAlignTrailing, Priority: 5,
			Text: func(r app.RunRow) string { return tookWords(r.Took()) }, Order: func(r app.RunRow) int64 { return int64(r.Took()) },
		}, {
			ID: "correlation", Title: lang.L("run.correlation"), Width: 150, MinWidth: 100, Priority: 6,
			Text: func(r app.RunRow) string { return r.Correlation }, Search: true, Collate: true,
		}},
	}
}

// answered writes when Xero answered: the time alone where that is the day on which it was sent.
func (p *runPart) answered(r app.RunRow) string {
	if !r.Answered.IsZero() && billing.DateOf(r.Answered.Local()) == billing.DateOf(r.Sent.Local()) {
		return r.Answered.Local().Format("15:04:05")
	}
	return p.clock(r.Answered)
}

// rowWord says how an invoice ended in a run, and what has become of it in Xero since.
func rowWord(r app.RunRow) string {
	if r.Becomes != "" {
		switch {
		case r.Ended.IsZero():
			return lang.L("run.unsettled")
		case r.Removal == app.KeptThere:
			return lang.L("run.kept")
		case r.Removal == app.Withdrawn:
			return lang.L("run.withdrawn")
		case r.Becomes == ledger.VoidedThere:
			return lang.L("xero.voided")
		}
		return lang.L("run.redrafted")
	}
	word := resultWord(app.Export{Ended: r.Ended, Result: r.State})
	switch {
	case r.Ended.IsZero(), r.Since == r.State:
		return word
	case r.Since == billing.NotExported:
		return lang.L("run.since", with{"Result": word, "Since": lang.L("run.redrafted")})
	}
	return lang.L("run.since", with{"Result": word, "Since": exportWord(billing.Stage{Status: billing.Finalized, Export: r.Since}, ledger.NotApproved)})
}

// rowSign is the sign of how an invoice ended in a run.
func rowSign(r app.RunRow) style.Sign {
	switch {
	case r.Ended.IsZero():
		return exportSign(billing.Stage{Status: billing.Finalized, Export: r.State})
	case r.Failed():
		return style.Failed
	case r.Becomes != "" && r.Removal == app.Removed:
		return style.Done
	case r.Becomes != "":
		return style.None
	}
	return exportSign(billing.Stage{Status: billing.Finalized, Export: r.State})
}

// rowUrgency puts what needs a person most first.
func rowUrgency(r app.RunRow) int64 {
	if r.Failed() {
		return -1
	}
	return urgency(billing.Stage{Status: billing.Finalized, Export: r.State})
}

// messageWords are the messages, each on a line.
func messageWords(all []ledger.Message) string {
	texts := make([]string, len(all))
	for i, m := range all {
		texts[i] = m.Text
	}
	return strings.Join(texts, "\n")
}

// load reads the run.
func (p *runPart) load() {
	type read struct {
		summary app.RunSummary
		rows    []app.RunRow
		model   *grid.Model[app.RunRow, string]
	}
	load(&p.reading, func(ctx context.Context) (r read, err error) {
		r.summary, r.rows, err = p.of.app.RunView(ctx, p.me(), p.id)
		slices.SortStableFunc(r.rows, func(a, b app.RunRow) int { return cmp.Compare(rowUrgency(a), rowUrgency(b)) })
		r.model = p.schema.Build(r.rows)
		return r, err
	}, func(r read, err error) {
		if err != nil {
			p.of.tell(say(err))
			return
		}
		p.summary, p.rows = r.summary, r.rows
		p.grid.SetModel(r.model)
		p.title.SetText(lang.L("run.title", with{"What": doesWord(p.summary), "When": p.clock(p.summary.Run.Started), "Who": p.summary.ByName}))
		p.showSelection()
	})
}

// wanted returns the rows that are selected and listed; where none is, all that are listed.
func (p *runPart) wanted() []app.RunRow {
	picked := map[string]bool{}
	for _, id := range p.grid.Selected() {
		picked[id] = true
	}
	listed := slices.Collect(p.grid.Shown())
	some := slices.DeleteFunc(slices.Clone(listed), func(r app.RunRow) bool { return !picked[r.ID] })
	if len(some) == 0 {
		return listed
	}
	return some
}

func (p *runPart) showSelection() {
	failed := len(failedIn(p.wanted()))
	p.show.enable(p.grid.SelectedCount() == 1 && len(p.wanted()) == 1)
	p.again.enable(failed > 0 && !p.summary.Voids)
	p.again.SetText(counted(againWord(p.summary.Run.Kind), failed))
	p.copy.enable(p.summary.Run.ID != "")
	p.saveRows.enable(len(p.rows) > 0)
	p.showState()
	lay(p.buttons)
}

// showState shows the notice, or else how much is listed.
func (p *runPart) showState() {
	all, shown := p.grid.Len()
	text := lang.L("billing.shown", with{"Shown": p.format.Count(shown), "All": p.format.Count(all)})
	if t := p.summary.Took(); t > 0 {
		text += " · " + tookWords(t)
	}
	if name := p.summary.Organisation.Name; name != "" {
		text = name + " · " + text
	}
	if p.of.note != "" {
		text = p.of.note
	}
	write(p.state, text)
}

// tellRow shows one row as a whole.
func (p *runPart) tellRow(id string) {
	r, listed := p.grid.Row(id)
	if !listed {
		return
	}
	body := container.NewVBox()
	fact := func(what, text string) {
		if text != "" {
			body.Add(labelled(what, paragraph(text)))
		}
	}
	fact(lang.L("field.client"), r.ClientName)
	fact(lang.L("field.amount"), p.format.Money(r.Amount))
	fact(lang.L("run.result"), rowWord(r))
	fact(lang.L("run.messages"), messageWords(r.Messages))
	fact(lang.L("run.sent"), p.clock(r.Sent))
	fact(lang.L("run.answered"), p.clock(r.Answered))
	fact(lang.L("runs.took"), tookWords(r.Took()))
	fact(lang.L("run.correlation"), r.Correlation)
	if r.Answered.IsZero() && !r.Sent.IsZero() && !r.Ended.IsZero() && r.Since != billing.Failed {
		body.Add(caption(lang.L("run.found-later")))
	}
	var d *dialog
	d = p.dialogs.show(string(r.Number), fyne.NewSize(620, 0), body,
		newButton(p.keys, lang.L("run.show-invoice"), func() { d.hide(); p.of.show(r.Invoice) }),
		newButton(p.keys, lang.L("action.close"), func() { d.hide() }))
}

// export writes the rows that are listed to a file.
func (p *runPart) export() {
	cells := app.RunRowsSheet(slices.Collect(p.grid.Shown()))
	p.saveFile(lang.L("run.save-title"), "run.csv", func(_ context.Context, path string) error { return p.writeSheet(path, cells) },
		func(path string) { p.notice(lang.L("done.saved-as", with{"File": path})) })
}

package screens

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/language"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// runsApp is what the export history asks of the application.
type runsApp interface {
	RunHistory(ctx context.Context, by staff.Member, q app.RunQuery) ([]app.RunSummary, error)
	Organisations(ctx context.Context) ([]app.Organisation, error)
	Members(ctx context.Context, by staff.Member) ([]staff.Member, error)
	supportApp
}

// runsPage is the export history: the runs, and in their place what is in one of them.
type runsPage struct {
	*shell
	app     runsApp
	page    *page
	support *support
	show    func(billing.InvoiceID)                      // shows an invoice in Billing
	again   func(ids []billing.InvoiceID, k app.RunKind) // asks to export, or to draft, what failed once more

	schema  *grid.Schema[app.RunSummary, app.RunID]
	grid    *grid.Grid[app.RunSummary, app.RunID]
	shown   []app.RunSummary
	more    bool // there are older ones
	loading task
	choices task

	search                         *entry
	period, org, member            *dropDown
	failing                        *check
	older, open, retry, save, copy *button
	state                          *widget.Label
	note                           string            // stands in its place for a while
	notes                          int               // counts them
	list                           fyne.CanvasObject // the runs, with what is around them
	buttons                        *fyne.Container
	run                            *runPart // that is open in their place; nil for none
}

const runsKey = "runs.grid"

// runsAtOnce is how many runs are read at first, and each time the person asks for older ones.
const runsAtOnce = 200

func newRunsPage(s *shell, a runsApp, versions string, locale language.Tag) *runsPage {
	r := &runsPage{shell: s, app: a, loading: task{ui: s.ui}, choices: task{ui: s.ui}}
	r.support = &support{s, a, versions}
	r.schema = r.runSchema(locale)
	r.page = &page{
		topic: "history",
		build: r.build, reload: r.reload, arrange: func() {}, shown: r.come, notice: r.tell,
	}
	return r
}

// build makes the list of runs.
func (r *runsPage) build() {
	s := r.shell
	r.grid = grid.New(r.schema)
	r.grid.SetState(grid.ParseState(s.preferences.String(runsKey)))
	r.grid.OnStateChanged = func(state grid.State) { s.preferences.SetString(runsKey, state.String()) }
	r.grid.OnOpen = r.openRun
	r.grid.OnSelectionChanged = func(int) { r.showSelection() }
	r.grid.OnCopy = func(tsv string) { fyne.CurrentApp().Clipboard().SetContent(tsv) }
	r.grid.OnMenu = func(fyne.Position) {}
	r.search = newEntry(s.keys)
	r.search.SetPlaceHolder(lang.L("runs.search"))
	r.search.Icon = theme.SearchIcon()
	r.search.OnChanged = func(string) { r.load() }
	r.search.key = leadTo(r.search, r.grid.Focus)
	r.period = newPeriods(s.keys, quarter, func(string) { r.load() })
	r.org = newDropDown(s.keys, "", []option{{text: lang.L("runs.all-organisations")}}, "", func(string) { r.load() })
	r.member = newDropDown(s.keys, "", []option{{text: lang.L("runs.everybody")}}, "", func(string) { r.load() })
	r.failing = newCheck(s.keys, lang.L("runs.failed-only"), func(bool) { r.load() })
	r.open = newButton(s.keys, lang.L("action.show"), func() { r.openRun(r.selected()) })
	r.retry = newButton(s.keys, lang.L("action.export-again"), r.retrySelected)
	r.save = newButton(s.keys, lang.L("menu.save-list"), r.export)
	r.copy = newButton(s.keys, lang.L("support.copy"), func() { r.support.run(r.selected(), func(app.RunRow) bool { return true }) })
	r.older = newButton(s.keys, lang.L("runs.older"), r.loadOlder)
	r.state = widget.NewLabel("")
	r.state.Importance, r.state.Truncation = widget.LowImportance, fyne.TextTruncateEllipsis
	title := heading(lang.L("runs.title"))
	title.SizeName, title.Truncation = theme.SizeNameSubHeadingText, fyne.TextTruncateOff
	choice := func(d *dropDown, width float32) fyne.CanvasObject {
		return container.New(fixedWidth{width: width, least: width}, outlined(d))
	}
	r.buttons = container.New(bar{stretch: 4, gap: style.Spacing}, r.open, r.retry, r.copy, r.save, r.state, r.older)
	top := container.New(layout.NewCustomPaddedLayout(style.Gap, style.Spacing, style.Spacing, style.Spacing), container.NewVBox(
		container.New(bar{stretch: 1, gap: style.Spacing}, title, r.search, choice(r.period, 120), choice(r.org, 160), choice(r.member, 130), r.failing), r.buttons))
	r.list = container.NewBorder(top, nil, nil, nil, r.grid)
	r.page.content, r.page.search = container.NewStack(r.list), r.search
	r.showSelection()
}

// leadTo returns what keys do in a search that leads to a list: Escape empties it first.
func leadTo(search *entry, list func()) func(*fyne.KeyEvent) bool {
	return func(ev *fyne.KeyEvent) bool {
		switch {
		case ev.Name == fyne.KeyEscape && search.Text != "":
			search.SetText("")
		case ev.Name == fyne.KeyDown, ev.Name == fyne.KeyReturn, ev.Name == fyne.KeyEnter, ev.Name == fyne.KeyEscape:
			list()
		default:
			return false
		}
		return true
	}
}

func (r *runsPage) runSchema(locale language.Tag) *grid.Schema[app.RunSummary, app.RunID] {
	count := func(id, title string, priority int, of func(app.RunSummary) int) grid.Column[app.RunSummary] {
		return grid.Column[app.RunSummary]{
			ID: id, Title: title, Width: 84, MinWidth: 76, Align: fyne.TextAlignTrailing, Priority: priority,
			Text: func(s app.RunSummary) string {
				if of(s) == 0 {
					return ""
				}
				return r.format.Count(of(s))
			},
			Order: func(s app.RunSummary) int64 { return int64(of(s)) },
		}
	}
	return &grid.Schema[app.RunSummary, app.RunID]{
		Key: func(s app.RunSummary) app.RunID { return s.Run.ID }, Locale: locale,
		Columns: []grid.Column[app.RunSummary]{{
			ID: "started", Title: lang.L("runs.started"), Width: 160, MinWidth: 150,
			Text:  func(s app.RunSummary) string { return r.clock(s.Run.Started) },
			Sign:  func(s app.RunSummary) grid.Sign { return runSign(s) },
			Copy:  func(s app.RunSummary) string { return app.Stamp(s.Run.Started) },
			Order: func(s app.RunSummary) int64 { return s.Run.Started.UnixMilli() },
		}, {
			ID: "by", Title: lang.L("field.who"), Width: 130, MinWidth: 90, Stretch: 1,
			Text: func(s app.RunSummary) string { return s.ByName }, Collate: true,
		}, {
			ID: "does", Title: lang.L("runs.does"), Width: 120, MinWidth: 90,
			Text: doesWord, Collate: true,
		}, {
			ID: "organisation", Title: lang.L("runs.organisation"), Width: 170, MinWidth: 100, Stretch: 2, Priority: 2,
			Text: func(s app.RunSummary) string { return s.Organisation.Name }, Collate: true,
		},
			count("done", lang.L("runs.done"), 0, func(s app.RunSummary) int { return s.Exported }),
			count("warnings", lang.L("runs.warnings"), 0, func(s app.RunSummary) int { return s.Warned }),
			count("failed", lang.L("runs.failed-count"), 0, func(s app.RunSummary) int { return s.Failed }),
			count("unknown", lang.L("runs.unknown"), 3, func(s app.RunSummary) int { return s.Unknown }),
			count("open", lang.L("runs.under-way"), 4, func(s app.RunSummary) int { return s.Queued + s.Exporting }),
			count("cancelled", lang.L("runs.cancelled"), 5, func(s app.RunSummary) int { return s.Cancelled }),
			{
				ID: "took", Title: lang.L("runs.took"), Width: 84, MinWidth: 76, Align: fyne.TextAlignTrailing, Priority: 6,
				Text:  func(s app.RunSummary) string { return tookWords(s.Took()) },
				Order: func(s app.RunSummary) int64 { return int64(s.Took()) },
			}, {
				ID: "ended", Title: lang.L("runs.ended"), Width: 150, MinWidth: 140, Hidden: true,
				Text:  func(s app.RunSummary) string { return r.clock(s.Run.Ended) },
				Order: func(s app.RunSummary) int64 { return s.Run.Ended.UnixMilli() },
			}},
	}
}

// clock writes a moment with its seconds; "" for none.
func (s *shell) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.Local()
	return s.format.Date(billing.DateOf(t)) + " " + t.Format("15:04:05")
}

// doesWord says what a run does.
func doesWord(s app.RunSummary) string {
	switch s.Does() {
	case "export":
		return lang.L("runs.does.export")
	case "void":
		return lang.L("runs.does.void")
	}
	return lang.L("runs.does.draft")
}

// runSign is the sign of what a run needs of a person most.
func runSign(s app.RunSummary) style.Sign {
	switch {
	case s.Failed > 0:
		return style.Failed
	case s.Unknown > 0:
		return style.Unknown
	case s.Open() > 0:
		return style.Busy
	case s.Warned > 0:
		return style.Warning
	case s.Exported > 0:
		return style.Done
	}
	return style.None
}

// tookWords write how long something took; "" for nothing.
func tookWords(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d < 10*time.Second:
		return lang.L("runs.took.tenths", with{"Seconds": strconv.FormatFloat(d.Seconds(), 'f', 1, 64)})
	case d < 2*time.Minute:
		return lang.L("runs.took.seconds", with{"Seconds": int(d / time.Second)})
	case d < 2*time.Hour:
		return lang.L("runs.took.minutes", with{"Minutes": int(d / time.Minute)})
	}
	return lang.L("runs.took.hours", with{"Hours": int(d / time.Hour)})
}

// come is called when the page comes to the front.
func (r *runsPage) come() {
	r.loadChoices()
	r.reload()
	if r.run != nil {
		r.run.grid.Focus()
		return
	}
	r.grid.Focus()
}

// reload reads again what is shown.
func (r *runsPage) reload() {
	r.load()
	if r.run != nil {
		r.run.load()
	}
}

// tell lets a notice stand beside the buttons for a while, in the place of the count.
func (r *runsPage) tell(text string) {
	r.notes++
	n := r.notes
	r.note = text
	r.showState()
	r.after(doneTime, func() {
		r.do(func() {
			if r.notes == n {
				r.note = ""
				r.showState()
			}
		})
	})
}

// showState shows the notice, or else how much is listed.
func (r *runsPage) showState() {
	text := lang.N("runs.count", len(r.shown), with{"Count": r.format.Count(len(r.shown))})
	if r.note != "" {
		text = r.note
	}
	write(r.state, text)
	if r.run != nil {
		r.run.showState()
	}
}

// loadChoices offers the organisations and the members to narrow the list to.
func (r *runsPage) loadChoices() {
	type known struct {
		orgs    []app.Organisation
		members []staff.Member
	}
	load(&r.choices, func(ctx context.Context) (k known, err error) {
		if k.orgs, err = r.app.Organisations(ctx); err == nil {
			k.members, err = r.app.Members(ctx, r.me())
		}
		return k, err
	}, func(k known, err error) {
		if err != nil {
			r.tell(say(err))
			return
		}
		orgs, members := []option{{text: lang.L("runs.all-organisations")}}, []option{{text: lang.L("runs.everybody")}}
		for _, o := range k.orgs {
			orgs = append(orgs, option{value: string(o.Tenant.ID), text: o.Tenant.Name})
		}
		for _, m := range k.members {
			members = append(members, option{value: string(m.ID), text: m.Name})
		}
		r.org.setOptions(orgs)
		r.member.setOptions(members)
	})
}

// query asks for the runs that the person chose.
func (r *runsPage) query() app.RunQuery {
	return app.RunQuery{
		Tenant: ledger.TenantID(r.org.chosen), By: staff.ID(r.member.chosen), From: periodStart(r.period.chosen, r.now()),
		Number: strings.TrimSpace(r.search.Text), Failed: r.failing.Checked,
	}
}

// load reads the runs, as many as are shown already.
func (r *runsPage) load() {
	q := r.query()
	q.Limit = max(runsAtOnce, len(r.shown))
	r.read(q, nil)
}

// loadOlder reads those that come after what is shown.
func (r *runsPage) loadOlder() {
	q := r.query()
	q.Limit, q.Before = runsAtOnce, r.shown[len(r.shown)-1].Run.ID
	r.read(q, r.shown)
}

// read reads runs, and shows them after others.
func (r *runsPage) read(q app.RunQuery, after []app.RunSummary) {
	type read struct {
		runs  []app.RunSummary
		more  bool
		model *grid.Model[app.RunSummary, app.RunID]
	}
	load(&r.loading, func(ctx context.Context) (read, error) {
		runs, err := r.app.RunHistory(ctx, r.me(), q)
		all := slices.Concat(after, runs)
		return read{all, len(runs) == q.Limit, r.schema.Build(all)}, err
	}, func(got read, err error) {
		if err != nil {
			r.tell(say(err))
			return
		}
		r.shown, r.more = got.runs, got.more
		r.grid.SetModel(got.model)
		show(r.older, r.more)
		if len(r.shown) == 0 {
			r.grid.SetPlaceholder(widget.NewLabelWithStyle(r.emptyWords(), fyne.TextAlignCenter, fyne.TextStyle{}))
		}
		r.showState()
		r.showSelection()
	})
}

// emptyWords say why no run is listed.
func (r *runsPage) emptyWords() string {
	q := r.query()
	if q.Failed || q.Number != "" || q.Tenant != "" || q.By != "" || !q.From.IsZero() {
		return lang.L("runs.no-match")
	}
	return lang.L("runs.none")
}

// selected returns the one run that is selected, or "".
func (r *runsPage) selected() app.RunID {
	if all := r.grid.Selected(); len(all) == 1 {
		return all[0]
	}
	return ""
}

func (r *runsPage) showSelection() {
	id := r.selected()
	s, _ := r.grid.Row(id)
	r.open.enable(id != "")
	r.copy.enable(id != "")
	r.retry.enable(id != "" && s.Failed > 0 && !s.Voids)
	r.retry.SetText(againWord(s.Run.Kind))
	lay(r.buttons)
	r.save.enable(len(r.shown) > 0)
}

// againWord is what a button says that tries again what failed in a run.
func againWord(k app.RunKind) string {
	if k == app.RemovalRun {
		return lang.L("action.draft-again")
	}
	return lang.L("action.export-again")
}

// retrySelected asks to try again what failed of the run that is selected.
func (r *runsPage) retrySelected() {
	id := r.selected()
	s, _ := r.grid.Row(id)
	act(r.shell, lang.L("busy.loading"), func(ctx context.Context) ([]app.RunRow, error) {
		_, rows, err := r.app.RunView(ctx, r.me(), id)
		return rows, err
	}, func(rows []app.RunRow, err error) {
		if err != nil {
			r.failed(lang.L("runs.failed"), err)
			return
		}
		r.again(failedIn(rows), s.Run.Kind)
	})
}

// failedIn returns the invoices that failed.
func failedIn(rows []app.RunRow) []billing.InvoiceID {
	var ids []billing.InvoiceID
	for _, row := range rows {
		if row.Failed() {
			ids = append(ids, row.Invoice)
		}
	}
	return ids
}

// export writes the runs that are listed to a file.
func (r *runsPage) export() {
	cells := app.RunsSheet(slices.Collect(r.grid.Shown()))
	r.saveFile(lang.L("runs.save-title"), "runs.csv", func(_ context.Context, path string) error { return r.writeSheet(path, cells) },
		func(path string) { r.notice(lang.L("done.saved-as", with{"File": path})) })
}

// openRun shows what is in a run, in the place of the list.
func (r *runsPage) openRun(id app.RunID) {
	if id == "" {
		return
	}
	r.page.ready()
	r.run = newRunPart(r, id)
	r.front(r.run.content, r.run.search)
	r.run.load()
	r.run.grid.Focus()
}

// closeRun goes back to the list.
func (r *runsPage) closeRun() {
	id := r.run.id
	r.run = nil
	r.front(r.list, r.search)
	r.grid.Select(id)
	r.grid.Reveal()
	r.grid.Focus()
}

func (r *runsPage) front(content fyne.CanvasObject, search *entry) {
	holder := r.page.content.(*fyne.Container)
	holder.Objects = []fyne.CanvasObject{content}
	holder.Refresh()
	r.page.search = search
}

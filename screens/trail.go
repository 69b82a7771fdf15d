package screens

import (
	"context"
	"iter"
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
	"feebridge/app/staff"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// trailApp is what reading the audit trail asks of the application.
type trailApp interface {
	AuditTrail(ctx context.Context, by staff.Member, q app.AuditQuery) ([]staff.Entry, error)
	VerifyAudit(ctx context.Context, by staff.Member) (app.AuditReport, error)
	Rows(ctx context.Context, by staff.Member, q app.Query) iter.Seq2[app.InvoiceRow, error]
	Clients(ctx context.Context, by staff.Member) ([]billing.Client, error)
}

// trailRow is an entry with what it is about, as a person knows it.
type trailRow struct {
	staff.Entry
	about string
}

// trailPage lists what was done, by whom and when.
type trailPage struct {
	*shell
	app     trailApp
	page    *page
	schema  *grid.Schema[trailRow, int64]
	grid    *grid.Grid[trailRow, int64]
	loading task
	search  *entry
	state   *widget.Label
	period  *dropDown
	save    *button
	check   *button
	shown   []trailRow
}

const trailKey = "trail.grid"

// The periods that the trail and the export history are read for.
const (
	today   = "today"
	week    = "week"
	quarter = "quarter"
	ever    = "ever"
)

func newTrailPage(s *shell, a trailApp, locale language.Tag) *trailPage {
	t := &trailPage{shell: s, app: a, loading: task{ui: s.ui}}
	t.schema = t.entrySchema(locale)
	t.page = &page{
		topic: "roles",
		build: t.build, reload: t.load, arrange: func() {},
		shown: func() { t.load(); t.grid.Focus() }, notice: func(text string) { write(t.state, text) },
	}
	return t
}

func (t *trailPage) build() {
	s := t.shell
	t.grid = grid.New(t.schema)
	t.grid.SetState(grid.ParseState(s.preferences.String(trailKey)))
	t.grid.OnStateChanged = func(state grid.State) { s.preferences.SetString(trailKey, state.String()) }
	t.grid.OnOpen = t.open
	t.grid.OnCopy = func(tsv string) { fyne.CurrentApp().Clipboard().SetContent(tsv) }
	t.grid.OnMenu = func(fyne.Position) {}
	t.search = newEntry(s.keys)
	t.search.SetPlaceHolder(lang.L("trail.search"))
	t.search.Icon = theme.SearchIcon()
	t.search.OnChanged = t.grid.SetSearch
	t.period = newPeriods(s.keys, week, func(string) { t.load() })
	t.state = widget.NewLabel("")
	t.state.Importance, t.state.Truncation = widget.LowImportance, fyne.TextTruncateEllipsis
	t.check = newButton(s.keys, lang.L("trail.verify"), t.verify)
	t.save = newButton(s.keys, lang.L("trail.save"), t.export)
	title := heading(lang.L("trail.title"))
	title.SizeName, title.Truncation = theme.SizeNameSubHeadingText, fyne.TextTruncateOff
	top := container.New(layout.NewCustomPaddedLayout(style.Gap, style.Spacing, style.Spacing, style.Spacing), container.NewVBox(
		container.New(bar{stretch: 1, gap: style.Spacing}, title, t.search, container.New(fixedWidth{width: 200, least: 200}, outlined(t.period))),
		container.New(bar{stretch: 2, gap: style.Spacing}, t.check, t.save, t.state)))
	t.page.content, t.page.search = container.NewBorder(top, nil, nil, nil, t.grid), t.search
}

func (t *trailPage) entrySchema(locale language.Tag) *grid.Schema[trailRow, int64] {
	return &grid.Schema[trailRow, int64]{
		Key: func(e trailRow) int64 { return e.Seq }, Locale: locale,
		Columns: []grid.Column[trailRow]{{
			ID: "at", Title: lang.L("field.when"), Width: 140, MinWidth: 120,
			Text: func(e trailRow) string {
				return t.format.Date(billing.DateOf(e.At.Local())) + " " + e.At.Local().Format("15:04:05")
			},
			Order: func(e trailRow) int64 { return e.Seq },
		}, {
			ID: "by", Title: lang.L("field.who"), Width: 150, MinWidth: 100,
			Text: func(e trailRow) string { return e.ByName }, Search: true, Collate: true,
		}, {
			ID: "action", Title: lang.L("trail.action"), Width: 170, MinWidth: 100,
			Text: func(e trailRow) string { return actionWord(e.Action) }, Search: true, Collate: true,
		}, {
			ID: "subject", Title: lang.L("trail.subject"), Width: 200, MinWidth: 120, Stretch: 1,
			Text: func(e trailRow) string { return e.about }, Search: true, Collate: true,
		}, {
			ID: "from", Title: lang.L("field.from"), Width: 180, MinWidth: 100, Stretch: 2, Priority: 2,
			Text: func(e trailRow) string { return oneLine(e.From) }, Search: true,
		}, {
			ID: "to", Title: lang.L("field.to"), Width: 220, MinWidth: 120, Stretch: 3,
			Text: func(e trailRow) string { return oneLine(e.To) }, Search: true,
		}},
	}
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", "; ") }

// query asks for the entries of the chosen period.
func (t *trailPage) query() app.AuditQuery {
	return app.AuditQuery{From: periodStart(t.period.chosen, t.now())}
}

// periodStart returns when a period began that lasts until now; zero for the one without a beginning.
func periodStart(period string, now time.Time) time.Time {
	y, m, d := now.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	switch period {
	case today:
		return day
	case week:
		return day.AddDate(0, 0, -7)
	case quarter:
		return day.AddDate(0, 0, -90)
	}
	return time.Time{}
}

// newPeriods chooses one of the periods.
func newPeriods(k *keyboard, chosen string, changed func(string)) *dropDown {
	return newDropDown(k, "", []option{
		{value: today, text: lang.L("trail.today")}, {value: week, text: lang.L("trail.week")},
		{value: quarter, text: lang.L("trail.quarter")}, {value: ever, text: lang.L("trail.ever")},
	}, chosen, changed)
}

func (t *trailPage) load() {
	may := t.me().May(staff.SeeAudit, "")
	t.check.enable(may)
	t.save.enable(may)
	if !may {
		write(t.state, lang.L("trail.needs", with{"Permission": permissionsFor(staff.SeeAudit)}))
		return
	}
	q := t.query()
	type read struct {
		rows  []trailRow
		model *grid.Model[trailRow, int64]
	}
	load(&t.loading, func(ctx context.Context) (read, error) {
		rows, err := t.read(ctx, q)
		return read{rows, t.schema.Build(rows)}, err
	}, func(r read, err error) {
		if err != nil {
			write(t.state, say(err))
			return
		}
		t.shown = r.rows
		t.grid.SetModel(r.model)
		write(t.state, lang.N("trail.entries", len(t.shown), with{"Count": t.format.Count(len(t.shown))}))
	})
}

// read returns the entries with the numbers and names of what they are about.
func (t *trailPage) read(ctx context.Context, q app.AuditQuery) ([]trailRow, error) {
	entries, err := t.app.AuditTrail(ctx, t.me(), q)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	clients, err := t.app.Clients(ctx, t.me())
	if err != nil {
		return nil, err
	}
	for _, c := range clients {
		names["client "+string(c.ID)] = c.Name
	}
	var ids []billing.InvoiceID
	for _, e := range entries {
		if name := e.Subject + " " + e.ID; e.Subject == "invoice" && names[name] == "" {
			names[name] = e.ID
			ids = append(ids, billing.InvoiceID(e.ID))
		}
	}
	if len(ids) > 0 {
		for r, err := range t.app.Rows(ctx, t.me(), app.Query{IDs: ids}) {
			if err != nil {
				return nil, err
			}
			if r.Number != "" {
				names["invoice "+string(r.ID)] = string(r.Number)
			}
		}
	}
	rows := make([]trailRow, len(entries))
	for i, e := range entries {
		name := names[e.Subject+" "+e.ID]
		if name == "" {
			name = e.ID
		}
		rows[i] = trailRow{e, strings.TrimSpace(e.Subject + " " + name)}
	}
	return rows, nil
}

// open shows one entry as a whole.
func (t *trailPage) open(seq int64) {
	e, listed := t.grid.Row(seq)
	if !listed {
		return
	}
	fact := func(what, text string) fyne.CanvasObject { return labelled(what, paragraph(text)) }
	body := container.NewVBox(
		fact(lang.L("field.when"), e.At.Local().Format("2006-01-02 15:04:05")), fact(lang.L("field.who"), e.ByName),
		fact(lang.L("trail.action"), actionWord(e.Action)), fact(lang.L("trail.subject"), e.about),
		fact(lang.L("field.from"), e.From), fact(lang.L("field.to"), e.To), fact(lang.L("trail.previous"), e.Previous))
	var d *dialog
	d = t.dialogs.show(lang.L("trail.entry", with{"Number": e.Seq}), fyne.NewSize(620, 0), container.NewVScroll(container.New(atLeast{height: 260}, body)),
		newButton(t.keys, lang.L("action.close"), func() { d.hide() }))
}

// verify checks that nothing of the trail was changed, removed or put in.
func (t *trailPage) verify() {
	act(t.shell, lang.L("busy.verifying"), func(ctx context.Context) (app.AuditReport, error) {
		return t.app.VerifyAudit(ctx, t.me())
	}, func(r app.AuditReport, err error) {
		switch {
		case err != nil:
			t.failed(lang.L("trail.verify.failed"), err)
		case r.Broken != nil:
			t.dialogs.tell(lang.L("trail.altered"), brokenWords(*r.Broken))
		default:
			t.dialogs.tell(lang.L("trail.verified"), lang.N("trail.verified.text", int(r.Entries),
				with{"Count": t.format.Count(int(r.Entries)), "Hash": r.Head.Hash}))
		}
	})
}

// export writes the entries that are shown to a file.
func (t *trailPage) export() {
	entries := make([]staff.Entry, len(t.shown))
	for i, r := range t.shown {
		entries[i] = r.Entry
	}
	cells := app.AuditSheet(entries)
	t.saveFile(lang.L("trail.save-title"), "audit.csv", func(_ context.Context, path string) error { return t.writeSheet(path, cells) },
		func(path string) { t.notice(lang.L("done.saved-as", with{"File": path})) })
}

// brokenWords say where the audit trail is not as it was written.
func brokenWords(b staff.Broken) string {
	at := with{"Number": b.Seq}
	switch b.How {
	case staff.EntryChanged:
		return lang.L("trail.altered.changed", at)
	case staff.EntryRemoved:
		return lang.L("trail.altered.removed", at)
	case staff.EntryInserted:
		return lang.L("trail.altered.inserted", at)
	}
	return lang.L("trail.altered.cut", at)
}

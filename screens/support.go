package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/staff"
)

// supportApp is what copying for support asks of the application.
type supportApp interface {
	RunView(ctx context.Context, by staff.Member, id app.RunID) (app.RunSummary, []app.RunRow, error)
}

// support copies what a run did for whoever helps, without client data unless the person wants it in.
type support struct {
	*shell
	app      supportApp
	versions string
}

// run reads a run, and offers those of its rows that are wanted; where none is, all of them.
func (s *support) run(id app.RunID, wanted func(app.RunRow) bool) {
	type read struct {
		run  app.RunSummary
		rows []app.RunRow
	}
	act(s.shell, lang.L("busy.loading"), func(ctx context.Context) (r read, err error) {
		r.run, r.rows, err = s.app.RunView(ctx, s.me(), id)
		return r, err
	}, func(r read, err error) {
		if err != nil {
			s.failed(lang.L("runs.failed"), err)
			return
		}
		var some []app.RunRow
		for _, row := range r.rows {
			if wanted(row) {
				some = append(some, row)
			}
		}
		if len(some) == 0 {
			some = r.rows
		}
		s.offer(r.run, some)
	})
}

// offer shows what is copied before it is.
func (s *support) offer(run app.RunSummary, rows []app.RunRow) {
	text := ""
	shown := widget.NewLabel("")
	shown.TextStyle.Monospace, shown.Wrapping = true, fyne.TextWrapWord
	scroll := container.NewVScroll(shown)
	scroll.SetMinSize(fyne.NewSize(0, 260))
	fill := func(clients bool) {
		text = app.RunForSupport(run, rows, s.firm, s.versions, clients)
		shown.SetText(text)
		scroll.ScrollToTop()
	}
	fill(false)
	with := newCheck(s.keys, lang.L("support.clients"), fill)
	var d *dialog
	leave := newButton(s.keys, lang.L("action.cancel"), func() { d.hide() })
	copied := newButton(s.keys, lang.L("action.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(text)
		d.hide()
		s.notice(lang.L("failure.copied"))
	})
	copied.Icon = theme.ContentCopyIcon()
	body := container.NewBorder(container.NewVBox(paragraph(lang.L("support.text")), with), nil, nil, nil, scroll)
	d = s.dialogs.show(lang.L("support.title"), fyne.NewSize(640, 0), body, leave, copied).about("history")
}

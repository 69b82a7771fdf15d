package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/staff"
)

// gapsButton leads to the numbers that no invoice has.
func (s *settings) gapsButton() fyne.CanvasObject {
	b := newButton(s.keys, lang.L("gaps.open"), s.openGaps)
	if s.may() {
		return b
	}
	b.Disable()
	return container.NewHBox(b, caption(capital(needsWords(staff.EditSettings))))
}

// openGaps shows the numbers that no invoice has, as the numbering is stored.
func (s *settings) openGaps() {
	type report struct {
		settings app.Settings
		gaps     []app.Gap
	}
	act(s.shell, lang.L("busy.checking-numbers"), func(ctx context.Context) (r report, err error) {
		if r.gaps, err = s.app.Gaps(ctx, s.me()); err != nil {
			return r, err
		}
		r.settings, err = s.app.Settings(ctx)
		return r, err
	}, func(r report, err error) {
		switch {
		case err != nil:
			s.failed(lang.L("gaps.failed"), err)
		case len(r.gaps) == 0:
			s.dialogs.tell(gapsTitle(), lang.L("gaps.none",
				with{"Number": r.settings.Firm.Numbering.Number()}))
		default:
			s.showGaps(r.gaps)
		}
	})
}

func gapsTitle() string { return lang.L("gaps.title") }

// showGaps lists the gaps in the order of the numbers.
func (s *settings) showGaps(gaps []app.Gap) {
	var rows [][]listCell
	for _, g := range gaps {
		number := string(g.From)
		if g.To != g.From {
			number = lang.L("gaps.range", with{"From": g.From, "To": g.To})
		}
		rows = append(rows, []listCell{{text: number}, {text: gapWords(g.Why)}, {text: g.Client}})
	}
	list := newListing(s.keys, []listColumn{
		{title: lang.L("field.number"), width: 190}, {title: lang.L("field.reason"), stretch: true}, {title: lang.L("gaps.client"), width: 190},
	}, rows)
	told := caption("")
	var d *dialog
	save := newButton(s.keys, lang.L("gaps.save"), func() { s.saveGaps(gaps, told.SetText) })
	leave := newButton(s.keys, lang.L("action.close"), func() { d.hide() })
	d = s.dialogs.show(gapsTitle(), fyne.NewSize(1000, 460), container.NewBorder(nil, told, nil, nil, list.content()), save, leave)
}

// gapWords say why no invoice has a number.
func gapWords(why app.GapWhy) string {
	switch why {
	case app.NeverUsed:
		return lang.L("gaps.never-used")
	case app.DeletedFree:
		return lang.L("gaps.free")
	}
	return lang.L("gaps.used-up")
}

// saveGaps lets the person save the gaps, and says where they are.
func (s *settings) saveGaps(gaps []app.Gap, tell func(string)) {
	s.saveFile(gapsTitle(), "numbers.xlsx", func(_ context.Context, path string) error {
		return s.writeGaps(path, gaps)
	}, func(path string) { tell(lang.L("done.saved-as", with{"File": path})) })
}

// writeGaps writes the gaps, a row each below their titles.
func (s *settings) writeGaps(path string, gaps []app.Gap) error {
	row := func(texts ...string) []app.SheetCell {
		cells := make([]app.SheetCell, len(texts))
		for i, text := range texts {
			cells[i].Text = text
		}
		return cells
	}
	cells := [][]app.SheetCell{row(lang.L("field.from"), lang.L("field.to"), lang.L("field.reason"), lang.L("gaps.client"))}
	for _, g := range gaps {
		cells = append(cells, row(string(g.From), string(g.To), gapWords(g.Why), g.Client))
	}
	return s.writeSheet(path, cells)
}

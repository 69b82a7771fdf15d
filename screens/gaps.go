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
func (s *settings) gapsButton() *button {
	text := lang.L("Numbers that no invoice has…")
	if !s.may() {
		text = lang.L("{{.Action}} – {{.Why}}", with{"Action": text, "Why": needsWords(staff.EditSettings)})
	}
	b := newButton(s.keys, text, s.openGaps)
	b.enable(s.may())
	return b
}

// openGaps shows the numbers that no invoice has, as the numbering is stored.
func (s *settings) openGaps() {
	type report struct {
		settings app.Settings
		gaps     []app.Gap
	}
	act(s.shell, lang.L("Going through the numbers…"), func(ctx context.Context) (r report, err error) {
		if r.gaps, err = s.app.Gaps(ctx, s.me()); err != nil {
			return r, err
		}
		r.settings, err = s.app.Settings(ctx)
		return r, err
	}, func(r report, err error) {
		switch {
		case err != nil:
			s.failed(lang.L("The numbers could not be gone through"), err)
		case len(r.gaps) == 0:
			s.dialogs.tell(gapsTitle(), lang.L("There are none: every number from the lowest that was used up to the next one, {{.Number}}, is an invoice's.",
				with{"Number": r.settings.Firm.Numbering.Number()}))
		default:
			s.showGaps(r.gaps)
		}
	})
}

func gapsTitle() string { return lang.L("Numbers that no invoice has") }

// showGaps lists the gaps in the order of the numbers.
func (s *settings) showGaps(gaps []app.Gap) {
	var rows [][]listCell
	for _, g := range gaps {
		number := string(g.From)
		if g.To != g.From {
			number = lang.L("{{.From}} to {{.To}}", with{"From": g.From, "To": g.To})
		}
		rows = append(rows, []listCell{{text: number}, {text: gapWords(g.Why)}, {text: g.Client}})
	}
	list := newListing(s.keys, []listColumn{
		{title: lang.L("Number"), width: 190}, {title: lang.L("Why"), stretch: true}, {title: lang.L("Client of the deleted invoice"), width: 190},
	}, rows)
	told := caption("")
	var d *dialog
	save := newButton(s.keys, lang.L("Save as CSV or XLSX…"), func() { s.saveGaps(gaps, told.SetText) })
	leave := newButton(s.keys, lang.L("Close"), func() { d.hide() })
	d = s.dialogs.show(gapsTitle(), fyne.NewSize(1000, 460), container.NewBorder(nil, told, nil, nil, list.content()), save, leave)
}

// gapWords say why no invoice has a number.
func gapWords(why app.GapWhy) string {
	switch why {
	case app.NeverUsed:
		return lang.L("never used")
	case app.DeletedFree:
		return lang.L("its invoice was deleted before it was approved: the number can be given again by hand")
	}
	return lang.L("used up: approved or voided in Xero, or Xero holds it")
}

// saveGaps lets the person save the gaps, and says where they are.
func (s *settings) saveGaps(gaps []app.Gap, tell func(string)) {
	s.saveFile(gapsTitle(), "numbers.xlsx", func(_ context.Context, path string) error {
		return s.writeGaps(path, gaps)
	}, func(path string) { tell(lang.L("Saved as {{.File}}", with{"File": path})) })
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
	cells := [][]app.SheetCell{row(lang.L("From"), lang.L("To"), lang.L("Why"), lang.L("Client of the deleted invoice"))}
	for _, g := range gaps {
		cells = append(cells, row(string(g.From), string(g.To), gapWords(g.Why), g.Client))
	}
	return s.writeSheet(path, cells)
}

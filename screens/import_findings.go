package screens

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"feebridge/app/intake"
	"feebridge/screens/style"
)

// findings lists what is wrong with a file and, apart from it, what may be. Each kind can be
// hidden, and what is listed can be copied.
type findings struct {
	*shell
	box                *fyne.Container // hidden while nothing is found
	problems, warnings findingKind
	list               *fyne.Container
	scroll             *container.Scroll
}

// findingKind is the problems or the warnings.
type findingKind struct {
	all  []intake.Problem
	tick *check // whether they are listed
	sign style.Sign
}

func newFindings(s *shell) *findings {
	f := &findings{shell: s, list: container.New(layout.NewCustomPaddedVBoxLayout(-theme.InnerPadding()))}
	f.problems.sign, f.warnings.sign = style.Failed, style.Warning
	row := container.NewHBox()
	for _, k := range []*findingKind{&f.problems, &f.warnings} {
		k.tick = newCheck(s.keys, "", func(bool) { f.fill() })
		k.tick.Checked = true
		row.Add(k.tick)
	}
	row.Add(layout.NewSpacer())
	row.Add(newButton(s.keys, lang.L("import.copy"), f.copy))
	f.scroll = container.NewVScroll(f.list)
	f.box = container.NewBorder(row, nil, nil, nil, f.scroll)
	f.box.Hide()
	return f
}

// show lists what was found.
func (f *findings) show(problems, warnings []intake.Problem) {
	f.problems.all, f.warnings.all = problems, warnings
	f.problems.tick.SetText(lang.N("import.problems", len(problems), with{"Count": f.format.Count(len(problems))}))
	f.warnings.tick.SetText(warningCount(len(warnings), f.format))
	f.fill()
}

// kinds are those of which something was found.
func (f *findings) kinds() []*findingKind {
	var found []*findingKind
	for _, k := range []*findingKind{&f.problems, &f.warnings} {
		if len(k.all) > 0 {
			found = append(found, k)
		}
	}
	return found
}

// mostProblems is how many problems are listed, and how many warnings: who corrects these reads the
// file again.
const mostProblems = 100

func (f *findings) fill() {
	f.list.RemoveAll()
	f.problems.tick.Hidden, f.warnings.tick.Hidden = len(f.problems.all) == 0, len(f.warnings.all) == 0
	f.box.Hidden = len(f.kinds()) == 0
	for _, k := range f.kinds() {
		if !k.tick.Checked {
			continue
		}
		for i, p := range k.all {
			if i == mostProblems {
				f.list.Add(paragraph(lang.N("import.more-problems", len(k.all)-i, with{"Count": f.format.Count(len(k.all) - i)})))
				break
			}
			f.list.Add(signed(k.sign, paragraph(problemText(p))))
		}
	}
	f.scroll.SetMinSize(fyne.NewSize(0, min(170, float32(len(f.list.Objects))*44)))
	f.box.Refresh()
}

// copy puts what is listed on the clipboard, a line each, with line and column in cells of their own.
func (f *findings) copy() {
	var lines []string
	for _, k := range f.kinds() {
		if !k.tick.Checked {
			continue
		}
		for _, p := range k.all {
			line := ""
			if p.Line > 0 {
				line = strconv.Itoa(p.Line)
			}
			lines = append(lines, strings.Join([]string{k.sign.Glyph, line, p.Column, told(p.Told())}, "\t"))
		}
	}
	fyne.CurrentApp().Clipboard().SetContent(strings.Join(lines, "\n"))
	f.notice(lang.N("import.copied", len(lines), with{"Count": f.format.Count(len(lines))}))
}

// warningCount says how many warnings there are.
func warningCount(n int, format style.Format) string {
	return lang.N("import.warnings", n, with{"Count": format.Count(n)})
}

// problemText says what is wrong, and where.
func problemText(p intake.Problem) string { return told(p.Phrase()) }

package grid_test

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"feebridge/screens/grid"
)

// decide opens a window with a grid in which only what is open can be ticked, and has a button.
func decide(t *testing.T, rows ...bill) (p *person, pressed *[]string) {
	t.Helper()
	pressed = new([]string)
	test.NewApp()
	s := billSchema()
	s.Ticks = func(b bill) bool { return !b.paid }
	s.Columns = append(s.Columns[:3:3], grid.Column[bill]{
		ID: "pay", Title: "Pay", Width: 100, MinWidth: 100,
		Text: func(b bill) string {
			if b.paid {
				return ""
			}
			return "Pay now"
		},
		Press: func(b bill) { *pressed = append(*pressed, b.number) },
	})
	g := grid.New(s)
	g.SetModel(s.Build(slices.Clone(rows)))
	w := test.NewWindow(g)
	w.SetPadded(false)
	t.Cleanup(w.Close)
	w.Resize(fyne.NewSize(640, grid.HeaderHeight+20*grid.RowHeight))
	g.FocusOn(w.Canvas())
	return &person{t: t, grid: g, schema: s, window: w}, pressed
}

// onButton is where the buttons are, from the left edge.
const onButton = 600

var fourBills = []bill{{number: "1"}, {number: "2", paid: true}, {number: "3"}, {number: "4"}}

func TestWhatCannotBeTickedNeverIs(t *testing.T) {
	for name, act := range map[string]func(*person){
		"Ctrl+A":                      func(p *person) { p.shortcut(&fyne.ShortcutSelectAll{}) },
		"the check above":             func(p *person) { p.clickHeadCheck() },
		"its check":                   func(p *person) { p.press(p.rowAt("2", onCheck), 0) },
		"Ctrl and a click":            func(p *person) { p.press(p.rowAt("2", onText), fyne.KeyModifierShortcutDefault) },
		"Space":                       func(p *person) { p.key(fyne.KeyDown); p.key(fyne.KeySpace) },
		"Shift and a click":           func(p *person) { p.click("1"); p.press(p.rowAt("3", onText), fyne.KeyModifierShift) },
		"Shift and keys":              func(p *person) { p.shiftKey(fyne.KeyDown); p.shiftKey(fyne.KeyDown) },
		"the program":                 func(p *person) { p.grid.Select("1", "2", "3") },
		"a row that is ticked before": func(p *person) { p.grid.Select("3"); p.grid.Patch([]bill{{number: "3", paid: true}}) },
		"the menu key":                func(p *person) { p.key(fyne.KeyDown); p.key(desktop.KeyMenu) },
		"a right click":               func(p *person) { p.rightClick(p.rowAt("2", onText)) },
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := decide(t, fourBills...)
			act(p)
			for _, number := range p.grid.Selected() {
				if row, _ := p.grid.Row(number); row.paid {
					t.Errorf("%s is ticked: ticked are %q", number, p.selected())
				}
			}
		})
	}
}

func TestOnlyACheckAndSpaceTick(t *testing.T) {
	p, _ := decide(t, fourBills...)
	counts := 0
	p.grid.OnSelectionChanged = func(int) { counts++ }
	p.clickHeadCheck()
	same(t, "all that can be", p.selected(), "134")
	p.click("3")
	same(t, "after a click", p.selected(), "134")
	p.key(fyne.KeyEscape)
	same(t, "after Escape", p.selected(), "134")
	p.key(fyne.KeySpace)
	same(t, "after Space", p.selected(), "14")
	p.press(p.rowAt("1", onCheck), 0)
	same(t, "after a click on a check", p.selected(), "4")
	p.clickHeadCheck()
	same(t, "all again", p.selected(), "134")
	p.clickHeadCheck()
	same(t, "none", p.selected(), "")
	same(t, "changes told", counts, 5)
}

func TestTheCursorIsTold(t *testing.T) {
	p, _ := decide(t, fourBills...)
	var at []string
	p.grid.OnCursor = func(number string) { at = append(at, number) }
	p.key(fyne.KeyDown)
	p.key(fyne.KeySpace)
	p.click("4")
	p.click("4")
	p.key(fyne.KeyHome)
	same(t, "came to", strings.Join(at, ""), "241")
	if key, shown := p.grid.Cursor(); key != "1" || !shown {
		t.Errorf("it is at %q, shown: %v", key, shown)
	}
	p.grid.SetFilter(func(b bill) bool { return b.paid })
	if key, shown := p.grid.Cursor(); shown {
		t.Errorf("it is shown at %q, which is filtered out", key)
	}
}

func TestAButtonInARowIsPressed(t *testing.T) {
	p, pressed := decide(t, fourBills...)
	opened := ""
	p.grid.OnOpen = func(number string) { opened += number }
	p.press(p.rowAt("3", onButton), 0)
	same(t, "pressed", *pressed, []string{"3"})
	p.press(p.rowAt("2", onButton), 0) // which has none
	same(t, "pressed, without a button", *pressed, []string{"3"})
	p.doubleTap(p.rowAt("3", onButton))
	same(t, "opened with the button", opened, "")
	same(t, "ticked", p.selected(), "")

	row, _ := p.under(p.rowAt("1", onButton), func(o fyne.CanvasObject) bool { _, ok := o.(desktop.Mouseable); return ok })
	down := func(x float32) *desktop.MouseEvent {
		return &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, 10)}, Button: desktop.MouseButtonPrimary}
	}
	row.(desktop.Mouseable).MouseDown(down(onButton))
	row.(desktop.Mouseable).MouseUp(down(onText)) // let go beside it
	same(t, "pressed, and let go elsewhere", *pressed, []string{"3"})
	row.(desktop.Mouseable).MouseDown(down(onText))
	row.(desktop.Mouseable).MouseUp(down(onButton))
	same(t, "let go on it", *pressed, []string{"3"})
}

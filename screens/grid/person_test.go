package grid_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/text/language"

	"feebridge/screens/grid"
)

// bill is a row as the tests have it.
type bill struct {
	number string
	client string
	cents  int64
	paid   bool
}

func billSchema() *grid.Schema[bill, string] {
	return &grid.Schema[bill, string]{
		Key:    func(b bill) string { return b.number },
		Locale: language.MustParse("en-NZ"),
		Columns: []grid.Column[bill]{
			{ID: "number", Title: "Number", Width: 90, MinWidth: 80, Text: func(b bill) string { return b.number }, Search: true, Collate: true},
			{ID: "client", Title: "Client", Width: 200, MinWidth: 100, Stretch: 1, Text: func(b bill) string { return b.client }, Search: true, Collate: true},
			{
				ID: "total", Title: "Total", Width: 110, MinWidth: 80, Priority: 1, Align: fyne.TextAlignTrailing,
				Text: func(b bill) string { return "NZD " + cents(b.cents) }, Copy: func(b bill) string { return cents(b.cents) },
				Order: func(b bill) int64 { return b.cents },
			},
			{ID: "state", Title: "State", Width: 120, MinWidth: 80, Priority: 2, Text: paidWord, Sign: paidSign},
			{ID: "note", Title: "Note", Width: 120, MinWidth: 80, Priority: 3, Hidden: true, Text: func(bill) string { return "a note" }},
		},
	}
}

func cents(c int64) string {
	digits := []byte{byte('0' + c/10%10), byte('0' + c%10)}
	whole := ""
	for c /= 100; c > 0 || whole == ""; c /= 10 {
		whole = string(byte('0'+c%10)) + whole
	}
	return whole + "." + string(digits)
}

func paidWord(b bill) string {
	if b.paid {
		return "Paid"
	}
	return "Open"
}

func paidSign(b bill) grid.Sign {
	if b.paid {
		return grid.Sign{Glyph: "→", Color: theme.ColorNameSuccess}
	}
	return grid.Sign{}
}

// lettered returns bills numbered by the letters of s.
func lettered(s string) []bill {
	var bills []bill
	for i, r := range s {
		bills = append(bills, bill{number: string(r), client: "Client of " + string(r), cents: int64(len(s)-i) * 100})
	}
	return bills
}

// person is a person at a window with a grid.
type person struct {
	t      testing.TB
	grid   *grid.Grid[bill, string]
	schema *grid.Schema[bill, string]
	window fyne.Window
}

// sit opens a window with those rows, tall enough for twenty.
func sit(t testing.TB, rows ...bill) *person {
	t.Helper()
	test.NewApp()
	s := billSchema()
	g := grid.New(s)
	g.SetModel(s.Build(rows))
	w := test.NewWindow(g)
	w.SetPadded(false)
	t.Cleanup(w.Close)
	w.Resize(fyne.NewSize(640, grid.HeaderHeight+20*grid.RowHeight))
	return &person{t: t, grid: g, schema: s, window: w}
}

func (p *person) canvas() fyne.Canvas { return p.window.Canvas() }

func (p *person) shown() []string {
	var keys []string
	for b := range p.grid.Shown() {
		keys = append(keys, b.number)
	}
	return keys
}

// under returns what a mouse at that place acts on, as Fyne's drivers look for it, and
// the place within it.
func (p *person) under(pos fyne.Position, acts func(fyne.CanvasObject) bool) (fyne.CanvasObject, fyne.Position) {
	p.t.Helper()
	var found fyne.CanvasObject
	var within fyne.Position
	p.walk(func(o fyne.CanvasObject, at fyne.Position) {
		size := o.Size()
		if acts(o) && pos.X >= at.X && pos.Y >= at.Y && pos.X < at.X+size.Width && pos.Y < at.Y+size.Height {
			found, within = o, pos.Subtract(at)
		}
	})
	if found == nil {
		p.t.Fatalf("nothing at %v acts on that", pos)
	}
	return found, within
}

// walk visits everything visible with its place in the window.
func (p *person) walk(visit func(fyne.CanvasObject, fyne.Position)) {
	walk(p.canvas().Content(), visit)
}

func walk(root fyne.CanvasObject, visit func(fyne.CanvasObject, fyne.Position)) {
	var down func(o fyne.CanvasObject, offset fyne.Position)
	down = func(o fyne.CanvasObject, offset fyne.Position) {
		if !o.Visible() {
			return
		}
		at := offset.Add(o.Position())
		visit(o, at)
		switch o := o.(type) {
		case *fyne.Container:
			for _, child := range o.Objects {
				down(child, at)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				down(child, at)
			}
		}
	}
	down(root, fyne.Position{})
}

// lines returns what stands in the rows in sight, from the top: the texts of a row with
// bars between.
func (p *person) lines() []string {
	type text struct {
		x, middle float32
		s         string
	}
	var texts []text
	p.walk(func(o fyne.CanvasObject, at fyne.Position) {
		middle := at.Y + o.Size().Height/2
		if t, ok := o.(*canvas.Text); ok && t.Text != "" && middle > grid.HeaderHeight && middle < p.canvas().Size().Height {
			texts = append(texts, text{at.X, middle, t.Text})
		}
	})
	slices.SortFunc(texts, func(a, b text) int {
		if d := a.middle - b.middle; d < -10 || d > 10 {
			return cmp.Compare(a.middle, b.middle)
		}
		return cmp.Compare(a.x, b.x)
	})
	var lines []string
	for i, t := range texts {
		if i > 0 && t.middle-texts[i-1].middle < 10 {
			lines[len(lines)-1] += "|" + t.s
		} else {
			lines = append(lines, t.s)
		}
	}
	return lines
}

// rowAt returns the place of a row of the grid, x from the left edge; the row must be in sight.
func (p *person) rowAt(number string, x float32) fyne.Position {
	p.t.Helper()
	var place fyne.Position
	found := false
	p.walk(func(o fyne.CanvasObject, at fyne.Position) {
		if t, ok := o.(*canvas.Text); ok && t.Text == number && at.Y >= grid.HeaderHeight {
			place, found = fyne.NewPos(x, at.Y+t.Size().Height/2), true
		}
	})
	if !found {
		p.t.Fatalf("row %s is not in sight: %q", number, p.lines())
	}
	return place
}

const (
	onText  = 60 // from the left edge
	onCheck = 15
)

func (p *person) press(pos fyne.Position, with fyne.KeyModifier) {
	p.t.Helper()
	o, within := p.under(pos, func(o fyne.CanvasObject) bool { _, ok := o.(desktop.Mouseable); return ok })
	e := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, Modifier: with}
	e.Position, e.AbsolutePosition = within, pos
	o.(desktop.Mouseable).MouseDown(e)
	o.(desktop.Mouseable).MouseUp(e)
}

func (p *person) click(number string) { p.t.Helper(); p.press(p.rowAt(number, onText), 0) }

func (p *person) doubleClick(number string, x float32) {
	p.t.Helper()
	pos := p.rowAt(number, x)
	p.press(pos, 0)
	p.press(pos, 0)
	p.doubleTap(pos)
}

func (p *person) doubleTap(pos fyne.Position) {
	p.t.Helper()
	o, within := p.under(pos, func(o fyne.CanvasObject) bool { _, ok := o.(fyne.DoubleTappable); return ok })
	o.(fyne.DoubleTappable).DoubleTapped(&fyne.PointEvent{Position: within, AbsolutePosition: pos})
}

func (p *person) rightClick(pos fyne.Position) {
	p.t.Helper()
	o, within := p.under(pos, func(o fyne.CanvasObject) bool { _, ok := o.(fyne.SecondaryTappable); return ok })
	o.(fyne.SecondaryTappable).TappedSecondary(&fyne.PointEvent{Position: within, AbsolutePosition: pos})
}

// title returns the place of a title in the header.
func (p *person) title(title string) fyne.Position {
	p.t.Helper()
	var place fyne.Position
	p.walk(func(o fyne.CanvasObject, at fyne.Position) {
		if t, ok := o.(*canvas.Text); ok && at.Y < grid.HeaderHeight && t.Text == title {
			place = at.AddXY(5, 5)
		}
	})
	if place.IsZero() {
		p.t.Fatalf("there is no title %q", title)
	}
	return place
}

func (p *person) titles() string {
	var titles []string
	p.walk(func(o fyne.CanvasObject, at fyne.Position) {
		if t, ok := o.(*canvas.Text); ok && at.Y < grid.HeaderHeight && t.Text != "" {
			titles = append(titles, t.Text)
		}
	})
	return strings.Join(titles, " ")
}

func (p *person) clickTitle(title string) { p.t.Helper(); test.TapCanvas(p.canvas(), p.title(title)) }
func (p *person) clickHeadCheck()         { test.TapCanvas(p.canvas(), fyne.NewPos(onCheck, 15)) }

func (p *person) key(name fyne.KeyName) { p.canvas().Focused().TypedKey(&fyne.KeyEvent{Name: name}) }

func (p *person) shiftKey(name fyne.KeyName) {
	k := p.canvas().Focused().(desktop.Keyable)
	k.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	k.TypedKey(&fyne.KeyEvent{Name: name})
	k.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
}

func (p *person) shortcut(s fyne.Shortcut) { p.canvas().Focused().(fyne.Shortcutable).TypedShortcut(s) }

func (p *person) selected() string { return strings.Join(p.grid.Selected(), "") }

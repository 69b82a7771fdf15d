package grid_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"feebridge/screens/grid"
)

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// many returns bills numbered from 000.
func many(n int) []bill {
	bills := make([]bill, n)
	for i := range bills {
		number := []byte{byte('0' + i/100), byte('0' + i/10%10), byte('0' + i%10)}
		bills[i] = bill{number: string(number), client: "Client", cents: int64(i)}
	}
	return bills
}

func TestRowsShowTheirCells(t *testing.T) {
	p := sit(t,
		bill{number: "7", client: "Harbour Café", cents: 46000, paid: true},
		bill{number: "8", client: "Line\nbreak", cents: 5},
	)
	same(t, "lines", p.lines(), []string{"7|Harbour Café|NZD 460.00|→|Paid", "8|Line break|NZD 0.05|Open"})
	same(t, "titles", p.titles(), "Number Client Total State")
	all, shown := p.grid.Len()
	same(t, "rows", []int{all, shown}, []int{2, 2})
}

func TestTextThatDoesNotFitEndsInAnEllipsisAndNumbersAreNeverCut(t *testing.T) {
	p := sit(t, bill{number: strings.Repeat("1", 40), client: strings.Repeat("long ", 40), cents: 123456789012345})
	cells := strings.Split(p.lines()[0], "|")
	for i, cell := range cells[:2] {
		if !strings.HasSuffix(cell, "…") || len(cell) < 8 {
			t.Errorf("cell %d is %q: want the start of its text and an ellipsis", i, cell)
		}
	}
	if cells[2] != "…" {
		t.Errorf("the total is %q: half a number is another number", cells[2])
	}
}

func TestSearchFindsEveryWordWhateverCaseAndAccents(t *testing.T) {
	p := sit(t,
		bill{number: "0001", client: "Ōtāhuhu  Plumbing"}, bill{number: "0002", client: "Harbour CAFÉ"},
		bill{number: "0003", client: "Åse Sørensen"}, bill{number: "0004", client: "Café Ōtāhuhu"},
	)
	for _, test := range []struct {
		search string
		want   []string
	}{
		{"otahuhu", []string{"0001", "0004"}},
		{"CAFE", []string{"0002", "0004"}},
		{"café otahuhu", []string{"0004"}},
		{"huhu caf", []string{"0004"}},
		{"sorensen 0003", []string{"0003"}},
		{"000", []string{"0001", "0002", "0003", "0004"}},
		{"0002harbour", nil},
		{"  ", []string{"0001", "0002", "0003", "0004"}},
		{"nobody", nil},
	} {
		p.grid.SetSearch(test.search)
		same(t, test.search, p.shown(), test.want)
		same(t, test.search+" in sight", len(p.lines()), len(test.want))
	}
}

func TestFilterAndSearchWorkTogether(t *testing.T) {
	p := sit(t, bill{number: "1", client: "A", paid: true}, bill{number: "2", client: "A"}, bill{number: "3", client: "B", paid: true})
	p.grid.SetFilter(func(b bill) bool { return b.paid })
	same(t, "paid", p.shown(), []string{"1", "3"})
	p.grid.SetSearch("a")
	same(t, "paid with a", p.shown(), []string{"1"})
	p.grid.SetFilter(nil)
	same(t, "all with a", p.shown(), []string{"1", "2"})
}

func TestClickOnATitleSortsAndTurnsRound(t *testing.T) {
	p := sit(t,
		bill{number: "10", client: "zebra", cents: 5}, bill{number: "9", client: "Äpfel", cents: 7},
		bill{number: "1", client: "apple", cents: 6}, bill{number: "2", client: "Zebra", cents: 6},
	)
	var states []grid.State
	p.grid.OnStateChanged = func(s grid.State) { states = append(states, s) }
	for _, step := range []struct {
		title  string
		want   []string
		titles string
	}{
		{"Client", []string{"9", "1", "10", "2"}, "Number Client ↑ Total State"}, // f before p, z before Z
		{"Client", []string{"2", "10", "1", "9"}, "Number Client ↓ Total State"},
		{"Number", []string{"1", "2", "9", "10"}, "Number ↑ Client Total State"},
		{"Total", []string{"10", "1", "2", "9"}, "Number Client Total ↑ State"},
		{"State", []string{"10", "1", "2", "9"}, "Number Client Total ↑ State"}, // cannot be sorted
	} {
		p.clickTitle(step.title)
		same(t, step.title, p.shown(), step.want)
		same(t, "titles", p.titles(), step.titles)
	}
	if len(states) != 4 || states[3].Sort != "total" || states[3].Desc || !states[1].Desc {
		t.Errorf("told of the states %v", states)
	}
}

func TestKeysMoveThroughManyRows(t *testing.T) {
	p := sit(t, many(300)...)
	opened := ""
	p.grid.OnOpen = func(number string) { opened = number }
	p.grid.Focus()
	for _, step := range []struct {
		key         fyne.KeyName
		at          string
		first, last string // in sight
	}{
		{fyne.KeyEnter, "000", "000", "019"},
		{fyne.KeyUp, "000", "000", "019"},
		{fyne.KeyDown, "001", "000", "019"},
		{fyne.KeyPageDown, "020", "001", "020"},
		{fyne.KeyPageDown, "039", "020", "039"},
		{fyne.KeyUp, "038", "020", "039"},
		{fyne.KeyPageUp, "019", "019", "038"},
		{fyne.KeyEnd, "299", "280", "299"},
		{fyne.KeyDown, "299", "280", "299"},
		{fyne.KeyHome, "000", "000", "019"},
		{fyne.KeyPageUp, "000", "000", "019"},
	} {
		p.key(step.key)
		p.key(fyne.KeyReturn)
		lines := p.lines()
		got := []string{opened, lines[0][:3], lines[len(lines)-1][:3]}
		if want := []string{step.at, step.first, step.last}; !slices.Equal(got, want) {
			t.Fatalf("after %s: cursor, first and last row are %v, want %v", step.key, got, want)
		}
	}
	same(t, "selected", p.selected(), "")
}

func TestTheSelectionIsRevealed(t *testing.T) {
	p := sit(t, many(300)...)
	opened := ""
	p.grid.OnOpen = func(number string) { opened = number }
	p.grid.Focus()
	reveal := func(want ...string) { // first and last row in sight, and the cursor's
		t.Helper()
		p.grid.Reveal()
		p.key(fyne.KeyReturn)
		lines := p.lines()
		same(t, "in sight, and at the cursor", []string{lines[0][:3], lines[len(lines)-1][:3], opened}, want)
	}
	p.grid.Select("201", "150")
	reveal("131", "150", "150")
	p.grid.Select("140")
	reveal("131", "150", "140")
	p.grid.ClearSelection()
	reveal("131", "150", "140")
	p.grid.Select("007", "160")
	p.grid.SetFilter(func(b bill) bool { return b.number != "007" })
	reveal("141", "160", "160")
}

func TestWheelScrolls(t *testing.T) {
	p := sit(t, many(300)...)
	test.Scroll(p.canvas(), fyne.NewPos(100, 100), 0, -10*grid.RowHeight)
	lines := p.lines()
	same(t, "first and last", []string{lines[0][:3], lines[len(lines)-1][:3]}, []string{"010", "029"})
	p.click("012")
	same(t, "selected", p.selected(), "012")
}

func TestGridIsOneTabStop(t *testing.T) {
	test.NewApp()
	before, after := widget.NewEntry(), widget.NewEntry()
	s := billSchema()
	g := grid.New(s)
	g.SetModel(s.Build(many(50)))
	w := test.NewWindow(container.NewGridWithRows(3, before, g, after))
	defer w.Close()
	w.Resize(fyne.NewSize(640, 500))
	c := w.Canvas()
	c.Focus(before)
	c.FocusNext()
	if c.Focused() == nil || c.Focused() == fyne.Focusable(after) {
		t.Fatalf("after the field before the grid comes %T", c.Focused())
	}
	c.FocusNext()
	if c.Focused() != fyne.Focusable(after) {
		t.Errorf("after the grid comes %T, not the field after it", c.Focused())
	}
}

func TestCursorIsOutlinedWhileTheGridHasTheFocus(t *testing.T) {
	p := sit(t, lettered("ABC")...)
	outlines := func() (rows []float32) {
		p.walk(func(o fyne.CanvasObject, at fyne.Position) {
			if r, ok := o.(*canvas.Rectangle); ok && r.StrokeWidth > 0 && r.Size().Width > 300 {
				rows = append(rows, at.Y+r.Size().Height/2)
			}
		})
		return rows
	}
	same(t, "outlines before", len(outlines()), 0)
	p.click("B")
	if got := outlines(); len(got) != 1 || got[0] < grid.HeaderHeight+grid.RowHeight || got[0] > grid.HeaderHeight+2*grid.RowHeight {
		t.Errorf("outlines at %v, want one on the second row", got)
	}
	p.canvas().Unfocus()
	same(t, "outlines after", len(outlines()), 0)
}

func TestEnterAndDoubleClickOpen(t *testing.T) {
	p := sit(t, lettered("ABC")...)
	var opened []string
	p.grid.OnOpen = func(number string) { opened = append(opened, number) }
	p.doubleClick("B", onText)
	p.key(fyne.KeyDown)
	p.key(fyne.KeyEnter)
	p.doubleClick("A", onCheck) // ticks and unticks
	same(t, "opened", opened, []string{"B", "C"})
	same(t, "selected", p.selected(), "B")
}

func TestMouseLeavesARowThatIsGone(t *testing.T) {
	p := sit(t, many(30)...)
	at := p.rowAt("015", onText)
	test.MoveMouse(p.canvas(), at)
	p.grid.SetSearch("00")
	test.MoveMouse(p.canvas(), p.rowAt("001", onText))
	same(t, "in sight", len(p.lines()), 10)
	p.grid.SetModel(p.schema.Build(nil))
	test.MoveMouse(p.canvas(), fyne.NewPos(5, 5))
}

func TestMenuIsAboutTheSelection(t *testing.T) {
	p := sit(t, lettered("ABCDEFGH")...)
	var at []fyne.Position
	p.grid.OnMenu = func(pos fyne.Position) { at = append(at, pos) }

	p.rightClick(p.rowAt("C", 200))
	same(t, "on a row outside the selection", p.selected(), "C")
	p.press(p.rowAt("E", onText), fyne.KeyModifierShortcutDefault)
	p.rightClick(p.rowAt("C", 200))
	same(t, "on a row within it", p.selected(), "CE")
	if at[0] != p.rowAt("C", 200) {
		t.Errorf("the menu opens at %v", at[0])
	}

	p.key(fyne.KeyEscape)
	p.key(desktop.KeyMenu)
	same(t, "with nothing selected, on the row of the cursor", p.selected(), "C")
	if row := p.rowAt("C", 0); len(at) != 3 || at[2].Y < row.Y || at[2].Y > row.Y+grid.RowHeight {
		t.Errorf("the menu key opens the menu at %v, the row is at %v", at, row)
	}
	p.key(fyne.KeyF10)
	same(t, "F10 alone", len(at), 3)
	p.shiftKey(fyne.KeyF10)
	same(t, "shift F10", len(at), 4)
}

func TestCopyIsTabSeparatedText(t *testing.T) {
	p := sit(t,
		bill{number: "1", client: "Tab\there", cents: 195500}, bill{number: "2", client: `The "Quote"`, cents: 5, paid: true},
		bill{number: "3", client: "Plain", cents: 0},
	)
	var copied []string
	p.grid.OnCopy = func(tsv string) { copied = append(copied, tsv) }
	p.grid.Focus()
	p.shortcut(&fyne.ShortcutCopy{})
	p.shortcut(&fyne.ShortcutSelectAll{})
	p.grid.SetSort("total", false)
	p.window.Resize(fyne.NewSize(200, 300)) // hides columns, but not from the copy
	p.shortcut(&fyne.ShortcutCopy{})
	same(t, "copied", copied, []string{
		"Number\tClient\tTotal\tState\n1\t\"Tab\there\"\t1955.00\tOpen\n",
		"Number\tClient\tTotal\tState\n3\tPlain\t0.00\tOpen\n2\t\"The \"\"Quote\"\"\"\t0.05\tPaid\n1\t\"Tab\there\"\t1955.00\tOpen\n",
	})
}

func TestKeysOfTheWindowGoThrough(t *testing.T) {
	p := sit(t, lettered("ABC")...)
	fyne.SetCurrentApp(&appWithShortcuts{App: fyne.CurrentApp()})
	var got []string
	p.canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { got = append(got, string(e.Name)) })
	p.canvas().SetOnTypedRune(func(r rune) { got = append(got, string(r)) })
	find := &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault}
	fyne.CurrentApp().(*appWithShortcuts).AddShortcut(find, func(fyne.Shortcut) { got = append(got, "find") })
	p.click("B")
	p.key(fyne.KeyF5)
	p.shortcut(find)
	p.key(fyne.KeyEscape) // clears the selection
	p.key(fyne.KeyEscape)
	p.canvas().Focused().TypedRune('x')
	p.canvas().Focused().TypedRune(' ') // ticks, as a key
	same(t, "the window got", got, []string{"F5", "find", "Escape", "x"})
}

// appWithShortcuts lets shortcuts be typed on its canvas, as the canvas of a real window
// does and Fyne's test canvas does not.
type appWithShortcuts struct {
	fyne.App
	fyne.ShortcutHandler
}

func (a *appWithShortcuts) Driver() fyne.Driver { return driverWithShortcuts{a.App.Driver(), a} }

type driverWithShortcuts struct {
	fyne.Driver
	app *appWithShortcuts
}

func (d driverWithShortcuts) CanvasForObject(o fyne.CanvasObject) fyne.Canvas {
	return canvasWithShortcuts{d.Driver.CanvasForObject(o), d.app}
}

type canvasWithShortcuts struct {
	fyne.Canvas
	app *appWithShortcuts
}

func (c canvasWithShortcuts) TypedShortcut(s fyne.Shortcut) { c.app.TypedShortcut(s) }

func TestReloadKeepsWhatIsInSight(t *testing.T) {
	p := sit(t, many(300)...)
	test.Scroll(p.canvas(), fyne.NewPos(100, 100), 0, -100*grid.RowHeight-7)
	before := p.lines()
	same(t, "first", before[0][:3], "100")

	p.grid.SetModel(p.schema.Build(many(300)[50:])) // fifty rows above are gone
	same(t, "lines", p.lines(), before)
	p.grid.SetModel(p.schema.Build(append(many(300), many(400)[300:]...))) // they come back, and more below
	same(t, "lines", p.lines(), before)

	p.grid.SetModel(p.schema.Build(many(5))) // fewer than fill the window
	same(t, "fewer rows", len(p.lines()), 5)
	p.grid.SetModel(p.schema.Build(many(300)))
	same(t, "first of many again", p.lines()[0][:3], "000")
	p.grid.SetModel(p.schema.Build(slices.Insert(many(300), 0, bill{number: "new", client: "Client"})))
	same(t, "at the top a new row is in sight", p.lines()[0][:3], "new")
}

// TestTheLastRowStandsAsFarBelowAsAnyOther looks at the texts where the list is scrolled to its end.
func TestTheLastRowStandsAsFarBelowAsAnyOther(t *testing.T) {
	p := sit(t, many(300)...)
	p.grid.Focus()
	p.key(fyne.KeyEnd)
	at := map[string]float32{}
	p.walk(func(o fyne.CanvasObject, pos fyne.Position) {
		if text, is := o.(*canvas.Text); is {
			at[text.Text] = pos.Y
		}
	})
	same(t, "from the last but one to the last", at["299"]-at["298"], float32(grid.RowHeight))
	same(t, "from the one before", at["298"]-at["297"], float32(grid.RowHeight))
}

func TestSearchAfterScrollingShowsTheTop(t *testing.T) {
	p := sit(t, many(300)...)
	test.Scroll(p.canvas(), fyne.NewPos(100, 100), 0, -250*grid.RowHeight)
	p.grid.SetSearch("1")
	same(t, "first", p.lines()[0][:3], "001")
	same(t, "in sight", len(p.lines()), 20)
	p.grid.SetSearch("29")
	same(t, "first", p.lines()[0][:3], "029")
	p.grid.SetSearch("")
	same(t, "first of all", p.lines()[0][:3], "000")
	same(t, "in sight", len(p.lines()), 20)
}

func TestPatchReplacesRowsByKey(t *testing.T) {
	p := sit(t, many(30)...)
	p.grid.SetSort("total", false)
	p.click("003")
	p.press(p.rowAt("005", onText), fyne.KeyModifierShortcutDefault)

	unknown := p.grid.Patch([]bill{
		{number: "003", client: "Renamed", cents: 3, paid: true}, // stays where it is
		{number: "005", client: "Client", cents: 0},              // sorts after 000, which has the same total
		{number: "001", client: "Client", cents: 4},              // sorts before 004, which has the same
		{number: "008", client: "Client", cents: 2},              // sorts after 002
		{number: "999", client: "Nobody"},
	})
	same(t, "unknown", unknown, 1)
	same(t, "order", p.shown()[:8], []string{"000", "005", "002", "008", "003", "001", "004", "006"})
	same(t, "selected", p.grid.Selected(), []string{"005", "003"})
	same(t, "line", p.lines()[4], "003|Renamed|NZD 0.03|→|Paid")

	p.grid.SetSearch("renamed")
	same(t, "found", p.shown(), []string{"003"})
	p.grid.Patch([]bill{{number: "003", client: "Gone"}, {number: "007", client: "Renamed", cents: 7}})
	same(t, "found after a patch", p.shown(), []string{"007"})
	same(t, "selected after a patch", p.grid.Selected(), []string{"003", "005"})
}

func TestRowsAreLookedUpWhetherShownOrNot(t *testing.T) {
	p := sit(t, many(3)...)
	p.grid.SetSort("total", true)
	p.click("001")
	p.grid.SetSearch("002")
	known := p.grid.Known()
	p.grid.Patch([]bill{{number: "000", client: "Renamed"}})

	for key, want := range map[string]string{"000": "Renamed", "001": "Client", "999": ""} {
		row, ok := p.grid.Row(key)
		same(t, "client of "+key, row.client, want)
		same(t, key+" is there", ok, want != "")
	}
	before, _ := known("000")
	same(t, "what was known before the patch", before.client, "Client")
	_, ok := known("999")
	same(t, "999 was known", ok, false)

	var all []string
	for row, part := range p.grid.All() {
		all = append(all, fmt.Sprintln(row.number, part.Shown, part.Selected))
	}
	same(t, "all", all, []string{"000 false false\n", "001 false true\n", "002 true false\n"})
}

func TestPlaceholderStandsWhereNoRowIsShown(t *testing.T) {
	p := sit(t)
	none := widget.NewLabel("Nothing here")
	p.grid.SetPlaceholder(none)
	visible := func() bool {
		seen := false
		p.walk(func(o fyne.CanvasObject, _ fyne.Position) { seen = seen || o == fyne.CanvasObject(none) })
		return seen
	}
	same(t, "without rows", visible(), true)
	p.grid.SetModel(p.schema.Build(lettered("AB")))
	same(t, "with rows", visible(), false)
	p.grid.SetSearch("zzz")
	same(t, "when the search finds none", visible(), true)
	p.grid.SetSearch("")
	same(t, "when it finds some", visible(), false)
}

func TestBordersResizeColumnsAndFollowThePointer(t *testing.T) {
	p := sit(t, lettered("ABC")...)
	width := func(id string) float32 {
		for _, c := range p.grid.State().Columns {
			if c.ID == id {
				return c.Width
			}
		}
		return 0
	}
	told := 0
	p.grid.OnStateChanged = func(grid.State) { told++ }
	border := p.title("Client").X - 5 - 8 // titles stand a padding after the border
	test.Drag(p.canvas(), fyne.NewPos(border, 10), 40, 0)
	same(t, "number", width("number"), float32(130))
	same(t, "title of the next column", p.title("Client").X, border+40+13)
	same(t, "told", told, 1)

	test.Drag(p.canvas(), fyne.NewPos(border+40, 10), -1000, 0)
	same(t, "least width", width("number"), float32(80))
	test.Drag(p.canvas(), fyne.NewPos(p.title("Client").X-13, 10), 5000, 0)
	same(t, "most width", width("number"), float32(640-34-100-80-80))

	p.doubleTap(fyne.NewPos(p.title("Client").X-13, 10))
	if w := width("number"); w < 80 || w > 110 {
		t.Errorf("fitted to its texts, Number is %v wide", w)
	}
}

func TestNarrowWindowHidesColumnsByPriority(t *testing.T) {
	p := sit(t, lettered("AB")...)
	for _, test := range []struct {
		width float32
		want  string
	}{
		{640, "Number Client Total State"},
		{34 + 80 + 100 + 80 + 80, "Number Client Total State"},
		{34 + 80 + 100 + 80 + 79, "Number Client Total"},
		{34 + 80 + 100 + 79, "Number Client"},
		{34 + 80 + 99, "Number"},
		{1000, "Number Client Total State"},
	} {
		p.window.Resize(fyne.NewSize(test.width, 300))
		same(t, "titles", p.titles(), test.want)
		for _, line := range p.lines() {
			same(t, "cells", strings.Count(line, "|"), strings.Count(test.want, " "))
		}
	}
}

func TestMenuOfColumnsShowsAndHides(t *testing.T) {
	p := sit(t, lettered("AB")...)
	choose := func(item string) {
		t.Helper()
		p.rightClick(fyne.NewPos(p.canvas().Size().Width/2, 10))
		walk(p.canvas().Overlays().Top(), func(o fyne.CanvasObject, at fyne.Position) {
			if text, ok := o.(*canvas.Text); ok && text.Text == item {
				defer test.TapCanvas(p.canvas(), at.AddXY(5, 5))
			}
		})
		if top := p.canvas().Overlays().Top(); top != nil { // a disabled item leaves the menu open
			p.canvas().Overlays().Remove(top)
		}
	}
	choose("Note")
	same(t, "titles", p.titles(), "Number Client Total State Note")
	same(t, "line", p.lines()[0], "A|Client of A|NZD 2.00|Open|a note")
	for _, item := range []string{"Number", "State", "Total", "Note"} {
		choose(item)
	}
	same(t, "titles", p.titles(), "Client")
	choose("Client") // the last one stays
	same(t, "titles", p.titles(), "Client")
	choose("Number")
	same(t, "titles", p.titles(), "Number Client")
}

func TestStateArrangesAnotherGridAlike(t *testing.T) {
	p := sit(t, lettered("ABC")...)
	p.grid.SetState(grid.State{
		Columns: []grid.ColumnState{
			{ID: "total", Width: 90}, {ID: "gone", Width: 50}, {ID: "number", Width: 1}, {ID: "total", Width: 300}, {ID: "state", Hidden: true},
		},
		Sort: "total",
	})
	same(t, "titles", p.titles(), "Total ↑ Number Client")
	same(t, "order", p.shown(), []string{"C", "B", "A"})

	q := sit(t, lettered("ABC")...)
	q.grid.SetState(grid.ParseState(p.grid.State().String()))
	same(t, "state", q.grid.State(), p.grid.State())
	same(t, "lines", q.lines(), p.lines())

	q.grid.SetState(grid.State{})
	same(t, "titles of the zero State", q.titles(), "Number Client Total State")
}

func TestThemeChangeIsDrawn(t *testing.T) {
	p := sit(t, lettered("AB")...)
	p.click("A")
	app := fyne.CurrentApp()
	for _, th := range []fyne.Theme{test.NewTheme(), theme.DefaultTheme()} {
		app.Settings().SetTheme(th)
		seen := 0
		check := func(text *canvas.Text, color fyne.ThemeColorName, size fyne.ThemeSizeName) {
			seen++
			same(t, "color of "+text.Text, text.Color, th.Color(color, app.Settings().ThemeVariant()))
			same(t, "size of "+text.Text, text.TextSize, th.Size(size))
		}
		p.walk(func(o fyne.CanvasObject, at fyne.Position) {
			text, ok := o.(*canvas.Text)
			switch {
			case ok && strings.HasPrefix(text.Text, "Client of"):
				check(text, theme.ColorNameForeground, theme.SizeNameText)
			case ok && text.Text == "Client":
				check(text, theme.ColorNamePlaceHolder, theme.SizeNameCaptionText)
			}
		})
		same(t, "titles and rows drawn", seen, 3)
	}
}

package sheet_test

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

func TestAnInvoiceIsTypedWithoutTheMouse(t *testing.T) {
	c := sit(t)
	for i := range 40 {
		c.typing("acc")
		c.key(fyne.KeyReturn)
		c.typing(fmt.Sprint("line ", i))
		c.key(fyne.KeyTab)
		c.typing("120.00")
		if i < 39 {
			c.key(fyne.KeyReturn)
		}
	}
	c.key(fyne.KeyEnter, fyne.KeyEscape)
	rows := c.sheet.Rows()
	same(t, "rows", len(rows), 41)
	same(t, "first", rows[0], []string{"ACC", "line 0", "", "120.00"})
	same(t, "last", rows[39], []string{"ACC", "line 39", "", "120.00"})
	c.isAt(40, code)
}

func TestKeysMoveTheCursor(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*clerk)
		want sheet.Cell
	}{
		{"up", func(c *clerk) { c.key(fyne.KeyUp) }, sheet.Cell{Row: 19, Column: 1}},
		{"down", func(c *clerk) { c.key(fyne.KeyDown) }, sheet.Cell{Row: 21, Column: 1}},
		{"left", func(c *clerk) { c.key(fyne.KeyLeft, fyne.KeyLeft) }, sheet.Cell{Row: 20, Column: 0}},
		{"right", func(c *clerk) { c.key(fyne.KeyRight) }, sheet.Cell{Row: 20, Column: 2}},
		{"home", func(c *clerk) { c.key(fyne.KeyHome) }, sheet.Cell{Row: 20, Column: 0}},
		{"end", func(c *clerk) { c.key(fyne.KeyEnd) }, sheet.Cell{Row: 20, Column: 3}},
		{"ctrl home", func(c *clerk) { c.with(ctrl, fyne.KeyHome) }, sheet.Cell{Row: 0, Column: 1}},
		{"ctrl end", func(c *clerk) { c.with(ctrl, fyne.KeyEnd) }, sheet.Cell{Row: 29, Column: 1}},
		{"page up", func(c *clerk) { c.key(fyne.KeyPageUp) }, sheet.Cell{Row: 11, Column: 1}},
		{"page down", func(c *clerk) { c.key(fyne.KeyPageDown) }, sheet.Cell{Row: 29, Column: 1}},
		{"tab goes past what is read-only", func(c *clerk) { c.key(fyne.KeyTab) }, sheet.Cell{Row: 20, Column: 3}},
		{"tab goes on in the next row", func(c *clerk) { c.key(fyne.KeyTab, fyne.KeyTab) }, sheet.Cell{Row: 21, Column: 0}},
		{"shift tab", func(c *clerk) { c.shift(fyne.KeyTab); c.shift(fyne.KeyTab) }, sheet.Cell{Row: 19, Column: 3}},
		{"enter on what is read-only", func(c *clerk) { c.key(fyne.KeyRight, fyne.KeyReturn) }, sheet.Cell{Row: 20, Column: 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := sit(t, plain(30)...)
			c.goTo(20, text)
			test.do(c)
			c.isAt(test.want.Row, test.want.Column)
			c.told()
			if _, ok := c.seen()[fmt.Sprint("t", test.want.Row)]; !ok {
				t.Error("the cursor is not in sight")
			}
		})
	}
}

func TestTabLeavesTheSheetAtItsEnds(t *testing.T) {
	c := sit(t, plain(2)...)
	c.goTo(1, rate)
	c.typing("9")
	c.key(fyne.KeyTab)
	if c.focused() != fyne.Focusable(c.after) {
		t.Errorf("after the last cell the focus is on %T", c.focused())
	}
	c.told(`typing 1,3 "9"`, `edit 1,3 "9"`)

	c.sheet.Focus()
	c.goTo(0, code)
	c.key(fyne.KeyF2)
	c.shift(fyne.KeyTab)
	if c.focused() != fyne.Focusable(c.before) {
		t.Errorf("before the first cell the focus is on %T", c.focused())
	}
	c.told()

	c.window.Canvas().FocusNext()
	c.key(fyne.KeyTab)
	c.isAt(0, text)
}

func TestWhatIsTypedReplacesAndIsToldAtEveryKey(t *testing.T) {
	c := sit(t, plain(2)...)
	c.goTo(0, text)
	c.typing("ab")
	same(t, "rows", c.sheet.Rows(), plain(2))
	c.key(fyne.KeyReturn)
	c.told(`typing 0,1 "a"`, `typing 0,1 "ab"`, `edit 0,1 "ab"`)
	c.isAt(0, rate)
	same(t, "column", c.column(text), "ab t1")
}

func TestF2KeepsTheText(t *testing.T) {
	c := sit(t, plain(1)...)
	c.goTo(0, text)
	c.key(fyne.KeyF2)
	c.typing("x")
	c.key(fyne.KeyTab)
	c.told(`typing 0,1 "t0x"`, `edit 0,1 "t0x"`)
}

func TestEnterGoesToTheNextCell(t *testing.T) {
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter} {
		c := sit(t, plain(1)...)
		c.goTo(0, text)
		c.key(key)
		c.told()
		c.isAt(0, rate)
	}
}

func TestBackspaceEditsFromNothing(t *testing.T) {
	c := sit(t, plain(1)...)
	c.goTo(0, text)
	c.key(fyne.KeyBackspace)
	c.told(`typing 0,1 ""`)
	c.key(fyne.KeyTab)
	c.told(`edit 0,1 ""`)
}

func TestAnEditThatChangesNothingIsNoEdit(t *testing.T) {
	c := sit(t, []string{"", "one\ntwo", "", ""})
	c.goTo(0, text)
	c.key(fyne.KeyF2, fyne.KeyReturn)
	c.told()
	c.goTo(0, text)
	c.key(fyne.KeyF2)
	c.typing("x")
	c.key(fyne.KeyBackspace, fyne.KeyReturn)
	c.told(`typing 0,1 "one twox"`, `typing 0,1 "one two"`, `typing 0,1 "one\ntwo"`)
	same(t, "column", c.column(text), "one\ntwo")
}

func TestEscapeLeavesTheCellAsItWas(t *testing.T) {
	c := sit(t, plain(1)...)
	c.goTo(0, text)
	c.typing("x")
	c.key(fyne.KeyEscape)
	c.told(`typing 0,1 "x"`, `typing 0,1 "t0"`)
	if c.editing() {
		t.Error("the cell is still being edited")
	}
	c.key(fyne.KeyDown)
	c.isAt(0, text)
}

func TestUpAndDownCommit(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(1, text)
	c.typing("x")
	c.key(fyne.KeyDown)
	c.isAt(2, text)
	c.typing("y")
	c.key(fyne.KeyUp)
	c.isAt(1, text)
	same(t, "column", c.column(text), "t0 x y")
}

func TestEnterAfterTheLastCellMakesARow(t *testing.T) {
	c := sit(t, plain(1)...)
	c.goTo(0, rate)
	c.key(fyne.KeyReturn)
	c.told("insert 1")
	c.isAt(1, code)
}

func TestACallerThatDoesNothingKeepsTheCursorWhereItWas(t *testing.T) {
	c := sit(t, plain(2)...)
	c.book.stiff = true
	c.goTo(1, rate)
	c.typing("5")
	c.key(fyne.KeyReturn)
	c.isAt(1, rate)
	c.with(ctrl, fyne.KeyReturn)
	c.isAt(1, rate)
	c.told(`typing 1,3 "5"`, `edit 1,3 "5"`, "insert 2", "insert 2")
	same(t, "rows", c.sheet.Rows(), plain(2))
}

func TestControlEnterMakesARowBelow(t *testing.T) {
	c := sit(t, plain(2)...)
	c.goTo(0, rate)
	c.with(ctrl, fyne.KeyReturn)
	c.isAt(1, code)
	c.goTo(0, text)
	c.typing("x")
	c.with(ctrl, fyne.KeyEnter)
	c.isAt(1, code)
	c.told("insert 1", `typing 0,1 "x"`, `edit 0,1 "x"`, "insert 1")
}

func TestDeleteEmptiesTheCellAndControlDeleteTheRow(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(1, text)
	c.key(fyne.KeyDelete, fyne.KeyDelete)
	c.key(fyne.KeyRight, fyne.KeyDelete)
	c.told(`edit 1,1 ""`)
	c.with(ctrl, fyne.KeyDelete)
	c.told("delete 1,1")
	c.isAt(1, sum)
	c.with(ctrl, fyne.KeyDelete)
	c.isAt(0, sum)
	c.with(ctrl, fyne.KeyDelete)
	c.isAt(-1, sum)
	c.with(ctrl, fyne.KeyDelete)
	c.told("delete 1,1", "delete 0,1")
}

func TestAltMovesTheRow(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(1, text)
	c.with(fyne.KeyModifierAlt, fyne.KeyUp)
	c.isAt(0, text)
	c.with(fyne.KeyModifierAlt, fyne.KeyUp)
	same(t, "column", c.column(code), "c1 c0 c2")
	c.typing("x")
	c.with(fyne.KeyModifierAlt, fyne.KeyDown)
	c.with(fyne.KeyModifierAlt, fyne.KeyDown)
	c.with(fyne.KeyModifierAlt, fyne.KeyDown)
	c.isAt(2, text)
	same(t, "column", c.column(text), "t0 t2 x")
	c.told("move 1,0", `typing 0,1 "x"`, `edit 0,1 "x"`, "move 0,1", "move 1,2")
}

func TestUndoAndRedoAreTheCallers(t *testing.T) {
	c := sit(t, plain(1)...)
	c.shortcut(&fyne.ShortcutUndo{})
	c.shortcut(&fyne.ShortcutRedo{})
	c.with(ctrl|fyne.KeyModifierShift, fyne.KeyZ)
	c.told("undo", "redo", "redo")

	c.goTo(0, text)
	c.typing("x")
	c.shortcut(&fyne.ShortcutUndo{})
	c.with(ctrl|fyne.KeyModifierShift, fyne.KeyZ)
	c.told(`typing 0,1 "x"`, `typing 0,1 ""`, `typing 0,1 "x"`)
}

func TestMarkedRowsAreCopiedAndDeleted(t *testing.T) {
	c := sit(t, plain(5)...)
	c.goTo(1, text)
	c.shift(fyne.KeyDown)
	c.shift(fyne.KeyDown)
	same(t, "copy", c.copy(), "c1\tt1\ts1\tr1\nc2\tt2\ts2\tr2\nc3\tt3\ts3\tr3\n")
	c.shift(fyne.KeyUp)
	c.with(ctrl, fyne.KeyDelete)
	c.told("delete 1,2")
	same(t, "column", c.column(code), "c0 c3 c4")
	c.isAt(1, text)
	same(t, "copy of the cell", c.copy(), "t3")

	c.shift(fyne.KeyUp)
	c.key(fyne.KeyEscape)
	same(t, "copy of the cell", c.copy(), "t0")
	c.shortcut(&fyne.ShortcutSelectAll{})
	c.key(fyne.KeyDelete)
	c.told("delete 0,3")
	c.key(fyne.KeyEscape)
	same(t, "keys of the window", c.keys, []fyne.KeyName{fyne.KeyEscape})
}

func TestShiftAndSpaceMarkTheRow(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(1, text)
	c.focused().(desktop.Keyable).KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftRight})
	c.typing(" ")
	c.focused().(desktop.Keyable).KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftRight})
	same(t, "copy", c.copy(), "c1\tt1\ts1\tr1\n")
	c.with(ctrl|fyne.KeyModifierShift, fyne.KeyHome)
	same(t, "copy", c.copy(), "c0\tt0\ts0\tr0\nc1\tt1\ts1\tr1\n")
	c.shortcut(&fyne.ShortcutCut{})
	c.told("delete 0,2")
}

func TestPaste(t *testing.T) {
	for _, test := range []struct {
		name, clip  string
		row, column int
		told        string
	}{
		{"from a spreadsheet, past what is read-only", "a\tb\tc\r\nd\te\tf\r\n", 0, code, `paste 0 [0 1 3] [["a" "b" "c"] ["d" "e" "f"]]`},
		{"a cell of several lines", "\"one\ntwo\"\t7", 1, text, `paste 1 [1 3] [["one\ntwo" "7"]]`},
		{"what finds no column", "a\tb\tc", 1, text, `paste 1 [1 3] [["a" "b"]]`},
		{"from what is read-only on", "8\n9", 0, sum, `paste 0 [3] [["8"] ["9"]]`},
		{"rows that lack cells", "a\nb\tc", 0, code, `paste 0 [0 1] [["a"] ["b" "c"]]`},
		{"new rows", "a\nb\nc", 1, text, `paste 1 [1] [["a"] ["b"] ["c"]]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := sit(t, plain(2)...)
			c.goTo(test.row, test.column)
			c.paste(test.clip)
			c.told(test.told)
			same(t, "rows", c.sheet.Rows(), c.book.rows)
			c.isAt(test.row, test.column)
		})
	}
}

// TestPasteOverMarkedRows begins at the first of the marked rows, wherever the cursor is, and tells
// of every cell of the clipboard, empty ones too.
func TestPasteOverMarkedRows(t *testing.T) {
	for _, test := range []struct {
		name      string
		from      int // where the marking begins
		towards   fyne.KeyName
		clip      string
		told      string
		texts, at string
	}{
		{"downwards", 1, fyne.KeyDown, "a\nb\n", `paste 1 [1] [["a"] ["b"]]`, "t0 a b t3", "1"},
		{"upwards", 2, fyne.KeyUp, "a\nb\n", `paste 1 [1] [["a"] ["b"]]`, "t0 a b t3", "1"},
		{"with empty cells", 1, fyne.KeyDown, "\t7\nb\t\n", `paste 1 [1 3] [["" "7"] ["b" ""]]`, "t0  b t3", "1"},
		{"more rows than are marked", 2, fyne.KeyDown, "a\nb\nc\nd\n", `paste 2 [1] [["a"] ["b"] ["c"] ["d"]]`, "t0 t1 a b c d", "2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := sit(t, plain(4)...)
			c.goTo(test.from, text)
			c.shift(test.towards)
			c.paste(test.clip)
			c.told(test.told)
			same(t, "texts", c.column(text), test.texts)
			same(t, "row", fmt.Sprint(c.sheet.Cursor().Row), test.at)
		})
	}
}

func TestPasteIntoAnEmptySheet(t *testing.T) {
	c := sit(t)
	c.paste("")
	c.told()
	c.paste("a\tb\nc\td\n")
	c.told(`paste 0 [0 1] [["a" "b"] ["c" "d"]]`)
	c.isAt(0, code)
}

func TestCopiedRowsGoBackToTheirColumns(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(0, rate)
	c.shift(fyne.KeyDown)
	clip := c.copy()
	c.goTo(2, text)
	c.paste(clip)
	c.told(`paste 2 [0 1 3] [["c0" "t0" "r0"] ["c1" "t1" "r1"]]`)
	same(t, "sums", c.column(sum), "s0 s1 s2 ")
}

func TestPasteIntoTheCellThatIsEdited(t *testing.T) {
	c := sit(t, plain(1)...)
	c.goTo(0, text)
	c.key(fyne.KeyF2)
	c.paste("\" one\ntwo\"\tthree\r\n")
	c.key(fyne.KeyReturn)
	c.told(`typing 0,1 "t0 one two three"`, `edit 0,1 "t0 one two three"`)
}

func TestALockedSheetIsReadAndCopied(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(1, text)
	c.typing("x")
	c.sheet.SetLocked(true)
	c.told(`typing 1,1 "x"`, `typing 1,1 "t1"`)

	c.typing("x")
	c.key(fyne.KeyReturn, fyne.KeyF2, fyne.KeyDelete, fyne.KeyBackspace)
	c.with(ctrl, fyne.KeyReturn)
	c.with(ctrl, fyne.KeyDelete)
	c.with(fyne.KeyModifierAlt, fyne.KeyUp)
	c.shortcut(&fyne.ShortcutUndo{})
	c.shortcut(&fyne.ShortcutRedo{})
	c.paste("a")
	c.doubleClick(c.place("t1"))
	if c.editing() {
		t.Error("a cell is being edited")
	}
	c.key(fyne.KeyDown)
	c.isAt(2, text)
	same(t, "copy", c.copy(), "t2")
	c.shift(fyne.KeyUp)
	c.key(fyne.KeyDelete)
	c.shortcut(&fyne.ShortcutCut{Clipboard: fyne.CurrentApp().Clipboard()})
	same(t, "cut", fyne.CurrentApp().Clipboard().Content(), "c1\tt1\ts1\tr1\nc2\tt2\ts2\tr2\n")
	c.told()
	c.key(fyne.KeyTab)
	if c.focused() != fyne.Focusable(c.after) {
		t.Errorf("Tab leaves the focus on %T", c.focused())
	}

	c.sheet.SetLocked(false)
	c.sheet.SetRows(nil)
	c.sheet.SetLocked(true)
	c.sheet.Focus()
	c.typing("x")
	c.key(fyne.KeyReturn)
	c.told()
}

func TestOptionsNarrowAsOneTypes(t *testing.T) {
	for _, test := range []struct{ typed, shown, taken string }{
		{"c", "CON CON-TAX GST", "CON"},
		{"con", "CON CON-TAX", "CON"},
		{"con-", "CON-TAX", "CON-TAX"},
		{"tax", "CON-TAX GST", "CON-TAX"},
		{"tax cafe", "GST", "GST"},
		{"TAX con", "CON-TAX", "CON-TAX"},
		{"ax", "", "ax"},
		{"acc ", "ACC", "ACC"},
	} {
		c := sit(t, plain(1)...)
		c.typing(test.typed)
		var shown []string
		for _, o := range columns()[code].Options(0) {
			if _, ok := c.seen()[o.Label]; ok {
				shown = append(shown, o.Value)
			}
		}
		same(t, "shown for "+test.typed, strings.Join(shown, " "), test.shown)
		c.key(fyne.KeyReturn)
		same(t, "taken for "+test.typed, c.column(code), test.taken)
		c.isAt(0, text)
	}
}

func TestDownAndUpChooseAnOption(t *testing.T) {
	c := sit(t, plain(2)...)
	c.key(fyne.KeyF2)
	c.key(fyne.KeyUp, fyne.KeyDown, fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyTab)
	c.told(`edit 0,0 "CON-TAX"`)
	c.goTo(0, code)
	c.key(fyne.KeyF2, fyne.KeyReturn)
	c.told()
	c.goTo(0, code)
	c.key(fyne.KeyF2, fyne.KeyPageDown, fyne.KeyEscape)
	c.told()
	c.key(fyne.KeyBackspace, fyne.KeyReturn)
	c.told(`typing 0,0 ""`, `edit 0,0 ""`)
}

func TestAClickTakesAnOption(t *testing.T) {
	c := sit(t, plain(2)...)
	c.key(fyne.KeyF2)
	test.MoveMouse(c.window.Canvas(), c.place("Accounts preparation"))
	test.MoveMouse(c.window.Canvas(), c.place("Consulting"))
	test.MoveMouse(c.window.Canvas(), c.place("Rate"))
	c.click(c.place("Café tax return"), 0)
	c.told(`edit 0,0 "GST"`)
	c.isAt(0, code)
	if _, ok := c.seen()["Consulting"]; ok || c.editing() {
		t.Error("the list is still there")
	}
}

func TestALongListScrollsWithTheChoice(t *testing.T) {
	many := columns()
	many[code].Options = func(row int) []sheet.Option {
		var options []sheet.Option
		for i := range 30 {
			options = append(options, sheet.Option{Value: fmt.Sprintf("%d.%02d", row, i), Label: fmt.Sprintf("option %02d", i)})
		}
		return options
	}
	test.NewApp()
	s := sheet.New(many)
	b := &book{rows: plain(40)}
	b.keep(s)
	s.SetRows(b.rows)
	c := &clerk{t: t, sheet: s, book: b, window: test.NewWindow(s)}
	t.Cleanup(c.window.Close)
	c.resize(12)
	s.Focus()
	listed := func() (first string, count int) {
		for i := range 30 {
			if o := fmt.Sprintf("option %02d", i); c.seen()[o] != (fyne.Position{}) {
				if count++; first == "" {
					first = o
				}
			}
		}
		return first, count
	}
	c.key(fyne.KeyF2)
	first, count := listed()
	same(t, "at first", []any{first, count}, []any{"option 00", 8})
	for range 10 {
		c.key(fyne.KeyDown)
	}
	first, count = listed()
	same(t, "after 10 times Down", []any{first, count}, []any{"option 02", 8})
	list, _ := under[fyne.Scrollable](c, c.place("option 05"))
	for range 40 {
		list.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -10)})
	}
	first, _ = listed()
	same(t, "after the wheel", first, "option 22")
	c.key(fyne.KeyReturn)
	c.told(`edit 0,0 "0.09"`)

	c.goTo(39, code)
	c.key(fyne.KeyF2)
	if list, cell := c.place("option 00"), c.place("t39"); list.Y >= cell.Y {
		t.Errorf("below the last row, at %v, there is no room for the list at %v", cell, list)
	}
	_, count = listed()
	same(t, "above the last row", count, 8)
}

func TestProblemsAreMarkedWithASign(t *testing.T) {
	c := sit(t, plain(3)...)
	signs := func() (n int) {
		c.walk(func(o fyne.CanvasObject, _ fyne.Position) {
			if t, ok := o.(*canvas.Text); ok && t.TextStyle.Symbol && t.Text == style.Warning.Glyph {
				n++
			}
		})
		return n
	}
	same(t, "signs", signs(), 0)
	problems := map[sheet.Cell]string{{Row: 1, Column: text}: "is too long", {Row: 2, Column: rate}: "is no number"}
	c.sheet.SetProblems(problems)
	same(t, "signs", signs(), 2)
	clear(problems)
	same(t, "problem", c.sheet.Problem(sheet.Cell{Row: 1, Column: text}), "is too long")
	same(t, "no problem", c.sheet.Problem(sheet.Cell{Row: 1, Column: rate}), "")
	c.sheet.SetProblems(nil)
	same(t, "signs", signs(), 0)
}

func TestAnEmptySheetHintsAndTakesTheFirstKey(t *testing.T) {
	c := sit(t)
	c.place("Nothing yet")
	c.sheet.Placeholder = "No lines yet"
	c.sheet.Refresh()
	c.place("No lines yet")
	c.isAt(-1, code)
	c.key(fyne.KeyDown, fyne.KeyUp, fyne.KeyF2, fyne.KeyDelete, fyne.KeyBackspace)
	c.shift(fyne.KeyDown)
	c.with(ctrl, fyne.KeyDelete)
	c.with(ctrl, fyne.KeyEnd)
	c.copy()
	c.told()
	c.typing("gs")
	c.told("insert 0", `typing 0,0 "g"`, `typing 0,0 "gs"`)
	if _, ok := c.seen()["No lines yet"]; ok {
		t.Error("the hint is still there")
	}
	c.key(fyne.KeyReturn)
	same(t, "rows", c.sheet.Rows(), [][]string{{"GST", "", "", ""}})

	c.with(ctrl, fyne.KeyDelete)
	c.book.told = nil
	c.key(fyne.KeyReturn)
	c.told("insert 0")
	c.isAt(0, code)
}

func TestTheMouseSelectsEditsAndCommits(t *testing.T) {
	c := sit(t, plain(5)...)
	c.click(c.place("t2"), 0)
	c.isAt(2, text)
	c.click(c.place("t4"), fyne.KeyModifierShift)
	same(t, "copy", c.copy(), "c2\tt2\ts2\tr2\nc3\tt3\ts3\tr3\nc4\tt4\ts4\tr4\n")

	c.doubleClick(c.place("r1"))
	c.typing("x")
	c.click(c.place("t3"), 0)
	c.told(`typing 1,3 "r1x"`, `edit 1,3 "r1x"`)
	c.isAt(3, text)
	c.click(c.place("t3").AddXY(0, 5*sheet.RowHeight), 0)
	c.isAt(3, text)

	c.doubleClick(c.place("s1"))
	if c.editing() {
		t.Error("a read-only cell is being edited")
	}
	c.typing("x")
	c.isAt(1, sum)
	c.told()
}

func TestAClickBesideTheTextThatIsEditedGoesOnEditing(t *testing.T) {
	c := sit(t, plain(1)...)
	beside := c.place("r0") // the text stands at the right end of its place
	c.doubleClick(beside)
	c.click(beside, 0)
	if !c.editing() {
		t.Error("the click ended the edit")
	}
}

func TestLosingTheFocusCommits(t *testing.T) {
	c := sit(t, plain(1)...)
	c.goTo(0, text)
	c.typing("x")
	c.window.Canvas().Focus(c.before)
	c.told(`typing 0,1 "x"`, `edit 0,1 "x"`)
	if c.focused() != fyne.Focusable(c.before) {
		t.Errorf("the focus is on %T", c.focused())
	}

	// A window that is left and comes back, or a dialog, gives the focus back to the field
	// that had it.
	c.sheet.Focus()
	c.typing("y")
	left := c.focused()
	left.FocusLost()
	left.FocusGained()
	c.told(`typing 0,1 "y"`, `edit 0,1 "y"`)
	c.typing("z")
	c.told(`typing 0,1 "z"`)

	for _, again := range []func(){
		func() { c.typing("q") },
		func() { c.key(fyne.KeyF2) },
		func() { c.paste("p") },
	} {
		c.focused().FocusLost()
		again()
	}
	c.told(`edit 0,1 "z"`, `typing 0,1 "q"`, `edit 0,1 "q"`, `paste 0 [1] [["p"]]`)
}

func TestCommitTakesWhatIsTyped(t *testing.T) {
	c := sit(t, plain(1)...)
	c.sheet.Commit()
	c.goTo(0, text)
	c.typing("x")
	c.sheet.Commit()
	c.told(`typing 0,1 "x"`, `edit 0,1 "x"`)
	c.isAt(0, text)
	c.key(fyne.KeyUp)
	c.isAt(0, text)
}

func TestRowsSetWhileACellIsEdited(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(2, text)
	c.typing("x")
	c.sheet.SetRow(2, []string{"c", "t", "live", "r"})
	c.place("live")
	c.sheet.SetRows(plain(3))
	c.typing("y")
	if !c.editing() {
		t.Error("the edit ended")
	}
	c.sheet.SetRows(plain(2))
	if c.editing() {
		t.Error("a cell that is gone is being edited")
	}
	c.isAt(1, text)
	c.told(`typing 2,1 "x"`, `typing 2,1 "xy"`)
}

func TestRowsAreCopies(t *testing.T) {
	rows := [][]string{{"a"}, {"b", "c", "d", "e", "one too many"}}
	c := sit(t)
	c.sheet.SetRows(rows)
	rows[1][0] = "changed"
	c.sheet.Rows()[1][1] = "changed"
	same(t, "rows", c.sheet.Rows(), [][]string{{"a", "", "", ""}, {"b", "c", "d", "e"}})
}

func TestTheShortcutsOfTheWindowAreHandedOn(t *testing.T) {
	c := sit(t, plain(1)...)
	window := &appWithShortcuts{App: fyne.CurrentApp()}
	fyne.SetCurrentApp(window)
	t.Cleanup(func() { fyne.SetCurrentApp(window.App) })
	var saved int
	window.AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyS, Modifier: ctrl}, func(fyne.Shortcut) { saved++ })
	c.with(ctrl, fyne.KeyS)
	c.goTo(0, text)
	c.typing("x")
	c.with(ctrl, fyne.KeyS)
	same(t, "saved", saved, 2)
	c.key(fyne.KeyEscape, fyne.KeyEscape, fyne.KeyF5)
	same(t, "keys of the window", c.keys, []fyne.KeyName{fyne.KeyEscape, fyne.KeyF5})
}

// appWithShortcuts lets shortcuts be typed on its canvas, as the canvas of a real window
// does and the one of tests does not.
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

func TestOnlyTheRowsInSightAreDrawn(t *testing.T) {
	c := sit(t, plain(500)...)
	drawn := func() (rows []string) {
		for i := range 500 {
			if _, ok := c.seen()[fmt.Sprint("t", i)]; ok {
				rows = append(rows, fmt.Sprint(i))
			}
		}
		return rows
	}
	objects := func() (n int) {
		c.walk(func(fyne.CanvasObject, fyne.Position) { n++ })
		return n
	}
	same(t, "at the top", drawn(), strings.Fields("0 1 2 3 4 5 6 7 8 9"))
	before := objects()
	list, _ := under[fyne.Scrollable](c, c.place("t5"))
	list.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -100*sheet.RowHeight)})
	same(t, "after the wheel", drawn(), strings.Fields("100 101 102 103 104 105 106 107 108 109"))
	c.with(ctrl, fyne.KeyEnd)
	same(t, "at the end", drawn(), strings.Fields("490 491 492 493 494 495 496 497 498 499"))
	if after := objects(); after > before+2 { // the shadow of what is scrolled out of sight
		t.Errorf("%d objects are drawn, %d before", after, before)
	}
	c.resize(20)
	same(t, "rows in a higher window", len(drawn()), 20)
	c.sheet.SetRows(plain(3))
	same(t, "after most rows went", drawn(), strings.Fields("0 1 2"))
}

func TestLongTextsAreCutAndNumbersAreNot(t *testing.T) {
	c := sit(t, []string{"", strings.Repeat("long ", 100), "", strings.Repeat("9", 50)})
	var cut []string
	for s := range c.seen() {
		if strings.HasSuffix(s, "…") {
			cut = append(cut, strings.TrimLeft(s, "long "))
		}
	}
	same(t, "what is cut", cut, []string{"…", "…"})
}

// TestTheEditorStandsOnItsCell compares where the letters of a cell and of its editor stand.
func TestTheEditorStandsOnItsCell(t *testing.T) {
	for _, cell := range []struct {
		column int
		text   string
	}{{text, "lllll"}, {rate, "11.00"}} {
		row := make([]string, columnCount)
		row[cell.column] = cell.text
		c := sit(t, row)
		c.goTo(0, cell.column)
		want := c.letters(cell.text)
		c.key(fyne.KeyF2)
		same(t, cell.text, c.letters(cell.text), append(want, want...))
	}
}

// letters returns where the last letter ends, wherever a text is drawn.
func (c *clerk) letters(text string) (ends []image.Point) {
	c.walk(func(o fyne.CanvasObject, at fyne.Position) {
		t, ok := o.(*canvas.Text)
		if !ok || t.Text != text {
			return
		}
		width := t.MinSize().Width
		if t.Alignment == fyne.TextAlignTrailing {
			width = t.Size().Width
		}
		ends = append(ends, image.Pt(int(at.X+width+0.5), int(at.Y+0.5)))
	})
	return ends
}

func TestASheetFollowsTheTheme(t *testing.T) {
	c := sit(t, plain(1)...)
	for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		th := style.Fixed(variant)
		test.ApplyTheme(t, th)
		c.walk(func(o fyne.CanvasObject, _ fyne.Position) {
			if text, ok := o.(*canvas.Text); ok && text.Text == "t0" && text.Color != th.Color(theme.ColorNameForeground, variant) {
				t.Errorf("the text is drawn in %v", text.Color)
			}
		})
	}
}

var _ fyne.Widget = (*sheet.Sheet)(nil)

func TestOtherColumnsTakeThePlaceOfThoseThatWere(t *testing.T) {
	c := sit(t, plain(3)...)
	c.goTo(1, rate)
	c.typing("12")
	more := append(columns()[:2:2], sheet.Column{Title: "Region", Width: 90})
	c.sheet.SetColumns(more)
	if c.editing() {
		t.Error("a cell of a column that is gone is being edited")
	}
	c.sheet.SetRows([][]string{{"A", "b", "North"}})
	same(t, "rows", c.sheet.Rows(), [][]string{{"A", "b", "North"}})
	c.isAt(0, 2)
	seen := c.seen()
	for text, want := range map[string]bool{"Region": true, "North": true, "Rate": false, "Sum": false} {
		if _, shown := seen[text]; shown != want {
			t.Errorf("%q is shown: %v", text, shown)
		}
	}
	c.typing("12")
	c.sheet.SetColumns(more) // the same again, as after every change
	if !c.editing() {
		t.Error("the edit was dropped, though the columns are the same")
	}
}

package sheet_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feebridge/screens/sheet"
)

// TestAnyKeysKeepSheetAndCallerTogether types anything in any order.
func TestAnyKeysKeepSheetAndCallerTogether(t *testing.T) {
	keys := []fyne.KeyName{
		fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight, fyne.KeyHome, fyne.KeyEnd, fyne.KeyPageUp, fyne.KeyPageDown,
		fyne.KeyReturn, fyne.KeyEnter, fyne.KeyF2, fyne.KeyEscape, fyne.KeyTab, fyne.KeyDelete, fyne.KeyBackspace, fyne.KeySpace,
	}
	controlled := []fyne.KeyName{fyne.KeyReturn, fyne.KeyDelete, fyne.KeyHome, fyne.KeyEnd, fyne.KeyZ, fyne.KeyLeft, fyne.KeyUp}
	shortcuts := []fyne.Shortcut{&fyne.ShortcutUndo{}, &fyne.ShortcutRedo{}, &fyne.ShortcutSelectAll{}}
	clips := []string{"", "x", "a\tb\tc\td\te\n", "\"one\ntwo\"\n\n", "1\n2\n3\n4\n5\n6\n7"}
	c := sit(t)
	rapid.Check(t, func(t *rapid.T) {
		c.sheet.SetLocked(false)
		c.sheet.Commit()
		c.book.rows = plain(rapid.IntRange(0, 15).Draw(t, "rows"))
		c.sheet.SetRows(c.book.rows)
		c.sheet.Focus()
		c.book.stiff, c.book.told = false, nil
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				rows, at := c.sheet.Rows(), c.sheet.Cursor()
				if len(rows) == 0 && len(c.book.rows) > 0 || len(rows) > 0 && cmp.Diff(c.book.rows, rows) != "" {
					t.Fatalf("rows (-book +sheet):\n%s", cmp.Diff(c.book.rows, rows))
				}
				if at.Row < min(0, len(rows)-1) || at.Row >= max(len(rows), 0) || at.Column < 0 || at.Column >= columnCount {
					t.Fatalf("the cursor is at %v of %d rows", at, len(rows))
				}
				if at != c.book.at {
					t.Fatalf("the cursor is at %v, %v was told", at, c.book.at)
				}
				if c.focused() == fyne.Focusable(c.before) || c.focused() == fyne.Focusable(c.after) {
					c.sheet.Focus()
				}
			},
			"key":   func(t *rapid.T) { c.key(rapid.SampledFrom(keys).Draw(t, "key")) },
			"shift": func(t *rapid.T) { c.shift(rapid.SampledFrom(keys).Draw(t, "key")) },
			"ctrl":  func(t *rapid.T) { c.with(ctrl, rapid.SampledFrom(controlled).Draw(t, "key")) },
			"ctrl shift": func(t *rapid.T) {
				c.with(ctrl|fyne.KeyModifierShift, rapid.SampledFrom(controlled).Draw(t, "key"))
			},
			"alt": func(t *rapid.T) {
				c.with(fyne.KeyModifierAlt, rapid.SampledFrom([]fyne.KeyName{fyne.KeyUp, fyne.KeyDown}).Draw(t, "key"))
			},
			"type":     func(t *rapid.T) { c.typing(rapid.StringN(1, 3, -1).Draw(t, "text")) },
			"option":   func(t *rapid.T) { c.typing(rapid.SampledFrom([]string{"a", "con", "tax", " "}).Draw(t, "text")) },
			"shortcut": func(t *rapid.T) { c.shortcut(rapid.SampledFrom(shortcuts).Draw(t, "shortcut")) },
			"copy":     func(*rapid.T) { c.copy() },
			"paste":    func(t *rapid.T) { c.paste(rapid.SampledFrom(clips).Draw(t, "clip")) },
			"paste what was copied": func(*rapid.T) {
				c.shortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
			},
			"cut": func(*rapid.T) { c.shortcut(&fyne.ShortcutCut{Clipboard: fyne.CurrentApp().Clipboard()}) },
			"click": func(t *rapid.T) {
				x, y := rapid.IntRange(5, 630).Draw(t, "x"), rapid.IntRange(75, 330).Draw(t, "y")
				c.click(fyne.NewPos(float32(x), float32(y)), 0)
			},
			"double click": func(t *rapid.T) {
				x, y := rapid.IntRange(5, 630).Draw(t, "x"), rapid.IntRange(75, 330).Draw(t, "y")
				c.click(fyne.NewPos(float32(x), float32(y)), 0)
				o, within := under[fyne.DoubleTappable](c, fyne.NewPos(float32(x), float32(y)))
				o.DoubleTapped(&fyne.PointEvent{Position: within})
			},
			"rows from elsewhere": func(t *rapid.T) {
				c.book.rows = plain(rapid.IntRange(0, 15).Draw(t, "rows"))
				c.sheet.SetRows(c.book.rows)
			},
			"lock":    func(t *rapid.T) { c.sheet.SetLocked(rapid.Bool().Draw(t, "locked")) },
			"stiffen": func(t *rapid.T) { c.book.stiff = rapid.Bool().Draw(t, "stiff") },
			"leave":   func(*rapid.T) { c.window.Canvas().Unfocus(); c.sheet.Focus() },
			"cursor called": func(t *rapid.T) {
				c.goTo(rapid.IntRange(-2, 20).Draw(t, "row"), rapid.IntRange(-2, 6).Draw(t, "column"))
			},
			"problems": func(t *rapid.T) {
				at := sheet.Cell{Row: rapid.IntRange(0, 20).Draw(t, "row"), Column: rapid.IntRange(0, 3).Draw(t, "column")}
				c.sheet.SetProblems(map[sheet.Cell]string{at: "wrong"})
			},
		})
	})
}

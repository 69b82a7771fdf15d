package grid_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// TestSelectionRules walks through what each gesture selects, one after the other, among
// the rows A to H.
func TestSelectionRules(t *testing.T) {
	type step struct {
		name string
		do   func(*person)
		want string // selected afterwards
	}
	click := func(row, want string) step {
		return step{"click " + row, func(p *person) { p.click(row) }, want}
	}
	with := func(mod fyne.KeyModifier, name, row, want string) step {
		return step{name + " click " + row, func(p *person) { p.press(p.rowAt(row, onText), mod) }, want}
	}
	ctrl := func(row, want string) step { return with(fyne.KeyModifierShortcutDefault, "ctrl", row, want) }
	shift := func(row, want string) step { return with(fyne.KeyModifierShift, "shift", row, want) }
	check := func(row, want string) step {
		return step{"check " + row, func(p *person) { p.press(p.rowAt(row, onCheck), 0) }, want}
	}
	shiftCheck := func(row, want string) step {
		return step{"shift check " + row, func(p *person) { p.press(p.rowAt(row, onCheck), fyne.KeyModifierShift) }, want}
	}
	headCheck := func(want string) step { return step{"header check", (*person).clickHeadCheck, want} }
	key := func(name fyne.KeyName, want string) step {
		return step{string(name), func(p *person) { p.key(name) }, want}
	}
	shiftKey := func(name fyne.KeyName, want string) step {
		return step{"shift " + string(name), func(p *person) { p.shiftKey(name) }, want}
	}
	all := func(want string) step {
		return step{"ctrl A", func(p *person) { p.shortcut(&fyne.ShortcutSelectAll{}) }, want}
	}
	ctrlKey := func(name fyne.KeyName, mod fyne.KeyModifier, want string) step {
		return step{"ctrl " + string(name), func(p *person) {
			p.shortcut(&desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault | mod})
		}, want}
	}
	search := func(text, want string) step {
		return step{"search " + text, func(p *person) { p.grid.SetSearch(text) }, want}
	}
	pick := func(rows string) step {
		return step{"select " + rows, func(p *person) { p.grid.Select(strings.Split(rows, "")...) }, rows}
	}
	drop := func(want string) step {
		return step{"drop what is hidden", func(p *person) { p.grid.DropHidden() }, want}
	}
	sort := func(title, want string) step {
		return step{"sort by " + title, func(p *person) { p.clickTitle(title) }, want}
	}
	reload := func(rows, want string) step {
		return step{"reload " + rows, func(p *person) { p.grid.SetModel(p.schema.Build(lettered(rows))) }, want}
	}

	tests := []struct {
		name  string
		steps []step
	}{
		{"a click selects one row", []step{click("B", "B"), click("D", "D"), click("D", "D")}},
		{"ctrl toggles one row", []step{click("B", "B"), ctrl("D", "BD"), ctrl("B", "D"), ctrl("D", "")}},
		{"a check toggles one row", []step{check("B", "B"), check("D", "BD"), check("B", "D")}},
		{"shift selects from the last click", []step{click("C", "C"), shift("E", "CDE"), shift("D", "CD"), shift("A", "ABC")}},
		{"shift without a click before it selects one row", []step{shift("E", "E"), shift("C", "CDE")}},
		{"shift and an arrow without a click before it", []step{shiftKey(fyne.KeyDown, "AB"), shiftKey(fyne.KeyDown, "ABC")}},
		{"shift keeps what was ticked before", []step{check("A", "A"), check("C", "AC"), shiftCheck("E", "ACDE"), shift("D", "ACD")}},
		{"a click ends a range", []step{click("C", "C"), shift("E", "CDE"), click("G", "G"), shift("H", "GH")}},
		{"space ticks the row of the cursor", []step{
			click("B", "B"), key(fyne.KeyDown, "B"), key(fyne.KeyDown, "B"), key(fyne.KeySpace, "BD"), key(fyne.KeySpace, "B"),
		}},
		{"shift and arrows extend, and come back", []step{
			click("C", "C"), shiftKey(fyne.KeyDown, "CD"), shiftKey(fyne.KeyDown, "CDE"), shiftKey(fyne.KeyUp, "CD"),
			shiftKey(fyne.KeyUp, "C"), shiftKey(fyne.KeyUp, "BC"),
		}},
		{"shift and arrows add to what was ticked", []step{
			check("A", "A"), key(fyne.KeyDown, "A"), key(fyne.KeyDown, "A"), key(fyne.KeyDown, "A"), shiftKey(fyne.KeyDown, "ADE"),
		}},
		{"shift is still held after a shift click", []step{
			click("B", "B"), shift("C", "BC"), key(fyne.KeyDown, "BCD"),
		}},
		{"shift end and shift home", []step{click("F", "F"), shiftKey(fyne.KeyEnd, "FGH"), shiftKey(fyne.KeyHome, "ABCDEF")}},
		{"ctrl shift end selects like shift end", []step{click("F", "F"), ctrlKey(fyne.KeyEnd, fyne.KeyModifierShift, "FGH")}},
		{"ctrl home only moves", []step{click("F", "F"), ctrlKey(fyne.KeyHome, 0, "F"), key(fyne.KeySpace, "AF")}},
		{"ctrl space ticks", []step{click("F", "F"), ctrlKey(fyne.KeySpace, 0, "")}},
		{"ctrl A selects all, escape none", []step{click("B", "B"), all("ABCDEFGH"), key(fyne.KeyEscape, "")}},
		{"ctrl A selects what the search shows", []step{click("B", "B"), search("client of d", "B"), all("BD"), search("", "BD")}},
		{"header check selects all, then none", []step{headCheck("ABCDEFGH"), headCheck("")}},
		{"header check completes", []step{click("B", "B"), headCheck("ABCDEFGH"), check("B", "ACDEFGH"), headCheck("ABCDEFGH")}},
		{"header check is about what is shown", []step{
			click("B", "B"), search("client of d", "B"), headCheck("BD"), headCheck("B"), search("", "B"),
		}},
		{"header check is about what is shown, whatever is picked beside it", []step{
			search("client of d", ""), pick("A"), headCheck("AD"), headCheck("A"),
		}},
		{"what is hidden is dropped, and stays so", []step{
			check("A", "A"), check("D", "AD"), search("client of d", "AD"), drop("D"), search("", "D"), drop("D"),
		}},
		{"a range does not bring back what was dropped", []step{
			check("A", "A"), check("C", "AC"), shift("D", "ACD"), search("client of d", "ACD"), drop("D"), search("", "D"), shift("E", "CDE"),
		}},
		{"a selection survives sorting, in the new order", []step{click("B", "B"), ctrl("G", "BG"), sort("Total", "GB"), sort("Total", "BG")}},
		{"a range is of the rows as they are shown", []step{
			sort("Total", ""), sort("Total", ""), sort("Total", ""), click("G", "G"), shift("E", "GFE"),
		}},
		{"a range from a row that is not shown is one row", []step{
			click("B", "B"), search("client of", "B"), search("client of d", "B"), shift("D", "BD"),
		}},
		{"a reload keeps what is still there", []step{click("B", "B"), ctrl("G", "BG"), reload("HGFX", "G"), shiftKey(fyne.KeyUp, "HG")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := sit(t, lettered("ABCDEFGH")...)
			p.grid.Focus()
			var told int
			p.grid.OnSelectionChanged = func(n int) { told = n }
			var done []string
			for _, s := range test.steps {
				s.do(p)
				done = append(done, s.name)
				if got := p.selected(); got != s.want {
					t.Fatalf("after %s: selected %q, want %q", strings.Join(done, ", "), got, s.want)
				}
				if told != len(s.want) || p.grid.SelectedCount() != len(s.want) {
					t.Fatalf("after %s: told of %d, counted %d, want %d", strings.Join(done, ", "), told, p.grid.SelectedCount(), len(s.want))
				}
			}
		})
	}
}

func TestSelectionIsToldOnlyWhenItChanges(t *testing.T) {
	p := sit(t, lettered("ABC")...)
	told := 0
	p.grid.OnSelectionChanged = func(int) { told++ }
	p.click("B")
	p.click("B")
	p.key(fyne.KeyDown)
	p.grid.SetSearch("c")
	p.grid.SetModel(p.schema.Build(lettered("ABCD")))
	if told != 1 {
		t.Errorf("told %d times of one change", told)
	}
}

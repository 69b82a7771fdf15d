package grid

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/language"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"", ""},
		{"Kauri Joinery LTD", "kauri joinery ltd"},
		{"  two\t spaces\n", "two spaces"},
		{"Ōtāhuhu", "otahuhu"},
		{"Cafe\u0301", "cafe"},
		{"ŁÓDŹ Straße Sørensen Æon", "lodz strasse sorensen aeon"},
		{"ＦＵＬＬ　ｗｉｄｔｈ", "full width"},
		{"no\u00a0break soft\u00adhyphen", "no break softhyphen"},
		{"Σίσυφος", "σισυφοσ"},
		{"\xff\xfe\u00e9", "\ufffde"},
		{" é ", "e"},
	} {
		if got := fold(test.in); got != test.want {
			t.Errorf("fold(%q) = %q, want %q", test.in, got, test.want)
		}
		known := folds{}
		for range 2 { // the second time it may be remembered
			if got := string(known.append([]byte("x"), test.in)); got != "x"+test.want {
				t.Errorf("appending fold(%q) to x gives %q, want %q", test.in, got, "x"+test.want)
			}
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "A b", "É  è", "ß\u0301", "\xff", "İI", "ﬁ", "\u0345"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := fold(s)
		if again := fold(got); again != got {
			t.Errorf("fold(%q) = %q, but fold of that = %q", s, got, again)
		}
		if strings.Contains(got, "  ") || strings.TrimSpace(got) != got || strings.ContainsAny(got, "\n\t\r") {
			t.Errorf("fold(%q) = %q has white space left", s, got)
		}
	})
}

func TestANarrowerSearchFindsNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOfN(rapid.SampledFrom([]rune("ab ")), 0, 8, -1)
		old, next := newSearch(words.Draw(t, "old")), newSearch(words.Draw(t, "next"))
		text := words.Draw(t, "text")
		if next.narrows(old) && next.matches(text) && !old.matches(text) {
			t.Errorf("%q narrows %q, but only it finds %q", next, old, text)
		}
	})
}

func TestTextsAreSortedOneColumnAfterTheOther(t *testing.T) {
	by := newCollator(language.MustParse("en-NZ"))
	s := newTextSorter(by, 0)
	for _, test := range []struct {
		texts []string
		want  []int32
	}{
		{[]string{"b", "a", "b", "a"}, []int32{1, 3, 0, 2}},
		{[]string{"10", "9", "Éa", "ez", "9"}, []int32{1, 4, 0, 2, 3}},
		{nil, []int32{}},
		{[]string{"B", "c", "a"}, []int32{2, 0, 1}},
	} {
		got := s.order(len(test.texts), func(i int) string { return test.texts[i] })
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.texts, diff)
		}
	}
	long := strings.Repeat("long ", keyBlock/4)
	if first, again := by.key(long), by.key(long); len(first) <= keyBlock || string(first) != string(again) {
		t.Errorf("a text longer than a block has keys of %d and %d bytes", len(first), len(again))
	}
}

func TestReorderSortsWhatMoved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 9), 1, 40).Draw(t, "values")
		order := numberOrder(values)
		moved := rapid.SliceOfNDistinct(rapid.Int32Range(0, int32(len(values)-1)), 0, len(values), rapid.ID).Draw(t, "moved")
		isMoved := make([]bool, len(values))
		for _, i := range moved {
			isMoved[i] = true
			values[i] = rapid.Int64Range(0, 9).Draw(t, "value")
		}
		reorder(order, moved, isMoved, func(a, b int32) int {
			if values[a] != values[b] {
				return int(values[a] - values[b])
			}
			return int(a - b)
		})
		if diff := cmp.Diff(numberOrder(values), order); diff != "" {
			t.Errorf("values %v, moved %v (-sorted anew +reordered):\n%s", values, moved, diff)
		}
	})
}

// drawColumns draws columns of any widths, fitted into any window.
func drawColumns(t *rapid.T) *columns {
	size := rapid.Float32Range(0, 400)
	schema := make([]Column[int], rapid.IntRange(1, 6).Draw(t, "columns"))
	for i := range schema {
		schema[i] = Column[int]{
			ID: string(rune('a' + i)), Width: size.Draw(t, "width"), MinWidth: size.Draw(t, "least"),
			Stretch: float32(rapid.IntRange(0, 2).Draw(t, "stretch")), Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
		}
	}
	cs := newColumns(schema)
	cs.fit(rapid.Float32Range(0, 2000).Draw(t, "window"))
	return cs
}

// checkFilled checks that the columns fill the window without a gap and that none is
// narrower than it may be.
func checkFilled(t *rapid.T, cs *columns) {
	x := float32(checkWidth)
	for i, p := range cs.placed {
		if p.x != x {
			t.Fatalf("column %d begins at %v, the one before it ends at %v", i, p.x, x)
		}
		if p.w < p.min && len(cs.placed) > 1 {
			t.Fatalf("column %d is %v wide, may not be less than %v", i, p.w, p.min)
		}
		x += p.w
	}
	if want := max(float32(math.Floor(float64(cs.width))), checkWidth); x < want-1 || x > want+1 {
		t.Fatalf("the columns end at %v in a window of %v", x, cs.width)
	}
}

func TestColumnsFillTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkFilled(t, drawColumns(t)) })
}

func TestResizedColumnsFillTheWindowAndComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cs := drawColumns(t)
		before := slices.Clone(cs.placed)
		i := rapid.IntRange(0, len(cs.placed)-1).Draw(t, "column")
		for range 3 {
			cs.resize(i, rapid.Float32Range(-100, 3000).Draw(t, "to"))
			checkFilled(t, cs)
			for j := range i {
				if cs.placed[j].x != before[j].x || cs.placed[j].w != before[j].w {
					t.Fatalf("column %d, to the left of the border, moved", j)
				}
			}
		}
		cs.resize(i, before[i].w)
		for j, p := range cs.placed {
			if before[j].w >= before[j].min && p.w != before[j].w {
				t.Fatalf("dragged to and fro, column %d is %v wide and was %v", j, p.w, before[j].w)
			}
		}
	})
}

func TestMeterFits(t *testing.T) {
	test.NewApp()
	m := newMeter(13, fyne.TextStyle{})
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("AVTo.,iW é…漢"))).Draw(t, "text")
		room := rapid.Float32Range(0, 200).Draw(t, "room")
		got := m.fit(s, room)
		switch {
		case m.width(s) <= room && got != s:
			t.Errorf("%q fits into %v and became %q", s, room, got)
		case m.width(got) > room:
			t.Errorf("%q became %q, which is %v wide, not %v", s, got, m.width(got), room)
		case got != s && got != "" && !strings.HasPrefix(s, strings.TrimSuffix(got, ellipsis)):
			t.Errorf("%q became %q", s, got)
		}
		if real := fyne.MeasureText(got, 13, fyne.TextStyle{}).Width; real > room+0.5 {
			t.Errorf("%q is drawn %v wide, not %v", got, real, room)
		}
	})
}

func FuzzParseState(f *testing.F) {
	f.Add(State{Columns: []ColumnState{{ID: "a", Width: 90}, {ID: "b", Hidden: true}}, Sort: "a", Desc: true}.String())
	f.Add("")
	f.Add("junk")
	f.Add(`{"columns":[{"id":"b","width":1e300}]}`)
	f.Add(`{"columns":[{"id":"b","width":-5},{"id":"b"},null],"sort":7}`)
	schema := []Column[int]{{ID: "a", Width: 100, MinWidth: 50}, {ID: "b", Width: 100, MinWidth: 50, Hidden: true}}
	f.Fuzz(func(t *testing.T, text string) {
		s := ParseState(text)
		if diff := cmp.Diff(s, ParseState(s.String()), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("read back (-before +after):\n%s", diff)
		}
		cs := newColumns(schema)
		cs.fit(500)
		cs.setState(s.Columns)
		if len(cs.all) != len(schema) || cs.chosen() == 0 {
			t.Errorf("%q leaves %d columns, %d of them shown", text, len(cs.all), cs.chosen())
		}
		for _, c := range cs.all {
			if !(c.width >= c.min && c.width <= maxWidth) {
				t.Errorf("%q makes a column %v wide", text, c.width)
			}
		}
	})
}

func TestStateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := State{Sort: rapid.StringMatching(`[a-z]{0,5}`).Draw(t, "sort"), Desc: rapid.Bool().Draw(t, "desc")}
		for range rapid.IntRange(0, 4).Draw(t, "columns") {
			s.Columns = append(s.Columns, ColumnState{
				ID:    rapid.String().Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s }).Draw(t, "id"),
				Width: rapid.Float32Range(0, 4000).Draw(t, "width"), Hidden: rapid.Bool().Draw(t, "hidden"),
			})
		}
		if diff := cmp.Diff(s, ParseState(s.String())); diff != "" {
			t.Errorf("read back (-before +after):\n%s", diff)
		}
	})
}

// TestRowsAreReused holds the number of row widgets to what is in sight, however long
// a person scrolls and searches.
func TestRowsAreReused(t *testing.T) {
	test.NewApp()
	schema := &Schema[int, int]{
		Key:     func(i int) int { return i },
		Columns: []Column[int]{{ID: "n", Text: func(int) string { return "n" }, Search: true}},
	}
	g := New(schema)
	rows := make([]int, 5000)
	for i := range rows {
		rows[i] = i
	}
	g.SetModel(schema.Build(rows))
	w := test.NewWindow(g)
	defer w.Close()
	w.Resize(fyne.NewSize(300, HeaderHeight+20*RowHeight))
	for range 50 {
		test.Scroll(w.Canvas(), fyne.NewPos(100, 100), 0, -33*RowHeight)
		g.SetSearch("x")
		test.Scroll(w.Canvas(), fyne.NewPos(100, 100), 0, -33*RowHeight)
		g.SetSearch("")
	}
	if n := len(g.body.rows); n > 60 {
		t.Errorf("%d row widgets for 20 rows in sight", n)
	}
}

package sheet

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTSV(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       [][]string
	}{
		{"nothing", "", nil},
		{"one cell", "a", [][]string{{"a"}}},
		{"rows, the last with its end", "a\tb\r\nc\td\r\n", [][]string{{"a", "b"}, {"c", "d"}}},
		{"the line ends of every system", "a\nb\rc\r\nd", [][]string{{"a"}, {"b"}, {"c"}, {"d"}}},
		{"empty cells and rows", "\t\n\na\t", [][]string{{"", ""}, {""}, {"a", ""}}},
		{"a line break in a cell", "a\t\"one\r\ntwo\"\tb\r\nc", [][]string{{"a", "one\ntwo", "b"}, {"c"}}},
		{"quotes and a tab in a cell", "\"say \"\"hi\"\"\tnow\"\tb", [][]string{{"say \"hi\"\tnow", "b"}}},
		{"an empty cell in quotes", "\"\"\tb", [][]string{{"", "b"}}},
		{"a quote within a cell", "6\" pipe\tb", [][]string{{"6\" pipe", "b"}}},
		{"a cell that begins with a word in quotes", "\"Big\" job\tb", [][]string{{"\"Big\" job", "b"}}},
		{"a quote that is never closed", "\"a\tb\nc", [][]string{{"\"a", "b"}, {"c"}}},
	} {
		if diff := cmp.Diff(test.want, parseTSV(test.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestTSVReadsWhatItWrote(t *testing.T) {
	cell := rapid.StringOfN(rapid.SampledFrom([]rune("ab \"\t\né")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOf(rapid.SliceOfN(cell, 1, 4)).Draw(t, "rows")
		if len(rows) == 0 {
			rows = nil
		}
		if diff := cmp.Diff(rows, parseTSV(formatTSV(rows))); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzTSV(f *testing.F) {
	for _, seed := range []string{"a\tb\n", "\"a\nb\"\t\"\"\"\"", "\"a\"b\t\"", "\r\n\t\r"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows := parseTSV(text)
		for _, row := range rows {
			if len(row) == 0 {
				t.Error("a row without a cell")
			}
			for _, cell := range row {
				if strings.Contains(cell, "\r") {
					t.Errorf("%q is left with a carriage return", cell)
				}
			}
		}
		if diff := cmp.Diff(rows, parseTSV(formatTSV(rows))); diff != "" {
			t.Error(diff)
		}
	})
}

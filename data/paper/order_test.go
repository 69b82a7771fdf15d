package paper

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/bidi"
	"pgregory.net/rapid"
)

// standing shows a line as it stands, from the left. In these tests capitals are Hebrew, as in UAX #9.
func standing(line string) string {
	hebrew := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return 'א' + r - 'A'
		}
		return r
	}, line)
	mirror := map[rune]rune{'(': ')', ')': '(', '[': ']', ']': '['}
	var b strings.Builder
	for _, s := range reorder(spans(hebrew)) {
		runes := []rune(withoutMarks.Replace(s.text))
		if s.level == 1 {
			slices.Reverse(runes)
		}
		for _, r := range runes {
			switch other := mirror[r]; {
			case s.level == 1 && other != 0:
				r = other
			case rightToLeft(r):
				r += 'A' - 'א'
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestLinesAreOrderedAsTheyAreRead(t *testing.T) {
	for line, want := range map[string]string{
		"plain, 12% (ltd)":             "plain, 12% (ltd)",
		"HEBREW":                       "WERBEH",
		"he said ABC DEF.":             "he said FED CBA.",
		"ABC 12":                       "12 CBA",
		"ABC 12 DEF":                   "FED 12 CBA",
		"a ABC 12":                     "a 12 CBA",
		"a ABC 1,250.00 in 26":         "a 1,250.00 CBA in 26",
		"a 12 ABC":                     "a 12 CBA",
		"ABC 12-34, 50% cohen (ltd)":   "cohen (ltd) 50% ,12-34 CBA",
		"ABC (12)":                     "(12) CBA",
		"ABC (DEF)":                    "(FED) CBA",
		"a (ABC) b":                    "a (CBA) b",
		"ABC (a) DEF":                  "FED (a) CBA",
		"ABC a (b) c":                  "a (b) c CBA",
		"ABC, a.":                      ".a ,CBA",
		"ABC a [b (c] d":               "a [b (c] d CBA",
		"smith (fabrikam ABC) def":     "smith (fabrikam CBA) def",
		"ABC (b) c DEF":                "FED c (b) CBA",
		"50% ABC":                      "CBA 50%",
		"ABC $5":                       "$5 CBA",
		"ABC - 12 - 13":                "13 - 12 - CBA",
		"\u200f\u200eexcel, \u200fABC": "CBA ,excel",
		"":                             "",
	} {
		if got := standing(line); got != want {
			t.Errorf("%q stands as %q, want %q", line, got, want)
		}
	}
}

// TestOrderAgreesWithTheLibrary compares directions with those of golang.org/x/text, which knows no pairs of brackets.
func TestOrderAgreesWithTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringOfN(rapid.RuneFrom([]rune("ab אבשسلام12٣٤ ,.-+%$/\u0301\u05b0!日")), 1, 30, -1).Draw(t, "line")
		line = strings.TrimRight(line, " ")
		if line == "" {
			return
		}
		var p bidi.Paragraph
		if _, err := p.SetString(line); err != nil {
			t.Fatal(err)
		}
		order, err := p.Order()
		if err != nil {
			t.Fatal(err)
		}
		var want, got []bidi.Direction
		for i := range order.NumRuns() {
			run := order.Run(i)
			for range []rune(run.String()) {
				want = append(want, run.Direction())
			}
		}
		for _, level := range levelsOf([]rune(line)) {
			got = append(got, [...]bidi.Direction{bidi.LeftToRight, bidi.RightToLeft, bidi.LeftToRight}[level])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: %s", line, diff)
		}
	})
}

// TestAWrappedLineStandsAsInItsParagraph breaks a paragraph anywhere and compares the levels of its lines with those that the
// whole has.
func TestAWrappedLineStandsAsInItsParagraph(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("abאבשسل1,.-%!")), 1, 4, -1), 2, 6).Draw(t, "words")
		whole := levelsOf([]rune(strings.Join(words, " ")))
		for at := 1; at < len(words); at++ {
			before, after := strings.Join(words[:at], " "), strings.Join(words[at:], " ")
			lines := placed([]string{before, after})
			var got, want []int
			for i, line := range lines {
				runes := []rune(line)
				for n, level := range levelsOf(runes) {
					if !isMark(runes[n]) {
						got = append(got, level)
					}
				}
				from := 0
				if i == 1 {
					from = len([]rune(before)) + 1
				}
				want = append(want, whole[from:from+len([]rune([]string{before, after}[i]))]...)
			}
			if !strings.ContainsFunc(before+after, rightToLeft) {
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q, %q: %s", before, after, diff)
			}
		}
	})
}

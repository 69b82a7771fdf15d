package paper

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTextsArePrintedAsTheyAreOrAsABox(t *testing.T) {
	chars := ruler(t).chars
	tests := map[string]struct{ text, want string }{
		"macrons":              {"Kōwhai Māori ĀĒĪŌŪ", "Kōwhai Māori ĀĒĪŌŪ"},
		"macrons of two parts": {"Ma\u0304ori", "Māori"},
		"Polish, Romanian":     {"Łódź Ștefănuț", "Łódź Ștefănuț"},
		"Vietnamese":           {"Nguyễn Thị Hương", "Nguyễn Thị Hương"},
		"Greek, Cyrillic":      {"Ελλάδα Москва Київ", "Ελλάδα Москва Київ"},
		"marks":                {"“a” – b — c… € £ ¥ © ½ ²", "“a” – b — c… € £ ¥ © ½ ²"},
		"Chinese":              {"李 Ltd", "□ Ltd"},
		"emoji":                {"ok 🙂", "ok □"},
		"a heart in colour":    {"❤\ufe0f", "□"},
		"Hebrew":               {"שלום", "□□□□"},
		"Arabic":               {"سلام", "□□□□"},
		"first above":          {"\U00010000", "□"},
		"no UTF-8":             {"a\xff\xfeb", "a□□b"},
		"control":              {"a\x00b\x7f", "a□b□"},
		"line ends":            {"a\r\nb\rc\u2028d\ne", "a\nb\nc\nd\ne"},
		"tab":                  {"a\tb", "a    b"},
		"invisible":            {"\ufeffa\u200bb\u00adc\u2060", "abc"},
		"unbreaking hyphen":    {"a\u2011b", "a\u2010b"},
	}
	d := sample(t, 1, nil)
	d.Firm.Name, d.Firm.Payment = "\U00010000\n🙂\xff\xe2", ""
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := chars.clean(test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if again := chars.clean(got); again != got {
				t.Errorf("cleaned twice: %q", again)
			}
		})
		d.Firm.Payment += test.text + "\n"
	}
	words := read(t, d)
	for name, test := range tests {
		for line := range strings.SplitSeq(test.want, "\n") {
			if len(find(words, line)) == 0 {
				t.Errorf("%s: the paper does not say %q:\n%s", name, line, texts(words))
			}
		}
	}
}

func TestTextsCannotSpeakTheLanguageOfPDF(t *testing.T) {
	const text = `(a) \ ) Tj ET {nb} %PDF (( \(`
	d := sample(t, 1, nil)
	d.Firm.Name, d.Client.Name, d.Invoice.Lines[0].Description = text, text, text
	if words := read(t, d); len(find(words, text)) != 3 {
		t.Error(texts(words))
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	for decimal, want := range map[string]string{
		"": "", "0": "0", "0.05": "0.05", "-0.05": "−0.05", "999.99": "999.99", "1000": "1,000", "1955.00": "1,955.00",
		"-123456.78": "−123,456.78", "1234567.1234": "1,234,567.1234", "12.5%": "12.5%", "1000%": "1,000%",
	} {
		if got := number(decimal); got != want {
			t.Errorf("number(%q) = %q; want %q", decimal, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	p := ruler(t)
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"short":       {"one two", []string{"one two"}},
		"at spaces":   {"The preparation of statements", []string{"The preparation", "of statements"}},
		"line ends":   {"a\n\n  b", []string{"a", "", "  b"}},
		"around":      {"\n a \n", []string{"a"}},
		"a long word": {"see https://example.com/a/long/way", []string{"see", "https://example.", "com/a/long/way"}},
		"many spaces": {"a" + strings.Repeat(" ", 40) + "b", []string{"a", "b"}},
		"nothing":     {"", []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, p.wrap(test.text, 25, partyStyle)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrappingLosesNothingAndStaysWithinTheWidth(t *testing.T) {
	p := ruler(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("ab WM  \n")))).Draw(t, "text")
		width := rapid.Float64Range(-5, 60).Draw(t, "width")
		lines := p.wrap(s, width, partyStyle)
		for _, line := range lines {
			if len([]rune(line)) > 1 && p.width(line, partyStyle) > width+1e-9 {
				t.Fatalf("%q is wider than %v", line, width)
			}
		}
		if diff := cmp.Diff(spaceless(p.chars.clean(s)), spaceless(strings.Join(lines, ""))); diff != "" {
			t.Fatal(diff)
		}
	})
}

func spaceless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

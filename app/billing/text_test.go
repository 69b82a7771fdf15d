package billing_test

import (
	"strings"
	"testing"

	"feebridge/app/billing"
	"feebridge/assets/translations"
)

var namePlace = translations.Say("field.name")

func TestHiddenCharactersAreRefused(t *testing.T) {
	for what, c := range map[string]struct{ text, sign string }{
		"NUL":                          {"Kauri\x00 Joinery", "U+0000"},
		"escape":                       {"Kauri\x1b[2J", "U+001B"},
		"carriage return":              {"Kauri\rJoinery", "U+000D"},
		"delete":                       {"Kauri\x7f", "U+007F"},
		"a C1 control":                 {"Kauri\u009b2J", "U+009B"},
		"right-to-left override":       {"Kauri \u202egpj.exe", "U+202E"},
		"left-to-right embedding":      {"\u202aKauri", "U+202A"},
		"an isolate":                   {"Kauri\u2066", "U+2066"},
		"its end":                      {"Kauri\u2069", "U+2069"},
		"zero width space":             {"Kau\u200bri", "U+200B"},
		"left-to-right mark":           {"Kauri\u200e", "U+200E"},
		"right-to-left mark":           {"Kauri\u200f", "U+200F"},
		"Arabic letter mark":           {"Kauri\u061c", "U+061C"},
		"byte order mark":              {"\ufeffKauri", "U+FEFF"},
		"word joiner":                  {"Kau\u2060ri", "U+2060"},
		"soft hyphen":                  {"Kau\u00adri", "U+00AD"},
		"line separator":               {"Kauri\u2028Joinery", "U+2028"},
		"paragraph separator":          {"Kauri\u2029Joinery", "U+2029"},
		"a tag":                        {"Kauri\U000e0041", "U+E0041"},
		"Hangul filler":                {"Kauri\u3164", "U+3164"},
		"what is no character":         {"Kauri\uffff", "U+FFFF"},
		"a joiner between Latin":       {"Kau\u200dri", "U+200D"},
		"a non-joiner between Latin":   {"Kau\u200cri", "U+200C"},
		"a non-joiner at the end":      {"می\u200c", "U+200C"},
		"a joiner at the beginning":    {"\u200dक", "U+200D"},
		"a non-joiner behind an emoji": {"👩\u200c👩", "U+200C"},
		"half a character":             {"Kauri\xc4", "0xC4"},
		"a byte of another encoding":   {"Caf\xe9", "0xE9"},
	} {
		for lines, check := range map[string]func(translations.Phrase, string) error{"line": billing.CheckLine, "lines": billing.CheckLines} {
			err := check(namePlace, c.text)
			if err == nil || !strings.HasPrefix(err.Error(), "Name: ") || !strings.Contains(err.Error(), c.sign) || billing.Visible(err.Error()) != err.Error() {
				t.Errorf("%s in a text of %s: %v", what, lines, err)
			}
		}
		if got := billing.Visible(c.text); !strings.Contains(got, "<"+c.sign+">") || billing.Visible(got) != got {
			t.Errorf("%s is shown as %q", what, got)
		}
	}
}

func TestWhatPeopleWriteIsTaken(t *testing.T) {
	for _, text := range []string{
		"", "Kauri Joinery Ltd", "Māori & Söhne GmbH – “№ 7”", "日本語 株式会社", "Київ", "עברית", "العربية", "١٢٣",
		"می\u200cخواهم",        // Persian parts a verb with a non-joiner
		"क\u200dष", "ക\u200dഷ", // Devanagari and Malayalam
		"👩\u200d👩\u200d👧", "🏳️\u200d🌈", // emoji of several
		"👍🏽", "©\ufe0f", "\u0600١٢", // a skin tone, a variation, and the sign before an Arabic number, which is seen
		"no\u00a0break", "e\u0301", "\ufffd",
	} {
		if err := billing.CheckLine(namePlace, text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got := billing.Visible(text); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
	const lines = "First line\n\tsecond\n"
	if err := billing.CheckLines(namePlace, lines); err != nil || billing.Visible(lines) != lines {
		t.Errorf("several lines: %v", err)
	}
	for _, sign := range []string{"\n", "\t"} {
		if err := billing.CheckLine(namePlace, "a"+sign+"b"); err == nil {
			t.Errorf("%q in a text of one line is taken", sign)
		}
	}
	if got := billing.TidyLines("a\r\nb\rc\n"); got != "a\nb\nc\n" {
		t.Errorf("the lines become %q", got)
	}
}

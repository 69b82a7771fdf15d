package billing

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"feebridge/assets/translations"
)

// CheckLine returns why a text of one line cannot be stored, or nil: it has an invisible character,
// which can make a name look like another, or act on a terminal. The place names the field.
func CheckLine(place translations.Phrase, text string) error { return checkText(place, text, "") }

// CheckLines returns why a text that may have several lines cannot be stored, or nil.
func CheckLines(place translations.Phrase, text string) error { return checkText(place, text, "\n\t") }

// TidyLines returns a text with every line ended by a line feed, as it is stored.
func TidyLines(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

// entry is a text of one line, and the key of what it is of.
type entry struct{ place, text string }

func checkEach(lines ...entry) error {
	for _, l := range lines {
		if err := CheckLine(translations.Say(l.place), l.text); err != nil {
			return err
		}
	}
	return nil
}

// excerpt is how many characters before a hidden one a message shows.
const excerpt = 20

func checkText(place translations.Phrase, text, allowed string) error {
	for at, sign := range hiddenIn(text) {
		if strings.Contains(allowed, sign.text) {
			continue
		}
		before := []rune(text[:at])
		before = before[max(0, len(before)-excerpt):]
		key := "problem.hidden-sign"
		switch {
		case sign.broken:
			key = "problem.broken-text"
		case at == 0:
			key = "problem.hidden-first-sign"
		}
		return refuse(key, "Place", place, "Sign", sign.name(), "Before", Visible(strings.ReplaceAll(string(before), "\n", " ")))
	}
	return nil
}

// Visible returns a text with each invisible character written out, as in <U+202E>. Line feeds and
// tabs stay.
func Visible(text string) string {
	return WriteOut(text, func(sign string, broken bool) string {
		return "<" + hiddenSign{sign, broken}.name() + ">"
	})
}

// WriteOut returns a text in which write replaces each invisible character and each byte that isn't
// UTF-8. Line feeds and tabs stay.
func WriteOut(text string, write func(sign string, broken bool) string) string {
	var b strings.Builder
	done := 0
	for at, sign := range hiddenIn(text) {
		if sign.text == "\n" || sign.text == "\t" {
			continue
		}
		b.WriteString(text[done:at])
		b.WriteString(write(sign.text, sign.broken))
		done = at + len(sign.text)
	}
	return b.String() + text[done:]
}

// hiddenSign is an invisible character, or a byte that isn't UTF-8.
type hiddenSign struct {
	text   string
	broken bool
}

func (s hiddenSign) name() string {
	if s.broken {
		return fmt.Sprintf("0x%02X", s.text[0])
	}
	r, _ := utf8.DecodeRuneInString(s.text)
	return fmt.Sprintf("%U", r)
}

// hiddenIn goes through the invisible characters of a text, with the offset of each.
func hiddenIn(text string) func(yield func(int, hiddenSign) bool) {
	return func(yield func(int, hiddenSign) bool) {
		before := rune(-1)
		for at := 0; at < len(text); {
			if b := text[at]; ' ' <= b && b < 0x7f { // as nearly all are
				before, at = rune(b), at+1
				continue
			}
			r, size := utf8.DecodeRuneInString(text[at:])
			sign := hiddenSign{text[at : at+size], r == utf8.RuneError && size == 1}
			if sign.broken || hidden(before, r, text[at+size:]) {
				if !yield(at, sign) {
					return
				}
			}
			before, at = r, at+size
		}
	}
}

// hidden reports whether a character is invisible between what is before and after it: controls,
// marks and overrides of the direction, joiners, and others that only serve the layout. The signs
// that Arabic puts in front of a number belong to that kind, but are visible.
func hidden(before, r rune, after string) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case r == zeroWidthJoiner || r == zeroWidthNonJoiner:
		next, _ := utf8.DecodeRuneInString(after)
		return after == "" || !joins(before, r) || !unicode.In(next, unicode.L, unicode.M, unicode.So)
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	emojiVariation     = '\ufe0f'
)

// joined are the scripts whose letters change with a joiner.
var joined = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Mandaic, unicode.Adlam,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
	unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
	unicode.Balinese, unicode.Javanese,
	{R16: []unicode.Range16{{Lo: 0x064b, Hi: 0x0655, Stride: 1}, {Lo: 0x0670, Hi: 0x0670, Stride: 1}}}, // Arabic vowels
}

// joins reports whether a joiner has a meaning after a character: in a word of such a script, or in
// an emoji that is made of several.
func joins(before, r rune) bool {
	isEmoji := unicode.In(before, unicode.So, unicode.Sk) || before == emojiVariation
	return unicode.In(before, joined...) || r == zeroWidthJoiner && isEmoji
}

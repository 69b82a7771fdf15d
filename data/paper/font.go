package paper

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// The font is Liberation Sans: as wide as Arial, free under the SIL Open Font License,
// with digits of one width. It has the letters of Latin (Vietnamese too), Greek and
// Cyrillic.
var regular, bold = liberationsansregular.TTF, liberationsansbold.TTF

// missing is printed for a character that the paper cannot show: a reader sees that
// something is missing, and where.
const missing = '□'

// charset holds the characters that the paper can show: those that both cuts of the font
// have and that are written from left to right. None is above the basic plane, where
// the writer of the PDF ends.
type charset [1 << 16]bool

var loadCharset = sync.OnceValues(func() (*charset, error) {
	var cuts [2]*sfnt.Font
	for i, ttf := range [][]byte{regular, bold} {
		var err error
		if cuts[i], err = sfnt.Parse(ttf); err != nil {
			return nil, fmt.Errorf("reading the font: %w", err)
		}
	}
	var set charset
	var buffer sfnt.Buffer
	for r := range rune(len(set)) {
		if unicode.IsControl(r) || rightToLeft(r) {
			continue
		}
		set[r] = true
		for _, cut := range cuts {
			if glyph, err := cut.GlyphIndex(&buffer, r); err != nil || glyph == 0 {
				set[r] = false
			}
		}
	}
	return &set, nil
})

// rightToLeft tells the letters that would stand in the wrong order.
func rightToLeft(r rune) bool {
	properties, _ := bidi.LookupRune(r)
	class := properties.Class()
	return class == bidi.R || class == bidi.AL
}

var unify = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\t", "    ", "\u2011", "\u2010")

// clean returns a text as the paper can show it: accents composed with their letters,
// line ends as \n, nothing invisible, and the box for what has no glyph. Cleaning twice
// changes nothing.
func (c *charset) clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			return -1
		case int(r) >= len(c) || !c[r]:
			return missing
		}
		return r
	}, unify.Replace(norm.NFC.String(s)))
}

package paper

import (
	"fmt"
	"iter"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

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

// charset tells which characters the paper can show, and how.
type charset struct {
	own  *letters
	more *further // nil for none
}

// letters are the characters that both cuts of our own font have and that are written from
// left to right. None is above the basic plane, where the writer of the PDF ends.
type letters [1 << 16]bool

func (l *letters) has(r rune) bool { return r >= 0 && int(r) < len(l) && l[r] }

var loadLetters = sync.OnceValues(func() (*letters, error) {
	var cuts [2]*sfnt.Font
	for i, ttf := range [][]byte{regular, bold} {
		var err error
		if cuts[i], err = sfnt.Parse(ttf); err != nil {
			return nil, fmt.Errorf("reading the font: %w", err)
		}
	}
	var set letters
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
// line ends as \n, nothing invisible, and the box for what no font can show. Cleaning twice
// changes nothing.
func (c *charset) clean(s string) string { return c.replace(s, func(rune) {}) }

// replace cleans a text, and tells which characters it replaces by the box.
func (c *charset) replace(s string, unshown func(rune)) string {
	var b strings.Builder
	for part, own := range c.parts(visible(s)) {
		if own || c.more.shows(part) {
			b.WriteString(part)
			continue
		}
		for cluster := range clusters(part) {
			if c.more.shows(cluster) {
				b.WriteString(cluster)
				continue
			}
			for _, r := range cluster {
				unshown(r)
				b.WriteRune(missing)
			}
		}
	}
	return b.String()
}

// clusters yields the characters of a text, each with the marks that stand above or below it.
func clusters(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for s != "" {
			_, end := utf8.DecodeRuneInString(s)
			for end < len(s) {
				r, size := utf8.DecodeRuneInString(s[end:])
				if !unicode.Is(unicode.M, r) {
					break
				}
				end += size
			}
			if !yield(s[:end]) {
				return
			}
			s = s[end:]
		}
	}
}

// visible returns a text in one form, without what is invisible.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, unify.Replace(norm.NFC.String(s)))
}

// parts yields a text in parts that our own font shows, and others.
func (c *charset) parts(s string) iter.Seq2[string, bool] {
	ours := func(r rune) bool { return r == '\n' || c.own.has(r) }
	return func(yield func(string, bool) bool) {
		for s != "" {
			first, _ := utf8.DecodeRuneInString(s)
			own := ours(first)
			end := strings.IndexFunc(s, func(r rune) bool { return ours(r) != own })
			if end < 0 {
				end = len(s)
			}
			if !yield(s[:end], own) {
				return
			}
			s = s[end:]
		}
	}
}

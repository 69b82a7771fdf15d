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
	"golang.org/x/text/unicode/norm"
)

// The font is Liberation Sans: as wide as Arial, free under the SIL Open Font License,
// with digits of one width. It has the letters of Latin (Vietnamese too), Greek and
// Cyrillic. It has Hebrew, too, which the writer of the PDF would put in the wrong order:
// like the letters of other fonts, it is drawn.
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

// write reports whether our own font writes all of a text.
func (l *letters) write(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !l.has(r) })
}

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
		if unicode.IsControl(r) || rightToLeft(r) || isMark(r) {
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

var unify = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\t", "    ", "\u2011", "\u2010")

// clean returns a text as the paper can show it: accents composed with their letters,
// line ends as \n, nothing invisible, and the box for what no font can show. Cleaning twice
// changes nothing.
func (c *charset) clean(s string) string { return c.replace(s, func(rune) {}) }

// replace cleans a text, and tells which characters it replaces by the box.
func (c *charset) replace(s string, unshown func(rune)) string {
	var b strings.Builder
	for line := range strings.SplitAfterSeq(visible(s), "\n") {
		line, end := strings.CutSuffix(line, "\n")
		b.WriteString(c.replaceInLine(line, unshown))
		if end {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func (c *charset) replaceInLine(line string, unshown func(rune)) string {
	if c.own.write(line) {
		return line
	}
	var b strings.Builder
	replace := func(cluster string) {
		for _, r := range cluster {
			if c.own.has(r) {
				b.WriteRune(r)
				continue
			}
			unshown(r)
			b.WriteRune(missing)
		}
	}
	for cluster := range clusters(line) {
		r, _ := utf8.DecodeRuneInString(cluster)
		if rightToLeft(r) || isMark(r) || c.shows(cluster) {
			b.WriteString(cluster)
		} else {
			replace(cluster)
		}
	}
	line = b.String()
	if !strings.ContainsFunc(withoutMarks.Replace(line), rightToLeft) {
		return line
	}
	// Letters from right to left stand in order with all that is beside them, or not at all.
	ordered := true
	for _, s := range spans(line) {
		text := withoutMarks.Replace(s.text)
		ordered = ordered && (s.level != 1 || text == "" || c.more.shows(request{text: text, leftwards: true}))
	}
	if ordered {
		return line
	}
	b.Reset()
	for cluster := range clusters(line) {
		if r, _ := utf8.DecodeRuneInString(cluster); rightToLeft(r) && !isMark(r) {
			replace(cluster)
		} else {
			b.WriteString(cluster)
		}
	}
	return b.String()
}

// shows reports whether a character can be printed, with the marks above and below it.
func (c *charset) shows(cluster string) bool {
	for part, own := range c.parts(cluster) {
		if !own && !c.more.shows(request{text: part}) {
			return false
		}
	}
	return true
}

// piece is a part of a line that is written in one go.
type piece struct {
	text  string
	drawn *shaped // nil where our own font writes it
}

// pieces returns a clean line as it is written, from the left.
func (c *charset) pieces(line string, bold bool) []piece {
	if line == "" {
		return nil
	}
	if c.own.write(line) {
		return []piece{{text: line}}
	}
	var all []piece
	add := func(text string) {
		for part, own := range c.parts(text) {
			if own {
				all = append(all, piece{text: part})
			} else {
				all = append(all, piece{part, c.more.shape(request{text: part, bold: bold})})
			}
		}
	}
	plain := withoutMarks.Replace(line)
	if !strings.ContainsFunc(plain, rightToLeft) {
		add(plain)
		return all
	}
	for _, s := range reorder(spans(line)) {
		text := withoutMarks.Replace(s.text)
		switch {
		case text == "":
		case s.level == 1:
			all = append(all, piece{text, c.more.shape(request{text: text, bold: bold, leftwards: true})})
		default:
			add(text)
		}
	}
	return all
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

// visible returns a text in one form, without what is invisible but tells no direction.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Variation_Selector) && !isMark(r) {
			return -1
		}
		return r
	}, unify.Replace(norm.NFC.String(s)))
}

// parts yields a text in parts that our own font shows, and others.
func (c *charset) parts(s string) iter.Seq2[string, bool] {
	return func(yield func(string, bool) bool) {
		for s != "" {
			first, _ := utf8.DecodeRuneInString(s)
			own := c.own.has(first)
			end := strings.IndexFunc(s, func(r rune) bool { return c.own.has(r) != own })
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

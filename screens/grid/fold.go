package grid

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold returns s as the search compares it: lower case, without accents, with one space
// for any run of white space and none at the ends.
func fold(s string) string { return string(appendFolded(nil, s)) }

// unaccented holds the letters that a person types without their accent but that
// Unicode does not decompose.
var unaccented = map[rune]string{
	'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ς': "σ",
}

// appendFolded appends fold(s) to dst.
func appendFolded(dst []byte, s string) []byte {
	start, space := len(dst), false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return appendFoldedRunes(dst[:start], s)
		case c == ' ' || '\t' <= c && c <= '\r':
			space = true
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if space && len(dst) > start {
			dst = append(dst, ' ')
		}
		space = false
		dst = append(dst, c)
	}
	return dst
}

func appendFoldedRunes(dst []byte, s string) []byte {
	start, space := len(dst), false
	// norm leaves be what stands beside bytes that are not UTF-8.
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, string(utf8.RuneError))) {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if unicode.In(r, unicode.Mn, unicode.Cf) { // accents, and what nobody sees
			continue
		}
		if space && len(dst) > start {
			dst = append(dst, ' ')
		}
		space = false
		r = unicode.ToLower(r)
		if plain, ok := unaccented[r]; ok {
			dst = append(dst, plain...)
		} else {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// folds remembers how texts fold that are not ASCII, which takes long: a firm has far
// fewer clients than invoices.
type folds map[string]string

// append appends fold(s) to dst.
func (f folds) append(dst []byte, s string) []byte {
	if isASCII(s) {
		return appendFolded(dst, s)
	}
	folded, ok := f[s]
	if !ok {
		folded = fold(s)
		f[s] = folded
	}
	return append(dst, folded...)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// search is a query in words; a row matches when it contains every one of them.
type search []string

func newSearch(text string) search { return strings.Fields(fold(text)) }

func (s search) matches(folded string) bool {
	for _, word := range s {
		if !strings.Contains(folded, word) {
			return false
		}
	}
	return true
}

// narrows reports whether every row that matches s also matches old: true while a person
// goes on typing.
func (s search) narrows(old search) bool {
	for _, word := range old {
		if !s.mentions(word) {
			return false
		}
	}
	return true
}

func (s search) mentions(part string) bool {
	for _, word := range s {
		if strings.Contains(word, part) {
			return true
		}
	}
	return false
}

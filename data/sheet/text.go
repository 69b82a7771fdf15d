package sheet

import (
	"bytes"
	"strings"
	runes "unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"feebridge/app"
)

// decodeText returns the content of a text file in UTF-8, without byte order marks and
// with every line ended by a line feed, and the encoding where it had to be assumed.
// Texts in UTF-8 and UTF-16 are read, the latter without a byte order mark, too, where
// its zero bytes show it. Older encodings do not say which they are: a text is taken
// for Windows-1252 where that gives nothing but letters and signs that people write,
// and a person then has to confirm it. Everything else is refused, and so is a text
// that already lost characters on its way.
func decodeText(at place, content []byte) (text, assumed string, err error) {
	decoder := unicode.BOMOverride(transform.Nop)
	switch order := utf16Order(content); {
	case order != nil:
		decoder = unicode.UTF16(*order, unicode.IgnoreBOM).NewDecoder()
	case isWindows1252(content):
		decoder, assumed = charmap.Windows1252.NewDecoder(), "Windows-1252"
	}
	decoded, _, err := transform.Bytes(decoder, content)
	if err != nil {
		return "", "", err
	}
	text = strings.TrimLeft(string(decoded), "\ufeff")                            // saving twice leaves two
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n") // a Replacer takes three times as long
	// The replacement character stands for all that is not valid, too.
	if i := strings.IndexRune(text, utf8.RuneError); i >= 0 {
		return "", "", app.Errorf(app.Invalid, "sheet.not-utf8", "Place", at.within(lineAt(text, i), 0))
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return "", "", app.Errorf(app.Invalid, "sheet.zero-byte", "Place", at.within(lineAt(text, i), 0))
	}
	return text, assumed, nil
}

// utf16Order returns the order of the bytes of a text in UTF-16 that has no byte order mark; nil
// where it isn't clear that it is one. Most of a table's characters are ASCII, one of whose two bytes
// is zero: always the same one.
func utf16Order(content []byte) *unicode.Endianness {
	if len(content) < 4 || len(content)%2 != 0 || bytes.HasPrefix(content, []byte("\xff\xfe")) || bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return nil
	}
	if bytes.IndexByte(content, 0) < 0 { // as in nearly all
		return nil
	}
	var zeros [2]int // at even and at odd places
	for i, b := range content {
		if b == 0 {
			zeros[i%2]++
		}
	}
	most, order := len(content)/2, unicode.LittleEndian
	switch {
	case zeros[0] == 0 && zeros[1] > most/2:
	case zeros[1] == 0 && zeros[0] > most/2:
		order = unicode.BigEndian
	default:
		return nil
	}
	return &order
}

// isWindows1252 reports whether a text that isn't UTF-8 is clearly in Windows-1252: each byte beyond
// ASCII is an accented letter, not one of many side by side, or one of the signs that people write.
// The accents of other encodings are other signs there, or capitals in the middle of words, and
// their alphabets nothing but accents.
func isWindows1252(content []byte) bool {
	if utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return false
	}
	for rest := content; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 { // no UTF-8 from here on
			break
		}
		if r >= utf8.RuneSelf { // characters of UTF-8 before: two files were joined
			return false
		}
		rest = rest[size:]
	}
	letter := func(i int) (isLetter, isLower bool) {
		if i < 0 || i >= len(content) {
			return false, false
		}
		r := charmap.Windows1252.DecodeByte(content[i])
		return runes.IsLetter(r), runes.IsLower(r)
	}
	const mostInARow = 2
	inARow := 0
	for i, b := range content {
		if b < utf8.RuneSelf {
			inARow = 0
			continue
		}
		if inARow++; b >= 0xc0 && inARow > mostInARow {
			return false
		}
		_, lowerBefore := letter(i - 1)
		switch isLetter, isLower := letter(i); {
		case b >= 0xc0 && isLetter: // but no capital within a word
			if lowerBefore && !isLower {
				return false
			}
		case strings.IndexByte(windowsSigns, b) < 0:
			return false
		}
	}
	return true
}

// windowsSigns are the signs of Windows-1252 that people write: € … ‘ ’ “ ” • – — ™, a fixed space,
// £ § © ® ° ² ³ · and fractions.
const windowsSigns = "\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa3\xa7\xa9\xae\xb0\xb2\xb3\xb7\xbc\xbd\xbe"

// lineAt returns the line, from 1, of an offset in a text.
func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }

package sheet

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"feebridge/app"
)

// decodeText returns the content of a text file in UTF-8, without a byte order
// mark and with every line ended by a line feed. Texts in UTF-8 and, with a byte
// order mark, UTF-16 are read. Older encodings do not say which they are, so that
// a guess could turn one name into another: they are refused, and so is a text
// that already lost characters on its way.
func decodeText(at place, content []byte) (string, error) {
	decoded, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), content)
	if err != nil {
		return "", err
	}
	text := string(decoded)
	if strings.Contains(text, "\r") {
		text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	}
	// The replacement character stands for all that is not valid, too.
	if i := strings.IndexRune(text, utf8.RuneError); i >= 0 {
		return "", app.Errorf(app.Invalid, "sheet.not-utf8", "Place", at.within(lineAt(text, i), 0))
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return "", app.Errorf(app.Invalid, "sheet.zero-byte", "Place", at.within(lineAt(text, i), 0))
	}
	return text, nil
}

// lineAt returns the line, from 1, of an offset in a text.
func lineAt(text string, offset int) int { return 1 + strings.Count(text[:offset], "\n") }

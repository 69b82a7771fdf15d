package paper

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"feebridge/app"
)

// word is a text as the PDF has it.
type word struct {
	page   int // from 1
	x, y   float64
	text   string
	style  style // without its colour
	aslant bool  // under a rotation
}

var (
	// The pages' streams are the only ones without a filter that show text.
	streams = regexp.MustCompile(`(?s)<</Length \d+>>\nstream\n(.*?)\nendstream`)
	marks   = regexp.MustCompile(`(?s)/F(\w+) ([\d.]+) Tf|BT ([-\d.]+) ([-\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj ET|\nQ\n|\nq\n`)
	escapes = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")
)

// readPDF returns the texts of a PDF in the order in which they were written.
func readPDF(t testing.TB, pdf []byte) []word {
	t.Helper()
	var words []word
	page, boldID := 0, ""
	for _, stream := range streams.FindAllSubmatch(pdf, -1) {
		if !bytes.Contains(stream[1], []byte("BT ")) {
			continue
		}
		page++
		var current style
		aslant := false
		for _, m := range marks.FindAllSubmatch(append(stream[1], '\n'), -1) {
			switch {
			case m[1] != nil:
				if boldID == "" {
					boldID = string(m[1]) // a watermark or the name of the firm is what stands first
				}
				current = style{size: float(t, m[2]), bold: string(m[1]) == boldID}
			case m[3] != nil:
				words = append(words, word{page, float(t, m[3]) * point, pageHeight - float(t, m[4])*point, unescape(m[5]), current, aslant})
			default:
				aslant = string(m[0]) == "\nq\n"
			}
		}
	}
	return words
}

func float(t testing.TB, digits []byte) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(string(digits), 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// unescape reads a string of the PDF, which is UTF-16.
func unescape(s []byte) string {
	raw := []byte(escapes.Replace(string(s)))
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// read prints a document and returns its texts.
func read(t testing.TB, d app.Document) []word {
	t.Helper()
	return readPDF(t, printed(t, d))
}

// texts returns what the words say, one a line.
func texts(words []word) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w.text + "\n")
	}
	return b.String()
}

func pagesOf(words []word) int { return words[len(words)-1].page }

// find returns the words that say exactly that.
func find(words []word, text string) []word {
	var found []word
	for _, w := range words {
		if w.text == text {
			found = append(found, w)
		}
	}
	return found
}

// ruler is a pen that only measures.
func ruler(t testing.TB) *pen {
	t.Helper()
	chars, err := new(Printer).charset()
	if err != nil {
		t.Fatal(err)
	}
	return newPen(chars, "", "", 1)
}

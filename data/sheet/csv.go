package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"feebridge/app"
)

func readCSV(at place, content []byte) (app.Sheet, error) {
	text, assumed, err := decodeText(at, content)
	if err != nil {
		return app.Sheet{}, err
	}
	if isMarkup(text) {
		return app.Sheet{}, app.Errorf(app.Invalid, "sheet.web-page", "Place", at)
	}
	separator, named := namedSeparator(text)
	if named {
		_, below, _ := strings.Cut(text, "\n")
		text = "\n" + below // so that lines keep their numbers
	} else {
		separator = separatorOf(text)
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separator
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	collected := collector{place: at}
	var cells []app.SheetCell
	width := 0 // of the last row, its empty cells with it
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return app.Sheet{Rows: collected.rows, Encoding: assumed, CutOff: cutOff(text, collected.rows, width)}, nil
		}
		if err != nil {
			return app.Sheet{}, explainCSV(at, err)
		}
		cells, width = cells[:0], len(record)
		for _, field := range record {
			cells = append(cells, app.SheetCell{Text: field})
		}
		line, _ := reader.FieldPos(0)
		if err := collected.add(app.SheetRow{Line: line, Cells: cells}); err != nil {
			return app.Sheet{}, err
		}
	}
}

// cutOff returns the line of the last row where the text ends in it before it is as long as
// the first one; 0 where it doesn't.
func cutOff(text string, rows []app.SheetRow, width int) int {
	if n := len(rows); n > 1 && !strings.HasSuffix(text, "\n") && width < len(rows[0].Cells) {
		return rows[n-1].Line
	}
	return 0
}

// namedSeparator returns the separator of a first line such as sep=; which tells it to a
// spreadsheet and is no row.
func namedSeparator(text string) (separator rune, named bool) {
	line, _, _ := strings.Cut(text, "\n")
	line = strings.Trim(line, `" `)
	if len(line) != len("sep=;") || !strings.EqualFold(line[:4], "sep=") || !strings.Contains(",;\t|", line[4:]) {
		return 0, false
	}
	return rune(line[4]), true
}

// isMarkup reports whether a text is a web page or XML, which some programs write under a
// spreadsheet's name.
func isMarkup(text string) bool {
	start := strings.ToLower(strings.TrimSpace(text[:min(len(text), 200)]))
	for _, tag := range []string{"<html", "<!doctype", "<table", "<?xml", "<meta", "<head", "<body", "<div"} {
		if strings.HasPrefix(start, tag) {
			return true
		}
	}
	return false
}

// titleLines is in how many lines titles may stand above the header.
const titleLines = 30

// separatorOf returns what parts the cells of the first row that has several: the
// comma, semicolon or tab that stands there most often outside quotes, which is
// the comma where none does. A row of one cell above is a title.
func separatorOf(text string) rune {
	counts := map[rune]int{}
	quoted := false
	for lines := 0; text != ""; {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case r == '"':
			quoted = !quoted
		case r == '\n' && !quoted:
			if lines++; lines == titleLines || counts[','] > 0 || counts[';'] > 0 || counts['\t'] > 0 {
				return mostOften(counts)
			}
		case !quoted:
			counts[r]++
		}
	}
	return mostOften(counts)
}

func mostOften(counts map[rune]int) rune {
	separator := ','
	for _, candidate := range ";\t" {
		if counts[candidate] > counts[separator] {
			separator = candidate
		}
	}
	return separator
}

func explainCSV(at place, err error) error {
	parse, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, csv.ErrBareQuote):
		return app.Errorf(app.Invalid, "sheet.quote", "Place", at.within(parse.Line, 0))
	}
	return app.Errorf(app.Invalid, "sheet.open-quote", "Place", at.within(parse.StartLine, 0), "Line", parse.Line)
}

// WriteCSV writes rows as CSV for people, who open it in a spreadsheet. A cell that a
// spreadsheet would run as a formula gets an apostrophe in front, unless it is a
// plain number; reading does not take the apostrophe off again.
func WriteCSV(w io.Writer, rows [][]app.SheetCell) error { return writeCSV(w, rows, harmless) }

// WriteExactCSV writes rows as CSV for a program, which takes each text as it is.
func WriteExactCSV(w io.Writer, rows [][]app.SheetCell) error {
	return writeCSV(w, rows, func(text string) string { return text })
}

// writeCSV writes rows as CSV in UTF-8 with commas, line ends of Windows, and the
// byte order mark without which Excel takes it for another encoding.
func writeCSV(w io.Writer, rows [][]app.SheetCell, as func(text string) string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	writer := csv.NewWriter(w)
	writer.UseCRLF = true
	var record []string
	for _, cells := range rows {
		record = record[:0]
		for _, cell := range cells {
			record = append(record, as(cell.Text))
		}
		if err := writer.Write(record); err != nil {
			return err
		}
	}
	writer.Flush()
	return writer.Error()
}

var plainNumber = regexp.MustCompile(`^[-+]?[0-9]+(\.[0-9]+)?$`)

func harmless(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r\n", rune(text[0])) || plainNumber.MatchString(text) {
		return text
	}
	return "'" + text
}

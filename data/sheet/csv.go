package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"

	"feebridge/app"
)

func readCSV(at place, content []byte) (app.Sheet, error) {
	text, err := decodeText(at, content)
	if err != nil {
		return app.Sheet{}, err
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separatorOf(text)
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	collected := collector{place: at}
	var cells []app.SheetCell
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return app.Sheet{Rows: collected.rows}, nil
		}
		if err != nil {
			return app.Sheet{}, explainCSV(at, err)
		}
		cells = cells[:0]
		for _, field := range record {
			cells = append(cells, app.SheetCell{Text: field})
		}
		line, _ := reader.FieldPos(0)
		if err := collected.add(line, cells); err != nil {
			return app.Sheet{}, err
		}
	}
}

// separatorOf returns what parts the cells of the first row that is not empty: the
// comma, semicolon or tab that stands there most often outside quotes, which is
// the comma where none does.
func separatorOf(text string) rune {
	counts := map[rune]int{}
	quoted := false
	for _, r := range strings.TrimLeft(text, "\n") {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '\n' && !quoted:
			return mostOften(counts)
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

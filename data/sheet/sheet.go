// Package sheet reads CSV and XLSX files as cells with their positions, writes
// both, and replaces files so that a crash never leaves half of one.
//
// It knows nothing of what the cells mean. It never guesses at bytes it cannot
// read: what is not plain is refused, with the line and a remedy.
package sheet

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"feebridge/app"
)

// What a file may hold at most. The limits are far above a firm's files and low
// enough that a hostile one cannot exhaust the machine's memory.
const (
	maxBytes      = 64 << 20
	maxLines      = 200_000
	maxColumns    = 200
	maxCells      = 6_000_000 // maxLines of the 29 columns of Xero's invoice template, and some
	maxCharacters = 32_767    // what a cell of a spreadsheet holds
)

// Read reads a CSV or XLSX file, whichever its bytes say it is. Of a workbook it
// gives the first visible sheet, beside it the others, and nothing else: no macro,
// no link. The name is for messages only. A file that cannot be read gives an *app.Error with code
// Invalid.
//
// Rows without a filled cell are left out, and so are the empty cells at the end
// of a row. The text of a number is a decimal such as 1234.5 or, where the sheet
// shows a percentage, 12.5%. It has the 15 digits that a spreadsheet shows: the
// noise of binary fractions behind them (0.30000000000000004) is rounded off,
// decimals that the cell's format hides are kept. A date is 2026-09-14 or
// 2026-09-14T10:30:00, a time of day or time passed 36:00:00, a truth TRUE or
// FALSE.
func Read(name string, r io.Reader) (app.Sheet, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return app.Sheet{}, fmt.Errorf("reading %s: %w", name, err)
	}
	at := place{file: name}
	if err := checkSize(name, int64(len(content))); err != nil {
		return app.Sheet{}, err
	}
	switch {
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return readXLSX(at, content)
	case bytes.HasPrefix(content, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return app.Sheet{}, refuseCompoundFile(at, content)
	case bytes.HasPrefix(content, []byte("%PDF-")):
		return app.Sheet{}, app.Errorf(app.Invalid, "sheet.pdf", "Place", at)
	}
	return readCSV(at, content)
}

// checkSize refuses a file of more bytes than Read reads.
func checkSize(name string, size int64) error {
	if size > maxBytes {
		return app.Errorf(app.Invalid, "sheet.large", "Place", place{file: name}, "Size", maxBytes>>20)
	}
	return nil
}

// refuseCompoundFile tells the two kinds of the container apart that Microsoft
// used before XLSX and still wraps around encrypted workbooks.
func refuseCompoundFile(at place, content []byte) error {
	const encryptedStream = "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
	if bytes.Contains(content, []byte(encryptedStream)) {
		return protected(at)
	}
	return app.Errorf(app.Invalid, "sheet.old-form", "Place", at)
}

// place is where in a file something is wrong; a message begins with it.
type place struct {
	file   string
	line   int // from 1; 0 where the whole file is meant
	column int // from 1; 0 where the whole line is meant
}

// String returns the place as far as it is known, as in "in.csv, line 3, column B".
func (p place) String() string {
	var b strings.Builder
	b.WriteString(p.file)
	if p.line > 0 {
		fmt.Fprintf(&b, ", line %d", p.line)
	}
	if p.column > 0 {
		fmt.Fprintf(&b, ", column %s", app.ColumnLetters(p.column-1))
	}
	return b.String()
}

func (p place) within(line, column int) place { return place{p.file, line, column} }

// collector gathers rows and holds them to the limits.
type collector struct {
	place place
	rows  []app.SheetRow
	cells int
}

// add takes a row; its cells are copied.
func (c *collector) add(row app.SheetRow) error {
	line, cells := row.Line, row.Cells
	for len(cells) > 0 && cells[len(cells)-1] == (app.SheetCell{}) {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return nil
	}
	if line > maxLines {
		return app.Errorf(app.Invalid, "sheet.many-lines", "Place", c.place.within(line, 0), "Count", maxLines)
	}
	if len(cells) > maxColumns {
		return app.Errorf(app.Invalid, "sheet.many-columns", "Place", c.place.within(line, len(cells)), "Count", maxColumns)
	}
	if c.cells += len(cells); c.cells > maxCells {
		return app.Errorf(app.Invalid, "sheet.many-cells", "Place", c.place.within(line, 0), "Count", maxCells)
	}
	for i, cell := range cells {
		if len(cell.Text) > maxCharacters && utf8.RuneCountInString(cell.Text) > maxCharacters {
			return app.Errorf(app.Invalid, "sheet.long-text", "Place", c.place.within(line, i+1), "Count", maxCharacters)
		}
	}
	row.Cells = slices.Clone(cells)
	c.rows = append(c.rows, row)
	return nil
}

package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/xuri/excelize/v2"

	"feebridge/app"
	"feebridge/assets/translations"
)

// readRows reads a sheet row by row. The library's Rows gives the texts alone, and
// its other ways to a cell hold the whole sheet in memory: 1.4 GB for 100,000 lines
// of invoices, and no end for a sheet made to exhaust it. So marks, ahead of Rows,
// reads what each cell is.
func (w *workbook) readRows(sheet worksheet, collected *collector) error {
	rows, err := w.Rows(sheet.name)
	if err != nil {
		return damaged(w.place, err)
	}
	marks := newMarkReader(w.bytesOf(sheet.part))
	var cells []app.SheetCell
	for line := 0; ; {
		row, err := marks.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(w.place, err)
		}
		for ; line < row; line++ {
			if !rows.Next() {
				return damaged(w.place, fmt.Errorf("row %d: %w", row, errors.Join(rows.Error(), io.ErrUnexpectedEOF)))
			}
		}
		texts, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return damaged(w.place, err)
		}
		cells = cells[:0]
		for _, mark := range marks.cells {
			text := ""
			if mark.column <= len(texts) {
				text = texts[mark.column-1]
			}
			cell, ok, err := w.cell(text, mark)
			switch at := w.place.within; {
			case mark.shared >= len(w.SharedStrings.SI):
				return app.Errorf(app.Invalid, "sheet.no-shared-text", "Place", at(row, mark.column), "Sheet", translations.Quoted(sheet.name))
			case err != nil:
				return app.Errorf(app.Invalid, "sheet.no-style", "Place", at(row, mark.column), "Sheet", translations.Quoted(sheet.name))
			case !ok:
				return app.Errorf(app.Invalid, "sheet.no-number", "Place", at(row, mark.column), "Text", translations.Quoted(text))
			}
			if cell == (app.SheetCell{}) {
				continue
			}
			for len(cells) < mark.column-1 {
				cells = append(cells, app.SheetCell{})
			}
			cells = append(cells, cell)
		}
		if err := collected.add(app.SheetRow{Line: row, Cells: cells, Hidden: marks.hidden}); err != nil {
			return err
		}
	}
}

// cellMark is what a sheet says of a cell beside its text.
type cellMark struct {
	column    int    // from 1
	kind      string // as XLSX has it: s, str and inlineStr for text, b, d, e, n; "" is n
	style     int
	isFormula bool
	hasValue  bool // be it an empty one
	shared    int  // which of the workbook's texts it is; none for another kind
}

// Which text a cell is that is none of the workbook's.
const (
	none    = -1          // by its kind, or without a value
	nowhere = math.MaxInt // by a number that is none
)

// markReader reads the marks of a sheet's cells row by row, and holds the sheet to
// what the library takes for granted.
type markReader struct {
	decoder *xml.Decoder
	open    []xml.Name
	ended   bool // what follows the cells may have elements of the same names
	inRow   bool
	inValue bool   // of a cell that is one of the workbook's texts
	value   []byte // which, as far as it was read
	row     int
	hidden  bool       // the row
	cells   []cellMark // of the row
}

func newMarkReader(part []byte) *markReader {
	return &markReader{decoder: xml.NewDecoder(bytes.NewReader(part))}
}

// maxDepth is far above the depth of any sheet.
const maxDepth = 100

// next reads the next row and returns its number; io.EOF behind the last one.
func (m *markReader) next() (int, error) {
	for {
		token, err := m.decoder.RawToken() // Token looks up a namespace for each name, and nothing here has need of it
		if errors.Is(err, io.EOF) && len(m.open) > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		switch element := token.(type) {
		case xml.StartElement:
			if m.open = append(m.open, element.Name); len(m.open) > maxDepth {
				return 0, errors.New("its elements are nested too deep")
			}
			if err := m.start(element); err != nil {
				return 0, err
			}
		case xml.CharData:
			if m.inValue {
				m.value = append(m.value, element...)
			}
		case xml.EndElement:
			last := len(m.open) - 1
			if last < 0 || m.open[last] != element.Name {
				return 0, fmt.Errorf("element %.20q ends and never began", element.Name.Local)
			}
			m.open = m.open[:last]
			switch element.Name.Local {
			case "v":
				m.endValue()
			case "sheetData":
				m.ended = true
			case "row":
				if m.inRow {
					m.inRow = false
					return m.row, nil
				}
			}
		}
	}
}

func (m *markReader) start(element xml.StartElement) error {
	if m.ended {
		return nil
	}
	switch element.Name.Local {
	case "row":
		return m.startRow(element)
	case "c":
		return m.startCell(element)
	}
	if len(m.cells) == 0 {
		return nil
	}
	cell := &m.cells[len(m.cells)-1]
	switch element.Name.Local {
	case "f":
		cell.isFormula = true
	case "v":
		cell.hasValue = true
		m.inValue, m.value = cell.kind == "s", m.value[:0]
	}
	return nil
}

// endValue reads which of the workbook's texts a cell is.
func (m *markReader) endValue() {
	if !m.inValue {
		return
	}
	m.inValue = false
	number := bytes.TrimSpace(m.value)
	if len(number) == 0 {
		return
	}
	n, err := strconv.Atoi(string(number))
	if err != nil || n < 0 {
		n = nowhere
	}
	m.cells[len(m.cells)-1].shared = n
}

// startRow begins the row that the element names, or the next one.
func (m *markReader) startRow(element xml.StartElement) error {
	if m.inRow {
		return fmt.Errorf("row %d has a row inside", m.row)
	}
	row := m.row + 1
	if name := attribute(element, "r"); name != "" {
		var err error
		if row, err = strconv.Atoi(name); err != nil || row <= m.row || row > excelize.TotalRows {
			return fmt.Errorf("row %.20q follows row %d", name, m.row)
		}
	}
	m.inRow, m.row, m.cells = true, row, m.cells[:0]
	hidden := attribute(element, "hidden")
	m.hidden = hidden == "1" || hidden == "true"
	return nil
}

// startCell begins the cell that the element names, or the next one.
func (m *markReader) startCell(element xml.StartElement) error {
	mark, last := cellMark{kind: attribute(element, "t"), shared: none}, 0
	if len(m.cells) > 0 {
		last = m.cells[len(m.cells)-1].column
	}
	mark.column = last + 1
	if name := attribute(element, "r"); name != "" {
		column, row, err := excelize.CellNameToCoordinates(name)
		if err != nil || row != m.row || column <= last {
			return fmt.Errorf("cell %.20q stands in row %d behind column %d", name, m.row, last)
		}
		mark.column = column
	}
	if style := attribute(element, "s"); style != "" {
		var err error
		if mark.style, err = strconv.Atoi(style); err != nil || mark.style < 0 {
			return fmt.Errorf("a cell of row %d has the style %.20q", m.row, style)
		}
	}
	if mark.column > excelize.MaxColumns {
		return fmt.Errorf("row %d has more than %d cells", m.row, excelize.MaxColumns)
	}
	m.cells = append(m.cells, mark)
	return nil
}

func attribute(element xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

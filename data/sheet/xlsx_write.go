package sheet

import (
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"feebridge/app"
)

// WriteXLSX writes rows as a workbook of one sheet. Numbers, days and truth values
// become such cells, a number with every digit as given; what a spreadsheet could
// not hold exactly, and all else, becomes text. Nothing becomes a formula. The
// sheet's name has at most 31 characters, none of them one of :\/?*[].
func WriteXLSX(w io.Writer, sheetName string, rows [][]app.SheetCell) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // it holds no resource
	if err := book.SetSheetName(book.GetSheetName(0), sheetName); err != nil {
		return err
	}
	format := "yyyy-mm-dd"
	days, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	for i, cells := range rows {
		for j, cell := range cells {
			name, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return err
			}
			if err := writeCell(book, sheetName, name, cell, days); err != nil {
				return fmt.Errorf("cell %s: %w", name, err)
			}
		}
	}
	return book.Write(w)
}

// writeCell writes one cell. The style days is for dates.
func writeCell(book *excelize.File, sheet, name string, cell app.SheetCell, days int) error {
	switch {
	case cell.Text == "":
		return nil
	case cell.Kind == app.NumberCell && isExact(cell.Text):
		return book.SetCellDefault(sheet, name, cell.Text)
	case cell.Kind == app.BoolCell && (cell.Text == "TRUE" || cell.Text == "FALSE"):
		return book.SetCellBool(sheet, name, cell.Text == "TRUE")
	case cell.Kind == app.DateCell:
		day, err := time.Parse(time.DateOnly, cell.Text)
		if number := dayNumber(day); err == nil && number > 60 {
			return errors.Join(book.SetCellInt(sheet, name, number), book.SetCellStyle(sheet, name, name, days))
		}
	}
	if utf8.RuneCountInString(cell.Text) > maxCharacters {
		return fmt.Errorf("a cell holds at most %d characters", maxCharacters)
	}
	return book.SetCellStr(sheet, name, cell.Text)
}

// dayNumber returns the number that spreadsheets give to a day. It is right from
// March 1900, number 61, on: they count a 29 February before it that never was.
func dayNumber(day time.Time) int64 {
	zero := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	return (day.Unix() - zero.Unix()) / (24 * 60 * 60)
}

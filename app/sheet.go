package app

import (
	"slices"
	"strings"
)

// Sheet is a file of cells with their positions, as package data/sheet reads it.
type Sheet struct {
	Name   string // of the sheet in a workbook; "" for CSV
	Rows   []SheetRow
	Hidden bool    // it doesn't show in the spreadsheet
	Others []Sheet // with rows that the workbook has beside this one, in its order

	// Encoding is what the text was taken for, since the file doesn't say it and it isn't UTF-8.
	// "" where nothing was assumed.
	Encoding string
	// CutOff is the line of a last row that ends before the other rows do, without a line end,
	// as where a download broke off; 0 where there is none.
	CutOff int
}

// SheetRow is one row of a sheet.
type SheetRow struct {
	Line   int // where the row begins in the file, from 1
	Cells  []SheetCell
	Hidden bool // it doesn't show in the spreadsheet
}

// SheetCell is one cell: its text and what the file says it is.
type SheetCell struct {
	// Text is what a person reads in the cell, in a form that does not depend on the
	// reader's language: numbers with all their decimals, dates as ISO.
	Text string
	Kind CellKind
	// Shown is a whole number with the texts that its format puts around it, as in INV-0042; ""
	// where there are none. It is for columns of texts: in one of figures, they are units.
	Shown string
}

// CellKind says what the file takes a cell for. CSV has texts only.
type CellKind uint8

// The kinds of cell. A FormulaCell has the text of its saved result, or none where the
// file was never computed.
const (
	TextCell CellKind = iota
	NumberCell
	DateCell
	BoolCell
	FormulaCell
	ErrorCell
)

// Filled reports whether there is anything in the cell, be it a formula alone.
func (c SheetCell) Filled() bool {
	return c.Kind == FormulaCell || c.Kind == ErrorCell || strings.TrimSpace(c.Text) != ""
}

// ColumnLetters returns the letters that a spreadsheet shows over the column at an
// index from 0: A, B, … Z, AA.
func ColumnLetters(index int) string {
	var letters []byte
	for n := index + 1; n > 0; n = (n - 1) / 26 {
		letters = append(letters, byte('A'+(n-1)%26))
	}
	slices.Reverse(letters)
	return string(letters)
}

package app

import "strings"

// Sheet is a file of cells with their positions, as package data/sheet reads it.
type Sheet struct {
	Name string // of the sheet in a workbook; "" for CSV
	Rows []SheetRow
}

// SheetRow is one row of a sheet.
type SheetRow struct {
	Line  int // where the row begins in the file, from 1
	Cells []SheetCell
}

func (r SheetRow) empty() bool {
	for _, c := range r.Cells {
		if strings.TrimSpace(c.Text) != "" || c.Kind == FormulaCell || c.Kind == ErrorCell {
			return false
		}
	}
	return true
}

// SheetCell is one cell: its text and what the file says it is.
type SheetCell struct {
	// Text is what a person reads in the cell, in a form that does not depend on the
	// reader's language: numbers with all their decimals, dates as ISO.
	Text string
	Kind CellKind
}

// CellKind says what the file takes a cell for. CSV has texts only.
type CellKind uint8

// The kinds of cell. A FormulaCell has the text of its saved result, or none.
const (
	TextCell CellKind = iota
	NumberCell
	DateCell
	BoolCell
	FormulaCell
	ErrorCell
)

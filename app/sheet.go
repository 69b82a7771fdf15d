package app

import (
	"slices"
	"strings"
)

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

// SheetCell is one cell: its text and what the file says it is.
type SheetCell struct {
	// Text is what a person reads in the cell, in a form that does not depend on the
	// reader's language: numbers with all their decimals, dates as ISO.
	Text string
	Kind CellKind
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

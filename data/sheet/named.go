package sheet

import (
	"io"
	"path/filepath"
	"strings"

	"feebridge/app"
)

// Named returns what writes cells to a file of that name, as CSV or XLSX by its ending, and the kind of
// that file; nil where it has neither ending.
func Named(name string) (Kind, func(io.Writer, [][]app.SheetCell) error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return CSV, WriteCSV
	case ".xlsx":
		return Workbook, func(w io.Writer, cells [][]app.SheetCell) error { return WriteXLSX(w, "Invoices", cells) }
	}
	return nothing, nil
}

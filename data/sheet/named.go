package sheet

import (
	"io"
	"path/filepath"
	"strings"

	"feebridge/app"
)

// Named returns what writes cells to a file of that name, as CSV or XLSX by its ending; nil
// where it has neither ending.
func Named(name string) func(io.Writer, [][]app.SheetCell) error {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return WriteCSV
	case ".xlsx":
		return func(w io.Writer, cells [][]app.SheetCell) error { return WriteXLSX(w, "Invoices", cells) }
	}
	return nil
}

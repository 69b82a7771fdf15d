package screens

import (
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/screens/sheet"
)

// table is a short list that is changed in a sheet, and saved as a whole.
type table struct {
	*sheet.Sheet
	rows [][]string
	past [][][]string
}

func newTable(columns []sheet.Column, rows [][]string, placeholder string, locked bool) *table {
	t := &table{Sheet: sheet.New(columns), rows: rows}
	t.Placeholder = placeholder
	change := func(do func(rows [][]string) [][]string) {
		old := make([][]string, len(t.rows))
		for i := range t.rows {
			old[i] = slices.Clone(t.rows[i])
		}
		t.past = append(t.past, old)
		t.rows = do(t.rows)
		t.SetRows(t.rows)
	}
	t.OnEdit = func(row, column int, text string) {
		change(func(rows [][]string) [][]string { rows[row][column] = text; return rows })
	}
	t.OnInsert = func(at int) {
		change(func(rows [][]string) [][]string { return slices.Insert(rows, at, make([]string, len(columns))) })
	}
	t.OnDelete = func(from, count int) {
		change(func(rows [][]string) [][]string { return slices.Delete(rows, from, from+count) })
	}
	t.OnPaste = func(row int, to []int, cells [][]string) {
		change(func(rows [][]string) [][]string {
			for i, texts := range cells {
				for len(rows) <= row+i {
					rows = append(rows, make([]string, len(columns)))
				}
				for j, text := range texts {
					rows[row+i][to[j]] = text
				}
			}
			return rows
		})
	}
	t.OnUndo = func() {
		if n := len(t.past); n > 0 {
			t.rows, t.past = t.past[n-1], t.past[:n-1]
			t.SetRows(t.rows)
		}
	}
	t.SetRows(rows)
	t.SetLocked(locked)
	return t
}

// filled are the rows in which there is anything, with their numbers from 1.
func (t *table) filled(do func(number int, row []string) error) error {
	t.Commit()
	for i, row := range t.rows {
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		if err := do(i+1, row); err != nil {
			return app.Errorf(app.Invalid, "problem.row", "Row", i+1, "Problem", say(err))
		}
	}
	return nil
}

// take puts rows into the table: in the place of those with the same first cell, else at
// the end.
func (t *table) take(rows [][]string) {
	at := map[string]int{}
	for i, row := range t.rows {
		at[strings.ToLower(row[0])] = i
	}
	for _, row := range rows {
		if i, there := at[strings.ToLower(row[0])]; there {
			t.rows[i] = row
			continue
		}
		t.rows = append(t.rows, row)
	}
	t.SetRows(t.rows)
}

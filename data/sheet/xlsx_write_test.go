package sheet

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"feebridge/app"
)

// TestWriteXLSX looks at the raw cells, as another spreadsheet would find them.
func TestWriteXLSX(t *testing.T) {
	var b bytes.Buffer
	err := WriteXLSX(&b, "Ünpaid <&>", [][]app.SheetCell{
		texts("=1+1", "<&>\"'", "line\nbreak", " spaces "),
		nil,
		{
			{Text: "1955.10", Kind: app.NumberCell}, {}, {Text: "-0.05", Kind: app.NumberCell},
			{Text: "2026-09-14", Kind: app.DateCell}, {Text: "TRUE", Kind: app.BoolCell},
		},
	})
	must(t, err)
	file, err := excelize.OpenReader(&b)
	must(t, err)
	t.Cleanup(func() { must(t, file.Close()) })
	if diff := cmp.Diff([]string{"Ünpaid <&>"}, file.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	for raw, want := range map[bool][][]string{
		true:  {{"=1+1", "<&>\"'", "line\nbreak", " spaces "}, nil, {"1955.10", "", "-0.05", "46279", "1"}},
		false: {{"=1+1", "<&>\"'", "line\nbreak", " spaces "}, nil, {"1955.1", "", "-0.05", "2026-09-14", "TRUE"}},
	} {
		got, err := file.GetRows(file.GetSheetName(0), excelize.Options{RawCellValue: raw})
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if formula, err := file.GetCellFormula(file.GetSheetName(0), "A1"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
}

func TestWriteXLSXRefuses(t *testing.T) {
	for _, test := range []struct {
		name, sheet string
		rows        [][]app.SheetCell
		says        string
	}{
		{"no name", "", nil, "sheet name"},
		{"a long name", strings.Repeat("é", 32), nil, "31 characters"},
		{"a slash", "a/b", nil, "sheet"},
		{"too many columns", "a", [][]app.SheetCell{nil, make([]app.SheetCell, excelize.MaxColumns+1)}, "16384"},
		{"a long text", "a", [][]app.SheetCell{{{}, {Text: strings.Repeat("x", maxCharacters+1)}}}, "cell B1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := WriteXLSX(io.Discard, test.sheet, test.rows); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want an error with %q", err, test.says)
			}
		})
	}
	full := errors.New("the disk is full")
	if err := WriteXLSX(&fullWriter{0, full}, "a", [][]app.SheetCell{texts("x")}); !errors.Is(err, full) {
		t.Errorf("a full disk gives %v", err)
	}
}

// TestWriteXLSXKeepsWhatNoCellHolds writes what a spreadsheet would change as text.
func TestWriteXLSXKeepsWhatNoCellHolds(t *testing.T) {
	kinds := map[string]app.CellKind{
		"1234567890123.4567": app.NumberCell, "0622": app.NumberCell, "+5": app.NumberCell, "12.5%": app.NumberCell, "NaN": app.NumberCell,
		"1900-01-01": app.DateCell, "10:30:00": app.DateCell, "2026-09-14T10:30:00": app.DateCell,
		"yes": app.BoolCell, "2": app.FormulaCell, "#REF!": app.ErrorCell,
	}
	var cells, want []app.SheetCell
	for text, kind := range kinds {
		cells, want = append(cells, app.SheetCell{Text: text, Kind: kind}), append(want, app.SheetCell{Text: text})
	}
	var b bytes.Buffer
	must(t, WriteXLSX(&b, "a", [][]app.SheetCell{cells}))
	got, err := Read("out.xlsx", &b)
	must(t, err)
	if diff := cmp.Diff([]app.SheetRow{{Line: 1, Cells: want}}, got.Rows); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWriteXLSXWritesIsReadBack(t *testing.T) {
	kinds := map[app.CellKind]*rapid.Generator[string]{
		app.TextCell: rapid.OneOf(
			rapid.StringOf(rapid.RuneFrom(nil, unicode.L, unicode.N, unicode.P, unicode.S)),
			rapid.StringMatching(`[=+@ 0-9A-F\n\t<>&"']{0,20}`),
		),
		app.NumberCell: rapid.StringMatching(`0|-?[1-9][0-9]{0,7}|-?(0|[1-9][0-9]{0,7})\.[0-9]{0,5}[1-9]`),
		app.DateCell: rapid.Custom(func(t *rapid.T) string {
			return time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 2_900_000).Draw(t, "days")).Format(time.DateOnly)
		}),
		app.BoolCell: rapid.SampledFrom([]string{"TRUE", "FALSE"}),
	}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(slices.Sorted(maps.Keys(kinds))).Draw(t, "kind")
		rows := drawRows(t, kinds[kind], kind)
		var b bytes.Buffer
		if err := WriteXLSX(&b, "Round trip", rows); err != nil {
			t.Fatal(err)
		}
		got, err := Read("out.xlsx", &b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(withoutEmpty(rows), cellsOf(got), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		for _, row := range got.Rows {
			if diff := cmp.Diff(rows[row.Line-1], row.Cells); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

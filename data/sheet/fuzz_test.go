package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/data/sheet"
)

// read reads a file, and fails the test when that takes for ever.
func read(t *testing.T, name string, content []byte) (got app.Sheet, err error) {
	t.Helper()
	deadline.Wait(t, func() { got, err = sheet.Read(name, bytes.NewReader(content)) }, "the file to be read")
	return got, err
}

// mustBeCellsOrAnError checks what may come of any bytes: rows in their order, with no empty cell at an
// end, or an error for a person that names the file.
func mustBeCellsOrAnError(t *testing.T, got app.Sheet, err error) {
	t.Helper()
	if err != nil {
		if told, ok := errors.AsType[*app.Error](err); !ok || told.Code != app.Invalid || !strings.Contains(err.Error(), "in.") || got.Rows != nil {
			t.Fatalf("%v, with %d rows", err, len(got.Rows))
		}
		return
	}
	line := 0
	for _, row := range got.Rows {
		if row.Line <= line {
			t.Fatalf("line %d comes after line %d", row.Line, line)
		}
		line = row.Line
		if n := len(row.Cells); n == 0 || row.Cells[n-1] == (app.SheetCell{}) {
			t.Fatalf("line %d ends with nothing: %+v", line, row.Cells)
		}
		for i, cell := range row.Cells {
			if !utf8.ValidString(cell.Text) {
				t.Fatalf("line %d, cell %d is no text: %q", line, i, cell.Text)
			}
		}
	}
}

// FuzzCSV reads any bytes. What was read is written, and read again as it was.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a;b\r\n\"x\n y\";\"\"\"\"\r\n", "\ufeffa\tb\n\n,,\n", "a,\"b\n", "caf\xe9\n", "\xff\xfea\x00,\x00b\x00", "=1+1,-2,'x\n", "\x00", "\r\r,\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
			t.Skip("FuzzXLSX reads workbooks")
		}
		got, err := read(t, "in.csv", content)
		mustBeCellsOrAnError(t, got, err)
		if err != nil {
			return
		}
		cells, size := 0, 0
		// The first row of every file of ours has commas: it tells what parts the cells.
		rows := [][]app.SheetCell{{{Text: "A"}, {Text: "B"}, {Text: "C"}}}
		for _, r := range got.Rows {
			rows = append(rows, r.Cells)
			cells += len(r.Cells)
			for _, c := range r.Cells {
				size += len(c.Text)
			}
		}
		if cells > len(content)+1 || size > 3*len(content) { // two bytes of UTF-16 are up to three of UTF-8
			t.Fatalf("%d bytes become %d cells of %d bytes", len(content), cells, size)
		}
		var written bytes.Buffer
		if err := sheet.WriteCSV(&written, rows); err != nil {
			t.Fatal(err)
		}
		again, err := sheet.Read("in.csv", &written)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if len(again.Rows) != len(rows) {
			t.Fatalf("%d rows become %d", len(rows), len(again.Rows))
		}
		for i, r := range again.Rows {
			if !slices.EqualFunc(rows[i], r.Cells, func(a, b app.SheetCell) bool { return a.Text == b.Text || "'"+a.Text == b.Text }) {
				t.Fatalf("%q becomes %q", rows[i], r.Cells)
			}
		}
	})
}

// workbookOf returns a workbook whose parts are given, others being plain ones.
func workbookOf(cells, strings, styles string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + strings + `</sst>`},
		{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + styles + `</styleSheet>`},
		{"xl/worksheets/sheet1.xml", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + cells + `</sheetData></worksheet>`},
	} {
		w, err := z.Create(part.name)
		if err == nil {
			_, err = io.WriteString(w, part.text)
		}
		if err != nil {
			panic(err) // it is written to memory
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// FuzzXLSX reads workbooks whose cells, texts and styles are any bytes.
func FuzzXLSX(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1"><v>1.5</v></c></row><row r="3"><c r="B3" t="inlineStr"><is><t>x</t></is></c></row>`, `<si><t>hello</t></si>`, "")
	f.Add(`<row><c><v>1</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c></row>`, "", "")
	f.Add(`<row r="2"><c r="A2" s="1"><f>1+1</f><v>45000</v></c><c r="B2" t="d"><v>2026-11-03T00:00:00</v></c></row>`, "",
		`<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>`)
	f.Add(`<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>`, "", "")
	f.Add(`<row r="1048577"/><row r="1"><c r="ZZZZ1"><v>1</v></c></row>`, `<si/>`, "")
	f.Add(`<row r="1"><c r="A1" t="s"><v>99999999999</v></c><c r="B1" t="s"><v>-1</v></c></row>`, `<si><r><t>a</t></r><r><t>b</t></r></si>`, "")
	f.Fuzz(func(t *testing.T, cells, strings, styles string) {
		got, err := read(t, "in.xlsx", workbookOf(cells, strings, styles))
		mustBeCellsOrAnError(t, got, err)
	})
}

// FuzzWorkbook reads archives that are any bytes.
func FuzzWorkbook(f *testing.F) {
	f.Add(workbookOf(`<row r="1"><c r="A1"><v>1</v></c></row>`, "", ""))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := read(t, "in.xlsx", content)
		mustBeCellsOrAnError(t, got, err)
	})
}

// FuzzCellsRoundTrip writes texts into both kinds of file: each comes back to its place.
func FuzzCellsRoundTrip(f *testing.F) {
	f.Add("a", "b\nc", "=1", uint8(3))
	f.Add("", "x", "0", uint8(0))
	f.Fuzz(func(t *testing.T, a, b, c string, gap uint8) {
		texts := []string{a, b, c}
		for _, text := range texts {
			if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == utf8.RuneError || r > 0xffef && r <= 0xffff }) {
				t.Skip("it is no text that is stored")
			}
		}
		row := make([]app.SheetCell, int(gap)%20)
		for _, text := range texts {
			row = append(row, app.SheetCell{Text: text})
		}
		rows := [][]app.SheetCell{{{Text: "Head"}}, row, {{Text: "end"}}}
		_, workbook := sheet.Named("in.xlsx")
		for name, write := range map[string]func(io.Writer, [][]app.SheetCell) error{"in.csv": sheet.WriteCSV, "in.xlsx": workbook} {
			var file bytes.Buffer
			if err := write(&file, rows); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := sheet.Read(name, &file)
			if err != nil {
				t.Fatal(err)
			}
			var back []app.SheetCell
			for _, r := range got.Rows {
				if r.Cells[0].Text != "Head" && r.Cells[0].Text != "end" || len(r.Cells) > 1 {
					back = r.Cells
				}
			}
			for i, text := range texts {
				at := int(gap)%20 + i
				cell := ""
				if at < len(back) {
					cell = back[at].Text
				}
				if back != nil && cell != text && cell != "'"+text {
					t.Errorf("%s: %q in column %s becomes %q of %v", name, text, app.ColumnLetters(at), cell, fmt.Sprint(back))
				}
			}
		}
	})
}

package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"feebridge/app"
)

func TestReadXLSX(t *testing.T) {
	file := excelize.NewFile()
	t.Cleanup(func() { must(t, file.Close()) })
	hidden := "Sheet1"
	must(t, file.SetCellValue(hidden, "A1", "not this one"))
	for _, name := range []string{"Invoices", "Later"} {
		if _, err := file.NewSheet(name); err != nil {
			t.Fatal(err)
		}
	}
	file.SetActiveSheet(1)
	must(t, file.SetSheetVisible(hidden, false))
	must(t, file.SetSheetRow("Invoices", "A1", &[]any{"*ContactName", " spaces ", "line\nbreak", "<&>"}))
	must(t, file.SetSheetRow("Invoices", "A3", &[]any{"Müller 😀", nil, 3, -1234.5, true}))
	must(t, file.SetCellRichText("Invoices", "B3", []excelize.RichTextRun{{Text: "bold"}, {Text: " and not"}}))
	must(t, file.SetCellValue("Invoices", "A4", time.Date(2026, 9, 14, 0, 0, 0, 0, time.UTC)))
	must(t, file.SetCellValue("Invoices", "B4", time.Date(2026, 9, 14, 10, 30, 1, 0, time.UTC)))
	must(t, file.SetCellFormula("Invoices", "C4", "1+1"))
	for cell, format := range map[string]string{
		"D4": `dd/mm/yyyy`, "E4": `0.00 "days"`, "F4": `[$-409]d\-mmm\-yy;@`, "G4": `[h]:mm`, "H4": `[Red]#,##0.00`, "I4": `0.0%`, "J4": `0000`,
	} {
		style, err := file.NewStyle(&excelize.Style{CustomNumFmt: &format})
		must(t, err)
		must(t, file.SetCellStyle("Invoices", cell, cell, style))
	}
	must(t, file.SetSheetRow("Invoices", "D4", &[]any{45000, 45000, 45000, 1.5, 1.25, 0.125, 622}))
	var b bytes.Buffer
	must(t, file.Write(&b))

	got, err := Read("in.xlsx", &b)
	if err != nil {
		t.Fatal(err)
	}
	want := app.Sheet{Name: "Invoices", Rows: []app.SheetRow{
		row(1, "*ContactName", " spaces ", "line\nbreak", "<&>"),
		{Line: 3, Cells: []app.SheetCell{
			{Text: "Müller 😀"}, {Text: "bold and not"}, {Text: "3", Kind: app.NumberCell}, {Text: "-1234.5", Kind: app.NumberCell},
			{Text: "TRUE", Kind: app.BoolCell},
		}},
		{Line: 4, Cells: []app.SheetCell{
			{Text: "2026-09-14", Kind: app.DateCell}, {Text: "2026-09-14T10:30:01", Kind: app.DateCell}, {Kind: app.FormulaCell},
			{Text: "2023-03-15", Kind: app.DateCell}, {Text: "45000", Kind: app.NumberCell}, {Text: "2023-03-15", Kind: app.DateCell},
			{Text: "36:00:00", Kind: app.DateCell}, {Text: "1.25", Kind: app.NumberCell}, {Text: "12.5%", Kind: app.NumberCell},
			{Text: "0622", Kind: app.NumberCell},
		}},
	}, Others: []app.Sheet{{Name: hidden, Rows: []app.SheetRow{row(1, "not this one")}, Hidden: true}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadXLSXCells(t *testing.T) {
	number, date, formula := app.NumberCell, app.DateCell, app.FormulaCell
	for _, test := range []struct {
		name, cell string
		want       app.SheetCell
	}{
		{"a text in a style that is not there", `<c s="99" t="s"><v> 0 </v></c>`, app.SheetCell{Text: "one"}},
		{"a number", `<c><v>1234.5</v></c>`, app.SheetCell{Text: "1234.5", Kind: number}},
		{"a sum of tenths", `<c><v>0.30000000000000004</v></c>`, app.SheetCell{Text: "0.3", Kind: number}},
		{"a price as Excel stores it", `<c><v>1.1000000000000001</v></c>`, app.SheetCell{Text: "1.1", Kind: number}},
		{"all nines", `<c><v>99.999999999999999</v></c>`, app.SheetCell{Text: "100", Kind: number}},
		{"fifteen digits", `<c><v>1234567890123.45</v></c>`, app.SheetCell{Text: "1234567890123.45", Kind: number}},
		{"seventeen digits", `<c><v>12345678901234567</v></c>`, app.SheetCell{Text: "12345678901234567", Kind: number}},
		{"a small number", `<c><v>-1E-3</v></c>`, app.SheetCell{Text: "-0.001", Kind: number}},
		{"a large number", `<c><v>1.5E+20</v></c>`, app.SheetCell{Text: "150000000000000000000", Kind: number}},
		{"needless zeros", `<c><v>-007.500</v></c>`, app.SheetCell{Text: "-7.5", Kind: number}},
		{"minus zero", `<c><v>-0.0</v></c>`, app.SheetCell{Text: "0", Kind: number}},
		{"hundreds", `<c><v>1500</v></c>`, app.SheetCell{Text: "1500", Kind: number}},
		{"a percentage", `<c s="1"><v>0.15</v></c>`, app.SheetCell{Text: "15%", Kind: number}},
		{"a percentage with noise", `<c s="1"><v>0.14999999999999999</v></c>`, app.SheetCell{Text: "15%", Kind: number}},
		{"a code with zeros in front", `<c s="4"><v>90</v></c>`, app.SheetCell{Text: "090", Kind: number}},
		{"a price in the format of codes", `<c s="4"><v>9.5</v></c>`, app.SheetCell{Text: "9.5", Kind: number}},
		{"a date", `<c s="2"><v>46279</v></c>`, app.SheetCell{Text: "2026-09-14", Kind: date}},
		{"the first of March 1900", `<c s="2"><v>61</v></c>`, app.SheetCell{Text: "1900-03-01", Kind: date}},
		{"the last day", `<c s="2"><v>2958465</v></c>`, app.SheetCell{Text: "9999-12-31", Kind: date}},
		{"behind the last day", `<c s="2"><v>2958466</v></c>`, app.SheetCell{Text: "2958466", Kind: number}},
		{"before the first day", `<c s="2"><v>-1</v></c>`, app.SheetCell{Text: "-1", Kind: number}},
		{"a moment", `<c s="2"><v>46279.43751157407</v></c>`, app.SheetCell{Text: "2026-09-14T10:30:01", Kind: date}},
		{"just before midnight", `<c s="2"><v>46278.99999999999</v></c>`, app.SheetCell{Text: "2026-09-14", Kind: date}},
		{"the last moment of a day that SQL Server knows", `<c s="2"><v>46278.99999996528</v></c>`, app.SheetCell{Text: "2026-09-13T23:59:59", Kind: date}},
		{"half a millisecond before midnight", `<c s="2"><v>46278.999999995</v></c>`, app.SheetCell{Text: "2026-09-14", Kind: date}},
		{"a time of day", `<c s="2"><v>0.4375</v></c>`, app.SheetCell{Text: "10:30:00", Kind: date}},
		{"hours passed", `<c s="3"><v>1.0625</v></c>`, app.SheetCell{Text: "25:30:00", Kind: date}},
		{"an ISO date", `<c t="d"><v>2026-09-14T00:00:00</v></c>`, app.SheetCell{Text: "2026-09-14", Kind: date}},
		{"true", `<c t="b"><v>1</v></c>`, app.SheetCell{Text: "TRUE", Kind: app.BoolCell}},
		{"false", `<c t="b"><v>0</v></c>`, app.SheetCell{Text: "FALSE", Kind: app.BoolCell}},
		{"a shared text", `<c t="s"><v>1</v></c>`, app.SheetCell{Text: "two runs"}},
		{"an inline text", `<c t="inlineStr"><is><t xml:space="preserve"> a</t></is></c>`, app.SheetCell{Text: " a"}},
		{"an inline text of runs", `<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>reading aid</t></rPh></is></c>`, app.SheetCell{Text: "ab"}},
		{"a number that is a text", `<c t="inlineStr"><is><t>007.50</t></is></c>`, app.SheetCell{Text: "007.50"}},
		{"a text in the format of dates", `<c t="inlineStr" s="2"><is><t>46279</t></is></c>`, app.SheetCell{Text: "46279"}},
		{"an escaped text", `<c t="inlineStr"><is><t>a_x000D_b &lt;</t></is></c>`, app.SheetCell{Text: "a\rb <"}},
		{"a formula of a number", `<c><f>0.1+0.2</f><v>0.30000000000000004</v></c>`, app.SheetCell{Text: "0.3", Kind: formula}},
		{"a formula of a text", `<c t="str"><f>A1&amp;B1</f><v>ab</v></c>`, app.SheetCell{Text: "ab", Kind: formula}},
		{"a formula of a date", `<c s="2"><f>TODAY()</f><v>46279</v></c>`, app.SheetCell{Text: "2026-09-14", Kind: formula}},
		{"a formula that was never computed", `<c><f>TODAY()</f></c>`, app.SheetCell{Kind: formula}},
		{"a formula with an empty result of no kind", `<c><f>TODAY()</f><v></v></c>`, app.SheetCell{Kind: formula}},
		{"a formula of an error", `<c t="e"><f>1/0</f><v>#DIV/0!</v></c>`, app.SheetCell{Text: "#DIV/0!", Kind: app.ErrorCell}},
		{"a shared formula", `<c><f t="shared" si="0"/><v>2</v></c>`, app.SheetCell{Text: "2", Kind: formula}},
		{"an error", `<c t="e"><v>#REF!</v></c>`, app.SheetCell{Text: "#REF!", Kind: app.ErrorCell}},
		{"prefixed names", `<x:c xmlns:x="y"><x:v>1</x:v></x:c>`, app.SheetCell{Text: "1", Kind: number}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Read("in.xlsx", workbookOf(nil, `<row>`+test.cell+`</row>`))
			if err != nil {
				t.Fatal(err)
			}
			want := app.Sheet{Name: "Data", Rows: []app.SheetRow{{Line: 1, Cells: []app.SheetCell{test.want}}}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestReadXLSXShowsTextsOfFormats holds that a whole number shows what its format puts around it, and
// that an amount, a date or a share doesn't.
func TestReadXLSXShowsTextsOfFormats(t *testing.T) {
	for _, c := range []struct {
		format string
		value  any
		want   string // what the cell shows; "" where that is its text
	}{
		{`"INV-"0000`, 42, "INV-0042"},
		{`"INV-"0000`, 123456, "INV-123456"},
		{`"INV-"#`, 42, "INV-42"},
		{`\I\N\V0000`, 42, "INV0042"},
		{`0000"/NZ"`, 42, "0042/NZ"},
		{`0000\-00`, 202611, "2026-11"},
		{`00-00-00`, 31126, "03-11-26"},
		{`"R"0;"-R"0`, 7, "R7"},
		{`0" hrs"`, 2, "2 hrs"},
		{`[$€-407]0`, 2, "€2"},
		{`[Red]"A"0`, 2, "A2"},
		{`"INV-"0000`, -42, ""},
		{`"INV-"0000`, 4.5, ""},
		{`0000`, 42, ""},
		{`General`, 42, ""},
		{`"$"#,##0.00`, 1234.5, ""},
		{`"$"#,##0`, 1234, ""},
		{`0_);(0)`, 7, ""},
		{`"on "dd/mm/yyyy`, 46000, ""},
		{`"about "0%`, 1, ""},
	} {
		file := excelize.NewFile()
		style, err := file.NewStyle(&excelize.Style{CustomNumFmt: &c.format})
		must(t, err)
		must(t, file.SetCellValue("Sheet1", "A1", c.value))
		must(t, file.SetCellStyle("Sheet1", "A1", "A1", style))
		var b bytes.Buffer
		must(t, file.Write(&b))
		must(t, file.Close())
		got, err := Read("in.xlsx", &b)
		must(t, err)
		if shown := got.Rows[0].Cells[0].Shown; shown != c.want {
			t.Errorf("%v as %s shows %q, want %q", c.value, c.format, shown, c.want)
		}
	}
}

func TestReadXLSXPositions(t *testing.T) {
	got, err := Read("in.xlsx", workbookOf(map[string]string{
		"xl/worksheets/sheet1.xml": `<worksheet><dimension ref="A1:XFD1048576"/><sheetData>` +
			`<row r="2"><c r="B2"><v>1</v></c><c><v>2</v></c><c r="AA2"><v>3</v></c></row>` +
			`<row><c><v>4</v></c></row>` +
			`<row r="5"><c r="A5" t="str"><f>IF(B5="","",B5)</f><v></v></c><c r="B5" t="s"><f>A5</f><v>2</v></c></row>` +
			`<row r="6"><c r="A6"/><c r="B6" s="1"/></row>` +
			`<row r="7" hidden="1"><c r="A7"><v>5</v></c><c r="XFD7" s="1"/></row>` +
			`<row r="1048576"><c r="A1048576" s="1"/></row>` +
			`</sheetData><controls><row>3</row><c>1</c></controls></worksheet>`,
	}, ""))
	if err != nil {
		t.Fatal(err)
	}
	number := func(text string) app.SheetCell { return app.SheetCell{Text: text, Kind: app.NumberCell} }
	second := make([]app.SheetCell, 27)
	second[1], second[2], second[26] = number("1"), number("2"), number("3")
	want := []app.SheetRow{{Line: 2, Cells: second}, {Line: 3, Cells: []app.SheetCell{number("4")}}, {Line: 7, Cells: []app.SheetCell{number("5")}, Hidden: true}}
	if diff := cmp.Diff(want, got.Rows); diff != "" {
		t.Error(diff)
	}
}

func TestReadXLSXFrom1904(t *testing.T) {
	got, err := Read("in.xlsx", workbookOf(map[string]string{
		"xl/workbook.xml": workbookXML(`<workbookPr date1904="1"/><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets>`),
	}, `<row><c s="2"><v>44817</v></c></row>`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]app.SheetRow{{Line: 1, Cells: []app.SheetCell{{Text: "2026-09-14", Kind: app.DateCell}}}}, got.Rows); diff != "" {
		t.Error(diff)
	}
}

func TestReadXLSXTakesTheFirstVisibleSheet(t *testing.T) {
	const types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	got, err := Read("in.xlsx", workbookOf(map[string]string{
		"xl/workbook.xml": workbookXML(`<sheets>` +
			`<sheet name="Chart" r:id="rChart"/><sheet name="Hidden" state="hidden" r:id="rId1"/><sheet name="Macro" state="veryHidden" r:id="rId1"/>` +
			`<sheet name="This" r:id="rThis"/><sheet name="Later" r:id="rId1"/></sheets>`),
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + types + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rChart" Type="` + types + `chartsheet" Target="chartsheets/sheet1.xml"/>` +
			`<Relationship Id="rThis" Type="` + types + `worksheet" Target="/xl/worksheets/this.xml"/></Relationships>`,
		"xl/chartsheets/sheet1.xml": `<chartsheet/>`,
		"xl/worksheets/this.xml":    sheetOf(`<row><c><v>7</v></c></row>`),
		"xl/vbaProject.bin":         "a macro",
	}, `<row><c><v>1</v></c></row>`))
	if err != nil {
		t.Fatal(err)
	}
	rows := func(text string) []app.SheetRow {
		return []app.SheetRow{{Line: 1, Cells: []app.SheetCell{{Text: text, Kind: app.NumberCell}}}}
	}
	want := app.Sheet{Name: "This", Rows: rows("7"), Others: []app.Sheet{
		{Name: "Hidden", Rows: rows("1"), Hidden: true}, {Name: "Macro", Rows: rows("1"), Hidden: true}, {Name: "Later", Rows: rows("1")},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadXLSXRefuses(t *testing.T) {
	onSheet := func(xml string) map[string]string { return map[string]string{"xl/worksheets/sheet1.xml": xml} }
	for _, test := range []struct {
		name   string
		parts  map[string]string
		rows   string
		begins string
		says   string
	}{
		{"no number", nil, `<row r="3"><c r="B3"><v>12,5</v></c></row>`, "in.xlsx, line 3, column B: ", "“12,5” isn't a number"},
		{"a number beyond spreadsheets", nil, `<row><c><v>1E309</v></c></row>`, "in.xlsx, line 1, column A: ", "isn't a number"},
		{"an absurd exponent", nil, `<row><c><v>1E999999999999</v></c></row>`, "in.xlsx, line 1, column A: ", "isn't a number"},
		{"infinity", nil, `<row><c><v>Inf</v></c></row>`, "in.xlsx, line 1, column A: ", "isn't a number"},
		{"no number where a date is", nil, `<row><c s="2"><v>NaN</v></c></row>`, "in.xlsx, line 1, column A: ", "isn't a number"},
		{"a text beyond the workbook's", nil, `<row><c t="s"><v>0</v></c></row><row r="7"><c r="C7" t="s"><v>3</v></c></row>`, "in.xlsx, line 7, column C (sheet “Data”): ", "text is missing"},
		{"a text with a negative number", nil, `<row><c t="s"><v>-1</v></c></row>`, "in.xlsx, line 1, column A (sheet “Data”): ", "text is missing"},
		{"a text with no number", nil, `<row><c t="s"><v>one</v></c></row>`, "in.xlsx, line 1, column A (sheet “Data”): ", "text is missing"},
		{"a text with a number beyond numbers", nil, `<row><c t="s"><v>99999999999999999999</v></c></row>`, "in.xlsx, line 1, column A (sheet “Data”): ", "text is missing"},
		{"a text with a number in pieces", nil, `<row><c t="s"><v>1<![CDATA[0]]></v></c></row>`, "in.xlsx, line 1, column A (sheet “Data”): ", "text is missing"},
		{"a text where the workbook has none", map[string]string{"xl/sharedStrings.xml": missing}, `<row><c t="s"><v>0</v></c></row>`, "in.xlsx, line 1, column A (sheet “Data”): ", "text is missing"},
		{"a formula whose text is missing", nil, `<row><c t="s"><f>B1</f><v>12</v></c></row>`, "in.xlsx, line 1, column A (sheet “Data”): ", "text is missing"},
		{"a style that is not there", nil, `<row r="2"><c r="B2" s="99"><v>46279</v></c></row>`, "in.xlsx, line 2, column B (sheet “Data”): ", "number format is missing"},
		{"a style where the workbook has none", map[string]string{"xl/styles.xml": missing}, `<row><c s="2"><v>46279</v></c></row>`, "in.xlsx, line 1, column A (sheet “Data”): ", "number format is missing"},
		{"a sheet that no relation names", map[string]string{"xl/workbook.xml": workbookXML(`<sheets><sheet name="Data" r:id="rId1"/><sheet name="May" r:id="rId9"/></sheets>`)}, "",
			"in.xlsx: ", "the sheet “May” is missing"},
		{"a row inside a row", nil, `<row r="2"><c><v>1</v></c><row r="3"/></row>`, "in.xlsx: ", "row 2 has a row inside"},
		{"a style that is no number", nil, `<row><c s="-1"><v>2</v></c></row>`, "in.xlsx: ", "has the style"},
		{"too many columns", nil, `<row><c r="GS1"><v>2</v></c></row>`, "in.xlsx, line 1, column GS: ", "more than 200 columns"},
		{"a column that no sheet has", nil, `<row><c r="XFE1"><v>2</v></c></row>`, "in.xlsx: ", `cell "XFE1"`},
		{"a row far below", nil, `<row r="1048576"><c><v>2</v></c></row>`, "in.xlsx, line 1048576: ", "more than 200000 lines"},
		{"rows out of order", nil, `<row r="2"/><row r="1"/>`, "in.xlsx: ", `row "1" follows row 2`},
		{"cells out of order", nil, `<row><c r="B1"/><c r="A1"/></row>`, "in.xlsx: ", `cell "A1"`},
		{"a cell of another row", nil, `<row><c r="B2"/></row>`, "in.xlsx: ", `cell "B2"`},
		{"a name that is none", nil, `<row><c r="12"/></row>`, "in.xlsx: ", `cell "12"`},
		{"a text that is too long", nil, `<row><c t="str"><v>` + strings.Repeat("x", maxCharacters+1) + `</v></c></row>`,
			"in.xlsx, line 1, column A: ", "more than 32767 characters"},
		{"an XML that ends early", onSheet(`<worksheet><sheetData><row><c><v>1</v></c></row><row>`), "", "in.xlsx: ", "is damaged"},
		{"an XML that is not nested", onSheet(`<worksheet><sheetData></worksheet></sheetData>`), "", "in.xlsx: ", "is damaged"},
		{"no XML", onSheet(`<worksheet a=1>`), "", "in.xlsx: ", "is damaged"},
		{"an unknown entity", onSheet(`<worksheet>&b;</worksheet>`), "", "in.xlsx: ", "is damaged"},
		{"elements without end", onSheet(strings.Repeat("<a>", 1_000_000)), "", "in.xlsx: ", "nested too deep"},
		{"more cells than a row has", nil, `<row>` + strings.Repeat("<c/>", excelize.MaxColumns+1) + `</row>`, "in.xlsx: ", "more than 16384 cells"},
		{"no visible sheet", map[string]string{"xl/workbook.xml": workbookXML(`<sheets><sheet name="a" state="hidden" r:id="rId1"/></sheets>`)}, "",
			"in.xlsx: ", "no visible sheet"},
		{"more texts than a workbook needs", map[string]string{"xl/sharedStrings.xml": strings.Repeat("a", maxDocument+1)}, "", "in.xlsx: ", "too large to read safely"},
		{"a sheet that is missing", onSheet(missing), "", "in.xlsx: ", "the sheet “Data” is missing"},
		{"no relations", map[string]string{"xl/_rels/workbook.xml.rels": missing}, "", "in.xlsx: ", "is damaged"},
		{"styles that are no XML", map[string]string{"xl/styles.xml": "<styleSheet"}, "", "in.xlsx: ", "is damaged"},
		{"texts that are no XML", map[string]string{"xl/sharedStrings.xml": "<sst><si>"}, `<row><c t="s"><v>0</v></c></row>`, "in.xlsx: ", "is damaged"},
		{"another program's archive", map[string]string{"xl/workbook.xml": missing}, "", "in.xlsx: ", "isn't an XLSX workbook"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read("in.xlsx", workbookOf(test.parts, test.rows))
			checkError(t, err, test.begins, test.says)
		})
	}
}

func TestReadRefusesOtherWorkbooks(t *testing.T) {
	const compound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	const encrypted = "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
	for _, test := range []struct{ name, content, says string }{
		{"an old workbook", compound + "Workbook", "old Excel file (.xls)"},
		{"an encrypted workbook", compound + strings.Repeat("\x00", 500) + encrypted, "password"},
		{"OpenDocument", archiveOf(t, "mimetype", "content.xml", "META-INF/manifest.xml"), "OpenDocument file (.ods)"},
		{"a binary workbook", archiveOf(t, "xl/workbook.bin", "xl/worksheets/sheet1.bin"), "binary workbook (.xlsb)"},
		{"Apple's Numbers", archiveOf(t, "Index/Document.iwa"), "Apple's Numbers"},
		{"another archive", archiveOf(t, "content.xml"), "isn't an XLSX workbook"},
		{"an archive that is cut", "PK\x03\x04 and no more", "is damaged"},
		{"a directory without end", "PK\x03\x04" + strings.Repeat("PK\x01\x02", maxParts+1), "too large to read safely"},
		{"encrypted parts", markedParts(t, 8, 1), "password"},
		{"parts packed in a way nobody knows", markedParts(t, 10, 99), "is damaged"},
		{"parts with another checksum", markedParts(t, 16, 99), "checksum"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read("in.xlsx", strings.NewReader(test.content))
			checkError(t, err, "in.xlsx: ", test.says)
		})
	}
}

// archiveOf returns an archive of parts that have nothing in them.
func archiveOf(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range parts {
		_, err := w.Create(part)
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

// TestReadXLSXRefusesZipBombs builds workbooks of a few kilobytes that unpack, or
// say that they unpack, to far more.
func TestReadXLSXRefusesZipBombs(t *testing.T) {
	const rows = 3_000_000
	sheet := deflatedRows(t, rows)
	for _, test := range []struct {
		name string
		says uint64 // the size that the archive says the sheet has
		want string
	}{
		{"by its size", maxInflated + 1, "too large to read safely"},
		{"by its ratio", uint64(rows * len("<row/>")), "too large to read safely"},
		{"by what comes out of it", 1000, "is damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			content := bombOf(t, sheet, test.says)
			if len(content) > 1<<20 {
				t.Fatalf("the bomb has %d bytes", len(content))
			}
			_, err := Read("in.xlsx", bytes.NewReader(content))
			checkError(t, err, "in.xlsx: ", test.want)
		})
	}
}

// TestReadXLSXOfManyLines also holds that a sheet of equal rows is not taken for a bomb.
func TestReadXLSXOfManyLines(t *testing.T) {
	const lines = 100_000
	got, err := Read("in.xlsx", workbookOf(nil, equalRows(lines, `<c r="A%[1]d" t="s"><v>0</v></c>`)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{lines, row(lines, "one")}, []any{len(got.Rows), got.Rows[len(got.Rows)-1]}); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkReadXLSX reads 100,000 lines of invoices with half of the 29 columns
// filled.
func BenchmarkReadXLSX(b *testing.B) {
	var cells strings.Builder
	for i := range 29 {
		fmt.Fprintf(&cells, `<c r="%s%%[1]d" `, app.ColumnLetters(i))
		switch {
		case i < 7:
			cells.WriteString(`t="s"><v>0</v></c>`)
		case i < 14:
			cells.WriteString(`><v>%[1]d.25</v></c>`)
		default:
			cells.WriteString(`s="4"/>`)
		}
	}
	content, err := io.ReadAll(workbookOf(nil, equalRows(100_000, cells.String())))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Read("in.xlsx", bytes.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}

// equalRows returns rows that differ by their number alone, which cells may name.
func equalRows(rows int, cells string) string {
	var b strings.Builder
	for i := 1; i <= rows; i++ {
		fmt.Fprintf(&b, `<row r="%[1]d">`+cells+`</row>`, i)
	}
	return b.String()
}

func FuzzReadXLSX(f *testing.F) {
	var written bytes.Buffer
	if err := WriteXLSX(&written, "a", [][]app.SheetCell{texts("a"), {{Text: "1.5", Kind: app.NumberCell}}}); err != nil {
		f.Fatal(err)
	}
	f.Add(written.Bytes())
	for _, rows := range []string{"", `<row r="2"><c r="B2" t="s"><v>0</v></c></row>`} {
		content, err := io.ReadAll(workbookOf(nil, rows))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := Read("in.xlsx", bytes.NewReader(append([]byte("PK\x03\x04"), bytes.TrimPrefix(content, []byte("PK\x03\x04"))...)))
		checkFuzzed(t, "in.xlsx", got, err)
	})
}

// FuzzReadXLSXParts goes past the archive, whose checksums stop most of what
// FuzzReadXLSX tries.
func FuzzReadXLSXParts(f *testing.F) {
	f.Add(`<row r="2"><c r="B2" t="s"><v>0</v></c><c s="2"><f/><v>46279.5</v></c></row>`, defaultParts["xl/styles.xml"], defaultParts["xl/sharedStrings.xml"], defaultParts["xl/workbook.xml"])
	f.Add(`<row><c t="inlineStr"><is><t>_x000D_</t></is></c><c t="e"><v>#N/A</v></c></row>`, stylesXML(`<numFmts><numFmt numFmtId="164" formatCode="[h"/></numFmts>`), "<sst/>", workbookXML(""))
	f.Add(`<row><c s="1"><v>1e-300</v></c></row>`, stylesXML(`<numFmts><numFmt numFmtId="164" formatCode="\"["/></numFmts><cellXfs><xf/><xf numFmtId="164"/></cellXfs>`), "", "")
	f.Fuzz(func(t *testing.T, rows, styles, texts, workbook string) {
		got, err := Read("in.xlsx", workbookOf(map[string]string{
			"xl/styles.xml": styles, "xl/sharedStrings.xml": texts, "xl/workbook.xml": workbook,
		}, rows))
		checkFuzzed(t, "in.xlsx", got, err)
	})
}

// missing stands for a part that is left out.
const missing = "\x00"

const mainNames = `"http://schemas.openxmlformats.org/spreadsheetml/2006/main"`

func workbookXML(content string) string {
	return `<workbook xmlns=` + mainNames + ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` + content + `</workbook>`
}

func stylesXML(content string) string {
	return `<styleSheet xmlns=` + mainNames + `>` + content + `</styleSheet>`
}

var defaultParts = map[string]string{
	"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
	"xl/workbook.xml": workbookXML(`<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets>`),
	"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
	"xl/styles.xml": stylesXML(`<numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd;@"/><numFmt numFmtId="165" formatCode="000"/></numFmts>` +
		`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
		`<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/><xf numFmtId="46"/><xf numFmtId="165"/></cellXfs>`),
	"xl/sharedStrings.xml": `<sst xmlns=` + mainNames + `><si><t>one</t></si><si><r><t>two</t></r><r><rPr/><t> runs</t></r><rPh><t>aid</t></rPh></si><si><t/></si></sst>`,
	"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="xml" ContentType="application/xml"/></Types>`,
}

func sheetOf(rows string) string { return `<worksheet><sheetData>` + rows + `</sheetData></worksheet>` }

// workbookOf returns a workbook of defaultParts, a sheet with the rows given, and
// the parts given instead of them or beside them.
func workbookOf(parts map[string]string, rows string) io.Reader {
	all := maps.Clone(defaultParts)
	all["xl/worksheets/sheet1.xml"] = sheetOf(rows)
	maps.Copy(all, parts)
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == missing {
			continue
		}
		part, err := archive.Create(name)
		if err != nil {
			return iotest.ErrReader(err)
		}
		if _, err := io.WriteString(part, all[name]); err != nil {
			return iotest.ErrReader(err)
		}
	}
	if err := archive.Close(); err != nil {
		return iotest.ErrReader(err)
	}
	return &b
}

// deflatedRows returns a sheet of that many empty rows as an archive holds it.
func deflatedRows(t *testing.T, rows int) []byte {
	t.Helper()
	var deflated bytes.Buffer
	compressor, err := flate.NewWriter(&deflated, flate.BestCompression)
	must(t, err)
	const perWrite = 10_000
	for range rows / perWrite {
		_, err = io.WriteString(compressor, strings.Repeat("<row/>", perWrite))
		must(t, err)
	}
	must(t, compressor.Close())
	return deflated.Bytes()
}

// bombOf returns a workbook with a deflated sheet that is said to have a size.
func bombOf(t *testing.T, sheet []byte, says uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for name, content := range defaultParts {
		part, err := archive.Create(name)
		must(t, err)
		_, err = io.WriteString(part, content)
		must(t, err)
	}
	part, err := archive.CreateRaw(&zip.FileHeader{
		Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate,
		CompressedSize64: uint64(len(sheet)), UncompressedSize64: says,
	})
	must(t, err)
	_, err = part.Write(sheet)
	must(t, err)
	must(t, archive.Close())
	return b.Bytes()
}

// markedParts returns a workbook with a byte changed in the directory's entry of
// every part: its flags begin at offset 8, its way of packing at 10, its checksum
// at 16.
func markedParts(t *testing.T, offset int, value byte) string {
	t.Helper()
	content, err := io.ReadAll(workbookOf(nil, ""))
	must(t, err)
	for rest := content; ; {
		at := bytes.Index(rest, []byte("PK\x01\x02"))
		if at < 0 {
			return string(content)
		}
		rest[at+offset] = value
		rest = rest[at+4:]
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

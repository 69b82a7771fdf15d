package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"feebridge/app"
)

func TestReadCSV(t *testing.T) {
	for _, test := range []struct {
		name, content string
		want          []app.SheetRow
	}{
		{"nothing", "", nil},
		{"empty lines alone", "\n\r\n\n", nil},
		{"commas", "a,b\n1,2\n", []app.SheetRow{row(1, "a", "b"), row(2, "1", "2")}},
		{"semicolons", "a;b\n1,5;2\n", []app.SheetRow{row(1, "a", "b"), row(2, "1,5", "2")}},
		{"tabs", "a\tb\n1,5\t2;3\n", []app.SheetRow{row(1, "a", "b"), row(2, "1,5", "2;3")}},
		{"a header of commas in quotes", "\"a,b,c\";d\n1;2\n", []app.SheetRow{row(1, "a,b,c", "d"), row(2, "1", "2")}},
		{"one column", "a\nb c\n", []app.SheetRow{row(1, "a"), row(2, "b c")}},
		{"line ends of Windows", "a,b\r\n1,2\r\n", []app.SheetRow{row(1, "a", "b"), row(2, "1", "2")}},
		{"line ends of old Macs", "a,b\r1,2\r", []app.SheetRow{row(1, "a", "b"), row(2, "1", "2")}},
		{"no end of the last line", "a,b\n1,2", []app.SheetRow{row(1, "a", "b"), row(2, "1", "2")}},
		{"quotes", "a\n\"say \"\"hi\"\", twice\"\n", []app.SheetRow{row(1, "a"), row(2, `say "hi", twice`)}},
		{"lines inside a cell", "a,b\n\"one\r\ntwo\nthree\",x\nlast,\"y\nz\"\nend,\n",
			[]app.SheetRow{row(1, "a", "b"), row(2, "one\ntwo\nthree", "x"), row(5, "last", "y\nz"), row(7, "end")}},
		{"empty rows are left out", "a,b\n\n,\n1,2\n\n,,,\n\n",
			[]app.SheetRow{row(1, "a", "b"), row(4, "1", "2")}},
		{"empty rows before the first", "\n\na;b\n", []app.SheetRow{row(3, "a", "b")}},
		{"rows of different length", "a,b,c\n1\n,,3\n", []app.SheetRow{row(1, "a", "b", "c"), row(2, "1"), row(3, "", "", "3")}},
		{"spaces are kept", " a , b\n", []app.SheetRow{row(1, " a ", " b")}},
		{"numbers and formulas are texts", "1.50,=A1,-2\n", []app.SheetRow{row(1, "1.50", "=A1", "-2")}},
		{"UTF-8 with a byte order mark", "\ufeffä,b\n", []app.SheetRow{row(1, "ä", "b")}},
		{"a quoted first cell behind a byte order mark", "\ufeff\"a\",b\n", []app.SheetRow{row(1, "a", "b")}},
		{"two byte order marks", "\ufeff\ufeffa,b\n1,2\n", []app.SheetRow{row(1, "a", "b"), row(2, "1", "2")}},
		{"three byte order marks and a quote", "\ufeff\ufeff\ufeff\"a\",b\n", []app.SheetRow{row(1, "a", "b")}},
		{"a separator that is named", "sep=;\r\na,b;c\r\n1;2\r\n", []app.SheetRow{row(2, "a,b", "c"), row(3, "1", "2")}},
		{"a named comma", "\ufeffsep=,\na;b,c\n", []app.SheetRow{row(2, "a;b", "c")}},
		{"a named tab in capitals", "SEP=\t\na\tb\n", []app.SheetRow{row(2, "a", "b")}},
		{"a named stroke, in quotes", "\"sep=|\"\na|b\n", []app.SheetRow{row(2, "a", "b")}},
		{"a first line that only begins so", "sep=;x\n1;2\n", []app.SheetRow{row(1, "sep=", "x"), row(2, "1", "2")}},
		{"a title above semicolons", "Invoices of November\n\na;b\n1,5;2\n", []app.SheetRow{row(1, "Invoices of November"), row(3, "a", "b"), row(4, "1,5", "2")}},
		{"UTF-16 without a byte order mark", utf16Text(binary.LittleEndian, "a\tä\r\n1\t2"), []app.SheetRow{row(1, "a", "ä"), row(2, "1", "2")}},
		{"UTF-16 without a byte order mark, big end first", utf16Text(binary.BigEndian, "a;bé\n1;2"), []app.SheetRow{row(1, "a", "bé"), row(2, "1", "2")}},
		{"UTF-16, little end first", utf16Text(binary.LittleEndian, "\ufeffä\t😀\r\n1\t2"), []app.SheetRow{row(1, "ä", "😀"), row(2, "1", "2")}},
		{"UTF-16, big end first", utf16Text(binary.BigEndian, "\ufeffä;😀\r1;2"), []app.SheetRow{row(1, "ä", "😀"), row(2, "1", "2")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Read("in.csv", strings.NewReader(test.content))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(app.Sheet{Rows: test.want}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadCSVInWindows1252(t *testing.T) {
	for content, want := range map[string]string{
		"M\xfcller": "Müller", "\xdcber": "Über", "Caf\xe9": "Café", "JOS\xc9 & \xc9MILE": "JOSÉ & ÉMILE", "O\x92Brien \x96 \x93x\x94 \x80 5, \xa320 \xbd\xa0h": "O’Brien – “x” € 5, £20 ½\u00a0h",
		"stra\xdfe": "straße",
	} {
		got, err := Read("in.csv", strings.NewReader("a,b\r\n\""+content+"\",x\r\n"))
		if err != nil || got.Encoding != "Windows-1252" || got.Rows[1].Cells[0].Text != want {
			t.Errorf("%q is read as %+v, %v", content, got, err)
		}
	}
	for _, content := range []string{"plain", "Café", "\ufeffCafé", "\xff\xfeC\x00\xe9\x00"} {
		if got, err := Read("in.csv", strings.NewReader(content)); err != nil || got.Encoding != "" {
			t.Errorf("%q is taken for %q, %v", content, got.Encoding, err)
		}
	}
}

func TestReadCSVTellsWhereItWasCutOff(t *testing.T) {
	for content, want := range map[string]int{
		"a,b,c\n1,2,3\n4,5":      3,
		"a,b,c\r\n1,2,3\r\n4":    3,
		"a,b,c\n\"1\n2\",2,3\n4": 4,
		"a,b,c\n1,2,3\n4,5\n":    0,
		"a,b,c\n1,2,3\n4,5,":     0,
		"a,b,c\n1,2,3\n4,5,6":    0,
		"a,b,c":                  0,
		"a,b,c,,\n1,2,3":         0,
		"":                       0,
	} {
		if got, err := Read("in.csv", strings.NewReader(content)); err != nil || got.CutOff != want {
			t.Errorf("%q is cut off in line %d, want %d (%v)", content, got.CutOff, want, err)
		}
	}
}

func TestReadCSVRefuses(t *testing.T) {
	for _, test := range []struct {
		name, content string
		want          string // how the text begins; then a part of the rest
		says          string
	}{
		{"an old Mac's é", "a\nb\nCaf\x8e\n", "in.csv, line 3: ", "save it as “CSV UTF-8”"},
		{"an old Mac's ü behind old line ends", "a\rb\r\nM\x9fller\n", "in.csv, line 3: ", "aren't in UTF-8"},
		{"DOS's é", "Caf\x82\n", "in.csv, line 1: ", "aren't in UTF-8"},
		{"DOS's ü", "M\x81ller\n", "in.csv, line 1: ", "aren't in UTF-8"},
		{"a capital within a word", "a\nM\xdcller and Cafi\xc9r\n", "in.csv, line 2: ", "aren't in UTF-8"},
		{"UTF-8 and Windows-1252 in one file", "Café\nM\xfcller\n", "in.csv, line 2: ", "aren't in UTF-8"},
		{"Windows-1252 and UTF-8 in one file", "M\xfcller\nCaf\xc3\xa9 \xe2\x80\x9c\n", "in.csv, line 1: ", "aren't in UTF-8"},
		{"Cyrillic in Windows-1251", "\xcc\xee\xf1\xea\xe2\xe0\n", "in.csv, line 1: ", "aren't in UTF-8"},
		{"characters that were lost before", "a\nM\ufffdller\n", "in.csv, line 2: ", "aren't in UTF-8"},
		{"a zero byte", "a\nb\x00c\n", "in.csv, line 2: ", "zero byte"},
		{"zero bytes on both sides", "a\x00,\x00b\x00\x00\n", "in.csv, line 1: ", "zero byte"},
		{"a web page", "\n <html><table><tr><td>a</td></tr></table></html>", "in.csv: ", "web page (HTML) or XML"},
		{"a table of a web page", "<TABLE border=1>", "in.csv: ", "save it as XLSX or CSV"},
		{"XML", "\ufeff<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>", "in.csv: ", "XML under a spreadsheet's name"},
		{"a PDF", "%PDF-1.7\n", "in.csv: ", "This is a PDF"},
		{"half a character of UTF-16", "\xff\xfea\x00\n\x00\x00\xd8b\x00", "in.csv, line 2: ", "aren't in UTF-8"},
		{"half a character at the end", "\xff\xfea\x00\n\x00\x00\xd8", "in.csv, line 2: ", "aren't in UTF-8"},
		{"half a unit of UTF-16", "\xff\xfea\x00\n\x00b", "in.csv, line 2: ", "aren't in UTF-8"},
		{"a quote in a cell", "a,b\n1,2\n3,5\" pipe\n", "in.csv, line 3: ", "middle of a cell"},
		{"text behind a quoted cell", "a,b\n\"1\"x,2\n", "in.csv, line 2: ", "closing quotation mark is missing or in the wrong place"},
		{"a quote that never ends", "a,b\n1,\"2\n3,4\n5,6\n", "in.csv, line 2: ", "up to line 4"},
		{"too many columns", "a\n" + strings.Repeat(",", maxColumns) + "x\n", "in.csv, line 2, column GS: ", "more than 200 columns"},
		{"too many lines", strings.Repeat("\n", maxLines) + "a", "in.csv, line 200001: ", "more than 200000 lines"},
		{"too many cells", strings.Repeat(strings.Repeat(",", maxColumns-1)+"x\n", maxCells/maxColumns+1), "in.csv, line 30001: ", "more than 6000000 cells"},
		{"a text that is too long", "a,b\nx," + strings.Repeat("é", maxCharacters+1), "in.csv, line 2, column B: ", "more than 32767 characters"},
		{"a file that is too large", strings.Repeat("x\n", maxBytes/2) + "x", "in.csv: ", "larger than 64 MB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read("in.csv", strings.NewReader(test.content))
			checkError(t, err, test.want, test.says)
		})
	}
}

func TestReadPassesOnWhatTheReaderSays(t *testing.T) {
	broken := errors.New("the disk is gone")
	if _, err := Read("in.csv", iotest.ErrReader(broken)); !errors.Is(err, broken) || !strings.Contains(err.Error(), "in.csv") {
		t.Errorf("got %v", err)
	}
}

func TestReadCSVOfManyLines(t *testing.T) {
	const lines = 100_000
	var content bytes.Buffer
	content.WriteString("*ContactName,*InvoiceNumber,*Description,*Quantity,*UnitAmount\r\n")
	for i := range lines {
		fmt.Fprintf(&content, "Client %d,INV-%06d,\"Fees, \"\"annual\"\"\",1.5,%d.25\r\n", i%500, i, i)
	}
	got, err := Read("in.csv", &content)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != lines+1 {
		t.Fatalf("%d rows", len(got.Rows))
	}
	want := row(lines+1, "Client 499", "INV-099999", `Fees, "annual"`, "1.5", "99999.25")
	if diff := cmp.Diff(want, got.Rows[lines]); diff != "" {
		t.Error(diff)
	}
}

func TestWriteCSV(t *testing.T) {
	var b bytes.Buffer
	err := WriteCSV(&b, [][]app.SheetCell{
		texts("Müller", "a,b", `"x"`, "one\ntwo"),
		texts("=1+1", "+SUM(A1)", "-x", "@cmd", "\tx", "\rx", "", "safe = yes"),
		texts("-5", "+1", "-0.05", "1955.00", "-1-1", "-1e5"),
		nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "\ufeffMüller,\"a,b\",\"\"\"x\"\"\",\"one\r\ntwo\"\r\n" +
		"'=1+1,'+SUM(A1),'-x,'@cmd,'\tx,\"'x\",,safe = yes\r\n" +
		"-5,+1,-0.05,1955.00,'-1-1,'-1e5\r\n" +
		"\r\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWriteCSVPassesOnErrors(t *testing.T) {
	full := errors.New("the disk is full")
	rows := [][]app.SheetCell{texts(strings.Repeat("x", 10_000))}
	for room := range 2 {
		if err := WriteCSV(&fullWriter{room, full}, rows); !errors.Is(err, full) {
			t.Errorf("after %d writes: %v", room, err)
		}
	}
}

func TestWhatWriteCSVWritesIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[a-zA-Zäß€😀0-9 ,;"'\t\n.=+@-]{0,12}`),
			rapid.StringMatching(`-?[0-9]{1,6}(\.[0-9]{1,4})?`),
		).Filter(func(s string) bool { return harmless(s) == s })
		// The header tells the separator.
		rows := append([][]app.SheetCell{texts("a", "b", "c", "d", "e", "f")}, drawRows(t, text, app.TextCell)...)
		var b bytes.Buffer
		if err := WriteCSV(&b, rows); err != nil {
			t.Fatal(err)
		}
		got, err := Read("out.csv", &b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(withoutEmpty(rows), cellsOf(got), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a;b\r\n\"1\n2\";3", "\xff\xfea\x00", "\xfe\xff\x00a", "\ufeff\"a\"", "a\tb\r\r\n\"", "\x00", "\xfc", "\"a\"b", "\n\n,,\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := Read("in.csv", bytes.NewReader(content))
		checkFuzzed(t, "in.csv", got, err)
	})
}

// checkFuzzed holds what is true of every outcome of Read.
func checkFuzzed(t *testing.T, name string, got app.Sheet, err error) {
	t.Helper()
	if err != nil {
		if !app.IsCode(err, app.Invalid) || !strings.HasPrefix(err.Error(), name) {
			t.Fatalf("%v does not name the file, or is not the input's fault", err)
		}
		return
	}
	line, cells := 0, 0
	for _, row := range got.Rows {
		if row.Line <= line || row.Line > maxLines {
			t.Fatalf("line %d follows line %d", row.Line, line)
		}
		if len(row.Cells) == 0 || row.Cells[len(row.Cells)-1] == (app.SheetCell{}) {
			t.Fatalf("line %d ends with an empty cell", row.Line)
		}
		line, cells = row.Line, cells+len(row.Cells)
	}
	if cells > maxCells {
		t.Fatalf("%d cells", cells)
	}
}

// checkError holds that a file was refused as the person's to mend, with a text that
// begins in one way and has a part.
func checkError(t *testing.T, err error, begins, has string) {
	t.Helper()
	if !app.IsCode(err, app.Invalid) {
		t.Fatalf("got %v; want an error with the code %s", err, app.Invalid)
	}
	if text := err.Error(); !strings.HasPrefix(text, begins) || !strings.Contains(text, has) {
		t.Errorf("got %q; want it to begin %q and have %q", text, begins, has)
	}
}

func row(line int, text ...string) app.SheetRow {
	return app.SheetRow{Line: line, Cells: texts(text...)}
}

func texts(text ...string) []app.SheetCell {
	var cells []app.SheetCell
	for _, s := range text {
		cells = append(cells, app.SheetCell{Text: s})
	}
	return cells
}

func cellsOf(s app.Sheet) [][]app.SheetCell {
	var rows [][]app.SheetCell
	for _, row := range s.Rows {
		rows = append(rows, row.Cells)
	}
	return rows
}

func withoutEmpty(rows [][]app.SheetCell) [][]app.SheetCell {
	return slices.DeleteFunc(slices.Clone(rows), func(cells []app.SheetCell) bool { return len(cells) == 0 })
}

// drawRows draws rows that end with a filled cell or have none.
func drawRows(t *rapid.T, text *rapid.Generator[string], kind app.CellKind) [][]app.SheetCell {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []app.SheetCell {
		var cells []app.SheetCell
		for _, s := range rapid.SliceOfN(text, 0, 6).Draw(t, "texts") {
			cell := app.SheetCell{Text: s}
			if s != "" {
				cell.Kind = kind
			}
			cells = append(cells, cell)
		}
		for len(cells) > 0 && cells[len(cells)-1].Text == "" {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == 0 {
			return nil
		}
		return cells
	}), 0, 8).Draw(t, "rows")
}

func utf16Text(order binary.AppendByteOrder, text string) string {
	var content []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		content = order.AppendUint16(content, unit)
	}
	return string(content)
}

// fullWriter takes some writes and then none.
type fullWriter struct {
	room int
	err  error
}

func (w *fullWriter) Write(p []byte) (int, error) {
	if w.room--; w.room < 0 {
		return 0, w.err
	}
	return len(p), nil
}

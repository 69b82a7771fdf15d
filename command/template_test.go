package command

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/data/sheet"
)

// column returns the cells of a file below its header, by the column's name.
func (d *desk) column(path, name string) []string {
	d.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		d.Fatal(err)
	}
	cells, err := sheet.Read(filepath.Base(path), bytes.NewReader(content))
	if err != nil {
		d.Fatal(err)
	}
	var texts []string
	at := -1
	for i, row := range cells.Rows {
		if i == 0 {
			for n, cell := range row.Cells {
				if cell.Text == name {
					at = n
				}
			}
			continue
		}
		texts = append(texts, row.Cells[at].Text)
	}
	return texts
}

// TestTheTemplateHasTheTextsOfTheInvoice writes descriptions that a spreadsheet would run. Xero's
// import takes a text as it is, so that an apostrophe would be on the client's invoice.
func TestTheTemplateHasTheTextsOfTheInvoice(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	texts := []string{"- Annual accounts", "+64 9 555 0100: advice by phone", "= 2 hours at 50.00", "@ agreed rate", `"quoted", - and more`, "-10% as agreed"}
	var file strings.Builder
	file.WriteString(templateHead)
	for i, text := range texts {
		fmt.Fprintf(&file, "@Rimu Builders Ltd,,T-%d,-PO 7,2026-11-03,2026-12-20,\"%s\",1,100,200,OUTPUT2\n", i+1, strings.ReplaceAll(text, `"`, `""`))
	}
	d.must(exitDone, "import", d.write("invoices.csv", file.String()), "--amounts", "exclusive", "--finalize")
	for _, name := range []string{"out.csv", "out.xlsx", "OUT.CSV"} {
		path := filepath.Join(t.TempDir(), name)
		d.must(exitDone, "list", "--to", path, "--template", "exclusive")
		got := d.column(path, "*Description")
		slices.Reverse(got) // the newest number is first
		if diff := cmp.Diff(texts, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for column, text := range map[string]string{"*ContactName": "@Rimu Builders Ltd", "Reference": "-PO 7"} {
			if got := d.column(path, column)[0]; got != text {
				t.Errorf("%s: the column %s has %q, want %q", name, column, got, text)
			}
		}
	}
	list := filepath.Join(t.TempDir(), "list.csv")
	d.must(exitDone, "list", "--to", list)
	if content, err := os.ReadFile(list); err != nil || !strings.Contains(string(content), "'@Rimu Builders Ltd") {
		t.Errorf("the list for people has lost its guard: %v\n%s", err, content)
	}
}

// TestATemplateOfMoreThanXeroImports is made of files of up to 500 invoices, which is as many as
// Xero imports from one. Each invoice is whole and in one of them.
func TestATemplateOfMoreThanXeroImports(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	var file strings.Builder
	file.WriteString(templateHead)
	want := make([]string, 501)
	for i := range want {
		want[i] = fmt.Sprintf("M-%03d", i+1)
		for _, text := range []string{"Advice", "Courier"} {
			fmt.Fprintf(&file, "Rimu Builders Ltd,,%s,,2026-11-03,2026-12-20,%s,1,100,200,OUTPUT2\n", want[i], text)
		}
	}
	d.must(exitDone, "import", d.write("invoices.csv", file.String()), "--amounts", "exclusive", "--finalize")
	folder := t.TempDir()
	path := filepath.Join(folder, "out.csv")
	taken := filepath.Join(folder, "out-2.csv")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, status := d.run("list", "--to", path, "--template", "exclusive"); status != exitSomeFailed || !strings.Contains(errs, "out-2.csv is there already") {
		t.Errorf("over a file that nobody named: %d, %s", status, errs)
	}
	if names := entries(t, folder); !slices.Equal(names, []string{"out-2.csv"}) {
		t.Fatalf("the folder has %v", names)
	}
	if err := os.Remove(taken); err != nil {
		t.Fatal(err)
	}
	out, errs, status := d.run("list", "--to", path, "--template", "exclusive")
	if status != exitDone || !strings.Contains(out+errs, "at most 500 invoices from a file, so there are 2 files") || !strings.Contains(out+errs, "out-2.csv are tax exclusive") {
		t.Errorf("%d, %.300s, %s", status, out[max(0, len(out)-500):], errs)
	}
	if names := entries(t, folder); !slices.Equal(names, []string{"out-1.csv", "out-2.csv"}) {
		t.Fatalf("the folder has %v", names)
	}
	var got []string
	for i, name := range []string{"out-1.csv", "out-2.csv"} {
		numbers := d.column(filepath.Join(folder, name), "*InvoiceNumber")
		if n := []int{1000, 2}[i]; len(numbers) != n {
			t.Errorf("%s has %d rows, want %d", name, len(numbers), n)
		}
		got = append(got, slices.Compact(numbers)...)
	}
	slices.Reverse(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("other invoices (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a file without a number, too: %v", err)
	}
}

// entries returns what a folder holds.
func entries(t *testing.T, folder string) []string {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

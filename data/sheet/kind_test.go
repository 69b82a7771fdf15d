package sheet

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app"
)

// anyone keeps no file.
type anyone struct{}

// RefuseOwn implements Keeper.
func (anyone) RefuseOwn(string) error { return nil }

// header is how a SQLite file begins that has the mark of a program.
func header(mark string) string {
	begin := databaseMark + strings.Repeat("\x00", 100)
	return begin[:firmMarkAt] + mark + begin[firmMarkAt+len(mark):]
}

// TestOnlyAFileOfItsKindIsReplaced saves each kind over files of all kinds. What was there stays to the
// byte, and the message says what it is.
func TestOnlyAFileOfItsKindIsReplaced(t *testing.T) {
	all := []Kind{CSV, Workbook, PDF, Database}
	for _, c := range []struct {
		name, content string
		by            []Kind // that replace it
		says          string // to the others
	}{
		{"list.csv", "Number,Total\r\nINV-1,5\r\n", []Kind{CSV}, "is a CSV file, not "},
		{"list.CSV", "\xef\xbb\xbfNumber;Total\n", []Kind{CSV}, "is a CSV file, not "},
		{"list.csv", "\xff\xfeN\x00u\x00m\x00", []Kind{CSV}, "is a CSV file, not "},
		{"list.csv", "Caf\xe9;1\r\n", []Kind{CSV}, "is a CSV file, not "},
		{"list.csv", archiveOf(t, "xl/workbook.xml"), []Kind{Workbook}, "is an Excel workbook, not "},
		{"list.csv", "<!DOCTYPE html><table>", nil, "is a web page or an XML file, not "},
		{"list.csv", "\x00\x01\x02\x03", nil, "is a file of another kind, not "},
		{"list.csv", header("FeeB"), []Kind{Database}, "is a Feebridge database, not "},
		{"list.xlsx", archiveOf(t, "xl/workbook.xml"), []Kind{Workbook}, "is an Excel workbook, not "},
		{"list.xlsx", archiveOf(t, "word/document.xml"), nil, "is a Word document, not "},
		{"list.xlsx", "PK\x03\x04 that was cut off", nil, "is a ZIP archive, not "},
		{"notes.docx", archiveOf(t, "word/document.xml"), nil, "is a Word document, not "},
		{"notes.txt", "Dear client", nil, "is a text file, not "},
		{"photo.jpg", "\xff\xd8\xff\xe0\x00\x10JFIF", nil, "is a picture, not "},
		{"logo.csv", "\x89PNG\r\n\x1a\n", nil, "is a picture, not "},
		{"books.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", nil, "is a document of an old Word or Excel, not "},
		{"INV-1.pdf", "%PDF-1.7\n", []Kind{PDF}, "is a PDF, not "},
		{"feebridge.exe", "MZ\x90\x00", nil, "is a program, not "},
		{"other.db", header("\x00\x00\x00*"), nil, "is another program's database, not "},
		{"firm.db", header("FeeB"), []Kind{Database}, "is a Feebridge database, not "},
		{"empty.db", "", all, ""},
		{"empty.docx", "", all, ""},
	} {
		for _, k := range all {
			path := filepath.Join(t.TempDir(), c.name)
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			err := k.Save(path, anyone{}, func(w io.Writer) error {
				_, err := io.WriteString(w, "new")
				return err
			})
			replaced := false
			for _, by := range c.by {
				replaced = replaced || by == k
			}
			if replaced {
				if err != nil {
					t.Errorf("%s over %s: %v", k, c.name, err)
				}
				checkFolder(t, path, "new")
				continue
			}
			if !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), path+" "+c.says) {
				t.Errorf("%s over %s, which %s…: %v", k, c.name, c.says, err)
			}
			checkFolder(t, path, c.content)
		}
	}
}

// TestWhatAKeeperKeepsIsNotReplaced saves over a file of the same kind that is not to be replaced.
func TestWhatAKeeperKeepsIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firm.csv")
	if err := os.WriteFile(path, []byte("a,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := errors.New("it is kept")
	nothing := func(io.Writer) error { return nil }
	if err := CSV.Save(path, keeps{path, kept}, nothing); !errors.Is(err, kept) {
		t.Error(err)
	}
	if _, err := WriteTemplate(path, keeps{path, kept}, [][][]app.SheetCell{{{{Text: "*ContactName"}}}}); !errors.Is(err, kept) {
		t.Errorf("a template: %v", err)
	}
	checkFolder(t, path, "a,b\n")
}

type keeps struct {
	path string
	why  error
}

// RefuseOwn implements Keeper.
func (k keeps) RefuseOwn(path string) error {
	if path == k.path {
		return k.why
	}
	return nil
}

func TestReadFile(t *testing.T) {
	folder := t.TempDir()
	large, small := filepath.Join(folder, "large.csv"), filepath.Join(folder, "small.csv")
	for path, size := range map[string]int64{large: maxBytes + 1, small: 3} { // without a block on disk
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := ReadFile(small); string(got) != "\x00\x00\x00" || err != nil {
		t.Errorf("a small file has %q, %v", got, err)
	}
	if _, err := ReadFile(large); err == nil || !strings.HasPrefix(err.Error(), "large.csv: ") || !strings.Contains(err.Error(), "64 MB") {
		t.Errorf("a file that is too large: %v", err)
	}
	if _, err := ReadFile(folder); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), folder+" is a folder, a device or a pipe") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := ReadFile(filepath.Join(folder, "gone.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

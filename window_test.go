package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/command"
	"feebridge/data/paper"
	"feebridge/data/sqlite"
)

// TestTheWindowSavesNothingOverWhatItMustKeep chooses the open database, what belongs to it and files of
// other kinds as the file to save as.
func TestTheWindowSavesNothingOverWhatItMustKeep(t *testing.T) {
	folder := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(folder, "firm.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	letter, picture := filepath.Join(folder, "letter.txt"), filepath.Join(folder, "photo.csv")
	for path, content := range map[string]string{letter: "Dear client", picture: "\xff\xd8\xff\xe0"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := &seat{Opened: command.Opened{Own: db, Paper: paper.New()}, papers: paper.NewFolder()}
	t.Cleanup(d.papers.Close)
	cells := [][]app.SheetCell{{{Text: "Number"}}}
	for path, says := range map[string]string{
		db.Path(): "belongs to the open database", db.Path() + "-wal": "belongs to the open database", filepath.Join(folder, "firm.log"): "belongs to the open database",
		letter: "is a text file, not a", picture: "is a picture, not a",
	} {
		before, _ := os.ReadFile(path) // what isn't there yet, isn't made
		_, template := d.writeTemplate(path, [][][]app.SheetCell{cells})
		_, printed := d.writePaper(app.Document{}, path)
		for what, err := range map[string]error{"a list": d.writeSheet(path, cells), "a template": template, "a PDF": printed} {
			if !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), says) {
				t.Errorf("%s over %s: %v", what, filepath.Base(path), err)
			}
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s has changed", filepath.Base(path))
		}
	}
	list := filepath.Join(folder, "list.csv")
	for range 2 { // the second time over the first
		if err := d.writeSheet(list, cells); err != nil {
			t.Error(err)
		}
	}
}

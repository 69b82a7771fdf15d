package screens

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	filedialog "fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
)

// explorer stands for the system's own file dialog.
type explorer struct {
	asked  chan FileQuestion
	chosen chan string
	err    error
}

// choose waits for the person, as the system's dialog does.
func (e *explorer) choose(ctx context.Context, q FileQuestion) (string, error) {
	e.asked <- q
	select {
	case path := <-e.chosen:
		return path, e.err
	case <-ctx.Done():
		return "", nil
	}
}

// withExplorer gives a window the system's dialog.
func withExplorer(b *trial) *explorer {
	e := &explorer{asked: make(chan FileQuestion, 2), chosen: make(chan string, 1)}
	b.w.chooseFile = e.choose
	return e
}

// mustAsk fails the test unless the system's dialog is open with the question.
func (e *explorer) mustAsk(b *trial, want FileQuestion) {
	b.Helper()
	if diff := cmp.Diff(want, deadline.Receive(b.T, e.asked, "the system's file dialog")); diff != "" {
		b.Errorf("asked (-want +got):\n%s", diff)
	}
	if b.w.picker == nil || b.window.Canvas().Overlays().Top() != nil {
		b.Error("the window does not know of the system's dialog, or shows one of its own")
	}
}

func TestTheSystemsFileDialogOpensAFile(t *testing.T) {
	b := newImportTrial(t)
	e := withExplorer(b)
	open := FileQuestion{Title: "Import invoices", Endings: []string{".csv", ".xlsx", ".txt"}, All: "All files"}
	path := filepath.Join(t.TempDir(), "november.csv")
	if err := os.WriteFile(path, []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}

	b.w.imports.pick()
	e.mustAsk(b, open)
	b.w.imports.pick() // it is open already
	if len(e.asked) > 0 {
		t.Error("a second dialog is open")
	}
	e.chosen <- path
	b.settle()
	b.see("november.csv")
	b.w.dialogs.top().hide()

	b.w.imports.pick()
	e.mustAsk(b, open)
	e.chosen <- "" // Cancel
	b.settle()
	if b.w.picker != nil || b.w.dialogs.top() != nil {
		t.Error("a cancelled dialog leaves something behind")
	}

	b.w.imports.pick()
	e.mustAsk(b, open)
	b.w.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.settle()
	if b.w.picker != nil {
		t.Error("Escape does not leave the choice of a file")
	}

	b.w.imports.pick()
	e.mustAsk(b, open)
	e.chosen <- filepath.Join(t.TempDir(), "gone.csv")
	b.settle()
	b.see("Couldn't open the file")
	b.w.dialogs.top().hide()

	b.w.imports.pick()
	e.mustAsk(b, open)
	e.err = errors.New("CommDlgExtendedError 0x2")
	e.chosen <- ""
	b.settle()
	b.see("Couldn't open the file")
}

func TestTheSystemsFileDialogSavesAFile(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	e := withExplorer(b)
	folder := t.TempDir()
	var saved []string
	b.w.saveFile("Save list", "invoices.xlsx", func(_ context.Context, path string) error {
		saved = append(saved, path)
		return nil
	}, func(path string) { saved = append(saved, "done: "+path) })
	e.mustAsk(b, FileQuestion{Title: "Save list", Endings: []string{".xlsx"}, All: "All files", Save: "invoices.xlsx"})
	path := filepath.Join(folder, "list.csv")
	e.chosen <- path
	b.settle()
	if diff := cmp.Diff([]string{path, "done: " + path}, saved); diff != "" {
		t.Errorf("saved (-want +got):\n%s", diff)
	}
}

// TestTheToolkitsFileDialogEmptiesNothing chooses a file that is there, and what is to be saved is then refused.
func TestTheToolkitsFileDialogEmptiesNothing(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	folder := t.TempDir()
	taken, free := filepath.Join(folder, "firm.db"), filepath.Join(folder, "new.db")
	if err := os.WriteFile(taken, []byte("all invoices"), 0o600); err != nil {
		t.Fatal(err)
	}
	within, err := storage.ListerForURI(storage.NewFileURI(folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{taken, free} {
		asked := ""
		b.w.saveFile("Save list", filepath.Base(path), func(_ context.Context, at string) error {
			asked = at
			return errors.New("it belongs to the open database")
		}, func(string) { t.Error("it is said to be saved") })
		picker := b.w.picker.(*filedialog.FileDialog)
		picker.SetLocation(within)
		picker.SetFileName(filepath.Base(path))
		b.pressToolkits("Save")
		if path == taken {
			b.pressToolkits("Yes") // that it may be replaced
		}
		b.settle()
		b.see("Couldn't save the file", "it belongs to the open database")
		b.w.dialogs.top().hide()
		if filepath.Clean(asked) != path {
			t.Errorf("asked to save %s as %q", path, asked)
		}
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "all invoices" {
		t.Errorf("the file has %q now, %v", content, err)
	}
	if _, err := os.Lstat(free); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file is left that was not saved: %v", err)
	}
	to, err := storage.Writer(storage.NewFileURI(free)) // what else the toolkit writes, it writes as ever
	if err == nil {
		_, err = to.Write([]byte("text"))
	}
	if err := errors.Join(err, to.Close()); err != nil {
		t.Error(err)
	}
	if content, err := os.ReadFile(free); err != nil || string(content) != "text" {
		t.Errorf("the toolkit wrote %q, %v", content, err)
	}
}

// press taps a button of the toolkit's own dialogs.
func (b *trial) pressToolkits(text string) {
	b.Helper()
	for _, o := range b.visible() {
		if button, ok := o.(*widget.Button); ok && button.Text == text {
			test.Tap(button)
			return
		}
	}
	b.Fatalf("there is no button %q", text)
}

func TestTheSystemsFileDialogEndsWithTheWindow(t *testing.T) {
	b := newTrial(t, newFake().fill(12))
	e := withExplorer(b)
	b.w.imports.pick()
	deadline.Receive(t, e.asked, "the system's file dialog")
	deadline.Wait(t, b.w.Close, "the end of the window")
}

// TestATemplateInSeveralFilesIsTold saves more invoices than Xero imports from a file.
func TestATemplateInSeveralFilesIsTold(t *testing.T) {
	b := newTrial(t, newFake().fill(3))
	e := withExplorer(b)
	b.w.writeTemplate = func(path string, sheets [][][]app.SheetCell) ([]string, error) {
		if len(sheets) != 1 {
			t.Errorf("%d sheets are written", len(sheets))
		}
		return []string{"/desk/xero-import-1.csv", "/desk/xero-import-2.csv"}, nil
	}
	b.w.billing.grid.Select(b.fake.invoices[0].ID, b.fake.invoices[1].ID)
	b.settle()
	e.chosen <- "/desk/xero-import.csv"
	b.tap("More actions")
	b.pick("menu.save-template")
	b.settle()
	want := FileQuestion{Title: "Save for Xero import", Endings: []string{".csv"}, All: "All files", Save: "xero-import.csv"}
	if diff := cmp.Diff(want, deadline.Receive(t, e.asked, "the system's file dialog")); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	b.see("2 invoices saved in 2 files, from /desk/xero-import-1.csv to xero-import-2.csv: Xero imports at most 500 invoices from a file. Import each file. When Xero asks, choose Tax exclusive.")
}

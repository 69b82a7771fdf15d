package paper

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"feebridge/app/apptest/needs"
)

// printedTo prints an invoice into the folder, and returns its path.
func printedTo(t *testing.T, f *Folder, name string) string {
	t.Helper()
	path, err := f.Path(name)
	if err != nil {
		t.Fatal(err)
	}
	place(t, path)
	return path
}

func place(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("%PDF"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestPrintedInvoicesGoWhenFeebridgeEnds(t *testing.T) {
	f := &Folder{within: t.TempDir()}
	f.Close() // nothing was printed
	one, two := printedTo(t, f, "one"), printedTo(t, f, "two")
	if filepath.Dir(one) != filepath.Dir(two) || filepath.Ext(one) != ".pdf" {
		t.Errorf("printed to %s and %s", one, two)
	}
	if mode, err := os.Stat(filepath.Dir(one)); err != nil || mode.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("others may look at %s: %v, %v", one, mode.Mode(), err)
	}
	f.Close()
	if left, err := os.ReadDir(f.within); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	printedTo(t, f, "three")
	f.Close()
}

func TestPrintedInvoicesThatWereLeftGoAtTheNextStart(t *testing.T) {
	within, elsewhere := t.TempDir(), t.TempDir()
	running := &Folder{within: within}
	kept := []string{printedTo(t, running, "one")}
	defer running.Close()

	killed := &Folder{within: within}
	gone := []string{printedTo(t, killed, "one"), printedTo(t, killed, "two")}
	place(t, filepath.Join(filepath.Dir(gone[0]), ".two.pdf.123.tmp"))
	_ = killed.use.Unlock() // as the end of a process does
	gone = append(gone, filepath.Dir(gone[0]))

	foreign := []string{
		filepath.Join(within, "feebridge-papers-", "another.pdf"), // without our lock file
		filepath.Join(within, "feebridge-demo-1", "demo.pdf"),
		filepath.Join(within, "papers", "invoice.pdf"),
		filepath.Join(within, "feebridge-papers-file"),
		filepath.Join(elsewhere, "invoice.pdf"),
	}
	for _, path := range foreign {
		place(t, path)
	}
	place(t, filepath.Join(elsewhere, inUse))
	linked := filepath.Join(within, "feebridge-papers-link")
	if err := os.Symlink(elsewhere, linked); err == nil && there(linked) { // not everybody may on Windows, and Wine only says that it did
		foreign = append(foreign, linked)
	}
	another := &Folder{within: within}
	mixed := printedTo(t, another, "one")
	precious := filepath.Join(filepath.Dir(mixed), "precious.txt")
	place(t, precious)
	_ = another.use.Unlock()
	gone, foreign = append(gone, mixed), append(foreign, precious)

	(&Folder{within: within}).Sweep()
	for _, path := range slices.Concat(kept, foreign) {
		if !there(path) {
			t.Errorf("%s is gone", path)
		}
	}
	for _, path := range gone {
		if there(path) {
			t.Errorf("%s was left", path)
		}
	}
}

// TestAFolderThatWasClearedAwayIsMadeAgain holds for systems that remove what lies among temporary files for long, as a whole or
// in part, while the window is open.
func TestAFolderThatWasClearedAwayIsMadeAgain(t *testing.T) {
	const another, link = "the folder, and another has its name", "the folder, and a link has its name"
	precious := filepath.Join(t.TempDir(), "precious.pdf")
	place(t, precious)
	for what, clear := range map[string]func(t *testing.T, folder string) error{
		"the folder": func(_ *testing.T, folder string) error { return os.RemoveAll(folder) },
		"the lock":   func(_ *testing.T, folder string) error { return os.Remove(filepath.Join(folder, inUse)) },
		another: func(t *testing.T, folder string) error {
			err := os.RemoveAll(folder)
			if err == nil {
				place(t, filepath.Join(folder, inUse))
			}
			return err
		},
		link: func(t *testing.T, folder string) error {
			err := os.RemoveAll(folder)
			if err == nil {
				needs.Link(t, filepath.Dir(precious), folder)
			}
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			f := &Folder{within: t.TempDir()}
			defer f.Close()
			first := filepath.Dir(printedTo(t, f, "one"))
			if err := clear(t, first); err != nil {
				t.Skip("nobody removes it while it is open:", err) // on Windows
			}
			if second := filepath.Dir(printedTo(t, f, "one")); second == first {
				t.Error("the next one is printed to the folder that is gone, or to another's")
			}
			(&Folder{within: f.within}).Sweep()
			if !there(filepath.Join(f.path, "one.pdf")) {
				t.Error("the next one is gone")
			}
			f.Close()
			if left, err := os.ReadDir(f.within); err != nil || len(left) > 0 && what != another && what != link {
				t.Errorf("left are %v, %v", left, err)
			}
			if !there(precious) {
				t.Error("what is behind a link is gone")
			}
		})
	}
}

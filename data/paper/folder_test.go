package paper

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
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

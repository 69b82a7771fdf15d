package paper

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAPreviewThatAViewerHoldsIsInNobodysWay(t *testing.T) {
	within := t.TempDir()
	f := &Folder{within: within}
	first := printedTo(t, f, "one")
	viewer, err := os.Open(first)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one-2.pdf", "one-2.pdf"} { // the second is held by nobody
		if got := filepath.Base(printedTo(t, f, "one")); got != want {
			t.Errorf("the next one is printed to %s, want %s", got, want)
		}
	}
	f.Close()
	if !there(first) || there(filepath.Join(filepath.Dir(first), "one-2.pdf")) {
		t.Error("what is held is gone, or what isn't was left")
	}
	(&Folder{within: within}).Sweep()
	if !there(first) {
		t.Error("what is held is gone")
	}
	if err := viewer.Close(); err != nil {
		t.Fatal(err)
	}
	(&Folder{within: within}).Sweep()
	if there(filepath.Dir(first)) {
		t.Error("what was held is left for good")
	}
}

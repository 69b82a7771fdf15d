package sheet

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"feebridge/app"
	"feebridge/data/disk"
)

func TestAFileThatIsOpenElsewhereIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "invoices.xlsx")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	spreadsheet, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	save := func() error {
		return WriteFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, "new")
			return err
		})
	}
	err = save()
	const want = "invoices.xlsx is open in another program. Close it there and save again."
	if !app.IsCode(err, app.Unavailable) || !errors.Is(err, disk.ErrHeld) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if err := spreadsheet.Close(); err != nil {
		t.Fatal(err)
	}
	checkFolder(t, path, "old")
	if err := save(); err != nil {
		t.Error(err)
	}
	checkFolder(t, path, "new")
}

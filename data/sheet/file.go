package sheet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data/disk"
)

// WriteFile writes a file whole or not at all: content goes to a temporary file in
// the same folder, is forced to disk, and takes the place of the file at path in
// one step. Where anything fails, the old file stays as it was and nothing is left
// beside it. The new file can be read and written by its owner alone; on Windows, by
// whoever may use the folder.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	folder := filepath.Dir(path)
	temporary, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*.tmp") // with mode 0600
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	placed := false
	defer func() {
		if !placed { // write may have panicked
			_ = temporary.Close()
			_ = os.Remove(temporary.Name())
		}
	}()
	if err := write(temporary); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := errors.Join(temporary.Sync(), temporary.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := disk.Replace(temporary.Name(), path); err != nil {
		if errors.Is(err, disk.ErrHeld) {
			return &app.Error{Code: app.Unavailable, Phrase: translations.Say("save.held", "File", filepath.Base(path)), Err: err}
		}
		return fmt.Errorf("writing %s: %w", path, err)
	}
	placed = true
	if err := syncFolder(folder); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

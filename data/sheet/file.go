package sheet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"feebridge/app"
	"feebridge/assets/translations"
	"feebridge/data/disk"
)

// WriteFile writes a file whole or not at all: content goes to a temporary file in
// the same folder, is forced to disk, and takes the place of the file at path in
// one step. Where anything fails, the old file stays as it was and nothing is left
// beside it. What is no regular file, and a file that its owner made read-only, is not
// replaced. Where a person says where, the file is saved by its Kind. The new file can be read and written by its owner alone; on Windows, by
// whoever may use the folder.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	if err := checkReplaced(path); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	temporary, err := os.CreateTemp(folder, ".feebridge-*.tmp") // with mode 0600
	if err != nil {
		return unwritten(path, err)
	}
	placed := false
	defer func() {
		if !placed { // write may have panicked
			_ = temporary.Close()
			_ = os.Remove(temporary.Name())
		}
	}()
	if err := write(temporary); err != nil {
		return unwritten(path, err)
	}
	if err := errors.Join(temporary.Sync(), temporary.Close()); err != nil {
		return unwritten(path, err)
	}
	if err := disk.Replace(temporary.Name(), path); err != nil {
		if errors.Is(err, disk.ErrHeld) {
			return held(path, err)
		}
		return unwritten(path, err)
	}
	placed = true
	if err := syncFolder(folder); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// checkReplaced refuses a path at which nothing is that may be replaced.
func checkReplaced(path string) error {
	info, err := disk.Regular(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // whether its folder is there shows when it is made
	case errors.Is(err, disk.ErrNoFile):
		return &app.Error{Code: app.Invalid, Phrase: translations.Say("save.no-file", "File", path), Err: err}
	case err != nil:
		return unwritten(path, err)
	case info.Mode().Perm()&0o200 == 0:
		return &app.Error{Code: app.Invalid, Phrase: translations.Say("save.read-only", "File", path), Err: fs.ErrPermission}
	}
	return nil
}

// held says that another program has the file open.
func held(path string, err error) error {
	return &app.Error{Code: app.Unavailable, Phrase: translations.Say("save.held", "File", filepath.Base(path)), Err: err}
}

// unwritten says why a file was not written, without the name of the temporary one: nobody can
// do anything with that.
func unwritten(path string, err error) error {
	if disk.IsFull(err) {
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("save.disk-full", "File", path), Err: err}
	}
	return fmt.Errorf("writing %s: %w", path, unnamed(err))
}

// unnamed is an error of the system without the names of files.
func unnamed(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	} else if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}

package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"feebridge/app"
	"feebridge/assets/translations"
)

// MakeFolder makes the folder in which the database at path is to be, for this person alone, where
// there is none. On a network drive it makes nothing, and refuses the path.
func MakeFolder(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := RefuseNetwork(path); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if err := makePrivate(folder); err != nil {
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("database.no-folder", "Folder", folder, "Error", err), Err: err}
	}
	return nil
}

// RefuseNetwork refuses a database on a network drive, and comes before anything touches the path.
// SQLite's locks, and the memory that its processes share, do not work across a
// network: two computers at once would damage the file without noticing.
func RefuseNetwork(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if kind := networkDrive(path); kind != "" {
		return app.Errorf(app.Invalid, "database.network", "File", path, "Kind", kind)
	}
	return nil
}

// nearest returns the path, or the nearest folder above it that is there.
func nearest(path string) string {
	for {
		above := filepath.Dir(path)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) || above == path {
			return path
		}
		path = above
	}
}

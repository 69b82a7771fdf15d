//go:build unix

package disk

import (
	"os"
	"path/filepath"
)

// Settings returns where programs keep what is a person's own.
func Settings() (Own, error) {
	folder, err := os.UserConfigDir()
	return Own{Folder: folder}, err
}

// Place returns where a file or folder that is there really is, with every link on the way followed.
func Place(path string) (string, error) { return filepath.EvalSymlinks(path) }

// inOneCase is a path as the system compares it.
func inOneCase(path string) string { return path }

// Long returns the path as the system takes it, however long it is.
func Long(path string) string { return path }

package instance

import "path/filepath"

// whole is a path from the root, without links as far as it exists.
func whole(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	missing := ""
	for there := path; ; there = filepath.Dir(there) {
		if real, err := filepath.EvalSymlinks(there); err == nil {
			return filepath.Join(real, missing)
		}
		if there == filepath.Dir(there) {
			return path
		}
		missing = filepath.Join(filepath.Base(there), missing)
	}
}

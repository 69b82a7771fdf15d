package disk

import (
	"os"
	"path/filepath"
	"strings"
)

// Settings returns the folder in which programs keep what is a person's own, on this computer.
// before is where earlier versions of Feebridge kept it; "" for the same. Firms keep the roaming
// folder, which they used, on a share, where a database must not be.
func Settings() (folder, before string, err error) {
	folder, err = os.UserCacheDir() // %LocalAppData%
	before, _ = os.UserConfigDir()  // %AppData%; where nobody says it, there was nothing
	return folder, before, err
}

// short is the longest path that every call of Windows takes, with room for what SQLite appends.
const short = 240

// Long returns the path as the system takes it, however long it is. Package os does so by itself.
func Long(path string) string {
	if len(path) < short || strings.HasPrefix(path, `\\`) || !filepath.IsAbs(path) {
		return path
	}
	return `\\?\` + filepath.Clean(path)
}

//go:build unix

package disk

import "os"

// Settings returns the folder in which programs keep what is a person's own, on this computer.
// before is where earlier versions of Feebridge kept it; "" for the same.
func Settings() (folder, before string, err error) {
	folder, err = os.UserConfigDir()
	return folder, "", err
}

// Long returns the path as the system takes it, however long it is.
func Long(path string) string { return path }

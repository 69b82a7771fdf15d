package disk

import (
	"os"
	"path/filepath"
)

// Own is where programs keep what is a person's own, on this computer.
type Own struct {
	Folder string
	Before string // where earlier versions of Feebridge kept it; "" for the same

	Profile Profile
}

// Profile is what kind of profile a person has on this computer.
type Profile string

// The kinds of profiles. With all but the first, Windows may remove the folder when the person signs out, and what was
// in it is nowhere else.
const (
	Lasting   Profile = ""
	Roaming   Profile = "roaming"
	Mandatory Profile = "mandatory"
	Temporary Profile = "temporary"
)

// SameFile reports whether two paths lead to one file, whether it is there or not.
func SameFile(a, b string) bool {
	if Spelled(a) == Spelled(b) {
		return true // Windows can't compare one that another program lets nobody open
	}
	one, noOne := os.Stat(a)
	other, noOther := os.Stat(b)
	return noOne == nil && noOther == nil && os.SameFile(one, other)
}

// Spelled is a path in one spelling, however it was given: from the root, and without links as far as it exists.
func Spelled(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	missing := ""
	for there := path; ; there = filepath.Dir(there) {
		if place, err := Place(there); err == nil {
			return inOneCase(filepath.Join(place, missing))
		}
		if there == filepath.Dir(there) {
			return inOneCase(path)
		}
		missing = filepath.Join(filepath.Base(there), missing)
	}
}

package disk

import (
	"errors"
	"slices"

	"golang.org/x/sys/windows"
)

// heldBack reports whether that is why something failed: another program has a file open without
// sharing it. To rename over such a file is said to be denied, as much else is: then the
// files are asked.
func heldBack(err error, paths []string) bool {
	var code windows.Errno
	switch {
	case !errors.As(err, &code):
		return false
	case code == windows.ERROR_ACCESS_DENIED:
		return slices.ContainsFunc(paths, isHeld)
	}
	return slices.Contains([]windows.Errno{
		windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_USER_MAPPED_FILE, windows.ERROR_DELETE_PENDING,
	}, code)
}

// isHeld reports whether a file can't be replaced because it is open.
func isHeld(path string) bool {
	name, err := windows.UTF16PtrFromString(Long(path))
	if err != nil {
		return false
	}
	const all = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	f, err := windows.CreateFile(name, windows.DELETE, all, nil, windows.OPEN_EXISTING, 0, 0)
	if err == nil {
		_ = windows.CloseHandle(f) // it was only asked for
	}
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_DELETE_PENDING)
}

// IsElsewhere reports whether a rename failed because the new place is on another drive.
func IsElsewhere(err error) bool { return errors.Is(err, windows.ERROR_NOT_SAME_DEVICE) }

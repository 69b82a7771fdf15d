package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/windows"
)

// heldBack reports whether that is why something failed: another program has a file open without
// sharing it. To rename over such a file, or a folder with a file that is open, is said to be denied, as much
// else is: then the files are asked.
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

const shareAll = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE

// isHeld reports whether a file can't be replaced because it is open, or a folder because something in it is. How a
// file in a folder is shared doesn't matter: while it is open, the folder keeps its name.
func isHeld(path string) bool {
	if info, err := os.Lstat(path); err != nil || !info.IsDir() {
		return isOpen(path, shareAll)
	}
	held := false
	_ = filepath.WalkDir(path, func(within string, _ fs.DirEntry, _ error) error {
		if held = within != path && isOpen(within, 0); held {
			return fs.SkipAll
		}
		return nil // what can't be looked into is held by nobody
	})
	return held
}

// isOpen reports whether another program has a file or folder open in a way that lets nobody delete it who shares it like
// that.
func isOpen(path string, share uint32) bool {
	name, err := windows.UTF16PtrFromString(Long(path))
	if err != nil {
		return false
	}
	const itself = windows.FILE_FLAG_BACKUP_SEMANTICS | windows.FILE_FLAG_OPEN_REPARSE_POINT // be it a folder or a link
	f, err := windows.CreateFile(name, windows.DELETE, share, nil, windows.OPEN_EXISTING, itself, 0)
	if err == nil {
		_ = windows.CloseHandle(f) // it was only asked for
	}
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_DELETE_PENDING)
}

// IsFull reports whether something failed because there is no room on the drive.
func IsFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// IsElsewhere reports whether a rename failed because the new place is on another drive.
func IsElsewhere(err error) bool { return errors.Is(err, windows.ERROR_NOT_SAME_DEVICE) }

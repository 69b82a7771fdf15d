package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"

	"feebridge/data/disk"
)

// keepPrivate does nothing: Windows knows no modes, and a file has the rights of its folder.
// A chmod there sets an attribute of the file, which fails where another process has the
// file mapped.
func keepPrivate(string) error { return nil }

// makePrivate makes a folder, and those above it that are missing, for this person, the administrators and
// the system alone: elsewhere than in a person's own folder it would have the rights of the drive, where everyone reads. A folder
// that is there keeps its rights: they may let a firm's staff share it.
func makePrivate(folder string) error {
	there := nearest(folder)
	if rest, err := filepath.Rel(there, folder); err == nil && rest != "." {
		first, _, _ := strings.Cut(rest, `\`) // what is made below it has its rights
		missing := filepath.Join(there, first)
		if err := makeOwn(missing); err != nil && !errors.Is(err, fs.ErrExist) {
			return &fs.PathError{Op: "mkdir", Path: missing, Err: err}
		}
	}
	return os.MkdirAll(folder, 0o700)
}

// makeOwn makes a folder that takes no rights from the one above it.
func makeOwn(folder string) error {
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return err
	}
	// Everything for the system, the administrators and this person, and whatever is in the folder likewise.
	rights, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;" + me.User.Sid.String() + ")")
	if err != nil {
		return err
	}
	name, err := windows.UTF16PtrFromString(disk.Long(folder))
	if err != nil {
		return err
	}
	attributes := windows.SecurityAttributes{SecurityDescriptor: rights}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	return windows.CreateDirectory(name, &attributes)
}

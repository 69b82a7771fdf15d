package sqlite

import (
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

var getDriveType = syscall.NewLazyDLL("kernel32.dll").NewProc("GetDriveTypeW")

// remote is what GetDriveTypeW returns for a drive letter that stands for a share.
const remote = 4

// networkDrive names the kind of network drive that path is on, or returns "".
func networkDrive(path string) string {
	volume := strings.TrimPrefix(filepath.VolumeName(path), `\\?\`) // which only lifts the limit on a path's length
	if strings.HasPrefix(volume, `\\`) || strings.HasPrefix(volume, `UNC\`) {
		return volume
	}
	root, err := syscall.UTF16PtrFromString(volume + `\`)
	if err != nil {
		return ""
	}
	if kind, _, _ := getDriveType.Call(uintptr(unsafe.Pointer(root))); kind == remote {
		return volume
	}
	return ""
}

package sqlite

import (
	"strings"
	"syscall"
)

// local is the flag MNT_LOCAL of statfs(2): the file system is stored on this computer.
const local = 0x1000

// networkDrive names the kind of network drive that path is on, or returns "".
func networkDrive(path string) string {
	var drive syscall.Statfs_t
	if syscall.Statfs(nearest(path), &drive) != nil || drive.Flags&local != 0 {
		return ""
	}
	var kind strings.Builder
	for _, c := range drive.Fstypename {
		if c == 0 {
			break
		}
		kind.WriteByte(byte(c))
	}
	return kind.String()
}

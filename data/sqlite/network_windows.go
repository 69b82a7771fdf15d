package sqlite

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"

	"feebridge/data/disk"
)

// networkDrive names the share or the drive letter of one that path is on, or returns "". A path
// that says so itself is never touched, since a share that is away takes long to answer; nor is the
// target of a link. What no link tells, such as a drive letter that stands for a folder, the system does:
// where the nearest folder that is there really is.
func networkDrive(path string) string {
	if kind := farVolume(path); kind != "" {
		return kind
	}
	if kind := farLink(path, os.Readlink); kind != "" {
		return kind
	}
	place, err := disk.Final(nearest(path))
	if err != nil {
		return "" // opening the file will say more
	}
	return farVolume(place)
}

// farLink names the share that a link on the way to path leads to, or returns "".
func farLink(path string, readLink func(string) (string, error)) string {
	for at := path; at != filepath.Dir(at); at = filepath.Dir(at) {
		if target, err := readLink(at); err == nil && farVolume(target) != "" {
			return farVolume(target)
		}
	}
	return ""
}

// farVolume names the volume of a path if that is a share, or a drive letter that stands for one.
func farVolume(path string) string {
	path = strings.ReplaceAll(path, "/", `\`)
	for _, prefix := range []string{`\\?\`, `\\.\`, `\??\`} { // which only lift limits
		if rest, found := strings.CutPrefix(path, prefix); found {
			if strings.EqualFold(rest[:min(len(rest), len(`UNC\`))], `UNC\`) {
				return filepath.VolumeName(`\\` + rest[len(`UNC\`):])
			}
			if !strings.HasPrefix(rest, `\`) && filepath.VolumeName(rest) == "" {
				return farDrive(filepath.VolumeName(path)) // \\?\Volume{…}
			}
			path = rest
		}
	}
	volume := filepath.VolumeName(path)
	if strings.HasPrefix(volume, `\\`) {
		return volume
	}
	return farDrive(volume)
}

func farDrive(volume string) string {
	root, err := windows.UTF16PtrFromString(volume + `\`)
	if err == nil && volume != "" && windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return volume
	}
	return ""
}

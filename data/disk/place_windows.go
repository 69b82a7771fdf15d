package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Settings returns where programs keep what is a person's own. Firms keep the roaming folder, which earlier versions
// used, on a share, where a database must not be. Windows is asked, since a person can change %LocalAppData% for
// themselves; it doesn't look whether the folders are there, since a share that is away takes long to answer.
func Settings() (Own, error) {
	folder, err := windows.KnownFolderPath(windows.FOLDERID_LocalAppData, windows.KF_FLAG_DONT_VERIFY)
	before, _ := windows.KnownFolderPath(windows.FOLDERID_RoamingAppData, windows.KF_FLAG_DONT_VERIFY) // where there is none, there was nothing
	return Own{folder, before, profile()}, err
}

// profile asks Windows for the kind of the person's profile. One that can't be found out is taken for one that lasts, as
// nearly all do.
func profile() Profile {
	var kind uint32
	if getProfileType.Find() != nil {
		return Lasting
	}
	if done, _, _ := getProfileType.Call(uintptr(unsafe.Pointer(&kind))); done == 0 {
		return Lasting
	}
	return profileOf(kind)
}

var getProfileType = windows.NewLazySystemDLL("userenv.dll").NewProc("GetProfileType")

// profileOf reads what GetProfileType tells.
func profileOf(kind uint32) Profile {
	const temporary, roaming, mandatory, roamingElsewhere = 1, 2, 4, 8
	switch {
	case kind&temporary != 0:
		return Temporary
	case kind&mandatory != 0:
		return Mandatory
	case kind&(roaming|roamingElsewhere) != 0:
		return Roaming
	}
	return Lasting
}

// evalSymlinks is filepath.EvalSymlinks, but in tests.
var evalSymlinks = filepath.EvalSymlinks

// Place returns where a file or folder that is there really is, with every link on the way followed. Without a junction
// or a mounted volume on the way, it is in the spelling that is noted beside every database; Go follows neither of those,
// and Windows is asked.
func Place(path string) (string, error) {
	place, err := evalSymlinks(path)
	if err == nil && !isLink(place) { // else a junction is at its end
		return place, nil
	}
	if place, err = Final(path); errors.Is(err, fs.ErrNotExist) {
		return "", err
	} else if err == nil {
		return place, nil
	}
	return filepath.Abs(path) // on a drive that doesn't say where it is, such as some of memory
}

func isLink(path string) bool {
	_, err := os.Readlink(path)
	return err == nil
}

// Final returns what Windows itself says on where a file or folder is that is there: a drive letter that stands for a
// folder is followed, too. A volume without a letter has its own name, as in \\?\Volume{…}\firm.db.
func Final(path string) (place string, err error) {
	name, err := windows.UTF16PtrFromString(Long(path))
	if err != nil {
		return "", err
	}

	there, err := windows.CreateFile(name, 0, shareAll, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return "", &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer func() { _ = windows.CloseHandle(there) }() // it was only asked
	const withLetter, withVolume = 0, 1
	for _, form := range []uint32{withLetter, withVolume} {
		text := make([]uint16, windows.MAX_LONG_PATH)
		var n uint32
		if n, err = windows.GetFinalPathNameByHandle(there, &text[0], uint32(len(text)), form); err == nil {
			return plain(windows.UTF16ToString(text[:min(int(n), len(text))])), nil
		}
	}
	return "", &fs.PathError{Op: "find", Path: path, Err: err}
}

// plain is a path without the \\?\ that lifts limits, where it means the same without.
func plain(path string) string {
	rest, long := strings.CutPrefix(path, `\\?\`)
	if share, is := strings.CutPrefix(rest, `UNC\`); long && is {
		return `\\` + share
	}
	if long && filepath.VolumeName(rest) != "" {
		return rest
	}
	return path
}

// inOneCase is a path as the system compares it.
func inOneCase(path string) string { return strings.ToLower(path) }

// short is the longest path that every call of Windows takes, with room for what SQLite appends.
const short = 240

// Long returns the path as the system takes it, however long it is. Package os does so by itself.
func Long(path string) string {
	if len(path) < short || strings.HasPrefix(path, `\\`) || !filepath.IsAbs(path) {
		return path
	}
	return `\\?\` + filepath.Clean(path)
}

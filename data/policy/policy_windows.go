package policy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"

	"feebridge/assets/translations"
)

// place is where the policy of this computer is: Windows is asked, since a person can change %ProgramData% for
// themselves.
func place() (string, error) {
	folder, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return "", fmt.Errorf("finding the folder of this computer's policy: %w", err)
	}
	return filepath.Join(folder, "Feebridge", "policy.json"), nil
}

// trusted returns why a file or a folder is not for administrators alone to change, or nil.
func trusted(f *os.File) error {
	sd, err := windows.GetSecurityInfo(windows.Handle(f.Fd()), windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return guarded(sd, info.IsDir())
}

// The rights with which a file can be changed or replaced. In a folder, one may make other files: that does not change
// the policy.
const (
	deleteChild = 0x40
	changes     = windows.DELETE | windows.WRITE_DAC | windows.WRITE_OWNER | windows.GENERIC_ALL
	inFolder    = changes | deleteChild
	inFile      = changes | windows.GENERIC_WRITE | windows.FILE_WRITE_DATA | windows.FILE_APPEND_DATA
)

// guarded returns why others than administrators can change what has these rights, or nil.
func guarded(sd *windows.SECURITY_DESCRIPTOR, folder bool) error {
	owner, _, err := sd.Owner()
	if err != nil {
		return err
	}
	if !administers(owner) {
		return errors.New(translations.Text("policy.untrusted.owned", "Name", nameOf(owner)))
	}
	list, _, err := sd.DACL()
	if err != nil {
		return err
	}
	if list == nil { // which gives everybody every right
		return errors.New(translations.Text("policy.untrusted.rights", "Name", translations.Text("policy.untrusted.everybody")))
	}
	rights := windows.ACCESS_MASK(inFile)
	if folder {
		rights = inFolder
	}
	for i := range list.AceCount {
		var entry *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, uint32(i), &entry); err != nil {
			return err
		}
		if entry.Header.AceType == windows.ACCESS_DENIED_ACE_TYPE || entry.Header.AceFlags&windows.INHERIT_ONLY_ACE != 0 || entry.Mask&rights == 0 {
			continue
		}
		who := (*windows.SID)(unsafe.Pointer(&entry.SidStart))
		if entry.Header.AceType != windows.ACCESS_ALLOWED_ACE_TYPE || !administers(who) {
			return errors.New(translations.Text("policy.untrusted.rights", "Name", nameOf(who)))
		}
	}
	return nil
}

// installer is what Windows itself installs as.
const installer = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

func administers(who *windows.SID) bool {
	return who.IsWellKnown(windows.WinBuiltinAdministratorsSid) || who.IsWellKnown(windows.WinLocalSystemSid) || who.String() == installer
}

// nameOf is who that is, as Windows shows it.
func nameOf(who *windows.SID) string {
	if name, domain, _, err := who.LookupAccount(""); err == nil && domain != "" {
		return domain + `\` + name
	} else if err == nil {
		return name
	}
	return who.String()
}

package policy

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

func TestOnlyAFileThatNobodyElseCanChangeIsTrusted(t *testing.T) {
	for what, c := range map[string]struct {
		rights string // as Windows writes them (SDDL)
		folder bool
		good   bool
	}{
		"as an administrator makes it":     {"O:BAD:(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)", false, true},
		"as group policy makes it":         {"O:SYD:(A;;FA;;;SY)(A;;FA;;;BA)(A;;FR;;;AU)", false, true},
		"denied to some":                   {"O:BAD:(D;;FW;;;BU)(A;;FA;;;BA)", false, true},
		"a user's own":                     {"O:BUD:(A;;FA;;;SY)(A;;FA;;;BA)", false, false},
		"users write":                      {"O:BAD:(A;;FA;;;BA)(A;;FRFW;;;BU)", false, false},
		"users append":                     {"O:BAD:(A;;FA;;;BA)(A;;0x4;;;BU)", false, false},
		"users delete":                     {"O:BAD:(A;;FA;;;BA)(A;;SD;;;BU)", false, false},
		"users change the rights":          {"O:BAD:(A;;FA;;;BA)(A;;WD;;;AU)", false, false},
		"users take it":                    {"O:BAD:(A;;FA;;;BA)(A;;WO;;;WD)", false, false},
		"everybody does everything":        {"O:BAD:(A;;GA;;;WD)", false, false},
		"a folder with its default rights": {"O:BAD:(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;GA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;0x116;;;BU)", true, true},
		"a folder that users empty":        {"O:BAD:(A;OICI;FA;;;BA)(A;OICI;0x40;;;BU)", true, false},
		"a folder that users rename":       {"O:BAD:(A;OICI;FA;;;BA)(A;OICI;SD;;;BU)", true, false},
		"a user's folder":                  {"O:BUD:(A;OICI;FA;;;BA)", true, false},
	} {
		t.Run(what, func(t *testing.T) {
			sd, err := windows.SecurityDescriptorFromString(c.rights)
			if err != nil {
				t.Fatal(err)
			}
			if err := guarded(sd, c.folder); (err == nil) != c.good {
				t.Errorf("it is trusted: %v (%v)", c.good, err)
			}
		})
	}
}

// TestTheInstallersFolderIsTrusted takes the rights that the MSI sets from where it gets them. Wine sets none.
func TestTheInstallersFolderIsTrusted(t *testing.T) {
	made, err := os.ReadFile(filepath.Join("..", "..", "packaging", "make"))
	if err != nil {
		t.Fatal(err)
	}
	rights := regexp.MustCompile(`'(O:[^']*)'\)"`).FindStringSubmatch(string(made))
	if rights == nil {
		t.Fatal("packaging/make sets no rights")
	}
	sd, err := windows.SecurityDescriptorFromString(rights[1])
	if err == nil {
		err = guarded(sd, true)
	}
	if err != nil {
		t.Errorf("%s: %v", rights[1], err)
	}
}

func TestAFileWithoutAListOfRightsIsEverybodys(t *testing.T) {
	sd, err := windows.NewSecurityDescriptor()
	if err != nil {
		t.Fatal(err)
	}
	administrators, err := windows.CreateWellKnownSid(windows.WinBuiltinAdministratorsSid)
	if err == nil {
		err = errors.Join(sd.SetOwner(administrators, false), sd.SetDACL(nil, true, false))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := guarded(sd, false); err == nil {
		t.Error("it is trusted")
	}
}

func TestThePolicyIsWhereWindowsSays(t *testing.T) {
	t.Setenv("ProgramData", `C:\elsewhere`)
	path, err := place()
	if err != nil || !strings.HasSuffix(path, `\ProgramData\Feebridge\policy.json`) || !filepath.IsAbs(path) {
		t.Errorf("it is %q, %v", path, err)
	}
}

package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"feebridge/app"
	"feebridge/app/apptest/needs"
	"feebridge/data/disk"
)

func TestASharesPathsAreKnownHoweverTheyAreWritten(t *testing.T) {
	for path, want := range map[string]string{
		`\\server\firm\feebridge.db`:                 `\\server\firm`,
		`//server/firm/feebridge.db`:                 `\\server\firm`,
		`\\?\UNC\server\firm\feebridge.db`:           `\\server\firm`,
		`\\?\unc\server\firm\feebridge.db`:           `\\server\firm`,
		`//?/UNC/server/firm/feebridge.db`:           `\\server\firm`,
		`\\.\UNC\server\firm\feebridge.db`:           `\\server\firm`,
		`\??\UNC\server\firm`:                        `\\server\firm`, // as a link has it
		`\\server.tui.example@SSL\DavWWWRoot\firm\x`: `\\server.tui.example@SSL\DavWWWRoot`,
		`C:\firm\feebridge.db`:                       "",
		`\\?\C:\firm\feebridge.db`:                   "",
		`\??\C:\firm`:                                "",
		`C:\UNC\server\firm`:                         "",
		`UNC\server\firm`:                            "", // a folder of that name
		``:                                           "",
	} {
		if got := farVolume(path); got != want {
			t.Errorf("%s is on %q, want %q", path, got, want)
		}
	}
}

func TestADatabaseOnAShareIsRefusedBeforeItsFolderIsMade(t *testing.T) {
	for _, path := range []string{`\\localhost\firm\new\feebridge.db`, `\\?\UNC\localhost\firm\new\feebridge.db`} {
		for what, try := range map[string]func() error{
			"the folder": func() error { return MakeFolder(path) },
			"opening": func() error {
				db, err := Open(t.Context(), path)
				if err == nil {
					_ = db.Close()
				}
				return err
			},
		} {
			if err := try(); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "network drive") {
				t.Errorf("%s of %s: %v", what, path, err)
			}
		}
	}
}

func TestThisComputersDrivesAreLocal(t *testing.T) {
	there := t.TempDir()
	for _, path := range []string{there, filepath.Join(there, "not there yet", "nor this"), `\\?\` + there} {
		if kind := networkDrive(path); kind != "" {
			t.Errorf("%s is said to be on %s", path, kind)
		}
	}
}

func TestALinkToAShareIsKnownWithoutTheShare(t *testing.T) {
	links := map[string]string{`C:\firm`: `\??\UNC\server\firm`, `C:\near`: `\??\D:\firm`, `C:\deep\er`: `//server/deep`}
	readLink := func(path string) (string, error) {
		if target, found := links[path]; found {
			return target, nil
		}
		return "", os.ErrInvalid
	}
	for path, want := range map[string]string{
		`C:\firm\new\feebridge.db`: `\\server\firm`,
		`C:\near\new\feebridge.db`: "",
		`C:\deep\er`:               `\\server\deep`,
		`C:\deep\feebridge.db`:     "",
	} {
		if got := farLink(path, readLink); got != want {
			t.Errorf("%s is on %q, want %q", path, got, want)
		}
	}
}

func TestALinkToAShareIsFollowed(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	needs.Link(t, `\\localhost\firm`, link)
	err := MakeFolder(filepath.Join(link, "new", "feebridge.db"))
	if !app.IsCode(err, app.Invalid) {
		t.Errorf("behind the link: %v", err)
	}
}

func TestAFolderOnADriveThatIsNotThereIsNotMade(t *testing.T) {
	drives, err := windows.GetLogicalDrives()
	if err != nil {
		t.Fatal(err)
	}
	for letter := 'A'; letter <= 'Z'; letter++ {
		if drives&(1<<(letter-'A')) != 0 {
			continue
		}
		for _, path := range []string{string(letter) + `:\firm.db`, string(letter) + `:\firm\new\firm.db`} {
			if err := MakeFolder(path); !app.IsCode(err, app.Unavailable) {
				t.Errorf("%s: %v", path, err)
			}
		}
		return
	}
	t.Fatal("every letter is a drive")
}

func TestTheFolderIsForItsOwnerAlone(t *testing.T) {
	top := filepath.Join(t.TempDir(), "firm")
	folder := filepath.Join(top, "data")
	if err := MakeFolder(filepath.Join(folder, "feebridge.db")); err != nil {
		t.Fatal(err)
	}
	rights, err := windows.GetNamedSecurityInfo(top, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	text := rights.String()
	t.Log(text)
	for _, who := range []string{";;;WD)", ";;;BU)", ";;;AU)", "S-1-5-32-545"} { // everyone, users, whoever is signed in
		if strings.Contains(text, who) {
			t.Errorf("others may use the folder: %s", text)
		}
	}
	if !strings.Contains(text, me.User.Sid.String()) && !strings.Contains(text, ";;;LA)") && !strings.Contains(text, ";;;OW)") {
		t.Errorf("its owner may not use the folder: %s", text)
	}
	if err := os.WriteFile(filepath.Join(folder, "firm.db"), nil, 0o600); err != nil {
		t.Error(err)
	}
}

func TestADatabaseOfALongPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), strings.Repeat(`a long folder `, 10)+"x", strings.Repeat("another ", 15)+"x", "firm.db")
	if err := MakeFolder(path); err != nil {
		t.Fatal(err)
	}
	if len(path) < 260 || disk.Long(path) == path {
		t.Fatalf("%s is a short path", path)
	}
	for range 2 {
		db, err := Open(t.Context(), path, Witness(t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		other, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Close(); err != nil {
			t.Error(err)
		}
		backup := path + time.Now().Format(".150405.000")
		if err := db.Backup(t.Context(), backup, false); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(backup); err != nil {
			t.Error(err)
		}
	}
}

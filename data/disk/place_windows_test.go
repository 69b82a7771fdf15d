package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAPlaceIsSpelledAsItIsNoted holds that a path without links is spelled as it is beside every database, so that none is
// taken for a copy.
func TestAPlaceIsSpelledAsItIsNoted(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(top, "A folder", "Firm.db")
	put(t, want)
	for _, path := range []string{want, strings.ToLower(want), strings.ToUpper(want), filepath.ToSlash(want)} {
		if got, err := Place(path); got != want || err != nil {
			t.Errorf("%s is at %s, %v; want %s", path, got, err, want)
		}
	}
	// Where Go gives up, because of a junction on the way, Windows tells it in the same spelling. Wine makes no junction.
	t.Cleanup(func() { evalSymlinks = filepath.EvalSymlinks })
	evalSymlinks = func(string) (string, error) { return "", syscall.ENOTDIR }
	for _, path := range []string{want, strings.ToLower(want), `\\?\` + want} {
		if got, err := Place(path); got != want || err != nil {
			t.Errorf("behind a junction, %s is at %s, %v; want %s", path, got, err, want)
		}
	}
	if got, err := Place(want + ".gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what isn't there is at %s, %v", got, err)
	}
	if got, want := Spelled(strings.ToUpper(want)+".gone"), strings.ToLower(want)+".gone"; got != want {
		t.Errorf("what isn't there is spelled %s, want %s", got, want)
	}
}

func TestALongPrefixIsLeftOutWhereItMeansTheSame(t *testing.T) {
	for path, want := range map[string]string{
		`\\?\C:\firm\firm.db`:                                      `C:\firm\firm.db`,
		`\\?\UNC\server\firm\firm.db`:                              `\\server\firm\firm.db`,
		`\\?\Volume{1b7363d0-0000-0000-0000-100000000000}\firm.db`: `\\?\Volume{1b7363d0-0000-0000-0000-100000000000}\firm.db`,
		`C:\firm\firm.db`:                                          `C:\firm\firm.db`,
		`\\server\firm`:                                            `\\server\firm`,
	} {
		if got := plain(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestTheKindOfAProfile(t *testing.T) {
	for kind, want := range map[uint32]Profile{0: Lasting, 1: Temporary, 2: Roaming, 3: Temporary, 4: Mandatory, 6: Mandatory, 8: Roaming, 10: Roaming} {
		if got := profileOf(kind); got != want {
			t.Errorf("%d is %q, want %q", kind, got, want)
		}
	}
}

func TestThePersonsFoldersAreAskedOfWindows(t *testing.T) {
	want, err := Settings()
	if err != nil || !filepath.IsAbs(want.Folder) || !filepath.IsAbs(want.Before) || want.Folder == want.Before || want.Profile != Lasting {
		t.Fatalf("they are %+v, %v", want, err)
	}
	t.Setenv("LocalAppData", `Z:\elsewhere`)
	t.Setenv("AppData", `\\away\share`)
	if got, err := Settings(); got != want || err != nil {
		t.Errorf("the environment makes them %+v, %v; want %+v", got, err, want)
	}
}

func put(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

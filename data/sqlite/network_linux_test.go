package sqlite

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feebridge/app"
)

const mounts = `24 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 24 0:52 / /mnt/far rw,nosuid shared:2 - fuse.sshfs olivia@server:/firm rw,user_id=1000
41 24 0:53 / /mnt/stick rw,nosuid - fuse.ntfs-3g /dev/sdb1 rw
42 24 0:300 / /run/user/1000/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw
`

func TestADriveInUserSpaceIsFarOnlyIfItsKindIs(t *testing.T) {
	for _, c := range []struct {
		what   string
		device uint64 // as stat(2) gives it
		want   string
	}{
		{"0:52", 0x34, "sshfs"},
		{"0:53", 0x35, ""},
		{"0:300, a minor of more than a byte", 0x10002c, "gvfsd-fuse"},
		{"254:0", 0xfe00, ""},
		{"9:9, which is not mounted", 0x0909, ""},
	} {
		if got := farFUSE(mounts, c.device); got != c.want {
			t.Errorf("%s is %q, want %q", c.what, got, c.want)
		}
	}
}

func TestANetworkDriveIsRefusedWithTheReason(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "firm.db")
	var drive syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(filepath.Dir(path)), &drive); err != nil {
		t.Fatal(err)
	}
	kind := uint32(drive.Type)
	was, known := networkKinds[kind]
	networkKinds[kind] = "sshfs" // as if this were one
	t.Cleanup(func() {
		if networkKinds[kind] = was; !known {
			delete(networkKinds, kind)
		}
	})
	err := RefuseNetwork(path)
	if !app.IsCode(err, app.Invalid) {
		t.Fatalf("the error is %v", err)
	}
	for _, word := range []string{path, "network drive", "sshfs", "Choose"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

func TestThisComputersDrivesAreLocal(t *testing.T) {
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "not there yet"), "/proc/self/stat"} {
		if kind := networkDrive(path); kind != "" {
			t.Errorf("%s is said to be on %s", path, kind)
		}
	}
}

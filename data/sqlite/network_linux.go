package sqlite

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// networkKinds are the file systems that reach another computer, by the magic number
// that statfs(2) gives. 9P is none of them: containers and virtual machines use it for
// folders of their own computer.
var networkKinds = map[uint32]string{
	0x00006969: "NFS", 0xff534d42: "CIFS", 0xfe534d42: "SMB", 0x0000517b: "SMB", 0x0000564c: "NCP",
	0x5346414f: "AFS", 0x73757245: "Coda", 0x00c36400: "Ceph", 0x0bd00bd0: "Lustre",
}

// fuseMagic is that of every file system in user space, near or far.
const fuseMagic = 0x65735546

// networkDrive names the kind of network drive that path is on, or returns "". What
// cannot be found out is taken for a local drive: opening the file will say more.
func networkDrive(path string) string {
	var drive syscall.Statfs_t
	path = nearest(path)
	if syscall.Statfs(path, &drive) != nil {
		return ""
	}
	if uint32(drive.Type) != fuseMagic {
		return networkKinds[uint32(drive.Type)]
	}
	var file syscall.Stat_t
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || syscall.Stat(path, &file) != nil {
		return ""
	}
	return farFUSE(string(mounts), file.Dev)
}

// farFUSE names the drive with that device number if it is one that FUSE reaches over a
// network. mounts has the form of /proc/self/mountinfo: the device is the third field,
// and the kind follows a lone dash.
func farFUSE(mounts string, device uint64) string {
	major := device>>8&0xfff | device>>32&^0xfff
	minor := device&0xff | device>>12&^0xff&0xffffffff
	number := fmt.Sprintf("%d:%d", major, minor)
	lines := bufio.NewScanner(strings.NewReader(mounts))
	for lines.Scan() {
		where, what, _ := strings.Cut(lines.Text(), " - ")
		fields := strings.Fields(where)
		if len(fields) < 3 || fields[2] != number {
			continue
		}
		kind, _, _ := strings.Cut(what, " ")
		for _, far := range []string{"sshfs", "rclone", "s3fs", "glusterfs", "davfs", "gvfsd-fuse", "curlftpfs", "smbnetfs", "gcsfuse"} {
			if kind == "fuse."+far {
				return far
			}
		}
	}
	return ""
}

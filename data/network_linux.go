package data

import (
	"syscall"

	"feebridge/app"
)

// networkKinds are the magic numbers of network file systems, on which SQLite's locks
// cannot be relied on.
var networkKinds = map[int64]string{
	0x6969: "NFS", 0x517b: "SMB", 0xfe534d42: "SMB", 0xff534d42: "CIFS", 0x564c: "NCP", 0x5346414f: "AFS", 0x01021997: "9P",
}

// refuseNetwork refuses a folder on a network drive.
func refuseNetwork(folder string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil {
		return nil // opening the file will say it better
	}
	if kind, ok := networkKinds[int64(uint32(fs.Type))]; ok {
		return app.Errorf(app.Invalid, "%s is on a network drive (%s), where two programs can damage a database. Choose a folder on this computer.", folder, kind)
	}
	return nil
}

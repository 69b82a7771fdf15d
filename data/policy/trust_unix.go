//go:build unix

package policy

import (
	"errors"
	"os"
	"syscall"

	"feebridge/assets/translations"
)

// root is who administers the computer.
const root = 0

// othersWrite is the right of anybody but the owner to change a file.
const othersWrite = 0o022

// trusted returns why a file or a folder is not root's alone to change, or nil.
func trusted(f *os.File) error { return ownedBy(f, root) }

func ownedBy(f *os.File, who uint32) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if owner, known := info.Sys().(*syscall.Stat_t); !known || owner.Uid != who {
		return errors.New(translations.Text("policy.untrusted.owner"))
	}
	if info.Mode().Perm()&othersWrite != 0 {
		return errors.New(translations.Text("policy.untrusted.mode", "Mode", info.Mode().Perm()))
	}
	return nil
}

//go:build unix

package sqlite_test

import (
	"os"
	"syscall"
	"testing"

	"feebridge/app"
)

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	path := newDatabase(t)
	check := func(when string) {
		t.Helper()
		s := openEmpty(t, path)
		s.update(func(tx app.Tx) error { return tx.Burn("INV-1") })
		for _, suffix := range []string{"", "-wal", "-shm"} {
			info, err := os.Stat(path + suffix)
			if err != nil {
				t.Fatal(err)
			}
			if mode := info.Mode().Perm(); mode != 0o600 {
				t.Errorf("%s: %s has mode %o", when, info.Name(), mode)
			}
		}
		backup := path + "." + when
		if err := s.Backup(t.Context(), backup, false); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(backup)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s: the backup has mode %o", when, mode)
		}
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	check("copied here")
	if err := os.Chmod(path+"-wal", 0o666); err != nil {
		t.Fatal(err)
	}
	check("open already")
}

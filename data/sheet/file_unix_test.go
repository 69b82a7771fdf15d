//go:build unix

package sheet

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feebridge/app"
)

// TestAFullDiskIsNamed fails to write as a full disk and a failing one do.
func TestAFullDiskIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	for errno, says := range map[syscall.Errno]string{
		syscall.ENOSPC: "The disk is full", syscall.EDQUOT: "The disk is full", syscall.EIO: path + ": input/output error",
	} {
		err := WriteFile(path, func(w io.Writer) error {
			return fmt.Errorf("a row: %w", &fs.PathError{Op: "write", Path: w.(*os.File).Name(), Err: errno})
		})
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), ".tmp") || app.IsCode(err, app.Unavailable) != (errno != syscall.EIO) {
			t.Errorf("%v is told as: %v", errno, err)
		}
	}
}

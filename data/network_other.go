//go:build !linux

package data

import (
	"path/filepath"
	"strings"

	"feebridge/app"
)

// refuseNetwork refuses a folder on a network drive, where Windows says that it is one.
func refuseNetwork(folder string) error {
	if strings.HasPrefix(filepath.VolumeName(folder), `\\`) {
		return app.Errorf(app.Invalid, "%s is on a network drive, where two programs can damage a database. Choose a folder on this computer.", folder)
	}
	return nil
}

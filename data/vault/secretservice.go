//go:build !darwin && !windows

package vault

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"

	"feebridge/app"
)

// reason says why the Secret Service did not do what it was asked.
func reason(err error) *app.Error {
	const cannotUnlock = "failed to unlock" // the library has no value for it
	var answer dbus.Error
	answered := errors.As(err, &answer)
	switch {
	case answered && answer.Name == "org.freedesktop.Secret.Error.IsLocked",
		!answered && strings.Contains(err.Error(), cannotUnlock):
		return app.Errorf(app.Unavailable, "keyring.locked")
	case !answered, absent[answer.Name], strings.HasPrefix(answer.Name, "org.freedesktop.DBus.Error.Spawn."):
		return app.Errorf(app.Unavailable, "keyring.none")
	}
	return app.Errorf(app.Unavailable, "keyring.desktop-failed", "Error", err)
}

// absent are D-Bus's errors when a service is not there.
var absent = map[string]bool{
	"org.freedesktop.DBus.Error.ServiceUnknown": true,
	"org.freedesktop.DBus.Error.NameHasNoOwner": true,
	"org.freedesktop.DBus.Error.Disconnected":   true,
	"org.freedesktop.DBus.Error.NoServer":       true,
}

// reachable reports whether the person's session has a D-Bus. Where it has none, the
// library would start one of its own with dbus-launch: it would outlive Feebridge, and no
// keyring of the person's would be on it.
func reachable() error {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return nil
	}
	for _, name := range []string{"bus", "dbus-session"} { // where the library looks, too
		if _, err := os.Stat(fmt.Sprintf("/run/user/%d/%s", os.Getuid(), name)); err == nil {
			return nil
		}
	}
	return errors.New("the session has no D-Bus")
}

//go:build darwin || windows

package vault

import "feebridge/app"

// reason says why the keyring did not do what it was asked. Its errors have no kinds.
func reason(err error) *app.Error {
	return app.Errorf(app.Unavailable, "keyring.failed", "Error", err)
}

// reachable reports nothing: Keychain and Credential Manager are part of the system.
func reachable() error { return nil }

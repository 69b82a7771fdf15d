//go:build !windows

package instance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/gofrs/flock"
)

// screen is where a person sees the window. They may sit at several.
func screen() string { return os.Getenv("WAYLAND_DISPLAY") + "\x00" + os.Getenv("DISPLAY") }

// take listens at the socket of the name. Who has the lock has the name, whatever became of the
// process that listened before.
func take(ctx context.Context, name string) (*Host, error) {
	folder, err := ownFolder()
	if err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(folder, name+".lock"), flock.SetPermissions(0o600))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !locked:
		return nil, errTaken
	}
	release := func() { _ = lock.Unlock() }
	path := socket(folder, name)
	if err = os.Remove(path); err == nil || errors.Is(err, fs.ErrNotExist) {
		var l net.Listener
		if l, err = new(net.ListenConfig).Listen(ctx, "unix", path); err == nil {
			return &Host{sockets{l}, release}, nil
		}
	}
	release()
	return nil, err
}

// sockets is a listener at a socket.
type sockets struct{ net.Listener }

func (s sockets) accept() (conn, error) { return s.Accept() }

func dial(ctx context.Context, name string) (conn, error) {
	folder, err := ownFolder()
	if err != nil {
		return nil, err
	}
	return new(net.Dialer).DialContext(ctx, "unix", socket(folder, name))
}

func socket(folder, name string) string { return filepath.Join(folder, name+".sock") }

// ownFolder makes the folder that the sockets are in, which nobody but this person may enter. The
// system's folder for such things goes at the end of the session; else it is beside their caches.
func ownFolder() (string, error) {
	folder := os.Getenv("XDG_RUNTIME_DIR")
	if folder == "" {
		var err error
		if folder, err = os.UserCacheDir(); err != nil {
			return "", err
		}
	}
	folder = filepath.Join(folder, "feebridge")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	is, err := os.Lstat(folder)
	if err != nil {
		return "", err
	}
	owner, ok := is.Sys().(*syscall.Stat_t)
	if !is.IsDir() || is.Mode().Perm() != 0o700 || !ok || int(owner.Uid) != os.Getuid() {
		return "", fmt.Errorf("the folder %s is not this person's alone", folder)
	}
	return folder, nil
}

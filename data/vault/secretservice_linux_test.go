package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/apptest/needs"
)

// actVariable names, in the environment of a test binary, the act that it is to play in
// place of its tests. The library finds D-Bus by the environment and keeps the connection:
// every act needs a process of its own.
const actVariable = "FEEBRIDGE_TEST_ACT"

// acts are played on a keyring. Each returns what was found.
var acts = map[string]func(context.Context, *Keyring) []string{
	"store": func(ctx context.Context, k *Keyring) []string {
		return []string{
			said(k.Read(ctx, "user")),
			said("kept", k.Keep(ctx, "user", "first")),
			said("kept", k.Keep(ctx, "user", "second")), // in place of the first
			said("kept", k.Keep(ctx, "other", "third")),
			said(k.Read(ctx, "user")),
			said(k.Read(ctx, "other")),
			said("forgotten", k.Forget(ctx, "other")),
			said("forgotten", k.Forget(ctx, "other")),
			said(k.Read(ctx, "other")),
		}
	},
	"use": func(ctx context.Context, k *Keyring) []string {
		return []string{
			said(k.Read(ctx, "user")), said("kept", k.Keep(ctx, "user", "fourth")), said("forgotten", k.Forget(ctx, "user")),
		}
	},
}

// said is the answer, or the first sentence of the error.
func said(answer string, err error) string {
	if err == nil {
		return answer
	}
	text, _, _ := strings.Cut(err.Error(), ". ")
	return fmt.Sprintf("%s: %s", app.CodeOf(err), text)
}

func TestMain(m *testing.M) {
	act, ok := acts[os.Getenv(actVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := json.NewEncoder(os.Stdout).Encode(act(context.Background(), New())); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// session is a person's session: a home and what it may start on its own D-Bus.
type session struct{ home, runtime string }

func newSession(t *testing.T) session {
	t.Helper()
	// Not t.TempDir, whose path is too long for a socket.
	dir, err := os.MkdirTemp("", "vault")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := session{filepath.Join(dir, "home"), filepath.Join(dir, "run")}
	for _, folder := range []string{s.home, s.runtime} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// play plays an act, after the shell commands of prelude, under a D-Bus of its own.
func (s session) play(t *testing.T, act, prelude string) []string {
	t.Helper()
	needs.Keyring.Path(t)
	return s.run(t, act, []string{needs.Bus.Path(t), "--", "sh", "-c", prelude + "\nexec \"$0\"", os.Args[0]})
}

// watchLaunch puts a dbus-launch first on the session's PATH that starts nothing. It returns
// the file that is there once it was called.
func (s session) watchLaunch(t *testing.T) string {
	t.Helper()
	called := filepath.Join(t.TempDir(), "launched")
	if err := os.WriteFile(filepath.Join(s.home, "dbus-launch"), []byte("#!/bin/sh\ntouch '"+called+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return called
}

// emptyBus is the configuration of a D-Bus that starts no service.
const emptyBus = `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// run plays an act by a command that ends in this test binary.
func (s session) run(t *testing.T, act string, args []string, env ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline.Thing)
	defer cancel()
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	command.WaitDelay = time.Second // a daemon that was started may hold the output
	var errs strings.Builder
	command.Stderr = &errs
	command.Env = append([]string{
		"PATH=" + s.home + ":" + os.Getenv("PATH"), "HOME=" + s.home, "XDG_RUNTIME_DIR=" + s.runtime, actVariable + "=" + act,
		"GORACE=atexit_sleep_ms=0", // the race detector would sleep for a second at the end
	}, env...)
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v, which may take %v: %v\n%s", command.Args, deadline.Thing, err, errs.String())
	}
	var found []string
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, errs.String())
	}
	return found
}

// unlocked starts the keyring and unlocks it; the first time it makes it.
const unlocked = `printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null`

func TestARealKeyring(t *testing.T) {
	s := newSession(t)
	want := []string{
		"not_found: The keyring has no connection to Xero for this user",
		"kept", "kept", "kept", "second", "third", "forgotten", "forgotten",
		"not_found: The keyring has no connection to Xero for this user",
	}
	if diff := cmp.Diff(want, s.play(t, "store", unlocked)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	want = []string{"second", "kept", "forgotten"}
	if diff := cmp.Diff(want, s.play(t, "use", unlocked)); diff != "" {
		t.Errorf("in the next session, -want +got:\n%s", diff)
	}
}

func TestALockedKeyring(t *testing.T) {
	s := newSession(t)
	s.play(t, "store", unlocked)
	const locked = "unavailable: The keyring is locked"
	got := s.play(t, "use", "gnome-keyring-daemon --start --components=secrets >/dev/null")
	if diff := cmp.Diff([]string{locked, locked, locked}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"second", "kept", "forgotten"}, s.play(t, "use", unlocked)); diff != "" {
		t.Errorf("what is kept has suffered, -want +got:\n%s", diff)
	}
}

func TestNoSecretService(t *testing.T) {
	s := newSession(t)
	config := filepath.Join(s.home, "session.conf")
	if err := os.WriteFile(config, []byte(emptyBus), 0o600); err != nil {
		t.Fatal(err)
	}
	const none = "unavailable: This computer has no working keyring: no Secret Service answers over D-Bus"
	for name, test := range map[string]struct {
		command []string // before the test binary
		address string
	}{
		"no D-Bus":          {nil, ""},
		"none to be found":  {nil, "autolaunch:"},
		"a D-Bus that died": {nil, "unix:path=" + filepath.Join(s.runtime, "gone")},
		"nothing on D-Bus":  {[]string{needs.Bus.Path(t), "--config-file=" + config, "--"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			launched := s.watchLaunch(t)
			command := append(test.command, os.Args[0])
			got := s.run(t, "use", command, "DBUS_SESSION_BUS_ADDRESS="+test.address)
			if diff := cmp.Diff([]string{none, none, none}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if _, err := os.Stat(launched); err == nil {
				t.Error("it starts a D-Bus that outlives it")
			}
		})
	}
}

func TestWhatTheSecretServiceSays(t *testing.T) {
	const (
		locked = "The keyring is locked. "
		absent = "This computer has no working keyring"
		failed = "The keyring failed ("
	)
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"it is locked":              {dbus.Error{Name: "org.freedesktop.Secret.Error.IsLocked"}, locked},
		"the person did not unlock": {errors.New("failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'"), locked},
		"nobody has the name":       {dbus.Error{Name: "org.freedesktop.DBus.Error.ServiceUnknown"}, absent},
		"it did not start":          {dbus.Error{Name: "org.freedesktop.DBus.Error.Spawn.ChildExited"}, absent},
		"D-Bus went away":           {dbus.ErrClosed, absent},
		"something else":            {dbus.Error{Name: "org.freedesktop.DBus.Error.AccessDenied", Body: []any{"not allowed"}}, failed},
	} {
		t.Run(name, func(t *testing.T) {
			if got := told(test.err); !strings.HasPrefix(got.Error(), test.want) || !app.IsCode(got, app.Unavailable) {
				t.Errorf("%v", got)
			}
		})
	}
}

// Package vault keeps secrets where the operating system does: in the Keychain of macOS,
// in the Credential Manager of Windows, and elsewhere in the Secret Service, which GNOME
// Keyring, KWallet and KeePassXC offer. It implements app.Vault.
package vault

import (
	"context"
	"errors"
	"time"

	"github.com/zalando/go-keyring"

	"feebridge/app"
)

// service is under which name the entries stand in the keyring.
const service = "Feebridge"

// patience is how long a call of the keyring may take.
const patience = 3 * time.Second

// Keyring keeps refresh tokens in the keyring, an entry a sign-in. It is safe for use by
// many goroutines, one of which is served at a time.
type Keyring struct {
	entries entries
	// busy holds a value during a call of the keyring. Such a call cannot be ended, and
	// takes as long as a person who is asked to unlock the keyring; no other is begun
	// before it is over.
	busy chan struct{}
}

var _ app.Vault = (*Keyring)(nil)

// New returns the keyring of the person who runs Feebridge. It makes no call.
func New() *Keyring { return over(system{}) }

func over(e entries) *Keyring { return &Keyring{entries: e, busy: make(chan struct{}, 1)} }

// Keep stores the refresh token in place of the one before. An error does not mean that it
// is not kept: a call that was given up may still come to its end.
func (k *Keyring) Keep(ctx context.Context, name string, refresh string) error {
	_, err := k.call(ctx, func() (string, error) { return "", k.entries.Set(service, name, refresh) })
	return err
}

// Read returns the refresh token.
func (k *Keyring) Read(ctx context.Context, name string) (string, error) {
	return k.call(ctx, func() (string, error) { return k.entries.Get(service, name) })
}

// Forget removes the refresh token.
func (k *Keyring) Forget(ctx context.Context, name string) error {
	_, err := k.call(ctx, func() (string, error) { return "", k.entries.Delete(service, name) })
	if app.IsCode(err, app.NotFound) {
		return nil
	}
	return err
}

// call makes one call of the keyring and waits for its end, but no longer than patience.
// Its error is an *app.Error, or why ctx ended.
func (k *Keyring) call(ctx context.Context, do func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, noAnswer())
	defer cancel()
	select {
	case k.busy <- struct{}{}:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	type result struct {
		secret string
		err    error
	}
	done := make(chan result, 1)
	go func() {
		secret, err := do()
		<-k.busy
		done <- result{secret, err}
	}()
	select {
	case r := <-done:
		return r.secret, told(r.err)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// told returns the error as a person can use it.
func told(err error) error {
	if err == nil {
		return nil
	}
	e := reason(err)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		e = app.Errorf(app.NotFound, "keyring.empty")
	case errors.Is(err, keyring.ErrSetDataTooBig):
		e = app.Errorf(app.Unavailable, "keyring.too-long")
	}
	e.Err = err
	return e
}

func noAnswer() error {
	return app.Errorf(app.Unavailable, "keyring.slow", "Count", int(patience/time.Second))
}

// entries are the entries of a keyring. A call returns when the keyring is done with it,
// and keyring.ErrNotFound when there is no such entry.
type entries interface {
	Set(service, user, secret string) error
	Get(service, user string) (string, error)
	Delete(service, user string) error
}

// system is the keyring of the operating system.
type system struct{}

func (system) Set(service, user, secret string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Set(service, user, secret)
}

func (system) Get(service, user string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return keyring.Get(service, user)
}

func (system) Delete(service, user string) error {
	if err := reachable(); err != nil {
		return err
	}
	return keyring.Delete(service, user)
}

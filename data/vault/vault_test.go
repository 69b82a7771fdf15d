package vault

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"feebridge/app"
)

// memory is a keyring in memory, which a test may make slow or broken.
type memory struct {
	secrets map[string]string
	calls   atomic.Int32
	locked  chan struct{} // every call waits for it to be closed; nil for none
	broken  error
}

func (m *memory) wait() error {
	m.calls.Add(1)
	if m.locked != nil {
		<-m.locked
	}
	return m.broken
}

func (m *memory) Set(service, user, secret string) error {
	if err := m.wait(); err != nil {
		return err
	}
	m.secrets[service+"/"+user] = secret
	return nil
}

func (m *memory) Get(service, user string) (string, error) {
	if err := m.wait(); err != nil {
		return "", err
	}
	secret, ok := m.secrets[service+"/"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return secret, nil
}

func (m *memory) Delete(service, user string) error {
	if _, err := m.Get(service, user); err != nil {
		return err
	}
	delete(m.secrets, service+"/"+user)
	return nil
}

func TestAnEntryIsKeptUnderFeebridgeAndTheSignIn(t *testing.T) {
	m := &memory{secrets: map[string]string{}}
	if err := over(m).Keep(t.Context(), "user", "token"); err != nil {
		t.Fatal(err)
	}
	if got := m.secrets["Feebridge/user"]; got != "token" || len(m.secrets) != 1 {
		t.Errorf("the keyring holds %v", m.secrets)
	}
}

// each makes every call of the vault once.
func each(ctx context.Context, k *Keyring) map[string]error {
	_, read := k.Read(ctx, "user")
	return map[string]error{"Keep": k.Keep(ctx, "user", "token"), "Read": read, "Forget": k.Forget(ctx, "user")}
}

func TestAKeyringThatHangsIsGivenUpAfterThreeSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{secrets: map[string]string{}, locked: make(chan struct{})}
		k := over(m)
		for range 3 {
			began := time.Now()
			for name, err := range each(t.Context(), k) {
				if !app.IsCode(err, app.Unavailable) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if took := time.Since(began); took != 3*3*time.Second {
				t.Errorf("three calls took %s", took)
			}
		}
		if n := m.calls.Load(); n != 1 {
			t.Errorf("%d calls hang, want the first alone", n)
		}
		close(m.locked) // the person has unlocked it
		synctest.Wait()
		if err := k.Keep(t.Context(), "user", "token"); err != nil {
			t.Errorf("it does not work again: %v", err)
		}
		if got, err := k.Read(t.Context(), "user"); err != nil || got != "token" {
			t.Errorf("it reads %q, %v", got, err)
		}
	})
}

func TestACallerThatGivesUpDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{locked: make(chan struct{}), broken: errors.New("closed")}
		k := over(m)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		for name, err := range each(ctx, k) {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %s", took)
		}
		close(m.locked)
	})
}

func TestWhatIsNotKept(t *testing.T) {
	k := over(&memory{secrets: map[string]string{}})
	if _, err := k.Read(t.Context(), "nobody"); !app.IsCode(err, app.NotFound) || !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("Read: %v", err)
	}
	if err := k.Forget(t.Context(), "nobody"); err != nil {
		t.Errorf("Forget: %v", err)
	}
}

func TestATokenThatIsTooLongForTheKeyring(t *testing.T) {
	err := over(&memory{broken: keyring.ErrSetDataTooBig}).Keep(t.Context(), "user", "token")
	if !app.IsCode(err, app.Unavailable) || !strings.Contains(err.Error(), "too long for this computer's keyring") {
		t.Error(err)
	}
}

func TestAKeyringThatFails(t *testing.T) {
	broken := errors.New("broken")
	for name, err := range each(t.Context(), over(&memory{broken: broken})) {
		if !app.IsCode(err, app.Unavailable) || !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

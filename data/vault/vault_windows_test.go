package vault

import (
	"strings"
	"testing"
)

func TestCredentialManagerTakesNoLongToken(t *testing.T) {
	k := New()
	const name = "feebridge-test-long-token"
	t.Cleanup(func() { _ = k.Forget(t.Context(), name) }) // there is nothing if the test passes
	err := k.Keep(t.Context(), name, strings.Repeat("x", 2561))
	if err == nil || !strings.Contains(err.Error(), "too long for this computer's keyring") {
		t.Error(err)
	}
	if err := k.Keep(t.Context(), name, strings.Repeat("x", 2560)); err != nil {
		t.Error(err)
	}
	if got, err := k.Read(t.Context(), name); err != nil || len(got) != 2560 {
		t.Errorf("it reads %d bytes, %v", len(got), err)
	}
	if err := k.Forget(t.Context(), name); err != nil {
		t.Error(err)
	}
}

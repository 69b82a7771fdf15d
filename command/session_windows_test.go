package command

import (
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app"
)

func TestAPasswordComesOnStandardInputOrNotAtAll(t *testing.T) {
	var d descriptor
	if err := d.Set("0"); err != nil {
		t.Error(err)
	}
	if err := d.Set("3"); err == nil || !strings.Contains(err.Error(), "use 0, or leave the flag out") {
		t.Error(err)
	}
}

// TestAShareIsRefusedBeforeAnythingTouchesIt holds for a share that is away, and with a policy that sets another database.
func TestAShareIsRefusedBeforeAnythingTouchesIt(t *testing.T) {
	const share = `\\away.tui.example\firm\firm.db`
	set := filepath.Join(t.TempDir(), "set.db")
	for _, c := range []struct {
		what   string
		db     string
		policy app.Policy
		code   app.Code
	}{
		{"the share", share, app.Policy{}, app.Invalid},
		{"the share, where the policy sets another", share, app.Policy{Database: set}, app.Forbidden},
		{"the share of the policy", "", app.Policy{Database: share}, app.Invalid},
		{"another than that", set, app.Policy{Database: share}, app.Invalid},
	} {
		s := newSession(Face{Policy: func() (app.Policy, error) { return c.policy, nil }})
		s.common.db = c.db
		if _, err := s.path(); !app.IsCode(err, c.code) {
			t.Errorf("%s: %v", c.what, err)
		}
		if s.reached(t.Context(), ""); s.host != nil {
			t.Errorf("%s: a window was looked for", c.what)
			s.close()
		}
	}
}

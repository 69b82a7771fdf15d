package command

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app"
)

// ruled is a person whose computer has a policy.
type ruled struct {
	opening
	policy app.Policy
	err    error
}

func (r *ruled) run(t *testing.T, args ...string) int {
	t.Helper()
	r.opening.policy = func() (app.Policy, error) { return r.policy, r.err }
	r.shown, r.failures = nil, nil
	r.opening.err.Reset()
	return r.opening.run(t, func(Opened) {}, args...)
}

func TestNobodyOpensAnotherDatabaseThanThePolicySets(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	set, other := filepath.Join(folder, "set.db"), filepath.Join(folder, "other.db")
	r := ruled{policy: app.Policy{From: "/etc/policy", Database: set, ClientID: "set", Ports: []int{9001}}}
	link := filepath.Join(t.TempDir(), "link")
	spelled := [][]string{nil, {"--db", set}, {"--db", filepath.Join(folder, "x", "..", "set.db")}}
	if err := os.Symlink(folder, link); err == nil && isFile(link) { // not everybody may on Windows
		spelled = append(spelled, []string{"--db", filepath.Join(link, "set.db")})
	}
	for _, args := range spelled {
		if status := r.run(t, args...); status != exitDone || len(r.shown) != 1 || r.shown[0].Firm.Registration.ClientID != "set" {
			t.Errorf("%v: exit status %d, %v\n%s", args, status, r.shown, r.opening.err.String())
		}
	}
	if _, err := os.Stat(set); err != nil {
		t.Error(err)
	}
	says := "An administrator has set the firm's database for everybody on this computer: " + set + ". It's in /etc/policy."
	if status := r.run(t, "--db", other); status != exitSomeFailed || len(r.shown) != 0 || len(r.failures) != 1 ||
		r.failures[0].LockedBy != "/etc/policy" || !strings.Contains(r.failures[0].Err.Error(), says) {
		t.Errorf("the window on another: exit status %d, %+v", status, r.failures)
	}
	for _, args := range [][]string{{"list"}, {"restore", set}, {"restore", "--as-it-is"}, {"audit", "verify"}} {
		if status := r.run(t, append(args, "--db", other)...); status == exitDone || !strings.Contains(r.opening.err.String(), says) {
			t.Errorf("%v on another: exit status %d, %s", args, status, r.opening.err.String())
		}
	}
	if status := r.run(t, "connect", "--client-id", "own", "--no-browser"); status == exitDone || !strings.Contains(r.opening.err.String(), "for everybody on this computer: the client ID.") {
		t.Errorf("another client ID: exit status %d, %s", status, r.opening.err.String())
	}
	if _, err := os.Stat(other); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the other database was made: %v", err)
	}
	r.policy.Database = ""
	if status := r.run(t, "--db", other); status != exitDone {
		t.Errorf("where the policy sets none, a person chooses: exit status %d, %s", status, r.opening.err.String())
	}
}

func TestNothingStartsWithABrokenPolicy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "firm.db")
	r := ruled{policy: app.Policy{From: "/etc/policy"}, err: app.Errorf(app.Invalid, "policy.wrong", "File", "/etc/policy", "Line", "3", "What", "Odd.")}
	says := "/etc/policy, line 3: Odd."
	if status := r.run(t, "--db", path); status != exitSomeFailed || len(r.shown) != 0 || len(r.failures) != 1 || r.failures[0].LockedBy == "" || !strings.Contains(r.failures[0].Err.Error(), says) {
		t.Errorf("the window: exit status %d, %+v", status, r.failures)
	}
	for _, args := range [][]string{{"list"}, {"export", "--all"}, {"restore", path}} {
		if status := r.run(t, append(args, "--db", path)...); status != exitSomeFailed || !strings.Contains(r.opening.err.String(), says) {
			t.Errorf("%v: exit status %d, %s", args, status, r.opening.err.String())
		}
	}
	if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) > 0 {
		t.Errorf("something was made: %v, %v", all, err)
	}
}

func TestNoTokenOfTheEnvironmentPassesByThePolicysClientID(t *testing.T) {
	t.Setenv("FEEBRIDGE_TOKEN", "own")
	t.Setenv("FEEBRIDGE_TENANT", "own")
	set := app.Policy{From: "/etc/policy", ClientID: "set"}
	for _, c := range []struct {
		policy app.Policy
		api    address
		given  bool
	}{
		{set, "", false}, {set, "https://api.xero.com/api.xro/2.0", false}, {set, "https://127.0.0.1.xero.example", false},
		{set, "http://127.0.0.1:8080", true}, {set, "http://[::1]:8080/", true}, {set, "http://localhost:8080", true},
		{app.Policy{}, "", true}, {app.Policy{From: "/etc/policy", Ports: []int{9001}}, "", true},
	} {
		s := &session{policy: c.policy, common: common{api: c.api}}
		token, err := s.token(t.Context(), "any")
		if c.given && (token != "own" || err != nil) || !c.given && (token != "" || !app.IsCode(err, app.Forbidden)) {
			t.Errorf("under %+v at %q the token is %q, %v", c.policy, c.api, token, err)
		}
	}

	path := filepath.Join(t.TempDir(), "firm.db")
	r := ruled{policy: set}
	says := "the client ID for everybody on this computer, in /etc/policy. FEEBRIDGE_TOKEN can't replace"
	to := []string{"--db", path, "--api", "https://xero.invalid"}
	if status := r.run(t, to...); status != exitSomeFailed || len(r.shown) != 0 || len(r.failures) != 1 || !strings.Contains(r.failures[0].Err.Error(), says) {
		t.Errorf("the window: exit status %d, %v, %+v", status, r.shown, r.failures)
	}
	for _, args := range [][]string{{"export", "--all"}, {"refresh"}} {
		if status := r.run(t, append(args, to...)...); status != exitSomeFailed || !strings.Contains(r.opening.err.String(), says) {
			t.Errorf("%v: exit status %d, %s", args, status, r.opening.err.String())
		}
	}
	for _, args := range [][]string{{"list"}, {"--look"}} { // which call nobody
		if status := r.run(t, append(args, to...)...); status != exitDone {
			t.Errorf("%v: exit status %d, %s", args, status, r.opening.err.String())
		}
	}
}

package staff_test

import (
	"strings"
	"testing"
	"time"

	"feebridge/app/staff"
)

func TestAPasswordIsKeptAsAHash(t *testing.T) {
	const secret = "four plain words here"
	p := staff.NewPassword(secret)
	if !p.Set() || !p.Is(secret) {
		t.Errorf("%q is not the password", secret)
	}
	if p.Is(secret + " ") {
		t.Error("another password is taken")
	}
	if again := staff.NewPassword(secret); again.Hash == p.Hash || !again.Is(secret) {
		t.Error("two who have the same password have the same hash")
	}
	if strings.Contains(p.Hash, secret) || !strings.HasPrefix(p.Hash, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Errorf("kept is %q", p.Hash)
	}
	if d := staff.Decoy(); d.Hash[:31] != p.Hash[:31] || len(d.Hash) != len(p.Hash) || d.Hash == staff.Decoy().Hash {
		t.Errorf("a decoy is %q", d.Hash)
	}
}

func TestAHashThatCannotBeReadIsNoPassword(t *testing.T) {
	for _, hash := range []string{
		"", "secret", "$argon2id$", "$argon2i$v=19$m=8,t=1,p=1$c2FsdA$c3Vt", "$argon2id$v=16$m=8,t=1,p=1$c2FsdA$c3Vt",
		"$argon2id$v=19$m=8,t=0,p=1$c2FsdA$c3Vt", "$argon2id$v=19$m=8,t=1,p=0$c2FsdA$c3Vt", "$argon2id$v=19$m=8,t=1,p=1$?$c3Vt",
		"$argon2id$v=19$m=8,t=1,p=1$c2FsdA$", "$argon2id$v=19$m=8,t=1$c2FsdA$c3Vt",
	} {
		if (staff.Password{Hash: hash}).Is("") {
			t.Errorf("%q is a password", hash)
		}
	}
}

func TestPasswordsThatCannotBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		password string
		good     bool
	}{
		"nothing":             {"", false},
		"nine characters":     {"nine char", false},
		"ten characters":      {"ten charac", true},
		"ten letters of two":  {"āāāāāāāāāā", true},
		"nine of two":         {"āāāāāāāāā", false},
		"blanks":              {strings.Repeat(" ", 12), false},
		"as long as it may":   {strings.Repeat("x", 1024), true},
		"longer than that":    {strings.Repeat("x", 1025), false},
		"with blanks outside": {"  with blanks  ", true},
	} {
		if err := staff.CheckPassword(c.password); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFailedTriesLockForLongerAndLonger(t *testing.T) {
	now := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	var p staff.Password
	for try, want := range []time.Duration{0, 0, 0, 0, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
		p = p.Failed(now)
		got := time.Duration(0)
		if !p.Locked.IsZero() {
			got = p.Locked.Sub(now)
		}
		if got != want || p.Failures != try+1 {
			t.Errorf("after %d failures it is locked for %s, want %s", p.Failures, got, want)
		}
	}
	for after, want := range map[time.Duration]bool{0: true, 15*time.Minute - 1: true, 15 * time.Minute: false, time.Hour: false, -24 * time.Hour: true} {
		if got := p.IsLocked(now.Add(after)); got != want {
			t.Errorf("%s after it was locked for 15 minutes: %v", after, got)
		}
	}
	for after, want := range map[time.Duration]time.Duration{0: 15 * time.Minute, time.Minute: 14 * time.Minute, -time.Millisecond: 15 * time.Minute, -24 * 365 * time.Hour: 15 * time.Minute} {
		anew, is := p.LockAnew(now.Add(after))
		if got := anew.Locked.Sub(now.Add(after)); got != want || is != (after < 0) {
			t.Errorf("%s after it was locked for 15 minutes, the lock lasts %s, begun anew: %v", after, got, is)
		}
	}
	if p = p.Succeeded(); p.Failures != 0 || !p.Locked.IsZero() {
		t.Errorf("after a good try: %+v", p)
	}
}

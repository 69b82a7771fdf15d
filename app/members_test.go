package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/argon2"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/data/sqlite"
)

// office is a firm whose first Admin is Olivia Hart, and everything that it says.
type office struct {
	*app.App
	t    *testing.T
	db   *sqlite.DB
	path string
	me   staff.Member
	log  *bytes.Buffer
}

func newOffice(t *testing.T) *office {
	t.Helper()
	deadline.Watch(t)
	o := &office{t: t, path: filepath.Join(t.TempDir(), "firm.db"), log: &bytes.Buffer{}}
	if err := os.WriteFile(o.path, apptest.EmptyDatabase(), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.db, err = sqlite.Open(context.Background(), o.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.db.Close() })
	o.App = app.New(app.Params{Store: o.db, Backups: o.db, Log: slog.New(slog.NewTextHandler(o.log, nil))})
	if err := o.Open(t.Context(), app.Firm{Name: "Tui Accounting", Currency: "NZD"}, "Olivia Hart"); err != nil {
		t.Fatal(err)
	}
	if o.me, err = o.Who(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) update(fn func(app.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(context.Background(), fn); err != nil {
		o.t.Fatal(err)
	}
}

// has gives a member a password, without the cost of a good hash.
func (o *office) has(m staff.Member, password string) {
	o.t.Helper()
	o.update(func(tx app.Tx) error {
		if err := tx.SaveMember(m); err != nil {
			return err
		}
		return tx.SavePassword(m.ID, quickHash(password))
	})
}

// quickHash hashes with the least memory and one pass.
func quickHash(password string) staff.Password {
	salt := []byte("salt for testing")
	encode := base64.RawStdEncoding.EncodeToString
	return staff.Password{Hash: fmt.Sprintf("$argon2id$v=19$m=8,t=1,p=1$%s$%s", encode(salt), encode(argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)))}
}

// trail returns what was done to the staff, oldest first.
func (o *office) trail() []string {
	o.t.Helper()
	entries, err := o.AuditTrail(o.t.Context(), o.me, app.AuditQuery{Subject: "staff"})
	if err != nil {
		o.t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, fmt.Sprintf("%s: %s: %s → %s", e.ByName, e.Action, e.From, e.To))
	}
	slices.Reverse(lines)
	return lines
}

// Passwords of the tests.
const (
	oliviasPassword = "orange kettle morning"
	meresPassword   = "seven quiet harbours"
	newPassword     = "ladder under the moon"
)

func TestTheStaffIsManaged(t *testing.T) {
	o := newOffice(t)
	o.update(func(tx app.Tx) error {
		_, err := tx.SaveClient(billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery"})
		return err
	})
	mere := staff.Member{
		Name: " Mere  Ngata", Email: "mere@tui.example", Time: map[staff.TimePermission]bool{staff.ProcessTime: true},
		Roles: map[billing.ClientID]staff.Role{"kauri": staff.Owner},
	}
	if _, err := o.AddMember(t.Context(), o.me, mere, meresPassword); !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "yourself first") {
		t.Errorf("a second member while the first has no password: %v", err)
	}
	if err := o.ChangePassword(t.Context(), o.me, "", oliviasPassword); err != nil {
		t.Fatal(err)
	}
	mere, err := o.AddMember(t.Context(), o.me, mere, meresPassword)
	if err != nil || mere.Name != "Mere Ngata" || mere.ID == "" {
		t.Fatalf("added is %+v, %v", mere, err)
	}
	for name, c := range map[string]struct {
		member staff.Member
		code   app.Code
	}{
		"a name twice":        {staff.Member{Name: "mere ngata"}, app.Conflict},
		"an e-mail twice":     {staff.Member{Name: "Mere Two", Email: "Mere@tui.example"}, app.Conflict},
		"no name":             {staff.Member{}, app.Invalid},
		"a client of nowhere": {staff.Member{Name: "Tom", Roles: map[billing.ClientID]staff.Role{"nowhere": staff.Viewer}}, app.NotFound},
	} {
		c.member.ID = o.me.ID
		c.member.Admin = true
		if _, err := o.ChangeMember(t.Context(), o.me, c.member); !app.IsCode(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.AddMember(t.Context(), o.me, staff.Member{Name: "Tom"}, "short"); !app.IsCode(err, app.Invalid) {
		t.Errorf("a short password: %v", err)
	}
	if _, err := o.ChangeMember(t.Context(), o.me, staff.Member{ID: "nobody", Name: "Tom"}); !app.IsCode(err, app.NotFound) {
		t.Errorf("nobody changed: %v", err)
	}
	changed := mere
	changed.Email, changed.SettingsAdmin, changed.AllEntities, changed.Roles = "", true, staff.Viewer, nil
	changed.Deactivated = true // is not changed here
	if changed, err = o.ChangeMember(t.Context(), o.me, changed); err != nil || changed.Deactivated {
		t.Errorf("changed is %+v, %v", changed, err)
	}
	if _, err = o.ChangeMember(t.Context(), o.me, changed); err != nil {
		t.Errorf("changed to the same: %v", err)
	}
	for _, again := range []string{"once", "again"} {
		if err := o.Deactivate(t.Context(), o.me, mere.ID); err != nil {
			t.Errorf("deactivated %s: %v", again, err)
		}
	}
	if err := o.Reactivate(t.Context(), o.me, mere.ID); err != nil {
		t.Errorf("reactivated: %v", err)
	}
	if err := o.ResetPassword(t.Context(), o.me, o.me.ID, newPassword); !app.IsCode(err, app.Invalid) {
		t.Errorf("her own password reset: %v", err)
	}
	want := []string{
		"Olivia Hart: change password:  → Olivia Hart",
		"Olivia Hart: add:  → name: Mere Ngata\nemail: mere@tui.example\nTime permissions: ProcessTime\nSettings Admin: no\nAdmin: no\nrole for all clients: None\nrole for Kauri Joinery: Owner",
		"Olivia Hart: change: email: mere@tui.example\nSettings Admin: no\nrole for all clients: None\nrole for Kauri Joinery: Owner → " +
			"email: \nSettings Admin: yes\nrole for all clients: Viewer\nrole for Kauri Joinery: None",
		"Olivia Hart: deactivate:  → Mere Ngata", "Olivia Hart: reactivate:  → Mere Ngata",
	}
	if diff := cmp.Diff(want, o.trail()); diff != "" {
		t.Errorf("the audit trail:\n%s", diff)
	}
	o.saysNothingOf(oliviasPassword, meresPassword, newPassword)
}

// saysNothingOf fails the test if one of the texts is in the database or in the log.
func (o *office) saysNothingOf(secrets ...string) {
	o.t.Helper()
	if err := o.db.Close(); err != nil {
		o.t.Fatal(err)
	}
	files, err := filepath.Glob(o.path + "*")
	if err != nil {
		o.t.Fatal(err)
	}
	texts := map[string][]byte{"the log": o.log.Bytes()}
	for _, f := range files {
		if texts[f], err = os.ReadFile(f); err != nil {
			o.t.Fatal(err)
		}
	}
	for name, text := range texts {
		for _, s := range secrets {
			if bytes.Contains(text, []byte(s)) {
				o.t.Errorf("%s has the password %q", name, s)
			}
		}
	}
	if !bytes.Contains(texts[o.path], []byte("Olivia Hart")) {
		o.t.Error("the search would find nothing")
	}
}

// TestAFirmIsFoundedOnce opens the firm again with other arguments, as each start does.
func TestAFirmIsFoundedOnce(t *testing.T) {
	o := newOffice(t)
	before, err := o.Firm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, others := range [][]string{nil, {"Mere Ngata"}} {
		if err := o.Open(t.Context(), app.Firm{Name: "Another", Currency: "AUD"}, "Rangi Parata", others...); err != nil {
			t.Fatal(err)
		}
		members, err := o.Members(t.Context(), o.me)
		if err != nil || len(members) != 1 || members[0].ID != o.me.ID {
			t.Errorf("the members are %+v, %v", members, err)
		}
		if firm, err := o.Firm(t.Context()); err != nil || !cmp.Equal(firm, before) {
			t.Errorf("the firm is %+v, %v", firm, err)
		}
		entries, err := o.AuditTrail(t.Context(), o.me, app.AuditQuery{})
		if err != nil || len(entries) != 1 {
			t.Errorf("the audit trail has %d entries, %v", len(entries), err)
		}
	}
}

func TestAFirmKeepsAnAdmin(t *testing.T) {
	o := newOffice(t)
	o.has(o.me, oliviasPassword)
	admin := staff.Member{ID: "admin", Name: "Rangi Parata", Admin: true, Deactivated: true}
	o.has(admin, meresPassword)
	demoted := o.me
	demoted.Admin = false
	mustRefuse := func(when string) {
		t.Helper()
		if _, err := o.ChangeMember(t.Context(), o.me, demoted); !app.IsCode(err, app.Conflict) {
			t.Errorf("%s the last Admin was demoted: %v", when, err)
		}
		if err := o.Deactivate(t.Context(), o.me, o.me.ID); !app.IsCode(err, app.Conflict) {
			t.Errorf("%s the last Admin was deactivated: %v", when, err)
		}
	}
	mustRefuse("beside a deactivated one")
	if err := o.Reactivate(t.Context(), o.me, admin.ID); err != nil {
		t.Fatal(err)
	}
	admin.Deactivated = false
	if err := o.Deactivate(t.Context(), admin, o.me.ID); err != nil {
		t.Errorf("one of two was not deactivated: %v", err)
	}
	if err := o.Reactivate(t.Context(), admin, o.me.ID); err != nil {
		t.Fatal(err)
	}
	if err := o.Deactivate(t.Context(), o.me, admin.ID); err != nil {
		t.Fatal(err)
	}
	mustRefuse("again beside a deactivated one")
}

func TestWhatWasTakenByAnotherStaysTaken(t *testing.T) {
	o := newOffice(t)
	o.has(o.me, oliviasPassword)
	o.has(staff.Member{ID: "gone", Name: "Hemi Walker", Email: "team@tui.example", Deactivated: true}, meresPassword)
	o.has(staff.Member{ID: "now", Name: "Mere Ngata", Email: "TEAM@tui.example"}, meresPassword)
	if err := o.Reactivate(t.Context(), o.me, "gone"); !app.IsCode(err, app.Conflict) || !strings.Contains(err.Error(), "Mere Ngata") {
		t.Errorf("two active members with an e-mail address: %v", err)
	}
}

func TestOnlyAdminsSeeMoreThanNames(t *testing.T) {
	o := newOffice(t)
	mere := staff.Member{ID: "mere", Name: "Mere Ngata", Email: "mere@tui.example", AllEntities: staff.Viewer}
	gone := staff.Member{ID: "gone", Name: "Hemi Walker", Email: "hemi@tui.example", Deactivated: true, Admin: true}
	o.has(mere, meresPassword)
	o.has(gone, meresPassword)
	for _, c := range []struct {
		by   staff.Member
		want []staff.Member
	}{
		{o.me, []staff.Member{o.me, mere, gone}},
		{mere, []staff.Member{{ID: o.me.ID, Name: o.me.Name}, mere, {ID: gone.ID, Name: gone.Name, Deactivated: true}}},
		{staff.Member{}, []staff.Member{{ID: o.me.ID, Name: o.me.Name}, {ID: mere.ID, Name: mere.Name}, {ID: gone.ID, Name: gone.Name, Deactivated: true}}},
	} {
		got, err := o.Members(t.Context(), c.by)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%q sees, %v:\n%s", c.by.Name, err, diff)
		}
	}
}

func TestSigningIn(t *testing.T) {
	o := newOffice(t)
	if needed, err := o.NeedsSignIn(t.Context()); needed || err != nil {
		t.Errorf("the only member must sign in: %v", err)
	}
	if _, err := o.Authenticate(t.Context(), "Olivia Hart", ""); !app.IsCode(err, app.Forbidden) {
		t.Errorf("without a password: %v", err)
	}
	o.me.Email = "olivia@tui.example"
	o.has(o.me, oliviasPassword)
	if needed, err := o.NeedsSignIn(t.Context()); !needed || err != nil {
		t.Errorf("with a password she need not sign in: %v", err)
	}
	if who, err := o.Who(t.Context()); !app.IsCode(err, app.Forbidden) || who.ID != "" {
		t.Errorf("who acts is %+v, %v", who, err)
	}
	o.has(staff.Member{ID: "gone", Name: "Hemi Walker", Email: "hemi@tui.example", Deactivated: true}, meresPassword)
	o.has(staff.Member{ID: "mere", Name: "Mere Ngata", Email: "hemi@tui.example"}, newPassword)
	for _, c := range []struct {
		name, password string
		want           staff.ID
		says           string
	}{
		{"Olivia Hart", oliviasPassword, o.me.ID, ""},
		{" olivia  HART ", oliviasPassword, o.me.ID, ""},
		{" Olivia@Tui.example", oliviasPassword, o.me.ID, ""},
		{"hemi@tui.example", newPassword, "mere", ""},
		{"Olivia Hart", meresPassword, "", "Wrong name or password"},
		{"Olivia Hart", "", "", "Wrong name or password"},
		{"Olivia", oliviasPassword, "", "Wrong name or password"},
		{"", oliviasPassword, "", "Wrong name or password"},
		{"Hemi Walker", meresPassword, "", "Hemi Walker is deactivated"},
		{"Hemi Walker", oliviasPassword, "", "Wrong name or password"},
	} {
		got, err := o.Authenticate(t.Context(), c.name, c.password)
		if got.ID != c.want || (err == nil) != (c.says == "") || err != nil && (!app.IsCode(err, app.Forbidden) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%q with %q is %q, %v", c.name, c.password, got.ID, err)
		}
	}
	want := []string{
		"Olivia Hart: fail to sign in:  → 1 wrong password", "Olivia Hart: fail to sign in:  → 2 wrong passwords in a row",
		"Hemi Walker: fail to sign in:  → 1 wrong password",
	}
	if diff := cmp.Diff(want, o.trail()); diff != "" {
		t.Errorf("the audit trail:\n%s", diff)
	}
	o.saysNothingOf(oliviasPassword, meresPassword, newPassword)
}

func TestPasswordsAreChangedWithTheOldOne(t *testing.T) {
	o := newOffice(t)
	o.has(o.me, oliviasPassword)
	if err := o.ChangePassword(t.Context(), o.me, meresPassword, newPassword); !app.IsCode(err, app.Forbidden) {
		t.Errorf("with a wrong old one: %v", err)
	}
	if err := o.ChangePassword(t.Context(), o.me, oliviasPassword, "short"); !app.IsCode(err, app.Invalid) {
		t.Errorf("to a short one: %v", err)
	}
	if err := o.ChangePassword(t.Context(), staff.Member{ID: "nobody"}, "", newPassword); !app.IsCode(err, app.NotFound) {
		t.Errorf("nobody's: %v", err)
	}
	if err := o.ChangePassword(t.Context(), o.me, oliviasPassword, newPassword); err != nil {
		t.Error(err)
	}
	if m, err := o.Authenticate(t.Context(), "Olivia Hart", newPassword); err != nil || m.ID != o.me.ID {
		t.Errorf("with the new one: %v", err)
	}
}

// meanwhile is a store in which something happens once between a reading and the transaction that follows it.
type meanwhile struct {
	app.Store
	happen func()
}

func (m *meanwhile) Update(ctx context.Context, fn func(app.Tx) error) error {
	if happen := m.happen; happen != nil {
		m.happen = nil
		happen()
	}
	return m.Store.Update(ctx, fn)
}

// TestAPasswordThatWasChangedWhileItWasTried tries the old one and the new one in the moment in which it is changed: neither is what was
// looked up and what counts now.
func TestAPasswordThatWasChangedWhileItWasTried(t *testing.T) {
	for _, tried := range []string{oliviasPassword, newPassword} {
		o := newOffice(t)
		o.has(o.me, oliviasPassword)
		a := app.New(app.Params{Store: &meanwhile{o.db, func() { o.has(o.me, newPassword) }}, Log: slog.New(slog.DiscardHandler)})
		if m, err := a.Authenticate(t.Context(), "Olivia Hart", tried); !app.IsCode(err, app.Forbidden) || m.ID != "" {
			t.Errorf("%q: %q, %v", tried, m.ID, err)
		}
		if got := o.trail(); len(got) != 0 {
			t.Errorf("%q is counted as a wrong try: %q", tried, got)
		}
		if m, err := a.Authenticate(t.Context(), "Olivia Hart", newPassword); err != nil || m.ID != o.me.ID {
			t.Errorf("the new one, later: %v", err)
		}
	}
}

// TestAFirstPasswordIsNotSetOverAnother sets it in the moment in which it was set elsewhere.
func TestAFirstPasswordIsNotSetOverAnother(t *testing.T) {
	o := newOffice(t)
	a := app.New(app.Params{Store: &meanwhile{o.db, func() { o.has(o.me, oliviasPassword) }}, Log: slog.New(slog.DiscardHandler)})
	if err := a.ChangePassword(t.Context(), o.me, "", newPassword); !app.IsCode(err, app.Conflict) {
		t.Errorf("setting it: %v", err)
	}
	if _, err := a.Authenticate(t.Context(), "Olivia Hart", oliviasPassword); err != nil {
		t.Errorf("the one that was set first: %v", err)
	}
}

// TestWrongPasswordsLockOut is about a person who tries, and what ends it.
func TestWrongPasswordsLockOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		defer func() { _ = o.db.Close() }()
		o.has(o.me, oliviasPassword)
		o.has(staff.Member{ID: "mere", Name: "Mere Ngata"}, meresPassword)
		mustSay := func(password, says string) {
			t.Helper()
			if _, err := o.Authenticate(t.Context(), "Mere Ngata", password); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%q: %v, want %q", password, err, says)
			}
		}
		for range 5 {
			mustSay("guess", "Wrong name or password")
		}
		until := time.Now().Add(time.Minute).Truncate(time.Millisecond)
		mustSay(meresPassword, "Try again at "+until.Local().Format(time.TimeOnly))
		for range 20 {
			mustSay("guess", "Too many attempts") // which is neither tried nor counted
		}
		if _, err := o.Authenticate(t.Context(), "Olivia Hart", oliviasPassword); err != nil {
			t.Errorf("another is locked out, too: %v", err)
		}
		time.Sleep(time.Minute)
		mustSay("guess", "Wrong name or password")
		mustSay(meresPassword, "Too many attempts")
		time.Sleep(2 * time.Minute)
		if m, err := o.Authenticate(t.Context(), "Mere Ngata", meresPassword); err != nil || m.ID != "mere" {
			t.Errorf("after the time that was told: %v", err)
		}
		mustSay("guess", "Wrong name or password")
		want := []string{
			"1 wrong password", "2 wrong passwords in a row", "3 wrong passwords in a row", "4 wrong passwords in a row",
			"5 wrong passwords in a row", "until 2000-01-01T00:01:00Z", "6 wrong passwords in a row", "until 2000-01-01T00:03:00Z", "1 wrong password",
		}
		var got []string
		for _, line := range o.trail() {
			got = append(got, line[strings.Index(line, "→")+len("→ "):])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the audit trail:\n%s", diff)
		}
		for range 5 {
			_, _ = o.Authenticate(t.Context(), "Mere Ngata", "guess") // until they are locked out
		}
		mustSay(meresPassword, "Too many attempts")
		if err := o.ResetPassword(t.Context(), o.me, "mere", newPassword); err != nil {
			t.Error(err)
		}
		if m, err := o.Authenticate(t.Context(), "Mere Ngata", newPassword); err != nil || m.ID != "mere" {
			t.Errorf("after an Admin set a new password: %v", err)
		}
	})
}

// TestALockHoldsWhenTheClockIsSetBack locks a member out, and sets the clock back by an hour: for
// the file that is as if the lock was made in an hour. It holds in every process, for as long as
// locks do.
func TestALockHoldsWhenTheClockIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		defer func() { _ = o.db.Close() }()
		o.has(o.me, oliviasPassword)
		for range 5 {
			_, _ = o.Authenticate(t.Context(), "Olivia Hart", "guess")
		}
		o.raw("UPDATE passwords SET locked = locked + 3600000")
		again, err := sqlite.Open(t.Context(), o.path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close() }()
		processes := []*app.App{app.New(app.Params{Store: again, Log: slog.New(slog.DiscardHandler)}), o.App}
		until := time.Now().Add(time.Minute)
		for i, a := range processes {
			time.Sleep(time.Second)
			_, err := a.Authenticate(t.Context(), "Olivia Hart", oliviasPassword)
			if want := "Try again at " + until.Add(time.Second).Local().Format(time.TimeOnly); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("process %d: %v, want %q", i, err, want)
			}
		}
		if got := o.trail(); !strings.HasSuffix(got[len(got)-1], "until "+until.Add(time.Second).UTC().Format(time.RFC3339)) {
			t.Errorf("the audit trail: %q", got)
		}
		time.Sleep(time.Minute)
		if _, err := processes[0].Authenticate(t.Context(), "Olivia Hart", oliviasPassword); err != nil {
			t.Errorf("after the time that was told: %v", err)
		}
	})
}

// TestUnknownNamesTakeTheSameWork counts the hashes that a try computes, by their memory: each
// takes 64 MiB.
func TestUnknownNamesTakeTheSameWork(t *testing.T) {
	o := newOffice(t)
	o.update(func(tx app.Tx) error {
		for id, m := range map[staff.ID]staff.Member{
			o.me.ID: o.me, "gone": {ID: "gone", Name: "Hemi Walker", Deactivated: true}, "new": {ID: "new", Name: "Mere Ngata"},
		} {
			if err := tx.SaveMember(m); err != nil {
				return err
			}
			if id == "new" {
				continue // without a password yet
			}
			if err := tx.SavePassword(id, staff.NewPassword(oliviasPassword)); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct{ name, password string }{
		{"Olivia Hart", oliviasPassword}, {"Olivia Hart", "guess"}, {"Hemi Walker", oliviasPassword}, {"Hemi Walker", "guess"},
		{"Mere Ngata", "guess"}, {"Mere Ngata", ""}, {"Nobody", "guess"}, {"Nobody", ""}, {"", ""}, {"nobody@tui.example", "guess"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = o.Authenticate(t.Context(), c.name, c.password)
		runtime.ReadMemStats(&after)
		if hashes := (after.TotalAlloc - before.TotalAlloc) >> 26; hashes != 1 {
			t.Errorf("%q with %q takes %d hashes", c.name, c.password, hashes)
		}
	}
}

// TestManyTriesAtOnceAreCountedEach guesses from many programs at once: the right password
// among the guesses opens nothing once five were wrong.
func TestManyTriesAtOnceAreCountedEach(t *testing.T) {
	o := newOffice(t)
	o.has(o.me, oliviasPassword)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if _, err := o.Authenticate(context.Background(), "Olivia Hart", "guess"); err == nil {
				t.Error("a guess is right")
			}
		})
	}
	deadline.Wait(t, all.Wait, "30 guesses")
	if got := o.trail(); len(got) != 6 {
		t.Errorf("%d entries: %q", len(got), got)
	}
	if _, err := o.Authenticate(t.Context(), "Olivia Hart", oliviasPassword); err == nil || !strings.Contains(err.Error(), "Too many") {
		t.Errorf("after so many guesses: %v", err)
	}
}

// raw runs a statement on the file itself, past Feebridge.
func (o *office) raw(statement string) {
	o.t.Helper()
	apptest.Raw(o.t, o.path, statement)
}

package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Members returns the staff in the order in which they joined. Names are for everybody;
// what else there is of others is for Admins.
func (a *App) Members(ctx context.Context, by staff.Member) ([]staff.Member, error) {
	var all []staff.Member
	err := a.View(ctx, func(r Reader) (err error) {
		all, err = r.Staff()
		return err
	})
	for i, m := range all {
		if m.ID != by.ID && !by.May(staff.ManageStaff, "") {
			all[i] = staff.Member{ID: m.ID, Name: m.Name, Deactivated: m.Deactivated}
		}
	}
	return all, err
}

// RoleClients returns the clients to give roles on, by name: of each what tells it from
// the others, since an Admin as such sees no more of them.
func (a *App) RoleClients(ctx context.Context, by staff.Member) ([]billing.Client, error) {
	var named []billing.Client
	err := a.View(ctx, func(r Reader) error {
		if err := Allow(by, staff.ManageStaff, ""); err != nil {
			return err
		}
		all, err := r.Clients()
		named = make([]billing.Client, len(all))
		for i, c := range all {
			named[i] = billing.Client{ID: c.ID, Code: c.Code, Name: c.Name, Archived: c.Archived}
		}
		return err
	})
	return named, err
}

// AddMember adds a member with a first password, and returns the member as stored. The
// first Admin must have a password before there is anybody else.
func (a *App) AddMember(ctx context.Context, by staff.Member, m staff.Member, password string) (staff.Member, error) {
	if err := a.allow(ctx, by, staff.ManageStaff, ""); err != nil {
		return staff.Member{}, err
	}
	if err := staff.CheckPassword(password); err != nil {
		return staff.Member{}, err
	}
	kept := staff.NewPassword(password)
	m = m.Tidy()
	m.ID, m.Deactivated = staff.ID(NewID()), false
	err := a.Update(ctx, func(tx Tx) error {
		t, err := newTeam(tx)
		if err != nil {
			return err
		}
		if err := t.join(m); err != nil {
			return err
		}
		if err := tx.SaveMember(m); err != nil {
			return err
		}
		if err := tx.SavePassword(m.ID, kept); err != nil {
			return err
		}
		_, to := t.changes(staff.Member{}, m)
		return tx.Record(Entry(by, staff.AuditAdd, "staff", string(m.ID), "", to))
	})
	return m, err
}

// ChangeMember changes a member's name, e-mail, permissions and roles, and returns the member
// as stored. It touches neither whether they are active nor their password.
func (a *App) ChangeMember(ctx context.Context, by staff.Member, m staff.Member) (staff.Member, error) {
	m = m.Tidy()
	err := a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.ManageStaff, ""); err != nil {
			return err
		}
		t, err := newTeam(tx)
		if err != nil {
			return err
		}
		was, err := findMember(t.members, m.ID)
		if err != nil {
			return err
		}
		m.Deactivated = was.Deactivated
		if err := t.check(m); err != nil {
			return err
		}
		if err := t.keepAdmin(was, m); err != nil {
			return err
		}
		from, to := t.changes(was, m)
		if from == to {
			return nil
		}
		if err := tx.SaveMember(m); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditChange, "staff", string(m.ID), from, to))
	})
	return m, err
}

// Deactivate takes everything from a member that they may do. What of their export runs is not
// sent yet is held until a member confirms it who may export it.
func (a *App) Deactivate(ctx context.Context, by staff.Member, id staff.ID) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.ManageStaff, ""); err != nil {
			return err
		}
		t, err := newTeam(tx)
		if err != nil {
			return err
		}
		was, err := findMember(t.members, id)
		if err != nil || was.Deactivated {
			return err
		}
		m := was
		m.Deactivated = true
		if err := t.keepAdmin(was, m); err != nil {
			return err
		}
		if err := tx.SaveMember(m); err != nil {
			return err
		}
		if err := tx.Record(Entry(by, staff.AuditDeactivate, "staff", string(id), "", m.Name)); err != nil {
			return err
		}
		return holdRunsOf(tx, by, m)
	})
}

// holdRunsOf makes the open runs of a member stale.
func holdRunsOf(tx Tx, by, m staff.Member) error {
	open, err := AllOpenRuns(tx)
	if err != nil {
		return err
	}
	for _, run := range open {
		if run.By != m.ID {
			continue
		}
		run.Confirmed = time.Time{}
		if err := tx.SaveRuns(run); err != nil {
			return err
		}
		if err := tx.Record(Entry(by, staff.AuditHold, "run", string(run.ID), "", translations.Text("trail.started-by", "Name", m.Name))); err != nil {
			return err
		}
	}
	return nil
}

// Reactivate gives a deactivated member back what they were permitted. Their runs stay held.
func (a *App) Reactivate(ctx context.Context, by staff.Member, id staff.ID) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.ManageStaff, ""); err != nil {
			return err
		}
		t, err := newTeam(tx)
		if err != nil {
			return err
		}
		m, err := findMember(t.members, id)
		if err != nil || !m.Deactivated {
			return err
		}
		m.Deactivated = false
		if err := t.join(m); err != nil {
			return err
		}
		if err := tx.SaveMember(m); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditReactivate, "staff", string(id), "", m.Name))
	})
}

// team is the staff as a use case finds it.
type team struct {
	tx      Tx
	members []staff.Member
	clients []billing.Client
}

func newTeam(tx Tx) (*team, error) {
	t := &team{tx: tx}
	var err error
	if t.members, err = tx.Staff(); err != nil {
		return nil, err
	}
	t.clients, err = tx.Clients()
	return t, err
}

func findMember(all []staff.Member, id staff.ID) (staff.Member, error) {
	for _, m := range all {
		if m.ID == id {
			return m, nil
		}
	}
	return staff.Member{}, Errorf(NotFound, "refused.no-such-member")
}

// join refuses a member who cannot become active beside the others.
func (t *team) join(m staff.Member) error {
	_, alone, err := soleMember(t.tx)
	switch {
	case err != nil:
		return err
	case alone:
		return Errorf(Invalid, "refused.password-first")
	}
	return t.check(m)
}

// check refuses a member who is not well described, or who would be taken for another.
func (t *team) check(m staff.Member) error {
	if err := m.Check(); err != nil {
		return err
	}
	for _, other := range t.members {
		switch {
		case other.ID == m.ID:
		case billing.FoldName(other.Name) == billing.FoldName(m.Name):
			return Errorf(Conflict, "problem.staff.same-name", "Name", translations.Quoted(other.Name))
		case m.Email != "" && !m.Deactivated && !other.Deactivated && strings.EqualFold(other.Email, m.Email):
			return Errorf(Conflict, "problem.staff.same-email", "Name", other.Name, "Email", other.Email)
		}
	}
	for id := range m.Roles {
		if clientIn(t.clients, id).ID == "" {
			return Errorf(NotFound, "problem.staff.no-client")
		}
	}
	return nil
}

// keepAdmin refuses a change that leaves the firm without an active Admin.
func (t *team) keepAdmin(was, m staff.Member) error {
	admin := func(m staff.Member) bool { return m.Admin && !m.Deactivated }
	if !admin(was) || admin(m) {
		return nil
	}
	for _, other := range t.members {
		if other.ID != m.ID && admin(other) {
			return nil
		}
	}
	return Errorf(Conflict, "problem.staff.last-admin", "Name", was.Name)
}

// changes tells what differs between the two; the zero Member is nobody.
func (t *team) changes(was, m staff.Member) (from, to string) {
	var before []word
	if was.ID != "" {
		before = t.words(was, was, m)
	}
	return tellChanges(before, t.words(m, was, m))
}

// words tells of a member what an Admin may set; of the clients those on which one of the
// two has a role.
func (t *team) words(m, one, two staff.Member) []word {
	var times []string
	for _, p := range staff.TimePermissions() {
		if m.Time[p] {
			times = append(times, string(p))
		}
	}
	words := []word{
		{translations.Text("changed.name"), m.Name}, {translations.Text("changed.email"), m.Email},
		{translations.Text("changed.time-permissions"), strings.Join(times, ", ")},
		{translations.Text("changed.settings-admin"), yesNo(m.SettingsAdmin)}, {translations.Text("changed.admin"), yesNo(m.Admin)},
		{translations.Text("changed.all-clients"), m.AllEntities.String()},
	}
	for _, c := range t.clients {
		if one.Roles[c.ID] != two.Roles[c.ID] {
			words = append(words, word{translations.Text("changed.client", "Client", c.Name), m.Roles[c.ID].String()})
		}
	}
	return words
}

func yesNo(b bool) string {
	if b {
		return translations.Text("changed.yes")
	}
	return translations.Text("changed.no")
}

// soleMember returns the only active member while they have no password, and whether there
// is such a one.
func soleMember(r Reader) (m staff.Member, alone bool, err error) {
	all, err := r.Staff()
	if err != nil {
		return m, false, err
	}
	active := slices.DeleteFunc(all, func(m staff.Member) bool { return m.Deactivated })
	if len(active) != 1 {
		return m, false, nil
	}
	p, err := r.Password(active[0].ID)
	return active[0], !p.Set(), err
}

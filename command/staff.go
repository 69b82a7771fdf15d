package command

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

// staffOptions say what a member of staff is called and may do. What is not given stays
// as it is.
type staffOptions struct {
	rename, email        given
	times                words
	settingsAdmin, admin choice
	allClients           string
	clients              words
	passwordFD           descriptor
}

func staffFlags(flags *flag.FlagSet, o *options) {
	s := &o.staff
	flags.Var(&s.rename, "rename", "with set: the `NAME` from now on")
	flags.Var(&s.email, "email", "the e-mail `ADDRESS`; an empty one takes it away")
	flags.Var(&s.times, "time", "a Time `PERMISSION`: "+permissionNames()+"; may be given more than once, and those that are not given are taken away")
	flags.Var(&s.settingsAdmin, "settings-admin", "make her a Settings Admin; =false takes that away")
	flags.Var(&s.admin, "admin", "make her an Admin; =false takes that away")
	flags.StringVar(&s.allClients, "all-clients", "", "the `ROLE` on all clients: "+roleNames())
	flags.Var(&s.clients, "client", "the role on one client, as `CODE=ROLE`; may be given more than once")
	flags.Var(&s.passwordFD, "new-password-fd", "with add and password: read the new password as one line from that file `DESCRIPTOR`; where it is that of --password-fd, the line after")
}

// given is a text that may be given, be it an empty one.
type given struct {
	text  string
	there bool
}

func (g *given) String() string     { return g.text }
func (g *given) Set(s string) error { g.text, g.there = s, true; return nil }

// choice is a yes or no that may be given.
type choice struct{ yes, there bool }

func (c *choice) String() string   { return "" }
func (c *choice) IsBoolFlag() bool { return true }
func (c *choice) Set(s string) (err error) {
	c.there = true
	c.yes, err = strconv.ParseBool(s)
	return err
}

// manageStaff lists the staff, or changes it.
func manageStaff(ctx context.Context, s *session, words []string) int {
	do, known := staffCommands[first(words)]
	if !known {
		return s.wrongUse("staff takes one of list, add, set, deactivate, reactivate and password, such as: feebridge staff add \"Mere Ngata\" --time ProcessTime --all-clients owner")
	}
	name := strings.Join(words[1:], " ")
	if (name == "") != (words[0] == "list") && words[0] != "password" {
		return s.wrongUse("staff %s: name the member of staff, and nobody for list.", words[0])
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	if err := do(s, ctx, name); err != nil {
		return s.fail(err)
	}
	return exitDone
}

var staffCommands = map[string]func(*session, context.Context, string) error{
	"list": (*session).listStaff, "add": (*session).addMember, "set": (*session).setMember,
	"deactivate": (*session).deactivate, "reactivate": (*session).reactivate, "password": (*session).changePassword,
}

func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// memberJSON is a member of staff. Of others, who is no Admin learns the name alone.
type memberJSON struct {
	Name          string                 `json:"name"`
	Email         string                 `json:"email"`
	Active        bool                   `json:"active"`
	Time          []staff.TimePermission `json:"time"`
	SettingsAdmin bool                   `json:"settings_admin"`
	Admin         bool                   `json:"admin"`
	AllClients    string                 `json:"all_clients"`
	Clients       map[string]string      `json:"clients"` // role by code
}

func (m memberJSON) String() string {
	var may []string
	for _, p := range m.Time {
		may = append(may, string(p))
	}
	if m.SettingsAdmin {
		may = append(may, "Settings Admin")
	}
	if m.Admin {
		may = append(may, "Admin")
	}
	if m.AllClients != staff.NoRole.String() {
		may = append(may, m.AllClients+" of all clients")
	}
	for _, code := range slices.Sorted(maps.Keys(m.Clients)) {
		may = append(may, m.Clients[code]+" of "+code)
	}
	text := m.Name
	if m.Email != "" {
		text += " <" + m.Email + ">"
	}
	if !m.Active {
		text += " (deactivated)"
	}
	if len(may) > 0 {
		text += ": " + strings.Join(may, ", ")
	}
	return text
}

func (s *session) printMember(m staff.Member, clients []billing.Client) {
	j := memberJSON{
		Name: m.Name, Email: m.Email, Active: !m.Deactivated, Time: []staff.TimePermission{}, SettingsAdmin: m.SettingsAdmin,
		Admin: m.Admin, AllClients: m.AllEntities.String(), Clients: map[string]string{},
	}
	for _, p := range staff.TimePermissions() {
		if m.Time[p] {
			j.Time = append(j.Time, p)
		}
	}
	for _, c := range clients {
		if r := m.Roles[c.ID]; r != staff.NoRole {
			j.Clients[c.Code] = r.String()
		}
	}
	s.print(j, "%s", j)
}

func (s *session) listStaff(ctx context.Context, _ string) error {
	all, err := s.app.Members(ctx, s.me)
	if err != nil {
		return err
	}
	clients, err := s.roleClients(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		s.printMember(m, clients)
	}
	return nil
}

func (s *session) addMember(ctx context.Context, name string) error {
	m, clients, err := s.described(ctx, staff.Member{Name: name})
	if err != nil {
		return err
	}
	password, err := s.newPassword(ctx)
	if err != nil {
		return err
	}
	if m, err = s.app.AddMember(ctx, s.me, m, password); err != nil {
		return err
	}
	s.printMember(m, clients)
	return nil
}

func (s *session) setMember(ctx context.Context, name string) error {
	m, err := s.member(ctx, name)
	if err != nil {
		return err
	}
	m, clients, err := s.described(ctx, m)
	if err != nil {
		return err
	}
	if m, err = s.app.ChangeMember(ctx, s.me, m); err != nil {
		return err
	}
	s.printMember(m, clients)
	return nil
}

func (s *session) deactivate(ctx context.Context, name string) error {
	m, err := s.member(ctx, name)
	if err != nil {
		return err
	}
	return s.app.Deactivate(ctx, s.me, m.ID)
}

func (s *session) reactivate(ctx context.Context, name string) error {
	m, err := s.member(ctx, name)
	if err != nil {
		return err
	}
	return s.app.Reactivate(ctx, s.me, m.ID)
}

// changePassword sets the password of a member, or without a name that of who acts.
func (s *session) changePassword(ctx context.Context, name string) error {
	m := s.me
	if name != "" {
		var err error
		if m, err = s.member(ctx, name); err != nil {
			return err
		}
	}
	password, err := s.newPassword(ctx)
	if err != nil {
		return err
	}
	if m.ID == s.me.ID {
		return s.app.ChangePassword(ctx, s.me, s.password, password)
	}
	return s.app.ResetPassword(ctx, s.me, m.ID, password)
}

// newPassword reads a new password; on a terminal it is typed twice.
func (s *session) newPassword(ctx context.Context) (string, error) {
	const named = "--new-password-fd"
	password, err := s.readPassword(ctx, "New password", s.options.staff.passwordFD, named)
	if err != nil || s.options.staff.passwordFD.file != nil {
		return password, err
	}
	again, err := s.ask(ctx, "The same again")
	if err == nil && again != password {
		err = app.Errorf(app.Invalid, "The two passwords differ. Nothing was changed.")
	}
	return password, err
}

// member returns the member of staff of that name or e-mail address.
func (s *session) member(ctx context.Context, nameOrEmail string) (staff.Member, error) {
	all, err := s.app.Members(ctx, s.me)
	if err != nil {
		return staff.Member{}, err
	}
	for _, m := range all {
		if isNamed(m, nameOrEmail) {
			return m, nil
		}
	}
	return staff.Member{}, app.Errorf(app.NotFound, "There is no member of staff %q: \"feebridge staff list\" lists them.", nameOrEmail)
}

// roleClients returns the clients that there are roles on: for an Admin all of them.
func (s *session) roleClients(ctx context.Context) ([]billing.Client, error) {
	if s.me.May(staff.ManageStaff, "") {
		return s.app.RoleClients(ctx, s.me)
	}
	return s.app.Clients(ctx, s.me)
}

// described returns the member with what the flags say of her, and the clients that there
// are roles on.
func (s *session) described(ctx context.Context, m staff.Member) (staff.Member, []billing.Client, error) {
	clients, err := s.app.RoleClients(ctx, s.me)
	if err != nil {
		return m, nil, err
	}
	o := s.options.staff
	if o.rename.there {
		m.Name = o.rename.text
	}
	if o.email.there {
		m.Email = o.email.text
	}
	if o.settingsAdmin.there {
		m.SettingsAdmin = o.settingsAdmin.yes
	}
	if o.admin.there {
		m.Admin = o.admin.yes
	}
	if len(o.times) > 0 {
		if m.Time, err = permissions(o.times); err != nil {
			return m, nil, err
		}
	}
	if o.allClients != "" {
		if m.AllEntities, err = role(o.allClients); err != nil {
			return m, nil, err
		}
	}
	m.Roles = maps.Clone(m.Roles)
	for _, text := range o.clients {
		code, of, ok := strings.Cut(text, "=")
		client, there := named(clients, code, func(c billing.Client) string { return c.Code })
		if !ok || !there {
			return m, nil, &misuse{fmt.Sprintf("--client takes CODE=ROLE with the code of a client, not %q.", text)}
		}
		if m.Roles == nil {
			m.Roles = map[billing.ClientID]staff.Role{}
		}
		if m.Roles[client.ID], err = role(of); err != nil {
			return m, nil, err
		}
	}
	return m, clients, nil
}

// permissions returns the Time permissions of these names; "none" is no permission.
func permissions(names []string) (map[staff.TimePermission]bool, error) {
	all := map[staff.TimePermission]bool{}
	for _, name := range names {
		p, ok := named(staff.TimePermissions(), name, func(p staff.TimePermission) string { return string(p) })
		switch {
		case ok:
			all[p] = true
		case !strings.EqualFold(name, "none"):
			return nil, &misuse{fmt.Sprintf("there is no Time permission %q. There are %s.", name, permissionNames())}
		}
	}
	return all, nil
}

func role(name string) (staff.Role, error) {
	r, ok := named(staff.Roles(), name, staff.Role.String)
	if !ok {
		return r, &misuse{fmt.Sprintf("there is no role %q. There are %s.", name, roleNames())}
	}
	return r, nil
}

func permissionNames() string {
	var names []string
	for _, p := range staff.TimePermissions() {
		names = append(names, strconv.Quote(string(p)))
	}
	return strings.Join(names, ", ") + " or none"
}

func roleNames() string {
	var names []string
	for _, r := range staff.Roles() {
		names = append(names, strings.ToLower(r.String()))
	}
	return strings.Join(names, ", ")
}

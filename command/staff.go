package command

import (
	"context"
	"flag"
	"maps"
	"slices"
	"strconv"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

var staffCommand = command{
	name: "staff", args: "list|add|set|deactivate|reactivate|password [NAME]",
	about: "list the staff, or change who may do what",
	prepare: func(flags *flag.FlagSet) runner {
		var f staffFlags
		flags.Var(&f.rename, "rename", "with set: the new `NAME`")
		flags.Var(&f.email, "email", "the email `ADDRESS`; an empty one removes it")
		flags.Var(&f.times, "time", "a Time `PERMISSION`: "+permissionNames()+"; can be given more than once, and replaces those they have")
		flags.Var(&f.settingsAdmin, "settings-admin", "make them a Settings Admin; --settings-admin=false removes it")
		flags.Var(&f.admin, "admin", "make them an Admin; --admin=false removes it")
		flags.StringVar(&f.allClients, "all-clients", "", "their `ROLE` on all clients: "+roleNames())
		flags.Var(&f.clients, "client", "their role on one client, as `CODE=ROLE`; can be given more than once")
		flags.Var(&f.passwordFD, "new-password-fd", "with add and password: read the new password as one line from this file `DESCRIPTOR`; if it's the same as for --password-fd, put the new password on the second line")
		return f.run
	},
}

// staffFlags say what a member of staff is called and may do. What is not given stays
// as it is.
type staffFlags struct {
	rename, email        given
	times                words
	settingsAdmin, admin choice
	allClients           string
	clients              words
	passwordFD           descriptor
}

// run lists the staff, or changes it.
func (f *staffFlags) run(ctx context.Context, s *session, words []string) error {
	if len(words) == 0 {
		words = []string{""}
	}
	name := strings.Join(words[1:], " ")
	do, known := map[string]func(context.Context, *session, string) error{
		"list": listStaff, "add": f.add, "set": f.set, "deactivate": deactivate, "reactivate": reactivate, "password": f.changePassword,
	}[words[0]]
	switch {
	case !known:
		return misused("Say one of list, add, set, deactivate, reactivate and password, for example: feebridge staff add \"Mere Ngata\" --time ProcessTime --all-clients owner")
	case name != "" && words[0] == "list":
		return misused("\"staff list\" takes no name.")
	case name == "" && words[0] != "list" && words[0] != "password":
		return misused("Name the staff member, for example: feebridge staff %s \"Mere Ngata\"", words[0])
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	return do(ctx, s, name)
}

// memberJSON is a member of staff. Only Admins see more than the name of others.
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

func listStaff(ctx context.Context, s *session, _ string) error {
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

func (f *staffFlags) add(ctx context.Context, s *session, name string) error {
	m, clients, err := f.described(ctx, s, staff.Member{Name: name})
	if err != nil {
		return err
	}
	password, err := f.newPassword(ctx, s)
	if err != nil {
		return err
	}
	if m, err = s.app.AddMember(ctx, s.me, m, password); err != nil {
		return err
	}
	s.printMember(m, clients)
	return nil
}

func (f *staffFlags) set(ctx context.Context, s *session, name string) error {
	m, err := s.member(ctx, name)
	if err != nil {
		return err
	}
	m, clients, err := f.described(ctx, s, m)
	if err != nil {
		return err
	}
	if m, err = s.app.ChangeMember(ctx, s.me, m); err != nil {
		return err
	}
	s.printMember(m, clients)
	return nil
}

func deactivate(ctx context.Context, s *session, name string) error {
	m, err := s.member(ctx, name)
	if err != nil {
		return err
	}
	return s.app.Deactivate(ctx, s.me, m.ID)
}

func reactivate(ctx context.Context, s *session, name string) error {
	m, err := s.member(ctx, name)
	if err != nil {
		return err
	}
	return s.app.Reactivate(ctx, s.me, m.ID)
}

// changePassword sets the password of a member, or without a name that of who acts.
func (f *staffFlags) changePassword(ctx context.Context, s *session, name string) error {
	m := s.me
	if name != "" {
		var err error
		if m, err = s.member(ctx, name); err != nil {
			return err
		}
	}
	password, err := f.newPassword(ctx, s)
	if err != nil {
		return err
	}
	if m.ID == s.me.ID {
		return s.app.ChangePassword(ctx, s.me, s.password, password)
	}
	return s.app.ResetPassword(ctx, s.me, m.ID, password)
}

// newPassword reads a new password; on a terminal it is typed twice.
func (f *staffFlags) newPassword(ctx context.Context, s *session) (string, error) {
	const named = "--new-password-fd"
	password, err := s.readPassword(ctx, "New password", f.passwordFD, named)
	if err != nil || f.passwordFD.file != nil {
		return password, err
	}
	again, err := s.ask(ctx, "New password again")
	if err == nil && again != password {
		err = app.Errorf(app.Invalid, "command.passwords-differ")
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
	return staff.Member{}, app.Errorf(app.NotFound, "command.no-member", "Name", translations.Quoted(nameOrEmail))
}

// roleClients returns the clients that there are roles on: for an Admin all of them.
func (s *session) roleClients(ctx context.Context) ([]billing.Client, error) {
	if s.me.May(staff.ManageStaff, "") {
		return s.app.RoleClients(ctx, s.me)
	}
	return s.app.Clients(ctx, s.me)
}

// described returns the member with what the flags say of them, and the clients that there
// are roles on.
func (f *staffFlags) described(ctx context.Context, s *session, m staff.Member) (staff.Member, []billing.Client, error) {
	clients, err := s.app.RoleClients(ctx, s.me)
	if err != nil {
		return m, nil, err
	}
	if f.rename.there {
		m.Name = f.rename.text
	}
	if f.email.there {
		m.Email = f.email.text
	}
	if f.settingsAdmin.there {
		m.SettingsAdmin = f.settingsAdmin.yes
	}
	if f.admin.there {
		m.Admin = f.admin.yes
	}
	if len(f.times) > 0 {
		if m.Time, err = permissions(f.times); err != nil {
			return m, nil, err
		}
	}
	if f.allClients != "" {
		if m.AllEntities, err = role(f.allClients); err != nil {
			return m, nil, err
		}
	}
	m.Roles = maps.Clone(m.Roles)
	for _, text := range f.clients {
		code, of, ok := strings.Cut(text, "=")
		client, there := named(clients, code, func(c billing.Client) string { return c.Code })
		if !ok || !there {
			return m, nil, misused("--client takes CODE=ROLE with the code of a client, not %q.", text)
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
			return nil, misused("There is no Time permission %q. Use %s.", name, permissionNames())
		}
	}
	return all, nil
}

func role(name string) (staff.Role, error) {
	r, ok := named(staff.Roles(), name, staff.Role.String)
	if !ok {
		return r, misused("There is no role %q. Use one of %s.", name, roleNames())
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

package screens

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

// staffApp is what managing the staff asks of the application.
type staffApp interface {
	Members(ctx context.Context, by staff.Member) ([]staff.Member, error)
	AddMember(ctx context.Context, by staff.Member, m staff.Member, password string) (staff.Member, error)
	ChangeMember(ctx context.Context, by staff.Member, m staff.Member) (staff.Member, error)
	Deactivate(ctx context.Context, by staff.Member, id staff.ID) error
	Reactivate(ctx context.Context, by staff.Member, id staff.ID) error
	ResetPassword(ctx context.Context, by staff.Member, id staff.ID, password string) error
	ChangePassword(ctx context.Context, by staff.Member, old, password string) error
	RoleClients(ctx context.Context, by staff.Member) ([]billing.Client, error)
}

// team shows the staff and what each may do, and changes it.
type team struct {
	*shell
	app     staffApp
	loading task

	box     *dialog
	members []staff.Member
	clients []billing.Client
	list    *fyne.Container
}

func newTeam(s *shell, a staffApp) *team { return &team{shell: s, app: a, loading: task{ui: s.ui}} }

func (t *team) may() bool { return t.me().May(staff.ManageStaff, "") }

// open shows the staff.
func (t *team) open() {
	t.list = container.NewStack()
	add := newButton(t.keys, lang.L("staff.add"), func() { t.edit(staff.Member{}) })
	add.enable(t.may())
	leave := newButton(t.keys, lang.L("action.close"), func() { t.box.hide() })
	var top fyne.CanvasObject = caption(lang.L("staff.hint"))
	if !t.may() {
		top = signed(style.Held, paragraph(lang.L("staff.view-only", with{"Permission": permissionsFor(staff.ManageStaff)})))
	}
	t.box = t.dialogs.show(lang.L("staff.title"), fyne.NewSize(900, 480), container.NewBorder(top, nil, nil, nil, t.list), add, leave).about("roles")
	t.box.onHide = func() { t.loading.stop(); t.box = nil }
	t.load()
}

// load reads the staff again, while they are shown.
func (t *team) load() {
	if t.box == nil {
		return
	}
	type read struct {
		members []staff.Member
		clients []billing.Client
	}
	load(&t.loading, func(ctx context.Context) (r read, err error) {
		if t.may() {
			if r.clients, err = t.app.RoleClients(ctx, t.me()); err != nil {
				return r, err
			}
		}
		r.members, err = t.app.Members(ctx, t.me())
		return r, err
	}, func(r read, err error) {
		if err != nil {
			t.failed(lang.L("staff.failed"), err)
			return
		}
		t.members, t.clients = r.members, r.clients
		t.show()
	})
}

func (t *team) show() {
	var rows [][]listCell
	for _, m := range t.members {
		sign := style.Done
		if m.Deactivated {
			sign = style.Held
		}
		rows = append(rows, []listCell{{sign: sign}, {text: m.Name}, {text: m.Email}, {text: t.permissionWords(m)}, {text: t.roleWords(m)}})
	}
	list := newListing(t.keys, []listColumn{
		{width: listSign}, {title: lang.L("field.name"), width: 180}, {title: lang.L("field.email"), width: 190},
		{title: lang.L("staff.permissions"), stretch: true}, {title: lang.L("staff.roles"), width: 200},
	}, rows)
	list.opened = func(i int) {
		if t.may() {
			t.edit(t.members[i])
		}
	}
	t.list.Objects = []fyne.CanvasObject{list.content()}
	t.list.Refresh()
}

// permissionWords tell what a member may do anywhere.
func (t *team) permissionWords(m staff.Member) string {
	if m.Deactivated {
		return lang.L("staff.deactivated")
	}
	var words []string
	if m.Admin {
		words = append(words, lang.L("permission.admin"))
	}
	if m.SettingsAdmin {
		words = append(words, lang.L("permission.settings-admin"))
	}
	for _, p := range staff.TimePermissions() {
		if m.Time[p] {
			words = append(words, permissionWord(p))
		}
	}
	return strings.Join(words, ", ")
}

// roleWords tell what a member is for the clients.
func (t *team) roleWords(m staff.Member) string {
	var words []string
	if m.AllEntities != staff.NoRole {
		words = append(words, lang.L("staff.role-all", with{"Role": roleWord(m.AllEntities)}))
	}
	if n := len(m.Roles); n > 0 {
		words = append(words, lang.N("staff.role-clients", n, with{"Count": n}))
	}
	return strings.Join(words, ", ")
}

func permissionWord(p staff.TimePermission) string {
	switch p {
	case staff.ProcessTime:
		return lang.L("permission.process-time")
	case staff.ExportToAccounting:
		return lang.L("permission.export")
	}
	return lang.L("permission.all-entries")
}

func roleWord(r staff.Role) string {
	switch r {
	case staff.Viewer:
		return lang.L("role.viewer")
	case staff.Editor:
		return lang.L("role.editor")
	case staff.Owner:
		return lang.L("role.owner")
	}
	return lang.L("role.none")
}

// memberForm changes one member.
type memberForm struct {
	*team
	member   staff.Member
	box      *dialog
	told     *fyne.Container
	name     *entry
	email    *entry
	password *entry
	time     map[staff.TimePermission]*check
	settings *check
	admin    *check
	all      *dropDown
	roles    *table
}

// edit opens the form of a member; one without an ID is new.
func (t *team) edit(m staff.Member) {
	f := &memberForm{team: t, member: m, told: container.NewVBox(), time: map[staff.TimePermission]*check{}}
	f.name, f.email = newEntry(t.keys), newEntry(t.keys)
	f.name.SetText(m.Name)
	f.email.SetText(m.Email)
	tick := func(text string, on bool) *check {
		c := newCheck(t.keys, text, func(bool) {})
		c.SetChecked(on)
		return c
	}
	permissions := container.New(closely)
	for _, p := range staff.TimePermissions() {
		f.time[p] = tick(permissionWord(p), m.Time[p])
		permissions.Add(f.time[p])
	}
	f.settings, f.admin = tick(lang.L("permission.settings-admin"), m.SettingsAdmin), tick(lang.L("permission.admin"), m.Admin)
	permissions.Add(f.settings)
	permissions.Add(f.admin)
	f.all = newDropDown(t.keys, "", roleOptions(), strconv.Itoa(int(m.AllEntities)), func(string) {})
	f.roles = f.newRoles()

	left := container.NewVBox(f.told, labelled(lang.L("field.name"), f.name), labelled(lang.L("field.email"), f.email))
	if m.ID == "" {
		f.password = newPasswordEntry(t.keys)
		left.Add(labelled(lang.L("staff.first-password"), f.password))
		left.Add(caption(lang.N("staff.password-hint", staff.MinPassword, with{"Count": staff.MinPassword})))
	}
	left.Add(labelled(lang.L("staff.permissions"), permissions))
	left.Add(labelled(lang.L("staff.role-on-all"), outlined(f.all)))
	roles := container.NewBorder(heading(lang.L("staff.roles-on-some")), nil, nil, nil, container.New(atLeast{height: 300}, f.roles.Sheet))
	body := container.NewGridWithColumns(2, left, container.New(layout.NewCustomPaddedLayout(0, 0, style.Spacing, 0), roles))
	title := lang.L("staff.new")
	buttons := []*button{newButton(t.keys, lang.L("action.cancel"), func() { f.box.hide() })}
	if m.ID != "" {
		title = m.Name
		buttons = append(buttons, f.activeButton())
		if m.ID != t.me().ID {
			buttons = append(buttons, newButton(t.keys, lang.L("staff.set-password"), func() { t.askPassword(m) }))
		}
	}
	buttons = append(buttons, newButton(t.keys, lang.L("action.save"), f.save))
	f.box = t.dialogs.show(title, fyne.NewSize(900, 520), body, buttons...).about("roles")
	f.box.focus(f.name)
}

// atLeast gives an object a least height.
type atLeast struct{ height float32 }

func (l atLeast) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

func (l atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(0, l.height))
}

func roleOptions() []option {
	var options []option
	for _, r := range staff.Roles() {
		options = append(options, option{value: strconv.Itoa(int(r)), text: roleWord(r)})
	}
	return options
}

// newRoles makes the sheet of the roles on single clients.
func (f *memberForm) newRoles() *table {
	var clients, roles []sheet.Option
	for _, c := range f.clients {
		clients = append(clients, sheet.Option{Value: c.Code, Label: c.Name})
	}
	for _, r := range staff.Roles() {
		roles = append(roles, sheet.Option{Value: roleWord(r)})
	}
	var rows [][]string
	for _, id := range slices.Sorted(maps.Keys(f.member.Roles)) {
		for _, c := range f.clients {
			if c.ID == id {
				rows = append(rows, []string{c.Code, roleWord(f.member.Roles[id])})
			}
		}
	}
	return newTable([]sheet.Column{
		{Title: lang.L("field.client"), Width: 180, Stretch: true, Options: func(int) []sheet.Option { return clients }},
		{Title: lang.L("staff.role"), Width: 120, Options: func(int) []sheet.Option { return roles }},
	}, rows, lang.L("staff.no-roles"), false)
}

func (f *memberForm) tell(sign style.Sign, text string) {
	f.told.Objects = []fyne.CanvasObject{signed(sign, paragraph(text))}
	f.box.fit()
}

// read returns the member as the form has them. Roles on clients that are not shown stay.
func (f *memberForm) read() (staff.Member, error) {
	m := f.member
	m.Name, m.Email, m.SettingsAdmin, m.Admin = f.name.Text, f.email.Text, f.settings.Checked, f.admin.Checked
	m.Time = map[staff.TimePermission]bool{}
	for p, c := range f.time {
		m.Time[p] = c.Checked
	}
	all, err := strconv.Atoi(f.all.chosen)
	m.AllEntities = staff.Role(all)
	m.Roles = maps.Clone(f.member.Roles)
	if m.Roles == nil {
		m.Roles = map[billing.ClientID]staff.Role{}
	}
	for _, c := range f.clients {
		delete(m.Roles, c.ID)
	}
	if err != nil {
		return m, err
	}
	return m, f.roles.filled(func(_ int, row []string) error {
		client, err := f.clientOf(row[0])
		if err != nil {
			return err
		}
		role, err := roleOf(row[1])
		m.Roles[client] = role
		return err
	})
}

// save stores the member.
func (f *memberForm) save() {
	m, err := f.read()
	if err != nil {
		f.tell(style.Failed, say(err))
		return
	}
	password := ""
	if f.password != nil {
		password = f.password.Text
	}
	f.run(func(ctx context.Context) error {
		if m.ID == "" {
			_, err := f.app.AddMember(ctx, f.me(), m, password)
			return err
		}
		_, err := f.app.ChangeMember(ctx, f.me(), m)
		return err
	})
}

// run does something to the member, closes the form, and shows the staff again.
func (f *memberForm) run(do func(context.Context) error) {
	act(f.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) },
		func(_ struct{}, err error) {
			if err != nil {
				f.tell(style.Failed, say(err))
				return
			}
			f.box.hide()
			f.load()
		})
}

// activeButton deactivates the member, or takes that back.
func (f *memberForm) activeButton() *button {
	m := f.member
	if m.Deactivated {
		return newButton(f.keys, lang.L("staff.reactivate"), func() {
			f.run(func(ctx context.Context) error { return f.app.Reactivate(ctx, f.me(), m.ID) })
		})
	}
	return newButton(f.keys, lang.L("staff.deactivate"), func() {
		f.dialogs.ask(lang.L("staff.deactivate.title", with{"Name": m.Name}),
			lang.L("staff.deactivate.text", with{"Name": m.Name}),
			lang.L("staff.deactivate.yes"), func() {
				f.run(func(ctx context.Context) error { return f.app.Deactivate(ctx, f.me(), m.ID) })
			})
	})
}

// clientOf finds a client by the code or the name that was written.
func (t *team) clientOf(text string) (billing.ClientID, error) {
	for _, c := range t.clients {
		if strings.EqualFold(c.Code, strings.TrimSpace(text)) || billing.FoldName(c.Name) == billing.FoldName(text) {
			return c.ID, nil
		}
	}
	return "", app.Errorf(app.Invalid, "problem.no-such-client", "Client", translations.Quoted(text))
}

// roleOf finds a role by the word that was written.
func roleOf(text string) (staff.Role, error) {
	for _, r := range staff.Roles() {
		if strings.EqualFold(roleWord(r), strings.TrimSpace(text)) {
			return r, nil
		}
	}
	return staff.NoRole, app.Errorf(app.Invalid, "problem.no-such-role", "Role", translations.Quoted(text))
}

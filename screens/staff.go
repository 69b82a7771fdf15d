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
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
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
	add := newButton(t.keys, lang.L("Add somebody"), func() { t.edit(staff.Member{}) })
	add.enable(t.may())
	leave := newButton(t.keys, lang.L("Close"), func() { t.box.hide() })
	var top fyne.CanvasObject = caption(lang.L("Roles hold for a client or for all of them; permissions for everything. Enter on a row opens it."))
	if !t.may() {
		needs := staff.ManageStaff.Needs()
		top = signed(style.Held, paragraph(lang.L("Only an Admin sees and changes what others may do: managing staff needs {{.Permission}}.", with{"Permission": lang.X(needs, needs)})))
	}
	t.box = t.dialogs.show(lang.L("Staff and permissions"), fyne.NewSize(900, 480), container.NewBorder(top, nil, nil, nil, t.list), add, leave)
	t.box.onHide = func() { t.loading.stop(); t.box = nil }
	t.load()
}

// load reads the staff anew, while they are shown.
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
			t.failed(lang.L("The staff could not be read"), err)
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
		{width: listSign}, {title: lang.L("Name"), width: 180}, {title: lang.L("E-mail"), width: 190},
		{title: lang.L("Permissions"), stretch: true}, {title: lang.L("Roles"), width: 200},
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
		return lang.L("deactivated")
	}
	var words []string
	if m.Admin {
		words = append(words, lang.L("Admin"))
	}
	if m.SettingsAdmin {
		words = append(words, lang.L("Settings Admin"))
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
		words = append(words, lang.L("{{.Role}} of all", with{"Role": roleWord(m.AllEntities)}))
	}
	if n := len(m.Roles); n > 0 {
		words = append(words, lang.XN("count.roles", "{{.Count}} clients", n, with{"Count": n}))
	}
	return strings.Join(words, ", ")
}

func permissionWord(p staff.TimePermission) string {
	switch p {
	case staff.ProcessTime:
		return lang.L("ProcessTime")
	case staff.ExportToAccounting:
		return lang.L("Export to accounting software")
	}
	return lang.L("Process all staff entries")
}

func roleWord(r staff.Role) string {
	switch r {
	case staff.Viewer:
		return lang.L("Viewer")
	case staff.Editor:
		return lang.L("Editor")
	case staff.Owner:
		return lang.L("Owner")
	}
	return lang.L("no role")
}

// memberForm changes one member.
type memberForm struct {
	*team
	member   staff.Member
	box      *dialog
	told     *fyne.Container
	name     *entry
	email    *entry
	password *widget.Entry
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
	f.settings, f.admin = tick(lang.L("Settings Admin"), m.SettingsAdmin), tick(lang.L("Admin"), m.Admin)
	permissions.Add(f.settings)
	permissions.Add(f.admin)
	f.all = newDropDown(t.keys, "", roleOptions(), strconv.Itoa(int(m.AllEntities)), func(string) {})
	f.roles = f.newRoles()

	left := container.NewVBox(f.told, labelled(lang.L("Name"), f.name), labelled(lang.L("E-mail"), f.email))
	if m.ID == "" {
		f.password = widget.NewPasswordEntry()
		left.Add(labelled(lang.L("First password"), f.password))
		left.Add(caption(lang.L("{{.Count}} characters or more, such as a few words. Tell it in person; everybody can change her own.", with{"Count": staff.MinPassword})))
	}
	left.Add(labelled(lang.L("Permissions"), permissions))
	left.Add(labelled(lang.L("Role on all clients"), outlined(f.all)))
	roles := container.NewBorder(heading(lang.L("Roles on single clients")), nil, nil, nil, container.New(atLeast{height: 300}, f.roles.Sheet))
	body := container.NewGridWithColumns(2, left, container.New(layout.NewCustomPaddedLayout(0, 0, style.Spacing, 0), roles))
	title := lang.L("New member of staff")
	buttons := []*button{newButton(t.keys, lang.L("Cancel"), func() { f.box.hide() })}
	if m.ID != "" {
		title = m.Name
		buttons = append(buttons, f.activeButton())
		if m.ID != t.me().ID {
			buttons = append(buttons, newButton(t.keys, lang.L("Set a new password…"), func() { t.askPassword(m) }))
		}
	}
	buttons = append(buttons, newButton(t.keys, lang.L("Save"), f.save))
	f.box = t.dialogs.show(title, fyne.NewSize(900, 520), body, buttons...)
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
		{Title: lang.L("Client"), Width: 180, Stretch: true, Options: func(int) []sheet.Option { return clients }},
		{Title: lang.L("Role"), Width: 120, Options: func(int) []sheet.Option { return roles }},
	}, rows, lang.L("No roles on single clients. Press Enter to add one."), false)
}

func (f *memberForm) tell(sign style.Sign, text string) {
	f.told.Objects = []fyne.CanvasObject{signed(sign, paragraph(text))}
	f.box.fit()
}

// read returns the member as the form has her. Roles on clients that are not shown stay.
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

// run does something to the member, closes the form, and shows the staff anew.
func (f *memberForm) run(do func(context.Context) error) {
	act(f.shell, lang.L("Saving…"), func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) },
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
		return newButton(f.keys, lang.L("Reactivate"), func() {
			f.run(func(ctx context.Context) error { return f.app.Reactivate(ctx, f.me(), m.ID) })
		})
	}
	return newButton(f.keys, lang.L("Deactivate…"), func() {
		f.dialogs.ask(lang.L("Deactivate {{.Name}}?", with{"Name": m.Name}),
			lang.L("{{.Name}} can do nothing any more. What was done keeps the name. Exports that are not sent yet wait until somebody who may export confirms them.", with{"Name": m.Name}),
			lang.L("Deactivate"), func() {
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
	return "", app.Errorf(app.Invalid, "there is no client %q: choose one of the list.", text)
}

// roleOf finds a role by the word that was written.
func roleOf(text string) (staff.Role, error) {
	for _, r := range staff.Roles() {
		if strings.EqualFold(roleWord(r), strings.TrimSpace(text)) {
			return r, nil
		}
	}
	return staff.NoRole, app.Errorf(app.Invalid, "%q is no role: choose Viewer, Editor or Owner.", text)
}

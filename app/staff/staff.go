// Package staff says who may do what: members, their permissions and roles, and the
// chained audit entry that records what they did.
package staff

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// ID identifies a member of staff.
type ID string

// Member is a person of the firm who uses Feebridge.
type Member struct {
	ID            ID
	Name          string
	Email         string
	Time          map[TimePermission]bool
	SettingsAdmin bool
	Admin         bool
	AllEntities   Role                      // role on every client entity; NoRole for none
	Roles         map[billing.ClientID]Role // roles on single client entities
	Deactivated   bool                      // may do nothing any more; what they did keeps their name
}

// TimePermission is one of the Time permissions.
type TimePermission string

// The Time permissions.
const (
	ProcessTime            TimePermission = "ProcessTime"
	ExportToAccounting     TimePermission = "Export to accounting software"
	ProcessAllStaffEntries TimePermission = "Process all staff entries"
)

// TimePermissions lists the Time permissions.
func TimePermissions() []TimePermission {
	return []TimePermission{ProcessTime, ExportToAccounting, ProcessAllStaffEntries}
}

// Role is what a member is for a client entity; a higher one includes the lower.
type Role uint8

// The roles.
const (
	NoRole Role = iota
	Viewer
	Editor
	Owner
)

// Roles lists the roles, the lowest first.
func Roles() []Role { return []Role{NoRole, Viewer, Editor, Owner} }

// String returns the name of the role.
func (r Role) String() string {
	names := []string{"None", "Viewer", "Editor", "Owner"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("Role %d", uint8(r))
}

// Founder returns the first member of a firm, who may do everything.
func Founder(id ID, name string) Member {
	return Member{
		ID: id, Name: name,
		Time:          map[TimePermission]bool{ProcessTime: true, ExportToAccounting: true, ProcessAllStaffEntries: true},
		SettingsAdmin: true, Admin: true, AllEntities: Owner,
	}
}

// Tidy returns the member without needless spaces, and without permissions and roles that
// are none.
func (m Member) Tidy() Member {
	m.Name, m.Email = strings.Join(strings.Fields(m.Name), " "), strings.TrimSpace(m.Email)
	m.Time, m.Roles = maps.Clone(m.Time), maps.Clone(m.Roles)
	maps.DeleteFunc(m.Time, func(_ TimePermission, has bool) bool { return !has })
	maps.DeleteFunc(m.Roles, func(_ billing.ClientID, r Role) bool { return r == NoRole })
	return m
}

// maxName is the most characters of a member's name.
const maxName = 100

// Check returns why there cannot be such a member, or nil. A name has no @, so that it is
// never taken for an e-mail address.
func (m Member) Check() error {
	switch {
	case m.Name == "":
		return refuse("problem.staff.no-name")
	case len([]rune(m.Name)) > maxName:
		return refuse("problem.staff.long-name", "Name", translations.Quoted(m.Name), "Count", maxName)
	case strings.Contains(m.Name, "@"):
		return refuse("problem.staff.at-sign", "Name", translations.Quoted(m.Name))
	}
	if err := billing.CheckLine(translations.Say("field.name"), m.Name); err != nil {
		return err
	}
	for p := range m.Time {
		if !slices.Contains(TimePermissions(), p) {
			return refuse("problem.staff.permission", "Permission", translations.Quoted(string(p)))
		}
	}
	for _, r := range m.Roles {
		if r > Owner {
			return refuse("problem.no-such-role", "Role", r)
		}
	}
	if m.AllEntities > Owner {
		return refuse("problem.no-such-role", "Role", m.AllEntities)
	}
	return billing.CheckEmail(m.Email)
}

func refuse(key string, values ...any) error {
	return &billing.Refused{Phrase: translations.Say(key, values...)}
}

// Role returns the member's role on the client entity.
func (m Member) Role(client billing.ClientID) Role {
	return max(m.AllEntities, m.Roles[client])
}

// Action is what a use case asks permission for: the key of the text that tells it.
type Action string

// The actions.
const (
	See            Action = "doing.see"
	EditInvoices   Action = "doing.edit-invoices"
	ExportInvoices Action = "doing.export"
	LinkContacts   Action = "doing.link-contacts"
	EditClients    Action = "doing.edit-clients"
	MapToXero      Action = "doing.map"
	EditSettings   Action = "doing.edit-settings"
	ManageStaff    Action = "doing.manage-staff"
	SeeAudit       Action = "doing.see-audit"
	BackUp         Action = "doing.back-up"
	ReleaseMissing Action = "doing.confirm-missing"
)

// Actions lists every action.
func Actions() []Action {
	return []Action{
		See, EditInvoices, ExportInvoices, LinkContacts, EditClients,
		MapToXero, EditSettings, ManageStaff, SeeAudit, BackUp, ReleaseMissing,
	}
}

// rule is what an action needs. What is not set is not needed.
type rule struct {
	role          Role // on the entity
	time          TimePermission
	settingsAdmin bool // and any Time permission
	admin         bool
	orAdmin       bool   // an Admin may in any case
	needs         string // the key of the text that tells the rule
}

// rules is the one table that says who may do what.
var rules = map[Action]rule{
	See:            {role: Viewer, needs: "needs.see"},
	EditInvoices:   {role: Owner, time: ProcessTime, needs: "needs.edit"},
	ExportInvoices: {role: Viewer, time: ExportToAccounting, needs: "needs.export"},
	LinkContacts:   {role: Viewer, time: ExportToAccounting, needs: "needs.export"},
	EditClients:    {role: Owner, time: ProcessTime, needs: "needs.edit"},
	MapToXero:      {settingsAdmin: true, needs: "needs.settings"},
	EditSettings:   {settingsAdmin: true, needs: "needs.settings"},
	ManageStaff:    {admin: true, needs: "needs.admin"},
	SeeAudit:       {settingsAdmin: true, orAdmin: true, needs: "needs.audit"},
	BackUp:         {settingsAdmin: true, orAdmin: true, needs: "needs.audit"},
	ReleaseMissing: {admin: true, needs: "needs.admin"},
}

// May reports whether the member may do it to the client entity; actions that concern
// no entity ignore the client.
func (m Member) May(a Action, client billing.ClientID) bool {
	r, known := rules[a]
	switch {
	case !known, m.ID == "", m.Deactivated:
		return false
	case r.orAdmin && m.Admin:
		return true
	case r.role != NoRole && m.Role(client) < r.role:
		return false
	case r.time != "" && !m.Time[r.time]:
		return false
	case r.settingsAdmin && !(m.SettingsAdmin && m.anyTime()):
		return false
	case r.admin && !m.Admin:
		return false
	}
	return true
}

// MayAnywhere reports whether the member may do it to any client entity that there is or may be.
func (m Member) MayAnywhere(a Action) bool {
	if m.May(a, "") {
		return true
	}
	for client := range m.Roles {
		if m.May(a, client) {
			return true
		}
	}
	return false
}

// Needs names the role or permission that the action needs.
func (a Action) Needs() translations.Phrase { return translations.Say(rules[a].needs) }

// WhoGrants says who can give the member a permission that they lack: an Admin gives it to themselves.
func (m Member) WhoGrants() translations.Phrase {
	if m.May(ManageStaff, "") {
		return translations.Say("needs.be-granted")
	}
	return translations.Say("needs.ask-admin")
}

// Doing says what is done, as in "Ana can't edit invoices".
func (a Action) Doing() translations.Phrase { return translations.Say(string(a)) }

func (m Member) anyTime() bool {
	for _, has := range m.Time {
		if has {
			return true
		}
	}
	return false
}

// Package staff says who may do what: members, their permissions and roles, and the
// chained audit entry that records what they did.
package staff

import "feebridge/app/billing"

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
	Deactivated   bool                      // may do nothing any more; what she did keeps her name
}

// TimePermission is one of the Time permissions.
type TimePermission string

// The Time permissions.
const (
	ProcessTime            TimePermission = "ProcessTime"
	ExportToAccounting     TimePermission = "Export to accounting software"
	ProcessAllStaffEntries TimePermission = "Process all staff entries"
)

// Role is what a member is for a client entity; a higher one includes the lower.
type Role uint8

// The roles.
const (
	NoRole Role = iota
	Viewer
	Editor
	Owner
)

// Founder returns the first member of a firm, who may do everything.
func Founder(id ID, name string) Member {
	return Member{
		ID: id, Name: name,
		Time:          map[TimePermission]bool{ProcessTime: true, ExportToAccounting: true, ProcessAllStaffEntries: true},
		SettingsAdmin: true, Admin: true, AllEntities: Owner,
	}
}

// Role returns the member's role on the client entity.
func (m Member) Role(client billing.ClientID) Role {
	return max(m.AllEntities, m.Roles[client])
}

// Action is something that a use case asks permission for.
type Action string

// The actions.
const (
	See            Action = "see invoices"
	EditInvoices   Action = "edit invoices"
	ExportInvoices Action = "export invoices to Xero"
	LinkContacts   Action = "link clients to contacts in Xero"
	EditClients    Action = "edit clients"
	MapToXero      Action = "connect and map Xero"
	EditSettings   Action = "change the firm's settings"
	ManageStaff    Action = "manage staff"
	SeeAudit       Action = "read the audit trail"
	BackUp         Action = "back up and restore"
)

// Actions lists every action.
func Actions() []Action {
	return []Action{
		See, EditInvoices, ExportInvoices, LinkContacts, EditClients,
		MapToXero, EditSettings, ManageStaff, SeeAudit, BackUp,
	}
}

// rule is what an action needs. What is not set is not needed.
type rule struct {
	role          Role // on the entity
	time          TimePermission
	settingsAdmin bool // and any Time permission
	admin         bool
	orAdmin       bool   // an Admin may in any case
	needs         string // the rule in words
}

// rules is the one table that says who may do what.
var rules = map[Action]rule{
	See:            {role: Viewer, needs: "a role on the client"},
	EditInvoices:   {role: Owner, time: ProcessTime, needs: "the Owner role on the client and the ProcessTime permission"},
	ExportInvoices: {role: Viewer, time: ExportToAccounting, needs: "a role on the client and the permission Export to accounting software"},
	LinkContacts:   {role: Viewer, time: ExportToAccounting, needs: "a role on the client and the permission Export to accounting software"},
	EditClients:    {role: Owner, time: ProcessTime, needs: "the Owner role on the client and the ProcessTime permission"},
	MapToXero:      {settingsAdmin: true, needs: "Settings Admin and a Time permission"},
	EditSettings:   {settingsAdmin: true, needs: "Settings Admin and a Time permission"},
	ManageStaff:    {admin: true, needs: "Admin"},
	SeeAudit:       {settingsAdmin: true, orAdmin: true, needs: "Admin, or Settings Admin and a Time permission"},
	BackUp:         {settingsAdmin: true, orAdmin: true, needs: "Admin, or Settings Admin and a Time permission"},
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

// Needs says in words what the action needs.
func (a Action) Needs() string { return rules[a].needs }

func (m Member) anyTime() bool {
	for _, has := range m.Time {
		if has {
			return true
		}
	}
	return false
}

package staff_test

import (
	"slices"
	"strings"
	"testing"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

const kauri, harbour billing.ClientID = "kauri", "harbour"

// TestWhoMayDoWhat compares the table with what was agreed, written out once more, for
// every action, every member that there can be, and every kind of entity.
func TestWhoMayDoWhat(t *testing.T) {
	n := 0
	for m := range everyMember {
		for _, action := range staff.Actions() {
			for _, client := range []billing.ClientID{kauri, harbour, ""} {
				n++
				if got, want := m.May(action, client), agreed(t, m, action, client); got != want {
					t.Fatalf("%+v may %s on %q: %v, and %v was agreed", m, action, client, got, want)
				}
			}
		}
	}
	if n < 30_000 {
		t.Errorf("only %d cases", n)
	}
}

// everyMember yields members with all combinations of permissions, of roles on every
// client and on Kauri alone, active and deactivated.
func everyMember(yield func(staff.Member) bool) {
	either := []bool{false, true}
	for bits := range 1 << len(staff.TimePermissions()) {
		has := map[staff.TimePermission]bool{}
		for i, p := range staff.TimePermissions() {
			has[p] = bits>>i&1 == 1
		}
		for _, all := range staff.Roles() {
			for _, one := range staff.Roles() {
				for _, settings := range either {
					for _, admin := range either {
						for _, gone := range either {
							m := staff.Member{
								ID: "m", Time: has, SettingsAdmin: settings, Admin: admin, Deactivated: gone,
								AllEntities: all, Roles: map[billing.ClientID]staff.Role{kauri: one},
							}
							if !yield(m) {
								return
							}
						}
					}
				}
			}
		}
	}
}

// agreed says in its own words who may do what.
func agreed(t *testing.T, m staff.Member, action staff.Action, client billing.ClientID) bool {
	roles := []staff.Role{m.AllEntities}
	if client == kauri {
		roles = append(roles, m.Roles[kauri])
	}
	anyRole := slices.ContainsFunc(roles, func(r staff.Role) bool { return r == staff.Viewer || r == staff.Editor || r == staff.Owner })
	owner := slices.Contains(roles, staff.Owner)
	processes, exports, processesAll := m.Time["ProcessTime"], m.Time["Export to accounting software"], m.Time["Process all staff entries"]
	settings := m.SettingsAdmin && (processes || exports || processesAll)
	if m.Deactivated {
		return false
	}
	switch action {
	case staff.See:
		return anyRole
	case staff.EditInvoices, staff.EditClients:
		return owner && processes
	case staff.ExportInvoices, staff.LinkContacts:
		return anyRole && exports
	case staff.MapToXero, staff.EditSettings:
		return settings
	case staff.ManageStaff, staff.ReleaseMissing:
		return m.Admin
	case staff.SeeAudit, staff.BackUp:
		return m.Admin || settings
	}
	t.Fatalf("nothing was agreed on who may %s", action)
	return false
}

// TestWhoMayDoWhatInPlainSight is the table for the kinds of staff that firms have, on
// Kauri Joinery.
func TestWhoMayDoWhatInPlainSight(t *testing.T) {
	times := func(all ...staff.TimePermission) map[staff.TimePermission]bool {
		m := map[staff.TimePermission]bool{}
		for _, p := range all {
			m[p] = true
		}
		return m
	}
	on := func(c billing.ClientID, r staff.Role) map[billing.ClientID]staff.Role {
		return map[billing.ClientID]staff.Role{c: r}
	}
	gone := staff.Founder("gone", "Gone")
	gone.Deactivated = true
	kinds := map[string]staff.Member{
		"founder":  staff.Founder("founder", "Founder"),
		"owner":    {ID: "owner", Time: times(staff.ProcessTime), Roles: on(kauri, staff.Owner)},
		"editor":   {ID: "editor", Time: times(staff.ProcessTime), AllEntities: staff.Editor},
		"exporter": {ID: "exporter", Time: times(staff.ExportToAccounting), Roles: on(kauri, staff.Viewer)},
		"viewer":   {ID: "viewer", AllEntities: staff.Viewer},
		"other":    {ID: "other", Time: times(staff.ProcessTime, staff.ExportToAccounting), Roles: on(harbour, staff.Owner)},
		"settings": {ID: "settings", SettingsAdmin: true, Time: times(staff.ProcessAllStaffEntries)},
		"timeless": {ID: "timeless", SettingsAdmin: true, AllEntities: staff.Owner},
		"admin":    {ID: "admin", Admin: true},
		"gone":     gone,
		"nobody":   {AllEntities: staff.Owner, Admin: true, Time: times(staff.ProcessTime)},
	}
	const table = `
action                             founder owner editor exporter viewer other settings timeless admin gone nobody
see                                yes     yes   yes    yes      yes    .     .        yes      .     .    .
edit-invoices                      yes     yes   .      .        .      .     .        .        .     .    .
export                             yes     .     .      yes      .      .     .        .        .     .    .
link-contacts                      yes     .     .      yes      .      .     .        .        .     .    .
edit-clients                       yes     yes   .      .        .      .     .        .        .     .    .
map                                yes     .     .      .        .      .     yes      .        .     .    .
edit-settings                      yes     .     .      .        .      .     yes      .        .     .    .
manage-staff                       yes     .     .      .        .      .     .        .        yes   .    .
see-audit                          yes     .     .      .        .      .     yes      .        yes   .    .
back-up                            yes     .     .      .        .      .     yes      .        yes   .    .
confirm-missing                    yes     .     .      .        .      .     .        .        yes   .    .`
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(lines[0])[1:]
	var listed []staff.Action
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		action := staff.Action("doing." + cells[0])
		listed = append(listed, action)
		for i, name := range columns {
			if got := kinds[name].May(action, kauri); got != (cells[i+1] == "yes") {
				t.Errorf("%s may %s: %v", name, action, got)
			}
		}
		if !strings.Contains(action.Needs().String(), " ") || !strings.Contains(action.Doing().String(), " ") { // else it is the key
			t.Errorf("nothing says what %s needs, or is", action)
		}
	}
	if !slices.Equal(listed, staff.Actions()) {
		t.Errorf("the table lists %q", listed)
	}
	if kinds["founder"].May("fly", kauri) {
		t.Error("an action that nobody knows is allowed")
	}
}

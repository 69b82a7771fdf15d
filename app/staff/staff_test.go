package staff_test

import (
	"testing"
	"time"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

func TestMay(t *testing.T) {
	const kauri, harbour billing.ClientID = "kauri", "harbour"
	perms := func(all ...staff.TimePermission) map[staff.TimePermission]bool {
		m := map[staff.TimePermission]bool{}
		for _, p := range all {
			m[p] = true
		}
		return m
	}
	founder := staff.Founder("f", "Founder")
	viewer := staff.Member{ID: "v", Roles: map[billing.ClientID]staff.Role{kauri: staff.Viewer}}
	exporter := staff.Member{ID: "e", Time: perms(staff.ExportToAccounting), Roles: map[billing.ClientID]staff.Role{kauri: staff.Viewer}}
	owner := staff.Member{ID: "o", Time: perms(staff.ProcessTime), Roles: map[billing.ClientID]staff.Role{kauri: staff.Owner}}
	idleOwner := staff.Member{ID: "i", AllEntities: staff.Owner}
	editor := staff.Member{ID: "d", Time: perms(staff.ProcessTime), AllEntities: staff.Editor}
	settings := staff.Member{ID: "s", SettingsAdmin: true, Time: perms(staff.ProcessAllStaffEntries)}
	settingsOnly := staff.Member{ID: "so", SettingsAdmin: true}
	admin := staff.Member{ID: "a", Admin: true}

	for _, c := range []struct {
		name   string
		who    staff.Member
		action staff.Action
		client billing.ClientID
		want   bool
	}{
		{"the founder sees", founder, staff.See, kauri, true},
		{"the founder edits", founder, staff.EditInvoices, kauri, true},
		{"the founder exports", founder, staff.ExportInvoices, kauri, true},
		{"the founder maps", founder, staff.MapToXero, "", true},
		{"the founder manages", founder, staff.ManageStaff, "", true},
		{"a viewer sees its client", viewer, staff.See, kauri, true},
		{"a viewer sees no other", viewer, staff.See, harbour, false},
		{"a viewer exports nothing", viewer, staff.ExportInvoices, kauri, false},
		{"a viewer with the permission exports its client", exporter, staff.ExportInvoices, kauri, true},
		{"and no other", exporter, staff.ExportInvoices, harbour, false},
		{"and links its contacts", exporter, staff.LinkContacts, kauri, true},
		{"and edits nothing", exporter, staff.EditInvoices, kauri, false},
		{"an owner with ProcessTime edits", owner, staff.EditInvoices, kauri, true},
		{"an owner with ProcessTime does not export", owner, staff.ExportInvoices, kauri, false},
		{"an owner without ProcessTime edits nothing", idleOwner, staff.EditInvoices, kauri, false},
		{"an editor with ProcessTime edits nothing", editor, staff.EditInvoices, kauri, false},
		{"settings admin with a Time permission maps", settings, staff.MapToXero, "", true},
		{"settings admin without one does not", settingsOnly, staff.MapToXero, "", false},
		{"an admin manages staff", admin, staff.ManageStaff, "", true},
		{"an admin as such sees nothing", admin, staff.See, kauri, false},
		{"nobody may nothing", staff.Member{AllEntities: staff.Owner}, staff.See, kauri, false},
		{"an unknown action is refused", founder, "fly", kauri, false},
	} {
		if got := c.who.May(c.action, c.client); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

func TestHashCoversEveryField(t *testing.T) {
	base := staff.Entry{Seq: 1, At: time.Unix(1, 5), By: "b", ByName: "n", Action: "a", Subject: "s", ID: "i", From: "f", To: "t", Previous: "p"}
	seen := map[string]string{base.Hash(): "the entry itself"}
	for name, change := range map[string]func(*staff.Entry){
		"Seq": func(e *staff.Entry) { e.Seq++ }, "At": func(e *staff.Entry) { e.At = e.At.Add(1) },
		"By": func(e *staff.Entry) { e.By = "x" }, "ByName": func(e *staff.Entry) { e.ByName = "x" },
		"Action": func(e *staff.Entry) { e.Action = "x" }, "Subject": func(e *staff.Entry) { e.Subject = "x" },
		"ID": func(e *staff.Entry) { e.ID = "x" }, "From": func(e *staff.Entry) { e.From = "x" },
		"To": func(e *staff.Entry) { e.To = "x" }, "Previous": func(e *staff.Entry) { e.Previous = "x" },
		"text moved between fields": func(e *staff.Entry) { e.From, e.To = "ft", "" },
	} {
		e := base
		change(&e)
		if other, same := seen[e.Hash()]; same {
			t.Errorf("%s: same hash as %s", name, other)
		}
		seen[e.Hash()] = name
	}
}

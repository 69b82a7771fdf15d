package screens

import (
	"fmt"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/demo"
)

// TestTheWindowOffersWhatTheTableAllows selects, as every member of the demo firm, an
// invoice of every client, and compares what is greyed with the table of permissions.
func TestTheWindowOffersWhatTheTableAllows(t *testing.T) {
	needs := map[string]staff.Action{
		"Export selected invoices to Xero": staff.ExportInvoices, "Draft": staff.EditInvoices, "Hold": staff.ExportInvoices,
		"Delete…": staff.EditInvoices, "Save for Xero import…": staff.ExportInvoices,
	}
	offered := map[string]int{}
	for _, m := range append(demo.Staff(), staff.Founder("founder", demo.Founder)) {
		fake := newFake()
		fake.clients = demo.Clients()[:8]
		for i, c := range fake.clients {
			fake.invoices = append(fake.invoices, &fakeInvoice{Invoice: billing.Invoice{
				ID: billing.InvoiceID(fmt.Sprint(i)), Number: billing.Number(fmt.Sprint("INV-", i)), Client: c.ID, Currency: "NZD", Amounts: money.Exclusive,
				Date: 20261103, Due: 20261120, Version: 1, Stage: billing.Stage{Status: billing.Finalized},
			}})
		}
		b := newTrialAs(t, fake, m)
		for _, v := range fake.invoices {
			seen := m.May(staff.See, v.Client)
			if _, listed := b.w.billing.grid.Row(v.ID); listed != seen {
				t.Errorf("%s: %s is listed: %v", m.Name, v.Number, listed)
			}
			b.w.billing.grid.Select(v.ID)
			if !seen {
				continue
			}
			for _, item := range b.w.billing.actionsMenu(b.w.billing.selected()).Items {
				name, _, _ := strings.Cut(item.Label, " – ")
				name, _, _ = strings.Cut(name, " · ")
				if action, asked := needs[name]; asked {
					offered[name]++
					if item.Disabled == m.May(action, v.Client) {
						t.Errorf("%s: %q is greyed: %v", m.Name, item.Label, item.Disabled)
					}
				}
			}
		}
		for name, is := range map[string]bool{
			"settings": b.w.settings.may() == m.May(staff.EditSettings, ""), "staff": b.w.team.may() == m.May(staff.ManageStaff, ""),
			"Xero": b.w.mayConnect() == m.May(staff.MapToXero, ""),
		} {
			if !is {
				t.Errorf("%s: %s does not ask the table", m.Name, name)
			}
		}
	}
	for name := range needs {
		if offered[name] == 0 {
			t.Errorf("the menu has no %q", name)
		}
	}
}

// TestWhatIsMissingIsForAnAdminWhoMayEditToDelete asks for both: the Admin permission, and the client's invoices.
func TestWhatIsMissingIsForAnAdminWhoMayEditToDelete(t *testing.T) {
	admin := staff.Founder("admin", "Ada")
	admin.Time = nil
	editor := staff.Founder("editor", "Ed")
	editor.Admin = false
	for _, c := range []struct {
		me              staff.Member
		missing, voided bool // may be deleted
	}{
		{staff.Founder("both", "Bo"), true, true},
		{admin, false, false},
		{editor, false, true},
	} {
		for export, want := range map[billing.ExportState]bool{billing.NotFoundInXero: c.missing, billing.VoidedInXero: c.voided} {
			if got := deleting.possible(c.me, &app.InvoiceRow{ClientID: "kauri", Stage: closed(export)}); got != want {
				t.Errorf("%s is offered to delete what is %v: %v", c.me.Name, export, got)
			}
		}
	}
}

// TestWhoSeesNothingIsToldWhy is about an empty list: of a member without any role, of one who may only look, and of one
// who may import.
func TestWhoSeesNothingIsToldWhy(t *testing.T) {
	const none, yet, pick = "You don't have access to any client yet", "No invoices yet", "Import a CSV or XLSX file"
	for _, c := range []struct {
		me           staff.Member
		unconnected  bool
		see, notSees []string
	}{
		{staff.Member{ID: "n", Name: "Nils"}, false, []string{none, "Ask an Admin to give you a role"}, []string{yet, pick}},
		{staff.Member{ID: "n", Name: "Nils"}, true, []string{none}, []string{"Welcome to Feebridge", pick}},
		{staff.Member{ID: "n", Name: "Nils", Roles: map[billing.ClientID]staff.Role{"c01": staff.NoRole}}, false, []string{none}, []string{yet}},
		{staff.Member{ID: "v", Name: "Vera", Roles: map[billing.ClientID]staff.Role{"c01": staff.Viewer}}, false, []string{yet}, []string{none, pick}},
		{staff.Founder("s1", "Olivia"), false, []string{yet, pick}, []string{none}},
	} {
		fake := newFake()
		if c.unconnected {
			fake.orgs = nil
		}
		b := newTrialAs(t, fake, c.me)
		b.see(c.see...)
		b.notSee(c.notSees...)
	}
}

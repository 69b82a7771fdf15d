package demo

import (
	"strings"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Founder is the name of the Admin who founded the firm and may do everything.
const Founder = "Olivia Hart"

// Staff returns the other members of staff, one of each kind that the permissions make.
// None of them has a password.
func Staff() []staff.Member {
	return []staff.Member{
		member(staff.Member{
			Name: "Rangi Parata", SettingsAdmin: true, AllEntities: staff.Viewer,
			Time: permissions(staff.ProcessTime, staff.ProcessAllStaffEntries),
		}),
		member(staff.Member{
			Name: "Priya Nair", Time: permissions(staff.ExportToAccounting),
			Roles: roles(staff.Viewer, "Aotea Roofing Ltd", "Arrowtown Bakehouse", "Bluff Oyster Company", "Harbour Café",
				"KAURI JOINERY  Ltd", "Lambton Legal", "Miramar Film Services", "Te Aro Architects"),
		}),
		member(staff.Member{
			Name: "Tom Ashworth", Time: permissions(staff.ProcessTime),
			Roles: roles(staff.Owner, "Te Aro Architects", "Wairau Vineyards"),
		}),
		member(staff.Member{Name: "Mei Chen", AllEntities: staff.Viewer}),
		member(staff.Member{
			Name: "Hemi Walker", AllEntities: staff.Owner, Deactivated: true,
			Time: permissions(staff.ProcessTime, staff.ExportToAccounting),
		}),
	}
}

func member(m staff.Member) staff.Member {
	m.ID = staff.ID(identifier("staff", m.Name))
	m.Email = strings.ToLower(strings.ReplaceAll(m.Name, " ", ".")) + "@tui-accounting.example"
	return m
}

func permissions(all ...staff.TimePermission) map[staff.TimePermission]bool {
	has := map[staff.TimePermission]bool{}
	for _, p := range all {
		has[p] = true
	}
	return has
}

func roles(r staff.Role, names ...string) map[billing.ClientID]staff.Role {
	on := map[billing.ClientID]staff.Role{}
	for _, name := range names {
		on[named(name).id()] = r
	}
	return on
}

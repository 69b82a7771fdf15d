package staff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

func TestMembersThatThereCannotBe(t *testing.T) {
	for name, m := range map[string]staff.Member{
		"no name":             {},
		"a long name":         {Name: strings.Repeat("ü", 101)},
		"a name like e-mail":  {Name: "mere@tui.example"},
		"no e-mail":           {Name: "Mere", Email: "mere"},
		"an unknown right":    {Name: "Mere", Time: map[staff.TimePermission]bool{"fly": true}},
		"an unknown role":     {Name: "Mere", AllEntities: staff.Owner + 1},
		"an unknown role too": {Name: "Mere", Roles: map[billing.ClientID]staff.Role{"kauri": staff.Owner + 1}},
	} {
		var refused *billing.Refused
		if err := m.Check(); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := staff.Member{
		Name: " Mere \t Ngata ", Email: " mere@tui.example", Time: map[staff.TimePermission]bool{staff.ProcessTime: true, staff.ExportToAccounting: false},
		Roles: map[billing.ClientID]staff.Role{"kauri": staff.Owner, "harbour": staff.NoRole},
	}
	want := staff.Member{
		Name: "Mere Ngata", Email: "mere@tui.example", Time: map[staff.TimePermission]bool{staff.ProcessTime: true},
		Roles: map[billing.ClientID]staff.Role{"kauri": staff.Owner},
	}
	if diff := cmp.Diff(want, m.Tidy()); diff != "" || m.Tidy().Check() != nil || len(m.Roles) != 2 {
		t.Errorf("tidied, with %v:\n%s", m.Tidy().Check(), diff)
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
	elsewhere := base
	elsewhere.At = base.At.In(time.FixedZone("", 13*60*60))
	if elsewhere.Hash() != base.Hash() {
		t.Error("in another time zone the same entry has another hash")
	}
}

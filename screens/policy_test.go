package screens

import (
	"testing"

	"feebridge/app"
)

func TestTheConnectionSaysWhatThePolicySets(t *testing.T) {
	const set = "Set for everybody on this computer in /etc/policy. An administrator can change it there."
	for _, c := range []struct {
		what         string
		policy       app.Policy
		client, port bool // may be changed
	}{
		{"nothing", app.Policy{}, true, true},
		{"the database alone", app.Policy{From: "/etc/policy", Database: "/srv/firm.db"}, true, true},
		{"the client ID", app.Policy{From: "/etc/policy", ClientID: "ABC"}, false, true},
		{"the ports", app.Policy{From: "/etc/policy", Ports: []int{9001}}, true, false},
		{"both", app.Policy{From: "/etc/policy", ClientID: "ABC", Ports: []int{9001}}, false, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			fake := newUnconnected()
			fake.policy = c.policy
			b := newTrial(t, fake)
			b.openConnection()
			b.settle()
			if !b.w.connections.advanced.Visible() {
				b.tap("connection.advanced")
			}
			r := b.w.connections.registration
			if r.clientID.Disabled() == c.client || r.ports.Disabled() == c.port {
				t.Errorf("the client ID can be changed: %v, the ports: %v", !r.clientID.Disabled(), !r.ports.Disabled())
			}
			if c.client && c.port {
				b.notSee("Set for everybody")
			} else {
				b.see(set)
			}
		})
	}
}

func TestSettingUpAFirmSaysWhatThePolicySets(t *testing.T) {
	fake := newFake()
	fake.policy = app.Policy{From: "/etc/policy", Database: "/srv/firm.db", ClientID: "ABC", Ports: []int{9001}}
	b := newTrial(t, fake)
	b.w.frame.setUpFirm()
	b.settle()
	b.see("An administrator has set the firm's database, the client ID and the ports for everybody on this computer, in /etc/policy.")
}

func TestWhereThePolicySetsTheDatabaseNoOtherIsOffered(t *testing.T) {
	err := app.Errorf(app.Unavailable, "database.disk-full")
	if f := newFailed(t, err); !f.has("failure.open-other") {
		t.Error("no other database is offered without a policy")
	}
	for _, err := range []error{err, &app.Damaged{File: "/firm.db", What: app.Broken}} {
		f := newFailedUnder(t, err, "/etc/policy")
		f.see("An administrator has set the firm's database for everybody on this computer, in /etc/policy.")
		if f.has("failure.open-other") {
			t.Errorf("another database is offered: %v", err)
		}
	}
	f := newFailedUnder(t, app.Errorf(app.Invalid, "policy.wrong", "File", "/etc/policy", "Line", "3", "What", "Odd."), "/etc/policy")
	f.see("/etc/policy, line 3: Odd.")
	f.notSee("An administrator has set")
}

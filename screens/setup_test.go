package screens

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"feebridge/app"
	"feebridge/app/staff"
)

func TestAFirmIsSetUpInSteps(t *testing.T) {
	fake := newUnconnected()
	fake.invoices = nil
	fake.setup = &app.Setup{}
	b := newDesk(t, fake)
	b.simulator = ""
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	b.see("Welcome to Feebridge", "1. Your firm", "2. Connect to Xero", "3. Map accounts and tax", "4. First invoices")
	if b.button("menu.mapping").Disabled() == false {
		t.Error("the mapping can be opened before there is an organisation")
	}
	b.tap("welcome.set-up")
	b.see("Your name")
	b.tap("action.cancel")

	// What was done is known at the next start.
	fake.setup = &app.Setup{Named: true, Connected: true}
	fake.orgs = newFake().fill(1).orgs
	fake.tell("organisation", "t1")
	b.settle()
	b.see("Welcome to Feebridge")
	b.notSee("Explore the demo firm")
	b.tap("menu.mapping")
	b.see("Default income account")
	fake.setup = &app.Setup{Named: true, Connected: true, Mapped: true}
	b.tap("action.save")
	b.see("No invoices yet")
	if next := b.w.billing.setup.next(); next.name != "First invoices" {
		t.Errorf("after the mapping comes %q", next.name)
	}
}

func TestTheStepsStandAboveTheFooterOnceThereAreInvoices(t *testing.T) {
	fake := newUnconnected()
	fake.setup = &app.Setup{Named: true}
	b := newDesk(t, fake)
	b.simulator = ""
	b.open(staff.Founder("s1", "Olivia Hart"))
	b.settle()
	b.see("Set-up: 2 of 4 steps done. Next: Connect to Xero")
	b.tap("action.continue")
	b.see("Connected to Demo Company (NZ)")
	b.tap("action.later")
	b.key(fyne.KeyEscape)
	fake.setup = &app.Setup{Named: true, Connected: true, Mapped: true}
	fake.tell("organisation", "t1")
	b.settle()
	b.notSee("Set-up:")
}

func TestWhoClosesTheStepsIsNotTold(t *testing.T) {
	for name, me := range map[string]staff.Member{
		"closed":              staff.Founder("s1", "Olivia Hart"),
		"who may not connect": {ID: "s2", Name: "Mei Chen", AllEntities: staff.Owner},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newUnconnected()
			fake.setup = &app.Setup{Named: true}
			b := newDesk(t, fake)
			b.simulator = ""
			b.open(me)
			b.settle()
			if name == "closed" {
				b.see("Set-up: 2 of 4")
				test.Tap(b.buttonNamed(b.w.billing.setup.strip, ""))
				b.settle()
			}
			b.notSee("Set-up:")
			fake.tell("organisation", "t1")
			b.settle()
			b.notSee("Set-up:")
		})
	}
}

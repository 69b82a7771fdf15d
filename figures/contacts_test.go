//go:build figures

package figures

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// contacts measures how 2,000 clients are matched with 10,000 contacts, of which a third has no more in common than a name
// that looks the same.
func (f *figures) contacts() {
	const clients, there = 2000, 10_000
	var matched samples
	read := 0
	for range 3 {
		synctest.Test(f.T, func(t *testing.T) {
			orgs, err := sim.Seed("empty")
			if err != nil {
				t.Fatal(err)
			}
			for i := range there {
				name := fmt.Sprintf("Client of the firm %d", i)
				if i%3 == 0 {
					name = fmt.Sprintf("The Clíent of the Firm %d Limited", i)
				}
				orgs[0].AddContact(sim.Contact{Name: name, EmailAddress: fmt.Sprintf("c%d@example.com", i)})
			}
			world, books := inMemory(t, sim.Config{Orgs: orgs}, 0)
			o := newOffice(t, books, world.Orgs()[0].TenantID, 1, clients)
			world.ResetCalls()
			if err := o.app.RefreshContacts(t.Context(), true); err != nil {
				t.Fatal(err)
			}
			read = world.TotalCalls()
			before, began := calibrate(t.Context()), realTime()
			all, err := o.app.ClientContacts(t.Context(), o.me)
			took := realTime() - began
			if err != nil {
				t.Fatal(err)
			}
			exact, suggested := 0, 0
			for _, c := range all {
				switch {
				case c.Found.Exact:
					exact++
				case c.Found.State == ledger.StateSuggested:
					suggested++
				}
			}
			if exact+suggested != clients || suggested < clients/4 {
				t.Errorf("%d clients fit exactly, and %d may", exact, suggested)
			}
			matched = append(matched, sample{value: took.Seconds(), pace: sqliteWork.pace(between(before, calibrate(t.Context())))})
			time.Sleep(time.Second)
		})
	}
	f.hold("time to match 2,000 clients with 10,000 contacts", matched, 2, seconds, "read from the database, too, and ready to be shown")
	f.hold("calls to read 10,000 contacts", exactly(float64(read)), 10, calls, "once a day; what changed takes one")
}

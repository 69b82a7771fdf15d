package app_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

func TestContacts(t *testing.T) {
	for _, c := range []struct {
		name     string
		there    []sim.Contact
		act      func(w *apptest.World) // before the export
		want     billing.ExportState
		cause    ledger.Cause
		contacts int    // in Xero afterwards
		goesTo   string // name of the contact that the invoice has
	}{
		{"none: created with the client's name and code", nil, nil, billing.Exported, "", 1, "Client 0"},
		{"the same name in other case and spaces", []sim.Contact{{Name: "client 0"}}, nil, billing.Exported, "", 1, "client 0"},
		{"number and name agree", []sim.Contact{{Name: "CLIENT 0", ContactNumber: "c-0"}}, nil, billing.Exported, "", 1, "CLIENT 0"},
		{"archived", []sim.Contact{{Name: "Client 0", Status: sim.StatusArchived}}, nil, billing.Failed, ledger.ContactArchived, 1, ""},
		{"the number is another's", []sim.Contact{{Name: "Another", ContactNumber: "C-0"}}, nil, billing.Failed, ledger.ContactAmbiguous, 1, ""},
		{"the name has another number", []sim.Contact{{Name: "Client 0", ContactNumber: "K-9"}}, nil, billing.Failed, ledger.ContactAmbiguous, 1, ""},
		{"merged since it was linked", []sim.Contact{{Name: "Client 0"}, {Name: "Group"}}, func(w *apptest.World) {
			link(w, "Client 0")
			if err := w.Sim.MergeContact(string(w.Tenant), w.Contact("Client 0").ContactID, w.Contact("Group").ContactID); err != nil {
				w.T.Fatal(err)
			}
		}, billing.Exported, "", 2, "Group"},
		{"archived since it was linked", []sim.Contact{{Name: "Client 0"}}, func(w *apptest.World) {
			link(w, "Client 0")
			if err := w.Sim.ArchiveContact(string(w.Tenant), w.Contact("Client 0").ContactID); err != nil {
				w.T.Fatal(err)
			}
		}, billing.Failed, ledger.ContactArchived, 1, ""},
		{"linked by hand to another name", []sim.Contact{{Name: "Pays for everybody"}}, func(w *apptest.World) { link(w, "Pays for everybody") }, billing.Exported, "", 1, "Pays for everybody"},
		{"linked to what Xero does not have", nil, func(w *apptest.World) {
			linkTo(w, ledger.Contact{ID: "00000000-1111-2222-3333-444444444444", Name: "Nobody"})
		}, billing.Failed, ledger.ContactUnknown, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				orgs, err := sim.Seed("empty")
				if err != nil {
					t.Fatal(err)
				}
				for _, contact := range c.there {
					orgs[0].AddContact(contact)
				}
				w := apptest.NewWorld(t, sim.Config{Orgs: orgs})
				ids := w.Invoices(1, 1)
				if c.act != nil {
					c.act(w)
				}
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids...)
				v := w.Views(ids)[0]
				w.MustBeSound([]app.InvoiceView{v})
				if v.Invoice.Stage.Export != c.want {
					t.Fatalf("got %s: %+v", v.Invoice.Stage.Export, v.Exports[0].Messages)
				}
				if c.cause != "" && v.Exports[0].Messages[0].Cause != c.cause {
					t.Errorf("got %+v", v.Exports[0].Messages)
				}
				if n := len(w.Sim.Contacts(string(w.Tenant))); n != c.contacts {
					t.Errorf("Xero has %d contacts", n)
				}
				if c.goesTo != "" {
					live, _ := w.InXero(v)
					if got := w.Contact(c.goesTo).ContactID; live[0].ContactID != got {
						t.Errorf("it went to %s, not to %s", live[0].ContactID, got)
					}
				}
			})
		})
	}
}

func TestTwoClientsOfOneNameAreAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			c, err := tx.Client("client 1")
			if err != nil {
				return err
			}
			c.Name = "CLIENT  0"
			_, err = tx.SaveClient(c)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p.Export(ids...)
		views := w.Views(ids)
		if got := views[0].Invoice.Stage.Export; got != billing.Exported {
			t.Errorf("the first is %s", got)
		}
		if v := views[1]; v.Invoice.Stage.Export != billing.Failed || v.Exports[0].Messages[0].Cause != ledger.ContactAmbiguous {
			t.Fatalf("the second is %s: %+v", v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
		there, err := p.App.ClientContact(t.Context(), w.Me, "client 1")
		choices := there.Found.Choices
		if err != nil || there.Found.State != ledger.StateSuggested || there.Found.Exact || len(choices) != 1 || !choices[0].Taken || there.Holders[choices[0].Contact.ID].ID != "client 0" {
			t.Fatalf("it is %+v, %v", there, err)
		}
		if err := p.App.LinkContact(t.Context(), w.Me, "client 1", choices[0].Contact); err != nil {
			t.Fatal(err)
		}
		p.Export(ids...)
		views = w.Views(ids)
		w.MustBeSound(views)
		if got := views[1].Invoice.Stage.Export; got != billing.Exported {
			t.Errorf("after the choice the second is %s", got)
		}
		if err := p.App.UnlinkContact(t.Context(), w.Me, "client 1"); err != nil {
			t.Fatal(err)
		}
		if v := w.Views(ids[1:])[0]; v.Contact != (app.Link{}) {
			t.Errorf("after unlinking it is linked to %+v", v.Contact)
		}
	})
}

// TestTheTrailTellsWhichContactAClientHadAndHas links a client by hand, links it with another, and
// unlinks it.
func TestTheTrailTellsWhichContactAClientHadAndHas(t *testing.T) {
	o := openPrepared(t)
	for _, name := range []string{"Kauri Joinery", "Kauri Group"} {
		if err := o.LinkContact(t.Context(), o.me, kauri, ledger.Contact{ID: ledger.ContactID(name), Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.UnlinkContact(t.Context(), o.me, kauri); err != nil {
		t.Fatal(err)
	}
	entries, err := o.AuditTrail(t.Context(), o.me, app.AuditQuery{Action: staff.AuditLinkContact})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%s %s: %s → %s", e.Subject, e.ID, e.From, e.To))
	}
	want := []string{"client kauri: Kauri Group → ", "client kauri: Kauri Joinery → Kauri Group", "client kauri:  → Kauri Joinery"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the audit trail, newest first:\n%s", diff)
	}
}

func link(w *apptest.World, name string) {
	linkTo(w, ledger.Contact{ID: ledger.ContactID(w.Contact(name).ContactID), Name: name})
}

func linkTo(w *apptest.World, c ledger.Contact) {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	if err := p.App.LinkContact(w.T.Context(), w.Me, "client 0", c); err != nil {
		w.T.Fatal(err)
	}
}

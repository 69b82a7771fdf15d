package app_test

import (
	"testing"
	"testing/synctest"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

func TestContacts(t *testing.T) {
	for _, c := range []struct {
		name     string
		there    []sim.Contact
		act      func(w *world) // before the export
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
		{"merged since it was linked", []sim.Contact{{Name: "Client 0"}, {Name: "Group"}}, func(w *world) {
			w.link("Client 0")
			if err := w.sim.MergeContact(string(w.tenant), w.contact("Client 0").ContactID, w.contact("Group").ContactID); err != nil {
				w.t.Fatal(err)
			}
		}, billing.Exported, "", 2, "Group"},
		{"archived since it was linked", []sim.Contact{{Name: "Client 0"}}, func(w *world) {
			w.link("Client 0")
			if err := w.sim.ArchiveContact(string(w.tenant), w.contact("Client 0").ContactID); err != nil {
				w.t.Fatal(err)
			}
		}, billing.Failed, ledger.ContactArchived, 1, ""},
		{"linked by hand to another name", []sim.Contact{{Name: "Pays for everybody"}}, func(w *world) { w.link("Pays for everybody") }, billing.Exported, "", 1, "Pays for everybody"},
		{"linked to what Xero does not have", nil, func(w *world) {
			w.linkTo(ledger.Contact{ID: "00000000-1111-2222-3333-444444444444", Name: "Nobody"})
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
				w := newWorld(t, sim.Config{Orgs: orgs})
				ids := w.invoices(1, 1)
				if c.act != nil {
					c.act(w)
				}
				p := w.start(nil)
				defer p.stop()
				p.export(ids...)
				v := w.views(ids)[0]
				w.mustBeSound([]app.InvoiceView{v})
				if v.Invoice.Stage.Export != c.want {
					t.Fatalf("got %s: %+v", v.Invoice.Stage.Export, v.Exports[0].Messages)
				}
				if c.cause != "" && v.Exports[0].Messages[0].Cause != c.cause {
					t.Errorf("got %+v", v.Exports[0].Messages)
				}
				if n := len(w.sim.Contacts(string(w.tenant))); n != c.contacts {
					t.Errorf("Xero has %d contacts", n)
				}
				if c.goesTo != "" {
					live, _ := w.inXero(v)
					if got := w.contact(c.goesTo).ContactID; live[0].ContactID != got {
						t.Errorf("it went to %s, not to %s", live[0].ContactID, got)
					}
				}
			})
		})
	}
}

func TestTwoClientsOfOneNameAreAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Config{})
		ids := w.invoices(2, 2)
		p := w.start(nil)
		defer p.stop()
		err := p.db.Update(t.Context(), func(tx app.Tx) error {
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
		p.export(ids...)
		views := w.views(ids)
		if got := views[0].Invoice.Stage.Export; got != billing.Exported {
			t.Errorf("the first is %s", got)
		}
		if v := views[1]; v.Invoice.Stage.Export != billing.Failed || v.Exports[0].Messages[0].Cause != ledger.ContactAmbiguous {
			t.Fatalf("the second is %s: %+v", v.Invoice.Stage.Export, v.Exports[0].Messages)
		}
		choices, err := p.app.ContactChoices(t.Context(), w.me, "client 1")
		if err != nil || len(choices) != 1 {
			t.Fatalf("choices %+v, %v", choices, err)
		}
		if err := p.app.LinkContact(t.Context(), w.me, "client 1", choices[0]); err != nil {
			t.Fatal(err)
		}
		p.export(ids...)
		views = w.views(ids)
		w.mustBeSound(views)
		if got := views[1].Invoice.Stage.Export; got != billing.Exported {
			t.Errorf("after the choice the second is %s", got)
		}
		if err := p.app.UnlinkContact(t.Context(), w.me, "client 1"); err != nil {
			t.Fatal(err)
		}
		if v := w.views(ids[1:])[0]; v.Contact != (app.Link{}) {
			t.Errorf("after unlinking it is linked to %+v", v.Contact)
		}
	})
}

func (w *world) contact(name string) sim.Contact {
	w.t.Helper()
	for _, c := range w.sim.Contacts(string(w.tenant)) {
		if c.Name == name {
			return c
		}
	}
	w.t.Fatalf("Xero has no contact %q", name)
	return sim.Contact{}
}

func (w *world) link(name string) {
	w.linkTo(ledger.Contact{ID: ledger.ContactID(w.contact(name).ContactID), Name: name})
}

func (w *world) linkTo(c ledger.Contact) {
	w.t.Helper()
	p := w.start(nil)
	defer p.stop()
	if err := p.app.LinkContact(w.t.Context(), w.me, "client 0", c); err != nil {
		w.t.Fatal(err)
	}
}

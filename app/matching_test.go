package app_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// worldWith is a world whose organisation has these contacts.
func worldWith(t *testing.T, there ...sim.Contact) *apptest.World {
	t.Helper()
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range there {
		orgs[0].AddContact(c)
	}
	return apptest.NewWorld(t, sim.Config{Orgs: orgs})
}

// rename gives a client another name.
func rename(p *apptest.Process, client billing.ClientID, name string) {
	p.World.T.Helper()
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		c, err := tx.Client(client)
		if err != nil {
			return err
		}
		c.Name = name
		_, err = tx.SaveClient(c)
		return err
	})
	if err != nil {
		p.World.T.Fatal(err)
	}
}

// states are how the clients stand, by their IDs.
func states(p *apptest.Process) map[billing.ClientID]ledger.ContactState {
	p.World.T.Helper()
	all, err := p.App.ClientContacts(context.Background(), p.World.Me)
	if err != nil {
		p.World.T.Fatal(err)
	}
	found := map[billing.ClientID]ledger.ContactState{}
	for _, c := range all {
		found[c.Client.ID] = c.Found.State
	}
	return found
}

// reading tells how far the contacts are known.
func reading(p *apptest.Process) (c app.ContactReading, err error) {
	err = p.DB.View(context.Background(), func(r app.Reader) error {
		c, err = r.ContactReading(p.World.Tenant)
		return err
	})
	return c, err
}

// TestSpellingsOfANameMakeNoSecondContact exports an invoice of a client whose name is written in other ways in Xero. Each
// way is either the same name, and linked, or asked about; a person links it, and it is exported. In no case is there
// another contact, or a link that nobody chose.
func TestSpellingsOfANameMakeNoSecondContact(t *testing.T) {
	const name = "Hōhepa & Daughters Joinery Ltd"
	for there, alone := range map[string]bool{
		"Hōhepa & Daughters Joinery Ltd":                    true,
		"HŌHEPA & DAUGHTERS JOINERY LTD":                    true,
		"hōhepa & daughters joinery ltd":                    true,
		"Hōhepa &  Daughters Joinery Ltd":                   true,
		"Ho\u0304hepa & Daughters Joinery Ltd":              false,
		"Hohepa & Daughters Joinery Ltd":                    false,
		"Höhepa & Daughters Joinery Ltd":                    false,
		"Hōhepa and Daughters Joinery Ltd":                  false,
		"Hōhepa + Daughters Joinery Ltd":                    false,
		"Hōhepa & Daughters Joinery Limited":                false,
		"Hōhepa & Daughters Joinery Ltd.":                   false,
		"Hōhepa & Daughters Joinery L.T.D.":                 false,
		"Hōhepa & Daughters Joinery":                        false,
		"Hōhepa & Daughters Joinery Co Ltd":                 false,
		"The Hōhepa & Daughters Joinery Ltd":                false,
		"Hōhepa & Daughters, Joinery Ltd":                   false,
		"Hōhepa&Daughters Joinery (Ltd)":                    false,
		"Hōhepa & Daughters\u200b Joinery Ltd":              false,
		"\u2060Hōhepa & Daughters Joinery Ltd":              false,
		"Hōhepa & Daughter's Joinery Ltd":                   false,
		"HOHEPA AND DAUGHTERS JOINERY LIMITED":              false,
		"Hōhepa &\u00a0Daughters Joinery Ltd (Proprietary)": false,
	} {
		t.Run(there, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := worldWith(t, sim.Contact{Name: there})
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				rename(p, "client 0", name)
				p.Export(ids...)
				if v := w.Views(ids)[0]; !alone {
					if v.Invoice.Stage.Export != billing.Failed || v.Exports[0].Messages[0].Cause != ledger.ContactAmbiguous || v.Contact != (app.Link{}) {
						t.Fatalf("it is %s: %+v, linked with %+v", v.Invoice.Stage.Export, v.Exports[0].Messages, v.Contact)
					}
					c, err := p.App.ClientContact(t.Context(), w.Me, "client 0")
					if err != nil || c.Found.State != ledger.StateSuggested || c.Found.Exact || len(c.Found.Choices) != 1 {
						t.Fatalf("it is %+v, %v", c.Found, err)
					}
					if err := p.App.LinkContact(t.Context(), w.Me, "client 0", c.Found.Contact); err != nil {
						t.Fatal(err)
					}
					p.Export(ids...)
				}
				v := w.Views(ids)[0]
				w.MustBeSound([]app.InvoiceView{v})
				contacts := w.Sim.Contacts(string(w.Tenant))
				if v.Invoice.Stage.Export != billing.Exported || len(contacts) != 1 || v.Contact.Contact != ledger.ContactID(contacts[0].ContactID) {
					t.Errorf("it is %s, linked with %+v; Xero has %+v", v.Invoice.Stage.Export, v.Contact, contacts)
				}
			})
		})
	}
}

// TestAwkwardContactsMakeNoSecondContact exports beside contacts of which a person must choose, or which are of no use.
func TestAwkwardContactsMakeNoSecondContact(t *testing.T) {
	for name, there := range map[string][]sim.Contact{
		"two of its name, by case":    {{Name: "Café 0", ContactNumber: "X"}, {Name: "CAFÉ 0", ContactNumber: "Y"}},
		"two of its name, archived":   {{Name: "Café 0", Status: sim.StatusArchived}, {Name: "CAFÉ 0", Status: sim.StatusArchived}},
		"twins, in NFC and NFD":       {{Name: "Café 0"}, {Name: "Cafe\u0301 0"}},
		"twins, one with a blank":     {{Name: "Café 0"}, {Name: "Café\u200b 0"}},
		"the account number":          {{Name: "Other", AccountNumber: "c-0"}},
		"two spellings":               {{Name: "Café 0 Ltd"}, {Name: "Cafe 0 Limited"}},
		"merged into another":         {{ContactID: "11111111-0000-4000-8000-000000000001", Name: "Group"}, {Name: "Cafe 0", Status: sim.StatusArchived, MergedToContactID: "11111111-0000-4000-8000-000000000001"}},
		"its code, with another name": {{Name: "Other", ContactNumber: "C-0"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := worldWith(t, there...)
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				rename(p, "client 0", "Café 0")
				p.Export(ids...)
				v := w.Views(ids)[0]
				if v.Invoice.Stage.Export != billing.Failed || v.Contact != (app.Link{}) || len(w.Sim.Contacts(string(w.Tenant))) != len(there) {
					t.Errorf("it is %s, linked with %+v; Xero has %+v", v.Invoice.Stage.Export, v.Contact, w.Sim.Contacts(string(w.Tenant)))
				}
				c, err := p.App.ClientContact(t.Context(), w.Me, "client 0")
				if err != nil || c.Found.Exact || !c.ToMatch() || c.Found.State == ledger.StateNone || len(c.Found.Choices) == 0 {
					t.Errorf("it is %+v, %v", c.Found, err)
				}
			})
		})
	}
}

// TestContactsAreKeptAndBroughtUpToDate reads all contacts once and then what changed, and all again after a day.
func TestContactsAreKeptAndBroughtUpToDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t, sim.Contact{Name: "client 0"}, sim.Contact{Name: "Client 1"}, sim.Contact{Name: "Client 2"}, sim.Contact{Name: "Client 3 Ltd"})
		w.Invoices(1, 4)
		p := w.Start(nil)
		defer p.Stop()
		calls := func(now bool, want int) {
			t.Helper()
			before := w.Sim.TotalCalls()
			if err := p.App.RefreshContacts(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			if n := w.Sim.TotalCalls() - before; n != want {
				t.Errorf("it took %d calls, want %d", n, want)
			}
		}
		is := func(want ...ledger.ContactState) {
			t.Helper()
			all := states(p)
			var got []ledger.ContactState
			for _, id := range slices.Sorted(maps.Keys(all)) {
				got = append(got, all[id])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		is(ledger.StateNone, ledger.StateNone, ledger.StateNone, ledger.StateNone)
		calls(false, 1)
		is(ledger.StateSuggested, ledger.StateSuggested, ledger.StateSuggested, ledger.StateSuggested)
		calls(false, 0)
		time.Sleep(time.Hour)
		for _, c := range []error{
			w.Sim.ArchiveContact(string(w.Tenant), w.Contact("Client 1").ContactID),
			w.Sim.RenameContact(string(w.Tenant), w.Contact("Client 2").ContactID, "Elsewhere"),
		} {
			if c != nil {
				t.Fatal(c)
			}
		}
		calls(false, 1)
		is(ledger.StateSuggested, ledger.StateArchived, ledger.StateNone, ledger.StateSuggested)
		calls(true, 1)
		before, err := reading(p)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(25 * time.Hour)
		calls(false, 1)
		after, err := reading(p)
		if err != nil || !after.Whole.After(before.Whole) {
			t.Errorf("all of them were read at %v and %v, %v", before.Whole, after.Whole, err)
		}
	})
}

// TestWhatXeroNoLongerHasIsForgotten has a contact that only the firm knows, as if Xero had deleted it.
func TestWhatXeroNoLongerHasIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t, sim.Contact{Name: "Client 0"})
		w.Invoices(1, 2)
		p := w.Start(nil)
		defer p.Stop()
		err := p.DB.Update(t.Context(), func(tx app.Tx) error {
			return tx.SaveContacts(w.Tenant, ledger.Contact{ID: "gone", Name: "Client 1", Updated: time.Now().Add(-time.Hour)}, ledger.Contact{ID: "new", Name: "New", Updated: time.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.App.LinkContact(t.Context(), w.Me, "client 1", ledger.Contact{ID: "gone", Name: "Client 1"}); err != nil {
			t.Fatal(err)
		}
		if got := states(p)["client 1"]; got != ledger.StateLinked {
			t.Errorf("before the reading it is %s", got)
		}
		time.Sleep(time.Minute)
		if err := p.App.RefreshContacts(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		c, err := p.App.ClientContact(t.Context(), w.Me, "client 1")
		if err != nil || c.Found.State != ledger.StateNone || !c.Found.Gone {
			t.Errorf("it is %+v, %v", c.Found, err)
		}
		found, err := p.App.SearchContacts(t.Context(), w.Me, "client 1", "")
		if err != nil || len(found) != 2 {
			t.Errorf("kept are %+v, %v", found, err)
		}
	})
}

// TestWhatAnExportReadsIsKept exports, and then looks at what is known without another call.
func TestWhatAnExportReadsIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t, sim.Contact{Name: "Client 0"})
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		before := w.Sim.TotalCalls()
		if got := states(p); got["client 0"] != ledger.StateLinked || got["client 1"] != ledger.StateLinked {
			t.Errorf("they are %v", got)
		}
		found, err := p.App.SearchContacts(t.Context(), w.Me, "client 0", "CLIENT")
		if err != nil || len(found) != 2 || found[0].Taken || !found[1].Taken || found[0].Contact.Updated.IsZero() {
			t.Errorf("found %+v, %v", found, err)
		}
		if n := w.Sim.TotalCalls() - before; n != 0 {
			t.Errorf("that took %d calls", n)
		}
	})
}

func TestContactsAreSearchedByWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t, sim.Contact{Name: "Tūī Street Books", EmailAddress: "shop@tui.example"}, sim.Contact{Name: "Kauri & Co", ContactNumber: "K-77"},
			sim.Contact{Name: "Old Books", Status: sim.StatusArchived}, sim.Contact{Name: "The Kauri and Company Ltd", AccountNumber: "ACC-9"})
		w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		if err := p.App.RefreshContacts(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string][]string{
			"tui": {"Tūī Street Books"}, "BOOKS tui": {"Tūī Street Books"}, "shop@": {"Tūī Street Books"}, "k-77": {"Kauri & Co"}, "acc-9": {"The Kauri and Company Ltd"},
			"kauri & company": {"Kauri & Co", "The Kauri and Company Ltd"}, "books kauri": nil, "old": nil,
			"": {"Kauri & Co", "The Kauri and Company Ltd", "Tūī Street Books"},
		} {
			found, err := p.App.SearchContacts(t.Context(), w.Me, "client 0", text)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, c := range found {
				names = append(names, c.Contact.Name)
			}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Errorf("%q: %s", text, diff)
			}
		}
	})
}

// TestARefusedContactIsNotSuggestedAgain refuses what is suggested. The next export creates a contact; without that it asked.
func TestARefusedContactIsNotSuggestedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t, sim.Contact{Name: "Client 0 Ltd"}, sim.Contact{Name: "Other", ContactNumber: "C-1"}, sim.Contact{Name: "CLIENT 2", ContactNumber: "X"})
		ids := w.Invoices(1, 3)
		p := w.Start(nil)
		defer p.Stop()
		if err := p.App.RefreshContacts(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		refuse := func(client billing.ClientID, contact string) error {
			return p.App.RefuseContact(t.Context(), w.Me, client, ledger.ContactID(w.Contact(contact).ContactID))
		}
		for client, contact := range map[billing.ClientID]string{"client 1": "Other", "client 2": "CLIENT 2"} {
			if err := refuse(client, contact); !app.IsCode(err, app.Conflict) {
				t.Errorf("%s: %v", client, err)
			}
		}
		if err := refuse("client 0", "Client 0 Ltd"); err != nil {
			t.Fatal(err)
		}
		if got := states(p)["client 0"]; got != ledger.StateNone {
			t.Errorf("it is %s", got)
		}
		p.Export(ids...)
		v := w.Views(ids)[0]
		if v.Invoice.Stage.Export != billing.Exported || v.Contact.Name != "Client 0" {
			t.Errorf("it is %s, linked with %+v", v.Invoice.Stage.Export, v.Contact)
		}
		if err := p.App.UnlinkContact(t.Context(), w.Me, "client 0"); err != nil {
			t.Fatal(err)
		}
		// A person may think again.
		if err := p.App.LinkContact(t.Context(), w.Me, "client 0", ledger.Contact{ID: ledger.ContactID(w.Contact("Client 0 Ltd").ContactID), Name: "Client 0 Ltd"}); err != nil {
			t.Fatal(err)
		}
		if err := p.App.UnlinkContact(t.Context(), w.Me, "client 0"); err != nil {
			t.Fatal(err)
		}
		c, err := p.App.ClientContact(t.Context(), w.Me, "client 0")
		if err != nil || len(c.Found.Choices) != 2 {
			t.Errorf("it is %+v, %v", c.Found, err)
		}
		want := []string{"refuse contact", "link contact", "link contact", "link contact", "link contact"}
		if diff := cmp.Diff(want, slices.DeleteFunc(p.Actions("client", "client 0"), func(a string) bool { return a == "add" })); diff != "" {
			t.Error(diff)
		}
	})
}

// TestExactMatchesAreAccepted accepts what was shown: what has changed since stays as it is, and so do clients of which several
// fit one contact.
func TestExactMatchesAreAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t, sim.Contact{Name: "Client 0", ContactNumber: "C-0"}, sim.Contact{Name: "CLIENT 1"}, sim.Contact{Name: "Client 2"}, sim.Contact{Name: "Client 3 Ltd"},
			sim.Contact{Name: "Client 4"}, sim.Contact{Name: "Client 6"})
		w.Invoices(1, 7)
		p := w.Start(nil)
		defer p.Stop()
		rename(p, "client 5", "CLIENT 4")
		if err := p.App.RefreshContacts(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		all, err := p.App.ClientContacts(t.Context(), w.Me)
		if err != nil {
			t.Fatal(err)
		}
		exact := slices.DeleteFunc(all, func(c app.ClientContact) bool { return !c.Found.Exact })
		if len(exact) != 4 {
			t.Fatalf("exact are %+v", exact)
		}
		if err := w.Sim.ArchiveContact(string(w.Tenant), w.Contact("Client 2").ContactID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if err := p.App.RefreshContacts(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if _, err := p.App.AcceptContacts(t.Context(), staff.Member{ID: "x", Name: "X", AllEntities: staff.Viewer}, exact); !app.IsCode(err, app.Forbidden) {
			t.Errorf("who may not: %v", err)
		}
		accepted, err := p.App.AcceptContacts(t.Context(), w.Me, exact[:3])
		if err != nil {
			t.Fatal(err)
		}
		if len(accepted) != 2 || accepted[0].Client.ID != "client 0" || accepted[1].Client.ID != "client 1" {
			t.Errorf("accepted are %+v", accepted)
		}
		want := map[billing.ClientID]ledger.ContactState{
			"client 0": ledger.StateLinked, "client 1": ledger.StateLinked, "client 2": ledger.StateArchived, "client 3": ledger.StateSuggested,
			"client 4": ledger.StateSuggested, "client 5": ledger.StateSuggested, "client 6": ledger.StateSuggested,
		}
		if diff := cmp.Diff(want, states(p)); diff != "" {
			t.Error(diff)
		}
		var how []app.LinkHow
		err = p.DB.View(t.Context(), func(r app.Reader) error {
			links, err := r.Links(w.Tenant)
			how = []app.LinkHow{links["client 0"].How, links["client 1"].How}
			return err
		})
		if diff := cmp.Diff([]app.LinkHow{app.LinkedByNumber, app.LinkedByName}, how); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if got := p.Actions("client", "client 1"); !slices.Contains(got, "link contact") {
			t.Errorf("the trail says %v", got)
		}
	})
}

// create has a contact created for the first client, and waits.
func create(p *apptest.Process, others bool) error {
	const client = "client 0"
	if err := p.App.CreateContact(context.Background(), p.World.Me, client, others); err != nil {
		return err
	}
	return p.App.FinishContact(context.Background(), p.World.Tenant, client, 24*time.Hour)
}

// TestAContactIsCreatedOnDemand creates contacts apart from any export.
func TestAContactIsCreatedOnDemand(t *testing.T) {
	for _, c := range []struct {
		name   string
		there  []sim.Contact
		link   string // the contact that it is linked with, which is archived then
		others bool
		code   app.Code // of the error that refuses it
		ends   string   // what it ends with, if there is no contact
		want   int      // contacts in Xero
	}{
		{name: "nothing fits", want: 1},
		{name: "one may be it", there: []sim.Contact{{Name: "Client 0 Ltd"}}, code: app.Conflict, want: 1},
		{name: "one may be it, and a person knows that it is not", there: []sim.Contact{{Name: "Client 0 Ltd"}}, others: true, want: 2},
		{name: "one has its name", there: []sim.Contact{{Name: "CLIENT 0", ContactNumber: "X"}}, others: true, code: app.Conflict, want: 1},
		{name: "one has its code", there: []sim.Contact{{Name: "Other", ContactNumber: "c-0"}}, others: true, code: app.Conflict, want: 1},
		{name: "it is linked with an archived one", there: []sim.Contact{{Name: "Old name"}}, link: "Old name", want: 2},
		{name: "one has its name and is archived", there: []sim.Contact{{Name: "Client 0", Status: sim.StatusArchived}}, want: 2},
		{name: "one has its code and is archived", there: []sim.Contact{{Name: "Other", ContactNumber: "C-0", Status: sim.StatusArchived}}, code: app.Conflict, want: 1},
		{name: "only its e-mail is another's", there: []sim.Contact{{Name: "Other", EmailAddress: "x@example.com"}}, want: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := worldWith(t, c.there...)
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				if c.link != "" {
					link(w, c.link)
					if err := create(p, false); !app.IsCode(err, app.Conflict) {
						t.Errorf("while it is linked it ended with %v", err)
					}
					if err := w.Sim.ArchiveContact(string(w.Tenant), w.Contact(c.link).ContactID); err != nil {
						t.Fatal(err)
					}
				}
				if err := p.App.RefreshContacts(t.Context(), true); err != nil {
					t.Fatal(err)
				}
				if err := create(p, c.others); c.code != "" && !app.IsCode(err, c.code) || c.code == "" && err != nil {
					t.Errorf("it ended with %v", err)
				}
				if n := len(w.Sim.Contacts(string(w.Tenant))); n != c.want {
					t.Errorf("Xero has %d contacts", n)
				}
				if c.code != "" {
					return
				}
				if got := states(p)["client 0"]; got != ledger.StateLinked {
					t.Errorf("it is %s", got)
				}
				if err := create(p, true); !app.IsCode(err, app.Conflict) {
					t.Errorf("a second time it ended with %v", err)
				}
				p.Export(ids...)
				v := w.Views(ids)[0]
				w.MustBeSound([]app.InvoiceView{v})
				if n := len(w.Sim.Contacts(string(w.Tenant))); n != c.want || v.Invoice.Stage.Export != billing.Exported {
					t.Errorf("after the export Xero has %d contacts, and it is %s", n, v.Invoice.Stage.Export)
				}
			})
		})
	}
}

// TestWhyNoContactWasCreated has Xero, or the export's own rules, refuse it. It is told, and can be tried again.
func TestWhyNoContactWasCreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t)
		w.Invoices(1, 3)
		p := w.Start(nil)
		defer p.Stop()
		if err := p.App.RefreshContacts(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		tell := func(client billing.ClientID) app.Creation {
			t.Helper()
			c, err := p.App.ClientContact(t.Context(), w.Me, client)
			if err != nil || c.Creating() {
				t.Errorf("%s is %+v, %v", client, c.Creation, err)
			}
			return c.Creation
		}
		// Somebody makes one in Xero that nobody here has seen yet.
		payloads, err := p.Books.PrepareContacts([]ledger.NewContact{{Client: "x", Name: "Client 0 Limited"}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		made, err := p.Books.Post(t.Context(), app.Batch{Tenant: w.Tenant, Kind: app.ContactBatch, Key: app.NewID(), Body: payloads[0].Body, Members: payloads[0].Members})
		if err != nil {
			t.Fatal(err)
		}
		if err := create(p, false); err != nil {
			t.Fatal(err)
		}
		if c := tell("client 0"); len(c.Messages) != 1 || c.Messages[0].Cause != ledger.ContactAmbiguous {
			t.Errorf("it ended with %+v", c)
		}
		if err := w.Sim.ArchiveContact(string(w.Tenant), string(made[0].Contact.ID)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if err := p.App.RefreshContacts(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		if err := create(p, false); err != nil {
			t.Fatal(err)
		}
		if c := tell("client 0"); c.Client != "" || states(p)["client 0"] != ledger.StateLinked {
			t.Errorf("it is %+v, %s", c, states(p)["client 0"])
		}
		// Who asked may not any more.
		if err := p.App.CreateContact(t.Context(), w.Me, "client 1", false); err != nil {
			t.Fatal(err)
		}
		me := w.Me
		me.Time = nil
		if err := p.DB.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMember(me) }); err != nil {
			t.Fatal(err)
		}
		if err := p.App.FinishContact(t.Context(), w.Tenant, "client 1", time.Hour); err != nil {
			t.Fatal(err)
		}
		if c := tell("client 1"); len(c.Messages) != 1 || c.Messages[0].Cause != ledger.NotPermitted {
			t.Errorf("it ended with %+v", c)
		}
		if err := p.DB.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMember(w.Me) }); err != nil {
			t.Fatal(err)
		}
		// Nobody sends for a day.
		if err := p.App.CreateContact(t.Context(), w.Me, "client 2", false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		if err := p.App.FinishContact(t.Context(), w.Tenant, "client 2", time.Hour); err != nil {
			t.Fatal(err)
		}
		if c := tell("client 2"); len(c.Messages) != 1 {
			t.Errorf("it ended with %+v", c)
		}
		if n := len(w.Sim.Contacts(string(w.Tenant))); n != 2 {
			t.Errorf("Xero has %d contacts", n)
		}
	})
}

// TestDyingWhileAContactIsCreated kills the sender around each point of a creation. Another sender goes on, at once and when
// Xero has forgotten the key: there is one contact, and the client is linked with it.
func TestDyingWhileAContactIsCreated(t *testing.T) {
	for _, point := range []string{"lease", "contacts stored", "contacts claimed", "contacts posted", "contacts settled"} {
		for _, after := range []bool{false, true} {
			for _, later := range []time.Duration{0, time.Hour} {
				t.Run(fmt.Sprintf("%s, %v, %s later", point, after, later), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						w := worldWith(t, sim.Contact{Name: "Other"})
						ids := w.Invoices(1, 1)
						fate := &apptest.Fate{Point: point, After: after}
						first := w.Start(fate)
						_ = create(first, false)
						if !fate.IsDead() {
							t.Fatalf("it did not die: it reached %v", fate.Reached)
						}
						first.Stop()
						time.Sleep(later)
						p := w.Start(nil)
						defer p.Stop()
						if err := p.App.FinishContact(t.Context(), w.Tenant, "client 0", 24*time.Hour); err != nil {
							t.Fatal(err)
						}
						if got := states(p)["client 0"]; got != ledger.StateLinked {
							t.Errorf("it is %s", got)
						}
						p.Export(ids...)
						if n := len(w.Sim.Contacts(string(w.Tenant))); n != 2 {
							t.Errorf("Xero has %d contacts", n)
						}
						w.MustBeSound(w.Views(ids))
					})
				})
			}
		}
	}
}

// TestAContactIsCreatedInTheBackground leaves it to the background work, beside an export of the same client.
func TestAContactIsCreatedInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := worldWith(t)
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		for _, client := range []billing.ClientID{"client 0", "client 1"} {
			if err := p.App.CreateContact(t.Context(), w.Me, client, false); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.Queue(ids[0]); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		if got := states(p); got["client 0"] != ledger.StateLinked || got["client 1"] != ledger.StateLinked {
			t.Errorf("they are %v", got)
		}
		if n := len(w.Sim.Contacts(string(w.Tenant))); n != 2 {
			t.Errorf("Xero has %d contacts", n)
		}
		w.MustBeSound(w.Views(ids[:1]))
	})
}

func TestAContactThatIsOfNoUseIsNotLinked(t *testing.T) {
	o := openPrepared(t)
	for _, to := range []ledger.Contact{{ID: "c", Name: "Old", Archived: true}, {ID: "c", Name: "Merged", MergedTo: "d"}} {
		if err := o.LinkContact(t.Context(), o.me, kauri, to); !app.IsCode(err, app.Invalid) {
			t.Errorf("%s: %v", to.Name, err)
		}
	}
}

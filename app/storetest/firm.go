package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/outbox"
	"feebridge/app/staff"
)

// firmPromises are about the firm, its staff, clients and organisations.
var firmPromises = []promise{
	{"a firm comes back as it was saved", func(t *testing.T, s store) {
		want := app.Firm{ID: "firm", Name: "Tūī & Co", Currency: "AUD", MarkBase: "https://bills.example/", Registration: app.Registration{ClientID: "id", Ports: []int{8743, 8742}},
			Numbering: billing.Numbering{Prefix: "T-", Digits: 6, Next: 42}, Term: billing.Term{Rule: billing.OfNextMonth, Days: 20},
			Letterhead: app.Letterhead{
				Address: billing.Address{Lines: [4]string{"1 Quay St"}, City: "Auckland"}, Phone: "09 1", Email: "a@tui.example",
				TaxNumber: "123", Payment: "To 12-3456", Logo: []byte{1, 2, 3},
			},
		}
		s.update(func(tx app.Tx) error { return tx.SaveFirm(want) })
		s.view(func(r app.Reader) error {
			got, err := r.Firm()
			same(t, got, want)
			return err
		})
	}},
	{"taxes, billing codes and passwords come back as they were saved, and go", func(t *testing.T, s store) {
		taxes := []billing.Tax{{Code: "GST", Name: "GST", Rate: 5_0000}, {Code: "BC", Name: "GST + PST", Rate: 12_0000, Parts: []billing.TaxPart{{Name: "GST", Rate: 5_0000}, {Name: "PST", Rate: 7_0000}}}}
		codes := []billing.Code{{Code: "ACC", Description: "Accounts", UnitAmount: 100_0000, Tax: "GST", Account: "200"}, {Code: "tax", Description: "Return"}}
		password := staff.Password{Hash: "h", Failures: 2, Locked: time.UnixMilli(12345)}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveTax(taxes[0]), tx.SaveTax(taxes[1]), tx.SaveBillingCode(billing.Code{Code: "TAX"}), tx.SaveBillingCode(codes[1]),
				tx.SaveBillingCode(codes[0]), tx.SaveMember(staff.Founder("olivia", "Olivia")),
				tx.SavePassword("olivia", staff.Password{Hash: "before", Failures: 1, Locked: moment}), tx.SavePassword("olivia", password))
		})
		s.view(func(r app.Reader) error {
			gotTaxes, err1 := r.Taxes()
			gotCodes, err2 := r.BillingCodes()
			gotPassword, err3 := r.Password("olivia")
			none, err4 := r.Password("anna")
			same(t, gotTaxes, taxes)
			same(t, gotCodes, codes)
			same(t, gotPassword, password)
			same(t, none, staff.Password{})
			return errors.Join(err1, err2, err3, err4)
		})
		s.update(func(tx app.Tx) error { return errors.Join(tx.DeleteTax("BC"), tx.DeleteBillingCode("Tax")) })
		s.view(func(r app.Reader) error {
			gotTaxes, err1 := r.Taxes()
			gotCodes, err2 := r.BillingCodes()
			same(t, gotTaxes, taxes[:1])
			same(t, gotCodes, codes[:1])
			return errors.Join(err1, err2)
		})
	}},
	{"what was typed comes back to its writer alone", func(t *testing.T, s store) {
		u := app.Unsaved{
			Invoice: "new", By: "olivia", Version: 3, Base: billing.Form{Client: "c"},
			Form: billing.Form{Client: "c", Date: 20261103, Lines: []billing.FormLine{{Description: "a", Quantity: "1..", Written: billing.Tax{Code: "GST", Rate: 5}}}},
		}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveMember(staff.Founder("olivia", "Olivia")), tx.SaveMember(staff.Member{ID: "emma", Name: "Emma"}),
				tx.SaveUnsaved(app.Unsaved{Invoice: "new", By: "olivia"}), tx.SaveUnsaved(u), tx.SaveUnsaved(app.Unsaved{Invoice: "new", By: "emma"}))
		})
		s.view(func(r app.Reader) error {
			mine, err := r.Unsaved("olivia")
			if len(mine) != 1 || mine[0].At.IsZero() {
				t.Fatalf("there is %+v", mine)
			}
			mine[0].At = time.Time{}
			same(t, mine[0], u)
			others, err2 := r.Unsaved("anna")
			same(t, len(others), 0)
			return errors.Join(err, err2)
		})
		s.update(func(tx app.Tx) error { return tx.DeleteUnsaved("new", "olivia") })
		s.view(func(r app.Reader) error {
			mine, err1 := r.Unsaved("olivia")
			others, err2 := r.Unsaved("emma")
			same(t, []int{len(mine), len(others)}, []int{0, 1})
			return errors.Join(err1, err2)
		})
	}},
	{"members come in the order in which they joined, as they were saved last", func(t *testing.T, s store) {
		anna := staff.Member{
			ID: "anna", Name: "Anna", Email: "anna@tui.example", Time: map[staff.TimePermission]bool{staff.ProcessTime: true},
			Roles: map[billing.ClientID]staff.Role{"kauri": staff.Editor},
		}
		olivia := staff.Founder("olivia", "Olivia Hart-Ngata")
		s.update(func(tx app.Tx) error { return errors.Join(tx.SaveMember(anna), tx.SaveMember(olivia)) })
		s.view(func(r app.Reader) error {
			got, err := r.Staff()
			same(t, got, []staff.Member{olivia, anna})
			return err
		})
		anna = staff.Member{
			ID: "anna", Name: "Anna Hart", Email: "hart@tui.example", AllEntities: staff.Viewer, Deactivated: true,
			Time: map[staff.TimePermission]bool{staff.ExportToAccounting: true}, Roles: map[billing.ClientID]staff.Role{"rimu": staff.Owner},
		}
		s.update(func(tx app.Tx) error { return tx.SaveMember(anna) })
		s.view(func(r app.Reader) error {
			got, err := r.Staff()
			same(t, got, []staff.Member{olivia, anna})
			return err
		})
	}},
	{"a client comes back as it was saved, with its version", func(t *testing.T, s store) {
		want := billing.Client{
			ID: "matai", Code: "MATAI-1", Name: "  Mātai\tLtd ", Email: "pay@matai.example",
			Address: billing.Address{Lines: [4]string{"1 Quay St", "", "c/o", "L2"}, City: "Auckland", Region: "AKL", PostalCode: "1010", Country: "New Zealand"},
		}
		want.Version = s.version(func(tx app.Tx) (int64, error) { return tx.SaveClient(want) })
		want.Name = "Aardvark"
		want.Version = s.version(func(tx app.Tx) (int64, error) { return tx.SaveClient(want) })
		if want.Version != 2 {
			t.Errorf("after two saves the version is %d", want.Version)
		}
		s.view(func(r app.Reader) error {
			got, err := r.Client("matai")
			same(t, got, want)
			all, err2 := r.Clients()
			if len(all) != 3 || all[0].ID != "matai" || all[2].ID != "rimu" {
				t.Errorf("the clients are not by name: %v", all)
			}
			return errors.Join(err, err2)
		})
	}},
	{"a client that changed meanwhile is a conflict that names it", func(t *testing.T, s store) {
		c := billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery", Version: 1}
		s.update(func(tx app.Tx) error { return second(tx.SaveClient(c)) })
		s.fails(app.Conflict, []string{"Kauri Joinery", "Open it again"}, func(tx app.Tx) error { return second(tx.SaveClient(c)) })
		c.Version, c.Code = 0, "NEW"
		s.fails(app.Conflict, []string{"Kauri Joinery"}, func(tx app.Tx) error { return second(tx.SaveClient(c)) })
	}},
	{"a client code is one client's, whatever its case", func(t *testing.T, s store) {
		s.fails(app.Conflict, []string{"kauri", "another code"}, func(tx app.Tx) error {
			return second(tx.SaveClient(billing.Client{ID: "other", Code: "kauri", Name: "Other"}))
		})
		s.fails(app.Conflict, []string{"KAURI", "another code"}, func(tx app.Tx) error {
			return second(tx.SaveClient(billing.Client{ID: "rimu", Code: "KAURI", Name: "Rimu", Version: 1}))
		})
	}},
	{"taxes come by name", func(t *testing.T, s store) {
		gst, none := billing.Tax{Code: "OUTPUT2", Name: "GST", Rate: 15_0000}, billing.Tax{Code: "NONE", Name: "No GST"}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveTax(none), tx.SaveTax(billing.Tax{Code: "OUTPUT2", Name: "old"}), tx.SaveTax(gst))
		})
		s.view(func(r app.Reader) error {
			got, err := r.Taxes()
			same(t, got, []billing.Tax{gst, none})
			return err
		})
	}},
	{"organisations, the default first, with chart, mapping and links", func(t *testing.T, s store) {
		zest := app.Organisation{
			Tenant: ledger.Tenant{ID: "zest", Name: "Zest"}, Default: true, State: app.ConsentEnded,
			Parked: app.Park{Since: moment.Add(-time.Hour), Until: moment, Why: app.DayLimit, Text: "5000 calls"},
		}
		demo := app.Organisation{Tenant: ledger.Tenant{ID: "demo", Name: "Demo Company"}, State: app.Connected}
		chart := ledger.Chart{
			Tenant: zest.Tenant, ShortCode: "!Qj35V", BaseCurrency: "NZD", PeriodLock: 20260331,
			Accounts: []ledger.Account{{Code: "200", Name: "Sales", Class: "REVENUE", Type: "SALES", TaxType: "OUTPUT2"}},
			TaxRates: []ledger.TaxRate{{Type: "OUTPUT2", Name: "GST", Rate: 15_0000, Active: true, Classes: []string{"REVENUE"}}},
			Tracking: []ledger.TrackingCategory{{Name: "Region", Options: []string{"North"}}}, Currencies: []money.Currency{"NZD", "AUD"},
			Themes: []ledger.Theme{{ID: "t", Name: "Blue"}}, Items: []ledger.Item{{Code: "I", Name: "Item", Account: "200", Sold: true}},
			Read: moment, Ahead: -3 * time.Second,
		}
		mapping := ledger.Mapping{
			Arrival: ledger.SubmittedThere, DefaultAccount: "200", DefaultTax: "NONE", Term: billing.Term{Rule: billing.OfNextMonth, Days: 20}, Theme: "Blue",
			Tracking: []billing.Tracking{{Category: "Region", Option: "North"}},
			Codes:    map[string]ledger.Target{"ACC": {Account: "201", Item: "I", Tracking: []billing.Tracking{{Category: "Region", Option: "South"}}}},
			Taxes:    map[string]string{"GST": "OUTPUT2"}, Note: true, AttachPaper: true, MarkReference: true,
		}
		link := app.Link{Contact: "contact", Name: "Kauri Joinery Ltd", How: app.LinkedByHand, At: moment}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveOrganisation(demo), tx.SaveOrganisation(zest), tx.SaveChart(chart), tx.SaveMapping("zest", mapping),
				tx.SaveLink("zest", "kauri", app.Link{Contact: "old", How: app.LinkedByName}), tx.SaveLink("zest", "kauri", link),
				tx.SaveLink("zest", "rimu", link), tx.DeleteLink("zest", "rimu"), tx.DeleteLink("zest", "rimu"),
				tx.SaveMarks("zest", app.MarksKept), tx.SaveMarks("zest", app.MarksDropped),
				tx.SaveOrganisation(zest)) // which keeps its chart and mapping, and what is known of its marks
		})
		s.fails(app.NotFound, []string{"absent"}, func(tx app.Tx) error { return tx.SaveMarks("absent", app.MarksKept) })
		zest.Marks = app.MarksDropped
		s.view(func(r app.Reader) error {
			all, err := r.Organisations()
			same(t, all, []app.Organisation{zest, demo})
			gotChart, err2 := r.Chart("zest")
			same(t, gotChart, chart)
			gotMapping, err3 := r.Mapping("zest")
			same(t, gotMapping, mapping)
			links, err4 := r.Links("zest")
			same(t, links, map[billing.ClientID]app.Link{"kauri": link})
			unset, err5 := r.Mapping("demo")
			same(t, unset, ledger.Mapping{})
			return errors.Join(err, err2, err3, err4, err5)
		})
	}},
	{"contacts come back as they were read last, of their organisation alone", func(t *testing.T, s store) {
		kauri := ledger.Contact{
			ID: "b", Number: "KAURI", Account: "K-1", Name: "Kauri Joinery", Email: "pay@kauri.example", Archived: true, MergedTo: "a",
			Address: billing.Address{Lines: [4]string{"1 Quay St", "", "c/o", "L2"}, City: "Auckland", Region: "AKL", PostalCode: "1010", Country: "New Zealand"},
			Updated: moment,
		}
		rimu := ledger.Contact{ID: "a", Name: "Rimu", Updated: moment}
		reading := app.ContactReading{Cursor: moment, At: moment.Add(time.Second), Whole: moment.Add(-time.Hour)}
		s.view(func(r app.Reader) error {
			none, err := r.Contacts("demo")
			same(t, len(none), 0)
			never, err2 := r.ContactReading("demo")
			same(t, never, app.ContactReading{})
			return errors.Join(err, err2)
		})
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "zest", Name: "Zest"}, State: app.Connected}),
				tx.SaveContacts("demo"), tx.SaveContacts("demo", ledger.Contact{ID: "b", Name: "Before", Updated: moment.Add(-time.Minute)}, rimu), tx.SaveContacts("demo", kauri),
				tx.SaveContacts("zest", ledger.Contact{ID: "b", Name: "Elsewhere"}, ledger.Contact{ID: "c", Name: "Going"}, ledger.Contact{ID: "d", Name: "Going"}),
				tx.DeleteContacts("zest", "c", "d", "e"), tx.DeleteContacts("demo"),
				tx.SaveContactReading("demo", app.ContactReading{At: moment}), tx.SaveContactReading("demo", reading))
		})
		s.view(func(r app.Reader) error {
			all, err := r.Contacts("demo")
			same(t, all, []ledger.Contact{rimu, kauri})
			elsewhere, err2 := r.Contacts("zest")
			same(t, elsewhere, []ledger.Contact{{ID: "b", Name: "Elsewhere"}})
			read, err3 := r.ContactReading("demo")
			same(t, read, reading)
			return errors.Join(err, err2, err3)
		})
	}},
	{"an older state of a contact does not replace a newer one", func(t *testing.T, s store) {
		newer := ledger.Contact{ID: "a", Name: "Newer", Updated: moment}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveContacts("demo", newer), tx.SaveContacts("demo", ledger.Contact{ID: "a", Name: "Older", Updated: moment.Add(-time.Millisecond)}))
		})
		s.view(func(r app.Reader) error {
			all, err := r.Contacts("demo")
			same(t, all, []ledger.Contact{newer})
			return err
		})
		seq, err := s.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.update(func(tx app.Tx) error { return tx.SaveContacts("demo", newer) })
		changes, err := s.Changes(t.Context(), seq)
		if err != nil || len(changes) > 0 {
			t.Errorf("what is the same makes the changes %v, %v", changes, err)
		}
		newer.Name = "Of the same moment"
		s.update(func(tx app.Tx) error { return tx.SaveContacts("demo", newer) })
		s.view(func(r app.Reader) error {
			all, err := r.Contacts("demo")
			same(t, all, []ledger.Contact{newer})
			return err
		})
	}},
	{"refused contacts and wanted ones come back, and go", func(t *testing.T, s store) {
		wanted := app.Creation{Client: "kauri", By: "olivia", At: moment.Add(time.Minute)}
		failed := app.Creation{Client: "rimu", By: "olivia", At: moment, Ended: moment.Add(time.Hour), Messages: []ledger.Message{{Text: "no", Cause: ledger.ContactTaken}}}
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveMember(staff.Founder("olivia", "Olivia")),
				tx.RefuseContacts("demo", "kauri", "b", "a"), tx.RefuseContacts("demo", "kauri", "a", "c"), tx.RefuseContacts("demo", "rimu", "a"), tx.RefuseContacts("demo", "rimu"),
				tx.ForgetRefusal("demo", "kauri", "c"), tx.ForgetRefusal("demo", "kauri", "c"), tx.ForgetRefusal("demo", "rimu", "a"),
				tx.SaveCreations("demo", app.Creation{Client: "rimu", By: "olivia", At: moment.Add(time.Hour)}), tx.SaveCreations("demo", wanted, failed), tx.SaveCreations("demo"))
		})
		s.view(func(r app.Reader) error {
			refused, err := r.RefusedContacts("demo")
			same(t, refused, map[billing.ClientID][]ledger.ContactID{"kauri": {"a", "b"}})
			creations, err2 := r.Creations("demo")
			same(t, creations, []app.Creation{failed, wanted})
			return errors.Join(err, err2)
		})
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.DeleteCreations("demo", "rimu"), tx.DeleteCreations("demo", "rimu"), tx.DeleteCreations("demo"))
		})
		s.view(func(r app.Reader) error {
			creations, err := r.Creations("demo")
			same(t, creations, []app.Creation{wanted})
			return err
		})
	}},
	{"a connection, its sign-in and its clients come back as they were saved", func(t *testing.T, s store) {
		first := app.Consent{User: app.User{ID: "x", Name: "Xavier", Email: "x@tui.example"}, By: "olivia", At: moment, Scopes: []string{"openid"}}
		again := first
		again.Name, again.At, again.Scopes = "Xavier Roe", moment.Add(time.Hour), []string{"openid", "email"}
		other := app.Consent{User: app.User{ID: "y"}, By: "olivia", At: moment.Add(time.Minute)}
		connected := app.Organisation{
			Tenant: ledger.Tenant{ID: "zest", Name: "Zest"}, State: app.Connected,
			Consent: "x", Connection: "c", ConnectedBy: "olivia", ConnectedAt: moment,
		}
		left := app.Organisation{Tenant: ledger.Tenant{ID: "left", Name: "Left"}, State: app.Disconnected}
		s.update(func(tx app.Tx) error {
			before := left
			before.Consent, before.Connection, before.ConnectedBy, before.ConnectedAt = "y", "d", "olivia", moment
			return errors.Join(tx.SaveConsent(first), tx.SaveConsent(other), tx.SaveConsent(again),
				tx.SaveOrganisation(connected), tx.SaveOrganisation(before), tx.SaveOrganisation(left))
		})
		s.update(func(tx app.Tx) error {
			return errors.Join(tx.SaveDestination("kauri", "left"), tx.SaveDestination("kauri", "zest"),
				tx.SaveDestination("rimu", "zest"), tx.SaveDestination("rimu", ""), tx.SaveDestination("rimu", ""))
		})
		s.view(func(r app.Reader) error {
			destinations, err := r.Destinations()
			same(t, destinations, map[billing.ClientID]ledger.TenantID{"kauri": "zest"})
			return err
		})
		s.view(func(r app.Reader) error {
			all, err := r.Consents()
			same(t, all, []app.Consent{again, other})
			orgs, err2 := r.Organisations()
			for _, want := range []app.Organisation{connected, left} {
				same(t, orgs[slices.IndexFunc(orgs, func(o app.Organisation) bool { return o.Tenant == want.Tenant })], want)
			}
			return errors.Join(err, err2)
		})
	}},
	{"what is not there is NotFound", func(t *testing.T, s store) {
		s.view(func(r app.Reader) error {
			for what, err := range map[string]error{
				"client": second(r.Client("x")), "invoice": second(r.Invoice("x")), "run": second(r.Run("x")),
				"export": second(r.Exports([]app.ExportID{"x"})), "mapping": second(r.Mapping("x")),
				"chart": second(r.Chart("demo")),
			} {
				if !app.IsCode(err, app.NotFound) {
					t.Errorf("%s: %v", what, err)
				}
			}
			return nil
		})
		s.fails(app.NotFound, nil, func(tx app.Tx) error { return tx.SaveMapping("x", ledger.Mapping{}) })
		s.fails(app.NotFound, nil, func(tx app.Tx) error { return tx.SaveChart(ledger.Chart{Tenant: ledger.Tenant{ID: "x"}}) })
		s.failsAtWork(app.NotFound, nil, func(tx outbox.Tx) error { return tx.SaveBatches(app.Batch{ID: "x"}) })
	}},
}

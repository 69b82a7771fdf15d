package sim

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestContactIsCreatedByPut(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		a := r.do("PUT", "/Contacts", `{"Contacts":[{"Name":"  New   Client ","ContactNumber":"N1","EmailAddress":"new@example.com","IsCustomer":true,
			"Addresses":[{"AddressType":"POBOX","AddressLine1":"1 Road","City":"Auckland"}],"Phones":[{"PhoneType":"MOBILE","PhoneNumber":"555"}]}]}`).want(200,
			"Contacts.0.Name", "New Client", "Contacts.0.ContactStatus", "ACTIVE", "Contacts.0.ContactNumber", "N1",
			"Contacts.0.IsCustomer", "false", "Contacts.0.Addresses.0.AddressType", "STREET", "Contacts.0.Addresses.1.AddressLine1", "1 Road",
			"Contacts.0.Phones.3.PhoneNumber", "555", "Contacts.0.HasValidationErrors", "false", "Contacts.0.StatusAttributeString", "")
		id := a.at("Contacts.0.ContactID")
		r.do("GET", "/Contacts/"+id, "").want(200, "Contacts.0.Name", "New Client")
		r.do("GET", "/Contacts/n1", "").want(200, "Contacts.0.ContactID", id)
		r.do("GET", "/Contacts/"+unknownID, "").want(404)
	})
}

func TestRefusedContacts(t *testing.T) {
	for _, test := range []struct{ name, method, body, message string }{
		{"nothing", "PUT", "{}", "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, ContactNumber"},
		{"nothing to post", "POST", "{}", "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, ContactNumber"},
		{"no name", "PUT", `{"ContactNumber":"X"}`, "Contact Name cannot be empty."},
		{"taken name", "PUT", `{"Name":"ANN ltd"}`, "The contact name ANN ltd is already assigned to another contact. The contact name must be unique across all active contacts."},
		{"taken number", "PUT", `{"Name":"X","ContactNumber":"c1"}`, "Another contact has this contact number. Please enter a different contact number."},
		{"number of an archived contact", "PUT", `{"Name":"X","ContactNumber":"C9"}`, "Another contact has this contact number. Please enter a different contact number."},
		{"name of another", "POST", `{"ContactID":"` + contactID + `","Name":"Bob Ltd"}`, "The contact name Bob Ltd is already assigned to another contact. The contact name must be unique across all active contacts."},
		{"archived by id", "POST", `{"ContactID":"` + archivedContactID + `","FirstName":"x"}`, "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API."},
		{"archived by name", "POST", `{"Name":"old ltd"}`, "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API."},
		{"un-archiving", "POST", `{"ContactID":"` + archivedContactID + `","ContactStatus":"ACTIVE"}`, "The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API."},
		{"unknown id", "POST", `{"ContactID":"` + unknownID + `","Name":"X"}`, "Unknown contact details, please provide a valid ContactID or Contact Number"},
		{"bad e-mail", "PUT", `{"Name":"X","EmailAddress":"not an address"}`, "Email address must be valid."},
		{"long name", "PUT", `{"Name":"` + strings.Repeat("x", 256) + `"}`, msgTooLong("Name", 255)},
		{"long number", "PUT", `{"Name":"X","ContactNumber":"` + strings.Repeat("x", 51) + `"}`, msgTooLong("ContactNumber", 50)},
		{"angle brackets", "PUT", `{"Name":"<X>"}`, msgContactName},
		{"six persons", "PUT", `{"Name":"X","ContactPersons":[{},{},{},{},{},{}]}`, msgManyPersons},
		{"unknown currency", "PUT", `{"Name":"X","DefaultCurrency":"EUR"}`, msgCurrency("EUR")},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, Config{}, func(t *testing.T, r *rig) {
				a := r.do(test.method, "/Contacts", test.body)
				a.wantError(test.message)
				a.want(400, "ErrorNumber", "10", "Elements.0.HasValidationErrors", "true")
				if n := len(r.sim.Contacts(testTenant)); n != 3 {
					t.Errorf("%d contacts", n)
				}
			})
		})
	}
}

func TestNameOfAnArchivedContactIsFree(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Contacts", `{"Name":"Old Ltd"}`).want(200)
	})
}

func TestPostMatchesIDThenNumberThenName(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("POST", "/Contacts", `{"ContactID":"`+contactID+`","Name":"Ann Limited"}`).want(200, "Contacts.0.ContactID", contactID, "Contacts.0.EmailAddress", "ann@example.com")
		r.do("POST", "/Contacts", `{"ContactNumber":"C1","Name":"Ann Again"}`).want(200, "Contacts.0.ContactID", contactID, "Contacts.0.Name", "Ann Again")
		r.do("POST", "/Contacts", `{"Name":"BOB LTD","EmailAddress":"bob@example.com"}`).want(200, "Contacts.0.ContactID", otherContactID, "Contacts.0.EmailAddress", "bob@example.com")
		if id := r.do("POST", "/Contacts", `{"Name":"Nobody Yet"}`).want(200).at("Contacts.0.ContactID"); id == contactID || id == otherContactID {
			t.Error("no new contact was made")
		}
		r.do("POST", "/Contacts/"+otherContactID, `{"FirstName":"Bob"}`).want(200, "Contacts.0.FirstName", "Bob", "Contacts.0.EmailAddress", "bob@example.com")
	})
}

func TestLimitsOfAContact(t *testing.T) {
	long := func(n int) string { return strconv.Quote(strings.Repeat("é", n)) }
	for _, test := range []struct {
		field string
		most  int
	}{
		{"AddressLine1", 500}, {"AddressLine2", 500}, {"AddressLine3", 500}, {"AddressLine4", 500}, {"City", 255}, {"Region", 255},
		{"PostalCode", 50}, {"Country", 50}, {"AttentionTo", 255},
		{"PhoneNumber", 50}, {"PhoneAreaCode", 10}, {"PhoneCountryCode", 20},
	} {
		bubble(t, Config{}, func(t *testing.T, r *rig) {
			body := func(n int) string {
				list, kind := "Addresses", `"AddressType":"STREET"`
				if strings.HasPrefix(test.field, "Phone") {
					list, kind = "Phones", `"PhoneType":"DEFAULT"`
				}
				return `{"ContactID":"` + contactID + `","` + list + `":[{` + kind + `,"` + test.field + `":` + long(n) + `}]}`
			}
			r.do("POST", "/Contacts", body(test.most+1)).wantError(msgTooLong(test.field, test.most))
			r.do("POST", "/Contacts", body(test.most)).want(200)
		})
	}
}

func TestEmailTakesASCIILettersAlone(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		for _, address := range []string{"аnn@example.com", "ann@exämple.com", "ann@example.com\u200b"} { // the first begins with a Cyrillic а
			r.do("POST", "/Contacts/"+contactID, `{"EmailAddress":`+strconv.Quote(address)+`}`).wantError("Email address must be valid.")
			r.do("POST", "/Contacts/"+contactID, `{"ContactPersons":[{"EmailAddress":`+strconv.Quote(address)+`}]}`).wantError("Email address must be valid.")
		}
		r.do("POST", "/Contacts/"+contactID, `{"EmailAddress":"o'ann+1@example.com","ContactPersons":[{"EmailAddress":"b@example.com"}]}`).want(200)
	})
}

func TestContactsInBothErrorModes(t *testing.T) {
	body := `{"Contacts":[{"Name":"Good"},{"Name":"Ann Ltd"}]}`
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Contacts", body).want(400, "Elements.0.Name", "Ann Ltd", "Elements.0.ContactID", zeroID, "Elements.1", "")
		if n := len(r.sim.Contacts(testTenant)); n != 4 {
			t.Errorf("%d contacts after a refusal, want 4: the good one is saved", n)
		}
	})
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.do("PUT", "/Contacts?summarizeErrors=false", body).want(200, "Contacts.0.StatusAttributeString", "OK",
			"Contacts.1.StatusAttributeString", "ERROR", "Contacts.1.HasValidationErrors", "true", "Contacts.1.ContactID", zeroID)
		if n := len(r.sim.Contacts(testTenant)); n != 4 {
			t.Errorf("%d contacts, want 4", n)
		}
	})
}

func TestArchivingByAPIAndByAPerson(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusAuthorised, "A1")
		r.do("POST", "/Contacts", `{"ContactID":"`+contactID+`","ContactStatus":"ARCHIVED"}`).want(200, "Contacts.0.ContactStatus", "ARCHIVED")
		r.do("PUT", "/Invoices", invoice()).wantError(msgArchivedContact)
		r.do("POST", "/Invoices/"+id, `{"Reference":"still editable"}`).want(200)
		if err := r.sim.RestoreContact(testTenant, contactID); err != nil {
			t.Fatal(err)
		}
		r.do("PUT", "/Invoices", invoice()).want(200)
	})
}

func TestContactLists(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		names := func(path string) string {
			t.Helper()
			a := r.do("GET", path, "").want(200)
			var all []string
			for i := 0; a.at("Contacts."+strconv.Itoa(i)) != ""; i++ {
				all = append(all, a.at("Contacts."+strconv.Itoa(i)+".Name"))
			}
			return strings.Join(all, ", ")
		}
		time.Sleep(time.Second)
		r.do("POST", "/Contacts/"+contactID, `{"FirstName":"Ann"}`).want(200)
		for path, want := range map[string]string{
			"/Contacts":                                                    "Bob Ltd, Ann Ltd",
			"/Contacts?includeArchived=true":                               "Bob Ltd, Old Ltd, Ann Ltd",
			"/Contacts?order=Name":                                         "Ann Ltd, Bob Ltd",
			"/Contacts?order=Name+DESC":                                    "Bob Ltd, Ann Ltd",
			"/Contacts?where=Name%3D%22ann+ltd%22":                         "Ann Ltd",
			"/Contacts?where=EmailAddress!=null":                           "Ann Ltd",
			"/Contacts?IDs=" + otherContactID + "," + unknownID:            "Bob Ltd",
			"/Contacts?IDs=" + archivedContactID:                           "",
			"/Contacts?IDs=" + archivedContactID + "&includeArchived=True": "Old Ltd",
			"/Contacts?searchTerm=ANN@":                                    "Ann Ltd",
			"/Contacts?SearchTerm=c1":                                      "Ann Ltd",
			"/Contacts?page=2&pageSize=1":                                  "Ann Ltd",
			"/Contacts?page=3&pageSize=1":                                  "",
		} {
			if got := names(path); got != want {
				t.Errorf("%s gives %s, want %s", path, got, want)
			}
		}
		r.do("GET", "/Contacts?IDs=x", "").want(400, "ErrorNumber", "16")
		r.do("GET", "/Contacts?summaryOnly=true", "").want(200, "Contacts.0.Addresses", "", "pagination.itemCount", "2")
	})
}

func TestBalancesComeWithPages(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.bring(StatusAuthorised, "A1")
		r.bring(StatusDraft, "A2")
		r.do("GET", "/Contacts?page=1&where=Name%3D%22Ann+Ltd%22", "").want(200, "Contacts.0.Balances.AccountsReceivable.Outstanding", "46.00",
			"Contacts.0.Balances.AccountsReceivable.Overdue", "0.00", "Contacts.0.ContactPersons", "[]")
		r.do("GET", "/Contacts?where=Name%3D%22Ann+Ltd%22", "").want(200, "Contacts.0.Balances", "", "Contacts.0.ContactPersons", "")
		time.Sleep(31 * 24 * time.Hour)
		r.token = r.sim.MintToken()
		r.do("GET", "/Contacts/"+contactID, "").want(200, "Contacts.0.Balances.AccountsReceivable.Overdue", "46.00")
	})
}

func TestMergedContactNamesTheOther(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		id := r.bring(StatusDraft, "A1")
		if err := r.sim.MergeContact(testTenant, contactID, otherContactID); err != nil {
			t.Fatal(err)
		}
		r.do("GET", "/Contacts/"+contactID, "").want(200, "Contacts.0.ContactStatus", "ARCHIVED", "Contacts.0.MergedToContactID", otherContactID)
		r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Contact.ContactID", otherContactID)
		if err := r.sim.MergeContact(testTenant, contactID, otherContactID); err == nil {
			t.Error("a merged contact was merged again")
		}
	})
}

// TestContactsModifiedSince changes contacts in every way that a person or an application can. A list since then has
// those that changed, page by page, and no other.
func TestContactsModifiedSince(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		time.Sleep(10*time.Second + 500*time.Millisecond)
		names := func(query, since string) string {
			t.Helper()
			a := r.do("GET", "/Contacts?order=Name&"+query, "", "If-Modified-Since", since).want(200)
			var all []string
			for name := a.at("Contacts.0.Name"); name != ""; name = a.at("Contacts." + strconv.Itoa(len(all)) + ".Name") {
				all = append(all, name)
			}
			return strings.Join(all, ", ")
		}
		const before, then, later = "1990-01-01T00:00:00", "2000-01-01T00:00:10", "2000-01-01T00:00:11"
		if got := names("includeArchived=true", before); got != "Ann Ltd, Bob Ltd, Old Ltd" {
			t.Errorf("at first there are %s", got)
		}
		if got := names("includeArchived=true", then); got != "" {
			t.Errorf("nothing has changed yet, and there are %s", got)
		}
		r.do("PUT", "/Contacts", `{"Contacts":[{"Name":"Cleo Ltd"},{"Name":"Dora Ltd"},{"Name":"Eve Ltd"}]}`).want(200)
		ids := map[string]string{}
		for _, c := range r.sim.Contacts(testTenant) {
			ids[c.Name] = c.ContactID
		}
		for _, err := range []error{
			r.sim.RenameContact(testTenant, contactID, "Anna Ltd"), r.sim.ArchiveContact(testTenant, ids["Eve Ltd"]),
			r.sim.MergeContact(testTenant, ids["Dora Ltd"], ids["Cleo Ltd"]),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for query, want := range map[string]string{
			"includeArchived=true":                   "Anna Ltd, Cleo Ltd, Dora Ltd, Eve Ltd",
			"":                                       "Anna Ltd, Cleo Ltd",
			"includeArchived=true&page=1&pageSize=3": "Anna Ltd, Cleo Ltd, Dora Ltd",
			"includeArchived=true&page=2&pageSize=3": "Eve Ltd",
			"includeArchived=true&summaryOnly=true&pageSize=9": "Anna Ltd, Cleo Ltd, Dora Ltd, Eve Ltd",
		} {
			if got := names(query, then); got != want {
				t.Errorf("%s: since then there are %s, want %s", query, got, want)
			}
		}
		r.do("GET", "/Contacts?includeArchived=true&page=1&pageSize=3", "", "If-Modified-Since", then).want(200, "pagination.itemCount", "4", "pagination.pageCount", "2")
		if got := names("includeArchived=true", later); got != "" {
			t.Errorf("later nothing changed, and there are %s", got)
		}
	})
}

package xero_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

// longName has 250 characters, of three bytes each.
var longName = strings.Repeat("松", 250)

// seedContacts is an organisation with the contacts that the searches below look for.
func seedContacts(t *testing.T) (books, map[string]ledger.ContactID) {
	t.Helper()
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]ledger.ContactID{}
	add := func(key string, c sim.Contact) {
		ids[key] = ledger.ContactID(orgs[0].AddContact(c).ContactID)
	}
	add("kauri", sim.Contact{Name: "Kauri Joinery Ltd", ContactNumber: "KAURI", EmailAddress: "office@kauri.example"})
	add("kauri, archived", sim.Contact{ContactID: "11111111-0000-4000-8000-000000000001", Name: "Kauri Joinery Ltd", Status: sim.StatusArchived})
	add("longer", sim.Contact{Name: "Kauri Joinery Ltd (Nelson)"})
	add("quotes", sim.Contact{Name: `The "Old" Mill`})
	add("backslash", sim.Contact{Name: `Smith\Jones`})
	add("backslash, longer", sim.Contact{Name: `Smith\Jones & Sons`})
	add("comma", sim.Contact{Name: "Chen, Wu & Partners +1"})
	add("long", sim.Contact{Name: longName})
	add("long, and different at its end", sim.Contact{Name: longName + "x"})
	add("third", sim.Contact{Name: "Third"})
	add("second", sim.Contact{Name: "Second", Status: sim.StatusArchived, MergedToContactID: string(ids["third"])})
	add("first", sim.Contact{Name: "First", Status: sim.StatusArchived, MergedToContactID: string(ids["second"])})
	add("circle", sim.Contact{ContactID: "11111111-0000-4000-8000-000000000002", Name: "Circle", Status: sim.StatusArchived,
		MergedToContactID: "11111111-0000-4000-8000-000000000002"})
	return simulateOrgs(t, sim.Config{Orgs: orgs}), ids
}

// TestASpaceInAQueryIsNoPlus reads what goes over the wire: only forms read a plus sign as a space.
func TestASpaceInAQueryIsNoPlus(t *testing.T) {
	var query string
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		answers(http.StatusOK, envelope(`"Contacts":[]`)).ServeHTTP(w, r)
	}), xero.Config{})
	if _, err := collect(c.Contacts(t.Context(), "tenant", ledger.ContactQuery{Names: []string{"Kauri + Joinery"}})); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(query, "Kauri%20%2B%20Joinery") || strings.Contains(query, "+") {
		t.Errorf("it asks %s", query)
	}
}

func TestContactsAreFound(t *testing.T) {
	b, ids := seedContacts(t)
	for _, test := range []struct {
		name  string
		query ledger.ContactQuery
		want  []string
		calls int
	}{
		{"by name", ledger.ContactQuery{Names: []string{"Kauri Joinery Ltd"}}, []string{"kauri", "kauri, archived"}, 1},
		{"by a name in other case and spaces", ledger.ContactQuery{Names: []string{" kauri  JOINERY ltd"}}, []string{"kauri", "kauri, archived"}, 1},
		{"by a name with accents", ledger.ContactQuery{Names: []string{"Kāuri Jöinery Ltd"}}, []string{"kauri", "kauri, archived"}, 1},
		{"by a name with quotes", ledger.ContactQuery{Names: []string{`The "Old" Mill`}}, []string{"quotes"}, 1},
		{"by a name with a backslash", ledger.ContactQuery{Names: []string{`Smith\Jones`}}, []string{"backslash"}, 1},
		{"by a name with all that an address sets apart", ledger.ContactQuery{Names: []string{"Chen, Wu & Partners +1"}}, []string{"comma"}, 1},
		{"by number", ledger.ContactQuery{Numbers: []string{"kauri"}}, []string{"kauri"}, 1},
		{"by ID", ledger.ContactQuery{IDs: []ledger.ContactID{ids["longer"], ids["quotes"]}}, []string{"longer", "quotes"}, 1},
		{"by all three, once", ledger.ContactQuery{
			IDs: []ledger.ContactID{ids["kauri"]}, Names: []string{"Kauri Joinery Ltd"}, Numbers: []string{"KAURI"},
		}, []string{"kauri", "kauri, archived"}, 3},
		{"through merges", ledger.ContactQuery{Names: []string{"First"}}, []string{"first", "second", "third"}, 3},
		{"merged into itself", ledger.ContactQuery{Names: []string{"Circle"}}, []string{"circle"}, 2},
		{"by the same name twice", ledger.ContactQuery{Names: []string{"Third", "THIRD "}, Numbers: []string{"KAURI", "kauri"}}, []string{"third", "kauri"}, 2},
		{"by a name that fills an address", ledger.ContactQuery{Names: []string{longName}}, []string{"long"}, 1},
		{"not at all", ledger.ContactQuery{Names: []string{"Nobody"}, Numbers: []string{"NONE"}}, nil, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.sim.ResetCalls()
			found, err := collect(b.Contacts(t.Context(), b.tenant, test.query))
			if err != nil {
				t.Fatal(err)
			}
			var got, want []ledger.ContactID
			for _, c := range found {
				got = append(got, c.ID)
			}
			for _, key := range test.want {
				want = append(want, ids[key])
			}
			if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
				t.Error(diff)
			}
			if calls := b.sim.TotalCalls(); calls != test.calls {
				t.Errorf("it took %d calls, want %d", calls, test.calls)
			}
		})
	}
}

func TestAContactIsReadInFull(t *testing.T) {
	b, ids := seedContacts(t)
	found, err := collect(b.Contacts(t.Context(), b.tenant, ledger.ContactQuery{IDs: []ledger.ContactID{ids["kauri"], ids["second"]}}))
	if err != nil {
		t.Fatal(err)
	}
	got := map[ledger.ContactID]ledger.Contact{}
	for _, c := range found {
		got[c.ID] = c
	}
	changed := b.sim.Orgs()[0].CreatedUTC
	want := map[ledger.ContactID]ledger.Contact{
		ids["kauri"]:  {ID: ids["kauri"], Number: "KAURI", Name: "Kauri Joinery Ltd", Email: "office@kauri.example", Updated: changed},
		ids["second"]: {ID: ids["second"], Name: "Second", Archived: true, MergedTo: ids["third"], Updated: changed},
		ids["third"]:  {ID: ids["third"], Name: "Third", Updated: changed},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAWhereThatIsRefusedIsSearchedForInstead(t *testing.T) {
	var asked []string
	c := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if where := r.URL.Query().Get("where"); where != "" {
			asked = append(asked, where)
			answers(http.StatusBadRequest, `{"ErrorNumber":16,"Type":"QueryParseException","Message":"Syntax error"}`).ServeHTTP(w, r)
			return
		}
		asked = append(asked, r.URL.Query().Get("SearchTerm"))
		answers(http.StatusOK, envelope(`"pagination":{"page":1,"pageSize":1000,"pageCount":1,"itemCount":2},"Contacts":[`+
			`{"ContactID":"a","Name":"Ōtāne Ltd"},{"ContactID":"b","Name":"Not Ōtāne Ltd"}]`)).ServeHTTP(w, r)
	}), xero.Config{})
	found, err := collect(c.Contacts(t.Context(), "tenant", ledger.ContactQuery{Names: []string{"Ōtāne Ltd"}}))
	if err != nil || len(found) != 1 || found[0].ID != "a" {
		t.Errorf("found %+v, %v", found, err)
	}
	if diff := cmp.Diff([]string{`Name=="Ōtāne Ltd"`, "Ōtāne Ltd"}, asked); diff != "" {
		t.Error(diff)
	}
}

func TestManyContactsAreAskedForInFewCalls(t *testing.T) {
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	var want []ledger.ContactID
	for i := range 90 {
		want = append(want, ledger.ContactID(orgs[0].AddContact(sim.Contact{Name: fmt.Sprintf("Client %d", i)}).ContactID))
	}
	b := simulateOrgs(t, sim.Config{Orgs: orgs})
	found, err := collect(b.Contacts(t.Context(), b.tenant, ledger.ContactQuery{IDs: want}))
	if err != nil {
		t.Fatal(err)
	}
	var got []ledger.ContactID
	for _, c := range found {
		got = append(got, c.ID)
	}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Error(diff)
	}
	if calls := b.sim.TotalCalls(); calls != 3 {
		t.Errorf("it took %d calls, want 3", calls)
	}
}

func TestAllContactsAreRead(t *testing.T) {
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	const clients = 2300
	for i := range clients {
		c := sim.Contact{Name: fmt.Sprintf("Client %d", i)}
		if i%10 == 0 {
			c.Status = sim.StatusArchived
		}
		orgs[0].AddContact(c)
	}
	b := simulateOrgs(t, sim.Config{Orgs: orgs})
	found, err := collect(b.Contacts(t.Context(), b.tenant, ledger.ContactQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	names, archived := map[string]bool{}, 0
	for _, c := range found {
		names[c.Name] = true
		if c.Archived {
			archived++
		}
	}
	if len(found) != clients || len(names) != clients || archived != clients/10 {
		t.Errorf("%d contacts of %d names were read, %d of them archived", len(found), len(names), archived)
	}
	if calls := b.sim.TotalCalls(); calls != 3 {
		t.Errorf("it took %d calls, want 3", calls)
	}
}

func TestAnOrganisationWithoutContactsTakesOneCall(t *testing.T) {
	b := simulate(t, "empty", sim.Config{})
	found, err := collect(b.Contacts(t.Context(), b.tenant, ledger.ContactQuery{}))
	if err != nil || len(found) != 0 {
		t.Errorf("found %d, %v", len(found), err)
	}
	if calls := b.sim.TotalCalls(); calls != 1 {
		t.Errorf("it took %d calls, want 1", calls)
	}
}

// A contact that is changed moves to the end of the list, and the first one of the
// second page to the first page.
func TestContactsThatMoveWhileTheyAreReadAreNotLost(t *testing.T) {
	orgs, err := sim.Seed("empty")
	if err != nil {
		t.Fatal(err)
	}
	const clients = 1500
	var first string
	for i := range clients {
		c := orgs[0].AddContact(sim.Contact{Name: fmt.Sprintf("Client %d", i), UpdatedUTC: orgs[0].CreatedUTC.Add(time.Duration(i) * time.Minute)})
		if i == 0 {
			first = c.ContactID
		}
	}
	var b books
	moved := false
	b = simulateOrgs(t, sim.Config{Orgs: orgs, Observe: func(c sim.Call) {
		if c.Committed && !moved { // the first page was made
			moved = true
			if err := b.sim.RenameContact(string(b.tenant), first, "Client 0, renamed"); err != nil {
				t.Error(err)
			}
		}
	}})
	found, err := collect(b.Contacts(t.Context(), b.tenant, ledger.ContactQuery{}))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[ledger.ContactID]bool{}
	for _, c := range found {
		ids[c.ID] = true
	}
	if len(found) != clients || len(ids) != clients {
		t.Errorf("%d contacts with %d IDs were read, want %d", len(found), len(ids), clients)
	}
}

// pagesOf answers with pages of made-up contacts, which pages says for each call.
func pagesOf(itemCount int, pages func(call, page int) []string) http.Handler {
	calls := 0
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		var list []map[string]string
		for _, id := range pages(calls, page) {
			list = append(list, map[string]string{"ContactID": id, "Name": id})
		}
		calls++
		encoded, _ := json.Marshal(list)
		answers(http.StatusOK, envelope(fmt.Sprintf(
			`"pagination":{"page":%d,"pageSize":1000,"pageCount":1,"itemCount":%d},"Contacts":%s`, page, itemCount, encoded))).ServeHTTP(w, r)
	})
}

func TestWhatXeroCountsButDoesNotShowIsNotWaitedFor(t *testing.T) {
	c := serve(t, pagesOf(3, func(int, int) []string { return []string{"a", "b"} }), xero.Config{})
	found, err := collect(c.Contacts(t.Context(), "tenant", ledger.ContactQuery{}))
	if err != nil || len(found) != 2 {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestContactsThatNeverStandStillAreAnError(t *testing.T) {
	c := serve(t, pagesOf(100, func(call, _ int) []string { return []string{strconv.Itoa(call)} }), xero.Config{})
	_, err := collect(c.Contacts(t.Context(), "tenant", ledger.ContactQuery{}))
	if got := troubleIn(t, err); got.Reason != app.Interrupted || !strings.Contains(got.Error(), "changed all the time") {
		t.Errorf("the error is %+v", got)
	}
}

func TestAListThatDoesNotSayWhetherItGoesOnIsAnError(t *testing.T) {
	var list []string
	for i := range 100 {
		list = append(list, fmt.Sprintf(`{"ContactID":"%d","Name":"%d"}`, i, i))
	}
	c := serve(t, answers(http.StatusOK, envelope(`"Contacts":[`+strings.Join(list, ",")+`]`)), xero.Config{})
	_, err := collect(c.Contacts(t.Context(), "tenant", ledger.ContactQuery{}))
	if got := troubleIn(t, err); got.Reason != app.Interrupted || !strings.Contains(got.Error(), "how many pages") {
		t.Errorf("the error is %+v", got)
	}
}

func TestAReadingOfContactsCanStopEarly(t *testing.T) {
	b, _ := seedContacts(t)
	for _, err := range b.Contacts(t.Context(), b.tenant, ledger.ContactQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
}

// TestContactsSinceAMoment changes contacts between readings. Each reading has what changed, and no more than the
// overlap asks for.
func TestContactsSinceAMoment(t *testing.T) {
	b, ids := seedContacts(t)
	all, err := b.ContactsSince(t.Context(), b.tenant, time.Time{})
	if err != nil || len(all.All) != len(ids) || all.Made.IsZero() {
		t.Fatalf("%d contacts were read at %v (%v), want %d", len(all.All), all.Made, err, len(ids))
	}
	since := all.Made.Add(2 * time.Second)
	none, err := b.ContactsSince(t.Context(), b.tenant, since.Add(time.Hour))
	if err != nil || len(none.All) != 0 {
		t.Fatalf("read %+v, %v", none.All, err)
	}
	for _, change := range []error{
		b.sim.RenameContact(string(b.tenant), string(ids["comma"]), "Chen and Wu"),
		b.sim.ArchiveContact(string(b.tenant), string(ids["quotes"])),
		b.sim.MergeContact(string(b.tenant), string(ids["longer"]), string(ids["kauri"])),
	} {
		if change != nil {
			t.Fatal(change)
		}
	}
	changed, err := b.ContactsSince(t.Context(), b.tenant, all.Made)
	if err != nil {
		t.Fatal(err)
	}
	got := map[ledger.ContactID]ledger.Contact{}
	for _, c := range changed.All {
		if c.Updated.Before(all.Made.Add(-2 * time.Second)) {
			t.Errorf("%s was changed at %v", c.Name, c.Updated)
		}
		got[c.ID] = c
	}
	if got[ids["comma"]].Name != "Chen and Wu" || !got[ids["quotes"]].Archived || got[ids["longer"]].MergedTo != ids["kauri"] {
		t.Errorf("read %+v", changed.All)
	}
	if _, unchanged := got[ids["backslash"]]; unchanged {
		t.Errorf("what did not change is among %+v", changed.All)
	}
}

// TestAContactHasItsPostalAddress reads what a contact is told by.
func TestAContactHasItsPostalAddress(t *testing.T) {
	const one = `"Contacts":[{"ContactID":"11111111-0000-4000-8000-000000000001","Name":"Kauri","AccountNumber":"K-1","ContactNumber":"KAURI",` +
		`"EmailAddress":"a@kauri.example","ContactStatus":"ACTIVE","UpdatedDateUTC":"\/Date(1551399321043+0000)\/",` +
		`"Addresses":[{"AddressType":"STREET","AddressLine1":"1 Quay St","City":"Nelson"},{"AddressType":"POBOX"%s}]}]`
	for postal, want := range map[string]billing.Address{
		"": {Lines: [4]string{"1 Quay St"}, City: "Nelson"},
		`,"AddressLine1":"PO Box 7","City":"Nelson","PostalCode":"7010","Country":"NZ","Region":"Tasman"`: {
			Lines: [4]string{"PO Box 7"}, City: "Nelson", PostalCode: "7010", Country: "NZ", Region: "Tasman",
		},
	} {
		c := serve(t, answers(http.StatusOK, envelope(fmt.Sprintf(one, postal))), xero.Config{})
		found, err := collect(c.Contacts(t.Context(), "tenant", ledger.ContactQuery{}))
		if err != nil {
			t.Fatal(err)
		}
		want := ledger.Contact{
			ID: "11111111-0000-4000-8000-000000000001", Number: "KAURI", Account: "K-1", Name: "Kauri", Email: "a@kauri.example", Address: want,
			Updated: time.UnixMilli(1551399321043).UTC(),
		}
		if diff := cmp.Diff([]ledger.Contact{want}, found); diff != "" {
			t.Error(diff)
		}
	}
}

package ledger_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

func nobody(ledger.ContactID) bool { return false }

// spellings are ways in which "Hōhepa & Daughters Joinery Ltd" is written by other people.
var spellings = []struct {
	name  string
	alone bool // it is the same but for case and spaces: an export links it by itself
}{
	{"Hōhepa & Daughters Joinery Ltd", true},
	{"HŌHEPA & DAUGHTERS JOINERY LTD", true},
	{"  Hōhepa &  Daughters Joinery Ltd ", true},
	{"hōhepa & daughters joinery ltd", true},
	{"Hōhepa\u00a0& Daughters Joinery Ltd", true},
	{"Ho\u0304hepa & Daughters Joinery Ltd", false}, // the accent by itself, as macOS stores it
	{"Hohepa & Daughters Joinery Ltd", false},
	{"Höhepa & Daughters Joinery Ltd", false},
	{"Hōhepa and Daughters Joinery Ltd", false},
	{"Hōhepa + Daughters Joinery Ltd", false},
	{"Hōhepa & Daughters Joinery Limited", false},
	{"Hōhepa & Daughters Joinery Ltd.", false},
	{"Hōhepa & Daughters Joinery L.T.D.", false},
	{"Hōhepa & Daughters Joinery", false},
	{"Hōhepa & Daughters Joinery Co Ltd", false},
	{"The Hōhepa & Daughters Joinery Ltd", false},
	{"Hōhepa & Daughters, Joinery Ltd", false},
	{"Hōhepa&Daughters Joinery (Ltd)", false},
	{"Hōhepa & Daughters\u200b Joinery Ltd", false}, // an invisible space
	{"\u2060Hōhepa & Daughters Joinery Ltd\ufeff", false},
	{"Hōhepa & Daughter's Joinery Ltd", false},
	{"Ｈōhepa ＆ Daughters Joinery Ltd", false}, // wide letters
	{"HOHEPA AND DAUGHTERS JOINERY LIMITED", false},
}

// TestEverySpellingOfAClientsName has a contact under each. Whatever an export would not link by
// itself is suggested, and in no case is a contact created.
func TestEverySpellingOfAClientsName(t *testing.T) {
	client := billing.Client{ID: "hohepa", Code: "HOHEPA", Name: "Hōhepa & Daughters Joinery Ltd"}
	for _, s := range spellings {
		d := ledger.NewDirectory(ledger.Contact{ID: "x", Name: s.name}, ledger.Contact{ID: "y", Name: "Hōhepa Trust"})
		want, exact := ledger.Ambiguous, ledger.SimilarName
		if s.alone {
			want, exact = ledger.Found, ledger.SameName
		}
		if m := d.Match(client, "", nobody); m.Kind != want {
			t.Errorf("%q: an export finds kind %d", s.name, m.Kind)
		}
		f := d.Find(client, "", nobody)
		if f.State != ledger.StateSuggested || f.Contact.ID != "x" || f.Exact != s.alone || !slices.Equal(f.Evidence, []ledger.Evidence{exact}) {
			t.Errorf("%q: found %+v", s.name, f)
		}
	}
}

// TestOtherNamesAreOthers has names that are near the client's and mean others.
func TestOtherNamesAreOthers(t *testing.T) {
	client := billing.Client{ID: "smith", Code: "SMITH", Name: "Smith & Sons Ltd", Email: "office@example.com"}
	for _, name := range []string{"Smith & Sons Trust", "Smith & Son Ltd", "Smiths & Sons", "Smith Ltd", "Sons & Smith Ltd", "Smith & Sons 2 Ltd", "Ltd", "&"} {
		d := ledger.NewDirectory(ledger.Contact{ID: "x", Name: name})
		if m, f := d.Match(client, "", nobody), d.Find(client, "", nobody); m.Kind != ledger.None || f.State != ledger.StateNone {
			t.Errorf("%q: an export finds kind %d, and it is %s", name, m.Kind, f.State)
		}
	}
}

func TestFind(t *testing.T) {
	client := billing.Client{
		ID: "kauri", Code: "KAURI", Name: "Kauri Joinery Ltd", Email: "Accounts@Kauri.example",
		Address: billing.Address{Lines: [4]string{"12 Tūī St."}, City: "Nelson", PostalCode: "7010"},
	}
	const other = ledger.ContactID("another client's")
	for _, c := range []struct {
		name     string
		contacts []ledger.Contact
		link     ledger.ContactID
		refused  []ledger.ContactID
		state    ledger.ContactState
		contact  ledger.ContactID
		evidence []ledger.Evidence
		choices  []ledger.ContactID
		exact    bool
	}{
		{name: "nothing fits", contacts: []ledger.Contact{{ID: "a", Name: "Rimu Ltd"}}, state: ledger.StateNone},
		{
			name: "linked, by hand to another name", contacts: []ledger.Contact{{ID: "a", Name: "Pays for all", Email: "accounts@kauri.example"}}, link: "a",
			state: ledger.StateLinked, contact: "a", evidence: []ledger.Evidence{ledger.SameEmail}, choices: []ledger.ContactID{"a"},
		},
		{
			name: "linked, and renamed since", contacts: []ledger.Contact{{ID: "a", Name: "Kauri Group"}, {ID: "b", Name: "Kauri Joinery Ltd"}}, link: "a",
			state: ledger.StateLinked, contact: "a", choices: []ledger.ContactID{"b"},
		},
		{
			name: "merged", contacts: []ledger.Contact{{ID: "a", Name: "Old", Archived: true, MergedTo: "b"}, {ID: "b", Name: "New"}}, link: "a",
			state: ledger.StateMerged, contact: "b",
		},
		{name: "archived", contacts: []ledger.Contact{{ID: "a", Name: "Old", Archived: true}}, link: "a", state: ledger.StateArchived, contact: "a"},
		{
			name: "merged into an archived one", contacts: []ledger.Contact{{ID: "a", MergedTo: "b", Archived: true}, {ID: "b", Name: "New", Archived: true}}, link: "a",
			state: ledger.StateArchived, contact: "b",
		},
		{
			name: "gone, and another fits", contacts: []ledger.Contact{{ID: "b", Name: "Kauri Joinery"}}, link: "a",
			state: ledger.StateNone, contact: "a", choices: []ledger.ContactID{"b"},
		},
		{
			name: "exact by code and name, with all that agrees", contacts: []ledger.Contact{{
				ID: "a", Number: "kauri", Account: "KAURI", Name: "KAURI JOINERY LTD", Email: "accounts@kauri.example",
				Address: billing.Address{Lines: [4]string{"12 Tui St"}, PostalCode: "7010", City: "Elsewhere"},
			}},
			state: ledger.StateSuggested, contact: "a", exact: true, choices: []ledger.ContactID{"a"},
			evidence: []ledger.Evidence{ledger.SameCode, ledger.SameName, ledger.SameAccount, ledger.SameEmail, ledger.SameAddress},
		},
		{
			name: "exact by name, beside one that shares the e-mail", contacts: []ledger.Contact{{ID: "b", Name: "Rimu Ltd", Email: "accounts@kauri.example"}, {ID: "a", Name: "kauri joinery ltd"}},
			state: ledger.StateSuggested, contact: "a", exact: true, evidence: []ledger.Evidence{ledger.SameName}, choices: []ledger.ContactID{"a", "b"},
		},
		{
			name: "by the account number alone", contacts: []ledger.Contact{{ID: "a", Account: "kauri", Name: "Rimu Ltd"}},
			state: ledger.StateSuggested, contact: "a", evidence: []ledger.Evidence{ledger.SameAccount}, choices: []ledger.ContactID{"a"},
		},
		{
			name: "by the e-mail alone", contacts: []ledger.Contact{{ID: "a", Name: "Rimu Ltd", Email: " accounts@KAURI.example"}},
			state: ledger.StateSuggested, contact: "a", evidence: []ledger.Evidence{ledger.SameEmail}, choices: []ledger.ContactID{"a"},
		},
		{
			name: "an e-mail that everybody has says nothing", contacts: []ledger.Contact{
				{ID: "1", Name: "1", Email: "accounts@kauri.example"}, {ID: "2", Name: "2", Email: "accounts@kauri.example"},
				{ID: "3", Name: "3", Email: "accounts@kauri.example"}, {ID: "4", Name: "4", Email: "accounts@kauri.example"},
				{ID: "5", Name: "5", Email: "accounts@kauri.example"}, {ID: "6", Name: "6", Email: "accounts@kauri.example"},
			}, state: ledger.StateNone,
		},
		{
			name: "an address alone says nothing", contacts: []ledger.Contact{{ID: "a", Name: "Rimu Ltd", Address: billing.Address{Lines: [4]string{"12 Tui St"}, PostalCode: "7010"}}},
			state: ledger.StateNone,
		},
		{
			name: "several", contacts: []ledger.Contact{{ID: "a", Number: "KAURI", Name: "Kauri Farms"}, {ID: "b", Name: "Kauri Joinery Limited"}},
			state: ledger.StateSeveral, choices: []ledger.ContactID{"a", "b"},
		},
		{
			name: "two of one name by case", contacts: []ledger.Contact{{ID: "a", Name: "Kauri Joinery Ltd"}, {ID: "b", Name: "KAURI JOINERY LTD"}},
			state: ledger.StateSeveral, choices: []ledger.ContactID{"b", "a"},
		},
		{
			name: "the name is another client's", contacts: []ledger.Contact{{ID: other, Name: "Kauri Joinery Ltd"}},
			state: ledger.StateSuggested, contact: other, evidence: []ledger.Evidence{ledger.SameName}, choices: []ledger.ContactID{other},
		},
		{
			name: "of its name, merged into another", contacts: []ledger.Contact{{ID: "a", Name: "Kauri Joinery Ltd", Archived: true, MergedTo: "b"}, {ID: "b", Name: "Kauri Group"}},
			state: ledger.StateSuggested, contact: "b", evidence: []ledger.Evidence{ledger.MergedName}, choices: []ledger.ContactID{"b"},
		},
		{
			name: "of a like name, merged into another", contacts: []ledger.Contact{{ID: "a", Name: "Kauri Joinery", Archived: true, MergedTo: "b"}, {ID: "b", Name: "Kauri Group"}},
			state: ledger.StateSuggested, contact: "b", evidence: []ledger.Evidence{ledger.MergedName}, choices: []ledger.ContactID{"b"},
		},
		{
			name: "of its name, archived", contacts: []ledger.Contact{{ID: "a", Name: "Kauri Joinery Ltd", Archived: true}},
			state: ledger.StateArchived, contact: "a", evidence: []ledger.Evidence{ledger.SameName}, choices: []ledger.ContactID{"a"},
		},
		{
			name: "its number is an archived contact's", contacts: []ledger.Contact{{ID: "a", Number: "KAURI", Name: "Rimu Ltd", Archived: true}},
			state: ledger.StateArchived, contact: "a", evidence: []ledger.Evidence{ledger.SameCode}, choices: []ledger.ContactID{"a"},
		},
		{name: "refused by a person", contacts: []ledger.Contact{{ID: "a", Name: "Kauri Joinery"}}, refused: []ledger.ContactID{"a"}, state: ledger.StateNone},
		{
			name: "one of two refused", contacts: []ledger.Contact{{ID: "a", Name: "Kauri Joinery"}, {ID: "b", Name: "Kauri Joinery Limited"}}, refused: []ledger.ContactID{"a"},
			state: ledger.StateSuggested, contact: "b", evidence: []ledger.Evidence{ledger.SimilarName}, choices: []ledger.ContactID{"b"},
		},
		{
			name: "its very name can't be refused", contacts: []ledger.Contact{{ID: "a", Number: "OTHER", Name: "Kauri Joinery Ltd"}}, refused: []ledger.ContactID{"a"},
			state: ledger.StateSuggested, contact: "a", evidence: []ledger.Evidence{ledger.SameName}, choices: []ledger.ContactID{"a"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := ledger.NewDirectory(c.contacts...)
			d.Refuse(client.ID, c.refused...)
			d.Refuse("another", "a", "b")
			f := d.Find(client, c.link, func(id ledger.ContactID) bool { return id == other })
			var choices []ledger.ContactID
			for _, one := range f.Choices {
				choices = append(choices, one.Contact.ID)
				if one.Taken != (one.Contact.ID == other) {
					t.Errorf("it is told wrongly whether %s is another's", one.Contact.ID)
				}
			}
			type found struct {
				State    ledger.ContactState
				Contact  ledger.ContactID
				Evidence []ledger.Evidence
				Choices  []ledger.ContactID
				Exact    bool
			}
			want, got := found{c.state, c.contact, c.evidence, c.choices, c.exact}, found{f.State, f.Contact.ID, f.Evidence, choices, f.Exact}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			m := d.Match(client, c.link, func(id ledger.ContactID) bool { return id == other })
			likely := slices.ContainsFunc(f.Choices, func(c ledger.Candidate) bool { return c.Likely() && c.Contact.InUse() })
			if f.Exact != (m.Kind == ledger.Found) || f.State == ledger.StateNone && !f.Gone && m.Kind != ledger.None || likely && m.Kind == ledger.None {
				t.Errorf("an export finds kind %d", m.Kind)
			}
		})
	}
}

// TestTwinsAreAskedAbout has two contacts that look the same on screen. Which of them is meant
// nobody can tell from the name.
func TestTwinsAreAskedAbout(t *testing.T) {
	const composed, decomposed, unseen = "Café Kōwhai", "Cafe\u0301 Ko\u0304whai", "Café\u200b Kōwhai"
	for _, names := range [][2]string{{composed, decomposed}, {decomposed, composed}, {composed, unseen}} {
		for _, written := range names {
			d := ledger.NewDirectory(ledger.Contact{ID: "a", Name: names[0]}, ledger.Contact{ID: "b", Name: names[1]})
			client := billing.Client{ID: "cafe", Code: "CAFE", Name: written}
			if m, f := d.Match(client, "", nobody), d.Find(client, "", nobody); m.Kind != ledger.Ambiguous || f.State != ledger.StateSeveral || len(f.Choices) != 2 {
				t.Errorf("%+q among %+q: an export finds kind %d, and it is %+v", written, names, m.Kind, f)
			}
			d.Add(ledger.Contact{ID: "b", Name: names[1], Archived: true})
			d.Add(ledger.Contact{ID: "a", Name: names[0], Number: "CAFE"})
			if m := d.Match(client, "", nobody); written == names[0] && m.Kind != ledger.Found {
				t.Errorf("%+q: with number and name, an export finds kind %d", written, m.Kind)
			}
		}
	}
}

func TestARefusalHoldsForAnExport(t *testing.T) {
	client := billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery Ltd"}
	d := ledger.NewDirectory(ledger.Contact{ID: "a", Name: "Kauri Joinery Limited"}, ledger.Contact{ID: "b", Name: "Rimu", Account: "kauri"})
	d.Refuse(client.ID, "a")
	if m := d.Match(client, "", nobody); m.Kind != ledger.Ambiguous || len(m.Choices) != 1 || m.Choices[0].ID != "b" {
		t.Errorf("found %+v", m)
	}
	d.Refuse(client.ID, "b")
	if m := d.Match(client, "", nobody); m.Kind != ledger.None {
		t.Errorf("found %+v", m)
	}
}

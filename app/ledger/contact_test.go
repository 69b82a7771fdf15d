package ledger_test

import (
	"testing"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

func TestMatch(t *testing.T) {
	client := billing.Client{ID: "kauri", Code: "KAURI", Name: "Kauri Joinery Ltd"}
	const other = ledger.ContactID("held by another client")
	for _, c := range []struct {
		name     string
		contacts []ledger.Contact
		link     ledger.ContactID
		want     ledger.MatchKind
		contact  ledger.ContactID
	}{
		{"nothing fits", []ledger.Contact{{ID: "a", Name: "Kauri Ltd"}}, "", ledger.None, ""},
		{"the stored link", []ledger.Contact{{ID: "a", Name: "Renamed since"}, {ID: "b", Name: "Kauri Joinery Ltd"}}, "a", ledger.Linked, "a"},
		{"the stored link was merged, twice", []ledger.Contact{
			{ID: "a", Name: "Old", Archived: true, MergedTo: "b"}, {ID: "b", Name: "Older", Archived: true, MergedTo: "c"}, {ID: "c", Name: "New"},
		}, "a", ledger.Linked, "c"},
		{"the stored link is archived", []ledger.Contact{{ID: "a", Archived: true}}, "a", ledger.Archived, "a"},
		{"the stored link leads nowhere", []ledger.Contact{{ID: "b", Name: "Kauri Joinery Ltd"}}, "a", ledger.Gone, "a"},
		{"number and name agree", []ledger.Contact{{ID: "a", Number: "kauri", Name: "kauri  JOINERY ltd"}}, "", ledger.Found, "a"},
		{"the number is another's", []ledger.Contact{{ID: "a", Number: "KAURI", Name: "Kauri Farms"}}, "", ledger.Ambiguous, ""},
		{"number and name lead to two contacts", []ledger.Contact{{ID: "a", Number: "KAURI", Name: "Kauri Farms"}, {ID: "b", Name: "Kauri Joinery Ltd"}}, "", ledger.Ambiguous, ""},
		{"the numbered contact is archived", []ledger.Contact{{ID: "a", Number: "KAURI", Name: "Kauri Joinery Ltd", Archived: true}}, "", ledger.Archived, "a"},
		{"the name alone, in other case and spaces", []ledger.Contact{{ID: "a", Name: " KAURI joinery  Ltd"}}, "", ledger.Found, "a"},
		{"the name carries another number", []ledger.Contact{{ID: "a", Number: "K-7", Name: "Kauri Joinery Ltd"}}, "", ledger.Ambiguous, ""},
		{"the name is another client's contact", []ledger.Contact{{ID: other, Name: "Kauri Joinery Ltd"}}, "", ledger.Ambiguous, ""},
		{"the number is another client's contact", []ledger.Contact{{ID: other, Number: "KAURI", Name: "Kauri Joinery Ltd"}}, "", ledger.Ambiguous, ""},
		{"two of the name", []ledger.Contact{{ID: "a", Name: "Kauri Joinery Ltd"}, {ID: "b", Name: "kauri joinery ltd"}}, "", ledger.Ambiguous, ""},
		{"one of two is archived", []ledger.Contact{{ID: "a", Name: "Kauri Joinery Ltd", Archived: true}, {ID: "b", Name: "Kauri Joinery Ltd"}}, "", ledger.Found, "b"},
		{"archived by name", []ledger.Contact{{ID: "a", Name: "Kauri Joinery Ltd", Archived: true}}, "", ledger.Archived, "a"},
		{"a name with accents, beside one without", []ledger.Contact{{ID: "a", Name: "Kāuri Joinery Ltd"}}, "", ledger.Ambiguous, ""},
		{"the same name goes before one with accents", []ledger.Contact{{ID: "a", Name: "Kāuri Joinery Ltd"}, {ID: "b", Name: "Kauri Joinery Ltd"}}, "", ledger.Found, "b"},
		{"an archived name with accents", []ledger.Contact{{ID: "a", Name: "Kāuri Joinery Ltd", Archived: true}}, "", ledger.None, ""},
		{"merged by name into another name", []ledger.Contact{
			{ID: "a", Name: "Kauri Joinery Ltd", Archived: true, MergedTo: "b"}, {ID: "b", Name: "Kauri Group"},
		}, "", ledger.Ambiguous, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			linked := func(id ledger.ContactID) bool { return id == other }
			got := ledger.NewDirectory(c.contacts...).Match(client, c.link, linked)
			if got.Kind != c.want || got.Contact.ID != c.contact {
				t.Errorf("got kind %d, contact %q; want kind %d, contact %q", got.Kind, got.Contact.ID, c.want, c.contact)
			}
			if got.Kind == ledger.Ambiguous && len(got.Choices) == 0 {
				t.Error("ambiguous without a choice")
			}
		})
	}
}

func TestDirectoryTakesTheNewerOfAContact(t *testing.T) {
	d := ledger.NewDirectory(ledger.Contact{ID: "a", Number: "OLD", Name: "Old name"})
	d.Add(ledger.Contact{ID: "a", Number: "NEW", Name: "New name"})
	none := func(ledger.ContactID) bool { return false }
	if m := d.Match(billing.Client{Code: "OLD", Name: "Old name"}, "", none); m.Kind != ledger.None {
		t.Errorf("the old name and number still lead to %+v", m)
	}
	if m := d.Match(billing.Client{Code: "NEW", Name: "New name"}, "", none); m.Kind != ledger.Found {
		t.Errorf("the new name and number lead to %+v", m)
	}
}

func TestAMergeInACircleEnds(t *testing.T) {
	d := ledger.NewDirectory(
		ledger.Contact{ID: "a", MergedTo: "b", Archived: true}, ledger.Contact{ID: "b", MergedTo: "a", Archived: true})
	if c, ok := d.ByID("a"); !ok || !c.Archived {
		t.Errorf("got %+v, %v", c, ok)
	}
}

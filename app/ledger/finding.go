package ledger

import (
	"cmp"
	"slices"
	"strings"

	"feebridge/app/billing"
)

// ContactState is how a client stands with the contacts of an organisation.
type ContactState string

// The states.
const (
	StateLinked    ContactState = "linked"    // its invoices go to a contact in use
	StateSuggested ContactState = "suggested" // one contact may be its
	StateSeveral   ContactState = "several"   // more than one may be
	StateNone      ContactState = "none"      // nothing fits, or what it is linked with is gone
	StateArchived  ContactState = "archived"  // what it is linked with, or what fits, is archived
	StateMerged    ContactState = "merged"    // what it is linked with was merged into another, which its invoices go to
)

// Evidence is something that a contact and a client have in common.
type Evidence string

// The evidence, the strongest first.
const (
	SameCode    Evidence = "code"           // the contact number is the client's code
	SameName    Evidence = "name"           // but for case and spaces
	SameAccount Evidence = "account_number" // the account number is the client's code
	MergedName  Evidence = "merged"         // a contact with the client's name or code was merged into it
	SimilarName Evidence = "similar_name"   // but for accents, "Ltd" and "Limited" and the like
	SameEmail   Evidence = "email"
	SameAddress Evidence = "address"
)

// weights say how much each piece of evidence counts. What several clients may share, such as the
// e-mail of their bookkeeper, never counts as much as a name or a number.
var weights = map[Evidence]int{SameCode: 32, SameName: 32, SameAccount: 16, MergedName: 8, SimilarName: 8, SameEmail: 2, SameAddress: 1}

// strong is the least weight with which a contact is more than a guess.
const strong = 8

// Candidate is a contact that may be a client's.
type Candidate struct {
	Contact  Contact
	Evidence []Evidence // the strongest first
	Taken    bool       // another client is linked with it
}

func (c Candidate) weight() int {
	sum := 0
	for _, e := range c.Evidence {
		sum += weights[e]
	}
	return sum
}

// Likely reports whether it is more than a guess: no contact is created beside it without a person.
func (c Candidate) Likely() bool { return c.weight() >= strong }

// Finding is how a client stands with the contacts of an organisation, and what a person can choose
// from.
type Finding struct {
	State    ContactState
	Contact  Contact     // of all states but Several and None
	Evidence []Evidence  // that the contact is the client's
	Exact    bool        // Suggested: the next export would link it without asking
	Gone     bool        // None: Xero doesn't have the contact that the client is linked with
	Choices  []Candidate // those that may be its, the likeliest first
}

// mostSharing is how many contacts may have an e-mail address for it to say anything.
const mostSharing = 5

// Find tells how the client stands. What it suggests and an export would not link by itself is for a
// person to decide; link and linked are as in Match.
func (d *Directory) Find(client billing.Client, link ContactID, linked func(ContactID) bool) Finding {
	m := d.Match(client, link, linked)
	f := Finding{Contact: m.Contact, Choices: d.candidates(client, linked)}
	switch m.Kind {
	case Gone:
		f.State, f.Gone = StateNone, true
	case Archived:
		f.State = StateArchived
	case Linked:
		f.State = StateLinked
		if m.Contact.ID != link {
			f.State = StateMerged
		}
	case Found:
		f.State, f.Exact = StateSuggested, true
	default:
		f.State, f.Contact = stateOf(f.Choices)
	}
	f.Evidence = f.Contact.Evidence(client)
	for _, c := range f.Choices {
		if c.Contact.ID == f.Contact.ID {
			f.Evidence = c.Evidence
		}
	}
	return f
}

// stateOf says what follows from the candidates of a client that is linked with none.
func stateOf(all []Candidate) (ContactState, Contact) {
	var likely, usable []Candidate
	for _, c := range all {
		if !c.Contact.InUse() {
			continue
		}
		usable = append(usable, c)
		if c.Likely() {
			likely = append(likely, c)
		}
	}
	if len(likely) == 0 {
		likely = usable
	}
	switch {
	case len(likely) > 1:
		return StateSeveral, Contact{}
	case len(likely) == 1:
		return StateSuggested, likely[0].Contact
	case len(all) > 0:
		return StateArchived, all[0].Contact
	}
	return StateNone, Contact{}
}

// candidates returns the contacts that may be the client's. One that is archived is among them only
// where its number or name keeps another from being created.
func (d *Directory) candidates(client billing.Client, linked func(ContactID) bool) []Candidate {
	var all []Candidate
	add := func(found Contact) {
		c, _ := d.ByID(found.ID)
		why := c.Evidence(client)
		if c.ID != found.ID && (found.Number != "" && strings.EqualFold(found.Number, client.Code) || AlikeName(found.Name) == AlikeName(client.Name)) {
			why = append(why, MergedName)
		}
		same := slices.Contains(why, SameCode) || slices.Contains(why, SameName)
		if !same && (!c.InUse() || d.refused[refusal{client.ID, c.ID}]) ||
			slices.ContainsFunc(all, func(o Candidate) bool { return o.Contact.ID == c.ID }) {
			return
		}
		slices.SortStableFunc(why, func(a, b Evidence) int { return weights[b] - weights[a] })
		all = append(all, Candidate{c, why, linked(c.ID)})
	}
	if c, numbered := d.byNumber[strings.ToLower(client.Code)]; numbered {
		add(c)
	}
	sharing := d.byEmail[foldEmail(client.Email)]
	if len(sharing) > mostSharing {
		sharing = nil
	}
	for _, c := range slices.Concat(d.byName[AlikeName(client.Name)], d.account[strings.ToLower(client.Code)], sharing) {
		add(c)
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		return cmp.Or(b.weight()-a.weight(), cmp.Compare(a.Contact.Name, b.Contact.Name), cmp.Compare(a.Contact.ID, b.Contact.ID))
	})
	return all
}

// Evidence returns what a contact and a client have in common, the strongest first.
func (c Contact) Evidence(client billing.Client) []Evidence {
	if c.ID == "" {
		return nil
	}
	var all []Evidence
	if c.Number != "" && strings.EqualFold(c.Number, client.Code) {
		all = append(all, SameCode)
	}
	sameName := billing.FoldName(c.Name) == billing.FoldName(client.Name)
	if sameName {
		all = append(all, SameName)
	}
	if c.Account != "" && strings.EqualFold(c.Account, client.Code) {
		all = append(all, SameAccount)
	}
	if !sameName && AlikeName(c.Name) == AlikeName(client.Name) {
		all = append(all, SimilarName)
	}
	if client.Email != "" && foldEmail(c.Email) == foldEmail(client.Email) {
		all = append(all, SameEmail)
	}
	if key := addressKey(client.Address); key != "" && addressKey(c.Address) == key {
		all = append(all, SameAddress)
	}
	return all
}

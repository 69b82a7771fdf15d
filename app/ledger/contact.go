package ledger

import (
	"slices"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// Contact is a contact in Xero.
type Contact struct {
	ID       ContactID
	Number   string // ContactNumber; "" for none
	Account  string // AccountNumber, which people type in Xero; "" for none
	Name     string
	Email    string
	Address  billing.Address
	Archived bool
	MergedTo ContactID // "" unless it was merged into another
	Updated  time.Time // when it was last changed, on Xero's clock
}

// InUse reports whether invoices can go to it.
func (c Contact) InUse() bool { return !c.Archived && c.MergedTo == "" }

// ContactQuery asks for contacts. With none of the three it asks for all of them;
// archived and merged contacts are always included.
type ContactQuery struct {
	IDs     []ContactID
	Names   []string
	Numbers []string
}

// All reports whether it asks for all contacts.
func (q ContactQuery) All() bool { return len(q.IDs)+len(q.Names)+len(q.Numbers) == 0 }

// Contacts are the contacts of an organisation that changed since a moment, or all of them.
type Contacts struct {
	All  []Contact
	Made time.Time // when Xero told of them, on its clock; zero where it did not say
}

// Match is what was found for a client among the contacts of an organisation.
type Match struct {
	Kind    MatchKind
	Contact Contact   // of Linked, Found and Archived; of Gone, its ID alone
	Choices []Contact // of Ambiguous
}

// MatchKind tells the ways a search for a client's contact can end.
type MatchKind uint8

// The ways a search ends.
const (
	None      MatchKind = iota // nothing fits: a contact is to be created
	Linked                     // the stored link holds, or was followed to where it was merged
	Found                      // a contact with the client's code or name
	Archived                   // what fits is archived: Xero takes no invoices for it
	Ambiguous                  // several fit, or one fits in part: a person decides
	Gone                       // the stored link leads to a contact that Xero does not have
)

// Message says why no invoice can go to the contact that was found; it is meant for
// Archived, Ambiguous and Gone.
func (m Match) Message() Message {
	switch m.Kind {
	case Archived:
		return Message{Text: translations.Text("xero-says.contact-archived"), Cause: ContactArchived}
	case Gone:
		return Message{Text: translations.Text("message.contact-gone"), Cause: ContactUnknown}
	}
	names := ""
	for i, c := range m.Choices {
		name := translations.Quoted(c.Name)
		if c.Number != "" {
			name += " (" + c.Number + ")"
		}
		if i > 0 {
			name = translations.Text("message.or", "First", names, "Last", name)
		}
		names = name
	}
	return Message{Text: translations.Text("message.which-contact", "Count", len(m.Choices), "Contacts", names), Cause: ContactAmbiguous}
}

// Directory finds the contacts of an organisation by what they have in common with a client.
type Directory struct {
	byID     map[ContactID]Contact
	byNumber map[string]Contact
	byName   index // by the alike name: who has the same name is among them
	byEmail  index
	account  index // by AccountNumber
	refused  map[refusal]bool
}

// index holds the contacts that have something, which is the key, in the order in which they came.
type index map[string][]Contact

// put takes out what was known of a contact under one key, and puts it under another.
func (x index) put(old string, c Contact, key string) {
	if old != "" {
		x[old] = slices.DeleteFunc(x[old], func(o Contact) bool { return o.ID == c.ID })
	}
	if key != "" {
		x[key] = append(x[key], c)
	}
}

// refusal is a contact that a person said is not the client's.
type refusal struct {
	client  billing.ClientID
	contact ContactID
}

// NewDirectory returns a directory of the contacts.
func NewDirectory(contacts ...Contact) *Directory {
	d := &Directory{
		byID: make(map[ContactID]Contact, len(contacts)), byNumber: map[string]Contact{},
		byName: make(index, len(contacts)), byEmail: index{}, account: index{}, refused: map[refusal]bool{},
	}
	for _, c := range contacts {
		d.Add(c)
	}
	return d
}

// Add adds a contact, in place of what was known of it before.
func (d *Directory) Add(c Contact) {
	old := d.byID[c.ID]
	if n := strings.ToLower(old.Number); n != "" && d.byNumber[n].ID == c.ID {
		delete(d.byNumber, n)
	}
	d.byID[c.ID] = c
	if c.Number != "" {
		d.byNumber[strings.ToLower(c.Number)] = c
	}
	d.byName.put(AlikeName(old.Name), c, AlikeName(c.Name))
	d.byEmail.put(foldEmail(old.Email), c, foldEmail(c.Email))
	d.account.put(strings.ToLower(old.Account), c, strings.ToLower(c.Account))
}

// Has reports whether the directory has the contact.
func (d *Directory) Has(id ContactID) bool {
	_, has := d.byID[id]
	return has
}

// Refuse keeps contacts from being suggested for a client, as a person said that they are others.
// Names and numbers that are the same still are: Xero takes each only once.
func (d *Directory) Refuse(client billing.ClientID, contacts ...ContactID) {
	for _, c := range contacts {
		d.refused[refusal{client, c}] = true
	}
}

// ByID returns the contact, followed through merges to the one that is in use now.
func (d *Directory) ByID(id ContactID) (Contact, bool) {
	c, ok := d.byID[id]
	for hops := 0; ok && c.MergedTo != "" && hops < 10; hops++ {
		next, there := d.byID[c.MergedTo]
		if !there {
			break
		}
		c = next
	}
	return c, ok
}

// Match finds the client's contact: by its stored link; else by its code as contact
// number, if the name agrees too; else by its name, if that is unique, active, carries
// no other contact number and is not linked to another client. A name that only looks the
// same is for a person to decide, and so is an account number that is the client's code.
// linked says which other client holds a contact; link is "" when nothing is stored.
func (d *Directory) Match(client billing.Client, link ContactID, linked func(ContactID) bool) Match {
	if link != "" {
		c, ok := d.ByID(link)
		switch {
		case !ok:
			return Match{Kind: Gone, Contact: Contact{ID: link}}
		case c.Archived:
			return Match{Kind: Archived, Contact: c}
		}
		return Match{Kind: Linked, Contact: c}
	}
	name := billing.FoldName(client.Name)
	numbered, hasNumber := d.byNumber[strings.ToLower(client.Code)]
	if hasNumber {
		numbered, _ = d.ByID(numbered.ID)
		switch {
		case billing.FoldName(numbered.Name) != name || linked(numbered.ID):
			return Match{Kind: Ambiguous, Choices: append([]Contact{numbered}, d.active(client.Name)...)}
		case numbered.Archived:
			return Match{Kind: Archived, Contact: numbered}
		default:
			return Match{Kind: Found, Contact: numbered}
		}
	}
	active := d.active(client.Name)
	named := d.named(client.Name)
	switch {
	case len(active) == 1 && active[0].Number == "" && !linked(active[0].ID) && !d.hasTwin(active[0]):
		return Match{Kind: Found, Contact: active[0]}
	case len(active) > 0:
		return Match{Kind: Ambiguous, Choices: active}
	case len(named) > 0:
		c, _ := d.ByID(named[0].ID)
		if !c.Archived {
			return Match{Kind: Ambiguous, Choices: []Contact{c}}
		}
		return Match{Kind: Archived, Contact: c}
	}
	if near := d.near(client); len(near) > 0 {
		return Match{Kind: Ambiguous, Choices: near}
	}
	return Match{Kind: None}
}

// MatchEach finds the contacts of clients, in this order: the contact that one was found is no
// other's. links are the stored ones of all clients.
func (d *Directory) MatchEach(clients []billing.Client, links map[billing.ClientID]ContactID) map[billing.ClientID]Match {
	holder := map[ContactID]billing.ClientID{} // whose contact it is
	for client, contact := range links {
		holder[contact] = client
	}
	matches := make(map[billing.ClientID]Match, len(clients))
	for _, c := range clients {
		m := d.Match(c, links[c.ID], func(id ContactID) bool {
			other, taken := holder[id]
			return taken && other != c.ID
		})
		if m.Kind == Linked || m.Kind == Found {
			holder[m.Contact.ID] = c.ID
		}
		matches[c.ID] = m
	}
	return matches
}

// Created returns the contact that is created for a client which has none, and what Xero would
// refuse of it.
func Created(c billing.Client) (NewContact, []Message) {
	n := NewContact{Client: c.ID, Number: c.Code, Name: strings.Join(strings.Fields(c.Name), " "), Email: c.Email, Address: c.Address}
	var found []Message
	for _, check := range []struct {
		cause Cause
		err   error
	}{{ClientIncomplete, c.CheckIdentity()}, {EmailInvalid, billing.CheckEmail(c.Email)}, {AddressInvalid, c.Address.Check()}} {
		if check.err != nil {
			found = append(found, Message{Text: translations.Text("problem.as-told", "Problem", check.err), Cause: check.cause})
		}
	}
	return n, found
}

// Distinct leaves out what has the name or the number of one before it, or a name that only looks the same: Xero
// takes each once, and a person decides about the other.
func Distinct(all []NewContact) []NewContact {
	seen := map[string]bool{}
	var once []NewContact
	for _, c := range all {
		name, number := "name "+AlikeName(c.Name), "number "+strings.ToLower(c.Number)
		if !seen[name] && !seen[number] {
			once = append(once, c)
		}
		seen[name], seen[number] = true, true
	}
	return once
}

// near returns the contacts in use that may be the client's by their name or account number, and
// that nobody said are others. None is created beside them without a person.
func (d *Directory) near(client billing.Client) []Contact {
	var near []Contact
	for _, c := range slices.Concat(d.byName[AlikeName(client.Name)], d.account[strings.ToLower(client.Code)]) {
		c, _ = d.ByID(c.ID)
		if c.InUse() && !d.refused[refusal{client.ID, c.ID}] && !slices.Contains(near, c) {
			near = append(near, c)
		}
	}
	return near
}

// hasTwin reports whether another contact in use has a name that nobody can tell from the contact's.
func (d *Directory) hasTwin(c Contact) bool {
	return slices.ContainsFunc(d.byName[AlikeName(c.Name)], func(o Contact) bool {
		return o.ID != c.ID && o.InUse() && drawnAlike(o.Name) == drawnAlike(c.Name)
	})
}

// named returns the contacts of a name, and active those of them that are in use.
func (d *Directory) named(name string) []Contact {
	var found []Contact
	for _, c := range d.byName[AlikeName(name)] {
		if billing.FoldName(c.Name) == billing.FoldName(name) {
			found = append(found, c)
		}
	}
	return found
}

func (d *Directory) active(name string) []Contact { return inUse(d.named(name)) }

func inUse(all []Contact) []Contact {
	return slices.DeleteFunc(slices.Clone(all), func(c Contact) bool { return !c.InUse() })
}

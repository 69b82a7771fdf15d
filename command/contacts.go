package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

var contactsCommand = command{
	name: "contacts", args: "[link CLIENT CONTACT-ID | unlink CLIENT | create CLIENT | accept --exact]",
	about: "list each client with its contact in Xero, or decide which contact it is; CLIENT is the client's code",
	prepare: func(flags *flag.FlagSet) runner {
		var f contactsFlags
		flags.BoolVar(&f.exact, "exact", false, "with accept: link every client with the one contact that an export would link it with")
		flags.BoolVar(&f.different, "different", false, "with create: none of the contacts that may be the client's is")
		return f.run
	},
}

type contactsFlags struct{ exact, different bool }

// contactJSON is a client and how it stands with the contacts of the organisation that its invoices go to.
type contactJSON struct {
	Client       string              `json:"client"` // its code
	Name         string              `json:"name"`
	Organisation string              `json:"organisation"`
	State        ledger.ContactState `json:"state"`
	Contact      string              `json:"contact"` // the name of the one that is linked, suggested or archived
	ContactID    ledger.ContactID    `json:"contact_id"`
	Evidence     []ledger.Evidence   `json:"evidence"`
	Exact        bool                `json:"exact"` // the next export would link it
	Choices      []choiceJSON        `json:"choices"`
	Messages     []string            `json:"messages"` // why no contact was created
}

type choiceJSON struct {
	ID       ledger.ContactID  `json:"id"`
	Name     string            `json:"name"`
	Number   string            `json:"number"`
	Email    string            `json:"email"`
	Archived bool              `json:"archived"`
	Evidence []ledger.Evidence `json:"evidence"`
}

func (f *contactsFlags) run(ctx context.Context, s *session, words []string) error {
	do, words, err := f.errand(words)
	if err != nil {
		return err
	}
	if err := s.openConnected(ctx); err != nil {
		return err
	}
	if do == "" {
		return f.list(ctx, s)
	}
	if do == "accept" {
		return f.accept(ctx, s)
	}
	client, err := s.client(ctx, words[0])
	if err != nil {
		return err
	}
	switch do {
	case "link":
		err = f.link(ctx, s, client, ledger.ContactID(words[1]))
	case "unlink":
		err = s.app.UnlinkContact(ctx, s.me, client.ID)
	case "create":
		err = f.create(ctx, s, client)
	}
	if err != nil {
		return err
	}
	return s.printClient(ctx, client.ID)
}

// errand returns what is to be done, and to what.
func (f *contactsFlags) errand(words []string) (do string, rest []string, _ error) {
	takes := map[string]int{"link": 2, "unlink": 1, "create": 1, "accept": 0}
	if len(words) > 0 {
		do, rest = words[0], words[1:]
	}
	n, known := takes[do]
	switch {
	case do == "" && (f.exact || f.different), f.exact && do != "accept", f.different && do != "create":
		return do, rest, misused("--exact goes with accept, and --different with create.")
	case do == "":
		return do, rest, nil
	case !known || len(rest) != n:
		return do, rest, misused("Use contacts alone, or with link CLIENT CONTACT-ID, unlink CLIENT, create CLIENT, or accept --exact.")
	case do == "accept" && !f.exact:
		return do, rest, misused("accept goes with --exact: it links only clients of which one contact has the same name, or name and code.")
	}
	return do, rest, nil
}

// list prints every client that isn't archived, with what Xero has now; where Xero can't be asked, with what it had when it
// was asked last.
func (f *contactsFlags) list(ctx context.Context, s *session) error {
	unread := s.app.RefreshContacts(ctx, true)
	all, err := s.app.ClientContacts(ctx, s.me)
	if err != nil {
		return err
	}
	for _, c := range all {
		if !c.Client.Archived {
			s.printContact(c)
		}
	}
	return unread
}

// accept links the clients that have exact matches.
func (f *contactsFlags) accept(ctx context.Context, s *session) error {
	if err := s.app.RefreshContacts(ctx, true); err != nil {
		return err
	}
	all, err := s.app.ClientContacts(ctx, s.me)
	if err != nil {
		return err
	}
	exact := slices.DeleteFunc(all, func(c app.ClientContact) bool { return !c.Found.Exact || c.Client.Archived })
	accepted, err := s.app.AcceptContacts(ctx, s.me, exact)
	if err != nil {
		return err
	}
	for _, c := range accepted {
		if err := s.printClient(ctx, c.Client.ID); err != nil {
			return err
		}
	}
	if len(accepted) == 0 {
		s.say("No client has an exact match that isn't linked yet.")
	}
	return nil
}

func (f *contactsFlags) link(ctx context.Context, s *session, client billing.Client, id ledger.ContactID) error {
	to, err := s.app.ContactByID(ctx, s.me, client.ID, id)
	if err != nil {
		return err
	}
	return s.app.LinkContact(ctx, s.me, client.ID, to)
}

// create has a contact created, and waits for it.
func (f *contactsFlags) create(ctx context.Context, s *session, client billing.Client) error {
	if err := s.app.RefreshContacts(ctx, true); err != nil {
		return err
	}
	if err := s.app.CreateContact(ctx, s.me, client.ID, f.different); err != nil {
		if e, ok := errors.AsType[*app.Error](err); ok && e.Key == "refused.contact-perhaps" {
			return &advised{err, fmt.Sprintf("Run \"feebridge contacts\" to see them, and \"feebridge contacts create %s --different\" if none is the client's.", client.Code)}
		}
		return err
	}
	c, err := s.app.ClientContact(ctx, s.me, client.ID)
	if err != nil {
		return err
	}
	return s.app.FinishContact(ctx, c.Organisation.Tenant.ID, client.ID, s.Patience)
}

// printClient prints how a client stands now. One whose contact was not created ends the command with 1.
func (s *session) printClient(ctx context.Context, client billing.ClientID) error {
	c, err := s.app.ClientContact(ctx, s.me, client)
	if err != nil {
		return err
	}
	s.printContact(c)
	if len(c.Creation.Messages) > 0 {
		return errSomeFailed
	}
	return nil
}

func (s *session) printContact(c app.ClientContact) {
	line := contactJSON{
		Client: c.Client.Code, Name: c.Client.Name, Organisation: c.Organisation.Tenant.Name, State: c.Found.State,
		Contact: c.Found.Contact.Name, ContactID: c.Found.Contact.ID, Evidence: listed(c.Found.Evidence), Exact: c.Found.Exact,
		Choices: []choiceJSON{}, Messages: texts(c.Creation.Messages),
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "%-14s %-32.32s %-10s %s", fold(line.Client), fold(line.Name), line.State, fold(line.Contact))
	for _, one := range c.Found.Choices {
		n := one.Contact
		line.Choices = append(line.Choices, choiceJSON{n.ID, n.Name, n.Number, n.Email, n.Archived, listed(one.Evidence)})
		if c.ToMatch() {
			fmt.Fprintf(text, "\n  %s  %-32.32s %s", n.ID, fold(n.Name), evidenceText(one))
		}
	}
	for _, m := range line.Messages {
		fmt.Fprintf(text, "\n  No contact was created: %s", fold(m))
	}
	s.print(line, "%s", paragraph(text.String()))
}

// listed is an empty list, and never none.
func listed(all []ledger.Evidence) []ledger.Evidence { return append([]ledger.Evidence{}, all...) }

// evidenceText says why a contact may be the client's.
func evidenceText(c ledger.Candidate) string {
	words := make([]string, len(c.Evidence))
	for i, e := range c.Evidence {
		words[i] = evidenceWords[e]
	}
	text := strings.Join(words, ", ")
	if c.Contact.Archived {
		text += "; archived"
	}
	if c.Taken {
		text += "; another client uses it"
	}
	return text
}

var evidenceWords = map[ledger.Evidence]string{
	ledger.SameCode: "same code", ledger.SameName: "same name", ledger.SameAccount: "same account number", ledger.MergedName: "merged",
	ledger.SimilarName: "similar name", ledger.SameEmail: "same email", ledger.SameAddress: "same address",
}

// client returns the client with a code.
func (s *session) client(ctx context.Context, code string) (billing.Client, error) {
	all, err := s.app.Clients(ctx, s.me)
	if err != nil {
		return billing.Client{}, err
	}
	c, ok := named(all, code, func(c billing.Client) string { return c.Code })
	if !ok {
		return c, app.Errorf(app.NotFound, "command.no-client", "Code", translations.Quoted(code))
	}
	return c, nil
}

package outbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// contacts is the kind of request that creates contacts in Xero, and what a sender knows of the
// contacts that there are.
type contacts struct {
	*sender

	directory *ledger.Directory
	looked    map[billing.ClientID]bool             // clients that the directory was asked for
	complete  bool                                  // the directory has every contact
	rejected  map[billing.ClientID][]ledger.Message // why Xero did not create the contact
	most      int                                   // members of the next request
	anew      map[billing.ClientID]bool             // clients for which a person wants a contact, whatever is archived
}

func newContacts(s *sender) *contacts {
	k := &contacts{sender: s, rejected: map[billing.ClientID][]ledger.Message{}, most: maxMembers}
	k.forget()
	return k
}

// forget makes the next plan read the contacts again.
func (k *contacts) forget() {
	k.directory, k.looked, k.complete = ledger.NewDirectory(), map[billing.ClientID]bool{}, false
}

// find returns the contact of each client that has one, and why others cannot have one. A contact
// that is missing is put on disk to be created, and its client's invoices wait until it is.
func (k *contacts) find(ctx context.Context, clients []billing.Client) (found map[billing.ClientID]ledger.Contact, stopped map[billing.ClientID][]ledger.Message, err error) {
	var links map[billing.ClientID]app.Link
	err = k.store.Look(ctx, func(r Reader) (err error) {
		links, err = r.Links(k.tenant)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if err := k.read(ctx, clients, links); err != nil {
		return nil, nil, err
	}
	found, stopped = map[billing.ClientID]ledger.Contact{}, map[billing.ClientID][]ledger.Message{}
	var missing []ledger.NewContact
	matches := k.directory.MatchEach(clients, app.ContactsOf(links))
	for _, c := range clients {
		m := matches[c.ID]
		if m.Kind == ledger.Archived && k.anew[c.ID] && links[c.ID].Contact == "" && !strings.EqualFold(m.Contact.Number, c.Code) {
			m.Kind = ledger.None
		}
		switch m.Kind {
		case ledger.Linked, ledger.Found:
			found[c.ID] = m.Contact
		case ledger.None:
			created, refused := ledger.Created(c)
			if rejected := k.rejected[c.ID]; rejected != nil {
				refused = rejected
			}
			if refused != nil {
				stopped[c.ID] = refused
				continue
			}
			missing = append(missing, created)
		default:
			stopped[c.ID] = []ledger.Message{m.Message()}
		}
	}
	found, err = k.keep(ctx, clients, links, found, missing)
	return found, stopped, err
}

// told forgets why Xero did not create the contacts of jobs that were told so: who mends it and
// exports again has it tried again.
func (k *contacts) told(jobs []job) {
	for _, j := range jobs {
		delete(k.rejected, j.client.ID)
	}
}

// read makes sure that the directory has whatever may be a contact of the clients.
func (k *contacts) read(ctx context.Context, clients []billing.Client, links map[billing.ClientID]app.Link) error {
	var unknown []billing.Client
	for _, c := range clients {
		if !k.complete && !k.looked[c.ID] {
			unknown = append(unknown, c)
		}
	}
	all, err := k.app.ReadContacts(ctx, k.tenant, k.directory, unknown, links)
	if err != nil {
		return err
	}
	k.complete = k.complete || all
	for _, c := range unknown {
		k.looked[c.ID] = true
	}
	return nil
}

// keep keeps the links that were found, and puts the creation of the missing contacts on disk. It
// returns what was found less what a person linked otherwise meanwhile.
func (k *contacts) keep(
	ctx context.Context, clients []billing.Client, links map[billing.ClientID]app.Link,
	found map[billing.ClientID]ledger.Contact, missing []ledger.NewContact,
) (kept map[billing.ClientID]ledger.Contact, err error) {
	// Of several with one name the first is created, and the next plan decides about the others.
	payloads, err := k.books.PrepareContacts(ledger.Distinct(missing), k.most)
	if err != nil {
		return nil, err
	}
	err = k.decide(ctx, func(tx Tx, e *effects) error {
		now, err := tx.Links(k.tenant)
		if err != nil {
			return err
		}
		kept = map[billing.ClientID]ledger.Contact{}
		for _, c := range clients {
			contact, ok := found[c.ID]
			if now[c.ID].Contact != links[c.ID].Contact { // a person chose another meanwhile: the next plan follows
				e.then(func() { delete(k.looked, c.ID) })
				continue
			}
			if !ok {
				continue
			}
			if kept[c.ID] = contact; links[c.ID].Contact == contact.ID {
				continue
			}
			how := app.LinkedByName
			if contact.Number != "" {
				how = app.LinkedByNumber
			}
			e.link(c.ID, contact, how)
		}
		for _, p := range payloads {
			if !anyLinked(now, p.Members) { // else a person chose the contact of one meanwhile: the others wait for the next plan
				e.batches = append(e.batches, k.request(p))
			}
		}
		return nil
	})
	return kept, err
}

// anyLinked reports whether one of the clients has a contact.
func anyLinked(links map[billing.ClientID]app.Link, clients []string) bool {
	return slices.ContainsFunc(clients, func(c string) bool { return links[billing.ClientID(c)].Contact != "" })
}

// link ties a client to a contact, by Feebridge's own doing. A contact that a person wanted for it is there then.
func (e *effects) link(client billing.ClientID, c ledger.Contact, how app.LinkHow) {
	e.links[client] = app.Link{Contact: c.ID, Name: c.Name, How: how, At: e.now}
	e.created = append(e.created, client)
	e.record(staff.AuditLinkContact, "client", string(client), "", c.Name)
}

// pendingContacts returns the clients whose contact is being created.
func pendingContacts(r Reader, t ledger.TenantID) ([]billing.ClientID, error) {
	batches, err := r.Batches(t, app.Ready, app.Sending, app.Lost)
	var pending []billing.ClientID
	for _, b := range batches {
		if b.Kind != app.ContactBatch {
			continue
		}
		for _, m := range b.Members {
			pending = append(pending, billing.ClientID(m))
		}
	}
	return pending, err
}

// unwanted implements kind. A contact is not created that a person chose meanwhile, or that only
// stale runs wait for.
func (k *contacts) unwanted(r Reader, batches []app.Batch, stale map[app.RunID]bool) (map[app.BatchID]bool, error) {
	links, err := r.Links(k.tenant)
	if err != nil {
		return nil, err
	}
	unwanted := map[app.BatchID]bool{}
	for _, b := range batches {
		unwanted[b.ID] = b.Tries == 0 && anyLinked(links, b.Members)
	}
	if len(stale) == 0 {
		return unwanted, nil
	}
	live, _, err := runsOf(r, k.tenant, app.ExportRun, time.Now())
	if err != nil {
		return nil, err
	}
	waiting, err := r.WaitingClients(Waiting{Tenant: k.tenant, Runs: live})
	if err != nil {
		return nil, err
	}
	creations, err := r.Creations(k.tenant)
	if err != nil {
		return nil, err
	}
	for _, c := range creations {
		if underWay(c) {
			waiting = append(waiting, c.Client)
		}
	}
	for _, b := range batches {
		if slices.ContainsFunc(b.Members, func(c string) bool { return !slices.Contains(waiting, billing.ClientID(c)) }) {
			unwanted[b.ID] = true
		}
	}
	return unwanted, nil
}

// members implements kind.
func (k *contacts) members(r Reader, batches []app.Batch) (map[app.BatchID][]member, error) {
	links, err := r.Links(k.tenant)
	by := map[app.BatchID][]member{}
	for _, b := range batches {
		by[b.ID] = []member{creation{k, links}}
	}
	return by, err
}

// look implements kind. Names and numbers are unique in Xero: the next plan finds what was
// created.
func (k *contacts) look(context.Context, []app.Batch) (reading, error) { return reading{}, nil }

// creation is the creation of all the contacts in a request.
type creation struct {
	kind  *contacts
	links map[billing.ClientID]app.Link // as they are now
}

// heard implements member: the client keeps its contact, and not how it came by it.
func (m creation) heard(time.Time, string) member { return m }

// claim implements member.
func (creation) claim(*effects, app.Batch) error { return nil }

// settle implements member. It links the clients whose contacts were created. What Xero refused is
// remembered for the plan that follows; a name or number that is taken is looked up again.
func (m creation) settle(e *effects, b app.Batch, said map[string]ledger.Outcome) ([]string, error) {
	k := m.kind
	var unclear []string
	for _, name := range b.Members {
		client, o := billing.ClientID(name), said[name]
		switch o.Verdict {
		case ledger.Accepted:
			if m.links[client].Contact != "" {
				e.then(k.forget) // a person chose another meanwhile
				continue
			}
			e.link(client, o.Contact, app.LinkedCreated)
			e.contacts = append(e.contacts, o.Contact)
			e.then(func() { k.directory.Add(o.Contact) })
		case ledger.Rejected:
			e.then(func() { k.rejected[client] = o.Messages })
			if ledger.HasCause(o.Messages, ledger.ContactTaken) {
				e.then(k.forget)
			}
		default:
			unclear = append(unclear, name)
		}
	}
	if len(unclear) > 0 {
		e.then(k.forget)
		m.uncreated(e, unclear)
	} else {
		e.then(func() { k.most = min(2*k.most, maxMembers) })
	}
	return nil, nil
}

// lose implements member.
func (creation) lose(*effects) error { return nil }

// unsend implements member.
func (m creation) unsend(e *effects, b app.Batch, refused []ledger.Message) error {
	if refused == nil {
		return nil
	}
	if len(b.Members) == 1 {
		e.then(func() { m.kind.rejected[billing.ClientID(b.Members[0])] = refused })
	}
	e.then(func() { m.kind.most = max(1, len(b.Members)/2) })
	return nil
}

// adopt implements member.
func (m creation) adopt(e *effects, b app.Batch, _ reading, again resend) error {
	e.then(m.kind.forget)
	if again.wait {
		e.then(again.park)
		return nil
	}
	m.uncreated(e, b.Members)
	return nil
}

// uncreated makes the next plan create what is still missing in smaller requests, until
// the one that Xero fails on fails alone.
func (m creation) uncreated(e *effects, members []string) {
	k := m.kind
	if len(members) > 1 {
		e.then(func() { k.most = (len(members) + 1) / 2 })
		return
	}
	if k.lostAgain(e, members[0]) {
		e.then(func() { k.rejected[billing.ClientID(members[0])] = []ledger.Message{failsAgain} })
	}
}

// followMergesOf reads where the contacts went that the exports were sent to, if Xero has
// them with another now.
func (k *contacts) followMergesOf(ctx context.Context, sent []app.Export, byMark map[string]ledger.Standing) error {
	var moved []ledger.ContactID
	for _, e := range sent {
		if st, found := byMark[app.MarkKey(e.Mark)]; found && e.Contact != "" && st.Contact != e.Contact {
			moved = append(moved, e.Contact)
		}
	}
	return k.followMerges(ctx, k.tenant, k.directory, moved)
}

// followMergesAmong also follows invoices that bear no mark and may be what was sent: those that have the number of an
// export and, where marks do not survive, all of them.
func (k *contacts) followMergesAmong(ctx context.Context, sent []app.Export, found reading) error {
	var moved []ledger.ContactID
	for _, e := range sent {
		if _, known := found.byMark[app.MarkKey(e.Mark)]; known || e.Contact == "" {
			continue
		}
		for _, st := range found.others {
			if st.Contact != e.Contact && (!found.marks.Survive() || st.Number.Fold() == e.Number.Fold()) {
				moved = append(moved, e.Contact)
				break
			}
		}
	}
	if err := k.followMergesOf(ctx, sent, found.byMark); err != nil {
		return err
	}
	return k.followMerges(ctx, k.tenant, k.directory, moved)
}

// followMerges reads where the contacts went that exports were sent to, if Xero has them with
// another now: they may have been merged. It puts what it reads into the directory.
func (o *Outbox) followMerges(ctx context.Context, t ledger.TenantID, directory *ledger.Directory, moved []ledger.ContactID) error {
	if len(moved) == 0 {
		return nil
	}
	for c, err := range o.books.Contacts(ctx, t, ledger.ContactQuery{IDs: app.Distinct(moved)}) {
		if err != nil {
			return err
		}
		directory.Add(c)
	}
	return nil
}

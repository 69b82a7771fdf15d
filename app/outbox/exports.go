package app

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// planAtOnce is how many waiting exports are looked at in one go: enough batches to
// keep every allowed call busy, and few enough to hold them in memory.
const planAtOnce = 1000

// few is how many clients are looked up one by one; for more it takes fewer calls to
// read every contact.
const few = 4

// job is a waiting export with what it is about.
type job struct {
	export  Export
	invoice billing.Invoice
	client  billing.Client
}

// plan checks waiting exports, finds or creates their contacts, and puts the requests
// on disk. It reports whether it changed anything.
func (s *sender) plan(ctx context.Context) (bool, error) {
	jobs, denied, err := s.waiting(ctx)
	if err != nil || len(jobs)+len(denied) == 0 {
		return false, err
	}
	if len(denied) > 0 {
		return true, s.refuse(ctx, denied)
	}
	if err := s.readChart(ctx); err != nil {
		return false, err
	}
	refusals, writes, err := s.check(ctx, jobs)
	if err != nil {
		return false, err
	}
	jobs = slices.DeleteFunc(jobs, func(j job) bool { return refusals[j.export.ID] != nil })
	contacts, err := s.contacts(ctx, jobs, refusals)
	if err != nil {
		return false, err
	}
	for i, w := range writes {
		writes[i].Contact = contacts[w.Member]
	}
	writes = slices.DeleteFunc(writes, func(w ledger.Write) bool { return w.Contact == "" })
	if err := s.enqueue(ctx, jobs, writes, refusals); err != nil {
		return false, err
	}
	return true, s.refuse(ctx, refusals)
}

// waiting returns the exports that may be sent now, and refuses those whose starter
// may not export them any more.
func (s *sender) waiting(ctx context.Context) (jobs []job, denied map[ExportID][]ledger.Message, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		jobs, denied = nil, map[ExportID][]ledger.Message{}
		pending, err := pendingContacts(r, s.tenant)
		if err != nil {
			return err
		}
		exports, err := r.Waiting(s.tenant, 1<<20)
		if err != nil {
			return err
		}
		members, err := r.Staff()
		if err != nil {
			return err
		}
		runs := map[RunID]Run{}
		clients := map[billing.ClientID]billing.Client{}
		for _, e := range exports {
			if len(jobs) == planAtOnce {
				return nil
			}
			run, ok := runs[e.Run]
			if !ok {
				if run, err = r.Run(e.Run); err != nil {
					return err
				}
				runs[e.Run] = run
			}
			if run.Stale(time.Now()) {
				continue
			}
			v, err := r.Invoice(e.Invoice)
			if err != nil {
				return err
			}
			if pending[v.Client] {
				continue
			}
			by := member(members, run.By)
			if err := Allow(by, staff.ExportInvoices, v.Client); err != nil {
				denied[e.ID] = []ledger.Message{{Text: err.Error(), Cause: ledger.NotPermitted}}
				continue
			}
			c, ok := clients[v.Client]
			if !ok {
				if c, err = r.Client(v.Client); err != nil {
					return err
				}
				clients[v.Client] = c
			}
			jobs = append(jobs, job{e, v, c})
		}
		return nil
	})
	return jobs, denied, err
}

// pendingContacts returns the clients whose contact is being created.
func pendingContacts(r Reader, t ledger.TenantID) (map[billing.ClientID]bool, error) {
	pending := map[billing.ClientID]bool{}
	for _, state := range []BatchState{Ready, Sending, Lost} {
		batches, err := r.Batches(t, state)
		if err != nil {
			return nil, err
		}
		for _, b := range batches {
			if b.Kind != ContactBatch {
				continue
			}
			for _, m := range b.Members {
				pending[billing.ClientID(m)] = true
			}
		}
	}
	return pending, nil
}

func member(all []staff.Member, id staff.ID) staff.Member {
	for _, m := range all {
		if m.ID == id {
			return m
		}
	}
	return staff.Member{Name: "A former member of staff"}
}

// fresh is how long a chart that was just read, to connect, serves the export that
// follows. It is shorter than a person needs to mend something in Xero and retry.
const fresh = 5 * time.Second

// readChart reads what the organisation has, unless this sender just did.
func (s *sender) readChart(ctx context.Context) error {
	if !s.chart.Read.IsZero() {
		return nil
	}
	var chart ledger.Chart
	err := s.store.View(ctx, func(r Reader) (err error) {
		chart, err = r.Chart(s.tenant)
		return err
	})
	if age := time.Since(chart.Read); err == nil && age >= 0 && age < fresh {
		s.chart = chart
		return nil
	}
	if err != nil && !IsCode(err, NotFound) {
		return err
	}
	if s.org.Parked.ailing() {
		if err := s.books.Reach(ctx, s.tenant); err != nil {
			return err // one call told it, instead of one for every list
		}
	}
	chart, err = s.books.Chart(ctx, s.tenant)
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		return saveChart(tx, chart)
	})
	if err != nil {
		return err
	}
	s.chart = chart
	return s.reached(ctx)
}

// check returns what stops an export, and how the others are to stand in Xero.
func (s *sender) check(ctx context.Context, jobs []job) (map[ExportID][]ledger.Message, []ledger.Write, error) {
	var mapping ledger.Mapping
	err := s.store.View(ctx, func(r Reader) (err error) {
		mapping, err = r.Mapping(s.tenant)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	s.mapping = &mapping
	refusals := map[ExportID][]ledger.Message{}
	var writes []ledger.Write
	for _, j := range jobs {
		w, found := ledger.Resolve(j.invoice, s.chart, mapping)
		if ledger.Blocked(found) {
			refusals[j.export.ID] = found
			continue
		}
		w.Member, w.Mark = string(j.export.ID), j.export.Mark
		writes = append(writes, w)
	}
	return refusals, writes, nil
}

// contacts returns the contact of each export whose client has one. What cannot be
// decided is added to refusals; a contact that is missing is put on disk to be created,
// and its client's exports stay waiting until it is.
func (s *sender) contacts(ctx context.Context, jobs []job, refusals map[ExportID][]ledger.Message) (map[string]ledger.ContactID, error) {
	var clients []billing.Client
	for _, j := range jobs {
		clients = append(clients, j.client)
	}
	clients = Distinct(clients)
	var links map[billing.ClientID]Link
	err := s.store.View(ctx, func(r Reader) (err error) {
		links, err = r.Links(s.tenant)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.readContacts(ctx, clients, links); err != nil {
		return nil, err
	}
	held := map[ledger.ContactID]billing.ClientID{} // whose contact it is
	for client, l := range links {
		held[l.Contact] = client
	}
	found := map[billing.ClientID]ledger.Contact{}
	stopped := map[billing.ClientID][]ledger.Message{}
	var missing []ledger.NewContact
	for _, c := range clients {
		m := s.directory.Match(c, links[c.ID].Contact, func(id ledger.ContactID) bool {
			other, taken := held[id]
			return taken && other != c.ID
		})
		rejected := s.rejected[c.ID]
		delete(s.rejected, c.ID)
		switch {
		case m.Kind == ledger.Linked || m.Kind == ledger.Found:
			found[c.ID], held[m.Contact.ID] = m.Contact, c.ID
		case m.Kind == ledger.None && rejected == nil:
			missing = append(missing, ledger.NewContact{
				Client: c.ID, Number: c.Code, Name: strings.Join(strings.Fields(c.Name), " "), Email: c.Email, Address: c.Address,
			})
		case m.Kind == ledger.None:
			stopped[c.ID] = rejected
		default:
			stopped[c.ID] = []ledger.Message{m.Message()}
		}
	}
	if err := s.storeContacts(ctx, clients, links, found, missing); err != nil {
		return nil, err
	}
	contacts := map[string]ledger.ContactID{}
	for _, j := range jobs {
		if c, ok := found[j.client.ID]; ok {
			contacts[string(j.export.ID)] = c.ID
		}
		if why := stopped[j.client.ID]; why != nil {
			refusals[j.export.ID] = why
		}
	}
	return contacts, nil
}

// readContacts makes sure that the directory has whatever may be a contact of the clients.
func (s *sender) readContacts(ctx context.Context, clients []billing.Client, links map[billing.ClientID]Link) error {
	var q ledger.ContactQuery
	for _, c := range clients {
		switch link := links[c.ID].Contact; {
		case s.complete || s.looked[c.ID]:
		case link != "":
			q.IDs = append(q.IDs, link)
		default:
			q.Names = append(q.Names, c.Name)
			q.Numbers = append(q.Numbers, c.Code)
		}
	}
	if len(q.IDs)+len(q.Names) == 0 {
		return nil
	}
	all := len(q.Names) > few
	if all {
		q = ledger.ContactQuery{}
	}
	for c, err := range s.books.Contacts(ctx, s.tenant, q) {
		if err != nil {
			return err
		}
		s.directory.Add(c)
	}
	s.complete = s.complete || all
	for _, c := range clients {
		s.looked[c.ID] = true
	}
	return nil
}

// storeContacts keeps the links that were found, and puts the creation of the missing
// contacts on disk.
func (s *sender) storeContacts(ctx context.Context, clients []billing.Client, links map[billing.ClientID]Link, found map[billing.ClientID]ledger.Contact, missing []ledger.NewContact) error {
	payloads, err := s.books.PrepareContacts(distinctContacts(missing), s.most)
	if err != nil {
		return err
	}
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		now, err := tx.Links(s.tenant)
		if err != nil {
			return err
		}
		for _, c := range clients {
			contact, ok := found[c.ID]
			if now[c.ID].Contact != links[c.ID].Contact {
				delete(found, c.ID) // a person chose another meanwhile: the next plan follows
				delete(s.looked, c.ID)
				continue
			}
			if !ok || links[c.ID].Contact == contact.ID {
				continue
			}
			how := LinkedByName
			if contact.Number != "" {
				how = LinkedByNumber
			}
			if err := saveLink(tx, s.tenant, c.ID, contact, how); err != nil {
				return err
			}
		}
		for _, p := range payloads {
			if anyLinked(now, p.Members) {
				continue // a person chose the contact of one meanwhile: the others wait for the next plan
			}
			if err := tx.SaveBatch(s.batch(p)); err != nil {
				return err
			}
		}
		return nil
	})
}

// anyLinked reports whether one of the clients has a contact.
func anyLinked(links map[billing.ClientID]Link, clients []string) bool {
	return slices.ContainsFunc(clients, func(c string) bool { return links[billing.ClientID(c)].Contact != "" })
}

// saveLink ties a client to a contact, by Feebridge's own doing.
func saveLink(tx Tx, t ledger.TenantID, client billing.ClientID, c ledger.Contact, how LinkHow) error {
	if err := tx.SaveLink(t, client, Link{Contact: c.ID, Name: c.Name, How: how, At: tx.Now()}); err != nil {
		return err
	}
	return tx.Record(Entry(itself, "link contact", "client", string(client), "", c.Name))
}

// itself acts where no person does.
var itself = staff.Member{Name: "Feebridge"}

// distinctContacts leaves out what has the name or the number of one before it: Xero
// takes each once, and the next plan decides about the other.
func distinctContacts(all []ledger.NewContact) []ledger.NewContact {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(c ledger.NewContact) bool {
		name, number := "name "+billing.FoldName(c.Name), "number "+strings.ToLower(c.Number)
		again := seen[name] || seen[number]
		seen[name], seen[number] = true, true
		return again
	})
}

// maxMembers is how many elements Xero advises a request to have at most.
const maxMembers = 50

// batch returns a batch that was never sent.
func (s *sender) batch(p Payload) Batch {
	return Batch{
		ID: BatchID(NewID()), Tenant: s.tenant, Kind: p.Kind, Key: NewID(),
		Body: p.Body, Members: p.Members, State: Ready,
	}
}

// enqueue puts the requests on disk, with the exports that are in them. What is too
// large for a request is added to refusals.
func (s *sender) enqueue(ctx context.Context, jobs []job, writes []ledger.Write, refusals map[ExportID][]ledger.Message) error {
	if len(writes) == 0 {
		return nil
	}
	expected := map[string]money.Amount{}
	contact := map[string]ledger.ContactID{}
	small := map[string]int{}
	for _, j := range jobs {
		totals, err := j.invoice.Totals()
		if err != nil {
			return err
		}
		expected[string(j.export.ID)] = totals.Total
		small[string(j.export.ID)] = j.export.Small
	}
	for _, w := range writes {
		contact[w.Member] = w.Contact
	}
	payloads, err := s.prepare(writes, small, refusals)
	if err != nil {
		return err
	}
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		for _, p := range payloads {
			members, err := tx.Exports(exportIDs(p.Members))
			if err != nil {
				return err
			}
			if slices.ContainsFunc(members, func(e Export) bool { return !e.Ended.IsZero() }) {
				continue // one was cancelled meanwhile: the others wait for the next plan
			}
			b := s.batch(p)
			if err := tx.SaveBatch(b); err != nil {
				return err
			}
			for i, m := range p.Members {
				members[i].Batch, members[i].Contact, members[i].Expected = b.ID, contact[m], expected[m]
			}
			if err := tx.SaveExports(members...); err != nil {
				return err
			}
		}
		return nil
	})
}

// prepare makes the request bodies; what failed in a large batch goes in smaller ones.
func (s *sender) prepare(writes []ledger.Write, small map[string]int, refusals map[ExportID][]ledger.Message) ([]Payload, error) {
	bySize := map[int][]ledger.Write{}
	for _, w := range writes {
		size := maxMembers
		if n := small[w.Member]; n > 0 {
			size = n
		}
		if _, err := s.books.PrepareInvoices([]ledger.Write{w}, 1); err != nil {
			refusals[ExportID(w.Member)] = []ledger.Message{{Text: err.Error(), Cause: ledger.Incomplete}}
			continue
		}
		bySize[size] = append(bySize[size], w)
	}
	var all []Payload
	for _, size := range slices.Sorted(maps.Keys(bySize)) {
		payloads, err := s.books.PrepareInvoices(bySize[size], size)
		if err != nil {
			return nil, err
		}
		all = append(all, payloads...)
	}
	return all, nil
}

// refuse ends exports that were not sent, with the reasons.
func (s *sender) refuse(ctx context.Context, refusals map[ExportID][]ledger.Message) error {
	if len(refusals) == 0 {
		return nil
	}
	return s.Update(ctx, func(tx Tx) error {
		if err := tx.Guard(s.fence); err != nil {
			return err
		}
		for id, why := range refusals {
			exports, err := tx.Exports([]ExportID{id})
			if err != nil {
				return err
			}
			// A person may have cancelled it since it was read.
			if e := exports[0]; e.Ended.IsZero() {
				if err := fail(tx, e, why); err != nil {
					return err
				}
			}
		}
		return endRuns(tx, s.tenant)
	})
}

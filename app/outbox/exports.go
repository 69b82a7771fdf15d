package outbox

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// exports is the kind of request that takes invoices into Xero.
type exports struct {
	*sender
	chart   ledger.Chart   // zero until it was read
	mapping ledger.Mapping // as it was read last
}

// planAtOnce is how many waiting exports are looked at in one go: enough batches to
// keep every allowed call busy, and few enough to hold them in memory.
const planAtOnce = 1000

// job is a waiting export with what it is about.
type job struct {
	export  app.Export
	invoice billing.Invoice
	client  billing.Client
}

// plan checks waiting exports, finds or creates their contacts, and puts the requests
// on disk. It reports whether it changed anything.
func (k *exports) plan(ctx context.Context) (bool, error) {
	jobs, refusals, err := k.waiting(ctx)
	if err != nil || len(jobs)+len(refusals) == 0 {
		return false, err
	}
	if len(refusals) > 0 {
		return true, k.enqueue(ctx, nil, nil, refusals)
	}
	if err := k.readChart(ctx); err != nil {
		return false, err
	}
	writes, err := k.check(ctx, jobs, refusals)
	if err != nil {
		return false, err
	}
	jobs = slices.DeleteFunc(jobs, func(j job) bool { return refusals[j.export.ID] != nil })
	found, stopped, err := k.contacts.find(ctx, clientsOf(jobs))
	if err != nil {
		return false, err
	}
	contacts := map[string]ledger.ContactID{}
	for _, j := range jobs {
		contacts[string(j.export.ID)] = found[j.client.ID].ID
		if why := stopped[j.client.ID]; why != nil {
			refusals[j.export.ID] = why
		}
	}
	for i, w := range writes {
		writes[i].Contact = contacts[w.Member]
	}
	writes = slices.DeleteFunc(writes, func(w ledger.Write) bool { return w.Contact == "" })
	return true, k.enqueue(ctx, jobs, writes, refusals)
}

func clientsOf(jobs []job) []billing.Client {
	clients := make([]billing.Client, len(jobs))
	for i, j := range jobs {
		clients[i] = j.client
	}
	return app.Distinct(clients)
}

// waiting returns the exports that may be sent now, and refuses those whose starter
// may not export them any more.
func (k *exports) waiting(ctx context.Context) (jobs []job, denied map[app.ExportID][]ledger.Message, err error) {
	err = k.store.Look(ctx, func(r Reader) error {
		jobs, denied = nil, map[app.ExportID][]ledger.Message{}
		pending, err := pendingContacts(r, k.tenant)
		if err != nil {
			return err
		}
		live, _, err := runsOf(r, k.tenant, app.ExportRun, time.Now())
		if err != nil || len(live) == 0 {
			return err
		}
		exports, err := r.WaitingExports(Waiting{Tenant: k.tenant, Runs: live, Without: pending, Limit: planAtOnce})
		if err != nil || len(exports) == 0 {
			return err
		}
		jobs, denied, err = readJobs(r, exports)
		return err
	})
	return jobs, denied, err
}

// readJobs reads what exports are about.
func readJobs(r Reader, exports []app.Export) (jobs []job, denied map[app.ExportID][]ledger.Message, err error) {
	denied = map[app.ExportID][]ledger.Message{}
	members, err := r.Staff()
	if err != nil {
		return nil, nil, err
	}
	ids, wanted := make([]billing.InvoiceID, len(exports)), make([]app.RunID, len(exports))
	for i, e := range exports {
		ids[i], wanted[i] = e.Invoice, e.Run
	}
	runs, err := r.RunsByID(app.Distinct(wanted))
	if err != nil {
		return nil, nil, err
	}
	invoices, err := r.Invoices(ids)
	if err != nil {
		return nil, nil, err
	}
	of := make([]billing.ClientID, len(invoices))
	for i, v := range invoices {
		of[i] = v.Client
	}
	clients, err := r.ClientsByID(app.Distinct(of))
	if err != nil {
		return nil, nil, err
	}
	for i, e := range exports {
		v := invoices[i]
		if err := app.Allow(memberOf(members, runs[e.Run].By), staff.ExportInvoices, v.Client); err != nil {
			denied[e.ID] = []ledger.Message{{Text: err.Error(), Cause: ledger.NotPermitted}}
			continue
		}
		jobs = append(jobs, job{e, v, clients[v.Client]})
	}
	return jobs, denied, nil
}

func memberOf(all []staff.Member, id staff.ID) staff.Member {
	for _, m := range all {
		if m.ID == id {
			return m
		}
	}
	return staff.Member{Name: translations.Text("person.former-staff")}
}

// readChart reads what the organisation has, unless what was read of it last still serves.
func (k *exports) readChart(ctx context.Context) error {
	if app.ChartServes(k.chart) {
		return nil
	}
	var chart ledger.Chart
	err := k.store.Look(ctx, func(r Reader) (err error) {
		chart, err = r.Chart(k.tenant)
		return err
	})
	if err == nil && app.ChartServes(chart) {
		k.chart = chart
		return nil
	}
	if err != nil && !app.IsCode(err, app.NotFound) {
		return err
	}
	if ailing(k.org.Parked) {
		if err := k.books.Reach(ctx, k.tenant); err != nil {
			return err // one call told it, instead of one for every list
		}
	}
	chart, err = app.FreshChart(ctx, k.books, k.tenant, chart)
	if err != nil {
		return err
	}
	return k.keepChart(ctx, chart)
}

// keepChart stores what was read of the organisation.
func (k *exports) keepChart(ctx context.Context, chart ledger.Chart) error {
	err := k.decide(ctx, func(tx Tx, e *effects) error {
		e.then(func() { k.chart = chart })
		return app.SaveChart(tx, chart)
	})
	if err != nil {
		return err
	}
	return k.reached(ctx)
}

// check adds to refusals what stops an export, and returns how the others are to stand in Xero. Nothing is refused for
// what a person may have mended in Xero since it was read.
func (k *exports) check(ctx context.Context, jobs []job, refusals map[app.ExportID][]ledger.Message) ([]ledger.Write, error) {
	err := k.store.Look(ctx, func(r Reader) (err error) {
		k.mapping, err = r.Mapping(k.tenant)
		return err
	})
	if err != nil {
		return nil, err
	}
	writes, stopped := k.resolve(jobs)
	chart, read, err := app.AskAgain(ctx, k.books, k.chart, slices.Concat(slices.Collect(maps.Values(stopped))...))
	if err != nil {
		return nil, err
	}
	if read {
		if err := k.keepChart(ctx, chart); err != nil {
			return nil, err
		}
		writes, stopped = k.resolve(jobs)
	}
	maps.Copy(refusals, stopped)
	return writes, nil
}

// resolve returns how exports are to stand in Xero, and what stops the others.
func (k *exports) resolve(jobs []job) (writes []ledger.Write, stopped map[app.ExportID][]ledger.Message) {
	stopped = map[app.ExportID][]ledger.Message{}
	for _, j := range jobs {
		w, found := ledger.Resolve(j.invoice, k.chart, k.mapping)
		if ledger.Blocked(found) {
			stopped[j.export.ID] = found
			continue
		}
		w.Member = string(j.export.ID)
		writes = append(writes, k.org.Marking(w, j.export.Mark, k.mapping))
	}
	return writes, stopped
}

// maxMembers is how many elements Xero advises a request to have at most.
const maxMembers = 50

// request returns a request that was never sent.
func (s *sender) request(p app.Payload) app.Batch {
	return app.Batch{
		ID: app.BatchID(app.NewID()), Tenant: s.tenant, Kind: p.Kind, Key: app.NewID(),
		Body: p.Body, Members: p.Members, State: app.Ready,
	}
}

// enqueue puts the requests on disk, with the exports that are in them, and ends the exports that
// are refused. What is too large for a request is refused, too.
func (k *exports) enqueue(ctx context.Context, jobs []job, writes []ledger.Write, refusals map[app.ExportID][]ledger.Message) error {
	small := map[string]int{}
	expected := map[string]money.Amount{}
	for _, j := range jobs {
		totals, err := j.invoice.Totals()
		if err != nil {
			return err
		}
		expected[string(j.export.ID)], small[string(j.export.ID)] = totals.Total, j.export.Small
	}
	contact := map[string]ledger.ContactID{}
	for _, w := range writes {
		contact[w.Member] = w.Contact
	}
	payloads, err := k.prepare(writes, small, refusals)
	if err != nil || len(payloads)+len(refusals) == 0 {
		return err
	}
	ids := slices.Collect(maps.Keys(refusals))
	for _, p := range payloads {
		ids = append(ids, exportIDs(p.Members)...)
	}
	return k.decide(ctx, func(tx Tx, e *effects) error {
		all, err := tx.TrackedExports(ids)
		if err != nil {
			return err
		}
		now := map[string]app.Tracked{}
		for _, t := range all {
			now[string(t.Export.ID)] = t
		}
		for _, p := range payloads {
			if slices.ContainsFunc(p.Members, func(m string) bool { return !now[m].Export.Ended.IsZero() }) {
				continue // one was cancelled meanwhile: the others wait for the next plan
			}
			b := k.request(p)
			e.batches = append(e.batches, b)
			for _, m := range p.Members {
				export := now[m].Export
				export.Batch, export.Contact, export.Expected = b.ID, contact[m], expected[m]
				e.exports = append(e.exports, export)
			}
		}
		for id, why := range refusals {
			t := now[string(id)]
			if !t.Export.Ended.IsZero() {
				continue // a person cancelled it since it was read
			}
			if _, err := e.end(t, why, billing.Refuse); err != nil {
				return err
			}
		}
		e.then(func() { k.contacts.told(jobs) })
		return nil
	})
}

// prepare makes the request bodies; what failed in a large batch goes in smaller ones.
func (k *exports) prepare(writes []ledger.Write, small map[string]int, refusals map[app.ExportID][]ledger.Message) ([]app.Payload, error) {
	bySize := map[int][]ledger.Write{}
	for _, w := range writes {
		size := maxMembers
		if n := small[w.Member]; n > 0 {
			size = n
		}
		if refused := app.TooLarge(k.books, w); refused != nil {
			refusals[app.ExportID(w.Member)] = refused
			continue
		}
		bySize[size] = append(bySize[size], w)
	}
	var all []app.Payload
	for _, size := range slices.Sorted(maps.Keys(bySize)) {
		payloads, err := k.books.PrepareInvoices(bySize[size], size)
		if err != nil {
			return nil, err
		}
		all = append(all, payloads...)
	}
	return all, nil
}

func exportIDs(members []string) []app.ExportID {
	ids := make([]app.ExportID, len(members))
	for i, m := range members {
		ids[i] = app.ExportID(m)
	}
	return ids
}

// unwanted implements kind: what a stale run is in waits for a person.
func (k *exports) unwanted(r Reader, batches []app.Batch, stale map[app.RunID]bool) (map[app.BatchID]bool, error) {
	if len(stale) == 0 {
		return nil, nil
	}
	all, err := r.Exports(exportIDs(membersOf(batches)))
	if err != nil {
		return nil, err
	}
	waits := map[app.BatchID]bool{}
	for _, b := range batches {
		waits[b.ID] = slices.ContainsFunc(all[:len(b.Members)], func(e app.Export) bool { return stale[e.Run] })
		all = all[len(b.Members):]
	}
	return waits, nil
}

// membersOf returns the members of all the requests, in their order.
func membersOf(batches []app.Batch) []string {
	var all []string
	for _, b := range batches {
		all = append(all, b.Members...)
	}
	return all
}

// members implements kind.
func (k *exports) members(r Reader, batches []app.Batch) (map[app.BatchID][]member, error) {
	all, err := r.TrackedExports(exportIDs(membersOf(batches)))
	if err != nil {
		return nil, err
	}
	ahead := k.ahead(r)
	by := map[app.BatchID][]member{}
	for _, b := range batches {
		for range b.Members {
			by[b.ID] = append(by[b.ID], exporting{k, all[0], ahead, r})
			all = all[1:]
		}
	}
	return by, nil
}

// ahead is how far Xero's clock was ahead of ours when the chart was read.
func (k *exports) ahead(r Reader) time.Duration {
	if !k.chart.Read.IsZero() {
		return k.chart.Ahead
	}
	chart, err := r.Chart(k.tenant)
	if err != nil {
		return 0
	}
	return chart.Ahead
}

// look implements kind. It looks for the invoices by their numbers first, and for what is not
// found, among everything that changed since it was first sent.
func (k *exports) look(ctx context.Context, lost []app.Batch) (reading, error) {
	found := reading{
		byMark: map[string]ledger.Standing{}, marked: map[ledger.InvoiceID]ledger.Standing{}, taken: map[string]bool{},
		others: map[ledger.InvoiceID]ledger.Standing{}, marks: k.org.Marks, alone: map[ledger.InvoiceID]bool{},
	}
	var sent []app.Export
	err := k.store.Look(ctx, func(r Reader) (err error) {
		sent, err = r.Exports(exportIDs(membersOf(lost)))
		return err
	})
	if err != nil {
		return found, err
	}
	numbers := make([]billing.Number, len(sent))
	for i, e := range sent {
		numbers[i] = e.Number
	}
	standings, err := k.books.ByNumber(ctx, k.tenant, numbers)
	if t, ok := errors.AsType[*app.Trouble](err); ok && t.Reason == app.Refused {
		err = nil // a number that Xero cannot look for: the changes since have it
	}
	if err != nil {
		return found, err
	}
	for _, st := range standings {
		found.keep(st)
		if st.Status != ledger.DeletedThere {
			found.taken[st.Number.Fold()] = true
		}
	}
	if since, missing := oldestMissing(sent, found.byMark); missing {
		changed, _, err := changesSince(ctx, k.books, k.tenant, since, k.org.Marks)
		if err != nil {
			return found, err
		}
		for _, st := range changed {
			found.keep(st)
		}
	}
	if found.marks == app.MarksUnknown {
		found.marks = marksRead(sent, found.byMark)
	}
	if err := k.contacts.followMergesAmong(ctx, sent, found); err != nil {
		return found, err
	}
	if err := k.readUnlisted(ctx, &found, sent); err != nil {
		return found, err
	}
	return found, k.leaveOutMarked(ctx, found)
}

// keep notes an invoice, also by the key of its mark.
func (f reading) keep(st ledger.Standing) {
	if app.IsMark(st.Mark) {
		keep(f.byMark, st)
		f.marked[st.ID] = st
	}
	f.others[st.ID] = st
}

// has reports whether it has what was sent, and that is in force under its number: nothing else can be it then.
func (f reading) has(e app.Export) bool {
	st, there := f.byMark[app.MarkKey(e.Mark)]
	return there && st.Live() && st.Number.Fold() == e.Number.Fold()
}

// twins returns what bears the mark of an export and is in force, the latest change first, where that is more than one and
// none has the number: who copies an invoice in Xero copies its reference, and a mark in it.
func (f reading) twins(e app.Export) []ledger.Standing {
	var all []ledger.Standing
	for _, st := range f.marked {
		if !st.Live() || app.MarkKey(st.Mark) != app.MarkKey(e.Mark) {
			continue
		}
		if st.Number.Fold() == e.Number.Fold() {
			return nil
		}
		all = append(all, st)
	}
	if len(all) < 2 {
		return nil
	}
	slices.SortFunc(all, func(a, b ledger.Standing) int { return cmp.Or(b.Updated.Compare(a.Updated), cmp.Compare(a.ID, b.ID)) })
	return all
}

// leaveOutMarked takes out of a reading's others what bears a mark. Where marks do not survive, only the firm's own
// tell whose an invoice is: any other address or reference may have as many digits, and say nothing.
func (k *exports) leaveOutMarked(ctx context.Context, found reading) error {
	var bears map[ledger.InvoiceID]bool
	err := k.store.Look(ctx, func(r Reader) (err error) {
		bears, err = marked(r, slices.Collect(maps.Values(found.others)))
		return err
	})
	maps.DeleteFunc(found.others, func(id ledger.InvoiceID, st ledger.Standing) bool {
		return bears[id] || found.marks.Survive() && app.IsMark(st.Mark)
	})
	return err
}

// marked tells which of some invoices in Xero bear a mark of the firm's: of an export that is known here, or one that
// names an invoice.
func marked(r Reader, all []ledger.Standing) (map[ledger.InvoiceID]bool, error) {
	firm, err := r.Firm()
	if err != nil {
		return nil, err
	}
	known, err := r.ExportsByMark(marksOf(all))
	if err != nil {
		return nil, err
	}
	bears := map[ledger.InvoiceID]bool{}
	for _, st := range all {
		_, exported := known[app.MarkKey(st.Mark)]
		_, named := app.MarkedInvoice(firm.MarkBase, st.Mark)
		if exported || named {
			bears[st.ID] = true
		}
	}
	return bears, nil
}

// marksRead says whether marks survive, if some of ours were read.
func marksRead(sent []app.Export, byMark map[string]ledger.Standing) app.Marks {
	marks := app.MarksUnknown
	for _, e := range sent {
		if st, found := byMark[app.MarkKey(e.Mark)]; found {
			marks = marks.Worse(app.MarksOf(e.Mark, st.Mark))
		}
	}
	return marks
}

// keep notes an invoice by the key of its mark, as it was read last; a live one goes before another
// one that is deleted or voided.
func keep(byMark map[string]ledger.Standing, st ledger.Standing) {
	key := app.MarkKey(st.Mark)
	if known, ok := byMark[key]; !ok || known.ID == st.ID || !known.Live() {
		byMark[key] = st
	}
}

// oldestMissing tells from when on changes must be read to find what was not found yet.
func oldestMissing(exports []app.Export, byMark map[string]ledger.Standing) (since time.Time, missing bool) {
	for _, e := range exports {
		if _, found := byMark[app.MarkKey(e.Mark)]; found {
			continue
		}
		if !missing || e.Since.Before(since) {
			since = e.Since
		}
		missing = true
	}
	return since, missing
}

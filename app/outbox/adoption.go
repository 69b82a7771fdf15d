package outbox

import (
	"errors"
	"maps"
	"slices"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// adoption brings what Xero has together with what a copy of the database knows, in one
// transaction. Whatever it finds live in Xero ends in a stage here from which nothing is
// sent again, unless a person takes it back to draft first.
type adoption struct {
	Tx
	s      *sender
	firm   app.Firm
	raised bool // the next number
	c      *app.Reconciliation
	likely *likely // nil until it is asked
}

func newAdoption(tx Tx, s *sender, c *app.Reconciliation) (*adoption, error) {
	firm, err := tx.Firm()
	return &adoption{Tx: tx, s: s, firm: firm, c: c}, err
}

// take takes one invoice of Xero.
//
//   - One that bears the mark of an export known here: the export and its invoice are brought
//     to where it stands.
//   - One that bears another mark of an invoice here: it was exported after the copy was made.
//     The export is known from then on. Where ours is a draft, or has another number or
//     total, a person sees both; it counts as exported all the same.
//   - One without a mark of ours, where marks do not survive: what its history tells was read before. One that may
//     be an invoice here which may be sent: a person says whether it is that one.
//   - One that bears a mark of an invoice that is not here: that was made after the copy. Its
//     number is burnt, and it is listed.
//
// Whoever's an invoice is, no lower number than its own is given out.
func (f *adoption) take(st ledger.Standing) error {
	if n, ok := f.firm.Numbering.After(st.Number); ok && n > f.firm.Numbering.Next {
		f.firm.Numbering.Next, f.raised = n, true
	}
	if !app.IsMark(st.Mark) {
		return f.unmarked(st)
	}
	known, err := f.ExportsByMark([]string{st.Mark})
	if err != nil {
		return err
	}
	if e, ok := known[app.MarkKey(st.Mark)]; ok {
		if e.Tenant != f.s.tenant {
			return nil
		}
		return f.follow(e, st)
	}
	id, ours := app.MarkedInvoice(f.firm.MarkBase, st.Mark)
	if !ours {
		return f.unmarked(st)
	}
	v, err := f.Invoice(id)
	switch {
	case app.IsCode(err, app.NotFound):
		if err := f.Burn(st.Number); err != nil {
			return err
		}
		return f.stray(st, "")
	case err != nil:
		return err
	}
	return f.adopt(v, st)
}

// unmarked takes an invoice of Xero without a mark of ours. Where marks do not survive, it may be one of ours all
// the same: by its ID, or, as far as a person says so, by its number or its figures.
func (f *adoption) unmarked(st ledger.Standing) error {
	if f.s.org.Marks.Survive() {
		return nil
	}
	known, err := f.Tracked(f.s.tenant, []ledger.InvoiceID{st.ID})
	if err != nil {
		return err
	}
	if t, ours := known[st.ID]; ours {
		return f.follow(t.Export, st)
	}
	if !st.Live() {
		return nil
	}
	if f.likely == nil {
		if f.likely, err = newLikely(f, f.s.tenant); err != nil {
			return err
		}
	}
	all, err := f.likely.invoices(st)
	if err == nil && len(all) == 0 && f.s.made[st.ID] {
		return f.unknown(st)
	}
	for _, v := range all {
		err = errors.Join(err, f.doubt(v, st))
	}
	return err
}

// unknown takes an invoice of Xero that this application made, and of which nothing tells any more which one it is. It may
// be any that can be sent of a client with its contact, or with none yet. Where there is none it is listed.
func (f *adoption) unknown(st ledger.Standing) error {
	all, err := f.likely.sendable(st.Contact)
	if err != nil {
		return err
	}
	for _, v := range all {
		err = errors.Join(err, f.doubt(v, st))
	}
	if err != nil || len(all) > 0 {
		return err
	}
	if err := f.Burn(st.Number); err != nil {
		return err
	}
	return f.stray(st, "")
}

// doubt keeps an invoice that may be in Xero from being sent again.
func (f *adoption) doubt(v billing.Invoice, st ledger.Standing) error {
	totals, err := v.Totals()
	if err != nil {
		return err
	}
	exports, err := f.ExportsOf(v.ID)
	if err != nil || disowned(exports, st.ID) {
		return err
	}
	contact := f.likely.contacts[v.Client]
	if c, merged := f.s.contacts.directory.ByID(contact); merged {
		contact = c.ID
	}
	if v.Stage.Export == billing.MayBeOurs {
		e := exports[0]
		if e.Tenant != f.s.tenant {
			return f.stray(st, v.ID)
		}
		_, others := takeOut(e.Candidates, st.ID)
		e.Candidates = append(others, st)
		return f.SaveExports(e)
	}
	stage, free := toExporting(v.Stage)
	if !free {
		return nil
	}
	if err := f.number(&v, st.Number); err != nil {
		return err
	}
	if v.Number == "" {
		return nil // another invoice has the number of that one
	}
	if err := f.giveUpOpen(v.ID); err != nil {
		return err
	}
	run, err := f.run()
	if err != nil {
		return err
	}
	e := app.Export{
		ID: app.ExportID(app.NewID()), Run: run, Invoice: v.ID, Number: v.Number, Tenant: f.s.tenant, Mark: app.NewExportMark(f.firm.MarkBase, v.ID),
		Contact: contact, Expected: totals.Total, Sent: f.Now(), Since: st.Updated.Add(-sinceMargin), Candidates: []ledger.Standing{st},
	}
	v.Stage = stage.After(billing.Lose)
	effects := newEffects(f.s.tenant, f.Now())
	if _, err := effects.end(app.Tracked{Export: e, Invoice: v, Newest: true}, []ledger.Message{mayBeOurs}, billing.Doubt); err != nil {
		return err
	}
	effects.ends = false // save looks at all of them at once
	return effects.apply(f)
}

// likely finds the invoices here that one of Xero without a mark may be.
type likely struct {
	Reader
	contacts map[billing.ClientID]ledger.ContactID
	clients  map[ledger.ContactID][]billing.ClientID
	byName   map[string][]billing.ClientID // folded, of those that are linked with no contact
}

func newLikely(r Reader, t ledger.TenantID) (*likely, error) {
	l := &likely{Reader: r, contacts: map[billing.ClientID]ledger.ContactID{}, clients: map[ledger.ContactID][]billing.ClientID{}, byName: map[string][]billing.ClientID{}}
	links, err := r.Links(t)
	if err != nil {
		return nil, err
	}
	all, err := r.Clients()
	for _, c := range all {
		if link, linked := links[c.ID]; linked {
			l.contacts[c.ID] = link.Contact
			l.clients[link.Contact] = append(l.clients[link.Contact], c.ID)
			continue
		}
		name := billing.FoldName(c.Name)
		l.byName[name] = append(l.byName[name], c.ID)
	}
	return l, err
}

// invoices returns the invoice that has the number, whatever its figures: they may have been changed in
// Xero. Where none has it, it may have been renumbered there: those with the contact, date, currency and
// total.
func (l *likely) invoices(st ledger.Standing) ([]billing.Invoice, error) {
	numbered, err := l.InvoicesByNumber([]billing.Number{st.Number})
	if err != nil {
		return nil, err
	}
	if id, taken := numbered[st.Number]; taken {
		return l.Invoices([]billing.InvoiceID{id})
	}
	clients := slices.Concat(l.clients[st.Contact], l.byName[billing.FoldName(st.ContactName)])
	ids, err := l.InvoicesOn(st.Date, clients...)
	if err != nil {
		return nil, err
	}
	all, err := l.Invoices(ids)
	return slices.DeleteFunc(all, func(v billing.Invoice) bool {
		totals, err := v.Totals()
		return err != nil || v.Currency != st.Currency || totals.Total != st.Total
	}), err
}

// sendable returns the invoices with a number that may be sent, of the clients that are linked with a contact, or with none.
func (l *likely) sendable(contact ledger.ContactID) ([]billing.Invoice, error) {
	clients := slices.Concat(l.clients[contact], slices.Concat(slices.Collect(maps.Values(l.byName))...))
	ids, err := l.InvoicesOn(0, clients...)
	if err != nil {
		return nil, err
	}
	heads, err := l.InvoiceHeads(ids)
	if err != nil {
		return nil, err
	}
	ids = nil
	for _, v := range heads {
		if _, free := toExporting(v.Stage); free && v.Number != "" {
			ids = append(ids, v.ID)
		}
	}
	return l.Invoices(ids)
}

// save stores how far the comparison has come.
func (f *adoption) save() error {
	if f.raised {
		was, err := f.Firm()
		if err != nil {
			return err
		}
		if err := f.SaveFirm(f.firm); err != nil {
			return err
		}
		e := app.Entry(app.Itself, staff.AuditRaiseNumber, "firm", f.firm.Name, string(was.Numbering.Number()), string(f.firm.Numbering.Number()))
		if err := f.Record(e); err != nil {
			return err
		}
	}
	if err := app.EndRuns(f, f.s.tenant); err != nil {
		return err
	}
	return f.SaveReconciliation(*f.c)
}

// stray lists what is live in Xero for a person to look at. It bears the mark of an invoice, which
// may not be here.
func (f *adoption) stray(st ledger.Standing, of billing.InvoiceID) error {
	if !st.Live() {
		return nil
	}
	why := app.Doubtful
	if of == "" {
		why = app.Missing
	}
	return f.SaveStrays(f.s.tenant, app.Stray{ID: st.ID, Why: why, Invoice: of, Number: st.Number, Status: st.Status, Total: st.Total})
}

// follow brings a known export to where its invoice stands in Xero.
func (f *adoption) follow(e app.Export, st ledger.Standing) error {
	if st.Updated.Before(e.Standing.Updated) {
		return nil
	}
	v, err := f.Invoice(e.Invoice)
	if err != nil {
		return err
	}
	exports, err := f.ExportsOf(v.ID)
	if err != nil {
		return err
	}
	if c, merged := f.s.contacts.directory.ByID(e.Contact); merged {
		e.Contact = c.ID
	}
	switch {
	case e.Standing.ID != "" && e.Standing.ID != st.ID && e.Standing.Live(): // a person made a copy of it in Xero
		return f.stray(st, v.ID)
	case exports[0].ID != e.ID: // an older one: nothing but a live one matters
		e.Standing = st
		if err := f.stray(st, v.ID); err != nil {
			return err
		}
		return f.SaveExports(e)
	case e.Ended.IsZero():
		f.c.Updated++
		return f.arrive(e, v, st, warnings(e.Messages))
	case v.Stage.Live(), v.Stage.Status == billing.Closed:
		return f.catchUp(e, v, st)
	case st.Live():
		f.c.Updated++
		return f.arrive(e, v, st, nil)
	}
	e.Standing = st
	return f.SaveExports(e)
}

// adopt makes an export that the copy does not know a known one.
func (f *adoption) adopt(v billing.Invoice, st ledger.Standing) error {
	if _, free := toExporting(v.Stage); !free {
		return f.stray(st, v.ID)
	}
	var messages []ledger.Message
	if v.Stage.Status == billing.Draft {
		if !st.Live() {
			return f.burnVoided(st) // it was taken back to draft since, or will be exported again
		}
		messages = append(messages, ledger.Message{
			Text: translations.Text("message.exported-since-copy"), Cause: ledger.ChangedThere, Warning: true,
		})
		if err := f.number(&v, st.Number); err != nil {
			return err
		}
	}
	if err := f.giveUpOpen(v.ID); err != nil {
		return err
	}
	run, err := f.run()
	if err != nil {
		return err
	}
	e := app.Export{ID: app.ExportID(app.NewID()), Run: run, Invoice: v.ID, Number: v.Number, Tenant: f.s.tenant, Mark: st.Mark}
	if e.Number == "" {
		e.Number = st.Number
	}
	f.c.Adopted++
	if err := f.Record(app.Entry(app.Itself, staff.AuditFind, "invoice", string(v.ID), app.Describe(v.Stage), translations.Text("trail.adopted", "Number", st.Number))); err != nil {
		return err
	}
	return f.arrive(e, v, st, messages)
}

func (f *adoption) burnVoided(st ledger.Standing) error {
	if st.Status != ledger.VoidedThere {
		return nil
	}
	return f.Burn(st.Number)
}

// number gives a draft that has no number yet the one that it was exported under, if no
// other invoice has it.
func (f *adoption) number(v *billing.Invoice, n billing.Number) error {
	if v.Number != "" {
		return nil
	}
	taken, err := f.InvoicesByNumber([]billing.Number{n})
	if err != nil || len(taken) > 0 {
		return err
	}
	v.Number = n
	v.Version, err = f.SaveInvoice(*v)
	return err
}

// giveUpOpen ends an export that is queued or under way in the copy, since the invoice was
// exported again after the copy was made.
func (f *adoption) giveUpOpen(id billing.InvoiceID) error {
	exports, err := f.ExportsOf(id)
	if err != nil {
		return err
	}
	for _, e := range exports {
		if !e.Ended.IsZero() {
			continue
		}
		if err := f.leaveBatch(&e); err != nil {
			return err
		}
		e.Ended, e.Result = f.Now(), billing.NotExported
		if err := f.SaveExports(e); err != nil {
			return err
		}
	}
	return nil
}

// run returns the run that the exports found in Xero belong to.
func (f *adoption) run() (app.RunID, error) {
	if f.c.Run != "" {
		return f.c.Run, nil
	}
	f.c.Run = app.RunID(app.NewID())
	return f.c.Run, f.SaveRuns(app.Run{ID: f.c.Run, Tenant: f.s.tenant, Started: f.Now(), Confirmed: f.Now(), Ended: f.Now()})
}

// toExporting returns the stage of an invoice that was sent just now, and whether it may have
// been, from the stage that it is at.
func toExporting(s billing.Stage) (billing.Stage, bool) {
	if s.Export == billing.MayBeOurs { // from which an answer leads on as well
		return s, true
	}
	s = s.After(billing.Finalize, billing.Release, billing.Queue, billing.Send)
	return s, s == billing.Stage{Status: billing.Finalized, Export: billing.Exporting}
}

// arrive ends an export as its answer would have, and stores it.
func (f *adoption) arrive(e app.Export, v billing.Invoice, st ledger.Standing, messages []ledger.Message) error {
	sent, ok := toExporting(v.Stage)
	if !ok {
		return f.stray(st, v.ID)
	}
	v.Stage = sent
	if err := f.leaveBatch(&e); err != nil {
		return err
	}
	if e.Sent.IsZero() { // as far as the copy knows, so it may not even have been planned
		totals, err := v.Totals()
		if err != nil {
			return err
		}
		e.Sent, e.Since, e.Expected = f.Now(), st.Updated.Add(-sinceMargin), totals.Total
	}
	effects := newEffects(f.s.tenant, f.Now())
	if _, err := effects.receive(app.Tracked{Export: e, Invoice: v, Newest: true}, st, messages, false); err != nil {
		return err
	}
	effects.ends = false // save looks at all of them at once
	return effects.apply(f)
}

// leaveBatch takes an export out of the batch whose answer was lost: it has been found.
func (f *adoption) leaveBatch(e *app.Export) error {
	if e.Batch == "" {
		return nil
	}
	batches, err := f.BatchesByID(e.Batch)
	if err != nil {
		return err
	}
	e.Batch = ""
	for _, b := range batches {
		b.Members = slices.DeleteFunc(b.Members, func(m string) bool { return m == string(e.ID) })
		if len(b.Members) == 0 {
			b.State = app.Settled
		}
		if err := f.SaveBatches(b); err != nil {
			return err
		}
	}
	return nil
}

// catchUp brings an export that had ended to where its invoice stands in Xero by now.
func (f *adoption) catchUp(e app.Export, v billing.Invoice, st ledger.Standing) error {
	effects := newEffects(f.s.tenant, f.Now())
	if effects.bring(app.Tracked{Export: e, Invoice: v, Newest: true}, st) {
		f.c.Updated++
	}
	return effects.apply(f)
}

package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Review is what would happen if invoices were exported now to one organisation. Nothing is
// sent or stored for it but what was read.
type Review struct {
	Organisation Organisation
	Arrives      ledger.InvoiceStatus // the status they would arrive in
	Rows         []Reviewed           // in the order they were asked for
	Calls        int                  // how many calls to Xero the export of what is not blocked would take, at most
	DayLeft      int                  // calls left today, -1 while Xero has not said
	Read         time.Time            // when what it rests on was read from Xero
}

// Count returns how many invoices have the verdict.
func (r Review) Count(v Verdict) int {
	n := 0
	for _, row := range r.Rows {
		if row.Verdict == v {
			n++
		}
	}
	return n
}

// Reviewed is the verdict on one invoice.
type Reviewed struct {
	Invoice  billing.Invoice
	Client   billing.Client
	Verdict  Verdict
	Contact  ContactVerdict
	Match    ledger.Match // the contact it would go to, or those that are possible; one that is only to be created has no ID
	Write    ledger.Write // as it would be sent: its lines with account and tax
	Total    money.Amount // that Xero should come to
	Messages []ledger.Message
	Attaches bool // the printed invoice is attached

	stopped bool // by what an export checks before it looks for contacts
}

// Verdict says whether an invoice would go through.
type Verdict string

// The verdicts.
const (
	VerdictReady   Verdict = "ready"
	VerdictWarning Verdict = "warning" // it can be sent; a person should look at it first
	VerdictBlocked Verdict = "blocked" // it isn't sent until what the messages say was mended
)

// ContactVerdict says what would happen with an invoice's contact.
type ContactVerdict string

// The verdicts on a contact.
const (
	ContactLinked   ContactVerdict = "linked"
	ContactWillLink ContactVerdict = "will_link"   // found by its code or name; linked with the export
	ContactSeveral  ContactVerdict = "several"     // a person has to choose
	ContactCreated  ContactVerdict = "will_create" // none fits: one is created
	ContactArchived ContactVerdict = "archived"
	ContactMerged   ContactVerdict = "merged" // the link leads to a contact merged into another, which is taken
)

// Review says what would happen if the invoices were exported now, in a Review for each organisation that their clients
// are exported to. It reads in Xero and writes nothing there. What an export would not even queue is a Result with the
// reason: each invoice is in one or the other, once. byHand reads the organisations again, whatever is known of them.
func (a *App) Review(ctx context.Context, by staff.Member, ids []billing.InvoiceID, byHand bool) ([]Review, []Result, error) {
	if a.books == nil {
		return nil, nil, Unconnected()
	}
	var asked []*reviewing
	var results []Result
	err := a.View(ctx, func(r Reader) (err error) {
		asked, results, err = a.readAsked(r, by, Distinct(ids))
		return err
	})
	if err == nil && slices.ContainsFunc(results, func(r Result) bool { return IsCode(r.Err, Forbidden) }) {
		err = a.Update(ctx, func(tx Tx) error { return noteRefusals(tx, results) })
	}
	if err != nil {
		return nil, nil, err
	}
	left, err := a.LeftOut(ctx, by, ids)
	if err != nil {
		return nil, nil, err
	}
	var reviews []Review
	var failed []error
	for _, r := range asked {
		r.left = left
		if err := r.review(ctx, byHand); err != nil {
			failed = append(failed, err)
			for _, row := range r.Rows {
				results = append(results, Result{row.Invoice.ID, row.Invoice.Number, err})
			}
			continue
		}
		reviews = append(reviews, r.Review)
	}
	if len(reviews) == 0 && len(failed) > 0 {
		return nil, nil, failed[0]
	}
	return reviews, results, ctx.Err()
}

// reviewing is a Review that is being made, with what it rests on.
type reviewing struct {
	Review
	app       *App
	markBase  string
	mapping   ledger.Mapping
	scopes    []string // that were granted with the consent; nil where that is not known
	chart     ledger.Chart
	clients   []billing.Client // each once, in the order of the rows
	links     map[billing.ClientID]Link
	directory *ledger.Directory
	left      map[billing.InvoiceID][]Unshown // whose PDFs aren't attached
	numbered  map[string]ledger.Standing      // what has the numbers in Xero, folded, and is not deleted
}

// readAsked reads what is stored about the invoices that a member may export, by organisation, and says why the others
// can't be.
func (a *App) readAsked(r Reader, by staff.Member, ids []billing.InvoiceID) (asked []*reviewing, results []Result, err error) {
	e, err := newEntrance(r, by)
	if err != nil {
		return nil, nil, err
	}
	invoices, results, err := invoicesThere(r, ids)
	if err != nil {
		return nil, nil, err
	}
	at := map[ledger.TenantID]*reviewing{}
	for _, v := range invoices {
		org, err := e.admit(v)
		if err != nil && !turnsAway(err) {
			return nil, nil, err
		}
		if err != nil {
			results = append(results, Result{v.ID, v.Number, err})
			continue
		}
		one := at[org.Tenant.ID]
		if one == nil {
			one = &reviewing{Review: Review{Organisation: org}, app: a, markBase: e.markBase}
			at[org.Tenant.ID] = one
			asked = append(asked, one)
		}
		one.Rows = append(one.Rows, Reviewed{Invoice: v})
	}
	for _, one := range asked {
		if err := one.readStored(r); err != nil {
			return nil, nil, err
		}
	}
	return asked, results, nil
}

// invoicesThere returns the invoices that are there, and a result for each that is not.
func invoicesThere(r Reader, ids []billing.InvoiceID) ([]billing.Invoice, []Result, error) {
	all, err := r.Invoices(ids)
	if !IsCode(err, NotFound) {
		return all, nil, err
	}
	var results []Result
	all = nil
	for _, id := range ids {
		v, err := r.Invoice(id)
		switch {
		case IsCode(err, NotFound):
			results = append(results, Result{Invoice: id, Err: err})
		case err != nil:
			return nil, nil, err
		default:
			all = append(all, v)
		}
	}
	return all, results, nil
}

func (r *reviewing) readStored(from Reader) (err error) {
	t := r.Organisation.Tenant.ID
	if r.mapping, err = from.Mapping(t); err != nil {
		return err
	}
	if r.links, err = from.Links(t); err != nil {
		return err
	}
	if r.chart, err = from.Chart(t); err != nil && !IsCode(err, NotFound) {
		return err
	}
	consents, err := from.Consents()
	if err != nil {
		return err
	}
	for _, c := range consents {
		if c.ID == r.Organisation.Consent && c.ID != "" {
			r.scopes = c.Scopes
		}
	}
	of := make([]billing.ClientID, len(r.Rows))
	for i, row := range r.Rows {
		of[i] = row.Invoice.Client
	}
	of = Distinct(of)
	clients, err := from.ClientsByID(of)
	if err != nil {
		return err
	}
	for i, row := range r.Rows {
		r.Rows[i].Client = clients[row.Invoice.Client]
	}
	for _, id := range of {
		r.clients = append(r.clients, clients[id])
	}
	r.Arrives = r.mapping.Status()
	return nil
}

// review reads Xero, and judges each row.
func (r *reviewing) review(ctx context.Context, byHand bool) error {
	if err := r.read(ctx, byHand); err != nil {
		return err
	}
	if err := r.resolve(ctx); err != nil {
		return err
	}
	if err := r.checkNumbers(ctx); err != nil {
		return err
	}
	r.meetContacts()
	r.advise()
	for i := range r.Rows {
		r.Rows[i].judge()
	}
	r.Read, r.DayLeft = r.chart.Read, r.app.books.Gauge(r.Organisation.Tenant.ID).DayLeft
	if err := r.countCalls(); err != nil {
		return err
	}
	r.warnOfCalls()
	return nil
}

// read reads in Xero what the review rests on, all at the same time: the organisation, unless what was read of it last
// still serves, the contacts, and what has the numbers.
func (r *reviewing) read(ctx context.Context, byHand bool) error {
	books, t := r.app.books, r.Organisation.Tenant.ID
	group, ctx := errgroup.WithContext(ctx)
	if byHand || !ChartServes(r.chart) {
		group.Go(func() error {
			chart, err := FreshChart(ctx, books, t, r.chart)
			if err != nil {
				return err
			}
			return r.keepChart(ctx, chart)
		})
	}
	r.directory = ledger.NewDirectory()
	group.Go(func() error {
		_, err := r.app.ReadContacts(ctx, t, r.directory, r.clients, r.links)
		return err
	})
	numbers := make([]billing.Number, len(r.Rows))
	for i, row := range r.Rows {
		numbers[i] = row.Invoice.Number
	}
	r.numbered = map[string]ledger.Standing{}
	group.Go(func() error {
		there, err := books.ByNumber(ctx, t, numbers)
		for _, st := range there {
			if known, other := r.numbered[st.Number.Fold()]; st.Status != ledger.DeletedThere && (!other || !known.Live()) {
				r.numbered[st.Number.Fold()] = st
			}
		}
		return err
	})
	return group.Wait()
}

// keepChart stores what was read of the organisation.
func (r *reviewing) keepChart(ctx context.Context, chart ledger.Chart) error {
	if err := r.app.Update(ctx, func(tx Tx) error { return SaveChart(tx, chart) }); err != nil {
		return err
	}
	r.chart = chart
	return nil
}

// resolve says how each row is to stand in Xero, and what stops it.
func (r *reviewing) resolve(ctx context.Context) error {
	var stopped []ledger.Message
	all := func() {
		stopped = nil
		for i := range r.Rows {
			row := &r.Rows[i]
			w, found := ledger.Resolve(row.Invoice, r.chart, r.mapping)
			w.Member = string(row.Invoice.ID)
			row.Write, row.Messages = r.Organisation.Marking(w, NewExportMark(r.markBase, row.Invoice.ID), r.mapping), found
			row.stopped = ledger.Blocked(found)
			stopped = append(stopped, found...)
		}
	}
	all()
	chart, read, err := AskAgain(ctx, r.app.books, r.chart, stopped)
	if err != nil || !read {
		return err
	}
	if err := r.keepChart(ctx, chart); err != nil {
		return err
	}
	all()
	return nil
}

// checkNumbers tells where the number of a row is taken in Xero. Only our own mark makes an invoice there ours.
func (r *reviewing) checkNumbers(ctx context.Context) error {
	marks := make([]string, 0, len(r.numbered))
	for _, st := range r.numbered {
		marks = append(marks, st.Mark)
	}
	var exported map[string]Export
	err := r.app.View(ctx, func(from Reader) (err error) {
		exported, err = from.ExportsByMark(marks)
		return err
	})
	if err != nil {
		return err
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		st, taken := r.numbered[row.Invoice.Number.Fold()]
		if !taken {
			continue
		}
		made := exported[MarkKey(st.Mark)]
		named, _ := MarkedInvoice(r.markBase, st.Mark)
		whose := others
		switch row.Invoice.ID {
		case made.Invoice:
			whose = ours
		case named:
			whose = oursUnknown
		}
		row.Messages = append(row.Messages, numberMessage(r.chart.Tenant.Name, st, whose))
	}
	return nil
}

// owner says whose an invoice in Xero is that has the number of one here.
type owner uint8

const (
	others      owner = iota
	ours              // an export that is known here made it
	oursUnknown       // its mark names the invoice, and no export that is known here bears that
)

// numberMessage tells that an invoice in Xero has the number of one that is to be exported.
func numberMessage(organisation string, st ledger.Standing, whose owner) ledger.Message {
	switch {
	case whose == oursUnknown:
		return ledger.Message{Text: translations.Text("message.number-unknown", "Number", st.Number, "Organisation", organisation), Cause: ledger.MayBeOurs}
	case whose == ours && st.Live():
		return ledger.Message{Text: translations.Text("message.number-ours", "Number", st.Number, "Organisation", organisation), Cause: ledger.FoundAgain, Warning: true}
	case !st.Live():
		return ledger.Message{Text: translations.Text("message.number-voided", "Number", st.Number, "Organisation", organisation), Cause: ledger.NumberTaken}
	}
	return ledger.Message{
		Text: translations.Text("message.number-taken", "Number", st.Number, "Organisation", organisation,
			"Contact", translations.Quoted(st.ContactName), "Currency", st.Currency, "Total", st.Total, "Date", st.Date),
		Cause: ledger.NumberTaken,
	}
}

// meetContacts says which contact each row goes to. An export leaves out what its checks stop, creates what is missing,
// and then decides about the clients that a contact it created may belong to: so does this.
func (r *reviewing) meetContacts() {
	links, clients := ContactsOf(r.links), r.goingFirst()
	matches := r.directory.MatchEach(clients, links)
	refused := map[billing.ClientID][]ledger.Message{}
	var missing []ledger.NewContact
	for _, c := range clients {
		if matches[c.ID].Kind != ledger.None {
			continue
		}
		created, messages := ledger.Created(c)
		if refused[c.ID] = messages; messages == nil {
			missing = append(missing, created)
		}
	}
	created, made := map[billing.ClientID]bool{}, map[ledger.ContactID]bool{}
	for _, n := range ledger.Distinct(missing) {
		id := ledger.ContactID("created " + n.Client)
		r.directory.Add(ledger.Contact{ID: id, Number: n.Number, Name: n.Name, Email: n.Email})
		links[n.Client], created[n.Client], made[id] = id, true, true
	}
	if len(created) < len(missing) {
		again := r.directory.MatchEach(clients, links)
		for _, n := range missing {
			if created[n.Client] {
				continue
			}
			m := again[n.Client]
			for i, c := range m.Choices {
				if made[c.ID] {
					m.Choices[i].ID = ""
				}
			}
			matches[n.Client] = m
		}
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		row.meet(matches[row.Client.ID], r.links[row.Client.ID], refused[row.Client.ID])
	}
}

// goingFirst returns the clients in the order in which an export finds their contacts, and then those of whom
// nothing goes so far.
func (r *reviewing) goingFirst() []billing.Client {
	clients := make([]billing.Client, 0, len(r.Rows)+len(r.clients))
	for _, row := range r.Rows {
		if !row.stopped {
			clients = append(clients, row.Client)
		}
	}
	return Distinct(append(clients, r.clients...))
}

// meet notes which contact the row goes to.
func (row *Reviewed) meet(m ledger.Match, link Link, refused []ledger.Message) {
	row.Match = m
	switch m.Kind {
	case ledger.Linked:
		row.Contact = ContactLinked
		if m.Contact.ID != link.Contact {
			row.Contact = ContactMerged
		}
	case ledger.Found:
		row.Contact = ContactWillLink
	case ledger.None:
		row.Contact = ContactCreated
		row.Messages = append(row.Messages, refused...)
		return
	case ledger.Archived:
		row.Contact = ContactArchived
	default:
		row.Contact = ContactSeveral
	}
	if m.Kind != ledger.Linked && m.Kind != ledger.Found {
		row.Messages = append(row.Messages, m.Message())
		return
	}
	row.Write.Contact = m.Contact.ID
}

// attachments is the scope without which no file can be attached.
const attachments = "accounting.attachments"

// approvable is how many invoices a month the smallest plans approve.
const approvable = 20

// smallPlans are the classes of organisations whose plan limits how many invoices can be approved.
var smallPlans = []string{"STARTER", "IGNITE"}

// advise adds what a person should look at before sending: of the invoice, and of what else happens with it.
func (r *reviewing) advise() {
	today := billing.DateOf(time.Now())
	attach := r.mapping.AttachPaper
	cannot := attach && (r.scopes != nil && !slices.Contains(r.scopes, attachments) || r.chart.Denies(ledger.AttachFiles))
	approved := 0
	for i := range r.Rows {
		row := &r.Rows[i]
		if totals, err := row.Invoice.Totals(); err == nil { // else it is told already
			row.Total = totals.Total
			row.Messages = append(row.Messages, ledger.Advise(row.Invoice, row.Total, today)...)
		}
		if row.Messages = append(row.Messages, TooLarge(r.app.books, row.Write)...); ledger.Blocked(row.Messages) {
			continue
		}
		warn := func(cause ledger.Cause, text string) {
			row.Messages = append(row.Messages, ledger.Message{Text: text, Cause: cause, Warning: true})
		}
		unshown := r.left[row.Invoice.ID]
		row.Attaches = attach && !cannot && len(unshown) == 0
		switch {
		case cannot:
			warn(ledger.NoRightsThere, translations.Text("message.no-attachment", "Organisation", r.chart.Tenant.Name))
		case len(unshown) > 0:
			row.Messages = append(row.Messages, NoPDF(unshown))
		}
		if approved++; approved > approvable && r.Arrives == ledger.AuthorisedThere && slices.Contains(smallPlans, r.chart.Plan) {
			warn(ledger.PlanLimit, translations.Text("message.plan-limit", "Organisation", r.chart.Tenant.Name, "Most", approvable))
		}
	}
}

// judge comes to the verdict that the messages make. What stops the row comes before what is only a warning.
func (row *Reviewed) judge() {
	slices.SortStableFunc(row.Messages, func(a, b ledger.Message) int {
		weight := map[bool]int{true: 1}
		return cmp.Compare(weight[a.Warning], weight[b.Warning])
	})
	switch {
	case ledger.Blocked(row.Messages):
		row.Verdict = VerdictBlocked
	case len(row.Messages) > 0:
		row.Verdict = VerdictWarning
	default:
		row.Verdict = VerdictReady
	}
}

// TooLarge tells that an invoice is too large for a request to Xero; nil where it isn't.
func TooLarge(books Books, w ledger.Write) []ledger.Message {
	if _, err := books.PrepareInvoices([]ledger.Write{w}, 1); err != nil {
		return []ledger.Message{{Text: err.Error(), Cause: ledger.Incomplete}}
	}
	return nil
}

// probing is how many calls it takes at most to learn whether an organisation returns marks.
const probing = 2

// countCalls counts the calls that the export of what is not blocked takes, if it follows soon: reading the contacts
// again, creating those that are missing, the invoices, and what is written besides them.
func (r *reviewing) countCalls() error {
	asked := map[billing.ClientID]bool{}
	var clients []billing.Client
	var missing []ledger.NewContact
	var now, later []ledger.Write // with a contact there, and with one that is created first
	for _, row := range r.Rows {
		if row.Verdict == VerdictBlocked {
			continue
		}
		if !asked[row.Client.ID] {
			asked[row.Client.ID] = true
			clients = append(clients, row.Client)
		}
		if row.Write.Contact != "" {
			now = append(now, row.Write)
			continue
		}
		later = append(later, row.Write)
		created, _ := ledger.Created(row.Client)
		missing = append(missing, created)
	}
	_, calls := r.app.contactQuery(r.Organisation.Tenant.ID, clients, r.links, true)
	creations, err := r.app.books.PrepareContacts(ledger.Distinct(missing), 0)
	if err != nil {
		return err
	}
	calls += len(creations)
	for _, writes := range [][]ledger.Write{now, later} {
		payloads, err := r.app.books.PrepareInvoices(writes, 0)
		if err != nil {
			return err
		}
		calls += len(payloads)
	}
	sent := len(now) + len(later)
	if r.Organisation.Marks == MarksUnknown && sent > 0 {
		calls += probing
	}
	if r.mapping.Note || r.Organisation.Marks == MarksDropped {
		calls += sent
	}
	if r.mapping.AttachPaper {
		calls += sent
	}
	r.Calls = calls
	return nil
}

// warnOfCalls warns where the calls that the day has left may not do.
func (r *reviewing) warnOfCalls() {
	if r.DayLeft < 0 || r.Calls <= r.DayLeft {
		return
	}
	text := translations.Text("message.day-limit", "Organisation", r.chart.Tenant.Name, "Left", r.DayLeft, "Calls", r.Calls)
	for i := range r.Rows {
		if row := &r.Rows[i]; row.Verdict != VerdictBlocked {
			row.Messages = append(row.Messages, ledger.Message{Text: text, Cause: ledger.Other, Warning: true})
			row.judge()
		}
	}
}

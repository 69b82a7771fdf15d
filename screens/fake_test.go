package screens

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// fakeApp keeps invoices in memory. It moves them as the real one does, and answers an
// export as fate says when settle is called.
type fakeApp struct {
	mu       sync.Mutex
	clients  []billing.Client
	invoices []*fakeInvoice
	orgs     []app.Organisation
	policy   app.Policy
	setup    *app.Setup // nil for a firm that is named, and mapped once it is connected
	runs     []*app.Run
	exports  map[billing.InvoiceID][]*app.Export
	tallies  map[app.RunID]app.Tally // of runs that are not counted
	took     time.Duration           // how long a run takes
	asked    []app.RunQuery          // of the export history

	destinations map[billing.ClientID]ledger.TenantID

	links     map[billing.ClientID]app.Link
	contacts  fakeContacts
	fate      map[billing.Number]ledger.Message // what Xero says of an invoice; others are accepted
	gauge     app.Gauge
	stale     bool
	preview   func(intake.Options) intake.Preview
	imported  intake.Preview // last
	listeners []func([]app.Change)
	calls     []string
	touched   []billing.InvoiceID        // what use cases were asked to change, in turn
	refuse    map[string]error           // by method
	gate      func(method string, n int) // is called, unlocked, before a method answers
	counted   map[string]int
	xero      fakeXero
	writing   fakeWriting
	after     fakeAfter
	review    fakeReview

	staff        []staff.Member
	passwords    map[staff.ID]string
	fileCodes    []billing.Code
	fileProblems []intake.Problem
	fileWarnings []intake.Problem
	trail        []staff.Entry
	report       app.AuditReport
	nightly      app.Nightly
	lock         app.LockState
	damage       *app.Damaged
	copied       []string
}

type fakeInvoice struct {
	billing.Invoice
	message ledger.Message
}

var fakeNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func newFake() *fakeApp {
	return &fakeApp{
		exports: map[billing.InvoiceID][]*app.Export{}, links: map[billing.ClientID]app.Link{},
		fate: map[billing.Number]ledger.Message{}, gauge: app.Gauge{DayLeft: 842, LastCall: fakeNow},
		refuse: map[string]error{}, counted: map[string]int{}, xero: newFakeXero(), writing: newFakeWriting(), after: newFakeAfter(), review: fakeReview{left: 976}, passwords: map[staff.ID]string{},
		orgs: []app.Organisation{{Tenant: ledger.Tenant{ID: "t1", Name: "Demo Company (NZ)"}, Default: true, State: app.Connected}},
	}
}

// enter counts a call and returns the error it is to answer with.
func (f *fakeApp) enter(method string) error {
	f.mu.Lock()
	f.counted[method]++
	n, gate, err := f.counted[method], f.gate, f.refuse[method]
	f.calls = append(f.calls, method)
	f.mu.Unlock()
	if gate != nil {
		gate(method, n)
	}
	return err
}

var fakeNames = []string{
	"Kauri Joinery Ltd", "Harbour Café", "Ridgeway University", "Ōtāhuhu Plumbing & Gas Services Limited Partnership",
	"Bayside Club", "City Limousines", "Petrie McLoud Watson & Associates", "Truxton Property Management", "Young Bros Transport",
	"Rex Media Group", "Basket Case", "DIISR – Small Business Services", "Marine Systems", "Hamilton Smith Ltd", "Port & Philip Freight",
	"Boom FM", "Cube Land", "Abby & Wells", "Swanston Security", "SMART Agency",
}

// fill adds clients and n invoices in every stage, the same at every call.
func (f *fakeApp) fill(n int) *fakeApp {
	for i, name := range fakeNames {
		f.clients = append(f.clients, billing.Client{
			ID: billing.ClientID(fmt.Sprintf("c%02d", i)), Name: name, Code: billing.SuggestCode(name), Email: "accounts@example.com",
		})
	}
	slices.SortFunc(f.clients, func(a, b billing.Client) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	stages := []billing.Stage{
		{Status: billing.Finalized}, {Status: billing.Finalized}, {Status: billing.Finalized, Export: billing.Exported},
		{Status: billing.Closed, Export: billing.Exported}, {Status: billing.Closed, Export: billing.Exported}, {Status: billing.Draft},
		{Status: billing.Finalized, Export: billing.Warned}, {Status: billing.Finalized, Export: billing.Failed},
		{Status: billing.Closed, Export: billing.Exported}, {Status: billing.Finalized, Export: billing.Held},
		{Status: billing.Finalized}, {Status: billing.Closed, Export: billing.Exported},
	}
	day, _ := billing.NewDate(2026, 11, 20)
	for i := range n {
		stage := stages[i%len(stages)]
		v := &fakeInvoice{Invoice: billing.Invoice{
			ID: billing.InvoiceID(fmt.Sprintf("i%05d", i)), Client: f.clients[(i*7)%len(f.clients)].ID, Type: billing.Final,
			Number: billing.Number(fmt.Sprintf("%07d", 1054+n-i)), Date: day.AddDays(-i / 4), Due: day.AddDays(20 - i/4),
			Reference: fmt.Sprintf("PO %d", 3000+i*7), Currency: "NZD", Amounts: money.Exclusive, Stage: stage,
			Lines: []billing.Line{
				{Code: "ACC", Description: "Preparation of the annual accounts", Quantity: money.Quantity(10_000 * (1 + i%9)), UnitAmount: money.UnitAmount(1_850_000 + 10_000*(i%40)),
					Tax: billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 150_000}, Account: "200",
					Tracking: []billing.Tracking{{Category: "Region", Option: "North"}}},
				{Description: "As agreed in our letter of 3 October"},
				{Code: "DISB", Description: "Disbursements", Quantity: 10_000, UnitAmount: money.UnitAmount(450_000 + 1_000*(i%17)),
					Tax: billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 150_000}},
			},
		}}
		if i%37 == 11 {
			v.Currency = "AUD"
		}
		var st ledger.Standing
		switch stage.Export {
		case billing.Failed:
			v.message = fakeFates[i/len(stages)%len(fakeFates)]
		case billing.Warned:
			st.Status = ledger.DraftThere
			v.message = ledger.Message{Text: "The contact's e-mail address was not taken over.", Cause: ledger.EmailInvalid, Warning: true}
		case billing.Exported:
			st.Status = ledger.DraftThere
			if stage.Status == billing.Closed {
				st.Status = ledger.AuthorisedThere
				if i%2 == 0 {
					st.Status, st.PaidOn = ledger.PaidThere, v.Date.AddDays(9)
				}
			}
		}
		f.invoices = append(f.invoices, v)
		if stage.Export == billing.Failed || st.Status != "" {
			e := &app.Export{
				ID: app.ExportID("e" + v.ID), Run: "r0", Invoice: v.ID, Number: v.Number, Tenant: "t1", Sent: fakeNow.Add(-time.Hour),
				Ended: fakeNow.Add(-time.Hour), Result: stage.Export, Standing: st,
			}
			if st.Status != "" {
				e.Standing.ID = ledger.InvoiceID("x" + v.ID)
				f.links[v.Client] = app.Link{Contact: "k1", Name: "Contact of " + string(v.Client), How: app.LinkedByName, At: fakeNow.Add(-24 * time.Hour)}
			}
			if v.message.Text != "" {
				e.Messages = []ledger.Message{v.message}
			}
			f.exports[v.ID] = []*app.Export{e}
		}
	}
	return f
}

var fakeFates = []ledger.Message{
	{Text: "The Contact with ContactID 8f2e has been archived. The Contact must be un-archived before creating new invoices.", Cause: ledger.ContactArchived},
	{Text: "3 contacts are called Harbour Café.", Cause: ledger.ContactAmbiguous},
	{Text: "The document date cannot be before the period lock date, currently set at 30-Sep-2026", Cause: ledger.LockedDate},
	{Text: "Account code '999' is not a valid code for this document.", Cause: ledger.AccountUnknown, Subject: "999"},
}

func (f *fakeApp) client(id billing.ClientID) billing.Client {
	for _, c := range f.clients {
		if c.ID == id {
			return c
		}
	}
	return billing.Client{}
}

func (f *fakeApp) invoice(id billing.InvoiceID) *fakeInvoice {
	for _, v := range f.invoices {
		if v.ID == id {
			return v
		}
	}
	return nil
}

// number returns the invoice with that number.
func (f *fakeApp) number(n billing.Number) *fakeInvoice {
	for _, v := range f.invoices {
		if v.Number == n {
			return v
		}
	}
	return nil
}

func (f *fakeApp) row(v *fakeInvoice) app.InvoiceRow {
	t, _ := v.Totals()
	var st ledger.Standing
	if all := f.exports[v.ID]; len(all) > 0 {
		st = all[0].Standing
	}
	return app.InvoiceRow{
		ID: v.ID, ClientID: v.Client, Client: f.client(v.Client).Name, Number: v.Number, Reference: v.Reference, Date: v.Date, Due: v.Due,
		SubTotal: t.SubTotal, Tax: t.Tax, Total: t.Total, Stage: v.Stage, Message: v.message.Text, Cause: v.message.Cause,
		XeroStatus: st.Status, Settlement: st.Settlement(), AmountDue: st.AmountDue, PaidOn: st.PaidOn,
	}
}

func (f *fakeApp) Subscribe(fn func([]app.Change)) (stop func()) {
	f.listeners = append(f.listeners, fn)
	return func() {}
}

// tell announces changes, as after a commit.
func (f *fakeApp) tell(subject string, ids ...string) {
	var changes []app.Change
	for _, id := range ids {
		changes = append(changes, app.Change{Subject: subject, ID: id})
	}
	for _, fn := range f.listeners {
		fn(changes)
	}
}

func (f *fakeApp) Rows(_ context.Context, by staff.Member, q app.Query) iter.Seq2[app.InvoiceRow, error] {
	return func(yield func(app.InvoiceRow, error) bool) {
		f.mu.Lock()
		var rows []app.InvoiceRow
		for _, v := range f.invoices {
			if q.IDs != nil && !slices.Contains(q.IDs, v.ID) || !by.May(staff.See, v.Client) || v.Stage.Status == billing.Deleted {
				continue
			}
			if q.Limit == 0 || len(rows) < q.Limit {
				rows = append(rows, f.row(v))
			}
		}
		f.mu.Unlock()
		name := "Rows"
		switch {
		case q.IDs != nil:
			name = "Rows of some"
		case q.Limit > 0:
			name = "first Rows"
		}
		if err := f.enter(name); err != nil {
			yield(app.InvoiceRow{}, err)
			return
		}
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (f *fakeApp) Clients(_ context.Context, by staff.Member) ([]billing.Client, error) {
	err := f.enter("Clients")
	f.mu.Lock()
	defer f.mu.Unlock()
	var seen []billing.Client
	for _, c := range f.clients {
		if by.May(staff.See, c.ID) {
			seen = append(seen, c)
		}
	}
	return seen, err
}

func (f *fakeApp) Organisations(context.Context) ([]app.Organisation, error) {
	if err := f.enter("Organisations"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.orgs), nil
}

// refusedWords are the ends of the keys with which a move is refused.
var refusedWords = map[billing.Event]string{
	billing.Finalize: "finalize", billing.Hold: "hold", billing.Release: "release", billing.Delete: "delete", billing.LetGo: "confirm-missing",
}

func (f *fakeApp) move(ids []billing.InvoiceID, ev billing.Event, name string) ([]app.Result, error) {
	if err := f.enter(name); err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.touched = append(f.touched, ids...)
	var results []app.Result
	var changed []string
	for _, id := range ids {
		v := f.invoice(id)
		r := app.Result{Invoice: id, Number: v.Number}
		if to, ok := v.Stage.Next(ev); ok {
			v.Stage = to
			if ev == billing.Finalize && v.Number == "" {
				v.Number = "INV-0001"
				r.Number = v.Number
			}
			v.Version++
			changed = append(changed, string(id))
		} else {
			r.Err = app.Errorf(app.Conflict, "refused."+refusedWords[ev], "Invoice", v.Name(), "Why", app.Obstacle(ev, v.Stage))
		}
		results = append(results, r)
	}
	f.mu.Unlock()
	f.tell("invoice", changed...)
	return results, nil
}

func (f *fakeApp) Finalize(_ context.Context, _ staff.Member, ids []billing.InvoiceID) ([]app.Result, error) {
	return f.move(ids, billing.Finalize, "Finalize")
}

func (f *fakeApp) Hold(_ context.Context, _ staff.Member, ids []billing.InvoiceID) ([]app.Result, error) {
	return f.move(ids, billing.Hold, "Hold")
}

func (f *fakeApp) Release(_ context.Context, _ staff.Member, ids []billing.InvoiceID) ([]app.Result, error) {
	return f.move(ids, billing.Release, "Release")
}

func (f *fakeApp) Invoice(_ context.Context, _ staff.Member, id billing.InvoiceID) (app.InvoiceView, error) {
	if err := f.enter("Invoice"); err != nil {
		return app.InvoiceView{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.invoice(id)
	view := app.InvoiceView{Invoice: v.Invoice, Client: f.client(v.Client), Contact: f.links[v.Client]}
	view.Totals, _ = v.Totals()
	view.NumberBurnt = v.Stage.Status == billing.Draft && v.Number != "" && v.Number == f.after.burnt
	for _, e := range f.exports[id] {
		view.Exports = append(view.Exports, *e)
	}
	if len(view.Exports) > 0 {
		view.Organisation, view.Removals = f.orgs[0].Tenant, f.removalsOf(id)
		view.Differences = f.after.differences[id]
		for _, m := range view.Exports[0].Messages {
			view.Places = append(view.Places, ledger.Locate(m, v.Invoice, view.Client, ledger.Chart{}, ledger.Mapping{}))
		}
		if there := view.Exports[0].Standing.ID; there != "" {
			view.Link = "https://xero.example/" + string(there)
		}
	}
	view.History = []staff.Entry{
		{At: fakeNow.Add(-50 * time.Hour), ByName: "Olivia Hart", Action: "import", Subject: "invoice", To: "a draft"},
		{At: fakeNow.Add(-26 * time.Hour), ByName: "Olivia Hart", Action: "finalize", Subject: "invoice", From: "a draft", To: "finalized, not exported"},
	}
	return view, nil
}

func (f *fakeApp) Seen(_ context.Context, _ staff.Member, id billing.InvoiceID) error {
	err := f.enter("Seen")
	f.mu.Lock()
	v := f.invoice(id)
	to, _ := v.Stage.Next(billing.See)
	v.Stage = to
	f.mu.Unlock()
	f.tell("invoice", string(id))
	return err
}

// Failures has a group for each cause and text, and what is named in the text, such as '999'.
func (f *fakeApp) Failures(_ context.Context, _ staff.Member, ids []billing.InvoiceID) ([]app.FailureGroup, error) {
	if err := f.enter("Failures"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []app.FailureGroup
	for _, id := range ids {
		if len(f.exports[id]) == 0 || len(f.exports[id][0].Messages) == 0 {
			continue // an invoice of a test that says only at which stage it is
		}
		e := f.exports[id][0]
		m := e.Messages[0]
		at := slices.IndexFunc(all, func(g app.FailureGroup) bool { return g.Message == m })
		if at < 0 {
			at = len(all)
			all = append(all, app.FailureGroup{
				Tenant: ledger.Tenant{ID: e.Tenant}, Message: m,
				Place: ledger.Locate(m, f.invoice(id).Invoice, f.client(f.invoice(id).Client), ledger.Chart{}, ledger.Mapping{}),
			})
		}
		all[at].Invoices = append(all[at].Invoices, id)
	}
	slices.SortStableFunc(all, func(a, b app.FailureGroup) int { return len(b.Invoices) - len(a.Invoices) })
	return all, nil
}

func (f *fakeApp) XeroPage(_ context.Context, _ ledger.TenantID, page app.XeroPage) (string, error) {
	return "https://xero.example/" + string(page), f.enter("XeroPage")
}

func (f *fakeApp) Export(_ context.Context, by staff.Member, ids []billing.InvoiceID) ([]app.Run, []app.Result, error) {
	if err := f.enter("Export"); err != nil {
		return nil, nil, err
	}
	f.mu.Lock()
	if len(f.orgs) == 0 {
		f.mu.Unlock()
		return nil, nil, app.Errorf(app.Unavailable, "refused.not-connected")
	}
	f.touched = append(f.touched, ids...)
	var runs []*app.Run
	runTo := func(t ledger.TenantID) *app.Run {
		for _, r := range runs {
			if r.Tenant == t {
				return r
			}
		}
		r := &app.Run{ID: app.RunID(fmt.Sprintf("r%d", len(f.runs)+1)), Tenant: t, By: by.ID, Started: fakeNow, Confirmed: fakeNow}
		runs, f.runs = append(runs, r), append([]*app.Run{r}, f.runs...)
		return r
	}
	var results []app.Result
	var changed []string
	for _, id := range ids {
		v := f.invoice(id)
		r := app.Result{Invoice: id, Number: v.Number}
		if to, ok := v.Stage.Next(billing.Queue); ok {
			v.Stage, v.message = to, ledger.Message{}
			tenant, other := f.destinations[v.Client]
			if !other {
				tenant = "t1"
			}
			run := runTo(tenant)
			e := &app.Export{ID: app.ExportID(fmt.Sprintf("%s-%s", run.ID, id)), Run: run.ID, Invoice: id, Number: v.Number, Tenant: tenant}
			f.exports[id] = append([]*app.Export{e}, f.exports[id]...)
			changed = append(changed, string(id))
		} else {
			r.Err = app.Errorf(app.Conflict, "refused.export", "Invoice", v.Name(), "Why", app.Obstacle(billing.Queue, v.Stage))
		}
		results = append(results, r)
	}
	var answer []app.Run
	var told []string
	for _, r := range runs {
		answer, told = append(answer, *r), append(told, string(r.ID))
	}
	f.mu.Unlock()
	f.tell("invoice", changed...)
	f.tell("run", told...)
	return answer, results, nil
}

func (f *fakeApp) Destinations(context.Context) (map[billing.ClientID]ledger.TenantID, error) {
	if err := f.enter("Destinations"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.destinations), nil
}

func (f *fakeApp) ExportClientTo(_ context.Context, _ staff.Member, client billing.ClientID, t ledger.TenantID) error {
	if err := f.enter("ExportClientTo"); err != nil {
		return err
	}
	f.mu.Lock()
	if f.destinations == nil {
		f.destinations = map[billing.ClientID]ledger.TenantID{}
	}
	f.destinations[client] = t
	if t == "" {
		delete(f.destinations, client)
	}
	f.mu.Unlock()
	f.tell("client", string(client))
	return nil
}

// settle lets Xero answer up to n of the exports that are queued.
func (f *fakeApp) settle(n int) {
	f.mu.Lock()
	var changed []string
	for _, v := range f.invoices {
		if len(changed) == n || v.Stage.Export != billing.Queued {
			continue
		}
		e := f.exports[v.ID][0]
		e.Sent, e.Ended = fakeNow, fakeNow
		e.Answered, e.Correlation = fakeNow.Add(1500*time.Millisecond), "corr-"+string(v.ID)
		message, bad := f.fate[v.Number]
		switch {
		case bad && message.Warning:
			v.Stage.Export, v.message = billing.Warned, message
		case bad:
			v.Stage.Export, v.message = billing.Failed, message
		default:
			v.Stage.Export = billing.Exported
		}
		if v.message.Text != "" {
			e.Messages = []ledger.Message{v.message}
		}
		if v.Stage.Export != billing.Failed {
			e.Standing = ledger.Standing{ID: ledger.InvoiceID("x" + v.ID), Status: ledger.DraftThere}
		}
		e.Result = v.Stage.Export
		changed = append(changed, string(v.ID))
	}
	f.mu.Unlock()
	f.tell("invoice", changed...)
	f.tell("run", "r")
}

func (f *fakeApp) ofRun(id app.RunID) []app.Export {
	var all []app.Export
	for _, v := range f.invoices {
		for _, e := range f.exports[v.ID] {
			if e.Run == id {
				all = append(all, *e)
			}
		}
	}
	return all
}

func (f *fakeApp) tally(id app.RunID) app.Tally {
	if t, told := f.tallies[id]; told {
		return t
	}
	var t app.Tally
	f.tallyRemovals(id, &t)
	for _, e := range f.ofRun(id) {
		t.All++
		switch {
		case e.Ended.IsZero():
			t.Queued++
		case e.Result == billing.NotExported:
			t.Cancelled++
		case e.Result == billing.Failed:
			t.Failed++
		case e.Result == billing.Warned:
			t.Warned++
		default:
			t.Exported++
		}
	}
	return t
}

func (f *fakeApp) Progress(_ context.Context, id app.RunID) (app.Progress, error) {
	if err := f.enter("Progress"); err != nil {
		return app.Progress{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p := app.Progress{Tally: f.tally(id), Gauge: f.gauge, Stale: f.stale, Organisation: f.orgs[0]}
	for _, r := range f.runs {
		if r.ID == id {
			p.Run = *r
		}
	}
	for _, o := range f.orgs {
		if o.Tenant.ID == p.Run.Tenant {
			p.Organisation = o
		}
	}
	return p, nil
}

func (f *fakeApp) OpenRuns(context.Context, staff.Member) ([]app.Run, error) {
	if err := f.enter("OpenRuns"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var open []app.Run
	for _, r := range f.runs {
		if f.tally(r.ID).Open() > 0 {
			open = append(open, *r)
		}
	}
	return open, nil
}

func (f *fakeApp) ExportsOfRun(_ context.Context, _ staff.Member, id app.RunID) ([]app.Export, error) {
	if err := f.enter("ExportsOfRun"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ofRun(id), nil
}

func (f *fakeApp) Confirm(context.Context, staff.Member, app.RunID) error {
	err := f.enter("Confirm")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stale = false
	return err
}

func (f *fakeApp) Cancel(_ context.Context, _ staff.Member, id app.RunID) (int, error) {
	if err := f.enter("Cancel"); err != nil {
		return 0, err
	}
	f.mu.Lock()
	changed := f.withdraw(id)
	for _, v := range f.invoices {
		for _, e := range f.exports[v.ID] {
			if e.Run == id && e.Ended.IsZero() {
				e.Ended, e.Result = fakeNow, billing.NotExported
				v.Stage.Export = billing.NotExported
				changed = append(changed, string(v.ID))
			}
		}
	}
	f.mu.Unlock()
	f.tell("invoice", changed...)
	f.tell("run", string(id))
	return len(changed), nil
}

func (f *fakeApp) PreviewImport(_ context.Context, _ staff.Member, _ app.Sheet, o intake.Options) (intake.Preview, error) {
	if err := f.enter("PreviewImport"); err != nil {
		return intake.Preview{}, err
	}
	return f.preview(o), nil
}

func (f *fakeApp) Import(_ context.Context, _ staff.Member, p intake.Preview) ([]billing.InvoiceID, error) {
	if err := f.enter("Import"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.imported = p
	var ids []billing.InvoiceID
	var changed []string
	for _, i := range p.Invoices {
		f.invoices = append([]*fakeInvoice{{Invoice: i.Invoice}}, f.invoices...)
		ids = append(ids, i.Invoice.ID)
		changed = append(changed, string(i.Invoice.ID))
	}
	f.mu.Unlock()
	f.tell("invoice", changed...)
	return ids, nil
}

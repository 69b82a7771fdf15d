package outbox_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
	"feebridge/data/sqlite"
	"feebridge/xero/sim"
)

// TestJourneys lets the firm's staff, and people in Xero, do what comes to their minds, while calls
// fail, processes die, backups are put back and clocks are set. A journey is drawn before it begins:
// what is drawn inside a bubble cannot be made smaller. There are a few unless -rapid.checks says how
// many.
func TestJourneys(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
		if err := checks.Value.Set("15"); err != nil {
			t.Fatal(err)
		}
	}
	var total tally
	rapid.Check(t, func(r *rapid.T) {
		xero := rapid.Custom(drawSetting).Draw(r, "Xero")
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 10, 40).Draw(r, "steps")
		problems := travel(t, xero, steps, &total)
		if len(problems) > 0 {
			r.Fatal(strings.Join(problems, "\n"))
		}
	})
	t.Logf("%d journeys of %d steps, %d of them restores; of %d invoices that were to be exported in the end, %d were",
		total.journeys, total.steps, total.restores, total.asked, total.exported)
	if total.exported*10 < total.asked*9 {
		t.Errorf("of %d invoices that were to be exported only %d were", total.asked, total.exported)
	}
}

// travel makes one journey, and returns what is wrong after it.
func travel(t *testing.T, xero setting, steps []step, total *tally) []string {
	problems := &collector{TB: t}
	synctest.Test(t, func(t *testing.T) {
		problems.TB = t
		defer problems.stop()
		j := newJourney(problems, xero)
		defer j.crash()
		for _, s := range steps {
			j.walk(s)
		}
		total.restores += j.restores
		j.arrive(total)
	})
	total.steps += len(steps)
	total.journeys++
	return problems.found
}

// tally is what journeys came to.
type tally struct{ journeys, steps, restores, asked, exported int }

// setting is how Xero is on a journey.
type setting struct {
	Held  bool          // the numbers of deleted invoices are
	Skew  time.Duration // how far its clock is ahead of the computer's
	Marks sim.Marks     // what it tells of marks
}

func (s setting) String() string {
	return fmt.Sprintf("numbers held: %v, clock ahead by %v, marks %s", s.Held, s.Skew, s.Marks)
}

func drawSetting(r *rapid.T) setting {
	return setting{
		Held:  rapid.Bool().Draw(r, "held"),
		Skew:  rapid.SampledFrom([]time.Duration{0, 0, time.Second, -time.Second, 3 * time.Minute, -3 * time.Minute, 2 * time.Hour, -2 * time.Hour}).Draw(r, "skew"),
		Marks: rapid.SampledFrom([]sim.Marks{sim.MarksKept, sim.MarksNormalised, sim.MarksDropped, sim.MarksUnlisted}).Draw(r, "marks"),
	}
}

// step is one thing that a person does, or that happens, and how long it is until the next.
type step struct {
	What  string
	Which int // of the invoices, or of what there is to choose from
	Wait  time.Duration
}

func (s step) String() string { return fmt.Sprintf("%s (%d), then %v", s.What, s.Which, s.Wait) }

// deeds are what a step may be; what is here more than once happens more often.
var deeds = strings.Split("export,export,export all,export all,redraft,redraft,redraft all,edit,edit,replace,replace,replace,refresh,look again,cancel,"+
	"new draft,renumber here,move the client,move the client,"+
	"approve,approve,submit,pay,pay a part,unpay,void,delete,renumber,change the total,redate,credit in full,prepay in full,overpay a part,"+
	"rename the contact,merge the contacts,archive the contact,restore the contact,"+
	"copy,copy,restore by the command,restore by the command,restore by hand,restore the folder,"+
	"crash,crash soon,crash after a while,set the clock ahead,set the clock back,"+
	"* /Invoices #1 500,PUT /Invoices #1-2 500-after-commit,PUT /Invoices #1 drop-after-commit,PUT /Invoices #1 cut,PUT /Invoices #1 late-commit,"+
	"POST /Invoices #1-2 500,POST /Invoices #1 drop-after-commit,POST /Invoices #1 cut,POST /Invoices #1 late-commit:4m,POST /Invoices #1 reset,"+
	"GET /Invoices #1 person-prepay,PUT /Invoices #1 drop-after-commit+person-overpay,GET /Invoices #1 person-approve,GET /Invoices #1 person-delete,PUT /Invoices #1 drop-after-commit+person-approve,PUT /Invoices #1 cut+person-rename,"+
	"* /Invoices #1-4 503:unavailable,GET /Invoices #1-3 reset,PUT /Contacts #1 drop-after-commit,* /Invoices #1 429:minute:40", ",")

func drawStep(r *rapid.T) step {
	return step{
		What:  rapid.SampledFrom(deeds).Draw(r, "what"),
		Which: rapid.IntRange(0, 5).Draw(r, "which"),
		Wait: rapid.SampledFrom([]time.Duration{
			0, 0, 0, 0, time.Second, time.Second, 3 * time.Second, 3 * time.Second, 20 * time.Second, 20 * time.Second, 20 * time.Second,
			time.Minute, time.Minute, time.Minute, 4 * time.Minute, 4 * time.Minute, 7 * time.Minute, 2 * time.Hour,
		}).Draw(r, "wait"),
	}
}

// collector keeps what a test finds wrong, so that it can be told outside of the bubble.
type collector struct {
	testing.TB
	found []string
}

type stopped struct{}

func (c *collector) Errorf(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

func (c *collector) Fatal(args ...any) {
	c.found = append(c.found, fmt.Sprint(args...))
	panic(stopped{})
}

func (c *collector) Fatalf(format string, args ...any) { c.Fatal(fmt.Sprintf(format, args...)) }

// stop ends a test that Fatal ended.
func (c *collector) stop() {
	if p := recover(); p != nil && p != (stopped{}) {
		panic(p)
	}
}

// journey is one of them, under way.
type journey struct {
	*apptest.World
	known    known
	marks    sim.Marks
	tenants  []ledger.TenantID
	clerks   map[ledger.InvoiceID]*clerk
	copies   []copied
	restores int
	written  int // drafts
	process  *apptest.Process
	fate     *apptest.Fate
	end      context.CancelFunc
	ended    chan error
}

// known is what the firm remembers of its invoices, as far as its database does.
type known struct {
	ids   []billing.InvoiceID
	asked map[billing.InvoiceID]bool // to be exported, and not taken back since
}

func (k known) clone() known { return known{slices.Clone(k.ids), maps.Clone(k.asked)} }

// copied is a copy of the database, and what was beside it.
type copied struct {
	path  string
	seen  []byte
	known known
}

func newJourney(t testing.TB, xero setting) *journey {
	cfg := sim.Config{
		Limits: true, DayLimit: 5000, DeletedNumbersHeld: xero.Held, Marks: xero.Marks,
		Now: func() time.Time { return time.Now().Add(xero.Skew) },
	}
	j := &journey{World: apptest.NewWorld(t, cfg), marks: xero.Marks, clerks: map[ledger.InvoiceID]*clerk{}}
	j.Invoices(0, 2)
	j.known.asked = map[billing.InvoiceID]bool{}
	p := j.Start(nil)
	defer p.Stop()
	err := p.DB.Update(context.Background(), func(tx app.Tx) error {
		j.known.ids = nil
		for i := range 4 {
			id := newID(i)
			v := apptest.Finalized(id, i, 2)
			v.Lines[0].Description = described(id)
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			j.known.ids = append(j.known.ids, id)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range j.Sim.Orgs()[:2] {
		j.tenants = append(j.tenants, ledger.TenantID(o.TenantID))
	}
	if _, err := p.App.Connect(context.Background(), j.Me, app.Connection{Tenant: ledger.Tenant{ID: j.tenants[1]}}); err != nil {
		t.Fatal(err)
	}
	j.begin(0)
	j.copy() // so that there is always one to put back
	return j
}

// newID is an ID as invoices have them, which a mark still tells when Xero has written it in capitals.
func newID(n int) billing.InvoiceID {
	return billing.InvoiceID(fmt.Sprintf("0ca11ab1-e000-4000-8000-%012x", n))
}

// described is how the first line of an invoice is described: in Xero it tells which of ours it is,
// whatever mark it bears.
func described(id billing.InvoiceID) string { return "This is " + string(id) }

// begin starts a process that dies after so many looks at the world; 0 for never.
func (j *journey) begin(looks int) {
	j.fate = &apptest.Fate{Looks: looks}
	j.process = j.Start(j.fate)
	var ctx context.Context
	ctx, j.end = context.WithCancel(context.Background())
	j.ended = make(chan error, 1)
	p := j.process
	go func() { j.ended <- p.Run(ctx) }()
}

// crash ends the process without letting it finish anything.
func (j *journey) crash() {
	j.fate.Die()
	j.end()
	<-j.ended //nolint:errcheck // whatever a dead process says
	j.process.Stop()
}

// walk takes one step.
func (j *journey) walk(s step) {
	id := j.known.ids[s.Which%len(j.known.ids)]
	some := []billing.InvoiceID{id}
	if strings.HasSuffix(s.What, " all") {
		some = j.known.ids
	}
	ctx := context.Background()
	switch s.What {
	case "export", "export all":
		_, results, err := j.process.App.Export(ctx, j.Me, some)
		j.asks(results, err, true)
	case "redraft", "redraft all":
		_, results, err := j.process.App.Redraft(ctx, j.Me, some)
		j.asks(results, err, false)
	case "edit":
		j.edit(id)
	case "replace":
		j.replace(id)
	case "refresh":
		_, _ = j.process.App.RefreshAll(ctx) // whatever fails then
	case "look again":
		_ = j.process.App.LookAgain(ctx, j.Me, some) // whatever fails then
		j.settleDoubts(j.process)
	case "cancel":
		j.cancel()
	case "new draft":
		j.draft(s.Which)
	case "renumber here":
		_, _ = j.process.App.Renumber(ctx, j.Me, some) // where it has no use it is refused
	case "move the client":
		_ = j.process.App.ExportClientTo(ctx, j.Me, clientOf(s.Which), j.tenants[s.Which/2%2]) // unless the process dies
	case "copy":
		j.copy()
	case "restore by the command", "restore by hand", "restore the folder":
		j.restore(s)
	case "set the clock ahead", "set the clock back":
		j.setClock(s)
	case "rename the contact", "merge the contacts", "archive the contact", "restore the contact":
		j.changeContact(s)
	case "crash":
		j.crash()
		j.begin(0)
	case "crash soon", "crash after a while":
		j.crash()
		j.begin(map[string]int{"crash soon": 5 + s.Which*7, "crash after a while": 60 + s.Which*30}[s.What])
	default:
		if strings.Contains(s.What, "/") {
			rule, err := sim.ParseRule(s.What)
			if err != nil {
				j.T.Fatal(err)
			}
			j.Sim.AddFault(rule)
			break
		}
		if c := j.clerkOf(id); c != nil {
			_ = c.tries(s.What) // Xero refuses what cannot be
		}
	}
	time.Sleep(s.Wait)
	if j.fate.IsDead() {
		j.crash()
		j.begin(0)
	}
}

// asks notes what a person was told to happen.
func (j *journey) asks(results []app.Result, err error, exported bool) {
	for _, r := range results {
		if err == nil && r.Err == nil {
			j.known.asked[r.Invoice] = exported
		}
	}
}

func clientOf(which int) billing.ClientID { return billing.ClientID(fmt.Sprint("client ", which%2)) }

// inXero returns what of the invoices of ours is in Xero, in any organisation, by how it is described.
func (j *journey) inXero() (live map[string][]there) {
	live = map[string][]there{}
	for _, t := range j.tenants {
		for _, inv := range j.Sim.Invoices(string(t)) {
			if inv.Status != sim.StatusDeleted && inv.Status != sim.StatusVoided {
				is := inv.Lines[0].Description
				live[is] = append(live[is], there{inv, t})
			}
		}
	}
	return live
}

// there is an invoice in an organisation of Xero.
type there struct {
	sim.Invoice
	tenant ledger.TenantID
}

// tells reports whether Xero tells that an invoice is ours: by its mark, or by the note in its history where a process
// did not die before that was written.
func (j *journey) tells(inv there) bool {
	return j.marks == sim.MarksKept || j.marks == sim.MarksNormalised || slices.ContainsFunc(inv.History, func(r sim.HistoryRecord) bool {
		return strings.Contains(r.Details, app.MarkKey(inv.URL))
	})
}

// clerkOf returns a person for the invoice of ours in Xero, if one can be seen there.
func (j *journey) clerkOf(id billing.InvoiceID) *clerk {
	live := j.inXero()[described(id)]
	if len(live) == 0 {
		return nil
	}
	there := ledger.InvoiceID(live[0].InvoiceID)
	if j.clerks[there] == nil {
		j.clerks[there] = &clerk{w: j.World, tenant: live[0].tenant, id: live[0].InvoiceID}
	}
	return j.clerks[there]
}

// changeContact has a person in Xero change the contact of a client.
func (j *journey) changeContact(s step) {
	tenant := string(j.tenants[s.Which/2%2])
	var contacts []sim.Contact
	for _, c := range j.Sim.Contacts(tenant) {
		if strings.HasPrefix(c.Name, "Client ") {
			contacts = append(contacts, c)
		}
	}
	if len(contacts) == 0 {
		return
	}
	one, other := contacts[s.Which%len(contacts)], contacts[(s.Which+1)%len(contacts)]
	switch s.What { // Xero refuses what cannot be
	case "rename the contact":
		_ = j.Sim.RenameContact(tenant, one.ContactID, one.Name+" Ltd")
	case "merge the contacts":
		_ = j.Sim.MergeContact(tenant, one.ContactID, other.ContactID)
	case "archive the contact":
		_ = j.Sim.ArchiveContact(tenant, one.ContactID)
	case "restore the contact":
		_ = j.Sim.RestoreContact(tenant, one.ContactID)
	}
}

// draft writes a draft and finalizes it: it gets the next number.
func (j *journey) draft(which int) {
	j.written++
	id := newID(100 + j.written)
	err := j.process.DB.Update(context.Background(), func(tx app.Tx) error {
		v := apptest.Finalized(id, which, 2)
		v.Number, v.Stage, v.Lines[0].Description = "", billing.Stage{}, described(id)
		_, err := tx.SaveInvoice(v)
		return err
	})
	if err != nil {
		return // the process is dead
	}
	j.known.ids = append(j.known.ids, id)
	_, _ = j.process.App.Finalize(context.Background(), j.Me, []billing.InvoiceID{id}) // unless the process dies
}

// edit changes a draft and finalizes it.
func (j *journey) edit(id billing.InvoiceID) {
	ctx := context.Background()
	changed := false
	err := j.process.DB.Update(ctx, func(tx app.Tx) error {
		changed = false
		v, err := tx.Invoice(id)
		if err != nil || v.Stage.Status != billing.Draft {
			return err
		}
		v.Lines[0].UnitAmount += 10_0000
		_, err = tx.SaveInvoice(v)
		changed = true
		return err
	})
	if err == nil && changed {
		_, _ = j.process.App.Finalize(ctx, j.Me, []billing.InvoiceID{id}) // unless the process dies
	}
}

// replace takes the next step of a replacement.
func (j *journey) replace(id billing.InvoiceID) {
	ctx := context.Background()
	view, err := j.process.App.Replace(ctx, j.Me, id)
	if err != nil {
		return
	}
	switch view.Step {
	case app.VoidFirst:
		_, _ = j.process.App.VoidInXero(ctx, j.Me, id)
	case app.DeleteHere:
		_ = j.process.App.DeleteReplaced(ctx, j.Me, id)
	case app.CopyNow:
		if fresh, err := j.process.App.CopyReplaced(ctx, j.Me, id, 20261123); err == nil {
			j.known.ids = append(j.known.ids, fresh)
			put(j.World, func(_ int, v *billing.Invoice) { v.Lines[0].Description = described(v.ID) }, fresh)
		}
	}
}

// cancel withdraws what was not sent: nobody asks for it any more.
func (j *journey) cancel() {
	ctx := context.Background()
	open, err := j.process.App.OpenRuns(ctx, j.Me)
	if err != nil {
		return
	}
	for _, run := range open {
		if _, err := j.process.App.Cancel(ctx, j.Me, run.ID); err != nil {
			continue
		}
		exports, err := j.process.App.ExportsOfRun(ctx, j.Me, run.ID)
		for _, e := range exports {
			if err == nil && !e.Ended.IsZero() && e.Result == billing.NotExported {
				j.known.asked[e.Invoice] = false
			}
		}
	}
}

// copy keeps the database as it is now, and what is beside it.
func (j *journey) copy() {
	path := filepath.Join(j.T.TempDir(), "copy.db")
	if err := j.process.App.Backup(context.Background(), j.Me, path, false); err != nil {
		return // the process is dead
	}
	seen, err := os.ReadFile(j.Path + ".seen")
	if err != nil {
		j.T.Fatal(err)
	}
	j.copies = append(j.copies, copied{path, seen, j.known.clone()})
}

// restore puts a copy back, and goes on with it: the firm knows what it knew then.
func (j *journey) restore(s step) {
	if len(j.copies) == 0 {
		return
	}
	c := j.copies[s.Which%len(j.copies)]
	j.crash()
	err := error(nil)
	switch s.What {
	case "restore by the command":
		err = restorers["by the command"](j.World, c.path)
	case "restore the folder":
		err = os.WriteFile(j.Path+".seen", c.seen, 0o600)
		fallthrough
	default:
		err = errors.Join(err, restorers["by hand"](j.World, c.path))
	}
	if err != nil {
		j.T.Fatal(err)
	}
	j.asItIs()
	j.known = c.known.clone()
	j.restores++
	j.begin(0)
}

// asItIs says that the file that was put back is the one to use, where Feebridge takes it for the one that
// was there, changed by another program.
func (j *journey) asItIs() {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, j.Path)
	if d, damaged := errors.AsType[*app.Damaged](err); damaged && d.What == app.Altered {
		db, err = sqlite.Open(ctx, j.Path, sqlite.AsItIs())
	}
	if err != nil {
		j.T.Fatal(err)
	}
	if err := db.Close(); err != nil {
		j.T.Fatal(err)
	}
}

// ours are the moments by the computer's clock that the database keeps.
var ours = map[string][]string{
	"batches": {"tried", "tried_last"}, "runs": {"started", "confirmed", "ended"}, "exports": {"sent", "ended"}, "removals": {"ended"},
	"refreshes": {"at", "reread", "failing_since", "failing_until"}, "organisations": {"parked_since", "parked_until"},
	"copy": {"found"}, "reconciliations": {"began", "ended"}, "leases": {"expires"},
}

// setClock sets the computer's clock while it is off: what the database keeps is that much older then,
// or younger.
func (j *journey) setClock(s step) {
	by := []time.Duration{time.Second, time.Minute, 4 * time.Minute, 10 * time.Minute, 3 * time.Hour, 50 * time.Hour}[s.Which]
	if s.What == "set the clock back" {
		by = -by
	}
	j.crash()
	for table, columns := range ours {
		for _, c := range columns {
			j.World.Raw(fmt.Sprintf("UPDATE %s SET %s = max(1, %s - ?) WHERE %s > 0", table, c, c, c), by.Milliseconds())
		}
	}
	j.begin(0)
}

// arrive lets everything settle, and looks at the result.
func (j *journey) arrive(total *tally) {
	j.Sim.ClearFaults()
	j.crash()
	last := j.Start(nil)
	if lockState(last).Locked {
		unlock(last)
	}
	// A person exports what is left, to both organisations, and so confirms what waits for long.
	for i, t := range j.tenants {
		if err := last.App.ExportClientTo(context.Background(), j.Me, clientOf(i), t); err != nil {
			j.T.Error(err)
		}
	}
	_, results, err := last.App.Export(context.Background(), j.Me, j.known.ids)
	if err != nil {
		j.T.Errorf("exporting what is left: %v", err)
	}
	j.asks(results, err, true)
	last.Settle()
	refresh(last)
	for range 3 {
		for _, id := range j.settleDoubts(last) { // what is none of what Xero has goes again
			_, _, err := last.App.Export(context.Background(), j.Me, []billing.InvoiceID{id})
			if err != nil {
				j.T.Errorf("after a doubt: %v", err)
			}
		}
		last.Settle()
		refresh(last)
	}
	j.mustBeSound(j.Views(j.known.ids), lockState(last))
	j.mustFollow(last)
	views := j.Views(j.known.ids)
	j.mustBeSound(views, lockState(last))
	j.mustKeepNumbers(views)
	j.mustHaveLeftNothing(last)
	last.Stop()
	j.begin(0) // so that there is one to end

	for _, v := range views {
		stage := v.Invoice.Stage
		if !j.known.asked[v.Invoice.ID] || stage.Status == billing.Draft || stage.Status == billing.Deleted {
			continue
		}
		if stage.Export == billing.NotExported || stage.Export == billing.Failed && len(v.Exports[0].Messages) == 0 {
			j.T.Errorf("%s was to be exported, is %s, and nobody is told why", v.Invoice.Number, stage.Export)
		}
		if stage.Export == billing.Failed && lasts(v.Exports[0].Messages) {
			continue
		}
		total.asked++
		if stage.Export != billing.Failed {
			total.exported++
		}
	}
}

// lasts reports whether a cause of failure lasts until a person mends it: a number that is taken, or a
// contact that is archived, or another client's.
func lasts(messages []ledger.Message) bool {
	return slices.ContainsFunc(messages, func(m ledger.Message) bool {
		return m.Cause == ledger.NumberTaken || strings.Contains(string(m.Cause), "contact")
	})
}

// settleDoubts says of each invoice that may be in Xero what a person would who compares both. It
// returns those that are none of what Xero has.
func (j *journey) settleDoubts(p *apptest.Process) (none []billing.InvoiceID) {
	ctx := context.Background()
	for _, id := range j.known.ids {
		d, err := p.App.Doubt(ctx, j.Me, id)
		if err != nil {
			continue // there is no doubt
		}
		ours := slices.IndexFunc(d.There, func(st ledger.Standing) bool {
			for _, t := range j.tenants {
				if inv, ok := j.Sim.Invoice(string(t), string(st.ID)); ok && inv.Lines[0].Description == described(id) {
					return true
				}
			}
			return false
		})
		if ours >= 0 {
			_ = p.App.Claim(ctx, j.Me, id, d.There[ours].ID)
			continue
		}
		if len(j.inXero()[described(id)]) > 0 {
			j.T.Errorf("%s is not among what may be it: %+v", id, d.There)
		}
		if err := p.App.Disown(ctx, j.Me, id); err == nil {
			none = append(none, id)
		}
	}
	return none
}

// mustBeSound fails the test unless everything has settled, and at most one live invoice in all of
// Xero is each of ours: the one that ours is linked to, where it counts as exported.
func (j *journey) mustBeSound(views []app.InvoiceView, lock app.LockState) {
	live := j.inXero()
	strays := map[ledger.InvoiceID]bool{}
	for _, c := range lock.Compared {
		for _, s := range c.Strays {
			strays[s.ID] = true
		}
	}
	for _, v := range views {
		stage, of := v.Invoice.Stage, live[described(v.Invoice.ID)]
		delete(live, described(v.Invoice.ID))
		exported := stage.Live() || stage.Status == billing.Closed && stage.Export != billing.VoidedInXero && stage.Export != billing.NotFoundInXero
		switch {
		case stage.InFlight(), stage.Export == billing.MayBeOurs:
			j.T.Errorf("%s is stuck at %s", v.Invoice.Number, stage.Export)
		case len(of) > 1:
			j.T.Errorf("%s is %s, %s here, and %d times in Xero: %s", v.Invoice.Number, stage.Status, stage.Export, len(of), tell(of))
		case exported && len(of) == 0:
			j.T.Errorf("%s is %s, %s here, and Xero does not have it", v.Invoice.Number, stage.Status, stage.Export)
		case !exported && len(of) == 1 && !strays[ledger.InvoiceID(of[0].InvoiceID)]:
			j.T.Errorf("%s is %s, %s here, and nobody is told that Xero has it: %s; its exports are %+v", v.Invoice.Number, stage.Status, stage.Export, tell(of), v.Exports)
		case exported && (of[0].InvoiceID != string(v.Exports[0].Standing.ID) || of[0].tenant != v.Exports[0].Tenant):
			j.T.Errorf("%s is linked to %q in %s, and Xero has %s", v.Invoice.Number, v.Exports[0].Standing.ID, v.Exports[0].Tenant, tell(of))
		case exported && of[0].Total.StringFixed(2) != v.Totals.Total.String() && !slices.ContainsFunc(v.Differences, func(d ledger.Difference) bool { return d.What == ledger.TotalFigure }):
			j.T.Errorf("%s is %s here and %s in Xero", v.Invoice.Number, v.Totals.Total, of[0].Total)
		}
	}
	for is, of := range live { // of invoices that the firm does not know any more
		if len(of) > 1 {
			j.T.Errorf("what is not here any more, %q, is in Xero %d times: %s", is, len(of), tell(of))
		}
		for _, inv := range of {
			if !strays[ledger.InvoiceID(inv.InvoiceID)] && j.tells(inv) {
				j.T.Errorf("nobody is told of %q, which is not here any more: %s", is, tell(of))
			}
		}
	}
}

// tell says what is in Xero.
func tell(of []there) string {
	var all []string
	for _, inv := range of {
		all = append(all, fmt.Sprintf("%s %s %s in %s since %s under %s", inv.InvoiceID, inv.Number, inv.Status, inv.tenant, inv.UpdatedUTC.Format(time.TimeOnly), inv.URL))
	}
	return strings.Join(all, "; ")
}

// mustFollow fails the test unless an approval in each organisation is seen by the next refresh.
func (j *journey) mustFollow(p *apptest.Process) {
	time.Sleep(time.Minute)
	approved := map[billing.InvoiceID]bool{}
	for _, t := range j.tenants {
		for _, v := range j.Views(j.known.ids) {
			if !v.Invoice.Stage.Live() || v.Exports[0].Tenant != t || v.Exports[0].Standing.Approved() {
				continue
			}
			if err := j.Sim.Approve(string(t), string(v.Exports[0].Standing.ID)); err == nil {
				approved[v.Invoice.ID] = true
				break
			}
		}
	}
	time.Sleep(time.Minute)
	refresh(p)
	for _, v := range j.Views(j.known.ids) {
		if approved[v.Invoice.ID] && v.Invoice.Stage.Status != billing.Closed {
			j.T.Errorf("%s was approved in %s, and is %s, %s here", v.Invoice.Number, v.Exports[0].Tenant, v.Invoice.Stage.Status, v.Invoice.Stage.Export)
		}
	}
}

// mustHaveLeftNothing fails the test where a request is not settled, a run is open, or the audit trail
// is broken.
func (j *journey) mustHaveLeftNothing(p *apptest.Process) {
	ctx := context.Background()
	for _, t := range j.tenants {
		err := p.DB.Look(ctx, func(r outbox.Reader) error {
			left, err := r.Batches(t, app.Ready, app.Sending, app.Lost)
			for _, b := range left {
				j.T.Errorf("a request with %s of %d members is still %s", b.Kind, len(b.Members), b.State)
			}
			runs, failed := r.Runs(t, true)
			if len(runs) > 0 {
				j.T.Errorf("%d runs are still open", len(runs))
			}
			return errors.Join(err, failed)
		})
		if err != nil {
			j.T.Error(err)
		}
	}
	if report, err := p.App.VerifyAudit(ctx, j.Me); err != nil || report.Broken != nil {
		j.T.Errorf("the audit trail is broken: %+v, %v", report.Broken, err)
	}
}

// mustKeepNumbers fails the test where a number that was approved once is another's now.
func (j *journey) mustKeepNumbers(views []app.InvoiceView) {
	owner := map[string]string{}
	for _, t := range j.tenants {
		for _, inv := range j.Sim.Invoices(string(t)) {
			if inv.Status == sim.StatusAuthorised || inv.Status == sim.StatusPaid || inv.Status == sim.StatusVoided {
				owner[inv.Number] = inv.Lines[0].Description
			}
		}
	}
	for _, v := range views {
		of, approved := owner[string(v.Invoice.Number)]
		if approved && of != described(v.Invoice.ID) && v.Invoice.Stage.Status != billing.Deleted {
			j.T.Errorf("%s was approved once as %q, and is given to %q", v.Invoice.Number, of, v.Invoice.ID)
		}
	}
}

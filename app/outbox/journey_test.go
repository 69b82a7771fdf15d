package outbox_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// TestJourneys lets the firm's staff, and people in Xero, do what comes to their minds, while
// calls fail and processes die. A journey is drawn before it begins: what is drawn inside a
// bubble cannot be made smaller. There are a few unless -rapid.checks says how many.
func TestJourneys(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		defer func() { _ = checks.Value.Set(checks.DefValue) }()
		if err := checks.Value.Set("15"); err != nil {
			t.Fatal(err)
		}
	}
	var total tally
	rapid.Check(t, func(r *rapid.T) {
		held := rapid.Bool().Draw(r, "the numbers of deleted invoices are held")
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 10, 40).Draw(r, "steps")
		problems := &collector{TB: t}
		synctest.Test(t, func(t *testing.T) {
			problems.TB = t
			defer problems.stop()
			j := newJourney(problems, held)
			defer j.crash()
			for _, s := range steps {
				j.walk(s)
			}
			j.arrive(&total)
		})
		total.steps += len(steps)
		total.journeys++
		if len(problems.found) > 0 {
			r.Fatal(strings.Join(problems.found, "\n"))
		}
	})
	t.Logf("%d journeys of %d steps; of %d invoices that were to be exported in the end, %d were", total.journeys, total.steps, total.asked, total.exported)
	if total.exported*10 < total.asked*9 {
		t.Errorf("of %d invoices that were to be exported only %d were", total.asked, total.exported)
	}
}

// tally is what journeys came to.
type tally struct{ journeys, steps, asked, exported int }

// step is one thing that a person does, or that happens, and how long it is until the next.
type step struct {
	What  string
	Which int // of the invoices
	Wait  time.Duration
}

func (s step) String() string { return fmt.Sprintf("%s (%d), then %v", s.What, s.Which, s.Wait) }

// deeds are what a step may be; what is here more than once happens more often.
var deeds = strings.Split("export,export,export all,redraft,redraft,redraft all,edit,edit,replace,replace,replace,refresh,cancel,"+
	"approve,approve,submit,pay,pay a part,unpay,void,delete,renumber,change the total,redate,credit in full,"+
	"crash,crash soon,crash after a while,"+
	"* /Invoices #1 500,PUT /Invoices #1-2 500-after-commit,PUT /Invoices #1 drop-after-commit,PUT /Invoices #1 cut,PUT /Invoices #1 late-commit,"+
	"POST /Invoices #1-2 500,POST /Invoices #1 drop-after-commit,POST /Invoices #1 cut,POST /Invoices #1 late-commit:4m,POST /Invoices #1 reset,"+
	"GET /Invoices #1 person-approve,GET /Invoices #1 person-delete,PUT /Invoices #1 drop-after-commit+person-approve,PUT /Invoices #1 cut+person-rename,"+
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
	ids     []billing.InvoiceID
	asked   map[billing.InvoiceID]bool // to be exported, and not taken back since
	clerks  map[ledger.InvoiceID]*clerk
	process *apptest.Process
	fate    *apptest.Fate
	end     context.CancelFunc
	ended   chan error
}

func newJourney(t testing.TB, held bool) *journey {
	j := &journey{
		World: apptest.NewWorld(t, sim.Config{Limits: true, DayLimit: 5000, DeletedNumbersHeld: held}),
		asked: map[billing.InvoiceID]bool{}, clerks: map[ledger.InvoiceID]*clerk{},
	}
	j.ids = j.Invoices(4, 2)
	j.begin(0)
	return j
}

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
	id := j.ids[s.Which%len(j.ids)]
	some := []billing.InvoiceID{id}
	if strings.HasSuffix(s.What, " all") {
		some = j.ids
	}
	ctx := context.Background()
	switch s.What {
	case "export", "export all":
		_, results, _ := j.process.App.Export(ctx, j.Me, some)
		for _, r := range results {
			if r.Err == nil {
				j.asked[r.Invoice] = true
			}
		}
	case "redraft", "redraft all":
		_, results, _ := j.process.App.Redraft(ctx, j.Me, some)
		for _, r := range results {
			if r.Err == nil {
				j.asked[r.Invoice] = false
			}
		}
	case "edit":
		j.edit(id)
	case "replace":
		j.replace(id)
	case "refresh":
		_, _ = j.process.App.RefreshAll(ctx) // whatever fails then
	case "cancel":
		j.cancel()
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

// clerkOf returns a person for the invoice of ours in Xero, if one can be seen there.
func (j *journey) clerkOf(id billing.InvoiceID) *clerk {
	v, err := j.process.App.Invoice(context.Background(), j.Me, id)
	if err != nil {
		return nil
	}
	for _, e := range v.Exports {
		live := j.Sim.LiveByURL(string(j.Tenant), e.Mark)
		if len(live) == 0 {
			continue
		}
		there := ledger.InvoiceID(live[0].InvoiceID)
		if j.clerks[there] == nil {
			j.clerks[there] = &clerk{w: j.World, id: live[0].InvoiceID}
		}
		return j.clerks[there]
	}
	return nil
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
			j.ids = append(j.ids, fresh)
		}
	}
}

func (j *journey) cancel() {
	ctx := context.Background()
	open, err := j.process.App.OpenRuns(ctx, j.Me)
	if err != nil {
		return
	}
	for _, run := range open {
		_, _ = j.process.App.Cancel(ctx, j.Me, run.ID)
	}
}

// arrive lets everything settle, and looks at the result.
func (j *journey) arrive(total *tally) {
	j.Sim.ClearFaults()
	j.crash()
	last := j.Start(nil)
	views := j.Views(j.ids)
	for _, v := range views {
		if v.Invoice.Stage.Export == billing.Queued { // a person confirms what waits for long
			_, _, err := last.App.Export(context.Background(), j.Me, []billing.InvoiceID{v.Invoice.ID})
			if err != nil {
				j.T.Errorf("confirming: %v", err)
			}
		}
	}
	last.Settle()
	refresh(last)
	last.Stop()
	j.begin(0) // so that there is one to end

	views = j.Views(j.ids)
	j.MustBeSound(views)
	j.mustKeepNumbers(views)
	for _, v := range views {
		if !j.asked[v.Invoice.ID] || v.Invoice.Stage.Status == billing.Draft || v.Invoice.Stage.Export == billing.NotExported {
			continue
		}
		if len(v.Exports) > 0 && v.Invoice.Stage.Export == billing.Failed && v.Exports[0].Messages[0].Cause == ledger.NumberTaken {
			continue // held by a deleted invoice: a cause that lasts
		}
		total.asked++
		if v.Invoice.Stage.Export != billing.Failed {
			total.exported++
		}
	}
}

// mustKeepNumbers fails the test where a number that was approved once is another's now.
func (j *journey) mustKeepNumbers(views []app.InvoiceView) {
	byMark := j.ByMark()
	owner := map[string]billing.InvoiceID{}
	for _, v := range views {
		for _, e := range v.Exports {
			for _, inv := range byMark[e.Mark] {
				if inv.Status == sim.StatusAuthorised || inv.Status == sim.StatusPaid || inv.Status == sim.StatusVoided {
					owner[inv.Number] = v.Invoice.ID
				}
			}
		}
	}
	for _, v := range views {
		if of, approved := owner[string(v.Invoice.Number)]; approved && of != v.Invoice.ID && v.Invoice.Stage.Status != billing.Deleted {
			j.T.Errorf("%s was approved once, and is given to another", v.Invoice.Number)
		}
	}
}

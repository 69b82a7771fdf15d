package outbox_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero/sim"
)

// clerk is a person who works in Xero on one invoice.
type clerk struct {
	w        *apptest.World
	tenant   ledger.TenantID // "" for the world's
	id       string
	payments []string
}

// clerkFor returns a person for the invoice that an exported one of ours is in Xero.
func clerkFor(w *apptest.World, id billing.InvoiceID) *clerk {
	w.T.Helper()
	v := w.Views([]billing.InvoiceID{id})[0]
	if len(v.Exports) == 0 || v.Exports[0].Standing.ID == "" {
		w.T.Fatalf("%s is not in Xero", v.Invoice.Number)
	}
	return &clerk{w: w, id: string(v.Exports[0].Standing.ID)}
}

// does does one thing in Xero, named as the tests name it.
func (c *clerk) does(what string) {
	c.w.T.Helper()
	if err := c.tries(what); err != nil {
		c.w.T.Fatalf("%s in Xero: %v", what, err)
	}
}

// tries is does where Xero may refuse it.
func (c *clerk) tries(what string) error {
	tenant := string(cmp.Or(c.tenant, c.w.Tenant))
	text := func(s string) *string { return &s }
	day := time.Date(2026, 11, 14, 0, 0, 0, 0, time.UTC)
	switch what {
	case "approve":
		return c.w.Sim.Approve(tenant, c.id)
	case "submit":
		return c.w.Sim.Submit(tenant, c.id)
	case "void":
		return c.w.Sim.Void(tenant, c.id)
	case "delete":
		return c.w.Sim.Delete(tenant, c.id)
	case "pay", "pay a part":
		inv, _ := c.w.Sim.Invoice(tenant, c.id)
		amount := inv.Total
		if what == "pay a part" {
			amount = decimal.NewFromInt(15)
		}
		payment, err := c.w.Sim.RecordPayment(tenant, c.id, "090", day, amount)
		if err == nil {
			c.payments = append(c.payments, payment)
		}
		return err
	case "unpay":
		if len(c.payments) == 0 {
			return nil
		}
		last := c.payments[len(c.payments)-1]
		c.payments = c.payments[:len(c.payments)-1]
		return c.w.Sim.RemovePayment(tenant, last)
	case "credit in full":
		inv, _ := c.w.Sim.Invoice(tenant, c.id)
		return c.w.Sim.ApplyCredit(tenant, c.id, inv.Total)
	case "prepay in full":
		inv, _ := c.w.Sim.Invoice(tenant, c.id)
		return c.w.Sim.Allocate(tenant, c.id, sim.Prepayment, inv.Total)
	case "overpay a part":
		return c.w.Sim.Allocate(tenant, c.id, sim.Overpayment, decimal.NewFromInt(15))
	case "renumber":
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{Number: text("BY-HAND-" + c.id[:4])})
	case "number back":
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{Number: text("INV-0001")})
	case "another due date":
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{DueDate: &day})
	case "due date back":
		was := sim.Day(2026, time.December, 20)
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{DueDate: &was})
	case "another reference":
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{Reference: text("PO 7")})
	case "reference back":
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{Reference: text("Matter 12")})
	case "no reference":
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{Reference: text("")})
	case "redate":
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{Date: &day})
	case "change the total":
		inv, _ := c.w.Sim.Invoice(tenant, c.id)
		lines := slices.Clone(inv.Lines)
		lines[0].UnitAmount = lines[0].UnitAmount.Add(decimal.NewFromInt(1))
		return c.w.Sim.EditInvoice(tenant, c.id, sim.InvoiceEdit{Lines: lines})
	}
	return fmt.Errorf("nobody knows how to %q", what)
}

// untilSeen is how long it takes until a refresh sees what a person did. Another due date does not move
// the time of change in Xero: it is seen when the open invoices are read by their IDs.
func untilSeen(act string) time.Duration {
	if strings.Contains(act, "due date") {
		return 25 * time.Hour
	}
	return time.Second
}

// refresh reads the statuses of the invoices now.
func refresh(p *apptest.Process) int {
	p.World.T.Helper()
	n, err := p.App.RefreshAll(context.Background())
	if err != nil {
		p.World.T.Fatal(err)
	}
	return n
}

func TestWhatHappensInXeroComesHome(t *testing.T) {
	closed := func(e billing.ExportState) billing.Stage { return billing.Stage{Status: billing.Closed, Export: e} }
	open := func(e billing.ExportState) billing.Stage { return billing.Stage{Status: billing.Finalized, Export: e} }
	for _, c := range []struct {
		acts       []string
		stage      billing.Stage
		settlement ledger.Settlement
		due        string
		differs    []ledger.Figure
		burnt      bool
	}{
		{[]string{"submit"}, open(billing.Exported), ledger.NotApproved, "115.00", nil, false},
		{[]string{"approve"}, closed(billing.Exported), ledger.Approved, "115.00", nil, true},
		{[]string{"approve", "pay a part"}, closed(billing.Exported), ledger.PartPaid, "100.00", nil, true},
		{[]string{"approve", "pay"}, closed(billing.Exported), ledger.Paid, "0.00", nil, true},
		{[]string{"approve", "pay", "unpay"}, closed(billing.Exported), ledger.Approved, "115.00", nil, true},
		{[]string{"approve", "credit in full"}, closed(billing.Exported), ledger.Credited, "0.00", nil, true},
		{[]string{"approve", "prepay in full"}, closed(billing.Exported), ledger.Paid, "0.00", nil, true},
		{[]string{"approve", "overpay a part"}, closed(billing.Exported), ledger.PartPaid, "100.00", nil, true},
		{[]string{"approve", "void"}, closed(billing.VoidedInXero), ledger.NotApproved, "", nil, true},
		{[]string{"delete"}, open(billing.DeletedInXero), ledger.NotApproved, "", nil, false},
		{[]string{"renumber"}, open(billing.Changed), ledger.NotApproved, "115.00", []ledger.Figure{ledger.NumberFigure}, false},
		{[]string{"renumber", "number back"}, open(billing.Exported), ledger.NotApproved, "115.00", nil, false},
		{[]string{"redate", "change the total"}, open(billing.Changed), ledger.NotApproved, "116.15", []ledger.Figure{ledger.TotalFigure, ledger.DateFigure}, false},
		{[]string{"another due date"}, open(billing.Changed), ledger.NotApproved, "115.00", []ledger.Figure{ledger.DueFigure}, false},
		{[]string{"another due date", "due date back"}, open(billing.Exported), ledger.NotApproved, "115.00", nil, false},
		{[]string{"approve", "pay a part", "another due date"}, closed(billing.Changed), ledger.PartPaid, "100.00", []ledger.Figure{ledger.DueFigure}, true},
		{[]string{"another reference"}, open(billing.Changed), ledger.NotApproved, "115.00", []ledger.Figure{ledger.ReferenceFigure}, false},
		{[]string{"another reference", "reference back"}, open(billing.Exported), ledger.NotApproved, "115.00", nil, false},
		{[]string{"no reference"}, open(billing.Changed), ledger.NotApproved, "115.00", []ledger.Figure{ledger.ReferenceFigure}, false},
		{[]string{"change the total", "approve"}, closed(billing.Changed), ledger.Approved, "116.15", []ledger.Figure{ledger.TotalFigure}, true},
	} {
		for _, atOnce := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v, read once at the end: %v", c.acts, atOnce), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := apptest.NewWorld(t, sim.Config{})
					ids := w.Invoices(2, 1)
					p := w.Start(nil)
					defer p.Stop()
					p.Export(ids...)
					person := clerkFor(w, ids[0])
					for _, act := range c.acts {
						person.does(act)
						time.Sleep(untilSeen(act))
						if !atOnce {
							refresh(p)
						}
					}
					refresh(p)
					views := w.Views(ids)
					v := views[0]
					st := v.Exports[0].Standing
					if v.Invoice.Stage != c.stage || st.Settlement() != c.settlement || c.due != "" && st.AmountDue.String() != c.due {
						t.Errorf("it is %v, %q, %s due", v.Invoice.Stage, st.Settlement(), st.AmountDue)
					}
					var differs []ledger.Figure
					for _, d := range v.Differences {
						differs = append(differs, d.What)
					}
					if !slices.Equal(differs, c.differs) {
						t.Errorf("it differs in %v", differs)
					}
					if other := views[1].Invoice.Stage; other != open(billing.Exported) {
						t.Errorf("the other invoice is %v", other)
					}
					var burnt bool
					err := p.DB.View(t.Context(), func(r app.Reader) (err error) {
						burnt, err = r.Burnt(v.Invoice.Number)
						return err
					})
					if err != nil || burnt != c.burnt {
						t.Errorf("its number is burnt: %v, %v", burnt, err)
					}
				})
			})
		}
	}
}

// TestARefreshCountsWhatAPersonSeesChange counts payments, too, which move no invoice to another stage.
func TestARefreshCountsWhatAPersonSeesChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		person := clerkFor(w, ids[0])
		for _, c := range []struct {
			act  string
			want int
		}{
			{"submit", 0}, {"approve", 1}, {"pay a part", 1}, {"pay a part", 1}, {"unpay", 1}, {"unpay", 1}, {"pay", 1}, {"unpay", 1},
			{"another due date", 1}, {"due date back", 1}, {"void", 1},
		} {
			person.does(c.act)
			time.Sleep(untilSeen(c.act))
			if got := refresh(p); got != c.want {
				t.Errorf("%s: %d changed, want %d", c.act, got, c.want)
			}
			if got := refresh(p); got != 0 {
				t.Errorf("%s, read again: %d changed", c.act, got)
			}
		}
	})
}

func TestInvoicesMadeInXeroNeverAppear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		ours, _ := w.Sim.Invoice(string(w.Tenant), clerkFor(w, ids[0]).id)
		theirs := ours
		theirs.Number, theirs.Status = "MADE-THERE", sim.StatusDraft
		if _, err := w.Sim.CreateInvoice(string(w.Tenant), theirs); err != nil { // even one that bears our mark
			t.Fatal(err)
		}
		refresh(p)
		var numbers []billing.Number
		for row, err := range p.App.Rows(t.Context(), w.Me, app.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, row.Number)
		}
		if !slices.Equal(numbers, []billing.Number{"INV-0001"}) {
			t.Errorf("the firm sees %v", numbers)
		}
	})
}

func TestAnOlderReadingNeverCountsOverANewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		draft := w.Views(ids)[0].Exports[0].Standing
		time.Sleep(time.Second)
		clerkFor(w, ids[0]).does("approve")
		refresh(p)
		late := w.Start(nil)
		defer late.Stop()
		stale := staleBooks{late.Books, draft}
		late.Start(apptest.Params{Store: late.DB, Books: stale, Log: apptest.Quiet})
		refresh(late)
		if v := w.Views(ids)[0]; v.Invoice.Stage.Status != billing.Closed || v.Exports[0].Standing.Status != ledger.AuthorisedThere {
			t.Errorf("an old reading made it %v", v.Invoice.Stage)
		}
	})
}

func TestWhatXeroDoesNotHaveAnyMoreIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(3, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		clerkFor(w, ids[1]).does("approve")
		refresh(p)
		for _, id := range ids[:2] {
			if err := w.Sim.Lose(string(w.Tenant), clerkFor(w, id).id); err != nil {
				t.Fatal(err)
			}
		}
		refresh(p)
		if v := w.Views(ids)[0]; v.Invoice.Stage.Export != billing.Exported {
			t.Errorf("without a complete reading it is %v", v.Invoice.Stage)
		}
		time.Sleep(25 * time.Hour)
		if n := refresh(p); n != 2 {
			t.Errorf("%d moved", n)
		}
		views := w.Views(ids)
		for i, want := range []billing.Stage{
			{Status: billing.Finalized, Export: billing.NotFoundInXero}, {Status: billing.Closed, Export: billing.NotFoundInXero}, {Status: billing.Finalized, Export: billing.Exported},
		} {
			if views[i].Invoice.Stage != want {
				t.Errorf("%s is %v", views[i].Invoice.Number, views[i].Invoice.Stage)
			}
		}
		nobody := w.Me
		nobody.Admin = false
		if results, err := p.App.ReleaseMissing(t.Context(), nobody, ids[:1]); err != nil || !app.IsCode(results[0].Err, app.Forbidden) {
			t.Errorf("somebody who is no Admin: %v, %v", results, err)
		}
		if results, err := p.App.ReleaseMissing(t.Context(), w.Me, ids[:1]); err != nil || results[0].Err != nil {
			t.Fatal(results, err)
		}
		p.Export(ids[0])
		w.MustBeSound(w.Views(ids[:1]))
	})
}

// TestWhatIsExportedAgainDuringADailyReadingIsNotMissing has a person export an invoice again that Xero lost, just when a daily
// reading finds that Xero does not have the first one.
func TestWhatIsExportedAgainDuringADailyReadingIsNotMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		refresh(p)
		if err := w.Sim.Lose(string(w.Tenant), clerkFor(w, ids[0]).id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(25 * time.Hour)
		refresh(p)
		if v := w.Views(ids)[0]; v.Invoice.Stage.Export != billing.NotFoundInXero {
			t.Fatalf("it is %v", v.Invoice.Stage)
		}
		other := w.Start(nil)
		defer other.Stop()
		again := sync.OnceFunc(func() {
			if results, err := p.App.ReleaseMissing(t.Context(), w.Me, ids); err != nil || results[0].Err != nil {
				t.Error(results, err)
			}
			p.Export(ids...)
		})
		other.Start(apptest.Params{Store: other.DB, Books: meanwhileBooks{other.Books, again}, Log: apptest.Quiet})
		time.Sleep(25 * time.Hour)
		refresh(other)
		v := w.Views(ids)[0]
		if v.Invoice.Stage.Export != billing.Exported || len(v.Exports) != 2 {
			t.Errorf("it is %v after %d exports", v.Invoice.Stage, len(v.Exports))
		}
		w.MustBeSound([]app.InvoiceView{v})
	})
}

func TestAChangeThatDoesNotMoveTheTimeOfChangeIsFoundByTheDailyReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		hidden := &hidingBooks{Books: p.Books}
		p.Start(apptest.Params{Store: p.DB, Books: hidden, Log: apptest.Quiet})
		refresh(p)
		clerkFor(w, ids[0]).does("approve")
		refresh(p)
		if v := w.Views(ids)[0]; v.Invoice.Stage.Status != billing.Finalized {
			t.Fatalf("the list of changes told it: %v", v.Invoice.Stage)
		}
		time.Sleep(25 * time.Hour)
		refresh(p)
		if v := w.Views(ids)[0]; v.Invoice.Stage.Status != billing.Closed {
			t.Errorf("after a day it is %v", v.Invoice.Stage)
		}
	})
}

func TestAnApprovalIsNotPassedByWhileItsExportIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{PerInvoice: time.Second})
		ids := w.Invoices(20, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids[0])
		refresh(p)
		held := &holdingBooks{Books: p.Books, posted: make(chan struct{}), release: make(chan struct{})}
		exporter := &apptest.Process{DB: p.DB, Books: held, World: w}
		exporter.Start(apptest.Params{Store: p.DB, Books: held, Log: apptest.Quiet})
		runs, _, err := exporter.App.Export(t.Context(), w.Me, ids[1:])
		if err != nil {
			t.Fatal(err)
		}
		finished := make(chan error, 1)
		go func() { finished <- exporter.App.Finish(t.Context(), runs[0].ID, time.Hour) }()
		<-held.posted // Xero has them, and this process has no answer yet
		time.Sleep(5 * time.Second)
		for _, inv := range w.Sim.Invoices(string(w.Tenant)) {
			if err := w.Sim.Approve(string(w.Tenant), inv.InvoiceID); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		refresh(p) // it reads the approvals, and does not know yet whose they are
		close(held.release)
		if err := <-finished; err != nil {
			t.Fatal(err)
		}
		refresh(p)
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage.Status != billing.Closed {
				t.Errorf("%s is %v", v.Invoice.Number, v.Invoice.Stage)
			}
		}
	})
}

func TestAMergedContactIsNoDifference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 2)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		refresh(p)
		views := w.Views(ids)
		from, into := views[0].Exports[0].Contact, views[1].Exports[0].Contact
		if err := w.Sim.MergeContact(string(w.Tenant), string(from), string(into)); err != nil {
			t.Fatal(err)
		}
		refresh(p)
		time.Sleep(25 * time.Hour)
		refresh(p)
		if v := w.Views(ids)[0]; v.Invoice.Stage.Export != billing.Exported || v.Exports[0].Contact != into {
			t.Errorf("it is %v with the contact %s, which is not %s", v.Invoice.Stage, v.Exports[0].Contact, into)
		}
	})
}

func TestRefreshing24Hours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Limits: true})
		for _, r := range rules(t,
			"GET /Invoices #3-4 503:unavailable", "GET /Invoices #20 cut", "GET /Invoices #31-40 reset", "GET /Invoices #50 429:minute:40",
			"GET /Invoices #60-80 500", "GET /Invoices #90 slow:20s", "GET /Invoices #100 429:day:3600") {
			w.Sim.AddFault(r)
		}
		const n = 48
		ids := w.Invoices(n, 5)
		p := w.Start(nil)
		p.Export(ids...)
		p.Stop()
		background := w.Start(nil)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- background.Run(ctx) }()
		acts := [][]string{
			{"approve"}, {"approve", "pay"}, {"approve", "pay", "unpay"}, {"approve", "void"}, {"delete"}, {"renumber"}, {"approve", "pay a part"}, {"approve", "credit in full"},
		}
		for i, id := range ids { // one thing every half an hour
			person := clerkFor(w, id)
			for _, act := range acts[i%len(acts)] {
				person.does(act)
				time.Sleep(7 * time.Minute)
			}
			if i%7 == 3 {
				jump(background, []time.Duration{3 * time.Hour, -2 * time.Hour, -30 * time.Hour, 45 * time.Minute}[i/7%4])
			}
			time.Sleep(30*time.Minute - time.Duration(len(acts[i%len(acts)]))*7*time.Minute)
		}
		w.Sim.ClearFaults()
		time.Sleep(15 * time.Minute)
		cancel()
		stopped := time.Now()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(stopped); took > time.Second {
			t.Errorf("it took %v to stop", took)
		}
		background.Stop()
		for i, v := range w.Views(ids) {
			inv, _ := w.Sim.Invoice(string(w.Tenant), string(v.Exports[0].Standing.ID))
			st := v.Exports[0].Standing
			if string(st.Status) != inv.Status || st.Number != billing.Number(inv.Number) || st.AmountPaid.String() != inv.AmountPaid().StringFixed(2) {
				t.Errorf("%s, after %v: it is %s and %s in Xero", v.Invoice.Number, acts[i%len(acts)], st.Status, inv.Status)
			}
		}
		if t.Failed() {
			t.Log("calls:", w.Sim.Calls())
		}
	})
}

func TestAnIdleFirmMakesFewCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Limits: true})
		exported(w, 1000)
		p := w.Start(nil)
		refresh(p)
		w.Sim.ResetCalls()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		time.Sleep(24*time.Hour + time.Minute) // the daily reading included
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		p.Stop()
		if n := w.Sim.TotalCalls(); n > 320 || n < 288+25 {
			t.Errorf("%d calls in a day: %v", n, w.Sim.Calls())
		}
	})
}

func TestARefreshNeedsFewCalls(t *testing.T) {
	const many = 1200
	for _, c := range []struct {
		name    string
		changed int
		apart   time.Duration
		during  int // edits while the changes are read
		most    int
	}{
		{"nothing changed", 0, 0, 0, 1},
		{"a few changed", 100, time.Second, 0, 1},
		{"a few changed at once", 100, 0, 0, 1},
		{"all changed one after the other", many, time.Second, 0, 3},
		{"all changed at once", many, 0, 0, 3},
		{"all changed, and some of them again while they are read", many, 0, 30, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var w *apptest.World
				var edits []string
				w = apptest.NewWorld(t, sim.Config{})
				ids := exported(w, many)
				p := w.Start(nil)
				defer p.Stop()
				time.Sleep(time.Hour)
				refresh(p)
				for _, id := range ids[:c.changed] {
					if err := w.Sim.Approve(string(w.Tenant), id); err != nil {
						t.Fatal(err)
					}
					time.Sleep(c.apart)
				}
				edits = ids[:c.during]
				time.Sleep(time.Minute)
				w.Sim.ResetCalls()
				p.Start(apptest.Params{Store: p.DB, Log: apptest.Quiet, Books: &meddlingBooks{Books: p.Books, between: func() {
					for _, id := range edits {
						if _, err := w.Sim.RecordPayment(string(w.Tenant), id, "090", time.Now(), decimal.NewFromInt(15)); err != nil {
							t.Error(err)
						}
					}
					edits = nil
				}}})
				refresh(p)
				if n := w.Sim.TotalCalls(); n > c.most {
					t.Errorf("%d calls, and %d are enough: %v", n, c.most, w.Sim.Calls())
				}
				behind := 0
				for row, err := range p.DB.Rows(t.Context(), app.Query{}) {
					if err != nil {
						t.Fatal(err)
					}
					inv := w.Sim.ByNumber(string(w.Tenant), string(row.Number))[0]
					if string(row.XeroStatus) != inv.Status || row.AmountDue.String() != inv.AmountDue().StringFixed(2) {
						behind++
					}
				}
				if behind > 0 {
					t.Errorf("%d are not as they are in Xero", behind)
				}
			})
		})
	}
}

func TestAnOutageSaysNothingOfAConnectionThatEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		p := w.Start(nil)
		defer p.Stop()
		p.Export(w.Invoices(1, 1)...)
		err := p.DB.Update(t.Context(), func(tx app.Tx) error { // else Feebridge itself ended it, and nothing is asked
			all, err := tx.Organisations()
			if err != nil {
				return err
			}
			all[0].Consent, all[0].Connection, all[0].ConnectedBy, all[0].ConnectedAt = "user", "connection", w.Me.ID, tx.Now()
			return errors.Join(tx.SaveConsent(app.Consent{User: app.User{ID: "user"}, By: w.Me.ID, At: tx.Now()}), tx.SaveOrganisation(all[0]))
		})
		if err != nil {
			t.Fatal(err)
		}
		down(w, time.Hour, isRead, http.StatusForbidden, http.Header{"Xero-Correlation-Id": {"c0ffee"}},
			`{"Title":"Forbidden","Detail":"AuthenticationUnsuccessful","Status":403}`)
		for _, c := range []struct {
			what string
			do   func()
			want app.ConnectionState
		}{
			{"it ended", func() {}, app.Disconnected},
			{"in an outage", func() { w.Before(nil); w.Sim.AddFault(rules(t, "GET /Invoices #1-9 reset")[0]) }, app.Disconnected},
			{"once it works again", w.Sim.ClearFaults, app.Connected},
		} {
			c.do()
			if _, err := p.App.RefreshAll(t.Context()); (err == nil) != (c.want == app.Connected) {
				t.Errorf("%s a refresh ended with %v", c.what, err)
			}
			orgs, err := p.App.Organisations(t.Context())
			if err != nil || orgs[0].State != c.want {
				t.Errorf("%s it is %s, %v", c.what, orgs[0].State, err)
			}
		}
	})
}

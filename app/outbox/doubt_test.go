package outbox_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// invoices are the addresses at which Xero tells of invoices: in lists, and one by itself.
var invoices = regexp.MustCompile(`^/api\.xro/2\.0/Invoices(/[^/]+)?$`)

// retell has Xero tell of invoices what the pattern finds in another way, in answers to the method.
func retell(w *apptest.World, method, pattern, with string) {
	find := regexp.MustCompile(pattern)
	w.Before(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || !invoices.MatchString(r.URL.Path) {
			return false
		}
		told := httptest.NewRecorder()
		w.Sim.Handler().ServeHTTP(told, r)
		for name, values := range told.Header() {
			if name != "Content-Length" {
				rw.Header()[name] = values
			}
		}
		rw.WriteHeader(told.Code)
		_, _ = io.WriteString(rw, find.ReplaceAllString(told.Body.String(), with))
		return true
	})
}

// loseAnswer exports one invoice in an organisation that drops marks, and loses the answer until Xero has
// forgotten the key.
func loseAnswer(t *testing.T, faults ...string) (w *apptest.World, p *apptest.Process, id billing.InvoiceID) {
	w = apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
	for _, r := range rules(t, faults...) {
		w.Sim.AddFault(r)
	}
	id = w.Invoices(1, 1)[0]
	p = w.Start(nil)
	if _, err := p.Queue(id); err != nil {
		t.Fatal(err)
	}
	p.Settle()
	return w, p, id
}

const lostForGood = "PUT /Invoices #1-30 drop-after-commit"

func TestADoubtLeadsToWhatXeroHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, id := loseAnswer(t, lostForGood)
		defer p.Stop()
		d, err := p.App.Doubt(t.Context(), w.Me, id)
		if err != nil || len(d.There) != 1 {
			t.Fatalf("%+v, %v", d.There, err)
		}
		if link := d.Links[d.There[0].ID]; !strings.Contains(link, string(d.There[0].ID)) || !d.NumberTaken() {
			t.Errorf("the link is %q, the number is taken: %v", link, d.NumberTaken())
		}
		d.Export.Candidates[0].Number = "another"
		if d.NumberTaken() {
			t.Error("another number takes that of the invoice")
		}
	})
}

func TestWhatMayBeOursIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, id := loseAnswer(t, lostForGood)
		defer p.Stop()
		v := w.Views([]billing.InvoiceID{id})[0]
		if want := (billing.Stage{Status: billing.Finalized, Export: billing.MayBeOurs}); v.Invoice.Stage != want || !ledger.HasCause(v.Exports[0].Messages, ledger.MayBeOurs) {
			t.Fatalf("it is %v: %+v", v.Invoice.Stage, v.Exports[0].Messages)
		}
		w.Sim.ResetCalls()
		one := []billing.InvoiceID{id}
		for what, do := range map[string]func() ([]app.Result, error){
			"export": func() ([]app.Result, error) { _, r, err := p.App.Export(t.Context(), w.Me, one); return r, err },
			"draft":  func() ([]app.Result, error) { _, r, err := p.App.Redraft(t.Context(), w.Me, one); return r, err },
			"delete": func() ([]app.Result, error) { return p.App.Delete(t.Context(), w.Me, one) },
			"hold":   func() ([]app.Result, error) { return p.App.Hold(t.Context(), w.Me, one) },
			"number": func() ([]app.Result, error) { return p.App.Renumber(t.Context(), w.Me, one) },
			"let go": func() ([]app.Result, error) { return p.App.ReleaseMissing(t.Context(), w.Me, one) },
		} {
			if results, err := do(); err != nil || !app.IsCode(results[0].Err, app.Conflict) {
				t.Errorf("%s: %v, %v", what, results, err)
			}
		}
		p.Settle()
		if v := w.Views(one)[0]; v.Invoice.Stage.Export != billing.MayBeOurs || w.Sim.Calls()["PUT /Invoices"] != 0 {
			t.Errorf("it is %v now; the calls were %v", v.Invoice.Stage, w.Sim.Calls())
		}
	})
}

func TestClaimingReadsTheInvoiceAgain(t *testing.T) {
	claim := func(p *apptest.Process, id billing.InvoiceID) error {
		d, err := p.App.Doubt(context.Background(), p.World.Me, id)
		if err != nil || len(d.There) != 1 {
			p.World.T.Fatalf("there may be %+v, %v", d.There, err)
		}
		return p.App.Claim(context.Background(), p.World.Me, id, d.There[0].ID)
	}
	for what, c := range map[string]struct {
		acts func(w *apptest.World, there string) error
		want billing.Stage // after a second try
		gone bool
	}{
		"as it was shown": {nil, billing.Stage{Status: billing.Finalized, Export: billing.Exported}, false},
		"approved": {func(w *apptest.World, there string) error { return w.Sim.Approve(string(w.Tenant), there) },
			billing.Stage{Status: billing.Closed, Export: billing.Exported}, false},
		"renumbered": {func(w *apptest.World, there string) error { return w.Sim.Renumber(string(w.Tenant), there, "X-1") },
			billing.Stage{Status: billing.Finalized, Export: billing.Changed}, false},
		"deleted": {func(w *apptest.World, there string) error { return w.Sim.Delete(string(w.Tenant), there) },
			billing.Stage{Status: billing.Finalized, Export: billing.DeletedInXero}, false},
		"lost": {func(w *apptest.World, there string) error { return w.Sim.Lose(string(w.Tenant), there) },
			billing.Stage{Status: billing.Finalized, Export: billing.MayBeOurs}, true},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, p, id := loseAnswer(t, lostForGood)
				defer p.Stop()
				if c.acts != nil {
					time.Sleep(time.Minute)
					if err := c.acts(w, w.Sim.Invoices(string(w.Tenant))[0].InvoiceID); err != nil {
						t.Fatal(err)
					}
					if err := claim(p, id); !app.IsCode(err, app.Conflict) {
						t.Errorf("what was changed since was claimed: %v", err)
					}
				}
				if c.gone {
					d, err := p.App.Doubt(t.Context(), w.Me, id)
					if err != nil || len(d.There) != 0 {
						t.Errorf("there may be %+v, %v", d.There, err)
					}
				} else if err := claim(p, id); err != nil {
					t.Error(err)
				}
				v := w.Views([]billing.InvoiceID{id})[0]
				if v.Invoice.Stage != c.want {
					t.Errorf("it is %v, want %v", v.Invoice.Stage, c.want)
				}
				if !c.gone {
					w.MustBeSound([]app.InvoiceView{v})
					if !slices.Contains(p.Actions("invoice", string(id)), string(staff.AuditClaim)) {
						t.Error("the trail does not tell who claimed it")
					}
				}
			})
		})
	}
}

func TestCheckingXeroReadsWhatMayBeOursAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p, id := loseAnswer(t, lostForGood)
		defer p.Stop()
		there := w.Sim.Invoices(string(w.Tenant))[0].InvoiceID
		time.Sleep(time.Minute)
		if err := w.Sim.Approve(string(w.Tenant), there); err != nil {
			t.Fatal(err)
		}
		if err := p.App.LookAgain(t.Context(), w.Me, []billing.InvoiceID{id}); err != nil {
			t.Fatal(err)
		}
		d, err := p.App.Doubt(t.Context(), w.Me, id)
		if err != nil || len(d.There) != 1 || d.There[0].Status != ledger.AuthorisedThere {
			t.Errorf("there may be %+v, %v", d.There, err)
		}
		if err := p.App.Claim(t.Context(), w.Me, id, ledger.InvoiceID(there)); err != nil {
			t.Error(err)
		}
	})
}

// TestWhatIsNotOursIsNotAskedAgain has another invoice with the number in Xero, and ours lost on its way.
func TestWhatIsNotOursIsNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids[0])
		first := w.Sim.Invoices(string(w.Tenant))[0]
		v := w.Views(ids[1:])[0]
		own := first
		own.InvoiceID, own.Number, own.URL = "", string(v.Invoice.Number), ""
		if _, err := w.Sim.CreateInvoice(string(w.Tenant), own); err != nil {
			t.Fatal(err)
		}
		w.Sim.AddFault(rules(t, "PUT /Invoices #1-30 reset")[0])
		if _, err := p.Queue(ids[1]); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		if v := w.Views(ids[1:])[0]; v.Invoice.Stage.Export != billing.MayBeOurs {
			t.Fatalf("it is %v: %+v", v.Invoice.Stage, v.Exports[0].Messages)
		}
		if err := p.App.Disown(t.Context(), w.Me, ids[1]); err != nil {
			t.Fatal(err)
		}
		w.Sim.ClearFaults()
		for range 2 {
			p.Export(ids[1])
			v := w.Views(ids[1:])[0]
			if v.Invoice.Stage.Export != billing.Failed || !ledger.HasCause(v.Exports[0].Messages, ledger.NumberTaken) {
				t.Fatalf("it is %v: %+v", v.Invoice.Stage, v.Exports[0].Messages)
			}
		}
		if results, err := p.App.Renumber(t.Context(), w.Me, ids[1:]); err != nil || results[0].Err != nil {
			t.Fatal(results, err)
		}
		p.Export(ids[1])
		views := w.Views(ids)
		w.MustBeSound(views)
		if got := views[1].Invoice.Stage.Export; got != billing.Exported {
			t.Errorf("with another number it is %v", got)
		}
	})
}

// TestItsOwnNumberIsNotInItsWay has Xero tell once that an invoice is deleted which lives on, and the person
// export it again.
func TestItsOwnNumberIsNotInItsWay(t *testing.T) {
	for _, marks := range []sim.Marks{sim.MarksKept, sim.MarksDropped} {
		t.Run(string(marks), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Marks: marks})
				ids := w.Invoices(1, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids...)
				retell(w, http.MethodGet, `"Status": ?"DRAFT"`, `"Status":"DELETED"`)
				time.Sleep(25 * time.Hour)
				refresh(p)
				w.Before(nil)
				if v := w.Views(ids)[0]; v.Invoice.Stage.Export != billing.DeletedInXero {
					t.Fatalf("it is %v", v.Invoice.Stage)
				}
				p.Export(ids...)
				v := w.Views(ids)[0]
				if v.Invoice.Stage.Export != billing.Warned || !ledger.HasCause(v.Exports[0].Messages, ledger.FoundAgain) {
					t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0].Messages)
				}
				w.MustBeSound([]app.InvoiceView{v})
				if all := w.Sim.Invoices(string(w.Tenant)); len(all) != 1 {
					t.Errorf("Xero has %d invoices", len(all))
				}
			})
		})
	}
}

func TestWhatBecomesOfMarksIsLearntOnce(t *testing.T) {
	for _, c := range []struct {
		marks sim.Marks
		want  app.Marks
		stage billing.ExportState
	}{
		{sim.MarksKept, app.MarksKept, billing.Exported}, {sim.MarksNormalised, app.MarksChanged, billing.Exported},
		{sim.MarksDropped, app.MarksDropped, billing.Warned}, {sim.MarksUnlisted, app.MarksUnlisted, billing.Exported},
	} {
		t.Run(string(c.marks), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := apptest.NewWorld(t, sim.Config{Marks: c.marks})
				ids := w.Invoices(2, 1)
				p := w.Start(nil)
				defer p.Stop()
				p.Export(ids[0])
				if got := marksOf(t, p); got != c.want {
					t.Errorf("the marks are %q, want %q", got, c.want)
				}
				v := w.Views(ids[:1])[0]
				if v.Invoice.Stage.Export != c.stage || ledger.HasCause(v.Exports[0].Messages, ledger.MarkLost) != (c.stage == billing.Warned) {
					t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0].Messages)
				}
				if got := p.Actions("organisation", string(w.Tenant)); !slices.Contains(got, string(staff.AuditMarks)) {
					t.Errorf("the trail tells %v", got)
				}
				w.Sim.ResetCalls()
				p.Export(ids[1])
				for call, n := range w.Sim.Calls() {
					if strings.HasPrefix(call, "GET /Invoices") {
						t.Errorf("the second export called %s %d times", call, n)
					}
				}
				if got := w.Views(ids[1:])[0].Invoice.Stage.Export; got != billing.Exported {
					t.Errorf("the second one is %v", got)
				}
			})
		})
	}
}

func TestMarksThatAreDroppedLaterAreNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids[0])
		retell(w, http.MethodPut, `"Url": ?"[^"]*",`, "")
		p.Export(ids[1])
		if got := marksOf(t, p); got != app.MarksDropped {
			t.Errorf("the marks are %q", got)
		}
		v := w.Views(ids[1:])[0]
		if v.Invoice.Stage.Export != billing.Warned || !ledger.HasCause(v.Exports[0].Messages, ledger.MarkLost) {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0].Messages)
		}
	})
}

func marksOf(t *testing.T, p *apptest.Process) app.Marks {
	t.Helper()
	orgs, err := p.App.Organisations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return orgs[0].Marks
}

// TestOneInXeroIsOneOfOurs has two invoices with the same figures in Xero, both with other numbers: each may
// be either.
func TestOneInXeroIsOneOfOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
		w.Sim.AddFault(rules(t, lostForGood+"+person-rename")[0])
		ids := w.Invoices(2, 1)
		p := w.Start(nil)
		defer p.Stop()
		if _, err := p.Queue(ids...); err != nil {
			t.Fatal(err)
		}
		p.Settle()
		var shown []ledger.Standing
		for _, id := range ids {
			d, err := p.App.Doubt(t.Context(), w.Me, id)
			if err != nil || len(d.There) != 2 {
				t.Fatalf("there may be %+v, %v", d.There, err)
			}
			shown = d.There
		}
		if err := p.App.Claim(t.Context(), w.Me, ids[0], shown[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := p.App.Claim(t.Context(), w.Me, ids[1], shown[0].ID); !app.IsCode(err, app.Conflict) {
			t.Errorf("one invoice was claimed twice: %v", err)
		}
		if err := p.App.Claim(t.Context(), w.Me, ids[0], shown[1].ID); !app.IsCode(err, app.Conflict) {
			t.Errorf("what is settled was claimed again: %v", err)
		}
		if err := p.App.Disown(t.Context(), w.Me, ids[1]); err != nil {
			t.Fatal(err)
		}
		v := w.Views(ids[1:])[0]
		if v.Invoice.Stage.Export != billing.Failed || !ledger.HasCause(v.Exports[0].Messages, ledger.Disowned) {
			t.Errorf("it is %v: %+v", v.Invoice.Stage, v.Exports[0].Messages)
		}
	})
}

// TestAnotherDueDateHidesNoDoubt has an invoice whose answer was lost, deleted in Xero and told without a mark: it may be
// ours by the figures that nobody changes in passing, whatever its due date and reference are.
func TestAnotherDueDateHidesNoDoubt(t *testing.T) {
	const rest = `"(?s:(.*?))"Status": *"[^"]*"`
	for pattern, with := range map[string]string{
		`"DueDate": *"[^"]*`:   `"DueDate":"\/Date(1544400000000+0000)\/`,
		`"Reference": *"[^"]*`: `"Reference":"PO 7`,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := apptest.NewWorld(t, sim.Config{Marks: sim.MarksDropped})
			retell(w, http.MethodGet, pattern+rest, with+`"${1}"Status":"DELETED"`)
			w.Sim.AddFault(rules(t, lostForGood)[0])
			ids := w.Invoices(1, 1)
			p := w.Start(nil)
			defer p.Stop()
			if _, err := p.Queue(ids...); err != nil {
				t.Fatal(err)
			}
			p.Settle()
			if v := w.Views(ids)[0]; v.Invoice.Stage.Export != billing.MayBeOurs {
				t.Errorf("%s: it is %v", pattern, v.Invoice.Stage)
			}
		})
	}
}

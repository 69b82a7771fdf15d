package screens

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// touring is a window in which the tour is played, beside a Xero that answers.
type touring struct {
	*trial
	there   sync.Mutex
	pending []func() // what was done in Xero and is not read here yet
}

func newTouring(t *testing.T) *touring {
	fake := newFake().fill(240)
	fake.preview = func(o intake.Options) intake.Preview {
		p := fakePreview(fake)
		p.AskDates, p.Example = o.Dates == intake.AskDates, "03/11/2026"
		return p
	}
	for i, v := range fake.invoices {
		if i%10 == 0 {
			fake.fate[v.Number] = ledger.Message{Text: "The contact is archived.", Cause: ledger.ContactArchived}
		}
	}
	fake.staff = []staff.Member{staff.Founder("s1", "Olivia Hart")}
	fake.after.gaps = fakeGaps
	b := &touring{trial: newDesk(t, fake)}
	stopped := fake.invoices[10]
	fake.review.messages = map[billing.Number][]ledger.Message{stopped.Number: {{Text: "The contact is archived.", Cause: ledger.ContactArchived}}}
	b.file = func(string, []byte) (app.Sheet, error) { return app.Sheet{}, nil }
	fake.gate = func(method string, n int) {
		switch {
		case method == "Progress" && n > 2: // Xero answers a part of the run each time it is asked
			fake.settle(50)
			fake.settleRemovals(50)
		case method == "RefreshAll":
			b.read()
		}
	}
	fake.after.look = b.read
	return b
}

// read brings home what was done in Xero.
func (b *touring) read() {
	b.there.Lock()
	pending := b.pending
	b.pending = nil
	b.there.Unlock()
	for _, bring := range pending {
		bring()
	}
}

// inXero does what a person does in Xero: it is known here when that is read.
func (b *touring) inXero(act string, n billing.Number) error {
	acts := map[string]func(){
		"approve": func() { b.fake.approve(n) },
		"pay":     func() { b.fake.pay(n) },
		"pay a part": func() {
			b.fake.inXero(n, closedStage, func(st *ledger.Standing) {
				st.Status, st.AmountPaid, st.AmountDue = ledger.AuthorisedThere, money.New(100, "NZD"), money.New(200, "NZD")
			})
		},
		"void": func() { b.fake.void(n) },
		"renumber": func() {
			b.fake.mu.Lock()
			b.fake.after.differences[b.fake.number(n).ID] = []ledger.Difference{{What: ledger.NumberFigure, Here: n, There: n + "-A"}}
			b.fake.mu.Unlock()
			b.fake.inXero(n, driftedStage, nil)
		},
	}
	b.there.Lock()
	defer b.there.Unlock()
	b.pending = append(b.pending, acts[act])
	return nil
}

// play plays the tour, and returns the names of its pictures.
func (b *touring) play() (pictures []string, err error) {
	b.open(staff.Founder("s1", "Olivia Hart"))
	done := make(chan error, 1)
	go func() {
		done <- Tour(b.Context(), b.w, Stage{
			Capture: func(name string) error {
				pictures = append(pictures, name)
				return nil
			},
			Resize: func(w, h float32) { b.window.Resize(fyne.NewSize(w, h)) },
			Name:   "november.csv", File: []byte("a file"), InXero: b.inXero,
		})
	}()
	err = b.pump(done)
	return pictures, err
}

func TestTheTourPlaysTheMainJobAndWhatComesAfterIt(t *testing.T) {
	pictures, err := newTouring(t).play()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"billing", "entity", "client", "selected", "review-client", "client-exported", "all-selected", "review", "progress", "summary",
		"failed", "menu", "import", "connection", "mapping", "editor", "clients", "client-panel", "contact", "settings", "staff", "history", "run", "support", "audit",
		"dark", "narrow-panel", "narrow", "no-match", "empty",
		"closed-by-itself", "draft-confirm", "draft-again", "line-changed", "finalized-again", "exported-again",
		"replace", "replace-voided", "replace-deleted", "replace-draft", "replaced", "changed-in-xero", "paid", "gaps"}
	if diff := cmp.Diff(want, pictures); diff != "" {
		t.Errorf("other pictures (-want +got):\n%s", diff)
	}
}

func TestTheTourStopsWhereAnInvoiceIsNotWhereItShouldBe(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(*touring)
		want    string
	}{
		"a removal that Xero refuses": {func(b *touring) {
			for _, v := range b.fake.invoices {
				b.fake.after.stay[v.Number] = "It is approved in Xero."
			}
		}, `the tour stopped at "draft-again": invoice 0001281 is finalized, exported`},
		"too few are exported": {func(b *touring) {
			for _, v := range b.fake.invoices {
				b.fake.fate[v.Number] = fakeFates[0]
				if v.Stage == exportedStage {
					v.Stage.Export = billing.Held
				}
			}
		}, "the tour needs 6 exported invoices that are not approved, and there are 0"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTouring(t)
			test.prepare(b)
			if _, err := b.play(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestTheTourPassesOnWhatCannotBeDoneInXero(t *testing.T) {
	refused := errors.New("there is no such invoice")
	b := newTrial(t, newFake().fill(240))
	s := &sequel{tour: &tour{Window: b.w, ctx: t.Context(), Stage: Stage{InXero: func(string, billing.Number) error { return refused }}}}
	if err := s.inXero("approve", role{"i1", "0001"}); !errors.Is(err, refused) {
		t.Errorf("got %v, want %v", err, refused)
	}
}

// pump draws and lets time pass until the work is done, and returns its error.
func (b *trial) pump(done <-chan error) error {
	b.Helper()
	for {
		select {
		case err := <-done:
			return err
		case <-b.woken:
			b.drain()
			b.mu.Lock()
			b.time = b.time.Add(together)
			b.mu.Unlock()
			b.fire(b.now())
		case <-time.After(deadline.Thing):
			b.Fatalf("Neither has the work ended nor the window posted anything for %v.", deadline.Thing)
		}
	}
}

func TestTheTourStopsWithThePictureThatCannotBeKept(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	full := errors.New("no space left")
	done := make(chan error, 1)
	go func() {
		done <- Tour(t.Context(), b.w, Stage{Capture: func(string) error { return full }, Resize: func(float32, float32) {}})
	}()
	if err := b.pump(done); !errors.Is(err, full) {
		t.Errorf("got %v, want %v", err, full)
	}
}

func TestTheTourEndsWithTheWindow(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.w.Close()
	if err := Tour(t.Context(), b.w, Stage{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

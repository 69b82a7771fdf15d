package screens

import (
	"context"
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

func TestTheTourPlaysTheMainJob(t *testing.T) {
	fake := newFake().fill(240)
	fake.preview = func(o app.ImportOptions) app.ImportPreview {
		p := fakePreview(fake, o)
		p.AskDates, p.Example = o.Dates == app.AskDates, "03/11/2026"
		return p
	}
	for i, v := range fake.invoices {
		if i%10 == 0 {
			fake.fate[v.Number] = ledger.Message{Text: "The contact is archived.", Cause: ledger.ContactArchived}
		}
	}
	fake.staff = []staff.Member{staff.Founder("s1", "Olivia Hart")}
	b := newDesk(t, fake)
	b.file = func(string, []byte) (app.Sheet, error) { return app.Sheet{}, nil }
	fake.gate = func(method string, n int) {
		if method == "Progress" && n > 2 {
			fake.settle(50) // Xero answers a part of the run each time somebody looks
		}
	}
	b.open(staff.Founder("s1", "Olivia Hart"))
	var pictures []string
	done := make(chan error, 1)
	go func() {
		done <- Tour(t.Context(), b.w, Stage{
			Capture: func(name string) error {
				pictures = append(pictures, name)
				return nil
			},
			Resize: func(w, h float32) { b.window.Resize(fyne.NewSize(w, h)) },
			Name:   "november.csv", File: []byte("a file"),
		})
	}()
	b.pump(done)
	want := []string{"billing", "entity", "client", "selected", "confirm", "client-exported", "all-selected", "confirm-rest", "progress", "summary",
		"failed", "menu", "import", "connection", "mapping", "editor", "clients", "settings", "staff", "audit",
		"dark", "narrow-panel", "narrow", "no-match", "empty"}
	if !slices.Equal(pictures, want) {
		t.Errorf("pictures of %q, want %q", pictures, want)
	}
}

// pump draws and lets time pass until the work is done, and fails with its error.
func (b *trial) pump(done <-chan error) {
	b.Helper()
	for {
		select {
		case err := <-done:
			if err != nil {
				b.Fatal(err)
			}
			return
		case <-b.woken:
			b.drain()
			b.mu.Lock()
			b.time = b.time.Add(together)
			b.mu.Unlock()
			b.fire(b.now())
		}
	}
}

func TestTheTourStopsWithThePictureThatCannotBeKept(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	full := errors.New("no space left")
	done := make(chan error, 1)
	go func() {
		err := Tour(t.Context(), b.w, Stage{Capture: func(string) error { return full }, Resize: func(float32, float32) {}})
		if errors.Is(err, full) {
			err = nil
		} else if err == nil {
			err = errors.New("the tour went on")
		}
		done <- err
	}()
	b.pump(done)
}

func TestTheTourEndsWithTheWindow(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.w.Close()
	if err := Tour(t.Context(), b.w, Stage{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

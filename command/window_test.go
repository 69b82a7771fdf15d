package command

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"feebridge/app/apptest/deadline"
	"feebridge/data/sqlite"
)

// opening is the face of a person who closes every window at once.
type opening struct {
	shown   []Opened
	damaged []*sqlite.Damaged
}

func (o *opening) run(t *testing.T, look func(Opened), args ...string) int {
	t.Helper()
	return Run(t.Context(), args, Face{
		Out: io.Discard, Err: io.Discard,
		OpenWindow: func(_ context.Context, firm Opened) (string, error) {
			o.shown = append(o.shown, firm)
			look(firm)
			return "", nil
		},
		ShowDamaged: func(_ context.Context, gone *sqlite.Damaged) string {
			o.damaged = append(o.damaged, gone)
			return ""
		},
	})
}

func TestTheWindowShowsTheFirm(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "firm.db")
	var o opening
	status := o.run(t, func(firm Opened) {
		if firm.Me.Name != "Owner" || firm.Demo != nil || firm.Door == nil || firm.Firm.Name != "My firm" {
			t.Errorf("the window is for %q of %q, and for a demo %v", firm.Me.Name, firm.Firm.Name, firm.Demo != nil)
		}
	}, "--db", path)
	if status != exitDone || len(o.shown) != 1 {
		t.Errorf("exit status %d after %d windows", status, len(o.shown))
	}
	if err := os.WriteFile(path, []byte("no database at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status := o.run(t, nil, "--db", path); status != exitUnavailable || len(o.damaged) != 1 || o.damaged[0].Path != path {
		t.Errorf("a damaged database: exit status %d, and shown were %v", status, o.damaged)
	}
}

func TestTheWindowShowsTheDemoFirm(t *testing.T) {
	t.Parallel()
	var o opening
	status := o.run(t, func(firm Opened) {
		if firm.Me.Name != "Tom Ashworth" || firm.Demo == nil || firm.Demo.Tour != "pictures" {
			t.Fatalf("the window is for %q with the demo %+v", firm.Me.Name, firm.Demo)
		}
		ctx, cancel := context.WithTimeout(t.Context(), deadline.Thing)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, firm.Demo.Page, nil)
		if err != nil {
			t.Fatal(err)
		}
		page, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = page.Body.Close() }()
		if page.StatusCode != http.StatusOK {
			t.Errorf("the page of the simulated Xero answers %s", page.Status)
		}
		if err := firm.Demo.InXero("approve", "INV-10004"); err != nil {
			t.Error(err)
		}
	}, "--demo", "--as", "tom ashworth", "--tour", "pictures")
	if status != exitDone || len(o.shown) != 1 {
		t.Errorf("exit status %d after %d windows", status, len(o.shown))
	}
}

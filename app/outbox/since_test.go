package outbox

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
)

func TestWhatIsKnownReachesNoFurtherThanWhatWasSeen(t *testing.T) {
	noon := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return noon.Add(d) }
	for name, c := range map[string]struct{ newest, made, want time.Time }{
		"a change a moment ago":                 {at(-time.Second), noon, at(-time.Second)},
		"a change some minutes ago":             {at(-3 * time.Minute), noon, at(-time.Minute)},
		"a change long ago":                     {at(-time.Hour), noon, at(-54 * time.Minute)},
		"no change":                             {time.Time{}, noon, time.Time{}},
		"nothing said of when it was made":      {at(-time.Hour), time.Time{}, time.Time{}},
		"a clock that is three hours ahead":     {at(-time.Minute), at(3 * time.Hour), at(5 * time.Minute)},
		"a change that is three hours ahead":    {at(3 * time.Hour), noon, noon},
		"a clock that is behind what it tells":  {at(-time.Minute), at(-time.Hour), at(-time.Hour)},
		"a change at the moment of the reading": {noon, noon, noon},
	} {
		if got := knownUntil(c.newest, c.made); !got.Equal(c.want) {
			t.Errorf("%s: all is known up to %v, want %v", name, got, c.want)
		}
	}
}

func TestChangesAreReadFromTheOldestOfWhatIsMissing(t *testing.T) {
	noon := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	base := app.DefaultMarkBase
	of := func(mark string, since time.Time) app.Export { return app.Export{Mark: base + mark, Since: since} }
	older, newer, found := of("older", noon.Add(-time.Hour)), of("newer", noon), of("found", noon.Add(-2*time.Hour))
	byMark := map[string]ledger.Standing{app.MarkKey(found.Mark): {ID: "x"}}
	for name, c := range map[string]struct {
		exports []app.Export
		since   time.Time
		missing bool
	}{
		"the oldest is first":  {[]app.Export{older, newer, found}, older.Since, true},
		"the oldest is last":   {[]app.Export{found, newer, older}, older.Since, true},
		"all but one is found": {[]app.Export{found, newer}, newer.Since, true},
		"all is found":         {[]app.Export{found}, time.Time{}, false},
	} {
		if since, missing := oldestMissing(c.exports, byMark); !since.Equal(c.since) || missing != c.missing {
			t.Errorf("%s: from %v, %v", name, since, missing)
		}
	}
}

// paged are books whose list of changes is in pages of two. It may change after a page was read.
type paged struct {
	app.Books
	list []ledger.Standing // the newest change first
	made time.Time
	then []ledger.Standing // the list after the first page was read, a minute later
}

func (b *paged) Since(_ context.Context, _ ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	return func(yield func(ledger.Page, error) bool) {
		for number := 0; ; number++ {
			var all []ledger.Standing
			for _, st := range b.list {
				if !st.Updated.Before(from) {
					all = append(all, st)
				}
			}
			page := all[min(2*number, len(all)):min(2*number+2, len(all))]
			last := 2*number+2 >= len(all)
			made := b.made
			if len(b.then) > 0 {
				b.list, b.then, b.made = b.then, nil, made.Add(time.Minute)
			}
			if !yield(ledger.Page{Changed: page, Made: made}, nil) || last {
				return
			}
		}
	}
}

// One that stands before all others for a time that is wrong must not end the reading of the front:
// what changed meanwhile stands behind it.
func TestAWrongTimeHidesNoChangeBehindIt(t *testing.T) {
	noon := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	change := func(id string, before time.Duration) ledger.Standing {
		return ledger.Standing{ID: ledger.InvoiceID(id), Updated: noon.Add(-before)}
	}
	for _, ahead := range []time.Duration{-2 * time.Minute, 3 * time.Hour} {
		for n := range 8 {
			t.Run(fmt.Sprintf("%v ahead, %d meanwhile", ahead, n), func(t *testing.T) {
				odd := change("odd", -ahead)
				others := []ledger.Standing{change("a", 3*time.Minute), change("b", 4*time.Minute), change("c", 5*time.Minute)}
				var meanwhile []ledger.Standing
				want := map[ledger.InvoiceID]bool{"odd": true, "a": true, "b": true, "c": true}
				for i := range n {
					st := change(fmt.Sprint("new ", i), time.Duration(i-n)*time.Second) // after noon
					meanwhile, want[st.ID] = append(meanwhile, st), true
				}
				b := &paged{list: slices.Concat([]ledger.Standing{odd}, others), made: noon}
				if ahead > 0 { // it goes on standing before all others
					b.then = slices.Concat([]ledger.Standing{odd}, meanwhile, others)
				} else {
					b.then = slices.Concat(meanwhile, []ledger.Standing{odd}, others)
				}
				got := map[ledger.InvoiceID]bool{}
				reached, err := readSince(t.Context(), b, "tenant", noon.Add(-time.Hour), func(page ledger.Page) (bool, error) {
					for _, st := range page.Changed {
						got[st.ID] = true
					}
					return false, nil
				})
				if err != nil || len(got) != len(want) {
					t.Errorf("%d of %d were read: %v", len(got), len(want), err)
				}
				if reached.After(noon.Add(time.Minute)) || reached.Before(noon.Add(-2*time.Minute)) {
					t.Errorf("all is known up to %v", reached)
				}
			})
		}
	}
}

// gauged are books that tell how many of the day's calls are left.
type gauged struct {
	app.Books
	left int
}

// Gauge implements app.Books.
func (g gauged) Gauge(ledger.TenantID) app.Gauge { return app.Gauge{DayLeft: g.left} }

// TestWhenARefreshIsDue asks when one is due after the last one, and after the clock was set back.
func TestWhenARefreshIsDue(t *testing.T) {
	for name, c := range map[string]struct {
		last    time.Duration // ago; 0 for never
		left    int
		failing time.Duration // for how long yet
		want    time.Duration
	}{
		"never":                            {0, -1, 0, 0},
		"a minute ago":                     {time.Minute, -1, 0, 4 * time.Minute},
		"all of the day's calls are left":  {time.Minute, 5000, 0, 4 * time.Minute},
		"as many are left as exports need": {time.Minute, callsForExport, 0, 4 * time.Minute},
		"half of that are left":            {time.Minute, callsForExport/2 - 1, 0, 9 * time.Minute},
		"none is left":                     {time.Minute, 0, 0, 59 * time.Minute},
		"the clock was set back":           {-time.Minute, -1, 0, 0},
		"Xero asked to wait":               {time.Minute, -1, time.Hour, time.Hour},
		"Xero asked to wait, and the clock was set back": {time.Minute, -1, 25 * time.Hour, 4 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // where no time passes
				r := app.Refresh{Tenant: "tenant"}
				if c.last != 0 {
					r.At = time.Now().Add(-c.last)
				}
				if c.failing != 0 {
					r.Failing = app.Park{Why: app.Offline, Until: time.Now().Add(c.failing)}
				}
				o := &Outbox{books: gauged{left: c.left}}
				if got := time.Until(o.refreshDue(r)); got != c.want {
					t.Errorf("it is due in %v, want %v", got, c.want)
				}
			})
		})
	}
}

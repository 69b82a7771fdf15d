package xero_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
	"feebridge/xero/sim"
)

func TestChangesAreReadFromAMoment(t *testing.T) {
	at := func(clock string) time.Time {
		parsed, err := time.Parse("2006-01-02T15:04:05.000", "2026-10-01T"+clock)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	b := seedInvoices(t, sim.Config{},
		sim.Invoice{Number: "early", UpdatedUTC: at("09:00:00.000")},
		sim.Invoice{Number: "same second", UpdatedUTC: at("12:00:05.100")},
		sim.Invoice{Number: "later", UpdatedUTC: at("12:00:06.000"), Status: sim.StatusDeleted},
		sim.Invoice{Number: "bill", UpdatedUTC: at("12:00:07.000"), Type: sim.TypeBill},
	)
	for _, test := range []struct {
		name string
		from time.Time
		want []billing.Number
	}{
		{"the beginning", time.Time{}, []billing.Number{"early", "later", "same second"}},
		{"the middle of a second", at("12:00:05.900"), []billing.Number{"later", "same second"}},
		{"another zone", at("12:00:05.900").In(time.FixedZone("NZDT", 13*3600)), []billing.Number{"later", "same second"}},
		{"after all of them", at("13:00:00.000"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := collect(b.Since(t.Context(), b.tenant, test.from))
			if err != nil {
				t.Fatal(err)
			}
			var got []billing.Number
			for _, s := range found {
				got = append(got, s.Number)
			}
			if diff := gocmp.Diff(test.want, sorted(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllChangesAreReadInFewCalls(t *testing.T) {
	began := time.Date(2026, time.October, 1, 9, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name    string
		count   int
		updated func(i int) time.Time
		calls   int // at most
	}{
		{"three pages", 2100, func(i int) time.Time { return began.Add(time.Duration(i) * time.Second) }, 3},
		{"two pages at once", 1100, func(int) time.Time { return began }, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			var invoices []sim.Invoice
			for i := range test.count {
				invoices = append(invoices, sim.Invoice{Number: fmt.Sprintf("INV-%d", i), UpdatedUTC: test.updated(i)})
			}
			b := seedInvoices(t, sim.Config{}, invoices...)
			found, err := collect(b.Since(t.Context(), b.tenant, began))
			if err != nil {
				t.Fatal(err)
			}
			if numbers := byNumber(found); len(found) != test.count || len(numbers) != test.count {
				t.Errorf("%d invoices with %d numbers were read, want %d", len(found), len(numbers), test.count)
			}
			if calls := b.sim.TotalCalls(); calls > test.calls {
				t.Errorf("it took %d calls, want %d at most", calls, test.calls)
			}
		})
	}
}

// changeList is a list of invoices in the order of change, in pages that are smaller
// than they were asked for. Each time a page of it has been read, some of them change.
type changeList struct {
	pageSize int
	after    bool // what changed in the very second asked for is not told
	edits    func() []int
	step     func() time.Duration // between two changes

	mu       sync.Mutex
	invoices []changed
	now      time.Time
	told     []changed // as it was when the last page was made
	calls    int
}

type changed struct {
	id      int
	updated time.Time
}

func (l *changeList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	var since time.Time
	if header := r.Header.Get("If-Modified-Since"); header != "" {
		since, _ = time.Parse("2006-01-02T15:04:05", header)
		if l.after {
			since = since.Add(time.Second)
		}
	}
	slices.SortFunc(l.invoices, func(a, b changed) int {
		return cmp.Or(a.updated.Compare(b.updated), cmp.Compare(a.id, b.id))
	})
	first, _ := slices.BinarySearchFunc(l.invoices, since, func(c changed, t time.Time) int { return c.updated.Compare(t) })
	found := l.invoices[first:]
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	from := min((number-1)*l.pageSize, len(found))
	var list []string
	for _, c := range found[from:min(from+l.pageSize, len(found))] {
		list = append(list, fmt.Sprintf(`{"Type":"ACCREC","InvoiceID":"%d","InvoiceNumber":"%d","CurrencyCode":"NZD","Total":1.00,`+
			`"UpdatedDateUTC":"\/Date(%d+0000)\/"}`, c.id, c.id, c.updated.UnixMilli()))
	}
	answers(http.StatusOK, envelope(fmt.Sprintf(`"pagination":{"page":%d,"pageSize":%d,"pageCount":%d,"itemCount":%d},"Invoices":[%s]`,
		number, l.pageSize, (len(found)+l.pageSize-1)/l.pageSize, len(found), strings.Join(list, ",")))).ServeHTTP(w, r)
	l.told = slices.Clone(l.invoices)
	for _, id := range l.edits() {
		l.now = l.now.Add(l.step())
		at := slices.IndexFunc(l.invoices, func(c changed) bool { return c.id == id })
		l.invoices[at].updated = l.now
	}
}

// TestAReadingOfChangesIsComplete changes invoices while the list is read: each moves to
// the end, and others to a page that was read already. In the end, all are known as they
// were when the last page was made.
func TestAReadingOfChangesIsComplete(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		began := time.Date(2026, time.October, 1, 9, 0, 0, 0, time.UTC)
		count := rapid.IntRange(1, 40).Draw(rt, "invoices")
		densest := rapid.SampledFrom([]int{0, 1, 50, 300, 2000, 60_000}).Draw(rt, "most ms between two of them")
		l := &changeList{
			pageSize: rapid.IntRange(1, 7).Draw(rt, "page size"),
			after:    rapid.Bool().Draw(rt, "seconds are told from the next one on"),
			now:      began,
		}
		ms := rapid.Custom(func(rt *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, densest).Draw(rt, "ms")) * time.Millisecond
		})
		for i := range count {
			l.now = l.now.Add(ms.Draw(rt, "pause"))
			l.invoices = append(l.invoices, changed{i, l.now})
		}
		from := l.invoices[rapid.IntRange(0, count-1).Draw(rt, "from the change of")].updated
		plan := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, count-1), 0, 4), 0, 12).Draw(rt, "changes after each page")
		pauses := rapid.SliceOfN(ms, 50, 50).Draw(rt, "pauses between changes")
		l.edits = func() []int {
			if len(plan) == 0 {
				return nil
			}
			edits := plan[0]
			plan = plan[1:]
			return edits
		}
		l.step = func() time.Duration {
			step := pauses[0] + time.Millisecond // two changes at once would be in the order of their IDs
			pauses = pauses[1:]
			return step
		}

		var found []ledger.Standing
		var err error
		synctest.Test(t, func(t *testing.T) {
			found, err = collect(serve(t, l, xero.Config{}).Since(t.Context(), "tenant", from))
		})
		if err != nil {
			rt.Fatal(err)
		}
		known := map[ledger.InvoiceID]time.Time{}
		for _, s := range found {
			if s.Updated.Before(known[s.ID]) {
				rt.Errorf("invoice %s came in an older state after a newer one", s.ID)
			}
			known[s.ID] = s.Updated
		}
		for _, c := range l.told {
			if id := ledger.InvoiceID(strconv.Itoa(c.id)); !c.updated.Before(from) && !known[id].Equal(c.updated) {
				rt.Errorf("invoice %s is known as it was at %s, and was changed at %s", id, known[id], c.updated)
			}
		}
	})
}

func TestChangesOutOfOrderAreAnError(t *testing.T) {
	element := strings.ReplaceAll(fmt.Sprintf(recorded, ""), "1552327126117", "%d")
	list := fmt.Sprintf(element, 2000) + "," + fmt.Sprintf(strings.ReplaceAll(element, "ed255415", "ed255416"), 1000)
	c := serve(t, answers(http.StatusOK, envelope(`"pagination":{"page":1,"pageSize":1000,"pageCount":1,"itemCount":2},"Invoices":[`+list+`]`)), xero.Config{})
	_, err := collect(c.Since(t.Context(), "tenant", time.Time{}))
	if got := troubleIn(t, err); got.Reason != app.Interrupted || !strings.Contains(got.Error(), "order") {
		t.Errorf("the error is %+v", got)
	}
}

func TestAReadingOfChangesCanStopEarly(t *testing.T) {
	b := seedInvoices(t, sim.Config{}, sim.Invoice{Number: "1"}, sim.Invoice{Number: "2"})
	for s, err := range b.Since(t.Context(), b.tenant, time.Time{}) {
		if err != nil || s.ID == "" {
			t.Fatal(s, err)
		}
		break
	}
}

func TestAnInvoiceThatCannotBeReadMattersOnlyWithAMark(t *testing.T) {
	odd := strings.NewReplacer(`"Total": 40.00`, `"Total": 40.001`, "ed255415", "ed255416").Replace(fmt.Sprintf(recorded, ""))
	for name, test := range map[string]struct {
		odd  string
		want int // invoices; 0 for an error
	}{
		"with a mark": {odd, 0},
		"without one": {strings.Replace(odd, `"Url": "http:\/\/localhost:8742\/open\/INV-0007",`, "", 1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, answers(http.StatusOK, envelope(`"pagination":{"page":1,"pageSize":1000,"pageCount":1,"itemCount":2},"Invoices":[`+
				test.odd+`,`+fmt.Sprintf(recorded, "")+`]`)), xero.Config{})
			found, err := collect(c.Since(t.Context(), "tenant", time.Time{}))
			if (err != nil) != (test.want == 0) || len(found) != test.want {
				t.Errorf("got %d invoices and %v, want %d", len(found), err, test.want)
			}
		})
	}
}

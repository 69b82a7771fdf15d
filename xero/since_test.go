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
			for _, s := range changedIn(found) {
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
		calls   int
	}{
		{"nothing", 0, nil, 1},
		{"a full page", 1000, func(int) time.Time { return began }, 1},
		{"one more, at the same moment", 1001, func(int) time.Time { return began }, 2},
		{"some thousands, one after the other", 2100, func(i int) time.Time { return began.Add(time.Duration(i) * time.Second) }, 3},
		{"ten thousand at the same moment", 10_000, func(int) time.Time { return began }, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			var invoices []sim.Invoice
			for i := range test.count {
				invoices = append(invoices, sim.Invoice{Number: fmt.Sprintf("INV-%d", i), UpdatedUTC: test.updated(i)})
			}
			b := seedInvoices(t, sim.Config{}, invoices...)
			pages, err := collect(b.Since(t.Context(), b.tenant, began))
			if err != nil {
				t.Fatal(err)
			}
			found := changedIn(pages)
			if numbers := byNumber(found); len(found) != test.count || len(numbers) != test.count {
				t.Errorf("%d invoices with %d numbers were read, want %d", len(found), len(numbers), test.count)
			}
			if !slices.IsSortedFunc(found, func(a, b ledger.Standing) int { return b.Updated.Compare(a.Updated) }) {
				t.Error("the newest change does not come first")
			}
			if calls := b.sim.TotalCalls(); calls != test.calls || len(pages) != test.calls {
				t.Errorf("%d pages took %d calls, want %d", len(pages), calls, test.calls)
			}
		})
	}
}

// changeList is a list of invoices, the newest change first, in pages that are smaller than
// they were asked for. Each time a page of it has been read, some of them change and others
// are created.
type changeList struct {
	pageSize int
	after    bool                 // what changed in the very second asked for is not told
	edits    func() []int         // ids; one that is not known yet is created
	step     func() time.Duration // between two changes

	mu       sync.Mutex
	invoices []changed
	now      time.Time
	told     []changed    // as it was when the first page was made
	moved    map[int]bool // since then
}

type changed struct {
	id      int
	updated time.Time
}

func (l *changeList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var since time.Time
	if header := r.Header.Get("If-Modified-Since"); header != "" {
		since, _ = time.Parse("2006-01-02T15:04:05", header)
		if l.after {
			since = since.Add(time.Second)
		}
	}
	slices.SortFunc(l.invoices, func(a, b changed) int {
		return cmp.Or(b.updated.Compare(a.updated), cmp.Compare(a.id, b.id))
	})
	found := l.invoices
	for i, c := range l.invoices {
		if c.updated.Before(since) {
			found = l.invoices[:i]
			break
		}
	}
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	from := min((number-1)*l.pageSize, len(found))
	var list []string
	for _, c := range found[from:min(from+l.pageSize, len(found))] {
		list = append(list, fmt.Sprintf(`{"Type":"ACCREC","InvoiceID":"%d","InvoiceNumber":"%d","Status":"DRAFT","CurrencyCode":"NZD","Total":1.00,"AmountDue":1.00,`+
			`"UpdatedDateUTC":"\/Date(%d+0000)\/"}`, c.id, c.id, c.updated.UnixMilli()))
	}
	answers(http.StatusOK, envelope(fmt.Sprintf(`"pagination":{"page":%d,"pageSize":%d,"pageCount":%d,"itemCount":%d},"Invoices":[%s]`,
		number, l.pageSize, (len(found)+l.pageSize-1)/l.pageSize, len(found), strings.Join(list, ",")))).ServeHTTP(w, r)
	if l.told == nil {
		l.told = slices.Clone(l.invoices)
	}
	for _, id := range l.edits() {
		l.now = l.now.Add(l.step())
		l.invoices = slices.DeleteFunc(l.invoices, func(c changed) bool { return c.id == id })
		l.invoices = append(l.invoices, changed{id, l.now})
		l.moved[id] = true
	}
}

// TestAReadingOfChangesPassesNothingBy changes and creates invoices while the list is read:
// each moves to the front, and others to a page that is still to come. What did not change is
// read all the same. A second reading, from the newest change that the first page told, brings
// what did.
func TestAReadingOfChangesPassesNothingBy(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		began := time.Date(1999, time.October, 1, 9, 0, 0, 0, time.UTC) // before the bubble's clock
		count := rapid.IntRange(1, 40).Draw(rt, "invoices")
		densest := rapid.SampledFrom([]int{0, 1, 50, 300, 2000, 60_000}).Draw(rt, "most ms between two of them")
		l := &changeList{
			pageSize: rapid.IntRange(1, 7).Draw(rt, "page size"),
			after:    rapid.Bool().Draw(rt, "seconds are told from the next one on"),
			now:      began,
			moved:    map[int]bool{},
		}
		ms := rapid.Custom(func(rt *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, densest).Draw(rt, "ms")) * time.Millisecond
		})
		for i := range count {
			l.now = l.now.Add(ms.Draw(rt, "pause"))
			l.invoices = append(l.invoices, changed{i, l.now})
		}
		from := l.invoices[rapid.IntRange(0, count-1).Draw(rt, "from the change of")].updated
		plan := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, count+5), 0, 4), 0, 12).Draw(rt, "changes after each page")
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

		var first, second []ledger.Page
		var err error
		synctest.Test(t, func(t *testing.T) {
			c := serve(t, l, xero.Config{})
			if first, err = collect(c.Since(t.Context(), "tenant", from)); err != nil {
				return
			}
			plan = nil
			second, err = collect(c.Since(t.Context(), "tenant", first[0].Changed[0].Updated))
		})
		if err != nil {
			rt.Fatal(err)
		}
		known := map[ledger.InvoiceID]time.Time{}
		for _, st := range changedIn(first) {
			known[st.ID] = st.Updated
		}
		for _, c := range l.told {
			id := ledger.InvoiceID(strconv.Itoa(c.id))
			if _, read := known[id]; !read && !c.updated.Before(from) && !l.moved[c.id] {
				rt.Errorf("invoice %s did not change meanwhile, and was passed by", id)
			}
		}
		for _, st := range changedIn(second) {
			known[st.ID] = st.Updated
		}
		for _, c := range l.invoices {
			if id := ledger.InvoiceID(strconv.Itoa(c.id)); !c.updated.Before(from) && !known[id].Equal(c.updated) {
				rt.Errorf("after the second reading, invoice %s is known as it was at %s, and was changed at %s", id, known[id], c.updated)
			}
		}
	})
}

// changedIn returns what is on the pages.
func changedIn(pages []ledger.Page) []ledger.Standing {
	var all []ledger.Standing
	for _, p := range pages {
		all = append(all, p.Changed...)
	}
	return all
}

func TestChangesOutOfOrderAreAnError(t *testing.T) {
	element := strings.ReplaceAll(fmt.Sprintf(recorded, ""), "1552327126117", "%d")
	list := fmt.Sprintf(element, 1000) + "," + fmt.Sprintf(strings.ReplaceAll(element, "ed255415", "ed255416"), 2000)
	c := serve(t, answers(http.StatusOK, envelope(`"pagination":{"page":1,"pageSize":1000,"pageCount":1,"itemCount":2},"Invoices":[`+list+`]`)), xero.Config{})
	_, err := collect(c.Since(t.Context(), "tenant", time.Time{}))
	if got := troubleIn(t, err); got.Reason != app.Interrupted || !strings.Contains(got.Error(), "order") {
		t.Errorf("the error is %+v", got)
	}
}

func TestAReadingOfChangesThatStopsEarlyMakesNoFurtherCall(t *testing.T) {
	var invoices []sim.Invoice
	for i := range 1100 {
		invoices = append(invoices, sim.Invoice{Number: fmt.Sprintf("INV-%d", i)})
	}
	b := seedInvoices(t, sim.Config{}, invoices...)
	for p, err := range b.Since(t.Context(), b.tenant, time.Time{}) {
		if err != nil || len(p.Changed) != 1000 || p.Made.IsZero() {
			t.Fatal(len(p.Changed), p.Made, err)
		}
		break
	}
	if calls := b.sim.TotalCalls(); calls != 1 {
		t.Errorf("it took %d calls", calls)
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
			if n := len(changedIn(found)); (err != nil) != (test.want == 0) || n != test.want {
				t.Errorf("got %d invoices and %v, want %d", n, err, test.want)
			}
		})
	}
}

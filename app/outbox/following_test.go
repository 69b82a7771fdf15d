package outbox

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// cursorTx is a transaction that knows how far an organisation was read.
type cursorTx struct {
	Tx
	state app.Refresh
	saved int
}

func (t *cursorTx) Refreshes() (map[ledger.TenantID]app.Refresh, error) {
	return map[ledger.TenantID]app.Refresh{"tenant": t.state}, nil
}

func (t *cursorTx) SaveRefresh(r app.Refresh) error {
	t.state = r
	t.saved++
	return nil
}

// TestAnAnswerPullsTheCursorBackAndNeverForward learns of changes otherwise than by a refresh.
func TestAnAnswerPullsTheCursorBackAndNeverForward(t *testing.T) {
	for name, c := range map[string]struct {
		learnt []time.Time
		want   time.Time
	}{
		"of an earlier change":      {[]time.Time{atTen.Add(-time.Second)}, atTen.Add(-time.Second)},
		"of a later change":         {[]time.Time{atTen.Add(time.Hour)}, atTen},
		"of several, in no order":   {[]time.Time{atTen.Add(time.Hour), atTen.Add(-time.Hour), atTen.Add(-time.Minute)}, atTen.Add(-time.Hour)},
		"of one of the same moment": {[]time.Time{atTen}, atTen},
		"of nothing":                {nil, atTen},
	} {
		t.Run(name, func(t *testing.T) {
			tx := &cursorTx{state: app.Refresh{Tenant: "tenant", Cursor: atTen, At: atTen}}
			e := newEffects("tenant", atTen.Add(time.Hour))
			e.learnt = c.learnt
			if err := e.lookBack(tx); err != nil {
				t.Fatal(err)
			}
			if !tx.state.Cursor.Equal(c.want) || !tx.state.At.Equal(atTen) || (tx.saved > 0) != c.want.Before(atTen) {
				t.Errorf("%v before ten, it is at %v", atTen.Sub(c.want), tx.state.Cursor)
			}
		})
	}
}

// pagesBooks list some pages of changes, in an answer that was made at a moment.
type pagesBooks struct {
	app.Books
	made  time.Time
	pages [][]ledger.Standing
	from  []time.Time
}

func (b *pagesBooks) Since(_ context.Context, _ ledger.TenantID, from time.Time) iter.Seq2[ledger.Page, error] {
	b.from = append(b.from, from)
	return func(yield func(ledger.Page, error) bool) {
		for _, p := range b.pages {
			if !yield(ledger.Page{Changed: p, Made: b.made}, nil) {
				return
			}
		}
	}
}

// TestAReadingReachesUpToAMinuteBeforeItsAnswer leaves room for what Xero shows late, and reaches only a
// few minutes past the newest change, in case a clock is wrong. A change that was read is known all the
// same.
func TestAReadingReachesUpToAMinuteBeforeItsAnswer(t *testing.T) {
	changed := func(at time.Time) [][]ledger.Standing { return [][]ledger.Standing{{{ID: "one", Updated: at}}} }
	for name, c := range map[string]struct {
		made  time.Time
		pages [][]ledger.Standing
		want  time.Time
	}{
		"nothing changed":                     {atTen, [][]ledger.Standing{nil}, atTen.Add(-2 * time.Hour)},
		"the change is older":                 {atTen, changed(atTen.Add(-time.Hour)), atTen.Add(-54 * time.Minute)},
		"the change is a little older":        {atTen, changed(atTen.Add(-2 * time.Minute)), atTen.Add(-time.Minute)},
		"the change is younger":               {atTen, changed(atTen.Add(-time.Second)), atTen.Add(-time.Second)},
		"Xero does not say when it was made":  {time.Time{}, changed(atTen.Add(-time.Hour)), atTen.Add(-2 * time.Hour)},
		"nor that, and nothing changed since": {time.Time{}, [][]ledger.Standing{nil}, atTen.Add(-2 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			books := &pagesBooks{made: c.made, pages: c.pages}
			reached, err := readSince(t.Context(), books, "tenant", atTen.Add(-2*time.Hour), func(ledger.Page) (bool, error) { return false, nil })
			if err != nil || !reached.Equal(c.want) {
				t.Errorf("it reaches up to %v before ten, %v", atTen.Sub(reached), err)
			}
		})
	}
}

// TestWhatAReadingMoves has Xero tell of an invoice that is a draft there as far as was known at ten.
func TestWhatAReadingMoves(t *testing.T) {
	open, closed := billing.Stage{Status: billing.Finalized, Export: billing.Exported}, billing.Stage{Status: billing.Closed, Export: billing.Exported}
	at := func(s billing.Stage, e billing.ExportState) billing.Stage {
		s.Export = e
		return s
	}
	later := func(status ledger.InvoiceStatus, number billing.Number) ledger.Standing {
		st := inXero(status)
		st.Number, st.Updated = number, atTen.Add(time.Minute)
		return st
	}
	approved, renumbered := later(ledger.AuthorisedThere, "INV-1"), later(ledger.DraftThere, "A-1")
	deleted, voided := later(ledger.DeletedThere, "INV-1"), later(ledger.VoidedThere, "INV-1")
	back, known, older := later(ledger.DraftThere, "INV-1"), inXero(ledger.DraftThere), approved
	older.Updated = atTen.Add(-time.Minute)
	for name, c := range map[string]struct {
		from    billing.Stage
		earlier bool // a later export is known
		st      ledger.Standing
		want    billing.Stage
		stored  bool
	}{
		"approved":                       {open, false, approved, closed, true},
		"approved, with another number":  {open, false, later(ledger.AuthorisedThere, "A-1"), at(closed, billing.Changed), true},
		"deleted":                        {open, false, deleted, at(open, billing.DeletedInXero), true},
		"voided":                         {open, false, voided, at(closed, billing.VoidedInXero), true},
		"another number":                 {open, false, renumbered, at(open, billing.Changed), true},
		"its number again":               {at(open, billing.Changed), false, back, open, true},
		"as it is known":                 {open, false, known, open, false},
		"as it is known, once not found": {at(open, billing.NotFoundInXero), false, known, open, true},
		"an older reading":               {open, false, older, open, false},
		"while it leaves Xero":           {at(open, billing.Removing), false, approved, at(open, billing.Removing), false},
		"while it is exported again":     {at(open, billing.Exporting), false, deleted, at(open, billing.Exporting), false},
		"an earlier one, approved":       {open, true, approved, open, true},
		"an earlier one, deleted":        {open, true, deleted, open, true},
		"an earlier one, of a draft":     {billing.Stage{}, true, approved, billing.Stage{}, true},
		"an earlier one, of a changed":   {at(open, billing.Changed), true, back, at(open, billing.Changed), true},
	} {
		t.Run(name, func(t *testing.T) {
			tracked := sentInvoice()
			tracked.Invoice.Stage, tracked.Newest, tracked.Export.Standing = c.from, !c.earlier, known
			if c.from.Export == billing.Changed {
				tracked.Export.Standing = renumbered
			}
			e := newEffects("tenant", atTen.Add(time.Hour))
			moved := e.follow(tracked, c.st)
			got := c.from
			if to, ok := e.stages["v"]; ok {
				got = to
			}
			if got != c.want || moved != (c.want != c.from) || (len(e.standings) > 0) != c.stored {
				t.Errorf("it is %v, which counts as moved: %v; stored is %+v", got, moved, e.standings)
			}
		})
	}
}

// TestWhereARefreshMayStop asks of the older half of a page. It reads on where one of ours stands in
// a way that is not known, however old that change is.
func TestWhereARefreshMayStop(t *testing.T) {
	known := func(id ledger.InvoiceID, at time.Time) (ledger.InvoiceID, app.Tracked) {
		return id, app.Tracked{Export: app.Export{Standing: ledger.Standing{ID: id, Updated: at}}}
	}
	old := atTen.Add(-time.Hour)
	for name, c := range map[string]struct {
		updated time.Time
		ours    bool
		known   time.Time
		stop    bool
	}{
		"another's, before the cursor":       {old, false, old, true},
		"another's, after the cursor":        {atTen.Add(time.Second), false, old, false},
		"ours, before the cursor, as known":  {old, true, old, true},
		"ours, before the cursor, not known": {old, true, old.Add(-time.Second), false},
		"ours, after the cursor, as known":   {atTen.Add(time.Second), true, atTen.Add(time.Second), false},
	} {
		t.Run(name, func(t *testing.T) {
			tracked := map[ledger.InvoiceID]app.Tracked{}
			if c.ours {
				id, tr := known("one", c.known)
				tracked[id] = tr
			}
			readings := []ledger.Standing{{ID: "another", Updated: old}, {ID: "one", Updated: c.updated}, {ID: "a third", Updated: old}}
			if stop := nothingNew(readings, tracked, atTen); stop != c.stop {
				t.Errorf("it stops: %v", stop)
			}
		})
	}
}

// TestBothNumbersOfAnApprovedInvoiceAreBurnt has a person give it another number in Xero before it is
// approved or voided there: neither is given out again.
func TestBothNumbersOfAnApprovedInvoiceAreBurnt(t *testing.T) {
	both := []billing.Number{"BY-HAND", "INV-1"}
	renumbered := func(s ledger.InvoiceStatus) ledger.Standing {
		st := inXero(s)
		st.Number, st.Updated = "BY-HAND", atTen.Add(time.Minute)
		return st
	}
	for name, learn := range map[string]func(e *effects, st ledger.Standing) error{
		"an answer tells it": func(e *effects, st ledger.Standing) error {
			_, err := e.receive(sentInvoice(), st, nil, true)
			return err
		},
		"a look-up tells it": func(e *effects, st ledger.Standing) error {
			_, err := e.receive(sentInvoice(), st, nil, false)
			return err
		},
		"a refresh tells it": func(e *effects, st ledger.Standing) error {
			was := sentInvoice()
			was.Invoice.Stage.Export, was.Export.Standing = billing.Exported, inXero(ledger.DraftThere)
			e.follow(was, st)
			return nil
		},
		"it is removed": func(e *effects, st ledger.Standing) error {
			was := sentInvoice()
			was.Invoice.Stage = billing.Stage{Status: billing.Closed, Export: billing.Removing}
			return removing{Removal: app.Removal{ID: "r", To: ledger.VoidedThere}, tracked: was}.done(e, st)
		},
	} {
		for _, s := range []ledger.InvoiceStatus{ledger.DraftThere, ledger.SubmittedThere, ledger.DeletedThere, ledger.AuthorisedThere, ledger.PaidThere, ledger.VoidedThere} {
			if name == "it is removed" && s != ledger.VoidedThere {
				continue
			}
			t.Run(name+", "+string(s), func(t *testing.T) {
				e := newEffects("tenant", atTen.Add(time.Hour))
				if err := learn(e, renumbered(s)); err != nil {
					t.Fatal(err)
				}
				burnt := slices.Clone(e.burnt)
				slices.Sort(burnt)
				want := both
				if s == ledger.DraftThere || s == ledger.SubmittedThere || s == ledger.DeletedThere {
					want = nil
				}
				if !slices.Equal(burnt, want) {
					t.Errorf("burnt are %v", burnt)
				}
			})
		}
	}
}

// lostReader knows what was lost when a copy was made.
type lostReader struct {
	Reader
	batches []app.Batch
	exports map[app.ExportID]app.Export
}

func (r lostReader) Batches(ledger.TenantID, ...app.BatchState) ([]app.Batch, error) {
	return r.batches, nil
}

func (r lostReader) Exports(ids []app.ExportID) (all []app.Export, err error) {
	for _, id := range ids {
		all = append(all, r.exports[id])
	}
	return all, nil
}

// TestFromWhenACopyIsCompared begins before the copy last heard of Xero, and before whatever it had
// under way was first sent.
func TestFromWhenACopyIsCompared(t *testing.T) {
	before := atTen.Add(-10 * time.Minute)
	lost := func(kind app.BatchKind, since time.Time) lostReader {
		return lostReader{batches: []app.Batch{{Kind: kind, Members: []string{"e"}}}, exports: map[app.ExportID]app.Export{"e": {ID: "e", Since: since}}}
	}
	for name, c := range map[string]struct {
		r     lostReader
		heard time.Time
		want  time.Time
	}{
		"nothing was under way":              {lostReader{}, atTen, before},
		"it never heard of Xero":             {lostReader{}, time.Time{}, time.Time{}},
		"something older was under way":      {lost(app.InvoiceBatch, before.Add(-time.Hour)), atTen, before.Add(-time.Hour)},
		"something younger was under way":    {lost(app.InvoiceBatch, before.Add(time.Minute)), atTen, before},
		"a removal was under way":            {lost(app.RemovalBatch, before.Add(-time.Hour)), atTen, before},
		"it never heard, and sent something": {lost(app.InvoiceBatch, before), time.Time{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			if from, err := since(c.r, "tenant", c.heard); err != nil || !from.Equal(c.want) {
				t.Errorf("it begins at %v, %v", from, err)
			}
		})
	}
}

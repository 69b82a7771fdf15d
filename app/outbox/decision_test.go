package outbox

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feebridge/app"
	"feebridge/app/ledger"
)

// noted is a member of a kind of its own, which notes what is decided about it.
type noted struct {
	name string
	log  *[]string
}

func (m noted) note(what string) { *m.log = append(*m.log, m.name+" "+what) }

func (m noted) heard(time.Time, string) member  { return m }
func (m noted) claim(*effects, app.Batch) error { m.note("claimed"); return nil }

func (m noted) settle(_ *effects, _ app.Batch, said map[string]ledger.Outcome) ([]string, error) {
	if said[m.name].Verdict == ledger.Unclear {
		m.note("unclear")
		return []string{m.name}, nil
	}
	m.note("settled")
	return nil, nil
}

func (m noted) lose(*effects) error { m.note("lost"); return nil }

func (m noted) unsend(_ *effects, _ app.Batch, refused []ledger.Message) error {
	if refused != nil {
		m.note("refused: " + refused[0].Text)
	} else {
		m.note("unsent")
	}
	return nil
}

func (m noted) adopt(_ *effects, _ app.Batch, _ reading, again resend) error {
	switch {
	case again.wait:
		m.note("waits")
	case again.small > 0:
		m.note("halved")
	case again.fails:
		m.note("fails")
	default:
		m.note("again")
	}
	return nil
}

// TestDecisionsAboutARequest asks the machine about a kind of request that it has never seen. Each
// decision is made twice from the same request: it changes nothing but its effects.
func TestDecisionsAboutARequest(t *testing.T) {
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	sent := app.Batch{ID: "batch", Kind: "a new kind", State: app.Sending, Members: []string{"a", "b"}, Tries: 1, Tried: now, TriedLast: now}
	with := func(change func(*app.Batch)) app.Batch {
		b := sent
		change(&b)
		return b
	}
	later := now.Add(time.Minute)
	for name, c := range map[string]struct {
		decide func(e *effects, b app.Batch, members []member) error
		want   app.Batch
		ends   bool
		noted  []string
	}{
		"it leaves": {
			func(e *effects, b app.Batch, members []member) error {
				b.State, b.Tries, b.Tried, b.TriedLast = app.Ready, 0, time.Time{}, time.Time{}
				_, err := leave(e, b, members)
				return err
			},
			with(func(b *app.Batch) { b.Tried, b.TriedLast = later, later }), false, []string{"a claimed", "b claimed"},
		},
		"every element tells": {
			func(e *effects, b app.Batch, members []member) error {
				return settle(e, b, []ledger.Outcome{{Member: "a", Verdict: ledger.Accepted}, {Member: "b", Verdict: ledger.Rejected}}, members)
			},
			with(func(b *app.Batch) { b.State = app.Settled }), true, []string{"a settled", "b settled"},
		},
		"one element is missing": {
			func(e *effects, b app.Batch, members []member) error {
				return settle(e, b, []ledger.Outcome{{Member: "a", Verdict: ledger.Accepted}}, members)
			},
			with(func(b *app.Batch) { b.State, b.Members, b.LookUp, b.Troubles = app.Lost, []string{"b"}, true, 1 }), true,
			[]string{"a settled", "b unclear"},
		},
		"no answer comes": {
			func(e *effects, b app.Batch, members []member) error {
				return lose(e, b, &app.Trouble{Reason: app.Interrupted}, members)
			},
			with(func(b *app.Batch) { b.State, b.TriedLast = app.Lost, later }), false, []string{"a lost", "b lost"},
		},
		"Xero answers with an error of its own once more": {
			func(e *effects, b app.Batch, members []member) error {
				b.Troubles = maxTroubles - 1
				return lose(e, b, &app.Trouble{Reason: app.Troubled, Answered: true}, members)
			},
			with(func(b *app.Batch) { b.State, b.TriedLast, b.Troubles, b.LookUp = app.Lost, later, maxTroubles, true }), false,
			[]string{"a lost", "b lost"},
		},
		"it provably never left": {
			func(e *effects, b app.Batch, members []member) error {
				return unsend(e, b, &app.Trouble{Reason: app.Offline, Unsent: true}, members)
			},
			with(func(b *app.Batch) { b.State, b.Tries, b.Tried = app.Ready, 0, time.Time{} }), true, []string{"a unsent", "b unsent"},
		},
		"Xero refuses it as a whole": {
			func(e *effects, b app.Batch, members []member) error {
				return unsend(e, b, &app.Trouble{Reason: app.Refused, Unsent: true, Text: "no"}, members)
			},
			with(func(b *app.Batch) { b.State, b.Tries, b.Tried = app.Settled, 0, time.Time{} }), true, []string{"a refused: no", "b refused: no"},
		},
		"a look-up tells": {
			func(e *effects, b app.Batch, members []member) error {
				return adopt(e, b, reading{}, resend{small: 1}, members)
			},
			with(func(b *app.Batch) { b.State = app.Settled }), true, []string{"a halved", "b halved"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				var log []string
				e := newEffects("tenant", later)
				if err := c.decide(e, sent, []member{noted{"a", &log}, noted{"b", &log}}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]app.Batch{c.want}, e.batches, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("the request afterwards (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(c.noted, log); diff != "" {
					t.Errorf("its members (-want +got):\n%s", diff)
				}
				if e.ends != c.ends {
					t.Errorf("runs may have ended: %v", e.ends)
				}
			}
		})
	}
}

// TestWhatIsUnwantedIsPutBack asks about a request that is not to be sent now. Nothing is known of one
// that was sent before until it is looked up; one that was not is as if it had never been.
func TestWhatIsUnwantedIsPutBack(t *testing.T) {
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	lost := app.Batch{ID: "batch", Kind: "a new kind", State: app.Lost, Members: []string{"a"}, Tries: 1, Tried: now, TriedLast: now}
	looked := lost
	looked.LookUp = true
	ready := app.Batch{ID: "batch", Kind: "a new kind", State: app.Ready, Members: []string{"a"}}
	for name, c := range map[string]struct {
		of        app.Batch
		want      []app.Batch
		unplanned []app.BatchID
	}{
		"it was never sent":  {ready, nil, []app.BatchID{"batch"}},
		"its answer is lost": {lost, []app.Batch{looked}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEffects("tenant", now.Add(time.Minute))
			putBack(e, c.of)
			if diff := cmp.Diff(c.want, e.batches); diff != "" {
				t.Errorf("the request afterwards (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.unplanned, e.unplanned); diff != "" {
				t.Errorf("what is planned again (-want +got):\n%s", diff)
			}
		})
	}
}

package app_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

func TestACopyIsComparedFromWhatItLastHeard(t *testing.T) {
	early, late := time.UnixMilli(1000), time.UnixMilli(2000)
	heard := map[ledger.TenantID]time.Time{"kauri": late, "rimu": early}
	ended := app.Reconciliation{Tenant: "kauri", Heard: early, Began: early, Ended: late, Adopted: 3}
	without := ended
	without.Without = "the organisation is gone"
	underWay := app.Reconciliation{Tenant: "kauri", Heard: early, Began: early}
	whole := []app.Reconciliation{{Tenant: "kauri", Heard: late}, {Tenant: "rimu", Heard: early}}
	for _, c := range []struct {
		what   string
		was    app.CopyHow
		before []app.Reconciliation
		want   []app.Reconciliation
	}{
		{"the original", app.Original, nil, whole},
		{"one that was compared goes from what it heard since", app.Restored, []app.Reconciliation{ended}, whole[:1]},
		{"one that a person went on without goes from where it did", app.Restored, []app.Reconciliation{without}, []app.Reconciliation{{Tenant: "kauri", Heard: early}}},
		{"one that is under way goes on", app.Restored, []app.Reconciliation{underWay}, nil},
		{"one that was never begun in a copy stays so", app.CopiedByHand, nil, nil},
	} {
		before := map[ledger.TenantID]app.Reconciliation{}
		for _, r := range c.before {
			before[r.Tenant] = r
		}
		got, entry := app.BecomeCopy(app.Restored, app.Copied{How: c.was}, heard, before)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.what, diff)
		}
		if entry.Action != "restored" || entry.ByName != "Feebridge" {
			t.Errorf("%s: the entry is %+v", c.what, entry)
		}
	}
}

func TestXeroWasLastHeardByTheLaterOfChartAndChange(t *testing.T) {
	at := time.UnixMilli(1_000_000)
	chart := ledger.Chart{Read: at, Ahead: time.Minute}
	for _, c := range []struct {
		what    string
		chart   ledger.Chart
		updated time.Time
		want    time.Time
	}{
		{"nothing", ledger.Chart{Ahead: time.Minute}, time.Time{}, time.Time{}},
		{"a chart alone", chart, time.Time{}, at.Add(time.Minute)},
		{"a change alone", ledger.Chart{}, at, at},
		{"a chart after it", chart, at, at.Add(time.Minute)},
		{"a change after it", chart, at.Add(time.Hour), at.Add(time.Hour)},
	} {
		if got := app.LastHeard(c.chart, c.updated); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func TestACopyGivesOutNoNumberAgain(t *testing.T) {
	firm := app.Firm{ID: "tui", Numbering: billing.Numbering{Prefix: "INV-", Digits: 4, Next: 7}}
	for _, c := range []struct {
		what, firm string
		was        billing.Numbering
		want       int64
	}{
		{"further on", "tui", billing.Numbering{Prefix: "INV-", Next: 9}, 9},
		{"behind", "tui", billing.Numbering{Prefix: "INV-", Next: 5}, 7},
		{"another prefix", "tui", billing.Numbering{Prefix: "T-", Next: 9}, 7},
		{"another firm", "kea", billing.Numbering{Prefix: "INV-", Next: 9}, 7},
		{"nothing known", "", billing.Numbering{}, 7},
	} {
		want := firm.Numbering
		want.Next = c.want
		if got := app.ContinueNumbers(firm, c.firm, c.was); got != want {
			t.Errorf("%s: %+v, want %+v", c.what, got, want)
		}
	}
}

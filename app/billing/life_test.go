package billing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/billing"
)

// life is the life of an invoice written from the other side: for every stage that can
// be, what may happen to it and what follows. A stage that is not here can suffer nothing.
const life = `
draft/not_exported:        finalize=finalized/not_exported delete=deleted/not_exported
finalized/not_exported:    reopen=draft/not_exported hold=finalized/held queue=finalized/queued delete=deleted/not_exported
finalized/held:            reopen=draft/not_exported release=finalized/not_exported delete=deleted/not_exported
finalized/queued:          withdraw=finalized/not_exported send=finalized/exporting refuse=finalized/failed
finalized/exporting:       unsent=finalized/queued lose=finalized/unknown accept=finalized/exported warn=finalized/warning refuse=finalized/failed approve=closed/exported differ=finalized/changed deletethere=finalized/deleted_in_xero voidthere=closed/voided_in_xero
finalized/unknown:         send=finalized/exporting unsent=finalized/queued accept=finalized/exported warn=finalized/warning refuse=finalized/failed approve=closed/exported differ=finalized/changed deletethere=finalized/deleted_in_xero voidthere=closed/voided_in_xero doubt=finalized/may_be_ours
finalized/may_be_ours:     disown=finalized/failed accept=finalized/exported warn=finalized/warning approve=closed/exported differ=finalized/changed deletethere=finalized/deleted_in_xero voidthere=closed/voided_in_xero
finalized/exported:        warn=finalized/warning approve=closed/exported differ=finalized/changed deletethere=finalized/deleted_in_xero voidthere=closed/voided_in_xero vanish=finalized/not_found_in_xero remove=finalized/removing
finalized/warning:         see=finalized/exported accept=finalized/exported approve=closed/exported differ=finalized/changed deletethere=finalized/deleted_in_xero voidthere=closed/voided_in_xero vanish=finalized/not_found_in_xero remove=finalized/removing
finalized/changed:         accept=finalized/exported approve=closed/exported deletethere=finalized/deleted_in_xero voidthere=closed/voided_in_xero vanish=finalized/not_found_in_xero remove=finalized/removing
finalized/not_found_in_xero: accept=finalized/exported letgo=finalized/not_exported
finalized/failed:          reopen=draft/not_exported hold=finalized/held queue=finalized/queued delete=deleted/not_exported
finalized/deleted_in_xero: reopen=draft/not_exported hold=finalized/held queue=finalized/queued delete=deleted/not_exported
finalized/removing:        approve=closed/exported deletethere=finalized/deleted_in_xero voidthere=closed/voided_in_xero removed=draft/not_exported keepthere=finalized/exported
closed/exported:           differ=closed/changed voidthere=closed/voided_in_xero vanish=closed/not_found_in_xero void=closed/removing
closed/changed:            accept=closed/exported voidthere=closed/voided_in_xero vanish=closed/not_found_in_xero void=closed/removing
closed/not_found_in_xero:  accept=closed/exported delete=deleted/not_found_in_xero
closed/removing:           voidthere=closed/voided_in_xero keepthere=closed/exported
closed/voided_in_xero:     delete=deleted/voided_in_xero
`

var events = map[string]billing.Event{
	"finalize": billing.Finalize, "reopen": billing.Reopen, "hold": billing.Hold, "release": billing.Release,
	"queue": billing.Queue, "withdraw": billing.Withdraw, "delete": billing.Delete, "send": billing.Send,
	"unsent": billing.Unsent, "lose": billing.Lose, "accept": billing.Accept, "warn": billing.Warn, "refuse": billing.Refuse,
	"approve": billing.Approve, "differ": billing.Differ, "deletethere": billing.DeleteThere, "voidthere": billing.VoidThere,
	"vanish": billing.Vanish, "letgo": billing.LetGo, "remove": billing.Remove, "void": billing.Void, "removed": billing.Removed, "keepthere": billing.KeepThere,
	"see": billing.See, "doubt": billing.Doubt, "disown": billing.Disown,
}

func name(s billing.Stage) string { return fmt.Sprintf("%s/%s", s.Status, s.Export) }

func TestEveryPairOfStageAndEvent(t *testing.T) {
	want := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(life)) {
		stage, allowed, _ := strings.Cut(line, ":")
		for _, a := range strings.Fields(allowed) {
			event, to, _ := strings.Cut(a, "=")
			want[stage+" "+event] = to
		}
	}
	got := map[string]string{}
	for _, status := range billing.Statuses() {
		for _, export := range billing.ExportStates() {
			from := billing.Stage{Status: status, Export: export}
			for event, ev := range events {
				to, ok := from.Next(ev)
				if ok {
					got[name(from)+" "+event] = name(to)
				} else if to != from {
					t.Errorf("%s: %s is refused and still leads to %s", name(from), event, name(to))
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the life of an invoice (-expected +is):\n%s", diff)
	}
}

func TestWhichInvoicesAreOnTheirWay(t *testing.T) {
	for export, want := range map[billing.ExportState]bool{
		billing.Queued: true, billing.Exporting: true, billing.Unknown: true, billing.Removing: true,
		billing.NotExported: false, billing.Exported: false, billing.Warned: false, billing.Failed: false, billing.Changed: false,
		billing.DeletedInXero: false, billing.VoidedInXero: false, billing.NotFoundInXero: false, billing.Held: false,
	} {
		if got := (billing.Stage{Status: billing.Finalized, Export: export}).InFlight(); got != want {
			t.Errorf("%s is on its way: %v", export, got)
		}
	}
}

func TestAnInvoiceOnItsWayIsNeitherEditedNorLost(t *testing.T) {
	for _, export := range billing.ExportStates() {
		s := billing.Stage{Status: billing.Finalized, Export: export}
		for _, ev := range []billing.Event{billing.Reopen, billing.Delete, billing.Queue, billing.Hold} {
			if _, ok := s.Next(ev); ok && (s.InFlight() || s.Live() || export == billing.MayBeOurs) {
				t.Errorf("%s: event %d may happen while Xero holds the invoice, or may hold it", name(s), ev)
			}
		}
	}
}

func TestWhatIsDueForExport(t *testing.T) {
	var due []string
	for _, status := range billing.Statuses() {
		for _, export := range billing.ExportStates() {
			s := billing.Stage{Status: status, Export: export}
			if !s.DueForExport() {
				continue
			}
			due = append(due, name(s))
			if _, ok := s.Next(billing.Queue); !ok {
				t.Errorf("%s is due, and cannot be exported", name(s))
			}
		}
	}
	if diff := cmp.Diff([]string{"finalized/not_exported", "finalized/failed"}, due); diff != "" {
		t.Errorf("what is due for export (-expected +is):\n%s", diff)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		number billing.Number
		why    string // part of the refusal; "" when it is fine
	}{
		{"INV-0001", ""},
		{"0001054", ""},
		{"A number with spaces, signs & more!", ""},
		{billing.Number(strings.Repeat("9", 255)), ""},
		{"", "Enter an invoice number."},
		{billing.Number(strings.Repeat("9", 256)), "more than 255"},
		{" INV-1", "begins or ends with a space"},
		{"INV-1 ", "begins or ends with a space"},
		{"RÉF-1", "“É”"},
		{"INV\t1", `“\t”`},
	} {
		err := c.number.Check()
		switch {
		case c.why == "" && err != nil:
			t.Errorf("%q: refused: %v", c.number, err)
		case c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why)):
			t.Errorf("%q: got %v, want a refusal with %q", c.number, err, c.why)
		}
	}
	if billing.Number("inv-1").Fold() != billing.Number("INV-1").Fold() {
		t.Error("numbers that differ in case only are two numbers")
	}
}

func TestADateFarFromTodayIsOdd(t *testing.T) {
	for d, want := range map[billing.Date]bool{0: false, 19991231: true, 20000101: false, 20261201: false, 20311231: false, 20320101: true, 22061103: true} {
		if got := d.FarFrom(20261201); got != want {
			t.Errorf("%s: %v", d, got)
		}
	}
}

func TestDate(t *testing.T) {
	d, err := billing.NewDate(2028, 2, 29)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.AddDays(1).String(); got != "2028-03-01" {
		t.Errorf("the day after %v is %s", d, got)
	}
	if _, err := billing.NewDate(2026, 2, 29); err == nil {
		t.Error("2026-02-29 is a day")
	}
	east := time.FixedZone("", 13*60*60)
	if got := billing.DateOf(time.Date(2026, 11, 4, 8, 0, 0, 0, east)); got != 20261104 { // the day before in UTC
		t.Errorf("the morning of 4 November is on %s", got)
	}
	for to, want := range map[billing.Date]int{20261103: 0, 20261220: 47, 20261101: -2, 20270103: 61} {
		if got := billing.Date(20261103).DaysTo(to); got != want {
			t.Errorf("from 3 November to %s it is %d days, want %d", to, got, want)
		}
	}
	if billing.Date(0).String() != "" || !billing.Date(0).IsZero() {
		t.Error("no date has a text")
	}
}

func TestSuggestCode(t *testing.T) {
	for name, want := range map[string]string{
		"Kauri Joinery Ltd":         "KAURI-JOINERY-LTD",
		"  Harbour   Café & Co. ":   "HARBOUR-CAF-CO",
		"株式会社":                      "CLIENT",
		strings.Repeat("Long ", 20): "LONG-LONG-LONG-LONG-LONG-LONG-LONG-LONG",
	} {
		if got := billing.SuggestCode(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

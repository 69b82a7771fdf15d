package screens

import (
	"testing"
	"time"

	"feebridge/app/billing"
)

func TestPeriodsAsSeenOnADay(t *testing.T) {
	for _, c := range []struct {
		today    string
		of       period
		from, to billing.Date // the first day, and the first after it
	}{
		{"2026-12-01", thisMonth, 20261201, 20270101},
		{"2026-01-31", lastMonth, 20251201, 20260101},
		{"2024-03-31", lastMonth, 20240201, 20240301},
		{"2026-11-30", thisQuarter, 20261001, 20270101},
		{"2026-02-28", lastQuarter, 20251001, 20260101},
		{"2026-07-01", lastQuarter, 20260401, 20260701},
		{"2026-12-31", thisYear, 20260101, 20270101},
		{"2026-01-01", lastYear, 20250101, 20260101},
		{"2026-01-01", anyDate, 0, 0},
	} {
		today, err := time.Parse(time.DateOnly, c.today)
		if err != nil {
			t.Fatal(err)
		}
		from, to := c.of.span(today)
		if from != c.from || to != c.to {
			t.Errorf("on %s, %q is from %s to before %s, want %s and %s", c.today, c.of, from, to, c.from, c.to)
		}
		in := c.of.has(today)
		if c.of != anyDate && (!in(c.from) || in(c.to)) || !in(billing.DateOf(today)) && (c.of == thisMonth || c.of == thisQuarter || c.of == thisYear || c.of == anyDate) {
			t.Errorf("on %s, %q has other days than it says", c.today, c.of)
		}
	}
}

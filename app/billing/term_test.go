package billing_test

import (
	"testing"

	"feebridge/app/billing"
)

func TestTerm(t *testing.T) {
	for _, c := range []struct {
		name      string
		term      billing.Term
		date, due billing.Date
	}{
		{"none", billing.Term{}, 20261103, 0},
		{"no date", billing.Term{Rule: billing.AfterDate, Days: 14}, 0, 0},
		{"days after", billing.Term{Rule: billing.AfterDate, Days: 14}, 20261225, 20270108},
		{"at once", billing.Term{Rule: billing.AfterDate}, 20261225, 20261225},
		{"the 20th of the next month", billing.Term{Rule: billing.OfNextMonth, Days: 20}, 20261231, 20270120},
		{"the 31st, of a shorter month", billing.Term{Rule: billing.OfNextMonth, Days: 31}, 20270131, 20270228},
		{"the 31st, of a leap year's February", billing.Term{Rule: billing.OfNextMonth, Days: 31}, 20280131, 20280229},
		{"the 1st", billing.Term{Rule: billing.OfNextMonth, Days: 1}, 20270131, 20270201},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.term.Due(c.date); got != c.due {
				t.Errorf("due %s, want %s", got, c.due)
			}
			if err := c.term.Check(); err != nil {
				t.Error(err)
			}
		})
	}
	for _, bad := range []billing.Term{
		{Rule: billing.AfterDate, Days: -1}, {Rule: billing.AfterDate, Days: 366}, {Rule: billing.OfNextMonth}, {Rule: billing.OfNextMonth, Days: 32}, {Rule: "some day"}, {Days: 3},
	} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

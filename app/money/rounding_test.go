package money

import (
	"errors"
	"testing"
)

func TestExplainRounding(t *testing.T) {
	const plain = "more than 4 decimals: round it first"
	for _, c := range []struct{ quantity, unit, want string }{
		{"8555500", "0.000149611361", `unit amount "0.000149611361": rounded to 0.0001, the line would be 855.55 instead of 1280.00: write quantity 1 and unit amount 1280.00, or a price per 1,000`},
		{"1,000.00", "0.00005", `unit amount "0.00005": rounded to 0.0001, the line would be 0.10 instead of 0.05: write quantity 1 and unit amount 0.05, or a price per 1,000`},
		{"-1000", "0.00004", `unit amount "0.00004": rounded to 0, the line would be 0.00 instead of -0.04: write quantity 1 and unit amount -0.04, or a price per 1,000`},
		{"1.33333", "1000", `quantity "1.33333": rounded to 1.3333, the line would be 1333.30 instead of 1333.33: write quantity 1 and unit amount 1333.33`},
		{"1.33333", "90", `quantity "1.33333": it has ` + plain},
		{"2", "0.12345", `unit amount "0.12345": it has ` + plain},
		{"", "0.12345", `unit amount "0.12345": it has ` + plain},
		{"x", "0.12345", `unit amount "0.12345": it has ` + plain},
	} {
		_, err := ParseQuantity(c.quantity)
		if err == nil || c.quantity == "" || c.quantity == "x" {
			_, err = ParseUnitAmount(c.unit)
		}
		if got := ExplainRounding(c.quantity, c.unit, err); got == nil || got.Error() != c.want {
			t.Errorf("%s × %s: %v", c.quantity, c.unit, got)
		}
	}
	if err := ExplainRounding("1", "1", nil); err != nil {
		t.Error(err)
	}
	other := errors.New("something else")
	if err := ExplainRounding("1.33333", "1000", other); err != other { //nolint:errorlint // the very one
		t.Error(err)
	}
}

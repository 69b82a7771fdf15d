package money

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// ExplainRounding returns what is wrong with the quantity or the unit amount of a line. Where that is
// too many decimals, and rounding them changes the line's amount, it says to what, and how to keep it:
// a price by use, such as 0.000149 a transaction, would otherwise be rounded to another bill.
func ExplainRounding(quantity, unit string, err error) error {
	if _, decimals := errors.AsType[tooManyDecimals](err); !decimals {
		return err
	}
	q, errQuantity := decimal.NewFromString(strings.ReplaceAll(strings.TrimSpace(quantity), ",", ""))
	u, errUnit := decimal.NewFromString(strings.ReplaceAll(strings.TrimSpace(unit), ",", ""))
	const mostDigits = 40 // of a figure that a person means
	if errQuantity != nil || errUnit != nil || len(quantity) > mostDigits || len(unit) > mostDigits {
		return err
	}
	meant, rounded := round(q.Mul(u)), round(q.Round(finePlaces).Mul(u.Round(finePlaces)))
	if meant.Equal(rounded) {
		return err
	}
	which, to := "unit amount "+quote(unit), u.Round(finePlaces)
	if extraDecimals(q) {
		which, to = "quantity "+quote(quantity), q.Round(finePlaces)
	}
	remedy := fmt.Sprintf("write quantity 1 and unit amount %s", meant.StringFixed(amountPlaces))
	if extraDecimals(u) {
		remedy += ", or a price per 1,000"
	}
	return fmt.Errorf("%s: rounded to %s, the line would be %s instead of %s: %s", which, to, rounded.StringFixed(amountPlaces), meant.StringFixed(amountPlaces), remedy)
}

func extraDecimals(d decimal.Decimal) bool { return !d.Equal(d.Round(finePlaces)) }

package billing

import (
	"strings"

	"feebridge/app/money"
)

// Code is a billing code of the firm: a kind of work, and what a line of it begins with.
type Code struct {
	Code        string // unique in the firm, whatever its case
	Description string
	UnitAmount  money.UnitAmount // 0 for none
	Tax         string           // code of the tax; "" for none
	Account     string           // account code that overrides the mapping; "" for none
}

// MaxBillingCode is the longest billing code.
const MaxBillingCode = 30

// Check returns why the billing code cannot be saved, or nil.
func (c Code) Check() error {
	switch {
	case strings.TrimSpace(c.Code) == "":
		return refuse("The billing code is empty: enter one.")
	case len([]rune(c.Code)) > MaxBillingCode:
		return refuse("The billing code %q is longer than %d characters: shorten it.", c.Code, MaxBillingCode)
	case len([]rune(c.Description)) > MaxDescription:
		return refuse("The description of the billing code %q is longer than %d characters: shorten it.", c.Code, MaxDescription)
	}
	return nil
}

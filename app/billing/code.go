package billing

import (
	"strings"

	"feebridge/app/money"
	"feebridge/assets/translations"
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
		return refuse("problem.code.none")
	case len([]rune(c.Code)) > MaxBillingCode:
		return refuse("problem.code.long", "Code", translations.Quoted(c.Code), "Count", MaxBillingCode)
	case len([]rune(c.Description)) > MaxDescription:
		return refuse("problem.code.long-description", "Code", translations.Quoted(c.Code), "Count", MaxDescription)
	}
	if err := checkEach(entry{"field.billing-code", c.Code}, entry{"field.tax", c.Tax}, entry{"field.account", c.Account}); err != nil {
		return err
	}
	return CheckLines(translations.Say("field.description"), c.Description)
}

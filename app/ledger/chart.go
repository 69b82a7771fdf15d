package ledger

import (
	"strings"
	"time"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// Chart is what an organisation has and allows: everything that the checks before an
// export need, read from Xero in one go.
type Chart struct {
	Tenant       Tenant
	ShortCode    string // for deep links, such as !Qj35V
	Plan         string // Xero's class of the organisation, such as STARTER; "" where it wasn't told
	BaseCurrency money.Currency
	PeriodLock   billing.Date // documents dated on or before it are refused
	YearEndLock  billing.Date
	Accounts     []Account
	TaxRates     []TaxRate
	Tracking     []TrackingCategory
	Currencies   []money.Currency // that the organisation is subscribed to
	Themes       []Theme
	Items        []Item
	Read         time.Time     // our clock
	Ahead        time.Duration // how far Xero's clock was ahead of ours
	Doubted      bool          // Xero refused something since for what it lets through

	Rights     map[Right]bool // of the Xero user who connected, as far as Xero told; nil while they weren't read
	RightsRead time.Time      // our clock; zero while they weren't read, or are in doubt
}

// Right is something that the Xero user who connected Feebridge may or may not do in the
// organisation, by Xero's own name for it.
type Right string

// The rights that an export asks for.
const (
	DraftInvoices   Right = "CreateDraftInvoice"
	ApproveInvoices Right = "CreateApprovedInvoice"
	ForeignCurrency Right = "UseMulticurrency"
	AttachFiles     Right = "AttachFilesIntoInvoice"
	PassPeriodLock  Right = "ApproveTransactionsBeforePeriodLockDate"
)

// Denies reports whether Xero said that the user may not do it.
func (c Chart) Denies(r Right) bool {
	allowed, told := c.Rights[r]
	return told && !allowed
}

// Account is an account of the chart of accounts.
type Account struct {
	Code, Name string
	Class      string // REVENUE, EXPENSE, ASSET, LIABILITY or EQUITY
	Type       string // SALES, BANK, …
	TaxType    string // its default
	System     string // DEBTORS, GST, …; "" for an ordinary account
	Archived   bool
}

// Sales reports whether an invoice line may be booked to the account: of class REVENUE,
// active, no system account.
func (a Account) Sales() bool { return a.Class == "REVENUE" && !a.Archived && a.System == "" }

// TaxRate is a tax rate of the organisation.
type TaxRate struct {
	Type       string // the TaxType code
	Name       string
	Rate       money.Rate // the effective rate
	Active     bool
	Classes    []string          // classes of account that it can be used with
	Components []billing.TaxPart // of which it is made up; one for most
}

// AppliesTo reports whether the rate may be used with accounts of that class.
func (r TaxRate) AppliesTo(class string) bool {
	for _, c := range r.Classes {
		if c == class {
			return true
		}
	}
	return false
}

// TrackingCategory is a tracking category with its active options.
type TrackingCategory struct {
	Name    string
	Options []string
}

// Theme is a branding theme.
type Theme struct{ ID, Name string }

// Item is an item that invoices may name.
type Item struct {
	Code, Name string
	Account    string // of its sales details
	Sold       bool
}

// Account returns the account with that code.
func (c Chart) Account(code string) (Account, bool) {
	for _, a := range c.Accounts {
		if a.Code != "" && strings.EqualFold(a.Code, code) {
			return a, true
		}
	}
	return Account{}, false
}

// Incomes returns the accounts that invoice lines may be booked to.
func (c Chart) Incomes() []Account {
	var all []Account
	for _, a := range c.Accounts {
		if a.Code != "" && a.Sales() {
			all = append(all, a)
		}
	}
	return all
}

// TaxRate returns the rate with that TaxType.
func (c Chart) TaxRate(taxType string) (TaxRate, bool) {
	for _, r := range c.TaxRates {
		if strings.EqualFold(r.Type, taxType) {
			return r, true
		}
	}
	return TaxRate{}, false
}

// Item returns the item with that code.
func (c Chart) Item(code string) (Item, bool) {
	for _, i := range c.Items {
		if strings.EqualFold(i.Code, code) {
			return i, true
		}
	}
	return Item{}, false
}

// Theme returns the branding theme with that name.
func (c Chart) Theme(name string) (Theme, bool) {
	for _, t := range c.Themes {
		if strings.EqualFold(t.Name, name) {
			return t, true
		}
	}
	return Theme{}, false
}

// Subscribed reports whether the organisation may invoice in the currency.
func (c Chart) Subscribed(currency money.Currency) bool {
	if currency == c.BaseCurrency {
		return true
	}
	for _, s := range c.Currencies {
		if s == currency {
			return true
		}
	}
	return false
}

// Lock returns the later of the two lock dates.
func (c Chart) Lock() billing.Date { return max(c.PeriodLock, c.YearEndLock) }

// LockOn returns the lock date that keeps a document of that day out, and whether it is that of
// the end of a year; the zero Date for none. The period's holds only those who may not pass it.
func (c Chart) LockOn(d billing.Date) (lock billing.Date, yearEnd bool) {
	switch {
	case !c.YearEndLock.IsZero() && d <= c.YearEndLock:
		return c.YearEndLock, true
	case !c.PeriodLock.IsZero() && d <= c.PeriodLock && !c.Rights[PassPeriodLock]:
		return c.PeriodLock, false
	}
	return 0, false
}

// Spell returns the category and option as the organisation spells them. The flags say
// whether it has the category, and the option in it.
func (c Chart) Spell(t billing.Tracking) (spelled billing.Tracking, category, option bool) {
	for _, cat := range c.Tracking {
		if !strings.EqualFold(cat.Name, t.Category) {
			continue
		}
		for _, o := range cat.Options {
			if strings.EqualFold(o, t.Option) {
				return billing.Tracking{Category: cat.Name, Option: o}, true, true
			}
		}
		return t, true, false
	}
	return t, false, false
}

package xero

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// Chart reads what the organisation has and allows.
func (c *Client) Chart(ctx context.Context, t ledger.TenantID) (ledger.Chart, error) {
	var (
		organisations listing[organisation]
		accounts      listing[account]
		rates         listing[taxRate]
		categories    listing[trackingCategory]
		currencies    listing[currency]
		themes        listing[theme]
		items         listing[item]
	)
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(fetch(ctx, c, t, "Organisation", "Organisations", &organisations))
	group.Go(fetch(ctx, c, t, "Accounts", "Accounts", &accounts))
	group.Go(fetch(ctx, c, t, "TaxRates", "TaxRates", &rates))
	group.Go(fetch(ctx, c, t, "TrackingCategories", "TrackingCategories", &categories))
	group.Go(fetch(ctx, c, t, "Currencies", "Currencies", &currencies))
	group.Go(fetch(ctx, c, t, "BrandingThemes", "BrandingThemes", &themes))
	group.Go(fetch(ctx, c, t, "Items", "Items", &items))
	if err := group.Wait(); err != nil {
		return ledger.Chart{}, err
	}
	org, err := only(organisations)
	if err != nil {
		return ledger.Chart{}, err
	}
	base, err := money.ParseCurrency(org.BaseCurrency)
	if err != nil {
		return ledger.Chart{}, notUnderstood(err)
	}
	return ledger.Chart{
		Tenant:       ledger.Tenant{ID: t, Name: org.Name},
		ShortCode:    org.ShortCode,
		Plan:         org.Class,
		BaseCurrency: base,
		PeriodLock:   org.PeriodLockDate.day(),
		YearEndLock:  org.EndOfYearLockDate.day(),
		Accounts:     each(accounts.items, account.value),
		TaxRates:     c.taxRates(rates.items),
		Tracking:     tracking(categories.items),
		Currencies:   each(currencies.items, currency.value),
		Themes:       sortedThemes(themes.items),
		Items:        each(items.items, item.value),
		Read:         began,
		Ahead: ahead(organisations.clock, accounts.clock, rates.clock, categories.clock,
			currencies.clock, themes.clock, items.clock),
	}, nil
}

// Rights reads what the Xero user who connected may do in the organisation.
func (c *Client) Rights(ctx context.Context, t ledger.TenantID) (map[ledger.Right]bool, error) {
	var actions listing[action]
	if err := fetch(ctx, c, t, "Organisation/Actions", "Actions", &actions)(); err != nil {
		return nil, err
	}
	rights := map[ledger.Right]bool{}
	for _, a := range actions.items {
		rights[a.Name] = strings.EqualFold(a.Status, "ALLOWED")
	}
	return rights, nil
}

type action struct {
	Name   ledger.Right
	Status string
}

// Reach makes one small read: nil says that the organisation can be called.
func (c *Client) Reach(ctx context.Context, t ledger.TenantID) error {
	_, err := c.organisation(ctx, t)
	return err
}

// Lock reads the day up to which the organisation's books are closed: the later of the two
// that Xero has.
func (c *Client) Lock(ctx context.Context, t ledger.TenantID) (billing.Date, error) {
	org, err := c.organisation(ctx, t)
	return max(org.PeriodLockDate.day(), org.EndOfYearLockDate.day()), err
}

func (c *Client) organisation(ctx context.Context, t ledger.TenantID) (organisation, error) {
	var l listing[organisation]
	if err := fetch(ctx, c, t, "Organisation", "Organisations", &l)(); err != nil {
		return organisation{}, err
	}
	return only(l)
}

// only returns the organisation that an answer is about.
func only(l listing[organisation]) (organisation, error) {
	if len(l.items) != 1 {
		return organisation{}, notUnderstood(errors.New("it is not about one organisation"))
	}
	return l.items[0], nil
}

// fetch returns the function that reads a list that has no pages.
func fetch[T any](ctx context.Context, c *Client, t ledger.TenantID, path, key string, into *listing[T]) func() error {
	return func() (err error) {
		*into, err = read[T](ctx, c, call{tenant: t, path: path}, key)
		return err
	}
}

// ahead returns how far Xero's clock is ahead of ours. Xero made each answer before
// it was received, so that each says too little by as long as it was on its way: the
// largest says it best, and none says too much.
func ahead(clocks ...clock) time.Duration {
	var best time.Duration
	known := false
	for _, k := range clocks {
		made := k.made()
		if made.IsZero() {
			continue
		}
		if by := made.Sub(k.received); !known || by > best {
			best, known = by, true
		}
	}
	return best
}

type organisation struct {
	Name              string
	ShortCode         string
	Class             string
	BaseCurrency      string
	PeriodLockDate    wireTime
	EndOfYearLockDate wireTime
}

type account struct {
	Code, Name, Class, Type, TaxType, Status, SystemAccount string
}

func (a account) value() ledger.Account {
	return ledger.Account{
		Code:     a.Code,
		Name:     a.Name,
		Class:    a.Class,
		Type:     a.Type,
		TaxType:  a.TaxType,
		System:   a.SystemAccount,
		Archived: !active(a.Status),
	}
}

// active reports whether a status is that of something in use. Xero leaves the status
// out where it has only one.
func active(status string) bool { return status == "" || strings.EqualFold(status, "ACTIVE") }

type taxRate struct {
	TaxType, Name, Status string
	EffectiveRate         json.Number
	TaxComponents         []struct {
		Name string
		Rate json.Number
	}

	CanApplyToAssets      bool
	CanApplyToEquity      bool
	CanApplyToExpenses    bool
	CanApplyToLiabilities bool
	CanApplyToRevenue     bool
}

// taxRates returns the rates. One with a percentage that an invoice could not be
// computed with is left out: it is no rate to export with.
func (c *Client) taxRates(rates []taxRate) []ledger.TaxRate {
	var all []ledger.TaxRate
	for _, r := range rates {
		percent, err := money.ParseRate(r.EffectiveRate.String())
		if err != nil {
			c.log.Warn("tax rate left out", slog.String("tax_type", r.TaxType), slog.Any("error", err))
			continue
		}
		all = append(all, ledger.TaxRate{
			Type: r.TaxType, Name: r.Name, Rate: percent, Active: active(r.Status), Classes: r.classes(), Components: r.components(),
		})
	}
	return all
}

// components returns the taxes that make up the rate. A component whose percentage is
// none that we can compute with counts, without it.
func (r taxRate) components() []billing.TaxPart {
	var all []billing.TaxPart
	for _, c := range r.TaxComponents {
		percent, _ := money.ParseRate(c.Rate.String())
		all = append(all, billing.TaxPart{Name: c.Name, Rate: percent})
	}
	return all
}

// classes returns the classes of account that the rate can be used with.
func (r taxRate) classes() []string {
	var all []string
	for _, c := range []struct {
		applies bool
		class   string
	}{
		{r.CanApplyToAssets, "ASSET"},
		{r.CanApplyToEquity, "EQUITY"},
		{r.CanApplyToExpenses, "EXPENSE"},
		{r.CanApplyToLiabilities, "LIABILITY"},
		{r.CanApplyToRevenue, "REVENUE"},
	} {
		if c.applies {
			all = append(all, c.class)
		}
	}
	return all
}

type trackingCategory struct {
	Name, Status string
	Options      []struct{ Name, Status string }
}

func tracking(categories []trackingCategory) []ledger.TrackingCategory {
	var all []ledger.TrackingCategory
	for _, c := range categories {
		if !active(c.Status) {
			continue
		}
		category := ledger.TrackingCategory{Name: c.Name}
		for _, o := range c.Options {
			if active(o.Status) {
				category.Options = append(category.Options, o.Name)
			}
		}
		all = append(all, category)
	}
	return all
}

type currency struct{ Code money.Currency }

func (c currency) value() money.Currency { return c.Code }

type theme struct {
	BrandingThemeID, Name string
	SortOrder             int
}

func (t theme) value() ledger.Theme { return ledger.Theme{ID: t.BrandingThemeID, Name: t.Name} }

// sortedThemes returns the themes in the order in which Xero shows them.
func sortedThemes(themes []theme) []ledger.Theme {
	slices.SortStableFunc(themes, func(a, b theme) int { return cmp.Compare(a.SortOrder, b.SortOrder) })
	return each(themes, theme.value)
}

type item struct {
	Code, Name   string
	IsSold       bool
	SalesDetails struct{ AccountCode string }
}

func (i item) value() ledger.Item {
	return ledger.Item{Code: i.Code, Name: i.Name, Account: i.SalesDetails.AccountCode, Sold: i.IsSold}
}

// each returns the values of the elements.
func each[T, V any](elements []T, value func(T) V) []V {
	all := make([]V, len(elements))
	for i, e := range elements {
		all[i] = value(e)
	}
	return all
}

package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // Windows has no time zones of its own that Go can read

	"github.com/shopspring/decimal"
)

// Seed makes the organisations of a named beginning: the first in the likeness of Xero's Demo Company (NZ), the second
// a trading company with a chart, currencies and lock dates of its own. "demo" gives them contacts and invoices in
// every status; "empty" gives them none. Two calls make the same organisations, ids and dates included.
func Seed(name string) ([]*Org, error) {
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		return nil, fmt.Errorf("seed %q: %w", name, err)
	}
	demo, harbour := demoCompany(zone), harbourTrading(zone)
	switch name {
	case "demo":
		fillDemoCompany(demo)
		fillHarbourTrading(harbour)
	case "empty":
	default:
		return nil, fmt.Errorf("there is no seed %q: choose demo or empty", name)
	}
	return []*Org{demo, harbour}, nil
}

func demoCompany(zone *time.Location) *Org {
	o := newZealandOrg(zone)
	o.TenantID = "4b1a8b0e-6f0d-4a53-9b1c-27a3d1f0c501"
	o.Name, o.LegalName = "Demo Company (NZ)", "Demo Company (NZ)"
	o.ShortCode, o.Class, o.IsDemoCompany = "!Qj35V", "DEMO", true
	o.TaxNumber = "101-202-303"
	o.PeriodLockDate = Day(2009, time.September, 30)
	o.NextNumber = 47
	o.Accounts = o.chart(newZealandChart)
	o.Tracking = []TrackingCategory{o.category("Region", "Eastside", "North", "South", "West Coast")}
	o.Currencies = currencies("AUD", "GBP", "NZD", "USD")
	o.TaxRates = append(o.TaxRates, visitorLevy())
	o.Themes = []BrandingTheme{o.theme("Standard", 0), o.theme("Special Projects", 1), o.theme("Retainers", 3)}
	o.Themes[1].LogoURL = "https://in.xero.com/logo?id=special-projects"
	o.Items = o.items()
	return o
}

// harbourTrading differs from the demo company wherever a mix-up of the two should show: in its lock dates, its income
// accounts, its tracking and its currencies.
func harbourTrading(zone *time.Location) *Org {
	o := newZealandOrg(zone)
	o.TenantID = "c27d5f4e-19a8-4f0e-8b6b-5e0b9a7d3302"
	o.Name, o.LegalName = "Harbour Trading Ltd", "Harbour Trading Limited"
	o.ShortCode, o.Class = "!h7KpW", "STANDARD"
	o.TaxNumber = "112-358-132"
	o.PeriodLockDate = Day(2024, time.June, 30)
	o.EndOfYearLockDate = Day(2024, time.March, 31)
	o.NextNumber = 6
	o.NumberPrefix = "HT-"
	rows := slices.Concat(newZealandChart, []accountRow{
		{"205", "Professional Fees", "SALES", "OUTPUT2", ""},
		{"210", "Freight Recovered", "OTHERINCOME", "OUTPUT2", ""},
	})
	slices.SortFunc(rows, func(a, b accountRow) int { return cmp.Compare(a.code, b.code) })
	o.Accounts = o.chart(rows)
	o.accountByCode("260").Status = StatusArchived
	o.Tracking = []TrackingCategory{
		o.category("Region", "North", "South"),
		o.category("Department", "Wharf", "Workshop"),
	}
	o.Currencies = currencies("AUD", "NZD")
	o.Themes = []BrandingTheme{o.theme("Standard", 0)}
	o.Items = o.items()
	return o
}

func newZealandOrg(zone *time.Location) *Org {
	return &Org{
		Edition: "BUSINESS", Version: "NZ", CountryCode: "NZ", BaseCurrency: "NZD",
		Timezone: "NEWZEALANDSTANDARDTIME", Location: zone,
		SalesTaxBasis: "PAYMENTS", SalesTaxPeriod: "TWOMONTHS",
		CreatedUTC: time.Date(2009, time.April, 1, 20, 15, 0, 0, time.UTC),
		TaxRates:   newZealandTaxRates(),
		Actions:    actions(),
	}
}

// newZealandTaxRates has the rates of every organisation of that country. The 12.5 % rates ended in 2010 and are kept
// as deleted ones. Which classes of account a rate may be used with is Xero's own table.
func newZealandTaxRates() []TaxRate {
	rate := func(name, taxType, report, status string, tenths int64) TaxRate {
		percent := decimal.New(tenths, -1)
		return TaxRate{
			Name: name, TaxType: taxType, ReportTaxType: report, Status: status,
			Assets: true, Equity: true, Expenses: true, Liabilities: true, Revenue: true,
			DisplayRate: percent, EffectiveRate: percent,
			Components: []TaxComponent{{Name: "GST", Rate: percent}},
		}
	}
	oldExpenses := rate("12.5% GST on Expenses", "INPUT", "INPUT", StatusDeleted, 125)
	oldIncome := rate("12.5% GST on Income", "OUTPUT", "OUTPUT", StatusDeleted, 125)
	oldIncome.Expenses = false
	expenses := rate("15% GST on Expenses", "INPUT2", "INPUT", StatusActive, 150)
	expenses.Revenue = false
	income := rate("15% GST on Income", "OUTPUT2", "OUTPUT", StatusActive, 150)
	income.Expenses = false
	imports := rate("GST on Imports", "GSTONIMPORTS", "GSTONIMPORTS", StatusActive, 0)
	imports.Expenses, imports.Revenue = false, false
	none := rate("No GST", "NONE", "NONE", StatusActive, 0)
	zero := rate("Zero Rated", "ZERORATED", "OUTPUT", StatusActive, 0)
	zero.Assets, zero.Equity, zero.Expenses = false, false, false
	return []TaxRate{oldExpenses, oldIncome, expenses, income, imports, none, zero}
}

// visitorLevy is a rate that the organisation added itself, of two components.
func visitorLevy() TaxRate {
	gst, levy := decimal.NewFromInt(15), decimal.New(25, -1)
	return TaxRate{
		Name: "GST and Visitor Levy", TaxType: "TAX001", ReportTaxType: "OUTPUT", Status: StatusActive, Revenue: true,
		DisplayRate: gst.Add(levy), EffectiveRate: gst.Add(levy),
		Components: []TaxComponent{{Name: "GST", Rate: gst}, {Name: "Visitor Levy", Rate: levy}},
	}
}

func actions() []Action {
	return []Action{
		{"CreateApprovedInvoice", true}, {"CreateDraftInvoice", true}, {"CreateInvoicePayment", true},
		{"CreateApprovedBill", true}, {"CreateDraftBill", true}, {"AttachFilesIntoInvoice", true},
		{"CreateRepeatingInvoice", true}, {"CreateDraftQuote", true}, {"UseMulticurrency", true},
		{"ApproveTransactionsBeforePeriodLockDate", false},
	}
}

func currencies(codes ...string) []Currency {
	list := make([]Currency, len(codes))
	for i, code := range codes {
		list[i] = Currency{Code: code, Description: currencyNames[code]}
	}
	return list
}

// currencyNames are the currencies that an organisation can add.
var currencyNames = map[string]string{
	"AUD": "Australian Dollar", "CAD": "Canadian Dollar", "CHF": "Swiss Franc", "CNY": "Chinese Yuan",
	"DKK": "Danish Krone", "EUR": "Euro", "FJD": "Fiji Dollar", "GBP": "British Pound", "HKD": "Hong Kong Dollar",
	"INR": "Indian Rupee", "JPY": "Japanese Yen", "NOK": "Norwegian Krone", "NZD": "New Zealand Dollar",
	"SEK": "Swedish Krona", "SGD": "Singapore Dollar", "USD": "United States Dollar", "ZAR": "South African Rand",
}

func (o *Org) theme(name string, order int) BrandingTheme {
	return BrandingTheme{BrandingThemeID: o.seedID("theme", name), Name: name, SortOrder: order, CreatedUTC: o.CreatedUTC}
}

func (o *Org) category(name string, options ...string) TrackingCategory {
	c := TrackingCategory{TrackingCategoryID: o.seedID("tracking", name), Name: name, Status: StatusActive}
	for _, option := range options {
		c.Options = append(c.Options, TrackingOption{
			TrackingOptionID: o.seedID("tracking", name+"/"+option), Name: option, Status: StatusActive,
		})
	}
	return c
}

// itemRows are the items that are sold, each with its price in cents.
var itemRows = []struct {
	code, name, description string
	cents                   int64
}{
	{"BOOK", "Bookkeeping handbook", "Bookkeeping for small firms, paperback", 1995},
	{"DEVH", "Development work", "Development work, by the hour", 13000},
	{"PMBR", "Project management", "Project management and briefing, by the hour", 11250},
	{"TRAIN", "Training", "Half-day training at your office", 50000},
	{"TSL", "T-shirt, large", "Black T-shirt, large", 4000},
	{"TSS", "T-shirt, small", "Black T-shirt, small", 4000},
}

func (o *Org) items() []Item {
	var list []Item
	for _, row := range itemRows {
		list = append(list, Item{
			ItemID: o.seedID("item", row.code), Code: row.code, Name: row.name, Description: row.description,
			IsSold: true, UpdatedUTC: o.CreatedUTC,
			Sales: ItemDetails{HasPrice: true, UnitPrice: price(row.cents), AccountCode: "200", TaxType: "OUTPUT2"},
		})
	}
	return append(list, Item{
		ItemID: o.seedID("item", "PAPER"), Code: "PAPER", Name: "Copy paper", Description: "A4 copy paper, box of five reams",
		IsPurchased: true, UpdatedUTC: o.CreatedUTC,
		Purchase: ItemDetails{HasPrice: true, UnitPrice: price(4250), AccountCode: "461", TaxType: "INPUT2"},
	})
}

// price is an amount given in cents.
func price(cents int64) decimal.Decimal { return decimal.New(cents, -2) }

// handle is a name as it stands in an address: its letters, in lower case and without their marks.
func handle(name string) string {
	plain := strings.NewReplacer("ā", "a", "é", "e", "ē", "e", "ī", "i", "ō", "o", "ū", "u").Replace(strings.ToLower(name))
	return strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return -1
		}
		return r
	}, plain)
}

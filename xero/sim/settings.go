package sim

import (
	"slices"
	"strings"
	"time"
)

// readOrganisation is GET /Organisation.
func readOrganisation(c *call) answer {
	o := c.org
	r := object{{"Name", o.Name}, {"LegalName", orDefault(o.LegalName, o.Name)}, {"PaysTax", true}}
	r.text("Version", o.Version)
	r.add("OrganisationType", "COMPANY")
	r.add("BaseCurrency", o.BaseCurrency)
	r.text("CountryCode", o.CountryCode)
	r.add("IsDemoCompany", o.IsDemoCompany)
	r.add("OrganisationStatus", StatusActive)
	r.text("TaxNumber", o.TaxNumber)
	r.add("FinancialYearEndDay", 31)
	r.add("FinancialYearEndMonth", 3)
	r.text("SalesTaxBasis", o.SalesTaxBasis)
	r.text("SalesTaxPeriod", o.SalesTaxPeriod)
	r.add("DefaultSalesTax", "Tax Exclusive")
	r.add("DefaultPurchasesTax", "Tax Exclusive")
	r.stamp("PeriodLockDate", o.PeriodLockDate)
	r.stamp("EndOfYearLockDate", o.EndOfYearLockDate)
	r.add("CreatedDateUTC", bareStamp(o.CreatedUTC))
	r.add("OrganisationEntityType", "COMPANY")
	r.text("Timezone", o.Timezone)
	r.text("ShortCode", o.ShortCode)
	r.add("OrganisationID", o.OrganisationID)
	r.text("Edition", o.Edition)
	r.text("Class", o.Class)
	r.add("Addresses", none("Address"))
	r.add("Phones", none("Phone"))
	r.add("ExternalLinks", none("ExternalLink"))
	r.add("PaymentTerms", object{})
	return c.ok("Organisations", list{"Organisation", []any{r}})
}

// readActions is GET /Organisation/Actions.
func readActions(c *call) answer {
	return c.ok("Actions", listOf("Action", c.org.Actions, func(a Action) object {
		status := "NOT-ALLOWED"
		if a.Allowed {
			status = "ALLOWED"
		}
		return object{{"Name", a.Name}, {"Status", status}}
	}))
}

// listAccounts is GET /Accounts.
func listAccounts(c *call) answer {
	found, err := query(c, accountTable, c.org.Accounts)
	if err != nil {
		return c.badQuery(err.Error())
	}
	if c.param("order") == "" {
		slices.SortStableFunc(found, func(a, b Account) int { return strings.Compare(a.Code, b.Code) })
	}
	return c.ok("Accounts", listOf("Account", found, renderAccount))
}

// readAccount is GET /Accounts/{AccountID}.
func readAccount(c *call) answer {
	a := c.org.accountByID(c.args[0])
	if a == nil {
		return notFound()
	}
	return c.ok("Accounts", listOf("Account", []Account{*a}, renderAccount))
}

var accountTable = table[Account]{
	name: "Account",
	fields: map[string]func(Account) any{
		"accountid":               func(a Account) any { return guid(a.AccountID) },
		"code":                    func(a Account) any { return optional(a.Code) },
		"name":                    func(a Account) any { return a.Name },
		"type":                    func(a Account) any { return a.Type },
		"class":                   func(a Account) any { return a.Class },
		"status":                  func(a Account) any { return orDefault(a.Status, StatusActive) },
		"taxtype":                 func(a Account) any { return optional(a.TaxType) },
		"systemaccount":           func(a Account) any { return optional(a.SystemAccount) },
		"enablepaymentstoaccount": func(a Account) any { return a.EnablePaymentsToAccount },
		"currencycode":            func(a Account) any { return optional(a.CurrencyCode) },
		"updateddateutc":          func(a Account) any { return a.UpdatedUTC },
	},
	id:      func(a Account) string { return a.AccountID },
	updated: func(a Account) time.Time { return a.UpdatedUTC },
}

func renderAccount(a Account) object {
	o := object{{"AccountID", a.AccountID}}
	o.text("Code", a.Code)
	o.add("Name", a.Name)
	o.add("Status", orDefault(a.Status, StatusActive))
	o.add("Type", a.Type)
	o.text("TaxType", a.TaxType)
	o.text("Description", a.Description)
	o.add("Class", a.Class)
	o.text("SystemAccount", a.SystemAccount)
	o.add("EnablePaymentsToAccount", a.EnablePaymentsToAccount)
	o.add("ShowInExpenseClaims", false)
	o.text("BankAccountNumber", a.BankAccountNumber)
	if a.Type == "BANK" {
		o.add("BankAccountType", orDefault(a.BankAccountType, "BANK"))
	}
	o.text("CurrencyCode", a.CurrencyCode)
	o.text("ReportingCode", a.ReportingCode)
	o.add("HasAttachments", false)
	o.stamp("UpdatedDateUTC", a.UpdatedUTC)
	o.add("AddToWatchlist", false)
	return o
}

// listTaxRates is GET /TaxRates.
func listTaxRates(c *call) answer {
	found, err := query(c, taxRateTable, c.org.TaxRates)
	if err != nil {
		return c.badQuery(err.Error())
	}
	return c.ok("TaxRates", listOf("TaxRate", found, renderTaxRate))
}

// readTaxRate is GET /TaxRates/{TaxType}.
func readTaxRate(c *call) answer {
	r := c.org.taxRate(c.args[0])
	if r == nil {
		return notFound()
	}
	return c.ok("TaxRates", listOf("TaxRate", []TaxRate{*r}, renderTaxRate))
}

var taxRateTable = table[TaxRate]{
	name: "TaxRate",
	fields: map[string]func(TaxRate) any{
		"name":          func(r TaxRate) any { return r.Name },
		"taxtype":       func(r TaxRate) any { return r.TaxType },
		"status":        func(r TaxRate) any { return orDefault(r.Status, StatusActive) },
		"effectiverate": func(r TaxRate) any { return r.EffectiveRate },
	},
	id: func(r TaxRate) string { return r.Name },
}

func renderTaxRate(r TaxRate) object {
	o := object{{"Name", r.Name}, {"TaxType", r.TaxType}}
	o.text("ReportTaxType", r.ReportTaxType)
	return append(o, object{
		{"CanApplyToAssets", r.Assets},
		{"CanApplyToEquity", r.Equity},
		{"CanApplyToExpenses", r.Expenses},
		{"CanApplyToLiabilities", r.Liabilities},
		{"CanApplyToRevenue", r.Revenue},
		{"DisplayTaxRate", quantity(r.DisplayRate)},
		{"EffectiveRate", quantity(r.EffectiveRate)},
		{"Status", orDefault(r.Status, StatusActive)},
		{"TaxComponents", listOf("TaxComponent", r.Components, func(t TaxComponent) object {
			return object{
				{"Name", t.Name}, {"Rate", quantity(t.Rate)}, {"IsCompound", t.IsCompound},
				{"IsNonRecoverable", t.IsNonRecoverable},
			}
		})},
	}...)
}

// listTracking is GET /TrackingCategories.
func listTracking(c *call) answer {
	found, err := query(c, trackingTable, c.org.Tracking)
	if err != nil {
		return c.badQuery(err.Error())
	}
	archived := c.flag("includeArchived")
	found = slices.DeleteFunc(found, func(t TrackingCategory) bool { return t.Status == StatusArchived && !archived })
	return c.ok("TrackingCategories", listOf("TrackingCategory", found, renderTracking))
}

// readTracking is GET /TrackingCategories/{TrackingCategoryID}.
func readTracking(c *call) answer {
	i := slices.IndexFunc(c.org.Tracking, func(t TrackingCategory) bool {
		return strings.EqualFold(t.TrackingCategoryID, c.args[0])
	})
	if i < 0 {
		return notFound()
	}
	return c.ok("TrackingCategories", listOf("TrackingCategory", c.org.Tracking[i:i+1], renderTracking))
}

var trackingTable = table[TrackingCategory]{
	name: "TrackingCategory",
	fields: map[string]func(TrackingCategory) any{
		"name":   func(t TrackingCategory) any { return t.Name },
		"status": func(t TrackingCategory) any { return t.Status },
	},
	id: func(t TrackingCategory) string { return t.Name },
}

func renderTracking(t TrackingCategory) object {
	return object{
		{"Name", t.Name}, {"Status", t.Status}, {"TrackingCategoryID", t.TrackingCategoryID},
		{"Options", listOf("TrackingOption", t.Options, func(o TrackingOption) object {
			return object{
				{"TrackingOptionID", o.TrackingOptionID}, {"Name", o.Name}, {"Status", o.Status},
				{"HasValidationErrors", false}, {"IsDeleted", false}, {"IsArchived", o.Status == StatusArchived},
				{"IsActive", o.Status == StatusActive},
			}
		})},
	}
}

// listCurrencies is GET /Currencies.
func listCurrencies(c *call) answer {
	found, err := query(c, currencyTable, c.org.Currencies)
	if err != nil {
		return c.badQuery(err.Error())
	}
	return c.ok("Currencies", listOf("Currency", found, renderCurrency))
}

var currencyTable = table[Currency]{
	name: "Currency",
	fields: map[string]func(Currency) any{
		"code":        func(u Currency) any { return u.Code },
		"description": func(u Currency) any { return u.Description },
	},
	id: func(u Currency) string { return u.Code },
}

func renderCurrency(u Currency) object {
	return object{{"Code", u.Code}, {"Description", u.Description}}
}

// putCurrency is PUT /Currencies: the organisation subscribes to one.
func putCurrency(c *call) answer {
	sent, err := readAll(c, "Currencies", func(n *node) (Currency, error) {
		var r reader
		u := Currency{Code: strings.ToUpper(value(r.text(n, "Code"))), Description: value(r.text(n, "Description"))}
		if len(u.Code) != 3 {
			r.fail(&node{text: u.Code, path: "Code"}, "Xero.Api.Library3.Model.CurrencyCode")
		}
		return u, r.err
	})
	if err != nil {
		return c.unreadable(err)
	}
	for _, u := range sent {
		if !slices.ContainsFunc(c.org.Currencies, func(has Currency) bool { return has.Code == u.Code }) {
			c.org.Currencies = append(c.org.Currencies, u)
		}
	}
	return c.ok("Currencies", listOf("Currency", sent, renderCurrency))
}

// listThemes is GET /BrandingThemes.
func listThemes(c *call) answer {
	return c.ok("BrandingThemes", listOf("BrandingTheme", c.org.Themes, renderTheme))
}

// readTheme is GET /BrandingThemes/{BrandingThemeID}.
func readTheme(c *call) answer {
	i := slices.IndexFunc(c.org.Themes, func(t BrandingTheme) bool { return strings.EqualFold(t.BrandingThemeID, c.args[0]) })
	if i < 0 {
		return notFound()
	}
	return c.ok("BrandingThemes", listOf("BrandingTheme", c.org.Themes[i:i+1], renderTheme))
}

func renderTheme(t BrandingTheme) object {
	o := object{{"BrandingThemeID", t.BrandingThemeID}, {"Name", t.Name}}
	o.text("LogoUrl", t.LogoURL)
	o.add("Type", "INVOICE")
	o.add("SortOrder", t.SortOrder)
	o.stamp("CreatedDateUTC", t.CreatedUTC)
	return o
}

package sim

// accountRow is an account as the charts below list it. An account with a system role has it last.
type accountRow struct{ code, name, kind, taxType, system string }

// newZealandChart is the chart that an organisation of that country starts with, and an account or two that it no
// longer uses (see archivedCodes).
var newZealandChart = []accountRow{
	{"090", "Business Bank Account", "BANK", "NONE", ""},
	{"091", "Business Savings Account", "BANK", "NONE", ""},
	{"", "Term Deposit", "BANK", "NONE", ""},
	{"200", "Sales", "REVENUE", "OUTPUT2", ""},
	{"260", "Other Revenue", "REVENUE", "OUTPUT2", ""},
	{"265", "Commission Received", "REVENUE", "OUTPUT2", ""},
	{"270", "Interest Income", "REVENUE", "NONE", ""},
	{"310", "Cost of Goods Sold", "DIRECTCOSTS", "INPUT2", ""},
	{"400", "Advertising", "EXPENSE", "INPUT2", ""},
	{"404", "Bank Fees", "EXPENSE", "NONE", ""},
	{"408", "Cleaning", "EXPENSE", "INPUT2", ""},
	{"412", "Consulting & Accounting", "EXPENSE", "INPUT2", ""},
	{"416", "Depreciation", "DEPRECIATN", "NONE", ""},
	{"420", "Entertainment", "EXPENSE", "INPUT2", ""},
	{"424", "Entertainment - Non deductible", "EXPENSE", "INPUT2", ""},
	{"425", "Freight & Courier", "EXPENSE", "INPUT2", ""},
	{"429", "General Expenses", "EXPENSE", "INPUT2", ""},
	{"433", "Insurance", "EXPENSE", "INPUT2", ""},
	{"437", "Interest Expense", "EXPENSE", "NONE", ""},
	{"441", "Legal Expenses", "EXPENSE", "INPUT2", ""},
	{"445", "Light, Power, Heating", "EXPENSE", "INPUT2", ""},
	{"449", "Motor Vehicle Expenses", "EXPENSE", "INPUT2", ""},
	{"453", "Office Expenses", "EXPENSE", "INPUT2", ""},
	{"457", "Facsimile", "EXPENSE", "INPUT2", ""},
	{"461", "Printing & Stationery", "EXPENSE", "INPUT2", ""},
	{"465", "Rates", "EXPENSE", "INPUT2", ""},
	{"469", "Rent", "EXPENSE", "INPUT2", ""},
	{"473", "Repairs and Maintenance", "EXPENSE", "INPUT2", ""},
	{"477", "Salaries", "EXPENSE", "NONE", ""},
	{"478", "KiwiSaver Employer Contributions", "EXPENSE", "NONE", ""},
	{"485", "Subscriptions", "EXPENSE", "INPUT2", ""},
	{"489", "Telephone & Internet", "EXPENSE", "INPUT2", ""},
	{"493", "Travel - National", "EXPENSE", "INPUT2", ""},
	{"494", "Travel - International", "EXPENSE", "NONE", ""},
	{"497", "Bank Revaluations", "EXPENSE", "NONE", "BANKCURRENCYGAIN"},
	{"498", "Unrealised Currency Gains", "EXPENSE", "NONE", "UNREALISEDCURRENCYGAIN"},
	{"499", "Realised Currency Gains", "EXPENSE", "NONE", "REALISEDCURRENCYGAIN"},
	{"505", "Income Tax Expense", "EXPENSE", "NONE", ""},
	{"610", "Accounts Receivable", "CURRENT", "NONE", "DEBTORS"},
	{"611", "Less Provision for Doubtful Debts", "CURRENT", "NONE", ""},
	{"620", "Prepayments", "CURRENT", "INPUT2", ""},
	{"625", "Withholding Tax Paid", "CURRENT", "NONE", ""},
	{"630", "Inventory", "INVENTORY", "INPUT2", ""},
	{"710", "Office Equipment", "FIXED", "INPUT2", ""},
	{"711", "Less Accumulated Depreciation on Office Equipment", "FIXED", "NONE", ""},
	{"720", "Computer Equipment", "FIXED", "INPUT2", ""},
	{"721", "Less Accumulated Depreciation on Computer Equipment", "FIXED", "NONE", ""},
	{"800", "Accounts Payable", "CURRLIAB", "NONE", "CREDITORS"},
	{"801", "Unpaid Expense Claims", "CURRLIAB", "NONE", "UNPAIDEXPCLM"},
	{"803", "Wages Payable", "CURRLIAB", "NONE", ""},
	{"804", "Wages Payable - Payroll", "CURRLIAB", "NONE", "WAGEPAYABLES"},
	{"810", "Income in Advance", "CURRLIAB", "OUTPUT2", ""},
	{"820", "GST", "CURRLIAB", "NONE", "GST"},
	{"825", "PAYE Payable", "CURRLIAB", "NONE", ""},
	{"830", "Income Tax", "CURRLIAB", "NONE", ""},
	{"835", "Revenue Received in Advance", "CURRLIAB", "NONE", ""},
	{"840", "Historical Adjustment", "CURRLIAB", "NONE", "HISTORICAL"},
	{"850", "Suspense", "CURRLIAB", "NONE", ""},
	{"855", "Clearing Account", "CURRLIAB", "NONE", ""},
	{"860", "Rounding", "CURRLIAB", "NONE", "ROUNDING"},
	{"877", "Tracking Transfers", "CURRLIAB", "NONE", "TRACKINGTRANSFERS"},
	{"880", "Owner A Drawings", "CURRLIAB", "NONE", ""},
	{"881", "Owner A Funds Introduced", "CURRLIAB", "NONE", ""},
	{"900", "Loan", "TERMLIAB", "NONE", ""},
	{"960", "Retained Earnings", "EQUITY", "NONE", "RETAINEDEARNINGS"},
	{"970", "Owner A Share Capital", "EQUITY", "NONE", ""},
}

// archivedCodes are the accounts of the chart that are archived: an income and an expense account.
var archivedCodes = map[string]bool{"265": true, "457": true}

// paymentCodes are the accounts, besides bank accounts, that payments may go to.
var paymentCodes = map[string]bool{"855": true, "881": true}

// accountClasses says to which class the accounts of a type belong.
var accountClasses = map[string]string{
	"BANK": "ASSET", "CURRENT": "ASSET", "FIXED": "ASSET", "INVENTORY": "ASSET",
	"CURRLIAB": "LIABILITY", "TERMLIAB": "LIABILITY",
	"EQUITY":      "EQUITY",
	"DIRECTCOSTS": "EXPENSE", "EXPENSE": "EXPENSE", "DEPRECIATN": "EXPENSE",
	"OTHERINCOME": "REVENUE", "REVENUE": "REVENUE", "SALES": "REVENUE",
}

// reportingCodes are the accounts whose place in reports is narrower than their class.
var reportingCodes = map[string]string{"200": "REV.TRA.GOO", "610": "ASS.CUR.REC.TRA", "800": "LIA.CUR.PAY"}

var reportingClasses = map[string]string{
	"ASSET": "ASS", "LIABILITY": "LIA", "EQUITY": "EQU", "EXPENSE": "EXP", "REVENUE": "REV",
}

var bankNumbers = map[string]string{"090": "0209087654321000", "091": "0209087654321050", "": "0209087654321075"}

func (o *Org) chart(rows []accountRow) []Account {
	list := make([]Account, len(rows))
	for i, row := range rows {
		a := Account{
			AccountID: o.seedID("account", row.code+row.name), Code: row.code, Name: row.name, Type: row.kind,
			Class: accountClasses[row.kind], TaxType: row.taxType, SystemAccount: row.system, Status: StatusActive,
			EnablePaymentsToAccount: paymentCodes[row.code], UpdatedUTC: o.CreatedUTC,
			ReportingCode: orDefault(reportingCodes[row.code], reportingClasses[accountClasses[row.kind]]),
		}
		if archivedCodes[row.code] {
			a.Status = StatusArchived
		}
		if row.kind == "BANK" {
			a.BankAccountType, a.BankAccountNumber, a.CurrencyCode = "BANK", bankNumbers[row.code], o.BaseCurrency
		}
		list[i] = a
	}
	return list
}

package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// TestImportReadsWhatIsHarmless has files that are written in an unusual way and can be read in one
// way only.
func TestImportReadsWhatIsHarmless(t *testing.T) {
	a, _, me := apptest.Firm(t)
	plain := apptest.TemplateHeader + "\n" + row(nil)
	header := func(change func(string) string) string { return change(apptest.TemplateHeader) + "\n" + row(nil) }
	with := func(cells map[string]string) string { return apptest.TemplateHeader + "\n" + row(cells) }
	for name, csv := range map[string]string{
		"a title above the header":  "Invoices of November 2026\n\n" + plain,
		"three lines of titles":     "Tui Accounting\nInvoices,November\n,printed,3 Nov\n" + plain,
		"a separator that is named": "sep=;\n" + strings.ReplaceAll(plain, ",", ";"),
		"two byte order marks":      "\ufeff\ufeff" + plain,
		"stars behind the names":    header(func(h string) string { return strings.ReplaceAll(h, "*ContactName", "ContactName*") }),
		"names with spaces":         header(func(h string) string { return strings.ReplaceAll(h, "*ContactName", "Contact Name") }),
		"names with underscores": header(func(h string) string {
			return strings.ReplaceAll(strings.ToLower(h), "*invoicenumber", "invoice_number")
		}),
		"names with hidden characters":      header(func(h string) string { return strings.ReplaceAll(h, "*DueDate", "\u200b*Due\u00adDate\t") }),
		"the header again further on":       plain + "\n" + apptest.TemplateHeader + "\n",
		"midnight behind the date":          with(map[string]string{"InvoiceDate": "03/11/2026 00:00", "DueDate": "20/12/2026 00:00:00"}),
		"an hour behind the date":           with(map[string]string{"InvoiceDate": "11/3/2026 12:00:00 AM", "DueDate": "12/20/2026 0:00"}),
		"the end of the day":                with(map[string]string{"InvoiceDate": "3 Nov 2026 23:59:59.997", "DueDate": "2026-12-20T23:59:59+13:00"}),
		"a formula around digits":           with(map[string]string{"InvoiceNumber": `="INV-1"`, "AccountCode": `="200"`, "Quantity": `="1"`, "DueDate": `="2026-12-20"`}),
		"an apostrophe before digits":       with(map[string]string{"InvoiceNumber": "'INV-1", "AccountCode": "'200", "UnitAmount": "'100"}),
		"a formula around nothing":          with(map[string]string{"Discount": `=""`, "POCity": `=""`}),
		"a dollar sign":                     with(map[string]string{"UnitAmount": "$100.00", "Total": "NZ$115.00", "TaxAmount": "NZD 15.00"}),
		"a decimal comma":                   with(map[string]string{"Quantity": "0,5", "UnitAmount": "200,00", "Total": "115,00"}),
		"a decimal comma, thousands apart":  with(map[string]string{"Quantity": "0,05", "UnitAmount": "2 000,00", "Total": "115,00"}),
		"a decimal comma, thousands by dot": with(map[string]string{"Quantity": "0,05", "UnitAmount": "2.000,00"}),
		"thousands by a comma":              with(map[string]string{"Quantity": "0.05", "UnitAmount": "$2,000.00"}),
		"thousands by a space":              with(map[string]string{"Quantity": "0.05", "UnitAmount": "2\u00a0000"}),
		"thousands by an apostrophe":        with(map[string]string{"Quantity": "0.05", "UnitAmount": "2'000.00"}),
		"parentheses":                       with(map[string]string{"Quantity": "(1)", "UnitAmount": "($100.00)"}),
	} {
		t.Run(name, func(t *testing.T) {
			p := previewOf(t, a, me, csv, intake.Options{})
			checkTold(t, "problems", p.Problems, nil)
			checkTold(t, "warnings", p.Warnings, nil)
			if len(p.Invoices) != 1 || len(p.Problems) > 0 {
				t.Fatalf("%d invoices", len(p.Invoices))
			}
			got := p.Invoices[0]
			if v := got.Invoice; got.Totals.Total.String() != "115.00" || v.Number != "INV-1" || v.Date != 20261103 || v.Due != 20261220 || v.Lines[0].Account != "200" || len(v.Lines) != 1 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestImportRefusesWhatIsNotClear has files that might be read in two ways.
func TestImportRefusesWhatIsNotClear(t *testing.T) {
	a, _, me := apptest.Firm(t)
	with := func(cells map[string]string) string { return apptest.TemplateHeader + "\n" + row(cells) }
	for name, c := range map[string]struct {
		csv                string
		problems, warnings []string
	}{
		"euros on an invoice in NZD":      {with(map[string]string{"UnitAmount": "€100"}), []string{"UnitAmount: The amount is in €, but the invoice is in NZD"}, nil},
		"dollars of another country":      {with(map[string]string{"UnitAmount": "US$100"}), []string{"UnitAmount: The amount is in US$"}, nil},
		"another currency's code":         {with(map[string]string{"Total": "AUD 115.00"}), []string{"Total: The amount is in AUD"}, nil},
		"a currency on a quantity":        {with(map[string]string{"Quantity": "$1"}), []string{"Quantity: quantity"}, nil},
		"a comma alone":                   {with(map[string]string{"UnitAmount": "1,234"}), []string{"UnitAmount: unit amount"}, nil},
		"a decimal comma and a point":     {with(map[string]string{"UnitAmount": "100,00", "Quantity": "1.0"}), []string{"UnitAmount: unit amount"}, nil},
		"two signs":                       {with(map[string]string{"UnitAmount": "-$-100"}), []string{"UnitAmount: unit amount"}, nil},
		"parentheses around a minus":      {with(map[string]string{"UnitAmount": "(-100)"}), []string{"UnitAmount: unit amount"}, nil},
		"strokes between the cells":       {strings.ReplaceAll(apptest.TemplateHeader, ",", "|") + "\na|b\n", []string{"Line 1: No line names the columns of Xero's sales invoice template. This one has “*ContactName|EmailAddress|"}, nil},
		"no header":                       {row(nil) + "\n" + row(nil), []string{"Line 1: No line names the columns"}, nil},
		"rows above the header":           {row(map[string]string{"InvoiceNumber": "INV-0"}) + "\n" + with(nil), nil, []string{"Line 1: 1 row above the header in line 2 isn't imported"}},
		"a description that is a formula": {with(map[string]string{"Description": `="0042"`}), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := previewOf(t, a, me, c.csv, intake.Options{})
			checkTold(t, "problems", p.Problems, c.problems)
			checkTold(t, "warnings", p.Warnings, c.warnings)
		})
	}
}

// TestImportOfXerosOwnExport has the columns that Xero's export of invoices has beside the template's.
func TestImportOfXerosOwnExport(t *testing.T) {
	a, _, me := apptest.Firm(t)
	header := "ContactName,EmailAddress,SACity,InvoiceNumber,Reference,InvoiceDate,DueDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,InventoryItemCode," +
		"Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,TaxType,TaxAmount,Currency,Type,Sent,Status\n"
	line := func(city, taxTotal, paid, lineAmount, kind, status string) string {
		return fmt.Sprintf("Kauri Joinery Ltd,,%s,INV-1,,03/11/2026,20/12/2026,115.00,%s,%s,0.00,,Annual accounts,1.0000,100.00,,%s,200,15%% GST on Income,15.00,NZD,%s,Sent,%s\n",
			city, taxTotal, paid, lineAmount, kind, status)
	}
	for name, c := range map[string]struct {
		line               string
		problems, warnings []string
	}{
		"an invoice":         {line("", "15.00", "0.00", "100.00", "Sales invoice", "Draft"), nil, nil},
		"another line":       {line("", "15.00", "", "110.00", "Sales invoice", "Draft"), []string{"LineAmount: The file says 110.00, but Xero computes 100.00"}, nil},
		"another tax":        {line("", "16.00", "", "100.00", "", ""), []string{"TaxTotal: The file says 16.00, but Xero computes 15.00"}, nil},
		"a credit note":      {line("", "15.00", "", "100.00", "Sales credit note", "Draft"), []string{"Type: “Sales credit note” isn't a sales invoice"}, nil},
		"a bill":             {line("", "15.00", "", "100.00", "Bill", "Draft"), []string{"Type: “Bill” isn't"}, nil},
		"voided":             {line("", "15.00", "", "100.00", "Sales invoice", "Voided"), []string{"Status: Invoice INV-1 is “Voided” in Xero"}, nil},
		"paid":               {line("", "15.00", "115.00", "100.00", "Sales invoice", "Paid"), nil, []string{"InvoiceAmountPaid: 115.00 of invoice INV-1 is paid in Xero already"}},
		"a delivery address": {line("Auckland", "15.00", "", "100.00", "", ""), nil, []string{"Line 1: These columns aren't imported: SACity."}},
	} {
		t.Run(name, func(t *testing.T) {
			p := previewOf(t, a, me, header+c.line, intake.Options{})
			checkTold(t, "problems", p.Problems, c.problems)
			checkTold(t, "warnings", p.Warnings, c.warnings)
		})
	}
}

// TestImportOfAnAccountByName finds the code in the organisations' charts.
func TestImportOfAnAccountByName(t *testing.T) {
	a, db, me := apptest.Firm(t)
	err := db.Update(t.Context(), func(tx app.Tx) error {
		tenant := ledger.Tenant{ID: "t", Name: "Demo"}
		if err := tx.SaveOrganisation(app.Organisation{Tenant: tenant, State: app.Connected}); err != nil {
			return err
		}
		return tx.SaveChart(ledger.Chart{Tenant: tenant, Accounts: []ledger.Account{
			{Code: "200", Name: "Sales", Class: "REVENUE"}, {Code: "260", Name: "Other Revenue", Class: "REVENUE"}, {Code: "261", Name: "Other Revenue", Class: "REVENUE"},
			{Code: "270", Name: "Old fees", Class: "REVENUE", Archived: true}, {Code: "280", Name: "200", Class: "REVENUE"},
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"Sales": "200", "sales ": "200", "200 - Sales": "200", "200": "200", "280": "280", "999": "999",
		"Other Revenue": "2 accounts are called Other Revenue. Use the code instead: 260 or 261.",
		"Old fees":      "Old fees", "Consulting fees": "10 characters", "260 - Sales": "10 characters",
	} {
		p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"AccountCode": text}), intake.Options{})
		if strings.Contains(want, " ") && want != text {
			checkTold(t, text, p.Problems, []string{want})
		} else if got := p.Invoices[0].Invoice.Lines[0].Account; got != want || len(p.Problems) > 0 {
			t.Errorf("%s is account %q, %v", text, got, p.Problems)
		}
	}
}

// TestImportOfTheSheetWithTheHeader has instructions in front of the invoices.
func TestImportOfTheSheetWithTheHeader(t *testing.T) {
	a, _, me := apptest.Firm(t)
	invoices := sheetWith(nil)
	invoices.Name = "Invoices"
	notes := app.Sheet{Name: "Read me", Rows: []app.SheetRow{{Line: 1, Cells: []app.SheetCell{{Text: "How to fill this in"}}}}, Others: []app.Sheet{invoices}}
	p, err := intake.New(a).PreviewImport(t.Context(), me, notes, intake.Options{Amounts: money.Exclusive, Today: today})
	if err != nil {
		t.Fatal(err)
	}
	checkTold(t, "problems", p.Problems, nil)
	checkTold(t, "warnings", p.Warnings, []string{"The sheet “Read me” has 1 row that isn't imported. Only “Invoices” is."})
	if len(p.Invoices) != 1 || p.Invoices[0].Invoice.Number != billing.Number("INV-1") {
		t.Errorf("got %+v", p.Invoices)
	}
}

package intake_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/data/sheet"
)

// row returns a line of the template with the given cells set.
func row(cells map[string]string) string {
	good := map[string]string{
		"ContactName": "Kauri Joinery Ltd", "InvoiceNumber": "INV-1", "InvoiceDate": "2026-11-03", "DueDate": "2026-12-20",
		"Description": "Annual accounts", "Quantity": "1", "UnitAmount": "100", "AccountCode": "200", "TaxType": "OUTPUT2",
	}
	var line []string
	for _, column := range strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",") {
		text, set := cells[column]
		if !set {
			text = good[column]
		}
		line = append(line, `"`+strings.ReplaceAll(text, `"`, `""`)+`"`)
	}
	return strings.Join(line, ",")
}

func previewOf(t *testing.T, a *app.App, me staff.Member, csv string, o intake.Options) intake.Preview {
	t.Helper()
	cells, err := sheet.Read("test.csv", strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	if o.Amounts == "" {
		o.Amounts = money.Exclusive
	}
	o.Today = today
	p, err := intake.New(a).PreviewImport(t.Context(), me, cells, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestImportMakesInvoices(t *testing.T) {
	a, _, me := apptest.Firm(t)
	csv := strings.Join([]string{
		apptest.TemplateHeader,
		row(map[string]string{
			"EmailAddress": "office@kauri.example", "POAddressLine1": "1 Quay St", "POCity": "Auckland", "POCountry": "NZ",
			"Reference": "PO 7", "Total": "207.00", "TaxAmount": "13.5", "Discount": "10%", "InventoryItemCode": "BOOK",
			"TrackingName1": "Region", "TrackingOption1": "North", "Currency": "aud", "BrandingTheme": "Standard",
		}),
		row(map[string]string{"InvoiceNumber": "INV-2", "ContactName": "kauri  JOINERY ltd", "TaxType": "no gst", "UnitAmount": "12.3456", "Quantity": "2.5"}),
		row(map[string]string{"UnitAmount": "90", "TaxType": "15% gst on INCOME", "Total": ""}),
		row(map[string]string{"Description": "Thank you, \"all\"", "Quantity": "", "UnitAmount": "", "AccountCode": "", "TaxType": ""}),
		"",
	}, "\r\n")
	p := previewOf(t, a, me, csv, intake.Options{Finalize: true})
	if len(p.Problems) > 0 {
		t.Fatalf("problems: %v", p.Problems)
	}
	ids, err := intake.New(a).Import(t.Context(), me, p)
	if err != nil {
		t.Fatal(err)
	}
	first, err := a.Invoice(t.Context(), me, ids[0])
	if err != nil {
		t.Fatal(err)
	}
	gst := billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}
	discount, _ := money.PercentOff(10_0000)
	want := billing.Invoice{
		ID: ids[0], Client: first.Client.ID, Type: billing.Final, Number: "INV-1", Date: 20261103, Due: 20261220,
		Reference: "PO 7", Currency: "AUD", Amounts: money.Exclusive, BrandingTheme: "Standard",
		Stage: billing.Stage{Status: billing.Finalized}, Version: 1,
		Lines: []billing.Line{
			{
				Code: "BOOK", Item: "BOOK", Description: "Annual accounts", Quantity: 1_0000, UnitAmount: 100_0000, Discount: discount,
				Tax: gst, Account: "200", Tracking: []billing.Tracking{{Category: "Region", Option: "North"}},
			},
			{Description: "Annual accounts", Quantity: 1_0000, UnitAmount: 90_0000, Tax: gst, Account: "200"},
			{Description: `Thank you, "all"`},
		},
	}
	if diff := cmp.Diff(want, first.Invoice, cmp.AllowUnexported(money.Discount{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c := first.Client; c.Email != "office@kauri.example" || c.Address.City != "Auckland" || c.Code != "KAURI-JOINERY-LTD" {
		t.Errorf("the client is %+v", c)
	}
	second, err := a.Invoice(t.Context(), me, ids[1])
	if err != nil {
		t.Fatal(err)
	}
	if second.Client.ID != first.Client.ID {
		t.Error("a name in other case and spaces became another client")
	}
	if got := second.Totals.Total.String(); got != "30.86" {
		t.Errorf("2.5 x 12.3456 is %s", got)
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	for _, c := range []struct {
		name    string
		lines   []map[string]string
		options intake.Options
		want    []string // line, column and part of the text of each problem
	}{
		{"number missing", []map[string]string{{"InvoiceNumber": ""}}, intake.Options{}, []string{"2 InvoiceNumber missing"}},
		{"number that Xero does not take", []map[string]string{{"InvoiceNumber": "RÉF"}}, intake.Options{}, []string{"2 InvoiceNumber “É”"}},
		{"name missing", []map[string]string{{"ContactName": " "}}, intake.Options{}, []string{"2 ContactName missing"}},
		{"description missing", []map[string]string{{"Description": ""}}, intake.Options{}, []string{"2 Description missing"}},
		{"quantity", []map[string]string{{"Quantity": "one"}}, intake.Options{}, []string{"2 Quantity one"}},
		{"quantity missing", []map[string]string{{"Quantity": ""}}, intake.Options{}, []string{"2 Quantity missing"}},
		{"amount with a comma that may be a decimal", []map[string]string{{"UnitAmount": "1,234"}}, intake.Options{}, []string{"2 UnitAmount 1234.00"}},
		{"discount over 100", []map[string]string{{"Discount": "120"}}, intake.Options{}, []string{"2 Discount 120"}},
		{"unknown tax", []map[string]string{{"TaxType": "VAT"}}, intake.Options{}, []string{"2 TaxType 15% GST on Income (OUTPUT2)"}},
		{"tax missing", []map[string]string{{"TaxType": ""}}, intake.Options{}, []string{"2 TaxType The tax rate is missing"}},
		{"tax amount that differs", []map[string]string{{"TaxAmount": "15.01"}}, intake.Options{}, []string{"2 TaxAmount The file says 15.01, but Xero computes 15.00"}},
		{"total that differs", []map[string]string{{"Total": "100"}}, intake.Options{}, []string{"2 Total The file says 100.00, but Xero computes 115.00"}},
		{"total of all lines", []map[string]string{{"Total": "230"}, {"Total": "230"}}, intake.Options{}, nil},
		{"inclusive", []map[string]string{{"Total": "100", "TaxAmount": "13.04"}}, intake.Options{Amounts: money.Inclusive}, nil},
		{"date that is none", []map[string]string{{"InvoiceDate": "2026-02-30"}}, intake.Options{}, []string{"2 InvoiceDate calendar"}},
		{"due date missing", []map[string]string{{"DueDate": ""}}, intake.Options{}, []string{"2 DueDate missing"}},
		{"words for a month", []map[string]string{{"InvoiceDate": "3 Nov 2026", "DueDate": "20-December-26"}}, intake.Options{}, nil},
		{"dates that tell their order", []map[string]string{{"InvoiceDate": "03/11/2026", "DueDate": "20/12/2026"}}, intake.Options{}, nil},
		{"dates of two orders", []map[string]string{{"InvoiceDate": "25/11/2026", "DueDate": "12/20/2026"}}, intake.Options{}, []string{"2 DueDate 25/11/2026 in line 2"}},
		{"a date against the order that was said", []map[string]string{{"DueDate": "20/12/2026"}}, intake.Options{Dates: intake.MonthDayYear}, []string{"2 DueDate calendar"}},
		{"currency", []map[string]string{{"Currency": "DOLLARS"}}, intake.Options{}, []string{"2 Currency DOLLARS"}},
		{"half a tracking", []map[string]string{{"TrackingName1": "Region"}, {"TrackingOption2": "North"}}, intake.Options{}, []string{"2 TrackingOption1 Region", "3 TrackingName2 North"}},
		{"account too long", []map[string]string{{"AccountCode": "12345678901"}}, intake.Options{}, []string{"2 AccountCode 10 characters"}},
		{"lines that contradict", []map[string]string{{"DueDate": "2026-12-20"}, {"DueDate": "2026-12-21"}}, intake.Options{}, []string{"3 DueDate 2026-12-20"}},
		{"another client on a later line", []map[string]string{{}, {"ContactName": "Harbour Café"}}, intake.Options{}, []string{"3 ContactName Harbour"}},
		{"numbers that differ in case", []map[string]string{{}, {"InvoiceNumber": "inv-1"}}, intake.Options{}, []string{"3 InvoiceNumber differ only in case"}},
		{"two addresses for one client", []map[string]string{{"POCity": "Auckland"}, {"InvoiceNumber": "INV-2", "POCity": "Wellington"}}, intake.Options{}, []string{"3 POCity Auckland"}},
		{"bad e-mail", []map[string]string{{"EmailAddress": "kauri"}}, intake.Options{}, []string{"2 EmailAddress email address"}},
		{"a name in other case on a later line", []map[string]string{{}, {"ContactName": "KAURI  joinery ltd"}}, intake.Options{}, nil},
		{"head on a later line", []map[string]string{{"DueDate": ""}, {"DueDate": "soon"}}, intake.Options{}, []string{"3 DueDate soon"}},
		{"reference too long", []map[string]string{{}, {"Reference": strings.Repeat("é", 256)}}, intake.Options{}, []string{"3 Reference 255"}},
		{"description too long", []map[string]string{{"Description": strings.Repeat("é", 4001)}}, intake.Options{}, []string{"2 Description 4000"}},
		{"figures beyond Xero", []map[string]string{{}, {"Quantity": "99999999", "UnitAmount": "99999999"}}, intake.Options{}, []string{"3 UnitAmount 9999999999.99"}},
		{"a tax amount with too many decimals", []map[string]string{{"TaxAmount": "15.0004"}}, intake.Options{}, []string{"2 TaxAmount round it"}},
		{"a line of text with more", []map[string]string{{}, {"Quantity": "", "UnitAmount": "", "AccountCode": "", "TaxType": "", "Discount": "5", "TrackingName1": "Region", "TrackingOption1": "North"}},
			intake.Options{}, []string{"3 Discount description-only line", "3 TrackingName1 description-only line", "3 TrackingOption1 description-only line"}},
		{"a category twice", []map[string]string{{"TrackingName1": "Region", "TrackingOption1": "North", "TrackingName2": "region", "TrackingOption2": "South"}},
			intake.Options{}, []string{"2 TrackingName2 twice"}},
		{"negative total", []map[string]string{{"Quantity": "-1"}}, intake.Options{}, []string{"2  credit note"}},
		{"a date that is none before a figure that is none", []map[string]string{{"DueDate": "soon"}, {"InvoiceNumber": "INV-2", "Quantity": "x"}}, intake.Options{},
			[]string{"2 DueDate soon", "3 Quantity x"}},
		{"every error at once", []map[string]string{{"Quantity": "x", "UnitAmount": "y"}, {"InvoiceNumber": "INV-2", "TaxType": "z"}}, intake.Options{},
			[]string{"2 Quantity x", "2 UnitAmount y", "3 TaxType z"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, _, me := apptest.Firm(t)
			csv := []string{apptest.TemplateHeader}
			for _, l := range c.lines {
				csv = append(csv, row(l))
			}
			p := previewOf(t, a, me, strings.Join(csv, "\n"), c.options)
			if len(p.Problems) != len(c.want) {
				t.Fatalf("got %d problems, want %d: %v", len(p.Problems), len(c.want), p.Problems)
			}
			for i, want := range c.want {
				got := fmt.Sprintf("%d %s %s", p.Problems[i].Line, p.Problems[i].Column, p.Problems[i].Text)
				place, part, _ := strings.Cut(want, " ")
				column, part, _ := strings.Cut(part, " ")
				if !strings.HasPrefix(got, place+" "+column+" ") || !strings.Contains(got, part) {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			_, err := intake.New(a).Import(t.Context(), me, p)
			if (err == nil) != (len(c.want) == 0) {
				t.Errorf("Import: %v", err)
			}
			if n := count(t, a, me); (n == 0) != (len(c.want) > 0) {
				t.Errorf("the firm has %d invoices", n)
			}
		})
	}
}

func count(t *testing.T, a *app.App, me staff.Member) int {
	t.Helper()
	n := 0
	for _, err := range a.Rows(context.Background(), me, app.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestImportAsksHowDatesAreRead(t *testing.T) {
	a, _, me := apptest.Firm(t)
	csv := apptest.TemplateHeader + "\n" + row(map[string]string{"InvoiceDate": "03/11/2026", "DueDate": "04/12/2026"})
	p := previewOf(t, a, me, csv, intake.Options{})
	if !p.AskDates || p.Example != "03/11/2026" {
		t.Fatalf("got %+v", p)
	}
	if _, err := intake.New(a).Import(t.Context(), me, p); !app.IsCode(err, app.Invalid) {
		t.Errorf("imported without an answer: %v", err)
	}
	for order, want := range map[intake.DateOrder]billing.Date{intake.DayMonthYear: 20261103, intake.MonthDayYear: 20260311} {
		p := previewOf(t, a, me, csv, intake.Options{Dates: order})
		if got := p.Invoices[0].Invoice.Date; got != want || p.AskDates {
			t.Errorf("%s: got %v, asked %v", order, got, p.AskDates)
		}
	}
}

func TestImportTellsColumnsThatItDoesNotTakeOver(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, c := range []struct {
		name, csv string
		want      []string // the places of the problems
	}{
		{"another column", apptest.TemplateHeader + ",SentToContact\n" + row(nil) + ",\n" + row(nil) + ",yes\n", []string{"3 SentToContact"}},
		{"another column that is empty", apptest.TemplateHeader + ",SentToContact\n" + row(nil) + ",\n", nil},
		{"a column without a name", apptest.TemplateHeader + ",,\n" + row(nil) + ",,yes\n", []string{"2 column AE"}},
		{"a column behind the header", apptest.TemplateHeader + "\n" + row(nil) + "\n" + row(nil) + ",yes\n", []string{"3 column AD"}},
		{"a required column that is missing", strings.ReplaceAll(apptest.TemplateHeader, "*DueDate,", "") + "\n\n", []string{"1 DueDate"}},
		{"a column twice", apptest.TemplateHeader + ",duedate\n" + row(nil), []string{"1 DueDate"}},
		{"nothing", "\n,,\n", []string{"0 "}},
		{"no invoices", "\n" + apptest.TemplateHeader + "\n,,\n", []string{"0 "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range previewOf(t, a, me, c.csv, intake.Options{}).Problems {
				got = append(got, fmt.Sprintf("%d %s", p.Line, p.Column))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestImportDropsNothing fills each column of the template, on a line with an amount and
// on a line of line of text: either the invoice or the client shows it, or it is a problem.
func TestImportDropsNothing(t *testing.T) {
	a, _, me := apptest.Firm(t)
	outcome := func(line map[string]string) string {
		p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(nil)+"\n"+row(line), intake.Options{})
		for i := range p.Invoices {
			p.Invoices[i].Invoice.ID, p.Invoices[i].Invoice.Client = "", ""
		}
		for i := range p.Clients {
			p.Clients[i].ID = ""
		}
		return fmt.Sprintf("%+v", p)
	}
	for kind, line := range map[string]map[string]string{
		"amount": {}, "line of text": {"Quantity": "", "UnitAmount": "", "AccountCode": "", "TaxType": ""},
	} {
		empty := outcome(line)
		if again := outcome(line); again != empty {
			t.Fatalf("the same file has two outcomes:\n%s\n%s", empty, again)
		}
		for _, column := range strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",") {
			filled := maps.Clone(line)
			filled[column] = "7"
			if outcome(filled) == empty {
				t.Errorf("%s on a line of %s is dropped", column, kind)
			}
		}
	}
}

func TestImportOfATaxByNameOrCode(t *testing.T) {
	a, db, me := apptest.Firm(t)
	err := db.Update(t.Context(), func(tx app.Tx) error {
		for _, tax := range []billing.Tax{
			{Code: "TAX001", Name: "Two names", Rate: 5_0000}, {Code: "TAX002", Name: "two  NAMES", Rate: 6_0000}, {Code: "TAX003", Name: "TAX001", Rate: 7_0000},
		} {
			if err := tx.SaveTax(tax); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"tax001": "TAX001", "TAX003": "TAX003", "no  gst": "NONE", "Two names": ""} {
		p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"TaxType": text}), intake.Options{})
		if want == "" {
			if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text.String(), "2 tax rates are called Two names") {
				t.Errorf("%s: %v", text, p.Problems)
			}
		} else if len(p.Problems) > 0 || p.Invoices[0].Invoice.Lines[0].Tax.Code != want {
			t.Errorf("%s: got %+v", text, p)
		}
	}
}

func TestImportFillsInWhatAClientLacks(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, c := range []struct {
		line    map[string]string
		email   string // of the client then
		problem string
	}{
		{map[string]string{}, "", ""},
		{map[string]string{"InvoiceNumber": "INV-2", "EmailAddress": "office@kauri.example"}, "office@kauri.example", ""},
		{map[string]string{"InvoiceNumber": "INV-3", "EmailAddress": "Office@kauri.example"}, "office@kauri.example", ""},
		{map[string]string{"InvoiceNumber": "INV-4", "EmailAddress": "else@kauri.example"}, "office@kauri.example", "has “office@kauri.example”"},
	} {
		p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(c.line), intake.Options{})
		if c.problem != "" {
			if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text.String(), c.problem) {
				t.Errorf("got %v", p.Problems)
			}
			continue
		}
		if _, err := intake.New(a).Import(t.Context(), me, p); err != nil {
			t.Fatal(err)
		}
		clients, err := a.Clients(t.Context(), me)
		if err != nil || len(clients) != 1 || clients[0].Email != c.email {
			t.Errorf("got %+v, %v", clients, err)
		}
	}
}

func TestImportTwiceIsRefused(t *testing.T) {
	a, db, me := apptest.Firm(t)
	csv := apptest.TemplateHeader + "\n" + row(nil)
	p := previewOf(t, a, me, csv, intake.Options{})
	if _, err := intake.New(a).Import(t.Context(), me, p); err != nil {
		t.Fatal(err)
	}
	if _, err := intake.New(a).Import(t.Context(), me, p); !app.IsCode(err, app.Conflict) {
		t.Errorf("the same preview again: %v", err)
	}
	p = previewOf(t, a, me, csv, intake.Options{})
	if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text.String(), "INV-1 already exists") {
		t.Errorf("the same file again: %v", p.Problems)
	}
	early := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"InvoiceNumber": "inv-9"}), intake.Options{})
	if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.Burn("INV-9") }); err != nil {
		t.Fatal(err)
	}
	if _, err := intake.New(a).Import(t.Context(), me, early); !app.IsCode(err, app.Conflict) {
		t.Errorf("a number that was burnt since the preview: %v", err)
	}
	p = previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"InvoiceNumber": "inv-9"}), intake.Options{})
	if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text.String(), "can't be used again") {
		t.Errorf("a burnt number: %v", p.Problems)
	}
}

func TestImportNeedsPermission(t *testing.T) {
	a, _, me := apptest.Firm(t)
	viewer := staff.Member{ID: "v", Name: "Vic", AllEntities: staff.Viewer}
	p := previewOf(t, a, viewer, apptest.TemplateHeader+"\n"+row(nil), intake.Options{})
	if len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text.String(), "Vic can't edit invoices") {
		t.Errorf("got %v", p.Problems)
	}
	p = previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(nil), intake.Options{})
	if _, err := intake.New(a).Import(t.Context(), viewer, p); !app.IsCode(err, app.Forbidden) {
		t.Errorf("another's preview: %v", err)
	}
	if n := count(t, a, me); n != 0 {
		t.Errorf("the firm has %d invoices", n)
	}
	if _, err := intake.New(a).Import(t.Context(), me, p); err != nil {
		t.Fatal(err)
	}
	p = previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{"InvoiceNumber": "INV-2"}), intake.Options{})
	if _, err := intake.New(a).Import(t.Context(), viewer, p); len(p.Clients) != 0 || !app.IsCode(err, app.Forbidden) {
		t.Errorf("another's preview of a client that is known: %v", err)
	}
}

// TestImportIsNotedAndMakesDrafts asks for nothing but the invoices.
func TestImportIsNotedAndMakesDrafts(t *testing.T) {
	a, _, me := apptest.Firm(t)
	p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(nil), intake.Options{})
	ids, err := intake.New(a).Import(t.Context(), me, p)
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.Invoice(t.Context(), me, ids[0])
	if err != nil || v.Invoice.Stage != (billing.Stage{}) {
		t.Errorf("the invoice is %s, %v", v.Invoice.Stage.Status, err)
	}
	entries, err := a.AuditTrail(t.Context(), me, app.AuditQuery{Action: staff.AuditImport})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries { // newest first
		got = append(got, e.ByName+": "+e.Subject+" "+e.ID+" "+e.To)
	}
	want := []string{me.Name + ": invoice " + string(ids[0]) + " a draft", me.Name + ": client " + string(v.Client.ID) + " Kauri Joinery Ltd"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the audit trail (-want +got):\n%s", diff)
	}
}

// TestImportTellsEachHiddenCharacterByItsPlace puts one into every column.
func TestImportTellsEachHiddenCharacterByItsPlace(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for _, column := range strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",") {
		p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+row(map[string]string{column: "a\u202eb"}), intake.Options{})
		if len(p.Problems) == 0 || p.Problems[0].Line != 2 || p.Problems[0].Column != column || !strings.Contains(p.Problems[0].Error(), "U+202E") {
			t.Errorf("%s: %v", column, p.Problems)
		}
	}
	file := row(map[string]string{"Description": "first\r\nsecond", "ContactName": "Kauri\nJoinery", "InvoiceNumber": "INV-2"})
	if p := previewOf(t, a, me, apptest.TemplateHeader+"\n"+file, intake.Options{}); len(p.Problems) > 0 ||
		p.Invoices[0].Invoice.Lines[0].Description != "first\nsecond" || p.Invoices[0].Client != "Kauri Joinery" {
		t.Errorf("several lines: %v", p.Problems)
	}
}

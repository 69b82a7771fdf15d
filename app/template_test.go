package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/data/sheet"
	"feebridge/data/sqlite"
)

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Context() context.Context
	Fatal(...any)
}

// written returns the cells of a template as a reader of the file finds them.
func written(t failer, name string, template app.Template) app.Sheet {
	t.Helper()
	var file bytes.Buffer
	write := sheet.WriteExactCSV
	if strings.HasSuffix(name, ".xlsx") {
		write = func(w io.Writer, rows [][]app.SheetCell) error { return sheet.WriteXLSX(w, "Invoices", rows) }
	}
	if err := write(&file, template.Sheets[0]); err != nil {
		t.Fatal(err)
	}
	cells, err := sheet.Read(name, &file)
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// readBack returns what another firm would import of a template.
func readBack(t failer, other *app.App, me staff.Member, name string, template app.Template) []intake.Imported {
	t.Helper()
	p, err := intake.New(other).PreviewImport(t.Context(), me, written(t, name, template), intake.Options{Amounts: template.Amounts})
	if err != nil || len(p.Problems) > 0 || p.AskDates {
		t.Fatal(err, p.Problems)
	}
	return p.Invoices
}

// templateOf returns a template of all the invoices.
func templateOf(t failer, a *app.App, me staff.Member, ids []billing.InvoiceID, amounts money.LineAmounts) app.Template {
	t.Helper()
	template, results, err := a.TemplateSheet(t.Context(), me, ids, amounts)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Err != nil {
			t.Fatal(r.Number, r.Err)
		}
	}
	return template
}

// TestTheTemplateHoldsWhatAnImportReads writes invoices into a template and reads it as
// another firm: nothing is lost on the way, and no cent.
func TestTheTemplateHoldsWhatAnImportReads(t *testing.T) {
	a, db, me := apptest.Firm(t)
	other, _, stranger := apptest.Firm(t)
	made := 0
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SampledFrom([]money.LineAmounts{money.Exclusive, money.Inclusive}).Draw(t, "amounts")
		name := rapid.SampledFrom([]string{"out.csv", "out.xlsx"}).Draw(t, "file")
		want := apptest.DrawInvoices(t, amounts)
		ids := make([]billing.InvoiceID, len(want))
		for i := range want {
			made++ // numbers are drawn again and again
			ids[i] = billing.InvoiceID(strconv.Itoa(made))
			want[i].Number += billing.Number("/" + ids[i])
		}
		if err := db.Update(t.Context(), func(tx app.Tx) error { return storeDrawn(tx, ids, want) }); err != nil {
			t.Fatal(err)
		}
		same := cmp.Options{cmp.AllowUnexported(money.Discount{}, money.Amount{}), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(billing.Invoice{}, "ID")}
		back := readBack(t, other, stranger, name, templateOf(t, a, me, ids, amounts))
		got := make([]billing.Invoice, len(back))
		for i, v := range back {
			got[i] = v.Invoice
			got[i].Client = billing.ClientID(v.Client) // a new client's ID is drawn
		}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		for i, v := range want {
			totals, err := v.Totals()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(totals, back[i].Totals, same); diff != "" {
				t.Fatalf("totals of %s (-want +got):\n%s", v.Number, diff)
			}
		}
	})
}

// storeDrawn stores invoices whose client is a name, finalized.
func storeDrawn(tx app.Tx, ids []billing.InvoiceID, invoices []billing.Invoice) error {
	for i, v := range invoices {
		v.ID, v.Stage.Status = ids[i], billing.Finalized
		_, err := tx.Client(v.Client)
		if app.IsCode(err, app.NotFound) {
			_, err = tx.SaveClient(billing.Client{ID: v.Client, Code: string(v.Client), Name: string(v.Client)})
		}
		if err != nil {
			return err
		}
		if _, err := tx.SaveInvoice(v); err != nil {
			return err
		}
	}
	return nil
}

var (
	gst    = billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}
	zero   = billing.Tax{Code: "ZERORATED", Name: "Zero Rated"}
	worked = billing.Line{Description: "Annual accounts", Quantity: 1_0000, UnitAmount: 100_0000, Tax: gst, Account: "200"}
)

// with returns a line like worked with something changed.
func with(change func(*billing.Line)) billing.Line {
	l := worked
	change(&l)
	return l
}

// stored stores invoices of one client as invoice-1, INV-1 and so on. Unless they say
// otherwise they are in NZD, tax exclusive and without anything but lines.
func stored(t *testing.T, db *sqlite.DB, invoices ...billing.Invoice) []billing.InvoiceID {
	t.Helper()
	ids := make([]billing.InvoiceID, len(invoices))
	err := db.Update(t.Context(), func(tx app.Tx) error {
		client := billing.Client{
			ID: "kauri", Code: "KAURI", Name: "Kauri Joinery Ltd", Email: "office@kauri.example",
			Address: billing.Address{Lines: [4]string{"1 Quay St"}, City: "Auckland", PostalCode: "0622", Country: "NZ"},
		}
		if _, err := tx.SaveClient(client); err != nil {
			return err
		}
		for i, v := range invoices {
			v.ID, v.Number = billing.InvoiceID(fmt.Sprintf("invoice-%d", i+1)), billing.Number(fmt.Sprintf("INV-%d", i+1))
			v.Client, v.Type, v.Date, v.Due = client.ID, billing.Final, 20261103, 20261220
			if v.Currency == "" {
				v.Currency = "NZD"
			}
			if v.Amounts == "" {
				v.Amounts = money.Exclusive
			}
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			ids[i] = v.ID
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// ready returns a finalized invoice of these lines.
func ready(lines ...billing.Line) billing.Invoice {
	return billing.Invoice{Lines: lines, Stage: billing.Stage{Status: billing.Finalized}}
}

func percentOff(t *testing.T, rate money.Rate) money.Discount {
	t.Helper()
	d, err := money.PercentOff(rate)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func amountOff(t *testing.T, minor int64) money.Discount {
	t.Helper()
	d, err := money.AmountOff(minor)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// rowsByColumn returns the filled cells of each row below the apptest.TemplateHeader, by their column.
func rowsByColumn(t *testing.T, template app.Template) []map[string]string {
	t.Helper()
	columns := strings.Split(apptest.TemplateHeader, ",")
	var rows []map[string]string
	for i, cells := range template.Sheets[0] {
		if len(cells) != len(columns) {
			t.Fatalf("row %d has %d cells, the template has %d columns", i, len(cells), len(columns))
		}
		row := map[string]string{}
		for n, c := range cells {
			if c.Text != "" {
				row[columns[n]] = c.Text
			}
		}
		rows = append(rows, row)
	}
	for column, text := range rows[0] {
		if column != text {
			t.Errorf("column %s is called %s", column, text)
		}
	}
	return rows[1:]
}

// TestTheColumnsOfATemplate holds what is in which column, and that the file has the
// invoices' totals.
func TestTheColumnsOfATemplate(t *testing.T) {
	a, db, me := apptest.Firm(t)
	codes := []billing.Code{{Code: "ACC", Account: "260"}}
	if err := a.SetBillingCodes(t.Context(), me, nil, codes); err != nil {
		t.Fatal(err)
	}
	first := ready(
		with(func(l *billing.Line) {
			l.Item, l.Discount = "BOOK", percentOff(t, 12_5000)
			l.Tracking = []billing.Tracking{{Category: "Region", Option: "North"}, {Category: "Partner", Option: "Ana"}}
		}),
		with(func(l *billing.Line) { l.Quantity, l.UnitAmount = 2_5000, 12_3456 }),
		with(func(l *billing.Line) { l.Account, l.Code, l.UnitAmount, l.Tax = "", "acc", -10_0000, zero }),
		with(func(l *billing.Line) { l.UnitAmount, l.Discount = 500_0000, amountOff(t, 50_00) }), // 10 %
		billing.Line{Description: "Thank you", Code: "ACC", Tax: gst},
	)
	first.Reference, first.BrandingTheme, first.Currency = "PO 7", "Standard", "USD"
	ids := stored(t, db, first)
	template := templateOf(t, a, me, ids, "")
	head := map[string]string{
		"*ContactName": "Kauri Joinery Ltd", "EmailAddress": "office@kauri.example",
		"POAddressLine1": "1 Quay St", "POCity": "Auckland", "POPostalCode": "0622", "POCountry": "NZ",
		"*InvoiceNumber": "INV-1", "Reference": "PO 7", "*InvoiceDate": "2026-11-03", "*DueDate": "2026-12-20",
		"Total": "643.62", "Currency": "USD", "BrandingTheme": "Standard",
	}
	var want []map[string]string
	for _, line := range []map[string]string{
		{
			"InventoryItemCode": "BOOK", "*Description": "Annual accounts", "*Quantity": "1", "*UnitAmount": "100.00", "Discount": "12.5",
			"*AccountCode": "200", "*TaxType": "15% GST on Income", "TaxAmount": "13.13",
			"TrackingName1": "Region", "TrackingOption1": "North", "TrackingName2": "Partner", "TrackingOption2": "Ana",
		},
		{"*Description": "Annual accounts", "*Quantity": "2.5", "*UnitAmount": "12.3456", "*AccountCode": "200", "*TaxType": "15% GST on Income", "TaxAmount": "4.63"},
		{"*Description": "Annual accounts", "*Quantity": "1", "*UnitAmount": "-10.00", "*AccountCode": "260", "*TaxType": "Zero Rated", "TaxAmount": "0.00"},
		{"*Description": "Annual accounts", "*Quantity": "1", "*UnitAmount": "500.00", "Discount": "10", "*AccountCode": "200", "*TaxType": "15% GST on Income", "TaxAmount": "67.50"},
		{"*Description": "Thank you"},
	} {
		maps.Copy(line, head)
		want = append(want, line)
	}
	if diff := cmp.Diff(want, rowsByColumn(t, template)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	other, _, stranger := apptest.Firm(t)
	if back := readBack(t, other, stranger, "out.csv", template); back[0].Totals.Total.String() != "643.62" {
		t.Errorf("another firm reads %+v", back[0].Totals)
	}
}

func TestTheAmountsOfATemplate(t *testing.T) {
	exclusive, inclusive, untaxed := ready(worked), ready(worked), ready(with(func(l *billing.Line) { l.Tax = zero }))
	inclusive.Amounts, untaxed.Amounts = money.Inclusive, money.NoTax
	taxed := exclusive
	taxed.Amounts = money.NoTax
	for _, c := range []struct {
		name     string
		invoices []billing.Invoice
		ask      money.LineAmounts
		want     money.LineAmounts
		refused  []billing.Number
	}{
		{"all exclusive", []billing.Invoice{exclusive, exclusive}, "", money.Exclusive, nil},
		{"all inclusive", []billing.Invoice{inclusive, inclusive}, "", money.Inclusive, nil},
		{"a mix goes by the first", []billing.Invoice{inclusive, exclusive, inclusive}, "", money.Inclusive, []billing.Number{"INV-2"}},
		{"a mix goes by what was asked for", []billing.Invoice{inclusive, exclusive, inclusive}, money.Exclusive, money.Exclusive, []billing.Number{"INV-1", "INV-3"}},
		{"without tax it fits either", []billing.Invoice{untaxed, inclusive, untaxed}, "", money.Inclusive, nil},
		{"nothing has tax", []billing.Invoice{untaxed}, "", money.Exclusive, nil},
		{"no tax in spite of rates", []billing.Invoice{taxed, exclusive}, "", money.Exclusive, []billing.Number{"INV-1"}},
		{"none fits", []billing.Invoice{inclusive}, money.Exclusive, "", []billing.Number{"INV-1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, db, me := apptest.Firm(t)
			template, results, err := a.TemplateSheet(t.Context(), me, stored(t, db, c.invoices...), c.ask)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.refused, refusedOf(results)); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			if template.Amounts != c.want {
				t.Errorf("the amounts are %q, want %q", template.Amounts, c.want)
			}
			rows := len(c.invoices) - len(c.refused)
			if rows > 0 {
				rows++
			}
			got := 0
			for _, cells := range template.Sheets {
				got += len(cells)
			}
			if got != rows {
				t.Errorf("%d rows, want %d", got, rows)
			}
		})
	}
	a, _, me := apptest.Firm(t)
	if _, _, err := a.TemplateSheet(t.Context(), me, nil, money.NoTax); !app.IsCode(err, app.Invalid) {
		t.Errorf("a file without tax: %v", err)
	}
}

// refusedOf returns what was refused.
func refusedOf(results []app.Result) []billing.Number {
	var all []billing.Number
	for _, r := range results {
		if r.Err != nil {
			all = append(all, r.Number)
		}
	}
	return all
}

func TestWhatATemplateDoesNotTake(t *testing.T) {
	at := func(status billing.Status, export billing.ExportState) billing.Invoice {
		v := ready(worked)
		v.Stage = billing.Stage{Status: status, Export: export}
		return v
	}
	third := with(func(l *billing.Line) { l.Discount = amountOff(t, 33_33) })
	third.UnitAmount = 70_0000
	cases := []struct {
		name    string
		invoice billing.Invoice
		says    string // "" where it is taken
	}{
		{"a finalized one", ready(worked), ""},
		{"one that failed", at(billing.Finalized, billing.Failed), ""},
		{"one that was deleted there", at(billing.Finalized, billing.DeletedInXero), ""},
		{"a draft", at(billing.Draft, billing.NotExported), "still a draft"},
		{"one in Xero", at(billing.Finalized, billing.Exported), "exported"},
		{"one that may be in Xero", at(billing.Finalized, billing.Unknown), "being checked in Xero"},
		{"one that is queued", at(billing.Finalized, billing.Queued), "already queued"},
		{"one that is held", at(billing.Finalized, billing.Held), "held"},
		{"one that is paid", at(billing.Closed, billing.Exported), "closed"},
		{"no account", ready(worked, with(func(l *billing.Line) { l.Account, l.Code = "", "NEW" })), "line 2: Xero's template needs an account"},
		{"no tax", ready(with(func(l *billing.Line) { l.Tax = billing.Tax{} })), "line 1: Xero's template needs a tax"},
		{"an amount off that is no percentage", ready(third), "33.33"},
	}
	var invoices []billing.Invoice
	for _, c := range cases {
		invoices = append(invoices, c.invoice)
	}
	a, db, me := apptest.Firm(t)
	ids := stored(t, db, invoices...)
	_, results, err := a.TemplateSheet(t.Context(), me, ids, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			switch got := results[i].Err; {
			case c.says == "" && got != nil:
				t.Error(got)
			case c.says != "" && (got == nil || !strings.Contains(got.Error(), c.says) || !strings.Contains(got.Error(), string(results[i].Number))):
				t.Errorf("%v, want %q", got, c.says)
			}
			v, err := a.Invoice(t.Context(), me, ids[i])
			if err != nil {
				t.Fatal(err)
			}
			if v.Invoice.Stage != c.invoice.Stage {
				t.Errorf("the stage became %v", v.Invoice.Stage)
			}
			told := slices.ContainsFunc(v.History, func(e staff.Entry) bool { return e.Action == "template export" && e.By == me.ID })
			if told != (c.says == "") {
				t.Errorf("the history is %+v", v.History)
			}
		})
	}
}

// TestATemplateStandsAsTheMappingSays holds that the organisation's names are in the file
// where they are known.
func TestATemplateStandsAsTheMappingSays(t *testing.T) {
	a, db, me := apptest.Firm(t)
	ids := stored(t, db, ready(
		with(func(l *billing.Line) {
			l.Account, l.Code, l.Tax = "", "ACC", billing.Tax{Code: "GST", Name: "GST", Rate: 15_0000}
			l.Tracking = []billing.Tracking{{Category: "region", Option: "north"}}
		}),
		with(func(l *billing.Line) {
			l.Account, l.Code, l.Tax = "", "NEW", billing.Tax{Code: "OLD", Name: "Old GST", Rate: 12_5000}
		}),
		with(func(l *billing.Line) { l.Tax = billing.Tax{} }),
	), ready(with(func(l *billing.Line) {
		l.Code = "ACC"
		l.Tracking = []billing.Tracking{{Category: "Region", Option: "North"}, {Category: "Team", Option: "A"}}
	})))
	const there = ledger.TenantID("there")
	err := db.Update(t.Context(), func(tx app.Tx) error {
		if err := tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: there, Name: "Tui"}, Default: true, State: app.Connected}); err != nil {
			return err
		}
		if err := tx.SaveChart(ledger.Chart{
			Tenant:   ledger.Tenant{ID: there, Name: "Tui"},
			TaxRates: []ledger.TaxRate{{Type: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}, {Type: "NONE", Name: "No GST"}},
			Tracking: []ledger.TrackingCategory{{Name: "Region", Options: []string{"North"}}},
		}); err != nil {
			return err
		}
		if err := tx.SaveLink(there, "kauri", app.Link{Contact: "c", Name: "Kauri Joinery Limited", How: app.LinkedByName, At: tx.Now()}); err != nil {
			return err
		}
		return tx.SaveMapping(there, ledger.Mapping{
			DefaultAccount: "270", DefaultTax: "NONE", Theme: "Tui Blue", Taxes: map[string]string{"GST": "OUTPUT2", "OLD": "OUTPUT2"},
			Codes: map[string]ledger.Target{"ACC": {Account: "260", Tracking: []billing.Tracking{{Category: "Partner", Option: "Ana"}}}},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	template, results, err := a.TemplateSheet(t.Context(), me, ids, "")
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Err != nil || results[1].Err == nil || !strings.Contains(results[1].Err.Error(), "3 tracking options") {
		t.Errorf("%v", results)
	}
	var got [][]string
	for _, row := range rowsByColumn(t, template) {
		got = append(got, []string{row["*ContactName"], row["*AccountCode"], row["*TaxType"], row["TrackingOption1"], row["TrackingOption2"], row["BrandingTheme"]})
	}
	want := [][]string{
		{"Kauri Joinery Limited", "260", "15% GST on Income", "North", "Ana", "Tui Blue"},
		{"Kauri Joinery Limited", "270", "Old GST", "", "", "Tui Blue"},
		{"Kauri Joinery Limited", "200", "No GST", "", "", "Tui Blue"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestATemplateChangesNoText holds that a text which a spreadsheet would compute is in the file as
// it is, since the import puts it on the invoice like that, and that figures stay figures.
func TestATemplateChangesNoText(t *testing.T) {
	a, db, me := apptest.Firm(t)
	texts := []string{"=cmd|' /C calc'!A0", "+1+1", "@x", "-2 text", "\t=1+1", "=HYPERLINK(\"http://a\",\"b\")"}
	v := ready()
	for _, text := range texts {
		v.Lines = append(v.Lines, with(func(l *billing.Line) { l.Description, l.Quantity, l.UnitAmount = text, -1_0000, -20_0000 }))
	}
	v.Reference = texts[0]
	template := templateOf(t, a, me, stored(t, db, v), "")
	for _, name := range []string{"out.csv", "out.xlsx"} {
		rows := written(t, name, template).Rows
		for i, text := range texts {
			cells := rows[1+i].Cells
			got := []string{cells[11].Text, cells[16].Text, cells[17].Text, cells[18].Text}
			want := []string{texts[0], text, "-1", "-20.00"}
			if name == "out.xlsx" {
				want[3] = "-20"
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			if slices.ContainsFunc(cells, func(c app.SheetCell) bool { return c.Kind == app.FormulaCell }) {
				t.Errorf("%s has a formula: %+v", name, cells)
			}
		}
	}
}

func TestATemplateNeedsPermission(t *testing.T) {
	a, db, me := apptest.Firm(t)
	ids := stored(t, db, ready(worked))
	exporter := staff.Member{ID: "x", Name: "Ex", Roles: map[billing.ClientID]staff.Role{"kauri": staff.Viewer}, Time: map[staff.TimePermission]bool{staff.ExportToAccounting: true}}
	viewer, stranger := exporter, exporter
	viewer.ID, viewer.Time = "v", nil
	stranger.ID, stranger.Roles = "s", nil
	for _, c := range []struct {
		by      staff.Member
		allowed bool
	}{{exporter, true}, {viewer, false}, {stranger, false}} {
		template, results, err := a.TemplateSheet(t.Context(), c.by, ids, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := results[0].Err; (got == nil) != c.allowed || got != nil && !app.IsCode(got, app.Forbidden) || (template.Sheets == nil) == c.allowed {
			t.Errorf("%s: %v with %d rows", c.by.ID, got, len(template.Sheets))
		}
		denied, err := a.AuditTrail(t.Context(), me, app.AuditQuery{Subject: "client", ID: "kauri", By: c.by.ID, Action: "denied"})
		if err != nil || (len(denied) == 0) != c.allowed {
			t.Errorf("%s: %v, the trail has %v", c.by.ID, err, denied)
		}
	}
}

// TestACopyOfTheDatabaseMakesNoTemplate holds that nothing is written of a database which
// does not know what Xero has.
func TestACopyOfTheDatabaseMakesNoTemplate(t *testing.T) {
	_, db, me := apptest.Firm(t)
	ids := stored(t, db, ready(worked))
	err := db.Update(t.Context(), func(tx app.Tx) error {
		return tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: "there", Name: "Tui"}, Default: true, State: app.Connected})
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), path, false); err != nil {
		t.Fatal(err)
	}
	taken, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	a := app.New(app.Params{Store: taken})
	if template, _, err := a.TemplateSheet(t.Context(), me, ids, ""); !errors.Is(err, app.ErrLocked) || template.Sheets != nil {
		t.Errorf("%v with %d sheets", err, len(template.Sheets))
	}
}

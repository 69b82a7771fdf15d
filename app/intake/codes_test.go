package intake_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/data/sheet"
)

const codesFile = `Code,Description,Rate,Tax,Account
ACC,Annual accounts,1500,15% GST on Income,200
TAX,"Tax return, individual",95.1234,OUTPUT2,
note,,,,
`

func TestBillingCodesComeFromAFile(t *testing.T) {
	a, _, me := apptest.Firm(t)
	codes, problems := codesOf(t, a, codesFile)
	if len(problems) > 0 {
		t.Fatalf("problems: %v", problems)
	}
	if err := a.SetBillingCodes(t.Context(), me, nil, codes); err != nil {
		t.Fatal(err)
	}
	want := []billing.Code{
		{Code: "ACC", Description: "Annual accounts", UnitAmount: 1500_0000, Tax: "OUTPUT2", Account: "200"},
		{Code: "note"},
		{Code: "TAX", Description: "Tax return, individual", UnitAmount: 95_1234, Tax: "OUTPUT2"},
	}
	if s, err := a.Settings(t.Context()); err != nil || !cmp.Equal(s.Codes, want) {
		t.Errorf("%v:\n%s", err, cmp.Diff(want, s.Codes))
	}
	for name, bad := range map[string]billing.Code{"an unknown tax": {Code: "new", Tax: "nothing"}, "twice": {Code: "acc"}, "empty": {}} {
		if err := a.SetBillingCodes(t.Context(), me, want, append(slices.Clone(want), bad)); !app.IsCode(err, app.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.SetBillingCodes(t.Context(), me, nil, want[:1]); !app.IsCode(err, app.Conflict) {
		t.Errorf("over another's change: %v", err)
	}
	if err := a.SetBillingCodes(t.Context(), me, want, want[:2]); err != nil {
		t.Error(err)
	}
	if s, _ := a.Settings(t.Context()); len(s.Codes) != 2 {
		t.Errorf("left are %+v", s.Codes)
	}
}

func TestAFileOfBillingCodesTellsEveryProblemByRow(t *testing.T) {
	a, _, _ := apptest.Firm(t)
	for name, c := range map[string]struct{ file, want string }{
		"empty":          {"", "The file has no billing codes. It needs a header with Code, Description, UnitAmount, Tax and Account, and a row for each code."},
		"no column Code": {"Description\nx\n", "Line 1: The header has no column Code. The first line has to name the columns: Code, Description, UnitAmount, Tax, Account."},
		"a column more":  {"Code,Colour\nA,red\n", "Line 1, Colour: This column isn't imported. The columns are Code, Description, UnitAmount, Tax, Account. Correct the name, or remove the column."},
		"twice":          {"Code\nA\na\n", "Line 3, Code: The billing code a is also in line 2. Remove one of them."},
		"twice, capital": {"Code\nADV\nADV\n", "Line 3, Code: The billing code ADV is also in line 2. Remove one of them."},
		"bad rate":       {"Code,UnitAmount\nA,ten\n", "Line 2, UnitAmount: "},
		"unknown tax":    {"Code,Tax\nA,Vat\n", "Line 2, Tax: There's no tax rate called “Vat”. Add it to the tax rates first, or correct the name."},
		"hidden":         {"Code,Description\nA,W\u200bork\n", "Line 2, Description: This text: there's a hidden character, U+200B, after “W”."},
		"no code":        {"Code,Description\n,Work\n", "Line 2, Code: Enter a billing code."},
	} {
		_, problems := codesOf(t, a, c.file)
		if len(problems) == 0 || !strings.HasPrefix(problems[0].Error(), c.want) {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func codesOf(t *testing.T, a *app.App, csv string) ([]billing.Code, []intake.Problem) {
	t.Helper()
	cells, err := sheet.Read("codes.csv", strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	read, err := intake.New(a).PreviewCodes(t.Context(), cells)
	if err != nil {
		t.Fatal(err)
	}
	return read.Codes, read.Problems
}

// TestBillingCodesAreHeldToWhatInvoicesAre reads what a spreadsheet damaged, and what people write otherwise, in a file of
// billing codes.
func TestBillingCodesAreHeldToWhatInvoicesAre(t *testing.T) {
	a, _, _ := apptest.Firm(t)
	for name, c := range map[string]struct {
		file               string
		problems, warnings []string
	}{
		"a shortened code":   {"Code\n2.02611E+11\n", []string{"Line 2, Code: A spreadsheet shortened this"}, nil},
		"a truth":            {"Code,Account\nA,TRUE\n", []string{"Line 2, Account: “TRUE” can't be a number or a code."}, nil},
		"an error":           {"Code,Description\nA,#REF!\n", []string{"Line 2, Description: "}, nil},
		"a hidden character": {"Code,Description\nA,W\u200bork\n", []string{"Line 2, Description: This text: there's a hidden character, U+200B"}, nil},
		"a control":          {"Code,Account\nA,2\x0700\n", []string{"Line 2, Account: This text: there's a hidden character, U+0007"}, nil},
		"decimals":           {"Code,Account\n1001.0,200.0\n", nil, []string{"Line 2, Code: A program seems to have added decimals", "Line 2, Account: A program seems to have added decimals"}},
		"garbled accents":    {"Code,Description\nA,Caf\u00c3\u00a9\n", nil, []string{"Line 2, Description: The accents or signs were garbled"}},
		"an entity":          {"Code,Description\nA,Smith &amp; Co\n", nil, []string{"Line 2, Description: A web page's spelling"}},
		"a filler":           {"Code,Description\nA,NULL\n", nil, []string{"Line 2, Description: This is what programs write"}},
		"another encoding":   {"Code,Description\nA,Caf\xe9\n", nil, []string{"Line 2: The file isn't in UTF-8"}},
		"a row cut short":    {"Code,Description,UnitAmount\nA,Work", nil, []string{"Line 2: The file ends in the middle of this row."}},
		"what is harmless":   {"sep=;\nCode;Description;Rate\n\"=\"\"00123\"\"\";e\u0301t\u00e9;$1,234.50\n", nil, nil},
	} {
		cells, err := sheet.Read("codes.csv", strings.NewReader(c.file))
		if err != nil {
			t.Fatal(err)
		}
		read, err := intake.New(a).PreviewCodes(t.Context(), cells)
		if err != nil {
			t.Fatal(err)
		}
		checkTold(t, name+": problems", read.Problems, c.problems)
		checkTold(t, name+": warnings", read.Warnings, c.warnings)
		if name == "what is harmless" {
			want := []billing.Code{{Code: "00123", Description: "\u00e9t\u00e9", UnitAmount: 1234_5000}}
			if diff := cmp.Diff(want, read.Codes); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		}
	}
	hidden := app.Sheet{Name: "Codes", Rows: []app.SheetRow{
		{Line: 1, Cells: []app.SheetCell{{Text: "Code"}}}, {Line: 2, Cells: []app.SheetCell{{Text: "A"}}, Hidden: true},
		{Line: 3, Cells: []app.SheetCell{{Text: "2026-03-01", Kind: app.DateCell}}},
	}, Others: []app.Sheet{{Name: "More", Rows: []app.SheetRow{{Line: 1, Cells: []app.SheetCell{{Text: "B"}}}}}}}
	read, err := intake.New(a).PreviewCodes(t.Context(), hidden)
	if err != nil {
		t.Fatal(err)
	}
	checkTold(t, "problems", read.Problems, []string{"Line 3, Code: The cell has the date 2026-03-01"})
	checkTold(t, "warnings", read.Warnings, []string{"The sheet “More” has 1 row", "1 row is hidden"})
}

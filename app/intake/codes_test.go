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
		"hidden":         {"Code,Description\nA,W\u200bork\n", "Line 2, Code: Description: there's a hidden character, U+200B, after “W”."},
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
	codes, problems, err := intake.New(a).PreviewCodes(t.Context(), cells)
	if err != nil {
		t.Fatal(err)
	}
	return codes, problems
}

package money

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// officialRates are the rates behind the tax types of Xero's official examples.
var officialRates = map[string]Rate{"NONE": 0, "OUTPUT2": 15_0000, "INPUT2": 15_0000, "INPUT": 10_0000}

// officialInvoice is the part of an official example that arithmetic decides.
type officialInvoice struct {
	LineAmountTypes           LineAmounts
	LineItems                 []officialLine
	SubTotal, TotalTax, Total json.Number
}

type officialLine struct {
	Quantity, UnitAmount  json.Number
	LineAmount, TaxAmount json.Number
	TaxType               string
}

// TestOfficialExamples computes every invoice of Xero's official request and
// response examples again. They are not part of the project; where the files do
// not lie in shared/xero/examples beside it, the same figures in TestTotal stand
// for them.
func TestOfficialExamples(t *testing.T) {
	for _, path := range officialFiles(t) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.UseNumber()
		var example any
		if err := decoder.Decode(&example); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, invoice := range invoicesIn(t, example) {
			t.Run(filepath.Base(path), func(t *testing.T) { checkOfficial(t, invoice) })
		}
	}
}

func checkOfficial(t *testing.T, invoice officialInvoice) {
	var lines []Line
	var want []LineTotal
	for _, item := range invoice.LineItems {
		rate, known := officialRates[item.TaxType]
		if !known {
			t.Fatalf("tax type %q has no rate here", item.TaxType)
		}
		f := figure{quantity: item.Quantity.String(), unitAmount: item.UnitAmount.String(), rate: rate.Percent()}
		lines = append(lines, f.line(t))
		want = append(want, LineTotal{amount(t, item.LineAmount.String()), amount(t, item.TaxAmount.String())})
	}
	got, err := Total("NZD", invoice.LineAmountTypes, lines)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got.Lines[i] != want[i] {
			t.Errorf("line %d is %v; Xero says %v", i+1, got.Lines[i], want[i])
		}
	}
	for name, pair := range map[string][2]Amount{
		"subtotal": {got.SubTotal, amount(t, invoice.SubTotal.String())},
		"tax":      {got.Tax, amount(t, invoice.TotalTax.String())},
		"total":    {got.Total, amount(t, invoice.Total.String())},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v; Xero says %v", name, pair[0], pair[1])
		}
	}
}

// officialFiles looks for the examples in the folders above this one.
func officialFiles(t *testing.T) []string {
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		files, err := filepath.Glob(filepath.Join(folder, "shared", "xero", "examples", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		if parent := filepath.Dir(folder); len(files) == 0 && parent != folder {
			folder = parent
			continue
		}
		return files
	}
}

// invoicesIn finds what has lines and totals, at any depth of an example.
func invoicesIn(t *testing.T, value any) []officialInvoice {
	var found []officialInvoice
	switch value := value.(type) {
	case map[string]any:
		if _, hasTotal := value["Total"]; hasTotal {
			content, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			var invoice officialInvoice
			if err := json.Unmarshal(content, &invoice); err != nil {
				t.Fatal(err)
			}
			if len(invoice.LineItems) > 0 {
				return []officialInvoice{invoice}
			}
		}
		for _, inner := range value {
			found = append(found, invoicesIn(t, inner)...)
		}
	case []any:
		for _, inner := range value {
			found = append(found, invoicesIn(t, inner)...)
		}
	}
	return found
}

package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/data/sheet"
)

const manyLines = 100_000

// manyInvoices returns a file of 100,000 lines, four an invoice, of clients whose names
// all suggest the same code. A step that grew with the square of anything would show.
func manyInvoices(quantity string) string {
	const clients = 20_000
	var csv strings.Builder
	csv.WriteString("*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,*AccountCode,*TaxType\r\n")
	for i := range manyLines {
		invoice := i / 4
		fmt.Fprintf(&csv, "%c,INV-%06d,13/11/2026,20/12/2026,Annual accounts,%s,%d.25,200,OUTPUT2\r\n",
			rune('\u4e00'+invoice%clients), invoice, quantity, i%1000)
	}
	return csv.String()
}

func TestImportOfManyLines(t *testing.T) {
	a, _, me := apptest.Firm(t)
	p := previewOf(t, a, me, manyInvoices("1"), intake.Options{})
	if len(p.Problems) > 0 {
		t.Fatal(p.Problems[0])
	}
	lines, codes, total := 0, map[string]bool{}, money.Zero("NZD")
	for _, i := range p.Invoices {
		lines += len(i.Invoice.Lines)
		var err error
		if total, err = total.Add(i.Totals.SubTotal); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range p.Clients {
		codes[c.Code] = true
	}
	last := p.Invoices[len(p.Invoices)-1]
	got := []any{len(p.Invoices), lines, len(p.Clients), len(codes), total.String(), last.Line, string(last.Invoice.Number)}
	want := []any{manyLines / 4, manyLines, 20_000, 20_000, "49975000.00", manyLines - 2, "INV-024999"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// BenchmarkImportOfManyLines reads and previews a file of 100,000 lines.
func BenchmarkImportOfManyLines(b *testing.B) {
	a, _, me := apptest.Firm(b)
	content := manyInvoices("1")
	for b.Loop() {
		cells, err := sheet.Read("test.csv", strings.NewReader(content))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := intake.New(a).PreviewImport(b.Context(), me, cells, intake.Options{Amounts: money.Exclusive, Today: today}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestImportShowsNotEveryOneOfManyProblems(t *testing.T) {
	a, _, me := apptest.Firm(t)
	cells, err := sheet.Read("test.csv", strings.NewReader(manyInvoices("one")))
	if err != nil {
		t.Fatal(err)
	}
	cells.Rows = cells.Rows[:1+3000]
	p, err := intake.New(a).PreviewImport(t.Context(), me, cells, intake.Options{Amounts: money.Exclusive, Today: today})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.Problems); n != 1001 || p.Problems[0].Line != 2 || p.Problems[999].Line != 1001 {
		t.Fatalf("%d problems", n)
	}
	if last := p.Problems[1000].Error(); !strings.Contains(last, "more than 1000 problems") {
		t.Errorf("the last one is %q", last)
	}
	if _, err := intake.New(a).Import(t.Context(), me, p); !app.IsCode(err, app.Invalid) {
		t.Errorf("imported: %v", err)
	}
}

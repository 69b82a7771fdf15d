package paper

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"feebridge/app"
	"feebridge/app/apptest/deadline"
	"feebridge/app/billing"
	"feebridge/app/money"
)

var (
	gst  = billing.Tax{Code: "OUTPUT2", Name: "GST", Rate: 15_0000}
	both = billing.Tax{Code: "CA", Name: "GST and QST", Rate: 14_9750, Parts: []billing.TaxPart{{Name: "GST", Rate: 5_0000}, {Name: "QST", Rate: 9_9750}}}
)

// sample is a finalized invoice of some lines, each changed as its number wants.
func sample(t testing.TB, lines int, change func(v *billing.Invoice)) app.Document {
	t.Helper()
	v := billing.Invoice{
		ID: "i1", Client: "c1", Type: billing.Final, Number: "INV-0042", Date: 20261103, Due: 20261120, Reference: "Engagement 2026/17",
		Currency: "NZD", Amounts: money.Exclusive, Note: "the client is difficult", Stage: billing.Stage{Status: billing.Finalized},
	}
	for i := range lines {
		v.Lines = append(v.Lines, billing.Line{
			Description: fmt.Sprintf("Line %03d: preparation of the financial statements", i+1),
			Quantity:    1_5000, UnitAmount: money.UnitAmount(100_0000 + i*10_0000), Tax: gst,
		})
	}
	if change != nil {
		change(&v)
	}
	d := app.Document{
		Firm: app.Firm{Name: "Kōwhai & Rātā Chartered Accountants", Currency: "NZD", Letterhead: app.Letterhead{
			Address: billing.Address{Lines: [4]string{"Level 2", "12 Queen Street"}, City: "Auckland", PostalCode: "1010", Country: "New Zealand"},
			Phone:   "+64 9 123 4567", Email: "office@kowhai.example", TaxNumber: "123-456-789",
			Payment: "Kiwibank 38-9000-0123456-00\nPlease give the invoice number as the reference.",
		}},
		Client: billing.Client{ID: "c1", Name: "Māori Joinery Ltd", Address: billing.Address{
			Lines: [4]string{"7 Ponsonby Road"}, City: "Wellington", PostalCode: "6011", Country: "New Zealand"}},
		Invoice: v,
	}
	var err error
	if d.Totals, err = v.Totals(); err != nil {
		t.Fatal(err)
	}
	if d.Taxes, err = v.TaxTotals(d.Totals); err != nil {
		t.Fatal(err)
	}
	return d
}

func printed(t testing.TB, d app.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := new(Printer).write(&b, d, false); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnInvoiceSaysAllTheClientNeeds(t *testing.T) {
	d := sample(t, 2, nil)
	words := texts(read(t, d))
	for _, want := range []string{
		"Kōwhai & Rātā Chartered Accountants", "Level 2, 12 Queen Street, Auckland 1010, New Zealand", "+64 9 123 4567 · office@kowhai.example",
		"Tax number 123-456-789", "Tax invoice", "Bill to", "Māori Joinery Ltd", "7 Ponsonby Road", "Wellington 6011",
		"INV-0042", "3 Nov 2026", "20 Nov 2026", "Engagement 2026/17", "Amounts are in NZD and exclude tax",
		"Description", "Quantity", "Rate", "Tax", "Amount",
		"Line 001: preparation of the financial statements", "1.5", "100.00", "15%", "150.00", "110.00", "165.00",
		"Subtotal (excl. tax)", "315.00", "GST 15%", "47.25", "Total NZD", "Amount due NZD", "362.25",
		"How to pay", "Due on 20 Nov 2026", "Kiwibank 38-9000-0123456-00", "Please give the invoice number as the reference.", "Page 1 of 1",
	} {
		if !strings.Contains(words, want+"\n") {
			t.Errorf("the paper does not say %q; it says\n%s", want, words)
		}
	}
	for _, stray := range []string{"Discount", "DRAFT", d.Invoice.Note, "difficult", "Interim", "□"} {
		if strings.Contains(words, stray) {
			t.Errorf("the paper says %q", stray)
		}
	}
}

func TestTheNoteForStaffIsInNoByte(t *testing.T) {
	d := sample(t, 3, nil)
	without := d
	without.Invoice.Note = ""
	if !bytes.Equal(printed(t, d), printed(t, without)) {
		t.Error("the note changes the paper")
	}
}

func TestWhatThePaperIsCalled(t *testing.T) {
	for name, test := range map[string]struct {
		change       func(*app.Document)
		want, absent []string
	}{
		"a tax invoice": {want: []string{"Tax invoice"}, absent: []string{"DRAFT"}},
		"without a tax number": {
			change: func(d *app.Document) { d.Firm.TaxNumber = "" }, want: []string{"Invoice"}, absent: []string{"Tax invoice", "Tax number"}},
		"a draft": {
			change: func(d *app.Document) { d.Invoice.Stage.Status, d.Invoice.Number = billing.Draft, "" },
			want:   []string{"Draft invoice", "DRAFT"}, absent: []string{"Tax invoice", "Invoice number"}},
		"an interim bill": {
			change: func(d *app.Document) { d.Invoice.Type = billing.Interim }, want: []string{"Tax invoice", "Interim bill"}},
		"a fixed fee": {
			change: func(d *app.Document) { d.Invoice.Type = billing.FixedFee }, want: []string{"Tax invoice", "Fixed fee"}},
		"deleted": {
			change: func(d *app.Document) { d.Invoice.Stage.Status = billing.Deleted }, want: []string{"DELETED"}},
		"voided": {
			change: func(d *app.Document) {
				d.Invoice.Stage = billing.Stage{Status: billing.Closed, Export: billing.VoidedInXero}
			},
			want: []string{"VOID"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := sample(t, 1, nil)
			if test.change != nil {
				test.change(&d)
			}
			words := read(t, d)
			for _, want := range test.want {
				if len(find(words, want)) != 1 {
					t.Errorf("%q is not there once:\n%s", want, texts(words))
				}
			}
			for _, absent := range test.absent {
				if len(find(words, absent)) != 0 {
					t.Errorf("%q is there:\n%s", absent, texts(words))
				}
			}
		})
	}
}

func TestEveryPageOfADraftSaysSo(t *testing.T) {
	words := read(t, sample(t, 60, func(v *billing.Invoice) { v.Stage.Status = billing.Draft }))
	marks := find(words, "DRAFT")
	if len(marks) != pagesOf(words) || len(marks) < 2 {
		t.Fatalf("%d watermarks on %d pages", len(marks), pagesOf(words))
	}
	for _, m := range marks {
		if !m.aslant {
			t.Errorf("the watermark of page %d is not aslant", m.page)
		}
	}
}

func TestTotalsTellEachTax(t *testing.T) {
	for name, test := range map[string]struct {
		amounts money.LineAmounts
		tax     billing.Tax
		cell    string // in the column of taxes; "" for no column
		want    []string
	}{
		"on top": {money.Exclusive, gst, "15%", []string{
			"Subtotal (excl. tax)", "150.00", "GST 15%", "22.50", "Total NZD", "172.50", "Amount due NZD", "172.50"}},
		"within": {money.Inclusive, gst, "15%", []string{
			"Subtotal (incl. tax)", "150.00", "Includes GST 15%", "19.57", "Total NZD", "150.00", "Amount due NZD", "150.00"}},
		"two on top": {money.Exclusive, both, "5% + 9.975%", []string{
			"Subtotal (excl. tax)", "150.00", "GST 5%", "7.50", "QST 9.975%", "14.96", "Total NZD", "172.46", "Amount due NZD", "172.46"}},
		"two within": {money.Inclusive, both, "5% + 9.975%", []string{
			"Subtotal (incl. tax)", "150.00", "Includes GST 5%", "6.52", "Includes QST 9.975%", "13.02", "Total NZD", "150.00", "Amount due NZD", "150.00"}},
		"a name with its rate": {money.Exclusive, billing.Tax{Code: "OUTPUT2", Name: "15% GST on Income", Rate: 15_0000}, "15%", []string{
			"Subtotal (excl. tax)", "150.00", "15% GST on Income", "22.50", "Total NZD", "172.50", "Amount due NZD", "172.50"}},
		"of no rate": {money.Exclusive, billing.Tax{Code: "ZERO", Name: "Zero rated"}, "", []string{"Total NZD", "150.00", "Amount due NZD", "150.00"}},
		"none":       {money.NoTax, gst, "", []string{"Total NZD", "150.00", "Amount due NZD", "150.00"}},
	} {
		t.Run(name, func(t *testing.T) {
			words := read(t, sample(t, 1, func(v *billing.Invoice) { v.Amounts, v.Lines[0].Tax = test.amounts, test.tax }))
			all := texts(words)
			if got := inOrder(all, test.want); got != "" {
				t.Errorf("%q does not follow:\n%s", got, all)
			}
			said := map[money.LineAmounts]string{money.Exclusive: " and exclude tax", money.Inclusive: " and include tax"}[test.amounts]
			if test.cell == "" {
				said = ""
			}
			if len(find(words, "Amounts are in NZD"+said)) != 1 {
				t.Errorf("it does not say that amounts are in NZD%s:\n%s", said, all)
			}
			if test.cell == "" && len(find(words, "Tax")) != 0 {
				t.Error("there is a column of taxes")
			}
			if test.cell != "" && (len(find(words, "Tax")) != 1 || len(find(words, test.cell)) != 1) {
				t.Errorf("the line does not say %q:\n%s", test.cell, all)
			}
		})
	}
}

// inOrder returns the first text that is not in all behind those before it, or "". A label
// follows its amount where the paper has both on one line.
func inOrder(all string, want []string) string {
	lines := strings.Split(all, "\n")
	for i := 0; i+1 < len(want); i += 2 {
		at := slices.Index(lines, want[i])
		if at < 1 || lines[at-1] != want[i+1] {
			return want[i] + " " + want[i+1]
		}
		lines = lines[at+1:]
	}
	return ""
}

func TestLinesOfEveryKind(t *testing.T) {
	percent, err := money.PercentOff(12_5000)
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := money.AmountOff(1_234_50)
	if err != nil {
		t.Fatal(err)
	}
	words := read(t, sample(t, 4, func(v *billing.Invoice) {
		v.Lines[0] = billing.Line{Description: "Only a heading"}
		v.Lines[1] = billing.Line{Description: "Written down", Quantity: -1_0000, UnitAmount: 1250_1250, Tax: billing.Tax{Code: "Z", Name: "Zero rated"}}
		v.Lines[2].Discount = percent
		v.Lines[3].UnitAmount, v.Lines[3].Discount = 20_000_0000, fixed
	}))
	all := texts(words)
	for _, want := range []string{"Discount", "12.5%", "1,234.50", "−1", "1,250.125", "−1,250.13", "0%", "20,000.00", "28,765.50"} {
		if len(find(words, want)) != 1 {
			t.Errorf("%q is not there once:\n%s", want, all)
		}
	}
	if !strings.Contains(all, "Only a heading\nWritten down\n") {
		t.Errorf("the heading has numbers:\n%s", all)
	}
}

func TestTheCurrencyIsTheFirmsWhereTheInvoiceNamesNone(t *testing.T) {
	d := sample(t, 1, func(v *billing.Invoice) { v.Currency = "" })
	if words := read(t, d); len(find(words, "Total NZD")) != 1 {
		t.Error(texts(words))
	}
}

func TestAPaperWithoutTheOptionalParts(t *testing.T) {
	d := sample(t, 1, func(v *billing.Invoice) { v.Reference, v.Due, v.Date = "", 0, 0 })
	d.Firm.Letterhead, d.Client.Address = app.Letterhead{}, billing.Address{}
	words := texts(read(t, d))
	for _, stray := range []string{wordReference, wordDue, wordDate, wordPayment, wordTaxNumber, "Due on", " · \n"} {
		if strings.Contains(words, stray) {
			t.Errorf("%q is there:\n%s", stray, words)
		}
	}
}

func TestADraftWithoutLinesCanBePrinted(t *testing.T) {
	words := read(t, sample(t, 0, func(v *billing.Invoice) { v.Stage.Status = billing.Draft }))
	if len(find(words, "0.00")) != 2 { // the total, and what is due
		t.Error(texts(words))
	}
}

func TestTheSameInvoiceGivesTheSameBytes(t *testing.T) {
	d := sample(t, 60, func(v *billing.Invoice) { v.Stage.Status = billing.Draft })
	d.Firm.Logo = picture(t, 300, 100)
	for _, day := range []billing.Date{d.Invoice.Date, 0} {
		d.Invoice.Date = day
		var papers [4][]byte
		var group sync.WaitGroup
		for i := range papers {
			group.Go(func() {
				var b bytes.Buffer
				if err := new(Printer).Write(&b, d); err != nil {
					t.Error(err)
				}
				papers[i] = b.Bytes()
			})
		}
		deadline.Wait(t, group.Wait, "four papers")
		for i, paper := range papers {
			if !bytes.Equal(paper, papers[0]) {
				t.Errorf("paper %d of day %q differs", i, day)
			}
		}
	}
	var b bytes.Buffer
	d.Invoice.Date = 20261103
	if err := new(Printer).Write(&b, d); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte("/CreationDate (D:20261103000000)")) {
		t.Error("the paper's day is not the invoice's")
	}
}

func TestTotalsOfAnotherInvoiceAreRefused(t *testing.T) {
	d := sample(t, 2, nil)
	d.Totals.Lines = d.Totals.Lines[:1]
	var b bytes.Buffer
	if err := new(Printer).Write(&b, d); err == nil || b.Len() != 0 {
		t.Errorf("Write = %v and wrote %d bytes", err, b.Len())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestAFailedWriteIsTold(t *testing.T) {
	if err := new(Printer).Write(fullDisk{}, sample(t, 1, nil)); err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("Write = %v", err)
	}
}

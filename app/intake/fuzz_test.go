package intake_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/data/sheet"
)

// reader is an import into a firm of its own. It shows what a file would become, and stores nothing.
type reader struct {
	in *intake.Intake
	me staff.Member
}

// cannotBeRead are the texts that no file of text can hold.
func cannotBeRead(texts ...string) bool {
	for _, text := range texts {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\ufffd") {
			return true
		}
	}
	return false
}

// preview reads a file in which the rows of one invoice have these cells, beside good ones.
func (r reader) preview(t *testing.T, o intake.Options, rows ...map[string]string) intake.Preview {
	t.Helper()
	columns := strings.Split(strings.ReplaceAll(apptest.TemplateHeader, "*", ""), ",")
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	lines := [][]string{columns}
	for i, cells := range rows {
		good := map[string]string{
			"ContactName": "Kauri Joinery Ltd", "InvoiceNumber": fmt.Sprintf("INV-%d", i+1), "InvoiceDate": "2026-11-03", "DueDate": "2026-12-20",
			"Description": "Work", "Quantity": "1", "UnitAmount": "100", "AccountCode": "200", "TaxType": "NONE",
		}
		var line []string
		for _, c := range columns {
			text, set := cells[c]
			if !set {
				text = good[c]
			}
			line = append(line, text)
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		t.Fatal(err)
	}
	cells, err := sheet.Read("in.csv", &file)
	if err != nil {
		t.Fatal(err)
	}
	o.Amounts, o.Today = money.Exclusive, today
	p, err := r.in.PreviewImport(t.Context(), r.me, cells, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newReader opens a firm for all the tries of a fuzz test.
func newReader(f *testing.F) reader {
	f.Helper()
	a, _, me := apptest.Firm(f)
	return reader{intake.New(a), me}
}

// decimalOf returns what a figure means: in parentheses it is negative, and what stands behind the last
// point or comma are decimals, unless that is one of commas that are no decimal comma.
func decimalOf(text string) (*big.Rat, bool) {
	plain := strings.TrimSpace(text)
	if inner, quoted := strings.CutPrefix(plain, `="`); quoted {
		plain = strings.TrimSpace(strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`))
	}
	plain = strings.TrimSpace(strings.TrimPrefix(plain, "'"))
	if strings.HasPrefix(plain, "(") && strings.HasSuffix(plain, ")") {
		plain = "-" + strings.Trim(plain, "()")
	}
	plain = strings.ReplaceAll(plain, "−", "-")
	for _, sign := range []string{"NZD", "NZ$", "$", " ", "\u00a0", "\u202f", "'", "’"} {
		plain = strings.ReplaceAll(plain, sign, "")
	}
	if strings.LastIndexByte(plain, ',') > strings.LastIndexByte(plain, '.') {
		plain = strings.ReplaceAll(strings.ReplaceAll(plain, ".", ""), ",", ".")
	}
	plain = strings.ReplaceAll(plain, ",", "")
	if strings.ContainsAny(plain, "/eEpPxXbBoO_") {
		return nil, false
	}
	return new(big.Rat).SetString(plain)
}

// FuzzImportedNumbers imports a quantity, a unit amount and a discount: each is read as the decimal that
// stands there, or refused at its place. What a file says of the total agrees with Xero's arithmetic.
func FuzzImportedNumbers(f *testing.F) {
	for _, seed := range [][3]string{
		{"1", "100", "10"}, {"2.5", "12.3456", ""}, {"1,234.50", "-0.05", "0"}, {"1e3", "0x10", "½"}, {"1.234,50", "1,23", "100.0001"},
		{"9223372036854775807", "999999999999.9999", "99.9999"}, {"+1", " 1 ", "٣"}, {"1_000", "1.", ".5"}, {"(5)", "$5", "5%"}, {"1 234,5", "NZ$ 1.234,50", "2,5%"}, {"1'234.50", "-$0.50", "="}, {"1,234", "1,5", ""}, {"1,234", "1.5", ""}, {"0.00005", "1.00000", "-1"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	r := newReader(f)
	f.Fuzz(func(t *testing.T, quantity, unit, discount string) {
		if cannotBeRead(quantity, unit, discount) {
			t.Skip("no file has it")
		}
		p := r.preview(t, intake.Options{}, map[string]string{"Quantity": quantity, "UnitAmount": unit, "Discount": discount})
		told := map[string]bool{}
		for _, problem := range p.Problems {
			if problem.Line != 2 {
				t.Fatalf("a problem is told of line %d: %v", problem.Line, problem)
			}
			told[problem.Column] = true
		}
		if len(p.Problems) > 0 && len(told) > 0 && !told["Quantity"] && !told["UnitAmount"] && !told["Discount"] && !told[""] {
			t.Fatalf("the problems are elsewhere: %v", p.Problems)
		}
		line := p.Invoices[0].Invoice.Lines[0]
		for column, c := range map[string]struct{ text, read string }{
			"Quantity": {quantity, line.Quantity.String()}, "UnitAmount": {unit, line.UnitAmount.String()},
			"Discount": {strings.TrimSuffix(strings.TrimSpace(discount), "%"), strings.TrimSuffix(line.Discount.Percent().String(), "%")},
		} {
			if told[column] || strings.TrimSpace(c.text) == "" {
				continue
			}
			means, ok := decimalOf(c.text)
			got, _ := new(big.Rat).SetString(c.read)
			if !ok || got == nil || means.Cmp(got) != 0 {
				t.Fatalf("%s %q is read as %s", column, c.text, c.read)
			}
		}
		if len(p.Problems) > 0 {
			return
		}
		total := p.Invoices[0].Totals.Total.String()
		withTotal := func(total string) []intake.Problem {
			return r.preview(t, intake.Options{}, map[string]string{"Quantity": quantity, "UnitAmount": unit, "Discount": discount, "Total": total}).Problems
		}
		again := withTotal(total)
		if len(again) > 0 { // the file has decimal commas
			again = withTotal(strings.ReplaceAll(total, ".", ","))
		}
		if len(again) > 0 {
			t.Fatalf("with its own total %s: %v", total, again)
		}
	})
}

// FuzzImportedDates imports two invoices with a date each. All dates of a file are read in one order: one
// that can be read in one way only decides it, and no day and month are ever swapped.
func FuzzImportedDates(f *testing.F) {
	for _, seed := range [][2]string{
		{"03/11/2026", "2026-12-20"}, {"13/11/2026", "03/04/2026"}, {"11/13/2026", "03/04/26"}, {"3 Nov 2026", "November 3, 26"}, {"2026/1/2", "1.2.2026"},
		{"31/02/2026", "29/2/2024"}, {"13/13/2026", "05/05/2026"}, {"2026-11-03T10:00:00Z", "00/01/2026"}, {"13/1/2026", "1/13/2026"},
	} {
		f.Add(seed[0], seed[1])
	}
	r := newReader(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		if cannotBeRead(one, two) {
			t.Skip("no file has it")
		}
		rows := []map[string]string{{"InvoiceDate": one}, {"InvoiceDate": two}}
		p := r.preview(t, intake.Options{}, rows...)
		both := map[intake.DateOrder]intake.Preview{
			intake.DayMonthYear: r.preview(t, intake.Options{Dates: intake.DayMonthYear}, rows...),
			intake.MonthDayYear: r.preview(t, intake.Options{Dates: intake.MonthDayYear}, rows...),
		}
		if p.AskDates || len(p.Problems) > 0 {
			return // a person sees it
		}
		matches := 0
		for _, q := range both {
			same := len(q.Problems) == 0
			for i := range p.Invoices {
				same = same && p.Invoices[i].Invoice.Date == q.Invoices[i].Invoice.Date
			}
			if same {
				matches++
			} else if len(q.Problems) == 0 {
				t.Fatalf("%q and %q are read as %s and %s, and no person was asked", one, two, p.Invoices[0].Invoice.Date, p.Invoices[1].Invoice.Date)
			}
		}
		if matches == 0 {
			t.Fatalf("%q and %q are read in no one order: %s and %s", one, two, p.Invoices[0].Invoice.Date, p.Invoices[1].Invoice.Date)
		}
		for i, v := range p.Invoices { // round trip
			if got, err := intake.ReadDate(v.Invoice.Date.String(), intake.MonthDayYear); err != nil || got != v.Invoice.Date {
				t.Fatalf("%q is read as %s, and that as %s, %v", rows[i]["InvoiceDate"], v.Invoice.Date, got, err)
			}
		}
	})
}

// FuzzImportedTexts imports a client with an address and an invoice with a reference: each comes to its
// own place as it stands there but for spaces around it, or is told at its column.
func FuzzImportedTexts(f *testing.F) {
	f.Add("Kauri Joinery Ltd", "office@kauri.example", "1 Quay St", "Auckland", "1010", "PO 7", "Work\non two lines")
	f.Add("a", "A <a@b.example>", " x ", "\u202ex", "", "\u200b", "\x1b[2J")
	f.Add("می\u200cخواهم", "", "\ufeffx", "a\tb", "\n", "\u00a0", "\u0085")
	r := newReader(f)
	f.Fuzz(func(t *testing.T, name, email, street, city, code, reference, description string) {
		if cannotBeRead(name, email, street, city, code, reference, description) || strings.TrimSpace(name) == "" {
			t.Skip("no file has it")
		}
		p := r.preview(t, intake.Options{}, map[string]string{
			"ContactName": name, "EmailAddress": email, "POAddressLine1": street, "POCity": city, "POPostalCode": code, "Reference": reference, "Description": description,
		})
		if len(p.Problems) > 0 {
			for _, problem := range p.Problems {
				if problem.Line != 2 || problem.Column == "" {
					t.Fatalf("a problem without its place: %v", problem)
				}
			}
			return
		}
		c, v := p.Clients[0], p.Invoices[0].Invoice
		for what, pair := range map[string][2]string{
			"name": {strings.Join(strings.Fields(name), " "), c.Name}, "email": {email, c.Email}, "street": {street, c.Address.Lines[0]}, "city": {city, c.Address.City},
			"postal code": {code, c.Address.PostalCode}, "reference": {reference, v.Reference}, "description": {description, v.Lines[0].Description},
		} {
			if strings.TrimSpace(pair[0]) != pair[1] || billing.Visible(pair[1]) != pair[1] {
				t.Fatalf("the %s %q becomes %q", what, pair[0], pair[1])
			}
		}
		if c.Address.Lines[1] != "" || c.Address.Country != "" || c.Address.Region != "" {
			t.Fatalf("the address is %+v", c.Address)
		}
	})
}

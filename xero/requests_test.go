package xero_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero"
)

func percentOff(t *testing.T, percent string) money.Discount {
	t.Helper()
	rate, err := money.ParseRate(percent)
	if err != nil {
		t.Fatal(err)
	}
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

// sale is an invoice that Xero accepts: 10.5 hours at 20.1250.
func sale(number billing.Number, contact ledger.ContactID) ledger.Write {
	return ledger.Write{
		Member: "export-" + string(number), Number: number, Contact: contact,
		Date: 20261103, Due: 20261120, Currency: "NZD", Amounts: money.Exclusive, Status: ledger.DraftThere,
		Mark: "http://localhost:8742/open/" + string(number),
		Lines: []ledger.WriteLine{{
			Description: "Bookkeeping", Quantity: 105000, UnitAmount: 201250, Account: "200", TaxType: "OUTPUT2",
		}},
	}
}

func TestPreparedInvoiceIsWhatXeroIsToldOfIt(t *testing.T) {
	w := sale("FB-1001", "430fa14a-f945-44d3-9f97-5df5e28441b8")
	w.Reference = "Matter 12 & 13"
	w.ThemeID = "dabc7637-62c1-4941-8a6e-ee44fa5090e7"
	w.Lines[0].Tracking = []billing.Tracking{{Category: "Region", Option: "West Coast"}}
	w.Lines = append(w.Lines,
		ledger.WriteLine{Description: "Work in October", TextOnly: true},
		ledger.WriteLine{Description: "Discounted", Quantity: 10000, UnitAmount: 1000000, Account: "200", TaxType: "OUTPUT2", Discount: percentOff(t, "12.5")},
		ledger.WriteLine{Description: "Less", Quantity: 10000, UnitAmount: -5, Item: "TRAIN", Account: "200", TaxType: "NONE", Discount: amountOff(t, 505)},
	)
	payloads, err := xero.New(xero.Config{}).PrepareInvoices([]ledger.Write{w}, 50)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`{"Invoices":[{"Type":"ACCREC","Contact":{"ContactID":"430fa14a-f945-44d3-9f97-5df5e28441b8"},`,
		`"InvoiceNumber":"FB-1001","Reference":"Matter 12 \u0026 13","Date":"2026-11-03","DueDate":"2026-11-20",`,
		`"CurrencyCode":"NZD","LineAmountTypes":"Exclusive","Status":"DRAFT",`,
		`"BrandingThemeID":"dabc7637-62c1-4941-8a6e-ee44fa5090e7","Url":"http://localhost:8742/open/FB-1001","LineItems":[`,
		`{"Description":"Bookkeeping","Quantity":10.5,"UnitAmount":20.125,"AccountCode":"200","TaxType":"OUTPUT2",`,
		`"Tracking":[{"Name":"Region","Option":"West Coast"}]},`,
		`{"Description":"Work in October"},`,
		`{"Description":"Discounted","Quantity":1,"UnitAmount":100.00,"AccountCode":"200","TaxType":"OUTPUT2","DiscountRate":12.5000},`,
		`{"Description":"Less","Quantity":1,"UnitAmount":-0.0005,"ItemCode":"TRAIN","AccountCode":"200","TaxType":"NONE","DiscountAmount":5.05}`,
		`]}]}`,
	}, "")
	if diff := cmp.Diff(want, string(payloads[0].Body)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"export-FB-1001"}, payloads[0].Members); diff != "" {
		t.Error(diff)
	}
	if payloads[0].Kind != app.InvoiceBatch {
		t.Errorf("the kind is %q", payloads[0].Kind)
	}
}

func TestPreparedContactHasWhatIsKnownAlone(t *testing.T) {
	contacts := []ledger.NewContact{
		{Client: "c1", Number: "KAURI", Name: " Kauri  Joinery ", Email: "office@kauri.example", Address: billing.Address{
			Lines: [4]string{"PO Box 12", "", "", "Upstairs"}, City: "Nelson", Region: "Tasman", PostalCode: "7010", Country: "New Zealand",
		}},
		{Client: "c2", Name: "Bare"},
	}
	payloads, err := xero.New(xero.Config{}).PrepareContacts(contacts, 50)
	if err != nil {
		t.Fatal(err)
	}
	want := []app.Payload{{
		Kind: app.ContactBatch,
		Body: []byte(`{"Contacts":[{"Name":"Kauri Joinery","ContactNumber":"KAURI","EmailAddress":"office@kauri.example",` +
			`"Addresses":[{"AddressType":"POBOX","AddressLine1":"PO Box 12","AddressLine4":"Upstairs",` +
			`"City":"Nelson","Region":"Tasman","PostalCode":"7010","Country":"New Zealand"}]},{"Name":"Bare"}]}`),
		Members: []string{"c1", "c2"},
	}}
	if diff := cmp.Diff(want, payloads); diff != "" {
		t.Error(diff)
	}
}

func TestPreparedBatchesHoldWhatTheyMay(t *testing.T) {
	for _, test := range []struct {
		name        string
		invoices    int
		description int // length of the description of each, in bytes
		max         int
		want        []int // members of each batch
	}{
		{"none", 0, 1, 50, nil},
		{"one", 1, 1, 50, []int{1}},
		{"as many as fit", 50, 1, 50, []int{50}},
		{"one more", 51, 1, 50, []int{50, 1}},
		{"fewer were asked for", 5, 1, 2, []int{2, 2, 1}},
		{"one by one", 3, 1, 1, []int{1, 1, 1}},
		{"more were asked for than Xero takes", 120, 1, 100, []int{50, 50, 20}},
		{"no maximum was given", 60, 1, 0, []int{50, 10}},
		{"the bytes fill up first", 5, 1_500_000, 50, []int{2, 2, 1}},
		{"one fills it", 2, 3_499_000, 50, []int{1, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var writes []ledger.Write
			for i := range test.invoices {
				w := sale(billing.Number(fmt.Sprintf("FB-%d", i)), "430fa14a-f945-44d3-9f97-5df5e28441b8")
				w.Lines[0].Description = strings.Repeat("x", test.description)
				writes = append(writes, w)
			}
			payloads, err := xero.New(xero.Config{}).PrepareInvoices(writes, test.max)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			next := 0
			for _, p := range payloads {
				got = append(got, len(p.Members))
				if len(p.Body) > 3_500_000 {
					t.Errorf("a body of %d bytes", len(p.Body))
				}
				var body struct {
					Invoices []struct{ InvoiceNumber string }
				}
				if err := json.Unmarshal(p.Body, &body); err != nil || len(body.Invoices) != len(p.Members) {
					t.Fatalf("a body of %d invoices for %d members: %v", len(body.Invoices), len(p.Members), err)
				}
				for i, member := range p.Members {
					if want := fmt.Sprintf("export-FB-%d", next); member != want || "export-"+body.Invoices[i].InvoiceNumber != want {
						t.Errorf("member %s holds invoice %s, want %s", member, body.Invoices[i].InvoiceNumber, want)
					}
					next++
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if next != test.invoices {
				t.Errorf("%d of %d invoices are in a batch", next, test.invoices)
			}
		})
	}
}

func TestAnInvoiceThatNoRequestHoldsIsNamed(t *testing.T) {
	w := sale("FB-7", "430fa14a-f945-44d3-9f97-5df5e28441b8")
	w.Lines[0].Description = strings.Repeat("x", 3_500_000)
	_, err := xero.New(xero.Config{}).PrepareInvoices([]ledger.Write{sale("FB-6", "c"), w}, 50)
	if err == nil || !strings.Contains(err.Error(), "FB-7") {
		t.Errorf("the error is %v, want one that names FB-7", err)
	}
}

func TestAmountsAreSentWithTheirVeryDigits(t *testing.T) {
	c := xero.New(xero.Config{})
	rapid.Check(t, func(t *rapid.T) {
		w := sale("FB-1", "c")
		line := &w.Lines[0]
		line.Quantity = money.Quantity(rapid.Int64Range(-9_999_999_999_999, 9_999_999_999_999).Draw(t, "quantity"))
		line.UnitAmount = money.UnitAmount(rapid.Int64Range(-99_999_999_999_999, 99_999_999_999_999).Draw(t, "unit amount"))
		off, err := money.AmountOff(rapid.Int64Range(1, 999_999_999_999).Draw(t, "discount"))
		if err != nil {
			t.Fatal(err)
		}
		line.Discount = off
		first, err := c.PrepareInvoices([]ledger.Write{w}, 50)
		if err != nil {
			t.Fatal(err)
		}
		var body struct {
			Invoices []struct {
				LineItems []struct{ Quantity, UnitAmount, DiscountAmount json.Number }
			}
		}
		if err := json.Unmarshal(first[0].Body, &body); err != nil {
			t.Fatal(err)
		}
		sent := body.Invoices[0].LineItems[0]
		quantity, err1 := money.ParseQuantity(sent.Quantity.String())
		unit, err2 := money.ParseUnitAmount(sent.UnitAmount.String())
		discount, err3 := money.Parse(sent.DiscountAmount.String(), "NZD")
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		if quantity != line.Quantity || unit != line.UnitAmount || discount.Minor() != off.Minor() {
			t.Errorf("%v at %v less %v was sent as %+v", line.Quantity, line.UnitAmount, off, sent)
		}
		again, err := c.PrepareInvoices([]ledger.Write{w}, 50)
		if err != nil || string(again[0].Body) != string(first[0].Body) {
			t.Errorf("the same invoice gave other bytes: %v", err)
		}
	})
}

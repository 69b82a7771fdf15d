package app_test

import (
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
)

// TestAMarkIsKnownByItsRandomPart has a mark in every form in which Xero might tell it, and addresses
// that are none of ours.
func TestAMarkIsKnownByItsRandomPart(t *testing.T) {
	const (
		key  = "7f3a0b1c2d3e4f5a6b7c8d9eafb0c1d2"
		id   = "0193d2a4-5b6c-7d8e-9f00-112233445566"
		base = app.DefaultMarkBase
		mark = base + id + "." + key
	)
	for what, test := range map[string]struct {
		address string
		key     string // "" for none
		invoice billing.InvoiceID
	}{
		"as it was sent":      {mark, key, id},
		"in capitals":         {"HTTP://LOCALHOST:8742/OPEN/0193D2A4-5B6C-7D8E-9F00-112233445566.7F3A0B1C2D3E4F5A6B7C8D9EAFB0C1D2", key, id},
		"with a slash":        {mark + "/", key, id},
		"with slashes":        {"http://localhost:8742//open/" + id + "." + key, key, id},
		"with escapes":        {"http://localhost:8742/open/0193d2a4%2D5b6c%2D7d8e%2D9f00%2D112233445566%2E%37f3a0b1c2d3e4f5a6b7c8d9eafb0c1d2", key, id},
		"escaped twice":       {base + id + "%252E" + key, key, id},
		"with spaces":         {" " + mark + "\n", key, id},
		"without its scheme":  {"localhost:8742/open/" + id + "." + key, key, ""},
		"on another host":     {"https://bills.example/open/" + id + "." + key, key, ""},
		"of an older version": {base + key, key, ""},
		"with a query":        {mark + "?from=xero", key, id},
		"alone":               {key, key, ""},
		"cut off":             {mark[:len(mark)-1], "", ""},
		"longer":              {mark + "0", "", ""},
		"a person's own":      {"https://drive.example/folders/Kauri-Joinery", "", ""},
		"an ID of Xero's":     {"https://go.example/" + id, "", ""},
		"nothing":             {"", "", ""},
		"a broken escape":     {"https://bills.example/100%", "", ""},
	} {
		t.Run(what, func(t *testing.T) {
			want := test.key
			if want == "" {
				want = test.address // known by itself alone
			}
			if got := app.MarkKey(test.address); got != want {
				t.Errorf("the key is %q, want %q", got, want)
			}
			if got := app.IsMark(test.address); got != (test.key != "") {
				t.Errorf("it is a mark: %v", got)
			}
			if id, _ := app.MarkedInvoice(base, test.address); id != test.invoice {
				t.Errorf("it names the invoice %q, want %q", id, test.invoice)
			}
		})
	}
}

package app_test

import (
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"

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

// FuzzMarks checks that a mark is known by its random part in whatever address Xero tells, and that whatever is told says
// the same of itself each time it is read.
func FuzzMarks(f *testing.F) {
	for _, address := range []string{"", "https://bills.example/100%", "HTTP://LOCALHOST:8742/OPEN/", " ", "%25252E", "a.b.", "é", "\xff"} {
		f.Add(address, "0193d2a4-5b6c-7d8e-9f00-112233445566", uint8(0))
		f.Add(address, "a client's/../own %41", uint8(7))
	}
	f.Fuzz(func(t *testing.T, address, id string, how uint8) {
		key := app.MarkKey(address)
		if app.IsMark(address) {
			if raw, err := hex.DecodeString(key); err != nil || len(raw) != 16 || key != strings.ToLower(key) {
				t.Fatalf("the key of %q is %q", address, key)
			}
		} else if key != address {
			t.Fatalf("what is no mark, %q, has the key %q", address, key)
		}
		if again := app.MarkKey(key); again != key {
			t.Fatalf("the key of the key %q is %q", key, again)
		}
		if _, ours := app.MarkedInvoice(address, address); ours && !app.IsMark(address) {
			t.Fatalf("%q names an invoice, and is no mark", address)
		}
		if word := app.MarkIn(address); word != "" && (!app.IsMark(word) || !strings.Contains(address, word)) {
			t.Fatalf("in %q the mark is %q", address, word)
		}
		if marked := app.WithMark(address, address); utf8.RuneCountInString(marked) > 255 && marked != address {
			t.Fatalf("with its mark %q is longer than Xero takes", marked)
		}

		const base = app.DefaultMarkBase
		invoice := billing.InvoiceID(uuid.NewSHA1(uuid.Nil, []byte(id)).String())
		mark := app.NewExportMark(base, invoice)
		told := mark
		if how&1 != 0 {
			told = strings.ToUpper(told)
		}
		if how&2 != 0 {
			told += "/"
		}
		if how&4 != 0 {
			told = strings.ReplaceAll(told, ".", "%2E")
		}
		if how&8 != 0 {
			told = url.PathEscape(told)
		}
		if !app.IsMark(told) || app.MarkKey(told) != app.MarkKey(mark) || app.MarksOf(mark, told) == app.MarksDropped {
			t.Fatalf("%q, told as %q, is not known any more", mark, told)
		}
		if named, _ := app.MarkedInvoice(base, told); named != invoice {
			t.Fatalf("%q, told as %q, names %q", mark, told, named)
		}
		if other := app.NewExportMark(base, billing.InvoiceID(id)); !app.IsMark(other) || app.MarkKey(other) == app.MarkKey(mark) {
			t.Fatalf("the mark of %q is %q", id, other)
		}
	})
}

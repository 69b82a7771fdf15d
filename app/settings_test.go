package app_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/staff"
)

func TestTheFirmIsSet(t *testing.T) {
	a, _, me := apptest.Firm(t)
	good, err := a.Firm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*app.Firm){
		"no name":          func(f *app.Firm) { f.Name = " " },
		"no currency":      func(f *app.Firm) { f.Currency = "" },
		"wordy currency":   func(f *app.Firm) { f.Currency = "dollars" },
		"no next number":   func(f *app.Firm) { f.Numbering.Next = 0 },
		"odd prefix":       func(f *app.Firm) { f.Numbering.Prefix = "Ünv-" },
		"endless number":   func(f *app.Firm) { f.Numbering.Digits = 16 },
		"impossible term":  func(f *app.Firm) { f.Term = billing.Term{Rule: billing.OfNextMonth, Days: 32} },
		"no e-mail":        func(f *app.Firm) { f.Email = "office" },
		"logo of text":     func(f *app.Firm) { f.Logo = []byte("picture") },
		"logo of a volume": func(f *app.Firm) { f.Logo = make([]byte, app.MaxLogo+1) },
	} {
		bad := good
		change(&bad)
		if _, err := a.SaveFirm(t.Context(), me, bad); !app.IsCode(err, app.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	changed := good
	changed.Name, changed.Currency, changed.ID, changed.MarkBase = " Tūī Accounting ", "aud", "other", "https://elsewhere.example/"
	changed.Phone, changed.Payment = "09 123", "To 12-3456"
	saved, err := a.SaveFirm(t.Context(), me, changed)
	if err != nil || saved.Name != "Tūī Accounting" || saved.Currency != "AUD" || saved.ID != good.ID || saved.MarkBase != good.MarkBase {
		t.Errorf("saved is %+v, %v", saved, err)
	}
	if kept, err := a.Firm(t.Context()); err != nil || !cmp.Equal(kept, saved) {
		t.Errorf("kept is %+v, %v", kept, err)
	}
	if _, err := a.SaveFirm(t.Context(), staff.Member{ID: "x", Name: "X"}, changed); !app.IsCode(err, app.Forbidden) {
		t.Errorf("anybody: %v", err)
	}
}

// setTaxes stores taxes instead of those that there are.
func setTaxes(t *testing.T, a *app.App, me staff.Member, change func([]billing.Tax) []billing.Tax) error {
	t.Helper()
	s, err := a.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a.SetTaxes(t.Context(), me, s.Taxes, change(slices.Clone(s.Taxes)))
}

func adding(more ...billing.Tax) func([]billing.Tax) []billing.Tax {
	return func(all []billing.Tax) []billing.Tax { return append(all, more...) }
}

func TestTaxesAreReplaced(t *testing.T) {
	a, _, me := apptest.Firm(t)
	for name, bad := range map[string]billing.Tax{
		"no name":       {Code: "X", Rate: 1},
		"no code":       {Name: "X"},
		"a name twice":  {Code: "X", Name: "15% gst on  income"},
		"a code twice":  {Code: "output2", Name: "Another"},
		"parts amiss":   {Code: "X", Name: "X", Rate: 12_0000, Parts: []billing.TaxPart{{Name: "A", Rate: 5_0000}, {Name: "B", Rate: 6_0000}}},
		"a single part": {Code: "X", Name: "X", Rate: 5_0000, Parts: []billing.TaxPart{{Name: "A", Rate: 5_0000}}},
		"nameless part": {Code: "X", Name: "X", Rate: 5_0000, Parts: []billing.TaxPart{{Rate: 2_0000}, {Name: "B", Rate: 3_0000}}},
	} {
		if err := setTaxes(t, a, me, adding(bad)); !app.IsCode(err, app.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := wrote(t, a, me, "Kauri", accounts("100"))
	before, _ := a.Settings(t.Context())
	if err := setTaxes(t, a, me, func([]billing.Tax) []billing.Tax {
		return []billing.Tax{{Code: "OUTPUT2", Name: "GST", Rate: 16_0000}}
	}); err != nil {
		t.Fatal(err)
	}
	if err := a.SetTaxes(t.Context(), me, before.Taxes, nil); !app.IsCode(err, app.Conflict) {
		t.Errorf("over another's change: %v", err)
	}
	w.Form.Reference = "touched"
	w, err := a.SaveWriting(t.Context(), me, w)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := a.Invoice(t.Context(), me, w.Invoice); v.Totals.Total.String() != "115.00" {
		t.Errorf("a line that was written before has a total of %s", v.Totals.Total)
	}
	w.Form.Lines[0].Written, w.Form.Lines[0].Tax = billing.Tax{}, "gst"
	if _, err = a.SaveWriting(t.Context(), me, w); err != nil {
		t.Fatal(err)
	}
	if v, _ := a.Invoice(t.Context(), me, w.Invoice); v.Totals.Total.String() != "116.00" {
		t.Errorf("a tax chosen anew makes a total of %s", v.Totals.Total)
	}
	if err := setTaxes(t, a, me, func([]billing.Tax) []billing.Tax { return nil }); err != nil {
		t.Fatal(err)
	}
	if s, _ := a.Settings(t.Context()); len(s.Taxes) > 0 {
		t.Errorf("left are %+v", s.Taxes)
	}
	if v, _ := a.Invoice(t.Context(), me, w.Invoice); v.Totals.Total.String() != "116.00" {
		t.Error("the line lost its tax")
	}
}

func TestClientsAreAddedChangedAndArchived(t *testing.T) {
	a, _, me := apptest.Firm(t)
	c, err := a.SaveClient(t.Context(), me, billing.Client{Name: "  Māori  Café ", Email: " a@cafe.example "})
	if err != nil || c.Name != "Māori Café" || c.Code != "M-ORI-CAF" || c.Email != "a@cafe.example" || c.Version != 1 {
		t.Fatalf("added is %+v, %v", c, err)
	}
	alike, err := a.Lookalikes(t.Context(), me, billing.Client{Name: "maori cafe"})
	if err != nil || len(alike) != 1 || alike[0].ID != c.ID {
		t.Errorf("alike are %v, %v", alike, err)
	}
	twin, err := a.SaveClient(t.Context(), me, billing.Client{Name: "maori cafe"})
	if err != nil || twin.Code == c.Code {
		t.Errorf("the twin is %+v, %v", twin, err)
	}
	for name, bad := range map[string]billing.Client{
		"no name":              {},
		"a code twice":         {Name: "Other", Code: "m-ori-caf"},
		"an unknown code":      {Name: "Other", BillingCode: "X"},
		"a term that is no":    {Name: "Other", Term: billing.Term{Rule: billing.AfterDate, Days: -1}},
		"an older version":     {ID: c.ID, Name: "Late", Code: "L", Version: 7},
		"an e-mail that is no": {Name: "Other", Email: "x"},
	} {
		if _, err := a.SaveClient(t.Context(), me, bad); err == nil {
			t.Errorf("%s: saved", name)
		}
	}
	stale := c
	c.Name = "Kōwhai Café"
	if c, err = a.SaveClient(t.Context(), me, c); err != nil || c.Version != 2 {
		t.Fatalf("changed is %+v, %v", c, err)
	}
	if _, err := a.SaveClient(t.Context(), me, stale); !app.IsCode(err, app.Conflict) {
		t.Errorf("a stale save: %v", err)
	}
	if err := a.ArchiveClient(t.Context(), me, c.ID, true); err != nil {
		t.Fatal(err)
	}
	if now, err := a.Client(t.Context(), me, c.ID); err != nil || !now.Archived {
		t.Errorf("archived is %+v, %v", now, err)
	}
	if _, err := a.SaveClient(t.Context(), staff.Member{ID: "x", Name: "X"}, billing.Client{Name: "No"}); !app.IsCode(err, app.Forbidden) {
		t.Errorf("anybody: %v", err)
	}
}

// TestALogoThatWouldFillTheMemoryIsRefused takes a picture of 50,000 × 50,000 points, of which there is
// only the head.
func TestALogoThatWouldFillTheMemoryIsRefused(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	logo := b.Bytes()
	const head, sizes, check = 12, 16, 29 // where its head begins, the sizes in it, and its check sum
	for _, at := range []int{sizes, sizes + 4} {
		binary.BigEndian.PutUint32(logo[at:], 50_000)
	}
	binary.BigEndian.PutUint32(logo[check:], crc32.ChecksumIEEE(logo[head:check]))
	err := app.CheckLogo(logo)
	if !app.IsCode(err, app.Invalid) || !strings.Contains(err.Error(), "50000 × 50000") {
		t.Errorf("got %v", err)
	}
	if err := app.CheckLogo(b.Bytes()[:8]); !app.IsCode(err, app.Invalid) {
		t.Errorf("a piece of one: %v", err)
	}
}

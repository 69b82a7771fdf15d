package app_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

// boxes is a paper that cannot show what is above the basic Latin letters.
type boxes struct{ app.Paper }

func (boxes) Unshown(d app.Document) []app.Unshown {
	all := []app.Unshown{}
	look := func(text string, place translations.Phrase) {
		high := strings.Map(func(r rune) rune {
			if r < 0x3000 {
				return -1
			}
			return r
		}, text)
		if high != "" {
			all = append(all, app.Unshown{Characters: high, Place: place})
		}
	}
	look(d.Client.Name, translations.Say("pdf.unshown.client-name"))
	for i, l := range d.Invoice.Lines {
		look(l.Description, translations.Say("pdf.unshown.line", "Line", i+1))
	}
	look(d.Firm.Payment, translations.Say("pdf.unshown.payment"))
	return all
}

// TestAnExportTellsWhosePDFIsLeftOut asks before an export to an organisation that is to have the PDFs, and to one that is
// not.
func TestAnExportTellsWhosePDFIsLeftOut(t *testing.T) {
	o := openPrepared(t)
	const other = ledger.TenantID("other tenant")
	err := o.db.Update(t.Context(), func(tx app.Tx) error {
		for _, c := range []billing.Client{{ID: "neko", Code: "NEKO", Name: "猫カフェ Ltd"}, {ID: "inu", Code: "INU", Name: "犬 Ltd"}, {ID: "plain", Code: "PLAIN", Name: "Plain Ltd"}} {
			if _, err := tx.SaveClient(c); err != nil {
				return err
			}
			v := invoiceOf(billing.InvoiceID(c.ID))
			v.Client, v.Stage = c.ID, billing.Stage{Status: billing.Finalized}
			if c.ID == "neko" {
				v.Lines = append(v.Lines, v.Lines[0])
				v.Lines[1].Description = "会計"
			}
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		if err := tx.SaveOrganisation(app.Organisation{Tenant: ledger.Tenant{ID: other, Name: "Other"}, State: app.Connected}); err != nil {
			return err
		}
		return tx.SaveDestination("inu", other)
	})
	if err != nil {
		t.Fatal(err)
	}
	left := func() map[billing.InvoiceID]string {
		t.Helper()
		all, err := o.LeftOut(t.Context(), o.me, []billing.InvoiceID{"neko", "plain", "inu", "neko"})
		if err != nil {
			t.Fatal(err)
		}
		texts := map[billing.InvoiceID]string{}
		for id, unshown := range all {
			texts[id] = app.TellUnshown(unshown).String()
		}
		return texts
	}
	attach := func(to ledger.TenantID, attach bool) {
		t.Helper()
		if err := o.db.Update(t.Context(), func(tx app.Tx) error { return tx.SaveMapping(to, ledger.Mapping{AttachPaper: attach}) }); err != nil {
			t.Fatal(err)
		}
	}
	neko := "“猫カフェ” in the client's name, “会計” in the description of line 2"
	if diff := cmp.Diff(map[billing.InvoiceID]string{"neko": neko}, left()); diff != "" {
		t.Errorf("of one organisation: %s", diff)
	}
	attach(other, true)
	if diff := cmp.Diff(map[billing.InvoiceID]string{"neko": neko, "inu": "“犬” in the client's name"}, left()); diff != "" {
		t.Errorf("of both: %s", diff)
	}
	attach(tenant, false)
	if diff := cmp.Diff(map[billing.InvoiceID]string{"inu": "“犬” in the client's name"}, left()); diff != "" {
		t.Errorf("of the other: %s", diff)
	}
	if _, unshown, err := o.Document(t.Context(), o.me, "neko"); err != nil || app.TellUnshown(unshown).String() != neko {
		t.Errorf("its document lacks %v, %v", unshown, err)
	}
}

func TestUnshownIsToldAsAPersonReadsIt(t *testing.T) {
	name, line := translations.Say("pdf.unshown.client-name"), translations.Say("pdf.unshown.line", "Line", 7)
	for name, c := range map[string]struct {
		unshown []app.Unshown
		want    string
	}{
		"one":             {[]app.Unshown{{"猫", name}}, "“猫” in the client's name"},
		"two places":      {[]app.Unshown{{"猫", name}, {"🙂", line}}, "“猫” in the client's name, “🙂” in the description of line 7"},
		"four places":     {[]app.Unshown{{"a", name}, {"b", name}, {"c", name}, {"d", name}}, "“a” in the client's name, “b” in the client's name, “c” in the client's name, and more in 1 other place"},
		"six places":      {[]app.Unshown{{"a", name}, {"b", name}, {"c", name}, {"d", name}, {"e", name}, {"f", name}}, "“a” in the client's name, “b” in the client's name, “c” in the client's name, and more in 3 other places"},
		"twelve":          {[]app.Unshown{{"いろはにほへとちりぬるを", name}}, "“いろはにほへとちりぬるを” in the client's name"},
		"more":            {[]app.Unshown{{"いろはにほへとちりぬるをわ", name}}, "“いろはにほへとちりぬるを…” in the client's name"},
		"what is unseen":  {[]app.Unshown{{"\x01", name}}, `“\x01” in the client's name`},
		"of no character": {[]app.Unshown{{"\ue000", name}}, `“\ue000” in the client's name`},
	} {
		if got := app.TellUnshown(c.unshown).String(); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

package app_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

const today billing.Date = 20261103

// wrote saves a draft for a client, with lines of description, quantity and unit amount.
func wrote(t *testing.T, a *app.App, me staff.Member, client string, lines ...billing.FormLine) app.Writing {
	t.Helper()
	c, err := a.SaveClient(t.Context(), me, billing.Client{Name: client})
	if err != nil {
		t.Fatal(err)
	}
	w := a.Begin(today, app.ClientTerms{Client: c, Due: billing.Term{Rule: billing.AfterDate, Days: 14}})
	w.Form.Currency, w.Form.Lines = "NZD", lines
	if w, err = a.SaveWriting(t.Context(), me, w); err != nil {
		t.Fatal(err)
	}
	return w
}

func accounts(amount string) billing.FormLine {
	return billing.FormLine{Description: "Annual accounts", Quantity: "1", UnitAmount: amount, Tax: "15% GST on Income"}
}

func TestADraftIsWrittenSavedAndOpenedAgain(t *testing.T) {
	a, _, me := apptest.Firm(t)
	w := wrote(t, a, me, "Kauri Joinery Ltd", accounts("1700"), billing.FormLine{Description: "Thank you"}, billing.FormLine{})
	if w.Version != 1 || w.Stage != (billing.Stage{}) || w.Number != "" || len(w.Form.Lines) != 2 {
		t.Fatalf("saved is %+v", w)
	}
	opened, err := a.OpenWriting(t.Context(), me, w.Invoice)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w, opened); diff != "" {
		t.Errorf("opened (-saved +opened):\n%s", diff)
	}
	opened.Form.Note = "Ask Olivia"
	opened.Form.Lines[0].UnitAmount = "1800"
	if opened, err = a.SaveWriting(t.Context(), me, opened); err != nil || opened.Version != 2 {
		t.Fatalf("saved again is %+v, %v", opened, err)
	}
	v, err := a.Invoice(t.Context(), me, w.Invoice)
	if err != nil || v.Totals.Total.String() != "2070.00" || v.Invoice.Note != "Ask Olivia" || v.Invoice.Due != 20261117 {
		t.Errorf("the invoice is %+v, %v", v.Invoice, err)
	}
	var told []string
	for _, e := range v.History {
		told = append(told, string(e.Action)+": "+e.To)
	}
	want := []string{"write: a draft", "edit: note: (nothing), now Ask Olivia\nline 1 unit amount: 1700.00, now 1800.00"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestWhatCannotBeReadIsToldByCellAndNothingIsSaved(t *testing.T) {
	a, _, me := apptest.Firm(t)
	w := wrote(t, a, me, "Kauri", accounts("1"))
	w.Form.Lines = []billing.FormLine{
		{Description: "a", Quantity: "one", UnitAmount: "1,5", Discount: "120%", Tax: "GST + PST"},
		{Description: "b", Quantity: "1", UnitAmount: "99999999999999", Tax: "Vat"},
	}
	_, err := a.SaveWriting(t.Context(), me, w)
	problems, ok := errors.AsType[billing.Problems](err)
	if !ok {
		t.Fatalf("saved: %v", err)
	}
	got := map[string]bool{}
	for _, p := range problems {
		got[string(p.Field)+"@"+string(rune('0'+p.Line))] = true
	}
	want := map[string]bool{"quantity@0": true, "unit amount@0": true, "discount@0": true, "tax@0": true, "unit amount@1": true, "tax@1": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if text := err.Error(); !strings.HasPrefix(text, "Line 1: ") {
		t.Errorf("the first is %q", text)
	}
	if now, err := a.OpenWriting(t.Context(), me, w.Invoice); err != nil || now.Version != 1 || len(now.Form.Lines) != 1 {
		t.Errorf("stored is %+v, %v", now, err)
	}
}

func TestALaterSaveIsToldWhatChanged(t *testing.T) {
	a, _, me := apptest.Firm(t)
	mine := wrote(t, a, me, "Kauri", accounts("100"))
	theirs := mine
	theirs.Form.Lines = []billing.FormLine{mine.Form.Lines[0], {Description: "Extra", Quantity: "1", UnitAmount: "5"}}
	theirs.Form.Reference = "PO 1"
	if _, err := a.SaveWriting(t.Context(), me, theirs); err != nil {
		t.Fatal(err)
	}
	mine.Form.Reference = "PO 2"
	_, err := a.SaveWriting(t.Context(), me, mine)
	overtaken, ok := errors.AsType[*app.Overtaken](err)
	if !ok {
		t.Fatalf("got %v", err)
	}
	var told []string
	for _, d := range overtaken.Changes {
		told = append(told, d.String())
	}
	want := []string{"reference: (nothing), now PO 1", "line 2 description: (nothing), now Extra", "line 2 quantity: (nothing), now 1", "line 2 unit amount: (nothing), now 5.00"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if v, _ := a.Invoice(t.Context(), me, mine.Invoice); v.Invoice.Reference != "PO 1" {
		t.Errorf("it was overwritten with %q", v.Invoice.Reference)
	}
	mine.Version, mine.Base = overtaken.Now.Version, overtaken.Now.Base
	if _, err := a.SaveWriting(t.Context(), me, mine); err != nil {
		t.Errorf("saving over it knowingly: %v", err)
	}
	if v, _ := a.Invoice(t.Context(), me, mine.Invoice); v.Invoice.Reference != "PO 2" || len(v.Invoice.Lines) != 1 {
		t.Errorf("stored is %+v", v.Invoice)
	}
	if _, err := a.Finalize(t.Context(), me, []billing.InvoiceID{mine.Invoice}); err != nil {
		t.Fatal(err)
	}
	_, err = a.SaveWriting(t.Context(), me, mine)
	if overtaken, ok := errors.AsType[*app.Overtaken](err); !ok || overtaken.Now.Stage.Status != billing.Finalized {
		t.Errorf("a finalized invoice: %v", err)
	}
}

func TestWhatIsTypedOutlivesTheProcess(t *testing.T) {
	a, db, me := apptest.Firm(t)
	w := wrote(t, a, me, "Kauri", accounts("100"))
	w.Form.Lines[0].Quantity = "1.." // not to be read, and kept all the same
	fresh := app.Writing{Invoice: "new", Form: billing.Form{Reference: "begun"}}
	for _, u := range []app.Writing{w, fresh} {
		if err := a.KeepUnsaved(t.Context(), me, u); err != nil {
			t.Fatal(err)
		}
	}
	again := app.New(app.Params{Store: db})
	if all, err := again.Unsaved(t.Context(), me); err != nil || len(all) != 2 {
		t.Fatalf("kept are %+v, %v", all, err)
	}
	back, err := again.OpenWriting(t.Context(), me, w.Invoice)
	if err != nil || back.Form.Lines[0].Quantity != "1.." || back.Since.IsZero() || back.Base.Lines[0].Quantity != "1" {
		t.Errorf("back is %+v, %v", back, err)
	}
	if back, err := again.OpenWriting(t.Context(), me, "new"); err != nil || back.Form.Reference != "begun" || back.Version != 0 {
		t.Errorf("the new one is %+v, %v", back, err)
	}
	back.Form.Lines[0].Quantity = "2"
	if _, err := again.SaveWriting(t.Context(), me, back); err != nil {
		t.Fatal(err)
	}
	if err := again.ForgetUnsaved(t.Context(), me, "new"); err != nil {
		t.Fatal(err)
	}
	if all, err := again.Unsaved(t.Context(), me); err != nil || len(all) != 0 {
		t.Errorf("still kept are %+v, %v", all, err)
	}
	if _, err := again.OpenWriting(t.Context(), me, "new"); !app.IsCode(err, app.NotFound) {
		t.Errorf("what was forgotten: %v", err)
	}
}

func TestFinalizeGivesNumbersThatNobodyHas(t *testing.T) {
	a, db, me := apptest.Firm(t)
	settings, err := a.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	settings.Firm.Numbering = billing.Numbering{Prefix: "T-", Digits: 5, Next: 98}
	if _, err := a.SaveFirm(t.Context(), me, settings.Firm); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.Burn("t-00099") }); err != nil {
		t.Fatal(err)
	}
	good, bad, next := wrote(t, a, me, "A", accounts("1")), wrote(t, a, me, "B"), wrote(t, a, me, "C", accounts("1"))
	taken := wrote(t, a, me, "D", accounts("1"))
	v, err := a.Invoice(t.Context(), me, taken.Invoice)
	if err != nil {
		t.Fatal(err)
	}
	v.Invoice.Number = "T-00100"
	if err := db.Update(t.Context(), func(tx app.Tx) error { return second(tx.SaveInvoice(v.Invoice)) }); err != nil {
		t.Fatal(err)
	}
	results, err := a.Finalize(t.Context(), me, []billing.InvoiceID{good.Invoice, bad.Invoice, next.Invoice, taken.Invoice})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, r := range results {
		text := string(r.Number)
		if r.Err != nil {
			text += r.Err.Error()
		}
		told = append(told, text)
	}
	want := []string{"T-00098", "This draft has no lines. Add one.", "T-00101", "T-00100"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if s, _ := a.Settings(t.Context()); s.Firm.Numbering.Next != 102 {
		t.Errorf("the next number is %d", s.Firm.Numbering.Next)
	}
	if _, _, err := a.Redraft(t.Context(), me, []billing.InvoiceID{good.Invoice}); err != nil {
		t.Fatal(err)
	}
	if again, err := a.Finalize(t.Context(), me, []billing.InvoiceID{good.Invoice}); err != nil || again[0].Number != "T-00098" {
		t.Errorf("finalized again it is %+v, %v", again, err)
	}
}

func TestANegativeTotalIsRefusedWithTheWayOut(t *testing.T) {
	a, _, me := apptest.Firm(t)
	w := wrote(t, a, me, "Kauri", accounts("100"), billing.FormLine{Description: "Write-down", Quantity: "1", UnitAmount: "-150"})
	results, err := a.Finalize(t.Context(), me, []billing.InvoiceID{w.Invoice})
	if err != nil || results[0].Err == nil || !strings.Contains(results[0].Err.Error(), "create one in Xero") {
		t.Errorf("got %+v, %v", results, err)
	}
}

func TestSeveralTaxesInOneNeedAMappedRate(t *testing.T) {
	a, _, me := apptest.Firm(t)
	both := billing.Tax{Code: "BC", Name: "GST + PST", Rate: 12_0000, Parts: []billing.TaxPart{{Name: "GST", Rate: 5_0000}, {Name: "PST", Rate: 7_0000}}}
	if err := setTaxes(t, a, me, adding(both)); err != nil {
		t.Fatal(err)
	}
	w := wrote(t, a, me, "Kauri", billing.FormLine{Description: "Work", Quantity: "1", UnitAmount: "99.99", Tax: "gst + pst"})
	d, _, err := a.Document(t.Context(), me, w.Invoice)
	if err != nil {
		t.Fatal(err)
	}
	var taxes []string
	for _, tax := range d.Taxes {
		taxes = append(taxes, tax.Name+" "+tax.Amount.String())
	}
	if diff := cmp.Diff([]string{"GST 5.00", "PST 7.00"}, taxes); diff != "" || d.Totals.Tax.String() != "12.00" {
		t.Errorf("taxes (-want +got):\n%s", diff)
	}
	results, err := a.Finalize(t.Context(), me, []billing.InvoiceID{w.Invoice})
	if err != nil || results[0].Err == nil || !strings.Contains(results[0].Err.Error(), "map “GST + PST” to it") {
		t.Errorf("got %+v, %v", results, err)
	}
}

// TestOnlyARateOfSeveralComponentsTakesSeveralTaxes maps a tax of two parts to rates of an organisation. A
// rate of one component has the total and tells Xero nothing of the parts.
func TestOnlyARateOfSeveralComponentsTakesSeveralTaxes(t *testing.T) {
	gst, pst := billing.TaxPart{Name: "GST", Rate: 5_0000}, billing.TaxPart{Name: "PST", Rate: 7_0000}
	both := billing.Tax{Code: "BC", Name: "GST + PST", Rate: 12_0000, Parts: []billing.TaxPart{gst, pst}}
	for _, c := range []struct {
		what       string
		components []billing.TaxPart
		known      bool // the organisation has the rate
		finalized  bool
	}{
		{"no rate", nil, false, false},
		{"a rate whose components are not known", nil, true, false},
		{"a rate of one component", []billing.TaxPart{{Name: "Both", Rate: 12_0000}}, true, false},
		{"a rate of two components", both.Parts, true, true},
	} {
		o := openPrepared(t)
		err := o.db.Update(t.Context(), func(tx app.Tx) error {
			v := invoiceOf("draft")
			v.Version, v.Lines[0].Tax = 1, both
			chart := ledger.Chart{Tenant: ledger.Tenant{ID: tenant, Name: "Tui"}}
			if c.known {
				chart.TaxRates = []ledger.TaxRate{{Type: "TAX001", Name: "BC", Rate: 12_0000, Components: c.components, Active: true}}
			}
			return errors.Join(second(tx.SaveInvoice(v)), tx.SaveChart(chart), tx.SaveMapping(tenant, ledger.Mapping{Taxes: map[string]string{"BC": "TAX001"}}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := firstOf(o.Finalize(t.Context(), o.me, one("draft"))); (err == nil) != c.finalized || err != nil && !app.IsCode(err, app.Invalid) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestDuplicateAndDelete(t *testing.T) {
	a, _, me := apptest.Firm(t)
	w := wrote(t, a, me, "Kauri", accounts("100"))
	if _, err := a.Finalize(t.Context(), me, []billing.InvoiceID{w.Invoice}); err != nil {
		t.Fatal(err)
	}
	id, err := a.Duplicate(t.Context(), me, w.Invoice, 20270101)
	if err != nil {
		t.Fatal(err)
	}
	made, err := a.Invoice(t.Context(), me, id)
	if err != nil || made.Invoice.Number != "" || made.Invoice.Stage != (billing.Stage{}) || made.Invoice.Date != 20270101 || made.Totals.Total.String() != "115.00" {
		t.Errorf("the duplicate is %+v, %v", made.Invoice, err)
	}
	results, err := a.Delete(t.Context(), me, []billing.InvoiceID{id, w.Invoice})
	if err != nil || results[0].Err != nil || results[1].Err != nil {
		t.Errorf("deleting: %+v, %v", results, err)
	}
	if results, err := a.Delete(t.Context(), me, []billing.InvoiceID{id}); err != nil || !app.IsCode(results[0].Err, app.Conflict) {
		t.Errorf("deleting again: %+v, %v", results, err)
	}
	for row, err := range a.Rows(t.Context(), me, app.Query{}) {
		t.Errorf("still listed is %+v, %v", row, err)
	}
}

func TestMaterialsAreForWhomThePersonMayBill(t *testing.T) {
	a, _, me := apptest.Firm(t)
	firm, err := a.Firm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	firm.Term = billing.Term{Rule: billing.OfNextMonth, Days: 20}
	if _, err := a.SaveFirm(t.Context(), me, firm); err != nil {
		t.Fatal(err)
	}
	of := map[string]billing.Client{}
	for _, c := range []billing.Client{{Name: "Plain"}, {Name: "Own", Currency: "AUD", Term: billing.Term{Rule: billing.AfterDate, Days: 7}}, {Name: "Gone", Archived: true}} {
		saved, err := a.SaveClient(t.Context(), me, c)
		if err != nil {
			t.Fatal(err)
		}
		of[c.Name] = saved
	}
	owner := staff.Member{ID: "o", Name: "Ona", Time: map[staff.TimePermission]bool{staff.ProcessTime: true}, Roles: map[billing.ClientID]staff.Role{of["Own"].ID: staff.Owner}}
	for who, want := range map[*staff.Member][]string{&me: {"Own AUD 7 days after the invoice date", "Plain NZD Day 20 of the following month"}, &owner: {"Own AUD 7 days after the invoice date"}} {
		m, err := a.Materials(t.Context(), *who)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range m.Clients {
			got = append(got, c.Name+" "+string(c.Currency)+" "+c.Due.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", who.Name, diff)
		}
	}
}

// TestAnInvoiceIsDueByTheNearestTerm begins, duplicates and finalizes invoices of a client: its own term goes
// before its organisation's, and that before the firm's.
func TestAnInvoiceIsDueByTheNearestTerm(t *testing.T) {
	days := func(n int) billing.Term { return billing.Term{Rule: billing.AfterDate, Days: n} }
	for _, c := range []struct {
		what                       string
		client, organisation, firm billing.Term
		want                       billing.Date
	}{
		{"all have one", days(1), days(2), days(3), 20261104},
		{"the client has none", billing.Term{}, days(2), days(3), 20261105},
		{"the firm alone has one", billing.Term{}, billing.Term{}, days(3), 20261106},
		{"the organisation alone has one", billing.Term{}, days(2), billing.Term{}, 20261105},
	} {
		o := openPrepared(t)
		err := o.db.Update(t.Context(), func(tx app.Tx) error {
			firm, err := tx.Firm()
			if err != nil {
				return err
			}
			firm.Term = c.firm
			v := invoiceOf("draft")
			v.Version, v.Due = 1, 0
			client := billing.Client{ID: kauri, Version: 1, Code: "KAURI", Name: "Kauri Joinery", Term: c.client}
			return errors.Join(tx.SaveFirm(firm), second(tx.SaveClient(client)), second(tx.SaveInvoice(v)), tx.SaveMapping(tenant, ledger.Mapping{Term: c.organisation}))
		})
		if err != nil {
			t.Fatal(err)
		}
		m, err := o.Materials(t.Context(), o.me)
		if err != nil {
			t.Fatal(err)
		}
		of := slices.IndexFunc(m.Clients, func(c app.ClientTerms) bool { return c.ID == kauri })
		if begun := o.Begin(today, m.Clients[of]); begun.Form.Due != c.want {
			t.Errorf("%s: begun, it is due on %v", c.what, begun.Form.Due)
		}
		copied, err := o.Duplicate(t.Context(), o.me, "draft", today)
		if err := errors.Join(err, firstOf(o.Finalize(t.Context(), o.me, one("draft")))); err != nil {
			t.Fatal(err)
		}
		for how, id := range map[string]billing.InvoiceID{"duplicated": copied, "finalized": "draft"} {
			if v, err := o.Invoice(t.Context(), o.me, id); err != nil || v.Invoice.Due != c.want {
				t.Errorf("%s: %s, it is due on %v, %v", c.what, how, v.Invoice.Due, err)
			}
		}
	}
}

func TestADraftStaysWithClientsWhomThePersonMayBill(t *testing.T) {
	a, _, me := apptest.Firm(t)
	theirs := wrote(t, a, me, "Theirs", accounts("100"))
	other, err := a.SaveClient(t.Context(), me, billing.Client{Name: "Other"})
	if err != nil {
		t.Fatal(err)
	}
	owner := staff.Member{ID: "o", Name: "Ona", Time: map[staff.TimePermission]bool{staff.ProcessTime: true}, Roles: map[billing.ClientID]staff.Role{theirs.Form.Client: staff.Owner}}
	taken := theirs
	taken.Form = theirs.Form.Clone()
	taken.Form.Client = other.ID
	if _, err := a.SaveWriting(t.Context(), owner, taken); !app.IsCode(err, app.Forbidden) {
		t.Errorf("it is given to a client whom they may not bill: %v", err)
	}
	begun := a.Begin(today, app.ClientTerms{Client: other})
	begun.Form.Currency, begun.Form.Lines = "NZD", []billing.FormLine{accounts("100")}
	if _, err := a.SaveWriting(t.Context(), owner, begun); !app.IsCode(err, app.Forbidden) {
		t.Errorf("one is begun for a client whom they may not bill: %v", err)
	}
	v, err := a.Invoice(t.Context(), me, theirs.Invoice)
	if err != nil || v.Invoice.Client != theirs.Form.Client || v.Invoice.Version != theirs.Version {
		t.Errorf("the draft is now %+v, %v", v.Invoice, err)
	}
	if _, err := a.SaveWriting(t.Context(), owner, theirs); err != nil {
		t.Errorf("their own: %v", err)
	}
}

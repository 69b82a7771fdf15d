package screens

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
)

// newDoubtful is newDistinct with INV-32 in doubt: Xero has an invoice of its number under another
// contact, of another date and total, and an older one that differs in its number alone.
func newDoubtful() *fakeApp {
	fake := newDistinct()
	fake.invoices[1].Stage = finalized(billing.MayBeOurs)
	sent := ledger.Sent{Number: "INV-32", Contact: "k2", Date: 20261101, Currency: "NZD", Total: money.New(50000, "NZD")}
	there := []ledger.Standing{
		{
			ID: "x8", Number: "INV-32", Status: ledger.AuthorisedThere, Contact: "k9", ContactName: "Basket Ltd", Date: 20261108, Currency: "NZD",
			Total: money.New(50100, "NZD"), AmountDue: money.New(30200, "NZD"), Updated: fakeNow.Add(-time.Hour),
		},
		{
			ID: "x9", Number: "INV-32A", Status: ledger.DraftThere, Contact: "k2", ContactName: "Basket in Xero", Date: 20261101, Currency: "NZD",
			Total: money.New(50000, "NZD"), AmountDue: money.New(49900, "NZD"), Updated: fakeNow.Add(-2 * time.Hour),
		},
	}
	export := app.Export{
		ID: "e4", Run: "r3", Invoice: "i2", Number: "INV-32", Tenant: "t1", Contact: "k2", Expected: sent.Total, Sent: fakeNow.Add(-3 * time.Hour), Ended: fakeNow.Add(-2 * time.Hour),
		Result: billing.MayBeOurs, Candidates: there, Messages: []ledger.Message{{Text: "An invoice in Xero may be this one.", Cause: ledger.MayBeOurs}},
	}
	fake.exports["i2"] = []*app.Export{&export}
	fake.after.doubts = map[billing.InvoiceID]app.Doubt{"i2": {
		Invoice: fake.invoices[1].Invoice, Export: export, Sent: sent, Contact: "Basket in Xero", There: there,
		Links: map[ledger.InvoiceID]string{"x8": "https://xero.example/x8", "x9": "https://xero.example/x9"},
	}}
	return fake
}

// alone leaves the first of those that may be the invoice.
func (f *fakeApp) alone() *fakeApp {
	d := f.after.doubts["i2"]
	d.There = d.There[:1]
	d.Export.Candidates = d.There
	f.after.doubts["i2"] = d
	return f
}

func TestAnInvoiceThatMayBeInXeroIsToBeSeen(t *testing.T) {
	b := newTrial(t, newDoubtful())
	b.tall()
	b.reads("INV-32 | Basket Case | Nov 01, 26 | Nov 30, 26 | 500.00 | Finalized | ? | May be in Xero", "To check | 1")
	b.w.billing.chips.choose(int(checkChip))
	b.settle()
	b.see("Showing 1 of 4", "INV-32")
	b.doubleClick("INV-32")
	b.panelReads("? | May be in Xero")
	b.see(ledger.MayBeOurs.Meaning().String(), ledger.MayBeOurs.Fix().String(), "Can't export: may be in Xero; compare both first")
	var primary []string
	for _, o := range b.visible() {
		if button, ok := o.(*button); ok && button.Importance == widget.HighImportance && !button.Disabled() {
			primary = append(primary, button.Text)
		}
	}
	if !slices.Equal(primary, []string{"Compare…"}) {
		t.Errorf("the buttons that stand out are %q", primary)
	}
	b.notSee("Open in Xero")
}

func TestTheEditorAndTheRunSayThatItMayBeInXero(t *testing.T) {
	b := newTrial(t, newDoubtful())
	b.tall()
	b.w.editor.open("i2")
	b.settle()
	b.see("This invoice may be in Xero. Choose Compare… in its side panel first.")
	x := b.w.billing.exports
	x.results = []app.Export{*b.fake.exports["i1"][0], *b.fake.exports["i2"][0], *b.fake.exports["i3"][0]}
	var got []string
	for _, o := range x.outcomes() {
		got = append(got, o.sign.Glyph+" "+string(o.number)+" "+o.text)
	}
	if want := []string{"✗ INV-30 Failed: The account 299 is unknown.", "? INV-32 May be in Xero", "✓ INV-31 Exported"}; !slices.Equal(got, want) {
		t.Errorf("the results are %q, want %q", got, want)
	}
}

func TestWhatMayBeTheInvoiceIsShownBesideIt(t *testing.T) {
	b := newTrial(t, newDoubtful())
	b.tall()
	b.doubleClick("INV-32")
	b.tap("doubt.compare")
	b.reads("Which of these is invoice INV-32?", "Here | In Xero | In Xero",
		"Number | INV-32 | INV-32 | ≠ | INV-32A", "Contact | Basket in Xero | ≠ | Basket Ltd | Basket in Xero", "Date | Nov 01, 26 | ≠ | Nov 08, 26 | Nov 01, 26",
		"Currency | NZD | NZD | NZD", "Total | 500.00 | ≠ | 501.00 | 500.00", "Status | – | Awaiting payment | Draft", "Amount due | – | 302.00 | 499.00",
		"Updated | – | "+b.w.moment(fakeNow.Add(-time.Hour))+" | "+b.w.moment(fakeNow.Add(-2*time.Hour)),
		"It's this invoice | It's this invoice", "Open in Xero | Open in Xero", "It's none of these | Cancel")
	b.see("If it's one of these, INV-32 counts as exported, and Feebridge follows that one in Xero.", "If it's none of these, INV-32 needs another number before you can export it.")
	if focused, isButton := b.window.Canvas().Focused().(*button); !isButton || focused.Text != "Cancel" {
		t.Errorf("the focus is on %v", b.window.Canvas().Focused())
	}
	var links []*button
	for _, o := range b.visible() {
		if button, ok := o.(*button); ok && button.Text == "Open in Xero" {
			links = append(links, button)
		}
	}
	for _, link := range links {
		test.Tap(link)
	}
	if want := []string{"https://xero.example/x8", "https://xero.example/x9"}; !slices.Equal(b.opened, want) {
		t.Errorf("opened %q, want %q", b.opened, want)
	}
	b.key(fyne.KeyReturn)
	if b.w.dialogs.top() != nil || b.fake.counted["Claim"]+b.fake.counted["Disown"] > 0 {
		t.Error("Enter does more than leave")
	}
}

func TestAPersonSaysWhetherItIsTheInvoice(t *testing.T) {
	for _, c := range []struct {
		name, press string
		calls       string
		stage       billing.Stage
		says        string
	}{
		{"it is", "doubt.yes", "Claim", finalized(billing.Exported), "Invoice INV-32 is the one in Xero. It counts as exported."},
		{"it is another one", "It's a different invoice", "Disown", finalized(billing.Failed), "Invoice INV-32 isn't the one in Xero. It hasn't been exported."},
	} {
		t.Run(c.name, func(t *testing.T) {
			fake := newDoubtful().alone()
			b := newTrial(t, fake)
			b.tall()
			b.doubleClick("INV-32")
			b.tap("doubt.compare")
			b.see("Is this invoice INV-32?", "If it's this invoice, INV-32 counts as exported, and Feebridge follows it in Xero.",
				"If it's a different invoice, INV-32 needs another number before you can export it.")
			b.tap(c.press)
			if got := fake.invoices[1].Stage; got != c.stage || fake.counted["Claim"]+fake.counted["Disown"] != 1 || fake.counted[c.calls] != 1 {
				t.Errorf("it is %v after %v", got, fake.calls)
			}
			if c.calls == "Claim" && !slices.Equal(fake.after.claimed, []ledger.InvoiceID{"x8"}) {
				t.Errorf("claimed was %v", fake.after.claimed)
			}
			b.see(c.says)
			b.notSee("Is this invoice")
			b.reads("To check | 0")
		})
	}
}

func TestTheSecondOfSeveralIsTheInvoice(t *testing.T) {
	b := newTrial(t, newDoubtful())
	b.tall()
	b.doubleClick("INV-32")
	b.tap("doubt.compare")
	var all []*button
	for _, o := range b.visible() {
		if button, ok := o.(*button); ok && button.Text == "It's this invoice" {
			all = append(all, button)
		}
	}
	test.Tap(all[1])
	b.settle()
	if !slices.Equal(b.fake.after.claimed, []ledger.InvoiceID{"x9"}) {
		t.Errorf("claimed was %v", b.fake.after.claimed)
	}
}

func TestWhereNoneHasTheNumberItIsExportedAgain(t *testing.T) {
	fake := newDoubtful().alone()
	d := fake.after.doubts["i2"]
	d.There[0].Number = "INV-99"
	b := newTrial(t, fake)
	b.tall()
	b.doubleClick("INV-32")
	b.tap("doubt.compare")
	b.see("If it's a different invoice, you can export INV-32 again.")
	b.notSee("another number")
}

func TestADecisionThatIsRefusedShowsBothAgain(t *testing.T) {
	fake := newDoubtful().alone()
	b := newTrial(t, fake)
	b.tall()
	b.doubleClick("INV-32")
	b.tap("doubt.compare")
	fake.refuse["Claim"] = app.Errorf(app.Conflict, "refused.candidate-changed", "There", "INV-32")
	fake.mu.Lock()
	changed := fake.after.doubts["i2"]
	changed.There = []ledger.Standing{changed.There[0]}
	changed.There[0].Status, changed.There[0].AmountDue = ledger.PaidThere, money.New(0, "NZD")
	fake.after.doubts["i2"] = changed
	fake.mu.Unlock()
	b.tap("doubt.yes")
	b.see("INV-32 was changed in Xero since you saw it. Compare both again, then decide.")
	b.reads("Status | – | Paid", "Amount due | – | 0.00")
	if b.button("doubt.yes").Disabled() || len(b.w.dialogs.open) != 1 {
		t.Error("it cannot be decided again")
	}
	// Another member has decided meanwhile.
	fake.refuse["Disown"] = app.Errorf(app.Conflict, "problem.as-told", "Problem", "There's nothing to decide.")
	fake.mu.Lock()
	fake.after.doubts = nil
	fake.mu.Unlock()
	b.tap("It's a different invoice")
	b.see("Couldn't compare with Xero", "There's nothing to decide.")
	b.key(fyne.KeyEscape)
	if b.w.dialogs.top() != nil {
		t.Error("what is no doubt any more is still asked")
	}
	b.tap("doubt.compare")
	b.see("Couldn't compare with Xero")
}

func TestADialogThatWasLeftIsNotOpenedAgain(t *testing.T) {
	fake := newDoubtful().alone()
	b := newTrial(t, fake)
	b.doubleClick("INV-32")
	b.tap("doubt.compare")
	fake.refuse["Claim"] = &app.Trouble{Reason: app.Offline}
	gate := fake.hold(t, "Claim", 1)
	test.Tap(b.button("doubt.yes"))
	gate.await()
	b.drain()
	b.see("Checking Xero")
	if !b.button("doubt.yes").Disabled() {
		t.Error("it can be decided twice")
	}
	b.w.dialogs.typed(&fyne.KeyEvent{Name: fyne.KeyEscape})
	gate.open()
	b.settle()
	b.see("Couldn't compare with Xero", "Couldn't reach Xero")
	b.notSee("It's this invoice")
}

func TestWhoMayNotExportDoesNotDecide(t *testing.T) {
	viewer := staff.Founder("s2", "Vera Blum")
	viewer.Time = nil
	b := newTrialAs(t, newDoubtful(), viewer)
	b.tall()
	b.doubleClick("INV-32")
	if !b.button("doubt.compare").Disabled() {
		t.Error("it can be compared")
	}
	if want := "Compare: needs a role for the client and the Export to accounting software permission"; !strings.Contains(strings.Join(b.lines(), " "), want) {
		b.see(want)
	}
}

func TestAStatusInXeroIsTheWordOfXero(t *testing.T) {
	learnWords()
	for status, want := range map[ledger.InvoiceStatus]string{
		ledger.DraftThere: "Draft", ledger.SubmittedThere: "Awaiting approval", ledger.AuthorisedThere: "Awaiting payment", ledger.PaidThere: "Paid",
		ledger.VoidedThere: "Voided", ledger.DeletedThere: "Deleted", "NEW": "NEW",
	} {
		if got := thereWord(status); got != want {
			t.Errorf("%s is told as %q", status, got)
		}
	}
}

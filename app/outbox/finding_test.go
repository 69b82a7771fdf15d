package outbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/shopspring/decimal"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/xero/sim"
)

// put stores invoices of the copy as they are there.
func put(w *apptest.World, change func(i int, v *billing.Invoice), ids ...billing.InvoiceID) {
	w.T.Helper()
	p := w.Start(nil)
	defer p.Stop()
	err := p.DB.Update(w.T.Context(), func(tx app.Tx) error {
		for i, id := range ids {
			v, err := tx.Invoice(id)
			if err != nil {
				return err
			}
			change(i, &v)
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

func TestWhatACopyMakesOfWhatIsInXero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(6, 1)
		// In the copy these are: a draft with another total, held, with another number, with
		// another total, failed, and as it was sent.
		was := []billing.Stage{
			{}, {Status: billing.Finalized, Export: billing.Held}, {Status: billing.Finalized}, {Status: billing.Finalized},
			{Status: billing.Finalized, Export: billing.Failed}, {Status: billing.Finalized},
		}
		put(w, func(i int, v *billing.Invoice) {
			v.Stage = was[i]
			switch i {
			case 0, 3:
				v.Lines[0].UnitAmount = 90_0000
			case 2:
				v.Number = "A-1"
			}
		}, ids...)
		copied := backUp(w)
		put(w, func(i int, v *billing.Invoice) { *v = changedTo(*v, apptest.Finalized(v.ID, i, 1)) }, ids...)
		today := w.Start(nil)
		today.Export(ids...)
		today.Stop()
		time.Sleep(time.Minute)
		again, err := w.Sim.CreateInvoice(string(w.Tenant), sim.Invoice{
			Type: "ACCREC", ContactID: w.Sim.Contacts(string(w.Tenant))[0].ContactID, Number: "INV-0041", Date: billing.Date(20261103).Time(), DueDate: billing.Date(20261203).Time(),
			URL: w.Sim.Invoices(string(w.Tenant))[5].URL, Lines: []sim.Line{{Description: "By hand", Quantity: decimal.NewFromInt(1), UnitAmount: decimal.NewFromInt(5)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		p := w.Start(nil)
		defer p.Stop()
		found := unlock(p).Compared[0]
		if found.Adopted != len(ids) || len(found.Strays) != 1 || string(found.Strays[0].ID) != again || found.Strays[0].Why != app.Doubtful {
			t.Errorf("it found %+v", found)
		}
		views := w.Views(ids)
		want := []billing.ExportState{billing.Changed, billing.Exported, billing.Changed, billing.Changed, billing.Exported, billing.Exported}
		for i, v := range views {
			if got := v.Invoice.Stage; got != (billing.Stage{Status: billing.Finalized, Export: want[i]}) {
				t.Errorf("%d is %s, %s: %+v", i, got.Status, got.Export, v.Exports)
			}
		}
		_, results, err := p.App.Export(t.Context(), w.Me, ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err == nil {
				t.Errorf("%s may be sent once more", r.Number)
			}
		}
		firm, err := p.App.Firm(t.Context())
		if err != nil || firm.Numbering.Next != 42 {
			t.Errorf("the next number is %d (%v)", firm.Numbering.Next, err)
		}
	})
}

// TestADraftTakesNoNumberThatAnotherHas restores a copy in which the draft has no number yet under which it went to
// Xero since, and another invoice was given that number meanwhile.
func TestADraftTakesNoNumberThatAnotherHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		number := apptest.Finalized(ids[0], 0, 1).Number
		put(w, func(_ int, v *billing.Invoice) { v.Stage, v.Number = billing.Stage{}, "" }, ids...)
		copied := backUp(w)
		put(w, func(i int, v *billing.Invoice) { *v = changedTo(*v, apptest.Finalized(v.ID, i, 1)) }, ids[0])
		today := w.Start(nil)
		today.Export(ids[0])
		today.Stop()
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		put(w, func(_ int, v *billing.Invoice) { v.Number = number }, ids[1])
		time.Sleep(time.Hour)
		p := w.Start(nil)
		defer p.Stop()
		if found := unlock(p).Compared[0]; found.Adopted != 1 || len(found.Strays) != 0 {
			t.Errorf("it found %+v", found)
		}
		views := w.Views(ids)
		if v := views[0].Invoice; v.Number != "" || v.Stage != (billing.Stage{Status: billing.Finalized, Export: billing.Warned}) {
			t.Errorf("the draft is %q, %v", v.Number, v.Stage)
		}
		if v := views[1].Invoice; v.Number != number || v.Stage != (billing.Stage{}) {
			t.Errorf("the other is %q, %v", v.Number, v.Stage)
		}
	})
}

// TestADraftThatWasVoidedSinceLeavesItsNumberUsed restores a copy in which two invoices are drafts, which went to Xero since:
// one was voided there, and one deleted, whose number Xero gives out again.
func TestADraftThatWasVoidedSinceLeavesItsNumberUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(2, 1)
		put(w, func(_ int, v *billing.Invoice) { v.Stage, v.Number = billing.Stage{}, "" }, ids...)
		copied := backUp(w)
		put(w, func(i int, v *billing.Invoice) { *v = changedTo(*v, apptest.Finalized(v.ID, i, 1)) }, ids...)
		exportOnce(w, ids...)
		voided, deleted := clerkFor(w, ids[0]), clerkFor(w, ids[1])
		voided.does("approve")
		voided.does("void")
		deleted.does("delete")
		if err := restorers["by the command"](w, copied); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		p := w.Start(nil)
		defer p.Stop()
		if found := unlock(p).Compared[0]; found.Adopted != 0 || len(found.Strays) != 0 {
			t.Errorf("it found %+v", found)
		}
		err := p.DB.View(t.Context(), func(r app.Reader) error {
			for number, want := range map[billing.Number]bool{"INV-0001": true, "INV-0002": false} {
				if burnt, err := r.Burnt(number); err != nil || burnt != want {
					t.Errorf("%s is burnt: %v, %v", number, burnt, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range w.Views(ids) {
			if v.Invoice.Stage != (billing.Stage{}) || v.Invoice.Number != "" {
				t.Errorf("it is %q, %v", v.Invoice.Number, v.Invoice.Stage)
			}
		}
	})
}

// changedTo returns the invoice as it is to be, where was may be saved over.
func changedTo(was, to billing.Invoice) billing.Invoice {
	to.Version = was.Version
	return to
}

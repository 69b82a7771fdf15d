package screens

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// newHistory is a window after an export of eight invoices, of which one failed and one was told a warning, and a
// later one of two, which went well.
func newHistory(t *testing.T) *trial {
	fake := newFake().fill(24)
	fake.took = 90 * time.Second
	fake.staff = []staff.Member{staff.Founder("s1", "Olivia Hart")}
	fake.fate["0001078"] = ledger.Message{Text: "Abby & Wells is archived. NZD 264.50 is due.", Cause: ledger.ContactArchived}
	fake.fate["0001077"] = ledger.Message{Text: "The e-mail address was left out.", Cause: ledger.EmailInvalid, Warning: true}
	b := newTrial(t, fake)
	selectAllAndAsk(b)
	b.control(fyne.KeyReturn)
	fake.settle(100)
	b.settle()
	b.key(fyne.KeyEscape)
	return b
}

// openHistory opens the page from the menu.
func (b *trial) openHistory() {
	b.Helper()
	b.w.frame.showMenu()
	b.pick("Export history")
	b.settle()
}

func TestTheHistoryListsRunsAndWhatIsInThem(t *testing.T) {
	b := newHistory(t)
	b.openHistory()
	b.see("Export history", "1 run", "Olivia Hart", "Export", "Demo Company (NZ)", "Done", "6", "1", "90 s")
	b.key(fyne.KeyDown)
	b.key(fyne.KeyReturn)
	b.see("All runs", "Showing 8 of 8 · 90 s", "0001078", "Abby & Wells", "264.50", "Failed", "Abby & Wells is archived.", "Exported with a warning", "1.5 s", "Nov 22, 26 10:00:00", "10:00:01")
	rows := b.w.history.run.rows
	if rows[0].Number != "0001078" || rows[1].Number != "0001077" {
		t.Errorf("the rows begin with %s and %s, want the failed one and then the warning", rows[0].Number, rows[1].Number)
	}
	b.key(fyne.KeyDown)
	b.key(fyne.KeyReturn) // the row as a whole
	b.see("Correlation ID", "corr-"+rows[0].ID[strings.Index(rows[0].ID, "-")+1:], "NZD 264.50", "Sent", "Answered")
	b.tap("Show invoice")
	b.see("Invoice 0001078", "1 selected")
	b.openHistory()
	b.see("All runs") // as it was left
	b.key(fyne.KeyEscape)
	b.notSee("All runs")
	if got := b.w.history.selected(); got != "r1" {
		t.Errorf("on the way back %q is selected", got)
	}
	b.key(fyne.KeyEscape) // nothing is selected any more
	b.key(fyne.KeyEscape)
	b.see("Showing 24 of 24")
}

func TestTheHistoryIsNarrowedAndFollowsRuns(t *testing.T) {
	b := newHistory(t)
	b.openHistory()
	last := func() app.RunQuery {
		b.fake.mu.Lock()
		defer b.fake.mu.Unlock()
		return b.fake.asked[len(b.fake.asked)-1]
	}
	if q := last(); q.Limit != runsAtOnce || b.now().Sub(q.From) < 89*24*time.Hour || q.Failed {
		t.Errorf("at first it asks for %+v", q)
	}
	h := b.w.history
	h.period.choose(ever)
	h.failing.SetChecked(true)
	h.org.choose("t1")
	h.member.choose("s1")
	b.control(fyne.KeyF)
	for _, digit := range []string{"1", "0", "7", "7"} {
		b.typeText(digit)
		b.settle() // or what was asked for before comes last
	}
	if q := last(); !q.From.IsZero() || !q.Failed || q.Tenant != "t1" || q.By != "s1" || q.Number != "1077" {
		t.Errorf("it asks for %+v", q)
	}
	b.see("1 run")
	b.typeText("x")
	b.settle()
	b.see("0 runs", "No run matches. Choose another period or clear the search.")
	b.key(fyne.KeyEscape) // empties the search
	b.settle()
	b.see("1 run")
	h.failing.SetChecked(false)
	again := b.fake.number("0001076")
	again.Stage.Export = billing.NotExported
	if _, _, err := b.fake.Export(t.Context(), b.w.me(), []billing.InvoiceID{again.ID}); err != nil { // by another window
		t.Fatal(err)
	}
	b.settle()
	b.see("2 runs")
}

func TestOlderRunsAreReadWhenTheyAreWanted(t *testing.T) {
	fake := newFake().fill(24)
	fake.queue(t, 0)
	fake.settle(1)
	first := *fake.runs[0]
	fake.runs = nil
	for i := range 2*runsAtOnce + 1 { // newest first
		r := first
		if i > 0 {
			r.ID = app.RunID(strings.Repeat("r", i+2))
			e := *fake.exports[fake.invoices[0].ID][0]
			e.Run = r.ID
			fake.exports[fake.invoices[0].ID] = append(fake.exports[fake.invoices[0].ID], &e)
		}
		fake.runs = append(fake.runs, &r)
	}
	b := newTrial(t, fake)
	b.openHistory()
	b.see("200 runs")
	b.tap("Show older")
	b.see("400 runs")
	b.tap("Show older")
	b.see("401 runs")
	if b.w.history.older.Visible() {
		t.Error("older ones are offered where there are none")
	}
	b.key(fyne.KeyF5) // reads as many as are shown
	b.settle()
	b.see("401 runs")
}

func TestWithoutAnExportTheHistorySaysSo(t *testing.T) {
	b := newTrial(t, newFake().fill(24))
	b.openHistory()
	b.w.history.period.choose(ever)
	b.settle()
	b.see("Nothing has been exported yet.", "0 runs")
	for _, button := range []*button{b.w.history.open, b.w.history.retry, b.w.history.copy, b.w.history.save} {
		if !button.Disabled() {
			t.Errorf("%q can be pressed", button.Text)
		}
	}
}

func TestWhatFailedIsTriedAgainFromTheHistory(t *testing.T) {
	for name, from := range map[string]func(*trial){
		"the list of runs": func(b *trial) { b.tap("Export again") },
		"the run": func(b *trial) {
			b.key(fyne.KeyReturn)
			b.tap("Export again")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHistory(t)
			b.openHistory()
			b.key(fyne.KeyDown)
			b.key(fyne.KeySpace)
			from(b)
			b.see("Export to Demo Company (NZ)", "1 invoice · NZD 264.50") // as from Billing
			if b.fake.counted["Export"] != 1 {
				t.Error("it was exported before that was confirmed")
			}
			delete(b.fake.fate, "0001078")
			b.control(fyne.KeyReturn)
			b.fake.settle(100)
			b.settle()
			if got := b.fake.number("0001078").Stage.Export; got != billing.Exported {
				t.Errorf("it is %v", got)
			}
			b.see("1 invoice exported to Demo Company (NZ)")
			b.w.history.again([]billing.InvoiceID{b.fake.number("0001078").ID}, app.ExportRun)
			b.see("There is nothing left to export again")
		})
	}
}

func TestTheHistoryIsSavedAsItIsShown(t *testing.T) {
	b := newHistory(t)
	var saved [][]app.SheetCell
	asked := ""
	b.w.chooseFile = func(_ context.Context, q FileQuestion) (string, error) {
		asked = q.Save
		return filepath.Join(t.TempDir(), "history.xlsx"), nil
	}
	b.w.writeSheet = func(_ string, cells [][]app.SheetCell) error {
		saved = cells
		return nil
	}
	b.openHistory()
	b.tap("Save list as CSV or XLSX…")
	if asked != "runs.csv" || len(saved) != 2 || saved[1][0].Text != "r1" || saved[1][9].Text != "1" {
		t.Errorf("as %s is saved %v", asked, saved)
	}
	b.see("history.xlsx")
	b.w.history.grid.Focus()
	b.key(fyne.KeyDown)
	b.key(fyne.KeyReturn)
	b.tick("Failed only")
	b.tap("Save list as CSV or XLSX…")
	if asked != "run.csv" || len(saved) != 2 || saved[1][0].Text != "0001078" || saved[1][7].Text != "failed" {
		t.Errorf("as %s is saved %v", asked, saved)
	}
}

// TestSupportIsToldNothingOfClientsUnlessThePersonSaysSo copies a run whose messages quote the client and the amount.
func TestSupportIsToldNothingOfClientsUnlessThePersonSaysSo(t *testing.T) {
	secrets := []string{"Abby", "264.50", "archived.", "Olivia", "Demo Company"}
	for name, open := range map[string]func(*trial){
		"from the list": func(b *trial) { b.tap("Copy for support…") },
		"from the run": func(b *trial) {
			b.key(fyne.KeyReturn)
			b.tap("Copy for support…")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newHistory(t)
			b.openHistory()
			b.key(fyne.KeyDown)
			b.key(fyne.KeySpace)
			open(b)
			b.see("Copy for support", "error: contact_archived", "number: 0001078", "Feebridge 0.1.0")
			b.notSee(secrets...)
			b.tap("action.copy")
			copied := fyne.CurrentApp().Clipboard().Content()
			for _, secret := range secrets {
				if strings.Contains(copied, secret) {
					t.Errorf("it tells %q:\n%s", secret, copied)
				}
			}
			if !strings.Contains(copied, "correlation: corr-") {
				t.Errorf("it does not tell the correlation ID:\n%s", copied)
			}
			open = func(b *trial) { b.tap("Copy for support…") }
			open(b)
			b.tick("Include client data: numbers, client names, amounts and messages")
			b.tap("action.copy")
			copied = fyne.CurrentApp().Clipboard().Content()
			for _, told := range []string{"client: Abby & Wells", "amount: 264.50 NZD", "Abby & Wells is archived. NZD 264.50 is due.", "by: Olivia Hart"} {
				if !strings.Contains(copied, told) {
					t.Errorf("with client data it does not tell %q:\n%s", told, copied)
				}
			}
		})
	}
}

func TestTheSummaryLeadsToWhatFailed(t *testing.T) {
	summary := func(t *testing.T) *trial {
		fake := newFake().fill(24)
		fake.fate["0001078"] = ledger.Message{Text: "Abby & Wells is archived.", Cause: ledger.ContactArchived}
		b := newTrial(t, fake)
		selectAllAndAsk(b)
		b.control(fyne.KeyReturn)
		fake.settle(100)
		b.settle()
		b.see("Export finished: 1 failed, 7 exported")
		return b
	}
	t.Run("show failed", func(t *testing.T) {
		b := summary(t)
		b.w.billing.chips.choose(int(draftChip)) // whatever was listed
		b.tap("Show failed")
		b.see("Showing 1 of 24", "Showing the 1 invoice that failed.", "0001078")
		b.notSee("selected")
		b.w.billing.chips.choose(int(closedChip)) // another list is another list
		b.settle()
		b.notSee("that failed")
	})
	t.Run("again", func(t *testing.T) {
		b := summary(t)
		b.tap("Export again")
		b.see("Export to Demo Company (NZ)", "1 invoice")
	})
	t.Run("support", func(t *testing.T) {
		b := summary(t)
		b.tap("Copy for support…")
		b.see("error: contact_archived")
		b.notSee("Abby", "0001077") // nor what did not fail
		b.key(fyne.KeyEscape)
		b.see("Export finished: 1 failed, 7 exported")
	})
	t.Run("history", func(t *testing.T) {
		b := summary(t)
		b.tap("Open in Export history")
		b.see("All runs", "Showing 8 of 8", "0001078")
	})
	t.Run("drafts", func(t *testing.T) {
		fake := newFake().fill(24)
		fake.after.stay["0001076"] = "It is approved in Xero."
		b := newTrial(t, fake)
		b.click("0001076", 0)
		b.control(fyne.KeyD)
		b.tap("draft.yes.in-xero")
		fake.settleRemovals(1)
		b.settle()
		b.see("Not taken back to draft")
		b.tap("Open in Export history")
		b.see("Draft", "Still in Xero", "It is approved in Xero.")
		b.tap("Draft again")
		b.see("Delete invoice 0001076 from Xero and take it back to draft?")
	})
}

func TestWhoMaySeeNothingSeesNoRun(t *testing.T) {
	fake := newFake().fill(24)
	fake.queue(t, 0)
	fake.settle(1)
	other := fake.clients[5].ID
	b := newTrialAs(t, fake, staff.Member{ID: "s2", Name: "Mere Ngata", Roles: map[billing.ClientID]staff.Role{other: staff.Viewer}})
	b.openHistory()
	b.see("0 runs")
}

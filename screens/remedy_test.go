package screens

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/ledger"
	"feebridge/app/outbox"
	"feebridge/xero/sim"
)

// wholeApp is a firm's desk, as command puts one together.
type wholeApp struct {
	*app.App
	*intake.Intake
	*outbox.Outbox
}

// besideXero is a window over a real firm beside a simulated Xero.
type besideXero struct {
	*trial
	world   *apptest.World
	process *apptest.Process
	seen    app.Seq
	ids     []billing.InvoiceID
}

// newBesideXero opens a window over n finalized invoices, each of a client of its own.
func newBesideXero(t *testing.T, n int, change func(i int, v *billing.Invoice)) *besideXero {
	t.Helper()
	w := apptest.NewWorld(t, sim.Config{})
	p := w.StartPlainly()
	t.Cleanup(p.Stop)
	b := &besideXero{trial: newDesk(t, newFake()), world: w, process: p}
	b.time = time.Now()
	err := p.DB.Update(t.Context(), func(tx app.Tx) error {
		b.ids = nil
		for i := range n {
			c := billing.Client{
				ID: billing.ClientID(fmt.Sprint("client ", i)), Code: fmt.Sprint("C-", i), Name: fmt.Sprint("Client ", i), Email: "email@example.com",
				Address: billing.Address{Lines: [4]string{"address line 1"}, City: "city", PostalCode: "postal code"},
			}
			if _, err := tx.SaveClient(c); err != nil {
				return err
			}
			v := apptest.Finalized(billing.InvoiceID(fmt.Sprint("invoice ", i)), i, n)
			change(i, &v)
			if _, err := tx.SaveInvoice(v); err != nil {
				return err
			}
			b.ids = append(b.ids, v.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.real = &wholeApp{p.App.App, intake.New(p.App.App), p.App.Outbox}
	b.open(w.Me)
	b.settle()
	return b
}

// refuse has Xero refuse the next invoices that are sent, with a sentence of its own.
func (b *besideXero) refuse(text string) {
	told := false
	b.world.Before(func(rw http.ResponseWriter, r *http.Request) bool {
		if told || r.Method == http.MethodGet || !strings.HasSuffix(r.URL.Path, "/Invoices") {
			return false
		}
		told = true
		body, err := io.ReadAll(r.Body)
		if err != nil {
			b.Error(err)
		}
		var sent struct{ Invoices []map[string]any }
		if err := json.Unmarshal(body, &sent); err != nil {
			b.Error(err)
		}
		for _, v := range sent.Invoices {
			v["InvoiceID"], v["StatusAttributeString"], v["HasErrors"] = "00000000-0000-0000-0000-000000000000", "ERROR", true
			v["ValidationErrors"] = []map[string]string{{"Message": text}}
		}
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(sent)
		return true
	})
}

// sync lets the window hear of what changed.
func (b *besideXero) sync() {
	b.Helper()
	b.settle()
	all, err := b.process.DB.Changes(b.Context(), b.seen)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range all {
		b.seen = max(b.seen, c.Seq)
	}
	b.w.changed(all)
	b.settle()
}

// send sends what is queued, and shows what came of it.
func (b *besideXero) send() {
	b.Helper()
	b.settle()
	runs, err := b.process.App.OpenRuns(b.Context(), b.world.Me)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range runs {
		if err := b.process.App.Finish(context.Background(), r.ID, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	b.sync()
	for b.w.dialogs.top() != nil { // the summary of the run
		b.key(fyne.KeyEscape)
	}
}

// fail exports everything, and opens the panel of the first invoice, which failed.
func (b *besideXero) fail() {
	b.Helper()
	if _, _, err := b.process.App.Export(b.Context(), b.world.Me, b.ids); err != nil {
		b.Fatal(err)
	}
	b.send()
	if got := b.stage(0); got != billing.Failed {
		b.Fatalf("the export came to %s, want failed", got)
	}
	b.w.billing.showInvoice(b.ids[0])
	b.settle()
}

func (b *besideXero) view(i int) app.InvoiceView {
	b.Helper()
	v, err := b.process.App.Invoice(b.Context(), b.world.Me, b.ids[i])
	if err != nil {
		b.Fatal(err)
	}
	return v
}

func (b *besideXero) stage(i int) billing.ExportState { return b.view(i).Invoice.Stage.Export }

// advised is the text of the panel's primary button.
func (b *besideXero) advised() string {
	b.Helper()
	p := b.w.billing.panel.primary
	if p == nil {
		b.Fatalf("the panel advises nothing:\n%s", b.text())
	}
	if p.Importance != widget.HighImportance || p.Disabled() {
		b.Errorf("%q is not the primary button", p.Text)
	}
	return p.Text
}

// retry presses Export again, which must be advised by now, and confirms it.
func (b *besideXero) retry() {
	b.Helper()
	b.sync()
	if got := b.advised(); got != lang.L("action.export-again") {
		b.Errorf("after the fix the panel advises %q", got)
	}
	b.tap("action.export-again")
	b.agree()
}

// finalizeAndExport does in the editor what follows when the invoice is right.
func (b *besideXero) finalizeAndExport() {
	b.Helper()
	b.control(fyne.KeyL)
	b.sync()
	b.control(fyne.KeyE)
	b.agree()
}

// agree exports what the review has ticked, and sends it.
func (b *besideXero) agree() {
	b.Helper()
	b.settle()
	b.control(fyne.KeyReturn)
	b.send()
}

// inCell says where the editor's cursor is.
func (b *besideXero) inCell() string {
	b.Helper()
	e := b.w.editor
	if b.w.pages.front != e.page {
		b.Fatalf("the editor is not open:\n%s", b.text())
	}
	focused := b.window.Canvas().Focused()
	for name, field := range map[string]fyne.Focusable{
		"client": e.head.client, "date": e.head.date, "due": e.head.due, "currency": e.head.currency, "theme": e.head.theme,
	} {
		if focused == field {
			return name
		}
	}
	at := e.lines.Cursor()
	return fmt.Sprintf("line %d, column %d", at.Row+1, at.Column)
}

// mappedAt says which row of the mapping has the keys.
func (b *besideXero) mappedAt() ledger.MappingRow {
	b.Helper()
	d := b.w.mappings.shown
	if d == nil {
		b.Fatalf("the mapping is not open:\n%s", b.text())
	}
	for _, r := range d.rows {
		for _, f := range r.fields {
			if b.window.Canvas().Focused() == f.dropDown {
				return f.at
			}
		}
	}
	b.Fatal("no row of the mapping has the keys")
	return ledger.MappingRow{}
}

// sayings are what Xero says, the button that the panel has for it, and where that leads. The sentences are
// those of the simulator's catalogue and of those who told of them.
var sayings = []struct {
	says, button, leads string
}{
	{"Account code '299' is not a valid code for this document.", "Map account 299", "mapping code ACC"},
	{"Account code '299' has been archived, or has been deleted. Each line item must reference a valid account.", "Map account 299", "mapping code ACC"},
	{"Account code or ID must be specified", "Map ACC", "mapping code ACC"},
	{"Account must be valid.", "Map account 200", "mapping code ACC"},
	{"The TaxType code OUTPUT2 does not exist or cannot be used for this type of transaction.", "Map tax OUTPUT2", "mapping tax OUTPUT2"},
	{"The TaxType code 'OUTPUT2' cannot be used with account code '299'.", "Map tax OUTPUT2", "mapping tax OUTPUT2"},
	{"The TaxType field is mandatory", "Edit line 2", "line 2, column 5"},
	{"Tax rate must be Active", "Map tax OUTPUT2", "mapping tax OUTPUT2"},
	{"Tax rate must be valid.", "Map tax OUTPUT2", "mapping tax OUTPUT2"},
	{"Item code 'TSL' is not valid", "Map item TSL", "mapping code ACC"},
	{"Unknown tracking details. A Tracking Category did not match a known Active TrackingCategory", "Edit line 2", "line 2, column 8"},
	{"The BrandingThemeID 1 does not exist.", "Map branding theme", "mapping theme "},
	{"The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices or credit notes.", "Choose contact…", "contact"},
	{"The specified contact details matched an archived contact. Archived contacts cannot currently be edited via the API.", "Choose contact…", "contact"},
	{"The contact name Client 0 is already assigned to another contact. The contact name must be unique across all active contacts.", "Choose contact…", "contact"},
	{"Another contact has this contact number. Please enter a different contact number.", "Choose contact…", "contact"},
	{"Unknown contact details, please provide a valid ContactID or Contact Number", "Unlink contact", "unlinked"},
	{"Contact Name cannot be empty.", "Edit client", "client name"},
	{"The Name field must be 255 characters or fewer.", "Edit client", "client name"},
	{"Email address must be valid.", "Edit client", "client email"},
	{"The AddressLine1 field must be 500 characters or fewer.", "Edit client", "client address line 1"},
	{"The City field must be 255 characters or fewer: City length", "Edit client", "client city"},
	{"The PostalCode field must be 50 characters or fewer.", "Edit client", "client postal code"},
	{"Invoice # must be unique.", "Renumber and export", "renumbered"},
	{"The document date cannot be before the period lock date, currently set at 30-Sep-2026", "Change date", "date"},
	{"The document cannot be edited as it is currently dated before the end of year lock date", "Change date", "date"},
	{"Organisation is not subscribed to currency NZD", "Add NZD in Xero", "page http://go.xero.com"},
	{"The document DueDate field must be specified.", "Change due date", "due"},
	{"Due date cannot be empty.", "Change due date", "due"},
	{"The Date field must be specified.", "Change date", "date"},
	{"A Contact must be specified for this type of transaction", "Edit invoice", "client"},
	{"The description field is mandatory for each line item.", "Edit line 2", "line 2, column 1"},
	{"One or more line items must be specified", "Edit line 2", "line 2, column 1"},
	{"The line total 1.00 does not match the expected line total 100.00", "Edit line 2", "line 2, column 3"},
	{"The discount rate '12.00' is invalid. Discount must not be greater than the line total.", "Edit line 2", "line 2, column 4"},
	{"The Total for this document must be greater than or equal to zero.", "Edit line 2", "line 2, column 3"},
	{"You have reached the limit of invoices you can approve", "Change arrival status", "mapping arrival "},
	{"You are not permitted to access this resource", "Reconnect", "connection"},
	{"Invoice not of valid status for modification", "Draft", "draft"},
	{"Invoice not of valid type for creation", "Draft", "draft"},
	{"An existing Contact with the specified ContactID could not be found", "Export again", "again"},
	{"An error occurred in Xero. Check the API Status page", "Export again", "again"},
	{"Something that nobody has heard of.", "Edit invoice", "line 1, column 0"},
}

// TestEachThingThatXeroSaysHasAButton provokes what Xero can say of an invoice, presses the panel's primary
// button, goes on as it leads, and ends with the invoice exported.
func TestEachThingThatXeroSaysHasAButton(t *testing.T) {
	for _, s := range sayings {
		t.Run(s.says, func(t *testing.T) {
			b := newBesideXero(t, 1, func(_ int, v *billing.Invoice) {
				v.Lines[0].Code, v.Lines[0].Account = "ACC", ""
				v.Lines = append([]billing.Line{{Description: "As agreed"}}, v.Lines...)
			})
			b.mapTo(ledger.Target{Account: "200"})
			b.refuse(s.says)
			b.fail()
			b.see(s.says)
			if got := b.advised(); got != s.button {
				t.Fatalf("the panel advises %q, want %q", got, s.button)
			}
			b.tap(s.button)
			b.follow(s.leads, s.says)
			if got := b.stage(0); got != billing.Exported {
				t.Errorf("the invoice is %s at the end: %+v", got, b.view(0).Exports[0].Messages)
			}
			if n := len(b.world.Sim.Invoices(string(b.world.Tenant))); n != 1 {
				t.Errorf("Xero has %d invoices", n)
			}
		})
	}
}

// mapTo maps the billing code ACC.
func (b *besideXero) mapTo(to ledger.Target) {
	b.Helper()
	v, err := b.process.App.MappingView(b.Context(), b.world.Tenant)
	if err != nil {
		b.Fatal(err)
	}
	m := clone(v.Mapping)
	m.Codes["ACC"] = to
	if err := b.process.App.SetMapping(b.Context(), b.world.Me, b.world.Tenant, m); err != nil {
		b.Fatal(err)
	}
	b.sync()
}

// follow goes on from where a button led to, as a person does who mends the cause there.
func (b *besideXero) follow(leads, says string) {
	b.Helper()
	where, at, _ := strings.Cut(leads, " ")
	switch where {
	case "mapping":
		got := b.mappedAt()
		if told := strings.TrimRight(string(got.Part)+" "+got.Key, " "); told != strings.TrimRight(at, " ") {
			b.Errorf("the cursor is at %q of the mapping", told)
		}
		b.tap("action.save")
		b.retry()
	case "client":
		if leads == "client" {
			b.edited(leads, says)
			return
		}
		b.see(says)
		if got := b.clientField(); got != at {
			b.Errorf("the cursor is in %q of the client", got)
		}
		b.tap("action.save")
		b.retry()
	case "contact":
		b.key(fyne.KeyEscape)
		c := ledger.Contact{ID: ledger.ContactID(b.world.Contact("Client 0").ContactID), Name: "Client 0"}
		if err := b.process.App.LinkContact(b.Context(), b.world.Me, "client 0", c); err != nil {
			b.Fatal(err)
		}
		b.retry()
	case "unlinked", "renumbered", "again":
		if where == "renumbered" {
			b.key(fyne.KeyReturn) // the new number
		}
		b.agree() // the export is asked for at once
	case "page":
		if len(b.opened) != 1 {
			b.Errorf("opened %q", b.opened)
		}
		b.tap("action.export-again")
		b.agree()
	case "connection":
		b.see(lang.L("connection.title"))
		b.key(fyne.KeyEscape)
		b.tap("action.export-again")
		b.agree()
	case "draft":
		b.key(fyne.KeyReturn)
		b.sync()
		b.w.editor.open(b.ids[0])
		b.settle()
		b.finalizeAndExport()
	default:
		b.edited(leads, says)
	}
}

// edited checks where the editor's cursor is, and finalizes and exports the invoice from there.
func (b *besideXero) edited(want, says string) {
	b.Helper()
	if got := b.inCell(); got != want {
		b.Errorf("the cursor is at %s, want %s", got, want)
	}
	b.see(says)
	b.finalizeAndExport()
}

// clientField says in which field of the client's form the cursor is.
func (b *besideXero) clientField() string {
	b.Helper()
	if focused, ok := b.window.Canvas().Focused().(*entry); ok { // each text is called like its field
		return strings.NewReplacer("Client 0", "name", "@example.com", "").Replace(focused.Text)
	}
	b.Fatal("no field of the client has the keys")
	return ""
}

// TestEveryCauseHasItsRemedies holds the table of the documentation to the one in the code.
func TestEveryCauseHasItsRemedies(t *testing.T) {
	learnWords()
	mends := []ledger.Cause{ledger.AnswerLost, ledger.FoundAgain, ledger.MarkLost} // by themselves, or nothing is broken
	told, err := os.ReadFile("../docs/failures.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, c := range ledger.Causes() {
		all, known := remedies[c]
		if !known || len(all) == 0 && !slices.Contains(mends, c) {
			t.Errorf("%q has no remedy", c)
		}
		rows = append(rows, "| "+meaning(c)+" | "+remedyWords(c, all)+" |")
	}
	for _, row := range rows {
		if !strings.Contains(string(told), row+"\n") {
			t.Errorf("docs/failures.md lacks this row:\n%s", row)
		}
	}
	if n := strings.Count(string(told), "\n| ") - 1; n != len(rows) { // but for the head
		t.Errorf("docs/failures.md has %d causes, want %d", n, len(rows))
	}
}

// remedyWords names the buttons for a cause, as the documentation does.
func remedyWords(c ledger.Cause, all []remedy) string {
	subjects := map[billing.Field]string{
		billing.AccountField: "299", billing.TaxField: "OUTPUT2", billing.ItemField: "TSL", billing.TrackingField: "Region: North", billing.CurrencyField: "EUR",
	}
	at := ledger.Locate(ledger.Message{Cause: c}, billing.Invoice{BrandingTheme: "x"}, billing.Client{}, ledger.Chart{}, ledger.Mapping{})
	if at.Subject = subjects[at.Field]; slices.Contains([]billing.Field{
		billing.AccountField, billing.TaxField, billing.ItemField, billing.TrackingField, billing.UnitAmountField, billing.DiscountField,
	}, at.Field) {
		at.Line = 2
	}
	var words []string
	for _, r := range all {
		if r == mappingIt && at.Mapping == (ledger.MappingRow{}) {
			mapped := at
			if mapped.Mapping.Part = ledger.CodePart; c == ledger.AccountMissing {
				mapped.Mapping.Key, mapped.Subject = "ACC", ""
			}
			words = append(words, "**"+r.label(mapped)+"**")
		}
		words = append(words, "**"+bare(r.label(at))+"**")
	}
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, ", ")
}

// TestWhatOnlyAnImportCouldSetIsMendedInTheEditor mends items, tracking and themes that the organisation does not have
// where the invoice itself says them.
func TestWhatOnlyAnImportCouldSetIsMendedInTheEditor(t *testing.T) {
	for _, test := range []struct {
		name, button, at, wrong string
		set                     func(*billing.Invoice)
		mend                    func(*besideXero)
		right                   func(sim.Invoice) bool
	}{
		{"tracking", "Edit line 1", "line 1, column 8", "has no Region Mars.", func(v *billing.Invoice) {
			v.Lines[0].Tracking = []billing.Tracking{{Category: "Region", Option: "Mars"}}
		}, func(b *besideXero) {
			b.typeText("nor")
			b.key(fyne.KeyReturn)
		}, func(v sim.Invoice) bool { return len(v.Lines[0].Tracking) == 1 }},
		{"an item", "Edit line 1", "line 1, column 7", "doesn't sell the item GONE.", func(v *billing.Invoice) {
			v.Lines[0].Account, v.Lines[0].Item = "", "GONE"
		}, func(b *besideXero) {
			b.typeText("train")
			b.key(fyne.KeyReturn)
		}, func(v sim.Invoice) bool { return v.Lines[0].ItemCode == "TRAIN" }},
		{"a theme", "Change branding theme", "theme", "Gone (not available)", func(v *billing.Invoice) {
			v.BrandingTheme = "Gone"
		}, func(b *besideXero) {
			b.w.editor.head.theme.choose("")
			b.settle()
		}, func(v sim.Invoice) bool { return v.BrandingThemeID != "" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBesideXero(t, 1, func(_ int, v *billing.Invoice) { test.set(v) })
			b.fail()
			words := b.view(0).Exports[0].Messages[0].Text
			if got := b.advised(); got != test.button {
				t.Fatalf("the panel advises %q", got)
			}
			b.tap(test.button)
			if got := b.inCell(); got != test.at {
				t.Errorf("the cursor is at %s, want %s", got, test.at)
			}
			b.see(words, test.wrong)
			test.mend(b)
			b.notSee(test.wrong)
			b.finalizeAndExport()
			all := b.world.Sim.Invoices(string(b.world.Tenant))
			if len(all) != 1 || !test.right(all[0]) {
				t.Errorf("Xero has %+v", all)
			}
		})
	}
}

// TestWhatWaitsSaysForWhatAndGoesOnByItself holds up a run by the organisation's state, and lets it go on.
func TestWhatWaitsSaysForWhatAndGoesOnByItself(t *testing.T) {
	for name, test := range map[string]struct {
		hold      func(*app.Organisation)
		why       app.Reason
		reconnect bool
	}{
		"the consent ended": {func(o *app.Organisation) { o.State = app.ConsentEnded }, app.NoConsent, true},
		"disconnected":      {func(o *app.Organisation) { o.State = app.Disconnected }, app.NotConnected, true},
		"the day's limit": {func(o *app.Organisation) {
			o.Parked = app.Park{Why: app.DayLimit, Since: time.Now(), Until: time.Now().Add(time.Hour)}
		}, app.DayLimit, false},
		"no connection": {func(o *app.Organisation) {
			o.Parked = app.Park{Why: app.Offline, Since: time.Now(), Until: time.Now().Add(time.Hour)}
		}, app.Offline, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBesideXero(t, 1, func(int, *billing.Invoice) {})
			var was app.Organisation
			change := func(to func(*app.Organisation)) {
				t.Helper()
				err := b.process.DB.Update(t.Context(), func(tx app.Tx) error {
					all, err := tx.Organisations()
					if err != nil {
						return err
					}
					was = all[0]
					to(&all[0])
					return tx.SaveOrganisation(all[0])
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			change(test.hold)
			held := was // as it was before
			if _, _, err := b.process.App.Export(t.Context(), b.world.Me, b.ids); err != nil {
				t.Fatal(err)
			}
			b.sync()
			b.w.billing.showInvoice(b.ids[0])
			b.settle()
			b.see("Queued", reasonWords(test.why))
			if test.reconnect {
				if got := b.advised(); got != lang.L("remedy.reconnect") {
					t.Errorf("the panel advises %q", got)
				}
				b.tap("remedy.reconnect")
				b.see(lang.L("connection.title"))
				b.key(fyne.KeyEscape)
			} else if b.w.billing.panel.primary != nil {
				t.Errorf("the panel advises %q", b.advised())
			}
			change(func(o *app.Organisation) { *o = held })
			b.send()
			if got := b.stage(0); got != billing.Exported {
				t.Errorf("the invoice is %s at the end", got)
			}
			b.notSee(reasonWords(test.why))
		})
	}
}

// TestWhatFailsForOneReasonIsMendedOnce mends a run of which some failed: from above the list, all that failed for
// one reason together, and then exports all of them again.
func TestWhatFailsForOneReasonIsMendedOnce(t *testing.T) {
	const all, unmapped, foreign = 40, 6, 2
	b := newBesideXero(t, all, func(i int, v *billing.Invoice) {
		switch {
		case i < unmapped:
			v.Lines[0].Code, v.Lines[0].Account = "ACC", ""
		case i < unmapped+foreign:
			v.Currency = "EUR"
		}
	})
	if _, _, err := b.process.App.Export(t.Context(), b.world.Me, b.ids); err != nil {
		t.Fatal(err)
	}
	b.send()
	if n := len(b.world.Sim.Invoices(string(b.world.Tenant))); n != all-unmapped-foreign {
		t.Fatalf("Xero has %d invoices", n)
	}
	b.w.billing.chips.choose(int(failedChip))
	b.settle()
	b.see("6 × "+meaning(ledger.AccountMissing), "2 × Currency EUR: "+meaning(ledger.CurrencyUnknown))
	b.tap("Map ACC")
	if got := b.mappedAt(); got != (ledger.MappingRow{Part: ledger.CodePart, Key: "ACC"}) {
		t.Errorf("the cursor is at %+v", got)
	}
	b.window.Canvas().Focused().(*dropDown).choose(accountPrefix + "200")
	b.tap("action.save")
	b.sync()
	if b.button("Export 6 again").Importance != widget.HighImportance || b.button("Export 2 again").Importance == widget.HighImportance {
		t.Error("what was fixed is not advised to be exported, or what was not is")
	}
	b.tap("Add EUR in Xero")
	if len(b.opened) != 1 || !strings.Contains(b.opened[0], "CurrencyRates") {
		t.Errorf("opened %q", b.opened)
	}
	if err := b.world.Sim.AddCurrency(string(b.world.Tenant), "EUR"); err != nil {
		t.Fatal(err)
	}
	b.tap("Export 6 again")
	b.see("6 invoices · NZD 690.00")
	b.agree()
	b.see(meaning(ledger.CurrencyUnknown))
	b.notSee(meaning(ledger.AccountMissing))
	if err := b.process.App.ReadChart(t.Context(), b.world.Me, b.world.Tenant); err != nil { // as the mapping's Reload does
		t.Fatal(err)
	}
	b.sync()
	if b.button("Export 2 again").Importance != widget.HighImportance {
		t.Error("once the organisation was read again, another try is not advised")
	}
	b.tap("Export 2 again")
	b.agree()
	if b.w.billing.failures.content.Visible() {
		t.Errorf("reasons are told still:\n%s", b.text())
	}
	if n := len(b.world.Sim.Invoices(string(b.world.Tenant))); n != all {
		t.Errorf("Xero has %d invoices, want %d", n, all)
	}
	b.world.MustBeSound(b.world.Views(b.ids))
}

func TestFailuresOfManyReasonsAreCountedAndSelected(t *testing.T) {
	fake := newFake().fill(72) // the last of which has its own chip and client, as the others
	b := newTrial(t, fake)
	b.notSee("1 × ")
	b.w.billing.chips.choose(int(failedChip))
	b.settle()
	b.see("2 × "+meaning(ledger.ContactArchived), "1 × Account 999: "+meaning(ledger.AccountUnknown))
	b.tap("failures.select")
	if n := b.w.billing.grid.SelectedCount(); n != 2 {
		t.Errorf("%d invoices are selected", n)
	}
	b.w.billing.chips.choose(int(allChip))
	b.settle()
	b.notSee("2 × ")
}

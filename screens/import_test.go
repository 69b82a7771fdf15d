package screens

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/intake"
	"feebridge/app/money"
	"feebridge/assets/translations"
)

// fakePreview is what a file of two invoices comes to.
func fakePreview(fake *fakeApp) intake.Preview {
	p := intake.Preview{}
	for i, number := range []billing.Number{"IMP-1", "IMP-2"} {
		v := fake.invoices[i].Invoice
		v.ID, v.Number, v.Stage = billing.InvoiceID(number), number, billing.Stage{}
		t, _ := v.Totals()
		p.Invoices = append(p.Invoices, intake.Imported{Invoice: v, Client: fake.client(v.Client).Name, NewClient: i == 1, Totals: t})
	}
	return p
}

// openFile hands the window a file, as the picker would.
func (b *trial) openFile() {
	b.w.imports.open("november.csv", func() ([]byte, error) { return []byte("a file"), nil })
	b.settle()
}

func newImportTrial(t *testing.T) *trial {
	fake := newFake().fill(12)
	fake.preview = func(intake.Options) intake.Preview { return fakePreview(fake) }
	b := newTrial(t, fake)
	b.file = func(_ string, data []byte) (app.Sheet, error) {
		return app.Sheet{Rows: []app.SheetRow{{Line: 1, Cells: []app.SheetCell{{Text: string(data)}}}}}, nil
	}
	return b
}

func TestAFileIsPreviewedAndImported(t *testing.T) {
	b := newImportTrial(t)
	var asked []intake.Options
	b.fake.preview = func(o intake.Options) intake.Preview {
		asked = append(asked, o)
		return fakePreview(b.fake)
	}
	b.openFile()
	b.see("Import november.csv", "Choose whether the unit amounts in the file include tax.")
	if !b.button("import.yes").Disabled() {
		t.Error("a file can be imported before it was previewed")
	}
	if len(asked) > 0 {
		t.Error("the amounts were taken for granted")
	}
	b.key(fyne.KeyDown)
	b.see("2 invoices · NZD 744.17 · 1 new client", "IMP-1", "IMP-2", "New client", "264.50")
	b.key(fyne.KeyDown)
	b.window.Canvas().FocusNext() // to the box, past the hidden question of the dates
	b.typeText(" ")
	if last := asked[len(asked)-1]; last.Amounts != money.Inclusive || !last.Finalize {
		t.Errorf("previewed with %+v", last)
	}
	b.key(fyne.KeyReturn)
	b.see("2 invoices imported", "IMP-1", "Showing 14 of 14")
}

func TestDatesThatCanBeReadInTwoWaysAreAskedFor(t *testing.T) {
	b := newImportTrial(t)
	var read intake.DateOrder
	b.fake.preview = func(o intake.Options) intake.Preview {
		read = o.Dates
		p := fakePreview(b.fake)
		p.AskDates, p.Example = o.Dates == intake.AskDates, "03/11/2026"
		return p
	}
	b.openFile()
	b.key(fyne.KeyDown)
	b.see("How to read 03/11/2026", "Choose how the dates in the file are written.")
	if !b.button("import.yes").Disabled() {
		t.Error("the file can be imported")
	}
	b.window.Canvas().FocusNext()
	for _, want := range []intake.DateOrder{intake.DayMonthYear, intake.MonthDayYear} {
		b.key(fyne.KeyDown)
		b.see("2 invoices · NZD")
		if read != want {
			t.Errorf("the dates are read in the order %v, want %v", read, want)
		}
	}
	b.tap("Import 2 invoices")
	b.see("2 invoices imported")
}

func TestAFileWithProblemsIsNotImported(t *testing.T) {
	b := newImportTrial(t)
	b.fake.preview = func(o intake.Options) intake.Preview {
		p := fakePreview(b.fake)
		p.Problems = []intake.Problem{
			{Text: translations.Say("problem.as-told", "Problem", "The file has no column *UnitAmount.")},
			{Line: 12, Column: "TaxType", Text: translations.Say("problem.as-told", "Problem", "there is no tax called \"GST\".")},
			{Line: 19, Text: translations.Say("problem.as-told", "Problem", "the row is odd.")},
		}
		for range mostProblems {
			p.Problems = append(p.Problems, intake.Problem{Line: 99, Text: translations.Say("problem.as-told", "Problem", "again.")})
		}
		return p
	}
	b.openFile()
	b.key(fyne.KeyDown)
	b.see("103 problems", "The file has no column *UnitAmount.", "Line 12, TaxType: there is no tax called \"GST\".", "Line 19: the row is odd.",
		"… and 3 more", "Fix the problems above in the file, save it, then press F5 to read it again.")
	if !b.button("import.yes").Disabled() {
		t.Error("the file can be imported")
	}
	b.key(fyne.KeyReturn)
	if b.fake.counted["Import"] > 0 {
		t.Error("it was imported")
	}
}

// warned is a preview of two invoices with warnings.
func warned(fake *fakeApp) intake.Preview {
	p := fakePreview(fake)
	p.Warnings = []intake.Problem{
		{Line: 4, Text: translations.Say("problem.as-told", "Problem", "This row repeats line 2.")},
		{Line: 7, Column: "InvoiceNumber", Text: translations.Say("problem.as-told", "Problem", "A program added decimals."), Read: "1001.0", Meant: "1001", More: 2},
	}
	return p
}

func TestWarningsAreConfirmedByTheButtonThatNamesThem(t *testing.T) {
	b := newImportTrial(t)
	b.fake.preview = func(intake.Options) intake.Preview { return warned(b.fake) }
	b.openFile()
	b.key(fyne.KeyDown)
	b.see("2 warnings", "Line 4: This row repeats line 2.",
		"Line 7, InvoiceNumber: A program added decimals. Imported as “1001.0”, but “1001” may be meant. The same is in 2 more lines.",
		"Check the warnings above. The invoices are imported as the file has them.")
	b.tap("Import 2 invoices with 2 warnings")
	b.see("2 invoices imported")
	if !b.fake.imported.Confirmed {
		t.Error("the warnings were not confirmed")
	}
}

func TestProblemsAndWarningsAreApart(t *testing.T) {
	b := newImportTrial(t)
	b.fake.preview = func(intake.Options) intake.Preview {
		p := warned(b.fake)
		p.Problems = []intake.Problem{{Line: 12, Column: "TaxType", Text: translations.Say("problem.as-told", "Problem", "There is no such tax.")}}
		return p
	}
	b.openFile()
	b.key(fyne.KeyDown)
	b.see("1 problem", "2 warnings", "Line 12, TaxType: There is no such tax.", "Line 4: This row repeats line 2.")
	if !b.button("import.yes").Disabled() {
		t.Error("the file can be imported")
	}
	b.tap(lang.L("import.copy"))
	want := "✗\t12\tTaxType\tThere is no such tax.\n⚠\t4\t\tThis row repeats line 2.\n" +
		"⚠\t7\tInvoiceNumber\tA program added decimals. Imported as “1001.0”, but “1001” may be meant. The same is in 2 more lines."
	if got := fyne.CurrentApp().Clipboard().Content(); got != want {
		t.Errorf("copied %q", got)
	}
	b.tick("2 warnings")
	b.see("Line 12, TaxType")
	b.notSee("Line 4: This row repeats")
	b.tap(lang.L("import.copy"))
	if got := fyne.CurrentApp().Clipboard().Content(); got != "✗\t12\tTaxType\tThere is no such tax." {
		t.Errorf("copied %q", got)
	}
	b.tick("1 problem")
	b.tick("2 warnings")
	b.see("Line 4: This row repeats line 2.")
	b.notSee("Line 12, TaxType")
}

// TestAFileThatWasCorrectedIsReadAgain changes the file on the disk while its preview is open.
func TestAFileThatWasCorrectedIsReadAgain(t *testing.T) {
	b := newImportTrial(t)
	content := "wrong"
	b.fake.preview = func(intake.Options) intake.Preview {
		p := fakePreview(b.fake)
		if content == "wrong" {
			p.Problems = []intake.Problem{{Line: 12, Text: translations.Say("problem.as-told", "Problem", "It is wrong.")}}
		}
		return p
	}
	var read []string
	b.file = func(_ string, data []byte) (app.Sheet, error) {
		read = append(read, string(data))
		if string(data) == "broken" {
			return app.Sheet{}, errors.New("november.csv, line 3: it is broken")
		}
		return app.Sheet{}, nil
	}
	b.w.imports.open("november.csv", func() ([]byte, error) { return []byte(content), nil })
	b.settle()
	b.key(fyne.KeyDown)
	b.see("Line 12: It is wrong.", "Reload file (F5)")
	content = "broken"
	b.key(fyne.KeyF5)
	b.settle()
	b.see("november.csv, line 3: it is broken")
	b.key(fyne.KeyEscape)
	content = "right"
	b.key(fyne.KeyF5)
	b.settle()
	b.notSee("It is wrong.")
	if last := read[len(read)-1]; last != "right" {
		t.Errorf("read %q", read)
	}
	b.tap("Import 2 invoices")
	b.see("2 invoices imported")
}

func TestInvoicesWhoseNumbersAreUsedAreLeftOutWhenAsked(t *testing.T) {
	b := newImportTrial(t)
	b.fake.preview = func(o intake.Options) intake.Preview {
		p := fakePreview(b.fake)
		if o.SkipUsed {
			p.Skipped, p.Invoices = p.Invoices[:1], p.Invoices[1:]
			return p
		}
		p.Used = 1
		p.Problems = []intake.Problem{{Line: 2, Column: "InvoiceNumber", Text: translations.Say("file.used-number", "Number", "IMP-1")}}
		return p
	}
	b.openFile()
	b.notSee("Leave out")
	b.key(fyne.KeyDown)
	b.see("The number IMP-1 can't be used again: Xero has or had an invoice with it.")
	b.tick("Leave out 1 invoice whose number is used")
	b.see("1 invoice · NZD", "1 left out")
	b.tap("Import 1 invoice")
	b.see("1 invoice imported")
}

func TestAnImportThatFailsKeepsThePreview(t *testing.T) {
	b := newImportTrial(t)
	b.fake.refuse["Import"] = app.Errorf(app.Invalid, "problem.as-told", "Problem", "The file has no invoices.")
	b.openFile()
	b.key(fyne.KeyDown)
	b.tap("Import 2 invoices")
	b.see("Nothing was imported", "The file has no invoices.")
	b.key(fyne.KeyEscape)
	b.see("Import november.csv")
	delete(b.fake.refuse, "Import")
	b.tap("Import 2 invoices")
	b.see("2 invoices imported")
}

func TestAFileThatCannotBeReadSaysWhy(t *testing.T) {
	b := newImportTrial(t)
	b.file = func(string, []byte) (app.Sheet, error) {
		return app.Sheet{}, errors.New("november.csv, line 3: the quote is never closed")
	}
	b.openFile()
	b.see("Couldn't read the file", "november.csv, line 3: the quote is never closed")
	b.key(fyne.KeyEscape)
	b.w.imports.open("pipe.csv", func() ([]byte, error) { return nil, app.Errorf(app.Invalid, "file.no-file", "File", "pipe.csv") })
	b.settle()
	b.see("Couldn't open the file", "pipe.csv is a folder, a device or a pipe. Choose a file.")
}

func TestAFileIsDroppedOnTheWindow(t *testing.T) {
	b := newImportTrial(t)
	path := filepath.Join(t.TempDir(), "december.csv")
	if err := os.WriteFile(path, []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	uri := storage.NewFileURI(path)
	b.w.imports.drop([]fyne.URI{uri, uri})
	b.see("Drag one file at a time.")
	b.key(fyne.KeyEscape)
	b.w.imports.drop([]fyne.URI{uri})
	b.settle()
	b.see("Import december.csv")
	b.w.imports.drop([]fyne.URI{uri}) // beside an open dialog it is left alone
	b.settle()
	if n := len(b.w.dialogs.open); n != 1 {
		t.Errorf("%d dialogs are open", n)
	}
	b.key(fyne.KeyEscape)
	b.w.imports.drop([]fyne.URI{storage.NewFileURI(path + ".gone")})
	b.settle()
	b.see("Couldn't open the file")
	b.key(fyne.KeyEscape)
	phone, err := storage.ParseURI("mtp://phone/december.csv") // where no path of this computer leads
	if err != nil {
		t.Fatal(err)
	}
	b.w.imports.drop([]fyne.URI{phone})
	b.see("The file isn't on this computer. Copy it here, then drag the copy.")
}

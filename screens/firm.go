package screens

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// firmApp is what setting up the firm asks of the application.
type firmApp interface {
	SaveFirm(ctx context.Context, by staff.Member, f app.Firm) (app.Firm, error)
}

// setUpFirm asks for the firm's name and currency, and then leads to its connection.
// Whatever was entered stays, so that a person can leave and go on later.
func (f *frame) setUpFirm() { f.askFirm(f.connections.open) }

// askFirm asks for the firm's name and currency. then follows when they are saved.
func (f *frame) askFirm(then func()) {
	name, currency := newEntry(f.keys), newEntry(f.keys)
	name.SetText(f.firm.Name)
	name.CursorColumn = len([]rune(f.firm.Name))
	currency.SetText(string(f.firm.Currency))
	problem := container.NewVBox()
	field := func(label string, e *entry) fyne.CanvasObject {
		return container.New(factLine{factName}, widget.NewLabel(label), e)
	}
	var d *dialog
	save := newButton(f.keys, lang.L("Save"), func() {
		act(f.shell, lang.L("Saving…"), func(ctx context.Context) (app.Firm, error) {
			changed := f.firm
			changed.Name, changed.Currency = name.Text, money.Currency(strings.ToUpper(strings.TrimSpace(currency.Text)))
			return f.app.SaveFirm(ctx, f.shell.me, changed)
		}, func(firm app.Firm, err error) {
			if err != nil {
				problem.Objects = []fyne.CanvasObject{signed(style.Failed, paragraph(say(err)))}
				d.fit()
				return
			}
			f.firm = firm
			d.hide()
			f.billing.reload()
			then()
		})
	})
	body := container.NewVBox(
		paragraph(lang.L("The currency is that of invoices which name none.")),
		field(lang.L("Name of the firm"), name), field(lang.L("Currency"), currency), problem)
	d = f.dialogs.show(lang.L("Your firm"), fyne.NewSize(480, 0), body, newButton(f.keys, lang.L("Cancel"), func() { d.hide() }), save)
	if !f.shell.mayConnect() {
		name.Disable()
		currency.Disable()
		save.Disable()
		problem.Objects = []fyne.CanvasObject{signed(style.Held, paragraph(needsPermission()))}
	}
	save.Importance = widget.HighImportance
	d.focus(name)
}

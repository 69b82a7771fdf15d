package screens

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/screens/style"
)

// showHistory shows everything that was done to an invoice: by whom, when, and what it
// changed, newest first; and the result of each export.
func (b *billingScreen) showHistory(id billing.InvoiceID) {
	act(b.shell, lang.L("busy.opening-invoice"), func(ctx context.Context) (app.InvoiceView, error) {
		return b.app.Invoice(ctx, b.me(), id)
	}, func(v app.InvoiceView, err error) {
		if err != nil {
			b.failed(lang.L("history.failed"), err)
			return
		}
		title := lang.L("history.title.draft")
		if v.Invoice.Number != "" {
			title = lang.L("history.title", with{"Number": v.Invoice.Number})
		}
		entries := container.New(layout.NewCustomPaddedVBoxLayout(style.Gap))
		for i := len(v.History) - 1; i >= 0; i-- {
			e := v.History[i]
			entries.Add(b.historyEntry(b.moment(e.At), e.ByName, actionWord(e.Action), e.From, e.To))
		}
		var d *dialog
		d = b.dialogs.show(title, fyne.NewSize(720, 520), container.NewVScroll(entries), newButton(b.keys, lang.L("action.close"), func() { d.hide() }))
	})
}

// historyEntry is one thing that was done.
func (b *billingScreen) historyEntry(when, who, what, from, to string) fyne.CanvasObject {
	at := widget.NewLabel(when)
	at.Importance = widget.LowImportance
	head := widget.NewLabel(who + " · " + what)
	head.TextStyle.Bold = true
	column := container.New(closely, head)
	switch {
	case from != "" && to != "":
		column.Add(paragraph(lang.L("history.from-to", with{"From": from, "To": to})))
	case from+to != "":
		column.Add(paragraph(from + to))
	}
	return container.NewBorder(nil, nil, container.New(fixedWidth{width: 130, least: 130}, container.NewVBox(at)), nil, column)
}

// offerUnsaved leads a person back to what they had typed when Feebridge ended without their
// saving it.
func (w *Window) offerUnsaved() {
	load(&w.unsaved, func(ctx context.Context) ([]unsaved, error) { return w.editor.unsaved(ctx) },
		func(all []unsaved, err error) {
			if err != nil || len(all) == 0 || w.dialogs.top() != nil {
				return
			}
			var d *dialog
			body := container.NewVBox(paragraph(lang.L("unsaved.text")))
			for _, u := range all {
				button := newButton(w.keys, lang.L("unsaved.entry", with{"Client": u.client, "When": w.moment(u.At)}), func() {
					d.hide()
					w.editor.open(u.Invoice)
				})
				button.Icon, button.Alignment = theme.DocumentCreateIcon(), widget.ButtonAlignLeading
				body.Add(button)
			}
			d = w.dialogs.show(lang.L("unsaved.title"), fyne.NewSize(460, 0), body, newButton(w.keys, lang.L("action.later"), func() { d.hide() }))
		})
}

// unsaved is what was typed and not saved, and for whom.
type unsaved struct {
	app.Unsaved
	client string
}

func (e *editor) unsaved(ctx context.Context) ([]unsaved, error) {
	kept, err := e.app.Unsaved(ctx, e.me())
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	m, err := e.app.Materials(ctx, e.me())
	if err != nil {
		return nil, err
	}
	d := draft{materials: m}
	all := make([]unsaved, len(kept))
	for i, u := range kept {
		c, known := d.client(u.Form.Client)
		all[i] = unsaved{u, c.Name}
		if !known {
			all[i].client = lang.L("unsaved.no-client")
		}
	}
	return all, nil
}

package screens

import (
	"context"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/style"
)

// replaceApp is what replacing a closed invoice asks of the application.
type replaceApp interface {
	Replace(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.ReplaceView, error)
	ReplaceView(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.ReplaceView, error)
	VoidInXero(ctx context.Context, by staff.Member, id billing.InvoiceID) (app.Run, error)
	DeleteReplaced(ctx context.Context, by staff.Member, id billing.InvoiceID) error
	CopyReplaced(ctx context.Context, by staff.Member, id billing.InvoiceID, today billing.Date) (billing.InvoiceID, error)
	StopReplacing(ctx context.Context, by staff.Member, id billing.InvoiceID) error
	Replacements(ctx context.Context, by staff.Member) ([]app.Replacement, error)
	Progress(ctx context.Context, id app.RunID) (app.Progress, error)
}

// replacement is the dialog that leads through the three steps in which a closed invoice is
// replaced. It can be left at any step and taken up again.
type replacement struct {
	*billingScreen
	loading task
	replaceState
	note    *widget.Label // the result of the last look into Xero
	box     *dialog
	ticking bool
}

// replaceState is how far a replacement has come.
type replaceState struct {
	view  app.ReplaceView
	waits string // what its voiding waits for; "" for nothing
}

// replace begins to replace a closed invoice, or goes on with that.
func (b *billingScreen) replace(id billing.InvoiceID) {
	act(b.shell, lang.L("busy.opening-invoice"), func(ctx context.Context) (app.ReplaceView, error) {
		return b.app.Replace(ctx, b.me(), id)
	}, func(v app.ReplaceView, err error) {
		if err != nil {
			b.failed(lang.L("replace.failed"), err)
			return
		}
		b.news.mine[id] = true
		b.underWay.load()
		r := &replacement{billingScreen: b, loading: task{ui: b.ui}, replaceState: replaceState{view: v}}
		b.replacing = r
		r.note = caption("")
		r.show()
	})
}

// changed reads the replacement again when its invoice is among those that changed.
func (r *replacement) changed(ids []billing.InvoiceID) {
	if slices.Contains(ids, r.view.Invoice.ID) {
		r.load()
	}
}

// load reads how far the replacement has come.
func (r *replacement) load() {
	id := r.view.Invoice.ID
	load(&r.loading, func(ctx context.Context) (s replaceState, err error) {
		if s.view, err = r.app.ReplaceView(ctx, r.me(), id); err != nil || s.view.Step != app.Voiding || len(s.view.Removals) == 0 {
			return s, err
		}
		p, err := r.app.Progress(ctx, s.view.Removals[0].Run)
		s.waits = waitingFor(p, r.now())
		return s, err
	}, func(s replaceState, err error) {
		if r.box == nil {
			return
		}
		if err != nil {
			r.say(say(err))
			return
		}
		was := r.replaceState
		r.replaceState = s
		if s.view.Step != was.view.Step || s.view.Why != was.view.Why || s.waits != was.waits || s.view.Link != was.view.Link {
			r.show()
		}
		r.tick()
	})
}

// tick reads again after a second while the invoice is being voided: what that waits for is no event.
func (r *replacement) tick() {
	if r.ticking || r.view.Step != app.Voiding {
		return
	}
	r.ticking = true
	r.after(time.Second, func() {
		r.do(func() {
			r.ticking = false
			if r.box != nil {
				r.load()
			}
		})
	})
}

// say tells a result, below the steps.
func (r *replacement) say(text string) {
	r.note.SetText(text)
	r.note.Hidden = text == ""
	r.box.fit()
}

// show opens the dialog at the step that comes next.
func (r *replacement) show() {
	if r.box != nil {
		r.box.onHide = nil
		r.box.hide()
	}
	v := r.view
	body := container.New(layout.NewCustomPaddedVBoxLayout(-style.Gap), paragraph(lang.L("replace.text",
		with{"Number": v.Invoice.Number, "Client": v.Client.Name, "Total": r.format.Money(v.Totals.Total)})))
	at := stepOf(v.Step)
	for i, title := range []string{lang.L("replace.step1"), lang.L("replace.step2"), lang.L("replace.step3")} {
		name := heading(title)
		name.Truncation = fyne.TextTruncateOff
		sign := style.Done
		if i >= at {
			sign = style.Queued
			name.TextStyle.Bold = i == at
		}
		if i == at {
			sign = style.Now
		}
		body.Add(signed(sign, name))
		if i == at {
			body.Add(container.New(layout.NewCustomPaddedLayout(0, 0, signRoom, 0), r.step()))
		}
	}
	r.note.Hidden = r.note.Text == ""
	body.Add(r.note)

	leave := newButton(r.keys, lang.L("action.close"), func() { r.box.hide() })
	buttons := []*button{leave}
	if v.Step != app.ReplaceDone && v.Step != app.Voiding {
		buttons = []*button{newButton(r.keys, lang.L("replace.stop"), r.askStop), leave}
	}
	switch next := r.next(); {
	case next == nil:
	case at == deletes: // there is no way back from it
		next.Importance = widget.DangerImportance
		buttons = slices.Insert(buttons, len(buttons)-1, next)
	default:
		buttons = append(buttons, next)
	}
	title := lang.L("replace.title", with{"Number": v.Invoice.Number})
	r.box = r.dialogs.show(title, fyne.NewSize(600, 0), body, buttons...).about("replace")
	r.box.onHide = r.closed
	r.tick()
}

// closed is called when the dialog was left.
func (r *replacement) closed() {
	r.loading.stop()
	r.box = nil
	if r.replacing == r {
		r.replacing = nil
	}
}

// deletes is the step at which the invoice is deleted here.
const deletes = 1

// stepOf returns which of the three steps a replacement is at, from 0.
func stepOf(s app.ReplaceStep) int {
	switch s {
	case app.FindFirst, app.DeleteHere:
		return deletes
	case app.CopyNow:
		return 2
	case app.ReplaceDone:
		return 3
	}
	return 0
}

// step says what happens at the step, and what can be done beside what comes next.
func (r *replacement) step() fyne.CanvasObject {
	v := r.view
	parts := container.New(closely)
	tell := func(texts ...string) {
		for _, text := range texts {
			if text != "" {
				parts.Add(paragraph(text))
			}
		}
	}
	buttons := container.New(layout.NewRowWrapLayout())
	check := newButton(r.keys, lang.L("action.check-xero"), r.check)
	switch v.Step {
	case app.VoidFirst:
		if v.Why != "" {
			parts.Add(signed(style.Failed, paragraph(lang.L("replace.last-failed", with{"Why": v.Why}))))
		}
		tell(lang.L("replace.void-first"), creditNoteWords())
		void := newButton(r.keys, lang.L("replace.void"), r.askVoid)
		buttons.Add(void)
		buttons.Add(check)
	case app.UnpayFirst:
		parts.Add(signed(style.Held, paragraph(v.Why)))
		tell(lang.L("replace.unpay-first"),
			creditNoteWords()+" "+lang.L("replace.or-credit"))
		buttons.Add(check)
	case app.UnlockFirst:
		parts.Add(signed(style.Held, paragraph(v.Why)))
		tell(creditNoteWords())
		buttons.Add(check)
	case app.Voiding:
		parts.Add(signed(style.Busy, paragraph(lang.L("replace.voiding"))))
		tell(r.waits)
	case app.FindFirst:
		tell(lang.L("replace.missing"))
		if !r.me().May(staff.ReleaseMissing, v.Client.ID) {
			parts.Add(signed(style.Held, paragraph(lang.L("replace.delete.needs", with{"Permission": permissionsFor(staff.ReleaseMissing)}))))
		}
		buttons.Add(check)
	case app.DeleteHere:
		tell(lang.L("replace.voided"))
	case app.CopyNow:
		if v.Invoice.Stage.Status == billing.Closed {
			tell(lang.L("replace.credited"))
		}
		tell(lang.L("replace.copy", with{"Number": v.Invoice.Number}))
	}
	if len(buttons.Objects) > 0 {
		parts.Add(container.New(inset, buttons))
	}
	return parts
}

// next returns the button that leads on, or nil where there is none.
func (r *replacement) next() *button {
	v := r.view
	switch v.Step {
	case app.VoidFirst, app.UnpayFirst, app.UnlockFirst:
		if v.Link == "" {
			return nil
		}
		return newButton(r.keys, lang.L("action.open-in-xero"), func() { r.openURL(v.Link) })
	case app.FindFirst, app.DeleteHere:
		b := newButton(r.keys, lang.L("replace.delete"), r.deleteHere)
		b.enable(v.Step == app.DeleteHere || r.me().May(staff.ReleaseMissing, v.Client.ID))
		return b
	case app.CopyNow:
		return newButton(r.keys, lang.L("replace.make-draft"), r.copy)
	case app.ReplaceDone:
		return newButton(r.keys, lang.L("replace.open-draft"), func() {
			r.box.hide()
			r.write(v.Replacement.Copy)
		})
	}
	return nil
}

// check reads the invoice in Xero again.
func (r *replacement) check() {
	id, was := r.view.Invoice.ID, r.view.Step
	r.say(lang.L("busy.checking-xero"))
	act(r.shell, lang.L("busy.checking-xero"), func(ctx context.Context) (app.ReplaceView, error) {
		if err := r.app.LookAgain(ctx, r.me(), []billing.InvoiceID{id}); err != nil {
			return app.ReplaceView{}, err
		}
		return r.app.ReplaceView(ctx, r.me(), id)
	}, func(v app.ReplaceView, err error) {
		switch {
		case r.box == nil: // they have left meanwhile
		case err != nil:
			r.say(say(err))
		default:
			r.note.SetText("")
			if v.Step == was {
				r.note.SetText(lang.L("replace.checked", with{"Time": r.moment(r.now())}))
			}
			r.view = v
			r.show()
		}
	})
}

// askVoid asks once more before the invoice is voided in Xero.
func (r *replacement) askVoid() {
	v := r.view
	title := lang.L("replace.void.title", with{"Number": v.Invoice.Number})
	text := lang.L("replace.void.text",
		with{"Number": v.Invoice.Number, "Client": v.Client.Name, "Total": r.format.Money(v.Totals.Total), "Organisation": v.Organisation.Name})
	r.dialogs.warn(title, paragraph(text), lang.L("replace.void.yes"), func() {
		r.then(lang.L("replace.void.failed"), func(ctx context.Context) error {
			_, err := r.app.VoidInXero(ctx, r.me(), v.Invoice.ID)
			return err
		}, r.load)
	})
}

func (r *replacement) deleteHere() {
	id := r.view.Invoice.ID
	r.then(lang.L("delete.failed"), func(ctx context.Context) error { return r.app.DeleteReplaced(ctx, r.me(), id) }, r.load)
}

// copy makes the draft and opens it.
func (r *replacement) copy() {
	var made billing.InvoiceID
	id, today := r.view.Invoice.ID, billing.DateOf(r.now())
	r.then(lang.L("replace.copy.failed"), func(ctx context.Context) (err error) {
		made, err = r.app.CopyReplaced(ctx, r.me(), id, today)
		return err
	}, func() {
		r.leave()
		r.underWay.load()
		r.write(made)
	})
}

// askStop asks whether the replacement shall be given up.
func (r *replacement) askStop() {
	v := r.view
	text := lang.L("replace.stop.text")
	if v.Invoice.Stage.Status == billing.Deleted {
		text = lang.L("replace.stop.text.deleted")
	}
	r.dialogs.ask(lang.L("replace.stop.title", with{"Number": v.Invoice.Number}), text, lang.L("replace.stop.yes"), func() {
		r.then(lang.L("replace.stop.failed"), func(ctx context.Context) error {
			return r.app.StopReplacing(ctx, r.me(), v.Invoice.ID)
		}, func() {
			delete(r.news.mine, v.Invoice.ID)
			r.leave()
			r.underWay.load()
		})
	})
}

// leave closes the dialog, unless the person has by now.
func (r *replacement) leave() {
	if r.box != nil {
		r.box.hide()
	}
}

// then does one step and goes on, or tells why it was not done.
func (r *replacement) then(refused string, do func(context.Context) error, next func()) {
	act(r.shell, lang.L("busy.changing-invoices"), func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) },
		func(_ struct{}, err error) {
			if err != nil {
				r.failed(refused, err)
				return
			}
			if r.box != nil {
				r.say("")
			}
			next()
		})
}

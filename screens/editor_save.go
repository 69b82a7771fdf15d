package screens

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/screens/sheet"
	"feebridge/screens/style"
)

// saveThen saves the draft where there is something to save, and then does what follows.
func (e *editor) saveThen(then func()) {
	e.lines.Commit()
	if e.saving || !e.writable() {
		return
	}
	if !e.draft.dirty() && e.draft.Version > 0 {
		then()
		return
	}
	e.saving = true
	e.keeping.stop()
	w := e.draft.Writing
	w.Form = trimmed(e.draft.current())
	e.showTitle()
	act(e.shell, lang.L("busy.saving"), func(ctx context.Context) (app.Writing, error) {
		e.keep.Lock()
		defer e.keep.Unlock()
		return e.app.SaveWriting(ctx, e.me(), w)
	}, func(saved app.Writing, err error) {
		e.saving = false
		overtaken, later := errors.AsType[*app.Overtaken](err)
		problems, unread := errors.AsType[billing.Problems](err)
		switch {
		case later:
			e.tellOvertaken(overtaken, then)
		case unread:
			e.pointAt(problems[0])
		case err != nil:
			e.failed(lang.L("editor.save.failed"), err)
		default:
			e.saved(saved)
			then()
		}
		e.showTitle()
	})
}

// saved goes on from what was saved. What was typed meanwhile stays typed.
func (e *editor) saved(w app.Writing) {
	d := e.draft
	d.Version, d.Base, d.Number, d.Stage, d.Since = w.Version, w.Base, w.Number, w.Stage, w.Since
	if !d.dirty() {
		write(e.state, lang.L("done.saved"))
	}
}

// pointAt shows a cell that cannot be read.
func (e *editor) pointAt(p billing.Problem) {
	e.point(p.Line, p.Field)
	e.tellProblem()
	write(e.state, lang.L("editor.unreadable"))
}

// point puts the cursor on a field of a line, counted from 0, or of the head.
func (e *editor) point(line int, f billing.Field) {
	if line < 0 {
		e.head.point(f)
		return
	}
	column, _ := e.draft.columnOf(line, f)
	e.lines.SetCursor(sheet.Cell{Row: line, Column: column})
	e.lines.Focus()
}

// tellOvertaken tells what another person changed, and lets this one decide.
func (e *editor) tellOvertaken(o *app.Overtaken, then func()) {
	who, useTheirs := told(o.Name()), lang.L("editor.overtaken.theirs-unknown")
	if o.By != "" {
		useTheirs = lang.L("editor.overtaken.theirs", with{"Name": o.By})
	}
	var rows [][]listCell
	for _, c := range o.Changes {
		where := lang.L("editor.overtaken.details")
		if c.Line >= 0 {
			where = lang.L("editor.overtaken.line", with{"Line": c.Line + 1})
		}
		rows = append(rows, []listCell{{text: where}, {text: fieldWord(c.Field)}, {text: e.fieldText(c.Field, c.From)}, {text: e.fieldText(c.Field, c.To)}})
	}
	list := newListing(e.keys, []listColumn{
		{title: lang.L("editor.overtaken.where"), width: 80}, {title: lang.L("editor.overtaken.field"), width: 130}, {title: lang.L("editor.overtaken.before"), width: 230}, {title: lang.L("editor.overtaken.now"), stretch: true},
	}, rows)
	text := lang.L("editor.overtaken.text")
	var d *dialog
	leave := newButton(e.keys, lang.L("editor.keep-editing"), func() { d.hide() })
	theirs := newButton(e.keys, useTheirs, func() {
		d.hide()
		e.take(o.Now)
	})
	buttons := []*button{leave, theirs}
	if o.Now.Stage.Status == billing.Draft {
		buttons = append(buttons, newButton(e.keys, lang.L("editor.overtaken.mine"), func() {
			d.hide()
			e.draft.Version, e.draft.Base = o.Now.Version, o.Now.Base
			e.saveThen(then)
		}))
	} else {
		text = lang.L("editor.overtaken.not-draft", with{"Status": statusInSentence(o.Now.Stage.Status)})
	}
	d = e.dialogs.show(lang.L("editor.overtaken.title", with{"Name": who}), fyne.NewSize(760, 420),
		container.NewBorder(paragraph(text), nil, nil, nil, list.content()), buttons...).about("write")
}

// fieldText is a value of a difference as a person reads it.
func (e *editor) fieldText(f billing.Field, text string) string {
	if c, known := e.draft.client(billing.ClientID(text)); f == billing.ClientField && known {
		return c.Name
	}
	return text
}

// take shows what is stored instead of what was typed, which can be brought back by undo.
func (e *editor) take(w app.Writing) {
	d := e.draft
	d.change("", func(f *billing.Form) { *f = w.Form })
	d.Version, d.Base, d.Number, d.Stage = w.Version, w.Base, w.Number, w.Stage
	e.refill()
	e.lines.SetLocked(!e.writable())
	e.forget(func() {})
}

// forget gives up what was kept of the typing.
func (e *editor) forget(then func()) {
	id := e.draft.Invoice
	e.keeping.stop()
	act(e.shell, lang.L("busy.saving"), func(ctx context.Context) (struct{}, error) {
		e.keep.Lock()
		defer e.keep.Unlock()
		return struct{}{}, e.app.ForgetUnsaved(ctx, e.me(), id)
	}, func(_ struct{}, err error) {
		if err != nil {
			e.failed(lang.L("editor.discard.failed"), err)
			return
		}
		then()
	})
}

// saveAndFinalize makes the invoice ready for export.
func (e *editor) saveAndFinalize() { e.saveThen(e.finalizeDated) }

// finalizeDated asks before an invoice with odd dates is finalized: by the rule of imports and of exports, which would
// warn of it, too, but later.
func (e *editor) finalizeDated() {
	f := e.draft.Form
	look, odd := billing.OddDates(f.Date, f.Due, billing.DateOf(e.now()))
	if !odd {
		e.finalizeSaved()
		return
	}
	var d *dialog
	goOn := newButton(e.keys, lang.L("dates.finalize"), func() {
		d.hide()
		e.finalizeSaved()
	})
	change := newButton(e.keys, lang.L("dates.change"), func() {
		d.hide()
		field := billing.DueField
		if f.Date.FarFrom(billing.DateOf(e.now())) {
			field = billing.DateField
		}
		e.head.point(field)
	})
	d = e.dialogs.show(lang.L("dates.title.one"), fyne.NewSize(confirmWidth, 0), paragraph(told(look)), goOn, change)
}

func (e *editor) finalizeSaved() {
	e.move(e.app.Finalize, lang.L("editor.finalize.failed"), func() {
		e.notice(lang.L("editor.finalized-as", with{"Number": e.draft.Number, "Key": controlName(fyne.KeyE)}))
	})
}

// move moves the invoice to another stage and shows the result.
func (e *editor) move(do moving, refused string, then func()) {
	id := e.draft.Invoice
	e.saving = true
	act(e.shell, lang.L("busy.changing-invoices"), func(ctx context.Context) (app.Writing, error) {
		results, err := do(ctx, e.me(), []billing.InvoiceID{id})
		if err == nil {
			err = results[0].Err
		}
		if err != nil {
			return app.Writing{}, err
		}
		return e.app.OpenWriting(ctx, e.me(), id)
	}, func(w app.Writing, err error) {
		e.saving = false
		if err != nil {
			e.showTitle()
			e.failed(refused, err)
			return
		}
		materials := e.draft.materials
		e.show(&draft{Writing: w, materials: materials})
		e.lines.Focus()
		then()
	})
}

// exportNow asks to export the invoice where that is possible.
func (e *editor) exportNow() {
	if exporting.can(e.draft.Stage) && e.draft.Version > 0 {
		e.export(e.draft.Invoice)
	}
}

// redraftNow asks to take the invoice back to draft where that is possible.
func (e *editor) redraftNow() {
	if redrafting.can(e.draft.Stage) && e.draft.Version > 0 {
		e.redraft(e.draft.Invoice)
	}
}

// close leads back to the list.
func (e *editor) close() { e.gone(e.draft.Invoice) }

// leave asks whether to save what was not saved.
func (e *editor) leave(then func()) {
	e.lines.Commit()
	if !e.writable() || !e.draft.dirty() {
		e.end(then)
		return
	}
	var d *dialog
	stay := newButton(e.keys, lang.L("editor.keep-editing"), func() { d.hide() })
	drop := newButton(e.keys, lang.L("editor.leave.discard"), func() {
		d.hide()
		e.forget(func() { e.end(then) })
	})
	keep := newButton(e.keys, lang.L("editor.save"), func() {
		d.hide()
		e.saveThen(func() { e.end(then) })
	})
	d = e.dialogs.show(lang.L("editor.leave.title"), fyne.NewSize(440, 0),
		paragraph(lang.L("editor.leave.text")), drop, stay, keep)
}

// end closes the page for good.
func (e *editor) end(then func()) {
	e.draft = &draft{}
	e.keeping.stop()
	then()
}

// showMenu opens More actions.
func (e *editor) showMenu() {
	d := e.draft
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(e.more)
	stored := ""
	if d.Version == 0 {
		stored = lang.L("obstacle.unsaved")
	}
	may := e.me().May(staff.EditInvoices, d.Form.Client)
	permitted := func(why string) string {
		if why == "" && !may {
			return needsWords(staff.EditInvoices)
		}
		return why
	}
	moves := func(m move) string {
		if !m.can(d.Stage) {
			return m.obstacle(d.Stage)
		}
		return stored
	}
	undo := fyne.NewMenuItem(lang.L("menu.undo"), func() { e.step((*draft).undo) })
	showKey(undo, fyne.KeyZ)
	redo := fyne.NewMenuItem(lang.L("menu.redo"), func() { e.step((*draft).redo) })
	showKey(redo, fyne.KeyY)
	exportIt := menuItem(lang.L("action.export"), moves(exporting), func() { e.export(d.Invoice) })
	showKey(exportIt, fyne.KeyE)
	draft := menuItem(lang.L("menu.draft"), permitted(moves(redrafting)), e.redraftNow)
	showKey(draft, fyne.KeyD)
	extras := fyne.NewMenuItem(lang.L("menu.extras"), func() { e.showExtras(!e.extras) })
	extras.Checked = e.extras
	openMenu(fyne.NewMenu("",
		undo, redo, extras,
		fyne.NewMenuItemSeparator(),
		menuItem(lang.L("menu.preview-pdf"), stored, func() { e.print(d.Invoice) }),
		menuItem(lang.L("menu.save-pdf"), stored, func() { e.savePaper(d.Invoice) }),
		exportIt,
		draft,
		menuItem(lang.L("menu.replace"), permitted(moves(replacing)), func() { e.replace(d.Invoice) }),
		menuItem(lang.L("menu.duplicate"), permitted(stored), e.duplicate),
		menuItem(lang.L("menu.delete"), permitted(moves(deleting)), e.confirmDelete),
		fyne.NewMenuItemSeparator(),
		menuItem(lang.L("menu.history"), stored, func() { e.history(d.Invoice) }),
	), e.window.Canvas(), at.AddXY(0, e.more.Size().Height+style.Gap))
}

// duplicate makes a new draft of the invoice and opens it.
func (e *editor) duplicate() {
	id := e.draft.Invoice
	copyIt := func() {
		act(e.shell, lang.L("busy.saving"), func(ctx context.Context) (billing.InvoiceID, error) {
			return e.app.Duplicate(ctx, e.me(), id, billing.DateOf(e.now()))
		}, func(made billing.InvoiceID, err error) {
			if err != nil {
				e.failed(lang.L("editor.duplicate.failed"), err)
				return
			}
			e.open(made)
		})
	}
	if e.writable() {
		e.saveThen(copyIt)
		return
	}
	copyIt()
}

func (e *editor) confirmDelete() {
	title := lang.L("delete.title.draft")
	if e.draft.Number != "" {
		title = lang.L("delete.title.one", with{"Number": e.draft.Number})
	}
	id := e.draft.Invoice
	rows := []*app.InvoiceRow{{
		Number: e.draft.Number, Client: e.nameOf(string(e.draft.Form.Client)), Total: e.draft.totals.Total, Stage: e.draft.Stage,
	}}
	e.dialogs.warn(title, container.NewVBox(paragraph(deleteWords(rows)), e.itemized(rows)), lang.L("delete.yes"), func() {
		act(e.shell, lang.L("busy.changing-invoices"), func(ctx context.Context) ([]app.Result, error) {
			return e.app.Delete(ctx, e.me(), []billing.InvoiceID{id})
		}, func(results []app.Result, err error) {
			if err == nil {
				err = results[0].Err
			}
			if err != nil {
				e.failed(lang.L("delete.failed"), err)
				return
			}
			e.forget(func() {
				e.draft = &draft{}
				e.gone("")
			})
		})
	})
}

// step undoes or redoes a change.
func (e *editor) step(do func(*draft) bool) {
	e.lines.Commit()
	if e.writable() && do(e.draft) {
		e.refill()
		e.keepSoon()
	}
}

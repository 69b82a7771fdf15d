package app

import (
	"context"
	"strings"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// ReplaceStep says what comes next of a replacement.
type ReplaceStep string

// The steps of a replacement.
const (
	VoidFirst   ReplaceStep = "void"     // it is live in Xero, and can be voided there
	UnpayFirst  ReplaceStep = "unpay"    // payments are recorded in Xero, which must be removed there first
	UnlockFirst ReplaceStep = "unlock"   // the books in Xero are closed for its date
	Voiding     ReplaceStep = "voiding"  // it is on its way to be voided
	FindFirst   ReplaceStep = "find"     // it was not found in Xero: an Admin has to delete it
	DeleteHere  ReplaceStep = "delete"   // it is voided in Xero, and can be deleted here
	CopyNow     ReplaceStep = "copy"     // the draft copy can be made
	ReplaceDone ReplaceStep = "replaced" // the copy is made
)

// ReplaceView is a replacement with what a person has to know of it.
type ReplaceView struct {
	InvoiceView
	Replacement Replacement
	Step        ReplaceStep
	Why         string // what stands in the way; "" for nothing
}

// Replace begins to replace a closed invoice, or goes on with it.
func (a *App) Replace(ctx context.Context, by staff.Member, id billing.InvoiceID) (ReplaceView, error) {
	err := a.Update(ctx, func(tx Tx) error {
		v, err := tx.Invoice(id)
		if err != nil {
			return err
		}
		if err := Allow(by, staff.EditInvoices, v.Client); err != nil {
			return err
		}
		switch r, err := tx.Replacement(id); {
		case err == nil && (r.Ended.IsZero() || r.Copy != ""):
			return nil
		case err != nil && !IsCode(err, NotFound):
			return err
		case err == nil && v.Stage.Status == billing.Deleted: // it was given up after that
		case v.Stage.Status != billing.Closed:
			return hindered(billing.Void, v)
		}
		if err := tx.SaveReplacement(Replacement{Invoice: id, By: by.ID, Began: tx.Now()}); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditReplace, "invoice", string(id), "", translations.Text("trail.begun")))
	})
	if err != nil {
		return ReplaceView{}, err
	}
	return a.ReplaceView(ctx, by, id)
}

// ReplaceView tells how far the replacement of an invoice has come.
func (a *App) ReplaceView(ctx context.Context, by staff.Member, id billing.InvoiceID) (ReplaceView, error) {
	view, err := a.Invoice(ctx, by, id)
	if err != nil {
		return ReplaceView{}, err
	}
	r := ReplaceView{InvoiceView: view}
	err = a.View(ctx, func(rd Reader) (err error) {
		if r.Replacement, err = rd.Replacement(id); err != nil {
			return err
		}
		var lock billing.Date
		if len(view.Exports) > 0 {
			chart, err := rd.Chart(view.Exports[0].Tenant)
			if err != nil && !IsCode(err, NotFound) {
				return err
			}
			lock = chart.Lock()
		}
		r.Step, r.Why = replaceStep(r.Replacement, view, lock)
		return nil
	})
	return r, err
}

// replaceStep tells what comes next, and what stands in the way of it.
func replaceStep(r Replacement, view InvoiceView, lock billing.Date) (ReplaceStep, string) {
	stage := view.Invoice.Stage
	var st ledger.Standing
	if len(view.Exports) > 0 {
		st = view.Exports[0].Standing
	}
	switch {
	case r.Copy != "":
		return ReplaceDone, ""
	case stage.Status == billing.Deleted, st.Settlement() == ledger.Credited && stage.Status == billing.Closed:
		return CopyNow, ""
	case stage.Export == billing.VoidedInXero:
		return DeleteHere, ""
	case stage.Export == billing.Removing:
		return Voiding, ""
	case stage.Export == billing.NotFoundInXero:
		return FindFirst, ""
	}
	if why := st.CannotVoid(); why.Text != "" {
		return UnpayFirst, why.Text
	}
	if why := ledger.Locked(st.Date, lock); why.Text != "" {
		return UnlockFirst, why.Text
	}
	return VoidFirst, keptWhy(view.Removals)
}

// keptWhy says why the last try to void or delete an invoice in Xero failed.
func keptWhy(all []Removal) string {
	if len(all) == 0 || all[0].Result != KeptThere || len(all[0].Messages) == 0 {
		return ""
	}
	return all[0].Messages[0].Text
}

// Replacements returns the replacements under way that the member may go on with.
func (a *App) Replacements(ctx context.Context, by staff.Member) ([]Replacement, error) {
	var open []Replacement
	err := a.View(ctx, func(r Reader) error {
		open = nil
		all, err := r.Replacements()
		if err != nil {
			return err
		}
		for _, one := range all {
			v, err := r.Invoice(one.Invoice)
			if err != nil {
				return err
			}
			if by.May(staff.EditInvoices, v.Client) {
				open = append(open, one)
			}
		}
		return nil
	})
	return open, err
}

// VoidInXero voids the invoice of a replacement in Xero. The request is on disk when it
// returns, and is sent as an export is.
func (a *App) VoidInXero(ctx context.Context, by staff.Member, id billing.InvoiceID) (Run, error) {
	var run Run
	err := a.Update(ctx, func(tx Tx) error {
		if err := CheckUnlocked(tx); err != nil {
			return err
		}
		v, err := replaced(tx, by, id)
		if err != nil {
			return err
		}
		exports, err := tx.ExportsOf(id)
		if err != nil {
			return err
		}
		to, ok := v.Stage.Next(billing.Void)
		if !ok || len(exports) == 0 {
			return Errorf(Conflict, "refused.void", "Invoice", v.Name(), "Stage", stagePhrase(v.Stage))
		}
		if why := exports[0].Standing.CannotVoid(); why.Text != "" {
			return Errorf(Conflict, "refused.void-because", "Invoice", v.Name(), "Why", why.Text)
		}
		q := &removalQueue{Tx: tx, by: by, stages: map[billing.Stage][]billing.InvoiceID{}}
		q.add(v, exports[0], to, ledger.VoidedThere)
		run = q.runs[0]
		return q.save()
	})
	if err == nil {
		a.Wake()
	}
	return run, err
}

// replaced returns the invoice of a replacement that is under way.
func replaced(tx Tx, by staff.Member, id billing.InvoiceID) (billing.Invoice, error) {
	v, err := tx.Invoice(id)
	if err != nil {
		return v, err
	}
	if err := Allow(by, staff.EditInvoices, v.Client); err != nil {
		return v, err
	}
	r, err := tx.Replacement(id)
	if err == nil && !r.Ended.IsZero() || IsCode(err, NotFound) {
		return v, Errorf(Conflict, "refused.not-replacing", "Invoice", v.Name())
	}
	return v, err
}

// DeleteReplaced deletes the invoice of a replacement here, once Xero has it voided. It
// is kept for the audit trail, and its number is never given out again.
func (a *App) DeleteReplaced(ctx context.Context, by staff.Member, id billing.InvoiceID) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := CheckUnlocked(tx); err != nil {
			return err
		}
		v, err := replaced(tx, by, id)
		if err != nil {
			return err
		}
		to, err := mayDelete(by, v)
		if err != nil {
			return err
		}
		if err := tx.Burn(v.Number); err != nil {
			return err
		}
		if err := tx.Advance(to, id); err != nil {
			return err
		}
		return tx.Record(Entry(by, EventNames[billing.Delete], "invoice", string(id), Describe(v.Stage), Describe(to)))
	})
}

// mayDelete returns the stage of an invoice after it is deleted. One that was not found in
// Xero is an Admin's to delete.
func mayDelete(by staff.Member, v billing.Invoice) (billing.Stage, error) {
	if v.Stage.Export == billing.NotFoundInXero {
		if err := Allow(by, staff.ReleaseMissing, ""); err != nil {
			return v.Stage, err
		}
	}
	return mayMove(by, v, billing.Delete, staff.EditInvoices)
}

// CopyReplaced makes the draft that takes the place of a replaced invoice, and ends the
// replacement. It has the old one's lines, today's date, no number yet, and a reference to
// the old one.
func (a *App) CopyReplaced(ctx context.Context, by staff.Member, id billing.InvoiceID, today billing.Date) (billing.InvoiceID, error) {
	var fresh billing.InvoiceID
	err := a.Update(ctx, func(tx Tx) error {
		v, err := replaced(tx, by, id)
		if err != nil {
			return err
		}
		exports, err := tx.ExportsOf(id)
		if err != nil {
			return err
		}
		r, err := tx.Replacement(id)
		if err != nil {
			return err
		}
		if step, _ := replaceStep(r, InvoiceView{Invoice: v, Exports: exports}, 0); step != CopyNow {
			return Errorf(Conflict, "refused.copy-first", "Invoice", v.Name())
		}
		draft, err := copyToDraft(tx, v, today, replacing(v.Reference, v.Number))
		if err != nil {
			return err
		}
		fresh = draft.ID
		r.Copy, r.Ended = fresh, tx.Now()
		if err := tx.SaveReplacement(r); err != nil {
			return err
		}
		if err := tx.Record(Entry(by, staff.AuditCopy, "invoice", string(fresh), "", translations.Text("trail.replaces", "Number", v.Number))); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditReplace, "invoice", string(id), "", translations.Text("trail.replaced")))
	})
	return fresh, err
}

// replacing returns the reference of an invoice that takes the place of another.
func replacing(reference string, number billing.Number) string {
	note := "Replaces " + string(number)
	if reference != "" {
		note = "; " + strings.ToLower(note[:1]) + note[1:]
	}
	room := max(0, billing.MaxReference-len([]rune(note)))
	if own := []rune(reference); len(own) > room {
		reference = string(own[:room])
	}
	return reference + note
}

// StopReplacing gives a replacement up. What was done in Xero and here stays done.
func (a *App) StopReplacing(ctx context.Context, by staff.Member, id billing.InvoiceID) error {
	return a.Update(ctx, func(tx Tx) error {
		v, err := replaced(tx, by, id)
		if err != nil {
			return err
		}
		if v.Stage.Export == billing.Removing {
			return Errorf(Conflict, "refused.voiding", "Invoice", v.Name())
		}
		r, err := tx.Replacement(id)
		if err != nil {
			return err
		}
		r.Ended = tx.Now()
		if err := tx.SaveReplacement(r); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditReplace, "invoice", string(id), "", translations.Text("trail.given-up")))
	})
}

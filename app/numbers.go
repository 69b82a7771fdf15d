package app

import (
	"context"
	"maps"
	"slices"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// Renumber gives finalized invoices whose number Xero has already, and drafts whose number is
// burnt, the next free one. The old number is burnt: whoever's it is in Xero, it is not given
// out again.
func (a *App) Renumber(ctx context.Context, by staff.Member, ids []billing.InvoiceID) ([]Result, error) {
	var results []Result
	err := a.Update(ctx, func(tx Tx) error {
		results = results[:0]
		invoices, err := tx.Invoices(Distinct(ids))
		if err != nil {
			return err
		}
		f, err := newFinishing(tx)
		if err != nil {
			return err
		}
		for _, v := range invoices {
			fresh, err := f.renumber(by, v)
			if err != nil && CodeOf(err) == Internal {
				return err
			}
			results = append(results, Result{v.ID, fresh, err})
		}
		if err := noteRefusals(tx, results); err != nil {
			return err
		}
		return nil
	})
	return results, err
}

// renumber gives one invoice the next number, and returns the number that it has then.
func (f *finishing) renumber(by staff.Member, v billing.Invoice) (billing.Number, error) {
	if err := Allow(by, staff.EditInvoices, v.Client); err != nil {
		return v.Number, err
	}
	useless, err := numberIsUseless(f, v)
	if err != nil {
		return v.Number, err
	}
	if !useless {
		return v.Number, Errorf(Conflict, "refused.keeps-number", "Invoice", v.Name())
	}
	was := v.Number
	if v.Number, err = f.takeNumber(); err != nil {
		return was, err
	}
	if err := f.Burn(was); err != nil {
		return was, err
	}
	if _, err := f.SaveInvoice(v); err != nil {
		return was, err
	}
	return v.Number, f.Record(Entry(by, staff.AuditRenumber, "invoice", string(v.ID), string(was), string(v.Number)))
}

// numberIsUseless reports whether the invoice cannot go to Xero under its number: Xero has
// said so, or the number was burnt before the invoice is finalized.
func numberIsUseless(r Reader, v billing.Invoice) (bool, error) {
	switch {
	case v.Stage.Status == billing.Draft && v.Number != "":
		return r.Burnt(v.Number)
	case v.Stage.Export == billing.Failed:
		exports, err := r.ExportsOf(v.ID)
		return len(exports) > 0 && ledger.HasCause(exports[0].Messages, ledger.NumberTaken), err
	}
	return false, nil
}

// checkNumber refuses a number that an invoice is not finalized with.
func (f *finishing) checkNumber(n billing.Number) error {
	if err := n.Check(); err != nil {
		return err
	}
	burnt, err := f.Burnt(n)
	if err != nil {
		return err
	}
	if !burnt {
		return nil
	}
	strays, err := StrayNumbers(f)
	if err != nil {
		return err
	}
	if strays[n.Fold()] {
		return Errorf(Conflict, "refused.stray-number", "Number", n)
	}
	return Errorf(Conflict, "refused.used-number", "Number", n)
}

// StrayNumbers returns the burnt numbers, folded, that strays have which are in force in Xero, or may still
// come into force there. Nothing tells that an invoice of such a number was ever approved.
func StrayNumbers(r Reader) (map[string]bool, error) {
	numbers := map[string]bool{}
	return numbers, eachLiveStray(r, func(s Stray) { numbers[s.Number.Fold()] = true })
}

// takeNumber takes the next number that no invoice has and that was never burnt.
func (f *finishing) takeNumber() (billing.Number, error) {
	if err := CheckUnlocked(f); err != nil {
		return "", err
	}
	firm := &f.terms.firm
	for ; ; firm.Numbering.Next++ {
		if err := firm.Numbering.Check(); err != nil {
			return "", err
		}
		n := firm.Numbering.Number()
		taken, err := f.InvoicesByNumber([]billing.Number{n})
		if err != nil {
			return "", err
		}
		burnt, err := f.Burnt(n)
		if err != nil {
			return "", err
		}
		if len(taken) == 0 && !burnt {
			firm.Numbering.Next++
			return n, f.SaveFirm(*firm)
		}
	}
}

// Gap is a number, or several in a row, of the firm's numbering that no invoice has.
type Gap struct {
	From, To billing.Number
	Why      GapWhy
	Invoice  billing.InvoiceID // that had it, of a single number; "" for none
	Client   string            // of that invoice
}

// GapWhy says why no invoice has a number.
type GapWhy string

// The reasons for a gap.
const (
	NeverUsed   GapWhy = "never_used" // no invoice ever had it, as far as is known
	DeletedFree GapWhy = "deleted"    // its invoice was deleted before it was approved: an invoice that is imported may have it
	UsedUp      GapWhy = "used_up"    // it was approved or voided in Xero, or Xero has it: it is never given again
)

// Gaps tells which numbers of the firm's numbering no invoice has, from the lowest that was
// used up to the next one, and why.
func (a *App) Gaps(ctx context.Context, by staff.Member) ([]Gap, error) {
	var gaps []Gap
	err := a.View(ctx, func(r Reader) error {
		gaps = nil
		if err := Allow(by, staff.EditSettings, ""); err != nil {
			return err
		}
		firm, err := r.Firm()
		if err != nil {
			return err
		}
		uses, err := r.NumberUses(firm.Numbering.Prefix)
		if err != nil {
			return err
		}
		gaps = findGaps(firm.Numbering, uses)
		return nil
	})
	return gaps, err
}

// findGaps goes through the numbers that were used, in their order.
func findGaps(n billing.Numbering, uses []NumberUse) []Gap {
	byNumber := map[int64]NumberUse{}
	for _, u := range uses {
		if next, ours := n.After(u.Number); ours && next <= n.Next {
			byNumber[next-1] = byNumber[next-1].and(u)
		}
	}
	number := func(at int64) billing.Number {
		n.Next = at
		return n.Number()
	}
	used, end := slices.Sorted(maps.Keys(byNumber)), n.Next
	var gaps []Gap
	for i, at := range used {
		if u := byNumber[at]; u.Invoice == "" || u.Deleted {
			gaps = append(gaps, Gap{From: number(at), To: number(at), Why: u.gap(), Invoice: u.Invoice, Client: u.Client})
		}
		next := end
		if i+1 < len(used) {
			next = used[i+1]
		}
		if at+1 < next {
			gaps = append(gaps, Gap{From: number(at + 1), To: number(next - 1), Why: NeverUsed})
		}
	}
	return gaps
}

// and returns what two uses of one number come to: an invoice that has it goes before one that
// had it.
func (u NumberUse) and(other NumberUse) NumberUse {
	burnt := u.Burnt || other.Burnt
	if other.Invoice != "" && (u.Invoice == "" || u.Deleted) {
		u = other
	}
	u.Burnt = burnt
	return u
}

// gap says why no invoice has the number any more.
func (u NumberUse) gap() GapWhy {
	if u.Burnt {
		return UsedUp
	}
	return DeletedFree
}

// NumberUse is a number that an invoice has or had, or that is burnt.
type NumberUse struct {
	Number  billing.Number
	Invoice billing.InvoiceID // "" where none is known
	Client  string
	Deleted bool // the invoice is
	Burnt   bool
}

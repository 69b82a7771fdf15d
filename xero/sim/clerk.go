package sim

import (
	"slices"
	"time"
)

// clerk keeps the books of an organisation for one request or one person's action. What it writes can be taken back,
// so that a refused element leaves nothing behind. The Sim's lock is held while it works.
type clerk struct {
	org         *Org
	now         time.Time
	unitPlaces  int32
	deletedHeld bool
	byApp       bool
	undo        []func()
}

func (s *Sim) clerk(o *Org, unitPlaces int32, byApp bool) *clerk {
	return &clerk{org: o, now: s.now(), unitPlaces: unitPlaces, deletedHeld: s.cfg.DeletedNumbersHeld, byApp: byApp}
}

// mark is a point to which rollback returns.
func (k *clerk) mark() int { return len(k.undo) }

func (k *clerk) rollback(mark int) {
	for _, undo := range slices.Backward(k.undo[mark:]) {
		undo()
	}
	k.undo = k.undo[:mark]
}

func (k *clerk) onRollback(undo func()) { k.undo = append(k.undo, undo) }

func (k *clerk) insertInvoice(inv Invoice) *Invoice {
	contact := k.org.contactByID[inv.ContactID]
	before := *contact
	stored := k.org.insertInvoice(inv)
	k.onRollback(func() {
		k.org.removeInvoice(stored)
		contact.IsCustomer, contact.IsSupplier = before.IsCustomer, before.IsSupplier
	})
	return stored
}

func (k *clerk) replaceInvoice(inv *Invoice, next Invoice) {
	before := inv.clone()
	k.org.replaceInvoice(inv, next)
	k.onRollback(func() { k.org.replaceInvoice(inv, before) })
}

func (k *clerk) insertContact(c Contact) *Contact {
	stored := k.org.insertContact(c)
	k.onRollback(func() { k.org.removeContact(stored) })
	return stored
}

func (k *clerk) replaceContact(c *Contact, next Contact) {
	before := c.clone()
	k.org.replaceContact(c, next)
	k.onRollback(func() { k.org.replaceContact(c, before) })
}

func (k *clerk) nextNumber() string {
	before := k.org.NextNumber
	k.onRollback(func() { k.org.NextNumber = before })
	return k.org.nextNumber()
}

// note makes a line of history.
func (k *clerk) note(changes, details string) HistoryRecord {
	user := "Sim Person"
	if k.byApp {
		user = "System Generated"
	}
	return HistoryRecord{Changes: changes, User: user, DateUTC: k.now, Details: details}
}

// lock is the lock that holds a document of this date, with its name; zero when the date is free. A user who may
// approve before the period lock date is held by the end of year only.
func (k *clerk) lock(date time.Time) (time.Time, string) {
	o := k.org
	if !o.EndOfYearLockDate.IsZero() && !date.After(o.EndOfYearLockDate) {
		return o.EndOfYearLockDate, "end of year lock date"
	}
	exempt := slices.ContainsFunc(o.Actions, func(a Action) bool {
		return a.Name == "ApproveTransactionsBeforePeriodLockDate" && a.Allowed
	})
	if !exempt && !o.PeriodLockDate.IsZero() && !date.After(o.PeriodLockDate) {
		return o.PeriodLockDate, "period lock date"
	}
	return time.Time{}, ""
}

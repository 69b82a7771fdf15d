package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Allow returns an error that names what is missing when the member may not do it. Out of
// a transaction it finds its way into the audit trail by itself; a use case that goes on
// in spite of it notes it with NoteRefusal.
func Allow(by staff.Member, a staff.Action, client billing.ClientID) error {
	if by.May(a, client) {
		return nil
	}
	return &Error{
		Code: Forbidden, Err: &refusal{by, a, client},
		Phrase: translations.Say("refused.permission", "Name", by.Name, "Action", a.Doing(), "Permission", a.Needs(), "Ask", by.WhoGrants()),
	}
}

// allow asks the table before a use case begins its first transaction.
func (a *App) allow(ctx context.Context, by staff.Member, action staff.Action, client billing.ClientID) error {
	return a.store.note(ctx, Allow(by, action, client))
}

// refusal is behind the error that tells a member what they may not do.
type refusal struct {
	by     staff.Member
	action staff.Action
	client billing.ClientID // "" where the action concerns none
}

// key is the refusal for whoever counts them: staff.Member cannot be compared.
func (r *refusal) key() refusalKey { return refusalKey{r.by.ID, r.action, r.client} }

type refusalKey struct {
	by     staff.ID
	action staff.Action
	client billing.ClientID
}

// Error returns what the trail says.
func (r *refusal) Error() string { return "refused: " + string(r.action) }

// refusals is a Store that puts into the audit trail what is refused in its transactions,
// after these were taken back.
type refusals struct {
	Store
	log *slog.Logger
}

// View implements Store.
func (s refusals) View(ctx context.Context, fn func(Reader) error) error {
	return s.note(ctx, s.Store.View(ctx, fn))
}

// Update implements Store.
func (s refusals) Update(ctx context.Context, fn func(Tx) error) error {
	return s.note(ctx, s.Store.Update(ctx, fn))
}

// note records what err refuses, if it refuses anything, and returns err.
func (s refusals) note(ctx context.Context, err error) error {
	var r *refusal
	if !errors.As(err, &r) {
		return err
	}
	record := func(tx Tx) error { return NoteRefusal(tx, err) }
	if failed := s.Store.Update(context.WithoutCancel(ctx), record); failed != nil {
		s.log.Error("recording a refusal", "by", r.by.ID, "action", r.action, "client", r.client, "error", failed)
	}
	return err
}

// sameRefusal is how long the same refusal of one person is not recorded again: nobody
// fills the trail by trying all the time.
const sameRefusal = 10 * time.Minute

// NoteRefusal records what err refuses, if it refuses anything.
func NoteRefusal(tx Tx, err error) error {
	var r *refusal
	if !errors.As(err, &r) {
		return nil
	}
	e := Entry(r.by, staff.AuditDenied, "client", string(r.client), "", r.action.Doing().String())
	if r.client == "" {
		e.Subject = "firm"
	}
	before, err := tx.Audit(AuditQuery{Subject: e.Subject, ID: e.ID, By: e.By, Action: e.Action, From: tx.Now().Add(-sameRefusal)})
	if err != nil {
		return err
	}
	for _, b := range before {
		if b.To == e.To {
			return nil
		}
	}
	return tx.Record(e)
}

// noteRefusals records what the errors of results refuse: each refusal once, however many invoices
// it is about.
func noteRefusals(tx Tx, results []Result) error {
	noted := map[refusalKey]bool{}
	for _, result := range results {
		r, ok := errors.AsType[*refusal](result.Err)
		if !ok || noted[r.key()] {
			continue
		}
		noted[r.key()] = true
		if err := NoteRefusal(tx, result.Err); err != nil {
			return err
		}
	}
	return nil
}

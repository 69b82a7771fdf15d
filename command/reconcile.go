package command

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"feebridge/app"
	"feebridge/assets/translations"
)

var reconcileCommand = command{
	name:  "reconcile",
	about: "compare a restored or copied database with Xero, so that it can export again",
	prepare: func(flags *flag.FlagSet) runner {
		var f reconcileFlags
		flags.StringVar(&f.without, "without-xero", "", "unlock the database without comparing it, for a `REASON` that the audit trail keeps; invoices that Xero has already may then be exported twice")
		return none(f.run)
	},
}

type reconcileFlags struct {
	without string // the comparison, for that reason
}

func (f *reconcileFlags) run(ctx context.Context, s *session) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	state, err := s.app.LockState(ctx)
	switch {
	case err != nil:
		return err
	case !state.Locked:
		s.print(map[string]bool{"locked": false}, "The database is not locked.")
		return nil
	case f.without != "":
		err = s.app.Unlock(ctx, s.me, f.without)
	default:
		err = s.compare(ctx)
	}
	if err != nil {
		return err
	}
	if state, err = s.app.LockState(ctx); err != nil {
		return err
	}
	s.printComparison(state)
	return nil
}

// compare compares the database with Xero.
func (s *session) compare(ctx context.Context) error {
	fmt.Fprintln(s.Err, "Comparing with Xero. After a restore this takes three minutes at least, so that no request can still be on its way.")
	if err := s.connect(ctx); err != nil {
		return err
	}
	err := s.app.Reconcile(ctx)
	if _, held := errors.AsType[*app.LeaseHeld](err); held {
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("command.comparing"), Err: err}
	}
	return err
}

// printComparison prints what was found in each organisation, and what of it is not known here.
func (s *session) printComparison(state app.LockState) {
	for _, c := range state.Compared {
		name := c.Organisation.Tenant.Name
		text := translations.Text("lock.compared", "Organisation", name,
			"Adopted", translations.Say("compared.adopted", "Count", c.Adopted), "Updated", translations.Say("compared.updated", "Count", c.Updated))
		if c.Without != "" {
			text = translations.Text("lock.without-it", "Organisation", name, "Why", c.Without)
		}
		s.print(map[string]any{
			"organisation": name, "found_again": c.Adopted, "brought_up_to_date": c.Updated, "without": c.Without,
		}, "%s", text)
		for _, stray := range c.Strays {
			s.print(map[string]string{
				"number": string(stray.Number), "why": string(stray.Why), "status": string(stray.Status), "total": stray.Total.String(),
			}, "  %s: %s, %s, %s in Xero", stray.Why, stray.Number, stray.Status, stray.Total)
		}
	}
}

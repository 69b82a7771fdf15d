package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/data/sqlite"
	"feebridge/xero"
)

// Opened is a firm that is open, for a window to show.
type Opened struct {
	App  *Desk
	Door *xero.Door
	Firm app.Firm
	Me   staff.Member // who acts; nobody where a person has to sign in
	Demo *Demo        // nil for a firm of one's own
}

// Demo is what only the demo firm has.
type Demo struct {
	Page string // of the simulated Xero, where a person plays the other side
	// InXero does in the simulated Xero what a person there can do to the live invoice of that
	// number.
	InXero func(act string, n billing.Number) error
	Tour   string // the folder for the pictures of a tour; "" for no tour
}

// windowCommand is feebridge without a word.
var windowCommand = command{
	prepare: func(flags *flag.FlagSet) runner {
		var f windowFlags
		f.sim.register(flags, "with --demo: ")
		flags.BoolVar(&f.demo, "demo", false, "open the demo firm, on a temporary database beside a simulated Xero")
		flags.StringVar(&f.tour, "tour", "", "with --demo: play the main job automatically, and save pictures of it to `FOLDER`")
		return none(f.run)
	},
}

type windowFlags struct {
	demo bool
	tour string
	sim  simFlags // of the demo firm's Xero
}

func (f *windowFlags) run(ctx context.Context, s *session) error {
	switch {
	case f.demo:
		return f.runDemo(ctx, s)
	case f.tour != "":
		return misused("--tour goes with --demo.")
	}
	if err := s.openOwn(ctx); err != nil {
		if gone, ok := errors.AsType[*sqlite.Damaged](err); ok {
			if backup := s.ShowDamaged(ctx, gone); backup != "" {
				return s.putBack(ctx, gone.Path, backup)
			}
		}
		return err
	}
	backup, err := s.OpenWindow(ctx, s.opened())
	if err != nil || backup == "" {
		return err
	}
	path := s.db.Path()
	s.close()
	return s.putBack(ctx, path, backup)
}

// runDemo opens the window on the demo firm, which is thrown away afterwards.
func (f *windowFlags) runDemo(ctx context.Context, s *session) error {
	there, end, err := s.openDemo(ctx, &f.sim)
	if err != nil {
		return err
	}
	defer end()
	fmt.Fprintln(s.Out, "To play the Xero side of the demo, open this page in your browser:", there.base)
	opened := s.opened()
	opened.Demo = &Demo{Page: there.base, InXero: there.act, Tour: f.tour}
	_, err = s.OpenWindow(ctx, opened)
	return err
}

// opened is the firm as it is handed to the window.
func (s *session) opened() Opened { return Opened{App: s.app, Door: s.door, Firm: s.firm, Me: s.me} }

// openOwn opens the firm for the window, in which a person signs in where --as does not
// say who acts.
func (s *session) openOwn(ctx context.Context) error {
	if err := s.openFirm(ctx); err != nil {
		return err
	}
	needed, err := s.app.NeedsSignIn(ctx)
	if err == nil && (!needed || s.common.as != "") {
		err = s.signIn(ctx)
	}
	if err != nil {
		return err
	}
	if s.me.ID != "" {
		if err := s.connect(ctx); err != nil {
			s.complain("Couldn't connect to Xero: %v", err)
		}
	}
	return nil
}

// putBack puts a backup in the place of the closed database, and opens the window again.
func (s *session) putBack(ctx context.Context, path, backup string) error {
	kept, err := sqlite.Restore(ctx, path, backup)
	if err != nil {
		return err
	}
	if kept != "" {
		s.say("The database from before is kept as %s", kept)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return exec.CommandContext(context.WithoutCancel(ctx), program, os.Args[1:]...).Start()
}

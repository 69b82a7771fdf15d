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
	"feebridge/data"
	"feebridge/xero"
)

// Opened is a firm that is open, for a window to show.
type Opened struct {
	App  *app.App
	Door *xero.Door
	Firm app.Firm
	Me   staff.Member // who acts; nobody where a person has to sign in
	Demo *Demo        // nil for a firm of one's own
}

// Demo is what only the demo firm has.
type Demo struct {
	Page string // of the simulated Xero, where a person plays the other side
	// InXero does in the simulated Xero what a person there can do to the invoice of that
	// number which is in force.
	InXero func(act string, n billing.Number) error
	Tour   string // the folder for the pictures of a tour; "" for no tour
}

func windowFlags(flags *flag.FlagSet, o *options) {
	simFlags(flags, o)
	flags.BoolVar(&o.demo, "demo", false, "explore the demo firm, on a throw-away database beside a simulated Xero")
	flags.StringVar(&o.tour, "tour", "", "with --demo: play the main job by itself, and write pictures of it to `FOLDER`")
}

func openWindow(ctx context.Context, s *session, words []string) int {
	switch {
	case len(words) > 0:
		return s.wrongUse("the window takes no arguments.")
	case s.options.tour != "" && !s.options.demo:
		return s.wrongUse("--tour goes with --demo.")
	}
	var played *Demo
	if s.options.demo {
		there, end, err := s.openDemo(ctx)
		if err != nil {
			return s.fail(err)
		}
		defer end()
		played = &Demo{Page: there.base, InXero: there.act, Tour: s.options.tour}
		fmt.Fprintln(s.Out, "The simulated Xero, where you play the other side:", there.base)
	} else if err := s.openOwn(ctx); err != nil {
		if gone, ok := errors.AsType[*data.Damaged](err); ok {
			if backup := s.ShowDamaged(ctx, gone); backup != "" {
				return s.putBack(ctx, gone.Path, backup)
			}
		}
		return s.fail(err)
	}
	opened := s.opened()
	opened.Demo = played
	backup, err := s.OpenWindow(ctx, opened)
	if err != nil {
		return s.fail(err)
	}
	if backup != "" {
		path := s.db.Path()
		s.close()
		s.db = nil
		return s.putBack(ctx, path, backup)
	}
	return exitDone
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
	if err == nil && (!needed || s.options.as != "") {
		err = s.signIn(ctx)
	}
	if err != nil {
		return err
	}
	if s.me.ID != "" {
		if err := s.connect(ctx); err != nil {
			fmt.Fprintln(s.Err, "feebridge: Xero cannot be reached now:", err)
		}
	}
	return nil
}

// putBack puts a backup in the place of the closed database, and opens the window again.
func (s *session) putBack(ctx context.Context, path, backup string) int {
	kept, err := data.Restore(ctx, path, backup)
	if err != nil {
		return s.fail(err)
	}
	if kept != "" {
		fmt.Fprintln(s.Out, "What was there is kept as", kept)
	}
	program, err := os.Executable()
	if err != nil {
		return s.fail(err)
	}
	if err := exec.Command(program, os.Args[1:]...).Start(); err != nil {
		return s.fail(err)
	}
	return exitDone
}

package command

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/data/crash"
	"feebridge/data/sheet"
	"feebridge/data/sqlite"
	"feebridge/instance"
	"feebridge/xero"
)

// Opened is a firm that is open, for a window to show.
type Opened struct {
	App   *Desk
	Door  *xero.Door
	Firm  app.Firm
	Me    staff.Member // who acts; nobody where a person has to sign in
	Paper app.Paper    // prints invoices; nil where none is printed
	Own   sheet.Keeper // refuses to write over the files of the database that is open
	Demo  *Demo        // nil for a firm of one's own

	// Host is asked by whoever starts Feebridge once more; nil where nobody reaches it.
	Host *instance.Host
	// Link is the key of the mark of the invoice that is to be shown first; "" for none.
	Link string
	// Crashed is what a run left that crashed; nil if the window has told of it.
	Crashed *crash.File
	// Earlier is where an earlier version kept the data; nil for nowhere else.
	Earlier *Earlier
}

// Demo is what only the demo firm has.
type Demo struct {
	Page string // of the simulated Xero, where a person plays the other side
	// InXero does in the simulated Xero what a person there can do to the live invoice of that
	// number.
	InXero func(act string, n billing.Number) error
	Tour   string // the folder for the pictures of a tour; "" for no tour
}

// Failure is why a firm could not be opened, and what can be done about it.
type Failure struct {
	Err     error
	File    string       // of the database; "" where that cannot be said
	Damaged *app.Damaged // nil where it is for another reason
	// LockedBy is the policy that sets the database; "" where the person may open another.
	LockedBy string

	Restore  func(ctx context.Context, backup string) error // puts a backup in the place of the file
	Use      func(ctx context.Context) error                // takes a file that was altered as it is
	SaveCopy func(to string) error                          // copies the file as it is
}

// Choice is what a person chose to do about a failure. The zero Choice is to leave it.
type Choice struct {
	Again bool   // to open the firm again
	Look  bool   // to open it only to look
	File  string // to open another database
}

// windowCommand is feebridge without a word.
var windowCommand = command{
	prepare: func(flags *flag.FlagSet) runner {
		var f windowFlags
		f.sim.register(flags, "with --demo: ")
		flags.Var(&f.link, "link", "show the invoice that this `LINK` (feebridge://open/…) leads to; nothing may follow it")
		flags.BoolVar(&f.look, "look", false, "open the firm's data only to look at it, even if it's damaged: nothing is saved or sent")
		flags.BoolVar(&f.demo, "demo", false, "open the demo firm, on a temporary database beside a simulated Xero")
		flags.StringVar(&f.tour, "tour", "", "with --demo: play the main job automatically, and save pictures of it to `FOLDER`")
		return none(f.run)
	},
}

type windowFlags struct {
	look bool
	demo bool
	tour string
	link link
	sim  simFlags // of the demo firm's Xero
}

func (f *windowFlags) run(ctx context.Context, s *session) error {
	switch {
	case f.demo:
		return f.runDemo(ctx, s)
	case f.tour != "":
		return misused("--tour goes with --demo.")
	}
	s.look = f.look
	if s.reached(ctx, f.link.key) {
		return nil
	}
	err := s.openFirm(ctx)
	if err == nil && !s.look {
		_, err = s.givenToken() // else each call to Xero would say why it is refused
	}
	if err != nil {
		return s.showFailure(ctx, err)
	}
	if err := s.beginOwn(ctx); err != nil {
		return err
	}
	opened := s.opened()
	opened.Host, opened.Link = s.host, f.link.key
	backup, err := s.OpenWindow(ctx, opened)
	if err != nil || backup == "" {
		return err
	}
	path := s.db.Path()
	s.close()
	return s.putBack(ctx, path, backup)
}

// reached reports whether the window of the firm is open already, and then has it come to the front,
// where it shows what a link leads to. Who asks to act as another member, or only to look, gets a
// window of their own. So does everybody where the other window does not answer: two do no harm.
func (s *session) reached(ctx context.Context, key string) bool {
	path, err := s.path()
	if err != nil || s.look || s.common.as != "" {
		return false // where the path cannot be said, opening the firm says why
	}
	if s.host, err = instance.Reach(ctx, path, key); err != nil {
		s.complain("Couldn't find out whether Feebridge is open already: %v", err)
		return false
	}
	return s.host == nil
}

// runDemo opens the window on the demo firm, which is thrown away afterwards.
func (f *windowFlags) runDemo(ctx context.Context, s *session) error {
	s.watchUnopened()
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
func (s *session) opened() Opened {
	return Opened{App: s.app, Own: s.db, Door: s.door, Firm: s.firm, Me: s.me, Paper: s.Paper, Crashed: s.crashed, Earlier: s.earlier}
}

// beginOwn finds out who acts in the window. A person signs in there, unless --as names one.
func (s *session) beginOwn(ctx context.Context) error {
	needed, err := s.app.NeedsSignIn(ctx)
	if err == nil && (!needed || s.common.as != "") {
		err = s.signIn(ctx)
	}
	if err != nil {
		return err
	}
	if s.me.ID != "" && !s.look {
		if err := s.connect(ctx); err != nil {
			s.complain("Couldn't connect to Xero: %v", err)
		}
	}
	return nil
}

// putBack puts a backup in the place of the closed database, and opens the window again.
func (s *session) putBack(ctx context.Context, path, backup string) error {
	if err := s.restore(ctx, path, backup); err != nil {
		return err
	}
	return s.again()
}

// again starts the program again, no longer only to look: the database has been replaced.
func (s *session) again(more ...string) error {
	if s.look {
		more = append([]string{"--look=false"}, more...)
	}
	return s.Restart(more...)
}

func (s *session) restore(ctx context.Context, path, backup string) error {
	kept, err := sqlite.Restore(ctx, path, backup)
	if err == nil && kept != "" {
		s.say("The database from before is kept as %s", kept)
	}
	return err
}

// showFailure shows why the firm could not be opened, and does what the person chose. The returned
// error says the same for a person who started the window from a terminal.
func (s *session) showFailure(ctx context.Context, failure error) error {
	s.close()
	path, _ := s.path() // where it cannot be said, that is the failure
	f := Failure{Err: failure, File: path}
	if policy, err := s.readPolicy(); err != nil || policy.Database != "" {
		f.LockedBy = policy.From
	}
	f.Damaged, _ = errors.AsType[*app.Damaged](failure)
	f.Restore = func(ctx context.Context, backup string) error { return s.restore(ctx, path, backup) }
	f.Use = func(ctx context.Context) error { return useAsItIs(ctx, path) }
	f.SaveCopy = func(to string) error { return sqlite.CopyAsItIs(ctx, path, to) }
	choice, err := s.ShowFailure(ctx, f)
	switch {
	case err != nil:
		return errors.Join(failure, err)
	case choice.File != "":
		return s.again("--db", choice.File)
	case choice.Look:
		return s.Restart("--look")
	case choice.Again:
		return s.again()
	}
	s.shown = true
	return failure
}

// useAsItIs makes a database that another program changed one that can be opened: a copy, which is
// compared with Xero first.
func useAsItIs(ctx context.Context, path string) error {
	db, err := sqlite.Open(ctx, path, append(witness(), sqlite.AsItIs())...)
	if err != nil {
		return err
	}
	return db.Close()
}

package command

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"

	"feebridge/app"
	"feebridge/data/sqlite"
)

var restoreCommand = command{
	name: "restore", args: "FILE",
	about: "restore the firm's database from a backup",
	prepare: func(flags *flag.FlagSet) runner {
		var f restoreFlags
		flags.BoolVar(&f.asItIs, "as-it-is", false, "without FILE: use the database as another program left it, if it isn't damaged")
		return f.run
	},
}

type restoreFlags struct{ asItIs bool }

func (f *restoreFlags) run(ctx context.Context, s *session, words []string) error {
	s.watchUnopened()
	if !f.asItIs {
		return restore(ctx, s, words)
	}
	if len(words) > 0 {
		return misused("--as-it-is takes no backup: it uses the database that is there.")
	}
	path, err := s.ready(ctx)
	if err != nil {
		return err
	}
	if err := useAsItIs(ctx, path); err != nil {
		return err
	}
	s.print(map[string]string{"used": path}, "Feebridge now uses the database as it is.")
	s.say(untilCompared)
	return nil
}

const untilCompared = "Nothing is exported until the database has been compared with Xero. Open the window, or run \"feebridge reconcile\"."

// restore puts a backup in the place of the firm's database. Whether the member may is asked
// of the database that is there, unless it is damaged or gone: then nobody can be asked.
func restore(ctx context.Context, s *session, words []string) error {
	if len(words) != 1 {
		return misused("Name the backup to restore, for example: feebridge restore tuesday.db")
	}
	path, err := s.ready(ctx)
	if err != nil {
		return err
	}
	from, err := filepath.Abs(words[0])
	if err != nil {
		return err
	}
	if err := s.mayRestore(ctx, path, from); err != nil {
		return err
	}
	kept, err := sqlite.Restore(ctx, path, from)
	if err != nil {
		return err
	}
	s.print(map[string]string{"restored": path, "kept": kept}, "Restored the database from the backup.")
	if kept != "" {
		s.say("The database from before is kept as %s", kept)
	}
	s.say(untilCompared)
	return nil
}

// mayRestore asks the database that is there, if it can be asked, and closes it again.
func (s *session) mayRestore(ctx context.Context, path, from string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	defer s.close()
	err := s.open(ctx)
	if _, damaged := errors.AsType[*app.Damaged](err); damaged {
		return nil
	}
	if err != nil {
		return err
	}
	return s.app.AllowRestore(ctx, s.me, from)
}

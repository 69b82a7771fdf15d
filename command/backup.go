package command

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"path/filepath"
)

var backupCommand = command{
	name: "backup", args: "FILE",
	about: "back up the firm's database to a file, and verify the copy",
	prepare: func(flags *flag.FlagSet) runner {
		var f backupFlags
		flags.BoolVar(&f.force, "force", false, "replace the file if there is one already")
		return f.run
	},
}

type backupFlags struct{ force bool }

func (f *backupFlags) run(ctx context.Context, s *session, words []string) error {
	if len(words) != 1 {
		return misused("Name the file to write, for example: feebridge backup tuesday.db")
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	path, err := filepath.Abs(words[0])
	if err != nil {
		return err
	}
	err = s.app.Backup(ctx, s.me, path, f.force)
	if errors.Is(err, fs.ErrExist) {
		return &advised{err, "To replace the file, add --force."}
	}
	if err != nil {
		return err
	}
	s.print(map[string]string{"backup": path}, "Backed up to %s and verified.", path)
	return nil
}

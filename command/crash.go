package command

import (
	"cmp"
	"fmt"
	"time"

	"feebridge/assets/translations"
	"feebridge/data/crash"
	"feebridge/data/sqlite"
)

// watch has a crash of this run told beside the log, if the folder is there. A crash before this run is told once: by a
// command here, and by the window on its own.
func (s *session) watch(log string) {
	if s.watched != nil {
		return
	}
	before, err := crash.Collect(log)
	switch {
	case s.name == "":
		s.crashed = crash.Untold(log)
	case before != nil:
		s.complain("%s", translations.Text("crash.told", "When", before.At.Format("2006-01-02 15:04"), "File", before.Path))
	}
	if err == nil {
		s.watched, err = crash.Watch(log, s.about())
	}
	if err != nil && s.log != nil {
		s.log.Warn("a crash would leave no file", "error", err)
	}
}

// watchUnopened does so for a run that opens no firm: where the firm's log is.
func (s *session) watchUnopened() {
	if path, err := s.path(); err == nil {
		s.watch(sqlite.LogOf(path))
	}
}

// unwatch says that this run ended well.
func (s *session) unwatch() {
	if s.watched != nil {
		s.watched.End()
	}
}

// about says what runs, and in which version.
func (s *session) about() string {
	v := built(s.Version)
	return fmt.Sprintf("version: %s\ncommit: %s\ngo: %s\nsystem: %s\ncommand: %s\nstarted: %s",
		v.Version, cmp.Or(v.Commit, "unknown"), v.Go, v.System, cmp.Or(s.name, "window"), time.Now().Format(time.RFC3339))
}

package crash

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"feebridge/assets/translations"
	"feebridge/data/sheet"
)

// File is what a crash left, for a person to read and to send.
type File struct {
	Path string
	At   time.Time
	Text string
}

const (
	fileMark   = "-crash-"
	fileEnding = ".txt"
	fileTime   = "2006-01-02-150405"
	// kept is how many crash files stay.
	kept = 3
	// toldLine begins the line that says that the window has told of the crash.
	toldLine = "\nShown in Feebridge's window: "
)

// Collect makes a crash file for each run that crashed since the last start, and returns the newest of them; nil for
// none. Of the older files, a few stay.
func Collect(log string) (*File, error) {
	var newest *File
	for _, path := range beside(log, runs) {
		f, err := collect(log, path)
		if err != nil {
			return newest, err
		}
		if f != nil && (newest == nil || f.At.After(newest.At)) {
			newest = f
		}
	}
	if files := beside(log, crashes); len(files) > kept {
		for _, old := range files[:len(files)-kept] {
			_ = os.Remove(old) // one that stays is tried again
		}
	}
	return newest, nil
}

// collect makes the crash file of a run; nil where it lives, or did not crash.
func collect(log, path string) (*File, error) {
	use := lockOf(path)
	if locked, err := use.TryLock(); err != nil || !locked {
		return nil, nil //nolint:nilerr // it lives, or another start is at it
	}
	_ = use.Unlock() // Windows lets nobody read what is locked
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil //nolint:nilerr // another start has made a file of it
	}
	about, told, _ := strings.Cut(string(raw), toldFrom)
	var f *File
	if told != "" {
		at, err := changed(path)
		if err != nil {
			return nil, nil //nolint:nilerr // the same
		}
		f = &File{filepath.Join(filepath.Dir(log), stem(log)+fileMark+at.Format(fileTime)+fileEnding), at, text(log, about, told, at)}
		if err := sheet.WriteFile(f.Path, func(w io.Writer) error { _, err := io.WriteString(w, f.Text); return err }); err != nil {
			return nil, err
		}
	}
	return f, os.Remove(path)
}

// text is what a crash file says.
func text(log, about, told string, at time.Time) string {
	lines := lastLines(log, at)
	return strings.Join([]string{
		translations.Text("crash.file.head"),
		about + "\ncrashed: " + at.Format(time.RFC3339),
		translations.Text("crash.file.traceback") + "\n" + strings.Join(traceback(told), "\n"),
		translations.Text("crash.file.log", "Count", len(lines)) + "\n" + strings.Join(lines, "\n"),
	}, "\n\n") + "\n"
}

// Untold returns the newest crash file, if the window has not told of it; else nil.
func Untold(log string) *File {
	files := beside(log, crashes)
	if len(files) == 0 {
		return nil
	}
	path := files[len(files)-1]
	content, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(content), toldLine) {
		return nil
	}
	name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), stem(log)+fileMark), fileEnding)
	at, err := time.ParseInLocation(fileTime, name, time.Local)
	if err != nil {
		return nil // it is none of ours
	}
	return &File{path, at, string(content)}
}

// Told notes that the window has told of the crash. Where that cannot be written, it tells again.
func (f *File) Told(at time.Time) error {
	file, err := os.OpenFile(f.Path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(toldLine + at.Format(time.RFC3339) + "\n")
	return errors.Join(err, file.Close())
}

// What follows the stem in the names of a run's file, and of a crash file.
var (
	runs    = regexp.MustCompile(`^` + runMark + `\d+` + regexp.QuoteMeta(runEnding) + `$`)
	crashes = regexp.MustCompile(`^` + fileMark + `\d{4}-\d\d-\d\d-\d{6}` + regexp.QuoteMeta(fileEnding) + `$`)
)

// beside returns the files beside the log of which the name after its stem is like that, by name. The whole name counts:
// the log of another database in the folder may begin alike.
func beside(log string, like *regexp.Regexp) []string {
	all, _ := os.ReadDir(filepath.Dir(log)) // a folder that is not there has none
	var found []string
	for _, e := range all {
		if rest, of := strings.CutPrefix(e.Name(), stem(log)); of && e.Type().IsRegular() && like.MatchString(rest) {
			found = append(found, filepath.Join(filepath.Dir(log), e.Name()))
		}
	}
	slices.Sort(found)
	return found
}

func changed(path string) (time.Time, error) {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

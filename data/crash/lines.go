package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/data/disk"
)

// mostLines is how many lines of the log are in a crash file.
const mostLines = 200

// tail is how much of a log is read: a line has some 200 bytes.
const tail = 1 << 20

// shapes say which values of which attributes a crash file repeats from the log. The text of an error names clients, numbers
// and what Xero says, and so may any text that is not listed. The message of a line is our own: a test sees to it.
var shapes = map[string]*regexp.Regexp{
	"method": word, "reason": word, "why": word, "what": word, "marks": word, "action": word,
	"status": number, "took": number, "members": number, "port": number, "day_left": number, "minute_left": number, "unsent": word,
	"tenant": identifier, "batch": identifier, "export": identifier, "correlation": identifier, "by": identifier,
	"until": moment, "again": moment,
	"causes": regexp.MustCompile(`^[\w.*:/()\[\], >-]{1,400}$`),
}

var (
	word       = regexp.MustCompile(`^[A-Za-z_ ]{1,40}$`)
	number     = regexp.MustCompile(`^[0-9.e+-]{0,20}$`)
	identifier = regexp.MustCompile(`^[0-9a-fA-F-]{16,40}$`)
	moment     = regexp.MustCompile(`^[0-9TZ:.+-]{1,40}$`)
	// places are the parts of a path at Xero that name a kind of thing; any other is an identifier.
	places = regexp.MustCompile(`^([A-Za-z]{1,30}|api\.xro|[0-9]\.[0-9])?$`)
)

// withheld stands for a value that a crash file does not repeat.
const withheld = "…"

// Causes is for slog.HandlerOptions.ReplaceAttr: beside the text of an error, the log gets its causes, which a crash file
// can repeat.
func Causes(_ []string, a slog.Attr) slog.Attr {
	err, is := a.Value.Any().(error)
	if !is {
		return a
	}
	return slog.Attr{Value: slog.GroupValue(slog.String(a.Key, err.Error()), slog.String("causes", causes(err)))}
}

// causes says of what kinds an error and those beneath it are.
func causes(err error) string {
	kind := fmt.Sprintf("%T", err)
	switch e := err.(type) { //nolint:errorlint // each of them is asked by itself
	case *app.Error:
		kind = fmt.Sprintf("%s %s", e.Code, e.Key)
	case *app.Trouble:
		kind = fmt.Sprintf("%T %s", e, e.Reason)
	}
	var beneath []string
	switch e := err.(type) { //nolint:errorlint // so are these
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			beneath = append(beneath, causes(next))
		}
	case interface{ Unwrap() []error }:
		for _, next := range e.Unwrap() {
			beneath = append(beneath, causes(next))
		}
	}
	switch len(beneath) {
	case 0:
		return kind
	case 1:
		return kind + " > " + beneath[0]
	}
	return kind + " > (" + strings.Join(beneath, ", ") + ")"
}

// line is one of the log, as a crash file has it.
type line struct {
	at   time.Time
	text string
}

// lastLines returns the last lines that the log got before a moment.
func lastLines(log string, before time.Time) []string {
	var lines []line
	for _, path := range append([]string{log}, disk.OlderLogs(log)...) {
		if len(lines) >= mostLines {
			break
		}
		for _, raw := range bytes.Split(end(path), []byte("\n")) {
			if l, ok := readLine(raw); ok && !l.at.After(before) {
				lines = append(lines, l)
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	var texts []string
	for _, l := range lines[max(0, len(lines)-mostLines):] {
		texts = append(texts, l.text)
	}
	return texts
}

// end returns the end of a file, from where a line begins; nothing where it cannot be read.
func end(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	from := int64(0)
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		from = max(0, size-tail)
	}
	content, _ := io.ReadAll(io.NewSectionReader(f, from, tail))
	if from > 0 {
		_, content, _ = bytes.Cut(content, []byte("\n"))
	}
	return content
}

// readLine returns a line of the log without what may be a client's.
func readLine(raw []byte) (line, bool) {
	var had map[string]json.RawMessage
	var l line
	var level, message string
	if json.Unmarshal(raw, &had) != nil || json.Unmarshal(had[slog.TimeKey], &l.at) != nil ||
		json.Unmarshal(had[slog.LevelKey], &level) != nil || json.Unmarshal(had[slog.MessageKey], &message) != nil {
		return l, false
	}
	for _, key := range []string{slog.TimeKey, slog.LevelKey, slog.MessageKey} {
		delete(had, key)
	}
	l.text = fmt.Sprintf("%s %s %s", l.at.Format("2006-01-02T15:04:05.000Z07:00"), level, message)
	for _, key := range slices.Sorted(maps.Keys(had)) {
		l.text += " " + key + "=" + repeated(key, had[key])
	}
	return l, true
}

// repeated is what a crash file repeats of an attribute.
func repeated(key string, raw json.RawMessage) string {
	value := string(raw)
	var text string
	if json.Unmarshal(raw, &text) == nil {
		value = text
	}
	if key == "path" {
		parts := strings.Split(value, "/")
		for i, p := range parts {
			if !places.MatchString(p) {
				parts[i] = withheld
			}
		}
		return strings.Join(parts, "/")
	}
	if shape := shapes[key]; shape == nil || !shape.MatchString(value) {
		return withheld
	}
	return value
}

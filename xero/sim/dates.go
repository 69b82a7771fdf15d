package sim

import (
	"strconv"
	"strings"
	"time"
)

const (
	isoSeconds = "2006-01-02T15:04:05"
	isoMillis  = "2006-01-02T15:04:05.999"
)

// parseDate reads a date in the forms that Xero takes: YYYY-MM-DD, the same with a time of day, or /Date(ms)/ with or
// without an offset (the offset does not move the instant).
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(s, "/Date("); ok {
		inner, ok = strings.CutSuffix(inner, ")/")
		if i := strings.LastIndexAny(inner, "+-"); i > 0 {
			inner = inner[:i]
		}
		ms, err := strconv.ParseInt(inner, 10, 64)
		t := time.UnixMilli(ms).UTC()
		return t, ok && err == nil && t.Year() >= 1 && t.Year() <= 9999
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999Z07:00", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseModifiedSince reads an If-Modified-Since header: Xero's own yyyy-mm-ddThh:mm:ss, or the form that HTTP asks for.
// What is finer than a second is dropped, as Xero does.
func parseModifiedSince(s string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC1123, s); err == nil {
		return t.UTC(), true
	}
	t, ok := parseDate(s)
	return t.Truncate(time.Second), ok
}

// businessDate drops the time of day.
func businessDate(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return Day(y, m, d)
}

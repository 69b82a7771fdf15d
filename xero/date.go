package xero

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"feebridge/app/billing"
)

// wireTime is a date or a point in time as Xero's JSON has them: "/Date(1539993600000+0000)/".
// It is in the zone in which it was written. The zero wireTime is no date.
type wireTime struct{ time.Time }

// isoForms are the other forms that Xero writes and takes. What has no offset is in UTC.
var isoForms = []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", time.DateOnly}

// MarshalJSON writes the form that Xero's own answers have.
func (t wireTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, `"/Date(%d%s)/"`, t.UnixMilli(), t.Format("-0700")), nil
}

// UnmarshalJSON reads a date in any of Xero's forms; null and "" are no date.
func (t *wireTime) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a date of Xero: %w", err)
	}
	if text == nil || *text == "" {
		*t = wireTime{}
		return nil
	}
	parsed, err := parseWireTime(*text)
	if err != nil {
		return err
	}
	*t = wireTime{parsed}
	return nil
}

// parseWireTime reads "/Date(ms)/", with or without an offset, or an ISO form. The milliseconds
// are UTC whatever the offset: that tells the zone in which the date was written.
func parseWireTime(text string) (time.Time, error) {
	inner, isDate := strings.CutPrefix(text, "/Date(")
	if !isDate {
		for _, form := range isoForms {
			if parsed, err := time.Parse(form, text); err == nil {
				_, offset := parsed.Zone()
				return inYears(parsed, offset, text)
			}
		}
		return time.Time{}, noDate(text)
	}
	inner, closed := strings.CutSuffix(inner, ")/")
	digits, offset := inner, 0
	known := true
	if sign := strings.LastIndexAny(inner, "+-"); sign > 0 { // one at the start is that of the milliseconds
		digits = inner[:sign]
		offset, known = parseOffset(inner[sign:])
	}
	ms, err := strconv.ParseInt(digits, 10, 64)
	if !closed || err != nil || strings.HasPrefix(digits, "+") || !known {
		return time.Time{}, noDate(text)
	}
	return inYears(time.UnixMilli(ms), offset, text)
}

// parseOffset reads an offset such as +1300, in seconds.
func parseOffset(s string) (seconds int, ok bool) {
	digits := s[1:]
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || len(digits) != 4 || n%100 >= 60 {
		return 0, false
	}
	seconds = int(n/100*60+n%100) * 60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// farthest is more than any zone is from UTC, in seconds.
const farthest = 18 * 60 * 60

// inYears returns the time in its zone. It refuses what has no place on Earth, or in a calendar of
// four-digit years.
func inYears(t time.Time, offset int, text string) (time.Time, error) {
	if max(offset, -offset) > farthest {
		return time.Time{}, noDate(text)
	}
	zone := time.UTC
	if offset != 0 {
		zone = time.FixedZone("", offset)
	}
	t = t.In(zone)
	for _, year := range []int{t.Year(), t.UTC().Year()} {
		if year < 1 || year > 9999 {
			return time.Time{}, fmt.Errorf("%w: its year is out of range", noDate(text))
		}
	}
	return t, nil
}

func noDate(text string) error { return fmt.Errorf("%.40q is no date of Xero's", text) }

// noDay is the day that Xero has for no date: the first that its clock can tell.
const noDay = billing.Date(1970_01_01)

// day returns the business date, or none: the day in the zone in which it was written, since a
// midnight in New Zealand is still the day before in UTC.
func (t wireTime) day() billing.Date {
	if t.IsZero() || t.Year() == 1 {
		return 0
	}
	day := billing.DateOf(t.Time)
	if day == noDay {
		return 0
	}
	return day
}

// moment returns the point in time, or none.
func (t wireTime) moment() time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

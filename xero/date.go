package xero

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"feebridge/app/billing"
)

// wireTime is a point in time, or a business date as its midnight in UTC, as Xero's
// JSON has them: "/Date(1539993600000+0000)/". The zero wireTime is no date.
type wireTime struct{ time.Time }

// isoForms are the other forms that Xero writes and takes.
var isoForms = []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", time.DateOnly}

// MarshalJSON writes the form that Xero's own answers have.
func (t wireTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, `"/Date(%d+0000)/"`, t.UnixMilli()), nil
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

// parseWireTime reads "/Date(ms)/", with or without an offset, or an ISO form. An offset
// tells the zone in which the date was written; the milliseconds are UTC whatever it is.
func parseWireTime(text string) (time.Time, error) {
	inner, isDate := strings.CutPrefix(text, "/Date(")
	if !isDate {
		for _, form := range isoForms {
			if parsed, err := time.Parse(form, text); err == nil {
				return inYears(parsed.UTC(), text)
			}
		}
		return time.Time{}, fmt.Errorf("%.40q is no date of Xero's", text)
	}
	inner, closed := strings.CutSuffix(inner, ")/")
	digits, offset := inner, ""
	if sign := strings.LastIndexAny(inner, "+-"); sign > 0 { // one at the start is that of the milliseconds
		digits, offset = inner[:sign], inner[sign+1:]
	}
	ms, err := strconv.ParseInt(digits, 10, 64)
	if !closed || err != nil || strings.HasPrefix(digits, "+") || !isOffset(offset) {
		return time.Time{}, fmt.Errorf("%.40q is no date of Xero's", text)
	}
	return inYears(time.UnixMilli(ms).UTC(), text)
}

func isOffset(s string) bool {
	if s == "" {
		return true
	}
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil && len(s) == 4
}

// inYears refuses what has no place in a calendar of four-digit years.
func inYears(t time.Time, text string) (time.Time, error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, fmt.Errorf("%.40q is no date of Xero's: its year is out of range", text)
	}
	return t, nil
}

// day returns the business date, or none.
func (t wireTime) day() billing.Date {
	if t.IsZero() {
		return 0
	}
	return billing.DateOf(t.UTC())
}

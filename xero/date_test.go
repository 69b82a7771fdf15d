package xero

import (
	"encoding/json"
	"testing"
	"time"

	"feebridge/app/billing"
)

func TestDatesOfXero(t *testing.T) {
	for _, test := range []struct {
		json string
		want string // RFC 3339 with milliseconds; "" for none
	}{
		{`"/Date(1539993600000+0000)/"`, "2018-10-20T00:00:00Z"},
		{`"\/Date(1539993600000+0000)\/"`, "2018-10-20T00:00:00Z"},
		{`"/Date(1552327126117+0000)/"`, "2019-03-11T17:58:46.117Z"},
		{`"/Date(1455827393000)/"`, "2016-02-18T20:29:53Z"},
		{`"/Date(1539993600000+1300)/"`, "2018-10-20T00:00:00Z"}, // the milliseconds are UTC
		{`"2018-11-02T16:31:30+13:00"`, "2018-11-02T03:31:30Z"},
		{`"/Date(-86400000+0000)/"`, "1969-12-31T00:00:00Z"},
		{`"2018-10-20T00:00:00"`, "2018-10-20T00:00:00Z"},
		{`"2018-10-20 00:00:00"`, "2018-10-20T00:00:00Z"},
		{`"2018-11-02T16:31:30Z"`, "2018-11-02T16:31:30Z"},
		{`"2020-03-18T21:20:07.7179250"`, "2020-03-18T21:20:07.717925Z"},
		{`"2018-10-20"`, "2018-10-20T00:00:00Z"},
		{`null`, ""},
		{`""`, ""},
	} {
		var got wireTime
		if err := json.Unmarshal([]byte(test.json), &got); err != nil {
			t.Errorf("%s: %v", test.json, err)
			continue
		}
		text := ""
		if !got.IsZero() {
			text = got.moment().Format(time.RFC3339Nano)
		}
		if text != test.want {
			t.Errorf("%s is %s, want %s", test.json, text, test.want)
		}
	}
}

func TestWhatIsNoDateOfXeroIsRefused(t *testing.T) {
	for _, text := range []string{
		`"/Date()/"`, `"/Date(x)/"`, `"/Date(1539993600000"`, `"/Date(1539993600000+0000)"`, `"/Date(1539993600000+00)/"`,
		`"/Date(1539993600000+ab00)/"`, `"/Date(1539993600000+1399)/"`, `"/Date(1539993600000+1900)/"`, `"2018-10-20T00:00:00+23:00"`, `"/Date(+1539993600000)/"`, `"/Date(1-2+0000)/"`, `"/Date(99999999999999999999)/"`,
		`"/Date(999999999999999999)/"`, `"20/10/2018"`, `"yesterday"`, `1539993600000`, `{}`,
	} {
		var got wireTime
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s was read as %s", text, got)
		}
	}
}

// A business date is the day in the zone in which it was written, whatever day that is in UTC.
func TestABusinessDateIsTheDayInItsZone(t *testing.T) {
	for text, want := range map[string]billing.Date{
		"/Date(1539993600000+0000)/":  20181020,
		"/Date(1539993600000)/":       20181020,
		"/Date(1430913600000+1200)/":  20150507, // midnight in New Zealand
		"/Date(1430913600000+0000)/":  20150506,
		"/Date(1793880000000+1300)/":  20261106, // with daylight saving
		"/Date(1793854800000-0700)/":  20261104, // in Los Angeles, just before midnight
		"/Date(1793862000000-0700)/":  20261105,
		"/Date(1793851200000+0530)/":  20261105,
		"2026-11-05T00:00:00":         20261105,
		"2026-11-05T00:00:00Z":        20261105,
		"2026-11-05T00:00:00+13:00":   20261105,
		"2026-11-05T23:59:59.9+13:00": 20261105,
		"2026-11-05T00:00:00-08:00":   20261105,
		"2026-11-05":                  20261105,
		"/Date(0+0000)/":              0,
		"/Date(0)/":                   0,
		"/Date(-43200000+1200)/":      0, // the same, as a midnight in New Zealand
		"1970-01-01T00:00:00":         0,
		"/Date(-62135596800000)/":     0, // the first moment that .NET can tell
		"0001-01-01T00:00:00":         0,
		"":                            0,
	} {
		var got wireTime
		if err := json.Unmarshal([]byte(`"`+text+`"`), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got.day() != want {
			t.Errorf("the day of %s is %s, want %s", text, got.day(), want)
		}
	}
	if (wireTime{}).day() != 0 || !(wireTime{}).moment().IsZero() {
		t.Error("no date has a day")
	}
}

// FuzzDates checks that a date that is read is written so that it is read again as the same, and
// that its day is never another than that of its offset.
func FuzzDates(f *testing.F) {
	for _, seed := range []string{
		"/Date(1539993600000+0000)/", "/Date(-86400000)/", "/Date(1455827393000-0930)/", "2018-10-20T00:00:00",
		"2018-11-02T16:31:30Z", "2018-10-20", "", "/Date(", ")/", "/Date(--1)/", "/Date(253402300799999+0000)/",
		"/Date(1430913600000+1200)/", "2026-11-05T00:00:00+13:00", "2026-11-05T00:00:00-17:59", "/Date(0+0000)/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := parseWireTime(text)
		if err != nil {
			return
		}
		if read.Year() < 1 || read.Year() > 9999 {
			t.Fatalf("%q was read as %s", text, read)
		}
		_, offset := read.Zone()
		there := read.UTC().Add(time.Duration(offset) * time.Second)
		if day := (wireTime{read}).day(); day != 0 && day != billing.DateOf(there) {
			t.Fatalf("the day of %q is %s, and in its offset %s", text, day, billing.DateOf(there))
		}
		if len(text) >= len(time.DateOnly) && text[4] == '-' && billing.DateOf(read).String() != text[:len(time.DateOnly)] {
			t.Fatalf("%q was read as %s", text, read)
		}
		written, err := json.Marshal(wireTime{read})
		if err != nil {
			t.Fatal(err)
		}
		var again wireTime
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%q was written as %s, which is not read: %v", text, written, err)
		}
		if !again.Equal(read.Truncate(time.Millisecond)) || again.day() != (wireTime{read}).day() {
			t.Fatalf("%q was read as %s and then as %s", text, read, again)
		}
	})
}

// TestWhatXeroLeavesOutIsNotTakenForNothing reads one that tells neither its due date nor its reference, and one that
// tells that it has no reference.
func TestWhatXeroLeavesOutIsNotTakenForNothing(t *testing.T) {
	const head = `{"Type":"ACCREC","InvoiceID":"22222222-0000-4000-8000-000000000001","Status":"DRAFT","CurrencyCode":"NZD",
		"Total":115.00,"AmountDue":115.00,"AmountPaid":0.00`
	for _, c := range []struct {
		more, reference string
		told            bool
		due             billing.Date
	}{
		{`}`, "", false, 0},
		{`,"Reference":null,"DueDate":null}`, "", false, 0},
		{`,"Reference":"","DueDate":"\/Date(1544400000000+0000)\/"}`, "", true, 20181210},
		{`,"Reference":" PO 7 "}`, "PO 7", true, 0},
	} {
		var v invoice
		if err := json.Unmarshal([]byte(head+c.more), &v); err != nil {
			t.Fatal(err)
		}
		st, err := v.standing(clock{})
		if err != nil || st.Reference != c.reference || st.ReferenceTold != c.told || st.Due != c.due {
			t.Errorf("%s is %+v, %v", c.more, st, err)
		}
	}
}

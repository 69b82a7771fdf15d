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
		{`"/Date(1539993600000+1300)/"`, "2018-10-20T00:00:00Z"},
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
			text = got.Format(time.RFC3339Nano)
		}
		if text != test.want {
			t.Errorf("%s is %s, want %s", test.json, text, test.want)
		}
	}
}

func TestWhatIsNoDateOfXeroIsRefused(t *testing.T) {
	for _, text := range []string{
		`"/Date()/"`, `"/Date(x)/"`, `"/Date(1539993600000"`, `"/Date(1539993600000+0000)"`, `"/Date(1539993600000+00)/"`,
		`"/Date(1539993600000+ab00)/"`, `"/Date(+1539993600000)/"`, `"/Date(1-2+0000)/"`, `"/Date(99999999999999999999)/"`,
		`"/Date(999999999999999999)/"`, `"20/10/2018"`, `"yesterday"`, `1539993600000`, `{}`,
	} {
		var got wireTime
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s was read as %s", text, got)
		}
	}
}

func TestABusinessDateIsTheDayInUTC(t *testing.T) {
	var got wireTime
	if err := json.Unmarshal([]byte(`"/Date(1539993600000+0000)/"`), &got); err != nil {
		t.Fatal(err)
	}
	if got.day() != billing.Date(20181020) {
		t.Errorf("the day is %s", got.day())
	}
	if (wireTime{}).day() != 0 {
		t.Error("no date has a day")
	}
}

func FuzzDates(f *testing.F) {
	for _, seed := range []string{
		"/Date(1539993600000+0000)/", "/Date(-86400000)/", "/Date(1455827393000-0930)/", "2018-10-20T00:00:00",
		"2018-11-02T16:31:30Z", "2018-10-20", "", "/Date(", ")/", "/Date(--1)/", "/Date(253402300799999+0000)/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := parseWireTime(text)
		if err != nil {
			return
		}
		if read.Year() < 1 || read.Year() > 9999 || read.Location() != time.UTC {
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
		if !again.Equal(read.Truncate(time.Millisecond)) {
			t.Fatalf("%q was read as %s and then as %s", text, read, again)
		}
	})
}

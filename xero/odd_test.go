package xero_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
)

// listed is an invoice as a list tells it in short.
const listed = `{"Type":"ACCREC","InvoiceID":"ed255415-e141-4150-aab7-89c3bbbb851c","InvoiceNumber":"INV-0007",` +
	`"CreditNotes":[],"Prepayments":[],"Overpayments":[],"AmountDue":40.00,"AmountPaid":0.00,"AmountCredited":0.00,` +
	`"Url":"http:\/\/localhost:8742\/open\/INV-0007","Contact":{"ContactID":"430fa14a-f945-44d3-9f97-5df5e28441b8","Name":"Liam"},` +
	`"Date":"\/Date(1552262400000+0000)\/","Status":"AUTHORISED","Total":40.00,"UpdatedDateUTC":"\/Date(1552327126117+0000)\/","CurrencyCode":"NZD"}`

// but returns listed with some things said otherwise, each after what it takes the place of.
func but(oldNew ...string) string {
	for i := 0; i < len(oldNew); i += 2 {
		if !strings.Contains(listed, oldNew[i]) {
			panic("an invoice in a list does not say " + oldNew[i])
		}
	}
	return strings.NewReplacer(oldNew...).Replace(listed)
}

// pageOf is a list of one page.
func pageOf(elements ...string) string {
	return paged(fmt.Sprintf(`{"page":1,"pageSize":1000,"pageCount":1,"itemCount":%d}`, len(elements)), elements...)
}

// paged is a list with what it says of its pages; "" for nothing.
func paged(pages string, elements ...string) string {
	if pages != "" {
		pages = `"pagination":` + pages + ","
	}
	return envelope(pages + `"Invoices":[` + strings.Join(elements, ",") + `]`)
}

// inShort answers a list in short with one body, and what is asked for in full with another.
func inShort(short, full string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := full
		if r.URL.Query().Get("summaryOnly") != "" {
			body = short
		}
		answers(http.StatusOK, body).ServeHTTP(w, r)
	})
}

// TestNoOddAnswerIsTakenForAnotherState holds answers against what may follow from them: the state
// that they tell, or a trouble that is told. Absence follows from none that contradicts itself.
func TestNoOddAnswerIsTakenForAnotherState(t *testing.T) {
	const (
		asIs   = "INV-0007 AUTHORISED, 40.00 due, dated 2019-03-11, paid on "
		broken = "interrupted: the answer is not understood"
		proxy  = "interrupted: A proxy or firewall answered"
		absent = "nothing"
	)
	noType := but(`"Type":"ACCREC",`, ``)
	noDue := but(`"AmountDue":40.00,`, ``)
	credited := func(applied ...string) string {
		return but(append([]string{`"AUTHORISED"`, `"PAID"`, `"AmountDue":40.00`, `"AmountDue":0.00`, `"AmountCredited":0.00`, `"AmountCredited":40.00`}, applied...)...)
	}
	noArrays := credited(`"CreditNotes":[],"Prepayments":[],"Overpayments":[],`, ``)
	byNote := credited(`"CreditNotes":[]`, `"CreditNotes":[{"AppliedAmount":30.00},{"AppliedAmount":10.00}]`)
	ahead := credited(`"Prepayments":[]`, `"Prepayments":[{"AppliedAmount":40.00}]`)
	const settled = "INV-0007 PAID, 0.00 due, dated 2019-03-11, paid on , "

	// Of a look-up of invoices, by number and by ID.
	for _, c := range []struct {
		name   string
		answer http.Handler
		want   string
	}{
		{"as it is", answers(200, pageOf(listed)), asIs},
		{"nothing is there", answers(200, paged(`{"page":1,"pageSize":1000,"pageCount":0,"itemCount":0}`)), absent},
		{"nothing is there, on a page", answers(200, paged(`{"page":1,"pageSize":1000,"pageCount":1,"itemCount":0}`)), absent},
		{"a bill of that number", answers(200, pageOf(but(`"ACCREC"`, `"ACCPAY"`))), absent},

		// 4: dates
		{"midnight in New Zealand", answers(200, pageOf(but(`1552262400000+0000`, `1552219200000+1200`))), asIs},
		{"midnight in New York", answers(200, pageOf(but(`1552262400000+0000`, `1552276800000-0400`))), asIs},
		{"an ISO date with an offset", answers(200, pageOf(but(`\/Date(1552262400000+0000)\/`, `2019-03-11T00:00:00+13:00`))), asIs},
		{"an ISO date without one", answers(200, pageOf(but(`\/Date(1552262400000+0000)\/`, `2019-03-11T00:00:00`))), asIs},
		{"paid on a day in New Zealand", answers(200, pageOf(but(`"Total"`, `"FullyPaidOnDate":"\/Date(1552219200000+1200)\/","Total"`))), asIs + "2019-03-11"},

		// 6: on the way
		{"a proxy's problem", said(403, nil, `{"title":"Forbidden","detail":"Blocked"}`), proxy},
		{"a proxy's page, not signed in", said(401, nil, `<html><title>Sign in</title>`), proxy},
		{"a proxy's page, not found", said(404, nil, `<html>`), proxy},
		{"a proxy's page, wrong", said(400, nil, `{"message":"bad"}`), proxy},
		{"a proxy that wants a sign-in", said(407, nil, ``), proxy},
		{"a hotel's page", said(200, nil, "\r\n<!DOCTYPE html><title>Hotel</title>"), proxy},
		{"a hotel's redirect", said(302, map[string]string{"Location": "http://hotel.test/sign-in?to=x"}, ""), proxy + " instead of Xero (302 Found): hotel.test"},
		{"Xero's own 403", said(403, map[string]string{"Xero-Correlation-Id": "c"}, `{"Title":"Forbidden","Detail":"AuthenticationUnsuccessful"}`), "not_connected"},

		// 7: what is left out
		{"nothing due is told, and in full it is", inShort(pageOf(noDue), pageOf(listed)), asIs},
		{"null is due, and in full 40.00", inShort(pageOf(but(`"AmountDue":40.00`, `"AmountDue":null`)), pageOf(listed)), asIs},
		{"nothing due is told, in full neither", answers(200, pageOf(noDue)), broken},
		{"null is due, in full too", answers(200, pageOf(but(`"AmountDue":40.00`, `"AmountDue":null`))), broken},
		{"nothing paid is told, and it adds up", answers(200, pageOf(but(`"AmountPaid":0.00,`, ``))), asIs},
		{"nothing paid is told, and it does not add up", answers(200, pageOf(but(`"AmountPaid":0.00,`, ``, `"AmountDue":40.00`, `"AmountDue":10.00`))), broken},
		{"null is credited, and it does not add up", answers(200, pageOf(but(`"AmountCredited":0.00`, `"AmountCredited":null`, `"AmountDue":40.00`, `"AmountDue":10.00`))), broken},
		{"no total", answers(200, pageOf(but(`"Total":40.00`, `"Total":null`))), broken},
		{"no total, and in full it has one", inShort(pageOf(but(`"Total":40.00`, `"Total":null`)), pageOf(listed)), asIs},
		{"no status", answers(200, pageOf(but(`"Status":"AUTHORISED",`, ``))), broken},
		{"a status in small letters", answers(200, pageOf(but(`"AUTHORISED"`, `"authorised"`))), asIs},
		{"a status that is new", answers(200, pageOf(but(`"AUTHORISED"`, `"PARKED"`))), "INV-0007 PARKED, 40.00 due, dated 2019-03-11, paid on "},
		{"voided, and nothing due is told", answers(200, pageOf(but(`"AUTHORISED"`, `"VOIDED"`, `"AmountDue":40.00,`, ``))), "INV-0007 VOIDED, 0.00 due, dated 2019-03-11, paid on "},
		{"in short, and in full it is gone", inShort(pageOf(noDue), pageOf()), broken},

		// 8: contradictions
		{"no type", answers(200, pageOf(noType)), broken},
		{"no type, and in full it has one", inShort(pageOf(noType), pageOf(listed)), asIs},
		{"no type, and in full it is a bill", inShort(pageOf(noType), pageOf(but(`"ACCREC"`, `"ACCPAY"`))), absent},
		{"a type in small letters", answers(200, pageOf(but(`"ACCREC"`, `"AccRec"`))), asIs},
		{"no ID", answers(200, pageOf(but(`"InvoiceID":"ed255415-e141-4150-aab7-89c3bbbb851c",`, ``))), broken},
		{"a null ID", answers(200, pageOf(but(`"ed255415-e141-4150-aab7-89c3bbbb851c"`, `null`))), broken},
		{"the ID of nothing", answers(200, pageOf(but(`ed255415-e141-4150-aab7-89c3bbbb851c`, `00000000-0000-0000-0000-000000000000`))), broken},
		{"an ID in capitals", answers(200, pageOf(but(`ed255415-e141-4150-aab7-89c3bbbb851c`, `ED255415-E141-4150-AAB7-89C3BBBB851C`))), asIs},
		{"another one without an ID", answers(200, pageOf(listed, `{"Type":"ACCREC"}`)), broken},
		{"null in the list", answers(200, pageOf(`null`)), broken},
		{"null behind it", answers(200, pageOf(listed, `null`)), broken},
		{"one is counted, and none there", answers(200, paged(`{"page":1,"pageSize":1000,"pageCount":1,"itemCount":1}`)), broken},
		{"one is counted on no page", answers(200, paged(`{"itemCount":1}`)), broken},
		{"two are counted, and one is there", answers(200, paged(`{"page":1,"pageSize":1000,"pageCount":1,"itemCount":2}`, listed)), broken},
		{"two are counted, without pages", answers(200, paged(`{"itemCount":2}`, listed)), broken},
		{"one is counted, without pages", answers(200, paged(`{"itemCount":1}`, listed)), asIs},
		{"fewer than none are counted", answers(200, paged(`{"pageCount":-1,"itemCount":-1}`)), broken},
		{"the whole is called an error", answers(200, strings.Replace(pageOf(), `"OK"`, `"ERROR"`, 1)), broken},
		{"the whole is called an error, and has it", answers(200, strings.Replace(pageOf(listed), `"OK"`, `"ERROR"`, 1)), broken},
		{"null in place of the list", answers(200, envelope(`"Invoices":null`)), broken},
		{"a space behind the number", answers(200, pageOf(but(`"INV-0007"`, `"INV-0007 "`))), asIs},
		{"spaces before the number", answers(200, pageOf(but(`"INV-0007"`, `"  INV-0007"`))), asIs},

		// 9: no date
		{"paid on the first day of 1970", answers(200, pageOf(but(`"Total"`, `"FullyPaidOnDate":"\/Date(0+0000)\/","Total"`))), asIs},
		{"paid on that day in New Zealand", answers(200, pageOf(but(`"Total"`, `"FullyPaidOnDate":"\/Date(-43200000+1200)\/","Total"`))), asIs},
		{"paid on the first day of all", answers(200, pageOf(but(`"Total"`, `"FullyPaidOnDate":"0001-01-01T00:00:00","Total"`))), asIs},
		{"paid on null", answers(200, pageOf(but(`"Total"`, `"FullyPaidOnDate":null,"Total"`))), asIs},

		// Credits
		{"by credit notes", answers(200, pageOf(byNote)), settled + "credited"},
		{"by credit notes, in full alone", inShort(pageOf(noArrays), pageOf(byNote)), settled + "credited"},
		{"from a prepayment", answers(200, pageOf(ahead)), settled + "paid"},
		{"from a prepayment, in full alone", inShort(pageOf(noArrays), pageOf(ahead)), settled + "paid"},
		{"from an overpayment", answers(200, pageOf(credited(`"Overpayments":[]`, `"Overpayments":[{"AppliedAmount":40.00}]`))), settled + "paid"},
		{"in part from a prepayment", answers(200, pageOf(credited(`"CreditNotes":[]`, `"CreditNotes":[{"AppliedAmount":39.00}]`, `"Prepayments":[]`, `"Prepayments":[{"AppliedAmount":1.00}]`))), settled + "paid"},
		{"by what nobody tells", answers(200, pageOf(noArrays)), settled + "paid"},
		{"by credit notes of less", answers(200, pageOf(credited(`"CreditNotes":[]`, `"CreditNotes":[{"AppliedAmount":39.99}]`))), settled + "paid"},
		{"by credit notes that cannot be read", answers(200, pageOf(credited(`"CreditNotes":[]`, `"CreditNotes":[{"AppliedAmount":40.001}]`))), settled + "paid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				books := serve(t, c.answer, xero.Config{})
				found, err := books.ByNumber(t.Context(), "tenant", []billing.Number{"INV-0007"})
				tells(t, "by number", found, err, c.want)
				found, err = books.ByID(t.Context(), "tenant", []ledger.InvoiceID{"ED255415-e141-4150-aab7-89c3bbbb851c"})
				tells(t, "by ID", found, err, c.want)
				if strings.HasPrefix(c.want, settled) {
					return // a list of changes leaves that open, and whose it is asks by ID
				}
				pages, err := collect(books.Since(t.Context(), "tenant", time.Time{}))
				tells(t, "of the changes", changedIn(pages), err, c.want)
			})
		})
	}
}

// tells checks what came of a reading: an invoice in words, "nothing", or a reason and how its
// words begin.
func tells(t *testing.T, how string, found []ledger.Standing, err error, want string) {
	t.Helper()
	got := "nothing"
	var trouble *app.Trouble
	switch {
	case errors.As(err, &trouble):
		got = string(trouble.Reason)
		if trouble.Text != "" {
			got += ": " + trouble.Text
		} else if trouble.Err != nil {
			got += ": " + trouble.Err.Error()
		}
		if strings.HasPrefix(got, want) {
			return
		}
	case err != nil:
		got = err.Error()
	case len(found) > 1:
		got = "several"
	case len(found) == 1:
		st := found[0]
		got = fmt.Sprintf("%s %s, %s due, dated %s, paid on %s", st.Number, st.Status, st.AmountDue, st.Date, st.PaidOn)
		if st.AmountCredited.Sign() > 0 {
			got += ", " + string(st.Settlement())
		}
	}
	if got != want {
		t.Errorf("%s it tells %q, want %q", how, got, want)
	}
}

// What Xero says of time may be wrong for one answer. It was made no later than either of Xero's clocks
// says, and nothing changed long after the clock in the middle.
func TestAClockThatIsWrongOnceDecidesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		stamp, header, updated time.Duration // ahead of now
		silent                 bool          // there is no Date header
		made, changed          time.Duration
	}{
		"as it should be":                  {made: 0, changed: -time.Hour, updated: -time.Hour},
		"Xero's stamp is ahead":            {stamp: 3 * time.Hour, updated: -time.Hour, made: time.Second, changed: -time.Hour},
		"Xero's stamp is behind":           {stamp: -3 * time.Hour, updated: -time.Hour, made: -3 * time.Hour, changed: -time.Hour},
		"what answered is far behind":      {header: -10000 * time.Hour, updated: -time.Hour, made: -10000*time.Hour + time.Second, changed: -time.Hour},
		"what answered is ahead":           {header: 3 * time.Hour, updated: -time.Hour, made: 0, changed: -time.Hour},
		"our clock is behind":              {stamp: 5 * time.Hour, header: 5 * time.Hour, updated: 4 * time.Hour, made: 5 * time.Hour, changed: 4 * time.Hour},
		"our clock is ahead":               {stamp: -5 * time.Hour, header: -5 * time.Hour, updated: -6 * time.Hour, made: -5 * time.Hour, changed: -6 * time.Hour},
		"a change is far ahead":            {updated: 3 * time.Hour, made: 0, changed: 0},
		"a change is a little ahead":       {updated: time.Minute, made: 0, changed: time.Minute},
		"a change and the stamp are ahead": {stamp: 3 * time.Hour, updated: 3 * time.Hour, made: time.Second, changed: time.Second},
		"only Xero's stamp":                {stamp: 3 * time.Hour, silent: true, updated: -time.Hour, made: 3 * time.Hour, changed: -time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := time.Now()
				ms := func(by time.Duration) string { return fmt.Sprint(now.Add(by).UnixMilli()) }
				body := strings.Replace(pageOf(but("1552327126117", ms(c.updated))), "1552327126164", ms(c.stamp), 1)
				books := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Date", now.Add(c.header).UTC().Format(http.TimeFormat))
					if c.silent {
						w.Header()["Date"] = nil
					}
					answers(http.StatusOK, body).ServeHTTP(w, r)
				}), xero.Config{})
				pages, err := collect(books.Since(t.Context(), "tenant", time.Time{}))
				if err != nil || len(changedIn(pages)) != 1 {
					t.Fatal(pages, err)
				}
				if made, changed := pages[0].Made.Sub(now), pages[0].Changed[0].Updated.Sub(now); made != c.made || changed != c.changed {
					t.Errorf("it was made %v from now and changed %v from now, want %v and %v", made, changed, c.made, c.changed)
				}
				found, err := books.ByID(t.Context(), "tenant", []ledger.InvoiceID{recordedStanding.ID})
				if err != nil || len(found) != 1 || found[0].Updated.Sub(now) != c.changed {
					t.Errorf("by ID: %+v, %v", found, err)
				}
			})
		})
	}
}

// A list in which many invoices lack something takes few calls to read them by their IDs, and one
// in which most do is no list.
func TestWhatListsLeaveOutIsReadInFewCalls(t *testing.T) {
	for _, c := range []struct{ lacking, calls int }{{0, 1}, {1, 2}, {40, 2}, {41, 3}, {200, 6}, {201, -1}} {
		t.Run(fmt.Sprint(c.lacking), func(t *testing.T) {
			calls := 0
			name := func(i int) string { return fmt.Sprintf("ed255415-e141-4150-aab7-%012d", i) }
			books := serve(t, serially(func(w http.ResponseWriter, r *http.Request) {
				calls++
				var all []string
				if ids := r.URL.Query().Get("IDs"); ids != "" {
					for id := range strings.SplitSeq(ids, ",") {
						all = append(all, but(string(recordedStanding.ID), id))
					}
				} else {
					all = append(all, listed)
					for i := range c.lacking {
						all = append(all, but(string(recordedStanding.ID), name(i), `"AmountDue":40.00`, `"AmountDue":null`))
					}
				}
				answers(http.StatusOK, pageOf(all...)).ServeHTTP(w, r)
			}), xero.Config{})
			pages, err := collect(books.Since(t.Context(), "tenant", time.Time{}))
			if c.calls < 0 {
				if got := troubleIn(t, err); got.Reason != app.Interrupted {
					t.Errorf("the error is %+v", got)
				}
				return
			}
			if err != nil || calls != c.calls || len(changedIn(pages)) != c.lacking+1 {
				t.Errorf("%d invoices took %d calls, want %d: %v", len(changedIn(pages)), calls, c.calls, err)
			}
			for _, st := range changedIn(pages) {
				if st.AmountDue.String() != "40.00" {
					t.Errorf("of %s is due %s", st.ID, st.AmountDue)
				}
			}
		})
	}
}

func TestNoOddListOfContactsHasOneCreatedAgain(t *testing.T) {
	const kauri = `{"ContactID":"3ff6d40c-af9a-40a3-89ce-3c1556a25591","ContactStatus":"ACTIVE","Name":"Kauri"}`
	list := func(pages string, elements ...string) string {
		return envelope(`"pagination":` + pages + `,"Contacts":[` + strings.Join(elements, ",") + `]`)
	}
	one := `{"page":1,"pageSize":1000,"pageCount":1,"itemCount":1}`
	for name, c := range map[string]struct {
		body string
		want string // the name and whether it is archived or merged; "" for trouble
	}{
		"as it is":                     {list(one, kauri), "Kauri"},
		"without an ID":                {list(one, `{"Name":"Kauri"}`), ""},
		"the ID of nothing":            {list(one, strings.Replace(kauri, "3ff6d40c-af9a-40a3-89ce-3c1556a25591", "00000000-0000-0000-0000-000000000000", 1)), ""},
		"null":                         {list(one, "null"), ""},
		"none, and one is counted":     {list(one), ""},
		"none, and counted on no page": {list(`{"itemCount":1}`), ""},
		"called an error":              {strings.Replace(list(one, kauri), `"OK"`, `"Error"`, 1), ""},
		"a status in small letters":    {list(one, strings.Replace(kauri, "ACTIVE", "Active", 1)), "Kauri"},
		"an ID in capitals":            {list(one, strings.Replace(kauri, "3ff6d40c", "3FF6D40C", 1)), "Kauri"},
		"merged into nothing":          {list(one, strings.Replace(kauri, `"Name"`, `"MergedToContactID":"00000000-0000-0000-0000-000000000000","Name"`, 1)), "Kauri"},
		"merged into null":             {list(one, strings.Replace(kauri, `"Name"`, `"MergedToContactID":null,"Name"`, 1)), "Kauri"},
	} {
		t.Run(name, func(t *testing.T) {
			books := serve(t, answers(http.StatusOK, c.body), xero.Config{})
			for how, q := range map[string]ledger.ContactQuery{
				"by name": {Names: []string{"Kauri"}}, "all": {}, "by ID": {IDs: []ledger.ContactID{"3ff6d40c-af9a-40a3-89ce-3c1556a25591"}},
			} {
				found, err := collect(books.Contacts(t.Context(), "tenant", q))
				if c.want == "" {
					if got := troubleIn(t, err); got.Reason != app.Interrupted {
						t.Errorf("%s: %+v", how, got)
					}
					continue
				}
				want := ledger.Contact{ID: "3ff6d40c-af9a-40a3-89ce-3c1556a25591", Name: "Kauri"}
				if err != nil || len(found) != 1 || found[0] != want {
					t.Errorf("%s: %+v, %v", how, found, err)
				}
			}
		})
	}
}

func TestALockDateIsTheDayInItsZone(t *testing.T) {
	for told, want := range map[string]billing.Date{
		`"\/Date(1546214400000+0000)\/"`: 20181231,
		`"\/Date(1546167600000+1300)\/"`: 20181231,
		`"2018-12-31T00:00:00+13:00"`:    20181231,
		`"2018-12-31"`:                   20181231,
		`"\/Date(0+0000)\/"`:             0,
		`null`:                           0,
	} {
		c := serve(t, answers(200, envelope(`"Organisations":[{"Name":"Kauri","BaseCurrency":"NZD","PeriodLockDate":`+told+`}]`)), xero.Config{})
		if got, err := c.Lock(t.Context(), "tenant"); err != nil || got != want {
			t.Errorf("%s is %s, want %s: %v", told, got, want, err)
		}
	}
}

// What is refused bears Xero's own words, and what contradicts itself is looked up.
func TestNoOddAnswerToAWriteIsTakenForAnother(t *testing.T) {
	refused := `"StatusAttributeString":"ERROR","HasErrors":true,"ValidationErrors":[{"Description":"Account must be valid."}],`
	judged := func(change string) string {
		return `{` + change + strings.TrimPrefix(listed, "{")
	}
	for name, c := range map[string]struct {
		body string
		want ledger.Verdict
		text string
	}{
		"saved":                                {pageOf(judged(`"StatusAttributeString":"OK",`)), ledger.Accepted, ""},
		"saved with a warning":                 {pageOf(judged(`"StatusAttributeString":"WARNING","Warnings":[{"Description":"Mind."}],`)), ledger.Accepted, "Mind."},
		"refused, and with an ID":              {pageOf(judged(refused)), ledger.Rejected, "Account must be valid."},
		"refused, without an ID":               {pageOf(strings.Replace(judged(refused), "ed255415-e141-4150-aab7-89c3bbbb851c", "00000000-0000-0000-0000-000000000000", 1)), ledger.Rejected, "Account must be valid."},
		"saved, and it has errors":             {pageOf(judged(strings.Replace(refused, "ERROR", "OK", 1))), ledger.Unclear, "Account must be valid."},
		"no status, an ID and errors":          {pageOf(judged(strings.Replace(refused, "ERROR", "", 1))), ledger.Unclear, "Account must be valid."},
		"an error without errors":              {pageOf(judged(`"StatusAttributeString":"ERROR",`)), ledger.Unclear, ""},
		"saved, and the whole called an error": {strings.Replace(pageOf(judged(`"StatusAttributeString":"OK",`)), `"Status":"OK"`, `"Status":"ERROR"`, 1), ledger.Unclear, ""},
		"null":                                 {pageOf("null"), ledger.Unclear, ""},
	} {
		t.Run(name, func(t *testing.T) {
			outcomes, err := postNumbers(t, c.body, "INV-0007")
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			if len(outcomes[0].Messages) > 0 {
				text = outcomes[0].Messages[0].Text
			}
			if outcomes[0].Verdict != c.want || text != c.text {
				t.Errorf("the outcome is %d and %q, want %d and %q", outcomes[0].Verdict, text, c.want, c.text)
			}
		})
	}
}

// FuzzLists checks of whatever a list answers that a look-up ends in an invoice which the answer
// has in so many words, in an answer that has none of anything, or in trouble.
func FuzzLists(f *testing.F) {
	for _, seed := range []string{
		pageOf(listed), pageOf(), paged(""), pageOf("null"), pageOf(but(`"Type":"ACCREC",`, "")), pageOf(but(`"AmountDue":40.00`, `"AmountDue":null`)),
		paged(`{"itemCount":2}`, listed), envelope(`"Invoices":null`), strings.Replace(pageOf(), `"OK"`, `"ERROR"`, 1),
		pageOf(but("INV-0007", "INV-0007 ")), pageOf(but("ed255415", "ED255415")), `[]`, `null`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, answer string) {
		c := client(xero.Config{HTTP: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Xero-Correlation-Id": {"c"}}, Body: io.NopCloser(strings.NewReader(answer))}, nil
		})})
		synctest.Test(t, func(t *testing.T) {
			found, err := c.ByID(t.Context(), "tenant", []ledger.InvoiceID{recordedStanding.ID})
			if err != nil {
				if got := troubleIn(t, err); got.Reason != app.Interrupted {
					t.Fatalf("the error is %+v", got)
				}
				return
			}
			if len(found) > 1 {
				t.Fatalf("%d were found", len(found))
			}
			for _, st := range found {
				if st.ID != recordedStanding.ID || st.Status == "" || st.Currency == "" {
					t.Fatalf("found %+v", st)
				}
				if st.Live() && !strings.Contains(strings.ToLower(answer), "amountdue") {
					t.Fatalf("nothing is said of what is due, and it is %s", st.AmountDue)
				}
			}
			pages, err := collect(c.Since(t.Context(), "tenant", time.Time{}))
			if len(found) == 1 && err == nil {
				if same := changedIn(pages); len(same) == 0 {
					t.Fatal("by its ID it is there, and in the list it is not")
				}
			}
			if len(found) == 0 {
				mustHaveNone(t, answer)
			}
		})
	})
}

// mustHaveNone checks that an answer which counts for "it is not there" says so of all that it has.
func mustHaveNone(t *testing.T, answer string) {
	t.Helper()
	var fields map[string]json.RawMessage
	var list []*struct{ Type, InvoiceID string }
	var pages struct{ ItemCount int }
	if json.Unmarshal([]byte(answer), &fields) != nil || json.Unmarshal(fields["Invoices"], &list) != nil || list == nil {
		t.Fatal("what is no list counts for an empty one")
	}
	if counted := fields["pagination"]; counted != nil && json.Unmarshal(counted, &pages) == nil && pages.ItemCount > len(list) {
		t.Fatalf("%d are counted, and %d there", pages.ItemCount, len(list))
	}
	for _, v := range list {
		other := v != nil && v.Type != "" && !strings.EqualFold(v.Type, "ACCREC")
		if v == nil || !other && strings.EqualFold(v.InvoiceID, string(recordedStanding.ID)) || v.InvoiceID == "" || v.InvoiceID == "00000000-0000-0000-0000-000000000000" {
			t.Fatalf("it may be in the answer, and counts for absent: %+v", v)
		}
	}
}

package sim

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// numbers are the invoice numbers of an answer in their order.
func (a reply) numbers() string {
	a.t.Helper()
	var all []string
	for i := 0; a.at("Invoices."+strconv.Itoa(i)) != ""; i++ {
		all = append(all, a.at("Invoices."+strconv.Itoa(i)+".InvoiceNumber"))
	}
	return strings.Join(all, " ")
}

func TestInvoiceLists(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		ids := map[string]string{}
		for i, status := range []string{StatusDraft, StatusSubmitted, StatusAuthorised, StatusPaid, StatusVoided, StatusDeleted} {
			number := "A" + strconv.Itoa(i+1)
			ids[number] = r.bring(status, number)
			time.Sleep(time.Minute)
		}
		other := r.add("InvoiceNumber", `"B1"`, "Contact", `{"ContactID":"`+otherContactID+`"}`, "Reference", `"Blue Fish"`, "Date", `"2000-01-20"`)
		time.Sleep(time.Minute)
		if _, err := r.sim.CreateInvoice(testTenant, Invoice{Number: "P1", ContactID: contactID, Lines: []Line{{Description: "By a person", UnitAmount: decimal.NewFromInt(1)}}}); err != nil {
			t.Fatal(err)
		}
		q := url.QueryEscape
		for path, want := range map[string]string{
			"":                             "A1 A2 A3 A4 A5 A6 B1 P1",
			"?order=InvoiceNumber%20DESC":  "P1 B1 A6 A5 A4 A3 A2 A1",
			"?order=UpdatedDateUTC%20DESC": "P1 B1 A6 A5 A4 A3 A2 A1",
			"?summaryOnly=true&page=2&pageSize=3&order=UpdatedDateUTC+DESC&where=" + q(`Type=="ACCREC"`): "A5 A4 A3",
			"?summaryOnly=true&order=InvoiceId+ASC&IDs=" + ids["A6"]:                                     "A6",
			"?order=Date+DESC,InvoiceNumber":                                                             "B1 A1 A2 A3 A4 A5 A6 P1",
			"?page=1&pageSize=3":                                                                         "A1 A2 A3",
			"?page=3&pageSize=3":                                                                         "B1 P1",
			"?page=9&pageSize=3":                                                                         "",
			"?page=0":                                                                                    "A1 A2 A3 A4 A5 A6 B1 P1",
			"?Statuses=DRAFT,PAID":                                                                       "A1 A4 B1 P1",
			"?Statuses=draft&ContactIDs=" + otherContactID:                                               "B1",
			"?InvoiceNumbers=a2,A3,none":                                                                 "A2 A3",
			"?IDs=" + ids["A5"] + "," + unknownID:                                                        "A5",
			"?ContactIDs=" + otherContactID:                                                              "B1",
			"?searchTerm=FISH":                                                                           "B1",
			"?searchTerm=a6":                                                                             "A6",
			"?createdByMyApp=true":                                                                       "A1 A2 A3 A4 A5 A6 B1",
			"?where=" + q(`Status=="AUTHORISED"`):                                                        "A3",
			"?where=" + q(`Contact.Name="bob ltd" AND Date>=DateTime(2000,01,20)`):            "B1",
			"?where=" + q(`InvoiceID==guid("`+ids["A1"]+`") OR InvoiceID==guid("`+other+`")`): "A1 B1",
			"?where=" + q(`AmountDue>0 AND Type=="ACCREC"`):                                   "A1 A2 A3 B1 P1",
			"?where=" + q(`AmountPaid>=46.00`):                                                "A4",
			"?where=" + q(`Reference.Contains("fish") && DueDate<DateTime(2001,1,1)`):         "B1",
			"?where=" + q(`InvoiceNumber.StartsWith("A") && !(Status=="DRAFT")`):              "A2 A3 A4 A5 A6",
			"?summaryOnly=true&pageSize=2":                                                    "A1 A2",
		} {
			if got := r.do("GET", "/Invoices"+path, "").want(200).numbers(); got != want {
				t.Errorf("%s gives %s, want %s", path, got, want)
			}
		}
	})
}

func TestPages(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.bring(StatusDraft, "A1")
		r.do("GET", "/Invoices", "").want(200, "pagination", "", "Invoices.0.LineItems", "[]", "Invoices.0.Contact.Addresses", "[]")
		r.do("GET", "/Invoices?page=1", "").want(200, "pagination", `{"itemCount":1,"page":1,"pageCount":1,"pageSize":100}`, "Invoices.0.LineItems.0.Description", "Work")
		for sent, want := range map[string]string{"0": "1", "-5": "1", "1001": "1000", "99999999999999999999": "100", "x": "100", "500": "500"} {
			r.do("GET", "/Invoices?page=1&pageSize="+sent, "").want(200, "pagination.pageSize", want)
		}
		r.do("GET", "/Invoices?Statuses=DRAFT", "").want(200, "pagination.page", "1", "Invoices.0.LineItems.0.Description", "Work")
		a := r.do("GET", "/Invoices?summaryOnly=true", "").want(200, "pagination.page", "1", "Invoices.0.Payments", "", "Invoices.0.HasAttachments", "", "Invoices.0.LineItems", "", "Invoices.0.Total", "46.00")
		if strings.Contains(a.body, "LineItems") {
			t.Error("a summary has lines")
		}
		r.do("GET", "/Invoices?summaryOnly=true&where=HasAttachments==true", "").want(400, "Message", "No property or field 'HasAttachments' exists in type 'Invoice'")
	})
}

func TestModifiedSince(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		r.bring(StatusDraft, "A1")
		time.Sleep(10*time.Second + 500*time.Millisecond)
		r.bring(StatusDraft, "A2")
		for header, want := range map[string]string{
			"2000-01-01T00:00:00":           "A1 A2",
			"2000-01-01T00:00:01":           "A2",
			"2000-01-01T00:00:10":           "A2",
			"2000-01-01T00:00:10.900":       "A2", // whole seconds
			"2000-01-01T00:00:11":           "",
			"2000-01-01T00:00:01.123Z":      "A2",
			"Sat, 01 Jan 2000 00:00:01 GMT": "A2",
		} {
			if got := r.do("GET", "/Invoices", "", "If-Modified-Since", header).want(200).numbers(); got != want {
				t.Errorf("since %s: %s, want %s", header, got, want)
			}
		}
		r.do("GET", "/Invoices", "", "If-Modified-Since", "yesterday").want(400, "ErrorNumber", "16")
	})
}

func TestFiltersThatCannotBeRead(t *testing.T) {
	bubble(t, Config{}, func(t *testing.T, r *rig) {
		for where, want := range map[string]string{
			`Foo=="x"`:                    "No property or field 'Foo' exists in type 'Invoice'",
			`Contact.Foo=="x"`:            "No property or field 'Foo' exists in type 'Contact'",
			`Status==`:                    "Expression expected",
			`Status=="DRAFT" AND`:         "Expression expected",
			`(Status=="DRAFT"`:            "')' expected",
			`Status=="DRAFT" Type`:        "Syntax error",
			`Status=="DRAFT`:              "Unterminated string literal",
			`Status=="a\b"`:               `Syntax error '\'`,
			`Status==#`:                   "Syntax error '#'",
			`InvoiceID=="` + zeroID + `"`: "Operator '==' incompatible with operand types 'Guid' and 'String'",
			`Status`:                      "Expression of type 'Boolean' expected",
			`Date==DateTime(2000,13,1)`:   "Year, Month, and Day parameters describe an un-representable DateTime.",
			`InvoiceID==guid("x")`:        "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
			`Status.Length>3`:             "No property or field 'Length' exists in type 'String'",
			`Status.Reverse()=="x"`:       "No applicable method 'Reverse' exists in type 'String'",
			strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500): "Expression is nested too deeply",
		} {
			r.bring(StatusDeleted, "A1")
			r.do("GET", "/Invoices?where="+url.QueryEscape(where), "").want(400, "ErrorNumber", "16", "Type", "QueryParseException", "Message", want)
		}
		r.do("GET", "/Invoices?order=Foo", "").want(400, "Message", "No property or field 'Foo' exists in type 'Invoice'")
		r.do("GET", "/Invoices?order=Date+SIDEWAYS", "").want(400, "Message", "Syntax error")
		r.do("GET", "/Invoices?IDs=1", "").want(400, "ErrorNumber", "16")
	})
}

func TestWhereClauses(t *testing.T) {
	fields := map[string]any{
		"name": `Say "hi"`, "status": "DRAFT", "id": guid(unknownID), "total": decimal.RequireFromString("10.50"),
		"date": Day(2000, 2, 3), "sent": true, "reference": nil,
		"cafe": "Café Tūī",
	}
	has := func(name string) bool { _, ok := fields[name]; return ok }
	for where, want := range map[string]bool{
		`Name == "say ""HI"""`:                             true,
		`name.Contains("hi") AND name.EndsWith("""")`:      true,
		`Name.ToLower().StartsWith("say")`:                 true,
		`status = "draft"`:                                 true,
		`Status <> "PAID" AND Status != "VOIDED"`:          true,
		`Status=="PAID" OR Status=="DRAFT"`:                true,
		`Status=="PAID" || Status=="DRAFT" && Sent`:        true,
		`(Status=="PAID" || Status=="DRAFT") && !Sent`:     false,
		`Total > 10 AND Total < 10.51 AND Total >= 10.5`:   true,
		`Total == -10.5`:                                   false,
		`Date >= DateTime(2000, 02, 03)`:                   true,
		`Date > DateTime(2000,02,03,12,30,00)`:             false,
		`Id == Guid("` + strings.ToUpper(unknownID) + `")`: true,
		`Sent == true`:                                     true,
		`Reference == null`:                                true,
		`Reference != null`:                                false,
		`Reference == "x"`:                                 false,
		`Reference < "x"`:                                  false,
		`Reference.Contains("x")`:                          false,
		`null == Reference`:                                true,
		`NOT Sent`:                                         false,
	} {
		clause, err := parseWhere(where, "Thing", has)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		if got, err := clause.holds(func(name string) any { return fields[name] }); err != nil || got != want {
			t.Errorf("%s is %v (%v), want %v", where, got, err, want)
		}
	}
}

func FuzzWhere(f *testing.F) {
	for _, seed := range []string{
		`Status=="AUTHORISED" AND Date>=DateTime(2020,01,01)`, `Contact.ContactID==guid("` + zeroID + `")`, `!(Name.Contains("a""b"))`,
		`Total>=-1.5 || Sent`, `"`, `((`, `Name.`, `DateTime(`, `Contact.`,
	} {
		f.Add(seed)
	}
	fields := map[string]any{
		"status": "DRAFT", "name": "a", "total": decimal.NewFromInt(1), "date": Day(2000, 1, 1), "sent": true, "contact.contactid": guid(zeroID),
	}
	f.Fuzz(func(t *testing.T, where string) {
		clause, err := parseWhere(where, "Invoice", func(name string) bool { _, ok := fields[name]; return ok })
		if err != nil {
			return
		}
		if _, err := clause.holds(func(name string) any { return fields[name] }); err != nil && err.Error() == "" {
			t.Errorf("%q: an error without words", where)
		}
	})
}

func TestDates(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-09-14":                 Day(2026, 9, 14),
		"2026-09-14T10:20:30":        time.Date(2026, 9, 14, 10, 20, 30, 0, time.UTC),
		"2026-09-14T10:20:30.125":    time.Date(2026, 9, 14, 10, 20, 30, 125e6, time.UTC),
		"2026-09-14T10:20:30Z":       time.Date(2026, 9, 14, 10, 20, 30, 0, time.UTC),
		"/Date(1789344000000)/":      Day(2026, 9, 14),
		"/Date(1789344000000+0000)/": Day(2026, 9, 14),
		"/Date(1789344000000+1300)/": Day(2026, 9, 14),
		"/Date(-86400000)/":          Day(1969, 12, 31),
		"14/09/2026":                 {},
		"2026-02-30":                 {},
		"/Date(x)/":                  {},
		"/Date(1":                    {},
		"/Date(9999999999999999)/":   {},
		"":                           {},
	} {
		got, ok := parseDate(text)
		if ok != !want.IsZero() || ok && !got.Equal(want) {
			t.Errorf("%q is %v, %v; want %v", text, got, ok, want)
		}
	}
}

func FuzzDates(f *testing.F) {
	for _, seed := range []string{"2026-09-14", "/Date(1789344000000+0000)/", "/Date(-1)/", "2026-09-14T10:20:30Z", "/Date(+)/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, ok := parseDate(text)
		if !ok {
			return
		}
		var b strings.Builder
		writeJSON(&b, stamp(at), 0)
		shown := strings.ReplaceAll(strings.Trim(b.String(), `"`), `\/`, "/")
		if again, ok := parseDate(shown); !ok || !again.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%q is %v, shown as %s, read back as %v", text, at, shown, again)
		}
	})
}

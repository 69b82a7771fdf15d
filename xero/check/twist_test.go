package check

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feebridge/xero/sim"
)

// twist is a Xero in which an assumption does not hold.
type twist struct {
	name   string
	sim    sim.Config // as the simulated Xero can be turned round itself
	before func(http.Handler) http.Handler
	// no are the rows that say so, and unclear those that cannot tell any more; "*" stands for all others.
	no, unclear []string
	left        bool // something stays in Xero that cannot be removed
}

// twists turn every row round.
var twists = []twist{
	{name: "the answer says neither OK nor ERROR", before: edited(puts, drop("StatusAttributeString")), no: []string{"create.accepted"}, unclear: []string{"*"}},
	{name: "no Url in the answer to a PUT", before: edited(puts, drop("Url")), no: []string{"mark.answer"}},
	{name: "no Url in the list of changes", before: edited(changesList, drop("Url")), no: []string{"mark.changes"}},
	{name: "no Url in look-ups by ID", before: edited(byIDs, drop("Url")), no: []string{"mark.by-id", "mark.change-list", "mark.deleted"}},
	{name: "no Url in look-ups by number", before: edited(byNumbers, drop("Url")), no: []string{"mark.by-number"}},
	{name: "no Url in the single read", before: edited(single, drop("Url")), no: []string{"mark.single", "mark.change-single"}},
	{name: "no Url in the answer to a change", before: edited(posts, drop("Url")), no: []string{"mark.change-answer"}},
	{name: "a change takes the Url out of look-ups", before: edited(byIDs, when("Reference", changedReference, drop("Url"))), no: []string{"mark.change-list"}},
	{name: "a change takes the Url out of the single read", before: edited(single, when("Reference", changedReference, drop("Url"))), no: []string{"mark.change-single"}},
	{name: "a deletion takes the Url away", before: edited(byIDs, when("Status", "DELETED", drop("Url"))), no: []string{"mark.deleted"}},
	{name: "no list has the Url", sim: sim.Config{Marks: sim.MarksUnlisted}, no: []string{"mark.changes", "mark.by-id", "mark.by-number", "mark.change-list", "mark.deleted"}},
	{name: "the Url comes back otherwise", sim: sim.Config{Marks: sim.MarksNormalised}, no: []string{"mark.answer", "mark.changes", "mark.by-id", "mark.by-number", "mark.single", "mark.change-answer", "mark.change-list", "mark.change-single", "mark.deleted"}},
	{name: "the Url is dropped", sim: sim.Config{Marks: sim.MarksDropped}, no: []string{"mark.answer", "mark.changes", "mark.by-id", "mark.by-number", "mark.single", "mark.change-answer", "mark.change-list", "mark.change-single", "mark.deleted"}},
	{name: "a Url with xero is taken", before: asked(puts, "/open/xero.", "/open/"), no: []string{"mark.word"}},

	{name: "the Date header is an hour late", before: answered(all, func(a *httptest.ResponseRecorder) {
		a.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	}), no: []string{"clock.date"}},
	{name: "changes are stamped in another zone", before: edited(puts, func(e map[string]any) {
		if at, ok := moment(element(e).text("UpdatedDateUTC")); ok {
			e["UpdatedDateUTC"] = stampOf(at.Add(3 * time.Hour))
		}
	}), no: []string{"clock.updated"}},
	{name: "another theme", before: edited(puts, func(e map[string]any) { e["BrandingThemeID"] = "0f7a63b8-91a3-4c64-bd6e-1f6f5e1f2d11" }), no: []string{"theme.default"}},

	{name: "changes are late in the list", before: lateList(), no: []string{"changes.shown"}, unclear: []string{"mark.changes"}},
	{name: "no AmountDue in the short form", before: edited(short, drop("AmountDue")), no: []string{"list.amount-due"}},
	{name: "no AmountDue", before: edited(byIDs, drop("AmountDue")), no: []string{"list.amount-due", "list.understood"}},
	{name: "no date", before: edited(byIDs, drop("Date")), no: []string{"list.fields"}},
	{name: "two decimals", before: edited(single, func(e map[string]any) {
		for _, line := range element(e).list("LineItems") {
			line["UnitAmount"] = json.Number("20.13")
		}
	}), no: []string{"unit.decimals", "status.lines", "status.lines-unitdp"}},
	{name: "a change of status rounds lines", sim: sim.Config{Odd: sim.StatusRoundsLines}, no: []string{"status.lines"}},
	{name: "it does even with unitdp", sim: sim.Config{Odd: sim.StatusChangesLines}, no: []string{"status.lines", "status.lines-unitdp"}},

	{name: "a PUT updates", before: requested(puts, func(r *http.Request, body string) {
		if regexp.MustCompile(`(?i)"FBC-\w+-01"`).MatchString(body) { // the number of the first draft
			r.Method = http.MethodPost
		}
	}), no: []string{"number.taken", "number.untouched", "number.case", "mark.change-answer", "mark.change-list", "mark.change-single"}, unclear: []string{"refused.no-id"}},
	{name: "a taken number in other words", before: reworded("Invoice # must be unique."), no: []string{"number.taken", "number.case", "number.voided"}},
	{name: "a refusal has an ID", before: edited(puts, when("StatusAttributeString", "ERROR", func(e map[string]any) {
		if element(e).text("InvoiceID") != "" {
			e["InvoiceID"] = "1c6d1e8f-6a0f-4a53-8e0a-0b7b1ee3f9a1"
		}
	})), no: []string{"refused.no-id"}, unclear: []string{"*"}},
	{name: "upper and lower case are two numbers", before: foldless(), no: []string{"number.case"}},
	{name: "the number of a deleted draft is held", sim: sim.Config{DeletedNumbersHeld: true}, no: []string{"number.deleted"}},
	{name: "the number of a voided invoice is free", sim: sim.Config{Odd: sim.VoidedNumbersFree}, no: []string{"number.voided"}},
	{name: "look-ups by number leave deleted ones out", before: without(byNumbers, "Status", "DELETED"), no: []string{"number.every-status"}},

	{name: "keys are ignored", before: requested(writes, func(r *http.Request, _ string) { r.Header.Del("Idempotency-Key") }),
		no: []string{"key.replay", "key.other-body", "key.refusal"}},
	{name: "a key with another body is used anew", before: keyOfBody(), no: []string{"key.other-body"}},
	{name: "refusals are not kept", before: keyOfAnswer(), no: []string{"key.refusal"}},

	{name: "the oldest change comes first", sim: sim.Config{Odd: sim.OldestFirst}, no: []string{"changes.newest-first", "changes.front", "list.understood"}},
	{name: "a change does not move", before: toTheEnd(), no: []string{"changes.front"}},
	{name: "changes of the second before are missing", before: without(sinceByID, "Type", "ACCREC"), no: []string{"changes.since"}},
	{name: "what the application made is a person's", before: without(made, "Type", "ACCREC"), no: []string{"changes.made"}},
	{name: "changes are not asked from", before: requested(sinceByID, func(r *http.Request, _ string) { r.Header.Del("If-Modified-Since") }), no: []string{"changes.until"}},

	{name: "half cents go to the even cent", sim: sim.Config{Odd: sim.HalfCentsToEven}, no: []string{"amount.half-cent", "amount.half-cent-negative", "amount.half-cent-tax"}},
	{name: "half cents of lines go down", before: edited(puts, lines("0.0500", "LineAmount", "0.02")), no: []string{"amount.half-cent"}},
	{name: "negative half cents go up", before: edited(puts, lines("-0.0500", "LineAmount", "-0.02")), no: []string{"amount.half-cent-negative"}},
	{name: "half cents of tax go down", before: edited(puts, lines("0.3000", "TaxAmount", "0.04")), no: []string{"amount.half-cent-tax"}},
	{name: "tax within an amount is a cent less", before: edited(puts, when("LineAmountTypes", "Inclusive", lines("33.3300", "TaxAmount", "4.34"))), no: []string{"amount.inclusive"}},
	{name: "each component is rounded", sim: sim.Config{Odd: sim.ComponentsRounded}, no: []string{"amount.compound"}},

	{name: "the answer to a deletion says DRAFT", before: edited(posts, when("Status", "DELETED", func(e map[string]any) { e["Status"] = "DRAFT" })),
		no: []string{"removal.answer"}, unclear: []string{"*"}},
	{name: "deletions are not in the list", before: without(changesList, "Status", "DELETED"), no: []string{"removal.listed"}},
	{name: "deleted drafts are not found by ID", before: without(byIDs, "Status", "DELETED"), no: []string{"removal.readable"}, unclear: []string{"mark.deleted"}},
	{name: "deletions are counted in lists, and left out", before: enveloped(func(r *http.Request) bool { return byIDs(r) || changesList(r) }, func(o element) {
		o["Invoices"] = append(elements{}, slices.DeleteFunc(o.list("Invoices"), func(e element) bool { return e.text("Status") == "DELETED" })...)
	}), no: []string{"removal.listed", "removal.readable", "list.understood"}, unclear: []string{"mark.deleted"}},
	{name: "a refused removal has no ID", before: edited(posts, when("StatusAttributeString", "ERROR", func(e map[string]any) {
		e["InvoiceID"] = "00000000-0000-0000-0000-000000000000"
	})), no: []string{"removal.refused-id"}, unclear: []string{"text.status", "removal.unknown", "approved.not-deleted"}},
	{name: "what is not there is deleted", before: edited(posts, func(e map[string]any) {
		if strings.Contains(element(e).sentences(), "could not be found") {
			delete(e, "ValidationErrors")
			e["HasErrors"], e["StatusAttributeString"], e["Status"], e["CurrencyCode"], e["Total"] = false, "OK", "DELETED", "NZD", json.Number("1.00")
		}
	}), no: []string{"removal.unknown"}},
	{name: "deleted again in other words", before: rewordedRefusal(1), no: []string{"text.status"}},
	{name: "approved in other words", before: rewordedRefusal(2), no: []string{"approved.not-deleted"}},
	{name: "the answer to a void says AUTHORISED", before: edited(posts, when("Status", "VOIDED", func(e map[string]any) { e["Status"] = "AUTHORISED" })),
		no: []string{"approved.voided"}, unclear: []string{"number.voided"}},

	{name: "submitted invoices are taken as drafts", before: asked(puts, `"SUBMITTED"`, `"DRAFT"`), no: []string{"submitted.account", "submitted.complete"}},
	{name: "a page past the end is not found", before: answered(func(r *http.Request) bool { return r.URL.Query().Get("page") == "1000" }, func(a *httptest.ResponseRecorder) { a.Code = http.StatusNotFound }), no: []string{"page.past-end"}},
	{name: "what is not there is an empty answer", before: answered(all, func(a *httptest.ResponseRecorder) {
		if a.Code == http.StatusNotFound {
			a.Code, a.Body = http.StatusOK, bytes.NewBufferString("{}")
		}
	}), no: []string{"read.unknown"}},
	{name: "404 without a correlation", before: answered(all, func(a *httptest.ResponseRecorder) {
		if a.Code == http.StatusNotFound {
			a.Header().Del("Xero-Correlation-Id")
		}
	}), no: []string{"answer.correlation"}},
	{name: "contacts cannot be archived", before: asked(func(r *http.Request) bool { return r.Method == http.MethodPost }, `"ContactStatus":"ARCHIVED"`, `"ContactStatus":"ACTIVE"`),
		no: []string{"contact.archived"}, unclear: []string{"text.contact-archived"}, left: true},

	{name: "unknown account in other words", before: reworded("has been removed as it does not match"), no: []string{"text.account-removed"}},
	{name: "wrong account in other words", before: reworded("is not a valid code"), no: []string{"submitted.account"}},
	{name: "missing account in other words", before: reworded("Account code or ID must be specified"), no: []string{"submitted.complete"}},
	{name: "wrong tax in other words", before: reworded("cannot be used with account code"), no: []string{"text.tax-class"}},
	{name: "deleted tax in other words", before: reworded("Tax rate must be Active"), no: []string{"text.tax-inactive"}},
	{name: "unknown tax in other words", before: reworded("does not exist or cannot be used"), no: []string{"text.tax-unknown"}},
	{name: "currency in other words", before: reworded("is not subscribed to currency"), no: []string{"text.currency"}},
	{name: "item in other words", before: reworded("Item code"), no: []string{"text.item"}},
	{name: "unknown contact in other words", before: reworded("Unknown contact details"), no: []string{"text.contact-unknown"}},
	{name: "no lines in other words", before: reworded("One or more line items"), no: []string{"text.no-lines"}},
	{name: "a taken name in other words", before: reworded("is already assigned"), no: []string{"text.contact-name"}},
	{name: "a taken contact number in other words", before: reworded("has this contact number"), no: []string{"text.contact-number"}},
	{name: "email in other words", before: reworded("Email address must"), no: []string{"text.email"}},
	{name: "an archived contact in other words", before: reworded("contact details has been archived"), no: []string{"text.contact-archived"}},
	{name: "due date in other words", before: reworded("DueDate field must"), no: []string{"text.due-date"}},
	{name: "every text in other words", sim: sim.Config{Odd: sim.TextsReworded}, no: []string{
		"number.taken", "number.case", "number.voided", "text.status", "approved.not-deleted", "submitted.account",
		"submitted.complete", "text.tax-class", "text.tax-inactive", "text.tax-unknown", "text.currency", "text.item", "text.contact-unknown",
		"text.no-lines", "text.contact-name", "text.contact-number", "text.email", "text.contact-archived", "text.due-date",
	}},
}

func TestEachAssumptionTurnedRoundIsFound(t *testing.T) {
	turned := map[string]bool{}
	for _, w := range twists {
		for _, name := range w.no {
			turned[name] = true
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, w.sim, w.before, func(r *rig) {
				results, _, err := r.run(r.Context(), true)
				if err != nil {
					r.Fatal(err)
				}
				r.mustSay(results, w.no, w.unclear)
				if !w.left {
					r.mustBeGone()
				}
			})
		})
	}
	for _, a := range Assumptions() {
		if !turned[a.Name] {
			t.Errorf("no twist turns %s round", a.Name)
		}
	}
}

// What of the calls a twist is about.
func all(*http.Request) bool { return true }
func puts(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/Invoices")
}
func posts(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Invoices")
}
func writes(r *http.Request) bool    { return r.Method != http.MethodGet }
func gets(r *http.Request) bool      { return r.Method == http.MethodGet }
func single(r *http.Request) bool    { return gets(r) && strings.Contains(r.URL.Path, "/Invoices/") }
func byIDs(r *http.Request) bool     { return gets(r) && r.URL.Query().Has("IDs") }
func short(r *http.Request) bool     { return byIDs(r) && r.URL.Query().Has("summaryOnly") }
func byNumbers(r *http.Request) bool { return gets(r) && r.URL.Query().Has("InvoiceNumbers") }
func changesList(r *http.Request) bool {
	return gets(r) && r.URL.Query().Get("order") == "UpdatedDateUTC DESC"
}
func made(r *http.Request) bool      { return changesList(r) && r.URL.Query().Has("createdByMyApp") }
func sinceByID(r *http.Request) bool { return byIDs(r) && r.Header.Get("If-Modified-Since") != "" }

// answered has a function change the answers to calls that fit.
func answered(fits func(*http.Request) bool, change func(*httptest.ResponseRecorder)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := httptest.NewRecorder()
			fit := fits(r)
			next.ServeHTTP(a, r)
			if fit {
				change(a)
			}
			for name, values := range a.Header() {
				w.Header()[name] = values
			}
			w.Header().Del("Content-Length")
			w.WriteHeader(a.Code)
			_, _ = w.Write(a.Body.Bytes())
		})
	}
}

// edited has a function change each invoice and contact of the answers to calls that fit.
func edited(fits func(*http.Request) bool, change func(map[string]any)) func(http.Handler) http.Handler {
	return listed(fits, func(l elements) elements {
		for _, e := range l {
			change(e)
		}
		return l
	})
}

// listed has a function change the list of invoices or contacts of the answers to calls that fit, which
// count what is left in it.
func listed(fits func(*http.Request) bool, change func(elements) elements) func(http.Handler) http.Handler {
	return enveloped(fits, func(o element) {
		for _, name := range []string{"Invoices", "Contacts"} {
			if o[name] == nil {
				continue
			}
			before := o.list(name)
			after := append(elements{}, change(slices.Clone(before))...)
			o[name] = after
			if pages := o.inner("pagination"); pages != nil {
				items, _ := strconv.Atoi(pages.text("itemCount"))
				pages["itemCount"] = items - len(before) + len(after)
			}
		}
	})
}

// enveloped has a function change the whole of the answers to calls that fit.
func enveloped(fits func(*http.Request) bool, change func(element)) func(http.Handler) http.Handler {
	return answered(fits, func(a *httptest.ResponseRecorder) {
		d := json.NewDecoder(bytes.NewReader(a.Body.Bytes()))
		d.UseNumber()
		var o element
		if d.Decode(&o) != nil {
			return
		}
		change(o)
		body, _ := json.Marshal(o)
		a.Body = bytes.NewBuffer(body)
	})
}

// without leaves out of lists what has this text in the field.
func without(fits func(*http.Request) bool, field, text string) func(http.Handler) http.Handler {
	return listed(fits, func(l elements) elements {
		return slices.DeleteFunc(l, func(e element) bool { return e.text(field) == text })
	})
}

// requested has a function change the requests of calls that fit, whose body it is told.
func requested(fits func(*http.Request) bool, change func(r *http.Request, body string)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if fits(r) {
				change(r, string(body))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// asked replaces a text in the bodies of calls that fit.
func asked(fits func(*http.Request) bool, from, to string) func(http.Handler) http.Handler {
	return requested(fits, func(r *http.Request, body string) {
		body = strings.ReplaceAll(body, from, to)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	})
}

func drop(field string) func(map[string]any) { return func(e map[string]any) { delete(e, field) } }

func when(field, text string, change func(map[string]any)) func(map[string]any) {
	return func(e map[string]any) {
		if element(e).text(field) == text {
			change(e)
		}
	}
}

// lines sets an amount of the lines that have this unit amount.
func lines(unit, set, to string) func(map[string]any) {
	return func(e map[string]any) {
		for _, line := range element(e).list("LineItems") {
			if line.text("UnitAmount") == unit {
				line[set] = json.Number(to)
			}
		}
	}
}

// rewordedRefusal gives the nth refusal of a change of status other words: the first is that of a draft
// that was deleted before, the second that of an approved invoice.
func rewordedRefusal(nth int) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		var seen atomic.Int32
		return edited(posts, func(e map[string]any) {
			for _, m := range element(e).list("ValidationErrors") {
				if strings.Contains(m.text("Message"), "not of valid status") && seen.Add(1) == int32(nth) {
					m["Message"] = "That didn't work."
				}
			}
		})(next)
	}
}

// reworded gives each message that holds a text other words.
func reworded(text string) func(http.Handler) http.Handler {
	return edited(writes, func(e map[string]any) {
		for _, list := range []string{"ValidationErrors", "Warnings"} {
			for _, m := range element(e).list(list) {
				if strings.Contains(m.text("Message"), text) {
					m["Message"] = "That didn't work."
				}
			}
		}
	})
}

// lateList leaves the lists of changes empty for as long as a check waits.
func lateList() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		began := sync.OnceValue(time.Now)
		return listed(changesList, func(l elements) elements {
			if time.Since(began()) < 61*time.Second {
				return nil
			}
			return l
		})(next)
	}
}

// toTheEnd puts the changed draft to the end of the list of changes.
func toTheEnd() func(http.Handler) http.Handler {
	return listed(changesList, func(l elements) elements {
		i := slices.IndexFunc(l, func(e element) bool { return e.text("Reference") == changedReference })
		if i < 0 {
			return l
		}
		moved := l[i]
		l = append(slices.Delete(l, i, i+1), moved)
		moved["UpdatedDateUTC"] = l[len(l)-2]["UpdatedDateUTC"]
		return l
	})
}

// foldless makes a number in lower case another number, and shows it as it was sent.
func foldless() func(http.Handler) http.Handler {
	request := requested(puts, func(r *http.Request, body string) {
		if at := strings.Index(body, "fbc-"); at >= 0 {
			at = strings.Index(body[at:], `"`) + at
			body = body[:at] + "c" + body[at:]
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
	})
	answer := edited(all, func(e map[string]any) {
		if number := element(e).text("InvoiceNumber"); strings.HasPrefix(number, "fbc-") {
			e["InvoiceNumber"] = strings.TrimSuffix(number, "c")
		}
	})
	return func(next http.Handler) http.Handler { return answer(request(next)) }
}

// keyOfBody forgets a key when it comes with another body.
func keyOfBody() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		var mu sync.Mutex
		bodies := map[string]string{}
		return requested(writes, func(r *http.Request, body string) {
			mu.Lock()
			defer mu.Unlock()
			key := r.Header.Get("Idempotency-Key")
			if first, used := bodies[key]; used && first != body {
				r.Header.Del("Idempotency-Key")
			}
			bodies[key] = body
		})(next)
	}
}

// keyOfAnswer forgets a key whose answer was a refusal.
func keyOfAnswer() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		var mu sync.Mutex
		refused := map[string]bool{}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			key := r.Header.Get("Idempotency-Key")
			mu.Lock()
			if refused[key] {
				r.Header.Del("Idempotency-Key")
			}
			mu.Unlock()
			answered(all, func(a *httptest.ResponseRecorder) {
				mu.Lock()
				defer mu.Unlock()
				refused[key] = key != "" && strings.Contains(a.Body.String(), `"ERROR"`)
			})(next).ServeHTTP(w, r)
		})
	}
}

func stampOf(at time.Time) string {
	text, _ := json.Marshal(at.UnixMilli())
	return "/Date(" + string(text) + "+0000)/"
}

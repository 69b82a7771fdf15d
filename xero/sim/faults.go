package sim

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Rule makes calls go wrong. Its text is
//
//	METHOD PATH [#N | #N-M | #N-] KIND[:WORD…][+KIND…]
//
// METHOD is a method or *. PATH is without the API's prefix (/Invoices, /connect/token); a * in it stands for one
// segment. #N is the Nth call that the rule fits since it was added, #N-M a range, #N- all from the Nth; without it, every
// call. When several rules fit a call, all count it and the first one that is due decides. Kinds:
//
//	429[:minute|day|concurrent|appminute[:SECONDS|:none]]
//	                 refused for a limit; Retry-After as Xero would, as given, or none
//	500              an internal error, and nothing is done
//	500-after-commit an internal error after the work was done
//	503[:maintenance|unavailable|offline]
//	                 refused with that text
//	drop-after-commit the work is done and the connection closed without an answer
//	cut              the work is done and the answer ends in its middle
//	late-commit[:DURATION]
//	                 the connection is closed at once; the work is done after 90 s or what is given
//	slow:DURATION    the work begins later
//	reset            the connection is reset and nothing is done
//	disconnect       the organisation disconnects the app before the call is looked at
//	person-rename, person-approve, person-pay, person-prepay, person-overpay, person-void, person-delete
//	                 after the work and before the answer, a person does that to each invoice written (or, in a read,
//	                 shown): prepay and overpay allocate a prepayment or an overpayment of all that is due; those, pay
//	                 and void approve what is still a draft, delete voids what is approved
//
// Several kinds may be joined, as in "PUT /Invoices #2 drop-after-commit+person-approve".
type Rule struct {
	text        string
	method      string
	path        []string
	first, last int // calls counted from 1; last is 0 when there is no end
	does        effects

	seen int
}

// effects are what a rule does to a call.
type effects struct {
	limit       string // which limit a 429 names
	retryAfter  string // seconds; "none" for no header; empty for what Xero would say
	unavailable string // the text of a 503
	fail        bool
	failAfter   bool
	drop        bool
	cut         bool
	reset       bool
	disconnect  bool
	slow        time.Duration
	late        time.Duration
	people      []string
}

const defaultLateCommit = 90 * time.Second

var unavailableTexts = map[string]string{
	"maintenance": "The Xero API is currently offline for maintenance",
	"unavailable": "The Xero API is temporarily unavailable",
	"offline":     "The Organisation is offline",
}

// ParseRule reads a rule; see Rule for its grammar.
func ParseRule(text string) (Rule, error) {
	words := strings.Fields(text)
	r := Rule{text: strings.Join(words, " "), first: 1}
	if len(words) < 3 || len(words) > 4 {
		return Rule{}, fmt.Errorf("fault %q: want METHOD PATH [#N] KIND", text)
	}
	r.method = strings.ToUpper(words[0])
	if !slices.Contains([]string{"*", "GET", "PUT", "POST", "DELETE"}, r.method) {
		return Rule{}, fmt.Errorf("fault %q: unknown method %s", text, words[0])
	}
	if !strings.HasPrefix(words[1], "/") {
		return Rule{}, fmt.Errorf("fault %q: the path must begin with /", text)
	}
	r.path = segments(words[1])
	if len(words) == 4 {
		if err := r.parseCalls(words[2]); err != nil {
			return Rule{}, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	for kind := range strings.SplitSeq(words[len(words)-1], "+") {
		if err := r.does.parse(kind); err != nil {
			return Rule{}, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	return r, nil
}

// String is the text of the rule.
func (r Rule) String() string { return r.text }

func (r *Rule) parseCalls(word string) error {
	calls, ok := strings.CutPrefix(word, "#")
	from, to, ranged := strings.Cut(calls, "-")
	first, err := strconv.Atoi(from)
	if !ok || err != nil || first < 1 {
		return fmt.Errorf("%q is not #N, #N-M or #N-", word)
	}
	r.first, r.last = first, first
	if !ranged {
		return nil
	}
	if r.last = 0; to == "" {
		return nil
	}
	if r.last, err = strconv.Atoi(to); err != nil || r.last < first {
		return fmt.Errorf("%q is not #N, #N-M or #N-", word)
	}
	return nil
}

func (e *effects) parse(kind string) error {
	words := strings.Split(kind, ":")
	name, words := words[0], words[1:]
	switch most, known := kindWords[name]; {
	case !known:
		return fmt.Errorf("unknown kind %q", name)
	case len(words) > most:
		return fmt.Errorf("too much after %q", name)
	}
	switch name {
	case "429":
		return e.parseLimit(words)
	case "500":
		e.fail = true
	case "500-after-commit":
		e.failAfter = true
	case "503":
		word := "unavailable"
		if len(words) > 0 {
			word = words[0]
		}
		if e.unavailable = unavailableTexts[word]; e.unavailable == "" {
			return fmt.Errorf("503 with %q: want maintenance, unavailable or offline", word)
		}
	case "drop-after-commit":
		e.drop = true
	case "cut":
		e.cut = true
	case "reset":
		e.reset = true
	case "disconnect":
		e.disconnect = true
	case "late-commit":
		return parseWait(&e.late, words, defaultLateCommit)
	case "slow":
		return parseWait(&e.slow, words, 0)
	default:
		e.people = append(e.people, name)
	}
	return nil
}

// kindWords are the kinds, each with how many words may follow it.
var kindWords = map[string]int{
	"429": 2, "500": 0, "500-after-commit": 0, "503": 1, "drop-after-commit": 0, "cut": 0, "reset": 0, "disconnect": 0,
	"late-commit": 1, "slow": 1, "person-rename": 0, "person-approve": 0, "person-pay": 0, "person-prepay": 0,
	"person-overpay": 0, "person-void": 0, "person-delete": 0,
}

func (e *effects) parseLimit(words []string) error {
	e.limit = "minute"
	if len(words) > 0 {
		e.limit = words[0]
	}
	if !slices.Contains([]string{"minute", "day", "concurrent", "appminute"}, e.limit) {
		return fmt.Errorf("429 with %q: want minute, day, concurrent or appminute", e.limit)
	}
	if len(words) > 1 {
		e.retryAfter = words[1]
		if _, err := strconv.ParseUint(e.retryAfter, 10, 31); err != nil && e.retryAfter != "none" {
			return fmt.Errorf("429 with %q: want seconds or none", e.retryAfter)
		}
	}
	return nil
}

func parseWait(to *time.Duration, words []string, fallback time.Duration) error {
	*to = fallback
	if len(words) > 0 {
		d, err := time.ParseDuration(words[0])
		if err != nil {
			return err
		}
		*to = d
	}
	if *to <= 0 {
		return fmt.Errorf("a duration above zero is needed, such as slow:5s")
	}
	return nil
}

// AddFault adds a rule behind those there are.
func (s *Sim) AddFault(r Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &r)
}

// ClearFaults takes all rules away.
func (s *Sim) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// arrive counts a call and says what the rules do to it.
func (s *Sim) arrive(method, path string) effects {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method+" "+path]++
	var does *effects
	for _, r := range s.faults {
		if !r.fits(method, path) {
			continue
		}
		r.seen++
		if does == nil && r.seen >= r.first && (r.last == 0 || r.seen <= r.last) {
			does = &r.does
		}
	}
	if does == nil {
		return effects{}
	}
	return *does
}

func (r *Rule) fits(method, path string) bool {
	return (r.method == "*" || r.method == method) &&
		slices.EqualFunc(r.path, segments(path), func(want, is string) bool {
			return want == "*" || strings.EqualFold(want, is)
		})
}

func segments(path string) []string {
	if unescaped, err := url.PathUnescape(path); err == nil {
		path = unescaped
	}
	return strings.Split(strings.Trim(path, "/"), "/")
}

// meddle lets a person do to invoices what a rule says. A person who meets a refusal leaves it at that.
func (s *Sim) meddle(o *Org, action string, ids []string) {
	for _, id := range ids {
		inv, ok := s.Invoice(o.TenantID, id)
		if !ok {
			continue
		}
		open := inv.Status == StatusDraft || inv.Status == StatusSubmitted
		if open && slices.Contains([]string{"person-approve", "person-pay", "person-prepay", "person-overpay", "person-void"}, action) {
			if inv.DueDate.IsZero() {
				_ = s.EditInvoice(o.TenantID, id, InvoiceEdit{DueDate: &inv.Date})
			}
			_ = s.Approve(o.TenantID, id)
		}
		switch {
		case action == "person-rename":
			_ = s.Renumber(o.TenantID, id, inv.Number+"-R")
		case action == "person-pay":
			_, _ = s.RecordPayment(o.TenantID, id, s.bankAccount(o), inv.Date, inv.outstanding())
		case action == "person-prepay":
			_ = s.Allocate(o.TenantID, id, Prepayment, inv.outstanding())
		case action == "person-overpay":
			_ = s.Allocate(o.TenantID, id, Overpayment, inv.outstanding())
		case action == "person-delete" && open:
			_ = s.Delete(o.TenantID, id)
		case action == "person-void", action == "person-delete":
			_ = s.Void(o.TenantID, id)
		}
	}
}

// bankAccount is the code of the first account that payments may go to.
func (s *Sim) bankAccount(o *Org) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range o.Accounts {
		if a.Code != "" && a.Status != StatusArchived && (a.Type == "BANK" || a.EnablePaymentsToAccount) {
			return a.Code
		}
	}
	return ""
}

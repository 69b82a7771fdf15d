package check

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"feebridge/xero"
)

// leftOut stands for what is not kept of an answer.
const leftOut = "(left out)"

// scrubber takes out of answers what would tell whose they are. What it does not know, it leaves out.
type scrubber struct {
	run     string   // which everything that the run makes bears in its name
	ours    []string // the IDs of what the run made
	secrets []string // texts to take out wherever they are
}

// shortest is the fewest bytes of a text that is taken out: less is in half of all words.
const shortest = 3

// hide takes the texts out of everything from now on.
func (s *scrubber) hide(secrets ...string) {
	for _, secret := range secrets {
		if len(secret) >= shortest && !slices.Contains(s.secrets, secret) {
			s.secrets = append(s.secrets, secret)
		}
	}
	slices.SortFunc(s.secrets, func(a, b string) int { return len(b) - len(a) }) // a name may hold another
}

// text returns a text without the secrets.
func (s *scrubber) text(text string) string {
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, leftOut)
	}
	return text
}

// keptLine is an answer as the file has it.
type keptLine struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Query  map[string]string `json:"query,omitempty"`
	Sent   json.RawMessage   `json:"sent,omitempty"`
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   any               `json:"body,omitempty"`
}

// keptHeaders are those that say nothing of who asked.
var keptHeaders = []string{
	"Content-Type", "Date", "Retry-After", "Xero-Correlation-Id", "X-Rate-Limit-Problem",
	"X-Daylimit-Remaining", "X-Minlimit-Remaining", "X-Appminlimit-Remaining",
}

// line returns the line of the file for an answer.
func (s *scrubber) line(x xero.Exchange) ([]byte, error) {
	k := keptLine{Method: x.Method, Path: s.text(x.Path), Status: x.Status, Header: map[string]string{}, Query: map[string]string{}}
	for name := range x.Query {
		k.Query[name] = s.text(x.Query.Get(name))
	}
	for name, values := range x.Header {
		if name = http.CanonicalHeaderKey(name); slices.Contains(keptHeaders, name) && len(values) > 0 {
			k.Header[name] = s.text(values[0])
		}
	}
	if json.Valid(x.Sent) {
		k.Sent = json.RawMessage(s.text(string(x.Sent))) // all of it is the run's own
	}
	if e := object(x); e != nil {
		s.learn(e)
		k.Body = s.envelope(e)
	} else if len(x.Body) > 0 {
		k.Body = leftOut
	}
	encoded, err := json.Marshal(k)
	return append(encoded, '\n'), err
}

// learn takes in the names of the organisation, which messages may repeat.
func (s *scrubber) learn(e element) {
	for _, o := range e.list("Organisations") {
		s.hide(o.text("Name"), o.text("LegalName"), o.text("ShortCode"), o.text("TaxNumber"), o.text("RegistrationNumber"))
	}
}

// The fields that are kept of what is not the run's own, by the list that it is in.
var keptSettings = map[string][]string{
	"Organisations": {"Version", "BaseCurrency", "CountryCode", "IsDemoCompany", "Class", "Edition", "Timezone", "PeriodLockDate", "EndOfYearLockDate", "SalesTaxBasis"},
	"Actions":       {"Name", "Status"},
	"Accounts":      {"Status", "Type", "Class", "TaxType", "SystemAccount"},
	"TaxRates": {"TaxType", "Status", "DisplayTaxRate", "EffectiveRate", "Rate", "IsCompound", "IsNonRecoverable",
		"CanApplyToAssets", "CanApplyToEquity", "CanApplyToExpenses", "CanApplyToLiabilities", "CanApplyToRevenue"},
	"Currencies": {"Code"},
}

// keptOfOurs are the fields that are kept of what the run made, and around it.
var keptOfOurs = []string{
	"Type", "InvoiceID", "InvoiceNumber", "Reference", "Url", "Status", "StatusAttributeString", "HasErrors", "HasValidationErrors",
	"Date", "DateString", "DueDate", "DueDateString", "UpdatedDateUTC", "UpdatedDateUTCString", "FullyPaidOnDate", "LineAmountTypes",
	"CurrencyCode", "CurrencyRate", "SubTotal", "TotalTax", "Total", "TotalDiscount", "AmountDue", "AmountPaid", "AmountCredited",
	"RoundingAmount", "EnteredTotal", "SentToContact", "IsDiscounted", "HasAttachments",
	"ContactID", "ContactStatus", "Name", "MergedToContactID", "EmailAddress", "ContactNumber",
	"Description", "Quantity", "UnitAmount", "LineAmount", "TaxType", "TaxAmount", "DiscountRate", "LineItemID", "Message",
}

// envelope returns what is kept of an answer's object.
func (s *scrubber) envelope(e element) map[string]any {
	kept := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(e)) {
		fields, settings := keptSettings[name]
		switch {
		case settings:
			kept[name] = s.fields(e[name], name, fields)
		case name == "Invoices", name == "Contacts", name == "Elements":
			kept[name] = s.oursOf(e.list(name))
		case name == "pagination":
			kept[name] = e[name]
		default:
			kept[name] = s.scalar(e[name], slices.Contains([]string{
				"Status", "DateTimeUTC", "ErrorNumber", "Type", "Message", "Title", "Detail", "Id", "Instance",
			}, name))
		}
	}
	return kept
}

// oursOf returns what the run made, and how much else there was.
func (s *scrubber) oursOf(l elements) []any {
	var kept []any
	others := 0
	for _, e := range l {
		if s.isOurs(e) {
			kept = append(kept, s.fields(map[string]any(e), "", keptOfOurs))
		} else {
			others++
		}
	}
	if others > 0 {
		kept = append(kept, map[string]int{"others left out": others})
	}
	return kept
}

// isOurs reports whether an element is of the run, or refuses something of it.
func (s *scrubber) isOurs(e element) bool {
	for _, field := range []string{"InvoiceNumber", "Name"} {
		if strings.Contains(strings.ToLower(e.text(field)), s.run) {
			return s.run != ""
		}
	}
	return slices.Contains(s.ours, e.text("InvoiceID")) || slices.Contains(s.ours, e.text("ContactID"))
}

// fields returns a value with the fields that are kept; what else there is, is named and left out. in is
// the field that holds the value.
func (s *scrubber) fields(v any, in string, kept []string) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for name, inner := range v {
			switch inner.(type) {
			case map[string]any, []any:
				m[name] = s.fields(inner, name, kept)
			default:
				m[name] = s.scalar(inner, slices.Contains(kept, name) && !s.written(inner, in, name))
			}
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = s.fields(v[i], in, kept)
		}
		return l
	}
	return leftOut
}

// written reports whether a text was written by a person, who may have changed in Xero what the run made.
func (s *scrubber) written(v any, in, field string) bool {
	text, _ := v.(string)
	of := slices.Contains([]string{"Name", "Reference", "Description", "EmailAddress", "ContactNumber"}, field)
	settings := keptSettings[in] != nil
	sentences := in == "ValidationErrors" || in == "Warnings"
	return of && !settings && !sentences && !strings.Contains(text, s.run) && !strings.HasPrefix(text, ourWords)
}

// scalar returns a text, number or truth that is kept, without the secrets.
func (s *scrubber) scalar(v any, kept bool) any {
	if !kept && v != nil && v != "" {
		return leftOut
	}
	if text, ok := v.(string); ok {
		return s.text(text)
	}
	return v
}

package data

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

// millis returns an instant as the database keeps it: in milliseconds, the unit of
// Xero's own clock. Zero is no instant.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant is the inverse of millis.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// at scans an instant.
type at struct{ to *time.Time }

// Scan implements sql.Scanner.
func (a at) Scan(src any) error {
	ms, ok := src.(int64)
	if !ok {
		return fmt.Errorf("an instant cannot be a %T", src)
	}
	*a.to = instant(ms)
	return nil
}

// named scans one of the values that are kept by their names.
type named[T any] struct {
	to    *T
	names map[string]T
}

// Scan implements sql.Scanner.
func (n named[T]) Scan(src any) error {
	name, _ := src.(string)
	v, ok := n.names[name]
	if !ok {
		return fmt.Errorf("%q is none of the names that this Feebridge knows", src)
	}
	*n.to = v
	return nil
}

// exportStates and stages are by the names that the database keeps; those of a stage are
// its status and its export state with a space between.
var exportStates, stages = func() (map[string]billing.ExportState, map[string]billing.Stage) {
	exports, stages := map[string]billing.ExportState{}, map[string]billing.Stage{}
	for _, e := range billing.ExportStates() {
		exports[e.String()] = e
		for _, s := range billing.Statuses() {
			stages[s.String()+" "+e.String()] = billing.Stage{Status: s, Export: e}
		}
	}
	return exports, stages
}()

// orNull is NULL for "".
func orNull[T ~string](text T) sql.NullString {
	return sql.NullString{String: string(text), Valid: text != ""}
}

// inJSON scans a value that is kept as JSON. NULL and "" are its zero value.
type inJSON struct{ to any }

// Scan implements sql.Scanner.
func (j inJSON) Scan(src any) error {
	text, _ := src.(string)
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), j.to)
}

// toJSON is for values that always have a JSON form.
func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// idList hands identifiers to a query, which reads them with list(?): key is the position, value
// the identifier.
func idList[T ~string](ids []T) string {
	if len(ids) == 0 {
		return "[]"
	}
	return toJSON(ids)
}

// The forms in which values are kept as JSON. They name what is in the database, so
// that a field renamed in app loses nothing: it fails to compile here.
type (
	keptAddress struct {
		Lines      [4]string `json:"lines"`
		City       string    `json:"city"`
		Region     string    `json:"region"`
		PostalCode string    `json:"postal_code"`
		Country    string    `json:"country"`
	}
	keptTracking struct {
		Category string `json:"category"`
		Option   string `json:"option"`
	}
	keptMessage struct {
		Text    string        `json:"text"`
		Cause   ledger.Cause  `json:"cause"`
		Warning bool          `json:"warning"`
		Line    int           `json:"line,omitempty"`
		Field   billing.Field `json:"field,omitempty"`
		Subject string        `json:"subject,omitempty"`
	}
	keptStanding struct {
		ID             ledger.InvoiceID     `json:"id"`
		Number         billing.Number       `json:"number"`
		Mark           string               `json:"mark"`
		Status         ledger.InvoiceStatus `json:"status"`
		Contact        ledger.ContactID     `json:"contact"`
		ContactName    string               `json:"contact_name"`
		Date           billing.Date         `json:"date"`
		Due            billing.Date         `json:"due_date"`
		Reference      string               `json:"reference"`
		ReferenceTold  bool                 `json:"reference_told"`
		Currency       money.Currency       `json:"currency"` // of the next four
		Total          int64                `json:"total"`
		AmountDue      int64                `json:"due"`
		AmountPaid     int64                `json:"paid"`
		AmountCredited int64                `json:"credited"`
		CreditedBy     ledger.CreditSource  `json:"credited_by"`
		PaidOn         billing.Date         `json:"paid_on"`
		Updated        int64                `json:"updated"`
	}
	keptTarget struct {
		Account  string         `json:"account"`
		Item     string         `json:"item"`
		Tracking []keptTracking `json:"tracking"`
	}
	keptTerm struct {
		Rule billing.TermRule `json:"rule"`
		Days int              `json:"days"`
	}
	keptTaxPart struct {
		Name string     `json:"name"`
		Rate money.Rate `json:"rate"`
	}
	keptLetterhead struct {
		Address   keptAddress `json:"address"`
		Phone     string      `json:"phone"`
		Email     string      `json:"email"`
		TaxNumber string      `json:"tax_number"`
		Payment   string      `json:"payment"`
	}
	keptMapping struct {
		Arrival        ledger.InvoiceStatus  `json:"arrival"`
		DefaultAccount string                `json:"default_account"`
		DefaultTax     string                `json:"default_tax"`
		Term           keptTerm              `json:"term"`
		Theme          string                `json:"theme"`
		Tracking       []keptTracking        `json:"tracking"`
		Codes          map[string]keptTarget `json:"codes"`
		Taxes          map[string]string     `json:"taxes"`
		Note           bool                  `json:"note"`
		AttachPaper    bool                  `json:"attach_paper"`
		MarkReference  bool                  `json:"mark_reference"`
	}
)

// keepStandings returns how invoices stand in Xero as it is kept: "" for none.
func keepStandings(all []ledger.Standing) string {
	if len(all) == 0 {
		return ""
	}
	return toJSON(convert(all, func(s ledger.Standing) keptStanding {
		return keptStanding{
			ID: s.ID, Number: s.Number, Mark: s.Mark, Status: s.Status, Contact: s.Contact, ContactName: s.ContactName, Date: s.Date,
			Due: s.Due, Reference: s.Reference, ReferenceTold: s.ReferenceTold,
			Currency: s.Currency, Total: s.Total.Minor(), AmountDue: s.AmountDue.Minor(), AmountPaid: s.AmountPaid.Minor(),
			AmountCredited: s.AmountCredited.Minor(), CreditedBy: s.CreditedBy, PaidOn: s.PaidOn, Updated: millis(s.Updated),
		}
	}))
}

func (k keptStanding) standing() ledger.Standing {
	return ledger.Standing{
		ID: k.ID, Number: k.Number, Mark: k.Mark, Status: k.Status, Contact: k.Contact, ContactName: k.ContactName, Date: k.Date,
		Due: k.Due, Reference: k.Reference, ReferenceTold: k.ReferenceTold,
		Currency: k.Currency, Total: money.New(k.Total, k.Currency), AmountDue: money.New(k.AmountDue, k.Currency),
		AmountPaid: money.New(k.AmountPaid, k.Currency), AmountCredited: money.New(k.AmountCredited, k.Currency),
		CreditedBy: k.CreditedBy, PaidOn: k.PaidOn, Updated: instant(k.Updated),
	}
}

// keepParts returns the parts of a tax as they are kept: "" for none.
func keepParts(parts []billing.TaxPart) string {
	if len(parts) == 0 {
		return ""
	}
	return toJSON(convert(parts, func(p billing.TaxPart) keptTaxPart { return keptTaxPart(p) }))
}

func taxParts(all []keptTaxPart) []billing.TaxPart {
	return convert(all, func(p keptTaxPart) billing.TaxPart { return billing.TaxPart(p) })
}

func keepMapping(m ledger.Mapping) keptMapping {
	kept := keptMapping{
		Arrival: m.Arrival, DefaultAccount: m.DefaultAccount, DefaultTax: m.DefaultTax, Term: keptTerm(m.Term), Theme: m.Theme,
		Tracking: keepTracking(m.Tracking), Taxes: m.Taxes, Note: m.Note, AttachPaper: m.AttachPaper,
		MarkReference: m.MarkReference,
	}
	if m.Codes != nil {
		kept.Codes = make(map[string]keptTarget, len(m.Codes))
	}
	for code, t := range m.Codes {
		kept.Codes[code] = keptTarget{t.Account, t.Item, keepTracking(t.Tracking)}
	}
	return kept
}

func (k keptMapping) mapping() ledger.Mapping {
	m := ledger.Mapping{
		Arrival: k.Arrival, DefaultAccount: k.DefaultAccount, DefaultTax: k.DefaultTax, Term: billing.Term(k.Term), Theme: k.Theme,
		Tracking: tracking(k.Tracking), Taxes: k.Taxes, Note: k.Note, AttachPaper: k.AttachPaper,
		MarkReference: k.MarkReference,
	}
	if k.Codes != nil {
		m.Codes = make(map[string]ledger.Target, len(k.Codes))
	}
	for code, t := range k.Codes {
		m.Codes[code] = ledger.Target{Account: t.Account, Item: t.Item, Tracking: tracking(t.Tracking)}
	}
	return m
}

func keepTracking(all []billing.Tracking) []keptTracking {
	return convert(all, func(t billing.Tracking) keptTracking { return keptTracking(t) })
}

func tracking(all []keptTracking) []billing.Tracking {
	return convert(all, func(t keptTracking) billing.Tracking { return billing.Tracking(t) })
}

// convert returns each of the values in another form.
func convert[T, U any](all []T, to func(T) U) []U {
	if all == nil {
		return nil
	}
	converted := make([]U, len(all))
	for i, v := range all {
		converted[i] = to(v)
	}
	return converted
}

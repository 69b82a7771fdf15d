package xero

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
)

// Post sends the batch once, and again only when Xero refused it for a limit, which
// changes nothing. It returns an outcome for each member, in their order.
//
// What creates never updates: PUT refuses a number or a name that is taken, where POST would
// overwrite what has it. What removes is a POST, by the invoices' IDs alone.
func (c *Client) Post(ctx context.Context, b app.Batch) ([]ledger.Outcome, error) {
	k := call{
		method: http.MethodPut,
		tenant: b.Tenant,
		// One bad member does not stop the others, and each gets an answer of its own.
		query: url.Values{"summarizeErrors": {"false"}},
		key:   b.Key,
		body:  b.Body,
	}
	var judge func(sent, answered json.RawMessage, c clock) ledger.Outcome
	switch b.Kind {
	case app.InvoiceBatch:
		k.path, judge = invoicesName, judgeInvoice
		k.query.Set("unitdp", "4") // without it Xero rounds unit amounts to two decimals
	case app.ContactBatch:
		k.path, judge = contactsName, judgeContact
	case app.RemovalBatch:
		k.method, k.path, judge = http.MethodPost, invoicesName, judgeRemoval
	default:
		return nil, unsendable(fmt.Errorf("batch %s is of the unknown kind %q", b.ID, b.Kind))
	}
	// What was sent is read from the very bytes: the answer is matched with those.
	sent, err := decode(answer{body: b.Body}, k.path)
	if err != nil {
		return nil, unsendable(fmt.Errorf("the body of batch %s: %w", b.ID, err))
	}
	if len(sent.items) != len(b.Members) {
		return nil, unsendable(fmt.Errorf("batch %s has %d members and a body of %d", b.ID, len(b.Members), len(sent.items)))
	}
	said, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	answered, err := decode(said, k.path)
	if err != nil {
		return nil, notUnderstood(err)
	}
	outcomes := make([]ledger.Outcome, len(b.Members))
	for i, member := range b.Members {
		if i < len(answered.items) {
			outcomes[i] = judge(sent.items[i], answered.items[i], answered.clock)
		}
		if answered.failed && outcomes[i].Verdict == ledger.Accepted {
			outcomes[i] = ledger.Outcome{} // the whole is called an error
		}
		outcomes[i].Member, outcomes[i].Correlation = member, said.correlation
	}
	return outcomes, nil
}

func unsendable(err error) *app.Trouble {
	return &app.Trouble{Reason: app.Refused, Unsent: true, Err: err}
}

// judgement is what every element of a write's answer says of itself.
type judgement struct {
	StatusAttributeString string
	HasErrors             bool // of invoices
	HasValidationErrors   bool // of contacts
	ValidationErrors      []wireMessage
	Warnings              []wireMessage
}

// verdict returns what Xero did with the element that answers with this ID. One that contradicts
// itself says nothing: it is looked up. A refused element may bear an ID, that of what it was
// refused for or one that was made for nothing.
func (j judgement) verdict(id guid) ledger.Verdict {
	complains := j.HasErrors || j.HasValidationErrors || len(j.ValidationErrors) > 0
	switch status := strings.ToUpper(strings.TrimSpace(j.StatusAttributeString)); {
	case status == "ERROR" && (complains || id == ""), status == "" && complains && id == "":
		return ledger.Rejected
	case (status == "OK" || status == "WARNING") && !complains && id != "":
		return ledger.Accepted
	}
	return ledger.Unclear
}

// messages returns Xero's sentences, each once. Those of an element's parts come after
// its own: Xero does not always repeat them for the whole. What tells a person most comes first.
func (j judgement) messages(parts ...[]wireMessage) []ledger.Message {
	var errs, warnings []string
	for _, part := range append([][]wireMessage{j.ValidationErrors}, parts...) {
		errs = appendTexts(errs, part)
	}
	warnings = appendTexts(warnings, j.Warnings)
	all := messagesOf(errs...)
	for _, m := range messagesOf(warnings...) {
		m.Warning = true
		all = append(all, m)
	}
	return all
}

// outcome returns what the judgement says of the element that answers with this ID.
func (j judgement) outcome(id guid, parts ...[]wireMessage) ledger.Outcome {
	o := ledger.Outcome{Verdict: j.verdict(id), Messages: j.messages(parts...)}
	if o.Verdict == ledger.Rejected && !slices.ContainsFunc(o.Messages, func(m ledger.Message) bool { return !m.Warning }) {
		o.Messages = append([]ledger.Message{{Text: translations.Text("xero-says.nothing"), Cause: ledger.Other}}, o.Messages...)
	}
	return o
}

// judgeInvoice says what an element of the answer means for the invoice that was sent
// in its place. An element that does not fit it, or is not understood, means nothing.
func judgeInvoice(sentRaw, answeredRaw json.RawMessage, c clock) ledger.Outcome {
	var sent struct{ InvoiceNumber billing.Number }
	var answered struct {
		InvoiceID     guid
		InvoiceNumber string
		judgement
		Contact   struct{ ValidationErrors []wireMessage }
		LineItems []struct {
			ValidationErrors []wireMessage
			Tracking         []struct{ ValidationErrors []wireMessage }
		}
	}
	if json.Unmarshal(sentRaw, &sent) != nil || json.Unmarshal(answeredRaw, &answered) != nil ||
		sent.InvoiceNumber.Fold() != plainNumber(answered.InvoiceNumber).Fold() {
		return ledger.Outcome{}
	}
	parts := [][]wireMessage{answered.Contact.ValidationErrors}
	for _, line := range answered.LineItems {
		parts = append(parts, line.ValidationErrors)
		for _, category := range line.Tracking {
			parts = append(parts, category.ValidationErrors)
		}
	}
	return withStanding(answered.outcome(answered.InvoiceID, parts...), answeredRaw, c)
}

// withStanding adds to an accepted outcome how the invoice stands. Where that cannot be
// read, the answer means nothing.
func withStanding(o ledger.Outcome, answered json.RawMessage, c clock) ledger.Outcome {
	if o.Verdict != ledger.Accepted {
		return o
	}
	var stands invoice
	err := json.Unmarshal(answered, &stands)
	if err == nil && !stands.sells() {
		return ledger.Outcome{}
	}
	if err == nil {
		o.Standing, err = stands.standing(c)
	}
	if err != nil {
		return ledger.Outcome{}
	}
	return o
}

// judgeContact says what an element of the answer means for the contact that was sent
// in its place.
func judgeContact(sentRaw, answeredRaw json.RawMessage, c clock) ledger.Outcome {
	var sent struct{ Name string }
	var answered struct {
		contact
		judgement
	}
	if json.Unmarshal(sentRaw, &sent) != nil || json.Unmarshal(answeredRaw, &answered) != nil ||
		billing.FoldName(sent.Name) != billing.FoldName(answered.Name) {
		return ledger.Outcome{}
	}
	var parts [][]wireMessage
	for _, address := range answered.Addresses {
		parts = append(parts, address.ValidationErrors)
	}
	o := answered.outcome(answered.ContactID, parts...)
	if o.Verdict == ledger.Accepted {
		answered.UpdatedDateUTC.Time = c.plausible(answered.UpdatedDateUTC.moment())
		o.Contact = answered.contact.value()
	}
	return o
}

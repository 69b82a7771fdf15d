package xero

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
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
	var judge func(sent, answered json.RawMessage) ledger.Outcome
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
	sent, err := decode[json.RawMessage](b.Body, k.path)
	if err != nil {
		return nil, unsendable(fmt.Errorf("the body of batch %s: %w", b.ID, err))
	}
	if len(sent.items) != len(b.Members) {
		return nil, unsendable(fmt.Errorf("batch %s has %d members and a body of %d", b.ID, len(b.Members), len(sent.items)))
	}
	body, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	answered, err := decode[json.RawMessage](body, k.path)
	if err != nil {
		return nil, notUnderstood(err)
	}
	outcomes := make([]ledger.Outcome, len(b.Members))
	for i, member := range b.Members {
		if i < len(answered.items) {
			outcomes[i] = judge(sent.items[i], answered.items[i])
		}
		outcomes[i].Member = member
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

// noID is what Xero writes for the ID of something that it did not create.
const noID = "00000000-0000-0000-0000-000000000000"

// verdict returns what Xero did with the element that answers with this ID.
func (j judgement) verdict(id string) ledger.Verdict {
	switch {
	case j.StatusAttributeString == "ERROR", j.HasErrors, j.HasValidationErrors, len(j.ValidationErrors) > 0:
		return ledger.Rejected
	case id == "", id == noID:
		return ledger.Unclear
	case j.StatusAttributeString == "OK", j.StatusAttributeString == "WARNING":
		return ledger.Accepted
	}
	return ledger.Unclear
}

// messages returns Xero's sentences, each once. Those of an element's parts come after
// its own: Xero does not always repeat them for the whole.
func (j judgement) messages(parts ...[]wireMessage) []ledger.Message {
	var errs, warnings []string
	for _, part := range append([][]wireMessage{j.ValidationErrors}, parts...) {
		for _, m := range part {
			errs = appendNew(errs, m.Message)
		}
	}
	for _, m := range j.Warnings {
		warnings = appendNew(warnings, m.Message)
	}
	var all []ledger.Message
	for _, text := range errs {
		all = append(all, ledger.Message{Text: text, Cause: causeOf(text)})
	}
	for _, text := range warnings {
		all = append(all, ledger.Message{Text: text, Cause: causeOf(text), Warning: true})
	}
	return all
}

// judgeInvoice says what an element of the answer means for the invoice that was sent
// in its place. An element that does not fit it, or is not understood, means nothing.
func judgeInvoice(sentRaw, answeredRaw json.RawMessage) ledger.Outcome {
	var sent struct{ InvoiceNumber billing.Number }
	var answered struct {
		InvoiceID     string
		InvoiceNumber billing.Number
		judgement
		Contact   struct{ ValidationErrors []wireMessage }
		LineItems []struct{ ValidationErrors []wireMessage }
	}
	if json.Unmarshal(sentRaw, &sent) != nil || json.Unmarshal(answeredRaw, &answered) != nil ||
		sent.InvoiceNumber.Fold() != answered.InvoiceNumber.Fold() {
		return ledger.Outcome{}
	}
	parts := [][]wireMessage{answered.Contact.ValidationErrors}
	for _, line := range answered.LineItems {
		parts = append(parts, line.ValidationErrors)
	}
	o := ledger.Outcome{Verdict: answered.verdict(answered.InvoiceID), Messages: answered.messages(parts...)}
	if o.Verdict == ledger.Rejected && answered.InvoiceID != "" && answered.InvoiceID != noID {
		o.Verdict = ledger.Unclear // what was not created has no ID
	}
	return withStanding(o, answeredRaw)
}

// withStanding adds to an accepted outcome how the invoice stands. Where that cannot be
// read, the answer means nothing.
func withStanding(o ledger.Outcome, answered json.RawMessage) ledger.Outcome {
	if o.Verdict != ledger.Accepted {
		return o
	}
	var stands invoice
	err := json.Unmarshal(answered, &stands)
	if err == nil {
		o.Standing, err = stands.standing()
	}
	if err != nil {
		return ledger.Outcome{}
	}
	return o
}

// judgeContact says what an element of the answer means for the contact that was sent
// in its place.
func judgeContact(sentRaw, answeredRaw json.RawMessage) ledger.Outcome {
	var sent struct{ Name string }
	var answered struct {
		contact
		judgement
	}
	if json.Unmarshal(sentRaw, &sent) != nil || json.Unmarshal(answeredRaw, &answered) != nil ||
		billing.FoldName(sent.Name) != billing.FoldName(answered.Name) {
		return ledger.Outcome{}
	}
	o := ledger.Outcome{Verdict: answered.verdict(string(answered.ContactID)), Messages: answered.messages()}
	if o.Verdict == ledger.Accepted {
		o.Contact = answered.contact.value()
	}
	return o
}

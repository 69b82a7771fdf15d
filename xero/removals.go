package xero

import (
	"encoding/json"
	"fmt"

	"feebridge/app"
	"feebridge/app/ledger"
)

// PrepareRemovals turns removals into the bodies of requests that delete or void invoices,
// within the same bounds as PrepareInvoices.
func (c *Client) PrepareRemovals(removals []ledger.Removal, max int) ([]app.Payload, error) {
	p := newPacker(app.RemovalBatch, invoicesName, max)
	for _, r := range removals {
		if err := p.add(r.Member, removalRequest{r.ID, r.To}); err != nil {
			return nil, fmt.Errorf("invoice %s: %w", r.ID, err)
		}
	}
	return p.finish(), nil
}

// removalRequest is all that is sent of an invoice that is to go: anything beside its status
// would change an invoice that is approved in Xero at that moment.
type removalRequest struct {
	InvoiceID ledger.InvoiceID
	Status    ledger.InvoiceStatus
}

// judgeRemoval says what an element of the answer means for the invoice that was to go in its
// place. An element that does not fit it, or is not understood, means nothing. One that
// refuses bears the invoice's ID, too: unlike what was to be created, the invoice exists.
func judgeRemoval(sentRaw, answeredRaw json.RawMessage, c clock) ledger.Outcome {
	var sent removalRequest
	var answered struct {
		InvoiceID guid
		judgement
	}
	if json.Unmarshal(sentRaw, &sent) != nil || json.Unmarshal(answeredRaw, &answered) != nil || guidOf(sent.InvoiceID) != answered.InvoiceID {
		return ledger.Outcome{}
	}
	return withStanding(answered.outcome(answered.InvoiceID), answeredRaw, c)
}

package xero

import (
	"context"
	"errors"
	"net/http"

	"feebridge/app"
	"feebridge/app/ledger"
)

// bearer signs each attempt with the organisation's token of that moment: a call may have
// waited for its turn longer than a token lives.
type bearer struct {
	token func(context.Context, ledger.TenantID) (string, error)
	next  http.RoundTripper
}

// RoundTrip signs the request. Its error is a *app.Trouble.
func (b bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := b.token(req.Context(), ledger.TenantID(req.Header.Get(tenantHeader)))
	if err != nil {
		return nil, noToken(req.Context(), err)
	}
	signed := req.Clone(req.Context())
	signed.Header.Set("Authorization", "Bearer "+token)
	return b.next.RoundTrip(signed)
}

// noToken is why a call was not made: whatever went wrong, nothing of it was sent.
func noToken(ctx context.Context, err error) *app.Trouble {
	var known *app.Trouble
	switch {
	case ctx.Err() != nil:
		return &app.Trouble{Reason: app.Interrupted, Unsent: true, Err: ctx.Err()}
	case errors.As(err, &known):
		t := *known
		t.Unsent, t.Answered = true, false
		return &t
	}
	return &app.Trouble{Reason: app.NoConsent, Unsent: true, Err: err}
}

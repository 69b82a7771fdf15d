package xero

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"feebridge/app"
	"feebridge/app/ledger"
)

// wireConnection is a connection as Xero lists it.
type wireConnection struct {
	ID         string `json:"id"`
	TenantID   guid   `json:"tenantId"`
	TenantType string `json:"tenantType"`
	TenantName string `json:"tenantName"`
	// Created has seven digits of a second and no zone: it is UTC.
	Created wireTime `json:"createdDateUtc"`
}

// Connections lists the organisations that the sign-in reaches; what else it may reach,
// such as an accountant's practice, has no invoices.
func (c *Connector) Connections(ctx context.Context, access string) ([]app.Connection, error) {
	body, err := c.call(ctx, http.MethodGet, access)
	if err != nil {
		return nil, err
	}
	reached, err := organisations(body)
	if err != nil {
		return nil, notUnderstood(fmt.Errorf("the list of connections: %w", err))
	}
	return reached, nil
}

// organisations reads a list of connections. What is no list, or does not say what a connection
// is to, is an error: it would pass for a sign-in that reaches nothing.
func organisations(body []byte) ([]app.Connection, error) {
	var all []*wireConnection
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	if all == nil {
		return nil, errors.New("it is null")
	}
	var reached []app.Connection
	for _, w := range all {
		if w == nil || w.ID == "" || w.TenantID == "" || w.TenantType == "" {
			return nil, errors.New("it does not say what one of them is to")
		}
		if strings.EqualFold(w.TenantType, "ORGANISATION") {
			reached = append(reached, app.Connection{
				ID: w.ID, Tenant: ledger.Tenant{ID: ledger.TenantID(w.TenantID), Name: w.TenantName}, Since: w.Created.moment(),
			})
		}
	}
	return reached, nil
}

// Disconnect ends a connection. One attempt is made, and may be made again: Xero answers
// 404 for a connection that it has ended.
func (c *Connector) Disconnect(ctx context.Context, access, id string) error {
	_, err := c.call(ctx, http.MethodDelete, access, id)
	return err
}

// call makes a call about connections and returns the body of its answer. These calls are
// about no one organisation: they bear no tenant, and only the limit of the whole
// application counts them. The error is a *app.Trouble.
func (c *Connector) call(ctx context.Context, method, access string, id ...string) ([]byte, error) {
	if c.badAddress != nil {
		return nil, &app.Trouble{Reason: app.Refused, Unsent: true, Err: c.badAddress}
	}
	req, err := http.NewRequestWithContext(ctx, method, besideAPI(c.api).JoinPath(append([]string{connectionsPath}, id...)...).String(), nil)
	if err != nil {
		return nil, &app.Trouble{Reason: app.Refused, Unsent: true, Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Feebridge")
	signed := bearer{next: c.attempt, token: func(context.Context, ledger.TenantID) (string, error) { return access, nil }}
	resp, err := retry{next: signed}.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body) // in memory already, see wire
	if err != nil {
		return nil, &app.Trouble{Reason: app.Interrupted, Err: err}
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusNoContent:
		return body, nil
	case http.StatusTooManyRequests:
		return nil, &app.Trouble{
			Reason: app.MinuteLimit, Unsent: true, Answered: true, Until: retryAfter(resp.Header),
			Correlation: resp.Header.Get(correlationHeader), Err: errors.New(resp.Status),
		}
	}
	t := troubleOf(resp, body)
	if method == http.MethodDelete && resp.StatusCode == http.StatusNotFound && t.Answered {
		return nil, nil
	}
	return nil, t
}

package app

import (
	"context"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// Marked returns the invoice whose export carries the mark in Xero, however Xero writes the address.
// Its error is NotFound for a mark that no export carries.
func (a *App) Marked(ctx context.Context, by staff.Member, mark string) (billing.InvoiceID, error) {
	var id billing.InvoiceID
	err := a.View(ctx, func(r Reader) error {
		found, err := r.ExportsByMark([]string{mark})
		if err != nil {
			return err
		}
		e, ok := found[MarkKey(mark)]
		if !ok {
			return Errorf(NotFound, "refused.no-such-link")
		}
		v, err := r.Invoice(e.Invoice)
		if err != nil {
			return err
		}
		id = v.ID
		return Allow(by, staff.See, v.Client)
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

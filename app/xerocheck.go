package app

import (
	"context"

	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// AllowCheck notes that the member is about to check on an organisation what is assumed about Xero,
// or to remove what an earlier check left there, if they may. It changes nothing of the firm's.
func (a *App) AllowCheck(ctx context.Context, by staff.Member, org ledger.Tenant) error {
	return a.Update(ctx, func(tx Tx) error {
		if err := Allow(by, staff.MapToXero, ""); err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditCheckXero, "organisation", string(org.ID), "", org.Name))
	})
}

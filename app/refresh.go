package app

import (
	"context"
	"time"

	"feebridge/app/ledger"
)

// Refresh is how far what an organisation did with our invoices is known.
type Refresh struct {
	Tenant  ledger.TenantID
	Cursor  time.Time // Xero's clock: what changed up to then is known; zero before the first refresh
	At      time.Time // when it last succeeded
	Reread  time.Time // when every open invoice was last read by its ID; zero for never
	Failing Park      // why the last try did not succeed, and when the next is due; zero when it did
}

// Refreshes tells how far each organisation is known that was refreshed.
func (a *App) Refreshes(ctx context.Context) (map[ledger.TenantID]Refresh, error) {
	var all map[ledger.TenantID]Refresh
	err := a.store.View(ctx, func(r Reader) (err error) {
		all, err = r.Refreshes()
		return err
	})
	return all, err
}

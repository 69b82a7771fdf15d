package app

import (
	"context"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
)

// destinations tell to which organisation each client's invoices go.
type destinations struct {
	all    []Organisation
	others map[billing.ClientID]ledger.TenantID // than the firm's own
}

func readDestinations(r Reader) (d destinations, err error) {
	if d.all, err = r.Organisations(); err != nil {
		return d, err
	}
	d.others, err = r.Destinations()
	return d, err
}

// find returns the organisation of a client's invoices, its own or the firm's, if there is one.
func (d destinations) find(client billing.ClientID) (_ Organisation, connected bool) {
	t, other := d.others[client]
	for _, o := range d.all {
		if other && o.Tenant.ID == t || !other && o.Default {
			return o, true
		}
	}
	return Organisation{}, false
}

// of returns what find does, or an error that says that there is none.
func (d destinations) of(client billing.ClientID) (Organisation, error) {
	if o, connected := d.find(client); connected {
		return o, nil
	}
	return Organisation{}, Unconnected()
}

// destination returns the organisation that one client's invoices go to.
func destination(r Reader, client billing.ClientID) (Organisation, error) {
	d, err := readDestinations(r)
	if err != nil {
		return Organisation{}, err
	}
	return d.of(client)
}

// ExportClientTo says to which organisation a client's invoices are exported from now on;
// "" is the firm's own. What was exported, or is queued, stays where it is.
func (a *App) ExportClientTo(ctx context.Context, by staff.Member, client billing.ClientID, t ledger.TenantID) error {
	if err := a.allow(ctx, by, staff.MapToXero, ""); err != nil {
		return err
	}
	return a.Update(ctx, func(tx Tx) error {
		was, err := destination(tx, client)
		if err != nil {
			return err
		}
		if err := tx.SaveDestination(client, t); err != nil {
			return err
		}
		is, err := destination(tx, client)
		if err != nil {
			return err
		}
		return tx.Record(Entry(by, staff.AuditExportTo, "client", string(client), was.Tenant.Name, is.Tenant.Name))
	})
}

// Destinations tells where the clients are exported to that are not exported to the
// firm's own organisation.
func (a *App) Destinations(ctx context.Context) (map[billing.ClientID]ledger.TenantID, error) {
	var all map[billing.ClientID]ledger.TenantID
	err := a.View(ctx, func(r Reader) (err error) {
		all, err = r.Destinations()
		return err
	})
	return all, err
}

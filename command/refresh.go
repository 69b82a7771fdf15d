package command

import (
	"context"
	"flag"

	"feebridge/app"
	"feebridge/app/billing"
)

var refreshCommand = command{
	name:    "refresh",
	about:   "refresh the statuses of exported invoices from Xero, and list those that changed",
	prepare: func(*flag.FlagSet) runner { return none(refresh) },
}

func refresh(ctx context.Context, s *session) error {
	if err := s.openConnected(ctx); err != nil {
		return err
	}
	_, before, err := s.rows(ctx)
	if err != nil {
		return err
	}
	_, failed := s.app.RefreshAll(ctx)
	order, after, err := s.rows(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	for _, id := range order {
		if row := listRow(after[id]); row != listRow(before[id]) {
			s.print(row, "%-14s %-32.32s %s %12s  %-9s  %-14s %s", row.Number, row.Entity, row.Currency, row.Total, row.Status, row.XeroExport, row.XeroStatus)
		}
	}
	return failed
}

// rows returns the invoices by their IDs, and the IDs in the order of the list.
func (s *session) rows(ctx context.Context) ([]billing.InvoiceID, map[billing.InvoiceID]app.InvoiceRow, error) {
	var order []billing.InvoiceID
	all := map[billing.InvoiceID]app.InvoiceRow{}
	for row, err := range s.app.Rows(ctx, s.me, app.Query{}) {
		if err != nil {
			return nil, nil, err
		}
		order = append(order, row.ID)
		all[row.ID] = row
	}
	return order, all, nil
}

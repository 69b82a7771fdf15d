package app_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/xero/sim"
)

// TestWhatAnotherProcessChangedIsTold has one process change an invoice, and another one listen.
func TestWhatAnotherProcessChangedIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		id := w.Invoices(1, 1)[0]
		here, there := w.Start(nil), w.Start(nil)
		defer here.Stop()
		defer there.Stop()
		var mu sync.Mutex
		var told []app.Change
		defer here.App.Subscribe(func(some []app.Change) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, some...)
		})()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- here.App.App.Run(ctx) }()
		time.Sleep(10 * time.Second)
		err := there.DB.Update(ctx, func(tx app.Tx) error {
			v, err := tx.Invoice(id)
			if err != nil {
				return err
			}
			v.Reference = "PO 1"
			_, err = tx.SaveInvoice(v)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		mu.Lock()
		if !slices.ContainsFunc(told, func(c app.Change) bool { return c.Subject == "invoice" && c.ID == string(id) }) {
			t.Errorf("told is %+v", told)
		}
		mu.Unlock()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

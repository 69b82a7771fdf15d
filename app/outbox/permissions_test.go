package outbox_test

import (
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"feebridge/app"
	"feebridge/app/apptest"
	"feebridge/app/outbox"
	"feebridge/app/staff"
	"feebridge/xero/sim"
)

// free are the methods of Outbox that ask for no permission, with the reason.
var free = map[string]string{
	"Send": "sends what a person queued, who is asked about again", "Finish": "sends what a person queued, who is asked about again",
	"RefreshAll": "reads how our invoices stand in Xero, as the background work does",
	"Run":        "the background work", "Reconcile": "the background work",
}

// TestNoUseCaseIsForgotten fails for a method of Outbox that nobody has thought about.
func TestNoUseCaseIsForgotten(t *testing.T) {
	asked := map[string]bool{"LookAgain": true}
	methods := reflect.TypeFor[*outbox.Outbox]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		if !asked[name] && free[name] == "" {
			t.Errorf("%s: say in this file which permission it asks for, or why it needs none", name)
		}
	}
}

func TestWhoMayNotSeeAnInvoiceDoesNotReadItAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := apptest.NewWorld(t, sim.Config{})
		ids := w.Invoices(1, 1)
		p := w.Start(nil)
		defer p.Stop()
		p.Export(ids...)
		stranger := staff.Member{ID: "stranger", Name: "Sam"}
		if err := p.App.LookAgain(t.Context(), stranger, ids); !app.IsCode(err, app.Forbidden) {
			t.Errorf("who may not see the invoice read it again: %v", err)
		}
		if got := p.Actions("client", "client 0"); !slices.Contains(got, "denied") {
			t.Errorf("the trail of the refusal is %v", got)
		}
	})
}

package app_test

import (
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
)

func TestAMarkLeadsToItsInvoice(t *testing.T) {
	o := openPrepared(t)
	const mark = app.DefaultMarkBase + "r"
	for name, test := range map[string]struct {
		mark string
		want billing.InvoiceID // "" where nothing is found
	}{
		"an export that goes on":     {app.DefaultMarkBase + "m", "queued"},
		"one that is in Xero":        {mark, "replaced"},
		"a part of a mark":           {mark[:len(mark)-1], ""},
		"more than a mark":           {mark + "r", ""},
		"in capitals":                {strings.ToUpper(mark), ""},
		"of another base":            {"https://bills.example/open/r", ""},
		"not the address of an ID":   {app.DefaultMarkBase + "replaced", ""},
		"what a query might mistake": {app.DefaultMarkBase + "%", ""},
		"none":                       {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := o.Marked(t.Context(), o.me, test.mark)
			if got != test.want {
				t.Errorf("it leads to %q, want %q", got, test.want)
			}
			if found := err == nil; found != (test.want != "") || !found && !app.IsCode(err, app.NotFound) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	for _, by := range kinds() {
		if by.ID != "other" { // who sees another client alone
			continue
		}
		if got, err := o.Marked(t.Context(), by, mark); got != "" || !app.IsCode(err, app.Forbidden) {
			t.Errorf("%s is led to %q, %v", by.Name, got, err)
		}
	}
}

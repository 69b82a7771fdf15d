package translations

import (
	"errors"
	"testing"
)

func TestTextsAreSaidInEnglish(t *testing.T) {
	for name, test := range map[string]struct{ got, want string }{
		"plain":                {Text("action.cancel"), "Cancel"},
		"filled in":            {Text("invoice.title", "Number", "INV-7"), "Invoice INV-7"},
		"one":                  {Text("count.invoices", "Count", 1), "1 invoice"},
		"several":              {Text("count.invoices", "Count", 3), "3 invoices"},
		"a phrase in a phrase": {Text("mapping.not-saved", "Why", Say("invoice.title", "Number", "INV-7")), "Not saved. Invoice INV-7"},
		"an error in a phrase": {Text("mapping.not-saved", "Why", errors.New("Disk full.")), "Not saved. Disk full."},
		"an unknown key":       {Text("no.such-key", "Number", 7), "no.such-key"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", name, test.got, test.want)
		}
	}
}

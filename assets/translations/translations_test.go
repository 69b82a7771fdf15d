package translations

import (
	"encoding/json"
	"errors"
	"regexp"
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
		"an error's own stop":  {Text("database.not-moved", "From", "A", "To", "B", "Error", errors.New("open A: Access is denied.")), "Couldn't move your data from A to B: open A: Access is denied. Close every Feebridge and what else uses that folder, then start Feebridge again."},
		"an unknown key":       {Text("no.such-key", "Number", 7), "no.such-key"},
	} {
		if test.got != test.want {
			t.Errorf("%s: got %q, want %q", name, test.got, test.want)
		}
	}
}

// An error loses its own full stop where it is filled in, so every text that has one goes on behind it.
func TestNoTextEndsWithAnError(t *testing.T) {
	file, err := Files.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]any
	if err := json.Unmarshal(file, &texts); err != nil {
		t.Fatal(err)
	}
	filled, whole := regexp.MustCompile(`{{\.Error}}`), regexp.MustCompile(`{{\.Error}}(\)|\. |\.$)`)
	found := 0
	for key, forms := range texts {
		text, _ := json.Marshal(forms)
		if named, ok := forms.(map[string]any); ok {
			text = []byte(named["other"].(string))
		}
		n := len(filled.FindAll(text, -1))
		found += n
		if n != len(whole.FindAll(text, -1)) {
			t.Errorf("%s: %s", key, text)
		}
	}
	if found == 0 {
		t.Error("no text has an error")
	}
}

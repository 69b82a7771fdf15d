package billing

import (
	"strings"
	"testing"
)

// TestClientHoldsWhatXeroHasRoomFor tries each part of an address at its length and one beyond.
func TestClientHoldsWhatXeroHasRoomFor(t *testing.T) {
	for name, c := range map[string]struct {
		most int
		set  func(*Address, string)
	}{
		"Address line": {500, func(a *Address, s string) { a.Lines[3] = s }},
		"first line":   {500, func(a *Address, s string) { a.Lines[0] = s }},
		"City":         {255, func(a *Address, s string) { a.City = s }},
		"Region":       {255, func(a *Address, s string) { a.Region = s }},
		"Postal code":  {50, func(a *Address, s string) { a.PostalCode = s }},
		"Country":      {50, func(a *Address, s string) { a.Country = s }},
	} {
		client := Client{Code: "K", Name: "Kauri"}
		c.set(&client.Address, strings.Repeat("é", c.most))
		if err := client.Check(); err != nil {
			t.Errorf("%s of %d characters: %v", name, c.most, err)
		}
		c.set(&client.Address, strings.Repeat("é", c.most+1))
		if err := client.Check(); err == nil || !strings.Contains(err.Error(), "characters at most. Shorten it.") {
			t.Errorf("%s of %d characters: %v", name, c.most+1, err)
		}
	}
}

// TestCheckEmailIsAsStrictAsXero has addresses that look right.
func TestCheckEmailIsAsStrictAsXero(t *testing.T) {
	for address, want := range map[string]string{
		"": "", "office@rimu.example": "", "a.b+c@x.co.nz": "", "o'neill@rimu.example": "",
		"of\ufb01ce@rimu.example": "has “\ufb01” (U+FB01)", "\uff4ffice@rimu.example": "(U+FF4F)", "office@rimu\u2024example": "(U+2024)", "offic\u0435@rimu.example": "(U+0435)",
		"é@rimu.example": "(U+00E9)", "jo@kauri": "isn't an email address", "jo@": "isn't an email address", "jo.smith@localhost": "isn't an email address",
		"a@b.example, c@d.example": "isn't an email address",
	} {
		err := CheckEmail(address)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

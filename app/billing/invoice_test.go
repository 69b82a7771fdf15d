package billing_test

import (
	"strings"
	"testing"

	"feebridge/app/billing"
	"feebridge/app/money"
)

func invoice(change func(*billing.Invoice)) billing.Invoice {
	v := billing.Invoice{
		Client: "c", Number: "INV-1", Date: 20261103, Due: 20261220, Currency: "NZD", Amounts: money.Exclusive,
		Lines: []billing.Line{{
			Description: "Annual accounts", Quantity: 1_0000, UnitAmount: 100_0000,
			Tax: billing.Tax{Code: "OUTPUT2", Rate: 15_0000},
		}},
	}
	if change != nil {
		change(&v)
	}
	return v
}

func TestCheckFinalNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*billing.Invoice)
		want   string // part of the refusal; "" when it is fine
	}{
		{"complete", nil, ""},
		{"due before its date, as Xero allows", func(v *billing.Invoice) { v.Due = 20261001 }, ""},
		{"total of zero", func(v *billing.Invoice) { v.Lines[0].UnitAmount = 0 }, ""},
		{"a line of text alone", func(v *billing.Invoice) { v.Lines = append(v.Lines, billing.Line{Description: "Thank you"}) }, ""},
		{"no client", func(v *billing.Invoice) { v.Client = "" }, "Invoice INV-1 has no client"},
		{"no date", func(v *billing.Invoice) { v.Date = 0 }, "Invoice INV-1 has no date"},
		{"no due date", func(v *billing.Invoice) { v.Due = 0 }, "Invoice INV-1 has no due date"},
		{"no lines", func(v *billing.Invoice) { v.Lines = nil }, "Invoice INV-1 has no lines"},
		{"long reference", func(v *billing.Invoice) { v.Reference = strings.Repeat("é", 256) }, "Invoice INV-1: the reference has more than 255"},
		{"empty description", func(v *billing.Invoice) { v.Lines[0].Description = " " }, "Invoice INV-1, line 1: Enter a description."},
		{"long description", func(v *billing.Invoice) { v.Lines[0].Description = strings.Repeat("é", 4001) }, "line 1: The description has more than 4000"},
		{"three tracking options", func(v *billing.Invoice) { v.Lines[0].Tracking = make([]billing.Tracking, 3) }, "line 1: A line can have 2 tracking options"},
		{"negative total", func(v *billing.Invoice) { v.Lines[0].Quantity = -1_0000 }, "negative total (-115.00)"},
		{"too large", func(v *billing.Invoice) { v.Lines[0].Quantity, v.Lines[0].UnitAmount = 99999999_0000, 99999999_0000 }, "Invoice INV-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := invoice(c.change).CheckFinal()
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want a refusal with %q", err, c.want)
			}
		})
	}
}

func TestALineOfTextAlone(t *testing.T) {
	for _, c := range []struct {
		name string
		line billing.Line
		want bool
	}{
		{"a description", billing.Line{Description: "Thank you", Code: "ADV"}, true},
		{"things that cost nothing", billing.Line{Quantity: 3_0000}, false},
		{"a price of none", billing.Line{UnitAmount: 100_0000}, false},
		{"an account", billing.Line{Account: "200"}, false},
		{"an item", billing.Line{Item: "BOOK"}, false},
	} {
		if got := c.line.TextOnly(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestClientCheck(t *testing.T) {
	good := billing.Client{Code: "KAURI", Name: "Kauri Joinery Ltd", Email: "office@kauri.example"}
	longest := billing.Client{Code: strings.Repeat("K", 50), Name: strings.Repeat("é", 255)}
	for _, c := range []billing.Client{good, longest} {
		if err := c.Check(); err != nil {
			t.Fatalf("refused: %v", err)
		}
	}
	for name, change := range map[string]func(*billing.Client){
		"no name":        func(c *billing.Client) { c.Name = "  " },
		"long name":      func(c *billing.Client) { c.Name = strings.Repeat("é", 256) },
		"angle brackets": func(c *billing.Client) { c.Name = "Kauri <Joinery>" },
		"one of them":    func(c *billing.Client) { c.Name = "Kauri < Joinery" },
		"the other":      func(c *billing.Client) { c.Name = "Kauri > Joinery" },
		"no code":        func(c *billing.Client) { c.Code = "" },
		"long code":      func(c *billing.Client) { c.Code = strings.Repeat("K", 51) },
		"bad e-mail":     func(c *billing.Client) { c.Email = "office at kauri" },
		"named e-mail":   func(c *billing.Client) { c.Email = "Kauri <office@kauri.example>" },
		"endless e-mail": func(c *billing.Client) { c.Email = strings.Repeat("k", 250) + "@kauri.example" },
	} {
		c := good
		change(&c)
		if c.Check() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestFoldName(t *testing.T) {
	if billing.FoldName("  KAURI\tJoinery  ltd") != billing.FoldName("Kauri Joinery Ltd") {
		t.Error("case and spaces tell clients apart")
	}
}

func TestPlainName(t *testing.T) {
	for name, want := range map[string]string{"  MĀORI\tCafé ": "maori cafe", "Łódź": "łodz", "": ""} {
		if got := billing.PlainName(name); got != want {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}

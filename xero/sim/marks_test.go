package sim

import "testing"

func TestWhatBecomesOfAUrl(t *testing.T) {
	const sent, changed = "http://localhost:8742/open/a-b.c0ffee", "HTTP://LOCALHOST:8742/open/A%2dB%2EC0FFEE/"
	for marks, want := range map[Marks]struct{ written, single, listed string }{
		"":              {sent, sent, sent},
		MarksKept:       {sent, sent, sent},
		MarksNormalised: {changed, changed, changed},
		MarksDropped:    {"", "", ""},
		MarksUnlisted:   {sent, sent, ""},
	} {
		t.Run(string(marks), func(t *testing.T) {
			bubble(t, Config{Marks: marks}, func(t *testing.T, r *rig) {
				r.do("PUT", "/Invoices", invoice("Url", `"`+sent+`"`)).want(200, "Invoices.0.Url", want.written)
				id := r.sim.Invoices(testTenant)[0].InvoiceID
				r.do("GET", "/Invoices/"+id, "").want(200, "Invoices.0.Url", want.single)
				r.do("GET", "/Invoices?IDs="+id+"&summaryOnly=true", "").want(200, "Invoices.0.Url", want.listed)
			})
		})
	}
	if _, err := ParseMarks("lost"); err == nil {
		t.Error("an unknown word is taken")
	}
}

package screens

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/screens/grid"
	"feebridge/screens/style"
)

// reviewRow is what would happen to one invoice, made ready for the eye. One that is shown is not changed.
type reviewRow struct {
	app.Reviewed
	org      ledger.TenantID
	orgName  string
	arrives  ledger.InvoiceStatus
	refused  error // why it is not exported whatever Xero has; nil for none
	chart    ledger.Chart
	fix      remedy // what its button does
	text     string
	turn     int // of the check that it comes from
	checking bool
}

// exportable reports whether the invoice can be ticked.
func (r *reviewRow) exportable() bool {
	return r.Verdict != app.VerdictBlocked && r.refused == nil && !r.checking
}

// sign is the sign of the verdict.
func (r *reviewRow) sign() style.Sign {
	switch {
	case r.checking:
		return style.Busy
	case r.Verdict == app.VerdictBlocked:
		return style.Failed
	case r.Verdict == app.VerdictWarning:
		return style.Warning
	}
	return style.Done
}

// rowsOf returns a row for every invoice, in the order in which they were asked for.
func (v *reviews) rowsOf(all []app.Review, refused []app.Result, asked []*app.InvoiceRow, charts map[ledger.TenantID]ledger.Chart) []*reviewRow {
	at := make(map[billing.InvoiceID]int, len(asked))
	for i, r := range asked {
		at[r.ID] = i
	}
	rows := make([]*reviewRow, len(asked))
	for _, review := range all {
		t := review.Organisation.Tenant
		for _, one := range review.Rows {
			r := &reviewRow{Reviewed: one, org: t.ID, orgName: t.Name, arrives: review.Arrives, chart: charts[t.ID]}
			if r.Verdict == app.VerdictReady && r.Contact == app.ContactCreated {
				r.Verdict = app.VerdictWarning // Xero may have the client under another name
			}
			r.fix, r.text = v.remedyOf(r), v.verdictText(r)
			rows[at[one.Invoice.ID]] = r
		}
	}
	for _, result := range refused {
		i := at[result.Invoice]
		r := &reviewRow{refused: result.Err, text: say(result.Err)}
		r.Verdict = app.VerdictBlocked
		r.Invoice = billing.Invoice{ID: result.Invoice, Number: result.Number}
		r.Client = billing.Client{ID: asked[i].ClientID, Name: asked[i].Client}
		r.Total = asked[i].Total
		r.fix = v.remedyOf(r)
		rows[i] = r
	}
	return slices.DeleteFunc(rows, func(r *reviewRow) bool { return r == nil })
}

// schema says what the rows show.
func (d *reviewDialog) schema(several bool) *grid.Schema[*reviewRow, billing.InvoiceID] {
	return &grid.Schema[*reviewRow, billing.InvoiceID]{
		Key:    func(r *reviewRow) billing.InvoiceID { return r.Invoice.ID },
		Locale: style.Locale(),
		Ticks:  (*reviewRow).exportable,
		Columns: []grid.Column[*reviewRow]{{
			ID: "number", Title: lang.L("field.number"), Width: 100, MinWidth: 84,
			Text: func(r *reviewRow) string { return string(r.Invoice.Number) }, Collate: true,
		}, {
			ID: "client", Title: lang.L("field.client"), Width: 170, MinWidth: 90, Stretch: 1,
			Text: func(r *reviewRow) string { return r.Client.Name }, Collate: true,
		}, {
			ID: "organisation", Title: lang.L("field.organisation"), Width: 150, MinWidth: 90, Priority: 2, Stretch: 1, Hidden: !several,
			Text: func(r *reviewRow) string { return r.orgName }, Collate: true,
		}, {
			ID: "total", Title: lang.L("field.total"), Width: 104, MinWidth: 96, Priority: 1, Align: fyne.TextAlignTrailing,
			Text:  func(r *reviewRow) string { return d.money(r.Total) },
			Copy:  func(r *reviewRow) string { return r.Total.String() + " " + string(r.Total.Currency()) },
			Order: func(r *reviewRow) int64 { return r.Total.Minor() },
		}, {
			ID: "verdict", Title: lang.L("review.verdict"), Width: 230, MinWidth: 130, Stretch: 4,
			Text: func(r *reviewRow) string {
				if r.checking {
					return lang.L("review.checking")
				}
				return r.text
			},
			Sign:  func(r *reviewRow) grid.Sign { return r.sign() },
			Order: func(r *reviewRow) int64 { return int64(urgencyOf(r.Verdict)) },
		}, {
			ID: "fix", Title: lang.L("review.fix"), Width: 124, MinWidth: 124,
			Text: func(r *reviewRow) string {
				if r.checking {
					return ""
				}
				return r.fix.reviewLabel()
			},
			Press: func(r *reviewRow) { d.press(r.Invoice.ID) },
		}},
	}
}

// verdictText is the first thing to know about an invoice: what stops it, what to look at, or where it goes.
func (v *reviews) verdictText(r *reviewRow) string {
	messages := urgentFirst(r.Messages)
	switch {
	case len(messages) > 0:
		return messages[0].Text
	case r.Verdict != app.VerdictReady:
		return contactText(r)
	}
	contact := r.Match.Contact.Name
	if contact == r.Client.Name {
		contact = ""
	}
	return strings.Join(filled(contact, strings.Join(r.accounts(), ", "), strings.Join(r.taxes(), ", ")), " · ")
}

// filled leaves out what is empty.
func filled(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}

// urgentFirst returns the messages that stop an invoice before those that only warn.
func urgentFirst(all []ledger.Message) []ledger.Message {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b ledger.Message) int {
		switch {
		case a.Warning == b.Warning:
			return 0
		case b.Warning:
			return -1
		}
		return 1
	})
	return sorted
}

// accounts are the accounts that the lines go to, each once.
func (r *reviewRow) accounts() []string {
	return r.ofLines(func(l ledger.WriteLine) string { return r.accountText(l) })
}

// taxes are the tax rates of the lines, each once.
func (r *reviewRow) taxes() []string {
	return r.ofLines(func(l ledger.WriteLine) string { return r.taxText(l) })
}

func (r *reviewRow) ofLines(text func(ledger.WriteLine) string) []string {
	var all []string
	for _, l := range r.Write.Lines {
		if s := text(l); !l.TextOnly && s != "" && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// accountText names the account of a line as the organisation does, and its item.
func (r *reviewRow) accountText(l ledger.WriteLine) string {
	text := l.Account
	if a, known := r.chart.Account(l.Account); known && l.Account != "" {
		text += " " + a.Name
	}
	if l.Item != "" {
		text = strings.TrimSpace(text + " " + lang.L("review.item", with{"Item": l.Item}))
	}
	return text
}

// taxText names the tax rate of a line as the organisation does.
func (r *reviewRow) taxText(l ledger.WriteLine) string {
	if rate, known := r.chart.TaxRate(l.TaxType); known {
		return rate.Name
	}
	return l.TaxType
}

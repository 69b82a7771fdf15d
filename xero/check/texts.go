package check

import (
	"context"
	"errors"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/money"
)

const whyWords = "The words decide what Feebridge tells the person, and which button it offers."

// provoked is a draft that Xero refuses, or warns of, with words that Feebridge knows.
type provoked struct {
	Assumption
	causes []ledger.Cause
	warns  bool // it is taken, with a warning
	// spoil makes an invoice one that Xero refuses. It returns what the organisation lacks for that.
	spoil func(*lab, *ledger.Write) (lacks string)
}

var provocations = []provoked{
	{
		Assumption{Name: "text.account-removed", Source: told, Expected: "A draft with an account that Xero doesn't have is taken without it, with a warning in known words."},
		[]ledger.Cause{ledger.AccountUnknown}, true,
		func(l *lab, w *ledger.Write) string { w.Lines[0].Account = l.noAccount(); return "" },
	},
	{
		Assumption{Name: "submitted.account", Source: undocumented, Expected: "Submitted for approval, an invoice with an account that Xero doesn't have is refused in known words."},
		[]ledger.Cause{ledger.AccountUnknown}, false,
		func(l *lab, w *ledger.Write) string {
			w.Status, w.Lines[0].Account = ledger.SubmittedThere, l.noAccount()
			return ""
		},
	},
	{
		Assumption{Name: "submitted.complete", Source: undocumented, Expected: "Submitted for approval, a line without an account is refused in known words."},
		[]ledger.Cause{ledger.AccountMissing}, false,
		func(_ *lab, w *ledger.Write) string {
			w.Status, w.Lines[0].Account, w.Lines[0].TaxType = ledger.SubmittedThere, "", ""
			return ""
		},
	},
	{
		Assumption{Name: "text.tax-class", Source: documented, Expected: "A tax rate that isn't for sales is refused in known words."},
		[]ledger.Cause{ledger.TaxAgainstAccount}, false,
		func(l *lab, w *ledger.Write) string {
			return l.taxed(w, "an active tax rate that isn't for sales", func(r ledger.TaxRate) bool { return r.Active && !r.AppliesTo("REVENUE") })
		},
	},
	{
		Assumption{Name: "text.tax-inactive", Source: told, Expected: "A tax rate that was deleted is refused in known words."},
		[]ledger.Cause{ledger.TaxInactive, ledger.TaxUnknown}, false,
		func(l *lab, w *ledger.Write) string {
			return l.taxed(w, "a deleted tax rate for sales", func(r ledger.TaxRate) bool { return !r.Active && r.AppliesTo("REVENUE") })
		},
	},
	{
		Assumption{Name: "text.tax-unknown", Source: told, Expected: "A tax rate that Xero doesn't have is refused in known words."},
		[]ledger.Cause{ledger.TaxUnknown}, false,
		func(_ *lab, w *ledger.Write) string { w.Lines[0].TaxType = "FBNONE"; return "" },
	},
	{
		Assumption{Name: "text.currency", Source: told, Expected: "A currency that the organisation doesn't use is refused in known words."},
		[]ledger.Cause{ledger.CurrencyUnknown}, false,
		func(l *lab, w *ledger.Write) string {
			for _, c := range []money.Currency{"ISK", "HUF", "XPF", "ZAR"} {
				if c != l.chart.BaseCurrency && !slices.Contains(l.chart.Currencies, c) {
					w.Currency = c
					return ""
				}
			}
			return "a currency that it doesn't use"
		},
	},
	{
		Assumption{Name: "text.item", Source: undocumented, Expected: "An item that Xero doesn't have is refused in known words."},
		[]ledger.Cause{ledger.ItemUnknown}, false,
		func(l *lab, w *ledger.Write) string { w.Lines[0].Item = "FBC-" + l.run; return "" },
	},
	{
		Assumption{Name: "text.contact-unknown", Source: told, Expected: "A contact that Xero doesn't have is refused in known words."},
		[]ledger.Cause{ledger.ContactUnknown}, false,
		func(_ *lab, w *ledger.Write) string { w.Contact = "5f2c1b6e-0d3a-4c58-9e77-2b1a6c0d9f34"; return "" },
	},
	{
		Assumption{Name: "text.no-lines", Source: recorded, Expected: "An invoice without lines is refused in known words."},
		[]ledger.Cause{ledger.Incomplete}, false,
		func(_ *lab, w *ledger.Write) string { w.Lines = nil; return "" },
	},
	{
		Assumption{Name: "mark.word", Source: told, Expected: "A Url that holds the word xero is refused."},
		nil, false,
		func(l *lab, w *ledger.Write) string { w.Mark = l.Base + "xero." + newKey(); return "" },
	},
}

// noAccount returns the code of no account.
func (l *lab) noAccount() string {
	if slices.ContainsFunc(l.chart.Accounts, func(a ledger.Account) bool { return strings.EqualFold(a.Code, "FBNONE") }) {
		return "FB" + l.run
	}
	return "FBNONE"
}

// taxed gives the invoice the first tax rate that fits.
func (l *lab) taxed(w *ledger.Write, what string, fits func(ledger.TaxRate) bool) (lacks string) {
	i := slices.IndexFunc(l.chart.TaxRates, fits)
	if i < 0 {
		return what
	}
	w.Lines[0].TaxType = l.chart.TaxRates[i].Type
	return ""
}

// refusals sends what Xero refuses, in one request. Where Xero refuses the request as a whole, each goes
// alone, as in an export.
var refusals = &step{
	name: "drafts that Xero refuses",
	run: func(ctx context.Context, l *lab) error {
		if l.client == "" {
			return errNoContact
		}
		var writes []ledger.Write
		var names []string
		for _, p := range provocations {
			w := l.draft()
			if l.lacks[p.Name] = p.spoil(l, &w); l.lacks[p.Name] == "" {
				writes, names = append(writes, w), append(names, p.Name)
			}
		}
		made, err := l.create(ctx, newKey(), writes...)
		var t *app.Trouble
		if !errors.As(err, &t) || t.Reason != app.Refused && t.Reason != app.Troubled {
			for i, m := range made {
				l.refusals[names[i]] = m
			}
			return err
		}
		for i, w := range writes {
			made, err := l.create(ctx, newKey(), w)
			switch {
			case errors.As(err, &t) && (t.Reason == app.Refused || t.Reason == app.Troubled):
				l.refusals[names[i]] = specimen{outcome: ledger.Outcome{Messages: []ledger.Message{{Text: t.Error()}}}}
			case err != nil:
				return err
			default:
				l.refusals[names[i]] = made[0]
			}
		}
		return nil
	},
	rows: rowsOf(provocations),
}

func rowsOf(all []provoked) []assumption {
	rows := make([]assumption, len(all))
	for i, p := range all {
		if p.Why == "" {
			p.Why = whyWords
		}
		if p.causes == nil {
			p.Why = "The random part of Feebridge's Url never spells it."
		}
		rows[i] = assumption{p.Assumption, p.look}
	}
	return rows
}

func (p provoked) look(l *lab) finding {
	m, sent := l.refusals[p.Name]
	o := m.outcome
	switch {
	case !sent:
		return untried("the organisation doesn't have " + l.lacks[p.Name])
	case o.Verdict == ledger.Unclear:
		return undecided(o)
	case p.causes == nil:
		return holds(o.Verdict == ledger.Rejected, "%s", said(o))
	case p.warns:
		return holds(o.Verdict == ledger.Accepted && ledger.HasCause(o.Messages, p.causes[0]), "%s", said(o))
	}
	return refused(o, p.causes...)
}

// The contacts that Xero refuses, or that are archived.
const (
	sameName   = "B"
	sameNumber = "C"
	badEmail   = "D"
)

// contacts tries names and numbers that a contact has.
var contacts = &step{
	name: "contacts that Xero refuses",
	run: func(ctx context.Context, l *lab) error {
		if l.client == "" {
			return errNoContact
		}
		made, err := l.contactsOf(ctx, []ledger.NewContact{
			{Client: sameName, Name: l.named("A")},
			{Client: sameNumber, Name: l.named(sameNumber), Number: "FBC-" + l.run},
			{Client: badEmail, Name: l.named(badEmail), Email: "feebridge.check"},
		})
		for _, m := range made {
			l.namesake[m.outcome.Member] = m
		}
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "text.contact-name", Source: recorded,
			Expected: "A PUT of a contact with a name that is taken is refused in known words.",
			Why:      "Feebridge then looks for the contact that has it.",
		}, func(l *lab) finding { return refused(l.namesake[sameName].outcome, ledger.ContactTaken) }},
		{Assumption{
			Name: "text.contact-number", Source: told,
			Expected: "A PUT of a contact with a contact number that is taken is refused in known words.",
			Why:      "The same, by the client's code.",
		}, func(l *lab) finding { return refused(l.namesake[sameNumber].outcome, ledger.ContactTaken) }},
		{Assumption{
			Name: "text.email", Source: told,
			Expected: "A contact with an invalid email address is refused in known words.",
			Why:      whyWords,
		}, func(l *lab) finding { return refused(l.namesake[badEmail].outcome, ledger.EmailInvalid) }},
	},
}

// archivedContact tries an invoice for a contact that is archived.
var archivedContact = &step{
	name: "an archived contact",
	run: func(ctx context.Context, l *lab) error {
		made, err := l.contact(ctx, ledger.NewContact{Client: "E", Name: l.named("E")})
		if err != nil {
			return err
		}
		if made.outcome.Verdict != ledger.Accepted {
			return errors.New("Xero refused the contact: " + words(made.outcome.Messages))
		}
		id := made.outcome.Contact.ID
		x, err := l.ask(ctx, archiving(string(id)))
		if err != nil {
			return err
		}
		l.archiving = elementsOf(x, "Contacts").at(0)
		w := l.draft()
		w.Contact = id
		sent, err := l.create(ctx, newKey(), w)
		if err == nil {
			l.archived = sent[0]
		}
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "contact.archived", Source: recorded,
			Expected: "A contact is archived by its ID and status alone.",
			Why:      "This is how the check removes its own contacts.",
		}, func(l *lab) finding {
			status := l.archiving.text("ContactStatus")
			return holds(status == "ARCHIVED", "%s", strings.TrimSpace(orNone(status)+" "+l.archiving.sentences()))
		}},
		{Assumption{
			Name: "text.contact-archived", Source: told,
			Expected: "An invoice for an archived contact is refused in known words.",
			Why:      "Feebridge tells the person to restore the contact in Xero.",
		}, func(l *lab) finding {
			if l.archiving.text("ContactStatus") != "ARCHIVED" {
				return unclear("the contact wasn't archived")
			}
			return refused(l.archived.outcome, ledger.ContactArchived)
		}},
	},
}

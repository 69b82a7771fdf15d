package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"feebridge/app/ledger"
	"feebridge/app/money"
)

// begins reads what the organisation has, and makes the contact of all drafts.
var begins = &step{name: "the chart and a contact", run: func(ctx context.Context, l *lab) (err error) {
	if l.chart, err = l.Client.Chart(ctx, l.Tenant); err != nil {
		return err
	}
	if err := l.choose(); err != nil {
		return err
	}
	made, err := l.contact(ctx, ledger.NewContact{Client: "a", Name: l.named("A"), Number: "FBC-" + l.run})
	if err == nil && made.outcome.Verdict != ledger.Accepted {
		err = errors.New("Xero refused the contact: " + words(made.outcome.Messages))
	}
	l.client = made.outcome.Contact.ID
	return err
}}

// choose chooses the account and the tax rate of ordinary lines.
func (l *lab) choose() error {
	for _, a := range l.chart.Accounts {
		rate, ok := l.rate(a.TaxType)
		if a.Sales() && a.Code != "" && ok && (l.sales.Code == "" || rate.Rate > l.tax.Rate) {
			l.sales, l.tax = a, rate
		}
	}
	if l.sales.Code == "" {
		return errors.New("the organisation has no sales account with a tax rate")
	}
	return nil
}

// rate returns the active rate of a type that sales may have.
func (l *lab) rate(taxType string) (ledger.TaxRate, bool) {
	for _, r := range l.chart.TaxRates {
		if r.Type == taxType && r.Active && r.AppliesTo("REVENUE") {
			return r, true
		}
	}
	return ledger.TaxRate{}, false
}

// contact creates a contact as Feebridge does.
func (l *lab) contact(ctx context.Context, n ledger.NewContact) (specimen, error) {
	made, err := l.contactsOf(ctx, []ledger.NewContact{n})
	if err != nil {
		return specimen{}, err
	}
	return made[0], nil
}

func (l *lab) contactsOf(ctx context.Context, all []ledger.NewContact) ([]specimen, error) {
	payloads, err := l.Client.PrepareContacts(all, 0)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(all))
	for i, n := range all {
		names[i] = n.Name
	}
	return l.post(ctx, Contact, false, payloads[0], newKey(), names)
}

var firstDraft = &step{
	name: "a draft",
	run: func(ctx context.Context, l *lab) error {
		if l.client == "" {
			return errNoContact
		}
		made, err := l.create(ctx, newKey(), l.draft(l.line(1_0000, 20_1255)))
		if err == nil {
			l.first = made[0]
		}
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "create.accepted", Source: recorded,
			Expected: "The answer to a created draft says OK and has its ID.",
			Why:      "Feebridge counts an invoice as exported only when the answer has both.",
		}, func(l *lab) finding {
			o := l.first.outcome
			return holds(o.Verdict == ledger.Accepted, "%s", said(o))
		}},
		{Assumption{
			Name: "mark.answer", Source: undocumented,
			Expected: "The answer has the Url byte for byte as it was sent.",
			Why:      "By its Url, Feebridge recognises its own invoice when an answer was lost.",
		}, ofFirst(func(l *lab) finding { return sameMark(l, l.first.answer) })},
		{Assumption{
			Name: "clock.date", Source: undocumented,
			Expected: "The time in the answer and the Date header are at most 5 seconds apart.",
			Why:      "The difference between Xero's clock and this computer's decides from when a refresh asks for changes.",
		}, func(l *lab) finding {
			date, err := http.ParseTime(l.first.exchange.Header.Get("Date"))
			made, ok := moment(object(l.first.exchange).text("DateTimeUTC"))
			if err != nil || !ok {
				return unclear("the answer doesn't have both times")
			}
			return apart(made, date)
		}},
		{Assumption{
			Name: "clock.updated", Source: undocumented,
			Expected: "UpdatedDateUTC of a new draft and the time in the answer are at most 5 seconds apart, less what the call took.",
			Why:      "A refresh asks for what changed since the time of the last answer.",
		}, ofFirst(func(l *lab) finding {
			made, ok := moment(object(l.first.exchange).text("DateTimeUTC"))
			updated, also := moment(l.first.answer.text("UpdatedDateUTC"))
			if !ok || !also {
				return unclear("the answer doesn't have both times")
			}
			f := apart(updated, made)
			if made.Sub(updated).Abs() <= mostApart+l.first.took {
				f.verdict = Holds
			}
			return f
		})},
		{Assumption{
			Name: "theme.default", Source: undocumented,
			Expected: "An invoice that names no branding theme gets the one that sorts first.",
			Why:      "The mapping shows that theme as the default.",
		}, ofFirst(func(l *lab) finding {
			if len(l.chart.Themes) == 0 {
				return untried("the organisation has no branding theme")
			}
			got := l.first.answer.text("BrandingThemeID")
			for i, t := range l.chart.Themes {
				if strings.EqualFold(t.ID, got) {
					return holds(i == 0, "theme %d of %d", i+1, len(l.chart.Themes))
				}
			}
			return holds(false, "none of the organisation's %d themes", len(l.chart.Themes))
		})},
	},
}

// ofFirst is a look at the first draft, once it was made.
func ofFirst(look func(*lab) finding) func(*lab) finding {
	return func(l *lab) finding {
		if err := l.needFirst(); err != nil {
			return unclear(err.Error())
		}
		return look(l)
	}
}

var errNoContact = errors.New("there is no contact to make drafts for")

// mostApart is how far two clocks of Xero may be apart.
const mostApart = 5 * time.Second

func apart(a, b time.Time) finding {
	by := a.Sub(b)
	return holds(by.Abs() <= mostApart, "%.1f seconds apart", math.Abs(by.Seconds()))
}

// sameMark compares the first draft's Url with what was sent.
func sameMark(l *lab, e element) finding {
	switch sent, got := l.first.write.Mark, e.text("Url"); {
	case e == nil:
		return holds(false, "the draft isn't in the answer")
	default:
		return holds(got == sent, "%s", differing(sent, got))
	}
}

// differing says whether a text came back as it was sent.
func differing(sent, got string) string {
	switch got {
	case sent:
		return "the same"
	case "":
		return "no Url"
	}
	return fmt.Sprintf("sent %s, got %s", sent, got)
}

// needFirst is the error of a step that needs the first draft.
func (l *lab) needFirst() error {
	if l.first.outcome.Verdict != ledger.Accepted {
		return errors.New("the first draft wasn't made")
	}
	return nil
}

var firstShown = &step{
	name: "the changes",
	run: func(ctx context.Context, l *lab) error {
		if err := l.needFirst(); err != nil {
			return err
		}
		for _, wait := range []time.Duration{0, 2 * time.Second, 8 * time.Second, 20 * time.Second, 30 * time.Second} {
			if err := pause(ctx, wait); err != nil {
				return err
			}
			l.shown.after += wait
			all, err := l.since(ctx)
			if err != nil {
				return err
			}
			if l.shown.element = all.invoice(string(l.first.outcome.Standing.ID)); l.shown.element != nil {
				break
			}
		}
		return nil
	},
	rows: []assumption{
		{Assumption{
			Name: "changes.shown", Source: undocumented,
			Expected: "What was written is in the list of changes within a minute.",
			Why:      "A refresh counts on having seen every change that is older than a minute.",
		}, func(l *lab) finding {
			return holds(l.shown.element != nil, "%s", map[bool]string{true: fmt.Sprintf("listed after %v", l.shown.after), false: "not listed after a minute"}[l.shown.element != nil])
		}},
		{Assumption{
			Name: "mark.changes", Source: undocumented,
			Expected: "The list of changes has the Url byte for byte.",
			Why:      "This is how Feebridge finds an invoice whose answer was lost and which was then renumbered in Xero.",
		}, func(l *lab) finding {
			if l.shown.element == nil {
				return unclear("the draft isn't in the list")
			}
			return sameMark(l, l.shown.element)
		}},
	},
}

// pause waits, unless the run is interrupted.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

var firstByID = &step{
	name: "a look-up by ID",
	run: func(ctx context.Context, l *lab) (err error) {
		if err = l.needFirst(); err == nil {
			l.byID, err = l.listed(ctx, l.first.outcome.Standing.ID)
		}
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "mark.by-id", Source: undocumented,
			Expected: "A look-up by ID has the Url byte for byte.",
			Why:      "By its Url, Feebridge recognises its own invoice.",
		}, func(l *lab) finding { return sameMark(l, l.byID) }},
		{Assumption{
			Name: "list.amount-due", Source: undocumented,
			Expected: "A look-up with summaryOnly has AmountDue: for a draft, its total.",
			Why:      "The window shows what is due from such look-ups.",
		}, func(l *lab) finding {
			due, there := l.byID.amount("AmountDue", l.chart.BaseCurrency)
			if !there {
				return holds(false, "no AmountDue")
			}
			return holds(due == l.first.outcome.Standing.Total, "%s of %s", due, l.first.outcome.Standing.Total)
		}},
		{Assumption{
			Name: "list.fields", Source: documented,
			Expected: "A look-up with summaryOnly has what is compared: type, contact, date, currency, total, status and time of change.",
			Why:      "An edit in Xero is noticed by comparing these.",
		}, func(l *lab) finding {
			var lacks []string
			for _, field := range []string{"Type", "Date", "CurrencyCode", "Total", "Status", "UpdatedDateUTC"} {
				if !l.byID.has(field) {
					lacks = append(lacks, field)
				}
			}
			if !l.byID.inner("Contact").has("ContactID") {
				lacks = append(lacks, "Contact.ContactID")
			}
			if len(lacks) > 0 {
				return holds(false, "without %s", strings.Join(lacks, ", "))
			}
			return holds(true, "all there")
		}},
	},
}

var firstByNumber = &step{
	name: "a look-up by number",
	run: func(ctx context.Context, l *lab) (err error) {
		if err = l.needFirst(); err == nil {
			_, l.byNumber, err = l.numbered(ctx, l.first.write.Number)
		}
		return err
	},
	rows: []assumption{{Assumption{
		Name: "mark.by-number", Source: undocumented,
		Expected: "A look-up by number finds the draft, and has the Url byte for byte.",
		Why:      "This is how Feebridge looks for an invoice whose answer was lost.",
	}, func(l *lab) finding { return sameMark(l, l.byNumber) }}},
}

var firstSingle = &step{
	name: "a single read",
	run: func(ctx context.Context, l *lab) (err error) {
		if err = l.needFirst(); err == nil {
			l.single, err = l.read(ctx, l.first.outcome.Standing.ID)
		}
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "mark.single", Source: undocumented,
			Expected: "The single read has the Url byte for byte.",
			Why:      "The link on the invoice in Xero needs it to lead back to Feebridge.",
		}, func(l *lab) finding { return sameMark(l, l.single) }},
		{Assumption{
			Name: "unit.decimals", Source: documented,
			Expected: "With unitdp=4, a unit amount keeps four decimals.",
			Why:      "Feebridge computes totals with four.",
		}, func(l *lab) finding {
			return sameUnit(l.single, l.first.write.Lines[0].UnitAmount)
		}},
	},
}

// sameUnit compares the unit amount of the first line.
func sameUnit(e element, want money.UnitAmount) finding {
	text := e.list("LineItems").at(0).text("UnitAmount")
	got, err := money.ParseUnitAmount(text)
	return holds(err == nil && got == want, "sent %s, got %s", want, text)
}

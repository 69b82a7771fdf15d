package check

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"feebridge/app/ledger"
	"feebridge/xero"
)

// moment reads a time as Xero writes it: /Date(1539993600000+0000)/.
func moment(text string) (time.Time, bool) {
	m := xeroDate.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	ms, err := strconv.ParseInt(m[1], 10, 64)
	return time.UnixMilli(ms).UTC(), err == nil
}

var xeroDate = regexp.MustCompile(`^/Date\((\d+)(?:[+-]\d{4})?\)/$`)

const changedReference = ourWords + ", changed"

var change = &step{
	name: "a change",
	run: func(ctx context.Context, l *lab) error {
		if err := l.needFirst(); err != nil {
			return err
		}
		// So that it is not in the moment in which another was made.
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
		var err error
		l.changed, err = l.update(ctx, string(l.first.outcome.Standing.ID), true, map[string]string{"Reference": changedReference})
		return err
	},
	rows: []assumption{{Assumption{
		Name: "mark.change-answer", Source: undocumented,
		Expected: "The answer to a change of something else has the Url byte for byte.",
		Why:      "An edit in Xero must not take the mark away.",
	}, func(l *lab) finding { return sameMark(l, l.changed) }}},
}

var changeListed = &step{
	name: "the changes after a change",
	run: func(ctx context.Context, l *lab) (err error) {
		if l.changed == nil {
			return errors.New("nothing was changed")
		}
		if l.changes, err = l.since(ctx); err != nil {
			return err
		}
		l.made, err = l.list(func() error {
			_, err := l.Client.Made(ctx, l.Tenant, l.from())
			return err
		})
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "changes.newest-first", Source: documented,
			Expected: "In the order asked for, no change in the list is newer than the one before it.",
			Why:      "In another order, a refresh would miss changes.",
		}, func(l *lab) finding {
			if len(l.changes) < 2 {
				return unclear("the list has fewer than two changes")
			}
			for i := 1; i < len(l.changes); i++ {
				before, ok := moment(l.changes[i-1].text("UpdatedDateUTC"))
				at, also := moment(l.changes[i].text("UpdatedDateUTC"))
				if !ok || !also || at.After(before) {
					return holds(false, "number %d of %d is out of order", i+1, len(l.changes))
				}
			}
			return holds(true, "%d in order", len(l.changes))
		}},
		{Assumption{
			Name: "changes.front", Source: undocumented,
			Expected: "A change moves the invoice to the front of the list at once.",
			Why:      "A refresh that reads several pages reads the first one again.",
		}, func(l *lab) finding {
			before := 0 // others of this run: what a person changes meanwhile may come first
			for _, e := range l.changes {
				if e.text("InvoiceID") == string(l.first.outcome.Standing.ID) {
					if before == 0 {
						return holds(true, "the first of this check's drafts")
					}
					return holds(false, "%d of this check's drafts before it", before)
				}
				if strings.Contains(e.text("InvoiceNumber"), l.run) {
					before++
				}
			}
			return holds(false, "not in the list")
		}},
		{Assumption{
			Name: "changes.made", Source: documented,
			Expected: "With createdByMyApp, the list of changes has the draft.",
			Why:      "A restored copy asks so for what Feebridge made, where nothing else tells.",
		}, func(l *lab) finding {
			id := string(l.first.outcome.Standing.ID)
			has := slices.ContainsFunc(l.made, func(e element) bool { return e.text("InvoiceID") == id })
			return holds(has, "%d in the list, the draft among them: %v", len(l.made), has)
		}},
	},
}

var changeRead = &step{
	name: "reads after a change",
	run: func(ctx context.Context, l *lab) (err error) {
		if l.changed == nil {
			return errors.New("nothing was changed")
		}
		id := l.first.outcome.Standing.ID
		if l.changedByID, err = l.listed(ctx, id); err != nil {
			return err
		}
		l.changedSingle, err = l.read(ctx, id)
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "mark.change-list", Source: undocumented,
			Expected: "After a change, a look-up by ID has the Url byte for byte.",
			Why:      "An edit in Xero must not take the mark away.",
		}, func(l *lab) finding { return sameMark(l, l.changedByID) }},
		{Assumption{
			Name: "mark.change-single", Source: undocumented,
			Expected: "After a change, the single read has the Url byte for byte.",
			Why:      "An edit in Xero must not take the mark away.",
		}, func(l *lab) finding { return sameMark(l, l.changedSingle) }},
	},
}

var changeSince = &step{
	name: "changes since a moment",
	run: func(ctx context.Context, l *lab) error {
		at, ok := moment(l.changed.text("UpdatedDateUTC"))
		if !ok {
			return errors.New("the answer to the change doesn't say when it was")
		}
		for _, ask := range []struct {
			since time.Time
			into  *element
		}{{at.Truncate(time.Second).Add(-time.Second), &l.early}, {at.Truncate(time.Second).Add(time.Second), &l.late}} {
			id := string(l.first.outcome.Standing.ID)
			q := xero.Question{Method: "GET", Path: []string{"Invoices"}, Since: ask.since, Query: url.Values{"summaryOnly": {"true"}, "IDs": {id}}}
			x, err := l.ask(ctx, q)
			if err != nil {
				return err
			}
			*ask.into = elementsOf(x, "Invoices").invoice(id)
		}
		return nil
	},
	rows: []assumption{
		{Assumption{
			Name: "changes.since", Source: documented,
			Expected: "A list of changes from one second before a change includes it.",
			Why:      "A refresh asks for changes from one second before the time it has read up to.",
		}, func(l *lab) finding {
			return holds(l.early != nil, "%s", map[bool]string{true: "listed", false: "not listed"}[l.early != nil])
		}},
		{Assumption{
			Name: "changes.until", Source: documented,
			Expected: "A list of changes from one second after a change leaves it out.",
			Why:      "Otherwise, every refresh would read everything.",
		}, func(l *lab) finding {
			return holds(l.late == nil, "%s", map[bool]string{true: "listed", false: "not listed"}[l.late != nil])
		}},
	},
}

var statusAlone = &step{
	name: "a change of status alone",
	run: func(ctx context.Context, l *lab) error {
		for _, s := range []struct {
			draft  string
			unitdp bool
			into   *element
		}{{"status", false, &l.plain}, {"status with unitdp", true, &l.precise}} {
			made := l.drafts[s.draft].outcome
			if made.Verdict != ledger.Accepted {
				return errors.New("the draft wasn't made: " + words(made.Messages))
			}
			id := made.Standing.ID
			if _, err := l.update(ctx, string(id), s.unitdp, map[string]string{"Status": string(ledger.SubmittedThere)}); err != nil {
				return err
			}
			e, err := l.read(ctx, id)
			if err != nil {
				return err
			}
			*s.into = e
		}
		return nil
	},
	rows: []assumption{
		{Assumption{
			Name: "status.lines", Source: told,
			Expected: "A change of status without unitdp leaves unit amounts of four decimals as they are.",
			Why:      "Feebridge sends deletions without unitdp. Approving invoices from Feebridge would depend on this.",
		}, func(l *lab) finding { return sameUnit(l.plain, l.drafts["status"].write.Lines[0].UnitAmount) }},
		{Assumption{
			Name: "status.lines-unitdp", Source: told,
			Expected: "A change of status with unitdp=4 leaves unit amounts of four decimals as they are.",
			Why:      "With this, Feebridge could approve invoices.",
		}, func(l *lab) finding {
			return sameUnit(l.precise, l.drafts["status with unitdp"].write.Lines[0].UnitAmount)
		}},
	},
}

var deletion = &step{
	name: "a deletion",
	run: func(ctx context.Context, l *lab) error {
		made := l.drafts["delete"].outcome
		if made.Verdict != ledger.Accepted {
			return errors.New("the draft wasn't made: " + words(made.Messages))
		}
		var err error
		if l.removal, err = l.remove(ctx, made.Standing.ID, ledger.DeletedThere); err != nil {
			return err
		}
		all, err := l.since(ctx)
		if err != nil {
			return err
		}
		l.removed = all.invoice(string(made.Standing.ID))
		l.removedByID, err = l.listed(ctx, made.Standing.ID)
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "removal.answer", Source: recorded,
			Expected: "A draft is deleted by its ID and status alone, and the answer says DELETED.",
			Why:      "Anything else in the request could change an invoice that is approved at that moment.",
		}, func(l *lab) finding {
			o := l.removal.outcome
			return holds(o.Standing.Status == ledger.DeletedThere, "%s", said(o))
		}},
		{Assumption{
			Name: "removal.listed", Source: undocumented,
			Expected: "A deleted draft is in the list of changes, as DELETED.",
			Why:      "This is how a refresh learns that a draft was deleted in Xero.",
		}, func(l *lab) finding {
			return holds(l.removed.text("Status") == "DELETED", "%s", orNone(l.removed.text("Status")))
		}},
		{Assumption{
			Name: "removal.readable", Source: told,
			Expected: "A deleted draft is found by its ID.",
			Why:      "An invoice that isn't found is reported as missing.",
		}, func(l *lab) finding {
			return holds(l.removedByID.text("Status") == "DELETED", "%s", orNone(l.removedByID.text("Status")))
		}},
		{Assumption{
			Name: "mark.deleted", Source: undocumented,
			Expected: "A deleted draft still has its Url byte for byte.",
			Why:      "By its Url, Feebridge recognises an invoice whose answer was lost and which was then deleted in Xero, and doesn't send it again.",
		}, func(l *lab) finding {
			sent, got := l.drafts["delete"].write.Mark, l.removedByID.text("Url")
			if l.removedByID == nil {
				return unclear("the draft isn't found")
			}
			return holds(sent == got, "%s", differing(sent, got))
		}},
	},
}

func orNone(text string) string {
	if text == "" {
		return "not there"
	}
	return text
}

var deletedAgain = &step{
	name: "a second deletion",
	run: func(ctx context.Context, l *lab) (err error) {
		if l.removal.outcome.Standing.Status != ledger.DeletedThere {
			return errors.New("no draft was deleted")
		}
		l.again, err = l.remove(ctx, l.removal.outcome.Standing.ID, ledger.DeletedThere)
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "text.status", Source: recorded,
			Expected: "Deleting a draft again is refused: Invoice not of valid status for modification.",
			Why:      "The words decide what Feebridge tells the person.",
		}, func(l *lab) finding { return refused(l.again.outcome, ledger.StatusMoved) }},
		{Assumption{
			Name: "removal.refused-id", Source: undocumented,
			Expected: "The refusal of a deletion has the invoice's ID.",
			Why:      "Feebridge treats a refusal without the ID as no answer, and looks up the invoice.",
		}, func(l *lab) finding {
			got := l.again.answer.text("InvoiceID")
			return holds(got == string(l.removal.outcome.Standing.ID), "%s", map[bool]string{true: "its ID", false: "another ID, or none"}[got == string(l.removal.outcome.Standing.ID)])
		}},
	},
}

var pastTheEnd = &step{
	name: "a page past the end",
	run: func(ctx context.Context, l *lab) (err error) {
		l.pastEnd, err = l.Client.Ask(ctx, l.Tenant, get(url.Values{"page": {"1000"}, "pageSize": {"1000"}, "summaryOnly": {"true"}}, "Invoices"))
		return err
	},
	rows: []assumption{{Assumption{
		Name: "page.past-end", Source: undocumented,
		Expected: "A page past the end is an empty list.",
		Why:      "A list may get shorter while it is read.",
	}, func(l *lab) finding {
		all, isList := object(l.pastEnd)["Invoices"].([]any)
		return holds(l.pastEnd.Status == 200 && isList && len(all) == 0, "status %d, %d invoices", l.pastEnd.Status, len(all))
	}}},
}

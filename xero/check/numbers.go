package check

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/xero"
)

// refused says whether Xero refuses something, with words that mean one of the causes here.
func refused(o ledger.Outcome, causes ...ledger.Cause) finding {
	if o.Verdict == ledger.Unclear {
		return undecided(o)
	}
	known := slices.ContainsFunc(causes, func(c ledger.Cause) bool { return ledger.HasCause(o.Messages, c) })
	f := holds(o.Verdict == ledger.Rejected && known, "%s", said(o))
	if o.Verdict == ledger.Rejected && !known {
		f.reason = "it is refused, with words that Feebridge doesn't know"
	}
	return f
}

// undecided is the finding where Feebridge does not understand what became of something.
func undecided(o ledger.Outcome) finding {
	return finding{verdict: Unclear, found: said(o), reason: "Feebridge can't tell from the answer whether it was taken"}
}

var numberTaken = &step{
	name: "a number that is taken",
	run: func(ctx context.Context, l *lab) error {
		if err := l.needFirst(); err != nil {
			return err
		}
		w := l.draft()
		w.Number, w.Reference = l.first.write.Number, ourWords+", other"
		made, err := l.create(ctx, newKey(), w)
		if err != nil {
			return err
		}
		l.taken = made[0]
		l.after, err = l.read(ctx, l.first.outcome.Standing.ID)
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "number.taken", Source: told,
			Expected: "A PUT with a number that a draft has is refused: Invoice # must be unique.",
			Why:      "On these words, Feebridge checks whether the invoice is its own.",
		}, func(l *lab) finding { return refused(l.taken.outcome, ledger.NumberTaken) }},
		{Assumption{
			Name: "number.untouched", Source: documented,
			Expected: "A PUT with a number that is taken leaves the invoice that has it as it is.",
			Why:      "An export must never overwrite another invoice.",
		}, func(l *lab) finding {
			for _, field := range []string{"Url", "Reference", "Total", "Status", "UpdatedDateUTC"} {
				if l.after.text(field) != l.single.text(field) {
					return holds(false, "%s was %s and is %s", field, l.single.text(field), l.after.text(field))
				}
			}
			return holds(true, "unchanged")
		}},
		{Assumption{
			Name: "refused.no-id", Source: recorded,
			Expected: "A refused invoice has no ID, or one of zeros.",
			Why:      "Feebridge looks up a refused invoice that has an ID, because it may have been saved.",
		}, func(l *lab) finding {
			id := strings.Trim(l.taken.answer.text("InvoiceID"), "0-")
			if l.taken.outcome.Verdict == ledger.Accepted {
				return unclear("it wasn't refused")
			}
			return holds(id == "", "%s", map[bool]string{true: "none", false: "an ID"}[id == ""])
		}},
	},
}

var numberFolded = &step{
	name: "a number in other letters",
	run: func(ctx context.Context, l *lab) error {
		if err := l.needFirst(); err != nil {
			return err
		}
		w := l.draft()
		w.Number = billing.Number(strings.ToLower(string(l.first.write.Number)))
		made, err := l.create(ctx, newKey(), w)
		if err == nil {
			l.folded = made[0]
		}
		return err
	},
	rows: []assumption{{Assumption{
		Name: "number.case", Source: undocumented,
		Expected: "Numbers that differ only in upper and lower case are the same.",
		Why:      "Feebridge treats them as the same.",
	}, func(l *lab) finding { return refused(l.folded.outcome, ledger.NumberTaken) }}},
}

var keyReplayed = &step{
	name: "an idempotency key, twice",
	run: func(ctx context.Context, l *lab) error {
		if err := l.needFirst(); err != nil {
			return err
		}
		w := l.draft()
		l.key = newKey()
		for _, into := range []*specimen{&l.keyed, &l.replayed} {
			made, err := l.create(ctx, l.key, w)
			if err != nil {
				return err
			}
			*into = made[0]
		}
		var err error
		l.besideKey, _, err = l.numbered(ctx, w.Number)
		return err
	},
	rows: []assumption{{Assumption{
		Name: "key.replay", Source: documented,
		Expected: "The same request under the same idempotency key gets the same answer, and makes nothing new.",
		Why:      "This is how Feebridge learns the result of a request whose answer was lost.",
	}, func(l *lab) finding {
		same := l.keyed.outcome.Standing.ID == l.replayed.outcome.Standing.ID && l.replayed.outcome.Verdict == ledger.Accepted
		if l.keyed.outcome.Verdict != ledger.Accepted {
			return unclear("the draft wasn't made: " + words(l.keyed.outcome.Messages))
		}
		if !same {
			return holds(false, "another answer: %s", said(l.replayed.outcome))
		}
		return holds(l.besideKey == 1, "the same answer; %d with the number", l.besideKey)
	}}},
}

var keyOfAnother = &step{
	name: "an idempotency key with another body",
	run: func(ctx context.Context, l *lab) error {
		if l.keyed.outcome.Verdict != ledger.Accepted {
			return errors.New("no idempotency key was used")
		}
		w := l.draft()
		made, err := l.create(ctx, l.key, w)
		var t *app.Trouble
		switch {
		case err == nil && made[0].outcome.Verdict == ledger.Rejected:
			l.otherBody = errors.New(words(made[0].outcome.Messages))
		case errors.As(err, &t) && t.Reason == app.Refused:
			l.otherBody = t
		case err != nil:
			return err
		}
		l.otherBodyMade, _, err = l.numbered(ctx, w.Number)
		return err
	},
	rows: []assumption{{Assumption{
		Name: "key.other-body", Source: documented,
		Expected: "Another body under the same idempotency key is refused, and makes nothing.",
		Why:      "If Feebridge used a key twice by mistake, it must not get the answer to another request.",
	}, func(l *lab) finding {
		if l.otherBody == nil {
			return holds(false, "not refused; %d with the number", l.otherBodyMade)
		}
		return holds(l.otherBodyMade == 0, "%v; %d with the number", l.otherBody, l.otherBodyMade)
	}}},
}

var keyOfRefusal = &step{
	name: "the idempotency key of a refusal",
	run: func(ctx context.Context, l *lab) error {
		if l.keyed.outcome.Verdict != ledger.Accepted {
			return errors.New("no number is taken")
		}
		w, key := l.draft(), newKey()
		w.Number = l.keyed.write.Number
		made, err := l.create(ctx, key, w)
		if err != nil {
			return err
		}
		l.blocked = made[0]
		// With another number for the one that has it, nothing is left to refuse.
		other := string(l.number())
		if err := l.Book.will(Invoice, false, other); err != nil {
			return &bookError{err}
		}
		if _, err := l.update(ctx, string(l.keyed.outcome.Standing.ID), true, map[string]string{"InvoiceNumber": other}); err != nil {
			return err
		}
		if made, err = l.create(ctx, key, w); err == nil {
			l.reblocked = made[0]
		}
		return err
	},
	rows: []assumption{{Assumption{
		Name: "key.refusal", Source: undocumented,
		Expected: "A refusal is kept under its idempotency key, even after its reason is gone.",
		Why:      "A repeated request gets its first answer again, whatever has changed since.",
	}, func(l *lab) finding {
		if l.blocked.outcome.Verdict != ledger.Rejected {
			return unclear("the first request wasn't refused")
		}
		o := l.reblocked.outcome
		return holds(o.Verdict == ledger.Rejected, "%s", said(o))
	}}},
}

var reuse = &step{
	name: "the number of a deleted draft",
	run: func(ctx context.Context, l *lab) error {
		if l.removal.outcome.Standing.Status != ledger.DeletedThere {
			return errors.New("no draft was deleted")
		}
		w := l.draft()
		w.Number = l.drafts["delete"].write.Number
		made, err := l.create(ctx, newKey(), w)
		if err != nil {
			return err
		}
		l.reused = made[0]
		l.bothFound, _, err = l.numbered(ctx, w.Number)
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "number.deleted", Source: disputed,
			Expected: "The number of a deleted draft can be used again.",
			Why:      "An invoice that is taken back to draft is exported again with its number.",
		}, func(l *lab) finding {
			o := l.reused.outcome
			return holds(o.Verdict == ledger.Accepted, "%s", said(o))
		}},
		{Assumption{
			Name: "number.every-status", Source: undocumented,
			Expected: "A look-up by number finds deleted invoices too, beside the one that has the number now.",
			Why:      "An invoice whose answer was lost and which was then deleted in Xero must not be sent again unnoticed.",
		}, func(l *lab) finding {
			want := 1
			if l.reused.outcome.Verdict == ledger.Accepted {
				want = 2
			}
			return holds(l.bothFound == want, "%d of %d found", l.bothFound, want)
		}},
	},
}

var approval = &step{
	name: "an approved invoice", approves: true,
	run: func(ctx context.Context, l *lab) error {
		if err := l.needFirst(); err != nil {
			return err
		}
		w := l.draft()
		w.Status = ledger.AuthorisedThere
		made, err := l.create(ctx, newKey(), w)
		if err != nil {
			return err
		}
		if l.approved = made[0]; l.approved.outcome.Verdict != ledger.Accepted {
			return errors.New("Xero refused the approved invoice: " + words(l.approved.outcome.Messages))
		}
		id := l.approved.outcome.Standing.ID
		if l.undeletable, err = l.remove(ctx, id, ledger.DeletedThere); err != nil {
			return err
		}
		if l.voided, err = l.remove(ctx, id, ledger.VoidedThere); err != nil {
			return err
		}
		again := l.draft()
		again.Number = w.Number
		if made, err = l.create(ctx, newKey(), again); err != nil {
			return err
		}
		l.burnt = made[0]
		dueless := l.draft()
		dueless.Status, dueless.Due = ledger.AuthorisedThere, 0
		if made, err = l.create(ctx, newKey(), dueless); err == nil {
			l.dueless = made[0]
		}
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "approved.not-deleted", Source: recorded,
			Expected: "An approved invoice can't be deleted.",
			Why:      "If someone approves an invoice while it's being taken back to draft, the approval wins.",
		}, func(l *lab) finding { return refused(l.undeletable.outcome, ledger.StatusMoved) }},
		{Assumption{
			Name: "approved.voided", Source: recorded,
			Expected: "An approved invoice is voided by its ID and status alone.",
			Why:      "This is how Feebridge voids an invoice.",
		}, func(l *lab) finding {
			o := l.voided.outcome
			return holds(o.Standing.Status == ledger.VoidedThere, "%s", said(o))
		}},
		{Assumption{
			Name: "number.voided", Source: told,
			Expected: "The number of a voided invoice stays taken: Invoice # must be unique.",
			Why:      "Feebridge never uses such a number again.",
		}, func(l *lab) finding {
			if l.voided.outcome.Standing.Status != ledger.VoidedThere {
				return unclear("the invoice wasn't voided")
			}
			return refused(l.burnt.outcome, ledger.NumberTaken)
		}},
		{Assumption{
			Name: "text.due-date", Source: told,
			Expected: "An approved invoice without a due date is refused in known words.",
			Why:      "The words decide what Feebridge tells the person.",
		}, func(l *lab) finding { return refused(l.dueless.outcome, ledger.Incomplete) }},
	},
}

var deletedUnknown = &step{
	name: "a removal of what Xero doesn't have",
	run: func(ctx context.Context, l *lab) error {
		id := newKey()
		m, err := l.remove(ctx, ledger.InvoiceID(id[:8]+"-"+id[8:12]+"-4"+id[13:16]+"-8"+id[17:20]+"-"+id[20:]), ledger.DeletedThere)
		var t *app.Trouble
		if errors.As(err, &t) && t.Reason == app.Refused {
			l.noSuch, err = t, nil
		}
		l.noSuchOutcome, l.noSuchAnswer = m.outcome, m.answer
		return err
	},
	rows: []assumption{{Assumption{
		Name: "removal.unknown", Source: disputed,
		Expected: "Deleting an ID that Xero doesn't have is refused, for the invoice or for the whole request.",
		Why:      "Feebridge then looks up the invoice, and reports it as missing.",
	}, func(l *lab) finding {
		if l.noSuch != nil {
			return holds(true, "the whole request: %v", l.noSuch)
		}
		o := l.noSuchOutcome
		switch status := l.noSuchAnswer.text("StatusAttributeString"); {
		case o.Verdict == ledger.Unclear && status == "OK":
			return holds(false, "the invoice: %s", status) // which Feebridge doesn't believe
		case o.Verdict == ledger.Unclear:
			return undecided(o)
		}
		return holds(o.Verdict == ledger.Rejected, "the invoice: %s", said(o))
	}}},
}

var unknownInvoice = &step{
	name: "a read of what Xero doesn't have",
	run: func(ctx context.Context, l *lab) (err error) {
		l.unknown, err = l.Client.Ask(ctx, l.Tenant, xero.Question{Method: http.MethodGet, Path: []string{"Invoices", "FBC-" + l.run + "-none"}})
		return err
	},
	rows: []assumption{
		{Assumption{
			Name: "read.unknown", Source: recorded,
			Expected: "A single read of an invoice that Xero doesn't have gets 404.",
			Why:      "Feebridge treats anything else as trouble.",
		}, func(l *lab) finding {
			return holds(l.unknown.Status == http.StatusNotFound, "status %d", l.unknown.Status)
		}},
		{Assumption{
			Name: "list.understood", Source: undocumented,
			Expected: "Every list has as many invoices as it counts, in the order asked for, each with an ID; amounts that it leaves out are in the full invoice.",
			Why:      "Feebridge takes nothing from a list that contradicts itself.",
		}, func(l *lab) finding {
			switch {
			case l.distrusted != nil:
				return holds(false, "%v", l.distrusted)
			case l.lists == 0:
				return unclear("no list was looked at")
			}
			return holds(true, "all of %d lists", l.lists)
		}},
		{Assumption{
			Name: "answer.correlation", Source: recorded,
			Expected: "Every answer from Xero has a correlation ID in its header, including refusals and 404.",
			Why:      "Feebridge treats an answer without one as a proxy's.",
		}, func(l *lab) finding {
			without := l.Ear.without()
			if without == "" {
				return holds(true, "all of %d answers", l.Ear.Calls())
			}
			return holds(false, "not %s", without)
		}},
	},
}

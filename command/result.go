package command

import (
	"context"
	"fmt"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// resultJSON is the result of a command for one invoice.
type resultJSON struct {
	Number   billing.Number   `json:"number"`
	State    string           `json:"state"`
	XeroID   ledger.InvoiceID `json:"xero_id"`
	Messages []string         `json:"messages"`
}

func (r resultJSON) String() string {
	text := fmt.Sprintf("%s  %s", r.Number, r.State)
	if len(r.Messages) > 0 {
		text += ": " + strings.Join(r.Messages, "; ")
	}
	return text
}

// outcome returns the result of one step for an invoice: the state done, or else the other
// one with the reason.
func outcome(r app.Result, done, refused string) resultJSON {
	if r.Err != nil {
		return resultJSON{Number: r.Number, State: refused, Messages: []string{r.Err.Error()}}
	}
	return resultJSON{Number: r.Number, State: done, Messages: []string{}}
}

// printOutcomes prints the result of one step for each invoice.
func (s *session) printOutcomes(results []app.Result, done, refused string) error {
	var failed error
	for _, r := range results {
		line := outcome(r, done, refused)
		s.print(line, "%s", line)
		if r.Err != nil {
			failed = errSomeFailed
		}
	}
	return failed
}

// errand is work at Xero on several invoices, in runs that are waited for.
type errand struct {
	// run returns the run that an invoice is in; "" for none.
	run func(app.InvoiceView) app.RunID
	// judge returns the result for an invoice, and whether it is what was asked for.
	judge func(app.InvoiceView, error) (line resultJSON, done bool)
}

// settle sends until the runs that the invoices are in are settled, and prints the result
// for each invoice, settled or not.
func (s *session) settle(ctx context.Context, results []app.Result, e errand) error {
	stopped := s.finish(ctx, results, e.run)
	var failed error
	for _, r := range results {
		v, err := s.app.Invoice(context.WithoutCancel(ctx), s.me, r.Invoice)
		if err != nil {
			return err
		}
		line, done := e.judge(v, r.Err)
		s.print(line, "%s", line)
		if !done {
			failed = errSomeFailed
		}
	}
	if stopped != nil {
		return stopped
	}
	return failed
}

// finish sends until the runs that the invoices are in are settled, and returns why not
// where they are not.
func (s *session) finish(ctx context.Context, results []app.Result, runOf func(app.InvoiceView) app.RunID) error {
	finished := map[app.RunID]bool{"": true}
	for _, r := range results {
		if r.Err != nil {
			continue
		}
		v, err := s.app.Invoice(ctx, s.me, r.Invoice)
		if err != nil {
			return err
		}
		run := runOf(v)
		if finished[run] {
			continue
		}
		finished[run] = true
		if err := s.app.Finish(ctx, run, s.Patience); err != nil {
			return err
		}
	}
	return nil
}

// texts returns what messages say.
func texts(messages []ledger.Message) []string {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.Text
	}
	return all
}

// invoices returns the invoices with these numbers.
func (s *session) invoices(ctx context.Context, words []string) ([]billing.InvoiceID, error) {
	numbers := make([]billing.Number, len(words))
	for i, w := range words {
		numbers[i] = billing.Number(w)
	}
	return s.app.Numbers(ctx, numbers)
}

package command

import (
	"context"
	"flag"
)

var finalizeCommand = command{
	name: "finalize", args: "NUMBER...",
	about:   "finalize drafts, so that they can be exported",
	prepare: func(*flag.FlagSet) runner { return finalize },
}

func finalize(ctx context.Context, s *session, words []string) error {
	if len(words) == 0 {
		return misused("Name the drafts, for example: feebridge finalize INV-1001 INV-1002")
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	ids, err := s.invoices(ctx, words)
	if err != nil {
		return err
	}
	results, err := s.app.Finalize(ctx, s.me, ids)
	if err != nil {
		return err
	}
	return s.printOutcomes(results, "finalized", "failed")
}

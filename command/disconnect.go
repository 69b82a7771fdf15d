package command

import (
	"context"
	"flag"

	"feebridge/app"
)

var disconnectCommand = command{
	name: "disconnect", args: "[ORGANISATION]",
	about:   "disconnect an organisation from Feebridge; without a name, the one that the firm exports to",
	prepare: func(*flag.FlagSet) runner { return disconnect },
}

func disconnect(ctx context.Context, s *session, words []string) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	org, err := s.organisation(ctx, words)
	if err != nil {
		return err
	}
	if err := s.app.Disconnect(ctx, s.me, org.Tenant.ID); err != nil {
		return err
	}
	org.State = app.Disconnected
	s.printOrganisation(org, "")
	return nil
}

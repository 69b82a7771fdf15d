// Feebridge exports an accounting firm's finalized invoices to Xero, shows what Xero
// made of each one, and never sends one twice.
//
// The window is the product; the commands are a second, small face on the same use
// cases, for scheduled tasks and for checks.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"feebridge/command"
	"feebridge/data/paper"
	"feebridge/data/policy"
)

// version is that of the program; FyneApp.toml has the same, and make packages sets another.
var version = "0.1.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends at once what does not hear the first
	code := command.Run(ctx, os.Args[1:], command.Face{
		Out: os.Stdout, Err: os.Stderr, Version: version, OpenWindow: openWindow, ShowFailure: showFailure, OpenURL: openURL, Restart: restart,
		Paper: paper.New(), Policy: policy.Read, Tell: box(),
	})
	stop()
	os.Exit(code)
}

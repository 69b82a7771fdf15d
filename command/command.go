// Package command is the face of Feebridge without a window: what a word after feebridge
// does, for scheduled tasks and for checks. It knows no screen. Whoever runs it passes in
// what opens the window.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"feebridge/app"
)

// The exit statuses.
const (
	exitDone        = 0
	exitSomeFailed  = 1 // each is named
	exitWrongUse    = 2
	exitUnavailable = 3 // offline, a limit, not connected
)

// Face is what the commands meet of the outside.
type Face struct {
	Out, Err io.Writer
	Version  string // of the program
	// OpenWindow shows a firm until the person closes the window, and returns the backup
	// that they chose to restore; "" for none.
	OpenWindow func(context.Context, Opened) (backup string, err error)
	// ShowFailure shows why a firm could not be opened, and returns what the person chose. It returns
	// an error if there is no window to show it in.
	ShowFailure func(context.Context, Failure) (Choice, error)
	// Restart starts the program again with the same arguments and more, and waits for nothing.
	Restart func(more ...string) error
	// OpenURL opens an address in the person's browser, and waits for nothing.
	OpenURL func(address string)
	// Tell shows why the window did not open; nil where what is written to Err is read.
	Tell  func(text string)
	Paper app.Paper // prints invoices; nil where none is printed
	// Policy returns what is set for everybody on this computer; nil for nothing. With an error it tells only where.
	Policy func() (app.Policy, error)
	// Patience is how long a command waits for Xero before it leaves the rest for later;
	// 0 is a minute.
	Patience time.Duration
}

// command is one word after feebridge. Each stands in a file of its own, with its flags
// and with what it prints as JSON.
type command struct {
	name  string
	args  string // as the help shows them
	about string
	// prepare declares the flags of the command, and returns what it does once they are set.
	prepare func(*flag.FlagSet) runner
}

// runner does what a command is for, with the words between its flags.
type runner func(ctx context.Context, s *session, words []string) error

// commands are all but the one without a word, which opens the window.
var commands = []command{
	importCommand, finalizeCommand, reviewCommand, exportCommand, refreshCommand, redraftCommand, replaceCommand, settleCommand,
	connectCommand, disconnectCommand, organisationsCommand, mappingCommand, contactsCommand,
	listCommand, showCommand, runsCommand, staffCommand, auditCommand,
	backupCommand, restoreCommand, reconcileCommand, checkXeroCommand, simCommand, versionCommand,
}

// Run does what the arguments say and returns the exit status.
func Run(ctx context.Context, args []string, face Face) int {
	var said strings.Builder
	face.Out, face.Err = terminal{face.Out}, terminal{face.Err}
	if face.Tell != nil {
		face.Err = io.MultiWriter(&said, face.Err) // in this order: Err may lead nowhere
	}
	s := newSession(face)
	status := s.run(ctx, args)
	if face.Tell != nil && s.name == "" && !s.shown && status != exitDone {
		face.Tell(strings.ReplaceAll(strings.TrimPrefix(strings.TrimSpace(said.String()), complaint), furtherLine, "\n"))
	}
	return status
}

func (s *session) run(ctx context.Context, args []string) int {
	name := ""
	args, err := takeLink(args)
	if err == nil && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	s.name = name
	if err != nil {
		return s.end(err)
	}
	c, ok := find(name)
	if !ok {
		fmt.Fprintf(s.Err, complaint+"There is no command %q.\n\n", name)
		usage(s.Err)
		return exitWrongUse
	}
	flags := flag.NewFlagSet("feebridge "+c.name, flag.ContinueOnError)
	flags.SetOutput(s.Err)
	flags.Usage = func() { c.usage(s.Err, flags) }
	s.common.register(flags)
	run := c.prepare(flags)
	words, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		return exitWrongUse
	}
	defer s.close()
	code := s.end(run(ctx, s, words))
	s.close()
	s.unwatch() // not deferred: a panic would pass it
	return code
}

func find(name string) (command, bool) {
	if name == "" {
		return windowCommand, true
	}
	for _, c := range commands {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

// parse takes flags anywhere on the line, and returns the words between them. What
// follows a double dash is words.
func parse(flags *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if len(rest) == 0 {
			return words, nil
		}
		if parsed := len(args) - len(rest); parsed > 0 && args[parsed-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "Usage: feebridge [COMMAND] [FLAGS]")
	fmt.Fprintln(w, "\nWithout a command, Feebridge opens its window. The commands are:")
	fmt.Fprintln(w)
	for _, c := range commands {
		fmt.Fprintf(w, "  %-13s %s\n", c.name, c.about)
	}
	fmt.Fprintln(w, "\n\"feebridge COMMAND --help\" says more about one of them.")
}

func (c command) usage(w io.Writer, flags *flag.FlagSet) {
	if c.name == "" {
		usage(w)
	} else {
		line := strings.TrimSpace(fmt.Sprintf("feebridge %s %s", c.name, c.args))
		fmt.Fprintf(w, "Usage: %s [FLAGS]\n\n%s%s.\n", line, strings.ToUpper(c.about[:1]), c.about[1:])
	}
	fmt.Fprintln(w, "\nFlags, anywhere on the line:")
	flags.VisitAll(func(f *flag.Flag) {
		value, about := flag.UnquoteUsage(f)
		fmt.Fprintln(w, strings.TrimRight("  --"+f.Name+" "+value, " "))
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0s" {
			about += " (default: " + f.DefValue + ")"
		}
		fmt.Fprintln(w, "    \t"+about)
	})
}

// none returns a runner of a command that takes flags alone.
func none(run func(context.Context, *session) error) runner {
	return func(ctx context.Context, s *session, words []string) error {
		if len(words) > 0 {
			return misused("This command takes no arguments, only flags.")
		}
		return run(ctx, s)
	}
}

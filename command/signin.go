package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"feebridge/app/billing"
	"feebridge/app/staff"
)

// signIn finds out who acts: the only member of staff while nobody needs to sign in, else
// the one whom --as names, with their password.
func (s *session) signIn(ctx context.Context) error {
	needed, err := s.app.NeedsSignIn(ctx)
	if err != nil {
		return err
	}
	if !needed {
		if s.me, err = s.app.Who(ctx); err == nil && s.common.as != "" && !isNamed(s.me, s.common.as) {
			err = misused("--as says %q, but the only staff member is %q.", s.common.as, s.me.Name)
		}
		return err
	}
	if s.common.as == "" {
		return misused("The staff of this firm have passwords. Say who you are with --as and your name or email address.")
	}
	if s.password, err = s.readPassword(ctx, "Password", s.common.passwordFD, "--password-fd"); err != nil {
		return err
	}
	s.me, err = s.app.Authenticate(ctx, s.common.as, s.password)
	return err
}

// isNamed reports whether the member is meant by a name or an e-mail address.
func isNamed(m staff.Member, nameOrEmail string) bool {
	return billing.FoldName(m.Name) == billing.FoldName(nameOrEmail) ||
		m.Email != "" && strings.EqualFold(m.Email, strings.TrimSpace(nameOrEmail))
}

// descriptor is a flag that names an open file descriptor, from which passwords are read,
// a line each. Without a file they are asked for on the terminal.
type descriptor struct{ file *os.File }

// String implements flag.Value.
func (d *descriptor) String() string { return "" }

// Set implements flag.Value. It looks at the descriptor at once: later the number may be
// that of a file which Feebridge itself has opened.
func (d *descriptor) Set(text string) error {
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return errors.New("it is not a number")
	}
	d.file = os.Stdin
	if number > 0 {
		if d.file, err = inherited(uintptr(number)); err != nil {
			return err
		}
	}
	if _, err := d.file.Stat(); err != nil {
		return errors.New("no such file descriptor is open")
	}
	return nil
}

// readPassword reads a password from a file descriptor, or asks for it on the terminal.
// named is the flag that says from which.
func (s *session) readPassword(ctx context.Context, prompt string, from descriptor, named string) (string, error) {
	if from.file != nil {
		return await(ctx, func() (string, error) { return from.line(named) })
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return "", misused("There is no terminal to ask for the password on. Pass it on a file descriptor with %s.", named)
	}
	return s.ask(ctx, prompt)
}

// ask asks for a password on the terminal without showing it. When ctx ends, the terminal
// shows again what is typed.
func (s *session) ask(ctx context.Context, prompt string) (string, error) {
	terminal := int(os.Stdin.Fd())
	before, err := term.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("asking for the password: %w", err)
	}
	_, _ = fmt.Fprint(s.Err, prompt+": ")
	defer fmt.Fprintln(s.Err)
	password, err := await(ctx, func() ([]byte, error) { return term.ReadPassword(terminal) })
	switch {
	case ctx.Err() != nil:
		if err := term.Restore(terminal, before); err != nil {
			return "", fmt.Errorf("showing again what is typed: %w", err)
		}
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("asking for the password: %w", err)
	}
	return string(password), nil
}

// maxLine is the most bytes of a line with a password.
const maxLine = 4096

// line reads the next line, and not a byte more: what follows is for others.
func (d descriptor) line(named string) (string, error) {
	var line []byte
	for b := make([]byte, 1); ; {
		n, err := d.file.Read(b)
		switch {
		case n == 1 && b[0] == '\n', errors.Is(err, io.EOF) && len(line) > 0:
			return strings.TrimSuffix(string(line), "\r"), nil
		case err != nil:
			return "", misused("Couldn't read a password from the file descriptor of %s: %v.", named, err)
		case len(line) == maxLine:
			return "", misused("The line on the file descriptor of %s is too long for a password.", named)
		case n == 1:
			line = append(line, b[0])
		}
	}
}

package command

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

// linkScheme begins the links that the system hands to Feebridge, once it was installed.
const linkScheme = "feebridge:"

// linkForm is such a link, as a browser writes it: what an invoice's link in Xero has after its base.
var linkForm = regexp.MustCompile(`^feebridge://open/[0-9A-Za-z_-]{1,64}\.([0-9a-f]{32})/?$`)

// link is a flag for a link. A page on the web may have made it: nothing is taken from it but the
// random part of a mark, and all that this does is show an invoice.
type link struct{ key string }

func (l *link) String() string { return l.key }

func (l *link) Set(text string) error {
	found := linkForm.FindStringSubmatch(text)
	if found == nil {
		return errors.New("this link doesn't lead to an invoice")
	}
	l.key = found[1]
	return nil
}

// takeLink makes a link that stands by itself, as desktops write it, the value of its flag. Nothing
// may follow a link: who wrote the link may have written that, too.
func takeLink(args []string) ([]string, error) {
	at := slices.IndexFunc(args, isLink)
	switch {
	case at < 0 || strings.HasPrefix(args[at], "-"):
	case at > 0 && isLinkFlag(args[at-1]):
	default:
		args = slices.Insert(slices.Clone(args), at, "--link")
		at++
	}
	if at >= 0 && at < len(args)-1 {
		return nil, misused("Nothing may follow a link.")
	}
	return args, nil
}

// Lasting are the arguments for a start that follows this one: a link is followed once.
func Lasting(args []string) []string {
	if at := len(args) - 1; at >= 0 && isLink(args[at]) {
		args = args[:at]
		if at > 0 && isLinkFlag(args[at-1]) {
			args = args[:at-1]
		}
	}
	return slices.Clip(args)
}

func isLinkFlag(arg string) bool { return arg == "--link" || arg == "-link" }

// isLink reports whether an argument is a link, or a flag with one.
func isLink(arg string) bool {
	bare := strings.TrimLeft(arg, "-")
	if len(bare) < len(arg) {
		bare = strings.TrimPrefix(bare, "link=")
	}
	return strings.HasPrefix(strings.ToLower(bare), linkScheme)
}

// Package locale keeps the toolkit from complaining of the language that the system is set to. Fyne reads that
// before the program begins, and writes an error to the terminal, at every command, for what is no language, such as
// C.UTF-8, which servers and containers have.
//
// It does so while the packages are initialised, in the order of their import paths among those whose imports are
// ready: this one comes before Fyne's, and needs nothing that Fyne does not need.
package locale

import (
	"os"
	"strings"

	"golang.org/x/text/language"
)

func init() {
	if languages := instead(os.Getenv); languages != "" {
		_ = os.Setenv("LANGUAGE", languages) // else the toolkit complains, and nothing else is amiss
	}
}

// instead returns what LANGUAGE has to be for every language in it to be one; "" where it may stay as it is.
// The C locale by its plain names is known to the toolkit.
func instead(env func(string) string) string {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = env(name); locale != "" {
			break
		}
	}
	if locale == "" || locale == "C" || locale == "POSIX" {
		return ""
	}
	if languages := env("LANGUAGE"); languages != "" {
		locale = languages
	}
	all := strings.Split(locale, ":")
	var known []string
	for _, one := range all {
		name, _, _ := strings.Cut(one, ".")
		name, _, _ = strings.Cut(name, "@")
		if _, err := language.Parse(name); err == nil {
			known = append(known, one)
		}
	}
	switch len(known) {
	case len(all):
		return ""
	case 0:
		return "en"
	}
	return strings.Join(known, ":")
}

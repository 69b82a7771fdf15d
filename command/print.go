package command

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"feebridge/app/billing"
)

// terminal is where everything goes that a command says. A name, or a text of Xero's, may have
// characters that a terminal obeys, or that hide what is there: it shows them written out.
type terminal struct{ io.Writer }

// Write writes whole characters.
func (t terminal) Write(text []byte) (int, error) {
	if _, err := io.WriteString(t.Writer, billing.Visible(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// complaint begins what goes to standard error, and furtherLine what follows there.
const (
	complaint   = "feebridge: "
	furtherLine = "\n  "
)

// complain says on standard error what is wrong. Further lines are indented, so that no name can
// begin a line that looks like one of Feebridge's.
func (s *session) complain(text string, args ...any) {
	fmt.Fprintln(s.Err, complaint+strings.ReplaceAll(fmt.Sprintf(text, args...), "\n", furtherLine))
}

// print prints one object a line with --json, else the text, with each argument on one line.
func (s *session) print(object any, text string, args ...any) {
	if !s.common.json {
		s.say(text, args...)
		return
	}
	s.printJSON(object, "")
}

// printJSON prints an object, over several lines where an indent is given.
func (s *session) printJSON(object any, indent string) {
	line, err := json.MarshalIndent(object, "", indent)
	if indent == "" {
		line, err = json.Marshal(object)
	}
	if err != nil {
		s.complain("%v", err)
		return
	}
	fmt.Fprintln(s.Out, billing.WriteOut(string(line), escapeInJSON))
}

// escapeInJSON escapes an invisible character as JSON does: a reader gets the same text.
func escapeInJSON(sign string, _ bool) string {
	var b strings.Builder
	r, _ := utf8.DecodeRuneInString(sign) // JSON is valid UTF-8
	for _, unit := range utf16.Encode([]rune{r}) {
		fmt.Fprintf(&b, `\u%04x`, unit)
	}
	return b.String()
}

// say prints a sentence for a person, which --json leaves out.
func (s *session) say(text string, args ...any) {
	if s.common.json {
		return
	}
	shown := make([]any, len(args))
	for i, a := range args {
		shown[i] = onOneLine(a)
	}
	fmt.Fprintf(s.Out, text+"\n", shown...)
}

// paragraph is a text of several lines, whose parts are on one line each.
type paragraph string

// onOneLine returns the text of an argument without line ends, so that no name can begin a line that
// looks like one of Feebridge's.
func onOneLine(v any) any {
	switch v := v.(type) {
	case paragraph:
		return string(v)
	case error:
		return fold(v.Error())
	case fmt.Stringer:
		return fold(v.String())
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.String {
		return fold(r.String())
	}
	return v
}

func fold(text string) string { return strings.NewReplacer("\n", " ", "\t", " ").Replace(text) }

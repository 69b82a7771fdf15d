package crash

import (
	"regexp"
	"strings"

	"feebridge/assets/translations"
)

// What Go itself says of a crash names types, places and numbers. What a panic says may be anything, such as an error that
// names a client: only what the runtime says is repeated. A line that looks like neither is left out.
//
// Of a fatal error Go tells the calls, but not the words: it says those before it counts itself as crashing.
var (
	// ofRuntime are lines before the first goroutine.
	ofRuntime = regexp.MustCompile(`^(` +
		`fatal error: [\w .,:;/*'<>()-]+` +
		`|\s*panic: (runtime error: |send on closed channel|close of closed channel|close of nil channel|interface conversion: ).*` +
		`|\[signal [\w :=-]+\]` +
		`|(SIG[A-Z]+|Exception|PC=|signal arrived during |runtime: |stack: )[\w .,:;=/*'<>()\[\]-]*` +
		`)$`)
	// aPanic is one that says something of its own, as far as Go has said what happened to it since.
	aPanic = regexp.MustCompile(`^(\s*panic: ).*?((?: \[recovered(?:, repanicked)?\])?)$`)

	aGoroutine = regexp.MustCompile(`^(goroutine \d+ (gp=0x[0-9a-f]+ m=\w+ (mp=0x[0-9a-f]+ )?)?\[[\w ,.()/-]+\]:|runtime stack:)$`)
	// ofGoroutine are the lines below: a call with its arguments as words of memory, and where it is.
	ofGoroutine = regexp.MustCompile(`^(` +
		`(created by )?[\w./%@~*()\[\]{}·,-]+\((0x[0-9a-f]+\??|[{}_]|\.\.\.|, )*\)` +
		`|created by [\w./%@~*()\[\]{}·,-]+( in goroutine \d+)?` +
		`|\t.+:\d+( \+0x[0-9a-f]+)?( fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+)?` +
		`|\.\.\.\d* ?(additional )?frames elided\.\.\.` +
		`|[a-z]+\d*\s+0x[0-9a-f]+` + // a register
		`|)$`)
)

// traceback returns the lines of what Go told of a crash, without what may be a client's.
func traceback(told string) []string {
	var lines []string
	below, hidden := false, false
	keep := func(line string) { lines, hidden = append(lines, line), false }
	for line := range strings.SplitSeq(strings.Trim(strings.ReplaceAll(told, "\r\n", "\n"), "\n"), "\n") {
		is := aGoroutine.MatchString(line)
		below = below || is
		panics := aPanic.FindStringSubmatch(line)
		switch {
		case is, line == "", !below && ofRuntime.MatchString(line), below && ofGoroutine.MatchString(line):
			keep(line)
		case !below && panics != nil:
			keep(panics[1] + translations.Text("crash.file.withheld") + panics[2])
			hidden = true // the rest of what it says, in lines below
		case !hidden:
			keep(translations.Text("crash.file.withheld"))
			hidden = true
		}
	}
	return lines
}

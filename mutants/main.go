// Command mutants makes careless changes to the code, one at a time and never on disk, runs the tests
// that should notice, and tells which of the changes none of them does. The changes are the tables
// beside this file, one a room; CONTRIBUTING.md says how a row is written.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	seed := flag.Uint64("seed", uint64(time.Now().Unix()%10_000), "draws the sample")
	sample := flag.Int("sample", 100, "how many changes are tried; 0 for all")
	room := flag.String("room", "", "try those of one table alone, such as outbox")
	words := flag.String("row", "", "try those alone whose words have this")
	limit := flag.Duration("limit", 5*time.Minute, "how long the tests of one change may take: a hang is noticed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	survived, err := run(ctx, sampling{*seed, *sample, *room, *words}, *limit)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if survived > 0 {
		os.Exit(1)
	}
}

// sampling says which changes are tried.
type sampling struct {
	seed  uint64
	most  int    // 0 for all
	room  string // "" for every room
	words string // that they have
}

// run tries a sample of the changes in the module that is the working directory, and returns how many
// of them no test noticed.
func run(ctx context.Context, s sampling, limit time.Duration) (survived int, err error) {
	all, err := readTables()
	if err != nil {
		return 0, err
	}
	if err := check(".", all); err != nil {
		return 0, err
	}
	drawn := s.draw(all)
	if len(drawn) == 0 {
		return 0, errors.New("there is no such change to try")
	}
	fmt.Printf("%d of %d changes, by the seed %d\n", len(drawn), len(all), s.seed)
	folder, err := os.MkdirTemp("", "feebridge-mutants-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // nothing needs it any more
	t := tester{folder: folder, limit: limit}
	if err := t.mustPass(ctx, drawn); err != nil {
		return 0, err
	}
	tried := map[string]*score{}
	for _, c := range drawn {
		v, err := t.try(ctx, c)
		if err != nil {
			return survived, err
		}
		if tried[c.room] == nil {
			tried[c.room] = &score{}
		}
		tried[c.room].count(v)
		if v == survives {
			survived++
		}
		fmt.Printf("%-14s %s: %s\n", v, c.where, c.what)
	}
	fmt.Println()
	var total score
	for _, c := range all {
		if s := tried[c.room]; s != nil {
			fmt.Printf("%-14s %s\n", c.room, s)
			total.add(*s)
			delete(tried, c.room)
		}
	}
	fmt.Printf("%-14s %s\n", "all", &total)
	return survived, nil
}

// draw returns the sample of the changes, in the order of the tables.
func (s sampling) draw(all []change) []change {
	var of []change
	for _, c := range all {
		if (s.room == "" || c.room == s.room) && strings.Contains(c.what, s.words) {
			of = append(of, c)
		}
	}
	if s.most <= 0 || s.most >= len(of) {
		return of
	}
	places := rand.New(rand.NewPCG(s.seed, 0)).Perm(len(of))[:s.most]
	slices.Sort(places)
	drawn := make([]change, s.most)
	for i, place := range places {
		drawn[i] = of[place]
	}
	return drawn
}

// verdict is the result of a change.
type verdict string

const (
	caught   verdict = "caught"
	survives verdict = "survived"
	unbuilt  verdict = "doesn't build" // so that it tells nothing of the tests
)

// score counts verdicts.
type score struct{ caught, survived, unbuilt int }

func (s *score) count(v verdict) {
	switch v {
	case caught:
		s.caught++
	case survives:
		s.survived++
	default:
		s.unbuilt++
	}
}

func (s *score) add(other score) {
	s.caught += other.caught
	s.survived += other.survived
	s.unbuilt += other.unbuilt
}

func (s *score) String() string {
	text := "nothing was tried"
	if tried := s.caught + s.survived; tried > 0 {
		text = fmt.Sprintf("%d of %d caught, %d %%", s.caught, tried, s.caught*100/tried)
	}
	if s.unbuilt > 0 {
		text += fmt.Sprintf("; %d don't build", s.unbuilt)
	}
	return text
}

// tester runs tests on changed code.
type tester struct {
	folder string // of its own
	limit  time.Duration
}

// mustPass runs the tests of all the changes on the code as it is: where they fail without a change,
// they say nothing of one.
func (t tester) mustPass(ctx context.Context, all []change) error {
	patterns := map[string][]string{}
	for _, c := range all {
		for _, p := range c.packages {
			if !slices.Contains(patterns[p], c.tests) {
				patterns[p] = append(patterns[p], c.tests)
			}
		}
	}
	for p, some := range patterns {
		text, err := t.test(ctx, t.limit*time.Duration(len(some)), p, strings.Join(some, "|"))
		if err != nil {
			return fmt.Errorf("the tests fail without a change: %w\n%s", err, text)
		}
	}
	return nil
}

// try makes a change and runs its tests.
func (t tester) try(ctx context.Context, c change) (verdict, error) {
	source, err := os.ReadFile(c.file)
	if err != nil {
		return "", err
	}
	changed := filepath.Join(t.folder, "changed.go")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(source), c.old, c.new, 1)), 0o600); err != nil {
		return "", err
	}
	file, err := filepath.Abs(c.file)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(t.folder, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o600); err != nil {
		return "", err
	}
	for _, p := range c.packages {
		text, err := t.test(ctx, t.limit, p, c.tests, "-overlay", path)
		var failed *exec.ExitError
		switch {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case err == nil:
			continue
		case !errors.As(err, &failed):
			return "", err
		case strings.Contains(text, "[build failed]"), strings.Contains(text, "[setup failed]"):
			return unbuilt, nil
		}
		return caught, nil
	}
	return survives, nil
}

// test runs tests of a package and returns what they print. It leaves the race detector and the slow
// stores out: a change that only they notice is not one for these tables.
func (t tester) test(ctx context.Context, limit time.Duration, of, tests string, more ...string) (string, error) {
	args := append([]string{"test", "-tags", "migrated_fynedo", "-count", "1", "-failfast", "-vet", "off", "-timeout", limit.String(), "-run", tests}, more...)
	args = append(args, of)
	if drawsCases(of) {
		args = append(args, "-rapid.nofailfile") // what fails here is the change, and no case to keep
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "FEEBRIDGE_TEST_PLAINLY=1", "TMPDIR="+t.folder)
	text, err := cmd.CombinedOutput()
	return string(text), err
}

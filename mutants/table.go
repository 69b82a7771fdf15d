package main

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// change is a careless change, and the tests that should notice it.
type change struct {
	room     string
	what     string // in words
	where    string // in which table, and at which line
	file     string
	old, new string
	packages []string
	tests    string // as for go test -run
}

//go:embed *.txt
var tables embed.FS

// readTables returns the changes of every table.
func readTables() ([]change, error) {
	files, err := tables.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var all []change
	for _, f := range files {
		text, err := tables.ReadFile(f.Name())
		if err != nil {
			return nil, err
		}
		some, err := parse(strings.TrimSuffix(f.Name(), ".txt"), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// parse reads a table. Its rows are apart by an empty line, and each is written as a difference:
//
//	# What is done carelessly.
//	app/lock.go ./app TestOne|TestAnother
//	-	the text as it is, which the file has once
//	+	the text in its place
//
// The line of the file names the packages to test, and which tests. Without a line of + the text is
// left out. A block of nothing but # is a remark.
func parse(room, text string) ([]change, error) {
	var all []change
	var c change
	var old, fresh []string
	end := func() error {
		defer func() { c, old, fresh = change{}, nil, nil }()
		if c.file == "" && old == nil {
			return nil
		}
		c.room, c.old, c.new = room, strings.Join(old, "\n"), strings.Join(fresh, "\n")
		if c.what == "" || c.file == "" || c.old == "" || c.old == c.new {
			return fmt.Errorf("mutants/%s.txt: the row before line %s lacks its words, its file or its change", room, c.where)
		}
		all = append(all, c)
		return nil
	}
	for n, line := range strings.Split(text, "\n") {
		switch {
		case line == "":
			if err := end(); err != nil {
				return nil, err
			}
		case strings.HasPrefix(line, "#"):
			c.what = strings.TrimSpace(c.what + line[1:])
		case strings.HasPrefix(line, "-"):
			old = append(old, line[1:])
		case strings.HasPrefix(line, "+"):
			fresh = append(fresh, line[1:])
		default:
			fields := strings.Fields(line)
			if len(fields) < 3 || c.file != "" {
				return nil, fmt.Errorf("mutants/%s.txt:%d: a row names one file, then packages and tests", room, n+1)
			}
			last := len(fields) - 1
			c.file, c.packages, c.tests = fields[0], fields[1:last], fields[last]
			c.where = fmt.Sprintf("mutants/%s.txt:%d", room, n+1)
		}
	}
	return all, end()
}

// check returns an error for each row that does not fit the module in a folder any more: whose text
// the file does not have exactly once, or whose tests are gone.
func check(root string, all []change) error {
	var stale []error
	for _, c := range all {
		source, err := os.ReadFile(filepath.Join(root, c.file))
		if err != nil {
			stale = append(stale, fmt.Errorf("%s: %w", c.where, err))
		} else if n := strings.Count(string(source), c.old); n != 1 {
			stale = append(stale, fmt.Errorf("%s: %s has the text %d times, and not once:\n%s", c.where, c.file, n, c.old))
		}
		for _, gone := range missingTests(root, c) {
			stale = append(stale, fmt.Errorf("%s: %s has no test %s", c.where, strings.Join(c.packages, " "), gone))
		}
	}
	return errors.Join(stale...)
}

var testNames = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// missingTests returns which of the tests of a row none of its packages has.
func missingTests(root string, c change) []string {
	var there []string
	for _, p := range c.packages {
		for _, m := range testNames.FindAllStringSubmatch(testsOf(filepath.Join(root, p)), -1) {
			there = append(there, m[1])
		}
	}
	var missing []string
	for one := range strings.SplitSeq(c.tests, "|") {
		name, _, _ := strings.Cut(one, "/")
		fits, err := regexp.Compile(name)
		if err != nil || !slices.ContainsFunc(there, fits.MatchString) {
			missing = append(missing, one)
		}
	}
	return missing
}

// testsOf returns the text of the tests in a folder, as far as it can be read.
func testsOf(folder string) string {
	var all strings.Builder
	files, _ := filepath.Glob(filepath.Join(folder, "*_test.go")) // the pattern is sound
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			continue // then its tests are missing
		}
		all.Write(source)
	}
	return all.String()
}

// drawsCases reports whether a package has tests that draw their cases, and keep those that fail.
func drawsCases(folder string) bool { return strings.Contains(testsOf(folder), `"pgregory.net/rapid"`) }

package main

import (
	"slices"
	"strings"
	"testing"
)

// TestEveryRowFitsTheCode keeps the tables true: whoever changes a line of theirs, or renames a test,
// changes the row with it.
func TestEveryRowFitsTheCode(t *testing.T) {
	all, err := readTables()
	if err != nil {
		t.Fatal(err)
	}
	if err := check("..", all); err != nil {
		t.Error(err)
	}
	seen := map[string]string{}
	for _, c := range all {
		key := c.file + "\n" + c.old + "\n" + c.new
		if seen[key] != "" {
			t.Errorf("%s is %s again", c.where, seen[key])
		}
		seen[key] = c.where
	}
}

func TestARowIsReadAsItIsWritten(t *testing.T) {
	got, err := parse("outbox", "# A remark.\n\n# It is\n# not asked.\na/b.go ./a ./c TestA|TestB/x\n-\tif no {\n-\n-\t}\n+\tyes\n")
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	c := got[0]
	if c.what != "It is not asked." || c.file != "a/b.go" || c.tests != "TestA|TestB/x" || !slices.Equal(c.packages, []string{"./a", "./c"}) {
		t.Errorf("it is %+v", c)
	}
	if c.old != "\tif no {\n\n\t}" || c.new != "\tyes" || c.where != "mutants/outbox.txt:5" {
		t.Errorf("the change is %+v", c)
	}
	for _, wrong := range []string{
		"# No file.\n-a\n+b", "a.go ./a TestA\n-no words\n+b", "# Nothing changes.\na.go ./a TestA\n-a\n+a",
		"# No tests.\na.go ./a\n-a\n+b", "# Two files.\na.go ./a TestA\nb.go ./a TestA\n-a\n+b",
	} {
		if all, err := parse("outbox", wrong); err == nil {
			t.Errorf("%q is read as %+v", wrong, all)
		}
	}
}

func TestAStaleRowIsNamed(t *testing.T) {
	row := change{what: "x", where: "row 1", file: "mutants/table.go", old: "func parse(", packages: []string{"./mutants"}, tests: "TestAStaleRowIsNamed|TestEvery"}
	if err := check("..", []change{row}); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*change){
		"has the text 0 times": func(c *change) { c.old = "func parse" + "d(" },
		"times, and not once":  func(c *change) { c.old = "\nfunc " },
		"no such file":         func(c *change) { c.file = "mutants/none.go" },
		"has no test TestGone": func(c *change) { c.tests += "|TestGone" },
	} {
		c := row
		spoil(&c)
		if err := check("..", []change{c}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASeedDrawsTheSameAgain(t *testing.T) {
	var all []change
	for i := range 40 {
		all = append(all, change{room: []string{"app", "data"}[i%2], what: strings.Repeat("x", i)})
	}
	words := func(drawn []change) (texts []string) {
		for _, c := range drawn {
			texts = append(texts, c.room+c.what)
		}
		return texts
	}
	one := words(sampling{7, 10, "app", ""}.draw(all))
	if !slices.Equal(one, words(sampling{7, 10, "app", ""}.draw(all))) || slices.Equal(one, words(sampling{8, 10, "app", ""}.draw(all))) {
		t.Errorf("the seed 7 draws %v", one)
	}
	if len(one) != 10 || slices.ContainsFunc(one, func(s string) bool { return !strings.HasPrefix(s, "app") }) {
		t.Errorf("it draws %v", one)
	}
	if n := len((sampling{}).draw(all)); n != len(all) {
		t.Errorf("of all it draws %d", n)
	}
	if named := (sampling{words: strings.Repeat("x", 38)}).draw(all); len(named) != 2 {
		t.Errorf("by their words it draws %d", len(named))
	}
}

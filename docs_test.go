package main_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are the pages about the house, from the top of the tree.
var documents = []string{"README.md", "docs/architecture.md", "docs/check-xero.md", "docs/deploy.md", "docs/failures.md", "docs/files.md", "docs/security.md", "data/README.md", "data/sqlite/migrations/README.md"}

// leastQuestions is how many questions a newcomer finds answered at least.
const leastQuestions = 20

// TestEveryPlaceIsThere holds the table "Where to look" of docs/architecture.md to the tree: each file is there and
// declares each of the names behind it.
func TestEveryPlaceIsThere(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "docs/architecture.md"), "| question | place |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := strings.Split(table, "\n")
	if len(rows) < leastQuestions {
		t.Fatalf("docs/architecture.md has %d questions with their places, want at least %d", len(rows), leastQuestions)
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, row := range rows {
		cells := strings.Split(row, " | ")
		if len(cells) != 2 {
			t.Errorf("this is no question with its places: %s", row)
			continue
		}
		file, names := "", 0
		for _, word := range quoted.FindAllStringSubmatch(cells[1], -1) {
			switch name := word[1]; {
			case path.Ext(name) != "" && !strings.Contains(name, " ") && exists(name):
				if file != "" && names == 0 {
					t.Errorf("%s names nothing in %s", row, file)
				}
				file, names = name, 0
			case file == "":
				t.Errorf("%s begins with %s, which is no file", row, name)
			default:
				names++
				if !declares(t, file, name) {
					t.Errorf("%s: there is no %s in %s", row, name, file)
				}
			}
		}
		if names == 0 {
			t.Errorf("%s names nothing in the file %q", row, file)
		}
	}
}

// TestDocumentsNameWhatIsThere holds the documents to the tree: each Go file and test that they name is there, and each
// link within the tree leads to a file.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	var sources []string
	tests := map[string]bool{}
	eachSource(t, func(path string, _ *token.FileSet, file *ast.File) {
		sources = append(sources, "/"+path)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasSuffix(path, "_test.go") {
				tests[f.Name.Name] = true
			}
		}
	})
	for _, document := range documents {
		text := read(t, document)
		for _, word := range regexp.MustCompile("`([\\w/]+\\.go)`").FindAllStringSubmatch(text, -1) {
			if !slices.ContainsFunc(sources, func(source string) bool { return strings.HasSuffix(source, "/"+word[1]) }) {
				t.Errorf("%s names %s, and no file is called that", document, word[1])
			}
		}
		for _, word := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(text, -1) {
			if !tests[word[1]] {
				t.Errorf("%s names %s, and no test is called that", document, word[1])
			}
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllStringSubmatch(text, -1) {
			if to := path.Join(path.Dir(document), link[1]); !exists(to) {
				t.Errorf("%s links to %s, which is not there", document, to)
			}
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func exists(name string) bool {
	_, err := os.Stat(filepath.FromSlash(name))
	return err == nil
}

// declares reports whether a Go file declares the name at its top, as a method or as a field; of any other file, whether
// it has the text.
func declares(t *testing.T, file, name string) bool {
	t.Helper()
	text := read(t, file)
	if path.Ext(file) != ".go" {
		return strings.Contains(text, name)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	add := func(all ...*ast.Ident) {
		found = found || slices.ContainsFunc(all, func(one *ast.Ident) bool { return one.Name == name })
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			add(n.Name)
			return false
		case *ast.TypeSpec:
			add(n.Name)
		case *ast.ValueSpec:
			add(n.Names...)
		case *ast.Field:
			add(n.Names...)
		}
		return true
	})
	return found
}

// TestWhatWindowsSkipsIsThere holds the list of tests that `make windows-test` leaves out to the tree: each is in its
// package, and each says why.
func TestWhatWindowsSkipsIsThere(t *testing.T) {
	rooms := map[string][]string{} // of each test
	eachSource(t, func(file string, _ *token.FileSet, parsed *ast.File) {
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasSuffix(file, "_test.go") {
				rooms[f.Name.Name] = append(rooms[f.Name.Name], path.Dir(file))
			}
		}
	})
	line := regexp.MustCompile(`^(\S+) (Test\w+)(?:/[^\s:]+)?: \S.+\.$`)
	for said := range strings.Lines(read(t, ".ci/windows/skipped")) {
		if said = strings.TrimSpace(said); strings.HasPrefix(said, "#") {
			continue
		}
		if parts := line.FindStringSubmatch(said); parts == nil {
			t.Errorf(".ci/windows/skipped: this is no package, test and reason: %s", said)
		} else if in := rooms[parts[2]]; !slices.Equal(in, parts[1:2]) { // it is left out by its name alone
			t.Errorf(".ci/windows/skipped: %s is in %q, want %s and nowhere else", parts[2], in, parts[1])
		}
	}
}

// TestTheTableOfSystemsNamesItsFiles holds docs/architecture.md to the tree: the table of files has each one that not
// every system compiles, or that asks which system it is on, and no name of any other.
func TestTheTableOfSystemsNamesItsFiles(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "docs/architecture.md"), "| files | what they bind |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	files := map[string]int{} // how many have the name
	for row := range strings.Lines(table) {
		names, _, _ := strings.Cut(row, " | ")
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(names, -1) {
			files[name[1]] = 0
		}
	}
	eachSource(t, func(file string, _ *token.FileSet, _ *ast.File) {
		if !isBound(t, file) {
			return
		}
		named := false
		for name := range files {
			of := file
			if strings.HasPrefix(name, "*") {
				of = path.Base(file)
			}
			if match, err := path.Match(name, of); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if match {
				named = true
				files[name]++
			}
		}
		if !named {
			t.Errorf("%s is for some systems only, or asks which one it is; the table of files in docs/architecture.md lacks it", file)
		}
	})
	for name, n := range files {
		if n == 0 {
			t.Errorf("docs/architecture.md has %s in the table of files, and none that is bound to a system is called that", name)
		}
	}
}

// isBound reports whether a file is for some systems only, or asks on which it is.
func isBound(t *testing.T, file string) bool {
	t.Helper()
	for _, system := range []string{"linux", "windows", "darwin"} {
		there := build.Default
		there.GOOS, there.CgoEnabled = system, true
		if match, err := there.MatchFile(filepath.Dir(file), filepath.Base(file)); err != nil {
			t.Fatal(err)
		} else if !match {
			return true
		}
	}
	return !strings.HasSuffix(file, "_test.go") && strings.Contains(read(t, file), "runtime.GOOS")
}

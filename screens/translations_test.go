package screens

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// translation is a text as en.json has it: Other alone where there is one form.
type translation struct {
	Description string `json:"description"`
	One         string `json:"one"`
	Other       string `json:"other"`
}

func (t *translation) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &t.Other)
	}
	type forms translation
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode((*forms)(t))
}

// placeholders returns the names that the text has values filled in for.
func (t *translation) placeholders() map[string]bool {
	names := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(t.One+t.Other, -1) {
		names[m[1]] = true
	}
	return names
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// english returns the texts of en.json by their keys, and the keys in the order of the file.
func english(t testing.TB) (map[string]translation, []string) {
	t.Helper()
	data, err := fs.ReadFile(translations.Files, "en.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]translation
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	var keys []string
	d := json.NewDecoder(bytes.NewReader(data))
	for depth, isKey := 0, true; ; {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case json.Delim:
			depth += map[json.Delim]int{'{': 1, '}': -1}[token]
			isKey = true
		case string:
			if depth != 1 {
				break
			}
			if isKey {
				keys = append(keys, token)
			}
			isKey = !isKey
		}
	}
	return texts, keys
}

// aKey is what a key looks like: short words, from the screen or subject to the detail.
var aKey = regexp.MustCompile(`^[a-z]+(-[a-z]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$`)

func TestTheTextsAreInTheOrderOfTheirKeys(t *testing.T) {
	texts, keys := english(t)
	if !slices.IsSorted(keys) || len(keys) != len(texts) {
		t.Errorf("en.json has %d texts, and these keys twice or out of order: %q", len(texts), outOfOrder(keys))
	}
	for _, key := range keys {
		if !aKey.MatchString(key) {
			t.Errorf("the key %q is not of the form screen.detail", key)
		}
	}
}

func outOfOrder(keys []string) []string {
	var out []string
	for i := 1; i < len(keys); i++ {
		if keys[i] <= keys[i-1] {
			out = append(out, keys[i])
		}
	}
	return out
}

func TestEveryTextThatIsLookedUpIsThereAndNoOther(t *testing.T) {
	texts, keys := english(t)
	used := map[string]bool{}
	for _, p := range program(t) {
		for _, c := range p.lookUps(t) {
			if _, there := texts[c.key]; !there {
				t.Errorf("%s: en.json lacks %q", c.at, c.key)
			}
			used[c.key] = true
		}
		for key := range p.literals() { // of tables, too
			used[key] = true
		}
	}
	said := []translations.Phrase{}
	for _, c := range ledger.Causes() {
		said = append(said, c.Meaning(), c.Fix())
	}
	for _, a := range staff.Actions() {
		said = append(said, a.Needs(), a.Doing())
	}
	for _, action := range staff.AuditActions() {
		said = append(said, translations.Say(action.Key()))
	}
	for _, m := range []app.Marks{app.MarksUnknown, app.MarksKept, app.MarksChanged, app.MarksUnlisted, app.MarksDropped} {
		said = append(said, m.Meaning())
	}
	for _, p := range said {
		if _, there := texts[p.Key]; !there {
			t.Errorf("en.json lacks %q", p.Key)
		}
		used[p.Key] = true
	}
	for _, key := range keys {
		if !used[key] {
			t.Errorf("en.json has %q, which nothing shows", key)
		}
	}
}

func TestEveryTextWithACountHasPluralForms(t *testing.T) {
	texts, keys := english(t)
	for _, key := range keys {
		if text := texts[key]; text.placeholders()["Count"] && text.One == "" {
			t.Errorf("%q has a count, and no form for one: %s", key, text.Other)
		}
	}
	for _, p := range program(t) {
		for _, c := range p.lookUps(t) {
			if c.counts != (texts[c.key].One != "") {
				t.Errorf("%s: %q is looked up with a count: %v, and has a form for one: %v", c.at, c.key, c.counts, !c.counts)
			}
		}
	}
}

func TestEveryPlaceholderIsFilledIn(t *testing.T) {
	texts, _ := english(t)
	for _, p := range program(t) {
		for _, c := range p.lookUps(t) {
			text := texts[c.key]
			names := text.placeholders()
			for name := range names {
				if !slices.Contains(c.values, name) {
					t.Errorf("%s: %q has the placeholder %s, which is not given: %q", c.at, c.key, name, c.values)
				}
			}
			for _, name := range c.values {
				if !names[name] && !c.shared && !(c.counts && name == "Count") {
					t.Errorf("%s: %q is given %s, and has no such placeholder: %s", c.at, c.key, name, text.Other)
				}
			}
		}
	}
}

// odd are the words that no text has: they read like a translation, or name nobody where a
// name or a number is known.
var odd = regexp.MustCompile(`(?i)\b(somebody|something|she|her|hers|please|anew|stands|letting go|copies fare|came of|(be|bec)[ao]me of|tak(e|es|en|ing) over|took over|` +
	`bring home|in force|out of force|class of its account|hold(s|ing)? (an|the) export up|mend|any more|by itself|meanwhile)\b|!`)

func TestTheTextsKeepToTheWordList(t *testing.T) {
	texts, keys := english(t)
	for _, key := range keys {
		text := texts[key]
		for _, part := range []string{text.One, text.Other, text.Description} {
			if word := odd.FindString(part); word != "" {
				t.Errorf("%q says %q: %s", key, word, part)
			}
		}
	}
}

// lookUp is a place in the code where a text is looked up.
type lookUp struct {
	key    string
	counts bool     // its form goes by a number
	values []string // the names of what is filled in
	shared bool     // they are for several texts
	at     string
}

// parsed is the code of one package.
type parsed struct {
	set    *token.FileSet
	files  []*ast.File
	makers map[string][]string // functions that make the values for a text
}

// program returns the packages that say something, parsed.
func program(t testing.TB) []parsed {
	t.Helper()
	var all []parsed
	err := filepath.WalkDir("..", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name := entry.Name(); dir != ".." && (strings.HasPrefix(name, ".") || name == "build" || name == "testdata" || name == "assets") {
			return fs.SkipDir
		}
		p, err := parsePackage(dir)
		all = append(all, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func parsePackage(dir string) (parsed, error) {
	p := parsed{set: token.NewFileSet(), makers: map[string][]string{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(p.set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return p, err
		}
		p.files = append(p.files, file)
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Type.Results != nil && nameOf(f.Type.Results.List[0].Type) == "with" {
				p.makers[f.Name.Name] = valuesIn(f.Body)
			}
			return true
		})
	}
	return p, err
}

// literals returns the texts in the code that look like keys.
func (p parsed) literals() map[string]bool {
	all := map[string]bool{}
	for _, file := range p.files {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && aKey.MatchString(literal(lit)) {
				all[literal(lit)] = true
			}
			return true
		})
	}
	return all
}

// sayers are the functions that take a key and, after it, values each after its name, with the
// place of the key among their arguments.
var sayers = map[string]int{
	"translations.Say": 0, "translations.Text": 0, "refuse": 0, "Errorf": 1, "app.Errorf": 1, "stop": 1, "missing": 0, "problem": 2, "in.problem": 2,
}

// lookUps returns where a package looks texts up by a key that is written there.
func (p parsed) lookUps(t testing.TB) []lookUp {
	var all []lookUp
	for _, file := range p.files {
		for _, d := range file.Decls {
			all = append(all, p.lookUpsIn(t, d)...)
		}
	}
	return all
}

func (p parsed) lookUpsIn(t testing.TB, d ast.Decl) []lookUp {
	named := maps.Clone(p.makers) // values that have a name where they are used
	ast.Inspect(d, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
			if values := valuesIn(a.Rhs[0]); values != nil && nameOf(a.Lhs[0]) != "" {
				named[nameOf(a.Lhs[0])] = values
			}
		}
		return true
	})
	var all []lookUp
	ast.Inspect(d, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		at := p.set.Position(call.Pos()).String()
		name := nameOf(call.Fun)
		if place, says := sayers[name]; says && len(call.Args) > place && aKey.MatchString(literal(call.Args[place])) {
			c := lookUp{key: literal(call.Args[place]), at: at}
			for i := place + 1; i < len(call.Args); i += 2 {
				c.values = append(c.values, literal(call.Args[i]))
			}
			c.counts = slices.Contains(c.values, "Count")
			all = append(all, c)
		}
		if name == "lang.L" || name == "lang.N" {
			if c, literally := p.looked(t, call, named); literally {
				c.at = at
				all = append(all, c)
			}
		}
		return true
	})
	return all
}

// looked returns what a call of lang.L or lang.N looks up, unless its key is not written there.
func (p parsed) looked(t testing.TB, call *ast.CallExpr, named map[string][]string) (c lookUp, literally bool) {
	c = lookUp{key: literal(call.Args[0]), counts: nameOf(call.Fun) == "lang.N"}
	args := call.Args[1:]
	if c.counts {
		args = args[1:]
	}
	if c.key == "" || len(args) == 0 {
		return c, c.key != ""
	}
	if c.values = valuesIn(args[0]); c.values == nil {
		name := nameOf(args[0])
		if made, isCall := args[0].(*ast.CallExpr); isCall {
			name = nameOf(made.Fun)
		}
		values, known := named[name[strings.LastIndex(name, ".")+1:]]
		if !known {
			t.Errorf("%s: what is filled into %q is not to be seen in the code", p.set.Position(call.Pos()), c.key)
		}
		c.values, c.shared = values, true
	}
	return c, true
}

// valuesIn returns the names in the first literal of type with, or nil where there is none.
func valuesIn(n ast.Node) (names []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok || nameOf(lit.Type) != "with" || names != nil {
			return names == nil
		}
		names = []string{}
		for _, e := range lit.Elts {
			names = append(names, literal(e.(*ast.KeyValueExpr).Key))
		}
		return false
	})
	return names
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	}
	return ""
}

// literal returns the text that the expression is, or "" when it is none.
func literal(e ast.Expr) string {
	if e, ok := e.(*ast.BasicLit); ok && e.Kind == token.STRING {
		text, _ := strconv.Unquote(e.Value)
		return text
	}
	return ""
}

func TestTranslationsReadAsPlannedInEveryNumber(t *testing.T) {
	learnWords()
	for n, want := range map[int]string{0: "0 invoices", 1: "1 invoice", 2: "2 invoices"} {
		if got := invoiceCount(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

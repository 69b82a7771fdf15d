package screens

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// translation is a text by its number: Other alone where there is one form.
type translation struct {
	One   string `json:"one,omitempty"`
	Other string `json:"other"`
}

func (t *translation) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &t.Other)
	}
	type forms translation
	return json.Unmarshal(data, (*forms)(t))
}

func TestEveryTextIsInTheTranslations(t *testing.T) {
	want := textsOfScreens(t)
	for _, text := range textsOfErrors(t) {
		want[text] = translation{Other: text}
	}
	for _, c := range ledger.Causes() {
		want[c.Meaning()] = translation{Other: c.Meaning()}
		want[c.Fix()] = translation{Other: c.Fix()}
	}
	for _, a := range []staff.Action{staff.EditInvoices, staff.ExportInvoices, staff.MapToXero, staff.ReleaseMissing} {
		want[a.Needs()] = translation{Other: a.Needs()}
	}

	data, err := fs.ReadFile(translations.Files, "en.json")
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]translation
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		there, ok := got[key]
		if !ok {
			line, _ := json.Marshal(map[string]string{key: want[key].Other})
			t.Errorf("en.json lacks %s", strings.Trim(string(line), "{}"))
			continue
		}
		if want[key].One == "" {
			there.One = ""
		} else if there.One != "" {
			there.One = want[key].One
		}
		if diff := cmp.Diff(want[key], there); diff != "" {
			t.Errorf("en.json says something else for %q (-code +file):\n%s", key, diff)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			t.Errorf("en.json has %q, which nothing shows", key)
		}
	}
}

// plural stands for the form of one, which only the file has.
const plural = "to be written"

// textsOfScreens returns what the screens look up: the English text by its key.
func textsOfScreens(t *testing.T) map[string]translation {
	texts := map[string]translation{}
	add := func(key string, text translation) {
		if old, known := texts[key]; known && old != text {
			t.Errorf("the key %q stands for %q and for %q", key, old.Other, text.Other)
		}
		texts[key] = text
	}
	calls(t, ".", func(name string, args []string) {
		switch name {
		case "lang.L":
			add(args[0], translation{Other: args[0]})
		case "lang.X":
			add(args[0], translation{Other: args[1]})
		case "lang.N":
			add(args[0], translation{One: plural, Other: args[0]})
		case "lang.XN":
			add(args[0], translation{One: plural, Other: args[1]})
		}
	})
	delete(texts, "")
	return texts
}

// textsOfErrors returns the templates of the errors that a person may read.
func textsOfErrors(t *testing.T) []string {
	var texts []string
	calls(t, "../app", func(name string, args []string) {
		switch name {
		case "Errorf", "app.Errorf":
			texts = append(texts, args[1])
		case "refuse":
			texts = append(texts, args[0])
		case "Error": // a literal of the type, with its Text
			texts = append(texts, args[0])
		}
	})
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	slices.Sort(texts)
	return slices.Compact(texts)
}

// calls visits the calls of plain functions, with their arguments as far as these are
// literal texts, and the literals of errors that a person may read, with their Text.
func calls(t *testing.T, dir string, visit func(name string, args []string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				args := make([]string, max(len(node.Args), 2))
				for i, a := range node.Args {
					args[i] = literal(a)
				}
				visit(nameOf(node.Fun), args)
			case *ast.CompositeLit:
				if name := nameOf(node.Type); name != "Error" && name != "billing.Refused" {
					break
				}
				for _, e := range node.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && nameOf(kv.Key) == "Text" {
						visit("Error", []string{literal(kv.Value)})
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
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
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		if l, r := literal(e.X), literal(e.Y); l != "" && r != "" {
			return l + r
		}
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

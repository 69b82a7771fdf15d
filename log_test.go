package main_test

import (
	"go/ast"
	"go/token"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestEveryLineOfTheLogHasAFixedMessage holds because a crash file repeats the messages: what a client, an invoice or Xero
// says belongs in an attribute, of which data/crash repeats few.
func TestEveryLineOfTheLogHasAFixedMessage(t *testing.T) {
	places := map[string]int{"Debug": 0, "Info": 0, "Warn": 0, "Error": 0, "DebugContext": 1, "InfoContext": 1, "WarnContext": 1, "ErrorContext": 1, "Log": 2, "LogAttrs": 2}
	lines := 0
	eachSource(t, func(path string, files *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || slices.ContainsFunc([]string{"app/apptest/", "app/storetest/", "figures/", "mutants/"}, func(p string) bool { return strings.HasPrefix(path, p) }) {
			return
		}
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if owner, ok := method.X.(*ast.Ident); ok && owner.Name == "slog" && method.Sel.Name == "NewLogLogger" {
				t.Errorf("%s: what is logged through it has no fixed message", files.Position(call.Pos()))
			}
			place, logs := places[method.Sel.Name]
			if !logs || !isLog(method.X) {
				return true
			}
			lines++
			if len(call.Args) > place {
				if text, ok := call.Args[place].(*ast.BasicLit); ok && text.Kind == token.STRING {
					return true
				}
			}
			t.Errorf("%s: the message is not fixed: put what varies into an attribute", files.Position(call.Pos()))
			return true
		})
	})
	if lines < 20 {
		t.Errorf("only %d lines that log were found: this test looks for them in the wrong way", lines)
	}
}

// isLog reports whether an expression is a log, as they are called in the house.
func isLog(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "slog" || strings.EqualFold(x.Name, "log") || strings.EqualFold(x.Name, "logger")
	case *ast.SelectorExpr:
		return strings.EqualFold(x.Sel.Name, "log") || strings.EqualFold(x.Sel.Name, "logger")
	}
	return false
}

// TestNoLocaleMakesTheToolkitComplain starts this program anew, as the initialisation of its packages is over here.
func TestNoLocaleMakesTheToolkitComplain(t *testing.T) {
	for _, locale := range []string{"C", "C.UTF-8", "C.utf8", "POSIX", "en_NZ.UTF-8", "nobody's tongue"} {
		program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		program.Env = append(os.Environ(), "LC_ALL="+locale, "LANGUAGE=")
		if told, err := program.CombinedOutput(); err != nil || strings.Contains(string(told), "Fyne error") {
			t.Errorf("%s: %v\n%s", locale, err, told)
		}
	}
}

package staff

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// recorded are the actions that a trail may have: their values are part of the hashes of its entries.
// One is added here with each that is new, and none is changed or taken away.
const recorded = `
	add, archive, back up, cancel export, change, change password, compare with Xero, confirm, connect,
	connection, copied, copy, create contact, deactivate, delete, denied, disconnect, draft, duplicate, edit, export,
	export ended, export to, fail to sign in, finalize, find in Xero, found, hold, import, link contact, lock out,
	lose answer, map, note in Xero, printed invoice in Xero, queue again, raise next number, reactivate,
	read again, refuse contact, register, release, removed from Xero, renumber, replace, reset password, restore, restored, send,
	sign in, stays in Xero, take back, template export, unlock, void in Xero, voided in Xero, write`

func TestWhatWasRecordedKeepsItsName(t *testing.T) {
	for name := range strings.SplitSeq(recorded, ",") {
		if a := AuditAction(strings.TrimSpace(name)); a.Key() == "" {
			t.Errorf("%q is not known any more", a)
		}
	}
}

// TestEveryAuditActionHasWords reads the constants from their file, so that none is forgotten.
func TestEveryAuditActionHasWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "audited.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var declared []AuditAction
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "AuditAction" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared = append(declared, AuditAction(text))
		}
		return true
	})
	known := AuditActions()
	if len(declared) != len(known) || len(known) == 0 {
		t.Errorf("%d actions are declared, and %d have words", len(declared), len(known))
	}
	keys := map[string]AuditAction{}
	for _, a := range declared {
		key := a.Key()
		if !slices.Contains(known, a) || !strings.HasPrefix(key, "audit.") {
			t.Errorf("%q has the key %q", a, key)
		}
		if other, twice := keys[key]; twice {
			t.Errorf("%q and %q have one key, %s", a, other, key)
		}
		keys[key] = a
	}
	if key := AuditAction("what a later version does").Key(); key != "" {
		t.Errorf("an action that is not known has the key %q", key)
	}
}

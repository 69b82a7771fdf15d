package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feebridge/app/apptest/deadline"
)

// In these tables and in what the test says, our packages go by their path in this module, the top one is "main",
// and "x/..." means x and everything below it.

// A room is a package of the house (or several, under one pattern) and what it may import of the house. Every package
// has exactly one: the first whose pattern fits it.
type room struct {
	packages string
	imports  []string
	why      string
}

// words is the one file of texts. Window, commands and errors say the same words, so even a rule may look one up.
const words = "assets/translations"

var rooms = []room{
	{"main", []string{"app/...", "screens/...", "data/...", "assets/...", "command"},
		"main opens the window on the firm that the commands open: what talks to Xero it has from them"},
	{"instance", []string{"data/disk"},
		"one process has the window of a firm, by where its database is: what a firm is, and what it shows, it must not tell"},
	{"command", []string{"app/...", "data/...", "xero/...", "assets/...", "instance"},
		"a command wires a firm's parts to its use cases: one that knew a screen would need a display to compile and to run"},
	{"figures", []string{"command", "screens/...", "app/...", "data/...", "xero/...", "assets/..."},
		"the bench measures the parts as the program wires them: nothing that ships may need it"},
	{"mutants", nil,
		"careless changes are made to the text of any room: what makes them needs none"},
	{"app/money", nil,
		"amounts are arithmetic that everything rests on: an amount that knew an invoice could round by who asks"},
	{"app/billing", []string{"app/money", words},
		"the rules of an invoice hold whoever acts and wherever it is sent: they stand below staff, ledger and the use cases"},
	{"app/ledger", []string{"app/billing", "app/money", words},
		"Xero's side is told here in plain values; fetching them, and acting on them, is for the use cases above"},
	{"app/staff", []string{"app/billing", "app/money", words},
		"permissions are a table that every use case asks: it must not know what is done with the answer"},
	{"app/outbox", []string{"app", "app/billing", "app/ledger", "app/money", "app/staff", words},
		"the outbox sends what use cases put down, and asks app for permission, audit and words: which client and which database " +
			"it has, it must not tell"},
	{"app/intake", []string{"app", "app/billing", "app/ledger", "app/money", "app/staff", words},
		"reading a file comes to the use cases of app: it sends nothing and stores nothing past them"},
	{"app/apptest", []string{"app/...", "data/...", "xero/..."},
		"the world in which the tests of app run has a database and a simulated Xero: only tests import it"},
	{"app/apptest/...", nil,
		"what tests need of a machine, and how long they wait, is the same for any room: only tests import it"},
	{"app/storetest", []string{"app/..."},
		"the promises of a store are tested over any engine: the engine hands itself in, and only tests import them"},
	{"app", []string{"app/billing", "app/ledger", "app/money", "app/staff", words},
		"every arrow points at app: a use case that knew its window, its database or its Xero client could not be run against " +
			"another, nor be cut at every step by the crash tests"},
	{"screens/grid", nil,
		"the grid shows anybody's rows: that it knows no invoice keeps it general and measurable alone"},
	{"screens/...", []string{"app", "app/billing", "app/intake", "app/ledger", "app/money", "app/staff", "screens/...", "assets/..."},
		"a screen asks a use case, which asks for the permission and writes the audit entry: straight to the database, to a file " +
			"or to Xero it would pass both by"},
	{"data/...", []string{"app", "app/billing", "app/ledger", "app/money", "app/outbox", "app/staff", "data/...", words},
		"data keeps what app hands it: what Xero or a screen is like reaches it only as app's values"},
	{"xero/sim", nil,
		"the simulator is there to catch the client's mistakes: sharing anything with it, a wrong field name would agree with itself"},
	{"xero/check", []string{"app", "app/billing", "app/ledger", "app/money", "xero"},
		"the check of a real Xero looks at answers through the client and beside it: that it knows no use case, database or " +
			"simulator keeps it from sending what is a firm's, and from agreeing with what was made up"},
	{"xero/...", []string{"app", "app/billing", "app/ledger", "app/money", words},
		"the client speaks to Xero, or to whatever answers at the address it was given: it must not tell the simulator from Xero, " +
			"nor store anything past app"},
	{"assets/demo", []string{"app/billing", "app/money", "app/staff"},
		"the demo firm is plain clients, invoices and staff: main feeds them to the use cases"},
	{"assets/...", []string{"assets/..."},
		"assets are embedded bytes: whoever reads them brings the meaning"},
}

// A driver is a set of foreign packages that only some rooms may reach, be it through other foreign packages.
type driver struct {
	packages []string
	rooms    []string
	tests    bool // whether test files are bound too
	why      string
}

var drivers = []driver{
	{[]string{"fyne.io/fyne/v2/app", "github.com/go-gl/..."}, []string{"main", "figures"}, true,
		"the graphics driver takes minutes to compile and needs a display: only main, which opens the window, and the bench, which " +
			"measures it, link it, so that every other test goes without"},
	{[]string{"github.com/pkg/browser"}, []string{"main"}, true,
		"main passes in what opens an address: no other code, and no test, can start a browser by accident"},
	{[]string{"fyne.io/..."}, []string{"main", "screens/..."}, false,
		"the toolkit ends at the screens: what the firm can do runs without a window"},
	{[]string{"modernc.org/sqlite/...", "github.com/pressly/goose/..."}, []string{"data/sqlite"}, false,
		"data/sqlite alone knows the engine: everyone else sees app.Store and its errors"},
	{[]string{"golang.org/x/oauth2/..."}, []string{"xero"}, false,
		"tokens stay where they are kept and renewed: a use case or a screen holds none"},
	{[]string{"github.com/shopspring/decimal"}, []string{"app/money", "xero/sim"}, false,
		"money crosses the house as money.Amount: decimals are for its arithmetic, and for the simulator's own that checks it"},
}

// In one file of screens stands every call that moves work to the goroutine which draws.
const drawingFile = "screens/ui.go"

const whyDrawingFile = "screens hand their results to one runner there, which tests replace and closing the window drains: " +
	"a call beside it could draw after the end"

func TestEveryImportKeepsTheRule(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		t.Run(system, func(t *testing.T) {
			for _, fault := range readHouse(t, system).faults() {
				t.Error(fault)
			}
		})
	}
}

// This test opens every source file itself, which go list does out of sight of Go's test cache: after a change anywhere,
// no result of this file is taken from the cache.
func TestOnlyOneFileCallsFyneDo(t *testing.T) {
	eachSource(t, func(path string, files *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || path == drawingFile {
			return
		}
		for _, call := range fyneDoCalls(file) {
			t.Errorf("%s: fyne.Do and fyne.DoAndWait belong in %s alone: %s", files.Position(call), drawingFile, whyDrawingFile)
		}
	})
}

// house is every package that ours need, by name.
type house map[string]pkg

type pkg struct {
	ours        bool
	imports     []string
	testImports []string
}

// readHouse asks the go command for the packages as they are built on a system, tests included.
func readHouse(t *testing.T, system string) house {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline.Program)
	defer cancel()
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-test", "-tags", "migrated_fynedo figures",
		"-json=ImportPath,ForTest,Imports,TestImports,XTestImports,Module", "./...")
	list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=1")
	out, err := list.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	h := house{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct {
			ImportPath, ForTest                string
			Imports, TestImports, XTestImports []string
			Module                             *struct{ Main bool }
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("reading go list's answer: %v", err)
		}
		// The variants that a test binary is linked from import what their package and its test files list already.
		if listed.ForTest != "" || strings.HasSuffix(listed.ImportPath, ".test") {
			continue
		}
		h[name(listed.ImportPath)] = pkg{
			ours:        listed.Module != nil && listed.Module.Main,
			imports:     names(listed.Imports),
			testImports: names(append(listed.TestImports, listed.XTestImports...)),
		}
	}
	return h
}

// name is the short name of one of our packages, and the import path of any other.
func name(importPath string) string {
	const module = "feebridge"
	if importPath == module {
		return "main"
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func names(importPaths []string) []string {
	list := make([]string, len(importPaths))
	for i, path := range importPaths {
		list[i] = name(path)
	}
	return list
}

// faults tells each import that breaks the rule: which one, by which way, and why it is forbidden.
func (h house) faults() []string {
	var faults []string
	for _, from := range slices.Sorted(maps.Keys(h)) {
		if h[from].ours {
			faults = append(faults, h.roomFaults(from)...)
			faults = append(faults, h.driverFaults(from)...)
		}
	}
	return faults
}

func (h house) roomFaults(from string) []string {
	i := slices.IndexFunc(rooms, func(r room) bool { return covers(r.packages, from) })
	if i < 0 {
		return []string{from + " has no room: say in the table of rooms what it may import, and why"}
	}
	var faults []string
	for _, to := range h[from].imports {
		if h[to].ours && !anyCovers(rooms[i].imports, to) {
			faults = append(faults, fmt.Sprintf("%s → %s is forbidden: %s", from, to, rooms[i].why))
		}
	}
	return faults
}

func (h house) driverFaults(from string) []string {
	var faults []string
	for _, d := range drivers {
		if anyCovers(d.rooms, from) {
			continue
		}
		if way := h.way(from, h[from].imports, d.packages); way != nil {
			faults = append(faults, fmt.Sprintf("%s is forbidden: %s", strings.Join(way, " → "), d.why))
		} else if way := h.way(from, h[from].testImports, d.packages); d.tests && way != nil {
			faults = append(faults, fmt.Sprintf("%s, by its tests, is forbidden: %s", strings.Join(way, " → "), d.why))
		}
	}
	return faults
}

// way is the shortest way from a package, by its given imports, to one of the targets, or nil. It leads through foreign
// packages only: each package of ours answers for itself, so that a fault is told once, where it is.
func (h house) way(from string, imports, targets []string) []string {
	var ways [][]string
	seen := map[string]bool{}
	extend := func(way, imports []string) {
		for _, to := range imports {
			if !seen[to] && !h[to].ours {
				seen[to] = true
				ways = append(ways, append(slices.Clone(way), to))
			}
		}
	}
	extend([]string{from}, imports)
	for i := 0; i < len(ways); i++ { // ways grows meanwhile
		end := ways[i][len(ways[i])-1]
		if anyCovers(targets, end) {
			return ways[i]
		}
		extend(ways[i], h[end].imports)
	}
	return nil
}

// covers tells whether a pattern of the tables means the package.
func covers(pattern, pkg string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return pkg == base || below && strings.HasPrefix(pkg, base+"/")
}

func anyCovers(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, pkg) })
}

// The port of the outbox is how a request is stored, claimed and settled. Who can name it could send past the outbox.
var (
	portOfOutbox = []string{"Store", "Reader", "Tx", "Waiting"}
	seesThePort  = []string{"app/apptest/", "app/storetest/", "data/", "command/desk.go"} // it is implemented there, and handed in
)

const whyThePort = "only the outbox may store, claim and settle a request: then nothing is sent that was not on disk, and one sender " +
	"sends at a time"

func TestOnlyTheOutboxSeesItsPort(t *testing.T) {
	eachSource(t, func(path string, files *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || slices.ContainsFunc(seesThePort, func(p string) bool { return strings.HasPrefix(path, p) }) {
			return
		}
		ast.Inspect(file, func(node ast.Node) bool {
			selected, ok := node.(*ast.SelectorExpr)
			if !ok || !slices.Contains(portOfOutbox, selected.Sel.Name) {
				return true
			}
			if owner, ok := selected.X.(*ast.Ident); ok && owner.Name == "outbox" {
				t.Errorf("%s: outbox.%s belongs to the outbox: %s", files.Position(selected.Pos()), selected.Sel.Name, whyThePort)
			}
			return true
		})
	})
}

// Who may send a request to Xero that writes there, by the methods of the client that do.
var (
	sendsToXero = map[string][]string{"Post": {"app/outbox/", "xero/check/"}, "Ask": {"xero/check/"}}
	sentByCheck = "the outbox sends what a firm exports, and the check of a real Xero its own drafts, which are nobody's invoices: " +
		"both have it on disk first, and nobody else sends"
)

func TestOnlyTheOutboxAndTheCheckSend(t *testing.T) {
	eachSource(t, func(path string, files *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "app/apptest/") {
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
			senders, sends := sendsToXero[method.Sel.Name]
			if sends && !slices.ContainsFunc(senders, func(p string) bool { return strings.HasPrefix(path, p) }) {
				t.Errorf("%s: %s is not called here: %s", files.Position(method.Sel.Pos()), method.Sel.Name, sentByCheck)
			}
			return true
		})
	})
}

// TestOnlyTestsImportTheirHarness holds for the packages that are there for tests alone.
func TestOnlyTestsImportTheirHarness(t *testing.T) {
	h := readHouse(t, "linux")
	for from, p := range h {
		for _, to := range p.imports {
			if (to == "app/apptest" || to == "app/storetest") && from != "app/apptest" {
				t.Errorf("%s imports %s, which is there for tests alone", from, to)
			}
		}
	}
}

// eachSource hands every Go file of the tree to fn, by its path with slashes.
func eachSource(t *testing.T, fn func(path string, files *token.FileSet, file *ast.File)) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (path == "build" || strings.HasPrefix(entry.Name(), ".")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err == nil {
			fn(filepath.ToSlash(path), files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fyneDoCalls finds where a file names Fyne's Do or DoAndWait, by whatever name it imports Fyne.
func fyneDoCalls(file *ast.File) []token.Pos {
	var fyne string
	for _, spec := range file.Imports {
		if spec.Path.Value == `"fyne.io/fyne/v2"` {
			fyne = "fyne"
			if spec.Name != nil {
				fyne = spec.Name.Name
			}
		}
	}
	var found []token.Pos
	ast.Inspect(file, func(node ast.Node) bool {
		if selected, ok := node.(*ast.SelectorExpr); ok && (selected.Sel.Name == "Do" || selected.Sel.Name == "DoAndWait") {
			if owner, ok := selected.X.(*ast.Ident); ok && fyne != "" && owner.Name == fyne {
				found = append(found, selected.Pos())
			}
		}
		return true
	})
	return found
}

func TestForbiddenImportsAreTold(t *testing.T) {
	tests := map[string]struct {
		imports, testImports string // pairs "importer imported", with commas between
		want                 string // how the one fault begins; empty for none
	}{
		"main opens the window":   {imports: "main command, main app, main screens, main data, main data/sheet, main assets"},
		"commands wire the parts": {imports: "command app, command data, command data/vault, command xero, command xero/sim, command assets/demo"},
		"all arrows point at app": {imports: "screens app, screens app/money, data app, data app/billing, xero app, xero app/ledger, app/outbox app, app/intake app"},
		"words are for everybody": {imports: "app/billing assets/translations, app assets/translations, command assets/translations, data assets/translations"},
		"the floors of app":       {imports: "app app/staff, app/staff app/billing, app/ledger app/billing, app/billing app/money"},
		"main links the driver":   {imports: "main fyne.io/fyne/v2/app, fyne.io/fyne/v2/app github.com/go-gl/glfw"},
		"the bench links it, too": {testImports: "figures fyne.io/fyne/v2/app, figures command, figures screens"},
		"screens use the toolkit": {imports: "screens fyne.io/fyne/v2/widget, screens/grid fyne.io/fyne/v2, screens screens/grid"},
		"data drives SQLite":      {imports: "data/sqlite modernc.org/sqlite, data/sqlite github.com/pressly/goose/v3, data/sqlite data"},
		"tests open a database":   {testImports: "app data, app xero/sim, screens modernc.org/sqlite"},

		"a command knows a screen":       {imports: "command screens", want: "command → screens is forbidden: "},
		"a screen knows a command":       {imports: "screens command", want: "screens → command is forbidden: "},
		"main calls Xero":                {imports: "main xero", want: "main → xero is forbidden: "},
		"money knows an invoice":         {imports: "app/money app/billing", want: "app/money → app/billing is forbidden: "},
		"an invoice knows Xero's side":   {imports: "app/billing app/ledger", want: "app/billing → app/ledger is forbidden: "},
		"a rule knows a use case":        {imports: "app/ledger app", want: "app/ledger → app is forbidden: "},
		"a use case knows its database":  {imports: "app data", want: "app → data is forbidden: "},
		"a use case sends":               {imports: "app app/outbox", want: "app → app/outbox is forbidden: "},
		"a screen sends":                 {imports: "screens app/outbox", want: "screens → app/outbox is forbidden: "},
		"the outbox knows its database":  {imports: "app/outbox data/sqlite", want: "app/outbox → data/sqlite is forbidden: "},
		"rows know the engine":           {imports: "data modernc.org/sqlite", want: "data → modernc.org/sqlite is forbidden: "},
		"a use case reads a file":        {imports: "app data/sheet", want: "app → data/sheet is forbidden: "},
		"a use case knows its window":    {imports: "app screens", want: "app → screens is forbidden: "},
		"a screen reads the database":    {imports: "screens data", want: "screens → data is forbidden: "},
		"a screen writes a file":         {imports: "screens data/sheet", want: "screens → data/sheet is forbidden: "},
		"a screen calls Xero":            {imports: "screens xero", want: "screens → xero is forbidden: "},
		"the grid knows an invoice":      {imports: "screens/grid app/billing", want: "screens/grid → app/billing is forbidden: "},
		"the database knows Xero":        {imports: "data xero", want: "data → xero is forbidden: "},
		"the client knows the database":  {imports: "xero data", want: "xero → data is forbidden: "},
		"the client knows the simulator": {imports: "xero xero/sim", want: "xero → xero/sim is forbidden: "},
		"the check knows the simulator":  {imports: "xero/check xero/sim", want: "xero/check → xero/sim is forbidden: "},
		"the check knows the outbox":     {imports: "xero/check app/outbox", want: "xero/check → app/outbox is forbidden: "},
		"the simulator knows the client": {imports: "xero/sim xero", want: "xero/sim → xero is forbidden: "},
		"the simulator knows app":        {imports: "xero/sim app/money", want: "xero/sim → app/money is forbidden: "},
		"assets know a client":           {imports: "assets app/billing", want: "assets → app/billing is forbidden: "},
		"a package without a room":       {imports: "helper app/money", want: "helper has no room: "},

		"a use case draws": {imports: "app fyne.io/fyne/v2", want: "app → fyne.io/fyne/v2 is forbidden: "},
		"a use case holds tokens": {
			imports: "app golang.org/x/oauth2", want: "app → golang.org/x/oauth2 is forbidden: "},
		"a screen computes in decimals": {
			imports: "screens github.com/shopspring/decimal", want: "screens → github.com/shopspring/decimal is forbidden: "},
		"main drives SQLite": {
			imports: "main modernc.org/sqlite/lib", want: "main → modernc.org/sqlite/lib is forbidden: "},
		"a screen links the graphics driver, through another package": {
			imports: "screens a.org/b, a.org/b fyne.io/fyne/v2/app",
			want:    "screens → a.org/b → fyne.io/fyne/v2/app is forbidden: "},
		"a test links the graphics driver": {
			testImports: "screens fyne.io/fyne/v2/app", want: "screens → fyne.io/fyne/v2/app, by its tests, is forbidden: "},
		"a command draws": {imports: "command fyne.io/fyne/v2", want: "command → fyne.io/fyne/v2 is forbidden: "},
		"a command links the graphics driver, by its tests": {
			testImports: "command fyne.io/fyne/v2/app", want: "command → fyne.io/fyne/v2/app, by its tests, is forbidden: "},
		"a test opens a browser": {
			testImports: "xero github.com/pkg/browser", want: "xero → github.com/pkg/browser, by its tests, is forbidden: "},
		"a fault is told once, where it is": {
			imports: "app app/billing, app/billing app/money, app/money fyne.io/fyne/v2",
			want:    "app/money → fyne.io/fyne/v2 is forbidden: "},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			h := house{}
			h.build(test.imports, func(p *pkg, to string) { p.imports = append(p.imports, to) })
			h.build(test.testImports, func(p *pkg, to string) { p.testImports = append(p.testImports, to) })

			faults := h.faults()
			if test.want == "" {
				if len(faults) > 0 {
					t.Errorf("a good house has faults:\n%s", strings.Join(faults, "\n"))
				}
			} else if len(faults) != 1 || !strings.HasPrefix(faults[0], test.want) {
				t.Errorf("got %q, want one fault that begins %q", faults, test.want)
			}
		})
	}
}

// build adds the packages of "importer imported" pairs; a name without a dot is one of ours.
func (h house) build(pairs string, add func(p *pkg, imported string)) {
	for pair := range strings.SplitSeq(pairs, ", ") {
		from, to, ok := strings.Cut(pair, " ")
		if !ok {
			continue
		}
		for _, name := range []string{from, to} {
			p := h[name]
			p.ours = !strings.Contains(name, ".")
			if name == from {
				add(&p, to)
			}
			h[name] = p
		}
	}
}

func TestFyneDoIsFoundByAnyName(t *testing.T) {
	tests := map[string]struct {
		source string
		want   int
	}{
		"called":              {`package p; import "fyne.io/fyne/v2"; func f() { fyne.Do(f); fyne.DoAndWait(f) }`, 2},
		"passed on":           {`package p; import "fyne.io/fyne/v2"; var run = fyne.Do`, 1},
		"under another name":  {`package p; import ui "fyne.io/fyne/v2"; func f() { ui.Do(f) }`, 1},
		"only spoken of":      {"package p; import \"fyne.io/fyne/v2\"\n// fyne.Do(f)\nvar w fyne.Window", 0},
		"someone else's Do":   {`package p; import ("fyne.io/fyne/v2"; "net/http"); var w fyne.Window; var do = http.Client.Do`, 0},
		"a name that is like": {`package p; var fyne sync.Once; func f() { fyne.Do(f) }`, 0},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "p.go", test.source, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			if found := fyneDoCalls(file); len(found) != test.want {
				t.Errorf("found %d, want %d", len(found), test.want)
			}
		})
	}
}

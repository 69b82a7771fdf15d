package command

import (
	"context"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
)

// TestTheVersionsAreTold asks the command for them, once for a person and once for a program.
func TestTheVersionsAreTold(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(os.DirFS("../data/sqlite/migrations"), "*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	newest, _, _ := strings.Cut(files[len(files)-1], "_")
	schema, err := strconv.Atoi(newest)
	if err != nil {
		t.Fatal(err)
	}
	v, err := ReadVersions(t.Context(), "1.2.3")
	if err != nil || v.Version != "1.2.3" || v.Go != runtime.Version() || v.System != runtime.GOOS+"/"+runtime.GOARCH || v.Schema != int64(schema) {
		t.Errorf("the versions are %+v, %v; want schema %d", v, err, schema)
	}
	if number, ok := strings.CutPrefix(v.Engine, "SQLite 3."); !ok || number == "" {
		t.Errorf("the engine is %q", v.Engine)
	}
	var out, errs strings.Builder
	face := Face{Out: &out, Err: &errs, Version: "1.2.3"}
	if status := Run(context.Background(), []string{"version"}, face); status != exitDone || out.String() != v.String()+"\n" || errs.String() != "" {
		t.Errorf("exit status %d, %q, %q; want %q", status, out.String(), errs.String(), v.String()+"\n")
	}
	out.Reset()
	if status := Run(context.Background(), []string{"version", "--json"}, face); status != exitDone || !strings.HasPrefix(out.String(), `{"version":"1.2.3","commit":"`) {
		t.Errorf("exit status %d, %q", status, out.String())
	}
}

// TestTheVersionsAsTheyAreCopied writes them for each way in which a program can be built.
func TestTheVersionsAsTheyAreCopied(t *testing.T) {
	t.Parallel()
	revision, modified := debug.BuildSetting{Key: "vcs.revision", Value: "8f00cc3"}, debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for commit, settings := range map[string][]debug.BuildSetting{
		"8f00cc3":               {revision, {Key: "vcs.modified", Value: "false"}},
		"8f00cc3, with changes": {{Key: "CGO_ENABLED", Value: "1"}, revision, modified},
		"unknown":               nil,
	} {
		v := Versions{Version: "1.2.3", Go: "go1.26.8", System: "windows/amd64", Engine: "SQLite 3.53.0", Schema: 7}
		v.learn(settings)
		if got, want := v.String(), "Feebridge 1.2.3\nCommit "+commit+"\ngo1.26.8, windows/amd64\nSQLite 3.53.0, schema 7"; got != want {
			t.Errorf("the versions are %q, want %q", got, want)
		}
	}
}

package policy

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feebridge/app"
)

func anybody(*os.File) error { return nil }

// written writes a policy and reads it, whoever may change it.
func written(t *testing.T, content string) (app.Policy, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := read(path, anybody)
	if p.From != path {
		t.Errorf("it comes from %q", p.From)
	}
	p.From = ""
	return p, err
}

// firmFile is a whole path, as JSON has it.
var firmFile = map[bool]string{false: "/srv/firm.db", true: "C:/Firm/firm.db"}[runtime.GOOS == "windows"]

func TestAPolicyIsRead(t *testing.T) {
	for _, c := range []struct {
		content string
		want    app.Policy
	}{
		{`{}`, app.Policy{}},
		{"\xef\xbb\xbf{\"client_id\": \"ABC\"}\r\n", app.Policy{ClientID: "ABC"}},
		{`{"database": "` + firmFile + `", "client_id": "0123456789ABCDEF0123456789ABCDEF", "ports": [9001, 9002]}`,
			app.Policy{Database: filepath.Clean(firmFile), ClientID: "0123456789ABCDEF0123456789ABCDEF", Ports: []int{9001, 9002}}},
	} {
		got, err := written(t, c.content)
		if err != nil {
			t.Errorf("%s: %v", c.content, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.content, diff)
		}
	}
	if p, err := read(filepath.Join(t.TempDir(), "none", "policy.json"), anybody); err != nil || p.From != "" {
		t.Errorf("no policy at all: %+v, %v", p, err)
	}
}

func TestABrokenPolicySetsNothingAndSaysWhere(t *testing.T) {
	for what, c := range map[string]struct{ content, says string }{
		"an unknown setting":     {"{\n  \"client_id\": \"ABC\",\n  \"clientid\": \"ABC\"\n}", "line 3: There's no setting “clientid”. The settings are: client_id, database, ports."},
		"in another case":        {`{"Database": "` + firmFile + `"}`, "line 1: There's no setting “Database”."},
		"the update notice":      {`{"update_notice": false}`, "There's no setting “update_notice”."},
		"a setting twice":        {"{\"ports\": [1],\n\"ports\": [2]}", "line 2: “ports” is there twice."},
		"a port twice":           {"{\"ports\": [1,\n1]}", "line 2: 1 is there twice."},
		"a missing comma":        {"{\n\"client_id\": \"A\"\n\"ports\": [1]}", "line 3: This isn't JSON: invalid character"},
		"a comma too many":       {"{\"client_id\": \"A\",\n}", "line 2: This isn't JSON: invalid character"},
		"a comment":              {"// ours\n{}", "line 1: This isn't JSON: invalid character"},
		"no end":                 {"{\"ports\": [8742,\n", "line 1: The file ends too early."},
		"no end of a text":       {"{\"client_id\": \"A", "line 1: The file ends too early."},
		"nothing":                {"", "line 1: The file ends too early."},
		"a list":                 {`[{}]`, "The file must be one JSON object"},
		"null":                   {`null`, "The file must be one JSON object"},
		"a bad value":            {"{\"client_id\": \"A\",\n\"ports\":\n[8742,\n\nx17]}", "line 5: This isn't JSON"},
		"two":                    {"{}\n{}", "line 2: There's more after the last bracket."},
		"rubbish at the end":     {"{}\n}", "line 2: There's more after the last bracket."},
		"UTF-16":                 {"\xff\xfe{\x00}\x00", "The file isn't saved as UTF-8."},
		"Latin 1":                {"{\"database\": \"/B\xfcro/firm.db\"}", "The file isn't saved as UTF-8."},
		"a number for a text":    {`{"client_id": 12}`, "“client_id” must be a text in quotation marks."},
		"null for a text":        {`{"database": null}`, "“database” must be a text in quotation marks."},
		"an empty client ID":     {`{"client_id": ""}`, "“” isn't a client ID."},
		"a client ID with space": {`{"client_id": "A B"}`, "“A B” isn't a client ID."},
		"half a path":            {`{"database": "firm.db"}`, "“firm.db” isn't the whole path of a file on this computer."},
		"no path":                {`{"database": ""}`, "“” isn't the whole path"},
		"a variable":             {`{"database": "%LOCALAPPDATA%\\firm.db"}`, "isn't the whole path"},
		"a folder":               {`{"database": "` + strings.ReplaceAll(filepath.Dir(filepath.FromSlash(firmFile))+string(filepath.Separator), `\`, `\\`) + `"}`, "isn't the whole path"},
		"single backslashes":     {"{\n\n" + `"database": "C:\Firm\firm.db"}`, "line 3: A backslash in a text is written twice"},
		"a form feed":            {`{"database": "C:\firm.db"}`, "A backslash in a text is written twice"},
		"a port as a text":       {`{"ports": "8742"}`, "“ports” must be a list of numbers"},
		"ports as texts":         {"{\"ports\": [\n8742,\n\"8743\"]}", "line 3: “ports” must be a list of numbers"},
		"half a port":            {`{"ports": [8742.5]}`, "“ports” must be a list of numbers"},
		"no ports":               {`{"ports": []}`, "“ports” must be a list of numbers"},
		"port 0":                 {"{\"client_id\": \"A\", \"ports\": [\n0]}", "line 2: 0 isn't a port."},
		"a large port":           {`{"ports": [65536]}`, "65536 isn't a port."},
		"a list within":          {`{"ports": [[1]]}`, "“ports” must be a list of numbers"},
	} {
		t.Run(what, func(t *testing.T) {
			p, err := written(t, c.content)
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "so nothing was opened. Ask an administrator") {
				t.Errorf("it says: %v\nwant %q", err, c.says)
			}
			if !app.IsCode(err, app.Invalid) {
				t.Errorf("its code is %s", app.CodeOf(err))
			}
			if diff := cmp.Diff(app.Policy{}, p); diff != "" {
				t.Errorf("half of it is set:\n%s", diff)
			}
		})
	}
}

func TestAPolicyThatCannotBeTrustedIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(path, []byte(`{"client_id": "ABC"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, doubted := range []string{path, filepath.Dir(path)} {
		p, err := read(path, func(f *os.File) error {
			if f.Name() == doubted {
				return errors.New("is anybody's")
			}
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), doubted+" is anybody's. Nothing was opened.") || p.ClientID != "" || p.From != path {
			t.Errorf("%s: %+v, %v", doubted, p, err)
		}
	}
	folder := filepath.Join(t.TempDir(), "policy.json")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := read(folder, anybody); err == nil {
		t.Error("a folder is a policy")
	}
	if err := os.WriteFile(path, make([]byte, most+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := read(path, anybody); err == nil || !strings.Contains(err.Error(), "larger than 64 KB") {
		t.Errorf("a large file: %v", err)
	}
}

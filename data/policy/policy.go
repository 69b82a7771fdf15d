// Package policy reads what an administrator of this computer sets for everybody who uses it.
package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"feebridge/app"
	"feebridge/assets/translations"
)

// most is how large a policy can be: it has three settings.
const most = 64 << 10

// Read returns the policy of this computer; the zero Policy where there is none. With an error it says no more than
// where the policy is: nobody goes on with half of one.
func Read() (app.Policy, error) {
	path, err := place()
	if err != nil {
		return app.Policy{}, err
	}
	return read(path, trusted)
}

// read returns the policy in a file, if only administrators can change it.
func read(path string, trusted func(*os.File) error) (app.Policy, error) {
	content, err := contentOf(path, trusted)
	if errors.Is(err, fs.ErrNotExist) {
		return app.Policy{}, nil
	}
	p := app.Policy{}
	if err == nil {
		p, err = parse(path, content)
	}
	if err != nil {
		return app.Policy{From: path}, err
	}
	return p, nil
}

// contentOf returns what is in the file, as long as it can be trusted.
func contentOf(path string, trusted func(*os.File) error) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	unreadable := func(err error) error {
		return &app.Error{Code: app.Unavailable, Phrase: translations.Say("policy.unreadable", "File", path, "Error", err), Err: err}
	}
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, unreadable(err)
	case !info.Mode().IsRegular():
		return nil, app.Errorf(app.Invalid, "policy.no-file", "File", path)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = folder.Close() }() // it was only looked at
	for _, one := range []*os.File{folder, f} {
		if err := trusted(one); err != nil {
			return nil, &app.Error{Code: app.Invalid, Phrase: translations.Say("policy.untrusted", "File", path, "Which", one.Name(), "Why", err), Err: err}
		}
	}
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case len(content) > most:
		return nil, app.Errorf(app.Invalid, "policy.large", "File", path, "Most", most>>10)
	}
	return content, nil
}

// settings are what a policy can set, by its name in the file.
var settings = map[string]func(*reader, *app.Policy) error{
	"database":  (*reader).database,
	"client_id": (*reader).clientID,
	"ports":     (*reader).ports,
}

// reader reads the settings one after the other, and knows in which line it is.
type reader struct {
	path    string
	content []byte
	*json.Decoder
}

// parse reads a policy, which is one JSON object of settings.
func parse(path string, content []byte) (app.Policy, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")) // as Windows writes it
	r := &reader{path, content, json.NewDecoder(bytes.NewReader(content))}
	r.UseNumber()
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return app.Policy{}, r.wrong(0, "policy.wrong.encoding")
	}
	p := app.Policy{From: path}
	if err := r.object(&p); err != nil {
		return app.Policy{}, err
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return app.Policy{}, r.wrong(r.ahead(), "policy.wrong.more")
	}
	return p, nil
}

func (r *reader) object(p *app.Policy) error {
	token, err := r.next()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return r.wrong(r.at(), "policy.wrong.object")
	}
	seen := map[string]bool{}
	for r.More() {
		token, err := r.next()
		if err != nil {
			return err
		}
		name, _ := token.(string) // the decoder takes nothing else for a name
		set, known := settings[name]
		switch {
		case !known:
			return r.wrong(r.at(), "policy.wrong.unknown", "Name", translations.Quoted(name), "Names", strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
		case seen[name]:
			return r.wrong(r.at(), "policy.wrong.twice", "Name", translations.Quoted(name))
		}
		seen[name] = true
		if err := set(r, p); err != nil {
			return err
		}
	}
	_, err = r.next()
	return err
}

func (r *reader) database(p *app.Policy) (err error) {
	if p.Database, err = r.text("database"); err != nil {
		return err
	}
	if strings.ContainsFunc(p.Database, unicode.IsControl) { // such as the form feed of C:\firm
		return r.wrong(r.at(), "policy.wrong.backslash")
	}
	if !filepath.IsAbs(p.Database) || strings.HasSuffix(p.Database, string(filepath.Separator)) {
		return r.wrong(r.at(), "policy.wrong.path", "Path", translations.Quoted(p.Database))
	}
	p.Database = filepath.Clean(p.Database)
	return nil
}

func (r *reader) clientID(p *app.Policy) (err error) {
	if p.ClientID, err = r.text("client_id"); err != nil {
		return err
	}
	return r.check(app.Registration{ClientID: p.ClientID})
}

func (r *reader) ports(p *app.Policy) error {
	token, err := r.next()
	if err != nil {
		return err
	}
	if token != json.Delim('[') {
		return r.wrong(r.at(), "policy.wrong.ports")
	}
	for r.More() {
		token, err := r.next()
		if err != nil {
			return err
		}
		number, _ := token.(json.Number)
		port, err := strconv.Atoi(string(number))
		if err != nil {
			return r.wrong(r.at(), "policy.wrong.ports")
		}
		if err := r.check(app.Registration{ClientID: "any", Ports: []int{port}}); err != nil {
			return err
		}
		if slices.Contains(p.Ports, port) {
			return r.wrong(r.at(), "policy.wrong.twice", "Name", port)
		}
		p.Ports = append(p.Ports, port)
	}
	if _, err := r.next(); err != nil {
		return err
	}
	if len(p.Ports) == 0 {
		return r.wrong(r.at(), "policy.wrong.ports")
	}
	return nil
}

// check returns what the application has against a setting.
func (r *reader) check(registration app.Registration) error {
	if err := registration.Check(); err != nil {
		return r.wrongly(r.at(), err)
	}
	return nil
}

// text reads a text.
func (r *reader) text(name string) (string, error) {
	token, err := r.next()
	if err != nil {
		return "", err
	}
	text, is := token.(string)
	if !is {
		return "", r.wrong(r.at(), "policy.wrong.text", "Name", translations.Quoted(name))
	}
	return text, nil
}

// next returns the next part of the file.
func (r *reader) next() (json.Token, error) {
	token, err := r.Token()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && strings.Contains(syntax.Error(), "escape"):
		return nil, r.wrong(r.ahead(), "policy.wrong.backslash")
	case errors.As(err, &syntax):
		return nil, r.wrong(r.ahead(), "policy.wrong.syntax", "Error", syntax)
	case err != nil:
		return nil, r.wrong(int64(len(r.content)), "policy.wrong.ends")
	}
	return token, nil
}

// at is how far the file was read.
func (r *reader) at() int64 { return r.InputOffset() }

// ahead is where what cannot be read begins. A syntax error counts from elsewhere where it is within a value.
func (r *reader) ahead() int64 {
	rest := r.content[min(r.at(), int64(len(r.content))):]
	return int64(len(r.content)-len(bytes.TrimLeft(rest, " \t\r\n"))) + 1
}

// wrong says what is wrong, and where.
func (r *reader) wrong(at int64, key string, values ...any) error {
	return r.wrongly(at, app.Errorf(app.Invalid, key, values...))
}

func (r *reader) wrongly(at int64, what error) error {
	read := bytes.TrimRight(r.content[:min(at, int64(len(r.content)))], "\r\n \t")
	line := 1 + bytes.Count(read, []byte("\n"))
	return &app.Error{Code: app.Invalid, Phrase: translations.Say("policy.wrong", "File", r.path, "Line", fmt.Sprint(line), "What", what), Err: what}
}

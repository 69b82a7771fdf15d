package check

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"feebridge/app/billing"
	"feebridge/app/ledger"
)

// Sort is what a thing in Xero is.
type Sort string

// The sorts of things that a check makes.
const (
	Invoice Sort = "invoice"
	Contact Sort = "contact"
)

// Book is the file of what a check makes in Xero. A thing is in it, and on disk, before the request
// that makes it leaves, so that Clean finds it whenever the check ended. It is safe for use by many
// goroutines.
type Book struct {
	path string

	mu      sync.Mutex
	tenant  ledger.TenantID
	entries []*entry
}

// entry is a thing that is about to be made, or was.
type entry struct {
	sort     Sort
	name     string // an invoice's number or a contact's name; both hold the random name of the run
	at       time.Time
	approves bool     // it is made approved, by the run itself
	answered bool     // Xero said what became of the last request that was to make it
	ids      []string // what Xero made under the name
}

// line is a line of the file.
type line struct {
	Tenant   ledger.TenantID `json:"tenant,omitempty"`
	Sort     Sort            `json:"sort,omitempty"`
	Name     string          `json:"name,omitempty"`
	At       time.Time       `json:"at,omitzero"`
	Approves bool            `json:"approves,omitempty"`
	Answered bool            `json:"answered,omitempty"`
	ID       string          `json:"id,omitempty"`
}

// OpenBook opens the book in a file, which need not be there. A last line that was cut while it was
// written is left out: its request was never sent.
func OpenBook(path string) (*Book, error) {
	b := &Book{path: path}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	for s := bufio.NewScanner(bytes.NewReader(whole)); s.Scan(); {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		b.take(l)
	}
	if len(whole) < len(text) {
		if err := os.Truncate(path, int64(len(whole))); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Empty reports whether the book tells of nothing.
func (b *Book) Empty() bool { return len(b.entries) == 0 }

// Tenant returns the organisation in which the things are.
func (b *Book) Tenant() ledger.TenantID { return b.tenant }

// take takes in a line.
func (b *Book) take(l line) {
	if l.Tenant != "" {
		b.tenant = l.Tenant
		return
	}
	e := b.find(l.Sort, l.Name)
	if e == nil {
		e = &entry{sort: l.Sort, name: l.Name}
		b.entries = append(b.entries, e)
	}
	switch {
	case l.ID != "":
		if !slices.Contains(e.ids, l.ID) {
			e.ids = append(e.ids, l.ID)
		}
	case l.Answered:
		e.answered = true
	default:
		e.at, e.answered, e.approves = l.At, false, e.approves || l.Approves
	}
}

func (b *Book) find(s Sort, name string) *entry {
	for _, e := range b.entries {
		if e.sort == s && fold(e.name) == fold(name) {
			return e
		}
	}
	return nil
}

// fold is a name as Xero compares names: without regard to case.
func fold(name string) string { return billing.Number(name).Fold() }

// begin notes the organisation.
func (b *Book) begin(t ledger.TenantID) error { return b.write(line{Tenant: t}) }

// will notes what the next request may make.
func (b *Book) will(s Sort, approves bool, names ...string) error {
	lines := make([]line, len(names))
	for i, name := range names {
		lines[i] = line{Sort: s, Name: name, At: time.Now().UTC(), Approves: approves}
	}
	return b.write(lines...)
}

// made notes what Xero made under a name.
func (b *Book) made(s Sort, name, id string) error { return b.write(line{Sort: s, Name: name, ID: id}) }

// answered notes that Xero said what became of the request for these names.
func (b *Book) answered(s Sort, names ...string) error {
	lines := make([]line, len(names))
	for i, name := range names {
		lines[i] = line{Sort: s, Name: name, Answered: true}
	}
	return b.write(lines...)
}

// write puts lines at the end of the file and forces them to disk.
func (b *Book) write(lines ...line) (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var text bytes.Buffer
	for _, l := range lines {
		encoded, err := json.Marshal(l)
		if err != nil {
			return err
		}
		text.Write(append(encoded, '\n'))
	}
	file, err := os.OpenFile(b.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("noting what is made in Xero: %w", err)
	}
	_, err = file.Write(text.Bytes())
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("noting what is made in Xero: %w", err)
	}
	for _, l := range lines {
		b.take(l)
	}
	return nil
}

// close removes the file: nothing that it tells of is left.
func (b *Book) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = nil
	if err := os.Remove(b.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero"
)

// lab is where the steps of a run put their evidence.
type lab struct {
	Config
	run    string // a random name, which everything made bears
	count  int    // of the numbers given
	began  time.Time
	chart  ledger.Chart
	sales  ledger.Account // on which lines are booked
	tax    ledger.TaxRate // of lines for which it does not matter
	client ledger.ContactID

	first    specimen
	shown    shown
	byID     element
	byNumber element
	single   element

	taken  specimen
	after  element // the first, read again after its number was tried
	folded specimen

	key                string // of the keyed one
	keyed, replayed    specimen
	besideKey          int // how many have the keyed number after the replay
	otherBody          error
	otherBodyMade      int
	blocked, reblocked specimen

	changed        element
	changes, made  elements
	changedByID    element
	changedSingle  element
	early, late    element // of the change, asked for from before and after it
	drafts         map[string]specimen
	plain, precise element // the lines after a change of status
	removal        specimen
	removed        element // in the list of changes
	removedByID    element
	reused         specimen
	bothFound      int
	again          specimen
	noSuch         error
	noSuchOutcome  ledger.Outcome
	noSuchAnswer   element
	refusals       map[string]specimen
	lacks          map[string]string // what the organisation does not have, by assumption
	archiving      element
	namesake       map[string]specimen
	archived       specimen
	pastEnd        xero.Exchange
	unknown        xero.Exchange
	lists          int   // looked at
	distrusted     error // why Feebridge takes nothing from one of them

	approved, undeletable, voided, burnt, dueless specimen
}

// specimen is something that was sent, and what came of it.
type specimen struct {
	write    ledger.Write
	outcome  ledger.Outcome
	answer   element // as it is on the wire
	exchange xero.Exchange
	began    time.Time
	took     time.Duration
}

// shown is when the list of changes first had the first draft.
type shown struct {
	element element
	after   time.Duration
}

func newLab(cfg Config) *lab {
	l := &lab{Config: cfg, run: newKey()[:8], began: time.Now(), drafts: map[string]specimen{}, refusals: map[string]specimen{}, lacks: map[string]string{}, namesake: map[string]specimen{}}
	cfg.Ear.mu.Lock()
	defer cfg.Ear.mu.Unlock()
	cfg.Ear.scrubber.run = l.run
	cfg.Ear.hide(string(cfg.Tenant))
	return l
}

// ourWords begin each text that the run writes.
const ourWords = "Feebridge check"

// number returns a number that nobody has.
func (l *lab) number() billing.Number {
	l.count++
	return billing.Number(fmt.Sprintf("FBC-%s-%02d", l.run, l.count))
}

// named returns the name of a contact.
func (l *lab) named(which string) string { return ourWords + " " + l.run + " " + which }

// mark returns an address like those that exports carry.
func (l *lab) mark() string {
	id := newKey()
	return fmt.Sprintf("%s%s-%s-%s-%s-%s.%s", l.Base, id[:8], id[8:12], id[12:16], id[16:20], id[20:], newKey())
}

// draft returns an invoice to be made, with a line for each of the amounts.
func (l *lab) draft(lines ...ledger.WriteLine) ledger.Write {
	if len(lines) == 0 {
		lines = []ledger.WriteLine{l.line(1_0000, 10_0000)}
	}
	n := l.number()
	return ledger.Write{
		Member: string(n), Number: n, Contact: l.client, Date: l.date(), Due: l.date().AddDays(14), Reference: ourWords,
		Currency: l.chart.BaseCurrency, Amounts: money.Exclusive, Status: ledger.DraftThere, Mark: l.mark(), Lines: lines,
	}
}

// line returns a line with the ordinary account and tax.
func (l *lab) line(quantity money.Quantity, unit money.UnitAmount) ledger.WriteLine {
	return ledger.WriteLine{
		Description: ourWords + ": not a real invoice", Quantity: quantity, UnitAmount: unit,
		Account: l.sales.Code, TaxType: l.tax.Type,
	}
}

// create sends invoices as an export does, once the book has them.
func (l *lab) create(ctx context.Context, key string, writes ...ledger.Write) ([]specimen, error) {
	payloads, err := l.Client.PrepareInvoices(writes, 0)
	if err != nil {
		return nil, err
	}
	approves := false
	for _, w := range writes {
		approves = approves || w.Status == ledger.AuthorisedThere
	}
	names := make([]string, len(writes))
	for i, w := range writes {
		names[i] = string(w.Number)
	}
	made, err := l.post(ctx, Invoice, approves, payloads[0], key, names)
	for i := range made {
		made[i].write = writes[i]
	}
	return made, err
}

// post sends a body that may make something, once the book has it, and notes what Xero made.
func (l *lab) post(ctx context.Context, s Sort, approves bool, p app.Payload, key string, names []string) ([]specimen, error) {
	if err := l.Book.will(s, approves, names...); err != nil {
		return nil, &bookError{err}
	}
	made, err := l.send(ctx, p, key)
	var t *app.Trouble
	if err != nil && !(errors.As(err, &t) && t.Unsent) {
		return nil, err
	}
	if noted := l.Book.answered(s, names...); noted != nil {
		return nil, &bookError{noted}
	}
	for i, m := range made {
		id := m.answer.text("InvoiceID")
		if s == Contact {
			id = m.answer.text("ContactID")
		}
		if m.outcome.Verdict != ledger.Accepted || id == "" {
			continue
		}
		l.Ear.own(id)
		if noted := l.Book.made(s, names[i], id); noted != nil {
			return nil, &bookError{noted}
		}
	}
	return made, err
}

// own tells the ear that something is the run's.
func (e *Ear) own(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ours = append(e.ours, id)
}

// send sends a body as the client sends it.
func (l *lab) send(ctx context.Context, p app.Payload, key string) ([]specimen, error) {
	began := time.Now()
	l.Ear.listen()
	outcomes, err := l.Client.Post(ctx, app.Batch{ID: "check", Tenant: l.Tenant, Kind: p.Kind, Key: key, Body: p.Body, Members: p.Members})
	if err != nil {
		return nil, err
	}
	var x xero.Exchange
	if all := l.Ear.answers(); len(all) > 0 {
		x = all[len(all)-1]
	}
	name := "Invoices"
	if p.Kind == app.ContactBatch {
		name = "Contacts"
	}
	all := elementsOf(x, name)
	made := make([]specimen, len(outcomes))
	for i, o := range outcomes {
		made[i] = specimen{outcome: o, answer: all.at(i), exchange: x, began: began, took: time.Since(began)}
	}
	return made, nil
}

// update changes an invoice of the run, by its ID.
func (l *lab) update(ctx context.Context, id string, unitdp bool, fields map[string]string) (element, error) {
	fields["InvoiceID"] = id
	body, err := json.Marshal(map[string]any{"Invoices": []any{fields}})
	if err != nil {
		return nil, err
	}
	q := xero.Question{
		Method: http.MethodPost, Path: []string{"Invoices"}, Query: url.Values{"summarizeErrors": {"false"}}, Key: newKey(), Body: body,
	}
	if unitdp {
		q.Query.Set("unitdp", "4")
	}
	x, err := l.ask(ctx, q)
	e := elementsOf(x, "Invoices").at(0)
	if err == nil && e.text("StatusAttributeString") == "ERROR" {
		err = fmt.Errorf("the change was refused by Xero: %s", e.sentences())
	}
	return e, err
}

// remove deletes or voids an invoice as Feebridge does.
func (l *lab) remove(ctx context.Context, id ledger.InvoiceID, to ledger.InvoiceStatus) (specimen, error) {
	payloads, err := l.Client.PrepareRemovals([]ledger.Removal{{Member: string(id), ID: id, To: to}}, 0)
	if err != nil {
		return specimen{}, err
	}
	made, err := l.send(ctx, payloads[0], newKey())
	if err != nil {
		return specimen{}, err
	}
	return made[0], nil
}

// ask asks, and takes each status but 200 for an error.
func (l *lab) ask(ctx context.Context, q xero.Question) (xero.Exchange, error) {
	x, err := l.Client.Ask(ctx, l.Tenant, q)
	if err == nil {
		err = x.Trouble()
	}
	return x, err
}

// read reads an invoice by its ID alone, with all decimals.
func (l *lab) read(ctx context.Context, id ledger.InvoiceID) (element, error) {
	x, err := l.ask(ctx, get(url.Values{"unitdp": {"4"}}, "Invoices", string(id)))
	e := elementsOf(x, "Invoices").at(0)
	if err == nil && e == nil {
		err = errors.New("the single invoice isn't in the answer")
	}
	return e, err
}

// listed looks an invoice up as Feebridge does, by its ID, and returns it as it is on the wire.
func (l *lab) listed(ctx context.Context, id ledger.InvoiceID) (element, error) {
	all, err := l.list(func() error {
		_, err := l.Client.ByID(ctx, l.Tenant, []ledger.InvoiceID{id})
		return err
	})
	return all.invoice(string(id)), err
}

// numbered returns how many invoices have a number, and one of them.
func (l *lab) numbered(ctx context.Context, n billing.Number) (int, element, error) {
	all, err := l.list(func() error {
		_, err := l.Client.ByNumber(ctx, l.Tenant, []billing.Number{n})
		return err
	})
	all = slices.DeleteFunc(all, func(e element) bool { return !strings.EqualFold(e.text("InvoiceNumber"), string(n)) })
	return len(all), all.at(0), err
}

// from is the moment on Xero's clock, which may be behind ours, at which the run began.
func (l *lab) from() time.Time { return l.began.Add(l.chart.Ahead).Add(-time.Minute) }

// since reads the newest page of what changed since the run began, as a refresh does.
func (l *lab) since(ctx context.Context) (elements, error) {
	return l.list(func() error {
		for _, err := range l.Client.Since(ctx, l.Tenant, l.from()) {
			return err
		}
		return errors.New("there is no page of changes")
	})
}

// list has the client ask for a list of invoices, and returns the list as it is on the wire. Feebridge
// reads again what a list lacks, and takes nothing from one that contradicts itself; what the list has
// is there to be looked at all the same.
func (l *lab) list(ask func() error) (elements, error) {
	l.Ear.listen()
	err := ask()
	for _, x := range l.Ear.answers() {
		_, isList := object(x)["Invoices"].([]any)
		if x.Status != http.StatusOK || !isList {
			continue
		}
		if errors.Is(err, xero.ErrNotUnderstood) {
			l.distrusted, err = errors.Unwrap(err), nil // less that the connection was at fault
		}
		l.lists++
		return elementsOf(x, "Invoices"), err
	}
	return nil, err
}

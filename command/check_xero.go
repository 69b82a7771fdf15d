package command

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
	"feebridge/assets/translations"
	"feebridge/xero/check"
)

var checkXeroCommand = command{
	name:  "check-xero",
	about: "check what Feebridge assumes about Xero on a Xero demo company (see docs/check-xero.md)",
	prepare: func(flags *flag.FlagSet) runner {
		var f checkFlags
		flags.StringVar(&f.organisation, "organisation", "", "the `NAME` of the connected organisation to check")
		flags.BoolVar(&f.yes, "yes", false, "begin without asking")
		flags.BoolVar(&f.approve, "approve", false, "also make up to two approved invoices and void them; voided invoices stay visible in Xero for good")
		flags.BoolVar(&f.any, "not-a-demo-company", false, "check the organisation even if it isn't a demo company")
		flags.StringVar(&f.answers, "answers", "", "keep Xero's answers, without names, in this `FILE` (default: beside the database)")
		flags.BoolVar(&f.clean, "clean", false, "only remove what an earlier check left in Xero")
		return none(f.run)
	},
}

type checkFlags struct {
	organisation, answers    string
	yes, approve, any, clean bool
}

// cleaningTime is how long the removal may take, however the check ended.
const cleaningTime = 3 * time.Minute

func (f *checkFlags) run(ctx context.Context, s *session) error {
	switch {
	case f.clean && (f.organisation != "" || f.approve || f.answers != ""):
		return misused("Use --clean on its own: Feebridge knows what an earlier check left, and where.")
	case !f.clean && f.organisation == "":
		return misused("Name the connected demo company, for example: feebridge check-xero --organisation \"Demo Company (NZ)\"")
	}
	if err := s.openConnected(ctx); err != nil {
		return err
	}
	book, err := check.OpenBook(beside(s.db.Path(), ".check-xero"))
	if err != nil {
		return err
	}
	if f.clean {
		return s.cleanUp(ctx, book)
	}
	if !book.Empty() {
		return app.Errorf(app.Unavailable, "command.check.left")
	}
	org, err := s.organisation(ctx, []string{f.organisation})
	if err != nil {
		return err
	}
	if err := f.fit(ctx, s, org.Tenant); err != nil {
		return err
	}
	if err := f.ask(ctx, s, org.Tenant); err != nil {
		return err
	}
	if err := s.app.AllowCheck(ctx, s.me, org.Tenant); err != nil {
		return err
	}
	return f.try(ctx, s, org, book)
}

// beside returns the path of a file beside the database.
func beside(db, ending string) string { return strings.TrimSuffix(db, filepath.Ext(db)) + ending }

// fit returns why the organisation can't be checked.
func (f *checkFlags) fit(ctx context.Context, s *session, org ledger.Tenant) error {
	there, err := check.Look(ctx, s.xero, org.ID)
	if err != nil {
		return err
	}
	refuse := func(what string) error {
		return app.Errorf(app.Unavailable, "command.check.not-allowed", "Organisation", translations.Quoted(org.Name), "What", what)
	}
	switch {
	case !there.Demo && !f.any:
		return misused("%q isn't a demo company, so nothing was sent. The check would make drafts there and delete them. To check it anyway, add --not-a-demo-company.", org.Name)
	case !there.MayDraft:
		return refuse("draft invoices")
	case f.approve && !there.MayApprove:
		return refuse("approved invoices")
	}
	if left, needed := s.xero.Gauge(org.ID).DayLeft, check.Calls(f.approve); left >= 0 && left < needed {
		return app.Errorf(app.Unavailable, "command.check.few-calls", "Left", left, "Needed", needed)
	}
	return nil
}

// ask says what is about to be done, and asks whether to begin.
func (f *checkFlags) ask(ctx context.Context, s *session, org ledger.Tenant) error {
	invoices, contacts := check.Most(f.approve)
	fmt.Fprintf(s.Err, "This makes up to %d draft invoices and %d contacts in %q, and deletes or archives them at the end.\n", invoices, contacts, org.Name)
	if f.approve {
		fmt.Fprintln(s.Err, "It also approves up to two invoices and voids them. Voided invoices stay visible in Xero for good.")
	}
	fmt.Fprintf(s.Err, "It uses about %d of the organisation's Xero API calls", check.Calls(f.approve))
	if left := s.xero.Gauge(org.ID).DayLeft; left >= 0 {
		fmt.Fprintf(s.Err, ", of which %d are left today", left)
	}
	fmt.Fprintln(s.Err, ", and takes about two minutes.")
	if f.yes {
		return nil
	}
	_, _ = fmt.Fprint(s.Err, "Begin? [y/N] ")
	answer, _ := await(ctx, func() (string, error) { return bufio.NewReader(os.Stdin).ReadString('\n') })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	// What can't be read is not a yes.
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
		return misused("Nothing was sent. To begin, answer y, or add --yes.")
	}
	return nil
}

// try makes the check, and removes what it made.
func (f *checkFlags) try(ctx context.Context, s *session, org app.Organisation, book *check.Book) (err error) {
	if f.answers == "" {
		f.answers = beside(s.db.Path(), "-check-xero-"+time.Now().Format("20060102-150405")+".jsonl")
	}
	if err := s.db.RefuseOwn(f.answers); err != nil {
		return err
	}
	file, err := os.OpenFile(f.answers, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return misused("%s already exists. Name another file with --answers.", f.answers)
	}
	if err != nil {
		return err
	}
	ear := check.NewEar(file, s.names(ctx, org)...)
	s.hear = ear.Hear
	results, ended := check.Run(ctx, check.Config{
		Client: s.xero, Ear: ear, Tenant: org.Tenant.ID, Base: s.firm.MarkBase, Book: book, Approve: f.approve, Told: s.printResult,
	})
	made, left := s.removeMade(ctx, book)
	closed := errors.Join(ear.Err(), file.Sync(), file.Close())
	s.hear = nil
	s.printMade(made)
	s.summarise(results, f.answers)
	switch {
	case closed != nil:
		return fmt.Errorf("keeping Xero's answers: %w", closed)
	case ctx.Err() != nil:
		return errors.Join(app.Errorf(app.Unavailable, "command.check.interrupted"), left)
	case ended != nil:
		return errors.Join(ended, left)
	case count(results, check.Differs) > 0:
		if left != nil {
			s.complain("%v", left)
		}
		return errSomeFailed
	case left != nil:
		return left
	case count(results, check.Unclear) > 0:
		return app.Errorf(app.Unavailable, "command.check.unclear")
	}
	return nil
}

// names are left out of the answers that are kept.
func (s *session) names(ctx context.Context, org app.Organisation) []string {
	names := []string{org.Tenant.Name, s.firm.Name, s.me.Name, s.me.Email}
	consents, _ := s.app.Consents(ctx) // the rest is left out whether or not they are known
	for _, c := range consents {
		names = append(names, c.Name, c.Email, string(c.ID))
	}
	return names
}

// cleanUp removes what an earlier check left in Xero.
func (s *session) cleanUp(ctx context.Context, book *check.Book) error {
	if book.Empty() {
		s.say("No check has left anything in Xero.")
		return nil
	}
	if err := s.app.AllowCheck(ctx, s.me, ledger.Tenant{ID: book.Tenant()}); err != nil {
		return err
	}
	made, err := s.removeMade(ctx, book)
	s.printMade(made)
	return err
}

// removeMade removes what the book tells of, even when ctx has ended, and returns why something stays.
func (s *session) removeMade(ctx context.Context, book *check.Book) ([]check.Made, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleaningTime)
	defer cancel()
	made, err := check.Clean(ctx, s.xero, book)
	if err == nil && !book.Empty() {
		err = app.Errorf(app.Unavailable, "command.check.stays")
	}
	return made, err
}

// checkedJSON is what was found about an assumption.
type checkedJSON struct {
	Assumption string        `json:"assumption"`
	Expected   string        `json:"expected"`
	Found      string        `json:"found"`
	Holds      check.Verdict `json:"holds"`
	Reason     string        `json:"reason,omitempty"`
	Why        string        `json:"why"`
	Source     string        `json:"source"`
}

// printResult prints a row of the report.
func (s *session) printResult(r check.Result) {
	text := fmt.Sprintf("%-14s %s: %s", r.Verdict, r.Name, r.Expected)
	add := func(what, of string) {
		if of != "" {
			text += fmt.Sprintf("\n%-14s %s: %s", "", what, of)
		}
	}
	add("found", r.Found)
	add("reason", r.Reason)
	if r.Verdict == check.Differs {
		add("why it matters", r.Why)
	}
	s.print(checkedJSON{r.Name, r.Expected, r.Found, r.Verdict, r.Reason, r.Why, r.Source}, "%s", text)
}

// madeJSON is the end of what a check made, or was about to make.
type madeJSON struct {
	Made   check.Sort `json:"made"`
	Name   string     `json:"name"`
	ID     string     `json:"id,omitempty"`
	Became check.Fate `json:"became"`
	Reason string     `json:"reason,omitempty"`
}

// printMade prints what was made, and how each ended.
func (s *session) printMade(made []check.Made) {
	if len(made) > 0 {
		s.say("\nWhat the check made in Xero, and what became of it:")
	}
	for _, m := range made {
		text := fmt.Sprintf("  %-8s %-28s %s", m.Sort, m.Name, m.Fate)
		if m.Reason != "" {
			text += ": " + m.Reason
		}
		s.print(madeJSON{m.Sort, m.Name, m.ID, m.Fate, m.Reason}, "%s", text)
	}
}

// summarise says briefly what was found, and where the answers are.
func (s *session) summarise(results []check.Result, answers string) {
	s.say("\n%d assumptions hold, and %d don't. %d couldn't be told, and %d weren't tried.",
		count(results, check.Holds), count(results, check.Differs), count(results, check.Unclear), count(results, check.Untried))
	for _, r := range results {
		if r.Verdict == check.Differs {
			s.say("  %s doesn't hold: %s", r.Name, r.Found)
		}
	}
	s.say("Xero's answers, without names, are in\n%s", answers)
}

func count(results []check.Result, v check.Verdict) int {
	n := 0
	for _, r := range results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

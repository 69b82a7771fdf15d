package command

import (
	"context"
	"flag"
	"path/filepath"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/staff"
)

var auditCommand = command{
	name: "audit", args: "verify|list",
	about: "verify the audit trail, or list it",
	prepare: func(flags *flag.FlagSet) runner {
		var f auditFlags
		flags.StringVar(&f.to, "to", "", "with list: write the entries to a `FILE.csv` instead")
		flags.StringVar(&f.by, "by", "", "with list: only what the staff member with this `NAME` or email address did")
		flags.StringVar(&f.subject, "subject", "", "with list: only entries about this `KIND` of thing, such as invoice, client or staff")
		flags.StringVar(&f.id, "id", "", "with list and --subject: only entries about the one with this `ID`")
		flags.StringVar(&f.action, "action", "", "with list: only this `ACTION`, such as export or denied")
		flags.StringVar(&f.from, "from", "", "with list: only from this `DATE` on, such as 2026-11-03")
		flags.StringVar(&f.through, "to-date", "", "with list: only up to this `DATE`")
		return f.run
	},
}

// auditFlags say which entries of the audit trail are asked for.
type auditFlags struct {
	to                      string
	by, subject, id, action string
	from, through           string
}

func (f *auditFlags) run(ctx context.Context, s *session, words []string) error {
	if len(words) != 1 || words[0] != "verify" && words[0] != "list" {
		return misused("\"audit verify\" verifies the audit trail. \"audit list\" lists it.")
	}
	if f.to != "" && strings.ToLower(filepath.Ext(f.to)) != ".csv" {
		return misused("--to takes a file that ends in .csv.")
	}
	q, err := f.query()
	if err != nil {
		return err
	}
	if err := s.openToRead(ctx); err != nil {
		return err
	}
	if words[0] == "verify" {
		return s.verifyAudit(ctx)
	}
	if f.by != "" {
		m, err := s.member(ctx, f.by)
		if err != nil {
			return err
		}
		q.By = m.ID
	}
	entries, err := s.app.AuditTrail(ctx, s.me, q)
	if err != nil {
		return err
	}
	return f.print(s, entries)
}

// query returns what is asked for.
func (f *auditFlags) query() (q app.AuditQuery, err error) {
	q = app.AuditQuery{Subject: f.subject, ID: f.id, Action: staff.AuditAction(f.action)}
	q.From, q.To, err = period(f.from, f.through)
	return q, err
}

// verifiedJSON is what the check of the audit trail found.
type verifiedJSON struct {
	Entries int64  `json:"entries"`
	Head    string `json:"head"` // hash of the last entry
	Broken  int64  `json:"broken,omitempty"`
	How     string `json:"how,omitempty"`
}

func (s *session) verifyAudit(ctx context.Context) error {
	report, err := s.app.VerifyAudit(ctx, s.me)
	if err != nil {
		return err
	}
	line := verifiedJSON{Entries: report.Entries, Head: report.Head.Hash}
	if b := report.Broken; b != nil {
		line.Broken, line.How = b.Seq, string(b.How)
		s.print(line, "The audit trail is broken: entry %d was %s. There are %d entries.", b.Seq, b.How, report.Entries)
		return errSomeFailed
	}
	s.print(line, "The audit trail is intact: %d entries. The hash of the last one is\n%s", report.Entries, report.Head.Hash)
	return nil
}

// entryJSON is an entry of the audit trail.
type entryJSON struct {
	Seq     int64  `json:"seq"`
	At      string `json:"at"`
	By      string `json:"by"`
	Action  string `json:"action"`
	Subject string `json:"subject"`
	ID      string `json:"id"`
	From    string `json:"from"`
	To      string `json:"to"`
	Hash    string `json:"hash"`
}

func entryLine(e staff.Entry) entryJSON {
	return entryJSON{e.Seq, app.Stamp(e.At), e.ByName, string(e.Action), e.Subject, e.ID, e.From, e.To, e.Hash()}
}

// print prints the entries, or writes them to the file that --to names.
func (f *auditFlags) print(s *session, entries []staff.Entry) error {
	if f.to == "" {
		for _, e := range entries {
			s.print(entryLine(e), "%6d  %s  %s  %s %s %s%s", e.Seq, e.At.Local().Format(time.DateTime), e.ByName, string(e.Action), e.Subject, e.ID, changed(e))
		}
		return nil
	}
	return s.saveCells(f.to, app.AuditSheet(entries))
}

// changed says on one line what the entry changed.
func changed(e staff.Entry) string {
	oneLine := strings.NewReplacer("\n", "; ").Replace
	switch {
	case e.From != "" && e.To != "":
		return ": " + oneLine(e.From) + " → " + oneLine(e.To)
	case e.From+e.To != "":
		return ": " + oneLine(e.From+e.To)
	}
	return ""
}

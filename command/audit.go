package command

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/app/staff"
	"feebridge/data/sheet"
)

// auditOptions say which entries of the audit trail are asked for.
type auditOptions struct {
	by, subject, id, action string
	from, through           string
}

func auditFlags(flags *flag.FlagSet, o *options) {
	a := &o.audit
	flags.StringVar(&o.to, "to", "", "with list: write the entries to a `FILE.csv` instead")
	flags.StringVar(&a.by, "by", "", "with list: only what the member of staff with that `NAME` or e-mail address did")
	flags.StringVar(&a.subject, "subject", "", "with list: only what concerns a `KIND` of thing, such as invoice, client or staff")
	flags.StringVar(&a.id, "id", "", "with list and --subject: only what concerns the one with that `ID`")
	flags.StringVar(&a.action, "action", "", "with list: only one `ACTION`, such as export or denied")
	flags.StringVar(&a.from, "from", "", "with list: from that `DATE` on, such as 2026-11-03")
	flags.StringVar(&a.through, "to-date", "", "with list: up to that `DATE`")
}

// auditTrail checks the audit trail, or lists it.
func auditTrail(ctx context.Context, s *session, words []string) int {
	if len(words) != 1 || words[0] != "verify" && words[0] != "list" {
		return s.wrongUse("audit verify checks the audit trail; audit list lists it.")
	}
	if to := s.options.to; to != "" && strings.ToLower(filepath.Ext(to)) != ".csv" {
		return s.wrongUse("--to takes a file that ends in .csv.")
	}
	q, err := s.options.audit.query()
	if err != nil {
		return s.wrongUse("%v", err)
	}
	if err := s.open(ctx); err != nil {
		return s.fail(err)
	}
	if words[0] == "verify" {
		return s.verifyAudit(ctx)
	}
	if name := s.options.audit.by; name != "" {
		m, err := s.member(ctx, name)
		if err != nil {
			return s.fail(err)
		}
		q.By = m.ID
	}
	entries, err := s.app.AuditTrail(ctx, s.me, q)
	if err == nil {
		err = s.printTrail(entries)
	}
	if err != nil {
		return s.fail(err)
	}
	return exitDone
}

// query returns what is asked for. Days are those of this computer's time zone.
func (o auditOptions) query() (app.AuditQuery, error) {
	q := app.AuditQuery{Subject: o.subject, ID: o.id, Action: o.action}
	for _, day := range []struct {
		flag, text string
		later      int // days
		to         *time.Time
	}{{"--from", o.from, 0, &q.From}, {"--to-date", o.through, 1, &q.To}} {
		if day.text == "" {
			continue
		}
		at, err := time.ParseInLocation(time.DateOnly, day.text, time.Local)
		if err != nil {
			return q, fmt.Errorf("%s takes a date such as 2026-11-03, not %q", day.flag, day.text)
		}
		*day.to = at.AddDate(0, 0, day.later)
	}
	return q, nil
}

// verifiedJSON is what the check of the audit trail found.
type verifiedJSON struct {
	Entries int64  `json:"entries"`
	Head    string `json:"head"` // hash of the last entry
	Broken  int64  `json:"broken,omitempty"`
	How     string `json:"how,omitempty"`
}

func (s *session) verifyAudit(ctx context.Context) int {
	report, err := s.app.VerifyAudit(ctx, s.me)
	if err != nil {
		return s.fail(err)
	}
	line := verifiedJSON{Entries: report.Entries, Head: report.Head.Hash}
	if b := report.Broken; b != nil {
		line.Broken, line.How = b.Seq, string(b.How)
		s.print(line, "The audit trail is broken: entry %d was %s. There are %d entries.", b.Seq, b.How, report.Entries)
		return exitSomeFailed
	}
	s.print(line, "The audit trail is sound: %d entries, the last with the hash\n%s", report.Entries, report.Head.Hash)
	return exitDone
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
	return entryJSON{e.Seq, e.At.UTC().Format(time.RFC3339Nano), e.ByName, e.Action, e.Subject, e.ID, e.From, e.To, e.Hash()}
}

func (s *session) printTrail(entries []staff.Entry) error {
	if s.options.to == "" {
		for _, e := range entries {
			s.print(entryLine(e), "%6d  %s  %s  %s %s %s%s", e.Seq, e.At.Local().Format(time.DateTime), e.ByName, e.Action, e.Subject, e.ID, became(e))
		}
		return nil
	}
	return sheet.WriteFile(s.options.to, func(w io.Writer) error { return sheet.WriteCSV(w, app.AuditSheet(entries)) })
}

// became says on one line what the entry changed.
func became(e staff.Entry) string {
	oneLine := strings.NewReplacer("\n", "; ").Replace
	switch {
	case e.From != "" && e.To != "":
		return ": " + oneLine(e.From) + " → " + oneLine(e.To)
	case e.From+e.To != "":
		return ": " + oneLine(e.From+e.To)
	}
	return ""
}

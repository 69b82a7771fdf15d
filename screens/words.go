package screens

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// with names the values of a translation's placeholders.
type with map[string]any

// learnWords makes our translations known to Fyne, once in a process.
var learnWords = sync.OnceFunc(func() {
	files, err := translations.Files.ReadDir(".")
	for _, file := range files {
		var words []byte
		if words, err = translations.Files.ReadFile(file.Name()); err == nil {
			err = lang.AddTranslations(fyne.NewStaticResource(file.Name(), words))
		}
		if err != nil {
			break
		}
	}
	if err != nil { // the English words stand in the code, too
		fyne.LogError("reading the translations", err)
	}
})

// say returns what a person reads of an error.
func say(err error) string {
	var refusal *app.Error
	var rule *billing.Refused
	var trouble *app.Trouble
	switch {
	case errors.As(err, &refusal):
		return template(refusal.Text, refusal.Args)
	case errors.As(err, &rule):
		return template(rule.Text, rule.Args)
	case errors.As(err, &trouble):
		return strings.TrimSpace(reasonWords(trouble.Reason) + " " + trouble.Text)
	}
	return lang.L("Something went wrong inside Feebridge: {{.Error}}. Nothing was changed. Try again; if it stays, restart Feebridge.",
		with{"Error": err})
}

// template fills in the translation of an English template in the manner of fmt.
func template(text string, args []any) string { return fmt.Sprintf(lang.X(text, text), args...) }

// meaning and fix tell a cause in the person's language.
func meaning(c ledger.Cause) string { return lang.X(c.Meaning(), c.Meaning()) }
func fix(c ledger.Cause) string     { return lang.X(c.Fix(), c.Fix()) }

// reasonWords says in a sentence why Xero cannot be reached.
func reasonWords(r app.Reason) string {
	switch r {
	case app.Offline:
		return lang.L("Xero cannot be reached: this computer seems to be offline.")
	case app.Interrupted:
		return lang.L("The connection to Xero broke off.")
	case app.Troubled:
		return lang.L("Xero has a problem of its own at the moment.")
	case app.MinuteLimit:
		return lang.L("Xero takes only so many calls a minute.")
	case app.DayLimit:
		return lang.L("Xero takes no more calls from this organisation today.")
	case app.NoConsent:
		return lang.L("Xero does not accept the sign-in any more: sign in again.")
	case app.NotConnected:
		return lang.L("The organisation has ended the connection in Xero: connect it again.")
	}
	return lang.L("Xero refused the request.")
}

// waitWords says in a few words what sending waits for, and how long.
func waitWords(r app.Reason, until, now time.Time) string {
	data := with{"For": waitTime(until, now)}
	switch r {
	case app.Offline:
		return lang.L("Offline; tries again in {{.For}}", data)
	case app.MinuteLimit:
		return lang.L("Waits for Xero's minute limit, {{.For}}", data)
	case app.DayLimit:
		return lang.L("Waits for Xero's daily limit, until {{.Until}}", with{"Until": until.Local().Format("15:04")})
	case app.NoConsent:
		return lang.L("Waits for a new sign-in to Xero")
	case app.NotConnected:
		return lang.L("Waits: the organisation has ended the connection")
	case app.Interrupted:
		return lang.L("The connection broke off; tries again in {{.For}}", data)
	}
	return lang.L("Xero has a problem; tries again in {{.For}}", data)
}

// waitTime is a wait in seconds, or in minutes where it is long.
func waitTime(until, now time.Time) string {
	left := max(until.Sub(now), 0)
	if left < 2*time.Minute {
		return lang.L("{{.Seconds}} s", with{"Seconds": int((left + time.Second - 1) / time.Second)})
	}
	return lang.L("{{.Minutes}} min", with{"Minutes": int((left + time.Minute - 1) / time.Minute)})
}

// statusWord names the status of an invoice.
func statusWord(s billing.Status) string {
	switch s {
	case billing.Draft:
		return lang.L("Draft")
	case billing.Finalized:
		return lang.L("Finalized")
	case billing.Closed:
		return lang.L("Closed")
	}
	return lang.L("Deleted")
}

// exportWord names what has become of an invoice's export; "" for a draft, which has none.
func exportWord(s billing.Stage, how ledger.Settlement) string {
	if s.Status == billing.Closed {
		switch s.Export {
		case billing.Exported:
			return settlementWord(how)
		case billing.Removing:
			return lang.L("Being voided in Xero")
		}
	}
	switch s.Export {
	case billing.NotExported:
		if s.Status == billing.Draft {
			return ""
		}
		return lang.L("Not exported")
	case billing.Queued:
		return lang.L("Queued")
	case billing.Exporting:
		return lang.L("Exporting")
	case billing.Exported:
		return lang.L("Exported")
	case billing.Warned:
		return lang.L("Exported with a warning")
	case billing.Failed:
		return lang.L("Failed")
	case billing.Unknown:
		return lang.L("Being looked up")
	case billing.Changed:
		return lang.L("Changed in Xero")
	case billing.DeletedInXero:
		return lang.L("Deleted in Xero")
	case billing.VoidedInXero:
		return lang.L("Voided in Xero")
	case billing.NotFoundInXero:
		return lang.L("Not found in Xero")
	case billing.Removing:
		return lang.L("Being removed from Xero")
	}
	return lang.L("Held")
}

// resultWord names how one part of a run ended, or where it stands.
func resultWord(e app.Export) string {
	switch {
	case !e.Ended.IsZero() && e.Result == billing.NotExported:
		return lang.L("Cancelled")
	case e.Ended.IsZero():
		return lang.L("Not settled yet")
	}
	return exportWord(billing.Stage{Status: billing.Finalized, Export: e.Result}, ledger.NotApproved)
}

// settlementWord names how far an approved invoice is paid.
func settlementWord(how ledger.Settlement) string {
	switch how {
	case ledger.PartPaid:
		return lang.L("Part-paid")
	case ledger.Paid:
		return lang.L("Paid")
	case ledger.Credited:
		return lang.L("Credited")
	}
	return lang.L("Approved")
}

// figureWord names a figure of an invoice that Xero is watched for.
func figureWord(f ledger.Figure) string {
	switch f {
	case ledger.NumberFigure:
		return lang.L("Number")
	case ledger.ContactFigure:
		return lang.L("Contact")
	case ledger.DateFigure:
		return lang.L("Date")
	case ledger.CurrencyFigure:
		return lang.L("Currency")
	}
	return lang.L("Total")
}

// needsWords says that who acts lacks what an action needs.
func needsWords(a staff.Action) string {
	return lang.L("needs {{.Permission}}", with{"Permission": lang.X(a.Needs(), a.Needs())})
}

// creditNoteWords says who makes credit notes, and where.
func creditNoteWords() string {
	return lang.L("Feebridge makes no credit notes: in Xero open the invoice, Invoice options, Add credit note.")
}

// linkWord says how a client came by its contact.
func linkWord(h app.LinkHow) string {
	switch h {
	case app.LinkedByNumber:
		return lang.L("found by its contact number")
	case app.LinkedByName:
		return lang.L("found by its name")
	case app.LinkedCreated:
		return lang.L("created by Feebridge")
	}
	return lang.L("chosen by hand")
}

// invoiceCount says how many invoices those are.
func invoiceCount(n int) string {
	return lang.XN("count.invoices", "{{.Count}} invoices", n, with{"Count": n})
}

// actionWord names what was done to an invoice, as the audit trail has it. An action
// without a word of its own is told as it is recorded.
func actionWord(action string) string {
	switch action {
	case "import":
		return lang.X("action.import", "imported")
	case "finalize":
		return lang.X("action.finalize", "finalized")
	case "draft":
		return lang.X("action.draft", "taken back to draft")
	case "hold":
		return lang.X("action.hold", "held")
	case "release":
		return lang.X("action.release", "released")
	case "export":
		return lang.X("action.export", "export started")
	case "export ended":
		return lang.X("action.export-ended", "export ended")
	case "cancel export":
		return lang.X("action.cancel-export", "export cancelled")
	case "void in Xero":
		return lang.X("action.void", "voiding in Xero started")
	case "removed from Xero":
		return lang.X("action.removed", "removed from Xero")
	case "voided in Xero":
		return lang.X("action.voided", "voided in Xero")
	case "stays in Xero":
		return lang.X("action.stays", "stays in Xero")
	case "read again":
		return lang.X("action.read-again", "found in Xero")
	case "replace":
		return lang.X("action.replace", "replacement")
	case "renumber":
		return lang.X("action.renumber", "given another number")
	case "copy":
		return lang.X("action.copy", "copied")
	case "delete":
		return lang.X("action.delete", "deleted")
	}
	return action
}

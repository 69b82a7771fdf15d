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
	if err != nil { // they are part of the program: only a broken build comes here
		fyne.LogError("reading the translations", err)
	}
})

// say returns what a person reads of an error.
func say(err error) string {
	var refusal *app.Error
	var rule *billing.Refused
	var trouble *app.Trouble
	var damaged *app.Damaged
	switch {
	case errors.As(err, &damaged): // what there is to do, the banner and its dialog offer
		return lang.L("damaged.banner")
	case errors.As(err, &refusal):
		return told(refusal.Phrase)
	case errors.As(err, &rule):
		return told(rule.Phrase)
	case errors.As(err, &trouble):
		return strings.TrimSpace(reasonWords(trouble.Reason) + " " + trouble.Text)
	}
	return told(translations.Say("trouble.internal", "Error", err))
}

// told returns a phrase in the person's language, and what is filled into it likewise.
func told(p translations.Phrase) string {
	values := with{}
	for name, value := range p.Data {
		switch v := value.(type) {
		case translations.Phrase:
			value = told(v)
		case error:
			value = toldError(v)
		}
		if name == "Error" {
			value = translations.Clause(fmt.Sprint(value))
		}
		values[name] = value
	}
	if count, counts := p.Data["Count"].(int); counts {
		return lang.N(p.Key, count, values)
	}
	return lang.L(p.Key, values)
}

// toldError returns an error inside a phrase in the person's language, as far as it has a
// phrase of its own.
func toldError(err error) string {
	var refusal *app.Error
	var rule *billing.Refused
	if errors.As(err, &refusal) || errors.As(err, &rule) {
		return say(err)
	}
	return err.Error()
}

// meaning and fix tell a cause in the person's language.
func meaning(c ledger.Cause) string { return told(c.Meaning()) }
func fix(c ledger.Cause) string     { return told(c.Fix()) }

// reasonWords says in a sentence why Xero cannot be reached.
func reasonWords(r app.Reason) string { return told(r.Words()) }

// detailWords quotes what there is to say of it beyond the reason: Xero's words where it
// answered.
func detailWords(r app.Reason, text string) string {
	switch r {
	case app.Troubled, app.MinuteLimit, app.DayLimit, app.Refused:
		return lang.L("trouble.xero-says", with{"Text": text})
	}
	return lang.L("trouble.details", with{"Text": text})
}

// waitWords says in a few words what sending waits for, and how long.
func waitWords(r app.Reason, until, now time.Time) string {
	data := with{"For": waitTime(until, now)}
	switch r {
	case app.Offline:
		return lang.L("wait.offline", data)
	case app.MinuteLimit:
		return lang.L("wait.minute-limit", data)
	case app.DayLimit:
		return lang.L("wait.day-limit", with{"Until": until.Local().Format("15:04")})
	case app.NoConsent:
		return lang.L("wait.expired")
	case app.NotConnected:
		return lang.L("wait.disconnected")
	case app.Interrupted:
		return lang.L("wait.interrupted", data)
	}
	return lang.L("wait.xero", data)
}

// waitTime is a wait in seconds, or in minutes where it is long.
func waitTime(until, now time.Time) string {
	left := max(until.Sub(now), 0)
	if left < 2*time.Minute {
		return lang.L("time.seconds", with{"Seconds": int((left + time.Second - 1) / time.Second)})
	}
	return lang.L("time.minutes", with{"Minutes": int((left + time.Minute - 1) / time.Minute)})
}

// statusWord names the status of an invoice.
func statusWord(s billing.Status) string {
	switch s {
	case billing.Draft:
		return lang.L("status.draft")
	case billing.Finalized:
		return lang.L("status.finalized")
	case billing.Closed:
		return lang.L("status.closed")
	}
	return lang.L("status.deleted")
}

// statusInSentence says what an invoice is that is no draft any longer.
func statusInSentence(s billing.Status) string {
	switch s {
	case billing.Finalized:
		return lang.L("status.in-sentence.finalized")
	case billing.Closed:
		return lang.L("status.in-sentence.closed")
	}
	return lang.L("status.in-sentence.deleted")
}

// exportWord names how far an invoice's export has come; "" for a draft, which has none.
func exportWord(s billing.Stage, how ledger.Settlement) string {
	if s.Status == billing.Closed {
		switch s.Export {
		case billing.Exported:
			return settlementWord(how)
		case billing.Removing:
			return lang.L("xero.voiding")
		}
	}
	switch s.Export {
	case billing.NotExported:
		if s.Status == billing.Draft {
			return ""
		}
		return lang.L("xero.not-exported")
	case billing.Queued:
		return lang.L("xero.queued")
	case billing.Exporting:
		return lang.L("xero.exporting")
	case billing.Exported:
		return lang.L("xero.exported")
	case billing.Warned:
		return lang.L("xero.warned")
	case billing.Failed:
		return lang.L("xero.failed")
	case billing.Unknown:
		return lang.L("xero.unknown")
	case billing.MayBeOurs:
		return lang.L("xero.may-be-ours")
	case billing.Changed:
		return lang.L("xero.edited")
	case billing.DeletedInXero:
		return lang.L("xero.deleted")
	case billing.VoidedInXero:
		return lang.L("xero.voided")
	case billing.NotFoundInXero:
		return lang.L("xero.missing")
	case billing.Removing:
		return lang.L("xero.removing")
	}
	return lang.L("xero.held")
}

// resultWord names how one part of a run ended, or where it stands.
func resultWord(e app.Export) string {
	switch {
	case !e.Ended.IsZero() && e.Result == billing.NotExported:
		return lang.L("run.not-sent")
	case e.Ended.IsZero():
		return lang.L("run.unsettled")
	}
	return exportWord(billing.Stage{Status: billing.Finalized, Export: e.Result}, ledger.NotApproved)
}

// settlementWord names how far an approved invoice is paid.
func settlementWord(how ledger.Settlement) string {
	switch how {
	case ledger.PartPaid:
		return lang.L("xero.part-paid")
	case ledger.Paid:
		return lang.L("xero.paid")
	case ledger.Credited:
		return lang.L("xero.credited")
	}
	return lang.L("xero.status.authorised")
}

// thereWord names the status of an invoice in Xero, as Xero shows it.
func thereWord(s ledger.InvoiceStatus) string {
	switch s {
	case ledger.DraftThere:
		return lang.L("xero.status.draft")
	case ledger.SubmittedThere:
		return lang.L("xero.status.submitted")
	case ledger.AuthorisedThere:
		return lang.L("xero.status.authorised")
	case ledger.PaidThere:
		return lang.L("xero.status.paid")
	case ledger.VoidedThere:
		return lang.L("xero.status.voided")
	case ledger.DeletedThere:
		return lang.L("xero.status.deleted")
	}
	return string(s)
}

// figureWord names a figure of an invoice that Xero is watched for.
func figureWord(f ledger.Figure) string {
	switch f {
	case ledger.NumberFigure:
		return lang.L("field.number")
	case ledger.ContactFigure:
		return lang.L("field.contact")
	case ledger.DateFigure:
		return lang.L("field.date")
	case ledger.DueFigure:
		return lang.L("field.due-date")
	case ledger.ReferenceFigure:
		return lang.L("field.reference")
	case ledger.CurrencyFigure:
		return lang.L("field.currency")
	}
	return lang.L("field.total")
}

// permissionsFor names the roles and permissions that an action needs.
func permissionsFor(a staff.Action) string { return told(a.Needs()) }

// needsWords says that who acts lacks what an action needs.
func needsWords(a staff.Action) string {
	return lang.L("obstacle.needs", with{"Permission": permissionsFor(a)})
}

// creditNoteWords says who makes credit notes, and where.
func creditNoteWords() string {
	return lang.L("advice.credit-note")
}

// linkWord says how a client came by its contact.
func linkWord(h app.LinkHow) string {
	switch h {
	case app.LinkedByNumber:
		return lang.L("link.by-number")
	case app.LinkedByName:
		return lang.L("link.by-name")
	case app.LinkedCreated:
		return lang.L("link.created")
	}
	return lang.L("link.chosen")
}

// invoiceCount says how many invoices those are.
func invoiceCount(n int) string {
	return lang.N("count.invoices", n, with{"Count": n})
}

// actionWord names what was done. An action that this version does not know is told as it is
// recorded.
func actionWord(action staff.AuditAction) string {
	if key := action.Key(); key != "" {
		return lang.L(key)
	}
	return string(action)
}

package app

import (
	"feebridge/app/billing"
	"feebridge/assets/translations"
)

// Obstacle says in a clause why an event that staff ask for cannot happen to an invoice at that
// stage. Screens show it where they do not offer the event, and a refusal ends with it: what is
// not possible is told in the same words before and after it was tried.
func Obstacle(ev billing.Event, s billing.Stage) translations.Phrase {
	switch {
	case s.Status == billing.Deleted:
		return translations.Say("obstacle.deleted")
	case ev == billing.Void:
		return translations.Say("obstacle.only-closed")
	case ev == billing.LetGo:
		return translations.Say("obstacle.only-missing")
	case s.Status == billing.Closed && (ev == billing.Reopen || ev == billing.Delete):
		return translations.Say("obstacle.closed-replace")
	case s.Status == billing.Closed:
		return translations.Say("obstacle.closed")
	case ev == billing.Finalize:
		return translations.Say("obstacle.only-draft")
	case ev == billing.Release:
		return translations.Say("obstacle.only-held")
	case s.Status == billing.Draft && ev == billing.Reopen:
		return translations.Say("obstacle.already-draft")
	case s.Status == billing.Draft:
		return translations.Say("obstacle.still-draft")
	case s.Export == billing.Removing:
		return translations.Say("obstacle.removing")
	case s.Export == billing.Queued && ev == billing.Reopen:
		return translations.Say("obstacle.queued")
	case s.Export == billing.Queued && ev == billing.Queue:
		return translations.Say("obstacle.already-queued")
	case s.Export == billing.MayBeOurs:
		return translations.Say("obstacle.may-be-ours")
	case s.Export == billing.Unknown:
		return translations.Say("obstacle.unknown")
	case s.InFlight():
		return translations.Say("obstacle.in-flight")
	case s.Export == billing.NotFoundInXero:
		return translations.Say("obstacle.missing")
	case s.Live() && ev == billing.Delete:
		return translations.Say("obstacle.live-delete")
	case s.Live():
		return translations.Say("obstacle.live")
	case s.Export == billing.Held && ev == billing.Hold:
		return translations.Say("obstacle.already-held")
	}
	return translations.Say("obstacle.held")
}

// refusedMoves are the keys of the refusals that end with an Obstacle.
var refusedMoves = map[billing.Event]string{
	billing.Finalize: "refused.finalize", billing.Reopen: "refused.redraft", billing.Hold: "refused.hold",
	billing.Release: "refused.release", billing.Queue: "refused.export", billing.Delete: "refused.delete",
	billing.LetGo: "refused.confirm-missing", billing.Void: "refused.replace",
}

// hindered returns the refusal of an event that cannot happen to an invoice as it is.
func hindered(ev billing.Event, v billing.Invoice) error {
	return Errorf(Conflict, refusedMoves[ev], "Invoice", v.Name(), "Why", Obstacle(ev, v.Stage))
}

// Describe says a stage in English words, as the audit trail keeps them.
func Describe(s billing.Stage) string { return stagePhrase(s).String() }

// stagePhrase says a stage in words, for inside a sentence.
func stagePhrase(s billing.Stage) translations.Phrase {
	switch s.Status {
	case billing.Draft:
		return translations.Say("stage.draft")
	case billing.Deleted:
		return translations.Say("status.in-sentence.deleted")
	}
	status, export := translations.Say("status.in-sentence.finalized"), translations.Say(exportKeys[s.Export])
	if s.Status == billing.Closed {
		status = translations.Say("status.in-sentence.closed")
		if s.Export == billing.Removing {
			export = translations.Say("stage.export.voiding")
		}
	}
	return translations.Say("stage.exported", "Status", status, "Export", export)
}

var exportKeys = map[billing.ExportState]string{
	billing.NotExported:    "stage.export.none",
	billing.Queued:         "stage.export.queued",
	billing.Exporting:      "stage.export.exporting",
	billing.Exported:       "stage.export.exported",
	billing.Warned:         "stage.export.warned",
	billing.Failed:         "stage.export.failed",
	billing.Unknown:        "stage.export.unknown",
	billing.Changed:        "stage.export.edited",
	billing.DeletedInXero:  "stage.export.deleted",
	billing.VoidedInXero:   "stage.export.voided",
	billing.NotFoundInXero: "stage.export.missing",
	billing.Removing:       "stage.export.removing",
	billing.Held:           "stage.export.held",
	billing.MayBeOurs:      "stage.export.may-be-ours",
}

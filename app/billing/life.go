package billing

// Status is where an invoice stands on the firm's side.
type Status uint8

// The statuses in the order in which an invoice passes them.
const (
	Draft Status = iota
	Finalized
	Closed
	Deleted
)

var statusNames = [...]string{"draft", "finalized", "closed", "deleted"}

// String returns the name under which the status is stored and listed.
func (s Status) String() string { return statusNames[s] }

// ExportState is how far an invoice's export has come, as the Xero Export column tells it.
type ExportState uint8

// The export states.
const (
	NotExported ExportState = iota
	Queued
	Exporting
	Exported
	Warned // exported, and Xero warned of something that nobody has seen yet
	Failed
	Unknown // the answer was lost; settles itself by replay or look-up
	Changed // number, contact, currency, date or total differ from what was sent
	DeletedInXero
	VoidedInXero
	NotFoundInXero // absent from a complete reading of what Xero has
	Removing       // on its way back to draft; of a closed one, on its way to be voided
	Held           // kept back by a person
	MayBeOurs      // it may be in Xero, and nothing proves it: a person decides
)

var exportNames = [...]string{
	"not_exported", "queued", "exporting", "exported", "warning", "failed", "unknown",
	"changed", "deleted_in_xero", "voided_in_xero", "not_found_in_xero", "removing", "held",
	"may_be_ours",
}

// String returns the name under which the state is stored and listed.
func (e ExportState) String() string { return exportNames[e] }

// Statuses and ExportStates list every value in order.
func Statuses() []Status { return []Status{Draft, Finalized, Closed, Deleted} }

// ExportStates lists every export state in order.
func ExportStates() []ExportState {
	all := make([]ExportState, len(exportNames))
	for i := range all {
		all[i] = ExportState(i)
	}
	return all
}

// Stage is both sides of an invoice's life at once.
type Stage struct {
	Status Status
	Export ExportState
}

// Event is something that moves an invoice from one stage to another.
type Event uint8

// The events, those of the firm's staff first.
const (
	Finalize    Event = iota // the draft is complete
	Reopen                   // back to draft; nothing of it is live in Xero
	Hold                     // kept back from export
	Release                  // no longer kept back
	Queue                    // export started
	Withdraw                 // cancelled before it was sent
	Delete                   // removed from the grid, kept in the audit trail
	See                      // a person has seen what Xero warned of
	Send                     // the request is about to leave
	Unsent                   // the request provably did not reach Xero, or the invoice is provably absent there
	Lose                     // the answer was lost
	Accept                   // Xero has it
	Warn                     // Xero has it and warned of something
	Refuse                   // Xero, or a check before sending, refused it
	Approve                  // approved or paid in Xero
	Differ                   // changed in Xero by hand
	DeleteThere              // deleted in Xero
	VoidThere                // voided in Xero
	Vanish                   // absent from a complete reading of what Xero has
	LetGo                    // an Admin says that it is not in Xero any more
	Remove                   // redraft started
	Void                     // on its way to be voided at our request
	Removed                  // gone from Xero at our request
	KeepThere                // it stays in Xero
	Doubt                    // it may be in Xero
	Disown                   // a person says that the invoice in Xero is a different one
	eventCount
)

// move says which export states an event may find under which status, and what follows.
type move struct {
	status Status
	from   []ExportState
	to     Stage
}

// moves is the life of an invoice: what is not here cannot happen.
var moves = [eventCount][]move{
	Finalize: {{Draft, []ExportState{NotExported}, Stage{Finalized, NotExported}}},
	Reopen:   {{Finalized, []ExportState{NotExported, Failed, DeletedInXero, Held}, Stage{Draft, NotExported}}},
	Hold:     {{Finalized, []ExportState{NotExported, Failed, DeletedInXero}, Stage{Finalized, Held}}},
	Release:  {{Finalized, []ExportState{Held}, Stage{Finalized, NotExported}}},
	Queue:    {{Finalized, []ExportState{NotExported, Failed, DeletedInXero}, Stage{Finalized, Queued}}},
	Withdraw: {{Finalized, []ExportState{Queued}, Stage{Finalized, NotExported}}},
	See:      {{Finalized, []ExportState{Warned}, Stage{Finalized, Exported}}},
	Delete: {
		{Draft, []ExportState{NotExported}, Stage{Deleted, NotExported}},
		{Finalized, []ExportState{NotExported, Failed, DeletedInXero, Held}, Stage{Deleted, NotExported}},
		{Closed, []ExportState{VoidedInXero}, Stage{Deleted, VoidedInXero}},
		{Closed, []ExportState{NotFoundInXero}, Stage{Deleted, NotFoundInXero}},
	},
	Send:   {{Finalized, []ExportState{Queued, Unknown}, Stage{Finalized, Exporting}}},
	Unsent: {{Finalized, []ExportState{Exporting, Unknown}, Stage{Finalized, Queued}}},
	Lose:   {{Finalized, []ExportState{Exporting}, Stage{Finalized, Unknown}}},
	Accept: {
		{Finalized, []ExportState{Exporting, Unknown, MayBeOurs, Warned, Changed, NotFoundInXero}, Stage{Finalized, Exported}},
		{Closed, []ExportState{Changed, NotFoundInXero}, Stage{Closed, Exported}},
	},
	Warn:   {{Finalized, []ExportState{Exporting, Unknown, MayBeOurs, Exported}, Stage{Finalized, Warned}}},
	Refuse: {{Finalized, []ExportState{Queued, Exporting, Unknown}, Stage{Finalized, Failed}}},
	Approve: {
		{Finalized, []ExportState{Exporting, Unknown, MayBeOurs, Exported, Warned, Changed, Removing}, Stage{Closed, Exported}},
	},
	Differ: {
		{Finalized, []ExportState{Exporting, Unknown, MayBeOurs, Exported, Warned}, Stage{Finalized, Changed}},
		{Closed, []ExportState{Exported}, Stage{Closed, Changed}},
	},
	DeleteThere: {
		{Finalized, []ExportState{Exporting, Unknown, MayBeOurs, Exported, Warned, Changed, Removing}, Stage{Finalized, DeletedInXero}},
	},
	VoidThere: {
		{Finalized, []ExportState{Exporting, Unknown, MayBeOurs, Exported, Warned, Changed, Removing}, Stage{Closed, VoidedInXero}},
		{Closed, []ExportState{Exported, Changed, Removing}, Stage{Closed, VoidedInXero}},
	},
	Vanish: {
		{Finalized, []ExportState{Exported, Warned, Changed}, Stage{Finalized, NotFoundInXero}},
		{Closed, []ExportState{Exported, Changed}, Stage{Closed, NotFoundInXero}},
	},
	LetGo:   {{Finalized, []ExportState{NotFoundInXero}, Stage{Finalized, NotExported}}},
	Remove:  {{Finalized, []ExportState{Exported, Warned, Changed}, Stage{Finalized, Removing}}},
	Void:    {{Closed, []ExportState{Exported, Changed}, Stage{Closed, Removing}}},
	Removed: {{Finalized, []ExportState{Removing}, Stage{Draft, NotExported}}},
	KeepThere: {
		{Finalized, []ExportState{Removing}, Stage{Finalized, Exported}},
		{Closed, []ExportState{Removing}, Stage{Closed, Exported}},
	},
	Doubt:  {{Finalized, []ExportState{Unknown}, Stage{Finalized, MayBeOurs}}},
	Disown: {{Finalized, []ExportState{MayBeOurs}, Stage{Finalized, Failed}}},
}

// Next returns the stage that follows when ev happens, and whether it can happen at all.
func (s Stage) Next(ev Event) (Stage, bool) {
	for _, m := range moves[ev] {
		if m.status != s.Status {
			continue
		}
		for _, from := range m.from {
			if from == s.Export {
				return m.to, true
			}
		}
	}
	return s, false
}

// After returns the stage after those of the events that can happen.
func (s Stage) After(events ...Event) Stage {
	for _, ev := range events {
		s, _ = s.Next(ev)
	}
	return s
}

// Kept returns the stage of an invoice that was on its way out of Xero and stays there: the one
// that it had when its export had come to was.
func (s Stage) Kept(was ExportState) Stage {
	switch was {
	case Warned:
		return s.After(KeepThere, Warn)
	case Changed:
		return s.After(KeepThere, Differ)
	}
	return s.After(KeepThere)
}

// InFlight reports whether the invoice is on its way to or from Xero, so that nobody may edit it.
func (s Stage) InFlight() bool {
	switch s.Export {
	case Queued, Exporting, Unknown, Removing:
		return true
	}
	return false
}

// Live reports whether Xero is known to hold the invoice.
func (s Stage) Live() bool {
	switch s.Export {
	case Exported, Warned, Changed, Removing:
		return true
	}
	return false
}

// DueForExport reports whether the invoice is to be exported without anybody naming it: it
// is finalized, and Xero does not have it yet. One that was deleted in Xero is not: whoever
// deleted it there meant that, so a person has to name it to export it again.
func (s Stage) DueForExport() bool {
	return s.Status == Finalized && (s.Export == NotExported || s.Export == Failed)
}

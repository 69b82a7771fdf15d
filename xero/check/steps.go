package check

// steps are what a run does, in this order. A step that ended with an error leaves its rows unclear.
func steps() []*step {
	return []*step{
		begins, firstDraft, firstShown, firstByID, firstByNumber, firstSingle,
		numberTaken, numberFolded,
		keyReplayed, keyOfAnother, keyOfRefusal,
		change, changeListed, changeRead, changeSince,
		amounts, statusAlone,
		deletion, reuse, deletedAgain, deletedUnknown,
		refusals, contacts, archivedContact, approval,
		pastTheEnd, unknownInvoice,
	}
}

// Assumptions are what a run tries.
func Assumptions() []Assumption {
	var all []Assumption
	for _, s := range steps() {
		for _, a := range s.rows {
			all = append(all, a.Assumption)
		}
	}
	return all
}

// Where an assumption is from.
const (
	undocumented = "not documented"
	documented   = "documented"
	recorded     = "recorded answers of one organisation"
	told         = "told in forums, not documented"
	disputed     = "sources disagree"
)

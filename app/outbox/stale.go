package app

import (
	"slices"

	"feebridge/app/billing"
)

// held reports whether a person must confirm a run before the batch may be sent: it was
// put on disk when that run could still go on by itself.
func (s *sender) held(tx Tx, b Batch) (bool, error) {
	if b.Kind == RemovalBatch {
		return false, nil // what is asked for too long ago is not planned
	}
	open, err := tx.Runs(s.tenant, true)
	if err != nil {
		return false, err
	}
	stale := map[RunID]bool{}
	for _, r := range open {
		if r.Stale(tx.Now()) {
			stale[r.ID] = true
		}
	}
	if len(stale) == 0 {
		return false, nil
	}
	if b.Kind == ContactBatch {
		return s.unwanted(tx, b, stale)
	}
	members, err := tx.Exports(exportIDs(b.Members))
	return slices.ContainsFunc(members, func(e Export) bool { return stale[e.Run] }), err
}

// unwanted reports whether a contact would be created that only stale runs wait for.
func (s *sender) unwanted(tx Tx, b Batch, stale map[RunID]bool) (bool, error) {
	waiting, err := tx.Waiting(s.tenant, 1<<20)
	if err != nil {
		return false, err
	}
	wanted := map[billing.ClientID]bool{}
	for _, e := range waiting {
		if stale[e.Run] {
			continue
		}
		v, err := tx.Invoice(e.Invoice)
		if err != nil {
			return false, err
		}
		wanted[v.Client] = true
	}
	return slices.ContainsFunc(b.Members, func(c string) bool { return !wanted[billing.ClientID(c)] }), nil
}

// putBack keeps a batch from being sent. One that was never sent is planned again; of one
// whose answer was lost a look-up tells what Xero made of it.
func (s *sender) putBack(tx Tx, b Batch) error {
	if b.Tries == 0 {
		return s.unplan(tx, b)
	}
	b.LookUp = true
	return tx.SaveBatch(b)
}

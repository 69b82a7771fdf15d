package outbox

import (
	"time"

	"feebridge/app"
	"feebridge/app/ledger"
)

// runsOf returns the open runs of a kind that an organisation has: those that may go on by
// themselves, and those that a person must confirm before more of them is sent.
func runsOf(r Reader, t ledger.TenantID, k app.RunKind, now time.Time) (live []app.RunID, stale map[app.RunID]bool, err error) {
	open, err := r.Runs(t, true)
	stale = map[app.RunID]bool{}
	for _, run := range open {
		switch {
		case run.Kind != k:
		case run.Stale(now):
			stale[run.ID] = true
		default:
			live = append(live, run.ID)
		}
	}
	return live, stale, err
}

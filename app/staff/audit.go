package staff

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Entry is one entry of the audit trail: who did what to what, and what it changed.
// Each is chained to the one before by Hash, so that a later change, insertion or
// removal shows.
type Entry struct {
	Seq      int64
	At       time.Time
	By       ID
	ByName   string
	Action   AuditAction
	Subject  string // what kind of thing: "invoice", "client", …
	ID       string // which one
	From, To string // what it was and what it became; "" where there is none
	Previous string // hash of the entry before; "" for the first
}

// Hash returns the hash of the entry, which the next entry carries as Previous.
func (e Entry) Hash() string {
	text, _ := json.Marshal([]any{e.Seq, e.At.UTC().Format(time.RFC3339Nano), e.By, e.ByName, e.Action, e.Subject, e.ID, e.From, e.To, e.Previous})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Head is the last entry of the audit trail as it is kept apart from the trail, so that
// the removal of the last entries shows, too.
type Head struct {
	Seq  int64
	Hash string
}

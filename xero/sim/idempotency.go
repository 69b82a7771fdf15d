package sim

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	keyLife      = 6 * time.Minute // from the first call with the key
	maxKeyLength = 128
)

// keyRecord is what is remembered of the first call with an idempotency key.
type keyRecord struct {
	request [sha256.Size]byte
	expires time.Time
	done    chan struct{} // closed when answer is set
	answer  answer
}

// claimKey looks at a call's idempotency key. It returns a record that the caller must finish, or the answer to send
// instead: that of the first call with the key, for which it waits, or a refusal. Both are nil for a call without a key
// and for a read, on which keys are ignored. Whether Xero keeps answers of 400 too is not verified: all are kept here.
func (s *Sim) claimKey(c *call) (*keyRecord, *answer) {
	key := c.header.Get("Idempotency-Key")
	if key == "" || c.method == http.MethodGet {
		return nil, nil
	}
	if len(key) > maxKeyLength {
		return nil, keyRefused(c, fmt.Sprintf("Idempotency Key: %s has %d characters; at most %d are allowed.", key, len(key), maxKeyLength))
	}
	request := c.fingerprint()
	s.mu.Lock()
	first := s.keys[key]
	if first == nil || !c.now.Before(first.expires) {
		s.forgetKeys(c.now)
		record := &keyRecord{request: request, expires: c.now.Add(keyLife), done: make(chan struct{})}
		s.keys[key] = record
		s.mu.Unlock()
		return record, nil
	}
	s.mu.Unlock()
	if first.request != request {
		return nil, keyRefused(c, fmt.Sprintf("Idempotency Key: %s is used with a different request.", key))
	}
	<-first.done
	if c.org.odd.has(ReplaysExecute) {
		return nil, nil
	}
	return nil, &first.answer
}

// fingerprint is equal for calls that ask for the same thing.
func (c *call) fingerprint() [sha256.Size]byte {
	parts := []string{c.method, c.path, c.query.Encode(), c.org.TenantID, string(c.body)}
	return sha256.Sum256([]byte(strings.Join(parts, "\n")))
}

// forgetKeys drops the keys whose life is over.
func (s *Sim) forgetKeys(now time.Time) {
	for key, record := range s.keys {
		if !now.Before(record.expires) {
			delete(s.keys, key)
		}
	}
}

func (r *keyRecord) finish(a answer) {
	if r != nil {
		r.answer = a
		close(r.done)
	}
}

// keyRefused is a 400 about the key; the shape of its body is not verified.
func keyRefused(c *call, detail string) *answer {
	a := problem(http.StatusBadRequest, "Bad Request", detail, c.id)
	return &a
}

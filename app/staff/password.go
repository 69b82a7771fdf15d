package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

// Password is how a member proves who they are: the hash of a password, and the failed
// tries since the last good one. The zero Password is none.
type Password struct {
	Hash     string // argon2id in the form of the reference implementation
	Failures int
	Locked   time.Time // no try counts before it
}

// The cost of a hash: RFC 9106's second recommended option, which takes 64 MiB.
const (
	hashPasses  = 3
	hashMemory  = 64 << 10 // KiB
	hashThreads = 4
	hashLength  = 32
	saltLength  = 16
)

// MinPassword is the least number of characters of a password.
const MinPassword = 10

// maxPassword is the most bytes of a password.
const maxPassword = 1024

// CheckPassword returns why the password cannot be used, or nil.
func CheckPassword(password string) error {
	switch n := len([]rune(password)); {
	case n < MinPassword:
		return refuse("problem.password.short", "Count", MinPassword)
	case len(password) > maxPassword:
		return refuse("problem.password.long")
	case strings.TrimSpace(password) == "":
		return refuse("problem.password.blank")
	}
	return nil
}

// NewPassword hashes a password with a salt of its own. It takes some 0.1 s.
func NewPassword(password string) Password {
	salt := random(saltLength)
	return encode(salt, argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashLength))
}

// Decoy returns a password that nobody has. To try it takes as long as to try a real one,
// so that the time does not tell whether there is a member of that name.
func Decoy() Password { return encode(random(saltLength), random(hashLength)) }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

func encode(salt, sum []byte) Password {
	return Password{Hash: fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))}
}

// Is reports whether it is this password. A hash that cannot be read is no password.
func (p Password) Is(password string) bool {
	var version int
	var memory, passes uint32
	var threads uint8
	parts := strings.Split(p.Hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil || passes == 0 || threads == 0 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(sum) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(sum)))
	return subtle.ConstantTimeCompare(got, sum) == 1
}

// Set reports whether there is a password at all.
func (p Password) Set() bool { return p.Hash != "" }

// How failed tries lock: after the fifth for a minute, then twice as long each time, for
// a quarter of an hour at most.
const (
	freeFailures = 5
	firstLock    = time.Minute
	longestLock  = 15 * time.Minute
)

// IsLocked reports whether no try counts now.
func (p Password) IsLocked(now time.Time) bool { return now.Before(p.Locked) }

// Failed returns what follows a failed try.
func (p Password) Failed(now time.Time) Password {
	p.Failures++
	if p.Failures >= freeFailures {
		p.Locked = now.Add(p.lockTime())
	}
	return p
}

// lockTime is how long the failures lock.
func (p Password) lockTime() time.Duration {
	return min(firstLock<<max(0, min(p.Failures-freeFailures, 10)), longestLock)
}

// LockAnew returns the new lock for one that would last longer than it was made for: the clock was
// set back since, or was ahead when it was made. It starts again, so that setting the clock back
// opens nothing, and a wrong clock keeps nobody out for years.
func (p Password) LockAnew(now time.Time) (anew Password, is bool) {
	if most := p.lockTime(); p.Locked.Sub(now) > most {
		p.Locked = now.Add(most)
		return p, true
	}
	return p, false
}

// Succeeded returns what follows a good try.
func (p Password) Succeeded() Password {
	p.Failures, p.Locked = 0, time.Time{}
	return p
}

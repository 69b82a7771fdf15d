package xero

import (
	"bytes"
	"errors"
	"net/http"
	"sync/atomic"
)

// payload is the body of one attempt at a write. It knows whether anything of it was
// handed to the network, which is what tells a write that provably never left from one
// whose outcome is unknown.
//
// It is not one of the types for which http.NewRequest sets GetBody, and it must not
// get one: net/http takes an Idempotency-Key for a permission to send a request again
// by itself when a kept-alive connection breaks, as long as it can rewind the body.
type payload struct {
	raw    []byte
	reader *bytes.Reader
	state  atomic.Int32
}

// The states of a payload.
const (
	untouched int32 = iota
	begun           // something may have been sent
	sealed          // nothing was sent and nothing can be any more
)

var errSealed = errors.New("the attempt was given up before its body was read")

func newPayload(raw []byte) *payload {
	return &payload{raw: raw, reader: bytes.NewReader(raw)}
}

// Read hands out the body, unless the attempt was given up.
func (p *payload) Read(into []byte) (int, error) {
	if !p.state.CompareAndSwap(untouched, begun) && p.state.Load() == sealed {
		return 0, errSealed
	}
	return p.reader.Read(into)
}

// Close does nothing: a payload holds memory alone.
func (p *payload) Close() error { return nil }

// seal gives the attempt up. It reports whether nothing of the body was read until now,
// in which case nothing of it can be read from now on either: a transport may still hold
// a body after it has returned.
func (p *payload) seal() bool { return p.state.CompareAndSwap(untouched, sealed) }

// fresh returns the request for another attempt, with the same bytes from their start.
func fresh(req *http.Request) *http.Request {
	again := req.Clone(req.Context())
	if p, ok := req.Body.(*payload); ok {
		again.Body = newPayload(p.raw)
	}
	return again
}

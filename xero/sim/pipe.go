package sim

import (
	"context"
	"net"
	"sync"
)

// PipeListener is a listener in memory: a real http.Server and http.Transport meet over it without a network, and what
// they do (resends, cut answers, time-outs) can be tested in a synctest bubble. A bubble must outlive the server by a
// second: net/http lingers half of one on connections whose request it did not read to the end.
type PipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// NewPipeListener makes a PipeListener, and the dial that connects to it whatever the address, for
// http.Transport.DialContext.
func NewPipeListener() (l net.Listener, dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	p := &PipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	return p, p.dial
}

func (l *PipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for the next connection.
func (l *PipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and dialling; connections live on.
func (l *PipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr is an address of no network.
func (l *PipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// Package instance keeps one window for a firm, a person and their screen. Whoever starts Feebridge
// once more reaches the window that is there, through a socket or pipe that is the person's own, and
// hands it what they asked for.
package instance

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"time"

	"feebridge/data/disk"
)

const (
	// patience is how long the other side may take for a line. Both are on this computer.
	patience = 5 * time.Second
	// again is how long a start waits before it tries once more to take the name or to reach who has it.
	again = 50 * time.Millisecond
	// callers is how many may ask at once.
	callers = 8
)

// ask is what may be asked for: to come to the front, or an invoice, by the random part of its mark.
var ask = regexp.MustCompile(`^(front|[0-9a-f]{32})$`)

const (
	front = "front"
	heard = "heard"
)

// errTaken says that another process has the name.
var errTaken = errors.New("another process has the window of this firm")

// Host is a process that has the window.
type Host struct {
	listener listener
	release  func() // gives the name back
}

// listener is where the others come in. Once it is closed, accept returns net.ErrClosed.
type listener interface {
	accept() (conn, error)
	Close() error
}

// conn leads to the other side.
type conn interface {
	io.ReadWriteCloser
	SetDeadline(time.Time) error
}

// Reach takes the window of a database for this process, and returns its Host; or, where another
// process has it, asks that one to come to the front and, with a key, to show the invoice whose mark
// has it, and returns nil. An error means that neither could be done.
func Reach(ctx context.Context, database, key string) (*Host, error) {
	name := nameOf(database)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		host, err := take(ctx, name)
		if !errors.Is(err, errTaken) {
			return host, err
		}
		if err = call(ctx, name, key); err == nil {
			return nil, nil
		}
		select { // it may be just ending, or not listening yet
		case <-time.After(again):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// nameOf names the window of a database on the person's screen, in few characters: the path of a
// socket is short.
func nameOf(database string) string {
	sum := sha256.Sum256([]byte(disk.Spelled(database) + "\x00" + screen()))
	return hex.EncodeToString(sum[:8])
}

// call asks the process that has the name.
func call(ctx context.Context, name, key string) error {
	there, err := dial(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = there.Close() }() // all is said by then
	_ = there.SetDeadline(time.Now().Add(patience))
	if key == "" {
		key = front
	}
	if _, err := io.WriteString(there, key+"\n"); err != nil {
		return err
	}
	answer, err := readLine(there)
	if err == nil && answer != heard {
		err = errors.New("what has the window of this firm does not answer as Feebridge does")
	}
	return err
}

// Serve hands what other starts ask for to show, until ctx ends or the host is closed: "" to come to
// the front, or the key of a mark. It may call show from several goroutines, and never after it has
// returned. A caller who can't be let in, such as when the system is out of handles, ends nothing.
func (h *Host) Serve(ctx context.Context, show func(key string)) {
	stop := context.AfterFunc(ctx, func() { _ = h.listener.Close() })
	defer stop()
	var asking sync.WaitGroup
	defer asking.Wait()
	seats := make(chan struct{}, callers)
	for {
		seats <- struct{}{}
		caller, err := h.listener.accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			<-seats
			time.Sleep(again)
			continue
		}
		asking.Go(func() {
			answer(caller, show)
			<-seats
		})
	}
}

// answer takes one question. What is no question of Feebridge's is not answered.
func answer(caller conn, show func(key string)) {
	defer func() { _ = caller.Close() }() // all is said by then
	_ = caller.SetDeadline(time.Now().Add(patience))
	asked, err := readLine(caller)
	if err != nil || !ask.MatchString(asked) {
		return
	}
	_, _ = io.WriteString(caller, heard+"\n") // who went away is shown the invoice all the same
	show(strings.TrimPrefix(asked, front))
}

// Close gives the window's name back.
func (h *Host) Close() {
	_ = h.listener.Close()
	h.release()
}

// readLine reads one short line.
func readLine(from io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(from, 64)).ReadString('\n')
	return strings.TrimSuffix(line, "\n"), err
}

package instance

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feebridge/app/apptest/deadline"
)

const key = "0123456789abcdef0123456789abcdef"

// window is a process that has the window of a firm, as far as this package knows of it.
type window struct {
	*Host
	shown chan string
	ended chan struct{}
}

// open takes the window of a database, which must be free.
func open(t *testing.T, database string) *window {
	t.Helper()
	deadline.Watch(t)
	host, err := Reach(t.Context(), database, "")
	if err != nil || host == nil {
		t.Fatalf("the window is not free: %v", err)
	}
	w := &window{host, make(chan string, callers), make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		host.Serve(ctx, func(key string) { w.shown <- key })
		close(w.ended)
	}()
	t.Cleanup(func() {
		cancel()
		deadline.Receive(t, w.ended, "the end of serving")
		host.Close()
	})
	return w
}

// reach starts Feebridge once more, which must reach the window.
func (w *window) reach(t *testing.T, database, key, want string) {
	t.Helper()
	host, err := Reach(t.Context(), database, key)
	if err != nil || host != nil {
		t.Fatalf("a second start for %s reaches no window: %v, %v", database, host, err)
	}
	if got := deadline.Receive(t, w.shown, "what the second start asks for"); got != want {
		t.Errorf("the second start asked for %q, want %q", got, want)
	}
}

// ownRuntime keeps a test's sockets from those of the person who runs it. Their paths are short.
func ownRuntime(t *testing.T) {
	t.Helper()
	folder, err := os.MkdirTemp("", "fb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	t.Setenv("XDG_RUNTIME_DIR", folder)
}

func TestASecondStartReachesTheWindow(t *testing.T) {
	ownRuntime(t)
	folder := t.TempDir()
	database := filepath.Join(folder, "firm.db")
	w := open(t, database)
	w.reach(t, database, "", "")
	w.reach(t, database, key, key)
	t.Chdir(folder)
	w.reach(t, "firm.db", key, key)
	w.reach(t, filepath.Join(folder, "..", filepath.Base(folder), "firm.db"), "", "")

	other := open(t, filepath.Join(folder, "other.db"))
	other.reach(t, "other.db", key, key)
	if len(w.shown) > 0 {
		t.Errorf("the window of another firm was asked for %q", <-w.shown)
	}
}

func TestTheNextStartTakesTheWindowThatWasLeft(t *testing.T) {
	ownRuntime(t)
	database := filepath.Join(t.TempDir(), "firm.db")
	first, err := Reach(t.Context(), database, "")
	if err != nil || first == nil {
		t.Fatalf("the window is not free: %v", err)
	}
	first.Close()
	open(t, database).reach(t, database, "", "")
}

func TestAWindowThatJustEndsIsWaitedFor(t *testing.T) {
	ownRuntime(t)
	database := filepath.Join(t.TempDir(), "firm.db")
	first, err := Reach(t.Context(), database, "")
	if err != nil || first == nil {
		t.Fatalf("the window is not free: %v", err)
	}
	_ = first.listener.Close() // it answers no more, and has the name still
	time.AfterFunc(3*again, first.Close)
	second, err := Reach(t.Context(), database, "")
	if err != nil || second == nil {
		t.Fatalf("the window is not taken: %v", err)
	}
	second.Close()
}

func TestOnlyQuestionsOfFeebridgeAreHeard(t *testing.T) {
	ownRuntime(t)
	database := filepath.Join(t.TempDir(), "firm.db")
	w := open(t, database)
	ask := func(text string) string {
		t.Helper()
		conn, err := dial(t.Context(), nameOf(database))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(deadline.Thing))
		_, _ = io.WriteString(conn, text)
		got, _ := bufio.NewReader(conn).ReadString('\n')
		return got
	}
	for _, text := range []string{
		"\n", "quit\n", "front \n", strings.ToUpper(key) + "\n", key + "0\n", key[1:] + "\n", "feebridge://open/one." + key + "\n",
		key + "\x00\n", strings.Repeat("0", 65) + "\n",
	} {
		if got := ask(text); got != "" {
			t.Errorf("%q was answered with %q", text, got)
		}
	}
	if got := ask(key + "\n"); got != heard+"\n" {
		t.Errorf("a question of Feebridge's was answered with %q", got)
	}
	deadline.Receive(t, w.shown, "what was asked for")
	if len(w.shown) > 0 {
		t.Errorf("the window was asked for %q, too", <-w.shown)
	}
}

func TestAnotherPrograms(t *testing.T) {
	client, server := net.Pipe()
	_ = client.Close()
	answer(server, func(key string) { t.Errorf("who hung up was shown %q", key) })
}

// faltering is a listener that lets nobody in for a while, and then each of the callers.
type faltering struct {
	failures int
	door     chan conn
}

func (f *faltering) accept() (conn, error) {
	if f.failures--; f.failures >= 0 {
		return nil, errors.New("too many open files")
	}
	if c, ok := <-f.door; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (f *faltering) Close() error { close(f.door); return nil }

func TestACallerWhoIsNotLetInEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door := make(chan conn)
		host := &Host{&faltering{2 * callers, door}, func() {}}
		ctx, cancel := context.WithCancel(t.Context())
		shown, ended := make(chan string, 1), make(chan struct{})
		go func() {
			host.Serve(ctx, func(key string) { shown <- key })
			close(ended)
		}()
		mine, theirs := net.Pipe()
		door <- theirs
		if _, err := io.WriteString(mine, key+"\n"); err != nil {
			t.Error(err)
		}
		if got, err := readLine(mine); err != nil || got != heard {
			t.Errorf("the answer is %q, %v", got, err)
		}
		if got := <-shown; got != key {
			t.Errorf("shown was %q", got)
		}
		cancel()
		<-ended
	})
}

package command

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"feebridge/app/apptest/deadline"
)

const (
	linkKey  = "0123456789abcdef0123456789abcdef"
	goodLink = "feebridge://open/1b7363d0-05ed-430c-96cb-44cae1b93cb1." + linkKey
)

func TestALinkLeadsToAnInvoiceAndNowhereElse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{goodLink, goodLink + "/", "feebridge://open/one." + linkKey} {
		var l link
		if err := l.Set(text); err != nil || l.key != linkKey {
			t.Errorf("%s leads to %q, %v", text, l.key, err)
		}
	}
	for _, text := range []string{
		"", "feebridge:", "feebridge://", "feebridge://open/", "feebridge://open/." + linkKey, "feebridge://open/" + linkKey,
		"feebridge://export/one." + linkKey, "feebridge:open/one." + linkKey, "FEEBRIDGE://open/one." + linkKey, "http://localhost:8742/open/one." + linkKey,
		goodLink + "?db=x", goodLink + "#x", goodLink + " --db x", goodLink + "\n", goodLink + "\x00", "\n" + goodLink, " " + goodLink,
		"feebridge://open/../one." + linkKey, "feebridge://open/a/b." + linkKey, "feebridge://open/%2e%2e." + linkKey, "feebridge://user@open/one." + linkKey,
		"feebridge://open:80/one." + linkKey, "feebridge://open/" + strings.Repeat("a", 65) + "." + linkKey,
		"feebridge://open/one." + linkKey[1:], "feebridge://open/one." + linkKey + "0", "feebridge://open/one." + strings.ToUpper(linkKey), `feebridge://open/one.` + linkKey + `"`,
	} {
		var l link
		if err := l.Set(text); err == nil || l.key != "" {
			t.Errorf("%q is a link to %q", text, l.key)
		}
	}
}

func TestNothingMayFollowALink(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		want string // "" where they are refused
	}{
		{"--link " + goodLink, "--link " + goodLink},
		{"--db firm.db --link=" + goodLink, "--db firm.db --link=" + goodLink},
		{goodLink, "--link " + goodLink},
		{"--db firm.db " + goodLink, "--db firm.db --link " + goodLink},
		{"list --db feebridge.db", "list --db feebridge.db"},
		{"--link " + goodLink + " --db evil.db", ""},
		{"--link=" + goodLink + " --db evil.db", ""},
		{"-link=" + goodLink + " export", ""},
		{goodLink + " --db evil.db", ""},
		{"--link feebridge://x --look", ""},
		{"--link FeeBridge://x --look", ""},
		{"--link " + goodLink + " " + goodLink, ""},
	} {
		got, err := takeLink(strings.Fields(c.args))
		if strings.Join(got, " ") != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", c.args, got, err)
		}
	}
}

func TestALinkIsFollowedOnce(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"":                                 "",
		"--db firm.db":                     "--db firm.db",
		"--db firm.db --link " + goodLink:  "--db firm.db",
		"--db firm.db --link=" + goodLink:  "--db firm.db",
		goodLink:                           "",
		"--db feebridge.db --as feebridge": "--db feebridge.db --as feebridge",
	} {
		if got := strings.Join(Lasting(strings.Fields(args)), " "); got != want {
			t.Errorf("%s: %q is left, want %q", args, got, want)
		}
	}
}

func TestASecondStartIsHandedToTheFirstWindow(t *testing.T) {
	t.Parallel()
	deadline.Watch(t)
	path := filepath.Join(t.TempDir(), "firm.db")
	asked := make(chan string, 2)
	first := Face{Out: io.Discard, Err: io.Discard, OpenWindow: func(ctx context.Context, firm Opened) (string, error) {
		if firm.Link != linkKey {
			t.Errorf("the first window is to show %q", firm.Link)
		}
		if firm.Host == nil {
			t.Error("nobody can reach the first window")
			return "", nil
		}
		ctx, cancel := context.WithCancel(ctx)
		served := make(chan struct{})
		go func() {
			firm.Host.Serve(ctx, func(key string) { asked <- key })
			close(served)
		}()
		for _, c := range []struct {
			args    []string
			windows int
			asks    []string
		}{
			{nil, 0, []string{""}},
			{[]string{"--link", goodLink}, 0, []string{linkKey}},
			{[]string{"--look"}, 1, nil},
			{[]string{"--as", "Owner"}, 1, nil},
		} {
			var o opening
			args := append([]string{"--db", path}, c.args...)
			//nolint:contextcheck // a second start ends as it likes, however long the first window is open
			if status := o.run(t, func(Opened) {}, args...); status != exitDone || len(o.shown) != c.windows {
				t.Errorf("%q beside the first window: exit status %d, %d windows: %s", c.args, status, len(o.shown), &o.err)
			}
			for _, want := range c.asks {
				if got := deadline.Receive(t, asked, "what the first window is asked for"); got != want {
					t.Errorf("%q asks the first window for %q, want %q", c.args, got, want)
				}
			}
		}
		cancel()
		deadline.Receive(t, served, "the end of serving")
		return "", nil
	}}
	if status := Run(t.Context(), []string{"--db", path, "--link", goodLink}, first); status != exitDone {
		t.Errorf("the first window: exit status %d", status)
	}
	var o opening
	if status := o.run(t, func(Opened) {}, "--db", path); status != exitDone || len(o.shown) != 1 || o.shown[0].Host == nil {
		t.Errorf("after the first window was closed: exit status %d, %d windows that are reached: %s", status, len(o.shown), &o.err)
	}
}

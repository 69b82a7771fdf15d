package command

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"feebridge/xero/sim"
)

// TestTheSimulatorAnswersOnlyUnderItsOwnHosts asks for its page, its API and its tokens under names
// that a page of someone else's could lead to this computer.
func TestTheSimulatorAnswersOnlyUnderItsOwnHosts(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		there, err := listen(t.Context(), sim.Config{}, address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = there.close() }()
		_, port, err := net.SplitHostPort(strings.TrimPrefix(there.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		for host, want := range map[string]bool{
			"127.0.0.1:" + port: true, "localhost:" + port: true, "LocalHost:" + port: true, "[::1]:" + port: true,
			"evil.example:" + port: false, "localhost.evil.example:" + port: false, "localhost:1": false, "localhost": false, "": false,
		} {
			for _, path := range []string{"/invoices", "/api.xro/2.0/Organisation", "/connections", "/identity/connect/authorize", "/style.css"} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Host = host
				if host == "" {
					r.Host = "evil.example"
				}
				r.Header.Set("Authorization", "Bearer "+there.token)
				answer, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Fatal(err)
				}
				_ = answer.Body.Close()
				if turnedAway := strings.Contains(string(body), "answers to localhost alone"); turnedAway == want || turnedAway != (answer.StatusCode == http.StatusForbidden && !want) {
					t.Errorf("at %s, %s%s: status %d\n%.200s", address, host, path, answer.StatusCode, body)
				}
			}
		}
	}
}

package xero

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// proxyFor says through which proxy a request goes; "" for none.
func proxyFor(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := newTransport().Proxy(r)
	if err != nil {
		t.Fatal(err)
	}
	if proxy == nil {
		return ""
	}
	return proxy.Host
}

// TestTheProxyOfTheEnvironmentIsUsed runs in a process of its own: Go reads the environment once.
func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	const asked = "FEEBRIDGE_TEST_PROXY_OF"
	if address := os.Getenv(asked); address != "" {
		fmt.Printf("through %q\n", proxyFor(t, address))
		return
	}
	for address, want := range map[string]string{
		"https://api.xero.com/": "proxy.example:3128", "https://intranet.example/": "",
		"http://localhost:8080/": "", "http://127.0.0.1:8080/": "", "http://[::1]:8080/": "",
	} {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheProxyOfTheEnvironmentIsUsed$")
		c.Env = append(os.Environ(), asked+"="+address, "HTTPS_PROXY=http://proxy.example:3128", "HTTP_PROXY=http://proxy.example:3128", "NO_PROXY=intranet.example")
		if out, err := c.Output(); err != nil || !strings.Contains(string(out), fmt.Sprintf("through %q\n", want)) {
			t.Errorf("%s does not go through %q: %v\n%s", address, want, err, out)
		}
	}
}

package xero

import (
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mattn/go-ieproxy"
	"golang.org/x/sys/windows/registry"
)

// What Windows' settings say about proxies.
const (
	direct = 1 << iota
	static
	script
)

// setProxy writes what Windows' settings say about proxies, as their window does, until the end of the
// test.
func setProxy(t *testing.T, flags uint32, texts ...string) {
	t.Helper()
	const path, name = `Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`, "DefaultConnectionSettings"
	k, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	was, _, err := k.GetBinaryValue(name)
	if err != nil && !errors.Is(err, registry.ErrNotExist) {
		t.Fatal(err)
	}
	fresh := err != nil
	setting := binary.LittleEndian.AppendUint32(nil, 0x46)
	setting = binary.LittleEndian.AppendUint32(setting, 1) // counts the changes
	setting = binary.LittleEndian.AppendUint32(setting, flags)
	for _, text := range texts {
		setting = append(binary.LittleEndian.AppendUint32(setting, uint32(len(text))), text...)
	}
	if err := k.SetBinaryValue(name, append(setting, make([]byte, 32)...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var err error
		if fresh {
			err = k.DeleteValue(name)
		} else {
			err = k.SetBinaryValue(name, was)
		}
		if err = errors.Join(err, k.Close()); err != nil {
			t.Error(err)
		}
		ieproxy.ReloadConf()
	})
	ieproxy.ReloadConf()
}

func TestTheProxyOfWindowsIsUsed(t *testing.T) {
	setProxy(t, direct|static, "proxy.example:3128", "*.intranet.example", "")
	for address, want := range map[string]string{
		"https://api.xero.com/": "proxy.example:3128", "https://bills.intranet.example/": "", "http://127.0.0.1:8080/": "", "http://localhost:8080/": "",
	} {
		if got := proxyFor(t, address); got != want {
			t.Errorf("%s goes through %q, want %q", address, got, want)
		}
	}
}

func TestTheProxyScriptOfWindowsIsUsed(t *testing.T) {
	pac := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "application/x-ns-proxy-autoconfig")
		_, _ = io.WriteString(out, `function FindProxyForURL(url, host) { return host == "intranet.example" ? "DIRECT" : "PROXY script.example:8080"; }`)
	}))
	defer pac.Close()
	const path, name = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`, "AutoConfigURL" // Windows keeps it there, too
	k, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	if was, _, err := k.GetStringValue(name); !errors.Is(err, registry.ErrNotExist) {
		t.Fatalf("this computer has a script already: %q, %v", was, err)
	}
	t.Cleanup(func() {
		if err := errors.Join(k.DeleteValue(name), k.Close()); err != nil {
			t.Error(err)
		}
		ieproxy.ReloadConf()
	})
	if err := k.SetStringValue(name, pac.URL+"/proxy.pac"); err != nil {
		t.Fatal(err)
	}
	setProxy(t, direct|script, "", "", pac.URL+"/proxy.pac")
	for address, want := range map[string]string{
		"https://api.xero.com/": "script.example:8080", "https://intranet.example/": "", "http://127.0.0.1:8080/": "",
	} {
		if got := proxyFor(t, address); got != want {
			t.Errorf("%s goes through %q, want %q", address, got, want)
		}
	}
}

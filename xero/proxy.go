package xero

import (
	"net"
	"net/http"
	"net/url"

	"github.com/mattn/go-ieproxy"
)

// systemProxy returns what finds the proxy for a request, as a browser on this computer would: in the
// settings of Windows or macOS and the script that they may name (PAC), unless the environment has
// one. This computer itself is reached without: a script need not know of it.
func systemProxy() func(*http.Request) (*url.URL, error) {
	find := ieproxy.GetProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		host := r.URL.Hostname()
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
			return nil, nil
		}
		return find(r)
	}
}

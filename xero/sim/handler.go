package sim

import (
	"net/http"
	"time"
)

// Handler serves everything under one origin: the Accounting API below /api.xro/2.0, the connections, the endpoints of
// sign-in, and the web page on which a person plays the Xero side.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(apiPrefix+"/", s.serveAPI)
	for _, path := range []string{"/connections", "/Connections"} {
		mux.HandleFunc("GET "+path, s.serve(s.listConnections))
		mux.HandleFunc("DELETE "+path+"/{id}", s.serve(s.deleteConnection))
	}
	mux.HandleFunc("GET /identity/connect/authorize", s.serve(s.authorizePage))
	mux.Handle("POST /identity/connect/authorize", s.ownForms(s.serve(s.decideConsent)))
	mux.HandleFunc("GET /identity/error", s.serve(errorPage))
	mux.HandleFunc("POST /connect/token", s.serve(s.issueTokens))
	mux.HandleFunc("POST /connect/revocation", s.serve(s.revoke))
	mux.HandleFunc("/connect/userinfo", s.serve(s.userInfo))
	mux.HandleFunc("GET /.well-known/openid-configuration", s.serve(discovery))
	mux.HandleFunc("GET /.well-known/openid-configuration/jwks", s.serve(keySet))
	mux.Handle("/", s.web())
	return mux
}

// serve answers what is not the Accounting API: no tenant, no limits and no idempotency keys, but the same faults.
func (s *Sim) serve(handle func(*http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		fault := s.arrive(r.Method, path)
		s.observe(Call{Method: r.Method, Path: path})
		if fault.reset {
			resetConnection(w)
			return
		}
		w.Header().Set("Xero-Correlation-Id", newID())
		r.Body = http.MaxBytesReader(w, r.Body, maxFormSize)
		if err := r.ParseForm(); err != nil {
			send(w, answer{status: http.StatusBadRequest, contentType: typeText, body: []byte("The form cannot be read")}, effects{})
			return
		}
		switch {
		case fault.limit != "":
			send(w, *tooMany(fault.limit, fault.retryAfter), effects{})
			return
		case fault.unavailable != "":
			send(w, unavailable(fault.unavailable), effects{})
			return
		case fault.late > 0:
			s.later(fault.late, func() { handle(r) }, func() {})
			panic(http.ErrAbortHandler)
		}
		time.Sleep(s.cfg.Latency + fault.slow)
		a := serverError(newID())
		if !fault.fail {
			if handled := handle(r); !fault.failAfter {
				a = handled
			}
		}
		send(w, a, fault)
	}
}

// maxFormSize is the largest form that is taken.
const maxFormSize = 1 << 20

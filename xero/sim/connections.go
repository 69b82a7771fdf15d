package sim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// connectionTime is how dates of connections are written: seven digits of a second and no zone.
const connectionTime = "2006-01-02T15:04:05.0000000"

// listConnections is GET /connections: a bare array.
func (s *Sim) listConnections(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused := s.unauthorized(r); refused != nil {
		return *refused
	}
	event := r.Form.Get("authEventId")
	shown := list{item: "Connection"}
	for _, c := range s.connections {
		if event == "" || strings.EqualFold(event, c.AuthEventID) {
			shown.values = append(shown.values, object{
				{"id", c.ID}, {"authEventId", c.AuthEventID}, {"tenantId", c.TenantID}, {"tenantType", "ORGANISATION"},
				{"tenantName", s.org(c.TenantID).Name}, {"createdDateUtc", c.CreatedUTC.Format(connectionTime)},
				{"updatedDateUtc", c.UpdatedUTC.Format(connectionTime)},
			})
		}
	}
	return answer{status: http.StatusOK, contentType: typeJSON, body: compactJSON(shown)}
}

// deleteConnection is DELETE /connections/{id}. A tenant's id, which is not a connection's, is forbidden.
func (s *Sim) deleteConnection(r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused := s.unauthorized(r); refused != nil {
		return *refused
	}
	id := strings.ToLower(r.PathValue("id"))
	if s.org(id) != nil {
		return problem(http.StatusForbidden, "Forbidden", "AuthenticationUnsuccessful", newID())
	}
	if !s.disconnect(func(c Connection) bool { return c.ID == id }) {
		return problem(http.StatusNotFound, "Not Found", "The connection was not found", newID())
	}
	return answer{status: http.StatusNoContent}
}

func (s *Sim) unauthorized(r *http.Request) *answer {
	c := &call{sim: s, header: r.Header, id: newID(), now: s.now()}
	_, refused := s.authorize(c)
	return refused
}

// connect makes or renews the connection of a tenant.
func (s *Sim) connect(tenant, event string, now time.Time) {
	for i := range s.connections {
		if c := &s.connections[i]; c.TenantID == tenant {
			c.AuthEventID, c.UpdatedUTC = event, now
			return
		}
	}
	s.connections = append(s.connections, Connection{
		ID: newID(), TenantID: tenant, AuthEventID: event, CreatedUTC: now, UpdatedUTC: now,
	})
}

// disconnect ends connections and tells whether there were any. With the last one, what the person agreed to is
// forgotten.
func (s *Sim) disconnect(which func(Connection) bool) bool {
	before := len(s.connections)
	s.connections = slices.DeleteFunc(s.connections, which)
	if len(s.connections) == 0 {
		clear(s.consented)
	}
	return len(s.connections) < before
}

package sim

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is one request to the Accounting API on its way through the gateway.
type call struct {
	sim    *Sim
	org    *Org
	method string
	path   string   // without the API's prefix: /Invoices/…
	args   []string // what stands in the route's {places}
	query  url.Values
	header http.Header
	body   []byte
	id     string // the answer's Id and Xero-Correlation-Id
	origin string // scheme and host that the caller used
	now    time.Time

	touched []string // ids of the invoices that were written or read
}

// answer is a finished response.
type answer struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
}

const (
	typeJSON = "application/json; charset=utf-8"
	typeXML  = "text/xml; charset=utf-8"
	typeHTML = "text/html; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
)

// ok is the envelope around a collection.
func (c *call) ok(collection string, records list) answer { return c.page(collection, records, nil) }

// page is the envelope around a page of a collection; a nil page makes no pagination object.
func (c *call) page(collection string, records list, p *page) answer {
	envelope := object{
		{"Id", c.id},
		{"Status", "OK"},
		{"ProviderName", c.sim.cfg.AppName},
		{"DateTimeUTC", bareStamp(c.now)},
	}
	if p != nil {
		envelope.add("pagination", object{
			{"page", p.number}, {"pageSize", p.size}, {"pageCount", p.count()}, {"itemCount", p.items},
		})
	}
	envelope.add(collection, records)
	return c.write(http.StatusOK, "Response", envelope)
}

// write renders a tree as what the caller accepts: JSON when it says so, else XML.
func (c *call) write(status int, root string, tree object) answer {
	var b strings.Builder
	if acceptsJSON(c.header) {
		writeJSON(&b, tree, 0)
		return answer{status: status, contentType: typeJSON, body: []byte(b.String())}
	}
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?>` + "\r\n")
	writeXML(&b, root, tree)
	return answer{status: status, contentType: typeXML, body: []byte(b.String())}
}

func acceptsJSON(h http.Header) bool {
	return strings.Contains(strings.Join(h.Values("Accept"), ","), "json")
}

// fail is the answer to an error that has a number.
func (c *call) fail(status, errorNumber int, kind, message string) answer {
	return c.write(status, "ApiException", object{
		{"ErrorNumber", errorNumber}, {"Type", kind}, {"Message", message},
	})
}

// invalid is the answer when elements are refused; it shows these alone.
func (c *call) invalid(elements []any) answer {
	return c.write(http.StatusBadRequest, "ApiException", object{
		{"ErrorNumber", 10},
		{"Type", "ValidationException"},
		{"Message", "A validation exception occurred"},
		{"Elements", list{"DataContractBase", elements}},
	})
}

func (c *call) unreadable(err error) answer {
	var broken *brokenBody
	if errors.As(err, &broken) {
		return serverError(c.id)
	}
	return c.fail(http.StatusBadRequest, 14, "PostDataInvalidException", err.Error())
}

func (c *call) badQuery(message string) answer {
	return c.fail(http.StatusBadRequest, 16, "QueryParseException", message)
}

func (c *call) notImplemented() answer {
	return c.fail(http.StatusNotImplemented, 20, "ApiMethodNotImplementedException",
		"The Api Method called is not implemented")
}

func notFound() answer {
	return answer{status: http.StatusNotFound, contentType: typeHTML, body: []byte(noSuchRecord)}
}

// problem is the gateway's body for what never reached the books: always JSON.
func problem(status int, title, detail, instance string) answer {
	var b strings.Builder
	writeJSON(&b, object{
		{"Type", nil}, {"Title", title}, {"Status", status}, {"Detail", detail}, {"Instance", instance},
		{"Extensions", object{}},
	}, 0)
	return answer{status: status, contentType: typeJSON, body: []byte(b.String())}
}

// serverError is the body of a 500.
func serverError(instance string) answer {
	var b strings.Builder
	writeJSON(&b, object{
		{"Title", "An error occurred"}, {"Detail", statusPage}, {"Status", http.StatusInternalServerError}, {"Instance", instance},
	}, 0)
	return answer{status: http.StatusInternalServerError, contentType: typeJSON, body: []byte(b.String())}
}

const statusPage = "An error occurred in Xero. Check the API Status page http://status.developer.xero.com for current service status."

// param is a query parameter, empty when it was not sent; names are matched without regard to case.
func (c *call) param(name string) string {
	for sent, values := range c.query {
		if strings.EqualFold(sent, name) {
			return values[0]
		}
	}
	return ""
}

// sent tells whether a query parameter was sent.
func (c *call) sent(name string) bool { return c.param(name) != "" }

// flag is a query parameter that is a truth value.
func (c *call) flag(name string) bool {
	b, err := strconv.ParseBool(strings.ToLower(c.param(name)))
	return err == nil && b
}

// summarize tells whether one refused element makes the whole answer a 400: so unless summarizeErrors=false.
func (c *call) summarize() bool {
	return !strings.EqualFold(c.param("summarizeErrors"), "false")
}

// takeBack undoes the good elements of a batch that is answered with a 400. Xero keeps them, unless the odd says
// otherwise; for contacts and payments that is not verified.
func (c *call) takeBack(k *clerk) {
	if c.org.odd.has(BatchAllOrNothing) {
		k.rollback(0)
		c.touched = nil
	}
}

// unitPlaces are the decimal places of unit amounts: two, or four when the caller asks.
func (c *call) unitPlaces() int32 {
	if c.param("unitdp") == "4" {
		return 4
	}
	return 2
}

package xero

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"feebridge/app"
)

// troubleOf says what an answer other than 200 means. A 400, 401, 403 or 404 stands for
// a request that was not carried out; after any other answer, the outcome of a write is
// unknown. A 429 does not come here: the limiter keeps it.
func troubleOf(resp *http.Response, body []byte) *app.Trouble {
	f, told := parseFault(body)
	t := &app.Trouble{
		Reason:      app.Interrupted,
		Text:        f.text(),
		Correlation: resp.Header.Get(correlationHeader),
		Err:         errors.New(resp.Status),
	}
	if t.Text == "" {
		t.Text = plainText(resp.Header, body)
	}
	// Every answer of Xero's has a correlation. What answers without one is something
	// on the way, such as a proxy, and must not pass for an organisation that ended the
	// connection.
	theirs := told || t.Correlation != ""
	switch status := resp.StatusCode; {
	case status == http.StatusBadRequest, status == http.StatusNotFound,
		status == http.StatusUnauthorized, status == http.StatusForbidden:
		t.Unsent, t.Answered = theirs, theirs
		if theirs {
			t.Reason = refusals[status]
		}
	case status >= http.StatusInternalServerError:
		t.Reason = app.Troubled
		t.Answered = told && !fromGateway(status)
		t.Until = retryAfter(resp.Header)
	case told:
		t.Reason, t.Answered = app.Refused, true
	}
	return t
}

// refusals are the reasons of the statuses with which Xero does not carry a request out.
var refusals = map[int]app.Reason{
	http.StatusBadRequest:   app.Refused,
	http.StatusUnauthorized: app.NoConsent,
	http.StatusForbidden:    app.NotConnected,
	http.StatusNotFound:     app.Refused,
}

// fromGateway reports whether the status tells of Xero's gateway, behind which the
// request may still be worked on.
func fromGateway(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// fault is the body of an answer that is no success: an exception of the Accounting
// API, which has an ErrorNumber, or a problem, which has a Title and a Detail.
type fault struct {
	ErrorNumber int
	Message     string
	Elements    []struct{ ValidationErrors []wireMessage }
	Title       string
	Detail      string
}

// wireMessage is one of Xero's sentences about an element.
type wireMessage struct{ Message string }

// parseFault reports whether the body is one of Xero's, which a proxy's JSON is not.
func parseFault(body []byte) (fault, bool) {
	var f fault
	if err := json.Unmarshal(body, &f); err != nil {
		return fault{}, false
	}
	if f.ErrorNumber == 0 && (f.Title == "" || f.Detail == "") {
		return fault{}, false
	}
	return f, true
}

// text returns what Xero says of the elements, each sentence once, or of the whole.
func (f fault) text() string {
	var sentences []string
	for _, e := range f.Elements {
		for _, m := range e.ValidationErrors {
			sentences = appendNew(sentences, m.Message)
		}
	}
	switch {
	case len(sentences) > 0:
		return strings.Join(sentences, " ")
	case f.Message != "":
		return f.Message
	}
	return f.Detail
}

// plainText returns the words of a body that is plain text, as those of a 503 are. A
// page of HTML says nothing that a person could use.
func plainText(h http.Header, body []byte) string {
	if media, _, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || media != "text/plain" {
		return ""
	}
	const longest = 300
	text := []rune(strings.ToValidUTF8(strings.TrimSpace(string(body)), ""))
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

// retryAfter returns until when Xero asks to wait, or zero.
func retryAfter(h http.Header) time.Time {
	seconds, ok := headerNumber(h, retryAfterHeader)
	if !ok {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(seconds) * time.Second)
}

func appendNew(list []string, s string) []string {
	for _, known := range list {
		if known == s {
			return list
		}
	}
	return append(list, s)
}

package xero

import (
	"cmp"
	"encoding/json"
	"errors"
	"html"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"feebridge/app"
	"feebridge/assets/translations"
)

// troubleOf says what an answer other than 200 means. A 400, 401, 403 or 404 of Xero's stands
// for a request that was not carried out; after any other answer, the outcome of a write is
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
	// What answers without Xero's headers is something on the way, such as a proxy. It has
	// words of its own, a title and a detail among them, and must not pass for an organisation
	// that ended the connection. Only an exception of the Accounting API is nobody else's.
	theirs := fromXero(resp.Header)
	status := resp.StatusCode
	reason, refuses := refusals[status]
	switch {
	case refuses && (theirs || f.ErrorNumber != 0 && reason == app.Refused):
		t.Reason, t.Unsent, t.Answered = reason, true, true
	case status == http.StatusNetworkAuthenticationRequired, !theirs && f.ErrorNumber == 0 && status < http.StatusInternalServerError:
		t.Text = proxyText(resp, body)
	case status >= http.StatusInternalServerError:
		t.Reason = app.Troubled
		t.Answered = told && (theirs || f.ErrorNumber != 0) && !fromGateway(status)
		t.Until = retryAfter(resp.Header)
	case told:
		t.Reason, t.Answered = app.Refused, true
	}
	if t.Reason == app.Refused && t.Text == "" {
		t.Text = translations.Text("xero-says.nothing")
	}
	return t
}

// fromXero reports whether Xero itself answered: each of its answers has one of these headers.
func fromXero(h http.Header) bool {
	for _, name := range []string{correlationHeader, dayLeftHeader, minuteLeftHeader, appLeftHeader, problemHeader} {
		if h.Get(name) != "" {
			return true
		}
	}
	return false
}

// proxyText says that a proxy or firewall answered, and what it said.
func proxyText(resp *http.Response, body []byte) string {
	said := pageText(resp.Header, body)
	if to, err := resp.Location(); err == nil && said == "" {
		said = to.Host
	}
	if said == "" {
		return translations.Text("trouble.proxy", "Status", resp.Status)
	}
	return translations.Text("trouble.proxy-says", "Status", resp.Status, "Text", said)
}

// pageText returns what a person could use of a body that is not Xero's: the words of a JSON, a
// plain text, or the title of a page.
func pageText(h http.Header, body []byte) string {
	var words struct{ Detail, Message, Title, Error string }
	if json.Unmarshal(body, &words) == nil {
		return shortened(cmp.Or(strings.TrimSpace(words.Detail), strings.TrimSpace(words.Message), strings.TrimSpace(words.Title), words.Error))
	}
	if title := pageTitle.FindSubmatch(body); title != nil {
		return shortened(html.UnescapeString(string(title[1])))
	}
	return plainText(h, body)
}

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>([^<]*)</title`)

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
	Elements    []struct{ ValidationErrors []wireMessage }
	Title       string
	Detail      string
	wireMessage
}

// wireMessage is one of Xero's sentences about an element.
type wireMessage struct {
	Message     string
	Description string // instead of Message, in some answers
}

// text returns the sentence; "" where there is none.
func (m wireMessage) text() string {
	return cmp.Or(strings.TrimSpace(m.Message), strings.TrimSpace(m.Description))
}

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
		sentences = appendTexts(sentences, e.ValidationErrors)
	}
	if len(sentences) > 0 {
		return strings.Join(sentences, " ")
	}
	return cmp.Or(f.wireMessage.text(), strings.TrimSpace(f.Detail), strings.TrimSpace(f.Title))
}

// plainText returns the words of a body that is plain text, as those of a 503 are. A
// page of HTML says nothing that a person could use.
func plainText(h http.Header, body []byte) string {
	if media, _, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || media != "text/plain" {
		return ""
	}
	return shortened(string(body))
}

// shortened returns a text in one line, of at most 300 characters.
func shortened(text string) string {
	const longest = 300
	short := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " "))
	if len(short) > longest {
		return string(short[:longest]) + "…"
	}
	return string(short)
}

// retryAfter returns until when Xero asks to wait, or zero.
func retryAfter(h http.Header) time.Time {
	seconds, ok := headerNumber(h, retryAfterHeader)
	if !ok {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(seconds) * time.Second)
}

// appendTexts appends those of the sentences that are new.
func appendTexts(list []string, all []wireMessage) []string {
	for _, m := range all {
		if text := m.text(); text != "" && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

package check

import (
	"bytes"
	"encoding/json"
	"strings"

	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/xero"
)

// element is an element of an answer as it is on the wire: what is looked at here is whether a field is
// there, and with which bytes. A nil element has nothing.
type element map[string]any

// elements are those of an answer, in their order.
type elements []element

func (l elements) at(i int) element {
	if i >= len(l) {
		return nil
	}
	return l[i]
}

// invoice returns the first element that has this InvoiceID.
func (l elements) invoice(id string) element {
	for _, e := range l {
		if strings.EqualFold(e.text("InvoiceID"), id) {
			return e
		}
	}
	return nil
}

// object reads the object that an answer is; nil where it is none.
func object(x xero.Exchange) element {
	d := json.NewDecoder(bytes.NewReader(x.Body))
	d.UseNumber()
	var e element
	if d.Decode(&e) != nil {
		return nil
	}
	return e
}

// elementsOf returns the elements under a name in an answer.
func elementsOf(x xero.Exchange, name string) elements { return object(x).list(name) }

func (e element) list(name string) elements {
	all, _ := e[name].([]any)
	var l elements
	for _, v := range all {
		one, _ := v.(map[string]any)
		l = append(l, one)
	}
	return l
}

func (e element) has(field string) bool { return e[field] != nil }

// text returns a field that is a text or a number, as it is written; "" where it is not there.
func (e element) text(field string) string {
	switch v := e[field].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

func (e element) inner(field string) element {
	m, _ := e[field].(map[string]any)
	return m
}

// amount returns a field that is an amount; none where it is not there.
func (e element) amount(field string, c money.Currency) (money.Amount, bool) {
	a, err := money.Parse(e.text(field), c)
	return a, err == nil
}

// sentences returns what Xero says of the element.
func (e element) sentences() string {
	var all []string
	for _, list := range []string{"ValidationErrors", "Warnings"} {
		for _, m := range e.list(list) {
			all = append(all, m.text("Message")+m.text("Description"))
		}
	}
	return strings.Join(all, " ")
}

// words returns what messages say.
func words(messages []ledger.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, " ")
}

// said returns what Xero said of something, in short.
func said(o ledger.Outcome) string {
	text := "neither taken nor refused"
	switch o.Verdict {
	case ledger.Accepted:
		text = strings.TrimSpace("taken " + string(o.Standing.Status))
	case ledger.Rejected:
		text = "refused"
	}
	if len(o.Messages) > 0 {
		text += ": " + words(o.Messages)
	}
	return text
}

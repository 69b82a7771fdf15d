package sim

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// node is a value of a request body, from JSON or XML. In XML everything is text.
type node struct {
	path     string // as Xero names the place in its errors: Invoices[0].Date
	text     string // of a scalar
	isScalar bool
	isNull   bool
	isList   bool
	names    []string // of an object's fields
	children []*node  // an object's fields, or a list's elements
}

// badBody is a request body that Xero cannot read: error number 14.
type badBody struct{ message string }

func (e *badBody) Error() string { return e.message }

// brokenBody is a request body on which Xero itself fails: 500.
type brokenBody struct{ path string }

func (e *brokenBody) Error() string { return "Xero fails on " + e.path }

const maxDepth = 32

// parseBody reads a request body as its content type, or else its first character, says.
func parseBody(contentType string, body []byte) (*node, error) {
	kind, _, _ := mime.ParseMediaType(contentType)
	if kind == "application/x-www-form-urlencoded" {
		if form, err := url.ParseQuery(string(body)); err == nil && form.Has("xml") {
			body = []byte(form.Get("xml"))
		}
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(body) == 0 {
		return nil, &badBody{"No data was posted."}
	}
	if body[0] == '<' {
		return parseXML(body)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	root, err := parseJSON(d, "", 0)
	if err == nil {
		if _, extra := d.Token(); !errors.Is(extra, io.EOF) {
			err = errors.New("additional text found after the end of the value")
		}
	}
	if err != nil {
		return nil, &badBody{fmt.Sprintf("Unexpected content while parsing JSON: %v.", err)}
	}
	return root, nil
}

func parseJSON(d *json.Decoder, path string, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	n := &node{path: path}
	switch token := token.(type) {
	case json.Delim:
		n.isList = token == '['
		for d.More() {
			if n.isList {
				child, err := parseJSON(d, path+"["+strconv.Itoa(len(n.children))+"]", depth+1)
				if err != nil {
					return nil, err
				}
				n.children = append(n.children, child)
				continue
			}
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			child, err := parseJSON(d, joinPath(path, fmt.Sprint(name)), depth+1)
			if err != nil {
				return nil, err
			}
			n.names, n.children = append(n.names, fmt.Sprint(name)), append(n.children, child)
		}
		_, err = d.Token()
		return n, err
	case nil:
		n.isScalar, n.isNull = true, true
	default:
		n.isScalar, n.text = true, fmt.Sprint(token)
	}
	return n, nil
}

// xmlLists are the elements that hold a list of elements.
var xmlLists = map[string]bool{
	"Invoices": true, "Contacts": true, "LineItems": true, "Tracking": true, "Addresses": true, "Phones": true,
	"ContactPersons": true, "Payments": true, "Items": true, "Currencies": true, "HistoryRecords": true,
}

func parseXML(body []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return nil, &badBody{fmt.Sprintf("There is an error in the XML document: %v.", err)}
		}
		if start, ok := token.(xml.StartElement); ok {
			root, err := parseElement(d, start, start.Name.Local, 0)
			if err != nil {
				return nil, &badBody{fmt.Sprintf("There is an error in the XML document: %v.", err)}
			}
			if root.isList {
				root = &node{names: []string{start.Name.Local}, children: []*node{root}}
			}
			return root, nil
		}
	}
}

func parseElement(d *xml.Decoder, start xml.StartElement, path string, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	n := &node{path: path, isList: xmlLists[start.Name.Local], isScalar: !xmlLists[start.Name.Local]}
	var text strings.Builder
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			childPath := joinPath(path, token.Name.Local)
			if n.isList {
				childPath = path + "[" + strconv.Itoa(len(n.children)) + "]"
			}
			child, err := parseElement(d, token, childPath, depth+1)
			if err != nil {
				return nil, err
			}
			n.isScalar = false
			n.names, n.children = append(n.names, token.Name.Local), append(n.children, child)
		case xml.EndElement:
			if n.isScalar {
				n.text = text.String()
			}
			return n, nil
		}
	}
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// elements are the records that the body holds: those of the named collection, or the body itself when it is a bare
// record.
func (n *node) elements(collection string) ([]*node, error) {
	if n.isList || n.isScalar {
		return nil, &badBody{"A record or a collection of " + collection + " is expected."}
	}
	if c := n.get(collection); c != nil {
		if !c.isList {
			return nil, &badBody{"A collection is expected. Path '" + c.path + "'."}
		}
		return c.children, nil
	}
	return []*node{n}, nil
}

// get is a field of an object; nil when it is absent or null. Names are matched without regard to case.
func (n *node) get(name string) *node {
	if n == nil || n.isList {
		return nil
	}
	for i, candidate := range n.names {
		if strings.EqualFold(candidate, name) && !n.children[i].isNull {
			return n.children[i]
		}
	}
	return nil
}

// reader takes typed values from nodes. Its first failure stays in err; from then on what it returns is of no use.
type reader struct{ err error }

func (r *reader) fail(n *node, kind string) {
	if r.err == nil {
		r.err = &badBody{fmt.Sprintf("Error converting value %q to type '%s'. Path '%s'.", n.text, kind, n.path)}
	}
}

func (r *reader) text(n *node, name string) *string {
	v := n.get(name)
	if v == nil {
		return nil
	}
	if !v.isScalar {
		r.fail(v, "System.String")
	}
	return &v.text
}

// scalar is a field that is not text; an empty one counts as not sent.
func (r *reader) scalar(n *node, name, kind string) *node {
	v := n.get(name)
	if v == nil || v.isScalar && strings.TrimSpace(v.text) == "" {
		return nil
	}
	if !v.isScalar {
		r.fail(v, kind)
		return nil
	}
	return v
}

func (r *reader) number(n *node, name string) *decimal.Decimal {
	const kind = "System.Decimal"
	v := r.scalar(n, name, kind)
	if v == nil {
		return nil
	}
	text := strings.TrimSpace(v.text)
	d, err := decimal.NewFromString(text)
	// A .NET decimal has 28 digits; the bound also keeps huge exponents from being written out.
	if err != nil || len(text) > 40 || d.Exponent() > 28 || d.Exponent() < -28 {
		r.fail(v, kind)
		return nil
	}
	return &d
}

func (r *reader) truth(n *node, name string) *bool {
	v := r.scalar(n, name, "System.Boolean")
	if v == nil {
		return nil
	}
	b, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(v.text)))
	if err != nil {
		r.fail(v, "System.Boolean")
	}
	return &b
}

func (r *reader) date(n *node, name string) *time.Time {
	v := r.scalar(n, name, "System.DateTime")
	if v == nil {
		return nil
	}
	t, ok := parseDate(v.text)
	if !ok {
		r.fail(v, "System.DateTime")
	}
	t = businessDate(t)
	return &t
}

// id is a GUID in lower case; the zero GUID counts as not sent.
func (r *reader) id(n *node, name string) *string {
	v := r.scalar(n, name, "System.Guid")
	if v == nil {
		return nil
	}
	id, err := uuid.Parse(v.text)
	if err != nil {
		r.fail(v, "System.Guid")
		return nil
	}
	if id == uuid.Nil {
		return nil
	}
	s := id.String()
	return &s
}

// contactID is id for a contact, where what is no GUID makes Xero fail.
func (r *reader) contactID(n *node, name string) *string {
	if v := n.get(name); v != nil && strings.TrimSpace(v.text) != "" {
		if _, err := uuid.Parse(v.text); err != nil && r.err == nil {
			r.err = &brokenBody{v.path}
		}
	}
	return r.id(n, name)
}

// oneOf is a word of a fixed set, in its proper spelling.
func (r *reader) oneOf(n *node, name, kind string, words ...string) *string {
	v := r.scalar(n, name, kind)
	if v == nil {
		return nil
	}
	for _, w := range words {
		if strings.EqualFold(w, strings.TrimSpace(v.text)) {
			return &w
		}
	}
	r.fail(v, kind)
	return nil
}

// children are the elements of a list; nil when it is absent or empty.
func (r *reader) children(n *node, name string) []*node {
	v := n.get(name)
	if v == nil || (v.isScalar && strings.TrimSpace(v.text) == "") {
		return nil
	}
	if !v.isList {
		r.fail(v, "System.Collections.Generic.List")
		return nil
	}
	return v.children
}

package sim

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// An answer is built once as a tree and then written as Xero writes it: JSON with CRLF line ends, or XML. The values are
// object, list, string, bool, int, number, stamp and bareStamp.

// object is a record whose fields keep their order.
type object []field

type field struct {
	name  string
	value any
}

// list is an array; item names its elements in XML.
type list struct {
	item   string
	values []any
}

// number is a decimal written with a fixed count of places.
type number struct {
	value  decimal.Decimal
	places int32
}

// stamp is a time written with Xero's "+0000"; bareStamp is one written without.
type (
	stamp     time.Time
	bareStamp time.Time
)

func money(d decimal.Decimal) number    { return number{d, 2} }
func quantity(d decimal.Decimal) number { return number{d, 4} }
func rate(d decimal.Decimal) number     { return number{d, 10} }

// add appends a field.
func (o *object) add(name string, value any) { *o = append(*o, field{name, value}) }

// text appends a field unless it is empty: Xero omits what is absent.
func (o *object) text(name, value string) {
	if value != "" {
		o.add(name, value)
	}
}

// stamp appends a time, unless it is zero.
func (o *object) stamp(name string, t time.Time) {
	if !t.IsZero() {
		o.add(name, stamp(t))
	}
}

// date appends a business date as Xero's pair of a string and a stamp, unless it is zero.
func (o *object) date(name string, t time.Time) {
	if !t.IsZero() {
		o.add(name+"String", t.Format(isoSeconds))
		o.add(name, stamp(t))
	}
}

// updated appends the pair of fields that tells when a record last changed.
func (o *object) updated(t time.Time) {
	o.add("UpdatedDateUTC", stamp(t))
	o.add("UpdatedDateUTCString", t.UTC().Format(isoSeconds)+"Z")
}

func listOf[T any](item string, values []T, render func(T) object) list {
	l := list{item: item, values: make([]any, len(values))}
	for i, v := range values {
		l.values[i] = render(v)
	}
	return l
}

func none(item string) list { return list{item: item} }

func messageList(item string, messages []string) list {
	return listOf(item, messages, func(m string) object { return object{{"Message", m}} })
}

// writeJSON appends the value as Xero prints JSON: indented by two, lines ended with CRLF.
func writeJSON(b *strings.Builder, v any, indent int) {
	switch v := v.(type) {
	case object:
		writeBracketed(b, '{', '}', len(v), indent, func(i int) {
			quote(b, v[i].name)
			b.WriteString(": ")
			writeJSON(b, v[i].value, indent+1)
		})
	case list:
		writeBracketed(b, '[', ']', len(v.values), indent, func(i int) { writeJSON(b, v.values[i], indent+1) })
	case string:
		quote(b, v)
	case stamp:
		b.WriteString(`"\/Date(` + strconv.FormatInt(time.Time(v).UnixMilli(), 10) + `+0000)\/"`)
	case bareStamp:
		b.WriteString(`"\/Date(` + strconv.FormatInt(time.Time(v).UnixMilli(), 10) + `)\/"`)
	default:
		b.WriteString(scalar(v))
	}
}

func writeBracketed(b *strings.Builder, open, shut byte, n, indent int, element func(int)) {
	b.WriteByte(open)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		newLine(b, indent+1)
		element(i)
	}
	if n > 0 {
		newLine(b, indent)
	}
	b.WriteByte(shut)
}

func newLine(b *strings.Builder, indent int) {
	b.WriteString("\r\n")
	for range indent {
		b.WriteString("  ")
	}
}

// quote writes a JSON string; only what must be escaped is.
func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '\u0085', '\u2028', '\u2029':
			b.WriteString(`\u` + hex4(r))
		default:
			if r < ' ' {
				b.WriteString(`\u` + hex4(r))
			} else {
				b.WriteRune(r)
			}
		}
	}
	b.WriteByte('"')
}

func hex4(r rune) string {
	s := strconv.FormatInt(int64(r), 16)
	return "0000"[len(s):] + s
}

// writeXML appends the value as an element.
func writeXML(b *strings.Builder, name string, v any) {
	if l, ok := v.(list); ok && len(l.values) == 0 {
		b.WriteString("<" + name + " />")
		return
	}
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case object:
		for _, f := range v {
			writeXML(b, f.name, f.value)
		}
	case list:
		for _, e := range v.values {
			writeXML(b, v.item, e)
		}
	case string:
		// EscapeText fails only when the writer does, which a Builder never does.
		_ = xml.EscapeText(b, []byte(strings.ToValidUTF8(v, string(utf8.RuneError))))
	case stamp:
		b.WriteString(time.Time(v).UTC().Format(isoMillis))
	case bareStamp:
		b.WriteString(time.Time(v).UTC().Format(isoMillis))
	default:
		b.WriteString(scalar(v))
	}
	b.WriteString("</" + name + ">")
}

// scalar is a value that looks the same in JSON and XML.
func scalar(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case number:
		return v.value.StringFixed(v.places)
	}
	return "null"
}

package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// A where clause is the small language of Xero's filters: comparisons with == = != < <= > >=, AND && OR || !,
// brackets, "texts" (a quote inside is doubled), numbers, true, false, null, DateTime(2020,01,31), guid("…"), and the
// text methods Contains, StartsWith, EndsWith, ToLower, ToUpper and Trim.

// expression is a compiled part of a clause; get gives the value of a field by its lower-case name.
type expression func(get func(string) any) (any, error)

// clause is a compiled where clause.
type clause struct{ root expression }

func (c clause) holds(get func(string) any) (bool, error) {
	v, err := c.root(get)
	if err != nil {
		return false, err
	}
	fits, ok := v.(bool)
	if !ok {
		return false, &queryError{"Expression of type 'Boolean' expected"}
	}
	return fits, nil
}

// parseWhere compiles a clause over records of a type that has the given fields.
func parseWhere(text, typeName string, has func(string) bool) (clause, error) {
	tokens, err := scanWhere(text)
	if err != nil {
		return clause{}, err
	}
	p := &whereParser{tokens: tokens, typeName: typeName, has: has}
	root, err := p.or()
	if err != nil {
		return clause{}, err
	}
	if p.peek().kind != tokenEnd {
		return clause{}, &queryError{"Syntax error"}
	}
	return clause{root}, nil
}

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenText
	tokenNumber
	tokenSign
)

type token struct {
	kind tokenKind
	text string
}

func scanWhere(s string) ([]token, error) {
	var tokens []token
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case unicode.IsSpace(r):
			s = s[size:]
		case r == '"':
			text, rest, err := scanText(s[1:])
			if err != nil {
				return nil, err
			}
			tokens, s = append(tokens, token{tokenText, text}), rest
		case unicode.IsLetter(r) || r == '_':
			n := span(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' })
			tokens, s = append(tokens, token{tokenName, s[:n]}), s[n:]
		case r >= '0' && r <= '9':
			n := span(s, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' })
			tokens, s = append(tokens, token{tokenNumber, s[:n]}), s[n:]
		default:
			n := signLength(s)
			if n == 0 {
				return nil, &queryError{fmt.Sprintf("Syntax error '%c'", r)}
			}
			tokens, s = append(tokens, token{tokenSign, s[:n]}), s[n:]
		}
	}
	return append(tokens, token{}), nil
}

// scanText reads a text up to its closing quote. A backslash is refused, as Xero does.
func scanText(s string) (text, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			return "", "", &queryError{"Syntax error '\\'"}
		case s[i] != '"':
			b.WriteByte(s[i])
		case i+1 < len(s) && s[i+1] == '"':
			b.WriteByte('"')
			i++
		default:
			return b.String(), s[i+1:], nil
		}
	}
	return "", "", &queryError{"Unterminated string literal"}
}

func span(s string, in func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !in(r) }); n >= 0 {
		return n
	}
	return len(s)
}

func signLength(s string) int {
	for _, sign := range []string{"==", "!=", "<>", "<=", ">=", "&&", "||", "<", ">", "=", "!", "(", ")", ",", ".", "-"} {
		if strings.HasPrefix(s, sign) {
			return len(sign)
		}
	}
	return 0
}

type whereParser struct {
	tokens   []token
	depth    int
	typeName string
	has      func(string) bool
}

func (p *whereParser) peek() token { return p.tokens[0] }

func (p *whereParser) next() token {
	t := p.tokens[0]
	if t.kind != tokenEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

// take consumes the next token when it is one of these signs or words.
func (p *whereParser) take(words ...string) (string, bool) {
	t := p.peek()
	for _, w := range words {
		if t.kind == tokenSign && t.text == w || t.kind == tokenName && strings.EqualFold(t.text, w) {
			p.next()
			return w, true
		}
	}
	return "", false
}

func (p *whereParser) expect(sign string) error {
	if _, ok := p.take(sign); !ok {
		return &queryError{fmt.Sprintf("'%s' expected", sign)}
	}
	return nil
}

func (p *whereParser) or() (expression, error) {
	return p.chain(p.and, func(a, b bool) bool { return a || b }, "||", "OR")
}

func (p *whereParser) and() (expression, error) {
	return p.chain(p.not, func(a, b bool) bool { return a && b }, "&&", "AND")
}

func (p *whereParser) chain(part func() (expression, error), join func(a, b bool) bool, words ...string) (expression, error) {
	left, err := part()
	for err == nil {
		if _, ok := p.take(words...); !ok {
			return left, nil
		}
		var right expression
		if right, err = part(); err == nil {
			a, b := left, right
			left = func(get func(string) any) (any, error) {
				x, err := clause{a}.holds(get)
				if err != nil {
					return nil, err
				}
				y, err := clause{b}.holds(get)
				return join(x, y), err
			}
		}
	}
	return nil, err
}

func (p *whereParser) not() (expression, error) {
	if p.depth++; p.depth > 100 {
		return nil, &queryError{"Expression is nested too deeply"}
	}
	defer func() { p.depth-- }()
	if _, ok := p.take("!", "NOT"); ok {
		inner, err := p.not()
		if err != nil {
			return nil, err
		}
		return func(get func(string) any) (any, error) {
			fits, err := clause{inner}.holds(get)
			return !fits, err
		}, nil
	}
	return p.comparison()
}

func (p *whereParser) comparison() (expression, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	sign, ok := p.take("==", "=", "!=", "<>", "<=", ">=", "<", ">")
	if !ok {
		return left, nil
	}
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	return func(get func(string) any) (any, error) {
		a, err := left(get)
		if err != nil {
			return nil, err
		}
		b, err := right(get)
		if err != nil {
			return nil, err
		}
		return compareBySign(sign, a, b)
	}, nil
}

// operand is a value, a field or a bracket, and the methods called on it.
func (p *whereParser) operand() (expression, error) {
	t := p.next()
	var e expression
	var err error
	switch {
	case t.kind == tokenText:
		e = constant(t.text)
	case t.kind == tokenNumber:
		e, err = numberConstant(t.text)
	case t.kind == tokenSign && t.text == "-" && p.peek().kind == tokenNumber:
		e, err = numberConstant("-" + p.next().text)
	case t.kind == tokenSign && t.text == "(":
		if e, err = p.or(); err == nil {
			err = p.expect(")")
		}
	case t.kind == tokenName:
		return p.named(t.text)
	default:
		return nil, &queryError{"Expression expected"}
	}
	if err != nil {
		return nil, err
	}
	return p.methods(e)
}

func (p *whereParser) named(name string) (expression, error) {
	switch strings.ToLower(name) {
	case "true":
		return constant(true), nil
	case "false":
		return constant(false), nil
	case "null":
		return constant(nil), nil
	case "datetime":
		return p.dateTime()
	case "guid":
		return p.guid()
	}
	path := strings.ToLower(name)
	if !p.has(path) {
		member := ""
		if p.peek().text == "." {
			member = p.after().text
		}
		switch full := path + "." + strings.ToLower(member); {
		case p.has(full):
			p.next()
			p.next()
			path = full
		case path == "contact" && member != "":
			return nil, &queryError{fmt.Sprintf("No property or field '%s' exists in type 'Contact'", member)}
		default:
			return nil, &queryError{fmt.Sprintf("No property or field '%s' exists in type '%s'", name, p.typeName)}
		}
	}
	return p.methods(func(get func(string) any) (any, error) { return get(path), nil })
}

// after is the token behind the next one.
func (p *whereParser) after() token {
	if len(p.tokens) < 2 {
		return token{}
	}
	return p.tokens[1]
}

func (p *whereParser) methods(e expression) (expression, error) {
	for {
		if _, ok := p.take("."); !ok {
			return e, nil
		}
		name := p.next()
		if _, ok := p.take("("); name.kind != tokenName || !ok {
			return nil, &queryError{fmt.Sprintf("No property or field '%s' exists in type 'String'", name.text)}
		}
		inner := e
		switch strings.ToLower(name.text) {
		case "tolower", "toupper", "trim":
			// Texts are compared without regard to case, so a change of case can never be seen.
			e = textOf(inner, func(s string) any { return strings.TrimSpace(s) })
		case "contains", "startswith", "endswith":
			argument := p.next()
			if argument.kind != tokenText {
				return nil, &queryError{"Expression expected"}
			}
			test := map[string]func(s, part string) bool{
				"contains": strings.Contains, "startswith": strings.HasPrefix, "endswith": strings.HasSuffix,
			}[strings.ToLower(name.text)]
			part := plain(argument.text)
			e = textOf(inner, func(s string) any { return test(plain(s), part) })
		default:
			return nil, &queryError{fmt.Sprintf("No applicable method '%s' exists in type 'String'", name.text)}
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
}

// textOf applies a method to a text; on an absent one it is as on an empty one.
func textOf(e expression, fn func(string) any) expression {
	return func(get func(string) any) (any, error) {
		v, err := e(get)
		if err != nil {
			return nil, err
		}
		switch v := v.(type) {
		case nil:
			return fn(""), nil
		case string:
			return fn(v), nil
		}
		return nil, &queryError{fmt.Sprintf("No applicable method exists in type '%s'", typeOf(v))}
	}
}

func (p *whereParser) dateTime() (expression, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var parts []int
	for {
		t := p.next()
		n, err := strconv.Atoi(t.text)
		if t.kind != tokenNumber || err != nil || n > 9999 {
			return nil, &queryError{"Expression expected"}
		}
		parts = append(parts, n)
		if _, more := p.take(","); !more {
			break
		}
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if len(parts) != 3 && len(parts) != 6 {
		return nil, &queryError{"No applicable constructor exists in type 'DateTime'"}
	}
	parts = append(parts, 0, 0, 0)
	t := time.Date(parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5], 0, time.UTC)
	if t.Day() != parts[2] || int(t.Month()) != parts[1] {
		return nil, &queryError{"Year, Month, and Day parameters describe an un-representable DateTime."}
	}
	return constant(t), nil
}

func (p *whereParser) guid() (expression, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	t := p.next()
	id, err := uuid.Parse(t.text)
	if t.kind != tokenText || err != nil {
		return nil, &queryError{"Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."}
	}
	return constant(guid(id.String())), p.expect(")")
}

func constant(v any) expression {
	return func(func(string) any) (any, error) { return v, nil }
}

func numberConstant(s string) (expression, error) {
	d, err := decimal.NewFromString(s)
	if err != nil || len(s) > 40 {
		return nil, &queryError{fmt.Sprintf("Invalid real literal '%s'", s)}
	}
	return constant(d), nil
}

package billing

import (
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"feebridge/app/money"
	"feebridge/assets/translations"
)

// ClientID identifies a client entity of the firm.
type ClientID string

// Client is a client entity: whom the firm bills. Xero is told these details once,
// when the contact is created; later changes on either side are not copied.
type Client struct {
	ID      ClientID
	Code    string // unique in the firm; becomes the contact number in Xero
	Name    string
	Email   string
	Address Address

	// What new invoices of the client begin with.
	Currency    money.Currency // "" for the firm's
	Term        Term           // zero for that of the organisation which its invoices go to
	BillingCode string         // of new lines; "" for none

	Archived bool  // no new invoices
	Version  int64 // counts the saves; a save from an older version is refused
}

// Address is a postal address in the parts that Xero's invoice template has.
type Address struct {
	Lines      [4]string
	City       string
	Region     string
	PostalCode string
	Country    string
}

// Lengths that Xero's contacts allow.
const (
	MaxName  = 255
	MaxCode  = 50
	MaxEmail = 255
)

// Lengths that Xero allows in an address.
const (
	MaxStreet     = 500 // a line
	MaxCity       = 255
	MaxRegion     = 255
	MaxPostalCode = 50
	MaxCountry    = 50
)

// The fields of a client that Xero may not accept, the parts of its address among them.
const (
	NameField       Field = "name"
	EmailField      Field = "email"
	CityField       Field = "city"
	RegionField     Field = "region"
	PostalCodeField Field = "postal code"
	CountryField    Field = "country"
)

// StreetFields are the lines of an address.
var StreetFields = [4]Field{"address line 1", "address line 2", "address line 3", "address line 4"}

// CheckIdentity returns why the client cannot be known by its name and code, or nil.
func (c Client) CheckIdentity() error {
	switch {
	case strings.TrimSpace(c.Name) == "":
		return refuse("problem.client.no-name")
	case len([]rune(c.Name)) > MaxName:
		return refuse("problem.client.long-name", "Count", MaxName)
	case strings.ContainsAny(c.Name, "<>"):
		return refuse("problem.client.signs", "Name", translations.Quoted(c.Name))
	case c.Code == "":
		return refuse("problem.client.no-code", "Name", translations.Quoted(c.Name))
	case len([]rune(c.Code)) > MaxCode:
		return refuse("problem.client.long-code", "Name", translations.Quoted(c.Name), "Count", MaxCode)
	}
	return checkEach(entry{"field.name", c.Name}, entry{"field.code", c.Code})
}

// Check returns why the client cannot be saved, or nil.
func (c Client) Check() error {
	if err := c.CheckIdentity(); err != nil {
		return err
	}
	if _, err := money.ParseCurrency(string(c.Currency)); err != nil && c.Currency != "" {
		return refuse("problem.as-told", "Problem", err)
	}
	if err := c.Term.Check(); err != nil {
		return err
	}
	if err := checkEach(entry{"field.billing-code", c.BillingCode}); err != nil {
		return err
	}
	if err := c.Address.Check(); err != nil {
		return err
	}
	return CheckEmail(c.Email)
}

// part is a part of an address, and how long it may be.
type part struct {
	field Field
	entry
	most int
}

func (a Address) parts() []part {
	parts := []part{
		{CityField, entry{"field.city", a.City}, MaxCity}, {RegionField, entry{"field.region", a.Region}, MaxRegion},
		{PostalCodeField, entry{"field.postal-code", a.PostalCode}, MaxPostalCode}, {CountryField, entry{"field.country", a.Country}, MaxCountry},
	}
	for i, text := range a.Lines {
		parts = append(parts, part{StreetFields[i], entry{"field.street", text}, MaxStreet})
	}
	return parts
}

func (p part) long() bool { return utf8.RuneCountInString(p.text) > p.most }

// Check returns why the address cannot be saved, or nil.
func (a Address) Check() error {
	for _, p := range a.parts() {
		if err := checkEach(p.entry); err != nil {
			return err
		}
		if p.long() {
			return refuse("problem.long-field", "Place", translations.Say(p.place), "Count", p.most)
		}
	}
	return nil
}

// TooLong returns the first part that is longer than Xero allows, or "".
func (a Address) TooLong() Field {
	for _, p := range a.parts() {
		if p.long() {
			return p.field
		}
	}
	return ""
}

// CheckEmail returns why the address cannot be used, or nil; none at all is fine. It is as strict as
// Xero, which refuses the whole contact for it: only ASCII, and a dot behind the @.
func CheckEmail(s string) error {
	if s == "" {
		return nil
	}
	if err := checkEach(entry{"field.email", s}); err != nil {
		return err
	}
	for _, r := range s {
		if r > unicode.MaxASCII {
			return refuse("problem.email-sign", "Email", translations.Quoted(s), "Sign", string(r), "Code", fmt.Sprintf("%U", r))
		}
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > MaxEmail || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return refuse("problem.email", "Email", translations.Quoted(s))
	}
	return nil
}

// FoldName returns the form under which two names are the same client: case and
// white space do not count, as in Xero's own comparison of contact names.
func FoldName(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// PlainName returns the folded name without its accents, the form by which Xero finds
// contacts. Names that differ only in accents may be one client, which a person decides.
func PlainName(name string) string {
	decomposed := norm.NFD.String(FoldName(name))
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, decomposed)
}

// SuggestCode returns a client code made of a name's letters and digits, such as
// KAURI-JOINERY-LTD. It does not know which codes are taken.
func SuggestCode(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToUpper(name) {
		if r > unicode.MaxASCII || !(unicode.IsLetter(r) || unicode.IsDigit(r)) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	code := b.String()
	if len(code) > 40 {
		code = strings.TrimRight(code[:40], "-")
	}
	if code == "" {
		return "CLIENT"
	}
	return code
}

// ClientCodes holds, for each client code in use, folded, the last number that was
// tried behind it to make another of it.
type ClientCodes map[string]int

// Take notes a code that a client has.
func (c ClientCodes) Take(code string) { c[strings.ToLower(code)]++ }

// Suggest returns a client code made of the name that no client has.
func (c ClientCodes) Suggest(name string) string {
	code := SuggestCode(name)
	free := code
	for base := strings.ToLower(code); c[strings.ToLower(free)] > 0; {
		c[base]++
		free = code + "-" + strconv.Itoa(c[base])
	}
	return free
}

// String returns the address on one line.
func (a Address) String() string { return strings.Join(a.Parts(), ", ") }

// Parts returns the lines of the address as a letter has them, those that are empty left
// out: city and postal code stand together.
func (a Address) Parts() []string {
	var parts []string
	for _, p := range slices.Concat(a.Lines[:], []string{strings.TrimSpace(a.City + " " + a.PostalCode), a.Region, a.Country}) {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

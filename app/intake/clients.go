package intake

import (
	"strings"
	"unicode/utf8"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// findClient finds the client by name, case and spaces aside, or makes a new one.
func (in *importer) findClient(v *invoice) {
	head := v.head["ContactName"]
	name := strings.Join(strings.Fields(head.text), " ")
	if name == "" {
		in.problem(v.lineOf("ContactName"), "ContactName", "file.no-client")
		return
	}
	var c billing.Client
	known := in.clients[clientKey(name)]
	switch len(known) {
	case 0:
		c = billing.Client{ID: billing.ClientID(app.NewID()), Name: name}
	case 1:
		c = known[0]
	default:
		in.problem(head.line, "ContactName", "file.same-client", "Count", len(known), "Name", translations.Quoted(name))
		return
	}
	if err := app.Allow(in.by, staff.EditInvoices, c.ID); err != nil {
		in.problem(head.line, "ContactName", "problem.as-told", "Problem", err)
		return
	}
	v.Invoice.Client, v.Client, v.NewClient = c.ID, c.Name, c.Version == 0
	before := c
	in.takeOver(v, "EmailAddress", &c.Email, billing.MaxEmail)
	parts := []*string{
		&c.Address.Lines[0], &c.Address.Lines[1], &c.Address.Lines[2], &c.Address.Lines[3],
		&c.Address.City, &c.Address.Region, &c.Address.PostalCode, &c.Address.Country,
	}
	lengths := []int{
		billing.MaxStreet, billing.MaxStreet, billing.MaxStreet, billing.MaxStreet,
		billing.MaxCity, billing.MaxRegion, billing.MaxPostalCode, billing.MaxCountry,
	}
	for i, column := range app.AddressColumns {
		in.takeOver(v, column, parts[i], lengths[i])
	}
	if len(known) == 1 && c == before {
		return
	}
	if len(known) == 0 {
		c.Code = in.codes.Suggest(name)
		in.codes.Take(c.Code)
	}
	if err := billing.CheckEmail(c.Email); err != nil {
		in.problem(v.lineOf("EmailAddress"), "EmailAddress", "problem.as-told", "Problem", err)
	} else if err := c.Check(); err != nil {
		in.problem(head.line, "ContactName", "problem.as-told", "Problem", err)
	}
	in.clients[clientKey(name)] = []billing.Client{c}
	if _, ok := in.changed[c.ID]; !ok {
		in.order = append(in.order, c.ID)
	}
	in.changed[c.ID] = c
}

// clientKey returns the form under which two names are the same client, however their accents are
// written.
func clientKey(name string) string { return billing.FoldName(composed(name)) }

// takeOver fills in what the client lacks; what differs is a problem, since a client's
// details are not changed by an import.
func (in *importer) takeOver(v *invoice, column string, field *string, most int) {
	text := v.head[column].text
	switch {
	case utf8.RuneCountInString(text) > most:
		in.problem(v.lineOf(column), column, "file.long-text", "Count", most)
	case text == "" || clientKey(text) == clientKey(*field):
	case *field == "":
		*field = text
	default:
		in.problem(v.lineOf(column), column, "file.client-differs", "Client", v.Client, "Here", translations.Quoted(*field), "There", translations.Quoted(text))
	}
}

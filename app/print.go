package app

import (
	"context"
	"slices"

	"feebridge/app/billing"
	"feebridge/app/ledger"
	"feebridge/app/money"
	"feebridge/app/staff"
	"feebridge/assets/translations"
)

// Paper prints invoices. Its methods may be called from any goroutine.
type Paper interface {
	// Print makes the PDF of an invoice. What it cannot show is a box there.
	Print(Document) ([]byte, error)
	// Unshown returns what the PDF cannot show; nil where it shows all. It depends on the computer, which may
	// have fonts that others lack.
	Unshown(Document) []Unshown
}

// Unshown is the characters in one place of an invoice that its PDF cannot show, each once.
type Unshown struct {
	Characters string
	Place      translations.Phrase
}

// TellUnshown says which characters and where, as a part of a sentence. There is one at least.
func TellUnshown(all []Unshown) translations.Phrase {
	const most, told = 12, 3 // as many characters of a place, and as many places, as a person reads
	part := func(u Unshown) translations.Phrase {
		characters := []rune(u.Characters)
		if len(characters) > most {
			characters = append(characters[:most:most], '…')
		}
		return translations.Say("pdf.unshown.part", "Characters", translations.Quoted(string(characters)), "Place", u.Place)
	}
	text := part(all[0])
	for _, u := range all[1:min(told, len(all))] {
		text = translations.Say("pdf.unshown.and", "Before", text, "Part", part(u))
	}
	if more := len(all) - told; more > 0 {
		text = translations.Say("pdf.unshown.more", "Before", text, "Count", more)
	}
	return text
}

// Document is an invoice as it is printed.
type Document struct {
	Firm    Firm
	Client  billing.Client
	Invoice billing.Invoice
	Totals  money.Totals
	Taxes   []billing.TaxTotal // what Totals.Tax consists of
}

// Document returns an invoice as it is printed, and what its PDF cannot show. A draft has no number yet.
func (a *App) Document(ctx context.Context, by staff.Member, id billing.InvoiceID) (Document, []Unshown, error) {
	var d Document
	err := a.View(ctx, func(r Reader) (err error) {
		if d, err = ReadDocument(r, id); err != nil {
			return err
		}
		return Allow(by, staff.See, d.Invoice.Client)
	})
	if err != nil {
		return Document{}, nil, err
	}
	return d, a.unshown(d), nil
}

func (a *App) unshown(d Document) []Unshown {
	if a.paper == nil {
		return nil
	}
	return a.paper.Unshown(d)
}

// ReadDocument reads an invoice as it is printed, whoever asks.
func ReadDocument(r Reader, id billing.InvoiceID) (d Document, err error) {
	if d.Invoice, err = r.Invoice(id); err != nil {
		return d, err
	}
	if d.Client, err = r.Client(d.Invoice.Client); err != nil {
		return d, err
	}
	if d.Firm, err = r.Firm(); err != nil {
		return d, err
	}
	return d, d.add()
}

// add adds the document up.
func (d *Document) add() (err error) {
	if d.Totals, err = d.Invoice.Totals(); err != nil {
		return err
	}
	d.Taxes, err = d.Invoice.TaxTotals(d.Totals)
	return err
}

// NoPDF warns that an invoice is exported without its PDF, since that cannot show what it lacks.
func NoPDF(unshown []Unshown) ledger.Message {
	return ledger.Message{Text: translations.Text("export.no-pdf", "What", TellUnshown(unshown)), Cause: ledger.PDFIncomplete, Warning: true}
}

// documentsAtOnce is how many invoices are held in memory to look at their texts.
const documentsAtOnce = 500

// LeftOut returns which of the invoices would be exported without the PDF that the mapping of their organisation asks
// for, since it cannot show all of them: with what it cannot.
func (a *App) LeftOut(ctx context.Context, by staff.Member, ids []billing.InvoiceID) (map[billing.InvoiceID][]Unshown, error) {
	left := map[billing.InvoiceID][]Unshown{}
	if a.paper == nil {
		return left, nil
	}
	for some := range slices.Chunk(Distinct(ids), documentsAtOnce) {
		var all []Document
		err := a.View(ctx, func(r Reader) (err error) {
			all, err = documentsToAttach(r, by, some)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, d := range all { // outside of the transaction: the first look at the system's fonts takes a while
			if unshown := a.unshown(d); len(unshown) > 0 {
				left[d.Invoice.ID] = unshown
			}
		}
	}
	return left, nil
}

// documentsToAttach reads those of the invoices whose PDF is attached once they are exported.
func documentsToAttach(r Reader, by staff.Member, ids []billing.InvoiceID) ([]Document, error) {
	destinations, err := readDestinations(r)
	if err != nil {
		return nil, err
	}
	attaches := map[ledger.TenantID]bool{}
	for _, o := range destinations.all {
		mapping, err := r.Mapping(o.Tenant.ID)
		if err != nil {
			return nil, err
		}
		attaches[o.Tenant.ID] = mapping.AttachPaper
	}
	heads, err := r.InvoiceHeads(ids)
	if err != nil {
		return nil, err
	}
	var wanted []billing.InvoiceID
	var clients []billing.ClientID
	for _, v := range heads {
		if org, connected := destinations.find(v.Client); connected && attaches[org.Tenant.ID] && by.May(staff.See, v.Client) {
			wanted, clients = append(wanted, v.ID), append(clients, v.Client)
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	invoices, err := r.Invoices(wanted)
	if err != nil {
		return nil, err
	}
	who, err := r.ClientsByID(Distinct(clients))
	if err != nil {
		return nil, err
	}
	firm, err := r.Firm()
	if err != nil {
		return nil, err
	}
	var all []Document
	for _, v := range invoices {
		d := Document{Firm: firm, Client: who[v.Client], Invoice: v}
		if d.add() == nil { // what cannot be added up is neither exported nor printed
			all = append(all, d)
		}
	}
	return all, nil
}

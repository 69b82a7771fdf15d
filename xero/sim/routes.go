package sim

import (
	"net/url"
	"strings"
)

const apiPrefix = "/api.xro/2.0"

// route is one of the API's addresses: the method, the path with {} for a place, the scopes of which one is enough, and
// what answers.
type route struct {
	method string
	path   string
	areas  []string // a write needs accounting.<area>, a read that or accounting.<area>.read
	handle func(*call) answer
}

var (
	invoicesArea    = []string{"accounting.invoices"}
	contactsArea    = []string{"accounting.contacts"}
	settingsArea    = []string{"accounting.settings"}
	paymentsArea    = []string{"accounting.payments"}
	attachmentsArea = []string{"accounting.attachments"}
	itemsArea       = []string{"accounting.settings", "accounting.invoices"} // named under both
)

var routes = []route{
	{"GET", "/Invoices", invoicesArea, listInvoices},
	{"PUT", "/Invoices", invoicesArea, putInvoices},
	{"POST", "/Invoices", invoicesArea, postInvoices},
	{"GET", "/Invoices/{}", invoicesArea, readInvoiceByID},
	{"POST", "/Invoices/{}", invoicesArea, postInvoice},
	{"GET", "/Invoices/{}/History", invoicesArea, readHistory},
	{"PUT", "/Invoices/{}/History", invoicesArea, addHistory},
	{"GET", "/Invoices/{}/OnlineInvoice", invoicesArea, onlineInvoice},
	{"POST", "/Invoices/{}/Email", invoicesArea, emailInvoice},
	{"GET", "/Invoices/{}/Attachments", attachmentsArea, listAttachments},
	{"GET", "/Invoices/{}/Attachments/{}", attachmentsArea, readAttachment},
	{"PUT", "/Invoices/{}/Attachments/{}", attachmentsArea, writeAttachment},
	{"POST", "/Invoices/{}/Attachments/{}", attachmentsArea, writeAttachment},

	{"GET", "/Contacts", contactsArea, listContacts},
	{"PUT", "/Contacts", contactsArea, putContacts},
	{"POST", "/Contacts", contactsArea, postContacts},
	{"GET", "/Contacts/{}", contactsArea, readContactByID},
	{"POST", "/Contacts/{}", contactsArea, postContact},
	{"GET", "/Contacts/{}/History", contactsArea, readHistory},
	{"PUT", "/Contacts/{}/History", contactsArea, addHistory},

	{"GET", "/Payments", paymentsArea, listPayments},
	{"PUT", "/Payments", paymentsArea, createPayments},
	{"POST", "/Payments", paymentsArea, createPayments},
	{"GET", "/Payments/{}", paymentsArea, readPaymentByID},
	{"POST", "/Payments/{}", paymentsArea, deletePayment},

	{"GET", "/Organisation", settingsArea, readOrganisation},
	{"GET", "/Organisation/Actions", settingsArea, readActions},
	{"GET", "/Accounts", settingsArea, listAccounts},
	{"GET", "/Accounts/{}", settingsArea, readAccount},
	{"GET", "/TaxRates", settingsArea, listTaxRates},
	{"GET", "/TaxRates/{}", settingsArea, readTaxRate},
	{"GET", "/TrackingCategories", settingsArea, listTracking},
	{"GET", "/TrackingCategories/{}", settingsArea, readTracking},
	{"GET", "/Currencies", settingsArea, listCurrencies},
	{"PUT", "/Currencies", settingsArea, putCurrency},
	{"GET", "/BrandingThemes", settingsArea, listThemes},
	{"GET", "/BrandingThemes/{}", settingsArea, readTheme},
	{"GET", "/Items", itemsArea, listItems},
	{"PUT", "/Items", itemsArea, putItems},
	{"POST", "/Items", itemsArea, postItems},
	{"GET", "/Items/{}", itemsArea, readItem},
	{"POST", "/Items/{}", itemsArea, postItem},
}

// lookUp finds the route of a call. Of what is not there it tells whether the path is known with another method, which
// Xero calls not implemented, or not at all.
func lookUp(method, escapedPath string) (found *route, args []string, known bool) {
	segments := strings.Split(strings.TrimPrefix(escapedPath, "/"), "/")
	for i := range routes {
		values, ok := routes[i].match(segments)
		if !ok {
			continue
		}
		if known = true; routes[i].method == method {
			return &routes[i], values, true
		}
	}
	return nil, nil, known
}

// match compares a path with the route's; words are matched without regard to case.
func (r *route) match(segments []string) ([]string, bool) {
	pattern := strings.Split(r.path[1:], "/")
	if len(pattern) != len(segments) {
		return nil, false
	}
	var args []string
	for i, word := range pattern {
		text, err := url.PathUnescape(segments[i])
		if err != nil || text == "" {
			return nil, false
		}
		if word == "{}" {
			args = append(args, text)
		} else if !strings.EqualFold(word, text) {
			return nil, false
		}
	}
	return args, true
}

// allowed tells whether one of the scopes is enough for the route.
func (r *route) allowed(scopes map[string]bool) bool {
	for _, area := range r.areas {
		if scopes[area] || r.method == "GET" && scopes[area+".read"] {
			return true
		}
	}
	return false
}

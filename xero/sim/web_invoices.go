package sim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// invoiceFilter says which invoices a list shows. Its zero values filter nothing.
type invoiceFilter struct {
	Org    string
	Type   string
	Status string
	Search string
	ByApp  bool // only what came through the API
	Page   int  // from 1
}

func readInvoiceFilter(r *http.Request, tenant string) invoiceFilter {
	f := invoiceFilter{
		Org: tenant, Type: TypeSales, Status: r.FormValue("status"), Search: strings.TrimSpace(r.FormValue("q")),
		ByApp: r.FormValue("app") != "", Page: pageOf(r),
	}
	if r.FormValue("type") == TypeBill {
		f.Type = TypeBill
	}
	return f
}

// URL is the address of the list so filtered.
func (f invoiceFilter) URL() string {
	q := url.Values{"org": {f.Org}}
	if f.Type == TypeBill {
		q.Set("type", TypeBill)
	}
	if f.Status != "" {
		q.Set("status", f.Status)
	}
	if f.Search != "" {
		q.Set("q", f.Search)
	}
	if f.ByApp {
		q.Set("app", "1")
	}
	if f.Page > 1 {
		q.Set("page", strconv.Itoa(f.Page))
	}
	return "/invoices?" + q.Encode()
}

// InStatus is the first page of the list in another status.
func (f invoiceFilter) InStatus(status string) invoiceFilter {
	f.Status, f.Page = status, 1
	return f
}

// OnPage is another page of the list.
func (f invoiceFilter) OnPage(page int) invoiceFilter {
	f.Page = page
	return f
}

// matches tells whether the invoice is in the list, its status apart.
func (f invoiceFilter) matches(row invoiceRow) bool {
	if f.Type != "" && row.Type != f.Type || f.ByApp && !row.CreatedByApp {
		return false
	}
	search := strings.ToLower(f.Search)
	return strings.Contains(strings.ToLower(row.Number), search) ||
		strings.Contains(strings.ToLower(row.Reference), search) ||
		strings.Contains(strings.ToLower(row.Contact), search)
}

type invoiceRow struct {
	Invoice
	Contact string
}

// tab is a status with the number of invoices in it.
type tab struct {
	Name    string
	URL     string
	Count   int
	Current bool
}

// currencySum is what the invoices of a list come to in one currency.
type currencySum struct {
	Currency   string
	Total, Due decimal.Decimal
}

type invoicesPage struct {
	frame
	Filter invoiceFilter
	Tabs   []tab
	Rows   []invoiceRow
	Sums   []currencySum // of all rows of the list, not of this page alone
	Paging paging
}

func (w *site) invoices(rw http.ResponseWriter, r *http.Request) {
	o, ok := w.chosenOrg(r)
	if !ok {
		w.notFound(rw, r)
		return
	}
	f := readInvoiceFilter(r, o.TenantID)
	p := invoicesPage{frame: w.frame(o, "invoices", "Invoices"), Filter: f}
	if f.Type == TypeBill {
		p.frame = w.frame(o, "bills", "Bills")
	}
	rows := w.invoiceRows(o.TenantID, f)
	p.Tabs = statusTabs(rows, f)
	if f.Status != "" {
		rows = slices.DeleteFunc(rows, func(row invoiceRow) bool { return row.Status != f.Status })
	}
	p.Sums = sums(rows)
	p.Rows, p.Paging = paginate(rows, f.Page, func(page int) string { return f.OnPage(page).URL() })
	w.show(rw, http.StatusOK, "invoices", &p)
}

// invoiceRows are the invoices of the filter in every status: latest date first, then the one made last.
func (w *site) invoiceRows(tenant string, f invoiceFilter) []invoiceRow {
	names := w.contactNames(tenant)
	var rows []invoiceRow
	for _, inv := range slices.Backward(w.sim.Invoices(tenant)) {
		if row := (invoiceRow{inv, names[inv.ContactID]}); f.matches(row) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b invoiceRow) int { return b.Date.Compare(a.Date) })
	return rows
}

func (w *site) contactNames(tenant string) map[string]string {
	names := map[string]string{}
	for _, c := range w.sim.Contacts(tenant) {
		names[c.ContactID] = c.Name
	}
	return names
}

func statusTabs(rows []invoiceRow, f invoiceFilter) []tab {
	counts := map[string]int{"": len(rows)}
	for _, row := range rows {
		counts[row.Status]++
	}
	tabs := []tab{{Name: "All", URL: f.InStatus("").URL(), Count: counts[""], Current: f.Status == ""}}
	for _, status := range []string{
		StatusDraft, StatusSubmitted, StatusAuthorised, StatusPaid, StatusVoided, StatusDeleted,
	} {
		tabs = append(tabs, tab{statusNames[status], f.InStatus(status).URL(), counts[status], f.Status == status})
	}
	return tabs
}

// sums adds up what is neither voided nor deleted, in each currency.
func sums(rows []invoiceRow) []currencySum {
	var list []currencySum
	for _, row := range rows {
		if !row.Live() {
			continue
		}
		i := slices.IndexFunc(list, func(s currencySum) bool { return s.Currency == row.CurrencyCode })
		if i < 0 {
			i = len(list)
			list = append(list, currencySum{Currency: row.CurrencyCode})
		}
		list[i].Total = list[i].Total.Add(row.Total)
		list[i].Due = list[i].Due.Add(row.AmountDue())
	}
	slices.SortFunc(list, func(a, b currencySum) int { return cmp.Compare(a.Currency, b.Currency) })
	return list
}

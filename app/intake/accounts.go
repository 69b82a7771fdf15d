package intake

import (
	"slices"
	"strings"

	"feebridge/app"
	"feebridge/app/billing"
)

// accounts knows the accounts of the organisations.
type accounts struct {
	codes map[string]bool     // in lower case
	names map[string][]string // the codes by folded name
}

func readAccounts(r app.Reader) (accounts, error) {
	known := accounts{map[string]bool{}, map[string][]string{}}
	organisations, err := r.Organisations()
	if err != nil {
		return known, err
	}
	for _, o := range organisations {
		chart, err := r.Chart(o.Tenant.ID)
		if app.IsCode(err, app.NotFound) {
			continue
		}
		if err != nil {
			return known, err
		}
		for _, a := range chart.Accounts {
			if a.Code == "" || a.Archived {
				continue
			}
			known.codes[strings.ToLower(a.Code)] = true
			name := billing.FoldName(a.Name)
			if !slices.Contains(known.names[name], a.Code) {
				known.names[name] = append(known.names[name], a.Code)
			}
		}
	}
	return known, nil
}

// account returns the code of a row's account, which the file may call by its name, or by both as
// Xero shows them: 200 - Sales.
func (in *importer) account(r app.SheetRow) string {
	text := in.text(r, "AccountCode")
	if text == "" || in.accounts.codes[strings.ToLower(text)] {
		return text
	}
	codes := in.accounts.names[billing.FoldName(text)]
	if code, name, both := strings.Cut(text, " - "); both && len(codes) == 0 && slices.Contains(in.accounts.names[billing.FoldName(name)], code) {
		return code
	}
	switch len(codes) {
	case 0:
		in.checkLength(r, "AccountCode", text, maxAccountCode)
		return text
	case 1:
		return codes[0]
	}
	in.problem(r.Line, "AccountCode", "file.same-account", "Count", len(codes), "Name", text, "First", codes[0], "Second", codes[1])
	return ""
}

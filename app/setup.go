package app

import "context"

// UnnamedFirm is the name of a firm that nobody has named yet.
const UnnamedFirm = "My firm"

// Setup tells how far the firm is set up to export.
type Setup struct {
	Named     bool // it has a name of its own
	Connected bool // it has an organisation to export to
	Mapped    bool // the mapping to that one names an account, and nothing that it doesn't have
}

// Setup returns how far the firm is set up.
func (a *App) Setup(ctx context.Context) (Setup, error) {
	var s Setup
	err := a.View(ctx, func(r Reader) error {
		s = Setup{}
		firm, err := r.Firm()
		if err != nil {
			return err
		}
		s.Named = firm.Name != UnnamedFirm
		orgs, err := r.Organisations()
		if err != nil {
			return err
		}
		for _, o := range orgs {
			if !o.Default {
				continue
			}
			s.Connected = true
			m, err := r.Mapping(o.Tenant.ID)
			if err != nil {
				return err
			}
			chart, err := r.Chart(o.Tenant.ID)
			if err != nil {
				return err
			}
			s.Mapped = (m.DefaultAccount != "" || len(m.Codes) > 0) && len(m.Missing(chart)) == 0
		}
		return nil
	})
	return s, err
}

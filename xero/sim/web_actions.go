package sim

import "slices"

// The wording of the following is not verified: Xero refuses these, but no answer with its text is known.
const (
	msgSystemAccount   = "System accounts cannot be archived."
	msgCurrencyTaken   = "The organisation already uses this currency."
	msgCurrencyUnknown = "The currency code is not one that can be added."
)

// ArchiveAccount archives an account: no new line may name it. System accounts stay.
func (s *Sim) ArchiveAccount(tenant, accountID string) error {
	return s.setAccountStatus(tenant, accountID, StatusArchived)
}

// RestoreAccount makes an archived account active again.
func (s *Sim) RestoreAccount(tenant, accountID string) error {
	return s.setAccountStatus(tenant, accountID, StatusActive)
}

func (s *Sim) setAccountStatus(tenant, accountID, status string) error {
	return s.act(tenant, func(k *clerk) []string {
		account := k.org.accountByID(accountID)
		switch {
		case account == nil:
			return []string{noSuchRecord}
		case account.SystemAccount != "":
			return []string{msgSystemAccount}
		}
		account.Status, account.UpdatedUTC = status, k.now
		return nil
	})
}

// AddCurrency subscribes the organisation to a currency.
func (s *Sim) AddCurrency(tenant, code string) error {
	return s.act(tenant, func(k *clerk) []string {
		name, known := currencyNames[code]
		switch {
		case !known:
			return []string{msgCurrencyUnknown}
		case k.org.hasCurrency(code):
			return []string{msgCurrencyTaken}
		}
		k.org.Currencies = append(slices.Clip(k.org.Currencies), Currency{Code: code, Description: name})
		return nil
	})
}

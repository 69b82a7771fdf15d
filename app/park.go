package app

import (
	"strings"
	"time"

	"feebridge/assets/translations"
)

// Parked says that sending to an organisation waits, and until when; a zero Until
// waits for a person.
type Parked struct{ Park }

// Error returns the English text.
func (p *Parked) Error() string {
	why := strings.TrimSpace(p.Why.Words().String() + " " + p.Text)
	if p.Until.IsZero() {
		return translations.Text("parked.open", "Why", why)
	}
	return translations.Text("parked.until", "Time", p.Until.Local().Format(time.DateTime), "Why", why)
}

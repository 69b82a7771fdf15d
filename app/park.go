package app

import (
	"fmt"
	"time"
)

// Parked says that sending to an organisation waits, and until when; a zero Until
// waits for a person.
type Parked struct{ Park }

// Error returns the English text.
func (p *Parked) Error() string {
	if p.Until.IsZero() {
		return fmt.Sprintf("Sending to Xero waits (%s). %s", p.Why, p.Text)
	}
	return fmt.Sprintf("Sending to Xero waits until %s (%s). %s", p.Until.Local().Format(time.DateTime), p.Why, p.Text)
}

package app

import "time"

// Nightly is how the last nightly copies went.
type Nightly struct {
	At      time.Time // of the newest one; zero before the first
	Path    string
	Failed  time.Time // when the last try failed; zero when it did not
	Failure string
}

// KeptBackups is how many nightly copies are kept: one a day, for as many days.
const KeptBackups = 14

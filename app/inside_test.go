package app

// The parts of Run without the one that looks at the database every second, for tests of whole
// days.
var (
	Work      = (*App).work
	KeepFresh = (*App).keepFresh
)

package data

// flushFolder does nothing: Windows keeps names in a journal of its own.
func flushFolder(string) error { return nil }

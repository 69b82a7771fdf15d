package sqlite

// keepPrivate does nothing: Windows knows no modes, and a file has the rights of its folder.
// A chmod there sets an attribute of the file, which fails where another process has the
// file mapped.
func keepPrivate(string) error { return nil }

package sqlite

import "feebridge/app"

// refuseNetwork refuses a database on a network drive; kind is "" for a local one.
// SQLite's locks, and the memory that its processes share, do not work across a
// network: two computers at once would damage the file without noticing.
func refuseNetwork(path, kind string) error {
	if kind == "" {
		return nil
	}
	return app.Errorf(app.Invalid, "database.network", "File", path, "Kind", kind)
}

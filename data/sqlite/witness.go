package sqlite

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"feebridge/data"
	"feebridge/data/sheet"
)

// Witness names a folder, apart from the database's own, in which is kept which transaction of the
// database was the newest that this computer has seen. A whole folder that is put back from a backup
// or a snapshot has an older database and an older PATH.seen, which agree; but the database does not
// have the transaction that the witness tells of.
//
// It is kept by the firm and the database's place. Where the folder cannot be written there is no
// witness, and everything else goes on. What was kept in another folder before counts until there is something in this one.
func Witness(folder string, before ...string) Option {
	return func(db *DB) { db.witness, db.witnessBefore = folder, before }
}

// Option is something that Open takes besides the path.
type Option func(*DB)

// testimony is the newest transaction that was seen of a database: its place in commits, and its
// token, which a later one in the same place does not have. The zero testimony is none.
type testimony struct {
	N     int64  `json:"n"`
	Token string `json:"token"`
}

// testimonyPath returns where the testimony about a firm's database is; "" where none is kept.
func (db *DB) testimonyPath(s seen) string { return testimonyIn(db.witness, s) }

func testimonyIn(folder string, s seen) string {
	if folder == "" || s.Firm == "" {
		return ""
	}
	name := sha256.Sum256([]byte(s.Firm + "\n" + s.Path))
	return filepath.Join(folder, hex.EncodeToString(name[:16])+".json")
}

// told returns what the witness tells of a database; N is 0 where it tells nothing that can be read.
func (db *DB) told(s seen) testimony {
	for _, folder := range append([]string{db.witness}, db.witnessBefore...) {
		var told testimony
		text, err := os.ReadFile(testimonyIn(folder, s))
		if err == nil && json.Unmarshal(text, &told) == nil {
			return told
		}
	}
	return testimony{}
}

// contradicted reports whether the database lacks the transaction that the witness tells of.
func (db *DB) contradicted(tx data.Tx, s seen) (bool, error) {
	told := db.told(s)
	if told.N == 0 {
		return false, nil // there is no witness
	}
	oldest, newest, there := int64(0), int64(0), false
	err := tx.Each("looking for the newest transaction that was seen", func(row *sql.Rows) error {
		return row.Scan(&oldest, &newest, &there)
	}, "SELECT coalesce(min(n), 0), coalesce(max(n), 0), EXISTS (SELECT 1 FROM commits WHERE n = ? AND token = ?) FROM commits", told.N, told.Token)
	trimmed := told.N < oldest && newest > told.N
	return !there && !trimmed, err
}

// testify keeps which transaction of the database was committed last. It is only a help to notice a
// copy: where that cannot be kept, nothing is undone for it.
func (db *DB) testify(tx data.Tx, s seen) {
	path := db.testimonyPath(s)
	if path == "" {
		return
	}
	var now testimony
	err := tx.Each("reading the newest transaction", func(row *sql.Rows) error { return row.Scan(&now.N, &now.Token) },
		"SELECT n, token FROM commits ORDER BY n DESC LIMIT 1")
	if err != nil || now.N == 0 || os.MkdirAll(db.witness, 0o700) != nil {
		return
	}
	_ = sheet.WriteFile(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(now) })
}

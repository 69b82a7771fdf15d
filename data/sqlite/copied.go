package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/assets/translations"
	"feebridge/data"
	"feebridge/data/disk"
	"feebridge/data/sheet"
)

// seen is what is kept beside the database, in the file PATH.seen, of what the database was
// last seen to be. A database that is not what it says is a copy: an older one that was put
// back, or one that was taken elsewhere. What Xero was sent since, a copy does not know.
//
//   - A file that was restored or copied without PATH.seen has none, or that of another: each
//     copy that is noticed gets an Instance of its own.
//   - An older copy that was put in the place of a newer one is behind Seq.
//   - Where both files were copied, they are not where Host and Path say.
//   - Where both were put back where they were, the witness elsewhere contradicts them (witness.go).
//
// PATH.seen is written before anything leaves for Xero, when a number was taken, and when the
// database is closed; always after what it tells was committed. So a crash makes it older than
// the database, and never newer, which is no sign of a copy. A computer or a folder that was
// renamed is taken for a copy; that costs no more than one comparison with Xero.
type seen struct {
	Instance string  `json:"instance"`
	Seq      app.Seq `json:"seq"`
	Host     string  `json:"host"`
	Path     string  `json:"path"`

	Firm   string `json:"firm"` // and how far its numbers had come
	Prefix string `json:"prefix"`
	Next   int64  `json:"next"`

	Sum string `json:"sum,omitempty"` // of the file, while no process has it open and the last one closed it (damage.go)
}

// seenLimit is how many bytes of it are read; it has a few hundred.
const seenLimit = 64 << 10

func seenPath(path string) string { return path + ".seen" }

// readSeen returns what is kept beside the database; the zero seen where nothing is, or
// nothing that can be read.
func readSeen(path string) (s seen, err error) {
	f, err := disk.Open(seenPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, cannotOpen(path, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, seenLimit))
	if err := errors.Join(err, f.Close()); err != nil {
		return s, cannotOpen(path, err)
	}
	if json.Unmarshal(text, &s) != nil {
		s = seen{} // nor the half of it that could be read
	}
	return s, nil
}

func (s seen) write(path string) error {
	err := sheet.WriteFile(seenPath(path), func(w io.Writer) error { return json.NewEncoder(w).Encode(s) })
	if err != nil {
		return &app.Error{
			Code: app.Unavailable, Phrase: translations.Say("database.folder", "Error", err),
			Err: err,
		}
	}
	return nil
}

// recognise makes out whether the database is what was last seen here. A copy is noted as
// one. The file beside it is written under SQLite's lock for writing, so that one process
// at a time does so, and each after the other's commit.
func (db *DB) recognise(ctx context.Context) error {
	return db.Write(ctx, func(tx data.Tx) error {
		beside, err := readSeen(db.path)
		if err != nil {
			return err
		}
		now, founded, err := seenNow(tx, db.path)
		if err != nil {
			return err
		}
		contradicted, err := db.contradicted(tx, now)
		if err != nil {
			return err
		}
		same := now.Instance == beside.Instance && now.Host == beside.Host && now.Path == beside.Path
		db.testify(tx, now)
		if now.Instance != "" && same && now.Seq >= beside.Seq && !contradicted && !db.accepted {
			return beside.unseal(db.path) // which one that was just closed may have sealed since it was examined
		}
		restored := now.Instance == ""
		now.Instance = rand.Text()
		_, err = tx.Exec("naming the database", `
			INSERT INTO copy (id, instance, how, found) VALUES (1, ?, '', 0) ON CONFLICT (id) DO UPDATE SET instance = excluded.instance`, now.Instance)
		if err != nil {
			return err
		}
		if founded { // there is nothing in an empty one that could be old
			how := app.CopiedByHand
			if restored {
				how = app.Restored
			}
			if err := tx.BecomeCopy(how); err != nil {
				return err
			}
			if now.Next, err = continueNumbers(tx, beside); err != nil {
				return err
			}
		}
		return now.write(db.path)
	})
}

// continueNumbers makes sure that no number is given out again, and returns the next one.
func continueNumbers(tx data.Tx, beside seen) (next int64, err error) {
	firm, err := tx.Firm()
	if err != nil {
		return 0, err
	}
	n := app.ContinueNumbers(firm, beside.Firm, billing.Numbering{Prefix: beside.Prefix, Next: beside.Next})
	if n != firm.Numbering {
		firm.Numbering = n
		err = tx.SaveFirm(firm)
	}
	return n.Next, err
}

// remember keeps what the database is now beside it.
func (db *DB) remember(ctx context.Context) error {
	db.stale.Store(false)
	return db.Alone(ctx, func(tx data.Tx) error {
		now, _, err := seenNow(tx, db.path)
		if err != nil {
			return err
		}
		db.testify(tx, now)
		if before, err := readSeen(db.path); err != nil || before == now {
			return err
		}
		return now.write(db.path)
	})
}

// seenNow returns what the database is, as last committed, and whether there is a firm in it. It
// has no Instance before the first start of a new or a restored one.
func seenNow(tx data.Tx, path string) (s seen, founded bool, err error) {
	err = tx.Each("reading what the database is", func(row *sql.Rows) error {
		return row.Scan(&s.Instance, &s.Seq, &founded, &s.Firm, &s.Prefix, &s.Next)
	}, `SELECT coalesce((SELECT instance FROM copy), ''), coalesce((SELECT max(seq) FROM changes), 0),
			firm_id IS NOT NULL, coalesce(firm_id, ''), coalesce(prefix, ''), coalesce(next, 0)
		FROM (SELECT 1) LEFT JOIN firm`)
	if err != nil {
		return s, false, err
	}
	s.Host, s.Path, err = whereIs(path)
	return s, founded, err
}

// whereIs returns on which computer a file is, and where.
func whereIs(path string) (host, place string, err error) {
	if host, err = os.Hostname(); err != nil {
		host = "" // then the place alone tells
	}
	place, err = disk.Place(path)
	return host, place, err
}

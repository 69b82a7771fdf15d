package data

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"

	"feebridge/app"
)

// Every transaction that writes adds a row to commits, so that it can be found out whether it
// was committed when the answer to its COMMIT is lost.

const (
	// keptCommits is how many are kept: a look-up follows within seconds.
	keptCommits = 4000
	// trimEvery is how many transactions pass until what is old is deleted.
	trimEvery = 1000
	// lookTime is how long it is tried to find out whether a transaction was committed.
	lookTime = 2 * busyTimeout
)

// sign makes the transaction one that can be found, as its last write.
func (w *writer) sign() error {
	const doing = "signing a transaction"
	if !w.wrote {
		return nil
	}
	w.token = rand.Text()
	var n int64
	err := w.each(doing, func(row *sql.Rows) error { return row.Scan(&n) }, "INSERT INTO commits (token) VALUES (?) RETURNING n", w.token)
	if err != nil {
		return err
	}
	if n%trimEvery != 0 && len(w.changes) < trimEvery {
		return nil
	}
	if _, err := w.exec(doing, "DELETE FROM commits WHERE n <= ?", n-keptCommits); err != nil {
		return err
	}
	_, err = w.exec(doing, "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?", keptChanges)
	return err
}

// commit commits a transaction. Where the answer leaves open whether it was, its token tells.
func (db *DB) commit(ctx context.Context, tx *sql.Tx, token string) error {
	const doing = "committing"
	if ctx.Err() != nil {
		return explain(ctx, doing, ctx.Err())
	}
	commit := tx.Commit
	if p := db.probe.Load(); p != nil && p.Commit != nil {
		commit = func() error { return p.Commit(tx.Commit) }
	}
	err := commit()
	if err == nil || errors.Is(err, sql.ErrTxDone) || token == "" {
		return explain(ctx, doing, err)
	}
	_ = tx.Rollback() // it may not have been asked at all
	done, unknown := db.committed(context.WithoutCancel(ctx), token)
	switch {
	case unknown != nil:
		return &app.Error{
			Code: app.Internal, Err: errors.Join(err, unknown),
			Text: "The database did not answer, so it is not known whether this was saved. Look at what is stored before you try again.",
		}
	case done:
		return nil
	}
	return explain(ctx, doing, err)
}

// committed reports whether the transaction with the token was committed. It waits until nobody
// else writes: then a transaction that had not come to its end never will.
func (db *DB) committed(ctx context.Context, token string) (done bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	err = db.alone(ctx, func(w *writer) error {
		return w.each("looking for a transaction", func(row *sql.Rows) error { return row.Scan(&done) },
			"SELECT EXISTS (SELECT 1 FROM commits WHERE token = ?)", token)
	})
	return done, err
}

// Probe lets a test look at what a database is asked, and lose answers of it.
type Probe struct {
	Statement func(query string)              // before each statement, other than the beginning and end of a transaction
	Commit    func(commit func() error) error // in the place of commit
}

// Probe puts a probe in. The zero Probe takes it out.
func (db *DB) Probe(p Probe) { db.probe.Store(&p) }

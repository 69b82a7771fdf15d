package data

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"

	"feebridge/app"
	"feebridge/assets/translations"
)

// Every transaction that writes adds a row to commits, so that it can be found out whether it
// was committed when the answer to its COMMIT is lost.

const (
	// KeptCommits is how many are kept: a look-up follows within seconds.
	KeptCommits = 4000
	// TrimEvery is how many transactions pass until what is old is deleted.
	TrimEvery = 1000
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
	if n%TrimEvery != 0 && len(w.changes) < TrimEvery {
		return nil
	}
	if _, err := w.exec(doing, "DELETE FROM commits WHERE n <= ?", n-KeptCommits); err != nil {
		return err
	}
	_, err = w.exec(doing, "DELETE FROM changes WHERE seq <= (SELECT max(seq) FROM changes) - ?", KeptChanges)
	return err
}

// commit commits a transaction. Where the answer leaves open whether it was, its token tells.
func (s *Store) commit(ctx context.Context, tx *sql.Tx, token string) error {
	const doing = "committing"
	if ctx.Err() != nil {
		return s.engine.Explain(ctx, doing, ctx.Err())
	}
	err := s.observers.commit(tx.Commit)
	switch {
	case err == nil, errors.Is(err, sql.ErrTxDone):
		return s.engine.Explain(ctx, doing, err)
	case token == "":
		return nil // there was nothing to commit
	}
	_ = tx.Rollback() // it may not have been asked at all
	done, unknown := s.committed(context.WithoutCancel(ctx), token)
	switch {
	case unknown != nil:
		return &app.Error{
			Code: app.Internal, Err: errors.Join(err, unknown),
			Phrase: translations.Say("database.no-answer"),
		}
	case done:
		return nil
	}
	return s.engine.Explain(ctx, doing, err)
}

// committed reports whether the transaction with the token was committed. It waits until nobody
// else writes: then a transaction that had not come to its end never will.
func (s *Store) committed(ctx context.Context, token string) (done bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*s.engine.Patience())
	defer cancel()
	err = s.alone(ctx, func(w *writer) error {
		return w.each("looking for a transaction", func(row *sql.Rows) error { return row.Scan(&done) },
			"SELECT EXISTS (SELECT 1 FROM commits WHERE token = ?)", token)
	})
	return done, err
}

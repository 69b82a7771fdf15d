-- +goose Up

-- What was committed last. When the answer to a COMMIT is lost, its token tells whether it was done.
CREATE TABLE commits (
	n     INTEGER PRIMARY KEY, -- counts up
	token TEXT NOT NULL CHECK (token <> '') -- random
) STRICT;

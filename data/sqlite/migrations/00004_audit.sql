-- +goose Up

-- An entry follows the last one, or the head that is kept apart from the trail: where the end of the trail was cut off,
-- or something was added past the head, the break stays on record for ever.
DROP TRIGGER audit_is_chained;
-- +goose StatementBegin
CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit
WHEN NOT coalesce((SELECT seq = NEW.seq - 1 AND hash IS NEW.previous FROM audit ORDER BY seq DESC LIMIT 1), NEW.seq = 1 AND NEW.previous IS '')
	AND NOT EXISTS (
		SELECT 1 FROM audit_head
		WHERE hash IS NEW.previous AND NEW.seq - 1 = max(seq, coalesce((SELECT max(seq) FROM audit), 0)))
BEGIN
	SELECT RAISE(ABORT, 'an audit entry follows the last one');
END;
-- +goose StatementEnd

package data

import (
	"testing"

	"feebridge/app"
)

func TestTheFeedForgetsOnlyWhatNobodyCanBeBehind(t *testing.T) {
	db := openNew(t)
	for _, seq := range []int{1, 2, 3, keptChanges + 1} {
		if _, err := db.writer.ExecContext(t.Context(), "INSERT INTO changes (seq, subject, id) VALUES (?, 'invoice', ?)", seq, seq); err != nil {
			t.Fatal(err)
		}
	}
	passCommits(t, db, trimEvery)
	if err := db.Update(t.Context(), func(tx app.Tx) error { return tx.DeleteLink("nowhere", "nobody") }); err != nil {
		t.Fatal(err)
	}
	changes, err := db.Changes(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var left []app.Seq
	for _, c := range changes {
		left = append(left, c.Seq)
	}
	if len(left) != 3 || left[0] != 3 || left[2] != keptChanges+2 {
		t.Errorf("left are the changes %d", left)
	}
}

package staff_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feebridge/app/staff"
)

// row is an entry as it is kept, with its hash.
type row struct {
	staff.Entry
	hash string
}

func written(n int) (rows []row, head staff.Head) {
	for i := range n {
		e := staff.Entry{Seq: int64(i + 1), At: time.Unix(int64(1000+i), 0), ByName: "Olivia Hart", Action: "edit", ID: fmt.Sprint(i), Previous: head.Hash}
		head = staff.Head{Seq: e.Seq, Hash: e.Hash()}
		rows = append(rows, row{e, head.Hash})
	}
	return rows, head
}

func verify(rows []row, head staff.Head) *staff.Broken {
	var c staff.Chain
	for _, r := range rows {
		c.Add(r.Entry, r.hash)
	}
	_, broken := c.Close(head)
	return broken
}

func TestASoundTrail(t *testing.T) {
	for n := range 5 {
		rows, head := written(n)
		if b := verify(rows, head); b != nil {
			t.Errorf("%d entries are broken: %+v", n, b)
		}
	}
}

// TestATrailThatWasTamperedWith names the first entry of five that was touched.
func TestATrailThatWasTamperedWith(t *testing.T) {
	rehash := func(r *row) { r.hash = r.Hash() }
	number := func(rows []row) []row {
		for i := range rows {
			rows[i].Seq = int64(i + 1)
		}
		return rows
	}
	cut := func(rows []row, at int) []row { return append(rows[:at:at], rows[at+1:]...) }
	anew := func(rows []row, head *staff.Head) []row { // but for the numbers
		for i := range rows {
			if i > 0 {
				rows[i].Previous = rows[i-1].hash
			}
			rehash(&rows[i])
			head.Hash = rows[i].hash
		}
		return rows
	}
	for name, c := range map[string]struct {
		tamper func([]row, *staff.Head) []row
		want   staff.Broken
	}{
		"edited":                       {func(r []row, _ *staff.Head) []row { r[2].To = "x"; return r }, staff.Broken{Seq: 3, How: staff.EntryChanged}},
		"the first edited":             {func(r []row, _ *staff.Head) []row { r[0].To = "x"; return r }, staff.Broken{Seq: 1, How: staff.EntryChanged}},
		"the last edited":              {func(r []row, _ *staff.Head) []row { r[4].To = "x"; return r }, staff.Broken{Seq: 5, How: staff.EntryChanged}},
		"edited and hashed anew":       {func(r []row, _ *staff.Head) []row { r[2].To = "x"; rehash(&r[2]); return r }, staff.Broken{Seq: 3, How: staff.EntryChanged}},
		"the first hashed anew":        {func(r []row, _ *staff.Head) []row { r[0].To = "x"; rehash(&r[0]); return r }, staff.Broken{Seq: 1, How: staff.EntryChanged}},
		"the last hashed anew":         {func(r []row, _ *staff.Head) []row { r[4].To = "x"; rehash(&r[4]); return r }, staff.Broken{Seq: 5, How: staff.EntryChanged}},
		"its hash edited":              {func(r []row, _ *staff.Head) []row { r[2].hash = "x"; return r }, staff.Broken{Seq: 3, How: staff.EntryChanged}},
		"its predecessor edited":       {func(r []row, _ *staff.Head) []row { r[2].Previous = "x"; return r }, staff.Broken{Seq: 3, How: staff.EntryChanged}},
		"the first's predecessor":      {func(r []row, _ *staff.Head) []row { r[0].Previous = "x"; rehash(&r[0]); return r }, staff.Broken{Seq: 1, How: staff.EntryChanged}},
		"removed":                      {func(r []row, _ *staff.Head) []row { return cut(r, 2) }, staff.Broken{Seq: 3, How: staff.EntryRemoved}},
		"the first removed":            {func(r []row, _ *staff.Head) []row { return cut(r, 0) }, staff.Broken{Seq: 1, How: staff.EntryRemoved}},
		"removed and numbered anew":    {func(r []row, _ *staff.Head) []row { return number(cut(r, 2)) }, staff.Broken{Seq: 3, How: staff.EntryRemoved}},
		"removed and all made anew":    {func(r []row, h *staff.Head) []row { return anew(cut(r, 2), h) }, staff.Broken{Seq: 3, How: staff.EntryRemoved}},
		"the first, numbered anew":     {func(r []row, _ *staff.Head) []row { return number(cut(r, 0)) }, staff.Broken{Seq: 1, How: staff.EntryRemoved}},
		"the last removed":             {func(r []row, _ *staff.Head) []row { return r[:4] }, staff.Broken{Seq: 5, How: staff.EntriesCutOff}},
		"the last three removed":       {func(r []row, _ *staff.Head) []row { return r[:2] }, staff.Broken{Seq: 3, How: staff.EntriesCutOff}},
		"all removed":                  {func(r []row, _ *staff.Head) []row { return nil }, staff.Broken{Seq: 1, How: staff.EntriesCutOff}},
		"the head removed":             {func(r []row, h *staff.Head) []row { *h = staff.Head{}; return r }, staff.Broken{Seq: 6, How: staff.EntriesCutOff}},
		"two exchanged":                {func(r []row, _ *staff.Head) []row { r[1], r[2] = r[2], r[1]; return number(r) }, staff.Broken{Seq: 2, How: staff.EntryInserted}},
		"inserted":                     {insert(2, false), staff.Broken{Seq: 3, How: staff.EntryInserted}},
		"inserted with its own hash":   {insert(2, true), staff.Broken{Seq: 3, How: staff.EntryInserted}},
		"inserted before the first":    {insert(0, true), staff.Broken{Seq: 1, How: staff.EntryInserted}},
		"added at the end":             {insert(5, true), staff.Broken{Seq: 6, How: staff.EntryInserted}},
		"added without its hash":       {insert(5, false), staff.Broken{Seq: 6, How: staff.EntryInserted}},
		"inserted at a number below 1": {func(r []row, _ *staff.Head) []row { return append([]row{{staff.Entry{Seq: 0}, "x"}}, r...) }, staff.Broken{Seq: 0, How: staff.EntryInserted}},
	} {
		rows, head := written(5)
		rows = c.tamper(rows, &head)
		if got := verify(rows, head); !cmp.Equal(got, &c.want) {
			t.Errorf("%s: found is %+v, want %+v", name, got, c.want)
		}
	}
}

// insert returns what puts an entry at an index, and numbers those after it again.
func insert(at int, hashed bool) func([]row, *staff.Head) []row {
	return func(rows []row, _ *staff.Head) []row {
		made := row{staff.Entry{Seq: int64(at + 1), Action: "forge"}, "x"}
		if at > 0 {
			made.Previous = rows[at-1].hash
		}
		if hashed {
			made.hash = made.Hash()
		}
		all := append(append(rows[:at:at], made), rows[at:]...)
		for i := range all {
			all[i].Seq = int64(i + 1)
		}
		return all
	}
}

// TestNothingIsChangedUnseen changes a trail at random without making all of it again.
func TestNothingIsChangedUnseen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "entries")
		rows, head := written(n)
		at := rapid.IntRange(0, n-1).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			rows[at].To = "x"
			if rapid.Bool().Draw(t, "hashed anew") {
				rows[at].hash = rows[at].Hash()
			}
		case 1:
			rows = append(rows[:at:at], rows[at+1:]...)
			if rapid.Bool().Draw(t, "numbered anew") {
				for i := range rows {
					rows[i].Seq = int64(i + 1)
				}
			}
		case 2:
			rows = insert(at, rapid.Bool().Draw(t, "with its hash"))(rows, &head)
		case 3:
			other := rapid.IntRange(0, n-2).Draw(t, "other")
			if other >= at {
				other++
			}
			rows[at], rows[other] = rows[other], rows[at]
			rows[at].Seq, rows[other].Seq = rows[other].Seq, rows[at].Seq
		}
		if verify(rows, head) == nil {
			t.Fatalf("unseen: %+v", rows)
		}
	})
}

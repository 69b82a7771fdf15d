package grid_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/collate"
	"pgregory.net/rapid"
)

// paper does by the book, and slowly, what a grid does: no index, no order kept.
type paper struct {
	rows   []bill
	picked map[string]bool

	anchor string // "" for none
	base   map[string]bool

	search string
	paid   bool // shows only what is paid
	sort   string
	desc   bool
}

func (p *paper) shown() []string { return numbers(p.arranged(p.matches)) }

func (p *paper) selected() []string {
	return numbers(p.arranged(func(b bill) bool { return p.picked[b.number] }))
}

func numbers(bills []bill) []string {
	var keys []string
	for _, b := range bills {
		keys = append(keys, b.number)
	}
	return keys
}

func (p *paper) matches(b bill) bool {
	text := strings.ToLower(b.number + "\n" + strings.ReplaceAll(b.client, "é", "e"))
	for _, word := range strings.Fields(strings.ToLower(p.search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return b.paid || !p.paid
}

func (p *paper) arranged(keep func(bill) bool) []bill {
	all := slices.Clone(p.rows)
	by := collate.New(billSchema().Locale, collate.Numeric)
	slices.SortStableFunc(all, func(a, b bill) int {
		switch p.sort {
		case "number":
			return by.CompareString(a.number, b.number)
		case "client":
			return by.CompareString(a.client, b.client)
		case "total":
			return int(a.cents - b.cents)
		}
		return 0
	})
	if p.desc {
		slices.Reverse(all)
	}
	return slices.DeleteFunc(all, func(b bill) bool { return !keep(b) })
}

func (p *paper) start(row string) { p.anchor, p.base = row, nil }

func (p *paper) extend(to string) {
	shown := p.shown()
	from := slices.Index(shown, p.anchor)
	if from < 0 {
		p.start(to)
		from = slices.Index(shown, to)
	}
	if p.base == nil {
		p.base = maps.Clone(p.picked)
	}
	at := slices.Index(shown, to)
	p.picked = maps.Clone(p.base)
	for _, row := range shown[min(from, at) : max(from, at)+1] {
		p.picked[row] = true
	}
}

func (p *paper) toggle(row string) {
	p.start(row)
	p.picked[row] = !p.picked[row]
	if !p.picked[row] {
		delete(p.picked, row)
	}
}

func (p *paper) reload(rows []bill) {
	p.rows = rows
	there := map[string]bool{}
	for _, b := range rows {
		there[b.number] = true
	}
	maps.DeleteFunc(p.picked, func(row string, _ bool) bool { return !there[row] })
	if !there[p.anchor] {
		p.anchor = ""
	}
	p.start(p.anchor)
}

func (p *paper) patch(rows []bill) {
	p.rows = slices.Clone(p.rows)
	for _, b := range rows {
		if i := slices.IndexFunc(p.rows, func(old bill) bool { return old.number == b.number }); i >= 0 {
			p.rows[i] = b
		}
	}
}

// TestGridDoesWhatPaperDoes plays anything in any order on a grid and on paper.
func TestGridDoesWhatPaperDoes(t *testing.T) {
	clients := []string{"Café", "cafe", "Harbour", "harbour 10", "harbour 9", "Zebra", "", "é e", "Ko\u0301s"}
	drawBill := func(t *rapid.T, number int) bill {
		return bill{
			number: fmt.Sprintf("N%02d", number),
			client: rapid.SampledFrom(clients).Draw(t, "client"),
			cents:  rapid.Int64Range(0, 5).Draw(t, "cents"),
			paid:   rapid.Bool().Draw(t, "paid"),
		}
	}
	drawRows := func(t *rapid.T) []bill {
		var rows []bill
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 17), 0, 18, rapid.ID).Draw(t, "rows") {
			rows = append(rows, drawBill(t, n))
		}
		return rows
	}
	real := sit(t)
	rapid.Check(t, func(t *rapid.T) {
		p := &paper{picked: map[string]bool{}, rows: drawRows(t)}
		real.grid.SetSearch("")
		real.grid.SetFilter(nil)
		real.grid.SetSort("", false)
		real.grid.SetModel(real.schema.Build(nil))
		real.grid.SetModel(real.schema.Build(slices.Clone(p.rows)))

		// onRow does something to one of the rows that are shown, if any is.
		onRow := func(do func(row string)) func(*rapid.T) {
			return func(t *rapid.T) {
				if shown := p.shown(); len(shown) > 0 {
					do(rapid.SampledFrom(shown).Draw(t, "row"))
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				if diff := cmp.Diff(p.shown(), real.shown()); diff != "" {
					t.Fatalf("shown (-paper +grid):\n%s", diff)
				}
				if diff := cmp.Diff(p.selected(), append([]string(nil), real.grid.Selected()...)); diff != "" {
					t.Fatalf("selected (-paper +grid):\n%s", diff)
				}
				seen := numbers(p.arranged(func(b bill) bool { return p.picked[b.number] && p.matches(b) }))
				if diff := cmp.Diff(seen, append([]string(nil), numbers(slices.Collect(real.grid.SelectedShown()))...)); diff != "" {
					t.Fatalf("selected and shown (-paper +grid):\n%s", diff)
				}
				if shown, hidden := real.grid.SelectedCounts(); shown != len(seen) || hidden != len(p.picked)-len(seen) {
					t.Fatalf("%d selected are shown and %d are not, want %d and %d", shown, hidden, len(seen), len(p.picked)-len(seen))
				}
				if got, want := len(real.lines()), len(p.shown()); got != want {
					t.Fatalf("%d rows in sight, want %d", got, want)
				}
			},
			"click": onRow(func(row string) {
				real.click(row)
				p.start(row)
				p.picked = map[string]bool{row: true}
			}),
			"ctrl click": onRow(func(row string) {
				real.press(real.rowAt(row, onText), fyne.KeyModifierShortcutDefault)
				p.toggle(row)
			}),
			"shift click": onRow(func(row string) {
				real.press(real.rowAt(row, onText), fyne.KeyModifierShift)
				p.extend(row)
			}),
			"header check": func(*rapid.T) {
				real.clickHeadCheck()
				p.base = nil
				shown := p.shown()
				all := true
				for _, r := range shown {
					all = all && p.picked[r]
				}
				for _, r := range shown {
					if p.picked[r] = true; all {
						delete(p.picked, r)
					}
				}
			},
			"drop": func(*rapid.T) {
				real.grid.DropHidden()
				p.start(p.anchor)
				maps.DeleteFunc(p.picked, func(row string, _ bool) bool { return !slices.Contains(p.shown(), row) })
			},
			"search": func(t *rapid.T) {
				p.search = rapid.SampledFrom([]string{"", "c", "ca", "caf", "caf n1", "n1", "har 1", "zz"}).Draw(t, "search")
				real.grid.SetSearch(p.search)
			},
			"filter": func(*rapid.T) {
				p.paid = !p.paid
				real.grid.SetFilter(func(b bill) bool { return b.paid || !p.paid })
			},
			"sort": func(t *rapid.T) {
				p.sort, p.desc = rapid.SampledFrom([]string{"", "number", "client", "total"}).Draw(t, "column"), rapid.Bool().Draw(t, "desc")
				p.desc = p.desc && p.sort != ""
				real.grid.SetSort(p.sort, p.desc)
			},
			"reload": func(t *rapid.T) {
				rows := drawRows(t)
				real.grid.SetModel(real.schema.Build(slices.Clone(rows)))
				p.reload(rows)
			},
			"patch": func(t *rapid.T) {
				var rows []bill
				for range rapid.IntRange(0, 5).Draw(t, "count") {
					rows = append(rows, drawBill(t, rapid.IntRange(0, 17).Draw(t, "number")))
				}
				real.grid.Patch(rows)
				p.patch(rows)
			},
		})
	})
}

func TestDuplicateKeysKeepTheLastRow(t *testing.T) {
	p := sit(t, bill{number: "1", client: "old"}, bill{number: "2", client: "two"}, bill{number: "1", client: "new"})
	same(t, "lines", p.lines(), []string{"1|new|NZD 0.00|Open", "2|two|NZD 0.00|Open"})
}

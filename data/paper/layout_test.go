package paper

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"feebridge/app"
	"feebridge/app/billing"
	"feebridge/app/money"
)

// papers are documents that strain the layout.
func papers(t testing.TB) map[string]app.Document {
	t.Helper()
	long := strings.Repeat("All that was done in the year. ", 130)[:billing.MaxDescription]
	address := billing.Address{Country: "New Zealand"}
	for i := range address.Lines {
		address.Lines[i] = strings.Repeat("a long street ", 35)
	}
	logo := picture(t, 10, 300)
	all := map[string]app.Document{
		"one line": sample(t, 1, nil),
		"sixty":    sample(t, 60, nil),
		"long descriptions": sample(t, 5, func(v *billing.Invoice) {
			for i := range v.Lines {
				v.Lines[i].Description = long
			}
		}),
		"an unbreakable word": sample(t, 3, func(v *billing.Invoice) { v.Lines[1].Description = strings.Repeat("W", billing.MaxDescription) }),
		"the largest numbers": sample(t, 3, func(v *billing.Invoice) {
			for i := range v.Lines {
				l := &v.Lines[i]
				l.Quantity, l.UnitAmount, l.Tax = 9999_9999, 999_999_9999, both
				l.Discount, _ = money.AmountOff(123_456_789)
			}
		}),
		"many taxes": sample(t, 100, func(v *billing.Invoice) {
			for i := range v.Lines {
				v.Lines[i].Tax = billing.Tax{Name: fmt.Sprintf("Tax of the %dth kind with a name of some length", i), Rate: money.Rate(i*1000 + 1)}
			}
		}),
		"long head": sample(t, 2, func(v *billing.Invoice) {
			v.Number = billing.Number(strings.Repeat("9", billing.MaxNumber))
			v.Reference = strings.Repeat("a reference ", 21)
		}),
	}
	d := all["long head"]
	d.Firm.Name, d.Client.Name = strings.Repeat("Partner & ", 25), strings.Repeat("Family ", 36)
	d.Firm.Address, d.Client.Address, d.Firm.Logo = address, address, logo
	d.Firm.Payment = strings.Repeat("Pay by bank transfer or card.\n", 100)
	all["long head"] = d
	return all
}

func TestNoTextLeavesThePageOrCoversAnother(t *testing.T) {
	p := ruler(t)
	for name, d := range papers(t) {
		t.Run(name, func(t *testing.T) {
			words := read(t, d)
			end := func(w word) float64 { return w.x + p.width(w.text, w.style) }
			for i, a := range words {
				if a.x < left-0.1 || end(a) > right+0.1 || a.y < top || a.y > bottom && a.y < footer || a.y > footer+5 {
					t.Errorf("page %d: %q stands from %.1f to %.1f at %.1f mm", a.page, a.text, a.x, end(a), a.y)
				}
				for _, b := range words[i+1:] {
					if b.page != a.page {
						break
					}
					near := max(a.style.size, b.style.size) * point * 0.9
					if math.Abs(a.y-b.y) < near && a.x < end(b)-0.1 && b.x < end(a)-0.1 {
						t.Errorf("page %d: %q and %q meet at %.1f, %.1f mm", a.page, a.text, b.text, a.x, a.y)
					}
				}
			}
		})
	}
}

func TestPagesAreCountedAndEachHasTheHeadOfTheTable(t *testing.T) {
	for name, test := range map[string]struct{ lines, least, most int }{
		"one":          {1, 1, 1},
		"sixty":        {60, 2, 3},
		"five hundred": {500, 14, 20},
	} {
		t.Run(name, func(t *testing.T) {
			words := read(t, sample(t, test.lines, nil))
			pages := pagesOf(words)
			if pages < test.least || pages > test.most {
				t.Errorf("%d pages", pages)
			}
			if heads := len(find(words, wordDescription)); heads != pages {
				t.Errorf("%d heads on %d pages", heads, pages)
			}
			for page := range pages {
				if footers := find(words, fmt.Sprintf("Page %d of %d", page+1, pages)); len(footers) != 1 || footers[0].page != page+1 {
					t.Errorf("page %d says %v", page+1, footers)
				}
			}
			for i := range test.lines {
				if n := len(find(words, fmt.Sprintf("Line %03d: preparation of the financial statements", i+1))); n != 1 {
					t.Errorf("line %d is there %d times", i+1, n)
				}
			}
		})
	}
}

// Whatever the number of lines is, the totals are on one page with the last line, and so
// is all that tells how to pay.
func TestWhatBelongsTogetherStaysTogether(t *testing.T) {
	for lines := 16; lines < 29; lines++ {
		words := read(t, sample(t, lines, nil))
		page := find(words, "Total NZD")[0].page
		for _, text := range []string{fmt.Sprintf("Line %03d: preparation of the financial statements", lines), "Subtotal (excl. tax)", "GST 15%", "Amount due NZD"} {
			if got := find(words, text)[0].page; got != page {
				t.Errorf("%d lines: %q is on page %d, the total on %d", lines, text, got, page)
			}
		}
		payment := find(words, wordPayment)[0].page
		for _, text := range []string{"Due on 20 Nov 2026", "Kiwibank 38-9000-0123456-00", "Please give the invoice number as the reference."} {
			if got := find(words, text)[0].page; got != payment {
				t.Errorf("%d lines: %q is on page %d, its title on %d", lines, text, got, payment)
			}
		}
	}
}

func TestTotalsStayTogetherAfterALongDescription(t *testing.T) {
	for lines := 30; lines < 42; lines++ {
		words := read(t, sample(t, 1, func(v *billing.Invoice) { v.Lines[0].Description = strings.Repeat("done\n", lines) }))
		first, last := find(words, "Subtotal (excl. tax)")[0].page, find(words, "Amount due NZD")[0].page
		if first != last {
			t.Errorf("%d lines: the subtotal is on page %d, what is due on %d", lines, first, last)
		}
	}
}

func TestLargeNumbersLeaveRoomForTheDescription(t *testing.T) {
	if table := newTable(ruler(t), papers(t)["the largest numbers"]); table.room < narrowest {
		t.Errorf("it has %.1f mm at a size of %.1f", table.room, table.style.size)
	}
}

func TestALongDescriptionGoesOnOverPages(t *testing.T) {
	var told []string
	for i := range 400 {
		told = append(told, fmt.Sprintf("word%03d", i))
	}
	description := strings.Join(told, " ")
	words := read(t, sample(t, 3, func(v *billing.Invoice) {
		for i := range v.Lines {
			v.Lines[i].Description = description
		}
	}))
	if pagesOf(words) < 2 {
		t.Fatal("it does not go on")
	}
	all := strings.Fields(texts(words))
	for _, want := range told {
		if n := slices.Index(all, want); n < 0 {
			t.Errorf("%q is lost", want)
		}
	}
	if n := len(find(words, "1.5")); n != 3 {
		t.Errorf("the numbers of 3 lines are there %d times", n)
	}
}

func TestDecimalPointsStandUnderEachOther(t *testing.T) {
	p := ruler(t)
	words := read(t, sample(t, 4, func(v *billing.Invoice) {
		for i, quantity := range []money.Quantity{1_0000, 12_5000, -1000_1250, 333} {
			v.Lines[i].Quantity = quantity
			v.Lines[i].UnitAmount = money.UnitAmount(max(quantity, -quantity) * 3)
		}
	}))
	points := func(cells ...string) []float64 {
		var at []float64
		for _, cell := range cells {
			found := find(words, cell)
			if len(found) == 0 {
				t.Fatalf("%q is not there:\n%s", cell, texts(words))
			}
			whole, _, _ := strings.Cut(cell, ".")
			at = append(at, found[0].x+p.width(whole, found[0].style))
		}
		return at
	}
	for name, column := range map[string][]float64{
		"quantity": points("1", "12.5", "−1,000.125", "0.0333"),
		"rate":     points("3.00", "37.50", "3,000.375", "0.0999"),
		"amount":   points("468.75", "−3,000,750.05", "0.00"),
	} {
		for _, x := range column {
			if math.Abs(x-column[0]) > 0.02 {
				t.Errorf("the points of %s stand at %.2f mm", name, column)
				break
			}
		}
	}
}

func TestAmountsEndWithTheTable(t *testing.T) {
	p := ruler(t)
	words := read(t, sample(t, 2, nil))
	for _, amount := range []string{"150.00", "165.00", "315.00", "47.25", "362.25"} {
		for _, w := range find(words, amount) {
			if end := w.x + p.width(w.text, w.style); math.Abs(end-(right-padding)) > 0.02 {
				t.Errorf("%s ends at %.2f mm", amount, end)
			}
		}
	}
}

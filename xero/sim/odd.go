package sim

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// Odd is a set of assumptions about Xero that are turned round. Where there is no proof, or where the evidence
// contradicts itself, the Sim does what is assumed; with an odd it does the opposite, so that tests walk both ways and a
// check of the assumptions can be seen to find each of them wrong. Config.DeletedNumbersHeld turns round one more.
type Odd uint32

// The odds; see Oddities for what each turns round.
const (
	VoidedNumbersFree Odd = 1 << iota
	HalfCentsToEven
	ComponentsRounded
	ReplaysExecute
	TextsReworded
	OldestFirst
	StatusChangesLines
	StatusRoundsLines
	BatchAllOrNothing
)

// Oddity tells of one odd.
type Oddity struct {
	Odd   Odd
	Name  string // as --odd takes it
	About string // what the Sim does then
}

// Oddities are all odds, in the order in which a person is told of them.
func Oddities() []Oddity {
	return []Oddity{
		{VoidedNumbersFree, "voided-numbers-free", "the number of a voided invoice can be used again"},
		{HalfCentsToEven, "half-cents-to-even", "half a cent is rounded to the even cent"},
		{ComponentsRounded, "components-rounded", "each component of a tax rate is rounded by itself"},
		{ReplaysExecute, "replays-execute", "a repeated idempotency key does the work again"},
		{TextsReworded, "texts-reworded", "every error text has other words"},
		{OldestFirst, "oldest-first", "lists start with the oldest change, whatever order is asked for"},
		{StatusChangesLines, "status-changes-lines", "a change of status alone replaces the lines, rounded to two decimals"},
		{StatusRoundsLines, "status-rounds-lines", "the same, but only without unitdp=4"},
		{BatchAllOrNothing, "batch-all-or-nothing", "without summarizeErrors=false, one bad element keeps the good ones out"},
	}
}

// ParseOdd is the odd of that name.
func ParseOdd(name string) (Odd, error) {
	all := Oddities()
	i := slices.IndexFunc(all, func(o Oddity) bool { return o.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("no assumption about Xero has the name %q", name)
	}
	return all[i].Odd, nil
}

// has tells whether any of these odds is in the set.
func (o Odd) has(any Odd) bool { return o&any != 0 }

// cents rounds to two places: half away from zero, as cents does, unless the odd says otherwise.
func (o Odd) cents(d decimal.Decimal) decimal.Decimal {
	if o.has(HalfCentsToEven) {
		return d.RoundBank(2)
	}
	return cents(d)
}

// said are Xero's sentences, or others that share no word with them.
func (o Odd) said(messages []string) []string {
	if !o.has(TextsReworded) {
		return messages
	}
	reworded := make([]string, len(messages))
	for i, m := range messages {
		h := fnv.New32a()
		h.Write([]byte(m))
		reworded[i] = fmt.Sprintf("We couldn't save that (E%d).", h.Sum32()%100_000)
		if strings.EqualFold(m, msgNumberTaken) {
			reworded[i] = "Choose a different invoice number: another document uses this one."
		}
	}
	return reworded
}

package paper

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// The marks of direction. They are not seen: wrap puts them at the ends of a line, so that it is
// ordered as it would be in its paragraph.
const (
	leftMark   = '\u200e' // like a Latin letter
	rightMark  = '\u200f' // like a Hebrew one
	arabicMark = '\u061c' // like an Arabic one: numbers behind it are Arabic, too
)

var withoutMarks = strings.NewReplacer(string(leftMark), "", string(rightMark), "", string(arabicMark), "")

func isMark(r rune) bool { return r == leftMark || r == rightMark || r == arabicMark }

func classOf(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}

// rightToLeft tells letters that are written from right to left.
func rightToLeft(r rune) bool { return classOf(r) == bidi.R || classOf(r) == bidi.AL }

// strong returns the mark that is like a letter; 0 for what is no letter.
func strong(r rune) rune {
	switch classOf(r) {
	case bidi.L:
		return leftMark
	case bidi.R:
		return rightMark
	case bidi.AL:
		return arabicMark
	}
	return 0
}

// directionOf returns the direction of a paragraph, which its first letter tells.
func directionOf(paragraph string) bidi.Class {
	for _, r := range paragraph {
		switch strong(r) {
		case leftMark:
			return bidi.L
		case rightMark, arabicMark:
			return bidi.R
		}
	}
	return bidi.L
}

// placed puts marks around the lines of a paragraph, which say what the paragraph's direction is,
// and what comes before and after. One that is written from left to right needs none.
func placed(lines []string) []string {
	whole := strings.Join(lines, " ")
	if len(lines) < 2 || !strings.ContainsFunc(whole, rightToLeft) {
		return lines
	}
	direction := leftMark
	if directionOf(whole) == bidi.R {
		direction = rightMark
	}
	all := make([]string, len(lines))
	before := direction
	for i, line := range lines {
		all[i] = string(direction) + string(before) + line
		for _, r := range line {
			if mark := strong(r); mark != 0 {
				before = mark
			}
		}
		if after := sideOf(strings.Join(lines[i+1:], " "), before); after != 0 {
			all[i] += string(after)
		}
	}
	return all
}

// sideOf returns the mark of the direction in which what comes after a line begins; 0 for none. A
// number has that of the letter before it.
func sideOf(after string, before rune) rune {
	for _, r := range after {
		switch classOf(r) {
		case bidi.L:
			return leftMark
		case bidi.R, bidi.AL, bidi.AN:
			return rightMark
		case bidi.EN:
			if before == leftMark {
				return leftMark
			}
			return rightMark
		}
	}
	return 0
}

// span is a part of a line at one embedding level of the Unicode Bidirectional Algorithm (UAX #9):
// what has an odd one is written from right to left.
type span struct {
	text  string
	level int
}

// spans returns a line in its spans, as they are read.
func spans(line string) []span {
	runes := []rune(line)
	var all []span
	from := 0
	levels := levelsOf(runes)
	for i, level := range levels {
		if i+1 == len(runes) || levels[i+1] != level {
			all = append(all, span{string(runes[from : i+1]), level})
			from = i + 1
		}
	}
	return all
}

// levelsOf returns the level of each character of a line. The line has no characters that embed or
// isolate, so that it is one run at the level of its paragraph, from 0 to 2.
func levelsOf(line []rune) []int {
	own, base := directionOf(string(line)), 0
	if own == bidi.R {
		base = 1
	}
	first := make([]bidi.Class, len(line))
	for i, r := range line {
		first[i] = classOf(r)
	}
	classes := slices.Clone(first)
	resolveWeak(classes, own)
	resolveBrackets(line, classes, first, own)
	resolveNeutral(classes, own)
	levels := make([]int, len(line))
	for i, c := range classes { // rules I1 and I2
		switch levels[i] = base; {
		case c == bidi.R:
			levels[i] = 1
		case c == bidi.L && base == 1, c == bidi.EN, c == bidi.AN:
			levels[i] = 2
		}
	}
	for i := len(line) - 1; i >= 0 && (first[i] == bidi.WS || first[i] == bidi.S); i-- { // rule L1
		levels[i] = base
	}
	return levels
}

// resolveWeak tells what numbers, and the signs beside them, belong to (rules W1 to W7). own is the
// direction of the paragraph.
func resolveWeak(classes []bidi.Class, own bidi.Class) {
	before, last := own, own // the class before, and the last strong one
	for i, c := range classes {
		switch {
		case c == bidi.NSM: // W1
			c = before
		case c == bidi.EN && last == bidi.AL: // W2
			c = bidi.AN
		}
		if c == bidi.L || c == bidi.R || c == bidi.AL {
			last = c
		}
		classes[i], before = c, c
	}
	for i, c := range classes {
		if c == bidi.AL { // W3
			classes[i] = bidi.R
		}
	}
	for i := 1; i+1 < len(classes); i++ { // W4
		c, left, right := classes[i], classes[i-1], classes[i+1]
		if left == right && (left == bidi.EN && (c == bidi.ES || c == bidi.CS) || left == bidi.AN && c == bidi.CS) {
			classes[i] = left
		}
	}
	for i := 0; i < len(classes); i++ { // W5
		if classes[i] != bidi.ET {
			continue
		}
		end := i
		for end < len(classes) && classes[end] == bidi.ET {
			end++
		}
		if i > 0 && classes[i-1] == bidi.EN || end < len(classes) && classes[end] == bidi.EN {
			for ; i < end; i++ {
				classes[i] = bidi.EN
			}
		}
		i = end - 1
	}
	last = own
	for i, c := range classes {
		switch c {
		case bidi.L, bidi.R:
			last = c
		case bidi.EN:
			if last == bidi.L { // W7
				classes[i] = bidi.L
			}
		case bidi.ES, bidi.ET, bidi.CS: // W6
			classes[i] = bidi.ON
		}
	}
}

// side returns the direction that a class counts as beside neutral signs; ON for none.
func side(c bidi.Class) bidi.Class {
	switch c {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}

// resolveBrackets gives both brackets of a pair one direction (rule N0): that of the paragraph if
// something between them has it, else that of what is between them, if what is before has it, too.
func resolveBrackets(line []rune, classes, first []bidi.Class, own bidi.Class) {
	for _, pair := range bracketPairs(line, classes) {
		inside := bidi.ON
		for _, c := range classes[pair[0]+1 : pair[1]] {
			if s := side(c); s == own {
				inside = own
				break
			} else if s != bidi.ON {
				inside = s
			}
		}
		if inside == bidi.ON {
			continue
		}
		if inside != own {
			before := own
			for i := pair[0] - 1; i >= 0; i-- {
				if s := side(classes[i]); s != bidi.ON {
					before = s
					break
				}
			}
			if before != inside {
				inside = own
			}
		}
		for _, at := range pair {
			classes[at] = inside
			for i := at + 1; i < len(line) && first[i] == bidi.NSM; i++ {
				classes[i] = inside
			}
		}
	}
}

// bracketPairs returns where brackets of one kind open and close, by where they open.
func bracketPairs(line []rune, classes []bidi.Class) [][2]int {
	const deepest = 63 // as UAX #9 has it
	var open []int
	var pairs [][2]int
	for i, r := range line {
		properties, _ := bidi.LookupRune(r)
		switch {
		case classes[i] != bidi.ON || !properties.IsBracket():
		case properties.IsOpeningBracket():
			if len(open) == deepest {
				return nil
			}
			open = append(open, i)
		default:
			for n := len(open) - 1; n >= 0; n-- {
				if opens := line[open[n]]; r-opens == 1 || r-opens == 2 { // as () and [] in Unicode
					pairs = append(pairs, [2]int{open[n], i})
					open = open[:n]
					break
				}
			}
		}
	}
	slices.SortFunc(pairs, func(a, b [2]int) int { return a[0] - b[0] })
	return pairs
}

// resolveNeutral gives what has no direction that of both its sides, or else the paragraph's (rules N1 and N2).
func resolveNeutral(classes []bidi.Class, own bidi.Class) {
	for i := 0; i < len(classes); i++ {
		if side(classes[i]) != bidi.ON {
			continue
		}
		end := i
		for end < len(classes) && side(classes[end]) == bidi.ON {
			end++
		}
		left, right := own, own
		if i > 0 {
			left = side(classes[i-1])
		}
		if end < len(classes) {
			right = side(classes[end])
		}
		if left != right {
			left = own
		}
		for ; i < end; i++ {
			classes[i] = left
		}
		i = end - 1
	}
}

// reorder returns spans as they stand beside each other, from the left (rule L2).
func reorder(all []span) []span {
	all = slices.Clone(all)
	for level := 2; level >= 1; level-- {
		for i := 0; i < len(all); i++ {
			end := i
			for end < len(all) && all[end].level >= level {
				end++
			}
			slices.Reverse(all[i:end])
			i = max(i, end-1)
		}
	}
	return all
}

package ledger

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"feebridge/app/billing"
)

// AlikeName returns the form under which two names may be one client's: without accents, marks,
// spaces and invisible characters, with "&" and "and" as one, and without what only says which
// kind of company it is. It serves to suggest: a person decides. It is "" for none.
func AlikeName(name string) string {
	if name == "" {
		return ""
	}
	plain := norm.NFKD.String(seen(strings.ToLower(name)))
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range plain {
		switch {
		case r == '&' || r == '+':
			end()
			words = append(words, "and")
		case unicode.Is(unicode.Mn, r), r == '.', r == '\'', r == '’', r == '‘', r == '`', r == 'ʻ', r == 'ʼ':
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			if same, other := sameLetters[r]; other {
				word.WriteString(same)
			} else {
				word.WriteRune(r)
			}
		default:
			end()
		}
	}
	end()
	if len(words) > 1 && words[0] == "the" {
		words = words[1:]
	}
	for len(words) > 1 && companyKinds[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	if len(words) == 0 {
		return billing.FoldName(name) // of signs alone
	}
	return strings.Join(words, "")
}

// sameLetters are letters that are not made of another and an accent, as they are typed without
// them.
var sameLetters = map[rune]string{'ß': "ss", 'ø': "o", 'æ': "ae", 'œ': "oe", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i"}

// companyKinds are the words at the end of a name that say what kind of company it is. A trust or a
// partnership is another client than the company of the same name, so these stay.
var companyKinds = map[string]bool{
	"ltd": true, "limited": true, "co": true, "company": true, "pty": true, "proprietary": true, "inc": true, "incorporated": true,
	"corp": true, "corporation": true, "llc": true, "llp": true, "lp": true, "plc": true, "ulc": true, "cic": true,
}

// seen returns a text without its invisible characters.
func seen(text string) string {
	return billing.WriteOut(text, func(string, bool) string { return "" })
}

// drawnAlike returns the form under which two names look the same on screen: however their accents
// are stored, and without what is invisible.
func drawnAlike(name string) string { return norm.NFC.String(billing.FoldName(seen(name))) }

func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// addressKey returns the form under which two postal addresses are one, or "" for too little of
// one: the first line of the street and the postal code, or the city where there is none.
func addressKey(a billing.Address) string {
	street, place := AlikeName(a.Lines[0]), AlikeName(a.PostalCode)
	if place == "" {
		place = AlikeName(a.City)
	}
	if street == "" || place == "" {
		return ""
	}
	return street + " " + place
}

package xero

import (
	"encoding/json"
	"strings"
)

// noID is what Xero writes for the ID of something that is not there: of what it did not create,
// or of the contact into which none was merged.
const noID = "00000000-0000-0000-0000-000000000000"

// guid is an ID as Xero's JSON has it. Here alone its spelling is settled: in small letters, since
// an ID is the same in capitals, and "" where it tells of nothing.
type guid string

// UnmarshalJSON reads an ID; null, "" and the ID of nothing are none.
func (g *guid) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*g = guidOf(text)
	return nil
}

// guidOf returns an ID in the spelling in which IDs are compared.
func guidOf[S ~string](id S) guid {
	g := guid(strings.ToLower(strings.TrimSpace(string(id))))
	if g == noID {
		return ""
	}
	return g
}

package sim

import (
	"slices"
	"strings"
)

const maxHistoryDetails = 2500

// history is the history that a path names: of an invoice or a contact; nil when there is no such document.
func (c *call) history() *[]HistoryRecord {
	if strings.HasPrefix(strings.ToLower(c.path), "/contacts/") {
		if contact := c.org.contact(c.args[0]); contact != nil {
			return &contact.History
		}
		return nil
	}
	if inv := c.org.find(c.args[0]); inv != nil {
		return &inv.History
	}
	return nil
}

// readHistory is GET …/History: the newest first.
func readHistory(c *call) answer {
	records := c.history()
	if records == nil {
		return notFound()
	}
	newest := slices.Clone(*records)
	slices.Reverse(newest)
	return c.ok("HistoryRecords", listOf("HistoryRecord", newest, func(h HistoryRecord) object {
		return object{
			{"Changes", h.Changes}, {"DateUTCString", h.DateUTC.Format(isoSeconds)}, {"DateUTC", stamp(h.DateUTC)},
			{"User", h.User}, {"Details", h.Details},
		}
	}))
}

// addHistory is PUT …/History: notes are added and can never be changed. That they do not move UpdatedDateUTC is not
// verified.
func addHistory(c *call) answer {
	notes, err := readAll(c, "HistoryRecords", func(n *node) (string, error) {
		var r reader
		return value(r.text(n, "Details")), r.err
	})
	if err != nil {
		return c.unreadable(err)
	}
	records := c.history()
	var elements, refused []any
	for _, details := range notes {
		var errors []string
		switch {
		case records == nil:
			errors = []string{msgNoDocument}
		case strings.TrimSpace(details) == "":
			errors = []string{msgNoDetails}
		case len([]rune(details)) > maxHistoryDetails:
			errors = []string{msgTooLong("Details", maxHistoryDetails)}
		}
		element := object{
			{"DateUTCString", c.now.Format(isoSeconds)}, {"DateUTC", bareStamp(c.now)}, {"Details", details},
			{"ValidationErrors", messageList("ValidationError", c.org.odd.said(errors))},
		}
		elements = append(elements, element)
		if len(errors) > 0 {
			refused = append(refused, element)
		}
	}
	if len(refused) > 0 {
		return c.invalid(refused)
	}
	for _, details := range notes {
		*records = append(*records, HistoryRecord{Changes: "Note", User: "System Generated", DateUTC: c.now, Details: details})
	}
	return c.ok("HistoryRecords", list{"HistoryRecord", elements})
}

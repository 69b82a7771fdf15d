package staff

// Chain checks an audit trail whose entries are added in their order. It finds every
// change for which not all of what follows was made again, and the Head with it.
type Chain struct {
	entries      int64
	before, last kept // the last two that were found to be sound
	pending      *kept
	broken       *Broken
}

// kept is an entry with the hash that is kept with it.
type kept struct {
	Entry
	hash string
}

// Broken is the first entry at which an audit trail is not as it was written.
type Broken struct {
	Seq int64
	How Break
}

// Break is what was done to an entry.
type Break string

// What may have been done to an entry.
const (
	EntryChanged  Break = "changed"                  // its content, or the hash that is kept with it
	EntryRemoved  Break = "removed"                  // it stood between others
	EntryInserted Break = "inserted or moved there"  // others stood there
	EntriesCutOff Break = "cut off with those after" // it was the last, or the first of the last
)

// Add adds the next entry and the hash that is kept with it.
func (c *Chain) Add(e Entry, hash string) {
	c.entries++
	next := kept{e, hash}
	if c.pending != nil {
		c.check(*c.pending, &next)
	}
	c.pending = &next
}

// Close compares the end of the trail with the Head that is kept apart from it, and
// returns how many entries there are, and where the trail is broken; nil for nowhere.
func (c *Chain) Close(head Head) (entries int64, broken *Broken) {
	if c.pending != nil {
		c.check(*c.pending, nil)
		c.pending = nil
	}
	switch last := c.last; {
	case c.broken != nil && (head.Seq == 0 || c.broken.Seq <= head.Seq):
	case c.broken != nil: // behind the end
		c.broken = &Broken{head.Seq + 1, EntryInserted}
	case head.Seq > last.Seq, head.Seq == 0 && c.entries > 0:
		c.broken = &Broken{last.Seq + 1, EntriesCutOff}
	case head.Seq < last.Seq:
		c.broken = &Broken{head.Seq + 1, EntryInserted}
	case head.Hash != last.hash:
		c.broken = &Broken{last.Seq, EntryChanged}
	}
	return c.entries, c.broken
}

// check tells whether e follows what was sound so far; next is the entry after it.
func (c *Chain) check(e kept, next *kept) {
	if c.broken != nil {
		return
	}
	want, sound := c.last.Seq+1, e.Hash() == e.hash
	if e.Seq == want && sound && e.Previous == c.last.hash {
		c.before, c.last = c.last, e
		return
	}
	linked := e.Entry
	linked.Previous = c.last.hash
	switch {
	case e.Seq < want:
		c.broken = &Broken{e.Seq, EntryInserted}
	case e.Seq > want:
		c.broken = &Broken{want, EntryRemoved}
	case c.last.Seq > 0 && e.Previous == c.before.hash:
		c.broken = &Broken{c.last.Seq, EntryInserted} // what followed the one before it stands behind it now
	case next != nil && next.Previous == c.last.hash:
		c.broken = &Broken{e.Seq, EntryInserted}
	case sound && c.last.Seq > 0:
		c.broken = &Broken{c.last.Seq, EntryChanged} // and its hash with it: the next one tells
	case sound, e.Previous == c.last.hash, linked.Hash() == e.hash:
		c.broken = &Broken{e.Seq, EntryChanged}
	default:
		c.broken = &Broken{e.Seq, EntryRemoved} // and what follows was numbered again
	}
}

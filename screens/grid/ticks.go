package grid

// barred reports whether a row cannot be ticked.
func (g *Grid[R, K]) barred(row int32) bool {
	return g.schema.Ticks != nil && !g.schema.Ticks(g.view.model.rows[row])
}

// tickable returns those of the rows that can be ticked.
func (g *Grid[R, K]) tickable(rows []int32) []int32 {
	if g.schema.Ticks == nil {
		return rows
	}
	var can []int32
	for _, row := range rows {
		if !g.barred(row) {
			can = append(can, row)
		}
	}
	return can
}

// toggle ticks a row that can be, or takes its tick away.
func (g *Grid[R, K]) toggle(row int32) {
	if !g.barred(row) {
		g.selectionMayHaveChanged(g.picked.toggle(row))
		return
	}
	g.picked.start(row)
	g.mark()
}

// untickBarred takes the ticks of those of the rows that can't be ticked any more. It reports whether
// there was any.
func (g *Grid[R, K]) untickBarred(rows []int32) bool {
	changed := false
	for _, row := range rows {
		if g.barred(row) {
			changed = g.picked.set(row, false) || changed
		}
	}
	return changed
}

// escaped does what Escape means to the rows, and reports whether that was anything.
func (g *Grid[R, K]) escaped() bool { return g.schema.Ticks == nil && g.ClearSelection() }

// pressCell presses the button in a cell.
func (g *Grid[R, K]) pressCell(at, column int) {
	g.schema.Columns[column].Press(g.view.model.rows[g.view.shown[at]])
}

// mark draws where the cursor is and what is ticked, where that changed.
func (g *Grid[R, K]) mark() { g.body.each((*row).mark) }

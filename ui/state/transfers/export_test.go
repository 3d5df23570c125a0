package transfers

// MaxDrawn is how many drawn rows are kept.
const MaxDrawn = maxDrawn

// Drawn is how many are.
func (l *List) Drawn() int { return len(l.drawn) }

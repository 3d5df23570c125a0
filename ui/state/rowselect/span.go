package rowselect

// Span is a run of rows: First is in it, End is the row after the last.
type Span struct{ First, End int }

// Len is the number of rows in the span.
func (s Span) Len() int { return s.End - s.First }

// add returns spans with run joined in; spans is not changed.
func add(spans []Span, run Span) []Span {
	out := make([]Span, 0, len(spans)+1)
	for _, s := range spans {
		switch {
		case s.End < run.First:
			out = append(out, s)
		case s.First > run.End:
			out = append(out, run)
			run = s
		default: // they overlap or touch
			run = Span{min(s.First, run.First), max(s.End, run.End)}
		}
	}
	return append(out, run)
}

// remove returns spans without the rows of run; spans is not changed.
func remove(spans []Span, run Span) []Span {
	out := make([]Span, 0, len(spans)+1)
	for _, s := range spans {
		if before := (Span{s.First, min(s.End, run.First)}); before.Len() > 0 {
			out = append(out, before)
		}
		if after := (Span{max(s.First, run.End), s.End}); after.Len() > 0 {
			out = append(out, after)
		}
	}
	return out
}

// cut returns spans without the rows from end on.
func cut(spans []Span, end int) []Span {
	if n := len(spans); n == 0 || spans[n-1].End <= end {
		return spans
	}
	return remove(spans, Span{end, spans[len(spans)-1].End})
}

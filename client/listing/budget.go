package listing

// A budget is what may be spent on guesses. Where two parts meet, the page that shows
// the end of the one before is for a part the beginning of the one behind it, and came
// in vain so far; a guess behind which nothing lies is a call in vain.
type budget struct {
	pages int     // that came
	spent float64 // of them, in vain
	cuts  int     // that were made
	open  int     // of them, those where it is not known yet what they cost
}

const (
	fewPages = 3     // come one behind the other: so small a listing costs no call in vain
	atFirst  = 0.5   // may be spent for each page of the first ones
	inAll    = 24    // may be spent so
	perPage  = 0.038 // may be spent for each page beside
	perCut   = 0.5   // is what a cut is expected to cost
)

// allows reports whether another cut may be made, where so many pages seem to be left.
// Half of what those will allow may be spent now, but of no more than came already.
func (b *budget) allows(left float64) bool {
	pages := float64(b.pages)
	may := min(atFirst*pages, inAll) + perPage*(pages+min(pages, left)/2)
	return b.pages >= fewPages && b.spent+perCut*float64(b.open+1) <= may
}

// came notes that n of the names of a page were of use.
func (b *budget) came(n, size int, p *part) {
	switch {
	case size > 0:
		b.spent += 1 - float64(n)/float64(size)
	case p.pages > 1 || p.begin != "":
		b.spent++
	}
	if p.over && p.end != "" {
		b.paid()
	}
}

// paid notes that a cut costs no more.
func (b *budget) paid() { b.open = max(0, b.open-1) }

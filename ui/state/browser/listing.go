package browser

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

// SortBy is a column by which objects are sorted.
type SortBy string

// The orders. Folders come first in each.
const (
	SortByName     SortBy = "name"
	SortBySize     SortBy = "size"
	SortByModified SortBy = "modified"
	SortByClass    SortBy = "class"
)

// A listing is the objects of one folder: as they came, filtered, sorted, with
// the selection kept on the same objects whatever moves. Made for a million.
type listing struct {
	objects   []client.Object
	rows      []int32 // indexes into objects, as shown
	waiting   []int32 // of objects that fit and are not among the rows yet
	again     bool    // objects are listed anew, into fresh; those shown stay until the last page
	fresh     []client.Object
	filter    string
	by        SortBy
	down      bool
	selection rowselect.Model
}

func (l *listing) clear() {
	l.objects, l.rows, l.waiting = nil, nil, nil
	l.again, l.fresh = false, nil
	l.selection = rowselect.Model{}
}

func (l *listing) object(row int) client.Object { return l.objects[l.rows[row]] }

// find is the row of a key, -1 when it is not shown.
func (l *listing) find(key string) int {
	return slices.IndexFunc(l.rows, func(i int32) bool { return l.objects[i].At.Key == key })
}

// mergeShare is how many rows wait until they are merged, as a part of those
// shown: a page that belongs everywhere moves them all, which must not happen
// for each page of a thousand.
const mergeShare = 8

// begin lists anew: what is shown stays until the last page of what comes.
func (l *listing) begin() { l.again, l.fresh = true, nil }

// end shows what came, though more may be missing.
func (l *listing) end() {
	if !l.again {
		l.flush()
		return
	}
	fresh := l.fresh
	l.again, l.fresh = false, nil
	l.keepSelection(func() {
		l.objects = fresh
		l.rebuild()
	})
}

// add appends a page. Rows behind all others are shown at once; others may wait
// for more, until the last page: more says that one follows.
func (l *listing) add(page []client.Object, more bool) {
	if l.again {
		l.fresh = append(l.fresh, page...)
		if !more {
			l.end()
		}
		return
	}
	l.show(page, more)
}

func (l *listing) show(page []client.Object, more bool) {
	for _, o := range page {
		l.objects = append(l.objects, o)
		if l.passes(o) {
			l.waiting = append(l.waiting, int32(len(l.objects)-1))
		}
	}
	if !more || len(l.waiting) >= len(l.rows)/mergeShare || l.belongBehind() {
		l.flush()
	}
}

// belongBehind reports whether what waits comes after all rows, as pages in the
// order of names do.
func (l *listing) belongBehind() bool {
	last := l.rows[len(l.rows)-1]
	return !slices.ContainsFunc(l.waiting, func(i int32) bool { return l.compare(i, last) < 0 })
}

// flush shows what waits: sorted among itself and then merged in from the back.
func (l *listing) flush() {
	fresh := l.waiting
	l.waiting = nil
	slices.SortFunc(fresh, l.compare)
	if len(fresh) == 0 {
		return
	}
	if len(l.rows) == 0 || l.compare(fresh[0], l.rows[len(l.rows)-1]) > 0 {
		l.rows = append(l.rows, fresh...)
		l.selection.SetRows(len(l.rows))
		return
	}
	l.keepSelection(func() {
		i, j := len(l.rows)-1, len(fresh)-1
		l.rows = append(l.rows, fresh...)
		for at := len(l.rows) - 1; j >= 0; at-- {
			if i >= 0 && l.compare(l.rows[i], fresh[j]) > 0 {
				l.rows[at] = l.rows[i]
				i--
			} else {
				l.rows[at] = fresh[j]
				j--
			}
		}
	})
}

// put adds one object, or replaces the one of that key.
func (l *listing) put(o client.Object) {
	if l.again {
		l.fresh = append(slices.DeleteFunc(l.fresh, func(have client.Object) bool { return have.At.Key == o.At.Key }), o)
	}
	if i := slices.IndexFunc(l.objects, func(have client.Object) bool { return have.At.Key == o.At.Key }); i >= 0 {
		l.objects[i] = o
		l.arrange()
		return
	}
	l.show([]client.Object{o}, false)
}

// beside is the key of the row that follows the first of those that go, or of
// the last that stays; "" when none does.
func (l *listing) beside(gone map[string]bool) (key string) {
	passed := false
	for row := range l.rows {
		k := l.object(row).At.Key
		switch {
		case gone[k]:
			passed = true
		case passed:
			return k
		default:
			key = k
		}
	}
	return key
}

// remove takes objects out by their keys.
func (l *listing) remove(gone map[string]bool) {
	l.fresh = slices.DeleteFunc(l.fresh, func(o client.Object) bool { return gone[o.At.Key] })
	l.keepSelection(func() {
		l.objects = slices.DeleteFunc(l.objects, func(o client.Object) bool { return gone[o.At.Key] })
		l.rebuild()
	})
}

func (l *listing) setFilter(text string) {
	l.filter = text
	l.arrange()
}

func (l *listing) setOrder(by SortBy, down bool) {
	l.by, l.down = by, down
	l.arrange()
}

func (l *listing) arrange() { l.keepSelection(l.rebuild) }

func (l *listing) rebuild() {
	l.rows, l.waiting = l.rows[:0], nil
	for i, o := range l.objects {
		if l.passes(o) {
			l.rows = append(l.rows, int32(i))
		}
	}
	slices.SortFunc(l.rows, l.compare)
}

// keepSelection changes the rows and selects the same objects again.
func (l *listing) keepSelection(change func()) {
	selected := make(map[string]bool, l.selection.Count())
	for row := range l.selection.All() {
		selected[l.object(row).At.Key] = true
	}
	cursor := ""
	if c := l.selection.Cursor(); c >= 0 && c < len(l.rows) {
		cursor = l.object(c).At.Key
	}
	change()
	l.selection.SetRows(len(l.rows))
	if len(selected) == 0 && cursor == "" {
		return
	}
	var rows []int
	for row, i := range l.rows {
		key := l.objects[i].At.Key
		if selected[key] {
			rows = append(rows, row)
		}
		if key == cursor {
			l.selection.MoveTo(row)
		}
	}
	l.selection.SetSelected(rows)
}

// passes reports whether the filter lets an object through: a part of its name
// in any case, or a mask when it holds * or ?.
func (l *listing) passes(o client.Object) bool {
	if l.filter == "" {
		return true
	}
	name, filter := strings.ToLower(o.At.Base()), strings.ToLower(l.filter)
	if strings.ContainsAny(filter, "*?") {
		return rules.Match(filter, name)
	}
	return strings.Contains(name, filter)
}

func (l *listing) compare(i, j int32) int {
	a, b := &l.objects[i], &l.objects[j]
	if a.IsFolder != b.IsFolder {
		if a.IsFolder {
			return -1
		}
		return 1
	}
	c := 0
	switch l.by {
	case SortBySize:
		c = cmp.Compare(a.Size, b.Size)
	case SortByModified:
		c = a.Modified.Compare(b.Modified)
	case SortByClass:
		c = strings.Compare(a.StorageClass, b.StorageClass)
	}
	if c == 0 {
		c = natural(a.At.Key, b.At.Key)
	}
	if l.down {
		return -c
	}
	return c
}

package listing

import (
	"errors"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// A view is a piece of the names as one answer showed it.
type view struct {
	seen  bool
	keys  []string
	names []string // the keys, with versions where those are listed
	more  bool     // something may be behind them
}

// viewOf is how a page shows its piece.
func viewOf(page client.Page) view {
	v := view{seen: true, more: page.Next != "", keys: make([]string, len(page.Objects))}
	v.names = v.keys
	for i := range page.Objects {
		v.keys[i] = page.Objects[i].At.Key
	}
	if len(page.Objects) > 0 && page.Objects[0].VersionID != "" {
		v.names = make([]string, len(page.Objects))
		for i, key := range v.keys {
			v.names[i] = key + "\x00" + page.Objects[i].VersionID
		}
	}
	return v
}

// reach is how far a view shows everything: up to its last name and with that, of which
// there may be more versions, or "" for all there is.
func (v *view) reach() string {
	if !v.more {
		return ""
	}
	return v.keys[len(v.keys)-1]
}

// within is how many names a view has before another one.
func (v *view) within(reach string) int {
	n, _ := slices.BinarySearch(v.keys, reach)
	if reach == "" {
		n = len(v.keys)
	}
	return n
}

// missing is what one view shows and another one does not that begins behind the same
// name, as far as both reach.
func missing(of, in *view) string {
	if of.more && len(of.keys) == 0 || in.more && len(in.keys) == 0 {
		return "" // a page without a name shows nothing
	}
	reach := of.reach()
	if r := in.reach(); reach == "" || r != "" && r < reach {
		reach = r
	}
	left, right := of.within(reach), in.within(reach)
	if slices.Equal(of.names[:left], in.names[:right]) {
		return ""
	}
	there := make(map[string]bool, right)
	for _, name := range in.names[:right] {
		there[name] = true
	}
	for i, name := range of.names[:left] {
		if !there[name] {
			return of.keys[i]
		}
	}
	return ""
}

// meetings compares parts that are over with the beginning of those behind them.
func (l *lister) meetings() error {
	for p := l.first; p != nil; p = p.next {
		for p.next != nil && p.next.empty() && !p.over {
			l.join(p)
		}
		if !p.over || p.met || p.next != nil && !p.next.head.seen {
			continue
		}
		if p.next != nil {
			if err := l.meet(p); err != nil {
				return err
			}
			if !p.over {
				continue
			}
			p.next.head = view{seen: true}
		}
		p.met, p.beyond, p.rest = true, view{}, client.Page{}
	}
	return nil
}

// empty reports whether nothing lies in a part.
func (p *part) empty() bool { return p.over && p.pages == 1 && p.from == "" }

// join makes a part and the one behind it, in which nothing lies, one.
func (l *lister) join(p *part) {
	p.top, p.end, p.next = p.next.begin, p.next.end, p.next.next
	l.budget.paid()
}

// meet compares what a part saw behind its end with how the part behind it began. They
// were asked at different times: what is another then is asked for once more. A part
// that has to go on is not over any more.
func (l *lister) meet(p *part) error {
	beyond, head := &p.beyond, &p.next.head
	if !beyond.seen { // nothing is behind its last name, the server says
		beyond = &view{seen: true}
	}
	if passed := missing(head, beyond); passed != "" {
		if p.doubts++; p.doubts > mostDoubts {
			return l.judge(passed, p.last)
		}
		// It is gone since, or the page went too far and passed others too.
		p.over, p.after, p.beyond, p.rest = false, "", view{}, client.Page{}
		l.budget.open++
		return nil
	}
	if missing(beyond, head) == "" {
		return nil
	}
	page, err := l.again(client.ListOptions{Behind: p.end})
	if err != nil {
		return err
	}
	now := viewOf(page)
	if lost := missing(beyond, &now); lost != "" {
		return l.judge(lost, p.end)
	}
	return nil
}

// mostDoubts is how often what a part saw behind its end is asked for again.
const mostDoubts = 2

// judge says that the server cannot be trusted with a name that it did not show behind
// another one, unless it is gone, or came back only now.
func (l *lister) judge(lost, behind string) error {
	page, err := l.again(client.ListOptions{Behind: lost[:len(lost)-1]})
	if err != nil || !shows(page, lost) {
		return err
	}
	if page, err = l.again(client.ListOptions{Behind: behind}); err != nil || shows(page, lost) {
		return err
	}
	return l.disorder()
}

func shows(page client.Page, key string) bool {
	return slices.ContainsFunc(page.Objects, func(o client.Object) bool { return o.At.Key == key })
}

// again asks for a page that decides something.
func (l *lister) again(o client.ListOptions) (client.Page, error) {
	l.budget.pages++
	l.budget.spent++
	return l.ask(l.ctx, o)
}

func (l *lister) disorder() error {
	return l.contradiction(client.Say("the server puts names in an order of its own, so that the list may not be whole: list it in smaller parts"))
}

// withdraw takes back a part that the server could not begin where it was asked to: the
// part before it goes on, and nothing is cut any more. It reports false where that is
// too late. The answer to another call says nothing of the end, whoever gives it.
func (l *lister) withdraw(p *part, why error) bool {
	if p.sure && !l.begins && !errors.Is(why, client.ErrAnotherCall) {
		p.over, p.sure, l.whole = true, false, true // it begins nowhere: its word is taken
		p.met = p.next == nil
		return true
	}
	before := l.before(p)
	if p.pages > 0 || before == nil {
		return false
	}
	before.end, before.top, before.next, l.whole = p.end, p.top, p.next, true
	l.budget.paid()
	if before.over {
		rest := before.rest
		before.over, before.beyond, before.rest = false, view{}, client.Page{}
		before.take(rest, l)
	}
	return true
}

// before is the part before another one.
func (l *lister) before(p *part) *part {
	for q := l.first; q != nil; q = q.next {
		if q.next == p {
			return q
		}
	}
	return nil
}

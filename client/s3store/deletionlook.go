package s3store

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/client"
)

// look lists the names of a part that a condition is not enough for, and gives those
// that are still what was seen, with the rest. What is gone counts as removed; what is
// another now is KindPrecondition. Whoever may not list is asked for each by itself.
func (d *deletion) look(ctx context.Context, part []int) (left []int, err error) {
	now := map[name]int{} // what is looked for
	versions := false
	for _, i := range part {
		if !d.isLookedAt(i) {
			left = append(left, i)
			continue
		}
		now[d.name(i)] = i
		versions = versions || d.was[i].VersionID != ""
	}
	found, err := d.find(ctx, now, versions)
	denied := client.KindOf(err) == client.KindDenied
	if err != nil && !denied {
		return nil, err
	}
	for n, i := range now {
		switch o, there := found[n]; {
		case denied:
			d.results[i] = d.store.deleteOne(ctx, d.was[i])
		case !there:
			d.results[i] = nil
		case !isStillIt(o, d.was[i]):
			d.results[i] = d.store.refuse(call{op: "DeleteObjects", at: d.was[i].At}, client.KindPrecondition,
				client.Say("another object has taken its place").Err())
		default:
			left = append(left, i)
		}
	}
	slices.Sort(left)
	return left, nil
}

// A name is that of an object or, where versions are told apart, of its version.
type name struct{ key, version string }

func (d *deletion) name(i int) name { return name{d.was[i].At.Key, d.was[i].VersionID} }

// find lists until everything looked for was met or passed, and passes over what lies
// between.
func (d *deletion) find(ctx context.Context, what map[name]int, versions bool) (map[name]client.Object, error) {
	v := &visit{what: what, found: map[name]client.Object{}, versions: versions, list: d.store.List}
	if versions {
		v.list = d.store.ListVersions
	}
	for n := range what {
		v.keys = append(v.keys, n.key)
	}
	slices.Sort(v.keys)
	v.under = client.Location{Bucket: d.was[0].At.Bucket, Key: v.keys[0][:shared(v.keys[0], v.keys[len(v.keys)-1])]}
	err := v.pages(ctx)
	if client.KindOf(err) == client.KindContradiction && !v.whole { // it may not begin where it is asked to
		v.whole = true
		err = v.pages(ctx)
	}
	return v.found, err
}

// A visit looks for names in a listing.
type visit struct {
	what     map[name]int
	found    map[name]client.Object
	versions bool
	list     func(context.Context, client.Location, client.ListOptions) (client.Page, error)
	under    client.Location
	keys     []string // in order
	whole    bool     // nothing is passed over
}

func (v *visit) pages(ctx context.Context) error {
	keys := v.keys
	for o := v.before(keys[0]); len(keys) > 0 && len(v.found) < len(v.what); {
		page, err := v.list(ctx, v.under, o)
		if err != nil {
			return err
		}
		v.meet(page)
		if page.Next == "" {
			return nil
		}
		v.whole = v.whole || page.Reordered
		o = client.ListOptions{Recursive: true, After: page.Next}
		if n := len(page.Objects); n > 0 && !v.whole {
			reach := page.Objects[n-1].At.Key
			for len(keys) > 0 && (keys[0] < reach || !v.versions && keys[0] == reach) {
				keys = keys[1:]
			}
			if len(keys) > 0 && keys[0] > reach {
				o = v.before(keys[0])
			}
		}
	}
	return nil
}

// meet takes what was looked for out of a page.
func (v *visit) meet(page client.Page) {
	for _, x := range page.Objects {
		n := name{key: x.At.Key}
		if v.versions {
			n.version = x.VersionID
		}
		if _, wanted := v.what[n]; wanted {
			v.found[n] = x
		}
	}
}

// before has a listing begin as near before a key as can be said.
func (v *visit) before(key string) client.ListOptions {
	o := client.ListOptions{Recursive: true}
	if len(key) > len(v.under.Key) && !v.whole {
		o.Behind = justBefore(key)
	}
	return o
}

// justBefore is a name before another one, with hardly any between.
func justBefore(key string) string {
	x, size := utf8.DecodeLastRuneInString(key)
	stem := key[:len(key)-size]
	switch {
	case x == utf8.RuneError || x <= ' ' || len(key)+utf8.UTFMax > client.MaxKeyBytes:
		return stem
	case x == 0xE000: // before it come the surrogates, which are no characters
		x = 0xD800
	}
	return stem + string(x-1) + string(utf8.MaxRune)
}

// shared is how long the beginning is that two keys share, in bytes, without half a
// character.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return n
}

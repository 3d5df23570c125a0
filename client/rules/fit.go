package rules

import (
	"golang.org/x/text/unicode/norm"

	"github.com/bucketseal/bucketseal/client"
)

// One letter can be written in two ways: as itself (composed, NFC) or as a base
// letter and its accent (decomposed, NFD, as macOS writes file names). They look
// the same and are two names to S3. Who writes a mask cannot see which it is, so
// a rule that encrypts takes either. One that asks for nothing takes only the
// very letters: for want of that another rule, or a refusal, takes the file.

// A fit says how a rule's masks take a name.
type fit int

const (
	misses     fit = iota
	looksAlike     // only when both are written in one form
	exact
)

// Composed is a text in its composed form: two texts that look the same are the
// same then.
func Composed(s string) string { return norm.NFC.String(s) }

// LookAlikes are the other ways to write a name.
func LookAlikes(name string) []string {
	var others []string
	for _, other := range []string{norm.NFC.String(name), norm.NFD.String(name)} {
		if other != name {
			others = append(others, other)
		}
	}
	return others
}

func (r Rule) fit(mask, name string) fit {
	switch {
	case Match(mask, name):
		return exact
	case r.Type != client.TypeInherit && Match(Composed(mask), Composed(name)):
		return looksAlike
	}
	return misses
}

// fits is how well both masks take a place.
func (r Rule) fits(at client.Location) fit {
	return min(r.fit(r.Bucket, at.Bucket), r.fit(r.Key, at.Key))
}

// Takes reports whether the rule's masks take a place, whatever the account.
func (r Rule) Takes(at client.Location) bool { return r.fits(at) > misses }

// TakesBucket reports whether the rule's bucket mask takes a bucket.
func (r Rule) TakesBucket(name string) bool { return r.fit(r.Bucket, name) > misses }

// covers reports whether the rule takes everything that another one could, as
// far as masks go. A rule that asks for nothing does not cover the look-alikes
// of one that encrypts.
func (r Rule) covers(other Rule) bool {
	if !covers(r.Bucket, other.Bucket) || !covers(r.Key, other.Key) {
		return false
	}
	if r.Type != client.TypeInherit || other.Type == client.TypeInherit {
		return true
	}
	for _, m := range [][2]string{{r.Bucket, other.Bucket}, {r.Key, other.Key}} {
		for _, alike := range LookAlikes(m[1]) {
			if !covers(m[0], alike) {
				return false
			}
		}
	}
	return true
}

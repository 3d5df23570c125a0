// Package bucketdoc knows what is in the documents that are configured for a bucket: it
// checks one before it is sent, shows it, says what is another in two of them, and makes
// policies from templates. It is pure.
//
// Two documents mean the same where they say the same elements, whatever the order in
// which a server keeps them, and whatever it adds that changes nothing: an empty element,
// a default written out, a list of one for the one. Anything else is a difference.
package bucketdoc

import (
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// A Change is a line that one document has and the other has not.
type Change struct {
	Added bool   `json:"added"`
	Line  string `json:"line"` // PATH = VALUE
}

// Difference is what has to be taken from one document and added to it to mean another,
// in the order of their lines; none where they mean the same. An empty document is that
// nothing is set. The error says that one of the two is no document of the form.
func Difference(form client.DocumentForm, from, to []byte) ([]Change, error) {
	was, err := lines(form, from)
	if err != nil {
		return nil, err
	}
	is, err := lines(form, to)
	if err != nil {
		return nil, err
	}
	var all []Change
	for _, l := range without(was, is) {
		all = append(all, Change{Line: l})
	}
	for _, l := range without(is, was) {
		all = append(all, Change{Added: true, Line: l})
	}
	return all, nil
}

// without are the lines of a that are not in b, each as often as it is more often there.
func without(a, b []string) []string {
	left := map[string]int{}
	for _, l := range b {
		left[l]++
	}
	return slices.DeleteFunc(slices.Clone(a), func(l string) bool {
		left[l]--
		return left[l] >= 0
	})
}

// lines are what a document says, one for each value.
func lines(form client.DocumentForm, raw []byte) ([]string, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	root, err := read(form, raw)
	if err != nil {
		return nil, err
	}
	return root.lines(""), nil
}

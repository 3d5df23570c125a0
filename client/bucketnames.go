package client

import (
	"encoding/json"
	"slices"
	"strings"
)

// BucketNames are buckets that an account names because it may not list them, or
// because they are no buckets of its own: names, aliases and ARNs of access points.
// It is one string, so that accounts can be compared; in JSON it is a list.
type BucketNames string

// NewBucketNames are names in their order, each once.
func NewBucketNames(names ...string) BucketNames {
	var kept []string
	for _, n := range names {
		if n = ofAccessPoint(trimmed(n)); n != "" && !slices.Contains(kept, n) {
			kept = append(kept, n)
		}
	}
	return BucketNames(strings.Join(kept, "\n"))
}

// All are the names.
func (b BucketNames) All() []string {
	if b == "" {
		return nil
	}
	return strings.Split(string(b), "\n")
}

// Has reports whether a name is among them.
func (b BucketNames) Has(name string) bool { return slices.Contains(b.All(), name) }

// MarshalJSON writes a list.
func (b BucketNames) MarshalJSON() ([]byte, error) { return json.Marshal(b.All()) }

// UnmarshalJSON reads a list.
func (b *BucketNames) UnmarshalJSON(raw []byte) error {
	var names []string
	if err := json.Unmarshal(raw, &names); err != nil {
		return err
	}
	*b = NewBucketNames(names...)
	return nil
}

func (b BucketNames) check() error {
	for _, n := range b.All() {
		if strings.Contains(n, "/") {
			return wrong(Say("buckets"), Say("%q is no name of a bucket: no folders, please", n))
		}
		if err := (Location{Bucket: n}).check(); err != nil {
			return wrong(Say("buckets"), Say("%q: %v", n, err))
		}
	}
	return nil
}

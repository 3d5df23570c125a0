package treesync

import (
	"strings"

	"github.com/bucketseal/bucketseal/client/rules"
)

// A Filter says which files take part, by masks as rules have them: "*" is any run of
// characters, "?" is one. A mask with a slash is compared with the whole key below the
// root, one without with the last name. The zero value takes all.
type Filter struct {
	Include []string // where there are any, one has to fit
	Exclude []string // none may fit
}

// Takes reports whether a key takes part.
func (f Filter) Takes(key string) bool {
	return (len(f.Include) == 0 || fits(f.Include, key)) && !fits(f.Exclude, key)
}

func fits(masks []string, key string) bool {
	for _, mask := range masks {
		name := key
		if !strings.Contains(mask, "/") {
			name = key[strings.LastIndexByte(strings.TrimSuffix(key, "/"), '/')+1:]
		}
		if rules.Match(mask, name) {
			return true
		}
	}
	return false
}

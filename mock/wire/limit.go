package wire

import (
	"strconv"

	"github.com/bucketseal/bucketseal/mock/s3"
)

// QueryLimit reads max-keys and its like.
func QueryLimit(r *Request, name string, standard, most int) (int, error) {
	return Limit(r.Query.Get(name), name, standard, most)
}

// Limit reads a number of entries: standard where the value is empty, never above
// most. name is what a refusal calls it.
func Limit(value, name string, standard, most int) (int, error) {
	if value == "" {
		return standard, nil
	}
	switch n, err := strconv.ParseInt(value, 10, 32); {
	case err != nil:
		return 0, s3.BadArgument("Provided "+value+" not an integer or within integer range", name, value)
	case n < 0:
		return 0, s3.BadArgument("Argument "+value+" must be an integer between 0 and 2147483647", name, value)
	default:
		return min(int(n), most), nil
	}
}

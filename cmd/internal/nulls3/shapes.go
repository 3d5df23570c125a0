package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Shapes are what the names of a large bucket look like: each is made of its number
// and of numbers drawn always alike.
var shapes = map[string]func(n int, r *rand.Rand) string{
	"uuid": func(_ int, r *rand.Rand) string {
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.Uint32()>>16, r.Uint32()>>20, r.Uint32()>>20, r.Uint64()>>16)
	},
	"dates": func(n int, _ *rand.Rand) string {
		return fmt.Sprintf("logs/%d/%02d/%02d/host-%02d/%08d.gz", 2016+n%11, n/11%12+1, n/132%28+1, n/3696%32, n)
	},
	// 68 of 100 begin alike.
	"range": func(n int, r *rand.Rand) string {
		if n%100 < 68 {
			return fmt.Sprintf("data/7f/%08x%04x", r.Uint32(), n&0xffff)
		}
		return fmt.Sprintf("data/%02x/%08x%04x", r.IntN(256), r.Uint32(), n&0xffff)
	},
	"deep": func(n int, _ *rand.Rand) string {
		return strings.Join(strings.Split(fmt.Sprintf("%06d", n), ""), "/level-") + "/object.bin"
	},
	"unicode": func(n int, r *rand.Rand) string {
		return fmt.Sprintf("資料夾/%c%c年度/報告–%07d.txt", '一'+rune(r.IntN(5000)), 'а'+rune(r.IntN(32)), n)
	},
}

// sowShape puts objects there whose names have a shape: PREFIX=COUNTxSHAPE.
func (o *objects) sowShape(s string) error {
	prefix, what, _ := strings.Cut(s, "=")
	count, shape, _ := strings.Cut(what, "x")
	n, err := strconv.Atoi(count)
	name := shapes[shape]
	if bucket, _, ok := strings.Cut(prefix, "/"); !ok || bucket == "" || err != nil || n < 1 || name == nil {
		return fmt.Errorf("--keys %q: write BUCKET/PREFIX=COUNTxSHAPE, a shape being uuid, dates, range, deep or unicode", s)
	}
	r := rand.New(rand.NewPCG(1, 10)) //nolint:gosec // keys for a benchmark, the same each time
	x := &object{size: 4096, etag: `"` + md5Of(0) + `"`}
	x.listed = x.listing()
	o.mu.Lock()
	defer o.mu.Unlock()
	bucket, _, _ := strings.Cut(prefix, "/")
	o.buckets[bucket] = true
	for i := range n {
		o.all[prefix+name(i, r)] = x
	}
	o.sorted = nil
	return nil
}

// listing is what a listing says of an object behind its name.
func (x *object) listing() string {
	return `</Key><LastModified>` + listedDate + `</LastModified><ETag>` + text(x.etag) + `</ETag><Size>` + strconv.FormatInt(x.size, 10) +
		`</Size><StorageClass>STANDARD</StorageClass></Contents>`
}

// end is where the keys that begin with a prefix end among sorted ones.
func end(sorted []named, from int, prefix string) int {
	n, _ := slices.BinarySearchFunc(sorted[from:], prefix, func(x named, prefix string) int {
		if strings.HasPrefix(x.at, prefix) || x.at < prefix {
			return -1
		}
		return 1
	})
	return from + n
}

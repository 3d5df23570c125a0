package s3store

import (
	"net/url"
	"slices"
	"strings"
)

// canonicalQuery is a query as it is signed and sent: by names, then values, all
// escaped that may be.
func canonicalQuery(query string) string {
	if isCanonical(query) {
		return query
	}
	values, _ := url.ParseQuery(query) // what is no parameter is left out
	var all []header
	for name, each := range values {
		for _, v := range each {
			all = append(all, header{escapedParam(name), escapedParam(v)})
		}
	}
	slices.SortFunc(all, func(a, b header) int {
		if a.name != b.name {
			return strings.Compare(a.name, b.name)
		}
		return strings.Compare(a.value, b.value)
	})
	var out strings.Builder
	for i, x := range all {
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(x.name + "=" + x.value)
	}
	return out.String()
}

func escapedParam(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// isCanonical reports whether a query is plainly in canonical form: nothing in it
// is escaped, and its names are in order.
func isCanonical(query string) bool {
	for last := ""; query != ""; {
		one, rest, more := strings.Cut(query, "&")
		name, value, found := strings.Cut(one, "=")
		if !found || name <= last || !isUnreserved(name) || !isUnreserved(value) || more && rest == "" {
			return false
		}
		query, last = rest, name
	}
	return true
}

// unreserved are the characters that are never escaped.
// https://www.rfc-editor.org/rfc/rfc3986#section-2.3
var unreserved = func() (is [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
		is[c] = true
	}
	return is
}()

func isUnreserved(s string) bool {
	for i := range len(s) {
		if !unreserved[s[i]] {
			return false
		}
	}
	return true
}

// escapedPath is a key as it stands in an address.
func escapedPath(key string) string {
	plain := true
	for i := range len(key) {
		plain = plain && (unreserved[key[i]] || key[i] == '/')
	}
	if plain {
		return key
	}
	out := make([]byte, 0, 3*len(key))
	for i := range len(key) {
		if c := key[i]; unreserved[c] || c == '/' {
			out = append(out, c)
		} else {
			out = append(out, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return string(out)
}

const hexDigits = "0123456789ABCDEF"

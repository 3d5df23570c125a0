package iam

import "strings"

// Matches compares a name with a pattern in which * is any run of characters and ?
// is one, as in actions and resources; case counts.
func Matches(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	i, star, mark := 0, -1, 0
	for j := 0; j < len(n); {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(string(p[i:]), "*") == ""
}

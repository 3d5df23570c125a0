package iam

// Matches compares a name with a pattern in which * is any run of characters and ?
// is one, as in actions and resources; case counts.
func Matches(pattern, name string) bool { return matches(pattern, name) }

package client

import "strings"

// A KeyID names a KMS key the way its writer did: a bare id, a key ARN, an
// alias ("alias/name"), an alias ARN, MinIO's "arn:aws:kms:<name>", or any
// opaque name a Ceph-based cloud hands out. It is sent verbatim and compared
// by meaning ([SameKey]).
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
type KeyID string

// keyName is a KeyID taken apart.
type keyName struct {
	where keyPlace // of a full ARN, zero where not said
	name  string   // bare id, or "alias/..."
}

// keyPlace is where a key is.
type keyPlace struct{ partition, region, account string }

func (k keyName) isAlias() bool { return strings.HasPrefix(k.name, "alias/") }

// split takes a KeyID apart without judging it: a shape it does not know is an
// opaque name.
func (k KeyID) split() keyName {
	s := strings.TrimSpace(string(k))
	if !strings.HasPrefix(s, "arn:") {
		return keyName{name: s}
	}
	partition, rest, _ := strings.Cut(s[len("arn:"):], ":") // arn:partition:kms:region:account:resource
	rest, isKMS := strings.CutPrefix(rest, "kms:")
	if !isKMS {
		return keyName{name: s}
	}
	region, more, _ := strings.Cut(rest, ":")
	account, resource, isFull := strings.Cut(more, ":")
	if !isFull { // MinIO: arn:aws:kms:<name>
		return keyName{name: rest}
	}
	name, _ := strings.CutPrefix(resource, "key/")
	return keyName{keyPlace{partition, region, account}, name}
}

// SameKey says whether two ids mean the same key. It has three answers: same,
// not the same, and (known is false) cannot tell, which must never be read as
// "same": an alias against a key id needs KMS to say what the alias points at,
// and an empty id says nothing.
func SameKey(a, b KeyID) (same, known bool) {
	x, y := a.split(), b.split()
	switch {
	case x.name == "" || y.name == "":
		return false, false
	case x.isAlias() != y.isAlias():
		return false, false
	case x.name != y.name:
		// Two aliases may point at one key; two ids never do.
		return false, !x.isAlias()
	case x.where != keyPlace{} && y.where != keyPlace{} && x.where != y.where:
		// The same id in another region or account is another key (a
		// multi-Region replica has its own policy and may be disabled).
		return false, true
	}
	return true, true
}

// IsAlias reports whether the id names an alias, which KMS may point at another
// key tomorrow.
func (k KeyID) IsAlias() bool { return k.split().isAlias() }

// KnownShape reports whether the id looks like one AWS KMS would take: a UUID,
// a multi-Region id, an alias or an ARN. Other shapes are legal elsewhere (a
// Ceph key is an opaque name), so this may warn and must never refuse.
func (k KeyID) KnownShape() bool {
	n := k.split()
	if n.isAlias() {
		return len(n.name) > len("alias/")
	}
	id := strings.TrimPrefix(n.name, "mrk-")
	if id != n.name {
		return len(id) == 32 && isHex(id)
	}
	f := strings.Split(id, "-")
	return len(f) == 5 && len(f[0]) == 8 && len(f[1]) == 4 && len(f[2]) == 4 && len(f[3]) == 4 && len(f[4]) == 12 &&
		isHex(strings.Join(f, ""))
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

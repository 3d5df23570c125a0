package kms

import (
	"slices"
	"strings"
)

// ownAlias finds an alias that is the customer's to change; the caller holds the
// lock.
func (k *Keystore) ownAlias(name string) (Alias, error) {
	k.expire()
	if strings.HasPrefix(name, "alias/aws/") {
		return Alias{}, &Error{Code: "NotAuthorizedException", Message: "Aliases beginning with alias/aws/ belong to AWS"}
	}
	if !aliasName.MatchString(name) {
		return Alias{}, invalid("Invalid alias name '%s': it must begin with alias/ and contain only letters, digits, '/', '_' and '-'", name)
	}
	a, ok := k.findAlias(name)
	if !ok {
		return Alias{}, notFound(name, "Alias %s is not found.", k.arn(name))
	}
	return a, nil
}

// updateAlias lets a name mean another key of the same usage.
func updateAlias(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, err := k.ownAlias(in.AliasName)
	if err != nil {
		return nil, err
	}
	to, err := k.resolve(in.TargetKeyID)
	if err != nil {
		return nil, err
	}
	switch from := k.find(a.KeyID); {
	case to.State == PendingDeletion:
		return nil, pendingDeletion(to.Key)
	case from != nil && from.Usage != to.Usage:
		return nil, invalid("the keys of %s have different usages", in.AliasName)
	}
	return nil, k.commit(func() {
		k.dropAlias(in.AliasName)
		k.addAlias(in.AliasName, to.ID)
	})
}

func deleteAlias(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.ownAlias(in.AliasName); err != nil {
		return nil, err
	}
	return nil, k.commit(func() { k.dropAlias(in.AliasName) })
}

// dropAlias does not change the slice that a snapshot of commit shares.
func (k *Keystore) dropAlias(name string) {
	k.aliases = slices.DeleteFunc(slices.Clone(k.aliases), func(a Alias) bool { return a.Name == name })
}

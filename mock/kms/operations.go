package kms

import (
	"maps"
	"slices"
)

// Operations are the names that Call knows, sorted.
func Operations() []string { return slices.Sorted(maps.Keys(calls)) }

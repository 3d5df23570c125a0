package mock

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/s3"
)

// Whatever a request can be routed to has a handler, and a handler can be reached;
// the manual knows all of them.
func TestTheTablesOfOperationsAndTheManualAgree(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "docs", "mocks3.md"))
	require.NoError(t, err)
	_, known, found := strings.Cut(string(whole), "\n## What it knows\n")
	require.True(t, found)
	known, _, _ = strings.Cut(known, "\nAnything else is answered 501")
	known = strings.NewReplacer("(", "", ")", "").Replace(known)
	verb := regexp.MustCompile("^(Get|Put|Delete|List|Create|Head|Copy|Post|Update|Complete|Abort|Upload)")

	s, err := New(Config{Dir: t.TempDir(), Fast: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	routed := map[string]bool{"CopyObject": true, "UploadPartCopy": true} // by their header: withCopySource
	for _, op := range s3.Operations {
		routed[op] = true
	}
	for op := range routed {
		assert.Contains(t, s.handlers, op)
		assert.Contains(t, known, verb.ReplaceAllString(op, ""), "%s in the manual", op)
	}
	for op := range s.handlers {
		assert.True(t, routed[op], "nothing leads to %s", op)
	}
}

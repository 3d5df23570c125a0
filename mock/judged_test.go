package mock_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// While an object is replaced again and again, by one under a key that the reader
// may not use and by one that anybody may read, what is sent is always what was
// judged.
func TestNoReadGetsAnotherObjectThanTheOneItWasJudgedBy(t *testing.T) {
	for _, status := range []string{"", "Enabled"} {
		t.Run(status, func(t *testing.T) {
			ada := user("ada", "Allow s3:* *")
			e := startWith(t, ada)
			if status != "" {
				require.Equal(t, 200, raw(t, e, "PUT", "/bucket?versioning=", inside("VersioningConfiguration", "<Status>"+status+"</Status>"), nil).StatusCode)
			}
			require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "open", nil).StatusCode)
			done := make(chan struct{})
			var writer sync.WaitGroup
			writer.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					assert.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "secret", map[string]string{sse: "aws:kms", kid: "alias/demo"}).StatusCode)
					assert.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "open", nil).StatusCode)
				}
			})
			seen := map[int]int{}
			for range 600 {
				resp := raw(t, as(e, ada), "GET", "/bucket/k", "", nil)
				seen[resp.StatusCode]++
				if resp.StatusCode == http.StatusOK && !assert.Equal(t, "open", bodyOf(t, resp)) {
					break
				}
			}
			close(done)
			writer.Wait()
			assert.NotZero(t, seen[200])
			assert.NotZero(t, seen[403], "the reader met both")
			assert.Len(t, seen, 2)
		})
	}
}

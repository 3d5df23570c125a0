package mock_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

const restoreHeader = "X-Amz-Restore"

func restoreXML(days int, tier string) string {
	return inside("RestoreRequest", fmt.Sprintf("<Days>%d</Days><GlacierJobParameters><Tier>%s</Tier></GlacierJobParameters>", days, tier))
}

// An endpoint and its own time, by which requests are signed, too.
func startAt(t *testing.T, now *time.Time) func(method, path, body string, header map[string]string) *http.Response {
	t.Helper()
	e := mock.Start(t, mock.With(func(c *mock.Config) { c.Now = func() time.Time { return *now } }))
	return func(method, path, body string, header map[string]string) *http.Response {
		t.Helper()
		return rawAt(t, e, method, path, body, header, *now)
	}
}

func TestAnArchivedObjectIsReadFromWhenItIsRestoredToTheMidnightAfterItsDays(t *testing.T) {
	now := time.Date(2026, 11, 27, 14, 0, 0, 0, time.UTC)
	send := startAt(t, &now)
	require.Equal(t, 200, send("PUT", "/bucket/k", "precious", map[string]string{"X-Amz-Storage-Class": "GLACIER"}).StatusCode)
	shows := func(status int, restore string) {
		t.Helper()
		assert.Equal(t, status, send("GET", "/bucket/k", "", nil).StatusCode)
		head := send("HEAD", "/bucket/k", "", nil)
		assert.Equal(t, 200, head.StatusCode, "what is beside the bytes is always told")
		assert.Equal(t, restore, head.Header.Get(restoreHeader))
	}
	shows(403, "")
	require.Equal(t, 202, send("POST", "/bucket/k?restore=", restoreXML(2, "Expedited"), nil).StatusCode)
	shows(403, `ongoing-request="true"`)
	again := send("POST", "/bucket/k?restore=", restoreXML(2, "Expedited"), nil)
	assert.Equal(t, 409, again.StatusCode)
	assert.Equal(t, "RestoreAlreadyInProgress", errorOf(t, again).Code)

	now = now.Add(5 * time.Minute)
	shows(200, `ongoing-request="false", expiry-date="Mon, 30 Nov 2026 00:00:00 GMT"`)
	assert.Equal(t, 200, send("POST", "/bucket/k?restore=", restoreXML(1, "Bulk"), nil).StatusCode, "it stays as long as is said last")
	shows(200, `ongoing-request="false", expiry-date="Sun, 29 Nov 2026 00:00:00 GMT"`)
	now = time.Date(2026, 11, 28, 23, 59, 59, 0, time.UTC)
	shows(200, `ongoing-request="false", expiry-date="Sun, 29 Nov 2026 00:00:00 GMT"`)
	now = now.Add(time.Second)
	shows(403, "")
	assert.Equal(t, 202, send("POST", "/bucket/k?restore=", restoreXML(1, "Bulk"), nil).StatusCode, "it begins anew")
	shows(403, `ongoing-request="true"`)
}

func TestWhatCannotBeRestoredIsRefused(t *testing.T) {
	now := time.Date(2026, 11, 27, 14, 0, 0, 0, time.UTC)
	send := startAt(t, &now)
	for key, class := range map[string]string{"now": "STANDARD", "cold": "GLACIER", "deep": "DEEP_ARCHIVE"} {
		require.Equal(t, 200, send("PUT", "/bucket/"+key, "x", map[string]string{"X-Amz-Storage-Class": class}).StatusCode)
	}
	for _, c := range []struct {
		key, body string
		status    int
		code      string
	}{
		{"now", restoreXML(1, "Standard"), 403, "InvalidObjectState"},
		{"cold", restoreXML(0, "Standard"), 400, malformed},
		{"cold", "no document", 400, malformed},
		{"cold", restoreXML(1, "Fast"), 400, "InvalidArgument"},
		{"deep", restoreXML(1, "Expedited"), 400, "InvalidArgument"},
		{"none", restoreXML(1, "Standard"), 404, "NoSuchKey"},
	} {
		got := send("POST", "/bucket/"+c.key+"?restore=", c.body, nil)
		assert.Equal(t, c.status, got.StatusCode, "%s %s", c.key, c.body)
		assert.Equal(t, c.code, errorOf(t, got).Code, "%s %s", c.key, c.body)
	}
	for _, key := range []string{"now", "cold", "deep"} {
		assert.Empty(t, send("HEAD", "/bucket/"+key, "", nil).Header.Get(restoreHeader), "nothing was begun")
	}
}

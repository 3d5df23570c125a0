package s3store

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plainAnswer is one that is read without net/http.
const plainAnswer = "HTTP/1.1 200 OK\r\nDate: Fri, 27 Nov 2026 07:00:00 GMT\r\nConnection: keep-alive\r\nETag: \"e\"\r\nx-amz-request-id: R\r\nX-AMZ-Meta-a_b:  two  blanks \t\r\n" +
	"x-amz-meta-a_b: again\r\nx-custom:\r\nContent-Length: 3\r\n\r\nyesHTTP/1.1 "

// readBy is all that comes of an answer by one of the ways to read it: the answer,
// its body and what is left on the line behind it.
func readBy(raw, method string, read func(*bufio.Reader, *http.Request) (*http.Response, error)) string {
	in := bufio.NewReaderSize(strings.NewReader(raw), 4<<10)
	if _, err := in.Peek(1); err != nil {
		return err.Error()
	}
	a, err := read(in, &http.Request{Method: method})
	if err != nil {
		return "error: " + err.Error()
	}
	body, broken := io.ReadAll(a.Body)
	again := io.EOF
	if broken == nil { // net/http says of a broken body that it ended well when it is asked again; ours does not
		_, again = a.Body.Read(make([]byte, 1))
	}
	left, _ := io.ReadAll(in)
	return fmt.Sprintf("%s %d %s %d.%d\n%v\nlength %d, close %v, by %v, body %q, %v, %v, none %v\nleft %q",
		a.Status, a.StatusCode, a.Proto, a.ProtoMajor, a.ProtoMinor, a.Header, a.ContentLength, a.Close, a.TransferEncoding, body, broken, again, a.Body == http.NoBody, left)
}

// heads are answers that look almost plain.
func heads() []string {
	all := []string{plainAnswer, strings.ToUpper(plainAnswer), strings.ReplaceAll(plainAnswer, "\r\n", "\n"), plainAnswer[:40], plainAnswer[:len(plainAnswer)-11]}
	for _, status := range []string{"200", "200 ", " 200 OK", "+20 OK", "2000 OK", "20x OK", "099 OK", "100 Continue", "204 No Content", "206 Partial Content", "304 Not Modified", "307 x", "404 Not Found", "503 \x01", "999 ä"} {
		all = append(all, strings.Replace(plainAnswer, "200 OK", status, 1))
	}
	for _, line := range []string{
		"Content-Length: 3", "Content-Length: 4", "Content-Length: +3", "Content-Length: 9223372036854775808", "Content-Length: 03", "Content-Length: 3, 3", "Content-Length:", "Transfer-Encoding: chunked",
		"Transfer-Encoding: gzip", "Trailer: X", "Pragma: no-cache", "Connection: close", "Connection: Keep-Alive", "Connection: close, x", " folded: x", "\tfolded", "X : y", ": y", "y", "X: \x7f", "X: ä", "X: a\tb", "X: a\rb",
		"X: a\nContent-Length: 1", "X\x00: y", "x-\u212a: y", "Set-Cookie: a", "content-LENGTH: 3", "etag: x", "ETAG: x", "_x_: 1", "X!#$: 1",
	} {
		all = append(all, strings.Replace(plainAnswer, "x-custom:", line, 1), strings.Replace(plainAnswer, "Content-Length: 3", line, 1))
	}
	for _, raw := range answersOfOthers() {
		all = append(all, raw)
	}
	return all
}

func TestAHeadIsReadAsNetHTTPReadsIt(t *testing.T) {
	for _, raw := range heads() {
		for _, method := range []string{"GET", "HEAD", "PUT"} {
			require.Equal(t, readBy(raw, method, http.ReadResponse), readBy(raw, method, readHead), "%s %q", method, raw)
		}
	}
}

func TestAPlainHeadIsReadWithoutNetHTTP(t *testing.T) {
	asked := &http.Request{Method: http.MethodGet}
	head, _, _ := strings.Cut(plainAnswer, "\r\n\r\n")
	got := plainHead(head+"\r\n", asked)
	require.NotNil(t, got)
	assert.Equal(t, []string{"two  blanks", "again"}, got.Header["X-Amz-Meta-A_b"])
	assert.Same(t, asked, got.Request)
	allocations := testing.AllocsPerRun(100, func() { _ = plainHead(head+"\r\n", asked) })
	assert.Less(t, allocations, 12.0, "which is why it is there")
}

func FuzzHeadsAreReadAsNetHTTPReadsThem(f *testing.F) {
	for _, raw := range heads() {
		if len(raw) < 1<<10 {
			f.Add(raw, "GET")
		}
	}
	f.Add(plainAnswer, "HEAD")
	f.Fuzz(func(t *testing.T, raw, method string) {
		require.Equal(t, readBy(raw, method, http.ReadResponse), readBy(raw, method, readHead))
	})
}

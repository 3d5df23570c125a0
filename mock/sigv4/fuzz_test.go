package sigv4

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func FuzzChunkedNeverHandsOnMoreThanPromised(f *testing.F) {
	f.Add("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", int64(5), true)
	f.Add("5\r\nhello\r\n0\r\n\r\n", int64(5), false)
	f.Add("0\r\n\r\n", int64(0), false)
	f.Add("5;chunk-signature=x\r\nhello\r\n", int64(9), true)
	f.Fuzz(func(t *testing.T, raw string, size int64, withTrailer bool) {
		c := newChunked(strings.NewReader(raw), size)
		if withTrailer {
			c.trailer = &trailer{algorithm: CRC32, name: CRC32.Header(), sum: CRC32.New()}
		}
		n, err := io.Copy(io.Discard, c)
		if n > max(size, 0) {
			t.Fatalf("%d bytes of %d promised", n, size)
		}
		if err == nil {
			if n != size {
				t.Fatalf("accepted %d bytes of %d promised", n, size)
			}
			return
		}
		var refused *Error
		if !errors.As(err, &refused) || refused.Status < 400 {
			t.Fatalf("not a refusal: %v", err)
		}
	})
}

// FuzzSignedChunksAreTheSignersOrRefused changes, cuts or lengthens a signed
// stream with a trailer: what is taken is what was signed, however it is read.
func FuzzSignedChunksAreTheSignersOrRefused(f *testing.F) {
	f.Add([]byte("hello"), 0, []byte{}, 0)
	f.Add([]byte("hello"), 3, []byte("x"), 0)
	f.Add(bytes.Repeat([]byte("a"), 9000), 8300, []byte{1}, 2)
	f.Add([]byte{}, 90, []byte("x-amz-checksum-crc32"), 1)
	sc := scope{day: "20260301", region: "us-east-1", service: "s3"}
	fresh := func() *chain {
		return &chain{key: sc.key("secret"), stamp: "20260301T120000Z", scope: sc, previous: strings.Repeat("0", 64)}
	}
	f.Fuzz(func(t *testing.T, content []byte, at int, patch []byte, cut int) {
		by, crc := fresh(), CRC32.New()
		crc.Write(content)
		var wire bytes.Buffer
		for piece := range slices.Chunk(content, minChunk) {
			sum := sha256.Sum256(piece)
			fmt.Fprintf(&wire, "%x;chunk-signature=%s\r\n%s\r\n", len(piece), by.chunk(sum[:]), piece)
		}
		none := sha256.Sum256(nil)
		value := base64.StdEncoding.EncodeToString(crc.Sum(nil))
		fmt.Fprintf(&wire, "0;chunk-signature=%s\r\n", by.chunk(none[:]))
		fmt.Fprintf(&wire, "%s:%s\nx-amz-trailer-signature:%s\r\n\r\n", CRC32.Header(), value, by.trailer(CRC32.Header()+":"+value+"\n"))
		sent := wire.Bytes()
		honest := true
		if at >= 0 && at < len(sent) {
			honest = bytes.HasPrefix(sent[at:], patch)
			sent = append(slices.Clone(sent[:at]), append(slices.Clone(patch), sent[min(len(sent), at+len(patch)):]...)...)
		}
		if cut > 0 && cut <= len(sent) {
			sent, honest = sent[:len(sent)-cut], false
		}
		read := func(from io.Reader) ([]byte, error) {
			c := newChunked(from, int64(len(content)))
			c.keys, c.trailer = fresh(), &trailer{algorithm: CRC32, name: CRC32.Header(), sum: CRC32.New()}
			return io.ReadAll(c)
		}
		got, err := read(bytes.NewReader(sent))
		if honest && err != nil {
			t.Fatalf("the signer's own stream is refused: %v", err)
		}
		if err == nil && !bytes.Equal(got, content) {
			t.Fatalf("taken: %q, signed: %q", got, content)
		}
		slow, slowly := read(iotest.OneByteReader(bytes.NewReader(sent)))
		if (err == nil) != (slowly == nil) || err == nil && !bytes.Equal(slow, got) {
			t.Fatalf("read byte by byte it is another: %v, %v", err, slowly)
		}
	})
}

func FuzzAuthorizationIsReadOrRefused(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=a/20260301/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00", "", "/a")
	f.Add("", "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260301%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Expires=1&X-Amz-SignedHeaders=host&X-Amz-Signature=0", "/")
	v := Verifier{
		Secret: func(string) (string, bool) { return "secret", true },
		Now:    func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
	}
	f.Fuzz(func(t *testing.T, header, query, path string) {
		r, err := http.NewRequest("GET", "http://host/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header.Set("Authorization", header)
		r.Header.Set("X-Amz-Date", "20260301T120000Z")
		r.Header.Set("X-Amz-Content-Sha256", UnsignedPayload)
		_, err = v.Verify(r)
		var refused *Error
		if !errors.As(err, &refused) {
			t.Fatalf("a guess was let in, or refused without a code: %v", err)
		}
	})
}

func FuzzAFormIsNeverTakenWithoutItsSignature(f *testing.F) {
	f.Add("e30=", "AWS4-HMAC-SHA256", "a/20260301/us-east-1/s3/aws4_request", "20260301T000000Z", "00")
	f.Add("", "", "", "", "")
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	v := Verifier{Now: func() time.Time { return at }, Secret: func(string) (string, bool) { return "a secret nobody has", true }}
	f.Fuzz(func(t *testing.T, policy, kind, credential, date, signature string) {
		fields := map[string]string{
			"policy": policy, "x-amz-algorithm": kind, "x-amz-credential": credential, "x-amz-date": date, "x-amz-signature": signature,
		}
		_, err := v.VerifyForm(fields)
		var refused *Error
		if !errors.As(err, &refused) || refused.Status < 400 || refused.Code == "" {
			t.Fatalf("not refused: %v", err)
		}
	})
}

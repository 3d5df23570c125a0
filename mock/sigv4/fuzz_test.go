package sigv4

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
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
		_, err := v.VerifyForm(func(name string) string { return fields[name] })
		var refused *Error
		if !errors.As(err, &refused) || refused.Status < 400 || refused.Code == "" {
			t.Fatalf("not refused: %v", err)
		}
	})
}

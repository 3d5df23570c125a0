package faults

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
)

func isSSEHeader(name string) bool {
	return strings.HasPrefix(http.CanonicalHeaderKey(name), "X-Amz-Server-Side-Encryption")
}

func (f *Fault) spoilHeader(h http.Header) {
	switch f.Do {
	case DropSSEHeaders:
		for name := range h {
			if isSSEHeader(name) && (f.Header == "" || strings.EqualFold(name, f.Header)) {
				h.Del(name)
			}
		}
	case OtherKey:
		if h.Get(s3.HeaderKMSKey) != "" {
			h.Set(s3.HeaderKMSKey, f.KeyID)
		}
	case OtherType:
		f.otherType(h)
	case WrongChecksum:
		for name, values := range h {
			if _, ok := sigv4.AlgorithmOf(name); ok {
				h.Set(name, otherChecksum(values[0]))
			}
		}
	case WrongRange:
		var from, to, size int64
		if _, err := fmt.Sscanf(h.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size); err == nil {
			h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", max(0, from+f.Bytes), max(0, to+f.Bytes), size))
		}
	case WrongLength:
		if n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64); err == nil {
			h.Set("Content-Length", strconv.FormatInt(max(0, n+f.Bytes), 10))
		}
	}
}

// otherType lets the answer name another type where it names one; the key goes
// along where that type has none.
func (f *Fault) otherType(h http.Header) {
	if h.Get(s3.HeaderSSE) == "" {
		return
	}
	h.Set(s3.HeaderSSE, f.Method)
	if f.Method == s3.MethodS3 {
		h.Del(s3.HeaderKMSKey)
		h.Del(s3.HeaderBucketKey)
		h.Del(s3.HeaderContext)
	}
}

// otherChecksum is a well-formed checksum of something else. That of a multipart
// object has "-N" at its end.
func otherChecksum(value string) string {
	sum, parts, composite := strings.Cut(value, "-")
	raw, err := base64.StdEncoding.DecodeString(sum)
	if err != nil || len(raw) == 0 {
		return value
	}
	raw[0] ^= 1
	sum = base64.StdEncoding.EncodeToString(raw)
	if composite {
		return sum + "-" + parts
	}
	return sum
}

// spoil changes the bytes about to be written; w.bytes have gone out before.
func (w *Writer) spoil(f *Fault, p []byte) []byte {
	at := f.Bytes - w.Bytes // offset in p that the fault is about
	inside := at >= 0 && at < int64(len(p))
	switch {
	case f.Do == FlipBit && inside:
		p = bytes.Clone(p)
		p[at] ^= 1
	case f.Do == Cut && inside:
		w.push(p[:at])
		panic(http.ErrAbortHandler)
	case f.Do == Reset && inside:
		w.push(p[:at])
		w.reset()
	case f.Do == Stall && inside:
		w.push(p[:at])
		if !pause(w.request, f.Millis) {
			panic(http.ErrAbortHandler)
		}
		p = p[at:]
	case f.Do == WrongLength:
		if n, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64); err == nil {
			p = p[:max(0, min(int64(len(p)), n-w.Bytes))]
		}
	}
	return p
}

func (w *Writer) push(p []byte) {
	n, _ := w.ResponseWriter.Write(p)
	w.Bytes += int64(n)
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// reset ends the connection by TCP RST, and the call with it. What is still on its
// way to the client may be lost.
func (w *Writer) reset() {
	conn, _, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // no connection of its own: cut at least
	}
	inner := conn
	if t, ok := conn.(*tls.Conn); ok {
		inner = t.NetConn()
	}
	if t, ok := inner.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = inner.Close() // not of the TLS around it, which would say goodbye
	panic(http.ErrAbortHandler)
}

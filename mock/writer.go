package mock

import (
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// writer counts what goes out, and spoils it where a fault says so.
type writer struct {
	http.ResponseWriter
	request *http.Request
	spoils  []*Fault
	status  int
	bytes   int64
}

// beforehand does what a fault does in place of the operation, and arms those
// which spoil its answer.
func (s *Server) beforehand(w *writer, r *request) error {
	w.request, w.spoils = r.Request, r.active
	if f := r.fault(Delay); f != nil {
		if !pause(r.Request, f.Millis) {
			return r.Context().Err()
		}
	}
	if f := r.fault(AnswerStatus); f != nil {
		code := f.Code
		if code == "" {
			code = map[int]string{http.StatusTooManyRequests: "TooManyRequests", http.StatusServiceUnavailable: "SlowDown", http.StatusInternalServerError: "InternalError"}[f.Status]
		}
		return refuse(f.Status, code, f.message())
	}
	if f := r.fault(ErrorIn200); f != nil {
		code := f.Code
		if code == "" {
			code = "InternalError"
		}
		w.Header().Set("Content-Type", "application/xml")
		_, _ = w.Write(errorDocument(r.Request, r.id, refuse(http.StatusOK, code, f.message())))
		return errAnswered
	}
	return nil
}

// errAnswered says that a fault has written the whole answer.
var errAnswered = errors.New("answered by a fault")

func (f *Fault) message() string {
	if f.Message != "" {
		return f.Message
	}
	return "We encountered an internal error. Please try again."
}

// pause waits so many milliseconds, zero for ever; false when the client left.
func pause(r *http.Request, millis int64) bool {
	var end <-chan time.Time
	if millis > 0 {
		t := time.NewTimer(time.Duration(millis) * time.Millisecond)
		defer t.Stop()
		end = t.C
	}
	select {
	case <-end:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (w *writer) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	for _, f := range w.spoils {
		f.spoilHeader(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

func (f *Fault) spoilHeader(h http.Header) {
	switch f.Do {
	case DropSSEHeaders:
		for name := range h {
			if strings.HasPrefix(name, "X-Amz-Server-Side-Encryption") {
				h.Del(name)
			}
		}
	case OtherKey:
		if h.Get(headerKMSKey) != "" {
			h.Set(headerKMSKey, f.KeyID)
		}
	case WrongLength:
		if n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64); err == nil {
			h.Set("Content-Length", strconv.FormatInt(max(0, n+f.Bytes), 10))
		}
	}
}

func (w *writer) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	whole := len(p)
	for _, f := range w.spoils {
		p = w.spoil(f, p)
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	if err != nil {
		return n, err
	}
	return whole, nil
}

// spoil changes the bytes about to be written; w.bytes have gone out before.
func (w *writer) spoil(f *Fault, p []byte) []byte {
	at := f.Bytes - w.bytes // offset in p that the fault is about
	inside := at >= 0 && at < int64(len(p))
	switch {
	case f.Do == FlipBit && inside:
		p = bytes.Clone(p)
		p[at] ^= 1
	case f.Do == Cut && inside:
		w.push(p[:at])
		panic(http.ErrAbortHandler)
	case f.Do == Stall && inside:
		w.push(p[:at])
		if !pause(w.request, f.Millis) {
			panic(http.ErrAbortHandler)
		}
		p = p[at:]
	case f.Do == WrongLength:
		if n, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64); err == nil {
			p = p[:max(0, min(int64(len(p)), n-w.bytes))]
		}
	}
	return p
}

func (w *writer) push(p []byte) {
	n, _ := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// writeXML answers 200 with a document.
func writeXML(w http.ResponseWriter, document any) error {
	raw, err := xml.Marshal(document)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(len(xml.Header)+len(raw)))
	_, err = w.Write(append([]byte(xml.Header), raw...))
	return err
}

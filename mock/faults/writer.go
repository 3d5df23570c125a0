package faults

import (
	"errors"
	"net/http"
	"time"

	"github.com/bucketseal/bucketseal/mock/s3"
)

// Writer counts what goes out, and spoils it where a fault says so.
type Writer struct {
	http.ResponseWriter
	request *http.Request
	spoils  []*Fault
	Status  int   // that went out; 0: none yet
	Bytes   int64 // of the body that went out
}

// Inject does what a fault does in place of the operation, and arms those which
// spoil its answer. id is that of the request.
func (w *Writer) Inject(r *http.Request, id string, active []*Fault) error {
	w.request, w.spoils = r, active
	if f := Find(active, Delay); f != nil {
		if !pause(r, f.Millis) {
			return r.Context().Err()
		}
	}
	if f := Find(active, Reset); f != nil && f.Early {
		w.reset()
	}
	if f := Find(active, AnswerStatus); f != nil {
		code := f.Code
		if code == "" {
			code = map[int]string{http.StatusTooManyRequests: "TooManyRequests", http.StatusServiceUnavailable: "SlowDown", http.StatusInternalServerError: "InternalError"}[f.Status]
		}
		return s3.Refuse(f.Status, code, f.message())
	}
	if f := Find(active, ErrorIn200); f != nil {
		code := f.Code
		if code == "" {
			code = "InternalError"
		}
		w.Header().Set("Content-Type", "application/xml")
		_, _ = w.Write(s3.ErrorDocument(r, id, s3.Refuse(http.StatusOK, code, f.message())))
		return ErrAnswered
	}
	return nil
}

// ErrAnswered says that a fault has written the whole answer.
var ErrAnswered = errors.New("answered by a fault")

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

// WriteHeader implements http.ResponseWriter.
func (w *Writer) WriteHeader(status int) {
	if w.Status != 0 {
		return
	}
	w.Status = status
	for _, f := range w.spoils {
		if f.Do == Reset && f.Bytes == 0 {
			w.reset()
		}
		f.spoilHeader(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *Writer) Write(p []byte) (int, error) {
	if w.Status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	whole := len(p)
	for _, f := range w.spoils {
		p = w.spoil(f, p)
	}
	n, err := w.ResponseWriter.Write(p)
	w.Bytes += int64(n)
	if err != nil {
		return n, err
	}
	return whole, nil
}

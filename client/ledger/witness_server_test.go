package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// serves is the server that a process sends to.
func (w *witness) serves(p *process) http.Handler {
	return http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		p.comes(atRequest)
		key, query := strings.TrimPrefix(r.URL.Path, "/bucket/"), r.URL.Query()
		switch {
		case r.Method == http.MethodPut || r.Method == http.MethodPost:
			w.sends(p, key, fmt.Sprintf("%s %s %v %s", r.Method, key, query.Has("uploads"), query.Get("partNumber")))
		case query.Has("uploadId"):
			w.mayAsk(p, key)
		case r.Method == http.MethodGet:
			w.mayAsk(p, "down/"+key)
		}
		w.mu.Unlock()
		w.server.ServeHTTP(to, r)
	})
}

// mayAsk looks whether a job is a process's own, and not done.
func (w *witness) mayAsk(p *process, job string) {
	switch {
	case p.killed:
		w.echoes++ // it was on its way
	case w.owner[job] != p:
		w.isWrong("%s is done by %s, whose it is not", job, p.name)
	case w.receipts[job] > 0:
		w.isWrong("%s is done again by %s after its receipt", job, p.name)
	}
}

func (w *witness) sends(p *process, job, request string) {
	w.mayAsk(p, job)
	w.puts++
	switch before := w.sender[request]; {
	case before == p:
		w.again++
	case before != nil:
		w.resent++
	}
	w.sender[request] = p
}

// cameBack compares a file that came back with what was sent, and removes both ends of
// it, so that a long run fits the disk.
func (w *witness) cameBack(key string) {
	file := filepath.Join(w.dir, "down", strings.ReplaceAll(key, "/", "-"))
	source, _ := sourceOf(key)
	sent, err := os.ReadFile(filepath.Join(w.dir, source))
	if err != nil {
		w.isWrong("%v", err)
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, sent) {
		w.isWrong("%s came back as something else: %v", key, err)
	}
	if err := os.Remove(file); err != nil {
		w.isWrong("%v", err)
	}
	w.gone = append(w.gone, client.Location{Bucket: "bucket", Key: key})
}

// sweep removes objects that came back.
func (w *witness) sweep(ctx context.Context) error {
	w.mu.Lock()
	gone := w.gone
	w.gone = nil
	w.mu.Unlock()
	for some := range slices.Chunk(gone, client.MaxEntries) {
		failed, err := w.store.Delete(ctx, some)
		if err = errors.Join(append(failed, err)...); err != nil {
			return err
		}
	}
	return nil
}

// sourceOf is the file of an upload, below the folder: most are small, some are sent
// in parts.
func sourceOf(key string) (name string, size int64) {
	n, _ := strconv.Atoi(key[strings.LastIndexByte(key, '/')+1:]) // every key has one
	if n%40 == 0 {
		return "large", 6 << 20
	}
	return fmt.Sprintf("small-%d", n%64), int64(1000 + 50*(n%64))
}

// sources writes what is uploaded.
func sources(dir string) error {
	noise := make([]byte, 6<<20+64)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise) // never fails
	for n := range 128 {
		name, size := sourceOf(fmt.Sprintf("/%d", n))
		if err := os.WriteFile(filepath.Join(dir, name), noise[n%64:][:size], 0o600); err != nil {
			return err
		}
	}
	return nil
}

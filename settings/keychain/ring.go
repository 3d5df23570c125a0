package keychain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zalando/go-keyring"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/settings/internal/durable"
)

// ring keeps values of any length in a keyring whose entries are short: 2560
// bytes on Windows, a command line of 4096 in base64 on macOS. A value is kept
// as "=" and itself, or, when it is long, as "+", a random generation, ":" and
// a count, with the parts under names of their own. The parts of a new value
// are written first and the old ones deleted last, so a reader finds one or
// the other.
type ring struct {
	backend  Backend
	service  string
	files    durable.Files
	lockFile string // writers of several processes take turns at it; "" is none
}

// partBytes is the most that one entry takes.
const partBytes = 1800

// probe asks for an entry that does not exist. It waits no longer than limit;
// a keyring that hangs keeps one goroutine for ever.
func (r ring) probe(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, client.Say("the keyring gave no answer within %v", limit).Err())
	defer cancel()
	_, err := r.getOne(ctx, "probe")
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func (r ring) get(ctx context.Context, name string) (string, error) {
	for try := 0; ; try++ {
		head, err := r.getOne(ctx, name)
		if err != nil {
			return "", err
		}
		if value, ok := strings.CutPrefix(head, "="); ok {
			return value, nil
		}
		value, err := r.join(ctx, head)
		if errors.Is(err, ErrNotFound) && try == 0 {
			continue // replaced while it was read
		}
		if errors.Is(err, ErrNotFound) {
			return "", client.Say("the keyring holds only a part of it: enter it again").Err()
		}
		return value, err
	}
}

func (r ring) join(ctx context.Context, head string) (string, error) {
	names, err := parts(head)
	if err != nil {
		return "", err
	}
	var value strings.Builder
	for _, n := range names {
		p, err := r.getOne(ctx, n)
		if err != nil {
			return "", err
		}
		value.WriteString(p)
	}
	return value.String(), nil
}

// parts reads the names of the parts out of a head.
func parts(head string) ([]string, error) {
	generation, count, ok := strings.Cut(strings.TrimPrefix(head, "+"), ":")
	n, err := strconv.Atoi(count)
	if !ok || !strings.HasPrefix(head, "+") || err != nil || n < 1 || n > 1000 {
		return nil, client.Say("the keyring holds something this program did not write: enter it again").Err()
	}
	names := make([]string, n)
	for i := range names {
		names[i] = partName(generation, i)
	}
	return names, nil
}

func partName(generation string, i int) string { return fmt.Sprintf("part/%s/%d", generation, i) }

func (r ring) set(ctx context.Context, name, value string) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	old := r.oldParts(ctx, name)
	head := "=" + value
	if len(head) > partBytes {
		generation, count := rand.Text(), 0
		for rest := value; rest != ""; count++ {
			cut := min(partBytes, len(rest))
			for cut < len(rest) && !utf8.RuneStart(rest[cut]) {
				cut-- // every part is text by itself
			}
			p := rest[:cut]
			rest = rest[cut:]
			if err := r.setOne(ctx, partName(generation, count), p); err != nil {
				r.deleteAll(ctx, names(generation, count))
				return err
			}
		}
		head = fmt.Sprintf("+%s:%d", generation, count)
	}
	if err := r.setOne(ctx, name, head); err != nil {
		if written, perr := parts(head); perr == nil {
			r.deleteAll(ctx, written)
		}
		return err
	}
	r.deleteAll(ctx, old)
	return nil
}

func names(generation string, count int) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = partName(generation, i)
	}
	return all
}

func (r ring) delete(ctx context.Context, name string) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	head, err := r.getOne(ctx, name)
	if err != nil {
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	}
	of, _ := parts(head)
	for _, n := range append(of, name) { // the head last: it is what finds the parts again
		if err := r.do(ctx, func() error { return r.backend.Delete(r.service, n) }); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}

func (r ring) oldParts(ctx context.Context, name string) []string {
	head, err := r.getOne(ctx, name)
	if err != nil || strings.HasPrefix(head, "=") {
		return nil
	}
	old, _ := parts(head)
	return old
}

// deleteAll removes parts that no head names any more.
func (r ring) deleteAll(ctx context.Context, all []string) {
	for _, n := range all {
		_ = r.do(ctx, func() error { return r.backend.Delete(r.service, n) })
	}
}

func (r ring) lock(ctx context.Context) (func(), error) {
	if r.lockFile == "" {
		return func() {}, nil
	}
	return r.files.Lock(ctx, r.lockFile+".keyring")
}

func (r ring) getOne(ctx context.Context, name string) (string, error) {
	var value string
	got := make(chan string, 1)
	err := r.do(ctx, func() error {
		v, err := r.backend.Get(r.service, name)
		got <- v
		return err
	})
	if err == nil {
		value = <-got
	}
	return value, err
}

func (r ring) setOne(ctx context.Context, name, value string) error {
	return r.do(ctx, func() error { return r.backend.Set(r.service, name, value) })
}

// do runs a call that knows no context, and leaves it alone when ctx ends
// first.
func (r ring) do(ctx context.Context, call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		switch {
		case errors.Is(err, keyring.ErrNotFound):
			return ErrNotFound
		case errors.Is(err, keyring.ErrSetDataTooBig):
			return client.Say("the keyring takes no secret under so long a name: choose a shorter name").Err()
		case err != nil:
			return client.Say("keyring: %v", err).Err()
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

package session

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// memoryBook keeps rules in memory.
type memoryBook struct {
	all []rules.Rule
	err error
}

func (b *memoryBook) Rules() ([]rules.Rule, error) { return b.all, b.err }

// desk is a session at a local endpoint over TLS, with the user's files.
type desk struct {
	*Session
	t       *testing.T
	server  *mock.Endpoint
	book    *memoryBook
	keys    map[string]client.CustomerKey // by MD5
	kept    []rules.KeptKey
	keptErr error
	dir     string
	sent    requests
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, all []rules.Rule, options ...mock.Option) *desk {
	t.Helper()
	d := &desk{t: t, server: mock.Start(t, options...), book: &memoryBook{all: all}, keys: map[string]client.CustomerKey{}, dir: t.TempDir()}
	s, err := d.opener().Open(t.Context(), d.account())
	require.NoError(t, err)
	d.Session = s
	t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })
	return d
}

func (d *desk) account() client.Account {
	return client.Account{ID: "id of team", Name: "team", Endpoint: d.server.URL, KMSEndpoint: d.server.URL, CAFile: d.server.CAFile, AccessKeyID: d.server.AccessKey}
}

func (d *desk) opener() Opener {
	return Opener{
		Dial: func(a client.Account, c client.Credentials) (client.Store, error) {
			return s3store.Dial(a, c, s3store.Options{Log: slog.New(&d.sent)})
		},
		Credentials: func(context.Context, client.Account) (client.Credentials, error) {
			return client.Credentials{AccessKeyID: d.server.AccessKey, Secret: client.NewSecret(d.server.SecretKey)}, nil
		},
		Rules:    d.book.Rules,
		KeptKeys: func() ([]rules.KeptKey, error) { return d.kept, d.keptErr },
		CustomerKey: func(_ context.Context, md5 string, _ ...string) (client.CustomerKey, error) {
			if k, ok := d.keys[md5]; ok {
				return k, nil
			}
			return client.CustomerKey{}, errors.New("no such key")
		},
		Now: func() time.Time { return noon },
	}
}

func (d *desk) write(name, content string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	require.NoError(d.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(d.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// whole puts the pieces of a plan together.
func whole(pieces iter.Seq2[transfer.Plan, error]) (p transfer.Plan, err error) {
	for piece, err := range pieces {
		if err != nil {
			return p, err
		}
		p.Jobs = append(p.Jobs, piece.Jobs...)
		p.Refused = append(p.Refused, piece.Refused...)
		p.Warnings = append(p.Warnings, piece.Warnings...)
		p.Existing = append(p.Existing, piece.Existing...)
		p.Bytes += piece.Bytes
	}
	return p, nil
}

// carry submits a plan and waits for its end.
func (d *desk) carry(p transfer.Plan, err error) []transfer.Row {
	d.t.Helper()
	require.NoError(d.t, err)
	rows, err := d.Transfers().Submit(slices.Values(p.Jobs))
	require.NoError(d.t, err)
	require.NoError(d.t, d.Transfers().Wait(d.t.Context()))
	return d.Transfers().AppendRows(nil, rows.First, rows.N)
}

// drafted is the plan of a choice.
func (d *desk) drafted(draft Draft, c Choice) transfer.Plan {
	d.t.Helper()
	made, err := draft(d.t.Context(), c)
	require.NoError(d.t, err)
	return made.Plan
}

// put uploads a file under the rules.
func (d *desk) put(key, content string) {
	d.t.Helper()
	path := d.write("put/file", content)
	at := client.Location{Bucket: "bucket", Key: key}
	for _, r := range d.carry(whole(d.PlanUpload(d.t.Context(), []string{path}, client.Location{Bucket: "bucket"}, UploadOptions{As: at.Key}, Choice{}))) {
		require.NoError(d.t, r.Err)
		require.Equal(d.t, transfer.Done, r.Phase)
	}
}

// key gives the user an SSE-C key.
func (d *desk) key(letter string) client.CustomerKey {
	k := customerKey(d.t, letter)
	d.keys[k.MD5()] = k
	return k
}

func customerKey(t *testing.T, letter string) client.CustomerKey {
	t.Helper()
	raw := make([]byte, client.CustomerKeyBytes)
	for i := range raw {
		raw[i] = letter[0]
	}
	k, err := client.NewCustomerKey(raw)
	require.NoError(t, err)
	return k
}

var bucket = client.Location{Bucket: "bucket"}

// said are texts in English.
func said(all []client.Text) (english []string) {
	for _, t := range all {
		english = append(english, t.String())
	}
	return english
}

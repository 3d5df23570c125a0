package transfer_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// copiedFrom is where a story's copies come from: the server's own account, or another
// one, whose bytes pass through the engine.
type copiedFrom struct {
	*story
	store   client.Store
	account string
}

// fromElsewhere begins a story whose engine knows another account.
func fromElsewhere(t *testing.T, o ...mock.Option) copiedFrom {
	other := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"bucket"}})
	s := begin(t, o, func(c *transfer.Config) {
		c.Other = func(context.Context, string) (transfer.Other, error) {
			return transfer.Other{Store: other, Account: client.AccountRef{ID: "other", Name: "other"}}, nil
		}
	})
	return copiedFrom{s, other, "other"}
}

func fromHere(t *testing.T, o ...mock.Option) copiedFrom {
	s := begin(t, o)
	return copiedFrom{s, s.store, ""}
}

// moves puts a source down and is the job that moves it, encrypted as asked.
func (s copiedFrom) moves(size int, asked client.Encryption) transfer.Job {
	s.Helper()
	content := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	_, err := s.store.Put(s.Context(), sourceAt, bytes.NewReader(content), int64(len(content)), client.PutOptions{Encryption: client.Inherit{}})
	require.NoError(s, err)
	j := s.copyJob(transfer.Move, nil, asked)
	j.From.Account, j.Overwrite = s.account, transfer.OverwriteAlways
	return j
}

func (s copiedFrom) sourceStays(lie string) {
	s.Helper()
	_, err := s.store.Head(s.Context(), sourceAt, client.ReadOptions{})
	assert.NoError(s, err, "%s: the source stays", lie)
}

// copyCalls are the calls whose answers say how a copy is encrypted: by one request, in
// parts on the server, and through this machine.
var copyCalls = map[bool][]string{
	false: {"", "CopyObject", "CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload", "HeadObject"},
	true:  {"", "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "HeadObject"},
}

// Every lie about encryption that the endpoint knows is noticed of a move, inside an
// account by one request and in parts, and between accounts likewise: nothing counts as
// done, and the source is there. A copy of one request about which the server lied is made
// again in parts, and is what was asked for then.
func TestEveryLieAboutEncryptionIsNoticedOfAMove(t *testing.T) {
	told, mended := 0, 0
	for elsewhere, calls := range copyCalls {
		for _, personality := range []string{"aws", "ceph16"} {
			if elsewhere && personality == "ceph16" {
				continue // it writes as the other does
			}
			s := fromHere(t, mock.As(personality))
			if elsewhere {
				s = fromElsewhere(t, mock.As(personality))
			}
			for _, e := range everyEncryption(t) {
				if _, dsse := e.(client.DSSEKMS); personality == "ceph16" && (dsse || client.TypeOf(e) == client.TypeSSES3 || client.KeyOf(e).IsAlias()) {
					continue
				}
				for _, size := range []int{1024, 6 << 20} {
					if !elsewhere && (size > 1024) {
						continue // the server cuts at another size: ceph16 copies in parts
					}
					for action, lie := range lies {
						for _, f := range lie(client.TypeOf(e)) {
							if !slices.Contains(calls, f.Op) || f.Do == mock.DropSSEHeaders && f.Op == "PutObject" {
								continue
							}
							f.Do = action
							require.NoError(t, s.server.SetFaults(mock.Faults{}))
							j := s.moves(size, e)
							require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{f}}))
							row := s.do(j)
							require.NoError(t, s.server.SetFaults(mock.Faults{}))
							what := personality + " " + j.Treatment.Describe().String() + ": " + string(action) + " " + f.Op + f.Method + f.Header
							if row.Err == nil && s.isHonest(j, f, what) {
								mended++
								continue
							}
							assert.Equal(t, client.KindEncryptionNotAsAsked.String(), client.KindOf(row.Err).String(), "%s (between accounts: %v, %d bytes): %v", what, elsewhere, size, row.Err)
							s.sourceStays(what)
							told++
						}
					}
				}
			}
		}
	}
	t.Logf("%d lies, all noticed; %d more by an answer that nobody asked, or of a copy that was made again", told, mended)
	assert.Greater(t, told, 60)
}

// isHonest reports whether what was called done is what was asked for, as the server says
// when it does not lie.
func (s copiedFrom) isHonest(j transfer.Job, f mock.Fault, what string) bool {
	s.Helper()
	key := client.CustomerKey{}
	if md5 := j.Treatment.CustomerKeyMD5; md5 != "" {
		k, _ := s.keys.Load(md5)
		key = k.(client.CustomerKey)
	}
	o, err := s.story.store.Head(s.Context(), j.To.At, client.ReadOptions{Key: key})
	require.NoError(s, err, what)
	found := transfer.Describer(s.story.store.(client.Keys).DescribeKey).Judge(s.Context(), j.Treatment, o.Encryption)
	assert.Equal(s, transfer.Verified, found.Verdict, "%s: it was called done", what)
	return f.Op != "" && f.Op != "HeadObject"
}

// No answer that may keep quiet is taken for a lie, of any move.
func TestNoHonestAnswerToAMoveIsTakenForALie(t *testing.T) {
	told := 0
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		for _, s := range []copiedFrom{fromHere(t, mock.As(personality)), fromElsewhere(t, mock.As(personality))} {
			for _, e := range everyEncryption(t) {
				_, dsse := e.(client.DSSEKMS)
				if dsse && personality != "aws" || client.TypeOf(e) == client.TypeSSES3 && personality == "ceph16" || client.KeyOf(e).IsAlias() && personality != "aws" {
					continue
				}
				for _, quiet := range []string{"nobody", "CopyObject", "PutObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"} {
					require.NoError(t, s.server.SetFaults(mock.Faults{}))
					j := s.moves(6<<20, e)
					if quiet == "PutObject" && client.TypeOf(e) != client.TypeSSEC || s.account == "" && client.TypeOf(e) == client.TypeSSEC && personality == "ceph16" && quiet == "CopyObject" {
						quiet = "nobody"
					}
					if quiet != "nobody" && quiet != "PutObject" {
						require.NoError(t, s.server.SetFaults(mock.Faults{Faults: []mock.Fault{{Do: mock.DropSSEHeaders, Op: quiet}}}))
					}
					row := s.do(j)
					what := personality + " from " + s.account + ": " + j.Treatment.Describe().String() + ", quiet: " + quiet
					require.NoError(t, row.Err, what)
					assert.Equal(t, transfer.Verified, row.Receipt.Verdict, "%s: %s", what, row.Receipt.Why.String())
					told++
				}
			}
		}
	}
	t.Logf("%d honest moves, all verified", told)
}

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/ledger"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// keeper is a user with receipts: an upload under SSE-KMS, of a file with a name that
// a spreadsheet would calculate, and its download.
func keeper(t *testing.T) *user {
	t.Helper()
	u := newUser(t)
	u.file("a.csv", []byte("1,2\n"))
	u.file("=1+1.csv", []byte("3,4\n"))
	u.runs("cp", "a.csv", "s3://bucket/q3/a.csv", "--sse", "kms", "--kms-key", u.server.NamedKeys()[0].ID).ends(0)
	u.runs("cp", "./=1+1.csv", "s3://bucket/=1+1.csv").ends(0)
	u.runs("cp", "s3://bucket/q3/a.csv", "back.csv").ends(0)
	return u
}

func TestReceiptsAreListedAsLongAsNobodyRemovesThem(t *testing.T) {
	t.Parallel()
	u := keeper(t)
	receipts := func(args ...string) ran { return u.types("", append([]string{"receipts"}, args...)...) }
	all := receipts("list", "--json").ends(0).lines()
	require.Len(t, all, 3)
	assert.Equal(t, "upload", all[0]["op"])
	assert.Equal(t, "verified", all[0]["verdict"])
	assert.Equal(t, "ad hoc", all[0]["account"])
	assert.NotEmpty(t, all[0]["requestId"])
	assert.NotEmpty(t, all[0]["verifiedAt"])
	assert.Equal(t, map[string]any{"bucket": "bucket", "key": "q3/a.csv"}, all[0]["at"])
	assert.Equal(t, "download", all[2]["op"])
	text := receipts("list", "s3://bucket/q3/").ends(0).out
	assert.Equal(t, 2, strings.Count(text, "\n"))
	assert.Regexp(t, `(?m)^20\d\d-\S+Z  upload    verified          checksum  ad hoc  s3://bucket/q3/a\.csv$`, text)
	assert.Regexp(t, `(?m)^20\d\d-\S+Z  download  -                 checksum  ad hoc  s3://bucket/q3/a\.csv$`, text)
	for _, args := range [][]string{{"s3://bucket/q4"}, {"s3://other"}, {"--account", "team"}, {"--before", "1h"}, {"--since", "2999-01-01"}, {"--since", "2999-01-01T00:00:00Z"}} {
		assert.Empty(t, receipts(append([]string{"list"}, args...)...).ends(0).out, "%q", args)
	}
	assert.Len(t, receipts("list", "--json", "--since", "1h", "--before", "2999-01-01", "--account", "ad hoc").ends(0).lines(), 3)

	assert.Contains(t, receipts("remove", "s3://bucket/q3/a").ends(0).out, "Removed 2 receipts.")
	assert.Contains(t, receipts("remove", "--before", "1h").ends(0).out, "Removed 0 receipts.")
	assert.Len(t, receipts("list", "--json").ends(0).lines(), 1)
	assert.EqualValues(t, 1, receipts("remove", "--all", "--json").ends(0).line()["removed"])
	assert.Empty(t, receipts("list").ends(0).out)
}

func TestReceiptsAreExportedForSpreadsheetsAndForPrograms(t *testing.T) {
	t.Parallel()
	u := keeper(t)
	assert.Contains(t, u.types("", "receipts", "export", "--csv", "r.csv").ends(0).out, "Exported 3 receipts to r.csv.")
	b, err := os.ReadFile(filepath.Join(u.dir, "r.csv"))
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	assert.Equal(t, "time,account,account_id,operation,source,bucket,key,version_id,request_id,size,verdict,why,asked_type,asked_key,reported_type,reported_key,"+
		"content,compared,checksum_algorithm,checksum,etag,modified,rule_id,because,identity,job,source_account,source_account_id,source_version_id,source_etag", strings.Join(rows[0], ","), "a contract: add at the end")
	cell := func(row int, name string) string {
		for i, column := range rows[0] {
			if column == name {
				return rows[row][i]
			}
		}
		t.Fatal(name)
		return ""
	}
	key := u.server.NamedKeys()[0].ID
	for name, want := range map[string]string{
		"account": "ad hoc", "operation": "upload", "bucket": "bucket", "key": "q3/a.csv", "size": "4", "verdict": "verified", "asked_type": "SSE-KMS", "asked_key": key,
		"reported_type": "SSE-KMS", "content": "checksum", "checksum_algorithm": "CRC64NVME",
	} {
		assert.Equal(t, want, cell(1, name), name)
	}
	assert.Contains(t, cell(1, "reported_key"), key)
	for _, name := range []string{"time", "request_id", "checksum", "etag", "identity", "source", "because"} {
		assert.NotEmpty(t, cell(1, name), name)
	}
	assert.Equal(t, "'=1+1.csv", cell(2, "key"), "it is no formula")

	u.types("", "receipts", "export", "--json", "r.json", "s3://bucket/q3/").ends(0)
	b, err = os.ReadFile(filepath.Join(u.dir, "r.json"))
	require.NoError(t, err)
	var receipts []transfer.Receipt
	for line := range strings.Lines(string(b)) {
		var r transfer.Receipt
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		receipts = append(receipts, r)
	}
	require.Len(t, receipts, 2)
	assert.Equal(t, transfer.Verified, receipts[0].Verdict)
	assert.Equal(t, string(b), u.types("", "receipts", "export", "--json", "-", "s3://bucket/q3/").ends(0).out)
	assert.Equal(t, 2, strings.Count(u.types("", "receipts", "export", "--csv", "-", "s3://bucket/=").ends(0).out, "\n"))
}

func TestWhatCannotBeDoneWithReceiptsSaysWhy(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	u.file("there.csv", []byte("mine"))
	for say, args := range map[string][]string{
		"one of them": {"export"}, "say where to": {"export", "--csv", "a", "--json", "b"}, "file exists": {"export", "--csv", "there.csv"},
		"--json is an option": {"export", "--csv", "--json"},
		"write a day":         {"list", "--since", "yesterday"}, "--before -5h": {"list", "--before", "-5h"}, "say which receipts": {"remove"},
		"or --all for all there are": {"remove", "--all", "--since", "1h"}, "names no bucket": {"list", "s3://"}, "usage": {"list", "s3://a", "s3://b"},
	} {
		assert.Contains(t, u.types("", append([]string{"receipts"}, args...)...).ends(2).err, say)
	}
	b, err := os.ReadFile(filepath.Join(u.dir, "there.csv"))
	require.NoError(t, err)
	assert.Equal(t, "mine", string(b))

	require.NoError(t, os.WriteFile(filepath.Join(u.config, "accounts.json"), []byte("{"), 0o600))
	u.types("", "receipts", "list", "--account", "team").ends(2)
	require.NoError(t, os.RemoveAll(filepath.Join(u.config, "ledger.db")))
	require.NoError(t, os.Mkdir(filepath.Join(u.config, "ledger.db"), 0o700))
	assert.Contains(t, u.types("", "receipts", "list").ends(2).err, "ledger.db")
}

func TestAnExportThatStopsHalfwayLeavesNoFile(t *testing.T) {
	gone := errors.New("the disk is gone")
	all := func(yield func(ledger.KeptReceipt, error) bool) {
		_ = yield(ledger.KeptReceipt{Receipt: transfer.Receipt{Op: transfer.Upload, Size: client.NotTold, VerifiedAt: time.Now()}}, nil) && yield(ledger.KeptReceipt{}, gone)
	}
	path := filepath.Join(t.TempDir(), "r")
	var out bytes.Buffer
	a := &app{out: &out, err: &out}
	for _, write := range []receiptWriter{writeJSON, writeCSV} {
		require.ErrorIs(t, a.exportReceipts(path, all, write), gone)
		assert.NoFileExists(t, path)
	}
	require.ErrorIs(t, a.listReceipts(all), gone)
	require.ErrorIs(t, a.removeReceipts(nil, all), gone)
	for _, write := range []receiptWriter{writeJSON, writeCSV} {
		_, err := write(fullDisk{}, iter.Seq2[ledger.KeptReceipt, error](func(func(ledger.KeptReceipt, error) bool) {}))
		if err == nil { // nothing was to be written
			_, err = write(fullDisk{}, func(yield func(ledger.KeptReceipt, error) bool) {
				for yield(ledger.KeptReceipt{}, nil) {
				}
			})
		}
		require.ErrorContains(t, err, "full")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("full") }

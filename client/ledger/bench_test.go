package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// aJob is one of many small files, as they are uploaded with a key.
func aJob(n int) transfer.Job {
	key := client.KeyID("arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab")
	asked := client.TreatmentOf(client.SSEKMS{Key: key, BucketKey: true})
	asked.RuleID, asked.Rule, asked.Because = "r2", 2, client.Say("rule %s", "two")
	name := fmt.Sprintf("2026/run-%03d/sample-%07d.csv", n/1000, n)
	return transfer.Job{
		ID: fmt.Sprintf("t%d", n), Op: transfer.Upload, From: transfer.ReadFrom("/home/ward/measurements/" + name),
		To: transfer.ObjectAt("W", client.Location{Bucket: "reports", Key: name}, ""), Treatment: asked, ContentType: "text/csv",
		Expect: transfer.Expect{Size: 4096, Modified: time.Unix(1790000000, 123456789).UTC(), Identity: "2049:1234567"}, Overwrite: transfer.OverwriteSkip,
	}
}

func aReceipt(j transfer.Job) *transfer.Receipt {
	return &transfer.Receipt{
		Job: j.ID, Account: "ward", AccountID: "W", Op: j.Op, Source: j.From.Path, At: j.To.At, ETag: `"9b2cf535f27731c974343645a3985328"`,
		Modified: time.Unix(1790000100, 0).UTC(), Size: j.Expect.Size, Checksum: client.Checksum{Algorithm: "CRC64NVME", Value: "AAAAAAAAAAA="},
		Content: transfer.ContentChecksum, Compared: client.Say("the server returned the checksum"), Treatment: j.Treatment, Identity: j.Expect.Identity,
		Reported: client.Reported{Type: client.TypeSSEKMS, Key: j.Treatment.Key, Told: true}, Verdict: transfer.Verified, RequestID: "0A49CE4060975EAC", VerifiedAt: time.Unix(1790000101, 5).UTC(),
	}
}

func someRecords(from, n int) []transfer.Record {
	rows := make([]transfer.Record, n)
	for i := range rows {
		rows[i].Job = aJob(from + i)
	}
	return rows
}

func opened(b testing.TB) (*Ledger, transfer.Journal) {
	b.Helper()
	l := New(Options{Dir: b.TempDir()})
	require.NoError(b, l.Open())
	b.Cleanup(func() { require.NoError(b, l.Close()) })
	return l, l.Journal(ward)
}

var ward = client.Account{ID: "W", Name: "ward", Endpoint: "https://s3.example", AccessKeyID: "AKIAWARD"}

func enter(b testing.TB, j transfer.Journal, n int) (numbers []int64) {
	b.Helper()
	e, err := j.Enter()
	require.NoError(b, err)
	for from := 0; from < n; from += 512 {
		rows := someRecords(from, min(512, n-from))
		require.NoError(b, e.Add(rows))
		for _, r := range rows {
			numbers = append(numbers, r.Number)
		}
	}
	require.NoError(b, e.Commit())
	return numbers
}

// processor reports what an operation takes of the processor, whoever else has it: this
// is what the transfers beside it lose.
func processor(b *testing.B) func() {
	from := processorTime()
	return func() { b.ReportMetric(float64(processorTime()-from)/float64(b.N), "cpu-ns/op") }
}

// One operation is one row.
func BenchmarkEnteringRows(b *testing.B) {
	_, j := opened(b)
	rows := someRecords(0, 512)
	e, err := j.Enter()
	require.NoError(b, err)
	defer processor(b)()
	for n := 0; b.Loop(); n++ {
		if n%512 == 0 {
			require.NoError(b, e.Add(rows))
		}
	}
	require.NoError(b, e.Commit())
}

// One operation is one file that is done: its state and its receipt.
func BenchmarkWritingWhatBecameOfFiles(b *testing.B) {
	for _, batch := range []int{1, 4, 16, 256} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			l, j := opened(b)
			numbers := enter(b, j, 100_000)
			done := transfer.State{Phase: transfer.Done, Attempts: 1, Started: time.Unix(1790000100, 0), Ended: time.Unix(1790000101, 0)}
			entries := make([]transfer.Entry, batch)
			receipt := aReceipt(aJob(7))
			next := 0
			taken := processor(b)
			for n := 0; b.Loop(); n++ {
				if n%batch == 0 {
					for i := range entries {
						entries[i] = transfer.Entry{Number: numbers[next%len(numbers)], State: &done, Receipt: receipt}
						next++
					}
					if err := j.Write(entries); err != nil {
						b.Fatal(err)
					}
				}
			}
			taken()
			b.StopTimer()
			size := int64(0)
			for _, suffix := range []string{"", "-wal"} {
				if st, err := os.Stat(filepath.Join(l.options.Dir, fileName+suffix)); err == nil {
					size += st.Size()
				}
			}
			b.ReportMetric(float64(size)/float64(len(numbers)), "fileB/row")
		})
	}
}

func BenchmarkEncoding(b *testing.B) {
	job := aJob(7)
	receipt := aReceipt(job)
	t := &transaction{database: &database{}}
	b.Run("a job", func(b *testing.B) {
		for b.Loop() {
			t.job(&job)
		}
	})
	b.Run("a receipt", func(b *testing.B) {
		for b.Loop() {
			t.receipt(receipt)
		}
	})
}

// One operation is one look at 50 rows, as many as a screen has, among a million.
func BenchmarkReadingAScreenOfAMillionRows(b *testing.B) {
	l, j := opened(b)
	numbers := enter(b, j, 1_000_000)
	st, err := os.Stat(l.path())
	require.NoError(b, err)
	for n := 0; b.Loop(); n++ {
		from := n * 7919 % (len(numbers) - 50)
		rows, err := j.Read(numbers[from : from+50])
		if err != nil || len(rows) != 50 {
			b.Fatal(err, len(rows))
		}
	}
	b.ReportMetric(float64(st.Size())/float64(len(numbers)), "fileB/row")
}

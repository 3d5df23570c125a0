package main

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client/ledger"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func (a *app) receiptsExportCommand() *cobra.Command {
	var f receiptFilter
	var asCSV, asJSON string
	c := &cobra.Command{
		Use: "export [s3://BUCKET[/PREFIX]] --csv FILE|--json FILE", Short: "Write receipts as CSV or JSON; - is the standard output",
		Long: `Write receipts to a new file, oldest first; - is the standard output. With --json each
line is a receipt, whole. With --csv they are columns for people and spreadsheets; a
value that a spreadsheet would calculate (it begins with =, +, - or @) has ' before it.`,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		if (asCSV == "") == (asJSON == "") {
			return usage("say where to: --csv FILE or --json FILE, one of them; - is the standard output")
		}
		write := writeJSON
		if asCSV != "" {
			write = writeCSV
		}
		return a.withReceipts(c.Context(), &f, args, func(_ *ledger.Ledger, all iter.Seq2[ledger.KeptReceipt, error]) error {
			return a.exportReceipts(cmp.Or(asCSV, asJSON), all, write)
		})
	}
	f.flags(c)
	c.Flags().StringVar(&asCSV, "csv", "", "write CSV to `FILE`")
	c.Flags().StringVar(&asJSON, "json", "", "write one JSON object a line to `FILE`")
	return c
}

type receiptWriter = func(io.Writer, iter.Seq2[ledger.KeptReceipt, error]) (int, error)

// exportReceipts writes to the standard output or to a new file. One that was not
// written to its end does not stay.
func (a *app) exportReceipts(path string, all iter.Seq2[ledger.KeptReceipt, error], write receiptWriter) error {
	switch {
	case path == "-":
		_, err := write(a.out, all)
		return err
	case strings.HasPrefix(path, "--"):
		return usage("write the receipts: %s is an option; for a file of that name write ./%s, and - for the standard output", path, path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usage("write the receipts: %w", err)
	}
	n, err := write(f, all)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("write the receipts: %w", err)
	}
	a.say("Exported %s to %s.", receiptCount(n), path)
	return nil
}

func writeJSON(to io.Writer, all iter.Seq2[ledger.KeptReceipt, error]) (n int, err error) {
	b := bufio.NewWriter(to)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for r, err := range all {
		if err == nil {
			err = e.Encode(r.Receipt)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, b.Flush()
}

// receiptColumns are a contract with other people's scripts: columns are added at the
// end, never renamed, moved or removed. docs/guide.md says what is in them.
var receiptColumns = []struct {
	name string
	of   func(*transfer.Receipt) string
}{
	{"time", func(r *transfer.Receipt) string { return r.VerifiedAt.UTC().Format(time.RFC3339Nano) }},
	{"account", func(r *transfer.Receipt) string { return r.Account }},
	{"account_id", func(r *transfer.Receipt) string { return r.AccountID }},
	{"operation", func(r *transfer.Receipt) string { return string(r.Op) }},
	{"source", func(r *transfer.Receipt) string { return r.Source }},
	{"bucket", func(r *transfer.Receipt) string { return r.At.Bucket }},
	{"key", func(r *transfer.Receipt) string { return r.At.Key }},
	{"version_id", func(r *transfer.Receipt) string { return r.VersionID }},
	{"request_id", func(r *transfer.Receipt) string { return r.RequestID }},
	{"size", func(r *transfer.Receipt) string { return sizeCell(r.Size) }},
	{"verdict", func(r *transfer.Receipt) string { return string(r.Verdict) }},
	{"why", func(r *transfer.Receipt) string { return r.Why.String() }},
	{"asked_type", func(r *transfer.Receipt) string { return string(r.Treatment.Type) }},
	{"asked_key", func(r *transfer.Receipt) string { return cmp.Or(string(r.Treatment.Key), r.Treatment.CustomerKeyMD5) }},
	{"reported_type", func(r *transfer.Receipt) string { return string(r.Reported.Type) }},
	{"reported_key", func(r *transfer.Receipt) string { return cmp.Or(string(r.Reported.Key), r.Reported.CustomerKeyMD5) }},
	{"content", func(r *transfer.Receipt) string { return string(r.Content) }},
	{"compared", func(r *transfer.Receipt) string { return r.Compared.String() }},
	{"checksum_algorithm", func(r *transfer.Receipt) string { return string(r.Checksum.Algorithm) }},
	{"checksum", func(r *transfer.Receipt) string { return r.Checksum.Value }},
	{"etag", func(r *transfer.Receipt) string { return r.ETag }},
	{"modified", func(r *transfer.Receipt) string { return stamp(r.Modified) }},
	{"rule_id", func(r *transfer.Receipt) string { return r.Treatment.RuleID }},
	{"because", func(r *transfer.Receipt) string { return r.Treatment.Because.String() }},
	{"identity", func(r *transfer.Receipt) string { return r.Identity }},
	{"job", func(r *transfer.Receipt) string { return r.Job }},
	{"source_account", func(r *transfer.Receipt) string { return originOf(r).Account }},
	{"source_account_id", func(r *transfer.Receipt) string { return originOf(r).AccountID }},
	{"source_version_id", func(r *transfer.Receipt) string { return originOf(r).VersionID }},
	{"source_etag", func(r *transfer.Receipt) string { return originOf(r).ETag }},
}

// originOf is where a copy between accounts came from, zero for anything else.
func originOf(r *transfer.Receipt) transfer.Origin {
	if r.From == nil {
		return transfer.Origin{}
	}
	return *r.From
}

func writeCSV(to io.Writer, all iter.Seq2[ledger.KeptReceipt, error]) (n int, err error) {
	w := csv.NewWriter(to)
	cells := make([]string, len(receiptColumns))
	for i, c := range receiptColumns {
		cells[i] = c.name
	}
	if err := w.Write(cells); err != nil {
		return 0, err
	}
	for r, err := range all {
		if err != nil {
			return n, err
		}
		for i, c := range receiptColumns {
			cells[i] = harmless(c.of(&r.Receipt))
		}
		if err := w.Write(cells); err != nil {
			return n, err
		}
		n++
	}
	w.Flush()
	return n, w.Error()
}

// sizeCell is a size, empty where it was not told.
func sizeCell(bytes int64) string {
	if bytes < 0 {
		return ""
	}
	return strconv.FormatInt(bytes, 10)
}

// harmless is a value that no spreadsheet takes for a formula: names of files and
// objects are of others' choosing.
func harmless(s string) string {
	if strings.IndexAny(s, "=+-@\t\r\n") == 0 {
		return "'" + s
	}
	return s
}

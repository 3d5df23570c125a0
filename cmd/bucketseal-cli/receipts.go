package main

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/ledger"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/cmd/internal/wiring"
)

func (a *app) receiptsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "receipts", Short: "List, export and remove the receipts of transfers",
		Long: `List, export and remove the receipts of transfers: what was asked, what the server
reported, what the comparison said, and when, of each object or file that is final.
They are kept on this machine, for all accounts, until you remove them.`,
	}
	c.AddCommand(a.receiptsListCommand(), a.receiptsExportCommand(), a.receiptsRemoveCommand())
	return c
}

// A receiptFilter says which receipts are meant.
type receiptFilter struct {
	since, before string
	under         client.Location // zero for anywhere
	account       string          // name, "" for all
	accountID     string          // of the account that has it now
	from, until   time.Time
}

func (f *receiptFilter) flags(c *cobra.Command) {
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usage("usage: %s", c.UseLine())
		}
		return nil
	}
	c.Flags().StringVar(&f.since, "since", "", "only those of this `TIME` or later: 2026-11-26, 2026-11-26T12:00:00Z, or an age as 24h")
	c.Flags().StringVar(&f.before, "before", "", "only those before this `TIME`")
}

// read takes what was given together.
func (f *receiptFilter) read(a *app, h *wiring.Home, args []string) (err error) {
	if len(args) == 1 {
		if f.under, err = inBucket(args[0]); err != nil {
			return err
		}
	}
	now := time.Now()
	if f.from, err = pointInTime("--since", f.since, now); err != nil {
		return err
	}
	if f.until, err = pointInTime("--before", f.before, now); err != nil {
		return err
	}
	if f.account = a.flags.account; f.account == "" {
		return nil
	}
	all, err := h.Settings.Accounts()
	for _, saved := range all {
		if saved.Name == f.account {
			f.accountID = saved.ID
		}
	}
	return settingsError(err)
}

// pointInTime reads a day, a moment, or how long ago it was; "" is the zero time.
func pointInTime(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if age, ok := ageIn(s); ok {
		return now.Add(-age), nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil {
		return day, nil
	}
	if moment, err := time.Parse(time.RFC3339, s); err == nil {
		return moment, nil
	}
	return time.Time{}, usage("%s %s: write a day (2026-11-26), a moment (2026-11-26T12:00:00Z) or an age (24h, 7d)", flag, s)
}

// ageIn reads an age, in days too.
func ageIn(s string) (time.Duration, bool) {
	const day = 24 * time.Hour
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		return time.Duration(n) * day, err == nil && n >= 0 && n < int64(math.MaxInt64/day)
	}
	age, err := time.ParseDuration(s)
	return age, err == nil && age >= 0
}

func (f *receiptFilter) takes(r *ledger.KeptReceipt) bool {
	switch {
	case !f.until.IsZero() && !r.VerifiedAt.Before(f.until):
		return false
	case f.account != "" && r.Account != f.account && (f.accountID == "" || r.AccountID != f.accountID):
		return false
	}
	return f.under.Bucket == "" || r.At.Bucket == f.under.Bucket && strings.HasPrefix(r.At.Key, f.under.Key)
}

// receipts opens the ledger and yields the receipts that are meant.
func (f *receiptFilter) receipts(l *ledger.Ledger) iter.Seq2[ledger.KeptReceipt, error] {
	return func(yield func(ledger.KeptReceipt, error) bool) {
		for r, err := range l.Receipts(f.from) {
			if (err != nil || f.takes(&r)) && !yield(r, err) {
				return
			}
		}
	}
}

// withReceipts lets work use the ledger and the receipts that are meant.
func (a *app) withReceipts(ctx context.Context, f *receiptFilter, args []string, work func(*ledger.Ledger, iter.Seq2[ledger.KeptReceipt, error]) error) error {
	h, err := a.home(ctx)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := f.read(a, h, args); err != nil {
		return err
	}
	if err := h.Ledger().Open(); err != nil {
		return settingsError(err)
	}
	return work(h.Ledger(), f.receipts(h.Ledger()))
}

func (a *app) receiptsListCommand() *cobra.Command {
	var f receiptFilter
	c := &cobra.Command{Use: "list [s3://BUCKET[/PREFIX]]", Short: "List receipts, oldest first"}
	c.RunE = func(c *cobra.Command, args []string) error {
		return a.withReceipts(c.Context(), &f, args, func(_ *ledger.Ledger, all iter.Seq2[ledger.KeptReceipt, error]) error {
			return a.listReceipts(all)
		})
	}
	f.flags(c)
	return c
}

func (a *app) listReceipts(all iter.Seq2[ledger.KeptReceipt, error]) error {
	for r, err := range all {
		switch {
		case err != nil:
			return err
		case a.flags.json:
			a.line(r.Receipt)
		default:
			printf(a.out, "%s  %-8s  %-16s  %-8s  %s  %s\n", stamp(r.VerifiedAt), r.Op, found(&r.Receipt), orDash(r.Content), r.Account, r.At)
		}
	}
	return nil
}

// found is what the proof of a receipt found, in a word.
func found(r *transfer.Receipt) string {
	if r.IsUnverified() {
		return "unverified"
	}
	return orDash(r.Verdict)
}

// orDash keeps a column from being empty.
func orDash[W ~string](w W) string {
	if w == "" {
		return "-"
	}
	return string(w)
}

func (a *app) receiptsRemoveCommand() *cobra.Command {
	var f receiptFilter
	var all bool
	c := &cobra.Command{
		Use: "remove [s3://BUCKET[/PREFIX]]", Short: "Remove receipts for ever",
		Long: `Remove receipts for ever: what they prove cannot be shown any more. Export them before.
Which are meant say --before, --since, --account and a place; all there are, --all.`,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		if limited := len(args) > 0 || f.since != "" || f.before != "" || a.flags.account != ""; limited == all {
			return usage("say which receipts are removed: --before, --since, --account, a place, or --all for all there are")
		}
		return a.withReceipts(c.Context(), &f, args, a.removeReceipts)
	}
	f.flags(c)
	c.Flags().BoolVar(&all, "all", false, "all there are")
	return c
}

func (a *app) removeReceipts(l *ledger.Ledger, all iter.Seq2[ledger.KeptReceipt, error]) error {
	var ids []int64
	for r, err := range all {
		if err != nil {
			return err
		}
		ids = append(ids, r.ID)
	}
	if err := l.DeleteReceipts(ids); err != nil {
		return err
	}
	if a.flags.json {
		a.line(map[string]any{"op": "remove receipts", "removed": len(ids)})
		return nil
	}
	a.say("Removed %s.", receiptCount(len(ids)))
	return nil
}

func receiptCount(n int) string {
	if n == 1 {
		return "1 receipt"
	}
	return fmt.Sprintf("%d receipts", n)
}

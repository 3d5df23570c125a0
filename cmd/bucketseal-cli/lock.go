package main

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
)

type lockLine struct {
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`
	VersionID string `json:"versionId"` // as it was asked for
	Mode      string `json:"mode"`      // GOVERNANCE, COMPLIANCE, "" for none
	Until     string `json:"until"`     // "" for none
	Hold      bool   `json:"hold"`
}

func (a *app) lockCommand() *cobra.Command {
	c := &cobra.Command{Use: "lock", Short: "Show and change what keeps versions of objects from being removed"}
	c.AddCommand(a.lockGet(), a.lockSet())
	return c
}

func (a *app) lockGet() *cobra.Command {
	return a.getCommand("Show the retention and the legal hold of an object", "lock get s3://archive/a.csv --json",
		func(ctx context.Context, s *session.Session, at client.Location, version string) error {
			lock, err := s.Lock(ctx, at, version)
			if err != nil {
				return err
			}
			if a.flags.json {
				a.line(lockLine{at.Bucket, at.Key, version, lock.Mode, stamp(lock.Until), lock.Hold})
				return nil
			}
			kept, held := "none", "off"
			if lock.Mode != "" {
				kept = lock.Mode + " until " + stamp(lock.Until)
			}
			if lock.Hold {
				held = "on"
			}
			printf(a.out, "retention   %s\nlegal hold  %s\n", kept, held)
			return nil
		})
}

// isGoverned reports whether what kept a lock from being changed is a retention in
// governance that nobody asked to bypass.
func isGoverned(ctx context.Context, s *session.Session, c session.Changed, change session.LockChange) bool {
	if change.Retention == nil || change.Bypass {
		return false
	}
	lock, err := s.Lock(ctx, c.At, c.VersionID)
	return err == nil && lock.Mode == client.Governance
}

// lockFlags are what 'lock set' is asked for.
type lockFlags struct {
	mode, until, hold string
	days              int
	none, bypass, yes bool
}

func (a *app) lockSet() *cobra.Command {
	d := &changing{app: a, op: session.LockOp}
	var named sync.Once
	var f lockFlags
	c := &cobra.Command{
		Use: "set s3://BUCKET/KEY", Short: "Keep a version of an object from being removed, or let it go", Args: exactly(1),
		Long: `Keep the current version of an object, or of all in a folder with -r, from being removed: until
a time (retention), or until the hold is taken away (legal hold). The bucket must have object
lock. The lock is read again and compared; the object stays as it is.

A retention in GOVERNANCE is shortened or taken away with --bypass-governance by accounts that
may. One in COMPLIANCE nobody can shorten or take away, not even the owner of the account:
until its time the version is stored and paid for. It is set only with --yes.`,
		Example: "  bucketseal-cli lock set s3://archive/a.csv --mode governance --days 30\n  bucketseal-cli lock set -r s3://archive/2026 --hold on --dry-run",
		RunE: func(c *cobra.Command, args []string) error {
			change, err := f.change(time.Now())
			if err != nil {
				return err
			}
			return d.run(c.Context(), args[0], func(ctx context.Context, s *session.Session, o session.Seen) session.Changed {
				c := s.ChangeLock(ctx, o.At, o.VersionID, change)
				if client.KindOf(c.Err) == client.KindDenied && isGoverned(ctx, s, c, change) {
					named.Do(func() {
						a.note("it is kept in governance: --bypass-governance shortens that or takes it away, where the account may")
					})
				}
				return c
			})
		},
	}
	d.register(c.Flags())
	c.Flags().StringVar(&f.mode, "mode", "", "`governance`|compliance, with --until or --days")
	c.Flags().StringVar(&f.until, "until", "", "kept until this `TIME`, as 2027-01-31 or 2027-01-31T12:00:00Z")
	c.Flags().IntVar(&f.days, "days", 0, "kept for so many `DAYS`")
	c.Flags().BoolVar(&f.none, "no-retention", false, "take the retention away")
	c.Flags().StringVar(&f.hold, "hold", "", "`on`|off: the legal hold")
	c.Flags().BoolVar(&f.bypass, "bypass-governance", false, "shorten or take away a retention in governance")
	c.Flags().BoolVar(&f.yes, "yes", false, "keep in compliance, which nobody can take back")
	return c
}

// change is what the flags ask for.
func (f lockFlags) change(now time.Time) (d session.LockChange, err error) {
	d.Bypass = f.bypass
	switch f.hold {
	case "":
	case "on", "off":
		on := f.hold == "on"
		d.Hold = &on
	default:
		return d, usage("--hold %s: on or off", f.hold)
	}
	mode := strings.ToUpper(f.mode)
	timed := f.until != "" || f.days != 0
	switch {
	case f.none && (mode != "" || timed):
		return d, usage("--no-retention takes it away: leave --mode, --until and --days out")
	case f.none:
		d.Retention = &client.Retention{}
	case mode == "" && !timed && d.Hold == nil:
		return d, usage("say what is to be changed: --mode with --until or --days, --no-retention, or --hold")
	case mode == "" && !timed:
	case mode != client.Governance && mode != client.Compliance:
		return d, usage("--mode %q: governance or compliance", f.mode)
	case f.until != "" && f.days != 0:
		return d, usage("--until and --days both say how long: leave one out")
	case !timed:
		return d, usage("say how long: --until TIME or --days DAYS")
	case mode == client.Compliance && !f.yes:
		return d, usage("what is kept in compliance nobody can remove before its time, not even the owner of the account: add --yes if that is meant")
	default:
		until, err := f.end(now)
		if err != nil {
			return d, err
		}
		d.Retention = &client.Retention{Mode: mode, Until: until}
	}
	return d, nil
}

// mostDays is the longest a retention may be, in days.
const mostDays = 36_500

func (f lockFlags) end(now time.Time) (time.Time, error) {
	until := now.AddDate(0, 0, f.days)
	if f.until != "" {
		var err error
		if until, err = time.Parse(time.RFC3339, f.until); err != nil {
			if until, err = time.Parse(time.DateOnly, f.until); err != nil {
				return until, usage("--until %s: a time as 2027-01-31 or 2027-01-31T12:00:00Z", f.until)
			}
		}
	}
	if f.days < 0 || f.days > mostDays || !until.After(now) || until.After(now.AddDate(0, 0, mostDays)) {
		return until, usage("a retention ends in the future, in 100 years at most")
	}
	return until, nil
}

package main

import (
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// transferFlags say how bytes are moved, whatever the command.
type transferFlags struct {
	concurrency        int
	limitRate, content string
	allowUnverified    bool
	sha256             bool
}

func (f *transferFlags) register(flags *pflag.FlagSet) {
	f.registerPassing(flags)
	flags.BoolVar(&f.sha256, "sha256", false, "leave the SHA-256 of each uploaded file too: in the metadata (sha256), and of a file of one request as the server's checksum")
	flags.BoolVar(&f.allowUnverified, "allow-unverified", false, "count a file as done though it is not encrypted as asked")
}

// registerPassing makes the flags of what passes through this machine.
func (f *transferFlags) registerPassing(flags *pflag.FlagSet) {
	f.registerConcurrency(flags)
	flags.StringVar(&f.limitRate, "limit-rate", "", "at most this much a second: `10M`, or 10M:2M for up and down, or off:2M")
	flags.StringVar(&f.content, "content-proof", "auto", "how the server compares an upload's bytes: `auto`|md5|size; size is fastest and compares their number only")
}

// registerConcurrency makes the only flag for what moves no bytes through this machine.
func (f *transferFlags) registerConcurrency(flags *pflag.FlagSet) {
	flags.IntVar(&f.concurrency, "concurrency", flow.Most, "requests at once at most, 1 to 64; there are no more than pay")
}

func (f *transferFlags) config() (c transfer.Config, err error) {
	c = transfer.Config{AllowUnverified: f.allowUnverified, Concurrency: f.concurrency, SHA256: f.sha256}
	if f.concurrency < 1 || f.concurrency > flow.Most {
		return c, usage("--concurrency %d: 1 to %d are possible", f.concurrency, flow.Most)
	}
	c.ContentProof = transfer.ContentProof(f.content)
	switch c.ContentProof {
	case "", transfer.ProofAuto, transfer.ProofMD5, transfer.ProofSize:
	default:
		return c, usage("--content-proof %q: use auto, md5 or size", f.content)
	}
	limits, err := rates(f.limitRate)
	c.Pace = flow.NewPace(limits)
	return c, err
}

// rates reads --limit-rate: one for all, or as rclone writes it one up and one down,
// "off" or nothing being no limit.
func rates(text string) (r flow.Rates, err error) {
	up, down, apart := strings.Cut(text, ":")
	if !apart {
		r.All, err = size("--limit-rate", text)
		return r, err
	}
	for text, rate := range map[string]*int64{up: &r.Up, down: &r.Down} {
		if text == "off" {
			continue
		}
		if *rate, err = size("--limit-rate", text); err != nil {
			return r, err
		}
	}
	return r, nil
}

// size reads a number of bytes; K, M and G are powers of 1024, as in rclone
// and curl.
func size(flag, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	t := strings.ToUpper(strings.TrimSpace(text))
	if t != "" && strings.Contains("KMGT", t[len(t)-1:]) {
		t += "iB"
	}
	v, err := humanize.ParseBytes(t)
	if err != nil || v == 0 || v > 1<<60 {
		return 0, usage("%s %q is no size: write 8M or 1048576", flag, text)
	}
	return int64(v), nil
}

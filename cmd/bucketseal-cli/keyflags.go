package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
)

// keyFlags name an SSE-C key for one call: it is then the only one that is
// sent.
type keyFlags struct{ file, md5 string }

func (f *keyFlags) register(c *cobra.Command, what string) {
	c.Flags().StringVar(&f.file, "sse-c-key-file", "", "read the SSE-C key from `FILE` (32 bytes, base64 or hexadecimal), "+what)
	c.Flags().StringVar(&f.md5, "sse-c-key-md5", "", "use the kept SSE-C key with this `MD5` ('keys list'), "+what)
}

func (f keyFlags) given() bool { return f.file != "" || f.md5 != "" }

// customerKey is the key named, zero when none is.
func (a *app) customerKey(ctx context.Context, s *session.Session, f keyFlags) (client.CustomerKey, error) {
	switch {
	case f.file != "" && f.md5 != "":
		return client.CustomerKey{}, usage("give --sse-c-key-file or --sse-c-key-md5, not both")
	case f.file != "":
		return a.customerKeyFrom(f.file)
	case f.md5 == "":
		return client.CustomerKey{}, nil
	}
	key, err := s.CustomerKey(ctx, f.md5)
	if err != nil {
		return key, usage("the SSE-C key with MD5 %s cannot be had here ('keys list' shows those that are kept): %w", f.md5, err)
	}
	return key, nil
}

// customerKeyFrom reads an SSE-C key from a file; "-" is the standard input. It
// may be 32 raw bytes, so nothing is trimmed here.
func (a *app) customerKeyFrom(file string) (client.CustomerKey, error) {
	s, err := a.bytesFrom(file)
	if err != nil {
		return client.CustomerKey{}, err
	}
	key, err := client.ParseCustomerKey(s)
	return key, settingsError(err)
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// A deadStore is a server that answers nothing: what is tried here never leaves
// the machine.
type deadStore struct{ client.Store }

func dead() error { return &client.Error{Op: "call", Kind: client.KindNetwork} }

func (deadStore) Buckets(context.Context) ([]client.Bucket, error) { return nil, dead() }
func (deadStore) MakeBucket(context.Context, string) error         { return dead() }
func (deadStore) RemoveBucket(context.Context, string) error       { return dead() }
func (deadStore) DefaultEncryption(context.Context, string) (client.Reported, error) {
	return client.Reported{}, dead()
}

func (deadStore) List(context.Context, client.Location, client.ListOptions) (client.Page, error) {
	return client.Page{}, dead()
}

func (deadStore) Head(context.Context, client.Location, client.ReadOptions) (client.Object, error) {
	return client.Object{}, dead()
}

func (deadStore) Tags(context.Context, client.Location, string) (map[string]string, error) {
	return nil, dead()
}

func (deadStore) Put(context.Context, client.Location, io.ReadSeeker, int64, client.PutOptions) (client.Object, error) {
	return client.Object{}, dead()
}

func (deadStore) Delete(context.Context, []client.Location) ([]error, error) { return nil, dead() }
func (deadStore) DeleteSeen(context.Context, []client.Object) ([]error, error) {
	return nil, dead()
}

func (deadStore) OpenUploads(context.Context, client.Location) ([]client.OpenUpload, error) {
	return nil, dead()
}

func (deadStore) AbortUpload(context.Context, client.Upload) error { return dead() }

// A flagged is a flag of a command, or one of its arguments where flag is nil.
type flagged struct {
	command []string
	flag    *pflag.Flag
}

// everyFlag walks the tree of commands.
func everyFlag() (all []flagged) {
	var walk func(c *cobra.Command, words []string)
	walk = func(c *cobra.Command, words []string) {
		all = append(all, flagged{words, nil})
		add := func(f *pflag.Flag) { all = append(all, flagged{words, f}) }
		c.LocalFlags().VisitAll(add)
		c.InheritedFlags().VisitAll(add)
		for _, sub := range c.Commands() {
			walk(sub, append(words[:len(words):len(words)], sub.Name()))
		}
	}
	walk((&app{env: func(string) string { return "" }, out: io.Discard, err: io.Discard}).root(), nil)
	return all
}

// args puts a value where the flag takes it, and something that can be right
// everywhere else.
func (f flagged) args(value string) []string {
	args := append([]string{}, f.command...)
	given := []string{value, value}
	if f.flag != nil {
		args = append(args, "--"+f.flag.Name+"="+value)
		given = map[string][]string{
			"cp": {"file", "s3://bucket/key"}, "ls": {"s3://bucket"}, "rm": {"s3://bucket/key"}, "mb": {"s3://bucket"}, "rb": {"s3://bucket"},
			"props": {"s3://bucket/key"}, "test": {"bucket", "key"}, "import": {"file"}, "export": {"file"}, "edit": {"1"}, "remove": {"1"}, "move": {"1", "1"},
		}[lastOf(f.command)]
	}
	if c, _, err := (&app{env: func(string) string { return "" }}).root().Find(f.command); f.flag == nil && err == nil && c.Args != nil {
		for len(given) > 0 && c.Args(c, given) != nil {
			given = given[1:]
		}
	}
	return append(args, given...)
}

func lastOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// tried runs the program in a folder of its own, at a server that answers
// nothing.
func tried(t *testing.T, args []string) {
	var out, errs bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &errs, env: func(name string) string {
		if name == "AWS_ACCESS_KEY_ID" {
			return "AKIA"
		}
		return ""
	}}
	a.dial = func(client.Account, client.Credentials) (client.Store, error) { return deadStore{}, nil }
	code := a.run(t.Context(), args)
	require.Contains(t, []int{exitOK, exitFailed, exitUsage}, code, "%q", args)
	for _, r := range out.String() + errs.String() {
		require.False(t, isObeyed(r) && r != '\n' && r != '\t', "%U in the output of %q", r, args)
	}
	if code != exitOK {
		require.NotEmpty(t, out.String()+errs.String(), "%q ends with %d and no word", args, code)
	}
}

// odd are values nobody should give a flag, and somebody will.
var odd = []string{
	"", " ", "\t", "0", "-1", "1", "M", "K", "8M8", "9999999999999G", "1e400", "NaN", "∞", "5M", "5.5M", "0x10", "５M", "true", "-", "--", "=", "a=b", "=b",
	"s3:", "s3://", "s3:///x", "s3://bucket", "s3://bucket/", "s3://bucket//", "S3://b/a", "s3://de mo/a", "s3://b/\xff", "s3://b/\n", "\x00", "\u202e",
	"https://[::1", "http://a b", "://", "https://127.0.0.1:99999", "%", "%s%d", "a,b", "[", "*", "file", ".", "१", strings.Repeat("k", 1100),
}

func FuzzEveryFlag(f *testing.F) {
	f.Setenv("AWS_ACCESS_KEY_ID", "AKIA")
	f.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	f.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	f.Setenv("AWS_CONFIG_FILE", os.DevNull)
	f.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	dir := f.TempDir()
	f.Setenv("HOME", dir)
	f.Setenv("XDG_CONFIG_HOME", dir)
	f.Setenv("BUCKETSEAL_CONFIG_DIR", filepath.Join(dir, "config"))
	f.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(dir, "no-keyring-here"))
	f.Chdir(dir)
	require.NoError(f, os.WriteFile("file", []byte("x"), 0o600))
	all := everyFlag()
	for i := range all {
		every := 15 // of a flag all commands share some values are enough
		if all[i].flag == nil || lastOf(all[i].command) == "cp" {
			every = 1
		}
		for j := i % every; j < len(odd); j += every {
			f.Add(uint16(i), odd[j])
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, value string) {
		if len(value) > 4096 || strings.ContainsAny(value, `/\~`) && !strings.HasPrefix(strings.ToLower(value), "s3:") && !strings.Contains(value, "://") || strings.Contains(value, "..") {
			t.Skip("it would name files outside the test's folder")
		}
		tried(t, all[int(which)%len(all)].args(value))
	})
}

func TestEveryFlagIsKnownToTheFuzzTarget(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range everyFlag() {
		name := strings.Join(f.command, " ")
		if f.flag != nil {
			name += " --" + f.flag.Name
		}
		seen[name] = true
	}
	for _, want := range []string{"cp --part-size", "cp --limit-rate", "rules add --context", "rules move", "accounts add --endpoint", "ls --endpoint", "props --version-id"} {
		require.True(t, seen[want], "%s of %s", want, fmt.Sprint(len(seen)))
	}
}

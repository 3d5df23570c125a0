package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/mock/sigv4"
)

// server is a running mocks3, as the commands keys, users and faults find it.
type server struct {
	readyFile, url, ca, region string

	env    func(string) string
	stdout io.Writer
	stdin  io.Reader
}

// adminCommands speak to a running server.
func adminCommands(stdin io.Reader, stdout io.Writer, env func(string) string) []*cobra.Command {
	s := &server{env: env, stdout: stdout, stdin: stdin}
	all := []*cobra.Command{s.keys(), s.users(), s.faults()}
	for _, c := range all {
		c.Long = c.Short + ".\n\nThe server is found by --ready-file, the file that it wrote; or by --url, --ca and the account's\n" +
			"credentials in MOCKS3_ACCESS_KEY and MOCKS3_SECRET_KEY. Answers are JSON."
		p := c.PersistentFlags()
		p.StringVar(&s.readyFile, "ready-file", "", "file that the server wrote, with its address and credentials")
		p.StringVar(&s.url, "url", "", "address of the server, in place of --ready-file")
		p.StringVar(&s.ca, "ca", "", "PEM file of what to trust, with --url")
		p.StringVar(&s.region, "region", "us-east-1", "region of the server, with --url")
	}
	return all
}

// parent is a command that only has others below it.
func parent(use, short string, below ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, SilenceUsage: true, SilenceErrors: true, Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return fmt.Errorf("%s: say what to do; mocks3 %s --help lists it", use, use)
	}}
	c.AddCommand(below...)
	return c
}

// command with so many arguments.
func (s *server) command(use, short string, args cobra.PositionalArgs, run func(c *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: args, RunE: run}
}

// reach finds the server and the account's credentials.
func (s *server) reach() (ready, error) {
	switch {
	case s.readyFile != "" && s.url != "":
		return ready{}, errors.New("give either --ready-file or --url")
	case s.readyFile != "":
		var r ready
		raw, err := os.ReadFile(s.readyFile)
		if err != nil {
			return r, fmt.Errorf("find the server: %w", err)
		}
		if json.Unmarshal(raw, &r) != nil || r.URL == "" { // the words of the decoder may quote a secret
			return r, fmt.Errorf("find the server: %s is not a file that mocks3 --ready-file wrote", s.readyFile)
		}
		return r, nil
	case s.url == "":
		return ready{}, errors.New("which server? Give --ready-file, or --url (and --ca) with MOCKS3_ACCESS_KEY and MOCKS3_SECRET_KEY set")
	}
	r := ready{URL: s.url, CAFile: s.ca, Region: s.region, AccessKey: s.env("MOCKS3_ACCESS_KEY"), SecretKey: s.env("MOCKS3_SECRET_KEY")}
	if r.AccessKey == "" || r.SecretKey == "" {
		return r, errors.New("set MOCKS3_ACCESS_KEY and MOCKS3_SECRET_KEY to the credentials of the server's account")
	}
	return r, nil
}

// client trusts what the server named, goes by no proxy, and follows nobody
// elsewhere: what it sends may hold a secret.
func (r ready) client() (*http.Client, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("the server's address %q: write http(s)://HOST:PORT", r.URL)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme != "https" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s: secrets would travel in the clear; use https", r.URL)
	}
	var conf tls.Config
	if r.CAFile != "" {
		pem, err := os.ReadFile(r.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read what to trust: %w", err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read what to trust: %s holds no certificate in PEM", r.CAFile)
		}
	}
	return &http.Client{
		Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &conf, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// ask sends a document (nil for none) to the admin path, signed, and gives the
// answer's.
func (s *server) ask(ctx context.Context, method, path string, document any) (json.RawMessage, error) {
	to, err := s.reach()
	if err != nil {
		return nil, err
	}
	c, err := to.client()
	if err != nil {
		return nil, err
	}
	var body []byte
	if document != nil {
		if body, err = json.Marshal(document); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(to.URL, "/")+"/_mocks3/"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	by := sigv4.Identity{AccessKey: to.AccessKey, SecretKey: to.SecretKey, Region: to.Region, Service: "s3"}
	if err := sigv4.Sign(r, body, by, time.Now()); err != nil {
		return nil, err
	}
	resp, err := c.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return raw, nil
	}
	var refusal struct{ Error string }
	if json.Unmarshal(raw, &refusal) != nil || refusal.Error == "" {
		return nil, fmt.Errorf("the server answered %s: is %s a mocks3?", resp.Status, to.URL)
	}
	return nil, fmt.Errorf("the server refused: %s", refusal.Error)
}

// tell asks, and prints the answer.
func (s *server) tell(ctx context.Context, method, path string, document any) error {
	raw, err := s.ask(ctx, method, path, document)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	_, err = s.stdout.Write(append(bytes.TrimSpace(out.Bytes()), '\n'))
	return err
}

// read gives a file, or what comes in for "-".
func (s *server) read(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(s.stdin)
	}
	return os.ReadFile(path)
}

// document is read as it is, for the server to judge.
func (s *server) document(path string) (json.RawMessage, error) {
	raw, err := s.read(path)
	if err != nil {
		return nil, err
	}
	if !json.Valid(raw) {
		return nil, fmt.Errorf("%s is not JSON", path)
	}
	return raw, nil
}

package mock

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listen says where an endpoint listens. The zero value is a free port of
// 127.0.0.1, with TLS.
type Listen struct {
	Address     string // host:port; empty: 127.0.0.1:0
	PlainHTTP   bool   // no TLS: SSE-KMS and SSE-C are then refused, as by S3
	AllowRemote bool   // permit an address beyond loopback

	// CertFile and KeyFile are PEM files of a certificate (and what stands between it
	// and its authority) and its private key: both, or neither for a certificate made
	// for this run.
	CertFile, KeyFile string
}

// Endpoint is a server that listens.
type Endpoint struct {
	*Server
	URL       string
	CAFile    string // PEM of what clients must trust; empty for plain http, and for a certificate of another authority
	CA        []byte // the same
	AccessKey string
	SecretKey string

	http *http.Server
	done chan error
}

// Serve opens the data folder and listens until Close.
func Serve(c Config, l Listen) (*Endpoint, error) {
	if l.Address == "" {
		l.Address = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(l.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: write HOST:PORT, port 0 for any free one: %w", l.Address, err)
	}
	if !l.AllowRemote && !isLoopback(host) {
		return nil, fmt.Errorf("listen on %s: not a loopback address; others could reach this endpoint (AllowRemote, --allow-remote, permits it)", l.Address)
	}
	if err := l.checkTLS(); err != nil {
		return nil, err
	}
	s, err := New(c)
	if err != nil {
		return nil, err
	}
	e := &Endpoint{Server: s, done: make(chan error, 1)}
	e.AccessKey, e.SecretKey = s.Credentials()
	if err := e.listen(c.Dir, host, l); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return e, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (e *Endpoint) listen(dir, host string, l Listen) error {
	listener, err := net.Listen("tcp", l.Address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", l.Address, err)
	}
	scheme := "http"
	if !l.PlainHTTP {
		scheme = "https"
		leaf, err := e.certificate(dir, host, l)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		// HTTP/1.1 only, as S3 and Ceph.
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		})
	}
	e.URL = scheme + "://" + listener.Addr().String()
	e.http = &http.Server{
		Handler: e.Server, ReadHeaderTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(e.log.Handler(), slog.LevelDebug),
	}
	go func() { e.done <- e.http.Serve(listener) }()
	return nil
}

// Close stops listening, gives running requests a second, and releases the
// data folder.
func (e *Endpoint) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return e.Shutdown(ctx)
}

// Shutdown stops listening, lets running requests end until ctx is done, cuts
// those that have not, and releases the data folder.
func (e *Endpoint) Shutdown(ctx context.Context) error {
	err := e.http.Shutdown(ctx)
	if err != nil && ctx.Err() != nil {
		err = e.http.Close()
	}
	if served := <-e.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, e.Server.Close())
}

// NamedKey is a key as a person is told of it.
type NamedKey struct {
	ID    string `json:"id"`
	ARN   string `json:"arn"`
	Alias string `json:"alias,omitempty"`
}

// NamedKeys lists the customer's keys, oldest first, each with its first alias.
func (s *Server) NamedKeys() []NamedKey {
	aliases := map[string]string{}
	for _, a := range s.keys.Aliases() {
		if aliases[a.KeyID] == "" {
			aliases[a.KeyID] = a.Name
		}
	}
	var named []NamedKey
	for _, k := range s.keys.CustomerKeys() {
		named = append(named, NamedKey{k.ID, k.ARN, aliases[k.ID]})
	}
	return named
}

package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// options are what a server is started with.
type options struct {
	plain       bool
	caFile      string
	noChecksums bool
	latency     time.Duration
	wait        func(time.Duration) // time.Sleep where nil
	seeds       []seed
	buckets     []string
	shapes      []string
}

// A server answers on a port of loopback.
type server struct {
	*objects
	options
	listener net.Listener
	tls      *tls.Config // nil for plain http
	started  string      // as Last-Modified has it
	conns    atomic.Uint64
}

func listen(ctx context.Context, o options) (*server, error) {
	if o.wait == nil {
		o.wait = time.Sleep
	}
	s := &server{objects: newObjects(o.buckets), options: o, started: time.Now().UTC().Format(http.TimeFormat)}
	if !o.plain {
		if o.caFile == "" {
			return nil, errors.New("--ca-file says where the certificate is to be written; without TLS: --plain-http")
		}
		var err error
		if s.tls, err = certify(o.caFile); err != nil {
			return nil, err
		}
	}
	for _, seed := range o.seeds {
		bucket, _, _ := strings.Cut(seed.prefix, "/")
		s.makeBucket(bucket)
		s.sow(seed, o.noChecksums)
	}
	for _, shape := range o.shapes {
		if err := s.sowShape(shape); err != nil {
			return nil, err
		}
	}
	var err error
	if s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	go s.accept()
	return s, nil
}

// Close ends listening; requests that run are not waited for.
func (s *server) Close() error { return s.listener.Close() }

func (s *server) url() string {
	if s.plain {
		return "http://" + s.listener.Addr().String()
	}
	return "https://" + s.listener.Addr().String()
}

// announce writes the line that mocks3 writes.
func (s *server) announce(w io.Writer) error {
	return json.NewEncoder(w).Encode(map[string]any{
		"url": s.url(), "caFile": s.caFile, "region": "us-east-1", "accessKey": "NULL", "secretKey": "believed-unseen",
		"keys": []map[string]string{{"id": keyID, "arn": keyARN, "alias": keyAlias}},
	})
}

func (s *server) accept() {
	for {
		raw, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		go s.converse(raw)
	}
}

// buffered is how much is read and written at once, in bytes: large, for fewer
// calls of the system.
const buffered = 256 << 10

// converse answers what comes over a connection, until it ends or something comes
// that is no request.
func (s *server) converse(raw net.Conn) {
	defer raw.Close()
	j := &joined{Conn: raw, in: bufio.NewReaderSize(raw, buffered)}
	c := &conn{server: s, answer: answer{ids: s.conns.Add(1) << 32}}
	if s.tls == nil {
		c.in, c.w = j.in, raw
	} else {
		secure := tls.Server(j, s.tls)
		c.in, c.w = bufio.NewReaderSize(secure, 64<<10), joining{j, secure}
	}
	for c.next() == nil { //nolint:revive // there is nothing to do between two
	}
}

// A conn is a connection with one request at a time.
type conn struct {
	server *server
	in     *bufio.Reader
	w      io.Writer
	request
	answer
}

// next reads one request and answers it.
func (c *conn) next() error {
	if err := c.request.read(c.in); err != nil {
		return err
	}
	c.out = c.out[:0]
	body, err := c.take()
	if err != nil {
		return err
	}
	if c.server.latency > 0 {
		c.server.wait(c.server.latency)
	}
	if err := c.act(body); err != nil {
		return err
	}
	_, err = c.w.Write(c.out)
	return err
}

// maxDocument is how long a document may be that is read, in bytes.
const maxDocument = 8 << 20

// take reads the body: a document is kept, what goes into an object is not.
func (c *conn) take() (document []byte, err error) {
	if c.length == 0 {
		return nil, nil
	}
	if strings.EqualFold(c.header("Expect"), "100-continue") {
		if _, err := io.WriteString(c.w, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return nil, err
		}
	}
	if c.method != http.MethodPost {
		return nil, c.discard()
	}
	if c.length > maxDocument {
		return nil, fmt.Errorf("a document of %d bytes", c.length)
	}
	document = make([]byte, c.length)
	_, err = io.ReadFull(c.in, document)
	return document, err
}

func (c *conn) discard() error {
	for left := c.length; left > 0; {
		n, err := c.in.Discard(int(min(left, 1<<30)))
		left -= int64(n)
		if err != nil {
			return err
		}
	}
	return nil
}

// body writes a range of the content: a short one with the head, in one go.
func (c *conn) body(from, length int64) error {
	if length > 0 && length <= 64<<10 {
		return writeContent((*appended)(&c.out), from, length)
	}
	if _, err := c.w.Write(c.out); err != nil {
		return err
	}
	c.out = c.out[:0]
	return writeContent(c.w, from, length)
}

type appended []byte

func (a *appended) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}

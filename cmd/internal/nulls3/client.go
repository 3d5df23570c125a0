package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// A bare client sends and fetches as fast as net/http does, and looks at nothing
// but the status.
type bare struct {
	http     *http.Client
	url      string // of the endpoint
	bucket   string
	prefix   string
	caFile   string
	parallel int
	part     int64 // bytes in a request
}

func (b *bare) flags(cmd *cobra.Command) {
	p := cmd.Flags()
	p.StringVar(&b.url, "url", "", "of the server")
	p.StringVar(&b.caFile, "ca-file", "", "certificate to trust")
	p.StringVar(&b.bucket, "bucket", "bench", "bucket")
	p.StringVar(&b.prefix, "prefix", "", "what the keys begin with")
	p.IntVar(&b.parallel, "parallel", 8, "requests at once")
	p.Int64Var(&b.part, "part", 16<<20, "size of a part or range, in bytes")
}

func upCommand() *cobra.Command {
	var b bare
	cmd := &cobra.Command{
		Use: "up FILE|FOLDER...", Short: "Uploads as fast as net/http does", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := b.connect(); err != nil {
				return err
			}
			return b.up(cmd.Context(), args)
		},
	}
	b.flags(cmd)
	return cmd
}

func downCommand() *cobra.Command {
	var b bare
	cmd := &cobra.Command{
		Use: "down FOLDER", Short: "Downloads what is under the prefix as fast as net/http does", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := b.connect(); err != nil {
				return err
			}
			return b.down(cmd.Context(), args[0])
		},
	}
	b.flags(cmd)
	return cmd
}

func (b *bare) connect() error {
	t := &http.Transport{
		MaxIdleConnsPerHost: b.parallel, DisableCompression: true, WriteBufferSize: 64 << 10, ReadBufferSize: 64 << 10,
		Protocols: new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	if b.caFile != "" {
		pem, err := os.ReadFile(b.caFile)
		if err != nil {
			return err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS13}
	}
	b.http = &http.Client{Transport: t}
	return nil
}

// do sends a request and reads the answer, into w or for nothing.
func (b *bare) do(ctx context.Context, method, key, query string, body io.Reader, size int64, w io.Writer, headers ...[2]string) error {
	u := b.url + "/" + b.bucket
	if key != "" {
		u += "/" + (&url.URL{Path: key}).EscapedPath()
	}
	r, err := http.NewRequestWithContext(ctx, method, u+query, body)
	if err != nil {
		return err
	}
	if r.ContentLength = size; size == 0 {
		r.Body = nil
	}
	for _, h := range headers {
		r.Header.Set(h[0], h[1])
	}
	answer, err := b.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, u, answer.Status)
	}
	if w == nil {
		w = io.Discard
	}
	_, err = io.Copy(w, answer.Body)
	return err
}

var underKMS = [][2]string{{headerSSE, "aws:kms"}, {headerKey, keyARN}}

func (b *bare) up(ctx context.Context, paths []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(b.parallel)
	for _, path := range paths {
		err := filepath.Walk(path, func(name string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			key := b.prefix + filepath.Base(name)
			if info.Size() > b.part {
				return b.upParts(ctx, group, name, key, info.Size())
			}
			group.Go(func() error { return b.upWhole(ctx, name, key, info.Size()) })
			return nil
		})
		if err != nil {
			return err
		}
	}
	return group.Wait()
}

func (b *bare) upWhole(ctx context.Context, name, key string, size int64) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read from
	return b.do(ctx, http.MethodPut, key, "", f, size, nil, underKMS...)
}

// upParts hands the parts to the group; the last of them completes the upload.
func (b *bare) upParts(ctx context.Context, group *errgroup.Group, name, key string, size int64) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	var begun bytes.Buffer
	if err := b.do(ctx, http.MethodPost, key, "?uploads", nil, 0, &begun, underKMS...); err != nil {
		return errors.Join(err, f.Close())
	}
	var upload struct {
		ID string `xml:"UploadId"`
	}
	if err := xml.Unmarshal(begun.Bytes(), &upload); err != nil {
		return errors.Join(err, f.Close())
	}
	n := (size + b.part - 1) / b.part
	var left atomic.Int64
	left.Store(n)
	for i := range n {
		group.Go(func() error {
			section := io.NewSectionReader(f, i*b.part, min(b.part, size-i*b.part))
			err := b.do(ctx, http.MethodPut, key, fmt.Sprintf("?partNumber=%d&uploadId=%s", i+1, upload.ID), section, section.Size(), nil)
			if left.Add(-1) > 0 {
				return err
			}
			return errors.Join(err, f.Close(), b.complete(ctx, key, upload.ID, n))
		})
	}
	return nil
}

func (b *bare) complete(ctx context.Context, key, id string, parts int64) error {
	var doc strings.Builder
	doc.WriteString("<CompleteMultipartUpload>")
	for i := range parts {
		fmt.Fprintf(&doc, "<Part><PartNumber>%d</PartNumber><ETag>x</ETag></Part>", i+1)
	}
	doc.WriteString("</CompleteMultipartUpload>")
	return b.do(ctx, http.MethodPost, key, "?uploadId="+id, strings.NewReader(doc.String()), int64(doc.Len()), nil)
}

// down lists what is under the prefix and fetches it, large objects in ranges.
func (b *bare) down(ctx context.Context, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(b.parallel)
	for token, more := "", true; more; {
		var doc bytes.Buffer
		query := "?list-type=2&prefix=" + url.QueryEscape(b.prefix)
		if token != "" {
			query += "&continuation-token=" + url.QueryEscape(token)
		}
		if err := b.do(ctx, http.MethodGet, "", query, nil, 0, &doc); err != nil {
			return err
		}
		var page struct {
			IsTruncated           bool
			NextContinuationToken string
			Contents              []struct {
				Key  string
				Size int64
			}
		}
		if err := xml.Unmarshal(doc.Bytes(), &page); err != nil {
			return err
		}
		for _, x := range page.Contents {
			if err := b.fetch(ctx, group, x.Key, x.Size, filepath.Join(folder, filepath.Base(x.Key))); err != nil {
				return err
			}
		}
		token, more = page.NextContinuationToken, page.IsTruncated
	}
	return group.Wait()
}

// fetch hands the ranges of an object to the group; the last of them closes the
// file.
func (b *bare) fetch(ctx context.Context, group *errgroup.Group, key string, size int64, name string) error {
	if size <= b.part {
		group.Go(func() error { return b.fetchWhole(ctx, key, name) })
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := f.Truncate(size); err != nil {
		return errors.Join(err, f.Close())
	}
	n := (size + b.part - 1) / b.part
	var left atomic.Int64
	left.Store(n)
	for i := range n {
		group.Go(func() error {
			from := i * b.part
			span := fmt.Sprintf("bytes=%d-%d", from, min(from+b.part, size)-1)
			err := b.do(ctx, http.MethodGet, key, "", nil, 0, io.NewOffsetWriter(f, from), [2]string{"Range", span})
			if left.Add(-1) == 0 {
				err = errors.Join(err, f.Close())
			}
			return err
		})
	}
	return nil
}

func (b *bare) fetchWhole(ctx context.Context, key, name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(b.do(ctx, http.MethodGet, key, "", nil, 0, f), f.Close())
}

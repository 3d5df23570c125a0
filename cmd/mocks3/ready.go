package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/bucketseal/bucketseal/mock"
)

// ready is the line that tells how to reach the endpoint. It holds the secret:
// the file is 0600, and the line goes to stdout only, never to the log.
type ready struct {
	URL       string          `json:"url"`
	CAFile    string          `json:"caFile,omitempty"`
	Region    string          `json:"region"`
	AccessKey string          `json:"accessKey"`
	SecretKey string          `json:"secretKey"`
	Keys      []mock.NamedKey `json:"keys"`
}

func announce(e *mock.Endpoint, file string, stdout io.Writer) error {
	line, err := json.Marshal(ready{e.URL, e.CAFile, e.Region(), e.AccessKey, e.SecretKey, e.NamedKeys()})
	if err != nil {
		return fmt.Errorf("ready line: %w", err)
	}
	line = append(line, '\n')
	if file != "" {
		if err := replace(file, line); err != nil {
			return fmt.Errorf("write ready file: %w", err)
		}
	}
	_, err = stdout.Write(line)
	return err
}

// replace writes beside and renames, so that who waits for the file reads it
// whole; CreateTemp makes it 0600.
func replace(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

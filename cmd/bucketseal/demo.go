package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/adrg/xdg"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// demo is the built-in account's server: a real S3 and KMS endpoint in this
// process, over TLS on loopback, which really encrypts what it keeps. Its
// access key is made anew for each run and written nowhere.
type demo struct {
	dir string

	mu     sync.Mutex
	server *mock.Endpoint
	err    error
}

// demoDir is where the demo keeps its objects: the user's data folder, or
// beside the settings where those were put elsewhere.
func demoDir(configDir string) string {
	if configDir == "" {
		configDir = os.Getenv("BUCKETSEAL_CONFIG_DIR")
	}
	if configDir != "" {
		return filepath.Join(configDir, "demo")
	}
	return filepath.Join(xdg.DataHome, "bucketseal", "demo")
}

// start starts the server once and tells where it is.
func (d *demo) start() (client.Account, client.Credentials, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server == nil && d.err == nil {
		d.server, d.err = mock.Serve(mock.Config{
			Dir:     d.dir,
			Buckets: []string{"reports", "backup"},
			Keys:    []mock.KeySpec{{Alias: "alias/reports"}, {Alias: "alias/backup"}},
		}, mock.Listen{})
	}
	if d.err != nil {
		return client.Account{}, client.Credentials{}, client.Say(
			"the Local demo account cannot start; is it open in another Bucketseal? It keeps its files in %s: %v", d.dir, d.err).Err()
	}
	a := client.DemoAccount()
	a.Endpoint, a.KMSEndpoint, a.CAFile = d.server.URL, d.server.URL, d.server.CAFile
	a.Addressing, a.AccessKeyID = client.AddressingPath, d.server.AccessKey
	return a, client.Credentials{AccessKeyID: d.server.AccessKey, Secret: client.NewSecret(d.server.SecretKey)}, nil
}

func (d *demo) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server != nil {
		if err := d.server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "bucketseal: stop the Local demo account:", err)
		}
	}
}

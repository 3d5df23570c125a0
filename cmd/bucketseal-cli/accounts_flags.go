package main

import (
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/services"
)

// accountFlags are what 'accounts add' says of an account beside the flags of every
// command.
type accountFlags struct {
	service, accessKey, secretFile, tokenFile string
	network                                   client.Network
	connect, silence                          time.Duration
	buckets                                   []string
	requesterPays                             bool
	signIn                                    client.SignIn
	fromEnvironment                           bool
}

func (f *accountFlags) register(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.service, "service", "", "the `SERVICE` it is at: its endpoint, region and addressing are filled in (see 'accounts services')")
	s.StringVar(&f.accessKey, "access-key", "", "the access key `ID` (default: AWS_ACCESS_KEY_ID)")
	s.StringVar(&f.secretFile, "secret-file", "", "read the secret access key from `FILE`; - is the standard input")
	s.StringVar(&f.tokenFile, "session-token-file", "", "read a session token from `FILE`")
	s.BoolVar(&f.fromEnvironment, "from-environment", false, "sign in by what the environment gives: variables, a container, the machine's role")
	s.StringVar(&f.signIn.Role, "role-arn", "", "assume the role of this `ARN` once signed in")
	s.StringVar(&f.signIn.ExternalID, "external-id", "", "the external `ID` that the role's owner agreed with you")
	s.StringVar(&f.signIn.SessionName, "session-name", "", "the `NAME` by which the role's log calls you (default: bucketseal)")
	s.StringVar(&f.signIn.MFASerial, "mfa-serial", "", "the `SERIAL` or ARN of the MFA device whose code the role wants; it is asked for when needed")
	s.StringVar(&f.network.Proxy, "proxy", "", "the `URL` of its proxy (http, https, socks5), none or system (default: system)")
	s.StringVar(&f.network.Certificate, "certificate", "", "trust only the server certificate of this `SHA256`, as 'accounts test' shows it")
	s.StringVar(&f.network.ClientCertificate, "client-certificate", "", "show the server the certificate in this PEM `FILE`")
	s.StringVar(&f.network.ClientKey, "client-key", "", "the PEM `FILE` with the key of --client-certificate")
	s.DurationVar(&f.connect, "connect-timeout", 0, "how long a connection may take, in whole seconds (default: 30s)")
	s.DurationVar(&f.silence, "silence-timeout", 0, "how long a connection may stay silent, in whole seconds (default: 60s)")
	s.StringArrayVar(&f.buckets, "bucket", nil, "a bucket, or the ARN or alias of an access point, that it names because it may not list it; as often as needed")
	s.BoolVar(&f.requesterPays, "requester-pays", false, "pay for what is read from buckets that ask their readers to")
}

// fill puts what the flags say into an account.
func (f *accountFlags) fill(a client.Account) (client.Account, error) {
	for _, d := range []time.Duration{f.connect, f.silence} {
		if d%time.Second != 0 {
			return a, usage("%s: a timeout is a number of whole seconds, as in 30s or 2m", d)
		}
	}
	a.Network, a.SignIn = f.network, f.signIn
	if f.fromEnvironment {
		a.SignIn.Kind, a.AccessKeyID = client.EnvironmentSignIn, ""
	}
	a.Network.ConnectSeconds, a.Network.SilenceSeconds = int(f.connect/time.Second), int(f.silence/time.Second)
	for _, file := range []*string{&a.Network.ClientCertificate, &a.Network.ClientKey} {
		if err := anywhere(file); err != nil {
			return a, err
		}
	}
	a.Buckets, a.RequesterPays = client.NewBucketNames(f.buckets...), f.requesterPays
	return a, nil
}

// anywhere makes a file be found from any folder.
func anywhere(file *string) (err error) {
	if *file != "" {
		*file, err = filepath.Abs(*file)
	}
	return err
}

// at fills in what is known of the service that was named.
func (f *accountFlags) at(a client.Account) (client.Account, error) {
	if f.service == "" {
		return a, nil
	}
	s, ok := services.Named(f.service)
	if !ok {
		return a, usage("there is no service %q; 'bucketseal-cli accounts services' lists them", f.service)
	}
	a, err := s.Fill(a)
	return a.Tidy(), settingsError(err)
}

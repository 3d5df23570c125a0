package s3store

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"

	"github.com/bucketseal/bucketseal/client"
)

// A chain finds the ways to sign in that the files of the AWS command line name, in
// the order in which the SDK of Amazon looks for them
// (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
//
// It is not the SDK's own, which writes renewed tokens into ~/.aws: what is another
// program's is read here and never written. Tokens that are renewed stay in memory.
type chain struct {
	config, secrets sharedFile
	region          string         // where roles are assumed; "" is the profile's, else us-east-1
	network         aws.HTTPClient // to Amazon's services
	ownSTS          string         // URL of the STS beside a compatible store; "" is Amazon's
	ownNetwork      aws.HTTPClient // to it
	hidden          *hidden
	ask             func(ctx context.Context, device string) (client.Secret, error)
	now             func() time.Time
}

// settings are those of one profile.
type settings struct {
	name            string
	config, secrets map[string]string
	services        map[string]string
}

func (s settings) get(key string) string { return cmp.Or(s.secrets[key], s.config[key]) }

func (s settings) there() bool { return s.config != nil || s.secrets != nil }

// who is the profile in a sentence.
func (s settings) who() string { return "profile " + strconv.Quote(s.name) }

func (c *chain) settings(name string) settings {
	s := settings{name: name, secrets: c.secrets[name], config: c.config["profile "+name]}
	if s.config == nil && name == "default" {
		s.config = c.config[name]
	}
	s.services = c.config["services "+s.get("services")]
	return s
}

// profile is the way to sign in that a profile names. above are the profiles that
// have it for their source.
func (c *chain) profile(name string, above ...string) (origin, error) {
	s := c.settings(name)
	if !s.there() {
		return nil, noSignIn(client.Say("there is no profile %q in the files of the AWS command line", name), nil)
	}
	if slices.Contains(above, name) {
		return nil, noSignIn(client.Say("the profiles %s have each other for their source", strings.Join(append(above, name), ", ")), nil)
	}
	base, err := c.base(s, append(above, name))
	role := s.get("role_arn")
	if err != nil || role == "" || s.get("web_identity_token_file") != "" && s.get("source_profile") == "" {
		return base, err
	}
	return c.assume(base, s, client.SignIn{
		Role: role, ExternalID: s.get("external_id"), SessionName: s.get("role_session_name"), MFASerial: s.get("mfa_serial"),
	}), nil
}

// base is the way to sign in before a role is assumed.
func (c *chain) base(s settings, above []string) (origin, error) {
	from := s.get("source_profile")
	switch {
	case s.get("role_arn") != "" && from != "" && from != s.name:
		return c.profile(from, above...)
	case c.static(s) != nil:
		return c.static(s), nil
	case s.get("credential_source") != "":
		return c.named(s)
	case s.get("web_identity_token_file") != "":
		return c.webIdentity(s, s.get("web_identity_token_file"), s.get("role_arn"), s.get("role_session_name")), nil
	case s.get("sso_session") != "" || s.get("sso_start_url") != "":
		return c.sso(s)
	case s.get("login_session") != "":
		return c.login(s)
	case s.get("credential_process") != "":
		return c.process(s), nil
	}
	return c.machine(s)
}

// environment is what the environment gives each program.
func (c *chain) environment() (origin, error) {
	id, secret := firstSet(varAccessKey...), firstSet(varSecret...)
	if id.value != "" && secret.value != "" {
		return static(id.value, secret.value, os.Getenv("AWS_SESSION_TOKEN")), nil
	}
	name := cmp.Or(firstSet(varProfile...).value, "default")
	s := c.settings(name)
	if file := os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE"); file != "" {
		return c.webIdentity(s, file, os.Getenv("AWS_ROLE_ARN"), os.Getenv("AWS_ROLE_SESSION_NAME")), nil
	}
	if s.there() || firstSet(varProfile...).value != "" {
		return c.profile(name)
	}
	return c.machine(s)
}

// static is a profile's own key; nil where it has none.
func (c *chain) static(s settings) origin {
	for _, from := range []map[string]string{s.secrets, s.config} {
		if from["aws_access_key_id"] != "" && from["aws_secret_access_key"] != "" {
			return static(from["aws_access_key_id"], from["aws_secret_access_key"], from["aws_session_token"])
		}
	}
	return nil
}

func static(id, secret, token string) origin {
	k := keys(id, secret, token)
	return func(context.Context) (grant, error) {
		if err := k.Check(); err != nil {
			return grant{}, noSignIn(client.TextOf(err), err)
		}
		return grant{Credentials: aws.Credentials{
			AccessKeyID: k.AccessKeyID, SecretAccessKey: k.Secret.Reveal(), SessionToken: k.SessionToken.Reveal(), Source: "static",
		}}, nil
	}
}

// processLimit is how long a credential_process may take: somebody may have to touch a
// key or type a code.
const processLimit = 2 * time.Minute

// process runs the program that a profile names. What it wrote is in no error: it is
// secret.
func (c *chain) process(s settings) origin {
	run := processcreds.NewProvider(s.get("credential_process"), func(o *processcreds.Options) { o.Timeout = processLimit })
	return func(ctx context.Context) (grant, error) {
		got, err := run.Retrieve(ctx)
		if err == nil {
			return grant{Credentials: got}, nil
		}
		why := client.Say("its answer is not what credential_process asks for")
		if words := err.Error(); strings.Contains(words, "error in credential_process") || strings.Contains(words, "timed out") {
			why = client.Say("it failed or took too long; run it in a terminal to see why")
		}
		return grant{}, noSignIn(client.Say("the credential_process of %s gave no credentials: %v", s.who(), why), nil)
	}
}

// amazon is how Amazon's services in a region are reached.
func (c *chain) amazon(region string, as aws.CredentialsProvider) aws.Config {
	return aws.Config{Region: cmp.Or(region, client.DefaultRegion), HTTPClient: c.network, Credentials: as}
}

// endpoint is where a service is by what the files or the environment say; nil is
// where Amazon has it. section is its name in a services section.
func (c *chain) endpoint(s settings, variable, section string) *string {
	if ignored := cmp.Or(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), s.get("ignore_configured_endpoint_urls")); strings.EqualFold(ignored, "true") {
		return nil
	}
	// What is said of all services is said of stores as a rule, and none of those has a
	// portal: a token of the portal is not sent there.
	where := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_"+variable), s.services[section+".endpoint_url"])
	if section == "sts" {
		where = cmp.Or(where, os.Getenv("AWS_ENDPOINT_URL"), s.get("endpoint_url"))
	}
	if where == "" {
		return nil
	}
	return &where
}

// amazonNetwork reaches Amazon's services by the account's proxy and authorities; what
// is bound to the account's own server is not for them.
func amazonNetwork(a client.Account) (aws.HTTPClient, error) {
	secure, err := trust(client.Account{CAFile: a.CAFile})
	if err != nil {
		return nil, err
	}
	ways := proxiesOf(a)
	t := &http.Transport{
		Proxy: ways.forRequest, OnProxyConnectResponse: ways.refusedTunnel, DialContext: dialing(a.Network.Connect()), TLSClientConfig: secure,
		TLSHandshakeTimeout: handshake, ResponseHeaderTimeout: time.Minute, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true,
	}
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// signInOf is how an account signs in; nil where it has a key and no role.
func signInOf(a client.Account, c client.Credentials, own aws.HTTPClient, h *hidden, o Options) (*signIn, error) {
	if a.NeedsSecret() && a.SignIn.Role == "" {
		return nil, nil
	}
	network := own
	if o.Transport == nil {
		var err error
		if network, err = amazonNetwork(a); err != nil {
			return nil, err
		}
	}
	chain := &chain{region: a.Region, network: network, ownNetwork: own, hidden: h, ask: o.AskCode, now: time.Now}
	if !a.IsAWS() {
		chain.region = "" // that of a store elsewhere is none of Amazon's
	}
	if !a.IsAWS() && a.NeedsSecret() {
		chain.ownSTS = strings.TrimSuffix(a.Endpoint, "/") // MinIO and Ceph have it beside the buckets
	}
	from, err := chain.of(a, c)
	if err != nil {
		return nil, &client.Error{Op: "open", Kind: kindOfSignIn(err), Err: err}
	}
	return newSignIn(from, h, o.Note), nil
}

// of is the way to sign in of an account.
func (c *chain) of(a client.Account, own client.Credentials) (from origin, err error) {
	if c.config, err = readSharedFile(awsFile("AWS_CONFIG_FILE", "config")); err != nil {
		return nil, err
	}
	if c.secrets, err = readSharedFile(awsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")); err != nil {
		return nil, err
	}
	s := settings{}
	switch a.SignIn.Kind {
	case client.ProfileSignIn:
		name := cmp.Or(a.SignIn.Profile, "default")
		s = c.settings(name)
		from, err = c.profile(name)
	case client.EnvironmentSignIn:
		from, err = c.environment()
	default:
		from = static(own.AccessKeyID, own.Secret.Reveal(), own.SessionToken.Reveal())
	}
	if err != nil || a.SignIn.Role == "" {
		return from, err
	}
	return c.assume(from, s, a.SignIn), nil
}

// kindOfSignIn is what kind of failure a sign-in met.
func kindOfSignIn(err error) client.Kind {
	var e *errSignIn
	if errors.As(err, &e) {
		return e.kind
	}
	return client.KindLocal
}

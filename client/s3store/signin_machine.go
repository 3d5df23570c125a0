package s3store

import (
	"context"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"github.com/bucketseal/bucketseal/client"
)

// named is where a profile's credential_source says that credentials come from.
func (c *chain) named(s settings) (origin, error) {
	switch from := s.get("credential_source"); from {
	case "Environment":
		id, secret := firstSet(varAccessKey...), firstSet(varSecret...)
		if id.value == "" || secret.value == "" {
			return nil, noSignIn(client.Say("%s takes its key from the environment: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", s.who()), nil)
		}
		return static(id.value, secret.value, os.Getenv("AWS_SESSION_TOKEN")), nil
	case "EcsContainer":
		if from, err := c.container(); from != nil || err != nil {
			return from, err
		}
		return nil, noSignIn(client.Say("%s takes the role of its container, and this is none: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set", s.who()), nil)
	case "Ec2InstanceMetadata":
		return c.instance(s), nil
	default:
		return nil, noSignIn(client.Say("%s: the credential_source %q is none of Environment, EcsContainer, Ec2InstanceMetadata", s.who(), from), nil)
	}
}

// machine is the role that the container or the machine has.
func (c *chain) machine(s settings) (origin, error) {
	if from, err := c.container(); from != nil || err != nil {
		return from, err
	}
	return c.instance(s), nil
}

// ecs is where Amazon ECS gives a container its credentials.
const ecs = "http://169.254.170.2"

// container is nil where this is none.
func (c *chain) container() (origin, error) {
	at := os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if relative := os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); relative != "" {
		at = ecs + relative
	}
	if at == "" {
		return nil, nil
	}
	if u, err := url.Parse(at); err != nil || u.Scheme == "http" && !isContainerHost(u.Hostname()) {
		return nil, noSignIn(client.Say("AWS_CONTAINER_CREDENTIALS_FULL_URI is not https, nor on this machine, nor where containers get credentials"), nil)
	}
	provider := endpointcreds.New(at, func(o *endpointcreds.Options) {
		o.HTTPClient, o.AuthorizationToken = c.network, os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
		if file := os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
			o.AuthorizationTokenProvider = endpointcreds.TokenProviderFunc(func() (string, error) {
				token, err := os.ReadFile(file)
				c.hidden.add(client.NewSecret(strings.TrimSpace(string(token))))
				return string(token), err
			})
		}
		c.hidden.add(client.NewSecret(o.AuthorizationToken))
	})
	return c.given(provider, client.Say("the container gave no credentials")), nil
}

// isContainerHost reports whether a host is this machine or the one at which ECS and
// EKS give containers their credentials.
func isContainerHost(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil {
		return client.IsThisMachine(host)
	}
	return ip.IsLoopback() || ip == netip.MustParseAddr("169.254.170.2") || ip == netip.MustParseAddr("169.254.170.23") || ip == netip.MustParseAddr("fd00:ec2::23")
}

// instanceLimit is how long the machine is asked for its role: most have none, and
// then nobody answers.
const instanceLimit = 5 * time.Second

func (c *chain) instance(s settings) origin {
	provider := ec2rolecreds.New(func(o *ec2rolecreds.Options) {
		io := imds.Options{Endpoint: os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")}
		if strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true") {
			io.ClientEnableState = imds.ClientDisabled
		}
		o.Client = imds.New(io)
	})
	why := client.Say("%s names no way to sign in ('aws configure sso' or 'aws login' make one), and this machine has no role of its own", s.who())
	ask := c.given(provider, why)
	return func(ctx context.Context) (grant, error) {
		ctx, cancel := context.WithTimeout(ctx, instanceLimit)
		defer cancel()
		return ask(ctx)
	}
}

// given is an origin by a provider of the SDK; why is what its failure means.
func (c *chain) given(p aws.CredentialsProvider, why client.Text) origin {
	return func(ctx context.Context) (grant, error) {
		got, err := p.Retrieve(ctx)
		if err != nil {
			return grant{}, noSignIn(why, err)
		}
		return grant{Credentials: got}, nil
	}
}

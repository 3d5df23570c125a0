package s3store

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/logincreds"
	"github.com/aws/aws-sdk-go-v2/service/signin"
	"github.com/aws/aws-sdk-go-v2/service/signin/types"

	"github.com/bucketseal/bucketseal/client"
)

// login signs in by what 'aws login' has left in ~/.aws/login/cache.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html
func (c *chain) login(s settings) (origin, error) {
	file, err := logincreds.StandardCachedTokenFilepath(s.get("login_session"), os.Getenv("AWS_LOGIN_CACHE_DIRECTORY"))
	if err != nil {
		return nil, noSignIn(client.TextOf(err), err)
	}
	cfg := c.amazon(cmp.Or(s.get("region"), c.region), aws.AnonymousCredentials{})
	keeper := &tokenKeeper{chain: c, ask: signin.NewFromConfig(cfg, func(o *signin.Options) { o.BaseEndpoint = c.endpoint(s, "SIGNIN", "signin") })}
	provider := logincreds.New(keeper, file)
	renew := "aws login --profile " + s.name
	return func(ctx context.Context) (grant, error) {
		if !hasKey(file) {
			return grant{}, over(s.who(), renew, nil)
		}
		got, err := provider.Retrieve(ctx)
		switch {
		case errors.Is(err, errKept):
			got = keeper.credentials()
		case ctx.Err() != nil:
			return grant{}, err
		case err != nil:
			return grant{}, over(s.who(), renew, nil) // what the SDK says may quote the file
		}
		return grant{got, client.SignedIn{Renew: renew}}, nil
	}, nil
}

// hasKey reports whether a file holds what the SDK takes for granted: it does not
// survive one that was cut short.
func hasKey(file string) bool {
	var held struct {
		Key string `json:"dpopKey"`
	}
	b, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(b, &held) != nil {
		return false
	}
	block, _ := pem.Decode([]byte(held.Key))
	return block != nil
}

// errKept ends the SDK's renewal of a token before it writes the file, which is not
// ours: the token is in the keeper.
var errKept = client.Say("the token stays in memory").Err()

// A tokenKeeper keeps the tokens that are renewed. It is used by one at a time.
type tokenKeeper struct {
	chain   *chain
	ask     logincreds.TokenAPIClient
	refresh string // the newest refresh token, "" before the first renewal
	got     types.CreateOAuth2TokenResponseBody
	ends    time.Time
}

// CreateOAuth2Token renews by the newest token there is.
func (k *tokenKeeper) CreateOAuth2Token(ctx context.Context, in *signin.CreateOAuth2TokenInput, o ...func(*signin.Options)) (*signin.CreateOAuth2TokenOutput, error) {
	if k.refresh != "" && in.TokenInput != nil {
		in.TokenInput.RefreshToken = &k.refresh
	}
	if in.TokenInput != nil {
		k.chain.hidden.add(client.NewSecret(aws.ToString(in.TokenInput.RefreshToken)))
	}
	out, err := k.ask.CreateOAuth2Token(ctx, in, o...)
	switch {
	case err != nil:
		return nil, err
	case out.TokenOutput == nil || out.TokenOutput.AccessToken == nil:
		return nil, client.Say("the answer holds no credentials").Err()
	}
	k.got, k.refresh = *out.TokenOutput, cmp.Or(aws.ToString(out.TokenOutput.RefreshToken), k.refresh)
	k.chain.hidden.add(client.NewSecret(k.refresh))
	k.ends = k.chain.now().Add(time.Duration(aws.ToInt32(k.got.ExpiresIn)) * time.Second)
	return nil, errKept
}

func (k *tokenKeeper) credentials() aws.Credentials {
	t := k.got.AccessToken
	return aws.Credentials{
		AccessKeyID: aws.ToString(t.AccessKeyId), SecretAccessKey: aws.ToString(t.SecretAccessKey), SessionToken: aws.ToString(t.SessionToken),
		Source: "login", CanExpire: true, Expires: k.ends,
	}
}

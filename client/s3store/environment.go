package s3store

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/bucketseal/bucketseal/client"
)

// FromEnvironment finds credentials and a region where the AWS command line
// keeps them: without a profile in AWS_ACCESS_KEY_ID and its companions, else,
// or with AWS_PROFILE, in the shared files (~/.aws/credentials, ~/.aws/config).
// Only keys written there are used: a profile that takes a role, a login or a
// program to get credentials is refused with what to do. Nothing is sent.
func FromEnvironment(profile string) (client.Credentials, string, error) {
	const op = "read credentials"
	env, err := config.NewEnvConfig()
	if err != nil {
		return client.Credentials{}, "", &client.Error{Op: op, Kind: client.KindLocal, Err: err}
	}
	if profile == "" && env.Credentials.HasKeys() {
		c := env.Credentials
		return keys(c.AccessKeyID, c.SecretAccessKey, c.SessionToken), env.Region, nil
	}
	if profile == "" {
		profile = env.SharedConfigProfile
	}
	if profile == "" {
		profile = config.DefaultSharedConfigProfile
	}
	shared, err := config.LoadSharedConfigProfile(context.Background(), profile, func(o *config.LoadSharedConfigOptions) {
		if env.SharedConfigFile != "" {
			o.ConfigFiles = []string{env.SharedConfigFile}
		}
		if env.SharedCredentialsFile != "" {
			o.CredentialsFiles = []string{env.SharedCredentialsFile}
		}
	})
	var missing config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &missing):
		return client.Credentials{}, "", &client.Error{
			Op: op, Kind: client.KindBadCredentials,
			Err: fmt.Errorf("neither AWS_ACCESS_KEY_ID nor a profile %q is there: set one, or name an account", profile),
		}
	case err != nil:
		return client.Credentials{}, "", &client.Error{Op: op, Kind: client.KindLocal, Err: err}
	case !shared.Credentials.HasKeys():
		return client.Credentials{}, "", &client.Error{
			Op: op, Kind: client.KindBadCredentials,
			Err: fmt.Errorf("profile %q holds no access key; for a role or a login, run: aws configure export-credentials --profile %s --format env", profile, profile),
		}
	}
	region := env.Region
	if region == "" {
		region = shared.Region
	}
	c := shared.Credentials
	return keys(c.AccessKeyID, c.SecretAccessKey, c.SessionToken), region, nil
}

func keys(id, secret, token string) client.Credentials {
	c := client.Credentials{AccessKeyID: id, Secret: client.NewSecret(secret)}
	if token != "" {
		c.SessionToken = client.NewSecret(token)
	}
	return c
}

package services

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestEveryServiceOfTheTableMakesAnAccountThatIsFoundAgainByItsHost(t *testing.T) {
	for _, s := range All() {
		t.Run(s.ID, func(t *testing.T) {
			a := client.Account{Name: "a", AccessKeyID: "AKID"}
			if s.Endpoint == "" || strings.Contains(s.Endpoint, "{account}") {
				if s.ID != "aws" {
					_, err := s.Fill(a)
					require.Error(t, err, "it must say what is missing")
				}
				a.Endpoint = map[bool]string{true: "", false: "https://s3.example.org"}[s.ID == "aws"]
			}
			if s.ID == "r2" {
				a.Endpoint = "https://0123.eu.r2.cloudflarestorage.com"
			}
			a, err := s.Fill(a)
			require.NoError(t, err)
			require.NoError(t, a.Tidy().Check())
			assert.Equal(t, s.ID, Of(a).ID)
			if a.Endpoint != "" && a.Endpoint != "https://s3.example.org" {
				a.Service = ""
				assert.Equal(t, s.ID, Of(a).ID, "by its host")
			}
			require.False(t, s.KeysAt.IsZero())
			for _, region := range s.Regions {
				u, err := url.Parse(s.endpointIn(region))
				if strings.Contains(s.Endpoint, "{region}") {
					require.NoError(t, err)
					assert.Contains(t, u.Host, region)
				}
			}
		})
	}
	assert.Equal(t, Custom, Of(client.Account{Endpoint: "https://nas.example"}).ID)
	assert.Equal(t, Custom, Of(client.Account{Endpoint: "https://cos.twcc.ai.example"}).ID, "a name that only begins like another's")
	assert.Equal(t, "aws", Of(client.Account{Endpoint: "https://s3.cn-north-1.amazonaws.com.cn"}).ID)
	assert.Equal(t, "https://s3.us-east-va.io.cloud.ovh.us", must(t, "ovh").endpointIn("us-east-va"))
	_, err := must(t, "hetzner").Fill(client.Account{Region: "moon-1"})
	require.ErrorContains(t, err, "fsn1, nbg1, hel1")
}

func must(t *testing.T, id string) Service {
	t.Helper()
	s, ok := Named(id)
	require.True(t, ok)
	return s
}

func TestATypedHostOfTWCCIsReachedByHTTPSAndSignedAsItsToolsDo(t *testing.T) {
	a, err := Of(client.Account{Name: "a", Endpoint: "cos.twcc.ai", AccessKeyID: "k"}.Tidy()).Fill(client.Account{Endpoint: "cos.twcc.ai"})
	require.NoError(t, err)
	a = a.Tidy()
	assert.Equal(t, "https://cos.twcc.ai", a.Endpoint)
	assert.Equal(t, "us-east-1", a.Region)
	assert.Equal(t, client.AddressingPath, a.Addressing)
	assert.Equal(t, "twcc", a.Service)
}

func TestBucketNamesFollowTheService(t *testing.T) {
	for _, c := range []struct {
		service, name string
		taken         bool
	}{
		{"aws", "reports", true},
		{"aws", "Reports", false},
		{"aws", "a_b", false},
		{"aws", "ab", false},
		{"aws", strings.Repeat("a", 63), true},
		{"aws", strings.Repeat("a", 64), false},
		{"aws", "-ab", false},
		{"aws", "a.b", true},
		{"twcc", "Reports_1", true},
		{"twcc", "a", true},
		{"twcc", strings.Repeat("a", 17), false},
		{"twcc", "a.b", false},
		{"ceph", "My_Bucket", true},
		{"b2", "short", false},
		{"b2", "Longer-1", true},
		{"r2", "a.b.c", false},
		{"google", "a_b", true},
		{"custom", "Anything_at.all", true},
	} {
		err := must(t, c.service).Buckets.Check(c.name)
		if c.taken {
			assert.NoError(t, err, "%s %s", c.service, c.name)
		} else {
			assert.ErrorContains(t, err, "is no name for a bucket here", "%s %s", c.service, c.name)
		}
	}
}

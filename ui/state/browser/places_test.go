package browser_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// atAWS is sees, with the account at AWS.
func (w *window) atAWS() *window {
	w.t.Helper()
	w.desk.Add(client.Account{Name: "aws"}, w.store)
	return w.enter("aws")
}

func TestOnlyNamesOfAWSAreJudgedHere(t *testing.T) {
	s := sees(t)
	for _, name := range []string{"a", "bk_cli", "Capitals", "ab-", "0123456789abcdef0", "季報abc"} {
		assert.Empty(t, s.BucketNameProblem(name), name)
	}
	for _, name := range []string{"", "a b", "a/b", "a\tb"} {
		assert.NotEmpty(t, s.BucketNameProblem(name), name)
	}
	assert.Contains(t, s.BucketNameHint(), "for the service to say")
	s.atAWS()
	for _, name := range []string{"abc", "a-b.c9"} {
		assert.Empty(t, s.BucketNameProblem(name), name)
	}
	for _, name := range []string{"", "ab", "Abc", "a_b", "-ab", "ab-", "季報abc"} {
		assert.NotEmpty(t, s.BucketNameProblem(name), name)
	}
	assert.Contains(t, s.BucketNameHint(), "Small letters")
	assert.Empty(t, browser.OpenBucketProblem("Old_Bucket"), "old buckets have names that new ones may not have")
}

func TestWhatWasCopiedCanBePastedIntoThePath(t *testing.T) {
	s := sees(t, "reports/2026/a.csv", "reports/2026/100% #1?.csv", "reports/2026/q3/b.csv", "reports/2026/ends ", "reports/https:/x").open("reports/2026/")
	var copied []client.Object
	for row := range s.Rows() {
		copied = append(copied, s.Object(row))
	}
	for row, o := range copied {
		s.open("photos")
		s.open(o.At.String())
		if o.IsFolder {
			assert.Equal(t, o.At, s.At())
			continue
		}
		assert.Equal(t, client.Location{Bucket: "reports", Key: "2026/"}, s.At(), "%s is shown in its folder", o.At)
		assert.Equal(t, row, s.Selection().Cursor(), "%s is selected", o.At)
	}
	for text, want := range map[string]client.Location{
		"s3://reports/2026/a.csv\ns3://reports/other/b.csv": {Bucket: "reports", Key: "2026/"},
		" s3://reports/2026/a.csv\r\n":                      {Bucket: "reports", Key: "2026/"},
		"reports/2026":                                      {Bucket: "reports", Key: "2026/"},
		"/reports/2026/q3/":                                 {Bucket: "reports", Key: "2026/q3/"},
		"https://cos.example.org/reports/2026/a.csv":        {Bucket: "reports", Key: "2026/"},
		"https://COS.example.org/reports/2026/100%25%20%231%3F.csv?X-Amz-Date=1": {Bucket: "reports", Key: "2026/"},
		"https://reports.cos.example.org/2026/q3/":                               {Bucket: "reports", Key: "2026/q3/"},
		"http://cos.example.org":                                                 {},
	} {
		s.open(text)
		assert.Equal(t, want, s.At(), text)
	}
	for text, why := range map[string]string{
		"https://elsewhere.example.org/reports/a": "elsewhere.example.org is another server",
		"https://cos.example.org.evil/reports/a":  "is another server",
		"https://[":                               "This is no address",
	} {
		assert.ErrorContains(t, s.GoTo(text), why)
	}
	s.atAWS()
	for text, want := range map[string]client.Location{
		"https://s3.eu-central-1.amazonaws.com/reports/2026/q3/":         {Bucket: "reports", Key: "2026/q3/"},
		"https://reports.s3.eu-central-1.amazonaws.com/2026/q3/":         {Bucket: "reports", Key: "2026/q3/"},
		"https://my.dotted.bucket.s3.amazonaws.com/":                     {Bucket: "my.dotted.bucket"},
		"https://reports.s3-us-west-2.amazonaws.com/2026/a.csv?x=1#part": {Bucket: "reports", Key: "2026/"},
	} {
		s.open(text)
		assert.Equal(t, want, s.At(), text)
	}
	assert.Error(t, s.GoTo("https://ec2.amazonaws.com/reports"))
}

func TestAPlaceThatMayNotBeLookedAtIsOpenedAsAFolder(t *testing.T) {
	s := sees(t, "reports/a/b.csv")
	s.store.Before(memstore.Failing(client.KindDenied, memstore.HeadObject))
	s.open("s3://reports/a")
	assert.Equal(t, "a/", s.At().Key)
	assert.Equal(t, []string{"b.csv"}, s.rows())
}

// listsNoBuckets shows an account that may not list its buckets.
func listsNoBuckets(t *testing.T) *window {
	t.Helper()
	s := sees(t)
	s.store = uitest.NewStore("secret")
	s.store.Fill(3, "secret/a.csv")
	s.store.Before(memstore.Failing(client.KindDenied, memstore.ListBuckets))
	s.desk.Add(client.Account{Name: "guest", Endpoint: "https://cos.example.org"}, s.store)
	return s.enter("guest")
}

func TestAnAccountThatMayNotListItsBucketsIsAskedForOneAndKeepsIt(t *testing.T) {
	s := listsNoBuckets(t)
	assert.Equal(t, 1, s.wanted)
	m, empty := s.BucketsEmpty()
	assert.True(t, empty)
	assert.Equal(t, "This account may not list its buckets", m.Title)

	s.OpenBucket("secret")
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv"}, s.rows())
	assert.Equal(t, []string{"secret"}, s.BucketNames())
	assert.Equal(t, map[string][]string{"guest": {"secret"}}, s.known)

	s.enter("team").enter("guest")
	assert.Equal(t, 1, s.wanted, "it is known now")
	assert.Equal(t, []string{"secret"}, s.BucketNames())
}

func TestABucketThatIsNotThereIsNotKept(t *testing.T) {
	s := listsNoBuckets(t)
	s.OpenBucket("mistyped")
	s.loop.Pump()
	require.Error(t, s.Problem())
	assert.Empty(t, s.BucketNames())
	s.OpenBucket("secret")
	s.loop.Pump()
	s.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.ListBuckets {
			return &client.Error{Op: string(c.Op), Kind: client.KindDenied, Status: 403}
		}
		return &client.Error{Op: string(c.Op), At: c.At, Kind: client.KindNoBucket, Status: 404}
	})
	s.Refresh()
	s.loop.Pump()
	assert.Empty(t, s.BucketNames(), "what is no more is not kept")
	assert.Equal(t, 1, s.wanted)
}

func TestARefreshKeepsTheRowsUntilTheirSuccessorsAreThere(t *testing.T) {
	s := sees(t, "reports/a", "reports/b", "reports/c").open("reports")
	s.store.SetPageSize(2)
	s.Selection().Only(1)
	s.store.Fill(9, "reports/aa", "reports/d")
	s.Refresh()
	for range 3 {
		assert.Equal(t, []string{"a", "b", "c"}, s.rows())
		if !s.Listing() {
			break
		}
		s.loop.Work()
		if s.Listing() {
			s.loop.Apply()
		}
		if len(s.rows()) != 3 {
			break
		}
	}
	s.loop.Pump()
	assert.Equal(t, []string{"a", "aa", "b", "c", "d"}, s.rows())
	assert.Equal(t, "b", s.Selected()[0].At.Key)

	s.Refresh()
	s.loop.Work()
	s.loop.Apply()
	s.Stop()
	assert.Equal(t, []string{"a", "aa"}, s.rows(), "stopped: what came")
	assert.Contains(t, s.Progress(), "stopped before the end")
}

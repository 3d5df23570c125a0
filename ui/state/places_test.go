package state_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/ui/state"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// atAWS is sees, with the account at AWS.
func (s *screen) atAWS() *screen {
	s.t.Helper()
	s.desk.Add(client.Account{Name: "aws"}, s.store)
	s.Open("aws")
	s.loop.Pump()
	return s
}

func TestOnlyNamesOfAWSAreJudgedHere(t *testing.T) {
	s := sees(t)
	for _, name := range []string{"a", "bk_cli", "Capitals", "ab-", "0123456789abcdef0", "季報abc"} {
		assert.Empty(t, s.Browser.BucketNameProblem(name), name)
	}
	for _, name := range []string{"", "a b", "a/b", "a\tb"} {
		assert.NotEmpty(t, s.Browser.BucketNameProblem(name), name)
	}
	assert.Contains(t, s.Browser.BucketNameHint(), "for the service to say")
	s.atAWS()
	for _, name := range []string{"abc", "a-b.c9"} {
		assert.Empty(t, s.Browser.BucketNameProblem(name), name)
	}
	for _, name := range []string{"", "ab", "Abc", "a_b", "-ab", "ab-", "季報abc"} {
		assert.NotEmpty(t, s.Browser.BucketNameProblem(name), name)
	}
	assert.Contains(t, s.Browser.BucketNameHint(), "Small letters")
	assert.Empty(t, state.OpenBucketProblem("Old_Bucket"), "old buckets have names that new ones may not have")
}

func TestWhatWasCopiedCanBePastedIntoThePath(t *testing.T) {
	s := sees(t, "reports/2026/a.csv", "reports/2026/100% #1?.csv", "reports/2026/q3/b.csv", "reports/2026/ends ", "reports/https:/x").open("reports/2026/")
	var copied []client.Object
	for row := range s.Browser.Rows() {
		copied = append(copied, s.Browser.Object(row))
	}
	for row, o := range copied {
		s.open("photos")
		s.open(o.At.String())
		if o.IsFolder {
			assert.Equal(t, o.At, s.Browser.At())
			continue
		}
		assert.Equal(t, client.Location{Bucket: "reports", Key: "2026/"}, s.Browser.At(), "%s is shown in its folder", o.At)
		assert.Equal(t, row, s.Browser.Selection().Cursor(), "%s is selected", o.At)
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
		assert.Equal(t, want, s.Browser.At(), text)
	}
	for text, why := range map[string]string{
		"https://elsewhere.example.org/reports/a": "elsewhere.example.org is another server",
		"https://cos.example.org.evil/reports/a":  "is another server",
		"https://[":                               "This is no address",
	} {
		assert.ErrorContains(t, s.Browser.GoTo(text), why)
	}
	s.atAWS()
	for text, want := range map[string]client.Location{
		"https://s3.eu-central-1.amazonaws.com/reports/2026/q3/":         {Bucket: "reports", Key: "2026/q3/"},
		"https://reports.s3.eu-central-1.amazonaws.com/2026/q3/":         {Bucket: "reports", Key: "2026/q3/"},
		"https://my.dotted.bucket.s3.amazonaws.com/":                     {Bucket: "my.dotted.bucket"},
		"https://reports.s3-us-west-2.amazonaws.com/2026/a.csv?x=1#part": {Bucket: "reports", Key: "2026/"},
	} {
		s.open(text)
		assert.Equal(t, want, s.Browser.At(), text)
	}
	assert.Error(t, s.Browser.GoTo("https://ec2.amazonaws.com/reports"))
}

func TestAPlaceThatMayNotBeLookedAtIsOpenedAsAFolder(t *testing.T) {
	s := sees(t, "reports/a/b.csv")
	s.store.Fail = func(op string, at client.Location) error {
		if op == "HeadObject" {
			return &client.Error{Op: op, At: at, Kind: client.KindDenied, Status: 403}
		}
		return nil
	}
	s.open("s3://reports/a")
	assert.Equal(t, "a/", s.Browser.At().Key)
	assert.Equal(t, []string{"b.csv"}, s.rows())
}

// listsNoBuckets opens an account that may not list its buckets.
func listsNoBuckets(t *testing.T) (s *screen, asked *int) {
	t.Helper()
	s = sees(t)
	s.store = uitest.NewStore("secret")
	s.store.Fill(3, "secret/a.csv")
	s.store.Fail = func(op string, _ client.Location) error {
		if op == "ListBuckets" {
			return &client.Error{Op: op, Kind: client.KindDenied, Status: 403}
		}
		return nil
	}
	s.desk.Add(client.Account{Name: "guest", Endpoint: "https://cos.example.org"}, s.store)
	asked = new(int)
	s.OnBucketWanted = func() { *asked++ }
	return s, asked
}

func (s *screen) reopen(name string) {
	s.t.Helper()
	s.App.Open("team")
	s.loop.Pump()
	s.App.Open(name)
	s.loop.Pump()
}

func TestAnAccountThatMayNotListItsBucketsIsAskedForOneAndKeepsIt(t *testing.T) {
	s, asked := listsNoBuckets(t)
	s.Open("guest")
	s.loop.Pump()
	assert.Equal(t, 1, *asked)
	m, empty := s.Browser.BucketsEmpty()
	assert.True(t, empty)
	assert.Equal(t, "This account may not list its buckets", m.Title)

	s.Browser.OpenBucket("secret")
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv"}, s.rows())
	assert.Equal(t, []string{"secret"}, s.Browser.BucketNames())
	p, err := s.desk.Preferences()
	require.NoError(t, err)
	assert.Equal(t, map[string][]string{"guest": {"secret"}}, p.Buckets)

	s.reopen("guest")
	assert.Equal(t, 1, *asked, "it is known now")
	assert.Equal(t, []string{"secret"}, s.Browser.BucketNames())
	s.Start() // the accounts are read anew
	s.loop.Pump()
	s.renames("visitor")
	assert.Equal(t, []string{"secret"}, s.Browser.BucketNames(), "also under another name")
}

func TestABucketThatIsNotThereIsNotKept(t *testing.T) {
	s, asked := listsNoBuckets(t)
	s.Open("guest")
	s.loop.Pump()
	s.Browser.OpenBucket("mistyped")
	s.loop.Pump()
	require.Error(t, s.Browser.Problem())
	assert.Empty(t, s.Browser.BucketNames())
	s.Browser.OpenBucket("secret")
	s.loop.Pump()
	s.store.Fail = func(op string, at client.Location) error {
		if op == "ListBuckets" {
			return &client.Error{Op: op, Kind: client.KindDenied, Status: 403}
		}
		return &client.Error{Op: op, At: at, Kind: client.KindNoBucket, Status: 404}
	}
	s.Browser.Refresh()
	s.loop.Pump()
	assert.Empty(t, s.Browser.BucketNames(), "what is no more is not kept")
	assert.Equal(t, 1, *asked)
}

func TestAfterADeletionTheListStaysWhereItWas(t *testing.T) {
	var all []string
	for i := range 40 {
		all = append(all, fmt.Sprintf("reports/f%02d", i))
	}
	s := sees(t, append(all, "reports/sub/x")...).open("reports")
	gone := func(fail bool, rows ...int) {
		t.Helper()
		if fail {
			s.store.Fail = func(op string, at client.Location) error {
				if op == "DeleteObject" || op == "DeleteObjects" {
					return &client.Error{Op: op, At: at, Kind: client.KindDenied, Status: 403}
				}
				return nil
			}
		}
		s.Browser.Selection().SetSelected(rows)
		s.Browser.Delete()
		s.loop.Pump()
		s.deletion.Start()
		s.loop.Work()
		s.loop.Apply()
		assert.NotEmpty(t, s.Browser.Rows(), "the list is never empty meanwhile: it would jump to its top")
		s.loop.Pump()
		s.store.Fail = nil
	}
	name := func() string {
		require.Len(t, s.Browser.Selected(), 1)
		return s.Browser.Selected()[0].At.Key
	}
	gone(false, 20) // f19: the folder stands first
	assert.Equal(t, "f20", name(), "the next is selected")
	gone(false, 20, 21, 25)
	assert.Equal(t, "f22", name())
	gone(false, s.Browser.Rows()-1)
	assert.Equal(t, "f38", name(), "after the last, the one before")
	rows := s.Browser.Rows()
	gone(true, 3)
	assert.Equal(t, rows, s.Browser.Rows())
	assert.Len(t, s.problems, 1)
}

func TestARefreshKeepsTheRowsUntilTheirSuccessorsAreThere(t *testing.T) {
	s := sees(t, "reports/a", "reports/b", "reports/c").open("reports")
	s.store.PageSize = 2
	s.Browser.Selection().Only(1)
	s.store.Fill(9, "reports/aa", "reports/d")
	s.Browser.Refresh()
	for range 3 {
		assert.Equal(t, []string{"a", "b", "c"}, s.rows())
		if !s.Browser.Listing() {
			break
		}
		s.loop.Work()
		if s.Browser.Listing() {
			s.loop.Apply()
		}
		if len(s.rows()) != 3 {
			break
		}
	}
	s.loop.Pump()
	assert.Equal(t, []string{"a", "aa", "b", "c", "d"}, s.rows())
	assert.Equal(t, "b", s.Browser.Selected()[0].At.Key)

	s.Browser.Refresh()
	s.loop.Work()
	s.loop.Apply()
	s.Browser.Stop()
	assert.Equal(t, []string{"a", "aa"}, s.rows(), "stopped: what came")
	assert.Contains(t, s.Browser.Progress(), "stopped before the end")
}

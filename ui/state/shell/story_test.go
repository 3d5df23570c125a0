package shell_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/browser"
	"github.com/bucketseal/bucketseal/ui/state/confirm"
	"github.com/bucketseal/bucketseal/ui/state/shell"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

// A screen is an App over a desk in memory, with what it asked of the user.
type screen struct {
	*shell.App
	t        *testing.T
	loop     *uitest.Loop
	desk     *uitest.Desk
	store    *memstore.Store
	problems []explain.Message
	confirm  *confirm.Transfer
	deletion *browser.Deletion
}

// sees opens an account with two buckets and one rule: reports* -> SSE-KMS.
func sees(t *testing.T, filled ...string) *screen {
	t.Helper()
	store := uitest.NewStore("photos", "reports")
	store.Fill(100, filled...)
	desk := uitest.NewDesk().Add(client.Account{Name: "team", Endpoint: "https://cos.example.org"}, store).
		SetRules(rules.Rule{ID: "1", Bucket: "reports*", Type: client.TypeSSEKMS, KMSKey: uitest.Key})
	s := &screen{t: t, loop: &uitest.Loop{}, desk: desk, store: store}
	s.App = shell.New(desk, s.loop, nil)
	s.OnProblem = func(m explain.Message) { s.problems = append(s.problems, m) }
	s.OnConfirm = func(c *confirm.Transfer) { s.confirm = c }
	s.OnDeletion = func(d *browser.Deletion) { s.deletion = d }
	s.Start()
	s.loop.Pump()
	t.Cleanup(func() {
		s.Close(func() {})
		s.loop.Pump()
	})
	return s
}

func (s *screen) open(place string) *screen {
	s.t.Helper()
	require.NoError(s.t, s.Browser.GoTo(place))
	s.loop.Pump()
	return s
}

func (s *screen) rows() []string {
	var rows []string
	for i := range s.Browser.Rows() {
		rows = append(rows, s.Browser.Row(i).Name)
	}
	return rows
}

// file writes a local file.
func (s *screen) file(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	require.NoError(s.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func (s *screen) waitIdle() {
	s.t.Helper()
	s.loop.Until(s.t, "all transfers are over", func() bool {
		return s.Transfers.Rows() > 0 && s.Transfers.Tally().Open() == 0
	})
}

func TestAnUploadObeysTheRuleAndSaysSoBeforeAndAfter(t *testing.T) {
	s := sees(t).open("reports/2026/")
	s.Upload([]string{s.file("報告.csv", "a,b\n")})
	require.NotNil(t, s.confirm, "it is asked at once, while the plan is made")
	assert.True(t, s.confirm.Planning())
	assert.NotEmpty(t, s.confirm.WhyNotStart())
	s.loop.Pump()

	assert.Equal(t, "Upload 1 file (4 B) to s3://reports/2026/", s.confirm.Headline())
	require.Len(t, s.confirm.Lines(), 1)
	assert.Equal(t, "1 file, 4 B: rule 1, reports* -> SSE-KMS, key "+string(uitest.Key), s.confirm.Lines()[0].Text)
	assert.Equal(t, []string{"報告.csv"}, s.confirm.Lines()[0].More)
	assert.NotContains(t, s.store.Asked(), memstore.PutObject, "not a byte moves before yes")

	s.confirm.Start()
	s.waitIdle()
	require.Equal(t, 1, s.Transfers.Rows())
	row := s.Transfers.Row(0)
	assert.Equal(t, "Verified, SSE-KMS 11111111-2222-3333-4444-555555555555", row.State)
	assert.Equal(t, explain.RoleGood, row.Role)
	assert.Equal(t, "→ s3://reports/2026/", row.Target)
	assert.Equal(t, "rule 1: SSE-KMS 11111111-2222-3333-4444-555555555555", row.Rule)
	assert.Equal(t, []string{"報告.csv"}, s.rows(), "it is in the list without listing again")
	assert.Empty(t, s.problems)
}

func TestAPlanIsHandedOverOnlyOnce(t *testing.T) {
	s := sees(t).open("reports")
	s.Upload([]string{s.file("a.csv", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.confirm.Start()
	s.waitIdle()
	assert.Equal(t, 1, s.Transfers.Rows())
	assert.Empty(t, s.problems)
}

func TestGivingUpAnUploadSendsNothing(t *testing.T) {
	s := sees(t).open("reports")
	s.Upload([]string{s.file("a.csv", "a")})
	s.loop.Pump()
	closed := 0
	s.confirm.OnClose = func() { closed++ }
	s.confirm.Cancel()
	s.confirm.Start()
	s.loop.Pump()
	assert.Equal(t, 1, closed)
	assert.Equal(t, 0, s.Transfers.Rows())
	assert.NotContains(t, s.store.Asked(), memstore.PutObject)
}

func TestAnObjectEncryptedWithAnotherKeyIsShownAsFailed(t *testing.T) {
	s := sees(t).open("reports")
	s.store.EncryptAs(func(r client.Reported) client.Reported {
		if r.Key != "" {
			r.Key = "arn:aws:kms:us-east-1:000000000000:key/99999999-2222-3333-4444-555555555555"
		}
		return r
	})
	s.Upload([]string{s.file("a.csv", "a")})
	s.loop.Pump()
	s.confirm.Start()
	s.waitIdle()
	row := s.Transfers.Row(0)
	assert.Equal(t, explain.RoleBad, row.Role)
	assert.Contains(t, row.State, "Failed: Encrypted, another key")
	assert.Equal(t, "The object is not encrypted as asked", s.Transfers.Explain(0).Title)
	assert.Equal(t, "", s.Transfers.WhyNot(transfers.Retry, nil))
	assert.Equal(t, "Failed 1", s.Transfers.Tally().String())
}

func TestOneUploadMayBeEncryptedOtherwise(t *testing.T) {
	s := sees(t).open("photos")
	s.Upload([]string{s.file("a.jpg", "a")})
	s.loop.Pump()
	assert.False(t, s.confirm.Encrypts(), "no rule takes it")
	assert.Equal(t, explain.RoleWarn, s.confirm.Lines()[0].Role)

	s.confirm.SetEncrypt(true)
	s.loop.Pump()
	choice, _ := s.confirm.Choice()
	assert.Equal(t, confirm.ChooseSSEKMS, choice)
	assert.Equal(t, []string{string(uitest.Key)}, s.confirm.KeyChoices())
	s.confirm.SetChoice(confirm.ChooseSSEKMS, " alias/reports ")
	s.loop.Pump()
	assert.Equal(t, "1 file, 1 B: chosen for this upload: SSE-KMS, key alias/reports", s.confirm.Lines()[0].Text)

	s.confirm.SetChoice(confirm.ChooseSSEKMS, "bad\nkey")
	s.loop.Pump()
	assert.Contains(t, s.confirm.KeyProblem(), "cannot be sent")
	assert.NotEmpty(t, s.confirm.WhyNotStart())

	s.confirm.SetEncrypt(false)
	s.loop.Pump()
	choice, _ = s.confirm.Choice()
	assert.Equal(t, confirm.AsRules, choice, "off is what it was")
}

func TestTheTickOffUnderARuleAsksForTheBucketDefault(t *testing.T) {
	s := sees(t).open("reports")
	s.Upload([]string{s.file("a.csv", "a")})
	s.loop.Pump()
	require.True(t, s.confirm.Encrypts())
	s.confirm.SetEncrypt(false)
	s.loop.Pump()
	assert.False(t, s.confirm.Encrypts())
	assert.Contains(t, s.confirm.Lines()[0].Text, "chosen for this upload: bucket default")
	s.confirm.SetEncrypt(true)
	s.loop.Pump()
	choice, _ := s.confirm.Choice()
	assert.Equal(t, confirm.AsRules, choice)
}

func TestFilesThatAreThereAreOverwrittenOnlyKnowingly(t *testing.T) {
	s := sees(t, "reports/a.csv").open("reports")
	s.Upload([]string{s.file("a.csv", "new")})
	s.loop.Pump()
	lines := s.confirm.Lines()
	require.Len(t, lines, 2)
	assert.Equal(t, "1 file is there already and will be OVERWRITTEN", lines[1].Text)
	s.confirm.SetOverwrite(transfer.OverwriteSkip)
	s.loop.Pump()
	assert.Equal(t, "1 file is there already: it stays as it is", s.confirm.Lines()[1].Text)
	s.confirm.Start()
	s.waitIdle()
	assert.Equal(t, "Failed: The object is not encrypted as asked", s.Transfers.Row(0).State, "what stays is looked at")
	_, ours := s.Transfers.Unproven(0)
	assert.False(t, ours, "it is somebody else's: nothing is offered to be deleted")
	head, err := s.store.Head(t.Context(), client.Location{Bucket: "reports", Key: "a.csv"}, client.ReadOptions{})
	require.NoError(t, err)
	assert.EqualValues(t, 100, head.Size, "it is the old one")
}

func TestWhatStaysIsSaidWithWhatWasFoundOut(t *testing.T) {
	s := sees(t).open("reports")
	s.uploads("a.csv")
	for _, c := range []struct{ content, state string }{
		{"a,b\n", "Skipped: it is there already (Verified, SSE-KMS " + short + ")"},
		{"c,d\n", "Skipped: it is there already, with other contents"},
	} {
		s.Upload([]string{s.file("a.csv", c.content)})
		s.loop.Pump()
		s.confirm.SetOverwrite(transfer.OverwriteSkip)
		s.loop.Pump()
		s.confirm.Start()
		s.waitIdle()
		row := s.Transfers.Row(s.Transfers.Rows() - 1)
		assert.Equal(t, c.state, row.State)
		assert.Equal(t, strings.Contains(c.state, "other contents"), row.Role == explain.RoleWarn)
	}
	last := s.Transfers.Rows() - 1
	m := s.Transfers.Explain(last)
	assert.Equal(t, "An object of this name is there already", m.Title)
	assert.Contains(t, m.Body, "It is there already, with other contents.")
	i18n.Set(i18n.TraditionalChinese)
	defer i18n.Set(i18n.English)
	assert.Equal(t, "已略過：物件已經存在，但內容不同", s.Transfers.Row(last).State)
}

func TestWhatARuleRefusesIsSaidWithItsReason(t *testing.T) {
	s := sees(t)
	s.desk.SetRules(rules.Rule{ID: "1", Type: client.TypeSSEC})
	s.open("reports")
	s.Upload([]string{s.file("a.csv", "a")})
	s.loop.Pump()
	assert.Equal(t, "None of this can be transferred", s.confirm.Headline())
	line := s.confirm.Lines()[0]
	assert.Equal(t, explain.RoleBad, line.Role)
	assert.Contains(t, line.More[0], "SSE-C key is not in the keyring")
	s.confirm.Start()
	s.loop.Pump()
	assert.Equal(t, 0, s.Transfers.Rows())
}

func TestRulesThatCannotBeReadStopEveryUpload(t *testing.T) {
	s := sees(t).open("reports")
	s.desk.Fail = func(call string) error {
		if call == "rules" {
			return errors.New("rules.json is damaged")
		}
		return nil
	}
	s.Upload([]string{s.file("a.csv", "a")})
	s.Browser.RefreshRules()
	s.loop.Pump()
	assert.NotEmpty(t, s.confirm.WhyNotStart())
	assert.Contains(t, s.confirm.Lines()[0].Text, "rules.json is damaged")
	text, role := s.Browser.RuleHere()
	assert.Equal(t, explain.RoleBad, role)
	assert.Contains(t, text, "uploads are refused")
}

func TestADownloadAsksOnlyWhenItMustOverwrite(t *testing.T) {
	s := sees(t, "photos/a.jpg").open("photos")
	into := t.TempDir()
	s.Browser.Selection().Only(0)
	s.Download(s.Browser.Selected(), into, "")
	s.waitIdle()
	assert.Nil(t, s.confirm)
	assert.FileExists(t, filepath.Join(into, "a.jpg"))
	assert.Equal(t, "Downloaded, complete", s.Transfers.Row(0).State)

	assert.Equal(t, "MD5", s.Transfers.Row(0).Content, "the ETag is one")

	s.Download(s.Browser.Selected(), into, "")
	s.loop.Pump()
	require.NotNil(t, s.confirm)
	assert.Equal(t, "1 file is there already and will be OVERWRITTEN", s.confirm.Lines()[1].Text)
}

package shell_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/transfers"
	"github.com/bucketseal/bucketseal/ui/uitest"
)

const short = "11111111-2222-3333-4444-555555555555"

// dropsEncryption has the server store without encryption what rules ask to be
// encrypted, and uploads a file.
func dropsEncryption(t *testing.T, filled ...string) *screen {
	t.Helper()
	s := sees(t, filled...).open("reports")
	s.store.EncryptAs(func(client.Reported) client.Reported { return client.Reported{Told: true, Type: client.TypeNone} })
	s.uploads("a.csv")
	return s
}

func (s *screen) uploads(name string) {
	s.t.Helper()
	s.Upload([]string{s.file(name, "a,b\n")})
	s.loop.Pump()
	s.confirm.Start()
	s.waitIdle()
}

func (s *screen) unproven(row int) transfers.Unproven {
	s.t.Helper()
	u, ok := s.Transfers.Unproven(row)
	require.True(s.t, ok)
	return u
}

func facts(m explain.Message) (lines []string) {
	for _, f := range m.Facts {
		lines = append(lines, f.String())
	}
	return lines
}

func TestAnObjectStoredWithoutEncryptionIsShownWithWhatWasAsked(t *testing.T) {
	s := dropsEncryption(t)
	assert.Equal(t, "Failed: Not encrypted", s.Transfers.Row(0).State)
	m := s.Transfers.Explain(0)
	assert.Equal(t, "The object is not encrypted as asked", m.Title)
	assert.Equal(t, "a.csv is on the server, stored without encryption.", m.Body)
	lines := facts(m)
	require.Len(t, lines, 11)
	assert.Equal(t, []string{
		"Object: s3://reports/a.csv",
		"Asked for: SSE-KMS", "Reported: none reported", "Key asked for: " + string(uitest.Key), "Key reported: none reported",
		"Why: SSE-KMS, key " + string(uitest.Key) + " was asked; HEAD of the object names no encryption.",
		"Asked because of: Rule 1, reports* -> SSE-KMS, key " + string(uitest.Key) + ".",
		"Content: checksum: the server returned the checksum of what was sent", "Request id: req-1",
	}, append(lines[:1:1], lines[2:10]...))
	assert.Equal(t, explain.RoleBad, m.Facts[3].Role)
	for _, line := range lines {
		assert.Contains(t, m.Text(), line, "the copy holds it all")
	}
}

func TestTheObjectNotAsAskedIsDeletedAndNothingElse(t *testing.T) {
	s := dropsEncryption(t, "reports/a.csv.old", "reports/b.csv")
	u := s.unproven(0)
	title, body := u.Question()
	assert.Equal(t, "Delete a.csv from the server?", title)
	assert.Equal(t, "s3://reports/a.csv (4 B) lies on the server, stored without encryption.\n"+
		"Asked for was: SSE-KMS, key "+string(uitest.Key)+"\n"+
		"This object is deleted and nothing else. The file on this computer stays.", body)
	s.Browser.Refresh()
	s.loop.Pump()
	require.Contains(t, s.rows(), "a.csv")

	u.Delete()
	assert.Equal(t, "Deleting from the server…", s.Transfers.Row(0).State)
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Retry, []int{0}), "not while it is being deleted")
	_, ok := s.Transfers.Unproven(0)
	assert.False(t, ok, "once only")
	s.loop.Pump()
	assert.Equal(t, "Deleted from the server", s.Transfers.Row(0).State)
	assert.Equal(t, explain.RoleMuted, s.Transfers.Row(0).Role)
	assert.Equal(t, []string{"a.csv.old", "b.csv"}, s.store.Names("reports"))
	assert.NotContains(t, s.rows(), "a.csv")
	assert.Equal(t, "Done 1  |  Stopped or skipped 1", s.Transfers.Tally().String(), "the deletion and the upload")
	assert.NotEmpty(t, s.Transfers.WhyNotDelete([]int{0}))
	assert.Contains(t, s.Transfers.Explain(0).Text(), "HEAD of the object names no encryption", "what was found is still told")
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Retry, nil), "retrying all does not bring it back")
	assert.Empty(t, s.Transfers.WhyNot(transfers.Retry, []int{0}), "retrying it by name does")
	assert.Empty(t, s.problems)
}

func TestADeletionThatIsDeniedLeavesTheRowAsItWas(t *testing.T) {
	s := dropsEncryption(t)
	for name, why := range map[string]struct {
		err  error
		said string
	}{
		"denied":  {&client.Error{Op: "DeleteObject", Kind: client.KindDenied, Status: 403, Code: "AccessDenied"}, "denied"},
		"no road": {&client.Error{Op: "DeleteObject", Kind: client.KindNetwork}, "reach"},
	} {
		t.Run(name, func(t *testing.T) {
			s.problems = nil
			s.store.Before(func(_ context.Context, c memstore.Call) error {
				if e, ok := why.err.(*client.Error); ok && e.Op == string(c.Op) {
					return why.err
				}
				return nil
			})
			s.unproven(0).Delete()
			s.loop.Pump()
			require.Len(t, s.problems, 1)
			assert.Contains(t, s.problems[0].Text(), why.said)
			assert.Equal(t, "Failed: Not encrypted", s.Transfers.Row(0).State)
			assert.Equal(t, explain.RoleBad, s.Transfers.Row(0).Role)
			assert.Contains(t, s.store.Names("reports"), "a.csv")
		})
	}
	s.Transfers.Do(transfers.Keep, []int{0})
	s.unproven(0).Delete()
	s.loop.Pump()
	assert.Contains(t, s.Transfers.Row(0).State, "Kept", "nor does it undo what was decided before")
}

func TestWhatIsKeptGoesOnSayingWhatWasFound(t *testing.T) {
	s := dropsEncryption(t)
	s.unproven(0).Keep()
	row := s.Transfers.Row(0)
	assert.Equal(t, "Kept: Not encrypted", row.State)
	assert.Equal(t, explain.RoleWarn, row.Role, "never green")
	assert.Equal(t, "Kept, not verified 1", s.Transfers.Tally().String())
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Keep, []int{0}))
	assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Retry, nil))
	assert.Equal(t, []string{"a.csv"}, s.store.Names("reports"))
	assert.Contains(t, s.Transfers.Explain(0).Hints[0], "You kept it")

	s.store.EncryptAs(nil)
	s.unproven(0).Retry()
	s.waitIdle()
	assert.Equal(t, "Verified, SSE-KMS "+short, s.Transfers.Row(0).State, "a retry begins anew")
	_, ok := s.Transfers.Unproven(0)
	assert.False(t, ok)
}

func TestAnObjectUploadedAgainSinceIsNotDeletedInPassing(t *testing.T) {
	s := dropsEncryption(t)
	old := s.unproven(0)
	s.store.EncryptAs(nil)
	s.uploads("a.csv")
	require.Contains(t, s.Transfers.Row(1).State, "Verified")
	assert.Equal(t, "Another upload has replaced it since.", s.Transfers.WhyNotDelete([]int{0}))
	old.Delete()
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv"}, s.store.Names("reports"))
	assert.Equal(t, "Failed: Not encrypted", s.Transfers.Row(0).State)
}

func TestOnlyAFailedProofAsksWhatToDo(t *testing.T) {
	s := sees(t).open("reports")
	s.uploads("good.csv")
	s.store.Before(memstore.Failing(client.KindDenied, memstore.PutObject))
	s.uploads("denied.csv")
	for row := range s.Transfers.Rows() {
		_, ok := s.Transfers.Unproven(row)
		assert.False(t, ok, s.Transfers.Row(row).State)
		assert.NotEmpty(t, s.Transfers.WhyNotDelete([]int{row}))
		assert.NotEmpty(t, s.Transfers.WhyNot(transfers.Keep, []int{row}))
	}
	assert.NotEmpty(t, s.Transfers.WhyNotDelete(nil))
	assert.NotEmpty(t, s.Transfers.WhyNotDelete([]int{7}))
	s.Transfers.Do(transfers.Keep, nil)
	assert.Equal(t, "Failed 1  |  Done 1", s.Transfers.Tally().String())
}

func TestARetryThatWouldOnlyBeSkippedIsNotOffered(t *testing.T) {
	s := sees(t).open("reports")
	s.store.EncryptAs(func(client.Reported) client.Reported { return client.Reported{Told: true, Type: client.TypeNone} })
	s.Upload([]string{s.file("a.csv", "a")})
	s.loop.Pump()
	s.confirm.SetOverwrite(transfer.OverwriteSkip)
	s.loop.Pump()
	s.confirm.Start()
	s.waitIdle()
	require.Equal(t, "Failed: Not encrypted", s.Transfers.Row(0).State)
	assert.Equal(t, "The object is there now and this upload may not overwrite it: delete it first.", s.unproven(0).WhyNotRetry())
	s.unproven(0).Retry()
	s.loop.Pump()
	assert.Equal(t, "Failed: Not encrypted", s.Transfers.Row(0).State, "what was found is not hidden behind Skipped")
	s.unproven(0).Delete()
	s.loop.Pump()
	assert.Empty(t, s.Transfers.WhyNot(transfers.Retry, []int{0}))
}

func TestWhatLiesThereIsSaidAsItWasReported(t *testing.T) {
	other := client.KeyID("arn:aws:kms:us-east-1:000000000000:key/99999999-2222-3333-4444-555555555555")
	for want, r := range map[string]client.Reported{
		"encrypted in another way than asked: SSE-S3":                     {Told: true, Type: client.TypeSSES3},
		"encrypted with another key: SSE-KMS, key " + string(other):       {Told: true, Type: client.TypeSSEKMS, Key: other},
		"and the server does not say how it is encrypted":                 {},
		"encrypted, and it cannot be told whether with the key asked for": {Told: true, Type: client.TypeSSEKMS},
	} {
		t.Run(want, func(t *testing.T) {
			s := sees(t).open("reports")
			s.store.EncryptAs(func(client.Reported) client.Reported { return r })
			s.uploads("a.csv")
			_, body := s.unproven(0).Question()
			assert.Contains(t, body, want)
			assert.Equal(t, r.Told && r.Type == client.TypeSSES3, strings.Contains(s.Transfers.Row(0).State, "Encrypted in another way: SSE-S3"))
			assert.NotContains(t, body, "without encryption")
			i18n.Set(i18n.TraditionalChinese)
			defer i18n.Set(i18n.English)
			_, body = s.unproven(0).Question()
			assert.Contains(t, body, "已在伺服器上")
			assert.NotContains(t, body, "encrypted")
		})
	}
}

func TestAFindingIsSaidInChineseWhoeverSaidIt(t *testing.T) {
	s := dropsEncryption(t)
	i18n.Set(i18n.TraditionalChinese)
	t.Cleanup(func() { i18n.Set(i18n.English) })
	text := joined(facts(s.Transfers.Explain(0)))
	assert.Contains(t, text, "物件的 HEAD 查詢未回報任何加密。")
	assert.NotContains(t, text, "was asked")
}

func joined(lines []string) string { return strings.Join(lines, "\n") }

func TestAColleaguesReplacementIsNotDeleted(t *testing.T) {
	s := dropsEncryption(t)
	u := s.unproven(0)
	s.store.EncryptAs(nil)
	at := client.Location{Bucket: "reports", Key: "a.csv"}
	ours, _ := s.store.Object(at)
	sameWrittenLater := func(o *client.Object) { o.ETag, o.Modified = ours.ETag, ours.Modified.Add(time.Hour) }
	for _, theirs := range []struct {
		content string
		change  func(*client.Object)
		said    string
	}{
		{"a colleague's good file", func(*client.Object) {}, "The object is another one now"},
		{"a,b\n", sameWrittenLater, "Another object has taken its place."},
	} {
		s.store.Write(at, []byte(theirs.content), client.PutOptions{Encryption: client.SSEKMS{Key: uitest.Key}})
		s.store.Change(at, theirs.change)
		u.Delete()
		s.loop.Pump()
		assert.Equal(t, []string{"a.csv"}, s.store.Names("reports"))
		assert.Equal(t, "Replaced by another object since: nothing was deleted", s.Transfers.Row(0).State)
		assert.Contains(t, s.problems[len(s.problems)-1].Text(), theirs.said)
	}
	_, ok := s.Transfers.Unproven(0)
	assert.False(t, ok, "it is not ours to decide about any more")
	assert.Equal(t, "Stopped or skipped 3", s.Transfers.Tally().String(), "the upload and the two deletions")
	assert.Equal(t, "Replaced by another object since: nothing was deleted", s.Transfers.Explain(0).Body)
	assert.Empty(t, s.Transfers.WhyNot(transfers.Retry, []int{0}))
}

// deniesLooking stores what it is sent and lets nobody look at it.
func deniesLooking(t *testing.T) *screen {
	t.Helper()
	s := sees(t).open("reports")
	s.store.Before(memstore.Failing(client.KindDenied, memstore.HeadObject))
	s.uploads("a.csv")
	return s
}

func TestWhatCouldNotBeLookedAtStaysOnTheListUntilSomebodyDecides(t *testing.T) {
	s := deniesLooking(t)
	row := s.Transfers.Row(0)
	assert.Equal(t, "Not yet verified", row.State)
	text, role := transfers.WarningAbout(s.UnprovenHere())
	assert.Equal(t, "1 object here is not yet verified", text)
	assert.Equal(t, explain.RoleWarn, role)
	assert.Equal(t, explain.RoleWarn, row.Role, "neither good nor known to be bad")
	m := s.Transfers.Explain(0)
	assert.Equal(t, "The file is stored, and not yet verified", m.Title)
	assert.Equal(t, "a.csv is on the server, and how it is encrypted is not yet verified.", m.Body)
	assert.Contains(t, joined(facts(m)), "Why: The file is stored, and this account may not look: HEAD of the object was denied.")

	u := s.unproven(0)
	_, body := u.Question()
	assert.Contains(t, body, "how it is encrypted is not yet verified")
	u.Keep()
	assert.Equal(t, "Kept, not yet verified", s.Transfers.Row(0).State)
	assert.Equal(t, "Kept, not verified 1", s.Transfers.Tally().String())

	s.store.Before(nil)
	u.Retry()
	s.waitIdle()
	assert.Equal(t, "Verified, SSE-KMS "+short, s.Transfers.Row(0).State)
}

func TestWhatCouldNotBeLookedAtIsSaidInChineseToo(t *testing.T) {
	s := deniesLooking(t)
	i18n.Set(i18n.TraditionalChinese)
	t.Cleanup(func() { i18n.Set(i18n.English) })
	assert.Equal(t, "尚未驗證", s.Transfers.Row(0).State)
	assert.Contains(t, s.Transfers.Explain(0).Body, "加密方式尚未驗證")
	assert.Contains(t, joined(facts(s.Transfers.Explain(0))), "檔案已儲存，但此帳號沒有查看的權限：物件的 HEAD 查詢遭拒絕。")
}

func TestWhatCannotBeToldFromAnotherObjectIsNotDeletedHere(t *testing.T) {
	s := sees(t).open("reports")
	s.store.After(func(_ memstore.Call, o *client.Object) error { o.ETag = ""; return nil })
	s.store.EncryptAs(func(client.Reported) client.Reported { return client.Reported{Told: true, Type: client.TypeNone} })
	s.uploads("a.csv")
	assert.Contains(t, s.Transfers.WhyNotDelete([]int{0}), "Nothing is known of it by which it could be told")
	s.unproven(0).Delete()
	s.loop.Pump()
	assert.Equal(t, []string{"a.csv"}, s.store.Names("reports"))
}

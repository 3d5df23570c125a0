package state_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state"
)

func TestWhatIsWrongWithAnAccountStandsAtItsFieldInTheUsersLanguage(t *testing.T) {
	t.Cleanup(func() { i18n.Set(i18n.English) })
	for _, c := range []struct {
		field          state.AccountField
		typed          string
		english, local string
	}{
		{state.FieldName, "a\tb", "One line without tabs, please.", "請填單行文字，不含 Tab。"},
		{state.FieldName, "Local demo", "The built-in account has this name", "這是內建帳號的名稱"},
		{state.FieldEndpoint, "cos.example.org/bucket", "should end after the host", "應在主機名稱之後結束"},
		{state.FieldEndpoint, "https://:9000", "names no host", "沒有主機名稱"},
		{state.FieldEndpoint, "https://cos:99999", "a port is a number", "連接埠須為"},
		{state.FieldEndpoint, "cos example", "This is not a URL.", "這不是網址。"},
		{state.FieldKMSEndpoint, "http://nas:9000", "is not protected", "未受保護"},
		{state.FieldRegion, "us east", "is none: letters, digits", "不是區域名稱"},
		{state.FieldAccessKey, "AK\u200bID", "Character 3 is one that cannot be seen: paste it again without it.", "第 3 個字元是看不見的字元：請去除後重新貼上。"},
		{state.FieldAccessKey, "AK ID", "Character 3 is a blank", "空白字元"},
		{state.FieldSecret, "se\ncret", "Character 3 is a line end", "換行字元"},
		{state.FieldSecret, "se\tcret", "Character 3 is a tab", "Tab 字元"},
		{state.FieldSecret, "se\ufeffcret", "Character 3 is a byte order mark", "位元組順序記號"},
		{state.FieldSecret, "se\xffcret", "Character 3 cannot be read", "第 3 個字元無法讀取"},
		{state.FieldToken, "tö", "Character 2 is none that it can have", "第 2 個字元不允許使用"},
	} {
		e := sees(t).NewAccount()
		e.Set(c.field, c.typed)
		i18n.Set(i18n.English)
		assert.Contains(t, e.Problems(false)[c.field], c.english, "%q", c.typed)
		assert.NotEmpty(t, e.WhyNotSave())
		i18n.Set(i18n.TraditionalChinese)
		assert.Contains(t, e.Problems(false)[c.field], c.local, "%q", c.typed)
	}
	i18n.Set(i18n.English)
	e := sees(t).NewAccount()
	e.Set(state.FieldSecret, "\ufeffs3cret\r\n")
	e.Set(state.FieldToken, " \n")
	assert.Empty(t, e.Problems(false))
	_, c := e.Account()
	assert.Equal(t, "s3cret", c.Secret.Reveal())
	assert.True(t, c.SessionToken.IsZero())
}

func TestAnAccountWhoseSecretCannotBeRemovedStaysAndSaysSo(t *testing.T) {
	s := sees(t).open("reports")
	s.desk.Fail = func(call string) error {
		if call == "remove account" {
			return fmt.Errorf("delete the secret of account %q: %w", "team", state.ErrStillLocked)
		}
		return nil
	}
	s.RemoveAccount()
	s.loop.Pump()
	require.Len(t, s.problems, 1)
	assert.Equal(t, "The account was not removed", s.problems[0].Title)
	assert.Contains(t, s.problems[0].Body, "Your secrets are still locked")
	assert.Contains(t, s.problems[0].Hints[0], "Remove the account again")
	assert.Len(t, s.Accounts(), 1)
	s.desk.Fail = nil
	s.RemoveAccount()
	s.loop.Pump()
	assert.Empty(t, s.Accounts())
}

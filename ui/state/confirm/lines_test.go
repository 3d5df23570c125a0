package confirm

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

func TestWhyAFileIsRefusedIsSaidInTheUsersLanguageAndPunctuation(t *testing.T) {
	i18n.Set(i18n.TraditionalChinese)
	t.Cleanup(func() { i18n.Set(i18n.English) })
	lines := planLines(transfer.Plan{Refused: []transfer.Refusal{{Source: "/none", Reason: client.Say("there is no such file")}}})
	assert.Equal(t, []string{"/none：沒有這個檔案"}, lines[0].More)
}

func TestASumOfWhichSomeIsNotToldSaysSo(t *testing.T) {
	jobs := []transfer.Job{{Op: transfer.Download, Expect: transfer.Expect{Size: client.NotTold}}, {Op: transfer.Download, Expect: transfer.Expect{Size: 7}}}
	assert.Equal(t, "2 files, at least 7 B", planLines(transfer.Plan{Jobs: jobs})[0].Text)
}

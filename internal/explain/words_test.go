package explain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

func TestATimeNobodyToldIsNotSaid(t *testing.T) {
	assert.Empty(t, explain.Time(time.Time{}))
}

func TestASumOfWhichSomeIsNotToldSaysSo(t *testing.T) {
	assert.Equal(t, "7 B", explain.TotalSize(7, 0))
	assert.Equal(t, "at least 7 B", explain.TotalSize(7, 1))
	assert.Equal(t, "–", explain.TotalSize(0, 2))
}

func TestHowTheBytesWereComparedIsSaidInBothLanguages(t *testing.T) {
	t.Cleanup(func() { i18n.Set(i18n.English) })
	for c, want := range map[transfer.Content][2]string{
		transfer.ContentChecksum: {"checksum", "總和檢查碼"},
		transfer.ContentMD5:      {"MD5", "MD5"},
		transfer.ContentSize:     {"size only", "僅大小"},
		transfer.ContentNone:     {"", ""},
	} {
		assert.Equal(t, want[0], explain.Content(c))
		i18n.Set(i18n.TraditionalChinese)
		assert.Equal(t, want[1], explain.Content(c))
		i18n.Set(i18n.English)
	}
}

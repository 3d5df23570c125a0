package i18n_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// fault is a way not to write Chinese here, and what to write instead. A find
// that the exception begins at the same place is none.
type fault struct{ find, except, instead string }

// The glossary: the words of TWCC's portal and manual, which our readers have
// open beside the program, before Amazon's and Microsoft's; never the mainland's.
var glossary = []fault{
	{find: `儲存桶|儲存貯體|存儲桶`, instead: "儲存體"},
	{find: `[^密取]金鑰 ID|^金鑰 ID|私密金鑰`, instead: "加密金鑰 ID (of KMS), 存取金鑰 ID, 私密存取金鑰"},
	{find: `加密內容[^（]|加密內容$`, instead: "加密內容（context）: the two words alone read as encrypted content"},
	{find: `金鑰圈`, instead: "系統鑰匙圈"},
	{find: `機密`, except: `機密資料`, instead: "機密資料"},
	{find: `副本`, instead: "複本"},
	{find: `專案`, instead: "計畫"},
	{find: `保留版本|版本管理`, instead: "版本控制"},
	{find: `新增儲存體|新增資料夾`, instead: "建立"},
	{find: `要求識別碼|要求 ID`, instead: "請求: 要求 is what somebody asked for"},
	{find: `無加密`, instead: "未回報 or 未加密: silence is not no"},
	{find: `詳細資訊`, instead: "詳細資料"},
	{find: `代理伺服器`, instead: "Proxy"},
	{find: `文件`, instead: "檔案"},
	{find: `默認`, instead: "預設"},
	{find: `存儲`, except: `存儲存體`, instead: "儲存"},
	{find: `密鑰|秘鑰`, instead: "金鑰"},
	{find: `拼寫`, instead: "輸入正確"},
	{find: `信息`, instead: "資訊"},
	{find: `設置`, instead: "設定"},
	{find: `服務器`, instead: "伺服器"},
	{find: `打開`, instead: "開啟"},
	{find: `屏幕`, instead: "螢幕"},
	{find: `[你妳]`, instead: "您"},
	{find: `它`, instead: "the name of the thing"},
	{find: `賬`, instead: "帳"},
}

// The typography. A verb is not looked at from outside, as what fills it may be
// Han or not; a number is always set off.
var typography = []fault{
	{find: `\p{Han}[,;:!?()"]|[,;:!?()"]\p{Han}|\p{Han}\.(\s|$)`, instead: "full-width punctuation beside Han"},
	{find: `\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`, except: `[sdvq]\p{Han}`, instead: "one space between Han and Latin"},
	{find: `\p{Han}%(\[\d+\])?d|%(\[\d+\])?d\p{Han}`, instead: "one space between Han and a number"},
	{find: `[，。：；！？（）「」、] | [，。：；！？（）「」、]`, instead: "no space beside full-width punctuation"},
	{find: `\p{Han}>|>\p{Han}|\p{Han}/\p{Han}`, except: `器/儲`, instead: "a menu's path as A > B"},
}

// faults are those of text.
func faults(text string, tables ...[]fault) []string {
	var found []string
	for _, table := range tables {
		for _, f := range table {
			for _, at := range regexp.MustCompile(f.find).FindAllStringIndex(text, -1) {
				if f.except != "" && regexp.MustCompile(`^(?:`+f.except+`)`).MatchString(text[at[0]:]) {
					continue
				}
				found = append(found, fmt.Sprintf("%q: %s", text[at[0]:at[1]], f.instead))
			}
		}
	}
	return found
}

func TestEveryFaultOfChineseIsSeen(t *testing.T) {
	for _, c := range []struct{ bad, good string }{
		{"儲存桶名稱", "儲存體名稱"},
		{"請輸入金鑰 ID", "請輸入加密金鑰 ID"},
		{"金鑰 ID", "存取金鑰 ID"},
		{"加密內容", "加密內容（context）"},
		{"這台電腦的金鑰圈", "這台電腦的系統鑰匙圈"},
		{"保存機密", "保存機密資料"},
		{"伺服器回報無加密", "未回報任何加密"},
		{"存儲設置", "儲存設定"},
		{"讓它優先", "讓此規則優先"},
		{"名稱,大小", "名稱，大小"},
		{"名稱(大小)", "名稱（大小）"},
		{"結束.", "結束。"},
		{"一把KMS 金鑰", "一把 KMS 金鑰"},
		{"第%d 行", "第 %d 行"},
		{"「規則」 的", "「規則」的"},
		{"工具>伺服器端加密", "工具 > 伺服器端加密"},
	} {
		assert.NotEmpty(t, faults(c.bad, glossary, typography), c.bad)
		assert.Empty(t, faults(c.good, glossary, typography), c.good)
	}
	assert.Empty(t, faults("正在儲存儲存體，%s將在 a/b 重試", glossary, typography))
}

func TestTheProgramsChineseKeepsTheGlossary(t *testing.T) {
	for key, text := range chinese(t) {
		assert.Empty(t, faults(text, glossary, typography), "%q is %q", key, text)
		if strings.Contains(text, "封存") {
			assert.Contains(t, strings.ToLower(key), "archive", "封存 is to archive, not to seal: %q", text)
		}
	}
	var toolkit map[string]any
	require.NoError(t, json.Unmarshal(i18n.Toolkit(), &toolkit))
	for key, text := range toolkit {
		assert.Empty(t, faults(fmt.Sprint(text), glossary), "the toolkit's %q", key)
	}
}

// The manual's words are in English, and its reader looks for them.
func TestTheManualsWordsStandBesideOurs(t *testing.T) {
	texts := chinese(t)
	for _, word := range []string{
		"Server-Side-Encryption", "Save changes", "Endpoint", "Bucket name or mask", "Remote file name or mask",
		"Encryption type", "KMS key type", "Enter KMS master key ARN",
	} {
		assert.True(t, strings.HasSuffix(texts[word], "（"+word+"）"), "%q is %q", word, texts[word])
	}
}

func TestTheChineseGuideKeepsTheGlossary(t *testing.T) {
	guides, err := filepath.Glob(root + "/docs/*.zh-Hant.md")
	require.NoError(t, err)
	require.NotEmpty(t, guides)
	for _, guide := range guides {
		b, err := os.ReadFile(guide)
		require.NoError(t, err)
		for i, line := range strings.Split(string(b), "\n") {
			assert.Empty(t, faults(read(line), glossary, typography), "%s:%d: %s", guide, i+1, line)
		}
	}
}

// A label which a guide names in bold, or in the quotes of labels, is one of the
// window's.
func TestTheGuidesNameWhatTheWindowShows(t *testing.T) {
	inEnglish, inChinese := map[string]bool{"+": true}, map[string]bool{"+": true}
	for key, text := range chinese(t) {
		inEnglish[label(key)], inChinese[label(text)] = true, true
	}
	for guide, shown := range map[string]map[string]bool{"guide.md": inEnglish, "guide.zh-Hant.md": inChinese} {
		b, err := os.ReadFile(filepath.Join(root, "docs", guide))
		require.NoError(t, err)
		named := regexp.MustCompile(`「([^」，。]*\p{Han}[^」，。]*)」|\*\*([^*]+)\*\*`).FindAllStringSubmatch(string(b), -1)
		require.NotEmpty(t, named)
		for _, m := range named {
			for _, step := range strings.Split(m[1]+m[2], " > ") {
				assert.True(t, shown[label(step)], "%s: the window shows no %q", guide, step)
			}
		}
	}
}

// read is a line of Markdown as it is read; the cells of a table have lines of
// their own.
func read(line string) string {
	line = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(line, "$1")
	line = regexp.MustCompile(`^\s*(- |\d+\. |> |#+ )`).ReplaceAllString(line, "")
	return strings.TrimSpace(strings.NewReplacer("**", "", "`", "", " | ", "\n", "| ", "", " |", "").Replace(line))
}

// label is a text of the window without the English beside it, its values and
// its ellipsis.
func label(text string) string {
	return regexp.MustCompile(`(（| \(|[，,：:]? ?%s|…).*`).ReplaceAllString(text, "")
}

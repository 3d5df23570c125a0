package listing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestAnAlphabetIsOfAllKindsThatWereMet(t *testing.T) {
	for met, want := range map[string]alphabet{
		"0a7": {{'0', '9'}, {'a', 'f'}}, "0z": {{'0', '9'}, {'a', 'z'}}, "-B": {{'-', '-'}, {'A', 'F'}},
		"。あ": {{0x3000, 0x30FF}}, // the block of the second lies in that of the first
	} {
		assert.Equal(t, want, alphabetOf([]rune(met)), met)
	}
	assert.Equal(t, 16, alphabetOf([]rune("0f")).size())
	assert.Equal(t, 'a', alphabetOf([]rune("0f")).nth(10))
}

// learned is a lister that saw pages.
func learned(pages ...[]string) *lister {
	l := &lister{places: places{}}
	for _, names := range pages {
		var objects []client.Object
		for _, name := range names {
			objects = append(objects, client.Object{At: client.Location{Key: name}})
		}
		l.places.learn(objects)
		l.samples.add(names[0])
		l.samples.add(names[len(names)-1])
	}
	return l
}

func TestHowAYearEndsIsLearnedOnceForAllYears(t *testing.T) {
	l := learned([]string{"logs/2019/12/30/a", "logs/2019/12/31/z", "logs/2020/01/01/a"})
	met, until := l.known("logs/2023/")
	assert.Equal(t, "01", string(met))
	assert.Equal(t, '2', until, "no month begins with 2")
	_, until = l.known("logs/2023/1")
	assert.Equal(t, '3', until)
	_, until = l.known("logs/2023/0")
	assert.Zero(t, until, "nobody saw how those end")
	assert.True(t, learned([]string{"1/level-0", "2/level-0"}).isFixed("7/lev", 'e'))
	assert.False(t, learned([]string{"1/level-0", "2/level-5"}).isFixed("7/level-", '0'))
	assert.False(t, learned([]string{"1/level-0", "1/level-1"}).isFixed("1/lev", 'e'), "it was met in one place alone")
}

func TestWhereAGuessWasInVainNoneIsMadeAgainUnlessSomethingIsThere(t *testing.T) {
	l := learned([]string{"logs/2019/01/a", "logs/2019/03/a"})
	l.places.inVain("logs/2019/5", "logs/2020/01/a")
	_, until := l.known("logs/2022/")
	assert.Equal(t, '5', until)
	l.places.inVain("logs/2019/07\U0010FFFF", "")
	_, until = l.known("logs/2022/0")
	assert.Equal(t, '8', until)
	l.places.inVain("logs/2019/2", "logs/2019/4")
	_, until = l.known("logs/2022/")
	assert.Equal(t, '5', until, "something came behind it")
	l.samples.add("logs/2022/9")
	_, until = l.known("logs/2022/")
	assert.Zero(t, until)
}

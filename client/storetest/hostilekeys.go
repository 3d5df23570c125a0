package storetest

import (
	"fmt"
	"slices"
	"strings"
)

// HostileKeys are 300 legal keys that somebody could store to do harm, or that no
// file can simply be called, in order. No two are the same. partSuffix is how the names of temporary
// files end.
func HostileKeys(partSuffix string) []string {
	keys := []string{
		"..", ".", "../x", "../../etc/passwd", "a/../../x", "a/./b", "./x", "x/..", "/etc/passwd", "//host/share/x", "a//b", "a/", "/", "//", "///a", "a///b",
		`..\x`, `C:\Windows\x`, `C:x`, `\\host\share`, "file:///etc/passwd", "file.txt:stream", "file.txt::$DATA", "a:b", "dot.", "dots...", "blank ", " blank", "a /b ", "a./b.",
		"~", "~root/x", "$HOME/x", "%HOME%", "-rf", "--help", "*", "?", "a*b?", "<a>", "a|b", `a"b`, "a'b", "`id`", "$(id)", "a;b", "a&b", "a\\b",
		"\x01", "a\x00b", "tab\tx", "line\nx", "cr\rx", "\x1b[31mred", "\x7f", "\u0085", "\u2028", "\u202egnp.exe", "\u200bx", "\ufeffx", "a\u00adb", "\U000e0041",
		"caf\u00e9", "cafe\u0301", "\u212b", "\u00c5", "A\u030a", "\ufb01", "fi", "\u1e9e", "\u00df", "ss", "SS",
		"Twin", "twin", "TWIN", "tWiN/x", "İ", "ı", "i", "I", "ſ", "s", "K", "k", "\u212a", "f", "f/g", "f/g/", "F/G", "F", "d/", "D/x",
		"%", "%%", "%41", "%2E", "%2E%2E", ".%2E", "%2e%2e/x", "%_", "%+", "%file", "a%file", "%-2", "a%-2", "Twin%-2", "%00", "%2F", "%5C", "%_/%_", "a%+/%+b",
		".f.ABCDEFGH" + partSuffix, ".f.ABCDEFG2" + partSuffix, ".F.ABCDEFG2" + strings.ToUpper(partSuffix), partSuffix, "x" + partSuffix, "d/.f.ABCDEFG2" + partSuffix + "/x",
		"desktop.ini", "thumbs.db", ".DS_Store", ".git/config", ".ssh/authorized_keys", ".bashrc", "autorun.inf", "PROGRA~1", "LONGNA~1.TXT", "a~1", "~1",
		strings.Repeat("k", 1024), strings.Repeat("K", 1024), strings.Repeat("é", 512), strings.Repeat("資", 341), strings.Repeat("/", 1024), strings.Repeat("a/", 512),
		strings.Repeat("%", 1024), strings.Repeat("..", 512), strings.Repeat("../", 341), strings.Repeat("k", 255), strings.Repeat("k", 256), strings.Repeat("k", 255) + "/x", strings.Repeat("k", 256) + "/x",
	}
	for _, device := range []string{"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "CONIN$", "COM¹", "clock$"} {
		keys = append(keys, device, device+".txt", strings.ToLower(device)+"/x", "d/"+device+" .x", device+":")
	}
	for i := range 0x20 {
		keys = append(keys, fmt.Sprintf("control/%c%d", rune(i), i), fmt.Sprintf("end%d%c", i, rune(i)))
	}
	for i, r := range []rune{'\u200e', '\u200f', '\u202a', '\u202b', '\u202d', '\u2066', '\u2067', '\u2068', '\u061c', '\ufe0f', '\u180e', '\u2060'} {
		keys = append(keys, fmt.Sprintf("rtl%d%cx", i, r), fmt.Sprintf("%crtl%dx/y", r, i))
	}
	for i := 0; len(keys) < 440; i++ {
		keys = append(keys, fmt.Sprintf("mixed %d/%s./..%s/Ünï:%d?", i, strings.Repeat(" ", i%3+1), strings.Repeat(".", i%4), i))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

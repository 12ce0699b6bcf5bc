package recoup

import (
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"godwit.dev/godwit/internal/base/i18n"
	"godwit.dev/godwit/internal/domain/recovery"
)

func TestNamesAreSafeToSaveUnder(t *testing.T) {
	for in, want := range map[string]string{
		"照片.jpg": "照片.jpg", "../../etc/passwd": "_.._etc_passwd", `C:\x|y.png`: "C__x_y.png", "a\u202egnp.exe": "agnp.exe", "..": "file.", "": "file", "\x00\n.pdf": "file.pdf",
		strings.Repeat("é", 200) + ".jpeg": strings.Repeat("é", 60) + ".jpeg",
	} {
		got := safeName(in)
		if got != want || !utf8.ValidString(got) || path.Base("files/"+got) != got {
			t.Errorf("%q is saved as %q, want %q", in, got, want)
		}
	}
}

func TestPartiesAreWrittenToInTheirLanguage(t *testing.T) {
	for _, c := range []struct {
		claim recovery.Claim
		want  i18n.Lang
	}{
		{recovery.Claim{Against: recovery.Carrier, Party: "4px", Name: "4PX"}, i18n.SimplifiedChinese},
		{recovery.Claim{Against: recovery.Carrier, Party: "dhl", Name: "DHL"}, i18n.English},
		{recovery.Claim{Against: recovery.Insurer, Party: "平安", Name: "平安保险"}, i18n.SimplifiedChinese},
		{recovery.Claim{Against: recovery.Insurer, Party: "4px", Name: "Allianz"}, i18n.English},
		{recovery.Claim{Against: recovery.Supplier, Party: "bright", Name: "Shenzhen Bright"}, i18n.SimplifiedChinese},
	} {
		if got := LanguageOf(c.claim); got != c.want {
			t.Errorf("%s is written to in %s", c.claim.Name, got)
		}
	}
}

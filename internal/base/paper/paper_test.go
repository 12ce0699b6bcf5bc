package paper

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var day = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// scripts are addresses as people write them; want is what must be found in the page's text again.
var scripts = []struct{ name, text, want string }{
	{"Latin", "Jürgen Weiß\nStraße des 17. Juni 135\n10623 Berlin", "Straße des 17. Juni 135"},
	{"Vietnamese", "Nguyễn Thị Hương\n12 Phố Huế, Hà Nội", "Nguyễn Thị Hương"},
	{"Cyrillic", "Щербакова Юлия\nул. Ленина, 5, кв. 12", "Щербакова Юлия"},
	{"Greek", "Γεώργιος Παπαδόπουλος\nΟδός Ερμού 44", "Οδός Ερμού 44"},
	{"Arabic", "شركة الإرجاع\nشارع الملك فهد 1234", "شارع الملك فهد"},
	{"Hebrew", "דוד לוי\nרחוב הרצל 12, תל אביב", "רחוב הרצל"},
	{"Thai", "บริษัท ทดสอบ จำกัด\n99 ถนนสุขุมวิท", "ถนนส"},
	{"Hindi", "प्रेम कुमार शर्मा\n14 महात्मा गांधी मार्ग", "14"},
	{"Chinese", "深圳市南山区科技园退货中心\n邮编 518057", "深圳市南山区科技园退货中心"},
	{"Japanese", "東京都渋谷区神宮前1-2-3\nデモ返品センター 御中", "東京都渋谷区神宮前1-2-3"},
	{"Korean", "서울특별시 강남구 테헤란로 152", "서울특별시 강남구 테헤란로"},
}

const (
	testRMA  = "GW7Q-4M2K-9X"
	testLink = "https://returns.example/r/GW7Q4M2K9X"
)

func testSheet(t *testing.T) []byte {
	t.Helper()
	s := New(A4, "Every script", day)
	s.Page()
	y := 15.0
	for _, x := range scripts {
		s.Text(Box{15, y, 30, 6}, x.name, Style{Bold: true})
		y += s.Text(Box{50, y, 80, 0}, x.text, Style{Size: 12}) + 4
	}
	if err := s.Code128(Box{15, y, 90, 18}, testRMA); err != nil {
		t.Fatal(err)
	}
	if err := s.QR(120, y, 30, testLink); err != nil {
		t.Fatal(err)
	}
	b, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tool returns the path of a program, or skips the test and says so.
func tool(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("not run: %s is not installed", name)
	}
	return p
}

func TestSameInputMakesSameBytes(t *testing.T) {
	if a, b := testSheet(t), testSheet(t); !bytes.Equal(a, b) {
		t.Error("two pages of one input differ")
	}
}

func TestTextIsFoundAgain(t *testing.T) {
	cmd := exec.Command(tool(t, "pdftotext"), "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(testSheet(t))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	// Marks that say which way a text runs are the reader's own.
	got := strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "", "\u200e", "", "\u200f", "").Replace(string(out))
	for _, x := range scripts {
		if !strings.Contains(got, x.want) {
			t.Errorf("%s: %q is not in the text of the page", x.name, x.want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestScannersReadTheCodes(t *testing.T) {
	zbar, draw := tool(t, "zbarimg"), tool(t, "pdftoppm")
	base := filepath.Join(t.TempDir(), "page")
	if keep := os.Getenv("SHOTS"); keep != "" {
		base = filepath.Join(keep, "paper")
	}
	cmd := exec.Command(draw, "-r", "203", "-png", "-singlefile", "-", base) // as coarse as printers of labels are
	cmd.Stdin = bytes.NewReader(testSheet(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.Command(zbar, "--quiet", base+".png").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CODE-128:" + testRMA, "QR-Code:" + testLink} {
		if !strings.Contains(string(out), want) {
			t.Errorf("scanner reads %q, want %q", out, want)
		}
	}
}

func TestTextStaysInItsBox(t *testing.T) {
	s := New(A6, "", day)
	s.Page()
	long := strings.Repeat("Siebenundzwanzigste Straße ", 12)
	if h := s.Text(Box{5, 5, 40, 20}, long, Style{Size: 12}); h > 20.01 {
		t.Errorf("text is %.1f mm high in a box of 20", h)
	}
	if small, big := s.Width("12.00", Style{Size: 6}), s.Width("12.00", Style{Size: 12}); small <= 0 || big < 1.9*small {
		t.Errorf("widths are %.2f and %.2f", small, big)
	}
}

func TestMissingNamesWhatNoFontHas(t *testing.T) {
	for _, x := range scripts {
		if m := Missing(x.text); len(m) > 0 {
			t.Errorf("%s: no font has %q", x.name, string(m))
		}
	}
	if m := Missing("a\u10a0\u13a0\u13a0"); string(m) != "\u10a0\u13a0" {
		t.Errorf("missing are %q", string(m))
	}
}

func TestCodesRefuseWhatTheyCannotHold(t *testing.T) {
	s := New(A6, "", day)
	s.Page()
	if s.Code128(Box{5, 5, 90, 10}, "退货") == nil {
		t.Error("a code that holds ASCII took Chinese")
	}
	if s.QR(5, 5, 20, strings.Repeat("x", 5000)) == nil {
		t.Error("a code took more than it can hold")
	}
}

func TestCharactersBeyondTheBasicPlaneAreReplaced(t *testing.T) {
	s := New(A4, "x", time.Unix(0, 0))
	s.Page()
	if s.Text(Box{X: 10, Y: 10, Width: 100}, "Broken 💔 𠮷野", Style{}) == 0 {
		t.Error("nothing was set")
	}
	if _, err := s.Bytes(); err != nil { // the library panicked
		t.Fatal(err)
	}
}

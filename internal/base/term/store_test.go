package term

import (
	"context"
	"database/sql"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"
)

func openFTS(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec(`CREATE VIRTUAL TABLE fts USING fts5(raw, stem, content='', contentless_delete=1, tokenize="ascii tokenchars '~'")`); err != nil {
		t.Fatal(err)
	}
	return db
}

func insertFTS(t testing.TB, db *sql.DB, id int64, d Doc, extra ...string) {
	t.Helper()
	raw, stem := d.Columns(extra...)
	if _, err := db.Exec(`INSERT INTO fts (rowid, raw, stem) VALUES (?, ?, ?)`, id, raw, stem); err != nil {
		t.Fatal(err)
	}
}

type fataler interface{ Fatalf(string, ...any) }

func findFTS(t fataler, db *sql.DB, expr string) []int64 {
	rows, err := db.Query(`SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rowid`, expr)
	if err != nil {
		t.Fatalf("match %s: %v", expr, err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatalf("scan: %v", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("match %s: %v", expr, err)
	}
	return ids
}

func openPG(t *testing.T) *pgx.Conn {
	t.Helper()
	dsn := os.Getenv("GODWIT_TEST_PG")
	if dsn == "" {
		return nil
	}
	c, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func matchPG(t fataler, c *pgx.Conn, vector, query string) bool {
	var ok bool
	if err := c.QueryRow(context.Background(), `SELECT cast(cast($1 as text) as tsvector) @@ cast(cast($2 as text) as tsquery)`, vector, query).Scan(&ok); err != nil {
		t.Fatalf("match %s: %v", query, err)
	}
	return ok
}

// finds are texts, and queries that must or must not find them, in every script that we serve.
var finds = []struct {
	language, text string
	yes, no        []string
}{
	{"en", "My order #1001 arrived broken. Tracking RB123456785CN, ref AB-1234-CD. Write to anna.k@example.com",
		[]string{"1001", "#1001", "orders", "broken order", "RB123456785CN", "rb123456785cn", "RB 123 456 785 CN", "AB-1234-CD", "ab1234cd", "1234",
			"anna.k@example.com", "anna.k@exam", "example.com", "where is my order", `"order #1001"`, "arriv", "ARRIVED", "order -refund", "123456785"},
		[]string{"refund", `"1001 order"`, "order -broken", "1002", `order -"arrived broken"`, "AB-1234-CE"}},
	{"en", "The charger doesn't work; customer's e-mail bounced. Naïve café", []string{"chargers", "customer", "email", "e-mail", "cafe", "naive", "doesn't", "doesnt"}, []string{"work -charger"}},
	{"en", "Parcel no. RB 123 456 785 CN", []string{"RB123456785CN", "RB 123 456 785 CN", "rb123456785cn"}, nil},
	{"en", "GW1001 and iphone15", []string{"1001", "iphone", "gw1001"}, nil},
	{"de", "Die Rücksendung der Größe M ist verspätet", []string{"Rücksendungen", "Ruecksendung", "rucksendung", "groesse", "Grösse", "Größe"}, []string{"Zahlung"}},
	{"de", "Ruecksendung bitte", []string{"Rücksendung"}, nil},
	{"fr", "L'écouteur n'a pas été remboursé", []string{"ecouteurs", "remboursement de l'écouteur", "rembourser", "l'écouteur"}, []string{"livraison"}},
	{"es", "La devolución del cargador", []string{"devoluciones", "devolucion", "cargadores"}, nil},
	{"it", "Il rimborso delle cuffie", []string{"rimborsi", "cuffia"}, nil},
	{"pt", "Devolução do carregador", []string{"devoluções", "devolucao"}, nil},
	{"pl", "Zwrot uszkodzonej słuchawki", []string{"zwroty", "słuchawki", "sluchawek", "uszkodzona"}, nil},
	{"cs", "Vrácení poškozených sluchátek", []string{"poskozena", "sluchatka", "vraceni"}, nil},
	{"ru", "Чехлы не подошли, вернул кроссовки; посылка повреждена, ещё жду", []string{"чехол", "кроссовок", "посылок", "повреждённый", "посылку", "еще", "вернул"}, []string{"деньги"}},
	{"uk", "Повернення товарів і посилок", []string{"повернення", "товар", "посилка"}, nil},
	{"kk", "Тауарларды қайтару", []string{"тауар", "қайтару"}, nil},
	{"tr", "Siparişlerim İstanbul'a gelmedi", []string{"siparis", "istanbul", "sipariş"}, nil},
	{"el", "Επιστροφές προϊόντων", []string{"επιστροφη", "προιοντα", "επιστροφής"}, nil},
	{"ar", "أريد استرجاع المبلغ عن الطلب ١٢٣٤", []string{"مبلغ", "1234", "استرجاع", "الطلبات"}, nil},
	{"he", "החזרת ההזמנה", []string{"הזמנה", "החזרה"}, nil},
	{"zh", "我想申请退款，耳机坏了。订单１００１", []string{"退款", "耳机", "申请退款", "款", "坏", "怎么退款", "1001", "退款申请", `"申请退款"`}, []string{"换货", "机耳", `"退款申请"`}},
	{"zh", "請問退貨運費誰付？", []string{"退货", "运费", "退貨", "運費"}, []string{"换货"}},
	{"ja", "ワイヤレスイヤホンの返金をお願いします", []string{"返金", "ｲﾔﾎﾝ", "イヤホン", "返金してください", "返"}, []string{"交換"}},
	{"ko", "이어폰 환불을 원합니다", []string{"환불", "환불이", "이어폰을", "환불하고 싶어요"}, []string{"교환"}},
	{"th", "ขอคืนเงินค่าหูฟัง", []string{"คืนเงิน", "หูฟัง", "คืนเงิน หูฟัง"}, []string{"ยกเลิก"}},
	{"lo", "ສົ່ງຄືນສິນຄ້າ", []string{"ສິນຄ້າ"}, nil},
	{"km", "ការសងប្រាក់វិញ", []string{"ប្រាក់"}, nil},
	{"my", "ငွေပြန်အမ်း", []string{"ပြန်"}, nil},
	{"hi", "मुझे पैसे वापस चाहिए", []string{"पैसे", "वापस"}, []string{"पैसा वापसी नहीं"}},
	{"vi", "Tôi muốn trả hàng", []string{"tra hang", "trả hàng"}, nil},
	{"id", "Pengembalian barang", []string{"barang", "pengembalian"}, nil},
	{"sv", "Återbetalningar för väskan", []string{"aterbetalning", "väska"}, nil},
	{"", "Возврат iPhone手机 defekt", []string{"возврата", "手机", "iphone"}, nil},
}

func TestFindsOnBothStores(t *testing.T) {
	pg := openPG(t)
	for _, c := range finds {
		for _, language := range []string{c.language, ""} {
			d := Analyze(c.text, language)
			db := openFTS(t)
			insertFTS(t, db, 1, d, "#w7")
			check := func(q string, want bool) {
				query := ParseQuery(q)
				if got := len(findFTS(t, db, query.FTS5("#w7"))) == 1; got != want {
					t.Errorf("%s/%q: %q found = %v on FTS5: %s", c.language, language, q, got, query.FTS5())
				}
				if len(findFTS(t, db, query.FTS5("#w8"))) != 0 {
					t.Errorf("%q crossed workspaces", q)
				}
				if pg != nil {
					if got := matchPG(t, pg, d.TSVector("#w7"), query.TSQuery("#w7")); got != want {
						t.Errorf("%s/%q: %q found = %v on PostgreSQL: %s", c.language, language, q, got, query.TSQuery())
					}
				}
			}
			for _, q := range c.yes {
				check(q, true)
			}
			for _, q := range c.no {
				check(q, false)
			}
		}
	}
}

func TestHostileQueries(t *testing.T) {
	db, pg := openFTS(t), openPG(t)
	d := Analyze("order w7 ~order ~~~23w7 #w7 ~23w7", "en")
	insertFTS(t, db, 1, d, "#w8")
	for _, q := range []string{
		``, ` `, `"`, `""`, `-`, `--`, `- -`, `-"`, `*`, `a*`, `NEAR(a b)`, `raw:order`, `raw : x`, `{raw stem}: y`, `^order`, `order AND`, `OR OR OR`, `NOT`, `'`, `''`, `\`, `\'`,
		`') | '#w8`, `" OR "#w8`, `"~~~23w8"`, `#w8`, `'#w8'`, `:*`, `a:*`, `!order`, `a & b | c`, `a <-> b`, `(((((`, "\x00", "a\x00b", "\xff\xfe", `;DROP TABLE fts`, `%`, `_`, `ё"й'`, strings.Repeat("a ", 5000), strings.Repeat("退", 5000),
	} {
		query := ParseQuery(q)
		if len(findFTS(t, db, query.FTS5("#w7"))) != 0 {
			t.Errorf("%q reached another workspace", q)
		}
		findFTS(t, db, query.FTS5("#w8"))
		if pg != nil && matchPG(t, pg, d.TSVector("#w8"), query.TSQuery("#w7")) {
			t.Errorf("%q reached another workspace on PostgreSQL", q)
		}
	}
	if (Query{}).FTS5() != "" || (Query{}).TSQuery() != "" || !ParseQuery("-x").Empty() || ParseQuery("-x").FTS5() != "" {
		t.Error("a query that asks for nothing is not empty")
	}
}

func TestEveryWordFindsItsText(t *testing.T) {
	db := openFTS(t)
	alphabet := []rune("abcdeOÉßüöñæ 0123456789 -'._@ абвгёйщ ъы αβςΣ  退款申請 イヤホンひらがなー ｲﾔ 환불을 이어폰 คืนเงิน ที่ ขอ أريد المبلغ ة ١٢ החזר पैसे\n,“”!")
	next := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom(alphabet), 1, 60, -1).Draw(rt, "text")
		language := rapid.SampledFrom([]string{"", "en", "de", "ru", "zh", "ja", "ar", "kk"}).Draw(rt, "language")
		d := Analyze(text, language)
		next++
		raw, stem := d.Columns("#w1")
		if _, err := db.Exec(`INSERT INTO fts (rowid, raw, stem) VALUES (?, ?, ?)`, next, raw, stem); err != nil {
			rt.Fatalf("insert: %v", err)
		}
		for _, w := range strings.Fields(text) {
			query := ParseQuery(strings.TrimLeft(w, "-") + " ")
			if query.Empty() {
				continue
			}
			if !slices.Contains(findFTS(rt, db, query.FTS5("#w1")), next) {
				rt.Fatalf("%q does not find %q: %s in %s | %s", w, text, query.FTS5(), raw, stem)
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, c := range finds {
		f.Add(c.text)
	}
	f.Add(`-"a b" 'c`)
	db := openFTS(f)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := db.Exec(`DELETE FROM fts`); err != nil {
			t.Fatal(err)
		}
		insertFTS(t, db, 1, Analyze(text, ""), "#w1")
		if expr := ParseQuery(text).FTS5("#w1"); len(expr) < 20000 {
			findFTS(t, db, expr)
		}
		if len(findFTS(t, db, ParseQuery(text).FTS5("#w2"))) > 0 {
			t.Error("crossed workspaces")
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, c := range finds {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s := Fold(text); Fold(s) != s {
			t.Errorf("Fold(%q) = %q, folded again %q", text, s, Fold(s))
		}
		d := Analyze(text, "")
		for _, term := range append(d.Raw, d.Stem...) {
			if term == "" || utf8.RuneCountInString(term) > maxTerm+1 || !utf8.ValidString(term) {
				t.Errorf("term %q of %q", term, text)
			}
		}
	})
}

package habit

import (
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed sizes.csv
var sizeTable string

// Scale is the system that a size is written in, by the country it comes from, or EU.
type Scale string

// Scales returns all scales in the order in which a table shows them.
func Scales() []Scale { return []Scale{"cn", "eu", "fr", "it", "uk", "us", "jp", "ru", "kr", "au"} }

// ScaleOf returns the scale that customers of a market mean when they name none, "" where there is more than one or none
// of the table's.
func ScaleOf(market string) Scale {
	switch market {
	case "US", "CA":
		return "us"
	case "GB", "IE", "ZA":
		return "uk"
	case "FR":
		return "fr"
	case "IT":
		return "it"
	case "RU", "BY", "KZ", "UA":
		return "ru"
	case "JP":
		return "jp"
	case "KR":
		return "kr"
	case "AU", "NZ":
		return "au"
	case "CN":
		return "cn"
	case "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "GR", "HR", "HU", "IL", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "TR":
		return "eu"
	}
	return ""
}

// Goods is a kind of goods that comes in sizes.
type Goods string

// Kinds of goods of the table.
const (
	Shoes    Goods = "shoes"
	Clothing Goods = "clothing"
	Rings    Goods = "ring"
)

// Size is a size that somebody names: a number, with a half written ".5", or a letter size such as "XL".
type Size struct {
	Scale Scale
	Value string
}

// Fit is a row of the table: sizes that fit the same body. It is an average; the brand's own chart comes first.
type Fit struct {
	Goods   Goods
	Gender  string // women, men, kids or unisex
	Basis   string // what is measured, such as "foot length mm"
	Measure string
	Values  map[Scale]string // as people write them; a scale that is not there is not known
	Status  string
	Source  string

	forms map[Scale][]string // of each value, what people write for it
}

// Fits returns the rows that a size is in, of some goods or, with "", of all; in the order of the table.
func Fits(s Size, g Goods) []Fit {
	var out []Fit
	for _, f := range fits {
		if (g == "" || g == f.Goods) && slices.Contains(f.forms[s.Scale], strings.ToUpper(s.Value)) {
			out = append(out, f)
		}
	}
	return out
}

var fits = readFits(sizeTable)

func readFits(table string) []Fit {
	var out []Fit
	for row := range records(table) {
		f := Fit{
			Goods: Goods(row["category"]), Gender: row["gender"], Basis: row["basis"], Measure: row["measure"], Status: row["status"], Source: row["source"],
			Values: map[Scale]string{}, forms: map[Scale][]string{},
		}
		for _, s := range Scales() {
			if v := row[string(s)]; v != "" {
				f.Values[s], f.forms[s] = v, forms(v)
			}
		}
		out = append(out, f)
	}
	return out
}

var between = regexp.MustCompile(`^(\d{1,2})-(\d{1,2})$`)

// forms are the ways to write a cell such as "6-8", "215 (old 33)" or "165/88A M": each of its words, and each whole
// number of a range.
func forms(cell string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" ()~", r) }) {
		if w == "old" || w == "JP" { // the words of the table itself
			continue
		}
		out = append(out, strings.ToUpper(strings.TrimSuffix(w, ".0")))
		if m := between.FindStringSubmatch(w); m != nil {
			from, _ := strconv.Atoi(m[1])
			to, _ := strconv.Atoi(m[2])
			for n := from; n <= to && to-from <= 2; n++ {
				out = append(out, strconv.Itoa(n))
			}
		}
	}
	return out
}

// The words that say of what kind goods are, as titles and categories of shops have them; lower case.
var goodsWords = []struct {
	goods Goods
	words []string
}{
	{Shoes, []string{"shoe", "sneaker", "boot", "sandal", "trainer", "loafer", "slipper", "heels", "schuh", "stiefel", "chaussure", "basket", "zapat", "sapat", "tênis", "scarp", "schoen", "buty", "обувь", "кроссовк", "ботин", "туфл", "взутт", "ayakkab", "鞋", "靴", "スニーカー", "신발", "운동화", "รองเท้า", "giày", "sepatu", "kasut", "حذاء", "נעל"}},
	{Rings, []string{" ring ", " rings ", "bague", "anillo", "anel ", "anello", "pierścion", "кольцо", "кольца", "yüzük", "戒指", "指輪", "반지", "แหวน", "nhẫn", "cincin", "خاتم", "טבעת"}},
	{Clothing, []string{"dress", "shirt", "jacket", "coat", "jeans", "trouser", "pants", "skirt", "hoodie", "sweater", "blouse", "suit", "kleid", "hemd", "jacke", "hose", "robe", "chemise", "veste", "vestido", "camis", "chaqueta", "pantal", "abito", "giacca", "jurk", "sukien", "kurtka", "платье", "рубашк", "куртк", "брюк", "джинс", "сукня", "elbise", "gömlek", "裙", "衣", "裤", "衫", "外套", "ドレス", "シャツ", "ジャケット", "원피스", "셔츠", "자켓", "เสื้อ", "กางเกง", "váy", "áo", "quần", "baju", "kaos", "فستان", "قميص", "שמלה", "חולצה"}},
}

// GoodsOf says of what kind a product is, by the words of its title, type and tags; "" if they do not tell, or tell of
// two kinds.
func GoodsOf(said ...string) Goods {
	text := strings.ToLower(" " + strings.Join(said, " ") + " ")
	var found Goods
	for _, g := range goodsWords {
		if slices.ContainsFunc(g.words, func(w string) bool { return strings.Contains(text, w) }) {
			if found != "" {
				return ""
			}
			found = g.goods
		}
	}
	return found
}

// mostSizes bounds how many sizes are read from one text.
const mostSizes = 4

const (
	amount  = `(\d{1,3}(?:[.,][05]\b|½| ?1/2)?)`
	letters = `((?:[2-5]?X{1,3}|X)?[SL]|M)`
	// Scales in capitals: "us", "it", "eu" and "au" are words of some language. EUR is money.
	scales = `(EU|UK|USA?|JPN?|FR|IT|CN|RUS?|РФ|KR|AUS?)`
	// The word for a size in the languages of customers.
	sizeWords = `(?i:size|sz|größe|groesse|taille|pointure|talla|tamanho|taglia|numero|número|maat|rozmiar|velikost|veľkosť|méret|mărime|măsura|размер|розмір|storlek|størrelse|koko|suurus|izmērs|dydis|numara|beden|μέγεθος|νούμερο|مقاس|מידה|ukuran|saiz|cỡ|ขนาด|ไซส์|サイズ|尺码|尺寸|사이즈)`
	edge      = `(?:^|[^\pL\pN.,/])`
	end       = `(?:$|[^\pL\pN%/])`
	after     = `(?:$|[^a-zA-Zа-яА-Я\pN])` // of a unit: words of some languages follow without a space
)

var (
	scaleFirst  = regexp.MustCompile(edge + scales + `(?: ?(?i:size|sz|nr\.?))?[ :.-]{0,2}` + amount + end)
	scaleLast   = regexp.MustCompile(edge + amount + ` ?` + scales + end)
	named       = regexp.MustCompile(edge + `?` + sizeWords + `(?:[ :=#.-]|(?i:is|ist|est|nr|no|es|è|é|eu)\b){0,4}` + amount + end)
	lettered    = regexp.MustCompile(edge + `?` + sizeWords + `(?:[ :=#.-]|(?i:is|ist|est|nr|no|es|è|é)\b){0,4}` + letters + end)
	numberFirst = regexp.MustCompile(edge + amount + ` ?(?:码|碼|号|號|사이즈|サイズ)`)
	letterIn    = regexp.MustCompile(edge + `(?:in|en|em|w|в|i) ` + letters + end)
	lettersCJK  = regexp.MustCompile(edge + letters + ` ?(?:码|碼|号|號|사이즈|サイズ)`)
	footCm      = regexp.MustCompile(edge + `(2\d(?:[.,][05])?|30(?:[.,][05])?) ?(?i:cm|センチ|см)` + after)
	footMm      = regexp.MustCompile(edge + `(2[0-9][05]|30[05]|310) ?(?i:mm|мм)` + after)
)

// Sizes returns the sizes that a text names, each once, at most four, in the order of where they stand by kind of words.
// A size without a scale is the market's, and none if the market has no scale; a letter size is read as a Chinese label,
// which is what the goods carry. A length of a foot is a Japanese size in centimetres, a Korean one in millimetres.
func Sizes(text, market string) []Size {
	text = text[:min(len(text), 20_000)]
	var out []Size
	add := func(s Size) {
		if s.Scale != "" && len(out) < mostSizes && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, m := range scaleFirst.FindAllStringSubmatch(text, mostSizes) {
		add(Size{scale(m[1]), plain(m[2])})
	}
	for _, m := range scaleLast.FindAllStringSubmatch(text, mostSizes) {
		add(Size{scale(m[2]), plain(m[1])})
	}
	for _, re := range []*regexp.Regexp{named, numberFirst} {
		for _, m := range re.FindAllStringSubmatch(text, mostSizes) {
			v := plain(m[1])
			if !slices.ContainsFunc(out, func(s Size) bool { return s.Value == v }) { // "size EU 39" names it once
				add(Size{ScaleOf(market), v})
			}
		}
	}
	for _, re := range []*regexp.Regexp{lettered, letterIn, lettersCJK} {
		for _, m := range re.FindAllStringSubmatch(text, mostSizes) {
			add(Size{"cn", m[1]})
		}
	}
	for _, m := range footCm.FindAllStringSubmatch(text, mostSizes) {
		add(Size{"jp", plain(m[1])})
	}
	for _, m := range footMm.FindAllStringSubmatch(text, mostSizes) {
		add(Size{"kr", plain(m[1])})
	}
	return out
}

func scale(word string) Scale {
	switch word {
	case "USA":
		return "us"
	case "JPN":
		return "jp"
	case "RUS", "РФ":
		return "ru"
	case "AUS":
		return "au"
	}
	return Scale(strings.ToLower(word))
}

// plain writes a number as the table does.
func plain(s string) string {
	s = strings.NewReplacer(",", ".", "½", ".5", " 1/2", ".5", "1/2", ".5").Replace(s)
	return strings.TrimSuffix(s, ".0")
}

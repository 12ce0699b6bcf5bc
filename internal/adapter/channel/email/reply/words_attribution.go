package reply

// openers begin an attribution line ("On Monday ..."). They are matched at the
// start of a line, as written, and must be followed by a space.
var openers = []string{
	"On", "At", "In message", // English
	"Am", "Vom", "Um", // German
	"Le",                       // French
	"El", "En fecha", "El día", // Spanish
	"Il", "In data", "Il giorno", // Italian
	"Em", "No dia", "Na data", // Portuguese
	"Op",                                                        // Dutch
	"W dniu", "Wiadomość napisana przez", "Dnia", "dnia", "Dn.", // Polish
	"Dne", "dne", "Dňa", // Czech, Slovak
	"Den", "den", "På", "Kl.", "Ons", "Tors", // Swedish, Danish, Norwegian
	"Στις", "Την", "Το", // Greek
	"În", "Pe", "La", // Romanian
	"Vào", "Lúc", "Ngày", // Vietnamese
	"Pada",                           // Indonesian, Malay
	"เมื่อ", "ในวันที่", "ใน", "วัน", // Thai
	"في", "بتاريخ", "يوم", // Arabic
	"בתאריך", "ביום", "ב-", // Hebrew
	"در",          // Persian
	"在", "于", "於", // Chinese
	"El dia", "Dana", "Dne", "На", "Пользователь", "Дана", // Catalan, Croatian, Slovene, Bulgarian
}

// closers end an attribution line ("... Ann wrote:"); lower case, without the
// colon.
var closers = []string{
	// English
	"wrote", "writes", "has written", "said", "says", "sent",
	// German
	"schrieb", "schrieben sie", "geschrieben", "schreibt", "folgendes geschrieben", "schrieb folgendes",
	// French
	"a écrit", "a ecrit", "nous a dit", "écrivait", "a écrit ce qui suit", "écrit",
	// Spanish, Catalan
	"escribió", "escribio", "escribía", "ha escrito", "escribió lo siguiente", "va escriure", "ha escrit",
	// Italian
	"ha scritto", "scrive", "scritto", "ha scritto quanto segue",
	// Portuguese
	"escreveu", "escreveu o seguinte", "escreveu no dia",
	// Dutch
	"het volgende geschreven", "schreef", "schreef het volgende", "verzond",
	// Polish
	"napisał", "napisała", "napisał(a)", "napisał/a", "napisał(-a)", "pisze", "napisali",
	// Czech, Slovak
	"napsal", "napsala", "napsal(a)", "napsal/a", "píše", "napísal", "napísala", "napísal(a)",
	// Russian
	"написал", "написала", "написал(а)", "написал(a)", "пишет", "писал", "писала", "писал(а)", "пишет следующее",
	// Ukrainian
	"пише", "написав", "написала", "написав(ла)", "написав(-ла)", "написав/написала", "писав",
	// Kazakh
	"жазды", "деп жазды", "былай деп жазды", "жазған",
	// Bulgarian, Serbian, Croatian, Slovene
	"написа", "је написао", "је написао/ла", "napisao je", "je napisao", "je napisao/la", "je napisal", "je napisala", "je napisal/a",
	// Turkish
	"yazdı", "şunu yazdı", "şunları yazdı", "şöyle yazdı", "yazmış",
	// Arabic, Hebrew, Persian
	"كتب", "كتبت", "كتب/كتبت", "كتب/ت", "كتب ما يلي", "كتب التالي",
	"כתב", "כתבה", "כתב/ה", "כתב:/ה", "כתב את הדברים הבאים", "نوشت",
	// Japanese
	"のメール", "のメッセージ", "が書きました", "は書きました", "さんは書きました", "さんが書きました", "書きました", "さんからのメール", "さんのメール", "より",
	// Korean
	"작성", "님이 작성", "님이 작성한 메시지", "님이 쓴 글", "님이 씀", "님께서 작성", "썼습니다", "작성하였습니다", "작성했습니다", "님의 말", "님이 보낸 메시지",
	// Chinese
	"写道", "寫道", "写到", "写", "寫", "编写", "撰写", "撰寫", "來信", "来信",
	// Thai
	"เขียนว่า", "ได้เขียนว่า", "เขียน", "เขียนข้อความว่า",
	// Vietnamese
	"đã viết", "viết", "đã ghi",
	// Indonesian, Malay
	"menulis", "telah menulis", "menulis sebagai berikut", "tulis",
	// Swedish, Danish, Norwegian
	"skrev", "skrev följande", "skrev følgende", "har skrivit", "har skrevet", "skriver",
	// Finnish, Estonian
	"kirjoitti", "kirjoittaa", "kirjoitti näin",
	// Greek
	"έγραψε", "έγραψαν", "γράφει", "εγραψε", "έγραψε τα εξής",
	// Romanian
	"a scris", "a scris următoarele", "scria",
	// Hungarian
	"írta", "ezt írta", "a következőt írta", "írt",
	// Lithuanian, Latvian, Estonian
	"rašė", "parašė", "rakstīja", "kirjutas",
	// Slovene, Macedonian, Belarusian, Albanian, Icelandic, Galician, Basque, Afrikaans
	"napisal", "napisala", "napisal(a)", "напиша", "напісаў", "напісала", "shkroi", "skrifaði", "escribiu", "idatzi du", "geskryf",
	// Azerbaijani, Uzbek, Kyrgyz, Mongolian, Armenian, Georgian
	"yozdi", "жазган", "жазды", "бичсэн", "бичжээ", "գրել է", "գրեց", "დაწერა", "წერდა",
	// Hindi, Marathi, Nepali, Bengali, Gujarati, Punjabi, Tamil, Telugu, Kannada, Malayalam, Urdu
	"ने लिखा", "ने लिहिले", "ले लेख्नुभयो", "लिखा", "লিখেছেন", "લખ્યું", "ਨੇ ਲਿਖਿਆ", "எழுதியது", "ఇలా రాశారు", "ಬರೆದಿದ್ದಾರೆ", "എഴുതി", "نے لکھا",
	// Filipino, Swahili, Khmer, Burmese
	"isinulat ni", "isinulat", "aliandika", "បានសរសេរ", "ရေးခဲ့သည်",
}

// weakClosers double as everyday verbs: they count only behind an opener.
var weakClosers = map[string]bool{
	"said": true, "says": true, "sent": true, "writes": true, "écrit": true, "scritto": true, "scrive": true, "geschrieben": true,
	"写": true, "寫": true, "より": true, "viết": true, "tulis": true, "írt": true, "skriver": true, "来信": true, "來信": true,
	"เขียน": true, "verzond": true, "编写": true, "撰写": true, "撰寫": true, "жазған": true, "yazmış": true, "scria": true,
}

// middles stand between date and author ("Am 3. Mai schrieb Ann <a@b>:", "Ann <a@b>
// ezt írta (időpont: ...):"); lower case.
var middles = []string{
	"schrieb", "schreibt", "wrote", "writes", "wrote on", "sent", "from",
	"schreef", "heeft", "skrev", "kirjoitti", "napsal", "napsala", "napsal(a)", "napísal", "napísal(a)", "napisał", "napisał(a)", "napisała", "napisana przez",
	"написал", "написала", "написал(а)", "пишет", "писал", "писал(а)", "вы писали", "от", "пользователь", "користувач", "пише", "від",
	"użytkownik", "uživatel", "a écrit", "escribió", "escreveu", "ha scritto", "a scris", "ezt írta", "írta", "έγραψε", "ο χρήστης", "η", "ο",
	"yazdı", "жазды", "kirjutas", "rašė", "rakstīja", "skrifaði", "isinulat ni", "menulis", "đã viết", "viết", "เขียนว่า", "เขียน",
	"كتب", "كتبت", "تمت كتابة ما يلي بواسطة", "بواسطة", "من", "כתב", "כתבה", "מאת", "نوشت",
	"写道", "寫道", "于", "於", "作成", "さん", "님이",
	"par", "de", "von", "van", "av", "af", "od", "da", "di",
}

// doubtful are words of a sentence; an attribution that has neither address nor
// clock time contains none of them.
var doubtful = map[string]bool{
	"i": true, "we": true, "and": true, "that": true, "my": true, "your": true, "it": true, "he": true, "she": true, "they": true, "is": true, "was": true, "have": true,
	"ich": true, "wir": true, "und": true, "ihr": true, "ihre": true, "ihnen": true, "mir": true, "hat": true, "dass": true,
	"je": true, "j'ai": true, "nous": true, "et": true, "que": true, "votre": true, "m'a": true, "vous": true,
	"yo": true, "me": true, "su": true, "y": true, "se": true, "eu": true, "un": true, "una": true,
	"ho": true, "che": true, "ik": true, "dat": true, "mij": true, "jag": true, "jeg": true, "og": true, "och": true,
	"я": true, "мне": true, "и": true, "что": true, "мы": true, "ja": true, "że": true, "mnie": true, "mě": true, "ve": true, "ben": true,
}

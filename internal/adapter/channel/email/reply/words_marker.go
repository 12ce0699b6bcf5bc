package reply

// originals are the words between dashes above an unmarked quote
// ("-----Original Message-----"); lower case.
var originals = []string{
	"original message", "reply message", "original email", "original mail", "original e-mail", "in reply to", "message d'origine", "message original",
	"message d’origine", "message de réponse", "e-mail d'origine", "e-mail d’origine", "courriel original",
	"ursprüngliche nachricht", "originalnachricht", "original-nachricht", "original nachricht", "originalmeldung", "antwort nachricht", "ursprüngliche e-mail", "originale nachricht",
	"mensaje original", "correo original", "mensaje de respuesta", "messaggio originale", "messaggio di risposta", "mensagem original", "mensagem de resposta", "e-mail original",
	"oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht", "antwoordbericht", "originele bericht",
	"wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna", "treść oryginalnej wiadomości", "původní zpráva", "původní e-mail", "původní email", "pôvodná správa", "pôvodný e-mail",
	"исходное сообщение", "исходное письмо", "оригинальное сообщение", "оригинал сообщения", "первоначальное сообщение", "ответное сообщение", "вихідне повідомлення", "оригінальне повідомлення", "початкове повідомлення",
	"бастапқы хабар", "бастапқы хат", "түпнұсқа хабар", "özgün mesaj", "orijinal mesaj", "orjinal mesaj", "orijinal ileti", "özgün ileti", "asıl mesaj",
	"الرسالة الأصلية", "رسالة أصلية", "النص الأصلي", "הודעה מקורית", "ההודעה המקורית", "پیام اصلی",
	"元のメッセージ", "オリジナルメッセージ", "original message より", "原文", "원본 메시지", "원본 메일", "원본메일", "원본메시지", "원래 메시지", "원본 이메일", "받은 메일",
	"原始邮件", "原始郵件", "原始信件", "原邮件", "原始消息", "原始訊息", "回复的原邮件", "回复的邮件", "原始讯息", "原郵件", "原信件", "邮件原件", "邮件原文",
	"ข้อความต้นฉบับ", "ข้อความเดิม", "thư gốc", "tin nhắn gốc", "thông điệp gốc", "tin gốc", "pesan asli", "pesan orisinal",
	"ursprungligt meddelande", "originalmeddelande", "oprindelig meddelelse", "oprindelig besked", "original besked", "original meddelelse", "opprinnelig melding", "original melding", "opprinnelig e-post", "original e-post",
	"alkuperäinen viesti", "alkuperäinen sähköposti", "αρχικό μήνυμα", "πρωτότυπο μήνυμα", "mesaj original", "mesajul original", "mesaj inițial", "eredeti üzenet", "eredeti levél", "оригинално съобщение", "izvorna poruka", "izvorno sporočilo", "algne kiri", "originalus laiškas",
	"reply header", "initial header", "header originale", "message reçu", "message du", "previous message", "earlier message", "earlier messages", "quoted message", "quoted text",
}

// forwards are the words that open a forwarded message, between dashes or before
// a colon; lower case.
var forwards = []string{
	"forwarded message", "begin forwarded message", "forwarded by", "forwarded mail", "forwarded email", "fwd message", "start of forwarded message",
	"weitergeleitete nachricht", "weitergeleitete e-mail", "anfang der weitergeleiteten nachricht", "beginn der weitergeleiteten nachricht",
	"message transféré", "message transmis", "début du message transféré", "début du message réexpédié", "message réexpédié", "courriel transféré",
	"mensaje reenviado", "inicio del mensaje reenviado", "comienzo del mensaje reenviado", "missatge reenviat",
	"messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato", "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada", "início da mensagem reencaminhada",
	"doorgestuurd bericht", "begin doorgestuurd bericht", "doorgezonden bericht", "begin van doorgestuurd bericht",
	"przekazana wiadomość", "wiadomość przekazana", "wiadomość przekazana dalej", "początek przekazywanej wiadomości", "początek przekazanej wiadomości", "treść przekazanej wiadomości",
	"přeposlaná zpráva", "předaná zpráva", "začátek přeposílané zprávy", "začátek přeposlané zprávy", "preposlaná správa",
	"пересылаемое сообщение", "пересланное сообщение", "пересылаемое письмо", "пересланное письмо", "начало переадресованного сообщения", "начало пересылаемого сообщения", "конец пересылаемого сообщения",
	"переслане повідомлення", "початок листа, що пересилається", "початок пересланого повідомлення", "переслано повідомлення", "қайта жіберілген хабар", "бағытталған хабар", "қайта жіберілген хат",
	"iletilen mesaj", "iletilmiş mesaj", "yönlendirilen mesaj", "iletilen ileti", "başlangıç iletilen mesaj", "yönlendirilmiş ileti",
	"رسالة معاد توجيهها", "الرسالة المعاد توجيهها", "رسالة مُعاد توجيهها", "بداية الرسالة المُعاد توجيهها", "بدء الرسالة المعاد توجيهها", "הודעה שהועברה", "תחילת ההודעה שהועברה", "הודעה מועברת",
	"転送メッセージ", "転送されたメッセージ", "転送されたメール", "転送メール", "転送", "전달된 메시지", "전달된 메일", "전달 메시지", "전달된 메세지", "전달 메일", "전달된 이메일",
	"转发的邮件", "转发邮件", "转发邮件信息", "转发的消息", "已转发邮件", "已转发的邮件", "轉寄的郵件", "轉寄郵件", "轉寄信件", "轉寄訊息", "已轉寄郵件", "轉寄的訊息", "下面是被转发的邮件", "开始转发的邮件", "以下是轉寄的郵件", "以下是转发的邮件", "転送開始", "開始轉寄郵件", "開始轉寄訊息",
	"ข้อความที่ส่งต่อ", "เริ่มต้นข้อความที่ส่งต่อ", "thư đã chuyển tiếp", "tin nhắn được chuyển tiếp", "bắt đầu thư được chuyển tiếp", "tin nhắn đã chuyển tiếp", "thư được chuyển tiếp", "pesan yang diteruskan", "pesan terusan", "mulai pesan yang diteruskan", "awal pesan yang diteruskan",
	"vidarebefordrat meddelande", "vidarebefordrat brev", "början på vidarebefordrat meddelande", "börja vidarebefordrat meddelande", "vidarebefordrat mejl", "videresendt meddelelse", "videresendt besked", "start på videresendt besked", "starten på videresendt besked", "begynd videresendt besked", "videresendt melding", "starten på videresendt melding", "videresendt e-post", "begynnelse på videresendt melding",
	"edelleenlähetetty viesti", "välitetty viesti", "välitetty viesti alkaa", "edelleenlähetetty viesti alkaa", "προωθημένο μήνυμα", "έναρξη προωθημένου μηνύματος", "αρχή προωθημένου μηνύματος", "mesaj redirecționat", "mesaj redirecţionat", "mesaj transmis", "mesaj reexpediat", "începutul mesajului redirecționat", "továbbított üzenet", "továbbított levél", "a továbbított üzenet kezdete", "az továbbított üzenet kezdete", "препратено съобщение", "proslijeđena poruka", "posredovano sporočilo",
}

// devicePrefixes begin a line that a device or mail program appended; lower case.
var devicePrefixes = []string{
	"sent from my ", "sent from mail for ", "sent from outlook", "sent from yahoo", "sent from aol", "sent from samsung", "sent from mailbox", "sent from windows", "sent from gmail", "sent from proton", "sent from the ", "sent from a ", "sent from mobile", "sent from iphone", "sent from ipad", "sent from android", "sent from phone", "sent from xfinity", "sent from zoho", "sent from fairemail", "sent from acompli", "sent from myMail", "sent from spark", "sent from nine", "sent from surface", "sent from blue", "sent from type", "sent from cloudmagic", "sent from newton", "sent from polymail", "sent from telekom", "sent from tutanota", "sent from my",
	"sent via ", "sent with ", "sent by ", "sent using ", "sent securely ", "get outlook for ", "get bluemail for ", "get type for ", "from my iphone", "from my ipad", "from my android", "from my samsung", "from my phone", "from my mobile", "from my blackberry", "from my windows phone", "typed on my ", "sorry for typos", "please excuse typos", "please excuse any typos", "please excuse my brevity", "excuse my brevity", "download outlook for", "yahoo mail: search, organize", "this email was sent from my",
	"von meinem ", "gesendet von ", "gesendet mit ", "gesendet über ", "gesendet aus ", "diese nachricht wurde von meinem ", "diese e-mail wurde von meinem ", "outlook für ", "holen sie sich outlook", "hol dir outlook", "diese nachricht wurde mit ",
	"envoyé depuis ", "envoyé de mon ", "envoyé de ma ", "envoyé à partir de ", "envoyé avec ", "envoyé via ", "envoyé par ", "envoyé de l", "obtenez outlook pour ", "télécharger outlook pour ", "téléchargez outlook",
	"enviado desde ", "enviado do ", "enviado a partir d", "enviado de ", "enviado con ", "enviado pelo ", "enviado via ", "enviado por ", "enviada do ", "obtener outlook para ", "obtén outlook para ", "descargar outlook para ", "obter o outlook para ", "obter outlook para ", "baixar outlook para ", "baixe o outlook",
	"inviato da ", "inviato dal ", "inviato con ", "inviata da ", "inviato tramite ", "scarica outlook per ", "ottieni outlook per ",
	"verzonden met ", "verzonden vanaf ", "verzonden via ", "verstuurd vanaf ", "verstuurd met ", "verstuurd vanuit ", "outlook voor ", "outlook downloaden voor ", "download outlook voor ",
	"wysłane z ", "wysłano z ", "wysłane za ", "wysłano za ", "pobierz outlook dla ", "pobierz program outlook", "pobierz aplikację outlook", "uzyskaj outlook", "uzyskaj aplikację outlook", "pobierz aplikacje outlook",
	"odesláno z ", "odesláno ze ", "odoslané z ", "posláno z ", "odesláno pomocí ", "získat outlook pro ", "získejte outlook pro ", "stáhnout outlook",
	"отправлено с ", "отправлено из ", "отправлено через ", "отправлено от ", "отправлено посредством ", "скачать outlook для ", "получить outlook для ", "послано с ", "отправлено со ", "с уважением, отправлено с ",
	"надіслано з ", "надіслано із ", "надіслано через ", "відправлено з ", "надіслано за ", "завантажити outlook", "отримати outlook",
	"iphone телефонымнан жіберілді", "менің iphone", "жіберілді: ",
	"iphone'umdan gönderildi", "ipad'imden gönderildi", "android için outlook", "ios için outlook", "telefonumdan gönderildi", "samsung cep telefonumdan", "iphone’umdan gönderildi",
	"أُرسلت من ", "أرسلت من ", "تم الإرسال من ", "مرسل من ", "تم إرساله من ", "أُرسِلت من ", "مُرسل من ", "احصل على outlook", "الحصول على outlook",
	"נשלח מה", "נשלח מ-", "נשלח מ", "נשלח באמצעות ", "השג את outlook", "קבל את outlook", "הורד את outlook",
	"iphoneから送信", "ipadから送信", "私のiphoneから送信", "androidから送信", "スマートフォンから送信", "outlook for ios を入手", "outlook for android を入手", "windows 版のメールから送信", "yahoo!メール",
	"나의 iphone에서 보냄", "내 iphone에서 보냄", "나의 ipad에서 보냄", "iphone에서 보냄", "내 galaxy에서 보냄", "삼성 galaxy에서 보냄", "ios용 outlook", "android용 outlook", "네이버 메일 앱에서", "갤럭시에서 보냄", "나의 galaxy에서",
	"发自我的", "发自", "發自我的", "發自", "從我的", "從我 ", "来自我的", "來自我的", "从我的", "通过我的", "由我的", "获取 outlook", "获取适用于", "获取outlook", "取得 outlook", "取得適用於", "來自 iphone", "发送自 ", "使用 outlook", "自我的",
	"ส่งจาก ", "ส่งจากไอโฟน", "ส่งจาก", "รับ outlook", "ดาวน์โหลด outlook",
	"đã gửi từ ", "gửi từ ", "được gửi từ ", "tải outlook", "tải outlook cho ", "lấy outlook cho ", "nhận outlook",
	"dikirim dari ", "dikirim dengan ", "terkirim dari ", "dapatkan outlook untuk ", "unduh outlook",
	"skickat från ", "skickat med ", "skickades från ", "hämta outlook för ", "skaffa outlook för ", "från min ", "sänt från ",
	"sendt fra ", "sendt med ", "sendt via ", "hent outlook til ", "få outlook til ", "hent outlook for ", "få outlook for ", "skaff deg outlook for ", "last ned outlook",
	"lähetetty ", "hanki outlook ", "lataa outlook", "στάλθηκε από ", "εστάλη από ", "αποστολή από ", "στάλθηκε με ", "αποκτήστε το outlook", "λήψη του outlook", "κατεβάστε το outlook",
	"trimis de pe ", "trimis din ", "trimis cu ", "trimis prin ", "obțineți outlook", "descărcați outlook", "obţineţi outlook",
	"elküldve az ", "elküldve a ", "az iphone-omról küldve", "iphone-omról küldve", "küldve ", "elküldve innen", "szerezze be az outlook", "az outlook letöltése", "telefonomról küldve",
	"изпратено от ", "poslano s ", "poslano z ", "saadetud minu", "išsiųsta iš", "virus-free. www", "virus-free.www", "virenfrei.", "sans virus.", "libre de virus.", "livre de vírus.", "privo di virus.", "без вирусов.", "this email has been checked for viruses", "diese e-mail wurde von avast", "mit der gmx mail app", "secured with tuta", "mobile.de",
}

// deviceSuffixes end such a line where the language puts the verb last; lower case.
var deviceSuffixes = []string{
	"から送信", "から送信されました", "から送信しました", "から送信。", "에서 보냄", "에서 전송", "에서 보낸 메일", "dan gönderildi", "den gönderildi", "tan gönderildi", "ten gönderildi", "dan gönderilmiştir", "den gönderilmiştir",
	"нан жіберілді", "нен жіберілді", "дан жіберілді", "ден жіберілді", "ról küldve", "ről küldve", "via mobile",
}

// deviceNames must occur in a line that only its suffix or a short prefix marks
// as a device line; lower case.
var deviceNames = []string{
	"iphon", "ipad", "ipod", "android", "samsung", "galaxy", "huawei", "honor", "xiaomi", "redmi", "oppo", "vivo", "oneplus", "pixel", "nokia", "lenovo", "motorola", "sony", "xperia", "blackberry", "windows", "outlook", "gmail", "yahoo", "mail", "mobil", "phone", "handy", "telefon", "smartphone", "tablet", "téléphone", "teléfono", "celular", "móvil", "cellulare", "telemóvel", "app", "ios", "macbook", "mac", "k-9", "gmx", "web.de", "proton", "spark", "device", "gerät", "appareil", "dispositivo", "apparaat", "telefoon", "komórk", "телефон", "мобиль", "смартфон", "айфон", "яндекс.почт", "яндекс почт", "почты mail", "устройств", "手机", "手機", "邮箱", "郵箱", "信箱", "mailbox", "スマート", "スマホ", "携帯", "휴대폰", "모바일", "메일", "마이크로", "هاتف", "جوال", "טלפון", "נייד", "โทรศัพท์", "điện thoại", "ponsel", "hp ", "puhelim", "κινητό", "tutanota", "hotmail", "zoho", "bluemail", "blue", "aol", "xfinity", "verizon", "at&t", "t-mobile", "orange", "vodafone", "ti-85", "airmail", "surface", "thunderbird", "typos", "brevity",
}

// disclaimers are phrases of the legal notices that companies append; a closing
// paragraph with most of one row's words is such a notice. Lower case.
var disclaimers = [][]string{
	{"confidential", "intended recipient", "privileged", "addressee", "intended solely", "notify the sender"},
	{"vertraulich", "adressat", "empfänger bestimmt", "irrtümlich", "vernichten"},
	{"confidentiel", "destinataire", "par erreur", "pièces jointes", "expéditeur"},
	{"confidencial", "destinatario", "por error", "adjuntos", "destinatário", "por engano", "anexos"},
	{"riservat", "confidenzial", "destinatari", "per errore", "allegati"},
	{"vertrouwelijk", "geadresseerde", "bestemd voor", "ten onrechte"},
	{"poufn", "adresat", "omyłkowo", "załączniki"},
	{"důvěrn", "adresát", "omylem", "přílohy"},
	{"конфиденциальн", "адресат", "по ошибке", "получател"},
	{"конфіденційн", "адресат", "помилково", "одержувач"},
	{"gizli", "alıcı", "yanlışlıkla"},
	{"سري", "المرسل إليه", "عن طريق الخطأ"},
	{"機密", "受信者", "誤って"},
	{"保密", "收件人", "误收", "删除"}, {"機密", "收件者", "誤收"},
	{"konfidentiel", "adressaten", "ved en fejl", "fortrolig", "modtager", "konfidentiell", "mottagare"},
}

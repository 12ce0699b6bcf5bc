package reply

// field is the role of a line in a header block.
type field uint8

const (
	fieldNone field = iota
	fieldFrom
	fieldDate
	fieldTo
	fieldSubject
	fieldOther // Cc, Reply-To, attachments, importance: continues a block, proves nothing
)

// fieldWords lists how clients label each field, by role; lower case.
var fieldWords = map[field][]string{
	fieldFrom: {
		"from", "from address", "von", "absender", "de", "expéditeur", "expediteur", "remitente", "da", "mittente", "van", "afzender",
		"od", "nadawca", "odesílatel", "odosielateľ", "от", "от кого", "отправитель", "від", "від кого", "відправник",
		"кімнен", "жіберуші", "kimden", "gönderen", "من", "المرسل", "מאת", "от:",
		"差出人", "送信者", "送信元", "보낸 사람", "보낸사람", "보내는 사람", "发件人", "發件人", "寄件者", "寄件人", "发信人", "发送人", "來自", "来自",
		"จาก", "ผู้ส่ง", "từ", "người gửi", "dari", "pengirim", "från", "fra", "avsändare", "afsender", "avsender", "lähettäjä",
		"από", "αποστολέας", "de la", "expeditor", "feladó", "от кога", "подател", "pošiljatelj", "šalje", "saatja", "kellelt", "nuo", "no", "remetente", "فرستنده", "از",
	},
	fieldDate: {
		"sent", "date", "sent on", "date sent", "sent at", "time", "gesendet", "gesendet am", "datum", "envoyé", "envoyé le", "envoye", "le", "date d'envoi",
		"enviado", "enviado el", "enviada", "enviada em", "enviado em", "fecha", "data", "inviato", "inviata", "data invio", "verzonden", "verzonden op", "verstuurd",
		"wysłano", "wysłane", "data wysłania", "odesláno", "odoslané", "dátum", "отправлено", "дата", "время", "дата отправки", "надіслано", "дата надсилання",
		"жіберілді", "жіберілген", "күні", "gönderildi", "gönderme tarihi", "gönderim tarihi", "tarih", "gönderilme tarihi", "تاريخ الإرسال", "تم الإرسال", "التاريخ", "أرسلت", "نוشלח", "נשלח", "תאריך", "נשלח בתאריך",
		"送信日時", "日時", "日付", "送信", "보낸 날짜", "보낸날짜", "날짜", "보낸 시간", "보낸 일시", "보낸시간", "发送时间", "發送時間", "日期", "发件日期", "寄件日期", "傳送時間", "傳送日期", "时间", "時間", "发送日期", "已傳送", "寄送日期",
		"ส่ง", "ส่งเมื่อ", "วันที่", "วันที่ส่ง", "đã gửi", "ngày", "ngày gửi", "gửi lúc", "vào lúc", "dikirim", "terkirim", "tanggal", "skickat", "datum och tid", "sendt", "dato", "lähetetty", "päivämäärä", "pvm", "aika",
		"στάλθηκε", "ημερομηνία", "εστάλη", "αποστολή", "trimis", "data trimiterii", "dată", "elküldve", "küldve", "kelt", "küldés dátuma", "изпратено", "poslano", "saadetud", "išsiųsta", "nosūtīts", "ارسال شده", "تاریخ",
	},
	fieldTo: {
		"to", "an", "empfänger", "à", "a", "destinataire", "destinataires", "para", "destinatario", "destinatário", "aan", "ontvanger", "do", "adresat", "komu", "pro",
		"кому", "получатель", "одержувач", "кімге", "kime", "alıcı", "إلى", "الى", "אל", "עבור", "宛先", "받는 사람", "받는사람", "수신", "收件人", "收件者", "送達", "到",
		"ถึง", "đến", "tới", "gửi đến", "người nhận", "kepada", "ke", "untuk", "till", "til", "vastaanottaja", "προς", "către", "catre", "pentru", "címzett", "до", "prima", "za", "kellele", "kam", "به", "destinataire(s)",
	},
	fieldSubject: {
		"subject", "re", "betreff", "objet", "sujet", "asunto", "oggetto", "assunto", "onderwerp", "temat", "předmět", "predmet", "тема", "тақырып", "тақырыбы", "konu", "الموضوع", "موضوع", "נושא", "הנדון",
		"件名", "제목", "主题", "主題", "主旨", "标题", "標題", "题目", "เรื่อง", "หัวเรื่อง", "chủ đề", "tiêu đề", "subjek", "perihal", "hal", "ämne", "emne", "aihe", "θέμα", "subiect", "tárgy", "относно", "naslov", "teema", "tema", "temats",
	},
	fieldOther: {
		"cc", "bcc", "reply-to", "reply to", "kopie", "kopie an", "antwort an", "antwortadresse", "copie", "copie à", "cc :", "répondre à", "con copia", "cco", "copia", "responder a", "rispondi a", "risposta", "cópia", "com cópia", "responder para", "beantwoorden - aan", "antwoord aan",
		"dw", "do wiadomości", "odpowiedz do", "kopia", "odpověď komu", "копия", "ответить", "кому ответить", "копія", "көшірме", "bilgi", "yanıt adresi", "نسخة", "نسخة إلى", "עותק", "العنوان", "返信先", "참조", "抄送", "副本", "密送", "回复", "สำเนา", "สำเนาถึง",
		"đồng kính gửi", "đồng gửi", "cc:", "tembusan", "svara till", "svar til", "svar-til", "kopio", "vastausosoite", "κοιν.", "κοινοποίηση", "cc.", "în copie", "másolatot kap", "másolat", "válaszcím",
		"attachments", "anlagen", "anhänge", "pièces jointes", "pièce jointe", "archivos adjuntos", "allegati", "anexos", "bijlagen", "załączniki", "přílohy", "вложения", "附件", "添付ファイル", "첨부", "importance", "priority", "wichtigkeit", "importancia", "importância", "priorità", "важность",
		"resent-from", "message-id", "mailed-by", "organization", "sender", "x-mailer", "重要性", "重要度", "on behalf of",
	},
}

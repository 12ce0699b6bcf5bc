package portal

// papers is what customs of a country commonly ask private recipients for, in the
// words that stand on its own forms. It is a hint beside what the carrier asks,
// never the reason to send anything to anybody; docs/limits.md says what it rests on.
var papers = map[string]string{
	"AR": "CUIT / CUIL",
	"BR": "CPF",
	"CL": "RUT",
	"CN": "身份证",
	"ID": "NIK / NPWP",
	"IL": "תעודת זהות",
	"IN": "KYC (Aadhaar / PAN)",
	"KR": "개인통관고유부호 (PCCC)",
	"KZ": "ЖСН / ИИН",
	"RU": "паспорт, ИНН",
	"TR": "T.C. kimlik no",
	"TW": "EZ WAY",
}

package term

import "strings"

// stopWords are folded words that carry the grammar of a question and little of its matter. A query of more than such
// words leaves them out; a document keeps them, so that a quoted phrase still finds its words.
var stopWords = stopSet(stopLists...)

// stopLists are the words behind the tag of their language.
var stopLists = []string{
	"en: a an the and or but if of to in on at by for from with as is are was were be been am do does did have has had i me my mine you your we us our he she it its they them their this that these those what which who when where why how can could would should will not no so there here about into than then too very just please hi hello dear thanks thank want need get got any some im ive",
	"de: der die das den dem des ein eine einen einem einer eines und oder aber wenn von zu zum zur in im an am auf bei fur mit nach aus uber um als ist sind war waren sein bin hat habe haben hatte ich mich mir mein meine meinen meiner meinem du dein sie ihr ihre wir uns unser er es was wer wie wo wann warum welche kann konnen konnte mochte wird werden wurde nicht kein keine so da hier auch noch schon bitte hallo danke man sich",
	"fr: le la les un une des du de et ou mais si dans en au aux sur par pour avec sans est sont etait etre suis ai as avez avons ont avoir je me moi mon ma mes tu te ton ta tes vous votre vos nous notre nos il elle on se son sa ses ce cet cette ces que qui quoi quand comment pourquoi quel quelle quels quelles peux peut puis pouvez faire fait dois doit ne pas plus y a bonjour merci est-ce l d j c n s m t qu combien veux voudrais quelles ou",
	"es: el la los las un una unos unas y o pero si de del al en por para con sin es son era ser soy he has ha han hay haber yo me mi mis tu te su sus nos nuestro usted ustedes ella ellos se que quien cuando como donde cual cuales cuanto cuanta puedo puede pueden hacer hago debo no ya lo le les este esta estos estas eso muy mas quiero hola gracias favor tengo tiene estoy",
	"it: il lo la i gli le un uno una e ed o ma se di del della dei delle dello da dal dalla in nel nella su sul per con senza e sono era essere ho hai ha hanno avere io mi me mio mia miei tu ti suo sua noi ci nostro voi che chi quando come dove perche quale quali quanto posso puo possono fare devo non piu questo questa questi queste c l un ciao grazie vorrei voglio cosa",
	"pt: o a os as um uma uns umas e ou mas se de do da dos das em no na nos nas por pelo pela para com sem ao aos e sao era ser sou foi tenho tem ter eu me meu minha meus minhas voce voces seu sua ele ela nos que quem quando como onde qual quais quanto posso pode podem fazer faco devo nao ja isso este esta estes estas muito mais quero ola obrigado obrigada esta estou",
	"nl: de het een en of maar als van naar in op bij voor met uit over om is zijn was waren ben heb hebt heeft hebben ik mij me mijn jij je jouw u uw wij we ons onze hij zij ze er dat dit die deze wat wie wanneer waar waarom hoe welke kan kunnen moet wil niet geen ook nog al hallo bedankt graag te word wordt",
	"pl: i a w we z ze na do od po za o u dla przez przy pod nad jest sa byl byla bylo byc mam masz ma mamy ja mnie mi moj moja moje mojego mojej moim ty twoj pan pani my nas nasz on ona ono oni sie to ten ta te tego tej ktory ktora ktore co kto kiedy jak gdzie dlaczego ile czy moge mozna moze chce nie juz jeszcze tylko prosze dzien dobry dziekuje zostac",
	"cs: a i v ve na do od po za o u pro pri pod nad s se ze z k je jsou byl byla bylo byt mam mas ma mame ja me mi muj moje moji meho ty tvuj vas vase my nas nas on ona ono oni to ten ta ktery ktera ktere co kdo kdy jak kde proc kolik jestli mohu muzu lze chci ne uz jeste jen prosim dobry den dekuji si",
	"sv: och eller men om av till i pa vid for fran med som ar var vara har hade jag mig min mitt mina du din ditt dina ni er vi oss var han hon den det de detta denna vad vem nar var varfor hur vilken vilket kan ska vill inte ingen en ett att hej tack man sig",
	"da: og eller men hvis af til i pa ved for fra med som er var vaere har havde jeg mig min mit mine du din dit dine vi os vores han hun den det de dette denne hvad hvem hvornar hvor hvorfor hvordan hvilken kan skal vil ikke ingen en et at hej tak man sig",
	"nb: av til pa ved hos fra med som er var vaere har hadde jeg meg min mitt mine du din ditt dine vi oss var han hun den det de dette denne hva hvem nar hvor hvorfor hvordan hvilken kan skal vil ikke ingen en ei et a hei takk",
	"fi: ja tai mutta jos on ovat oli olla olen olet minun minulla mina sina sinun me meidan te teidan han se ne tama nama mika mita kuka koska milloin miten missa miksi voinko voiko voi haluan ei en ole hei kiitos",
	"tr: ve veya ama icin ile bir bu su o ne kim nasil nerede neden nicin kac mi mu midir var yok ben benim bana sen siz sizin biz bizim da de ki gibi daha cok en olan olarak istiyorum merhaba tesekkurler lutfen misiniz miyim",
	"ro: si sau dar daca de la in pe cu din pentru prin este sunt era fi am ai are avem eu mea meu mele mei tu dumneavoastra noi nostru el ea ei ce cine cand cum unde de care cat pot poate vreau nu un o al ale a sa mai imi se buna ziua multumesc",
	"hu: es vagy de ha a az egy van volt lenni vagyok en engem nekem te ti mi mi ez ezt azt ki mikor hogyan hol miert melyik mennyi lehet tudom tudok szeretnek nem is meg mar csak kerem koszonom hogy",
	"id: dan atau tetapi jika dari ke di pada untuk dengan adalah saya aku kamu anda kami kita dia mereka ini itu apa siapa kapan bagaimana mana mengapa kenapa berapa bisa dapat mau ingin tidak sudah belum yang akan halo terima kasih tolong",
	"vi: va hoac nhung neu cua den tai o tren voi la co toi minh ban chung cua nay do kia gi ai khi nao the lam sao tai dau bao nhieu may duoc khong da chua se muon hay xin chao cam on",
	"ru: и или но а если в во на за из от до по при для с со к ко у о об под над не ни же ли бы что кто когда где как почему зачем какой какая какие сколько это этот эта эти тот та те я меня мне мой моя мое мои моего моей ты вы вас вам ваш ваша ваше мы нас нам наш он она оно они его ее их себя есть был была было были быть мочь могу можно может нужно надо хочу уже еще только так там тут здравствуйте спасибо пожалуйста привет добрый день очень",
	"uk: і й або але якщо у в на за із від до по при для з зі к ко про під над не ні же чи би що хто коли де як чому який яка які скільки це цей ця ці той я мене мені мій моя мое мої мого моєї ти ви вас вам ваш ваша ми нас нам наш він вона воно вони його її їх є був була було були бути можу можна може треба хочу вже ще тільки так там тут дякую будь ласка добрий день привіт",
	"kk: және мен пен бен немесе бірақ егер үшін туралы бұл сол ол мен менің маған сен сіз сіздің біз біздің не кім қашан қалай қайда неге қандай қанша бола болады керек емес жоқ бар рахмет сәлем",
	"el: και η ο οι τα το του τησ των την τον τη στο στη στην στον για με απο σε να θα δεν μην ειναι ημουν εχω εχει εχετε εγω μου εμενα εσυ σου σασ μασ αυτο αυτη αυτοσ που ποιοσ ποτε πωσ γιατι ποσο τι μπορω μπορει θελω ενα μια ενασ γεια ευχαριστω παρακαλω",
	"ar: في من الي على علي عن مع هل ما ماذا متي كيف اين لماذا كم اي هذا هذه ذلك تلك التي الذي الذين انا نحن انت انتم هو هي هم كان كانت يكون لا لم لن قد ان او ثم كل بعد قبل عند يمكن يمكنني اريد لي لك شكرا مرحبا و",
	"he: של את על אל עם מן או אבל אם כי לא כן אני אתה את הוא היא אנחנו אתם הם זה זו זאת אלה מה מי מתי איך איפה למה כמה האם יש אין היה היתה להיות שלי שלך שלנו אפשר יכול רוצה תודה שלום גם רק כבר עוד",
	"ko: 제 저는 저의 내 나의 나는 제가 내가 좀 수 것 거 왜 무엇 뭐 어떻게 언제 어디 어디서 어디에 얼마나 있나요 있어요 있습니다 있습니까 하나요 싶어요 싶습니다 싶은데 주세요 합니까 합니다 하고 그리고 이 그 저 안녕하세요 감사합니다 되나요 인가요 있는",
}

// askWords ask for a place. They are grammar as well, but where something is can be the whole of a question.
var askWords = stopSet("where wo ou où donde dónde dove onde waar gdzie kde var hvor missä nerede unde hol mana dimana đâu где де қайда πού που أين اين وين איפה 어디 어디에 어디서")

func stopSet(lists ...string) map[string]bool {
	set := make(map[string]bool, 1600)
	for _, list := range lists {
		if _, untagged, ok := strings.Cut(list, ": "); ok {
			list = untagged
		}
		for _, w := range split(list) {
			set[foldLower(w)] = true
		}
	}
	return set
}

// stopPhrases are the like of stopWords where no space sets words apart, the longest first where one begins another.
// A run of characters is cut at them.
var stopPhrases = map[class][]string{
	cjk: split("怎么样 为什么 是不是 能不能 可不可以 怎么 如何 什么 哪里 哪些 哪个 多久 多少 几天 可以 能否 是否 请问 谢谢 你好 您好 " +
		"我们 你们 他们 我的 你的 没有 这个 那个 想要 需要 已经 已經 还是 一下 的 了 吗 呢 吧 我 你 您 是 把 被 " +
		"してください ください ました ません でしょうか ですか ますか したい できますか できます どうすれば どうやって どのように いつ どこ なぜ から まで について です ます する して が を に は の で と も へ や か"),
	sea: split("เมื่อไหร่ เมื่อไร อย่างไร ยังไง ต้องการ เท่าไหร่ เท่าไร ทำไม ที่ไหน อะไร ไหม มั้ย ครับ ค่ะ คะ ของฉัน ของผม ฉัน ผม ดิฉัน ของ ที่ จะ ได้ ให้ และ หรือ อยาก ต้อง มี เป็น การ กี่วัน"),
}

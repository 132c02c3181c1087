/* Reply and forward prefixes. A prefix is one of the words below, perhaps with a count
 * ("Re[2]", "Re(2)", "Re^2"), and a colon, narrow or wide. Words are compared case-folded;
 * the table holds them folded (a test folds each again). */
#include "feature/subject.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"

enum { TAGS_MOST = 3, TAG_BYTES_MOST = 64, PREFIX_BYTES_MOST = 48 };

static const char *const replies[] = {
	"re", /* most languages, and Russian clients that say nothing else */
	"aw", /* German */
	"antw",    "antwort", "antwoord", /* Dutch */
	"sv",                             /* Danish, Norwegian, Swedish, Icelandic */
	"vs",                             /* Finnish */
	"vá",                             /* Hungarian */
	"r",                              /* Italian */
	"rif",     "res",                 /* Portuguese */
	"rép",                            /* French */
	"réf",     "odp",                 /* Polish, Slovenian */
	"odpověď",                        /* Czech */
	"ynt",                            /* Turkish */
	"yan",     "atb",                 /* Welsh, Latvian */
	"ats",                            /* Lithuanian */
	"bls",                            /* Indonesian */
	"απ",                             /* Greek */
	"σχετ",                           /* Greek */
	"на",                             /* Russian */
	"отв",                            /* Russian */
	"ответ",                          /* Russian */
	"відп",                           /* Ukrainian */
	"תגובה",                          /* Hebrew */
	"השב",                            /* Hebrew */
	"رد",                             /* Arabic */
	"回复",                           /* Chinese, simplified */
	"答复",                           /* Chinese, simplified */
	"回覆",                           /* Chinese, traditional */
	"返信",                           /* Japanese */
	"회신",                           /* Korean */
	"답장",                           /* Korean */
	"trả lời",                        /* Vietnamese */
};

static const char *const forwards[] = {
	"fw",  /* most languages */
	"fwd", /* most languages */
	"wg",  /* German */
	"weitergeleitet",
	"doorst",     /* Dutch */
	"vb",         /* Swedish */
	"vl",         /* Finnish */
	"továbbítás", /* Hungarian */
	"i",          /* Italian */
	"inoltro",
	"rv",  /* Spanish */
	"enc", /* Portuguese */
	"tr",  /* French */
	"pd",  /* Polish */
	"i̇lt", /* Turkish */
	"ilt",
	"yml",         /* Welsh */
	"trs",         /* Indonesian */
	"πρθ",         /* Greek */
	"пересл",      /* Russian */
	"пер",         /* Ukrainian, Russian */
	"הועבר",       /* Hebrew */
	"إعادة توجيه", /* Arabic */
	"转发",        /* Chinese, simplified */
	"轉寄",        /* Chinese, traditional */
	"転送",        /* Japanese */
	"전달",        /* Korean */
};

/* automatic answers, as mail programs and gateways head them */
static const char *const absences[] = {
	"automatic reply",
	"automatic response",
	"auto reply",
	"auto-reply",
	"autoreply",
	"auto response",
	"auto-response",
	"autoresponse",
	"auto:",
	"out of office",
	"out of the office",
	"out-of-office",
	"i am out of the office",
	"i'm out of the office",
	"ooo:",
	"on vacation",
	"vacation reply",
	"away from my mail",
	"away from the office",
	"automatische antwort", /* German */
	"automatische rückantwort",
	"abwesenheit",
	"abwesend",
	"ich bin abwesend",
	"nicht im büro",
	"automatisch antwoord", /* Dutch */
	"automatische beantwoording",
	"afwezig",
	"niet aanwezig",
	"réponse automatique", /* French */
	"réponse d'absence",
	"absence du bureau",
	"absent du bureau",
	"message d'absence",
	"notification d'absence",
	"respuesta automática", /* Spanish */
	"respuesta automatica",
	"fuera de la oficina",
	"fuera de oficina",
	"resposta automática", /* Portuguese, Catalan */
	"resposta automàtica",
	"fora do escritório",
	"ausência temporária",
	"risposta automatica", /* Italian */
	"fuori sede",
	"fuori ufficio",
	"assente dall'ufficio",
	"autosvar",         /* Danish, Norwegian, Swedish */
	"automatisk svar",  /* Danish, Norwegian */
	"automatiskt svar", /* Swedish */
	"frånvaro",
	"fravær",
	"ikke til stede",
	"automaattinen vastaus", /* Finnish */
	"poissa toimistosta",
	"automatyczna odpowiedź", /* Polish */
	"odpowiedź automatyczna",
	"poza biurem",
	"nieobecność",
	"automatická odpověď", /* Czech, Slovak */
	"automatická odpoveď",
	"mimo kancelář",
	"automatikus válasz", /* Hungarian */
	"házon kívül",
	"răspuns automat",    /* Romanian */
	"samodejni odgovor",  /* Slovenian */
	"automatski odgovor", /* Croatian, Serbian */
	"otomatik yanıt",     /* Turkish */
	"ofis dışında",
	"αυτόματη απάντηση", /* Greek */
	"автоответ",         /* Russian, Bulgarian */
	"автоматический ответ",
	"автоматичен отговор",
	"автоматична відповідь", /* Ukrainian */
	"нет на месте",
	"отсутств",
	"תשובה אוטומטית", /* Hebrew */
	"رد تلقائي",      /* Arabic */
	"自动答复",       /* Chinese */
	"自动回复",
	"自動回覆",
	"自動応答", /* Japanese */
	"自動返信",
	"不在",
	"자동 회신", /* Korean */
	"부재중",
	"trả lời tự động",  /* Vietnamese */
	"balasan otomatis", /* Indonesian */
};

static const char *skip_blanks(const char *p)
{
	while (*p != '\0' && g_unichar_isspace(g_utf8_get_char(p)))
		p = g_utf8_next_char(p);
	return p;
}

/* "[list] ", "[EXTERN] ": what gateways and mailing lists put in front */
static const char *skip_tags(const char *p)
{
	for (int i = 0; i < TAGS_MOST && *p == '['; i++) {
		const char *close = strchr(p, ']');

		if (close == NULL || close - p > TAG_BYTES_MOST)
			break;
		p = skip_blanks(close + 1);
	}
	return p;
}

/* where the word ends if p begins with it, and a count and a colon follow */
static bool prefix_ends(const char *p, size_t word_bytes)
{
	p += word_bytes;
	if (*p == '[' || *p == '(' || *p == '^')
		p++;
	while (g_ascii_isdigit(*p))
		p++;
	if (*p == ']' || *p == ')')
		p++;
	p = skip_blanks(p);
	return *p == ':' || g_str_has_prefix(p, "：");
}

static bool begins_with(const char *folded, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (g_str_has_prefix(folded, words[i]) &&
		    prefix_ends(folded, strlen(words[i])))
			return true;
	return false;
}

/* the begin of a subject, without tags, case-folded
 * own   g_free() */
static char *folded_begin(const char *subject)
{
	const char *begin = skip_tags(skip_blanks(subject));
	size_t n = strlen(begin);
	const char *end =
		n <= PREFIX_BYTES_MOST
			? begin + n
			: g_utf8_find_prev_char(begin, begin + PREFIX_BYTES_MOST);

	return g_utf8_casefold(begin, end - begin);
}

enum subject_kind subject_kind(const char *subject)
{
	enum subject_kind kind = SUBJECT_PLAIN;

	if (subject == NULL)
		return kind;
	char *folded = folded_begin(subject);

	if (begins_with(folded, replies, COUNT_OF(replies)))
		kind = SUBJECT_REPLY;
	else if (begins_with(folded, forwards, COUNT_OF(forwards)))
		kind = SUBJECT_FORWARD;
	g_free(folded);
	return kind;
}

bool subject_is_absence(const char *subject)
{
	bool is = false;

	if (subject == NULL)
		return false;
	char *folded = folded_begin(subject);

	for (size_t i = 0; i < COUNT_OF(absences) && !is; i++)
		is = g_str_has_prefix(folded, absences[i]);
	g_free(folded);
	return is;
}

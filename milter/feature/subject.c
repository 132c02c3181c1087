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

enum subject_kind subject_kind(const char *subject)
{
	if (subject == NULL)
		return SUBJECT_PLAIN;

	const char *begin = skip_tags(skip_blanks(subject));
	size_t n = strlen(begin);
	const char *end =
		n <= PREFIX_BYTES_MOST
			? begin + n
			: g_utf8_find_prev_char(begin, begin + PREFIX_BYTES_MOST);
	char *folded = g_utf8_casefold(begin, end - begin);
	enum subject_kind kind = SUBJECT_PLAIN;

	if (begins_with(folded, replies, COUNT_OF(replies)))
		kind = SUBJECT_REPLY;
	else if (begins_with(folded, forwards, COUNT_OF(forwards)))
		kind = SUBJECT_FORWARD;
	g_free(folded);
	return kind;
}

/* One table of phrases a language. A banner stands in plain text without accents, so phrases
 * are chosen that read well without them, too. What rules say as their reasons stays in the
 * language of the rules. */
#include "action/banner_words.h"

#include <glib.h>

struct phrases {
	const char *headings[VERDICT_COUNT];
	const char *advices[VERDICT_COUNT];
};

static const struct phrases phrases[LANGUAGE_COUNT] = {
	[LANGUAGE_EN] = {
		.headings = {
			[VERDICT_WANTED] = "NOTE: Please read this message with care.",
			[VERDICT_GRAYMAIL] = "NOTE: This looks like bulk mail.",
			[VERDICT_UNDECIDED] = "NOTE: This message could not be fully checked.",
			[VERDICT_SPAM] = "NOTE: This looks like spam.",
			[VERDICT_SUSPICIOUS] = "CAUTION: This message may not be what it claims to be.",
			[VERDICT_MALICIOUS] = "WARNING: This message is probably an attempt at fraud.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Before you answer, pay or open anything, ask the sender in another way.",
			[VERDICT_MALICIOUS] = "Do not answer it, and open no link or attachment.",
		},
	},
	[LANGUAGE_DE] = {
		.headings = {
			[VERDICT_WANTED] = "HINWEIS: Bitte lesen Sie diese Nachricht mit Vorsicht.",
			[VERDICT_GRAYMAIL] = "HINWEIS: Das sieht nach Massenpost aus.",
			[VERDICT_UNDECIDED] = "HINWEIS: Diese Nachricht konnte nicht vollständig geprüft werden.",
			[VERDICT_SPAM] = "HINWEIS: Das sieht nach Spam aus.",
			[VERDICT_SUSPICIOUS] = "VORSICHT: Diese Nachricht ist vielleicht nicht, was sie vorgibt.",
			[VERDICT_MALICIOUS] = "WARNUNG: Diese Nachricht ist wahrscheinlich ein Betrugsversuch.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Fragen Sie auf anderem Weg nach, ehe Sie antworten, zahlen oder klicken.",
			[VERDICT_MALICIOUS] = "Antworten Sie nicht, und klicken Sie auf keinen Link oder Anhang.",
		},
	},
	[LANGUAGE_FR] = {
		.headings = {
			[VERDICT_WANTED] = "REMARQUE : lisez ce message avec prudence.",
			[VERDICT_GRAYMAIL] = "REMARQUE : ce message ressemble à un envoi en nombre.",
			[VERDICT_UNDECIDED] = "REMARQUE : ce message n'a pas pu être entièrement vérifié.",
			[VERDICT_SPAM] = "REMARQUE : ce message ressemble à du spam.",
			[VERDICT_SUSPICIOUS] = "ATTENTION : ce message n'est peut-être pas ce qu'il prétend être.",
			[VERDICT_MALICIOUS] = "ALERTE : ce message est probablement une tentative de fraude.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Avant de répondre, payer ou ouvrir, contactez l'expéditeur autrement.",
			[VERDICT_MALICIOUS] = "N'y répondez pas, n'ouvrez aucun lien ni aucune pièce jointe.",
		},
	},
	[LANGUAGE_ES] = {
		.headings = {
			[VERDICT_WANTED] = "NOTA: Lea este mensaje con cuidado.",
			[VERDICT_GRAYMAIL] = "NOTA: Parece un envío masivo.",
			[VERDICT_UNDECIDED] = "NOTA: No se pudo comprobar este mensaje por completo.",
			[VERDICT_SPAM] = "NOTA: Parece correo no deseado.",
			[VERDICT_SUSPICIOUS] = "ATENCIÓN: Este mensaje podría no ser lo que dice ser.",
			[VERDICT_MALICIOUS] = "ALERTA: Este mensaje es probablemente un intento de fraude.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Antes de responder, pagar o abrir nada, consulte por otra vía.",
			[VERDICT_MALICIOUS] = "No responda, y no abra ningún enlace ni archivo adjunto.",
		},
	},
	[LANGUAGE_IT] = {
		.headings = {
			[VERDICT_WANTED] = "NOTA: Legga questo messaggio con attenzione.",
			[VERDICT_GRAYMAIL] = "NOTA: Sembra un invio di massa.",
			[VERDICT_UNDECIDED] = "NOTA: Non è stato possibile controllare del tutto questo messaggio.",
			[VERDICT_SPAM] = "NOTA: Questo messaggio sembra spam.",
			[VERDICT_SUSPICIOUS] = "ATTENZIONE: Questo messaggio potrebbe non essere quello che sembra.",
			[VERDICT_MALICIOUS] = "AVVISO: Questo messaggio è probabilmente un tentativo di frode.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Prima di rispondere, pagare o aprire, chieda al mittente in altro modo.",
			[VERDICT_MALICIOUS] = "Non risponda e non apra link o allegati.",
		},
	},
	[LANGUAGE_NL] = {
		.headings = {
			[VERDICT_WANTED] = "LET OP: Lees dit bericht aandachtig.",
			[VERDICT_GRAYMAIL] = "LET OP: Dit lijkt een bulkmailing.",
			[VERDICT_UNDECIDED] = "LET OP: Dit bericht kon niet volledig worden gecontroleerd.",
			[VERDICT_SPAM] = "LET OP: Dit lijkt spam.",
			[VERDICT_SUSPICIOUS] = "PAS OP: Dit bericht is misschien niet wat het lijkt.",
			[VERDICT_MALICIOUS] = "WAARSCHUWING: Dit bericht is waarschijnlijk een poging tot fraude.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Vraag het de afzender langs andere weg, voordat u antwoordt of betaalt.",
			[VERDICT_MALICIOUS] = "Beantwoord het niet en open geen link of bijlage.",
		},
	},
	[LANGUAGE_PT] = {
		.headings = {
			[VERDICT_WANTED] = "NOTA: Leia esta mensagem com atenção.",
			[VERDICT_GRAYMAIL] = "NOTA: Parece um envio em massa.",
			[VERDICT_UNDECIDED] = "NOTA: Não foi possível verificar esta mensagem por completo.",
			[VERDICT_SPAM] = "NOTA: Esta mensagem parece spam.",
			[VERDICT_SUSPICIOUS] = "ATENÇÃO: Esta mensagem pode não ser o que parece.",
			[VERDICT_MALICIOUS] = "ALERTA: Esta mensagem é provavelmente uma tentativa de fraude.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Antes de responder, pagar ou abrir algo, confirme por outro meio.",
			[VERDICT_MALICIOUS] = "Não responda e não abra nenhum link ou anexo.",
		},
	},
	[LANGUAGE_PL] = {
		.headings = {
			[VERDICT_WANTED] = "UWAGA: Prosimy uważnie przeczytać tę wiadomość.",
			[VERDICT_GRAYMAIL] = "UWAGA: To wygląda na wysyłkę masową.",
			[VERDICT_UNDECIDED] = "UWAGA: Tej wiadomości nie udało się w pełni sprawdzić.",
			[VERDICT_SPAM] = "UWAGA: To wygląda na spam.",
			[VERDICT_SUSPICIOUS] = "OSTROŻNIE: Ta wiadomość może nie być tym, czym się wydaje.",
			[VERDICT_MALICIOUS] = "OSTRZEŻENIE: Ta wiadomość to prawdopodobnie próba oszustwa.",
		},
		.advices = {
			[VERDICT_SUSPICIOUS] = "Zanim odpowiesz, zapłacisz lub coś otworzysz, sprawdź to inną drogą.",
			[VERDICT_MALICIOUS] = "Nie odpowiadaj i nie otwieraj żadnych linków ani załączników.",
		},
	},
};

const char *banner_heading(enum language l, enum verdict v)
{
	return phrases[l].headings[v];
}

const char *banner_advice(enum language l, enum verdict v)
{
	return phrases[l].advices[v];
}

const char *banner_mark(struct arena *a, enum language l, enum verdict v)
{
	const char *heading = banner_heading(l, v);
	char *word = g_strndup(heading, strcspn(heading, ":"));
	char *ascii = g_str_to_ascii(g_strchomp(word), "C");
	const char *mark = arena_printf(a, "[%s]", ascii);

	g_free(ascii);
	g_free(word);
	return mark;
}

enum language banner_language(const char *locale, enum language otherwise)
{
	char *words, *rest;
	int found;

	if (locale == NULL)
		return otherwise;
	words = g_ascii_strdown(locale, -1);
	rest = strpbrk(words, "-_.@");
	if (rest != NULL)
		*rest = '\0';
	found = word_find(language_names, LANGUAGE_COUNT, words);
	g_free(words);
	return found < 0 ? otherwise : (enum language)found;
}

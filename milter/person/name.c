/* The judgement: are two names the same, or could one pass for the other? Every word of the
 * shorter name must find its own word in the longer one; words that only one side has are
 * left-out middle names, words that differ on both sides are another person. Limits were set
 * on pairs labelled by people (t/60-store/names_test.c prints where they stand). */
#include "person/name.h"

#include <glib.h>

#include "base/compiler.h"
#include "person/words.h"

#define NEVER 1000U
#define INITIAL_COST 1U /* half edits, as NICKNAME_COST */
#define NICKNAME_COST 1U

/* what a pairing of words has in it besides edits; WRITTEN_OUT: the person's name has the
 * initial, and the display name a word */
enum { HOW_NICKNAME = 1, HOW_INITIAL = 2, HOW_LETTERS = 4, HOW_WRITTEN_OUT = 8 };

struct pairing {
	unsigned cost; /* half edits */
	unsigned how;
	size_t whole; /* words paired that are more than an initial */
	size_t same;  /* letters of words that are the same */
	size_t other; /* words that are not */
};

/* Three words of which two are the same, and long enough, carry a third that differs more. */
#define CARRIED_LIMIT 3U
#define CARRYING_LETTERS 6

#define LONG_JOINED 9    /* letters of two words written as one, in which one may slip */
#define TITLED_LETTERS 5 /* of a family name that a title makes a whole name */
#define LOGIN_LETTERS 3  /* of one that stands beside an initial in one word */

/* How many half edits a word of n letters may have: short words have near neighbours that
 * are other names. */
static unsigned word_limit(size_t n)
{
	if (n <= 3)
		return 1;
	if (n <= 5)
		return 2;
	return n <= 11 ? 3 : 4;
}

/* And a whole name. What is left out besides makes another person likely, but not when a
 * transliteration accounts for some letters. */
static unsigned name_limit(size_t letters, bool left_out, bool foreign)
{
	if (letters <= 6)
		return 1;
	if (letters <= 7)
		return 2;
	if (left_out && !foreign)
		return 2;
	return letters <= 12 ? 3 : 4;
}

static bool is_initial(const struct name_word *a, const struct name_word *b)
{
	return (a->n == 1) != (b->n == 1) && a->letters[0] == b->letters[0];
}

/* Scripts without vowels bring consonants alone. */
static bool same_sound(const struct name_word *a, const struct name_word *b)
{
	struct arena *scratch;
	bool same;

	if (a->abjad == b->abjad || a->n < 3 || b->n < 3)
		return false;
	scratch = arena_create();
	same = strcmp(word_sound(scratch, a->text), word_sound(scratch, b->text)) == 0;
	arena_destroy(&scratch);
	return same;
}

static unsigned with_slack(unsigned limit, int slack)
{
	return (unsigned)MAX(0, (int)limit + slack);
}

/* "Sanchez" and "Sancho", "Orban" and "Orbach" begin alike and end otherwise, as names of one
 * root do; slips are spread, and smaller. */
static bool ends_otherwise(const struct name_word *a, const struct name_word *b)
{
	size_t same = 0, least = MIN(a->n, b->n);

	while (same < least && a->letters[same] == b->letters[same])
		same++;
	return same >= 3 && same < least && a->n + b->n >= 2 * same + 3 &&
	       same + 3 >= MAX(a->n, b->n) &&
	       a->letters[a->n - 1] != b->letters[b->n - 1];
}

static struct pairing pair_words(const struct name_word *a, const struct name_word *b,
				 bool carried, int slack)
{
	struct pairing p = { .whole = 1, .other = 1 };
	unsigned limit = with_slack(word_limit(MAX(a->n, b->n)), slack);

	if (strcmp(a->text, b->text) == 0)
		return (struct pairing){ .whole = a->n > 1, .same = a->n };
	if (a->n == 1 || b->n == 1) {
		p.whole = 0;
		p.how = HOW_INITIAL;
		p.cost = is_initial(a, b) ? INITIAL_COST : NEVER;
		return p;
	}
	if (nickname_same(a->text, b->text)) {
		p.how = HOW_NICKNAME;
		p.cost = NICKNAME_COST;
		return p;
	}
	p.how = HOW_LETTERS;
	p.cost = NEVER;
	if (MAX(a->n, b->n) - MIN(a->n, b->n) > MAX(limit, CARRIED_LIMIT) &&
	    a->abjad == b->abjad)
		return p; /* each letter more costs something */
	p.cost = same_sound(a, b) ? 1 : word_distance(a, b);
	if (p.cost > (carried ? MAX(limit, CARRIED_LIMIT) : limit))
		p.cost = NEVER;
	return p;
}

/* Words that count: particles only when there is little else. */
static size_t weighty(const struct name_words *w, const struct name_word **list_r)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		if (!w->at[i].particle)
			list_r[n++] = &w->at[i];
	if (n >= 2)
		return n;
	for (n = 0; n < w->n; n++)
		list_r[n] = &w->at[n];
	return n;
}

/* the words of both names, the shorter one first */
struct sides {
	const struct name_word *few[NAME_WORDS], *many[NAME_WORDS];
	size_t n_few, n_many;
	int slack;
	bool foreign; /* one of them is transliterated */
	bool turned;  /* the few are the display name's */
};

static bool is_better(const struct pairing *a, const struct pairing *b)
{
	return a->cost != b->cost ? a->cost < b->cost : a->whole > b->whole;
}

static struct pairing sum_of(const struct pairing *a, const struct pairing *b)
{
	return (struct pairing){
		.cost = a->cost + b->cost,
		.how = a->how | b->how,
		.whole = a->whole + b->whole,
		.same = a->same + b->same,
		.other = a->other + b->other,
	};
}

/* Other scripts end in what their letters are read as. */
static struct pairing pair_of(const struct sides *s, size_t i, size_t k, bool carried)
{
	struct pairing p = pair_words(s->few[i], s->many[k], carried, s->slack);

	if (!s->foreign && p.cost > 2 && ends_otherwise(s->few[i], s->many[k]))
		p.cost = NEVER;
	if (p.how == HOW_INITIAL && (s->turned ? s->many[k] : s->few[i])->n == 1)
		p.how |= HOW_WRITTEN_OUT;
	return p;
}

/* The cheapest way to give each word of the few its own among the many: over sets of those
 * that are taken. */
static struct pairing assign(const struct sides *s, bool carried)
{
	struct pairing pairs[NAME_WORDS][NAME_WORDS], best[1 << NAME_WORDS];
	struct pairing result = { .cost = NEVER };

	for (size_t i = 0; i < s->n_few; i++)
		for (size_t k = 0; k < s->n_many; k++)
			pairs[i][k] = pair_of(s, i, k, carried);
	for (size_t set = 0; set < 1U << s->n_many; set++)
		best[set] = (struct pairing){ .cost = NEVER };
	best[0].cost = 0;
	for (size_t set = 0; set < 1U << s->n_many; set++) {
		size_t i = (size_t)__builtin_popcountl(set);

		if (best[set].cost >= NEVER || i > s->n_few)
			continue;
		if (i == s->n_few && is_better(&best[set], &result))
			result = best[set];
		for (size_t k = 0; i < s->n_few && k < s->n_many; k++) {
			struct pairing next;

			if (set & 1U << k || pairs[i][k].cost >= NEVER)
				continue;
			next = sum_of(&best[set], &pairs[i][k]);
			if (is_better(&next, &best[set | 1U << k]))
				best[set | 1U << k] = next;
		}
	}
	return result;
}

static size_t letters_of(const struct name_word *const *words, size_t n)
{
	size_t letters = 0;

	for (size_t i = 0; i < n; i++)
		letters += words[i]->n;
	return letters;
}

static bool same_joined(const struct name_words *a, const struct name_words *b)
{
	char x[NAME_WORDS * WORD_LETTERS * 4 + 1], y[sizeof(x)];
	char *to = x;

	for (size_t i = 0; i < a->n; i++)
		to = g_stpcpy(to, a->at[i].text);
	*to = '\0';
	to = y;
	for (size_t i = 0; i < b->n; i++)
		to = g_stpcpy(to, b->at[i].text);
	*to = '\0';
	return strcmp(x, y) == 0;
}

/* What is written out for an initial of the person's name is another name, mostly: "Andrew
 * Hart" is not Andrew H. Lewis. Who bears the family name, too, may be meant. */
static bool bears_family_name(const struct name_words *person, const struct name_words *w)
{
	const struct name_word *family = &person->at[person->comma ? 0 : person->n - 1];

	for (size_t i = 0; i < w->n; i++)
		if (strcmp(family->text, w->at[i].text) == 0)
			return family->n > 1;
	return false;
}

static const char *say_how(unsigned how, bool left_out)
{
	if (how & HOW_LETTERS)
		return left_out ? "letters differ, words left out" : "letters differ";
	if (how & HOW_WRITTEN_OUT)
		return NAME_HOW_WRITTEN_OUT;
	if (how & HOW_INITIAL)
		return NAME_HOW_INITIALS;
	if (how & HOW_NICKNAME)
		return "nickname";
	return left_out ? "words left out" : "same words";
}

static bool is_plain(const struct name_words *w)
{
	return w->plain == NULL || g_str_is_ascii(w->plain);
}

static bool names_father(const struct name_words *w)
{
	static const char *const words[] = { "bin", "ibn", "ben", "bint" };

	for (size_t i = 1; i < w->n; i++)
		for (size_t k = 0; k < COUNT_OF(words); k++)
			if (strcmp(w->at[i].text, words[k]) == 0)
				return true;
	return false;
}

/* "Omar bin Ali" is the son of "Ali bin Omar": there, order matters. */
static bool fathers_differ(const struct name_words *a, const struct name_words *b)
{
	return names_father(a) && names_father(b) &&
	       pair_words(&a->at[0], &b->at[0], false, 0).cost >= NEVER;
}

/* "Hans Friedrich" is not "Friedrich Hans", when both words are first names and no comma tells
 * which is which. */
static bool given_names_turned(const struct name_words *a, const struct name_words *b)
{
	return a->n == 2 && b->n == 2 && !a->comma && !b->comma &&
	       strcmp(a->at[0].text, b->at[1].text) == 0 &&
	       strcmp(a->at[1].text, b->at[0].text) == 0 &&
	       nickname_is_given(a->at[0].text) && nickname_is_given(a->at[1].text);
}

static struct sides sides_of(const struct name_words *a, const struct name_words *b)
{
	struct sides s = { .slack = 0 };

	s.n_few = weighty(a, s.few);
	s.n_many = weighty(b, s.many);
	if (s.n_few > s.n_many) {
		s.n_many = weighty(a, s.many);
		s.n_few = weighty(b, s.few);
		s.turned = true;
	}
	return s;
}

/* The letters that the limits go by: the same whichever name is asked about. */
static size_t letters_that_count(const struct sides *s)
{
	size_t few = letters_of(s->few, s->n_few);

	return s->n_few < s->n_many ? few : MIN(few, letters_of(s->many, s->n_many));
}

/* cost NEVER: not within the limits */
static struct pairing weigh(const struct sides *s)
{
	bool left_out = s->n_few < s->n_many;
	struct pairing p = assign(s, false), never = { .cost = NEVER };

	if (p.cost <=
	    with_slack(name_limit(letters_that_count(s), left_out, s->foreign), s->slack))
		return p.whole > 0 ? p : never;
	if (s->n_few < 3 || left_out)
		return never;
	p = assign(s, true);
	return p.other == 1 && p.same >= CARRYING_LETTERS ? p : never;
}

static struct name_judgement judge(const struct name_words *a, const struct name_words *b,
				   int slack)
{
	const struct name_judgement none = { .match = NAME_NONE, .how = "another name" };
	struct sides s;
	struct pairing p;

	if (a->n == 0 || b->n == 0)
		return none;
	if (same_joined(a, b))
		return (struct name_judgement){ NAME_EXACT, 0, "same name" };
	s = sides_of(a, b);
	s.slack = slack;
	s.foreign = is_plain(a) != is_plain(b);
	if (s.n_few == 1 && s.n_many > 1) /* a first name alone is nobody's */
		return none;
	p = weigh(&s);
	if (bears_family_name(a, b))
		p.how &= ~(unsigned)HOW_WRITTEN_OUT;
	if (p.cost >= NEVER || (s.n_few == 1 && p.cost > 0 && s.few[0]->n < 5))
		return none;
	return (struct name_judgement){
		.match = p.cost == 0 ? NAME_EXACT : NAME_FUZZY,
		.distance = (p.cost + 1) / 2,
		.how = say_how(p.how, s.n_few < s.n_many),
	};
}

/* In Han and Hangul each sign carries a syllable or more: one that differs is another name,
 * however alike their readings are. */
static struct name_judgement judge_signs(const struct name_words *a,
					 const struct name_words *b)
{
	return strcmp(a->plain, b->plain) == 0
		       ? (struct name_judgement){ NAME_EXACT, 0, "same name" }
		       : (struct name_judgement){ NAME_NONE, 0, "another name" };
}

/* Are the words the same, in any order? Only whole words count here. */
static bool same_words(const struct name_words *a, const struct name_words *b)
{
	struct sides s = sides_of(a, b);
	bool taken[NAME_WORDS] = { false };

	if (s.n_few == 0 || (s.n_few == 1 && s.n_many > 1))
		return false;
	for (size_t i = 0; i < s.n_few; i++) {
		size_t k = 0;

		while (k < s.n_many &&
		       (taken[k] || strcmp(s.few[i]->text, s.many[k]->text) != 0))
			k++;
		if (k == s.n_many)
			return false;
		taken[k] = true;
	}
	return true;
}

const struct name_read *name_read(struct arena *a, const char *name)
{
	struct name_read *r = arena_new(a, struct name_read, 1);

	r->sound = words_of(a, name, READING_SOUND);
	if (r->sound.n > 0)
		r->look = words_of(a, name, READING_LOOK);
	r->back = words_reversed(a, &r->sound);
	return r;
}

/* "Garcia-Marquez" and "Garciamarquez": two words of the longer name are one of the other. */
static bool same_when_joined(struct arena *a, const struct name_words *more,
			     const struct name_words *less)
{
	if (more->n != less->n + 1 || less->n < 2)
		return false;
	for (size_t i = 0; i + 1 < more->n; i++) {
		struct name_words joined = words_join(a, more, i);
		/* a slip in what is long enough to be known again */
		int slack = joined.at[i].n >= LONG_JOINED ? -1 : -2;
		enum name_match match = judge(&joined, less, slack).match;

		if (match == NAME_EXACT || (match == NAME_FUZZY && slack == -1))
			return true;
	}
	return false;
}

/* "JC Berg" is "Jean Claude Berg": each letter has its word */
static bool same_when_spelt(struct arena *a, const struct name_words *x,
			    const struct name_words *y)
{
	struct name_words apart;

	return words_spell(a, x, &apart) && apart.n == y->n &&
	       judge(&apart, y, 0).match != NAME_NONE;
}

/* "klindholm" and "lindholmk" are Karl Lindholm, as who logs in */
static bool same_as_login(const struct name_words *x, const struct name_words *y)
{
	const struct name_word *given = &x->at[0], *family, *login;

	if (x->n < 2 || y->n != 1 || x->at[x->n - 1].n < LOGIN_LETTERS)
		return false;
	family = &x->at[x->n - 1];
	login = &y->at[0];
	return login->n == family->n + 1 &&
	       ((login->letters[0] == given->letters[0] &&
		 strcmp(letter_next(login->text), family->text) == 0) ||
		(login->letters[family->n] == given->letters[0] &&
		 g_str_has_prefix(login->text, family->text)));
}

/* "Herr Lindholm" is Karl Lindholm: a title, and the last word whole */
static bool same_by_title(const struct name_words *x, const struct name_words *y)
{
	return x->titled && x->n == 1 && y->n >= 2 && x->at[0].n >= TITLED_LETTERS &&
	       strcmp(x->at[0].text, y->at[y->n - 1].text) == 0;
}

/* "Vladimirs Petrovs" in Riga is "Vladimir Petrov" elsewhere. */
static bool same_but_for_s(struct arena *a, const struct name_words *x,
			   const struct name_words *y)
{
	struct name_words bare;

	/* the endings have used up some of what may differ */
	return words_without_s(a, x, &bare) && judge(&bare, y, -1).match != NAME_NONE;
}

static bool ends_with_s(const struct name_words *w)
{
	const struct name_word *first = &w->at[0];

	return w->n >= 2 && first->letters[first->n - 1] == 's';
}

/* What no distance of letters tells: other ways to write the same name. */
static struct name_judgement judge_spelling(const struct name_words *x,
					    const struct name_words *y)
{
	struct name_judgement j = { NAME_NONE, 0, "another name" };
	struct arena *scratch;

	if (syllables_same(x, y))
		return (struct name_judgement){ NAME_FUZZY, 1, "romanisation" };
	if (same_by_title(x, y) || same_by_title(y, x))
		return (struct name_judgement){ NAME_FUZZY, 1, "title and family name" };
	if (same_as_login(x, y) || same_as_login(y, x))
		return (struct name_judgement){ NAME_FUZZY, 1, NAME_HOW_INITIALS };
	if (x->n == y->n && !ends_with_s(x) && !ends_with_s(y))
		return j; /* most names: nothing to allocate for */
	scratch = arena_create();
	if (same_when_joined(scratch, x, y) || same_when_joined(scratch, y, x))
		j = (struct name_judgement){ NAME_FUZZY, 1, "words joined" };
	else if (same_when_spelt(scratch, x, y) || same_when_spelt(scratch, y, x))
		j = (struct name_judgement){ NAME_FUZZY, 1, NAME_HOW_INITIALS };
	else if (same_but_for_s(scratch, x, y) || same_but_for_s(scratch, y, x))
		j = (struct name_judgement){ NAME_FUZZY, 1, "endings" };
	arena_destroy(&scratch);
	return j;
}

struct name_judgement name_judge_with(const struct name_read *a_name,
				      const struct name_read *b_name, int slack)
{
	const struct name_words *x = &a_name->sound, *y = &b_name->sound;
	struct name_judgement j;

	if (x->ideographs && y->ideographs)
		return judge_signs(x, y);
	if (fathers_differ(x, y) || given_names_turned(x, y))
		return (struct name_judgement){ NAME_NONE, 0, "another name" };
	j = judge(x, y, slack);
	if (j.match == NAME_NONE && same_words(&a_name->look, &b_name->look))
		return (struct name_judgement){ NAME_FUZZY, 1, "confusable letters" };
	if (j.match == NAME_NONE && same_words(x, &b_name->back))
		return (struct name_judgement){ NAME_FUZZY, 1, "letters reversed" };
	return j.match == NAME_NONE ? judge_spelling(x, y) : j;
}

struct name_judgement name_judge(const struct name_read *a_name,
				 const struct name_read *b_name)
{
	return name_judge_with(a_name, b_name, 0);
}

struct name_judgement name_match(struct arena *a, const char *a_name, const char *b_name)
{
	return name_judge(name_read(a, a_name), name_read(a, b_name));
}

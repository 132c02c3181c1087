/* Short forms of first names, sorted, a row for each name it can stand for. For keys the
 * first row counts, for judgement all. */
#include <string.h>

#include "base/compiler.h"
#include "person/words.h"

static const struct {
	const char *nick, *full;
} rows[] = {
	{ "abby", "abigail" },      { "al", "albert" },
	{ "al", "alexander" },      { "al", "alfred" },
	{ "ale", "alejandro" },     { "alex", "alejandro" },
	{ "alex", "alexander" },    { "alex", "alexandra" },
	{ "alf", "alfred" },        { "alfie", "alfred" },
	{ "andi", "andreas" },      { "andy", "andreas" },
	{ "andy", "andrew" },       { "angie", "angela" },
	{ "ant", "anthony" },       { "art", "arthur" },
	{ "artie", "arthur" },      { "babs", "barbara" },
	{ "barb", "barbara" },      { "barney", "bernard" },
	{ "basti", "sebastian" },   { "becca", "rebecca" },
	{ "becky", "rebecca" },     { "bella", "isabella" },
	{ "ben", "benjamin" },      { "benji", "benjamin" },
	{ "benny", "benjamin" },    { "bernie", "bernard" },
	{ "bert", "albert" },       { "bert", "robert" },
	{ "bertie", "albert" },     { "beth", "elizabeth" },
	{ "betsy", "elizabeth" },   { "betty", "elizabeth" },
	{ "bibi", "benjamin" },     { "bill", "william" },
	{ "billy", "william" },     { "bob", "robert" },
	{ "bobbie", "barbara" },    { "bobby", "robert" },
	{ "cat", "catherine" },     { "cathy", "catherine" },
	{ "charlie", "charles" },   { "chas", "charles" },
	{ "chip", "charles" },      { "chris", "christian" },
	{ "chris", "christina" },   { "chris", "christine" },
	{ "chris", "christopher" }, { "chrissy", "christina" },
	{ "chrissy", "christine" }, { "chuck", "charles" },
	{ "cindy", "cynthia" },     { "claus", "nicholas" },
	{ "dan", "daniel" },        { "danny", "daniel" },
	{ "dave", "david" },        { "davey", "david" },
	{ "deb", "deborah" },       { "debbie", "deborah" },
	{ "dick", "richard" },      { "dima", "dmitri" },
	{ "dolly", "dorothy" },     { "don", "donald" },
	{ "donnie", "donald" },     { "dot", "dorothy" },
	{ "dottie", "dorothy" },    { "doug", "douglas" },
	{ "drew", "andrew" },       { "ed", "edward" },
	{ "eddie", "edward" },      { "elena", "helena" },
	{ "eliza", "elizabeth" },   { "em", "emily" },
	{ "emmy", "emily" },        { "fran", "francis" },
	{ "fran", "francisco" },    { "frank", "francis" },
	{ "frank", "franklin" },    { "fred", "alfred" },
	{ "fred", "frederick" },    { "fred", "friedrich" },
	{ "freddy", "frederick" },  { "fritz", "friedrich" },
	{ "gabe", "gabriel" },      { "gail", "abigail" },
	{ "gene", "eugene" },       { "geoff", "geoffrey" },
	{ "georgie", "george" },    { "gerry", "gerald" },
	{ "greg", "gregory" },      { "greta", "margaret" },
	{ "gwen", "gwendolyn" },    { "hal", "harold" },
	{ "hank", "henry" },        { "hannes", "johannes" },
	{ "hans", "johannes" },     { "harry", "harold" },
	{ "harry", "henry" },       { "heiner", "heinrich" },
	{ "heinz", "heinrich" },    { "helm", "wilhelm" },
	{ "isa", "isabella" },      { "izzy", "isabella" },
	{ "jack", "john" },         { "jackie", "jacqueline" },
	{ "jake", "jacob" },        { "jamie", "james" },
	{ "jeff", "jeffrey" },      { "jen", "jennifer" },
	{ "jenny", "jennifer" },    { "jerry", "gerald" },
	{ "jess", "jessica" },      { "jessie", "jessica" },
	{ "jim", "james" },         { "jimmy", "james" },
	{ "jo", "johannes" },       { "joe", "joseph" },
	{ "joey", "joseph" },       { "johnny", "john" },
	{ "johnny", "jonathan" },   { "jon", "john" },
	{ "jon", "jonathan" },      { "josh", "joshua" },
	{ "judy", "judith" },       { "jupp", "josef" },
	{ "kat", "katherine" },     { "kate", "catherine" },
	{ "kate", "katherine" },    { "kathy", "katherine" },
	{ "katie", "catherine" },   { "katie", "katherine" },
	{ "ken", "kenneth" },       { "kenny", "kenneth" },
	{ "kit", "christopher" },   { "kitty", "katherine" },
	{ "klaus", "nikolaus" },    { "larry", "lawrence" },
	{ "lars", "lawrence" },     { "len", "leonard" },
	{ "lena", "helena" },       { "lenny", "leonard" },
	{ "leo", "leonard" },       { "lex", "alexander" },
	{ "lexi", "alexandra" },    { "liam", "william" },
	{ "libby", "elizabeth" },   { "lisa", "elizabeth" },
	{ "liz", "elizabeth" },     { "lizzie", "elizabeth" },
	{ "lou", "louis" },         { "louie", "louis" },
	{ "maggie", "margaret" },   { "mandy", "amanda" },
	{ "manny", "manuel" },      { "manolo", "manuel" },
	{ "marge", "margaret" },    { "marty", "martin" },
	{ "mary", "maria" },        { "masha", "maria" },
	{ "matt", "matthew" },      { "matty", "matthew" },
	{ "max", "maximilian" },    { "meg", "margaret" },
	{ "memo", "guillermo" },    { "mia", "maria" },
	{ "michi", "michael" },     { "mick", "michael" },
	{ "mickey", "michael" },    { "mike", "michael" },
	{ "misha", "mikhail" },     { "mitya", "dmitri" },
	{ "mo", "mohammed" },       { "nacho", "ignacio" },
	{ "nan", "nancy" },         { "nate", "nathaniel" },
	{ "nathan", "jonathan" },   { "nathan", "nathaniel" },
	{ "ned", "edward" },        { "nick", "nicholas" },
	{ "nicky", "nicholas" },    { "nik", "nikolaus" },
	{ "niko", "nikolaus" },     { "oli", "oliver" },
	{ "ollie", "oliver" },      { "paco", "francisco" },
	{ "paddy", "patrick" },     { "pam", "pamela" },
	{ "pancho", "francisco" },  { "pat", "patricia" },
	{ "pat", "patrick" },       { "patty", "patricia" },
	{ "peggy", "margaret" },    { "pepe", "jose" },
	{ "pete", "peter" },        { "phil", "philip" },
	{ "phil", "philipp" },      { "pip", "philip" },
	{ "ray", "raymond" },       { "resi", "theresa" },
	{ "rich", "richard" },      { "richie", "richard" },
	{ "rick", "frederick" },    { "rick", "richard" },
	{ "ricky", "richard" },     { "rita", "margaret" },
	{ "rob", "robert" },        { "robbie", "robert" },
	{ "ron", "ronald" },        { "ronnie", "ronald" },
	{ "sam", "samantha" },      { "sam", "samuel" },
	{ "sammy", "samuel" },      { "sandra", "alexandra" },
	{ "sandy", "alexander" },   { "sandy", "alexandra" },
	{ "sascha", "alexander" },  { "sasha", "alexander" },
	{ "sasha", "alexandra" },   { "seb", "sebastian" },
	{ "sepp", "josef" },        { "seryozha", "sergei" },
	{ "steffi", "stephanie" },  { "steph", "stephanie" },
	{ "steve", "stephen" },     { "steve", "steven" },
	{ "stevie", "stephen" },    { "stevie", "steven" },
	{ "sue", "susan" },         { "susie", "susan" },
	{ "suzy", "susan" },        { "ted", "edward" },
	{ "ted", "theodore" },      { "teddy", "theodore" },
	{ "terry", "theresa" },     { "tess", "theresa" },
	{ "theo", "theodore" },     { "tim", "timothy" },
	{ "timmy", "timothy" },     { "tina", "christina" },
	{ "tina", "christine" },    { "tina", "valentina" },
	{ "tom", "thomas" },        { "tommy", "thomas" },
	{ "toni", "antonio" },      { "tonio", "antonio" },
	{ "tony", "anthony" },      { "topher", "christopher" },
	{ "tori", "victoria" },     { "tricia", "patricia" },
	{ "trish", "patricia" },    { "uli", "ulrich" },
	{ "valya", "valentina" },   { "vanya", "ivan" },
	{ "vicky", "victoria" },    { "vince", "vincent" },
	{ "vinny", "vincent" },     { "vlad", "vladimir" },
	{ "volodya", "vladimir" },  { "vova", "vladimir" },
	{ "wally", "walter" },      { "walt", "walter" },
	{ "will", "william" },      { "willi", "wilhelm" },
	{ "willy", "wilhelm" },     { "willy", "william" },
	{ "wolf", "wolfgang" },     { "xander", "alexander" },
	{ "zach", "zachary" },      { "zack", "zachary" },
	{ "zhenya", "evgeny" },
};

/* the first row of a short form; COUNT_OF(rows) when it is none */
static size_t first_row(const char *nick)
{
	size_t from = 0, to = COUNT_OF(rows);

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(rows[middle].nick, nick) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < COUNT_OF(rows) && strcmp(rows[from].nick, nick) == 0
		       ? from
		       : COUNT_OF(rows);
}

static bool is_row_of(size_t row, const char *nick)
{
	return row < COUNT_OF(rows) && strcmp(rows[row].nick, nick) == 0;
}

const char *nickname_of(const char *word)
{
	size_t row = first_row(word);

	return row < COUNT_OF(rows) ? rows[row].full : word;
}

bool nickname_same(const char *a, const char *b)
{
	size_t first_b = first_row(b);

	for (size_t i = first_row(a); is_row_of(i, a); i++)
		if (strcmp(rows[i].full, b) == 0)
			return true;
	for (size_t k = first_b; is_row_of(k, b); k++) {
		if (strcmp(rows[k].full, a) == 0)
			return true;
		for (size_t i = first_row(a); is_row_of(i, a); i++)
			if (strcmp(rows[i].full, rows[k].full) == 0)
				return true;
	}
	return false;
}

bool nickname_is_given(const char *word)
{
	if (first_row(word) < COUNT_OF(rows))
		return true;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].full, word) == 0)
			return true;
	return false;
}

bool nicknames_sorted(void)
{
	for (size_t i = 1; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i - 1].nick, rows[i].nick) > 0)
			return false;
	return true;
}

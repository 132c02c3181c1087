/* Short forms of first names, one row a full name. A short form of several names stands in
 * several rows; for keys the first row counts, for judgement all. */
#include <string.h>

#include "base/compiler.h"
#include "person/words.h"

static const struct {
	const char *full;
	const char *nicks[8]; /* ends at the first NULL */
} rows[] = {
	{ "abigail", { "abby", "gail" } },
	{ "albert", { "al", "bert", "bertie" } },
	{ "alejandro", { "alex", "ale" } },
	{ "alexander", { "alex", "al", "sandy", "sasha", "lex", "xander", "sascha" } },
	{ "alexandra", { "alex", "sandra", "sandy", "sasha", "lexi" } },
	{ "alfred", { "al", "fred", "alf", "alfie" } },
	{ "amanda", { "mandy" } },
	{ "andreas", { "andi", "andy" } },
	{ "andrew", { "andy", "drew" } },
	{ "angela", { "angie" } },
	{ "anthony", { "tony", "ant" } },
	{ "antonio", { "toni", "tonio" } },
	{ "arthur", { "art", "artie" } },
	{ "barbara", { "barb", "babs", "bobbie" } },
	{ "benjamin", { "ben", "benny", "benji", "bibi" } },
	{ "bernard", { "bernie", "barney" } },
	{ "catherine", { "cathy", "cat", "kate", "katie" } },
	{ "charles", { "charlie", "chuck", "chas", "chip" } },
	{ "christian", { "chris" } },
	{ "christina", { "chris", "tina", "chrissy" } },
	{ "christine", { "chris", "tina", "chrissy" } },
	{ "christopher", { "chris", "kit", "topher" } },
	{ "cynthia", { "cindy" } },
	{ "daniel", { "dan", "danny" } },
	{ "david", { "dave", "davey" } },
	{ "deborah", { "deb", "debbie" } },
	{ "dmitri", { "dima", "mitya" } },
	{ "donald", { "don", "donnie" } },
	{ "dorothy", { "dot", "dottie", "dolly" } },
	{ "douglas", { "doug" } },
	{ "edward", { "ed", "eddie", "ted", "ned" } },
	{ "elizabeth",
	  { "liz", "beth", "betty", "lizzie", "eliza", "betsy", "libby", "lisa" } },
	{ "emily", { "em", "emmy" } },
	{ "eugene", { "gene" } },
	{ "evgeny", { "zhenya" } },
	{ "francis", { "frank", "fran" } },
	{ "francisco", { "paco", "pancho", "fran" } },
	{ "franklin", { "frank" } },
	{ "frederick", { "fred", "freddy", "rick" } },
	{ "friedrich", { "fritz", "fred" } },
	{ "gabriel", { "gabe" } },
	{ "geoffrey", { "geoff" } },
	{ "george", { "georgie" } },
	{ "gerald", { "gerry", "jerry" } },
	{ "gregory", { "greg" } },
	{ "guillermo", { "memo" } },
	{ "gwendolyn", { "gwen" } },
	{ "harold", { "harry", "hal" } },
	{ "heinrich", { "heinz", "heiner" } },
	{ "helena", { "lena", "elena" } },
	{ "henry", { "harry", "hank" } },
	{ "ignacio", { "nacho" } },
	{ "isabella", { "bella", "isa", "izzy" } },
	{ "ivan", { "vanya" } },
	{ "jacob", { "jake" } },
	{ "jacqueline", { "jackie" } },
	{ "james", { "jim", "jimmy", "jamie" } },
	{ "jeffrey", { "jeff" } },
	{ "jennifer", { "jen", "jenny" } },
	{ "jessica", { "jess", "jessie" } },
	{ "johannes", { "hans", "hannes", "jo" } },
	{ "john", { "jack", "johnny", "jon" } },
	{ "jonathan", { "jon", "johnny", "nathan" } },
	{ "jose", { "pepe" } },
	{ "josef", { "sepp", "jupp" } },
	{ "joseph", { "joe", "joey" } },
	{ "joshua", { "josh" } },
	{ "judith", { "judy" } },
	{ "katherine", { "kate", "kathy", "katie", "kitty", "kat" } },
	{ "kenneth", { "ken", "kenny" } },
	{ "lawrence", { "larry", "lars" } },
	{ "leonard", { "leo", "len", "lenny" } },
	{ "louis", { "lou", "louie" } },
	{ "manuel", { "manny", "manolo" } },
	{ "margaret", { "maggie", "meg", "peggy", "marge", "greta", "rita" } },
	{ "maria", { "mary", "mia", "masha" } },
	{ "martin", { "marty" } },
	{ "matthew", { "matt", "matty" } },
	{ "maximilian", { "max" } },
	{ "michael", { "mike", "mick", "mickey", "michi" } },
	{ "mikhail", { "misha" } },
	{ "mohammed", { "mo" } },
	{ "nancy", { "nan" } },
	{ "nathaniel", { "nathan", "nate" } },
	{ "nicholas", { "nick", "nicky", "claus" } },
	{ "nikolaus", { "klaus", "niko", "nik" } },
	{ "oliver", { "ollie", "oli" } },
	{ "pamela", { "pam" } },
	{ "patricia", { "pat", "patty", "trish", "tricia" } },
	{ "patrick", { "pat", "paddy" } },
	{ "peter", { "pete" } },
	{ "philip", { "phil", "pip" } },
	{ "philipp", { "phil" } },
	{ "raymond", { "ray" } },
	{ "rebecca", { "becky", "becca" } },
	{ "richard", { "rick", "dick", "rich", "ricky", "richie" } },
	{ "robert", { "rob", "bob", "bobby", "robbie", "bert" } },
	{ "ronald", { "ron", "ronnie" } },
	{ "samantha", { "sam" } },
	{ "samuel", { "sam", "sammy" } },
	{ "sebastian", { "basti", "seb" } },
	{ "sergei", { "seryozha" } },
	{ "stephanie", { "steph", "steffi" } },
	{ "stephen", { "steve", "stevie" } },
	{ "steven", { "steve", "stevie" } },
	{ "susan", { "sue", "susie", "suzy" } },
	{ "theodore", { "ted", "teddy", "theo" } },
	{ "theresa", { "terry", "tess", "resi" } },
	{ "thomas", { "tom", "tommy" } },
	{ "timothy", { "tim", "timmy" } },
	{ "ulrich", { "uli" } },
	{ "valentina", { "valya", "tina" } },
	{ "victoria", { "vicky", "tori" } },
	{ "vincent", { "vince", "vinny" } },
	{ "vladimir", { "vlad", "vova", "volodya" } },
	{ "walter", { "walt", "wally" } },
	{ "wilhelm", { "willi", "willy", "helm" } },
	{ "william", { "bill", "billy", "will", "willy", "liam" } },
	{ "wolfgang", { "wolf" } },
	{ "zachary", { "zach", "zack" } },
};

static bool has(size_t row, const char *word)
{
	for (size_t i = 0; i < COUNT_OF(rows[row].nicks); i++)
		if (rows[row].nicks[i] != NULL && strcmp(rows[row].nicks[i], word) == 0)
			return true;
	return false;
}

const char *nickname_of(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (has(i, word))
			return rows[i].full;
	return word;
}

bool nickname_same(const char *a, const char *b)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool a_in = strcmp(rows[i].full, a) == 0 || has(i, a);
		bool b_in = strcmp(rows[i].full, b) == 0 || has(i, b);

		if (a_in && b_in)
			return true;
	}
	return false;
}

/* Much text that the reader does not see: it is there to be read by filters. The preview
 * line that newsletters hide is shorter than these bounds. */
#include "detect/evidence.h"

enum {
	HIDDEN_BYTES_LEAST = 400, /* preview lines end near 150, padded ones near 300 */
	HIDDEN_SHARE = 2,         /* and at least one half of what is seen */
};

enum answer detect_hidden_text(const struct evidence *e, const char **words_r)
{
	const struct value *hidden = &e->features->at[FEATURE_TEXT_HIDDEN_BYTES];
	const struct value *seen = &e->features->at[FEATURE_TEXT_BYTES];

	if (hidden->known != ANSWER_YES || seen->known != ANSWER_YES)
		return answer_and(hidden->known, seen->known);
	if (hidden->number < HIDDEN_BYTES_LEAST ||
	    hidden->number < seen->number / HIDDEN_SHARE)
		return ANSWER_NO;
	return say(e, words_r,
		   "%lld bytes of text are hidden from the reader, who sees %lld",
		   (long long)hidden->number, (long long)seen->number);
}

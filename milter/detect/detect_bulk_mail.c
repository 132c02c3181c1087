/* Mail that says itself that it was sent to many. */
#include "detect/evidence.h"

enum answer detect_bulk_mail(const struct evidence *e, const char **words_r)
{
	enum answer a = feature_answer(e, FEATURE_BULK);

	if (a != ANSWER_YES)
		return a;
	return say(e, words_r, "%s",
		   feature_answer(e, FEATURE_LIST_UNSUBSCRIBE) == ANSWER_YES
			   ? "headers of bulk mail, with a way to unsubscribe"
			   : "headers of bulk mail, without a way to unsubscribe");
}

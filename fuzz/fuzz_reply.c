#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/reply.h"
#include "plugin/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stop when what was decoded could issue a card without a receipt. */
static void
check(const struct lk_result *r, int rc)
{

	if (rc > 0 || r->size != sizeof(*r))
		abort();
	if (rc != 0) {
		if (r->decision != LK_REVIEW || r->allowed != LK_REVIEW)
			abort();
		return;
	}
	if ((r->decision < LK_REVIEW || r->allowed < LK_REVIEW) &&
	    (r->seq == 0 || strlen(r->leaf) != 64))
		abort();
	if (r->allowed < r->decision && r->standing != LK_STANDING_APPROVED)
		abort();
}

/* A reply's body, as result, as status and as plain; byte 0 is the encoding. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lk_result r = { .size = sizeof(r), .decision = LK_REVIEW,
		.allowed = LK_REVIEW };
	struct lk_status s = { .size = sizeof(s) };
	int gb18030;

	if (size == 0 || size > WIRE_BODY_MAX)
		return (0);
	gb18030 = data[0] & 1;
	check(&r, reply_result(&r, &data[1], size - 1, gb18030));
	(void)reply_status(&s, &data[1], size - 1, gb18030);
	if (reply_plain(&data[1], size - 1, gb18030) > 0)
		abort();
	return (0);
}

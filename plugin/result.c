#include <string.h>

#include "result.h"

#define SIZE_MAX_KNOWN 65536u /* no later version is larger */

/* Judge a structure's size: version 1, or larger with zeros after it. */
static int
judge(const void *p, uint32_t size, uint32_t known)
{
	const unsigned char *b = p;
	uint32_t i;

	if (size < known || size > SIZE_MAX_KNOWN)
		return (LK_E_SIZE);
	for (i = known; i < size; i++)
		if (b[i] != 0)
			return (LK_E_SIZE);
	return (0);
}

/* Make a result an empty REVIEW. */
static void
hold(struct lk_result *r)
{
	uint32_t size = r->size;

	memset(r, 0, sizeof(*r));
	r->size = size;
	r->decision = LK_REVIEW;
	r->allowed = LK_REVIEW;
}

/* Begin a result. */
int
result_begin(struct lk_result *r)
{
	int rc;

	if (r == NULL)
		return (LK_E_ARG);
	if ((rc = judge(r, r->size, sizeof(*r))) == 0) {
		hold(r);
		return (0);
	}
	if (r->size >= offsetof(struct lk_result, standing))
		r->decision = LK_REVIEW;
	if (r->size >= offsetof(struct lk_result, needs))
		r->allowed = LK_REVIEW;
	return (rc);
}

/* Take a copy of a request. */
int
result_request(struct lk_request *copy, const struct lk_request *rq)
{

	if (rq == NULL)
		return (LK_E_ARG);
	memcpy(copy, rq, sizeof(rq->size));
	if (judge(rq, copy->size, sizeof(*rq)) != 0)
		return (LK_E_SIZE);
	memcpy(copy, rq, sizeof(*copy));
	return (0);
}

/* Begin a status. */
int
result_status(struct lk_status *s)
{
	uint32_t size;

	if (s == NULL)
		return (LK_E_ARG);
	size = s->size;
	if (judge(s, size, sizeof(*s)) != 0)
		return (LK_E_SIZE);
	memset(s, 0, sizeof(*s));
	s->size = size;
	return (0);
}

/* End a result with an error. */
void
result_fail(struct lk_result *r, int code, const char *field,
    enum text_form form, int32_t on_unavailable)
{
	char said[sizeof(r->message)];

	memcpy(said, r->message, sizeof(said));
	hold(r);
	if (code == LK_E_UNAVAIL || code == LK_E_TIMEOUT ||
	    code == LK_E_STALE) {
		r->decision = r->allowed = on_unavailable;
		r->flags = LK_R_FALLBACK;
	}
	if (said[0] != '\0')
		memcpy(r->message, said, sizeof(said));
	else
		text_error(r->message, sizeof(r->message), code, field, form);
}

#include <string.h>

#include "call.h"
#include "open.h"
#include "plugin.h"
#include "reply.h"
#include "result.h"

/* Send an event whose reply carries a result. */
static int
fetch(struct call *c, const struct codec_event *ev, struct lk_result *r)
{
	const uint8_t *body;
	size_t len;
	int rc;

	if ((rc = call_event(c, ev)) != 0)
		return (rc);
	body = call_body(c, &len);
	rc = reply_result(r, body, len, c->h->cx.gb18030);
	if (rc == LK_E_INTERNAL)
		call_refuse(c);
	return (rc);
}

/* Send an event, and end the call with a result of LK_REVIEW on any error. */
static int
answer(int32_t handle, const struct codec_event *ev, struct lk_result *r,
    int32_t timeout_ms)
{
	struct call c;
	int rc;

	if ((rc = call_begin(&c, handle, timeout_ms)) == 0) {
		if (ev->language != LK_LANG_DEFAULT)
			c.language = ev->language;
		rc = fetch(&c, ev, r);
	}
	if (rc != 0) {
		result_fail(r, rc, c.field, call_form(&c), LK_REVIEW);
		r->flags = 0;
	}
	return (call_end(&c, rc));
}

/* How a decision stands now. */
int32_t
lk_review(int32_t handle, const char *decision_id, struct lk_result *result,
    int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_REVIEW,
		.decision_id = decision_id,
	};
	int rc;

	if ((rc = result_begin(result)) != 0)
		return (rc);
	return (answer(handle, &ev, result, timeout_ms));
}

/* Clear or refuse a review. */
int32_t
lk_resolve(int32_t handle, const char *decision_id, int32_t outcome,
    uint32_t evidence, const char *teller, const char *second_teller,
    struct lk_result *result, int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_RESOLVE,
		.decision_id = decision_id,
		.outcome = outcome,
		.evidence = evidence,
		.teller = teller,
		.second_teller = second_teller,
	};
	struct lk_result own;
	int rc;

	if (result == NULL) {
		own.size = sizeof(own);
		result = &own;
	}
	if ((rc = result_begin(result)) != 0)
		return (rc);
	return (answer(handle, &ev, result, timeout_ms));
}

/* Ask the daemon how it is. */
int32_t
lk_status(int32_t handle, struct lk_status *status, int32_t timeout_ms)
{
	struct codec_event ev = { .type = WIRE_STATUS };
	const uint8_t *body;
	struct call c;
	size_t len;
	int rc;

	if ((rc = result_status(status)) != 0)
		return (rc);
	if ((rc = call_begin(&c, handle, timeout_ms)) == 0 &&
	    (rc = call_event(&c, &ev)) == 0) {
		body = call_body(&c, &len);
		rc = reply_status(status, body, len, c.h->cx.gb18030);
		if (rc == LK_E_INTERNAL)
			call_refuse(&c);
	}
	return (call_end(&c, rc));
}

/* Write a text of a decision. */
int32_t
lk_message(int32_t handle, const char *decision_id, int32_t which,
    int32_t language, char *buf, uint32_t size, int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_REVIEW,
		.decision_id = decision_id,
		.language = language,
	};
	struct lk_result r;
	const char *text;
	size_t len;
	int rc;

	if (buf == NULL)
		return (LK_E_ARG);
	if (size == 0)
		return (LK_E_BUFFER);
	buf[0] = '\0';
	if (which != LK_TEXT_TELLER && which != LK_TEXT_NOTICE)
		return (LK_E_ARG);
	if (handle == 0 && (decision_id == NULL || decision_id[0] == '\0'))
		return (open_why(buf, size));
	r.size = sizeof(r);
	(void)result_begin(&r);
	if ((rc = answer(handle, &ev, &r, timeout_ms)) != 0)
		return (rc);
	text = which == LK_TEXT_TELLER ? r.message : r.notice;
	if ((len = strlen(text)) >= size)
		return (LK_E_BUFFER);
	memcpy(buf, text, len + 1);
	return (0);
}

#include <string.h>

#include "call.h"
#include "plugin.h"
#include "reply.h"
#include "result.h"

/* Send a request that is in order and read its result. */
static int
ask(struct call *c, const struct lk_request *rq, struct lk_result *result)
{
	const uint8_t *body;
	struct wire_out o;
	size_t len;
	int rc;

	if ((rc = codec_request_ok(rq, &c->h->cx, &c->field)) != 0 ||
	    (rc = call_link(c, &o)) != 0)
		return (rc);
	if (codec_request(&o, rq, &c->h->cx) != 0)
		return (LK_E_INTERNAL);
	if ((rc = call_exchange(c, &o)) != 0)
		return (rc);
	body = call_body(c, &len);
	rc = reply_result(result, body, len, c->h->cx.gb18030);
	if (rc == LK_E_INTERNAL)
		call_refuse(c);
	return (rc);
}

/* Ask about one application. */
int32_t
lk_check(int32_t handle, const struct lk_request *request,
    struct lk_result *result, int32_t timeout_ms)
{
	struct lk_request rq;
	struct call c;
	int rc;

	if ((rc = result_begin(result)) != 0)
		return (rc);
	if ((rc = call_begin(&c, handle, timeout_ms)) == 0 &&
	    (rc = result_request(&rq, request)) != 0)
		c.field = "request";
	if (rc == 0) {
		if (rq.language == LK_LANG_ZH || rq.language == LK_LANG_EN)
			c.language = rq.language;
		rc = ask(&c, &rq, result);
		explicit_bzero(&rq, sizeof(rq));
	}
	if (rc != 0)
		result_fail(result, rc, c.field, call_form(&c),
		    c.h != NULL ? c.h->set.on_unavailable : LK_REVIEW);
	return (call_end(&c, rc));
}

/* Copy a text argument into a field.  Return 0 or -1 when it does not fit. */
static int
place(char *dst, size_t size, const char *s)
{
	size_t len;

	if (s == NULL)
		return (0);
	if ((len = strnlen(s, size)) == size)
		return (-1);
	memcpy(dst, s, len);
	return (0);
}

/* Judge a buffer of lk_check_id(). */
static int
buffer(const char *p, uint32_t size, size_t need)
{

	if (p == NULL)
		return (size == 0 ? 0 : LK_E_ARG);
	return (size >= need ? 0 : LK_E_BUFFER);
}

/* Copy a text to the host, which may not want it. */
static void
hand(char *dst, uint32_t size, const char *src)
{
	size_t len = strlen(src);

	if (dst != NULL && len < size)
		memcpy(dst, src, len + 1);
}

/* Ask about one person at the counter, without structures. */
int32_t
lk_check_id(int32_t handle, int32_t id_type, const char *id_no,
    int32_t product, const char *txn_id, const char *branch,
    const char *teller, int32_t *decision, char *decision_id,
    uint32_t decision_id_size, char *message, uint32_t message_size,
    int32_t timeout_ms)
{
	struct lk_request rq;
	struct lk_result result;
	int rc;

	if (decision == NULL)
		return (LK_E_ARG);
	*decision = LK_REVIEW;
	hand(decision_id, decision_id_size, "");
	hand(message, message_size, "");
	if ((rc = buffer(decision_id, decision_id_size,
	    sizeof(result.decision_id))) != 0 ||
	    (rc = buffer(message, message_size, sizeof(result.message))) != 0)
		return (rc);
	memset(&rq, 0, sizeof(rq));
	rq.size = sizeof(rq);
	rq.id_type = id_type;
	rq.product = product;
	rq.operation = LK_OP_NEW;
	rq.channel = LK_CHANNEL_COUNTER;
	rq.held_here = -1;
	if (place(rq.id_no, sizeof(rq.id_no), id_no) != 0 ||
	    place(rq.txn_id, sizeof(rq.txn_id), txn_id) != 0 ||
	    place(rq.branch, sizeof(rq.branch), branch) != 0 ||
	    place(rq.teller, sizeof(rq.teller), teller) != 0)
		return (LK_E_ARG);
	result.size = sizeof(result);
	rc = lk_check(handle, &rq, &result, timeout_ms);
	explicit_bzero(&rq, sizeof(rq));
	if (rc == 0)
		*decision = result.decision;
	hand(decision_id, decision_id_size, result.decision_id);
	hand(message, message_size, result.message);
	return (rc);
}

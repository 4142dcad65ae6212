#include <string.h>

#include "call.h"
#include "plugin.h"
#include "reply.h"

/* Send an event whose reply says only whether it was recorded. */
static int32_t
tell(int32_t handle, const struct codec_event *ev, int32_t timeout_ms)
{
	const uint8_t *body;
	struct call c;
	size_t len;
	int rc;

	if ((rc = call_begin(&c, handle, timeout_ms)) == 0 &&
	    (rc = call_event(&c, ev)) == 0) {
		body = call_body(&c, &len);
		rc = reply_plain(body, len, c.h->cx.gb18030);
		if (rc == LK_E_INTERNAL)
			call_refuse(&c);
	}
	return (call_end(&c, rc));
}

/* The card was issued. */
int32_t
lk_confirm(int32_t handle, const char *decision_id, const char *card_ref,
    int32_t product_issued, int64_t issued_ms, int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_CONFIRM,
		.decision_id = decision_id,
		.card_ref = card_ref,
		.product = product_issued,
		.event_ms = issued_ms,
	};

	return (tell(handle, &ev, timeout_ms));
}

/* The card was not issued. */
int32_t
lk_cancel(int32_t handle, const char *decision_id, const char *txn_id,
    int32_t reason, int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_CANCEL,
		.decision_id = decision_id,
		.txn_id = txn_id,
		.reason = reason,
	};

	return (tell(handle, &ev, timeout_ms));
}

/* A card was closed. */
int32_t
lk_retire(int32_t handle, const char *card_ref, int64_t closed_ms,
    int32_t reason, int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_RETIRE,
		.card_ref = card_ref,
		.event_ms = closed_ms,
		.reason = reason,
	};

	return (tell(handle, &ev, timeout_ms));
}

/* The decision was for the wrong person. */
int32_t
lk_void(int32_t handle, const char *decision_id, int32_t reason,
    const char *teller, int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_VOID,
		.decision_id = decision_id,
		.reason = reason,
		.teller = teller,
	};

	return (tell(handle, &ev, timeout_ms));
}

/* The teller raises an alarm. */
int32_t
lk_report(int32_t handle, const char *decision_id, int32_t code,
    const char *branch, const char *teller, int32_t timeout_ms)
{
	struct codec_event ev = {
		.type = WIRE_REPORT,
		.decision_id = decision_id,
		.reason = code,
		.branch = branch,
		.teller = teller,
	};

	return (tell(handle, &ev, timeout_ms));
}

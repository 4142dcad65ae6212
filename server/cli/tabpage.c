#include <string.h>

#include "plugin/call.h"
#include "plugin/reply.h"

#include "service.h"
#include "tabpage.h"
#include "tool.h"

/* Read a page of the reply. */
static int
read_page(struct service *s, struct call *call, struct tabpage *t)
{
	struct wire_fields f;
	const uint8_t *body;
	const char *p, *end, *nl;
	size_t len;
	uint64_t next;
	int rc;

	body = call_body(call, &len);
	rc = reply_plain(body, len, 0);
	if (wire_fields_read(&f, body, len) != WIRE_OK)
		return (LK_E_INTERNAL);
	(void)wire_copy(&f, WIRE_T_MESSAGE, s->message, sizeof(s->message));
	if (rc != 0)
		return (rc);
	(void)wire_copy(&f, WIRE_T_NODE, t->node, sizeof(t->node));
	t->now = (int64_t)wire_u64(&f, WIRE_T_TIME_MS, 0);
	p = wire_text(&f, WIRE_T_TABLE, &len);
	for (end = p + len; p < end && rc == 0; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return (LK_E_INTERNAL);
		rc = t->line(t->arg, p, (size_t)(nl - p));
	}
	next = wire_u64(&f, WIRE_T_NEXT, 0);
	if (next != 0 && next <= t->after)
		return (LK_E_INTERNAL);	/* it would never end */
	t->after = next;
	return (rc);
}

/* Ask for one page. */
int
tabpage_ask(const struct tool *t, struct service *s, struct tabpage *p)
{
	static const uint8_t id[WIRE_ID];
	struct wire_out o;
	struct call call;
	int rc;

	s->message[0] = '\0';
	if ((rc = call_begin(&call, s->handle, 0)) == 0 &&
	    (rc = call_link(&call, &o)) == 0) {
		wire_begin(&o, p->type, id);
		wire_put_u32(&o, WIRE_T_REMAINING_MS, 1); /* codec_stamp sets it */
		if (t->language == LK_LANG_EN)
			wire_put_u32(&o, WIRE_T_LANGUAGE, LK_LANG_EN);
		if (p->what != 0)
			wire_put_u32(&o, WIRE_T_DESK_WHAT, p->what);
		if (p->after != 0)
			wire_put_u64(&o, WIRE_T_AFTER, p->after);
		if (wire_end(&o) != 0)
			rc = LK_E_INTERNAL;
		else if ((rc = call_exchange(&call, &o)) == 0)
			rc = read_page(s, &call, p);
		if (rc == LK_E_INTERNAL)
			call_refuse(&call);
	}
	return (call_end(&call, rc));
}

/* Ask for all that follow. */
int
tabpage_all(const struct tool *t, struct service *s, struct tabpage *p)
{
	int rc;

	do
		rc = tabpage_ask(t, s, p);
	while (rc == 0 && p->after != 0);
	return (rc);
}

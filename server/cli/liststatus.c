#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin/call.h"
#include "plugin/reply.h"

#include "json.h"
#include "liststatus.h"
#include "moment.h"
#include "service.h"
#include "tool.h"
#include "width.h"

#define LABEL 16

/* Read the reply. */
static int
read_reply(struct call *call, struct liststatus *s)
{
	struct wire_fields f;
	const uint8_t *body;
	size_t len;
	int rc;

	body = call_body(call, &len);
	if ((rc = reply_plain(body, len, 0)) != 0 ||
	    wire_fields_read(&f, body, len) != WIRE_OK) {
		if (rc == LK_E_INTERNAL)
			call_refuse(call);
		return (rc != 0 ? rc : LK_E_INTERNAL);
	}
	(void)wire_copy(&f, WIRE_T_LISTS, s->lists, sizeof(s->lists));
	(void)wire_copy(&f, WIRE_T_LISTS_ERROR, s->error, sizeof(s->error));
	(void)wire_copy(&f, WIRE_T_SYNC_SOURCE, s->sync_source,
	    sizeof(s->sync_source));
	(void)wire_copy(&f, WIRE_T_SYNC_ERROR, s->sync_error,
	    sizeof(s->sync_error));
	s->version = (int64_t)wire_u64(&f, WIRE_T_LIST_VERSION, 0);
	s->signed_ms = (int64_t)wire_u64(&f, WIRE_T_LISTS_SIGNED_MS, 0);
	s->tried_ms = (int64_t)wire_u64(&f, WIRE_T_LISTS_TRIED_MS, 0);
	s->adopted_ms = (int64_t)wire_u64(&f, WIRE_T_LISTS_ADOPTED_MS, 0);
	s->sync_tried_ms = (int64_t)wire_u64(&f, WIRE_T_SYNC_TRIED_MS, 0);
	s->sync_ms = (int64_t)wire_u64(&f, WIRE_T_SYNC_MS, 0);
	s->hits = (int64_t)wire_u64(&f, WIRE_T_RETRO_HITS, 0);
	s->clears = (int64_t)wire_u64(&f, WIRE_T_RETRO_CLEARS, 0);
	s->cases = (int64_t)wire_u64(&f, WIRE_T_OPEN_CASES, 0);
	s->alerts = (int64_t)wire_u64(&f, WIRE_T_OPEN_ALERTS, 0);
	linkstatus_read(&s->link, &f);
	return (0);
}

/* Ask the daemon. */
int
liststatus_get(const struct tool *t, struct service *c, struct liststatus *s)
{
	static const uint8_t id[WIRE_ID];
	struct wire_out o;
	struct call call;
	int rc;

	memset(s, 0, sizeof(*s));
	if ((rc = call_begin(&call, c->handle, 0)) == 0 &&
	    (rc = call_link(&call, &o)) == 0) {
		wire_begin(&o, WIRE_STATUS, id);
		wire_put_u32(&o, WIRE_T_REMAINING_MS, 1); /* codec_stamp sets it */
		if (t->language == LK_LANG_EN)
			wire_put_u32(&o, WIRE_T_LANGUAGE, LK_LANG_EN);
		if (wire_end(&o) != 0)
			rc = LK_E_INTERNAL;
		else if ((rc = call_exchange(&call, &o)) == 0)
			rc = read_reply(&call, s);
	}
	return (call_end(&call, rc));
}

/* Write one labelled text, unless it is empty. */
static void
line(const struct tool *t, const char *zh, const char *en, const char *text)
{

	if (text[0] == '\0')
		return;
	(void)fputs("  ", t->out);
	width_pad(t->out, tool_zh(t, zh, en), LABEL);
	width_put(t->out, text);
	(void)fputc('\n', t->out);
}

/* Write when something was, or that it never was. */
static void
when(const struct tool *t, const char *zh, const char *en, int64_t ms)
{
	char time[MOMENT_SIZE];

	line(t, zh, en, ms != 0 ? moment_print(ms, time) :
	    tool_zh(t, "从未", "never"));
}

/* Write the lists, one a line. */
static void
each_list(const struct tool *t, const char *s)
{
	char id[32], buf[96];
	unsigned long long n;
	unsigned version;
	int first = 1;

	for (; *s != '\0'; s += strcspn(s, "\n"), s += *s == '\n') {
		if (sscanf(s, "%31s %u %llu", id, &version, &n) != 3)
			continue;
		(void)snprintf(buf, sizeof(buf), tool_zh(t,
		    "%s  版本 %u  %llu 条", "%s  version %u  %llu records"), id,
		    version, n);
		line(t, first ? "各名单" : "  ", first ? "each list" : "  ", buf);
		first = 0;
	}
}

/* Write it for a person. */
void
liststatus_print(const struct tool *t, const struct liststatus *s)
{
	char buf[64];

	(void)snprintf(buf, sizeof(buf), tool_zh(t,
	    "案件 %" PRId64 " 件，告警 %" PRId64 " 条", "%" PRId64 " cases, %"
	    PRId64 " alerts"), s->cases, s->alerts);
	line(t, "待办", "at the desk", buf);
	if (strcmp(s->lists, "none") == 0) {
		line(t, "名单", "lists", tool_zh(t, "本节点不使用名单（use = none）",
		    "this node has none (use = none)"));
		return;
	}
	if (s->sync_tried_ms == 0 && s->version == 0 && s->tried_ms == 0)
		return;
	each_list(t, s->lists);
	if (s->version != 0)
		when(t, "中心签发于", "signed", s->signed_ms);
	when(t, "最近启用", "last adopted", s->adopted_ms);
	when(t, "最近尝试", "last tried", s->tried_ms);
	line(t, "启用失败原因", "last error", s->error);
	when(t, "最近同步成功", "last sync", s->sync_ms);
	when(t, "最近同步尝试", "sync tried", s->sync_tried_ms);
	line(t, "同步来源", "sync source", s->sync_source);
	line(t, "同步失败原因", "sync error", s->sync_error);
	if (s->hits != 0 || s->clears != 0) {
		(void)snprintf(buf, sizeof(buf), tool_zh(t,
		    "命中 %lld，解除 %lld", "%lld hits, %lld clears"),
		    (long long)s->hits, (long long)s->clears);
		line(t, "回查", "looked back", buf);
	}
}

/* Write it as JSON. */
void
liststatus_json(struct json *j, const struct liststatus *s)
{

	json_text(j, "lists", s->lists);
	json_i64(j, "lists_version", s->version);
	json_i64(j, "lists_signed_ms", s->signed_ms);
	json_i64(j, "lists_adopted_ms", s->adopted_ms);
	json_i64(j, "lists_tried_ms", s->tried_ms);
	json_text(j, "lists_error", s->error);
	json_i64(j, "sync_ms", s->sync_ms);
	json_i64(j, "sync_tried_ms", s->sync_tried_ms);
	json_text(j, "sync_source", s->sync_source);
	json_text(j, "sync_error", s->sync_error);
	json_i64(j, "retro_hits", s->hits);
	json_i64(j, "retro_clears", s->clears);
	json_i64(j, "open_cases", s->cases);
	json_i64(j, "open_alerts", s->alerts);
}

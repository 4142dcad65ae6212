#include <stdio.h>
#include <string.h>

#include "plugin/call.h"
#include "plugin/reply.h"

#include "keys/keyfile.h"
#include "keys/note.h"
#include "keys/signkey.h"

#include "service.h"
#include "statement.h"
#include "tool.h"

#define NOTE_SIZE 2048	/* what the wire takes, and a NUL */

/* Were both options given, and can the reason be one? */
int
statement_check(const struct tool *t, const struct statement_by *by)
{

	if (by->as == NULL || by->reason == NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "须留下经手人与原因：请给出 --as KEY 与 --reason TEXT",
		    "this is recorded with a name and a reason: give --as KEY "
		    "and --reason TEXT"));
	if (!staffnote_reason(by->reason, strlen(by->reason)))
		return (tool_fail(t, TOOL_USAGE,
		    "--reason：应为一行 1 至 255 字节的 UTF-8 文字，不含控制字符",
		    "--reason: wants one line of 1 to 255 bytes of UTF-8 "
		    "without control characters"));
	return (ARGS_GO);
}

/* Say what is wrong with the key file. */
static int
key_failed(const struct tool *t, const char *path,
    const struct keyfile_error *err)
{

	if (err->fault == KEYFILE_ABSENT)
		return (tool_fail(t, TOOL_NOINPUT,
		    "--as %s：没有这个密钥文件", "--as %s: there is no such key "
		    "file", path));
	return (tool_fail(t, err->fault == KEYFILE_DENIED ||
	    err->fault == KEYFILE_EXPIRED ? TOOL_DENIED : err->fault == KEYFILE_IO ? TOOL_IO : TOOL_DATA,
	    "--as：%s", "--as: %s", err->text));
}

/* Write the name of whose key it is. */
int
statement_name(const struct tool *t, const struct statement_by *by,
    char name[32])
{
	struct keyfile_error err;
	struct note_signer key;

	if (signkey_load(&key, by->as, KEYFILE_STAFF, t->now_ms() / 1000,
	    &err) != 0)
		return (key_failed(t, by->as, &err));
	(void)snprintf(name, 32, "%.31s", key.public.name);
	note_signer_wipe(&key);
	return (ARGS_GO);
}

/* Sign the statement; the note is NUL-terminated. */
static int
sign(const struct tool *t, const struct statement_by *by,
    const struct staffnote *n, char note[NOTE_SIZE])
{
	const struct note_signer *signers[1];
	struct keyfile_error err;
	struct note_signer key;
	char text[STAFFNOTE_TEXT_MAX];
	size_t len;

	if ((len = staffnote_print(text, n)) == 0)
		return (tool_fail(t, TOOL_USAGE, "声明内容有误",
		    "the statement cannot be made: its node, origin or entry "
		    "is out of bounds"));
	if (signkey_load(&key, by->as, KEYFILE_STAFF, n->time / 1000, &err) !=
	    0)
		return (key_failed(t, by->as, &err));
	signers[0] = &key;
	len = note_sign(note, NOTE_SIZE - 1, text, len, signers, 1);
	note_signer_wipe(&key);
	if (len == 0)
		return (tool_fail(t, TOOL_SYSTEM, "签名失败",
		    "signing failed"));
	note[len] = '\0';
	return (ARGS_GO);
}

/* Write the frame. */
static int
write_frame(const struct tool *t, struct wire_out *o,
    const struct statement *s, const char *note)
{
	static const uint8_t id[WIRE_ID];

	wire_begin(o, WIRE_STAFF, id);
	wire_put_u32(o, WIRE_T_REMAINING_MS, 1); /* codec_stamp sets it */
	if (t->language == LK_LANG_EN)
		wire_put_u32(o, WIRE_T_LANGUAGE, LK_LANG_EN);
	wire_put_text(o, WIRE_T_STATEMENT, note);
	if (s->id_no != NULL) {
		wire_put_u32(o, WIRE_T_ID_TYPE, (uint32_t)s->id_type);
		wire_put_text(o, WIRE_T_ID_NO, s->id_no);
		if (s->id_country != NULL)
			wire_put_text(o, WIRE_T_ID_COUNTRY, s->id_country);
	}
	if (s->prev_no != NULL) {
		wire_put_u32(o, WIRE_T_PREV_ID_TYPE, (uint32_t)s->prev_type);
		wire_put_text(o, WIRE_T_PREV_ID_NO, s->prev_no);
		if (s->prev_country != NULL)
			wire_put_text(o, WIRE_T_PREV_COUNTRY, s->prev_country);
	}
	return (wire_end(o));
}

/* Read the reply. */
static int
read_reply(struct service *c, struct call *call, struct lk_result *r,
    struct statement_answer *answer)
{
	struct wire_fields f;
	const uint8_t *body;
	size_t len;
	int rc;

	body = call_body(call, &len);
	if (r != NULL) {
		memset(r, 0, sizeof(*r));
		r->size = sizeof(*r);
		rc = reply_result(r, body, len, 0);
	} else
		rc = reply_plain(body, len, 0);
	if (wire_fields_read(&f, body, len) == WIRE_OK) {
		(void)wire_copy(&f, WIRE_T_MESSAGE, c->message,
		    sizeof(c->message));
		(void)wire_copy(&f, WIRE_T_TOKENS, answer->tokens,
		    sizeof(answer->tokens));
		answer->seq = wire_u64(&f, WIRE_T_SEQ, 0);
		answer->generation = wire_u32(&f, WIRE_T_GENERATION, 0);
		answer->cursor = wire_u64(&f, WIRE_T_CURSOR, 0);
		answer->heard = wire_u64(&f, WIRE_T_LAST_SEQ, answer->cursor);
	}
	if (rc == LK_OK && answer->seq == 0)
		rc = LK_E_INTERNAL;
	if (rc == LK_E_INTERNAL)
		call_refuse(call);
	return (rc);
}

/* Send it and wait for the answer. */
static int
exchange(const struct tool *t, struct service *c, const struct statement *s,
    const char *note, struct statement_answer *answer)
{
	struct wire_out o;
	struct call call;
	int rc;

	c->message[0] = '\0';
	if ((rc = call_begin(&call, c->handle, 0)) == 0 &&
	    (rc = call_link(&call, &o)) == 0) {
		if (write_frame(t, &o, s, note) != 0)
			rc = LK_E_ARG;
		else if ((rc = call_exchange(&call, &o)) == 0)
			rc = read_reply(c, &call, s->result, answer);
	}
	return (call_end(&call, rc));
}

/* Make a statement. */
int
statement_send(const struct tool *t, struct service *c,
    const struct statement_by *by, const struct statement *s,
    struct statement_answer *answer)
{
	struct lk_status st = { .size = sizeof(st) };
	struct staffnote n = { .action = s->action, .entry = s->entry };
	const char *origin;
	char note[NOTE_SIZE];
	int rc;

	memset(answer, 0, sizeof(*answer));
	if ((rc = statement_check(t, by)) != ARGS_GO)
		return (rc);
	if ((rc = lk_status(c->handle, &st, 0)) != 0)
		return (service_fail(t, c, rc, st.message));
	memcpy(answer->node, st.node, sizeof(answer->node));
	origin = s->origin != NULL ? s->origin : st.node;
	if (strlen(origin) >= sizeof(n.origin))
		return (tool_fail(t, TOOL_USAGE, "--origin：过长",
		    "--origin: too long"));
	n.time = t->now_ms();
	(void)snprintf(n.node, sizeof(n.node), "%s", st.node);
	(void)snprintf(n.origin, sizeof(n.origin), "%s", origin);
	(void)snprintf(n.reason, sizeof(n.reason), "%s", by->reason);
	if (s->detail != NULL) {
		if (strlen(s->detail) >= sizeof(n.detail))
			return (tool_fail(t, TOOL_USAGE, "派员单位过长：最多 %d 字节",
			    "the team is too long: at most %d bytes",
			    (int)sizeof(n.detail) - 1));
		(void)snprintf(n.detail, sizeof(n.detail), "%s", s->detail);
	}
	if ((rc = sign(t, by, &n, note)) != ARGS_GO)
		return (rc);
	if ((rc = exchange(t, c, s, note, answer)) != 0)
		return (service_fail(t, c, rc, c->message));
	return (ARGS_GO);
}

/* Take a token out of an answer. */
int
statement_tokens(const struct statement_answer *answer, unsigned i,
    uint32_t *epoch, char hex[33])
{
	const char *p = answer->tokens;
	unsigned e;
	int n = 0;

	for (;; i--, p += n) {
		if (sscanf(p, " %u:%32[0-9a-f]%n", &e, hex, &n) != 2 ||
		    strlen(hex) != 32)
			return (0);
		if (i == 0)
			break;
	}
	*epoch = e;
	return (1);
}

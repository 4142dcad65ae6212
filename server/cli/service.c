#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugin/call.h"
#include "plugin/handle.h"
#include "plugin/reply.h"
#include "plugin/settings.h"
#include "plugin/text.h"

#include "args.h"
#include "json.h"
#include "service.h"
#include "tool.h"

/* Settings for a socket that was named: whoever owns it is the daemon. */
static int
settings_socket(const struct tool *t, struct settings *s)
{
	uint32_t liangka;
	struct stat st;

	memset(s, 0, sizeof(*s));
	s->timeout_ms = 3000;
	s->connections = 1;
	s->on_unavailable = LK_REVIEW;
	s->uids = 1;
	if (strlen(t->socket) >= sizeof(s->socket) || t->socket[0] != '/')
		return (tool_fail(t, TOOL_USAGE,
		    "--socket %s：应为以 / 开头、不超过 107 字节的路径",
		    "--socket %s: wants a path that begins with / and has at "
		    "most 107 bytes", t->socket));
	memcpy(s->socket, t->socket, strlen(t->socket) + 1);
	s->uid[0] = geteuid();
	if (stat(t->socket, &st) != 0)
		return (ARGS_GO);
	if (!S_ISSOCK(st.st_mode))
		return (tool_fail(t, TOOL_NOINPUT, "%s：不是套接字；"
		    "请填写 liangkad.conf 中 socket 的路径", "%s: is no "
		    "socket; give the path that liangkad.conf has for it",
		    t->socket));
	if (st.st_uid != 0 && st.st_uid != geteuid() &&
	    (settings_user("/etc/passwd", "liangka", &liangka) != 0 ||
	    st.st_uid != liangka))
		return (tool_fail(t, TOOL_DENIED, "%s：属于用户 %u，"
		    "既非 root、liangka，也非本用户，不可信", "%s: belongs to "
		    "user %u, who is neither root, liangka nor you: not "
		    "trusted", t->socket, (unsigned)st.st_uid));
	s->uid[0] = st.st_uid;
	return (ARGS_GO);
}

/* Settings from a file. */
static int
settings_file(const struct tool *t, struct settings *s)
{
	char why[2048];
	size_t len;

	if (settings_read(s, t->config, why, sizeof(why)) == 0)
		return (ARGS_GO);
	for (len = strlen(why); len > 0 && why[len - 1] == '\n'; len--)
		why[len - 1] = '\0';
	return (tool_fail(t, TOOL_CONFIG,
	    "插件配置不可用：\n%s\n请用 --config FILE 指定配置，或用 --socket PATH 指定守护进程的套接字",
	    "the plugin's configuration cannot be used:\n%s\nName another with "
	    "--config FILE, or the daemon's socket with --socket PATH", why));
}

/* Open the daemon. */
int
service_open(const struct tool *t, struct service *c)
{
	struct settings s;
	int rc;

	memset(c, 0, sizeof(*c));
	if (t->socket != NULL && t->config != NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "--socket 与 --config 只能给出其一",
		    "give --socket or --config, not both"));
	rc = t->socket != NULL ? settings_socket(t, &s) : settings_file(t, &s);
	if (rc != ARGS_GO)
		return (rc);
	if (t->institution != NULL) {
		if (strlen(t->institution) >= sizeof(s.institution))
			return (tool_fail(t, TOOL_USAGE,
			    "--institution：过长，最多 31 字节",
			    "--institution: too long, at most 31 bytes"));
		memset(s.institution, 0, sizeof(s.institution));
		memcpy(s.institution, t->institution, strlen(t->institution));
	}
	if (t->timeout_ms != 0)
		s.timeout_ms = (int32_t)t->timeout_ms;
	s.encoding = WIRE_UTF8;
	s.language = t->language;
	memcpy(c->socket, s.socket, sizeof(c->socket));
	c->has_branch = s.branch[0] != '\0';
	c->has_teller = s.teller[0] != '\0';
	if (handle_watch_fork() != 0 || (c->handle = handle_add(&s)) <= 0)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	return (ARGS_GO);
}

/* Close it. */
void
service_close(struct service *c)
{

	(void)lk_close(c->handle);
	c->handle = 0;
}

/* Keep the text of a reply without a result. */
static int
plain(struct service *c, struct call *call)
{
	struct wire_fields f;
	const uint8_t *body;
	size_t len;
	int rc;

	body = call_body(call, &len);
	rc = reply_plain(body, len, 0);
	if (rc == LK_E_INTERNAL)
		call_refuse(call);
	if (wire_fields_read(&f, body, len) == WIRE_OK)
		(void)wire_copy(&f, WIRE_T_MESSAGE, c->message,
		    sizeof(c->message));
	return (rc);
}

/* Name the field that is to blame. */
static void
blame(const struct tool *t, struct service *c, const struct call *call, int rc)
{

	if (rc == 0 || call->field == NULL || c->message[0] != '\0')
		return;
	(void)snprintf(c->message, sizeof(c->message), "%s%s", call->field,
	    rc == LK_E_ENCODING ? tool_zh(t, "：不是有效的 UTF-8",
	    ": is not valid UTF-8") : tool_zh(t, "：缺失或有误",
	    ": missing or wrong"));
}

/* Send an event. */
int
service_event(const struct tool *t, struct service *c,
    const struct codec_event *ev)
{
	struct call call;
	int rc;

	c->message[0] = '\0';
	if ((rc = call_begin(&call, c->handle, 0)) == 0 &&
	    (rc = call_event(&call, ev)) == 0)
		rc = plain(c, &call);
	blame(t, c, &call, rc);
	return (call_end(&call, rc));
}

/* Write the frame of a word. */
static int
write_word(const struct tool *t, struct wire_out *o,
    const struct service_word *w)
{
	static const uint8_t id[WIRE_ID];

	wire_begin(o, w->type, id);
	wire_put_u32(o, WIRE_T_REMAINING_MS, 1); /* codec_stamp sets it */
	if (t->language == LK_LANG_EN)
		wire_put_u32(o, WIRE_T_LANGUAGE, LK_LANG_EN);
	wire_put_text(o, WIRE_T_DECIDED_BY, w->by);
	wire_put_text(o, WIRE_T_NOTE, w->note);
	return (wire_end(o));
}

/* Send a word of an operator. */
int
service_word(const struct tool *t, struct service *c,
    const struct service_word *w)
{
	struct wire_out o;
	struct call call;
	int rc;

	c->message[0] = '\0';
	if ((rc = call_begin(&call, c->handle, 0)) == 0 &&
	    (rc = call_link(&call, &o)) == 0) {
		if (write_word(t, &o, w) != 0)
			rc = LK_E_ARG;
		else if ((rc = call_exchange(&call, &o)) == 0)
			rc = plain(c, &call);
	}
	return (call_end(&call, rc));
}

/* The exit code for an error. */
int
service_exit(int code)
{

	switch (code) {
	case LK_OK:
		return (TOOL_OK);
	case LK_E_ARG:
		return (TOOL_USAGE);
	case LK_E_INPUT:
	case LK_E_ENCODING:
		return (TOOL_DATA);
	case LK_E_STATE:
	case LK_E_CONFLICT:
		return (TOOL_NO);
	case LK_E_UNAVAIL:
	case LK_E_STALE:
		return (TOOL_AWAY);
	case LK_E_TIMEOUT:
	case LK_E_BUSY:
	case LK_E_AGAIN:
		return (TOOL_LATER);
	case LK_E_VERSION:
	case LK_E_UNSUPPORTED:
		return (TOOL_PROTOCOL);
	case LK_E_DENIED:
		return (TOOL_DENIED);
	case LK_E_CONFIG:
		return (TOOL_CONFIG);
	case LK_E_NOMEM:
		return (TOOL_SYSTEM);
	default:
		return (TOOL_BUG);
	}
}

/* Why the daemon may be away. */
static const char *
away(const struct tool *t, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT)
		return (tool_zh(t, "没有这个套接字：liangkad 未运行，或路径有误。"
		    "请查看 systemctl status liangkad，并核对 socket 的路径",
		    "there is no such socket: liangkad is not running, or the "
		    "path is wrong.  See \"systemctl status liangkad\" and the "
		    "path in the configuration"));
	if (access(path, W_OK) != 0)
		return (tool_zh(t, "本用户无权使用这个套接字：须属于该套接字的用户组，"
		    "并列在 liangkad.conf 的 uid 中", "this user may not use "
		    "the socket: he must be in its group and named by uid in "
		    "liangkad.conf"));
	return (tool_zh(t, "liangkad 没有应答：未运行、正在恢复，或不是以所配置的 "
	    "server_uid 运行。请查看 systemctl status liangkad",
	    "liangkad does not answer: it is not running, still recovering, or "
	    "runs as another user than server_uid says.  See \"systemctl "
	    "status liangkad\""));
}

/* Did the daemon say this, or is it the library's text for any such error? */
static int
told(const struct tool *t, int code, const char *message)
{
	char general[SERVICE_MESSAGE];

	if (message[0] == '\0' || code != LK_E_UNAVAIL)
		return (message[0] != '\0');
	text_error(general, sizeof(general), code, NULL, t->language ==
	    LK_LANG_EN ? TEXT_ENGLISH : TEXT_UTF8);
	return (strcmp(general, message) != 0);
}

/* Say what is wrong. */
int
service_fail(const struct tool *t, const struct service *c, int code,
    const char *message)
{
	const char *name = words_name(words_error, code, 0);
	struct json j;

	if (!told(t, code, message))
		message = code == LK_E_UNAVAIL ? away(t, c->socket) :
		    t->language == LK_LANG_ZH && words_name(words_error, code,
		    1) != NULL ? words_name(words_error, code, 1) :
		    lk_strerror(code);
	if (t->json) {
		json_begin(&j, t->out);
		json_i64(&j, "error", code);
		json_text(&j, "error_name", name);
		json_text(&j, "message", message);
		json_text(&j, "socket", c->socket);
		json_end(&j);
	}
	if (code == LK_E_UNAVAIL || code == LK_E_TIMEOUT ||
	    code == LK_E_VERSION || code == LK_E_INTERNAL)
		return (tool_fail(t, service_exit(code), "%s：%s", "%s: %s",
		    c->socket, message));
	return (tool_fail(t, service_exit(code), "%s（%s）", "%s (%s)", message,
	    name != NULL ? name : "?"));
}

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "liststatus.h"
#include "moment.h"
#include "service.h"
#include "width.h"

#define LABEL 16

/* Write it as JSON. */
static void
print_json(const struct tool *t, const struct service *c,
    const struct lk_status *s, const struct liststatus *ls)
{
	struct json j;

	json_begin(&j, t->out);
	json_i64(&j, "error", LK_OK);
	json_bool(&j, "ready", s->ready == 1);
	json_bits(&j, "flags", words_result_flag, s->flags);
	json_text(&j, "message", s->message);
	json_text(&j, "node", s->node);
	json_text(&j, "version", s->version);
	json_text(&j, "policy_version", s->policy_version);
	json_i64(&j, "list_version", s->list_version);
	json_time(&j, "time", s->time_ms);
	json_time(&j, "started", s->started_ms);
	json_i64(&j, "time_ms", s->time_ms);
	json_i64(&j, "started_ms", s->started_ms);
	json_u64(&j, "seq", s->seq);
	json_u64(&j, "checks", s->checks);
	json_u64(&j, "connections", s->connections);
	json_u64(&j, "state_bytes", s->state_bytes);
	json_u64(&j, "overlay_bytes", s->overlay_bytes);
	json_text(&j, "socket", c->socket);
	linkstatus_json(&j, &ls->link);
	liststatus_json(&j, ls);
	json_end(&j);
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

/* A number of bytes as people read it. */
static const char *
bytes(uint64_t n, char *buf, size_t cap)
{
	static const char unit[] = "KMGT";
	double v = (double)n;
	int i = -1;

	while (v >= 1024 && i < 3) {
		v /= 1024;
		i++;
	}
	if (i < 0)
		(void)snprintf(buf, cap, "%" PRIu64 " B", n);
	else
		(void)snprintf(buf, cap, "%.1f %ciB", v, unit[i]);
	return (buf);
}

/* Since when, and how long that is. */
static const char *
since(const struct tool *t, const struct lk_status *s, char *buf, size_t cap)
{
	int64_t sec = (s->time_ms - s->started_ms) / 1000;
	char time[MOMENT_SIZE];

	if (sec < 0)
		sec = 0;
	(void)snprintf(buf, cap, tool_zh(t,
	    "%s（已运行 %lld 天 %02d:%02d:%02d）", "%s (%lld d %02d:%02d:%02d)"),
	    moment_print(s->started_ms, time), (long long)(sec / 86400),
	    (int)(sec % 86400 / 3600), (int)(sec % 3600 / 60),
	    (int)(sec % 60));
	return (buf);
}

/* Write it for a person. */
static void
print_text(const struct tool *t, const struct service *c,
    const struct lk_status *s, const struct liststatus *ls)
{
	char buf[256], time[MOMENT_SIZE];

	(void)fprintf(t->out, "%s%s%s  liangkad %s, %s %s\n", tool_paint(t,
	    s->ready == 1 ? TOOL_GREEN : TOOL_RED), s->ready == 1 ?
	    tool_zh(t, "就绪", "ready") : tool_zh(t, "未就绪", "NOT READY"),
	    tool_paint(t, TOOL_PLAIN), s->version, tool_zh(t, "节点", "node"),
	    s->node);
	line(t, "注意", "attention", s->message);
	linkstatus_print(t, &ls->link);
	words_bits(words_result_flag, s->flags, t->language == LK_LANG_ZH,
	    buf, sizeof(buf));
	line(t, "标志", "flags", buf);
	line(t, "套接字", "socket", c->socket);
	line(t, "规则版本", "policy", s->policy_version);
	if (s->list_version != 0) {
		(void)snprintf(buf, sizeof(buf), "%" PRId64, s->list_version);
		line(t, "名单版本", "lists version", buf);
	}
	line(t, "日志时间", "journal time", moment_print(s->time_ms, time));
	line(t, "启动于", "started", since(t, s, buf, sizeof(buf)));
	(void)snprintf(buf, sizeof(buf), "%" PRIu64, s->seq);
	line(t, "末条记录", "last entry", buf);
	(void)snprintf(buf, sizeof(buf), "%" PRIu64, s->checks);
	line(t, "核查次数", "checks", buf);
	(void)snprintf(buf, sizeof(buf), "%u", s->connections);
	line(t, "连接数", "connections", buf);
	line(t, "状态文件", "state file", bytes(s->state_bytes, buf,
	    sizeof(buf)));
	line(t, "内存状态", "recent changes", bytes(s->overlay_bytes, buf,
	    sizeof(buf)));
	liststatus_print(t, ls);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct lk_status s = { .size = sizeof(s) };
	struct liststatus ls;
	struct service c;
	int rc;

	if ((rc = args_read(t, NULL, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = lk_status(c.handle, &s, 0)) != 0 ||
	    (rc = liststatus_get(t, &c, &ls)) != 0)
		rc = service_fail(t, &c, rc, "");
	else {
		if (t->json)
			print_json(t, &c, &s, &ls);
		else
			print_text(t, &c, &s, &ls);
		rc = s.ready == 1 ? TOOL_OK : TOOL_NO;
	}
	service_close(&c);
	return (rc);
}

const struct command cmd_status = {
	.name = "status",
	.synopsis = "[options]",
	.brief = "show how the daemon is (运行状态)",
	.text = "Asks liangkad whether it answers checks, by which policy, how "
	    "far the journal is, and what is wrong if anything is.",
	.asks = 1,
	.exits = "0  ready\n1  it answers, but is not ready\n"
	    COMMAND_EXITS_DAEMON,
	.examples = "liangka status\n"
	    "liangka status --socket /run/liangka/icbc.sock --json\n",
	.run = run,
};

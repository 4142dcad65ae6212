#include <stdio.h>
#include <string.h>

#include "plugin/conf.h"

#include "args.h"
#include "command.h"
#include "moment.h"
#include "secret.h"
#include "tool.h"

#define TOOL(member) ARG_AT(struct tool, member)

const struct arg args_common[] = {
	{ "json", ARG_FLAG, 0, NULL, "print JSON, one object per line", NULL,
	    0, 0, TOOL(json) },
	{ "lang", ARG_CODE, 0, "zh|en", "language of texts for people "
	    "(default: zh where LC_ALL or LANG begins with zh, else en)",
	    words_language, 0, 0, TOOL(language) },
	ARG_END
};

const struct arg args_client[] = {
	{ "config", ARG_STRING, 0, "FILE", "configuration of the plugin "
	    "(default: $LIANGKA_CONF, else /etc/liangka/plugin.conf)", NULL, 0,
	    0, TOOL(config) },
	{ "socket", ARG_STRING, 0, "PATH", "socket of the daemon, in place of "
	    "a configuration; it must belong to root, liangka or you", NULL, 0,
	    0, TOOL(socket) },
	{ "institution", ARG_STRING, 0, "ID", "institution to act for (机构), "
	    "where the socket serves several", NULL, 0, 0, TOOL(institution) },
	{ "timeout", ARG_DURATION, 0, "TIME", "give up after e.g. 500ms or 3s "
	    "(default: the configuration's, else 3s)", NULL, 1, 600000,
	    TOOL(timeout_ms) },
	ARG_END
};

#define GROUPS 3

/* The tables of a command, where they store, and what was given. */
struct reader {
	struct tool *t;
	struct {
		const struct arg *args;
		void *target;
		uint64_t given;
	} group[GROUPS];
};

/* Store an integer of the size the table says. */
static void
store(const struct arg *a, void *target, int64_t v)
{
	void *p = (char *)target + a->offset;
	int32_t v32 = (int32_t)v;

	if (a->size == sizeof(v32))
		memcpy(p, &v32, sizeof(v32));
	else
		memcpy(p, &v, sizeof(v));
}

/* Write "one of" the words of a table. */
static void
choices(const struct word *w, char *buf, size_t cap)
{
	size_t len = 0;
	int n;

	buf[0] = '\0';
	for (; w->name != NULL && len < cap; w++) {
		n = snprintf(&buf[len], cap - len, "%s%s", len > 0 ? ", " : "",
		    w->name);
		len += n > 0 ? (size_t)n : 0;
	}
}

/* Read a word or number. */
static int
code(const struct tool *t, const struct arg *a, const char *s, int32_t *v)
{
	const char *near;
	char list[512];

	if (words_find(a->words, s, v) == 0)
		return (ARGS_GO);
	if ((near = words_near(a->words, s)) != NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "--%s：没有“%s”这个取值，是否指“%s”？",
		    "--%s: there is no \"%s\"; did you mean \"%s\"?", a->name,
		    s, near));
	choices(a->words, list, sizeof(list));
	return (tool_fail(t, TOOL_USAGE, "--%s：没有“%s”这个取值；可用：%s",
	    "--%s: there is no \"%s\"; it takes one of %s", a->name, s, list));
}

/* Read words with commas between. */
static int
bits(const struct tool *t, const struct arg *a, const char *s, void *target)
{
	char word[64];
	uint32_t all = 0;
	int32_t v;
	size_t n;
	int rc;

	for (; *s != '\0'; s += n + (s[n] == ',')) {
		n = strcspn(s, ",");
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, s);
		if ((rc = code(t, a, word, &v)) != ARGS_GO)
			return (rc);
		all |= (uint32_t)v;
	}
	store(a, target, (int64_t)all);
	return (ARGS_GO);
}

/* Read a number. */
static int
number(const struct tool *t, const struct arg *a, const char *s, void *target)
{
	unsigned long long v = 0;
	const char *p = s + (*s == '-');
	int64_t n;

	for (; *p >= '0' && *p <= '9' && v < UINT64_MAX / 20; p++)
		v = v * 10 + (unsigned)(*p - '0');
	n = v > INT64_MAX ? INT64_MAX : (int64_t)v;
	n = *s == '-' ? -n : n;
	if (*p != '\0' || p == s + (*s == '-') || n < a->lo || n > a->hi)
		return (tool_fail(t, TOOL_USAGE,
		    "--%s：应为 %lld 至 %lld 的整数，而不是“%s”",
		    "--%s: wants a whole number from %lld to %lld, not \"%s\"",
		    a->name, (long long)a->lo, (long long)a->hi, s));
	store(a, target, n);
	return (ARGS_GO);
}

/* Read a time or a duration. */
static int
moment(const struct tool *t, const struct arg *a, const char *s, void *target)
{
	int64_t v;

	if (a->kind == ARG_TIME) {
		if (moment_parse(s, t->now_ms(), &v) != 0)
			return (tool_fail(t, TOOL_USAGE,
			    "--%s：看不懂时间“%s”；请写成 2026-11-22 14:05 或 "
			    "2h（两小时前）", "--%s: cannot read the time "
			    "\"%s\"; write e.g. \"2026-11-22 14:05\" (UTC+8), "
			    "2026-11-22T06:05:00Z, or 2h for two hours ago",
			    a->name, s));
	} else if (moment_duration(s, &v) != 0 || v < a->lo || v > a->hi)
		return (tool_fail(t, TOOL_USAGE,
		    "--%s：时长应为 %lld 至 %lld 毫秒，例如 500ms、3s，而不是“%s”",
		    "--%s: wants %lld to %lld ms, written e.g. 500ms or 3s, "
		    "not \"%s\"", a->name, (long long)a->lo, (long long)a->hi,
		    s));
	store(a, target, v);
	return (ARGS_GO);
}

/* Keep a copy of a text. */
static int
text(const struct tool *t, const struct arg *a, char *s, void *target)
{
	size_t len = strlen(s);

	if (len >= a->size)
		return (tool_fail(t, TOOL_USAGE,
		    "--%s：过长，最多 %zu 字节", "--%s: too long, at most %zu "
		    "bytes", a->name, a->size - 1));
	memcpy((char *)target + a->offset, s, len + 1);
	if ((a->flags & ARG_SECRET) != 0 && strcmp(s, "-") != 0)
		memset(s, '*', len);
	return (ARGS_GO);
}

/* Add to a list. */
static int
list(const struct tool *t, const struct arg *a, const char *s, void *target)
{
	struct arg_list *l = (struct arg_list *)(void *)((char *)target +
	    a->offset);

	if (l->n == ARG_LIST_MAX)
		return (tool_fail(t, TOOL_USAGE, "--%s：最多 %d 个",
		    "--%s: at most %d of them", a->name, ARG_LIST_MAX));
	l->v[l->n++] = s;
	return (ARGS_GO);
}

/* Take one option with its value. */
static int
take(struct reader *r, size_t g, const struct arg *a, char *value)
{
	const struct tool *t = r->t;
	void *target = r->group[g].target;
	uint32_t word;
	int32_t v;
	int rc;

	if (a->kind == ARG_FLAG) {
		store(a, target, 1);
		return (ARGS_GO);
	}
	if (a->kind == ARG_BIT) {
		memcpy(&word, (char *)target + a->offset, sizeof(word));
		store(a, target, (int64_t)(word | (uint32_t)a->lo));
		return (ARGS_GO);
	}
	if (value == NULL)
		return (TOOL_BUG);
	switch (a->kind) {
	case ARG_NUMBER:
		return (number(t, a, value, target));
	case ARG_CODE:
		if ((rc = code(t, a, value, &v)) == ARGS_GO)
			store(a, target, v);
		return (rc);
	case ARG_BITS:
		return (bits(t, a, value, target));
	case ARG_TIME:
	case ARG_DURATION:
		return (moment(t, a, value, target));
	case ARG_STRING:
		memcpy((char *)target + a->offset, &value, sizeof(value));
		return (ARGS_GO);
	case ARG_LIST:
		return (list(t, a, value, target));
	case ARG_TEXT:
		return (text(t, a, value, target));
	default:
		return (TOOL_BUG);
	}
}

/* Find an option, and the group it is in. */
static const struct arg *
find(const struct reader *r, const char *name, size_t len, size_t *g,
    const char **near)
{
	const struct arg *a;
	struct conf_guess guess;

	conf_guess_init(&guess, name, len);
	for (*g = 0; *g < GROUPS; (*g)++) {
		for (a = r->group[*g].args; a != NULL && a->name != NULL; a++) {
			if (strlen(a->name) == len &&
			    memcmp(a->name, name, len) == 0)
				return (a);
			conf_guess_try(&guess, a->name);
		}
	}
	*near = guess.best;
	return (NULL);
}

/* Say that there is no such option. */
static int
unknown(const struct tool *t, const char *name, size_t len, const char *near)
{

	if (near != NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "没有选项 --%.*s，是否指 --%s？",
		    "there is no option --%.*s; did you mean --%s?", (int)len,
		    name, near));
	return (tool_fail(t, TOOL_USAGE,
	    "没有选项 --%.*s；用法见 liangka help %s",
	    "there is no option --%.*s; see \"liangka help %s\"", (int)len,
	    name, t->command->name));
}

/* Read the option argv[*i], and its value where it needs one. */
static int
option(struct reader *r, int argc, char **argv, int *i)
{
	char *name = &argv[*i][2], *value = strchr(name, '=');
	size_t len = value != NULL ? (size_t)(value - name) : strlen(name), g;
	const struct arg *a;
	const char *near = NULL;
	uint64_t bit;

	if ((a = find(r, name, len, &g, &near)) == NULL)
		return (unknown(r->t, name, len, near));
	bit = UINT64_C(1) << (a - r->group[g].args);
	if ((r->group[g].given & bit) != 0 && a->kind != ARG_LIST)
		return (tool_fail(r->t, TOOL_USAGE, "--%s 出现了两次",
		    "--%s is given twice", a->name));
	r->group[g].given |= bit;
	if (a->value == NULL) {
		if (value != NULL)
			return (tool_fail(r->t, TOOL_USAGE, "--%s 不带取值",
			    "--%s takes no value", a->name));
		return (take(r, g, a, NULL));
	}
	if (value != NULL)
		value++;
	else if (*i + 1 < argc && strncmp(argv[*i + 1], "--", 2) != 0)
		value = argv[++*i];
	else
		return (tool_fail(r->t, TOOL_USAGE, "--%s 需要取值 %s",
		    "--%s needs a value: %s", a->name, a->value));
	return (take(r, g, a, value));
}

/* Fetch the secrets given as "-", and see that what is required is there. */
static int
complete(struct reader *r)
{
	const struct arg *a;
	char *p;
	size_t g;
	int rc;

	for (g = 0; g < GROUPS; g++) {
		for (a = r->group[g].args; a != NULL && a->name != NULL; a++) {
			p = (char *)r->group[g].target + a->offset;
			if ((a->flags & ARG_REQUIRED) != 0 &&
			    (r->group[g].given & UINT64_C(1) <<
			    (a - r->group[g].args)) == 0)
				return (tool_fail(r->t, TOOL_USAGE,
				    "缺少 --%s %s%.0s，见 liangka help %s",
				    "--%s %s is missing: %s; see \"liangka help "
				    "%s\"", a->name, a->value, a->help,
				    r->t->command->name));
			if ((a->flags & ARG_SECRET) != 0 &&
			    strcmp(p, "-") == 0 &&
			    (rc = secret_read(r->t, a->name, p, a->size)) !=
			    ARGS_GO)
				return (rc);
		}
	}
	return (ARGS_GO);
}

/* Read the command line. */
int
args_read(struct tool *t, void *own, int *argc, char **argv)
{
	struct reader r = { .t = t, .group = {
		{ t->command->args, own, 0 },
		{ t->command->asks ? args_client : NULL, t, 0 },
		{ args_common, t, 0 } } };
	int i, n = 0, rc, operands = 0;

	for (i = 1; i < *argc; i++) {
		if (operands || argv[i][0] != '-' || argv[i][1] == '\0')
			argv[n++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			operands = 1;
		else if (argv[i][1] != '-')
			return (tool_fail(t, TOOL_USAGE,
			    "没有选项 %s；选项以 -- 开头，见 liangka help %s",
			    "there is no option %s; options begin with --, see "
			    "\"liangka help %s\"", argv[i], t->command->name));
		else if ((rc = option(&r, *argc, argv, &i)) != ARGS_GO)
			return (rc);
	}
	*argc = n;
	return (complete(&r));
}

/* Count the operands. */
int
args_operands(const struct tool *t, int argc, char **argv, int lo, int hi,
    const char *zh, const char *en)
{

	if (argc < lo)
		return (tool_fail(t, TOOL_USAGE, "缺少%s；用法：liangka %s %s",
		    "%s is missing; usage: liangka %s %s", tool_zh(t, zh, en),
		    t->command->name, t->command->synopsis));
	if (argc > hi)
		return (tool_fail(t, TOOL_USAGE,
		    "多余的参数“%s”；用法：liangka %s %s",
		    "\"%s\" is too much; usage: liangka %s %s", argv[hi],
		    t->command->name, t->command->synopsis));
	return (ARGS_GO);
}

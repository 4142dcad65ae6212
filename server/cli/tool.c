#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "plugin.h"
#include "tool.h"
#include "width.h"

/* The present, UTC ms. */
static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* What a variable of the environment says, "" when nothing. */
static const char *
variable(const char *name)
{
	const char *s = getenv(name);

	return (s != NULL ? s : "");
}

/* The language that the environment asks for. */
static int32_t
language(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *s;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		s = variable(names[i]);
		if (s[0] != '\0')
			return (strncmp(s, "zh", 2) == 0 ? LK_LANG_ZH :
			    LK_LANG_EN);
	}
	return (LK_LANG_EN);
}

/* Does this stream show colours? */
static int
colours(FILE *f)
{
	const char *term = variable("TERM");
	int fd = fileno(f);

	return (fd >= 0 && isatty(fd) && variable("NO_COLOR")[0] == '\0' &&
	    term[0] != '\0' && strcmp(term, "dumb") != 0);
}

/* Begin a run. */
void
tool_init(struct tool *t, FILE *in, FILE *out, FILE *err)
{

	memset(t, 0, sizeof(*t));
	t->in = in;
	t->out = out;
	t->err = err;
	t->language = language();
	t->colour = colours(out);
	t->colour_err = colours(err);
	t->now_ms = now_ms;
}

/* One of two texts. */
const char *
tool_zh(const struct tool *t, const char *zh, const char *en)
{

	return (t->language == LK_LANG_ZH ? zh : en);
}

/* Say what is wrong. */
int
tool_fail(const struct tool *t, int code, const char *zh, const char *en, ...)
{
	va_list ap;
	char *text;
	int n;

	(void)fflush(t->out);
	(void)fprintf(t->err, "%sliangka%s%s:%s ", t->colour_err ? "\33[31m" :
	    "", t->command != NULL ? " " : "", t->command != NULL ?
	    t->command->name : "", t->colour_err ? "\33[0m" : "");
	va_start(ap, en);
	n = vasprintf(&text, tool_zh(t, zh, en), ap);
	va_end(ap);
	/* It may quote what somebody else has written. */
	width_lines(t->err, n >= 0 ? text : tool_zh(t, "内存不足",
	    "out of memory"));
	if (n >= 0)
		free(text);
	(void)fputc('\n', t->err);
	return (code);
}

/* What an errno means. */
const char *
tool_errno(const struct tool *t, int error)
{
	static const struct { int error; const char *zh; } all[] = {
		{ ENOENT, "没有这个文件或目录" }, { EACCES, "没有权限" },
		{ EPERM, "不允许的操作" }, { EEXIST, "已存在" },
		{ ENOTDIR, "路径中有一段不是目录" }, { EISDIR, "是目录" },
		{ ENOSPC, "磁盘已满" }, { EDQUOT, "超出磁盘配额" },
		{ EROFS, "文件系统只读" }, { EIO, "磁盘读写错误" },
		{ ENOMEM, "内存不足" }, { EMFILE, "打开的文件过多" },
		{ ENAMETOOLONG, "路径过长" }, { ELOOP, "是符号链接，或链接层数过多" },
		{ EFBIG, "文件过大" }, { EPIPE, "读取方已关闭" },
	};
	size_t i;

	for (i = 0; t->language == LK_LANG_ZH &&
	    i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].error == error)
			return (all[i].zh);
	return (strerror(error));
}

/* The sequence for a colour. */
const char *
tool_paint(const struct tool *t, enum tool_colour colour)
{
	static const char *const paint[] = {
		[TOOL_PLAIN] = "\33[0m", [TOOL_BOLD] = "\33[1m",
		[TOOL_RED] = "\33[1;31m", [TOOL_GREEN] = "\33[1;32m",
		[TOOL_YELLOW] = "\33[1;33m", [TOOL_DIM] = "\33[2m",
	};

	return (t->colour ? paint[colour] : "");
}

/* Was everything written? */
int
tool_flush(const struct tool *t, int code)
{

	if (fflush(t->out) == 0 && !ferror(t->out))
		return (code);
	if (errno == EPIPE)
		return (code != 0 ? code : TOOL_IO);
	(void)tool_fail(t, 0, "无法写出结果：%s", "cannot write the output: %s",
	    tool_errno(t, errno));
	return (code != 0 ? code : TOOL_IO);
}

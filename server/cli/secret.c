#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "args.h"
#include "secret.h"
#include "tool.h"

#define CTRL_C 3

/*
 * Hide what is typed.  Signals from the keyboard are off meanwhile, so that an
 * interrupt cannot leave the terminal without echo; it is read as a character
 * that ends the line.
 */
static int
hide(int fd, struct termios *before)
{
	struct termios hidden;

	if (fd < 0 || !isatty(fd) || tcgetattr(fd, before) != 0)
		return (0);
	hidden = *before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	hidden.c_cc[VEOL] = CTRL_C;
	return (tcsetattr(fd, TCSAFLUSH, &hidden) == 0);
}

/* Read one line; -1 at the end of input, -2 when too long, -3 interrupted. */
static int
line(FILE *f, char *buf, size_t size)
{
	size_t len = 0;
	int c, rc = 0;

	while ((c = getc(f)) != EOF && c != '\n') {
		if (c == CTRL_C)
			rc = -3;
		else if (len + 1 < size)
			buf[len++] = (char)c;
		else if (rc == 0)
			rc = -2;
		if (rc == -3)
			break;
	}
	if (len > 0 && buf[len - 1] == '\r')
		len--;
	buf[len] = '\0';
	return (rc == 0 && c == EOF && len == 0 ? -1 : rc);
}

/* Read a secret. */
int
secret_read(struct tool *t, const char *name, char *buf, size_t size)
{
	struct termios before;
	int hidden, rc, fd = fileno(t->in);

	if ((hidden = hide(fd, &before)) != 0) {
		(void)fprintf(t->err, "%s: ", name);
		(void)fflush(t->err);
	}
	rc = line(t->in, buf, size);
	if (hidden) {
		(void)tcsetattr(fd, TCSAFLUSH, &before);
		(void)fputc('\n', t->err);
	}
	switch (rc) {
	case 0:
		return (ARGS_GO);
	case -1:
		return (tool_fail(t, TOOL_NOINPUT,
		    "--%s -：标准输入已结束，没有读到内容",
		    "--%s -: standard input ended before a line came", name));
	case -2:
		explicit_bzero(buf, size);
		return (tool_fail(t, TOOL_DATA,
		    "--%s -：标准输入的这一行过长，最多 %zu 字节",
		    "--%s -: the line of standard input is too long, at most "
		    "%zu bytes", name, size - 1));
	default:
		explicit_bzero(buf, size);
		return (tool_fail(t, TOOL_USAGE, "已中断", "interrupted"));
	}
}

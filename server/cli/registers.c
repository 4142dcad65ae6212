#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "engine/identity.h"
#include "keys/utf8.h"
#include "plugin.h"
#include "store/disk.h"

#include "registers.h"
#include "tool.h"

/* The day. */
int32_t
registers_today(const struct tool *t)
{

	return (day_of(t->now_ms() / 1000));
}

/* Read a day. */
int
registers_day(const struct tool *t, const char *option, const char *s,
    int32_t *day)
{

	if (day_parse(day, s, strlen(s)) == 0 && *day > 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_USAGE,
	    "--%s：日期请写成 2026-11-22，而不是“%s”",
	    "--%s: a day is written 2026-11-22, not \"%s\"", option, s));
}

/* Does a text hold the number of an identity card? */
static int
holds_number(const char *s, int32_t today)
{
	struct identity id;
	int found = 0;

	for (; strlen(s) >= 18 && !found; s++)
		if (strspn(s, "0123456789") >= 17) {
			found = identity_parse(&id, LK_ID_RESIDENT, s, 18,
			    NULL, today, NULL) == 0;
			identity_wipe(&id);
		}
	return (found);
}

/* Is this one line that shows? */
int
registers_line(const struct tool *t, const char *option, const char *s,
    size_t max)
{
	size_t len = strlen(s), n, i;
	uint32_t c, shown = 0;

	if (len > max)
		return (tool_fail(t, TOOL_USAGE,
		    "--%s：过长，最多 %zu 字节", "--%s: too long, at most %zu "
		    "bytes", option, max));
	for (i = 0; i < len; i += n) {
		if ((n = utf8_next(&c, &s[i], len - i)) == 0 || utf8_hidden(c))
			return (tool_fail(t, TOOL_USAGE,
			    "--%s：含有不可见字符，或不是 UTF-8",
			    "--%s: it holds a character that does not show, or "
			    "is not UTF-8", option));
		shown |= !utf8_blank(c);
	}
	if (!shown)
		return (tool_fail(t, TOOL_USAGE, "--%s：不能为空",
		    "--%s: it is empty", option));
	return (!holds_number(s, registers_today(t)) ? ARGS_GO : tool_fail(t, TOOL_USAGE,
	    "--%s：含有证件号码；此处的文字会留存或发布，不得写入",
	    "--%s: there is an identity number in it; this text is kept or "
	    "published, so leave it out", option));
}

/* Open the centre. */
int
registers_open(const struct tool *t, const struct registers_by *by,
    int write, struct centre *c)
{
	char err[CENTRE_ERROR_MAX], again[CENTRE_ERROR_MAX];
	int rc;

	if (write && (rc = registers_line(t, "who", by->who,
	    REGISTERS_WHO_MAX)) != ARGS_GO)
		return (rc);
	if (centre_open(c, by->dir, write, err) == 0)
		return (ARGS_GO);
	/* Does it open for reading?  Then somebody else is writing. */
	if (write && centre_open(c, by->dir, 0, again) == 0) {
		centre_close(c);
		return (tool_fail(t, TOOL_LATER, "%s", "%s", err));
	}
	return (tool_fail(t, TOOL_CONFIG, "%s", "%s", err));
}

/* Read all of a stream. */
static int
slurp(const struct tool *t, FILE *f, const char *path, size_t max, char **text,
    size_t *len)
{
	size_t room = 0, n;
	char *p;

	*text = NULL;
	*len = 0;
	for (;;) {
		if (*len + 1 >= room) {
			room = room == 0 ? 65536 : 2 * room;
			if ((p = realloc(*text, room)) == NULL)
				goto nomem;
			*text = p;
		}
		n = fread(&(*text)[*len], 1, room - *len - 1, f);
		*len += n;
		if (*len > max) {
			free(*text);
			return (tool_fail(t, TOOL_DATA,
			    "%s：超过 %zu 字节，不予读取",
			    "%s: more than the %zu bytes that are read", path,
			    max));
		}
		if (n == 0)
			break;
	}
	(*text)[*len] = '\0';
	if (!ferror(f))
		return (ARGS_GO);
	free(*text);
	return (tool_fail(t, TOOL_IO, "%s：无法读取：%s", "%s: cannot read: %s",
	    path, tool_errno(t, errno)));

nomem:
	free(*text);
	return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
}

/* Read a file. */
int
registers_file(const struct tool *t, const char *path, size_t max,
    char **text, size_t *len)
{
	FILE *f;
	int rc;

	if (strcmp(path, "-") == 0)
		return (slurp(t, t->in, "-", max, text, len));
	if ((f = fopen(path, "re")) == NULL)
		return (tool_fail(t, errno == ENOENT ? TOOL_NOINPUT : TOOL_IO,
		    "%s：无法读取：%s", "%s: cannot read: %s", path,
		    tool_errno(t, errno)));
	rc = slurp(t, f, path, max, text, len);
	(void)fclose(f);
	return (rc);
}

/* Write the path of a register. */
static int
place(const struct tool *t, const struct centre *c, const char *name,
    char path[CENTRE_PATH_MAX])
{

	if (centre_path(c, path, CENTRE_PATH_MAX, "registers%s%s",
	    name[0] != '\0' ? "/" : "", name) == 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_CONFIG, "%s：路径过长",
	    "%s: the path is too long", c->dir));
}

/* Read a register. */
int
registers_read(const struct tool *t, const struct centre *c,
    const char *name, size_t max, char **text, size_t *len)
{
	char path[CENTRE_PATH_MAX];
	FILE *f;
	int rc;

	*text = NULL;
	*len = 0;
	if ((rc = place(t, c, name, path)) != ARGS_GO)
		return (rc);
	if ((f = fopen(path, "re")) == NULL) {
		if (errno == ENOENT)
			return (ARGS_GO);
		return (tool_fail(t, TOOL_IO, "%s：无法读取：%s",
		    "%s: cannot read: %s", path, tool_errno(t, errno)));
	}
	rc = slurp(t, f, path, max, text, len);
	(void)fclose(f);
	return (rc);
}

/* Put a register in place, said first. */
int
registers_write(const struct tool *t, struct centre *c,
    const struct registers_by *by, const char *name, const char *text,
    size_t len, const char *what, const char *why)
{
	char dir[CENTRE_PATH_MAX], err[CENTRE_ERROR_MAX], undone[512];
	const int64_t now = t->now_ms() / 1000;
	int rc;

	if ((rc = place(t, c, "", dir)) != ARGS_GO)
		return (rc);
	if (centre_say(c, now, by->who, what, why, err) != 0)
		return (tool_fail(t, TOOL_IO, "%s", "%s", err));
	if (disk_replace(c->disk, dir, name, text, len) == 0)
		return (ARGS_GO);
	rc = errno;
	(void)snprintf(undone, sizeof(undone), "not done: %s", what);
	(void)centre_say(c, now, by->who, undone, strerror(rc), err);
	return (tool_fail(t, TOOL_IO, "%s/%s：无法写入：%s",
	    "%s/%s: cannot write: %s", dir, name, tool_errno(t, rc)));
}

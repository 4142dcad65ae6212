#include <sys/random.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/keydisk.h"
#include "keys/wipe.h"

#include "args.h"
#include "moment.h"
#include "nodeca.h"
#include "outfile.h"
#include "tool.h"

#define INVITED_MAX 512

/* Say what keys/ said. */
int
nodeca_fail(const struct tool *t, const struct keyfile_error *e)
{
	int code = TOOL_IO;

	if (e->fault == KEYFILE_BAD || e->fault == KEYFILE_EXPIRED)
		code = TOOL_DATA;
	else if (e->fault == KEYFILE_ABSENT)
		code = TOOL_NOINPUT;
	else if (e->fault == KEYFILE_DENIED)
		code = TOOL_DENIED;
	else if (e->fault == KEYFILE_EXISTS)
		code = TOOL_NO;
	return (tool_fail(t, code, "%s", "%s", e->text));
}

/* Fill with random bytes. */
int
nodeca_random(const struct tool *t, void *buf, size_t len)
{
	size_t have = 0;
	ssize_t n;

	while (have < len) {
		n = getrandom((char *)buf + have, len - have, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (tool_fail(t, TOOL_SYSTEM, "取不到随机数：%s",
			    "cannot get random bytes: %s",
			    tool_errno(t, errno)));
		have += (size_t)n;
	}
	return (ARGS_GO);
}

/* Draw a private key; almost every number is one. */
int
nodeca_new_key(const struct tool *t, char pem[NODECERT_PEM_MAX])
{
	uint8_t secret[NODECERT_SECRET_LEN];
	int rc, i;

	for (i = 0; i < 8; i++) {
		rc = nodeca_random(t, secret, sizeof(secret));
		if (rc != ARGS_GO)
			return (rc);
		rc = nodecert_key(pem, secret) > 0 ? ARGS_GO : TOOL_SYSTEM;
		wipe(secret, sizeof(secret));
		if (rc == ARGS_GO)
			return (rc);
	}
	return (tool_fail(t, TOOL_SYSTEM, "无法生成密钥",
	    "OpenSSL makes no key"));
}

/* Put a file in its place. */
int
nodeca_write(const struct tool *t, const char *path, const char *text,
    mode_t mode)
{
	struct outfile *o = outfile_open(path, mode);
	int bad;

	if (o != NULL) {
		bad = fputs(text, outfile_stream(o)) < 0;
		if (!bad && outfile_commit(o) == 0)
			return (ARGS_GO);
		if (bad)
			outfile_drop(o);
	}
	return (tool_fail(t, TOOL_IO, "%s：无法写入：%s",
	    "%s: cannot be written: %s", path, tool_errno(t, errno)));
}

/* Make a directory. */
int
nodeca_dir(const struct tool *t, const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0 || (errno == EEXIST &&
	    stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		return (ARGS_GO);
	return (tool_fail(t, TOOL_IO, "%s：无法建立目录：%s",
	    "%s: the directory cannot be made: %s", path,
	    tool_errno(t, errno)));
}

/* Write a fingerprint. */
void
nodeca_print(const uint8_t print[NODECERT_PRINT_LEN], char text[NODECA_PRINT])
{
	char hex[2 * NODECERT_PRINT_LEN + 1];
	size_t i, n = 0;

	hex_encode(hex, print, NODECERT_PRINT_LEN);
	for (i = 0; hex[i] != '\0'; i++) {
		if (i > 0 && i % 4 == 0)
			text[n++] = ' ';
		text[n++] = hex[i];
	}
	text[n] = '\0';
}

/* The file of an invitation. */
static void
invited_path(const struct nodeca *a, const char *node,
    char path[NODECA_PATH_MAX])
{

	(void)snprintf(path, NODECA_PATH_MAX, "%.900s/invited/%s", a->dir,
	    node);
}

/* Keep a code. */
int
nodeca_invite(const struct tool *t, const struct nodeca *a, const char *node,
    const uint8_t code[NODECODE_LEN], int64_t ends)
{
	char path[NODECA_PATH_MAX], text[INVITED_MAX], words[NODECODE_TEXT];
	char at[KEYFILE_CREATED_LEN + 1];
	int rc;

	if (keyfile_time_print(at, ends) != 0)
		return (tool_fail(t, TOOL_USAGE, "--days：日期超出范围",
		    "--days: no such date"));
	invited_path(a, node, path);
	nodecode_print(words, code);
	(void)snprintf(text, sizeof(text), "liangka-invitation 1\nnode %s\n"
	    "ends %s\ncode %s\n", node, at, words);
	rc = nodeca_write(t, path, text, 0600);
	wipe(text, sizeof(text));
	wipe(words, sizeof(words));
	return (rc);
}

/* Read an invitation's lines. */
static int
read_invited(const char *text, const char *node, struct nodeca_invited *i)
{
	char at[KEYFILE_CREATED_LEN + 1], words[NODECODE_TEXT], name[32];
	int n = 0, rc;

	rc = sscanf(text, "liangka-invitation 1\nnode %31[a-z0-9-]\n"
	    "ends %20[0-9TZ:-]\ncode %35[0-9A-Z-]\n%n", name, at, words,
	    &n) == 3 && text[n] == '\0' && strcmp(name, node) == 0 &&
	    keyfile_time_parse(&i->ends, at, strlen(at)) == 0 &&
	    nodecode_read(i->code, words) == 0;
	wipe(words, sizeof(words));
	return (rc ? 0 : -1);
}

/* Read the invitation of a node. */
int
nodeca_invited(const struct tool *t, const struct nodeca *a, const char *node,
    struct nodeca_invited *i)
{
	char path[NODECA_PATH_MAX], text[INVITED_MAX];
	char at[MOMENT_SIZE];
	struct keyfile_error e;
	int rc;

	memset(i, 0, sizeof(*i));
	invited_path(a, node, path);
	if (keydisk_read_secret(text, sizeof(text), path, &e) < 0) {
		if (e.fault != KEYFILE_ABSENT)
			return (nodeca_fail(t, &e));
		return (tool_fail(t, TOOL_NO,
		    "节点 %s 未获邀请，或其一次性代码已用过；见 liangka node "
		    "invite", "node %s is not invited, or its one-time code "
		    "is used up; see \"liangka node invite\"", node));
	}
	rc = read_invited(text, node, i);
	wipe(text, sizeof(text));
	if (rc != 0)
		return (tool_fail(t, TOOL_DATA, "%s：文件已损坏，请重新邀请",
		    "%s: is damaged; invite the node again", path));
	if (t->now_ms() / 1000 <= i->ends)
		return (ARGS_GO);
	wipe(i->code, sizeof(i->code));
	return (tool_fail(t, TOOL_NO,
	    "节点 %s 的一次性代码已于 %s 过期，请重新邀请",
	    "the one-time code of node %s ended %s; invite it again", node,
	    moment_print(i->ends * 1000, at)));
}

/* It is used up. */
int
nodeca_used(const struct tool *t, const struct nodeca *a, const char *node)
{
	char path[NODECA_PATH_MAX];
	int fd, rc;

	invited_path(a, node, path);
	rc = unlink(path);
	if (rc != 0 && errno == ENOENT)
		return (ARGS_GO);
	if (rc == 0) {
		*strrchr(path, '/') = '\0';
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = fd >= 0 ? fsync(fd) : -1;
		if (fd >= 0)
			(void)close(fd);
	}
	if (rc == 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_IO, "%s：%s", "%s: %s", path,
	    tool_errno(t, errno)));
}

/* Keep a certificate. */
int
nodeca_keep(const struct tool *t, const struct nodeca *a, const char *pem)
{
	char path[NODECA_PATH_MAX];
	struct keyfile_error e;
	struct nodecert c;

	if (nodecert_read(&c, pem, &e) != 0)
		return (nodeca_fail(t, &e));
	(void)snprintf(path, sizeof(path), "%.900s/issued/%s.%s.crt", a->dir,
	    c.node, c.serial);
	if (keydisk_write_public(pem, strlen(pem), path, &e) != 0)
		return (nodeca_fail(t, &e));
	return (ARGS_GO);
}

/* Is NODE.SERIAL.crt what is looked for? */
static int
wanted(const char *name, const char *node, const char *serial)
{
	const char *dot = strchr(name, '.'), *end;

	if (name[0] == '.' || dot == NULL ||
	    (end = strrchr(name, '.')) == dot || strcmp(end, ".crt") != 0)
		return (0);
	if (node != NULL && (strlen(node) != (size_t)(dot - name) ||
	    memcmp(name, node, strlen(node)) != 0))
		return (0);
	return (serial == NULL || (strlen(serial) == (size_t)(end - dot - 1) &&
	    memcmp(dot + 1, serial, strlen(serial)) == 0));
}

/* Go through what was issued. */
int
nodeca_issued(const struct tool *t, const struct nodeca *a, const char *node,
    const char *serial, int (*each)(const struct tool *,
    const struct nodecert *, const char *pem, void *), void *arg)
{
	char path[NODECA_PATH_MAX], pem[NODECERT_PEM_MAX];
	struct keyfile_error e;
	struct nodecert c;
	struct dirent *d;
	int rc = ARGS_GO;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%.900s/issued", a->dir);
	if ((dir = opendir(path)) == NULL)
		return (tool_fail(t, TOOL_IO, "%s：%s", "%s: %s", path,
		    tool_errno(t, errno)));
	while (rc == ARGS_GO && (d = readdir(dir)) != NULL) {
		if (!wanted(d->d_name, node, serial))
			continue;
		(void)snprintf(path, sizeof(path), "%.700s/issued/%s", a->dir,
		    d->d_name);
		if (keydisk_read_public(pem, sizeof(pem), path, &e) < 0 ||
		    nodecert_read(&c, pem, &e) != 0)
			rc = nodeca_fail(t, &e);
		else
			rc = each(t, &c, pem, arg);
	}
	(void)closedir(dir);
	return (rc);
}

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "plugin.h"
#include "settings.h"
#include "wire.h"

#define FILE_MAX 65536 /* bytes of a configuration file */

static const struct conf_name outcomes[] = {
	{ "review", LK_REVIEW }, { "reject", LK_REJECT }, { NULL, 0 }
};

static const struct conf_name languages[] = {
	{ "zh", LK_LANG_ZH }, { "en", LK_LANG_EN }, { NULL, 0 }
};

static const struct conf_name encodings[] = {
	{ "utf8", WIRE_UTF8 }, { "gb18030", WIRE_GB18030 }, { NULL, 0 }
};

#define AT(member) CONF_AT(struct settings, member)
static const struct conf_key keys[] = {
	{ "socket", CONF_STRING, 0, 1, 107, NULL, AT(socket) },
	{ "timeout", CONF_DURATION, 0, 1, 600000, NULL, AT(timeout_ms) },
	{ "connections", CONF_INT, 0, 1, SETTINGS_CONNECTIONS, NULL,
	    AT(connections) },
	{ "on_unavailable", CONF_NAME, 0, 0, 0, outcomes, AT(on_unavailable) },
	{ "language", CONF_NAME, 0, 0, 0, languages, AT(language) },
	{ "encoding", CONF_NAME, 0, 0, 0, encodings, AT(encoding) },
	{ "institution", CONF_STRING, 0, 0, 31, NULL, AT(institution) },
	{ "branch", CONF_STRING, 0, 0, 31, NULL, AT(branch) },
	{ "teller", CONF_STRING, 0, 0, 31, NULL, AT(teller) },
	{ "terminal", CONF_STRING, 0, 0, 31, NULL, AT(terminal) },
	{ "server_uid", CONF_STRING, 0, 1, 63, NULL, AT(server_uid) },
};
#undef AT

#define NKEYS (sizeof(keys) / sizeof(keys[0]))
static const struct conf_section sections[] = {
	{ "", 0, keys, NKEYS },
	{ "plugin", 0, keys, NKEYS },
};

/* Where what is wrong is collected. */
struct why {
	char *buf;
	size_t cap;
	size_t len;
};

/* Keep one report of the reader. */
static void
report(void *arg, const struct conf_error *e)
{
	struct why *w = arg;

	if (w->cap - w->len > 1)
		w->len += conf_format(e, &w->buf[w->len], w->cap - w->len);
	if (w->len >= w->cap)
		w->len = w->cap - 1;
}

/* Say why a file cannot be used. */
static int
refuse(const char *path, char *why, size_t cap, const char *what)
{

	(void)snprintf(why, cap, "%s: error: %s\n", path, what);
	return (LK_E_CONFIG);
}

/* Name an error of open or read, without the locale. */
static const char *
sentence(int error)
{

	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return ("does not exist; create it, or name another with "
		    "lk_open() or LIANGKA_CONF");
	case EACCES:
	case EPERM:
		return ("this user may not read it; grant read permission");
	case EMFILE:
	case ENFILE:
		return ("no descriptor is free to open it");
	default:
		return ("cannot be read");
	}
}

/* Judge owner and mode of the open file. */
static const char *
judge(int fd)
{
	struct statx sx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE | STATX_UID,
	    &sx) != 0)
		return ("its owner cannot be found out");
	if (!S_ISREG(sx.stx_mode))
		return ("is not a regular file");
	if (sx.stx_uid != 0 && sx.stx_uid != geteuid())
		return ("must belong to root or to the user of this process; "
		    "use chown");
	if ((sx.stx_mode & S_IWOTH) != 0)
		return ("can be written by anybody; use chmod o-w");
	return (NULL);
}

/* Read the whole file into buf.  Return its length, or -1 with errno. */
static ssize_t
slurp(int fd, char *buf, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	while (len < cap) {
		n = read(fd, &buf[len], cap - len);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return (-1);
		len += (size_t)n;
	}
	return ((ssize_t)len);
}

/* Read a decimal number of 32 bits that is the whole text. */
static int
number(const char *s, uint32_t *v)
{
	uint64_t n = 0;
	const char *p;

	for (p = s; *p >= '0' && *p <= '9' && p - s < 10; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	if (p == s || *p != '\0' || n > UINT32_MAX)
		return (-1);
	*v = (uint32_t)n;
	return (0);
}

/* Does this line of passwd(5) name the user? */
static int
match(char *line, const char *name, uint32_t *uid)
{
	char *p, *q;

	if ((p = strchr(line, ':')) == NULL)
		return (-1);
	*p++ = '\0';
	if (strcmp(line, name) != 0 || (p = strchr(p, ':')) == NULL ||
	    (q = strchr(++p, ':')) == NULL)
		return (-1);
	*q = '\0';
	return (number(p, uid));
}

/* Look a user up, line by line; lines too long to hold a user are skipped. */
int
settings_user(const char *passwd, const char *name, uint32_t *uid)
{
	char line[1024], in[1024];
	size_t len = 0;
	ssize_t n, i;
	int fd, rc = -1, skip = 0;

	if ((fd = open(passwd, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0)
		return (-1);
	while (rc != 0 && ((n = read(fd, in, sizeof(in))) > 0 ||
	    (n < 0 && errno == EINTR))) {
		for (i = 0; i < n && rc != 0; i++) {
			if (in[i] == '\n') {
				line[len] = '\0';
				rc = skip ? -1 : match(line, name, uid);
				len = 0;
				skip = 0;
			} else if (len < sizeof(line) - 1)
				line[len++] = in[i];
			else
				skip = 1;
		}
	}
	(void)close(fd);
	if (rc != 0 && len > 0 && !skip) {
		line[len] = '\0';
		rc = match(line, name, uid);
	}
	return (rc);
}

/* Decide which users the daemon may run as. */
static int
users(struct settings *s)
{

	s->uids = 1;
	if (s->server_uid[0] == '\0') {
		s->uid[0] = 0;
		if (settings_user("/etc/passwd", "liangka", &s->uid[1]) == 0)
			s->uids = 2;
		return (0);
	}
	if (number(s->server_uid, &s->uid[0]) == 0)
		return (0);
	return (settings_user("/etc/passwd", s->server_uid, &s->uid[0]));
}

/* Read the text of a configuration. */
static int
parse(struct settings *s, const char *path, const char *text, size_t len,
    char *why, size_t cap)
{
	struct why w = { why, cap, 0 };
	struct conf_sink sink = { report, &w };
	struct conf_doc doc = { path, text, len, &sink, 0 };
	struct conf_use use = { s, NULL, NULL, NULL };

	memset(s, 0, sizeof(*s));
	s->timeout_ms = 3000;
	s->connections = 4;
	s->on_unavailable = LK_REVIEW;
	s->language = LK_LANG_ZH;
	s->encoding = WIRE_UTF8;
	if (conf_read(&doc, sections, 2, &use) != 0)
		return (LK_E_CONFIG);
	if (s->socket[0] != '/')
		return (refuse(path, why, cap, s->socket[0] == '\0' ?
		    "socket is missing; add: socket = \"/path/of/the/socket\"" :
		    "socket must be an absolute path"));
	if (users(s) != 0)
		return (refuse(path, why, cap, "server_uid is neither a number "
		    "nor a user in /etc/passwd"));
	return (0);
}

/* Read the configuration file. */
int
settings_read(struct settings *s, const char *path, char *why, size_t cap)
{
	const char *wrong;
	char *text;
	ssize_t len;
	int fd, rc;

	why[0] = '\0';
	if (path == NULL || path[0] == '\0')
		path = secure_getenv("LIANGKA_CONF");
	if (path == NULL || path[0] == '\0')
		path = SETTINGS_DEFAULT;
	if ((text = malloc(FILE_MAX + 1)) == NULL) {
		(void)refuse(path, why, cap, "out of memory");
		return (LK_E_NOMEM);
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		rc = refuse(path, why, cap, sentence(errno));
		goto out;
	}
	if ((wrong = judge(fd)) != NULL)
		rc = refuse(path, why, cap, wrong);
	else if ((len = slurp(fd, text, FILE_MAX + 1)) < 0)
		rc = refuse(path, why, cap, sentence(errno));
	else if (len > FILE_MAX)
		rc = refuse(path, why, cap, "is longer than 64 KiB");
	else
		rc = parse(s, path, text, (size_t)len, why, cap);
	(void)close(fd);
out:
	free(text);
	return (rc);
}

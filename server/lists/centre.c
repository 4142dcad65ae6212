#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keyfile.h"
#include "keys/token.h"
#include "store/disk.h"
#include "store/listrec.h"

#include "centre.h"
#include "centre_impl.h"

/* The directories of a centre; those of repo/ are public. */
static const struct {
	const char *name;
	mode_t mode;
} folders[] = {
	{ "ledger", 0700 }, { "registers", 0700 }, { "policy", 0700 },
	{ "appeals", 0700 }, { "repo", 0755 }, { "repo/metadata", 0755 },
	{ "repo/targets", 0755 }, { "repo/releases", 0755 },
};

/* Write a sentence. */
int
centre_fail(char *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(err, CENTRE_ERROR_MAX, format, ap);
	va_end(ap);
	return (-1);
}

/* Is this the id of a list? */
int
centre_id_good(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");

	/* The two registers stand beside lists in the journal, by these names. */
	return (n < LIST_ID_MAX && id[n] == '\0' && id[0] >= 'a' &&
	    id[0] <= 'z' && strcmp(id, "outlets") != 0 &&
	    strcmp(id, "campaigns") != 0);
}

/* Is this a domain?  It stands in the names of keys and logs. */
static int
domain_good(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-");

	return (s[n] == '\0' && n >= 3 && n < 128 && strchr(s, '.') != NULL &&
	    strstr(s, "..") == NULL && s[0] != '.' && s[0] != '-' &&
	    s[n - 1] != '.' && s[n - 1] != '-');
}

/* Make a file path. */
int
centre_path(const struct centre *c, char *buf, size_t cap,
    const char *format, ...)
{
	va_list ap;
	int n, m;

	if ((n = snprintf(buf, cap, "%s/", c->dir)) < 0 || (size_t)n >= cap)
		return (-1);
	va_start(ap, format);
	m = vsnprintf(&buf[n], cap - (size_t)n, format, ap);
	va_end(ap);
	return (m < 0 || (size_t)m >= cap - (size_t)n ? -1 : 0);
}

/* Make the directories below a new centre. */
static int
make_folders(const struct centre *c, char *err)
{
	char path[CENTRE_PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (centre_path(c, path, sizeof(path), "%s",
		    folders[i].name) != 0 || (mkdir(path, folders[i].mode) != 0 &&
		    errno != EEXIST))
			return (centre_fail(err, "%s/%s: %s", c->dir,
			    folders[i].name, strerror(errno)));
	return (0);
}

/* Make a new centre; centre.conf is written last. */
int
centre_make(const char *dir, const char *domain, char *err)
{
	struct centre c = { .disk = &disk_real, .lock = -1 };
	char path[CENTRE_PATH_MAX], text[CENTRE_CONF_MAX];
	int n;

	if (!domain_good(domain))
		return (centre_fail(err, "\"%s\" is no domain, such as "
		    "afc.example.gov.cn", domain));
	if ((size_t)snprintf(c.dir, sizeof(c.dir), "%s", dir) >=
	    sizeof(c.dir) || centre_path(&c, path, sizeof(path),
	    "centre.conf") != 0)
		return (centre_fail(err, "%s: the path is too long", dir));
	if (access(path, F_OK) == 0)
		return (centre_fail(err, "%s is there already: nothing was "
		    "changed", path));
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return (centre_fail(err, "%s: %s", dir, strerror(errno)));
	if (make_folders(&c, err) != 0)
		return (-1);
	n = snprintf(text, sizeof(text), centre_conf_text, domain, domain);
	if (disk_replace(c.disk, dir, "centre.conf", text, (size_t)n) != 0)
		return (centre_fail(err, "%s: %s", path, strerror(errno)));
	return (0);
}

/* Say who holds the lock. */
static int
held(int fd, const char *path, char *err)
{
	char who[128];
	ssize_t n = pread(fd, who, sizeof(who) - 1, 0);

	who[n > 0 ? n : 0] = '\0';
	who[strcspn(who, "\n")] = '\0';
	return (centre_fail(err, "%s: another program is writing here%s%s; try "
	    "again when it has finished", path, who[0] != '\0' ? ": " : "",
	    who));
}

/* Become the only writer; the lock ends with the process. */
static int
lock(struct centre *c, char *err)
{
	const struct passwd *pw = getpwuid(getuid());
	char path[CENTRE_PATH_MAX];
	int fd;

	if (centre_path(c, path, sizeof(path), "lock") != 0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600)) == -1)
		return (centre_fail(err, "%s: %s", path, strerror(errno)));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			(void)held(fd, path, err);
		else
			(void)centre_fail(err, "%s: %s", path,
			    strerror(errno));
		(void)close(fd);
		return (-1);
	}
	if (ftruncate(fd, 0) != 0 || dprintf(fd, "process %ld of %s\n",
	    (long)getpid(), pw != NULL ? pw->pw_name : "an unknown user") < 0) {
		(void)centre_fail(err, "%s: %s", path, strerror(errno));
		(void)close(fd);
		return (-1);
	}
	c->lock = fd;
	return (0);
}

/* Open a centre. */
int
centre_open(struct centre *c, const char *dir, int write, char *err)
{
	struct stat st;

	memset(c, 0, sizeof(*c));
	c->disk = &disk_real;
	c->lock = -1;
	c->guard_percent = 2;
	if ((size_t)snprintf(c->dir, sizeof(c->dir), "%s", dir) >=
	    sizeof(c->dir))
		return (centre_fail(err, "%s: the path is too long", dir));
	if (centre_conf_read(c, err) != 0)
		return (-1);
	if (write && stat(dir, &st) == 0 && (st.st_mode & 022) != 0)
		return (centre_fail(err, "%s: others may write here: chmod "
		    "go-w it first", dir));
	return (write ? lock(c, err) : 0);
}

/* Let the next writer in. */
void
centre_close(struct centre *c)
{

	if (c->lock != -1)
		(void)close(c->lock);
	c->lock = -1;
}

/* Find a list. */
const struct centre_list *
centre_list(const struct centre *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->nlists; i++)
		if (strcmp(c->list[i].id, id) == 0)
			return (&c->list[i]);
	return (NULL);
}

/* Load K_list. */
struct token_keys *
centre_tokens(const struct centre *c, int64_t now, char *err)
{
	const char *path = c->list_key;
	struct token_keys *k;

	if (path[0] == '\0') {
		(void)centre_fail(err, "%s/centre.conf: [keys] list is not set: "
		    "without K_list no list can be kept", c->dir);
		return (NULL);
	}
	if ((k = token_keys_load_list(&path, 1, err, CENTRE_ERROR_MAX)) == NULL)
		return (NULL);
	if (token_keys_fresh(k, now, err, CENTRE_ERROR_MAX) == 0)
		return (k);
	token_keys_free(k);
	return (NULL);
}

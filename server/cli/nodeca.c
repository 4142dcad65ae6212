#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/wipe.h"

#include "args.h"
#include "nodeca.h"
#include "outfile.h"
#include "tool.h"

#define DAY 86400

/* The path of a file of the authority. */
static const char *
path_of(const char *dir, const char *name, char path[NODECA_PATH_MAX])
{

	(void)snprintf(path, NODECA_PATH_MAX, "%.900s/%s", dir, name);
	return (path);
}

/* Take the lock. */
static int
take_lock(const struct tool *t, struct nodeca *a)
{
	char path[NODECA_PATH_MAX];

	a->lock = open(path_of(a->dir, "lock", path), O_RDWR | O_CREAT |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
	if (a->lock < 0)
		return (tool_fail(t, errno == ENOENT ? TOOL_NOINPUT : TOOL_IO,
		    "%s：%s", "%s: %s", path, tool_errno(t, errno)));
	if (flock(a->lock, LOCK_EX | LOCK_NB) == 0)
		return (ARGS_GO);
	return (tool_fail(t, TOOL_LATER, "%s：另一个程序正在使用，请稍后再试",
	    "%s: another program is at work there; try again", path));
}

/* Read what nodes get. */
static int
read_public(const struct tool *t, struct nodeca *a)
{
	char path[NODECA_PATH_MAX];
	struct keyfile_error e;

	if (keydisk_read_public(a->ca, sizeof(a->ca), path_of(a->dir, "ca.crt",
	    path), &e) < 0)
		return (nodeca_fail(t, &e));
	if (nodecert_read(&a->own, a->ca, &e) != 0 || a->own.node[0] != '\0')
		return (tool_fail(t, TOOL_DATA,
		    "%s：不是节点证书颁发机构的证书",
		    "%s: is not the certificate of an authority for nodes",
		    path));
	if ((a->revoked = malloc(NODECRL_MAX)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if (keydisk_read_public(a->revoked, NODECRL_MAX, path_of(a->dir,
	    "revoked.crl", path), &e) < 0)
		return (nodeca_fail(t, &e));
	return (ARGS_GO);
}

/* Open an authority. */
int
nodeca_open(const struct tool *t, const char *dir, struct nodeca *a)
{
	char path[NODECA_PATH_MAX];
	struct keyfile_error e;
	int rc;

	memset(a, 0, sizeof(*a));
	a->dir = dir;
	a->lock = -1;
	if (access(path_of(dir, "ca.crt", path), F_OK) != 0)
		return (tool_fail(t, TOOL_NOINPUT,
		    "%s：没有该文件；请先执行 liangka node ca",
		    "%s: is not there; \"liangka node ca\" makes it", path));
	if ((rc = take_lock(t, a)) != ARGS_GO ||
	    (rc = read_public(t, a)) != ARGS_GO)
		goto err;
	if (keydisk_read_secret(a->key, sizeof(a->key), path_of(dir, "ca.key",
	    path), &e) < 0) {
		rc = nodeca_fail(t, &e);
		goto err;
	}
	if (nodecert_match(a->ca, a->key))
		return (ARGS_GO);
	rc = tool_fail(t, TOOL_DATA, "%s：与 ca.crt 不是一对",
	    "%s: is not the private key of ca.crt", path);
err:
	nodeca_close(a);
	return (rc);
}

/* Close it. */
void
nodeca_close(struct nodeca *a)
{

	wipe(a->key, sizeof(a->key));
	free(a->revoked);
	a->revoked = NULL;
	if (a->lock >= 0)
		(void)close(a->lock);
	a->lock = -1;
}

/* Draw and write the key and the certificate. */
static int
make_key(const struct tool *t, struct nodeca *a, const char *domain, int days)
{
	struct nodecert_term term = { .begins = t->now_ms() / 1000 - 3600 };
	char path[NODECA_PATH_MAX];
	struct keyfile_error e;
	size_t len;
	int rc;

	term.ends = term.begins + 3600 + (int64_t)days * DAY;
	if ((rc = nodeca_random(t, term.serial, sizeof(term.serial))) !=
	    ARGS_GO || (rc = nodeca_new_key(t, a->key)) != ARGS_GO)
		return (rc);
	len = nodecert_ca(a->ca, a->key, domain, &term, &e);
	if (len == 0 || nodecert_read(&a->own, a->ca, &e) != 0 ||
	    keydisk_write_secret(a->key, strlen(a->key), path_of(a->dir,
	    "ca.key", path), &e) != 0 ||
	    keydisk_write_public(a->ca, len, path_of(a->dir, "ca.crt", path),
	    &e) != 0)
		return (nodeca_fail(t, &e));
	return (ARGS_GO);
}

/* Make an authority; revoked.crl comes last and marks it as whole. */
int
nodeca_make(const struct tool *t, const char *dir, const char *domain,
    int days)
{
	struct nodeca a = { .dir = dir, .lock = -1 };
	char path[NODECA_PATH_MAX];
	struct nodecrl c;
	int rc;

	if (!nodecert_good_domain(domain))
		return (tool_fail(t, TOOL_USAGE,
		    "--domain：域名由 a-z、0-9、“-”“.”“/”组成，例如 "
		    "afc.example.gov.cn", "--domain: a domain is of a-z, 0-9, "
		    "'-', '.' and '/', such as afc.example.gov.cn"));
	if ((rc = nodeca_dir(t, dir, 0700)) != ARGS_GO ||
	    (rc = take_lock(t, &a)) != ARGS_GO)
		goto done;
	if (access(path_of(dir, "ca.key", path), F_OK) == 0) {
		rc = tool_fail(t, TOOL_NO,
		    "%s：已存在；密钥从不覆盖，请另选目录",
		    "%s: exists already and a key is never overwritten; choose "
		    "another directory", path);
		goto done;
	}
	if ((rc = nodeca_dir(t, path_of(dir, "issued", path), 0700)) !=
	    ARGS_GO ||
	    (rc = nodeca_dir(t, path_of(dir, "invited", path), 0700)) !=
	    ARGS_GO ||
	    (rc = make_key(t, &a, domain, days)) != ARGS_GO)
		goto done;
	rc = nodeca_revoke(t, &a, NULL, 0, NODECA_REVOKED_DAYS, &c);
done:
	nodeca_close(&a);
	return (rc);
}

/* Write the next revocation list. */
int
nodeca_revoke(const struct tool *t, const struct nodeca *a,
    const struct nodecrl_item *items, size_t n, int days, struct nodecrl *c)
{
	int64_t now = t->now_ms() / 1000;
	char path[NODECA_PATH_MAX];
	struct keyfile_error e;
	char *pem;
	int rc;

	pem = nodecrl_make(a->ca, a->key, a->revoked, items, n, now, now +
	    (int64_t)days * DAY, &e);
	if (pem == NULL || nodecrl_read(c, pem, a->ca, &e) != 0)
		rc = nodeca_fail(t, &e);
	else
		rc = nodeca_write(t, path_of(a->dir, "revoked.crl", path), pem,
		    0644);
	free(pem);
	return (rc);
}

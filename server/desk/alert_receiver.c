#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "keys/wipe.h"

#include "alert_routing_impl.h"

#define SECRET_MIN 16

#define BIT(k) (1u << (k))
#define COMMON (BIT(ALERT_K_KIND) | BIT(ALERT_K_LANGUAGE) |		\
	BIT(ALERT_K_TIMEOUT) | BIT(ALERT_K_DIGEST) | BIT(ALERT_K_PAUSE) | \
	BIT(ALERT_K_BATCH))
#define NET (COMMON | BIT(ALERT_K_URL) | BIT(ALERT_K_URL_FILE) |	\
	BIT(ALERT_K_CA))

/* What each kind may and must have. */
static const struct {
	const char *name;
	unsigned may, must;
	int64_t pause;
	int32_t batch;		/* without and with a digest */
	int32_t gathered;
} kinds[] = {
	[ALERT_WEBHOOK] = { "webhook", NET | BIT(ALERT_K_SECRET) |
	    BIT(ALERT_K_CERT) | BIT(ALERT_K_KEY), BIT(ALERT_K_SECRET), 0, 1,
	    100 },
	/* A robot takes 20 messages a minute. */
	[ALERT_WECOM] = { "wecom", NET | BIT(ALERT_K_FORM), 0, 3100, 20, 20 },
	[ALERT_DINGTALK] = { "dingtalk", NET | BIT(ALERT_K_FORM) |
	    BIT(ALERT_K_SECRET), 0, 3100, 20, 20 },
	[ALERT_COMMAND] = { "command", COMMON | BIT(ALERT_K_COMMAND),
	    BIT(ALERT_K_COMMAND), 0, 1, 100 },
	[ALERT_MAIL] = { "mail", NET | BIT(ALERT_K_FROM) | BIT(ALERT_K_TO) |
	    BIT(ALERT_K_USER) | BIT(ALERT_K_PASSWORD), BIT(ALERT_K_FROM) |
	    BIT(ALERT_K_TO), 0, 20, 100 },
};

/* The host of an address and its length. */
static const char *
host_of(const char *url, size_t *len)
{
	const char *host = strstr(url, "://"), *end;

	if (host == NULL) {
		*len = 0;
		return (url);
	}
	host += 3;
	if (*host == '[' && (end = strchr(host, ']')) != NULL)
		*len = (size_t)(end + 1 - host);
	else
		*len = strcspn(host, ":/?#");
	return (host);
}

/* Does an address lead to this machine alone? */
int
alert_routing_loopback(const char *url)
{
	size_t len, i;
	const char *host = host_of(url, &len);

	if ((len == 9 && strncasecmp(host, "localhost", 9) == 0) ||
	    (len == 5 && strncmp(host, "[::1]", 5) == 0))
		return (1);
	if (len < 9 || strncmp(host, "127.", 4) != 0)
		return (0);
	for (i = 4; i < len; i++)
		if (host[i] != '.' && (host[i] < '0' || host[i] > '9'))
			return (0);
	return (1);
}

/* Is the address one for its kind? */
int
alert_receiver_url(const struct alert_receiver *to, char *why, size_t cap)
{
	int mail = to->kind == ALERT_MAIL, plain;
	const char *p, *host;
	size_t len;

	plain = strncasecmp(to->url, mail ? "smtp://" : "http://", 7) == 0;
	if (!plain && strncasecmp(to->url, mail ? "smtps://" : "https://", 8) !=
	    0) {
		(void)snprintf(why, cap, "an address of %s begins with %s",
		    kinds[to->kind].name, mail ? "smtps:// or smtp://" :
		    "https://");
		return (-1);
	}
	for (p = to->url; *p > ' ' && *p < 0x7f && *p != '"' && *p != '\\';
	    p++)
		continue;
	host = host_of(to->url, &len);
	if (*p != '\0' || len == 0) {
		(void)snprintf(why, cap, "this is no address: it holds a space "
		    "or a character that must be escaped, or no host");
		return (-1);
	}
	if (memchr(host, '@', strcspn(host, "/?#")) != NULL) {
		(void)snprintf(why, cap, "an address here has no user and no "
		    "password in it");
		return (-1);
	}
	if (!plain || mail || alert_routing_loopback(to->url))
		return (0);
	(void)snprintf(why, cap, "http:// is for this machine alone "
	    "(127.0.0.1, localhost); elsewhere https://");
	return (-1);
}

/* May this be a mail address? */
int
alert_receiver_address(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789.-_+=/~";
	const char *at = strrchr(text, '@');
	size_t local = at != NULL ? (size_t)(at - text) : 0;

	return (local > 0 && local <= 64 && text[0] != '-' &&
	    strspn(text, plain) == local && at[1] != '\0' && at[1] != '-' &&
	    strspn(at + 1, plain) == strlen(at + 1));
}

/* The keys that do not belong to the kind, and those that are missing. */
static void
check_keys(struct conf_doc *doc, const struct alert_receiver *to,
    const struct alert_keys *k)
{
	size_t i;

	for (i = 0; i < ALERT_KEYS; i++) {
		if (k->span[i] != 0 && (kinds[to->kind].may & BIT(i)) == 0)
			conf_fail(doc, k->at[i], k->span[i], "a receiver of "
			    "kind %s has no \"%s\"", kinds[to->kind].name,
			    alert_key_name[i]);
		if (k->span[i] == 0 && (kinds[to->kind].must & BIT(i)) != 0)
			conf_fail(doc, to->at, 1, "a receiver of kind %s needs "
			    "\"%s\"", kinds[to->kind].name, alert_key_name[i]);
	}
}

/* See that a receiver makes sense. */
void
alert_receiver_check(struct conf_doc *doc, struct alert_receiver *to,
    const struct alert_keys *k)
{
	char why[256];

	if (to->kind == 0)
		return;		/* reported: it is required */
	check_keys(doc, to, k);
	if (to->kind != ALERT_COMMAND && (k->span[ALERT_K_URL] != 0) ==
	    (k->span[ALERT_K_URL_FILE] != 0))
		conf_fail(doc, to->at, 1, "a receiver of kind %s needs either "
		    "\"url\" or \"url_file\"", kinds[to->kind].name);
	if (k->span[ALERT_K_URL] != 0 && alert_receiver_url(to, why,
	    sizeof(why)) != 0)
		conf_fail(doc, k->at[ALERT_K_URL], k->span[ALERT_K_URL], "%s",
		    why);
	if ((k->span[ALERT_K_CERT] != 0) != (k->span[ALERT_K_KEY] != 0))
		conf_fail(doc, to->at, 1, "\"cert\" and \"key\" go together");
	if ((k->span[ALERT_K_USER] != 0) != (k->span[ALERT_K_PASSWORD] != 0))
		conf_fail(doc, to->at, 1,
		    "\"user\" and \"password\" go together");
	if (k->span[ALERT_K_FROM] != 0 && !alert_receiver_address(to->from))
		conf_fail(doc, k->at[ALERT_K_FROM], k->span[ALERT_K_FROM],
		    "\"%s\" is no mail address", to->from);
	if (to->nargs > 0 && to->argv[0][0] != '/')
		conf_fail(doc, k->at[ALERT_K_COMMAND], k->span[ALERT_K_COMMAND],
		    "a command begins with the whole path of its program; no "
		    "shell looks for it");
	if (k->span[ALERT_K_PAUSE] == 0)
		to->pause = kinds[to->kind].pause;
	if (k->span[ALERT_K_BATCH] == 0)
		to->batch = to->digest > 0 ? kinds[to->kind].gathered :
		    kinds[to->kind].batch;
}

/* Put a path together. */
static int
absolute(char path[ALERT_PATH_MAX], const char *dir)
{
	char whole[ALERT_PATH_MAX];
	int n;

	if (path[0] == '\0' || path[0] == '/')
		return (0);
	n = snprintf(whole, sizeof(whole), "%s/%s", dir, path);
	if (n < 0 || (size_t)n >= sizeof(whole))
		return (-1);
	memcpy(path, whole, (size_t)n + 1);
	return (0);
}

/* Read a secret's file without its line end; its length, or -1. */
static ssize_t
slurp(const char *path, char *buf, size_t cap, char *err)
{
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1) {
		(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "%s: %s", path,
		    strerror(errno));
		return (-1);
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_uid != geteuid() && st.st_uid != 0) ||
	    (st.st_mode & 077) != 0) {
		(void)close(fd);
		(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "%s: a secret is "
		    "a regular file of this user or of root with mode 0600 or "
		    "0400; this one others may reach, or it is none", path);
		return (-1);
	}
	n = read(fd, buf, cap);
	(void)close(fd);
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	if (n > 0 && buf[n - 1] == '\r')
		n--;
	if (n <= 0 || (size_t)n >= cap || memchr(buf, '\0', (size_t)n) != NULL ||
	    memchr(buf, '\n', (size_t)n) != NULL) {
		wipe(buf, cap);
		(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "%s: a secret is "
		    "one line of 1 to %zu bytes", path, cap - 3);
		return (-1);
	}
	buf[n] = '\0';
	return (n);
}

/* Read the address and the secrets. */
static int
read_all(struct alert_receiver *to, char *err)
{
	char why[256];
	ssize_t n;

	if (to->url_file[0] != '\0') {
		if (slurp(to->url_file, to->url, sizeof(to->url), err) < 0)
			return (-1);
		if (alert_receiver_url(to, why, sizeof(why)) != 0) {
			(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "%s: %s",
			    to->url_file, why);
			return (-1);
		}
	}
	if (to->password_file[0] != '\0' && slurp(to->password_file,
	    to->password, sizeof(to->password), err) < 0)
		return (-1);
	if (to->secret_file[0] == '\0')
		return (0);
	if ((n = slurp(to->secret_file, to->secret, sizeof(to->secret),
	    err)) < 0)
		return (-1);
	to->secret_len = (size_t)n;
	if (n >= SECRET_MIN)
		return (0);
	(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "%s: a secret has at "
	    "least %d bytes; \"openssl rand -hex 32\" makes one",
	    to->secret_file, SECRET_MIN);
	return (-1);
}

/* Read the files that a receiver names. */
int
alert_receiver_secrets(struct alert_receiver *to, const char *dir, char *err)
{
	char *path[] = { to->url_file, to->secret_file, to->password_file,
		to->ca, to->cert, to->key };
	size_t i;

	for (i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		if (absolute(path[i], dir) != 0) {
			(void)snprintf(err, ALERT_ROUTING_ERROR_MAX,
			    "%s/%s: the path is too long", dir, path[i]);
			return (-1);
		}
	}
	for (i = 3; i < 6; i++)
		if (path[i][0] != '\0' && access(path[i], R_OK) != 0) {
			(void)snprintf(err, ALERT_ROUTING_ERROR_MAX, "%s: %s",
			    path[i], strerror(errno));
			return (-1);
		}
	return (read_all(to, err));
}

/* Where it is, without a robot's key; some have theirs in the path. */
const char *
alert_routing_shown(const struct alert_receiver *to, char *out, size_t cap)
{
	size_t len, n = strcspn(to->url, "?#");

	if (to->url_file[0] != '\0')
		n = (size_t)(host_of(to->url, &len) - to->url) + len;
	if (to->kind == ALERT_COMMAND)
		(void)snprintf(out, cap, "%s", to->nargs > 0 ? to->argv[0] :
		    "");
	else
		(void)snprintf(out, cap, "%.*s", (int)n, to->url);
	return (out);
}

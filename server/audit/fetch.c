#include <curl/curl.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetch.h"

#define TIMEOUT_MS 60000
#define CONNECT_MS 10000
#define REDIRECTS 3L
#define ADDRESS_MAX 4096

struct fetch {
	CURL *curl;
	uint32_t timeout_ms;
	/* the reply being read */
	uint8_t *buf;
	size_t cap, len;
	int full;
	char why[CURL_ERROR_SIZE];
};

static const struct scheme {
	const char *prefix;
	const char *name;
} schemes[] = {
	{ "https://", "https" }, { "http://", "http" }, { "file://", "file" }
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode ready = CURLE_FAILED_INIT;

/* Prepare the library. */
static void
prepare(void)
{

	ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Find the scheme of an address. */
static const struct scheme *
scheme_of(const char *where)
{
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(where, schemes[i].prefix,
		    strlen(schemes[i].prefix)) == 0)
			return (&schemes[i]);
	return (NULL);
}

/* Is it an address? */
int
fetch_is_address(const char *where)
{

	return (scheme_of(where) != NULL);
}

/* Take a part of the reply. */
static size_t
take(char *p, size_t one, size_t n, void *arg)
{
	struct fetch *f = arg;

	(void)one;
	if (n > f->cap - f->len) {
		f->full = 1;
		return (0);
	}
	memcpy(f->buf + f->len, p, n);
	f->len += n;
	return (n);
}

/* Open a client. */
struct fetch *
fetch_open(uint32_t timeout_ms, char *err)
{
	struct fetch *f;
	CURL *c;

	(void)pthread_once(&once, prepare);
	if (ready != CURLE_OK || (f = calloc(1, sizeof(*f))) == NULL)
		goto err0;
	if ((f->curl = c = curl_easy_init()) == NULL)
		goto err1;
	f->timeout_ms = timeout_ms != 0 ? timeout_ms : TIMEOUT_MS;
	if (curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, f) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, f->why) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
	    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)f->timeout_ms) !=
	    CURLE_OK || curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(f->timeout_ms < CONNECT_MS ? f->timeout_ms : CONNECT_MS)) !=
	    CURLE_OK || curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L) !=
	    CURLE_OK || curl_easy_setopt(c, CURLOPT_MAXREDIRS, REDIRECTS) !=
	    CURLE_OK || curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L) !=
	    CURLE_OK || curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L) !=
	    CURLE_OK || curl_easy_setopt(c, CURLOPT_USERAGENT, "liangka") !=
	    CURLE_OK)
		goto err2;
	return (f);

err2:
	curl_easy_cleanup(f->curl);
err1:
	free(f);
err0:
	(void)snprintf(err, FETCH_ERROR_MAX, "libcurl does not start");
	return (NULL);
}

/* Close it. */
void
fetch_close(struct fetch *f)
{

	if (f == NULL)
		return;
	curl_easy_cleanup(f->curl);
	free(f);
}

/* What a finished transfer means. */
static int
judge(struct fetch *f, CURLcode rc, const char *url, char *err)
{
	const char *why = f->why[0] != '\0' ? f->why : curl_easy_strerror(rc);
	long status = 0;

	(void)curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
	if (f->full || rc == CURLE_FILESIZE_EXCEEDED) {
		(void)snprintf(err, FETCH_ERROR_MAX, "%.700s: longer than the "
		    "%zu bytes that such a file can have", url, f->cap);
		return (FETCH_LONG);
	}
	if (rc == CURLE_FILE_COULDNT_READ_FILE ||
	    (rc == CURLE_OK && (status == 404 || status == 410))) {
		(void)snprintf(err, FETCH_ERROR_MAX, "%.700s: not there", url);
		return (FETCH_ABSENT);
	}
	if (rc != CURLE_OK)
		(void)snprintf(err, FETCH_ERROR_MAX, "%.700s: %.250s", url,
		    why);
	else
		(void)snprintf(err, FETCH_ERROR_MAX, "%.700s: the server "
		    "answers %ld", url, status);
	if (rc == CURLE_OK && (status == 401 || status == 403))
		return (FETCH_DENIED);
	return (FETCH_AWAY);
}

/* Read a file. */
int64_t
fetch_get(struct fetch *f, const char *base, const char *path, uint8_t *buf,
    size_t cap, char *err)
{
	const struct scheme *s = scheme_of(base);
	char url[ADDRESS_MAX];
	long status = 0;
	CURLcode rc;
	int n;

	n = snprintf(url, sizeof(url), "%s/%s", base, path);
	if (s == NULL || n < 0 || (size_t)n >= sizeof(url)) {
		(void)snprintf(err, FETCH_ERROR_MAX,
		    "%.700s: not an address, or too long", base);
		return (FETCH_AWAY);
	}
	f->buf = buf;
	f->cap = cap;
	f->len = 0;
	f->full = 0;
	f->why[0] = '\0';
	if (curl_easy_setopt(f->curl, CURLOPT_URL, url) != CURLE_OK ||
	    curl_easy_setopt(f->curl, CURLOPT_PROTOCOLS_STR, s->name) !=
	    CURLE_OK || curl_easy_setopt(f->curl, CURLOPT_REDIR_PROTOCOLS_STR,
	    s->name) != CURLE_OK || curl_easy_setopt(f->curl,
	    CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)(cap > 0 ? cap : 1)) !=
	    CURLE_OK) {
		(void)snprintf(err, FETCH_ERROR_MAX, "%.700s: libcurl does not "
		    "take this address", url);
		return (FETCH_AWAY);
	}
	rc = curl_easy_perform(f->curl);
	(void)curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OK && (status == 200 || (status == 0 &&
	    strcmp(s->name, "file") == 0)))
		return ((int64_t)f->len);
	return (judge(f, rc, url, err));
}

#include <curl/curl.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "httpget.h"

#define TIMEOUT_MS 30000
#define CONNECT_MS 10000
#define SLOWEST	256
#define REDIRECTS 3L
#define SHOWN	600	/* characters of an address in a message */

struct httpget {
	CURL *curl;
	struct httpget_options o;
	char url[HTTPGET_ADDRESS_MAX];
	char shown[SHOWN];
	char why[CURL_ERROR_SIZE];
	/* the request under way */
	const struct httpget_ask *ask;
	struct httpget_reply *reply;
	int began;		/* a body of ours has begun */
	int odd;		/* another part than was asked for */
	int full, refused;
	int has_range;
	uint64_t range;		/* first byte, as the server says */
	/* of a PUT */
	const char *put;
	size_t put_len, put_at;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode ready = CURLE_FAILED_INIT;

/* Prepare the library. */
static void
prepare(void)
{

	ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* The scheme of an address, or NULL. */
static const char *
scheme_of(const char *where)
{

	if (strncasecmp(where, "https://", 8) == 0)
		return ("https");
	return (strncasecmp(where, "http://", 7) == 0 ? "http" : NULL);
}

/* Is it an address? */
int
httpget_is_address(const char *where)
{

	return (scheme_of(where) != NULL);
}

/* Leave out what is nobody's business. */
const char *
httpget_public(const char *where, char *out, size_t cap)
{
	const char *host = strstr(where, "://"), *at;
	size_t host_len;

	if (host == NULL || scheme_of(where) == NULL) {
		(void)snprintf(out, cap, "%s", where);
		return (out);
	}
	host += 3;
	host_len = strcspn(host, "/?#");
	for (at = host + host_len; at > host && at[-1] != '@'; at--)
		continue;
	(void)snprintf(out, cap, "%.*s%.*s", (int)(host - where), where,
	    (int)strcspn(at, "?#"), at);
	return (out);
}

/* A line of the head. */
static size_t
take_head(char *p, size_t one, size_t n, void *arg)
{
	static const char etag[] = "etag:", range[] = "content-range: bytes ";
	struct httpget *h = arg;
	char line[HTTPGET_ETAG_MAX + 32], *s, *end;

	(void)one;
	if (h->reply == NULL)
		return (n);
	(void)snprintf(line, sizeof(line), "%.*s", (int)(n < sizeof(line) ? n :
	    sizeof(line) - 1), p);
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "HTTP/", 5) == 0) {
		h->reply->etag[0] = '\0';
		h->has_range = 0;
	} else if (strncasecmp(line, etag, sizeof(etag) - 1) == 0) {
		s = line + sizeof(etag) - 1;
		s += strspn(s, " \t");
		/* One that is too long to be kept is none. */
		if (strlen(s) < sizeof(h->reply->etag) && n < sizeof(line))
			memcpy(h->reply->etag, s, strlen(s) + 1);
	} else if (strncasecmp(line, range, sizeof(range) - 1) == 0) {
		s = line + sizeof(range) - 1;
		h->range = strtoull(s, &end, 10);
		h->has_range = end != s && *end == '-' && *s != '-';
	}
	return (n);
}

/* The first byte of a body: where does it stand? */
static int
begin(struct httpget *h)
{
	long status = 0;

	(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 206) {
		h->odd = !h->has_range || h->range != h->ask->from;
		h->reply->partial = !h->odd;
		h->reply->end = h->ask->from;
	} else
		h->reply->end = 0;
	h->began = status == 200 || (status == 206 && !h->odd);
	return (h->began ? 0 : -1);
}

/* A part of the body; that of an error is of no interest. */
static size_t
take_body(char *p, size_t one, size_t n, void *arg)
{
	struct httpget *h = arg;

	(void)one;
	if (n == 0)
		return (0);
	if (h->ask == NULL)
		return (n);
	if (!h->began && begin(h) != 0)
		return (0);
	if (h->reply->end > h->ask->max || n > h->ask->max - h->reply->end) {
		h->full = 1;
		return (0);
	}
	if (h->ask->take(h->ask->arg, h->reply->end, p, n) != 0) {
		h->refused = 1;
		return (0);
	}
	h->reply->end += n;
	return (n);
}

/* What is put. */
static size_t
give_body(char *p, size_t one, size_t n, void *arg)
{
	struct httpget *h = arg;
	size_t left = h->put_len - h->put_at;

	n *= one;
	if (n > left)
		n = left;
	memcpy(p, h->put + h->put_at, n);
	h->put_at += n;
	return (n);
}

/* Is it to end? */
static int
look(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct httpget *h = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return (h->o.stop != NULL && *h->o.stop != 0);
}

/* Set an option, unless one before could not be set. */
#define SET(rc, c, option, value)					\
	do {								\
		if ((rc) == CURLE_OK)					\
			(rc) = curl_easy_setopt((c), (option), (value)); \
	} while (0)

/* What holds for every request. */
static CURLcode
set_up(struct httpget *h)
{
	uint32_t ms = h->o.timeout_ms;
	CURLcode rc = CURLE_OK;
	CURL *c = h->curl;

	SET(rc, c, CURLOPT_WRITEFUNCTION, take_body);
	SET(rc, c, CURLOPT_WRITEDATA, h);
	SET(rc, c, CURLOPT_HEADERFUNCTION, take_head);
	SET(rc, c, CURLOPT_HEADERDATA, h);
	SET(rc, c, CURLOPT_READFUNCTION, give_body);
	SET(rc, c, CURLOPT_READDATA, h);
	SET(rc, c, CURLOPT_XFERINFOFUNCTION, look);
	SET(rc, c, CURLOPT_XFERINFODATA, h);
	SET(rc, c, CURLOPT_NOPROGRESS, 0L);
	SET(rc, c, CURLOPT_ERRORBUFFER, h->why);
	SET(rc, c, CURLOPT_NOSIGNAL, 1L);
	SET(rc, c, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(ms < CONNECT_MS ? ms : CONNECT_MS));
	SET(rc, c, CURLOPT_LOW_SPEED_LIMIT, (long)h->o.slowest);
	SET(rc, c, CURLOPT_LOW_SPEED_TIME, (long)((ms + 999) / 1000));
	SET(rc, c, CURLOPT_FOLLOWLOCATION, 1L);
	SET(rc, c, CURLOPT_MAXREDIRS, REDIRECTS);
	SET(rc, c, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(rc, c, CURLOPT_SSL_VERIFYHOST, 2L);
	SET(rc, c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(rc, c, CURLOPT_USERAGENT, "liangka");
	if (h->o.ca != NULL)
		SET(rc, c, CURLOPT_CAINFO, h->o.ca);
	if (h->o.cert != NULL)
		SET(rc, c, CURLOPT_SSLCERT, h->o.cert);
	if (h->o.key != NULL)
		SET(rc, c, CURLOPT_SSLKEY, h->o.key);
	return (rc);
}

/* Open a client. */
struct httpget *
httpget_open(const struct httpget_options *o, char *err)
{
	struct httpget *h;

	(void)pthread_once(&once, prepare);
	if (ready != CURLE_OK || (h = calloc(1, sizeof(*h))) == NULL)
		goto err0;
	if ((h->curl = curl_easy_init()) == NULL)
		goto err1;
	h->o = *o;
	if (h->o.timeout_ms == 0)
		h->o.timeout_ms = TIMEOUT_MS;
	if (h->o.slowest == 0)
		h->o.slowest = SLOWEST;
	if (set_up(h) != CURLE_OK)
		goto err2;
	return (h);

err2:
	curl_easy_cleanup(h->curl);
err1:
	free(h);
err0:
	(void)snprintf(err, HTTPGET_ERROR_MAX, "libcurl does not start");
	return (NULL);
}

/* Close it. */
void
httpget_close(struct httpget *h)
{

	if (h == NULL)
		return;
	curl_easy_cleanup(h->curl);
	free(h);
}

/* Put the address together; -1 when it is none of ours or too long. */
static int
address(struct httpget *h, const char *base, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-._~/";
	size_t n = strlen(base);

	(void)httpget_public(base, h->shown, sizeof(h->shown) - 200);
	while (n > 0 && base[n - 1] == '/')
		n--;
	if (scheme_of(base) == NULL || n + 2 > sizeof(h->url))
		return (-1);
	memcpy(h->url, base, n);
	h->url[n++] = '/';
	(void)snprintf(&h->shown[strlen(h->shown)], 200, "%s%.190s",
	    h->shown[0] != '\0' && h->shown[strlen(h->shown) - 1] == '/' ?
	    "" : "/", path);
	for (; *path != '\0'; path++) {
		if (n + 4 > sizeof(h->url))
			return (-1);
		if (strchr(plain, *path) != NULL)
			h->url[n++] = *path;
		else
			n += (size_t)snprintf(&h->url[n], 4, "%%%02X",
			    (unsigned)(unsigned char)*path);
	}
	h->url[n] = '\0';
	return (0);
}

/* Set the address and time of a request. */
static CURLcode
aim(struct httpget *h, const char *base, uint32_t whole_ms)
{
	const char *scheme = scheme_of(base);
	CURLcode rc = CURLE_OK;

	SET(rc, h->curl, CURLOPT_URL, h->url);
	SET(rc, h->curl, CURLOPT_PROTOCOLS_STR, scheme);
	SET(rc, h->curl, CURLOPT_REDIR_PROTOCOLS_STR, scheme);
	SET(rc, h->curl, CURLOPT_TIMEOUT_MS,
	    (long)(whole_ms != 0 ? whole_ms : h->o.timeout_ms));
	h->why[0] = '\0';
	h->began = h->odd = h->full = h->refused = h->has_range = 0;
	return (rc);
}

/* What a finished transfer means. */
static enum httpget_answer
judge(struct httpget *h, CURLcode rc, char *err)
{
	const char *why = h->why[0] != '\0' ? h->why : curl_easy_strerror(rc);
	enum httpget_answer answer = HTTPGET_AWAY;
	long status = 0;

	(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_ABORTED_BY_CALLBACK) {
		(void)snprintf(err, HTTPGET_ERROR_MAX, "%s: stopped",
		    h->shown);
		return (HTTPGET_STOPPED);
	}
	if (h->full || rc == CURLE_FILESIZE_EXCEEDED) {
		(void)snprintf(err, HTTPGET_ERROR_MAX, "%s: longer than the %"
		    PRIu64 " bytes that it can have", h->shown, h->ask->max);
		return (HTTPGET_LONG);
	}
	if (h->odd || status == 416) {
		(void)snprintf(err, HTTPGET_ERROR_MAX, "%s: the server sends "
		    "another part than was asked for", h->shown);
		return (HTTPGET_RANGE);
	}
	/* The body of an error is cut off by ourselves. */
	if (rc == CURLE_WRITE_ERROR && !h->began && !h->refused)
		rc = CURLE_OK;
	if (rc == CURLE_OK && (status == 404 || status == 410))
		answer = HTTPGET_ABSENT;
	else if (rc == CURLE_OK && (status == 401 || status == 403))
		answer = HTTPGET_DENIED;
	else if (h->refused)
		answer = HTTPGET_REFUSED;
	if (answer == HTTPGET_ABSENT)
		(void)snprintf(err, HTTPGET_ERROR_MAX, "%s: not there",
		    h->shown);
	else if (rc == CURLE_OK)
		(void)snprintf(err, HTTPGET_ERROR_MAX, "%s: the server answers "
		    "%ld", h->shown, status);
	else
		(void)snprintf(err, HTTPGET_ERROR_MAX, "%s: %.250s", h->shown,
		    why);
	return (answer);
}

/* Set what a GET asks for; the headers, if any, are for curl_slist_free_all(). */
static CURLcode
aim_get(struct httpget *h, const struct httpget_ask *ask,
    struct curl_slist **headers)
{
	char text[HTTPGET_ETAG_MAX + 32];
	CURLcode rc = CURLE_OK;

	if (ask->etag != NULL && ask->etag[0] != '\0') {
		(void)snprintf(text, sizeof(text), "If-None-Match: %.*s",
		    HTTPGET_ETAG_MAX, ask->etag);
		if ((*headers = curl_slist_append(NULL, text)) == NULL)
			return (CURLE_OUT_OF_MEMORY);
	}
	SET(rc, h->curl, CURLOPT_HTTPHEADER, *headers);
	SET(rc, h->curl, CURLOPT_HTTPGET, 1L);
	(void)snprintf(text, sizeof(text), "%" PRIu64 "-", ask->from);
	SET(rc, h->curl, CURLOPT_RANGE, ask->from > 0 ? text : NULL);
	SET(rc, h->curl, CURLOPT_MAXFILESIZE_LARGE,
	    (curl_off_t)(ask->max > 0 ? ask->max : 1));
	return (rc);
}

/* Say that a request could not even be begun. */
static enum httpget_answer
unfit(const char *base, char *err)
{
	char shown[SHOWN];

	(void)snprintf(err, HTTPGET_ERROR_MAX, "%s: not an address, or too "
	    "long", httpget_public(base, shown, sizeof(shown)));
	return (HTTPGET_AWAY);
}

/* Fetch a file. */
enum httpget_answer
httpget_get(struct httpget *h, const char *base, const char *path,
    const struct httpget_ask *ask, struct httpget_reply *reply, char *err)
{
	struct curl_slist *headers = NULL;
	long status = 0;
	CURLcode rc;

	memset(reply, 0, sizeof(*reply));
	if (address(h, base, path) != 0)
		return (unfit(base, err));
	if (aim(h, base, ask->whole_ms) != CURLE_OK || aim_get(h, ask,
	    &headers) != CURLE_OK) {
		curl_slist_free_all(headers);
		return (unfit(base, err));
	}
	h->ask = ask;
	h->reply = reply;
	rc = curl_easy_perform(h->curl);
	h->reply = NULL;
	(void)curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OK && status == 304 && ask->etag != NULL)
		return (HTTPGET_SAME);
	/* An empty file has no body to begin with. */
	if (rc == CURLE_OK && (h->began || status == 200))
		return (HTTPGET_OK);
	return (judge(h, rc, err));
}

/* Put a file. */
enum httpget_answer
httpget_put(struct httpget *h, const char *base, const char *path,
    const void *p, size_t len, char *err)
{
	static const struct httpget_ask none = { .max = 0 };
	CURLcode rc;
	long status = 0;

	if (address(h, base, path) != 0)
		return (unfit(base, err));
	rc = aim(h, base, 0);
	SET(rc, h->curl, CURLOPT_RANGE, NULL);
	SET(rc, h->curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)0);
	SET(rc, h->curl, CURLOPT_UPLOAD, 1L);
	SET(rc, h->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)len);
	if (rc != CURLE_OK)
		return (unfit(base, err));
	h->put = p;
	h->put_len = len;
	h->put_at = 0;
	h->ask = NULL;
	rc = curl_easy_perform(h->curl);
	h->ask = &none;
	h->put = NULL;
	h->put_len = 0;
	(void)curl_easy_setopt(h->curl, CURLOPT_UPLOAD, 0L);
	(void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OK && status >= 200 && status < 300)
		return (HTTPGET_OK);
	return (judge(h, rc, err));
}

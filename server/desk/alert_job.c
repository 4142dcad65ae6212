#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alert_carry.h"
#include "alert_text.h"

#define CONNECT_MS 10000

/* Set an option, unless one before could not be set. */
#define SET(rc, c, option, value)					\
	do {								\
		if ((rc) == CURLE_OK)					\
			(rc) = curl_easy_setopt((c), (option), (value)); \
	} while (0)

/* A part of the reply. */
static size_t
take(char *p, size_t one, size_t n, void *arg)
{
	struct alert_job *j = arg;
	size_t room;

	n *= one;
	room = j->got < ALERT_REPLY_KEPT ? ALERT_REPLY_KEPT - j->got : 0;
	memcpy(&j->reply[j->got < ALERT_REPLY_KEPT ? j->got :
	    ALERT_REPLY_KEPT], p, n < room ? n : room);
	j->got += n;
	j->reply[j->got < ALERT_REPLY_KEPT ? j->got : ALERT_REPLY_KEPT] = '\0';
	if (j->got <= ALERT_REPLY_MAX)
		return (n);
	j->full = 1;
	return (0);
}

/* A part of a mail. */
static size_t
give(char *p, size_t one, size_t n, void *arg)
{
	struct alert_job *j = arg;
	size_t left = j->m->len - j->given;

	n *= one;
	if (n > left)
		n = left;
	memcpy(p, j->m->body + j->given, n);
	j->given += n;
	return (n);
}

/* What holds for every kind. */
static CURLcode
aim_common(struct alert_job *j)
{
	const struct alert_receiver *to = j->to;
	CURLcode rc = CURLE_OK;
	CURL *c = j->curl;

	SET(rc, c, CURLOPT_WRITEFUNCTION, take);
	SET(rc, c, CURLOPT_WRITEDATA, j);
	SET(rc, c, CURLOPT_ERRORBUFFER, j->why);
	SET(rc, c, CURLOPT_NOSIGNAL, 1L);
	SET(rc, c, CURLOPT_TIMEOUT_MS, (long)to->timeout);
	SET(rc, c, CURLOPT_CONNECTTIMEOUT_MS, (long)(to->timeout < CONNECT_MS ?
	    to->timeout : CONNECT_MS));
	SET(rc, c, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(rc, c, CURLOPT_SSL_VERIFYHOST, 2L);
	SET(rc, c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(rc, c, CURLOPT_USERAGENT, "liangka");
	SET(rc, c, CURLOPT_URL, j->m->url);
	if (to->ca[0] != '\0')
		SET(rc, c, CURLOPT_CAINFO, to->ca);
	if (alert_routing_loopback(to->url))
		SET(rc, c, CURLOPT_PROXY, "");
	return (rc);
}

/* A request to a web server. */
static CURLcode
aim_http(struct alert_job *j)
{
	const struct alert_receiver *to = j->to;
	struct curl_slist *more;
	CURLcode rc = CURLE_OK;
	CURL *c = j->curl;
	size_t i;

	if ((j->list = curl_slist_append(NULL, "Expect:")) == NULL)
		return (CURLE_OUT_OF_MEMORY);
	for (i = 0; i < j->m->nheaders; i++) {
		if ((more = curl_slist_append(j->list, j->m->header[i])) == NULL)
			return (CURLE_OUT_OF_MEMORY);
		j->list = more;
	}
	SET(rc, c, CURLOPT_PROTOCOLS_STR, strncasecmp(to->url, "https", 5) ==
	    0 ? "https" : "http");
	SET(rc, c, CURLOPT_FOLLOWLOCATION, 0L);
	SET(rc, c, CURLOPT_HTTPHEADER, j->list);
	SET(rc, c, CURLOPT_POST, 1L);
	SET(rc, c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)j->m->len);
	SET(rc, c, CURLOPT_POSTFIELDS, j->m->body);
	if (to->cert[0] != '\0') {
		SET(rc, c, CURLOPT_SSLCERT, to->cert);
		SET(rc, c, CURLOPT_SSLKEY, to->key);
	}
	return (rc);
}

/* A mail; libcurl doubles dots where a line begins with one. */
static CURLcode
aim_mail(struct alert_job *j)
{
	const struct alert_receiver *to = j->to;
	struct curl_slist *more;
	CURLcode rc = CURLE_OK;
	CURL *c = j->curl;
	size_t i;

	for (i = 0; i < to->nto; i++) {
		if ((more = curl_slist_append(j->list, to->to[i])) == NULL)
			return (CURLE_OUT_OF_MEMORY);
		j->list = more;
	}
	SET(rc, c, CURLOPT_PROTOCOLS_STR, strncasecmp(to->url, "smtps", 5) ==
	    0 ? "smtps" : "smtp");
	/* A password and a text go through TLS, but on this machine. */
	SET(rc, c, CURLOPT_USE_SSL, (long)(alert_routing_loopback(to->url) ?
	    CURLUSESSL_TRY : CURLUSESSL_ALL));
	SET(rc, c, CURLOPT_MAIL_FROM, to->from);
	SET(rc, c, CURLOPT_MAIL_RCPT, j->list);
	SET(rc, c, CURLOPT_READFUNCTION, give);
	SET(rc, c, CURLOPT_READDATA, j);
	SET(rc, c, CURLOPT_UPLOAD, 1L);
	if (to->user[0] != '\0') {
		SET(rc, c, CURLOPT_USERNAME, to->user);
		SET(rc, c, CURLOPT_PASSWORD, to->password);
	}
	return (rc);
}

/* Set everything. */
int
alert_job_aim(struct alert_job *j)
{
	CURLcode rc;

	if (j->curl == NULL && (j->curl = curl_easy_init()) == NULL)
		return (-1);
	curl_easy_reset(j->curl);
	curl_slist_free_all(j->list);
	j->list = NULL;
	j->given = j->got = 0;
	j->full = 0;
	j->reply[0] = j->why[0] = '\0';
	rc = aim_common(j);
	if (rc == CURLE_OK)
		rc = j->to->kind == ALERT_MAIL ? aim_mail(j) : aim_http(j);
	return (rc == CURLE_OK ? 0 : -1);
}

/* Free it. */
void
alert_job_free(struct alert_job *j)
{

	curl_easy_cleanup(j->curl);
	curl_slist_free_all(j->list);
	free(j);
}

/* Find a member of a robot's reply; its value, or NULL. */
static const char *
member(const char *reply, const char *key)
{
	const char *p = strstr(reply, key);

	if (p == NULL)
		return (NULL);
	for (p += strlen(key); *p == ' ' || *p == '\t' || *p == '\r' ||
	    *p == '\n' || *p == ':'; p++)
		continue;
	return (p);
}

/* What a robot says. */
static void
judge_robot(const char *reply, struct alert_answer *a)
{
	const char *p = member(reply, "\"errcode\""), *q;
	char said[200] = "", clean[256];
	char *end;
	long code;

	a->outcome = ALERT_REFUSED;
	code = p != NULL ? strtol(p, &end, 10) : 0;
	if (p == NULL || end == p) {
		(void)snprintf(a->why, sizeof(a->why), "its reply has no "
		    "errcode: is this the address of a robot?");
		return;
	}
	if (code == 0) {
		a->outcome = ALERT_DELIVERED;
		return;
	}
	if ((q = member(reply, "\"errmsg\"")) != NULL && *q == '"')
		(void)snprintf(said, sizeof(said), "%.*s",
		    (int)strcspn(q + 1, "\""), q + 1);
	if (code == -1 || code == 45009 || code == 130101 || code == 410100)
		a->outcome = ALERT_LATER;
	(void)snprintf(a->why, sizeof(a->why), "errcode %ld: %s", code,
	    alert_text_clean(clean, sizeof(clean), said, 0));
}

/* What an HTTP reply means. */
void
alert_job_reply(int kind, long status, const char *reply, int full,
    struct alert_answer *a)
{
	int robot = kind == ALERT_WECOM || kind == ALERT_DINGTALK;

	memset(a, 0, sizeof(*a));
	if (status >= 200 && status < 300 && robot && full) {
		a->outcome = ALERT_REFUSED;
		(void)snprintf(a->why, sizeof(a->why), "its reply is longer "
		    "than %d bytes: is this the address of a robot?",
		    ALERT_REPLY_MAX);
	} else if (status >= 200 && status < 300 && robot)
		judge_robot(reply, a);
	else if (status >= 200 && status < 300)
		a->outcome = ALERT_DELIVERED;
	else if (status >= 300 && status < 400) {
		a->outcome = ALERT_REFUSED;
		(void)snprintf(a->why, sizeof(a->why), "it answers %ld: "
		    "another address, which is not followed", status);
	} else {
		a->outcome = status >= 400 && status < 500 && status != 408 &&
		    status != 425 && status != 429 ? ALERT_REFUSED :
		    ALERT_LATER;
		(void)snprintf(a->why, sizeof(a->why), "it answers %ld",
		    status);
	}
}

/* What the end of a mail means. */
static void
judge_mail(const struct alert_job *j, CURLcode rc, long status,
    struct alert_answer *a)
{

	memset(a, 0, sizeof(*a));
	if (rc == CURLE_OK) {
		a->outcome = ALERT_DELIVERED;
		return;
	}
	a->outcome = (status >= 500 && status < 600) || rc ==
	    CURLE_LOGIN_DENIED || rc == CURLE_USE_SSL_FAILED ? ALERT_REFUSED :
	    ALERT_LATER;
	if (status > 0)
		(void)snprintf(a->why, sizeof(a->why), "%.250s (%ld)",
		    j->why[0] != '\0' ? j->why : curl_easy_strerror(rc),
		    status);
	else
		(void)snprintf(a->why, sizeof(a->why), "%.250s",
		    j->why[0] != '\0' ? j->why : curl_easy_strerror(rc));
}

/* What the end of a transfer means. */
void
alert_job_judge(struct alert_job *j, CURLcode rc, struct alert_answer *a)
{
	curl_off_t after = 0;
	long status = 0;

	(void)curl_easy_getinfo(j->curl, CURLINFO_RESPONSE_CODE, &status);
	if (j->to->kind == ALERT_MAIL) {
		judge_mail(j, rc, status, a);
		return;
	}
	if (rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && j->full)) {
		alert_job_reply(j->to->kind, status, j->reply, j->full, a);
		if (curl_easy_getinfo(j->curl, CURLINFO_RETRY_AFTER, &after) ==
		    CURLE_OK && after > 0)
			a->after = after < 3600 ? after * 1000 : 3600000;
		return;
	}
	memset(a, 0, sizeof(*a));
	/* A certificate that does not fit takes somebody to put it right. */
	a->outcome = rc == CURLE_PEER_FAILED_VERIFICATION || rc ==
	    CURLE_SSL_CERTPROBLEM || rc == CURLE_SSL_CACERT_BADFILE ?
	    ALERT_REFUSED : ALERT_LATER;
	(void)snprintf(a->why, sizeof(a->why), "%.250s", j->why[0] != '\0' ?
	    j->why : curl_easy_strerror(rc));
}

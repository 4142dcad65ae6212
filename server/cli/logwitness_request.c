#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logwitness.h"
#include "tool.h"

#define PLAIN "text/plain; charset=utf-8"

/* The name of a status. */
static const char *
phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} names[] = { { 200, "OK" }, { 400, "Bad Request" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 422, "Unprocessable Entity" } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].status == status)
			return (names[i].phrase);
	return ("Internal Server Error");
}

/* Is this a CGI script now? */
static int
is_cgi(void)
{

	return (getenv("GATEWAY_INTERFACE") != NULL);
}

/* Write a CGI answer. */
static void
answer_cgi(const struct tool *t, int status, const char *type,
    const char *body, size_t len)
{

	(void)fprintf(t->out, "Status: %d %s\r\nContent-Type: %s\r\n"
	    "Content-Length: %zu\r\n%s\r\n", status, phrase(status), type, len,
	    status == 405 ? "Allow: GET, POST\r\n" : "");
	(void)fwrite(body, 1, len, t->out);
}

/* The same with a sentence. */
static int
say_cgi(const struct tool *t, int status, const char *text)
{

	answer_cgi(t, status, PLAIN, text, strlen(text));
	return (TOOL_OK);
}

/* When nothing can be answered. */
void
logwitness_unable(const struct tool *t)
{

	if (is_cgi())
		(void)say_cgi(t, 500, "the witness is not set up\n");
}

/* Does a text end with another? */
static int
ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return (n >= m && strcmp(s + n - m, end) == 0);
}

/* Answer GET .../<64 digits>/checkpoint. */
static int
monitor(const struct tool *t, const struct witness *w, const char *info)
{
	static const char name[] = "/checkpoint";
	char path[1280], text[CHECKPOINT_MAX + 1];
	const char *hash;
	size_t n = strlen(info);
	FILE *f;

	if (!ends(info, name) || n < sizeof(name) - 1 + 64 + 1)
		return (say_cgi(t, 404, "there is no such thing\n"));
	hash = info + n - (sizeof(name) - 1) - 64;
	if (hash[-1] != '/' || strspn(hash, "0123456789abcdef") != 64)
		return (say_cgi(t, 404, "there is no such thing\n"));
	(void)snprintf(path, sizeof(path), "%.1100s/%.64s%s", w->dir, hash,
	    name);
	if ((f = fopen(path, "re")) == NULL)
		return (errno == ENOENT ? say_cgi(t, 404,
		    "no head of that log was cosigned\n") : say_cgi(t, 500,
		    "the witness cannot read it\n"));
	n = fread(text, 1, sizeof(text), f);
	(void)fclose(f);
	answer_cgi(t, 200, PLAIN, text, n);
	return (TOOL_OK);
}

/* How much of the input is the body. */
static size_t
announced(void)
{
	const char *s = is_cgi() ? getenv("CONTENT_LENGTH") : NULL;
	unsigned long long v;
	char *end;

	if (s == NULL || *s < '0' || *s > '9')
		return (WITNESS_REQUEST_MAX + 1);
	v = strtoull(s, &end, 10);
	return (*end != '\0' || v > WITNESS_REQUEST_MAX ?
	    WITNESS_REQUEST_MAX + 1 : (size_t)v);
}

/* The exit code for a status. */
static int
exit_of(enum witness_status status)
{

	switch (status) {
	case WITNESS_COSIGNED:
		return (TOOL_OK);
	case WITNESS_MALFORMED:
		return (TOOL_DATA);
	case WITNESS_FAILED:
		return (TOOL_IO);
	default:
		return (TOOL_NO);
	}
}

/* Answer the request. */
static int
add(const struct tool *t, const struct witness *w)
{
	static char body[WITNESS_REQUEST_MAX + 1];
	static struct witness_answer a;
	size_t len = fread(body, 1, announced(), t->in);

	(void)witness_add(w, (uint64_t)(t->now_ms() / 1000), body, len, &a);
	if (is_cgi()) {
		if (a.status != WITNESS_COSIGNED)
			(void)fprintf(t->err, "liangka log witness: %d %s: "
			    "%s%s\n", (int)a.status, phrase((int)a.status),
			    a.error, a.evidence ? "; both heads are kept" : "");
		answer_cgi(t, (int)a.status, a.status == WITNESS_CONFLICT ?
		    "text/x.tlog.size" : PLAIN, a.body, a.len);
		return (TOOL_OK);
	}
	(void)fprintf(t->err, "%d %s\n", (int)a.status, phrase((int)a.status));
	if (a.status != WITNESS_COSIGNED)
		(void)tool_fail(t, 0, "%s%s", "%s%s", a.error, a.evidence ?
		    tool_zh(t, "；两个检查点均已留存于 evidence/",
		    "; both heads are kept in evidence/") : "");
	if (a.status == WITNESS_COSIGNED || a.status == WITNESS_CONFLICT)
		(void)fwrite(a.body, 1, a.len, t->out);
	return (exit_of(a.status));
}

/* Answer what comes. */
int
logwitness_request(const struct tool *t, const struct witness *w)
{
	const char *method = getenv("REQUEST_METHOD");
	const char *info = getenv("PATH_INFO");

	if (!is_cgi())
		return (add(t, w));
	if (method == NULL)
		method = "";
	if (info == NULL)
		info = "";
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return (monitor(t, w, info));
	if (strcmp(method, "POST") != 0)
		return (say_cgi(t, 405, "POST add-checkpoint, or GET a "
		    "checkpoint\n"));
	if (info[0] != '\0' && !ends(info, "/add-checkpoint"))
		return (say_cgi(t, 404, "there is no such thing\n"));
	return (add(t, w));
}

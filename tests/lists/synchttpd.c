#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/sha256.h"

#include "synchttpd.h"

#define ASKED_MAX 4096

struct synchttpd {
	char dir[400];
	char address[64];
	int listener;
	int end[2];		/* a pipe: closed to stop */
	pthread_t thread;
	pthread_mutex_t lock;
	enum synchttpd_mode mode;
	char part[128];
	size_t n;
	char *asked[ASKED_MAX];
	size_t nasked, nsame;
};

/* One request. */
struct request {
	char method[8];
	char path[600];
	char etag[128];
	size_t from;
	int has_range;
	size_t length;		/* of what is put */
	const char *body;
	size_t got;
	enum synchttpd_mode mode;
	size_t n;
};

/* Give up. */
static void __attribute__((noreturn))
die(const char *what)
{

	(void)fprintf(stderr, "synchttpd: %s: %s\n", what, strerror(errno));
	abort();
}

/* Wait for a descriptor or the end; 1 when it is ready. */
static int
wait_for(struct synchttpd *h, int fd, short what)
{
	struct pollfd p[2] = { { fd, what, 0 }, { h->end[0], POLLIN, 0 } };

	while (poll(p, 2, -1) == -1)
		if (errno != EINTR)
			return (0);
	return (p[1].revents == 0);
}

/* Send it all; -1 when the client is gone. */
static int
put(struct synchttpd *h, int fd, const void *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if (!wait_for(h, fd, POLLOUT))
			return (-1);
		n = send(fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1 && errno == EAGAIN)
			continue;
		if (n <= 0)
			return (-1);
		p = (const char *)p + n;
		len -= (size_t)n;
	}
	return (0);
}

/* Send a head. */
static void
put_head(struct synchttpd *h, int fd, const char *status, const char *more,
    size_t len)
{
	char head[600];
	int n;

	n = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nConnection: close\r\n"
	    "%sContent-Length: %zu\r\n\r\n", status, more, len);
	(void)put(h, fd, head, (size_t)n);
}

/* Wait until the client goes away. */
static void
hang(struct synchttpd *h, int fd)
{
	char text[512];

	while (wait_for(h, fd, POLLIN) && recv(fd, text, sizeof(text), 0) > 0)
		continue;
}

/* Send a file, or a part of it, well or badly. */
static void
put_bytes(struct synchttpd *h, int fd, const struct request *r, char *buf,
    size_t n)
{
	size_t from = r->has_range && r->mode != SYNCHTTPD_NO_RANGE ? r->from :
	    0, promised, sent;
	char more[300], hex[65];
	uint8_t digest[32];

	sha256_of(digest, buf, n);
	hex_encode(hex, digest, 32);
	if (r->etag[0] == '"' && strncmp(&r->etag[1], hex, 64) == 0) {
		(void)pthread_mutex_lock(&h->lock);
		h->nsame++;
		(void)pthread_mutex_unlock(&h->lock);
		put_head(h, fd, "304 Not Modified", "", 0);
		return;
	}
	if (r->mode == SYNCHTTPD_GARBLED && n > 0)
		buf[n - 1] ^= 1;
	if (r->mode == SYNCHTTPD_SHORT)
		n -= r->n < n ? r->n : n;
	if (r->mode == SYNCHTTPD_LONGER)
		n += r->n;
	if (from > 0 && (from >= n || r->mode == SYNCHTTPD_NO_PART)) {
		put_head(h, fd, "416 No", "", 0);
		return;
	}
	promised = sent = n - from;
	if (r->mode == SYNCHTTPD_CUT || r->mode == SYNCHTTPD_SLOW)
		sent = r->n < sent ? r->n : sent;
	(void)snprintf(more, sizeof(more), "ETag: \"%s\"\r\n", hex);
	if (r->has_range && r->mode != SYNCHTTPD_NO_RANGE)
		(void)snprintf(more, sizeof(more), "ETag: \"%s\"\r\n"
		    "Content-Range: bytes %zu-%zu/%zu\r\n", hex, r->mode ==
		    SYNCHTTPD_ODD_RANGE ? from + 1 : from, n - 1, n);
	put_head(h, fd, r->has_range && r->mode != SYNCHTTPD_NO_RANGE ?
	    "206 Part" : "200 OK", more, promised);
	if (put(h, fd, buf + from, sent) == 0 && r->mode == SYNCHTTPD_SLOW)
		hang(h, fd);
}

/* Send a file. */
static void
put_file(struct synchttpd *h, int fd, const struct request *r)
{
	char name[1100];
	struct stat st;
	size_t n, spare = r->mode == SYNCHTTPD_LONGER ? r->n : 0;
	char *buf;
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s%s", h->dir, r->path);
	if (stat(name, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (f = fopen(name, "re")) == NULL) {
		put_head(h, fd, "404 Not Found", "", 0);
		return;
	}
	if ((buf = calloc(1, (size_t)st.st_size + spare + 1)) == NULL)
		die("calloc");
	n = fread(buf, 1, (size_t)st.st_size, f);
	(void)fclose(f);
	put_bytes(h, fd, r, buf, n);
	free(buf);
}

/* Keep a file that is put. */
static void
keep_file(struct synchttpd *h, int fd, const struct request *r)
{
	char name[1100], text[4096];
	size_t left = r->length - r->got;
	ssize_t n;
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s%s", h->dir, r->path);
	if ((f = fopen(name, "we")) == NULL) {
		put_head(h, fd, "404 Not Found", "", 0);
		return;
	}
	(void)fwrite(r->body, 1, r->got, f);
	while (left > 0 && wait_for(h, fd, POLLIN) && (n = recv(fd, text,
	    sizeof(text) < left ? sizeof(text) : left, 0)) > 0) {
		(void)fwrite(text, 1, (size_t)n, f);
		left -= (size_t)n;
	}
	(void)fclose(f);
	put_head(h, fd, "201 Created", "", 0);
}

/* Answer one request. */
static void
answer(struct synchttpd *h, int fd, const struct request *r)
{
	static const char endless[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	    "\r\n";
	char text[4096], more[900];

	switch (r->mode) {
	case SYNCHTTPD_HANG:
		hang(h, fd);
		break;
	case SYNCHTTPD_BROKEN:
		put_head(h, fd, "500 Oops", "", 4);
		(void)put(h, fd, "oops", 4);
		break;
	case SYNCHTTPD_FORBIDDEN:
		put_head(h, fd, "403 No", "", 0);
		break;
	case SYNCHTTPD_ABSENT:
		put_head(h, fd, "404 No", "", 0);
		break;
	case SYNCHTTPD_AWAY_FILE:
		(void)snprintf(more, sizeof(more), "Location: file://%.200s"
		    "%.500s\r\n", h->dir, r->path);
		put_head(h, fd, "302 There", more, 0);
		break;
	case SYNCHTTPD_AWAY_HTTPS:
		(void)snprintf(more, sizeof(more), "Location: https%s%.500s"
		    "\r\n", h->address + 4, r->path);
		put_head(h, fd, "301 There", more, 0);
		break;
	case SYNCHTTPD_AROUND:
		(void)snprintf(more, sizeof(more), "Location: %s%.500s\r\n",
		    h->address, r->path);
		put_head(h, fd, "302 Here", more, 0);
		break;
	case SYNCHTTPD_ENDLESS:
		memset(text, 'x', sizeof(text));
		if (put(h, fd, endless, sizeof(endless) - 1) == 0)
			while (put(h, fd, text, sizeof(text)) == 0)
				continue;
		break;
	default:
		if (strcmp(r->method, "PUT") == 0)
			keep_file(h, fd, r);
		else
			put_file(h, fd, r);
	}
}

/* What a header says, or NULL. */
static const char *
header(const char *head, const char *name)
{
	const char *p = strcasestr(head, name);

	return (p != NULL ? p + strlen(name) : NULL);
}

/* Take a request apart and remember it; -1 when it is none. */
static int
read_request(struct synchttpd *h, struct request *r, const char *head)
{
	const char *p;
	char text[800];

	if (sscanf(head, "%7s %599s", r->method, r->path) != 2)
		return (-1);
	if ((p = header(head, "\r\nIf-None-Match: ")) != NULL)
		(void)sscanf(p, "%127s", r->etag);
	if ((p = header(head, "\r\nRange: bytes=")) != NULL) {
		r->has_range = 1;
		r->from = strtoul(p, NULL, 10);
	}
	if ((p = header(head, "\r\nContent-Length: ")) != NULL)
		r->length = strtoul(p, NULL, 10);
	if (r->has_range)
		(void)snprintf(text, sizeof(text), "%s %s bytes=%zu-",
		    r->method, r->path, r->from);
	else
		(void)snprintf(text, sizeof(text), "%s %s", r->method,
		    r->path);
	(void)pthread_mutex_lock(&h->lock);
	if (h->nasked < ASKED_MAX)
		h->asked[h->nasked++] = strdup(text);
	r->mode = strstr(r->path, h->part) != NULL ? h->mode : SYNCHTTPD_FILES;
	r->n = h->n;
	(void)pthread_mutex_unlock(&h->lock);
	return (0);
}

/* Serve one connection. */
static void
serve(struct synchttpd *h, int fd)
{
	struct request r = { .from = 0 };
	char head[8192], *end;
	size_t len = 0;
	ssize_t n;

	for (;;) {
		if (len == sizeof(head) - 1 || !wait_for(h, fd, POLLIN) ||
		    (n = recv(fd, &head[len], sizeof(head) - 1 - len, 0)) <= 0)
			return;
		len += (size_t)n;
		head[len] = '\0';
		if ((end = strstr(head, "\r\n\r\n")) != NULL)
			break;
	}
	r.body = end + 4;
	r.got = len - (size_t)(r.body - head);
	end[2] = '\0';
	if (read_request(h, &r, head) == 0)
		answer(h, fd, &r);
}

/* The thread. */
static void *
run(void *arg)
{
	struct synchttpd *h = arg;
	int fd;

	while (wait_for(h, h->listener, POLLIN)) {
		if ((fd = accept(h->listener, NULL, NULL)) == -1)
			continue;
		serve(h, fd);
		(void)close(fd);
	}
	return (NULL);
}

/* Start. */
struct synchttpd *
synchttpd_start(const char *dir)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	struct synchttpd *h;

	/* The loopback needs no proxy. */
	(void)setenv("no_proxy", "127.0.0.1", 1);
	if ((h = calloc(1, sizeof(*h))) == NULL)
		die("calloc");
	(void)snprintf(h->dir, sizeof(h->dir), "%s", dir);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) ==
	    -1 || bind(h->listener, (struct sockaddr *)&sin, sizeof(sin)) !=
	    0 || listen(h->listener, 8) != 0 || getsockname(h->listener,
	    (struct sockaddr *)&sin, &len) != 0 || pipe(h->end) != 0)
		die("listen");
	(void)snprintf(h->address, sizeof(h->address), "http://127.0.0.1:%d",
	    ntohs(sin.sin_port));
	if (pthread_mutex_init(&h->lock, NULL) != 0 ||
	    pthread_create(&h->thread, NULL, run, h) != 0)
		die("thread");
	return (h);
}

/* Stop. */
void
synchttpd_stop(struct synchttpd *h)
{

	(void)close(h->end[1]);
	(void)pthread_join(h->thread, NULL);
	(void)close(h->end[0]);
	(void)close(h->listener);
	synchttpd_forget(h);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

/* Be bad. */
void
synchttpd_mode(struct synchttpd *h, enum synchttpd_mode mode, const char *part,
    size_t n)
{

	(void)pthread_mutex_lock(&h->lock);
	h->mode = mode;
	h->n = n;
	(void)snprintf(h->part, sizeof(h->part), "%s", part);
	(void)pthread_mutex_unlock(&h->lock);
}

/* Where it is. */
const char *
synchttpd_address(const struct synchttpd *h)
{

	return (h->address);
}

/* What was asked for. */
size_t
synchttpd_asked(struct synchttpd *h, const char *part)
{
	size_t i, n = 0;

	(void)pthread_mutex_lock(&h->lock);
	for (i = 0; i < h->nasked; i++)
		n += strstr(h->asked[i], part) != NULL;
	(void)pthread_mutex_unlock(&h->lock);
	return (n);
}

/* What had not changed. */
size_t
synchttpd_same(struct synchttpd *h)
{
	size_t n;

	(void)pthread_mutex_lock(&h->lock);
	n = h->nsame;
	(void)pthread_mutex_unlock(&h->lock);
	return (n);
}

/* Forget it. */
void
synchttpd_forget(struct synchttpd *h)
{

	(void)pthread_mutex_lock(&h->lock);
	while (h->nasked > 0)
		free(h->asked[--h->nasked]);
	h->nsame = 0;
	(void)pthread_mutex_unlock(&h->lock);
}

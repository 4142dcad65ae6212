#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "alerthttpd.h"

#define GOT_MAX 4096
#define ROOM (512u << 10)

struct alerthttpd {
	int listener;
	int port;
	int end[2];		/* a pipe: closed to stop */
	int wake[2];		/* a pipe: a byte to look anew */
	pthread_t thread;
	pthread_mutex_t lock;
	enum alerthttpd_mode mode;
	int away;
	char reply[1024];
	char *head[GOT_MAX], *body[GOT_MAX];
	size_t n;
	char *buf;
};

/* Give up. */
static void __attribute__((noreturn))
die(const char *what)
{

	(void)fprintf(stderr, "alerthttpd: %s: %s\n", what, strerror(errno));
	abort();
}

/* Listen, at a port of before if there was one. */
static void
listen_at(struct alerthttpd *h)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int one = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)h->port);
	h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->listener == -1 || setsockopt(h->listener, SOL_SOCKET,
	    SO_REUSEADDR, &one, sizeof(one)) != 0 || bind(h->listener,
	    (struct sockaddr *)&a, len) != 0 || listen(h->listener, 16) != 0 ||
	    getsockname(h->listener, (struct sockaddr *)&a, &len) != 0)
		die("listen");
	h->port = ntohs(a.sin_port);
}

/* Wait for a descriptor; 0 when it is over. */
static int
ready(struct alerthttpd *h, int fd)
{
	struct pollfd p[2] = { { fd, POLLIN, 0 }, { h->end[0], POLLIN, 0 } };

	while (poll(p, 2, -1) == -1)
		if (errno != EINTR)
			die("poll");
	return (p[1].revents == 0);
}

/* Write all of it, as far as anybody reads. */
static void
put(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len > 0; text += n, len -= (size_t)n)
		if ((n = send(fd, text, len, MSG_NOSIGNAL)) <= 0)
			return;
}

/* Say a line. */
static void
say(int fd, const char *text)
{

	put(fd, text, strlen(text));
}

/* Remember what came. */
static void
keep(struct alerthttpd *h, const char *head, size_t head_len,
    const char *body, size_t body_len)
{

	(void)pthread_mutex_lock(&h->lock);
	if (h->n == GOT_MAX)
		die("too many requests");
	h->head[h->n] = strndup(head, head_len);
	h->body[h->n] = strndup(body, body_len);
	if (h->head[h->n] == NULL || h->body[h->n] == NULL)
		die("strndup");
	h->n++;
	(void)pthread_mutex_unlock(&h->lock);
}

/* How long the body is. */
static size_t
length_of(const char *head)
{
	const char *p = strcasestr(head, "\r\nContent-Length:");

	return (p != NULL ? strtoul(p + 17, NULL, 10) : 0);
}

/* Read a request whole; 0 when the other end hangs up. */
static int
read_request(struct alerthttpd *h, int fd)
{
	size_t len = 0, head;
	char *end = NULL;
	ssize_t n;

	for (;;) {
		if (!ready(h, fd) || (n = recv(fd, h->buf + len, ROOM - 1 -
		    len, 0)) <= 0)
			return (0);
		len += (size_t)n;
		h->buf[len] = '\0';
		if ((end = strstr(h->buf, "\r\n\r\n")) == NULL)
			continue;
		head = (size_t)(end + 4 - h->buf);
		if (len - head >= length_of(h->buf))
			break;
	}
	keep(h, h->buf, (size_t)(end - h->buf), end + 4, length_of(h->buf));
	return (1);
}

/* Answer a request. */
static void
answer(struct alerthttpd *h, int fd, enum alerthttpd_mode mode)
{
	static const char again[] = "HTTP/1.1 302 Found\r\nLocation: /other\r\n"
	    "Content-Length: 0\r\nConnection: close\r\n\r\n";
	char text[1400], block[4096];
	int i;

	switch (mode) {
	case ALERTHTTPD_BROKEN:
		say(fd, "HTTP/1.1 500 No\r\nContent-Length: 2\r\n"
		    "Connection: close\r\n\r\nno");
		break;
	case ALERTHTTPD_FORBIDDEN:
		say(fd, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n"
		    "Connection: close\r\n\r\n");
		break;
	case ALERTHTTPD_BUSY:
		say(fd, "HTTP/1.1 429 No\r\nRetry-After: 7\r\n"
		    "Content-Length: 0\r\nConnection: close\r\n\r\n");
		break;
	case ALERTHTTPD_REDIRECT:
		say(fd, again);
		break;
	case ALERTHTTPD_HANG:
		(void)ready(h, fd);	/* until the other end gives up */
		break;
	case ALERTHTTPD_CUT:
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
		break;
	case ALERTHTTPD_ENDLESS:
		say(fd, "HTTP/1.1 200 OK\r\n\r\n");
		memset(block, 'x', sizeof(block));
		for (i = 0; i < 64; i++)
			put(fd, block, sizeof(block));
		break;
	default:
		(void)pthread_mutex_lock(&h->lock);
		(void)snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\n"
		    "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
		    strlen(h->reply), h->reply);
		(void)pthread_mutex_unlock(&h->lock);
		say(fd, text);
		break;
	}
}

/* Read a line of mail; 0 at the end. */
static int
line(struct alerthttpd *h, int fd, char *out, size_t cap)
{
	size_t n = 0;

	while (n + 1 < cap) {
		if (!ready(h, fd) || recv(fd, &out[n], 1, 0) != 1)
			return (0);
		if (out[n++] == '\n')
			break;
	}
	out[n] = '\0';
	return (1);
}

/* Take mail. */
static void
mail(struct alerthttpd *h, int fd, enum alerthttpd_mode mode)
{
	char l[2048], envelope[4096] = "";
	size_t len = 0;
	int data = 0;

	say(fd, "220 here\r\n");
	while (line(h, fd, l, sizeof(l))) {
		if (data && strcmp(l, ".\r\n") == 0) {
			keep(h, envelope, strlen(envelope), h->buf, len);
			data = 0;
			say(fd, "250 ok\r\n");
		} else if (data) {
			if (len + strlen(l) < ROOM) {
				memcpy(h->buf + len, l, strlen(l));
				len += strlen(l);
			}
		} else if (strncasecmp(l, "DATA", 4) == 0) {
			data = 1;
			len = 0;
			say(fd, "354 go on\r\n");
		} else if (strncasecmp(l, "RCPT", 4) == 0) {
			(void)strncat(envelope, l, sizeof(envelope) -
			    strlen(envelope) - 1);
			say(fd, mode == ALERTHTTPD_MAIL_LATER ?
			    "451 later\r\n" : mode == ALERTHTTPD_MAIL_NEVER ?
			    "550 nobody\r\n" : "250 ok\r\n");
		} else {
			(void)strncat(envelope, l, sizeof(envelope) -
			    strlen(envelope) - 1);
			say(fd, strncasecmp(l, "QUIT", 4) == 0 ?
			    "221 bye\r\n" : "250 ok\r\n");
		}
	}
}

/* One connection. */
static void
serve(struct alerthttpd *h, int fd)
{
	enum alerthttpd_mode mode;

	(void)pthread_mutex_lock(&h->lock);
	mode = h->mode;
	(void)pthread_mutex_unlock(&h->lock);
	if (mode >= ALERTHTTPD_MAIL)
		mail(h, fd, mode);
	else if (read_request(h, fd) && mode != ALERTHTTPD_RESET)
		answer(h, fd, mode);
	(void)shutdown(fd, SHUT_WR);
	(void)close(fd);
}

/* The thread. */
static void *
loop(void *arg)
{
	struct alerthttpd *h = arg;
	struct pollfd p[3] = { { -1, POLLIN, 0 }, { h->end[0], POLLIN, 0 },
		{ h->wake[0], POLLIN, 0 } };
	char c;
	int fd;

	for (;;) {
		(void)pthread_mutex_lock(&h->lock);
		p[0].fd = h->listener;
		(void)pthread_mutex_unlock(&h->lock);
		if (poll(p, 3, -1) == -1 && errno != EINTR)
			die("poll");
		if (p[1].revents != 0)
			return (NULL);
		if (p[2].revents != 0 && read(h->wake[0], &c, 1) != 1)
			die("read");
		if (p[0].fd == -1 || p[0].revents == 0 ||
		    (fd = accept4(p[0].fd, NULL, NULL, SOCK_CLOEXEC)) == -1)
			continue;
		serve(h, fd);
	}
}

/* Start it. */
struct alerthttpd *
alerthttpd_start(enum alerthttpd_mode mode)
{
	struct alerthttpd *h = calloc(1, sizeof(*h));

	if (h == NULL || (h->buf = malloc(ROOM)) == NULL ||
	    pipe(h->end) != 0 || pipe(h->wake) != 0 ||
	    pthread_mutex_init(&h->lock, NULL) != 0)
		die("start");
	h->mode = mode;
	listen_at(h);
	if (pthread_create(&h->thread, NULL, loop, h) != 0)
		die("thread");
	return (h);
}

/* End it. */
void
alerthttpd_stop(struct alerthttpd *h)
{
	size_t i;

	(void)close(h->end[1]);
	(void)pthread_join(h->thread, NULL);
	if (h->listener != -1)
		(void)close(h->listener);
	(void)close(h->end[0]);
	(void)close(h->wake[0]);
	(void)close(h->wake[1]);
	for (i = 0; i < h->n; i++) {
		free(h->head[i]);
		free(h->body[i]);
	}
	free(h->buf);
	free(h);
}

/* Be so. */
void
alerthttpd_mode(struct alerthttpd *h, enum alerthttpd_mode mode)
{

	(void)pthread_mutex_lock(&h->lock);
	h->mode = mode;
	(void)pthread_mutex_unlock(&h->lock);
}

/* Say so. */
void
alerthttpd_reply(struct alerthttpd *h, const char *text)
{

	(void)pthread_mutex_lock(&h->lock);
	(void)snprintf(h->reply, sizeof(h->reply), "%s", text);
	(void)pthread_mutex_unlock(&h->lock);
}

/* Be away, or back. */
void
alerthttpd_away(struct alerthttpd *h, int away)
{

	(void)pthread_mutex_lock(&h->lock);
	if (away && h->listener != -1) {
		(void)shutdown(h->listener, SHUT_RDWR);
		(void)close(h->listener);
		h->listener = -1;
	} else if (!away && h->listener == -1)
		listen_at(h);
	(void)pthread_mutex_unlock(&h->lock);
	if (write(h->wake[1], "", 1) != 1)
		die("write");
}

/* Its port. */
int
alerthttpd_port(const struct alerthttpd *h)
{

	return (h->port);
}

/* How many came. */
size_t
alerthttpd_count(struct alerthttpd *h)
{
	size_t n;

	(void)pthread_mutex_lock(&h->lock);
	n = h->n;
	(void)pthread_mutex_unlock(&h->lock);
	return (n);
}

/* One of them. */
const char *
alerthttpd_head(struct alerthttpd *h, size_t i)
{

	return (h->head[i]);
}

const char *
alerthttpd_body(struct alerthttpd *h, size_t i)
{

	return (h->body[i]);
}

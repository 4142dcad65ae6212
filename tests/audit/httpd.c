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
#include <unistd.h>

#include "httpd.h"

struct httpd {
	char dir[400];
	char address[64];
	int listener;
	int end[2];		/* a pipe: closed to stop */
	pthread_t thread;
	pthread_mutex_t lock;
	enum httpd_mode mode;
	char part[64];
};

/* Give up. */
static void __attribute__((noreturn))
die(const char *what)
{

	(void)fprintf(stderr, "httpd: %s: %s\n", what, strerror(errno));
	abort();
}

/* Wait for a descriptor or the end; 1 when it is ready. */
static int
wait_for(struct httpd *h, int fd, short what)
{
	struct pollfd p[2] = { { fd, what, 0 }, { h->end[0], POLLIN, 0 } };

	while (poll(p, 2, -1) == -1)
		if (errno != EINTR)
			return (0);
	return (p[1].revents == 0);
}

/* Send it all; -1 when the client is gone. */
static int
put(struct httpd *h, int fd, const void *p, size_t len)
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

/* Send a head with nothing behind it. */
static void
put_head(struct httpd *h, int fd, const char *status, const char *more,
    size_t len)
{
	char head[400];
	int n;

	n = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nConnection: close\r\n"
	    "%sContent-Length: %zu\r\n\r\n", status, more, len);
	(void)put(h, fd, head, (size_t)n);
}

/* Send a file, with `missing` bytes fewer than promised. */
static void
put_file(struct httpd *h, int fd, const char *path, size_t missing)
{
	char name[900];
	struct stat st;
	char *buf;
	size_t n;
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s%s", h->dir, path);
	if (stat(name, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (f = fopen(name, "r")) == NULL) {
		put_head(h, fd, "404 Not Found", "", 0);
		return;
	}
	if ((buf = malloc((size_t)st.st_size + 1)) == NULL)
		die("malloc");
	n = fread(buf, 1, (size_t)st.st_size, f);
	(void)fclose(f);
	put_head(h, fd, "200 OK", "", n);
	(void)put(h, fd, buf, missing < n ? n - missing : 0);
	free(buf);
}

/* Answer one request. */
static void
answer(struct httpd *h, int fd, const char *path)
{
	static const char endless[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	    "\r\n";
	char text[4096], more[300];
	enum httpd_mode mode;

	(void)pthread_mutex_lock(&h->lock);
	mode = strstr(path, h->part) != NULL ? h->mode : HTTPD_FILES;
	(void)pthread_mutex_unlock(&h->lock);
	switch (mode) {
	case HTTPD_FILES:
		put_file(h, fd, path, 0);
		break;
	case HTTPD_SHORT:
		put_file(h, fd, path, 7);
		break;
	case HTTPD_HANG:
		while (wait_for(h, fd, POLLIN) && recv(fd, text, sizeof(text),
		    0) > 0)
			continue;
		break;
	case HTTPD_BROKEN:
		put_head(h, fd, "500 Oops", "", 0);
		break;
	case HTTPD_FORBIDDEN:
		put_head(h, fd, "403 No", "", 0);
		break;
	case HTTPD_AWAY_FILE:
		(void)snprintf(more, sizeof(more), "Location: file://%.200s%s\r\n",
		    h->dir, "/logs");
		put_head(h, fd, "302 There", more, 0);
		break;
	case HTTPD_AWAY_HTTPS:
		(void)snprintf(more, sizeof(more),
		    "Location: https%s%.150s\r\n", h->address + 4, path);
		put_head(h, fd, "301 There", more, 0);
		break;
	case HTTPD_AROUND:
		(void)snprintf(more, sizeof(more), "Location: %s%.150s\r\n",
		    h->address, path);
		put_head(h, fd, "302 Here", more, 0);
		break;
	case HTTPD_ENDLESS:
		memset(text, 'x', sizeof(text));
		if (put(h, fd, endless, sizeof(endless) - 1) == 0)
			while (put(h, fd, text, sizeof(text)) == 0)
				continue;
		break;
	}
}

/* Serve one connection. */
static void
serve(struct httpd *h, int fd)
{
	char head[4096], *end;
	size_t len = 0;
	ssize_t n;

	for (;;) {
		if (len == sizeof(head) - 1 || !wait_for(h, fd, POLLIN) ||
		    (n = recv(fd, &head[len], sizeof(head) - 1 - len, 0)) <= 0)
			return;
		len += (size_t)n;
		head[len] = '\0';
		if (strstr(head, "\r\n\r\n") != NULL)
			break;
	}
	if (strncmp(head, "GET ", 4) != 0 || (end = strchr(&head[4], ' ')) ==
	    NULL)
		return;
	*end = '\0';
	answer(h, fd, &head[4]);
}

/* The thread. */
static void *
run(void *arg)
{
	struct httpd *h = arg;
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
struct httpd *
httpd_start(const char *dir)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	struct httpd *h;

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
httpd_stop(struct httpd *h)
{

	(void)close(h->end[1]);
	(void)pthread_join(h->thread, NULL);
	(void)close(h->end[0]);
	(void)close(h->listener);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

/* Be bad. */
void
httpd_mode(struct httpd *h, enum httpd_mode mode, const char *part)
{

	(void)pthread_mutex_lock(&h->lock);
	h->mode = mode;
	(void)snprintf(h->part, sizeof(h->part), "%s", part);
	(void)pthread_mutex_unlock(&h->lock);
}

/* Where it is. */
const char *
httpd_address(const struct httpd *h)
{

	return (h->address);
}

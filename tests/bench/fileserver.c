#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileserver.h"

#define EVENTS	256
#define REQUEST	4096

/* A connection: a request is read, then a head and a file are sent. */
struct conn {
	int fd, file;		/* file -1: none is being sent */
	char in[REQUEST];
	size_t nin;
	char head[256];
	size_t nhead, sent;
	off_t at, end;		/* of the file */
};

static const char *root;
static int epoll;

/* Let go of a connection. */
static void
drop(struct conn *c)
{

	if (c->file != -1)
		(void)close(c->file);
	(void)close(c->fd);
	free(c);
}

/* Wait for what a connection needs next. */
static void
want(struct conn *c, unsigned events)
{
	struct epoll_event e = { .events = events, .data.ptr = c };

	(void)epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

/* Begin the answer to the request that stands in c->in. */
static int
begin(struct conn *c)
{
	char path[2 * REQUEST], *end;
	struct stat st = { .st_size = 0 };
	size_t used;

	if ((end = strstr(c->in, "\r\n\r\n")) == NULL)
		return (0);
	used = (size_t)(end + 4 - c->in);
	if (strncmp(c->in, "GET /", 5) != 0 || (end = strchr(c->in + 4, ' '))
	    == NULL)
		return (-1);
	*end = '\0';
	(void)snprintf(path, sizeof(path), "%s%s", root, c->in + 4);
	if (strstr(path, "..") == NULL)
		c->file = open(path, O_RDONLY | O_CLOEXEC);
	if (c->file != -1 && (fstat(c->file, &st) != 0 ||
	    !S_ISREG(st.st_mode))) {
		(void)close(c->file);
		c->file = -1;
		st.st_size = 0;
	}
	c->nhead = (size_t)snprintf(c->head, sizeof(c->head), "HTTP/1.1 %s\r\n"
	    "Content-Length: %lld\r\n\r\n", c->file != -1 ? "200 OK" :
	    "404 Not Found", (long long)st.st_size);
	c->sent = 0;
	c->at = 0;
	c->end = st.st_size;
	c->nin -= used;
	memmove(c->in, c->in + used, c->nin + 1);
	return (1);
}

/* Send on: 1 done, 0 later, -1 the client is gone. */
static int
push(struct conn *c)
{
	ssize_t n;

	while (c->sent < c->nhead) {
		n = send(c->fd, c->head + c->sent, c->nhead - c->sent,
		    MSG_NOSIGNAL | MSG_DONTWAIT | (c->file != -1 ? MSG_MORE :
		    0));
		if (n <= 0)
			return (n == -1 && errno == EAGAIN ? 0 : -1);
		c->sent += (size_t)n;
	}
	while (c->at < c->end) {
		n = sendfile(c->fd, c->file, &c->at, (size_t)(c->end - c->at));
		if (n <= 0)
			return (n == -1 && errno == EAGAIN ? 0 : -1);
	}
	if (c->file != -1)
		(void)close(c->file);
	c->file = -1;
	c->nhead = 0;
	return (1);
}

/* Go on with a connection; -1: it is over. */
static int
go_on(struct conn *c)
{
	ssize_t n;
	int rc;

	for (;;) {
		if (c->nhead != 0) {
			if ((rc = push(c)) <= 0) {
				want(c, EPOLLOUT);
				return (rc);
			}
			want(c, EPOLLIN);
		}
		if (c->nin > 0 && (rc = begin(c)) != 0) {
			if (rc == -1)
				return (-1);
			continue;
		}
		n = recv(c->fd, c->in + c->nin, REQUEST - 1 - c->nin,
		    MSG_DONTWAIT);
		if (n <= 0)
			return (n == -1 && errno == EAGAIN ? 0 : -1);
		c->nin += (size_t)n;
		c->in[c->nin] = '\0';
	}
}

/* Take all new connections. */
static void
take(int listener)
{
	struct epoll_event e = { .events = EPOLLIN };
	struct conn *c;
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK |
	    SOCK_CLOEXEC)) != -1) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one,
		    sizeof(one));
		if ((c = calloc(1, sizeof(*c))) == NULL) {
			(void)close(fd);
			continue;
		}
		c->fd = fd;
		c->file = -1;
		e.data.ptr = c;
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) != 0)
			drop(c);
	}
}

/* Serve for ever. */
static void __attribute__((noreturn))
serve(int listener)
{
	struct epoll_event all[EVENTS], e = { .events = EPOLLIN };
	int i, n;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if ((epoll = epoll_create1(EPOLL_CLOEXEC)) == -1 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e) != 0)
		_exit(1);
	for (;;) {
		n = epoll_wait(epoll, all, EVENTS, -1);
		for (i = 0; i < n; i++)
			if (all[i].data.ptr == NULL)
				take(listener);
			else if (go_on(all[i].data.ptr) == -1)
				drop(all[i].data.ptr);
	}
}

/* Start. */
int
fileserver_start(struct fileserver *s, const char *dir)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fd;

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0)) == -1 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    listen(fd, 4096) != 0 || getsockname(fd, (struct sockaddr *)&sin,
	    &len) != 0)
		return (-1);
	(void)snprintf(s->address, sizeof(s->address), "http://127.0.0.1:%d",
	    ntohs(sin.sin_port));
	root = dir;
	if ((s->pid = fork()) == -1)
		return (-1);
	if (s->pid == 0)
		serve(fd);
	(void)close(fd);
	return (0);
}

/* Stop. */
void
fileserver_stop(struct fileserver *s, double *cpu)
{
	struct rusage r = { .ru_minflt = 0 };

	(void)kill(s->pid, SIGTERM);
	(void)wait4(s->pid, NULL, 0, &r);
	*cpu = (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	    (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

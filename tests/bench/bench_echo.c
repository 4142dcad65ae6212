/*
 * bench_echo: the floor.  A server of one thread with epoll that reads a frame
 * and writes a reply kept ready (--reply, as bench_check saved it), in a process
 * of its own, under the very load that bench_check puts on liangkad.
 */
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "plugin/wire.h"

#define FRAME 8192
#define EVENTS 256

struct reply {
	uint8_t frame[FRAME];
	size_t len;
};

/* Make the reply longer by a field that every reader skips. */
static void
fill_up(struct reply *r, size_t len)
{
	size_t n = len - r->len - 4;
	uint8_t *p = r->frame + r->len;

	if (len > sizeof(r->frame) || len < r->len + 4)
		return;
	p[0] = 0x01;
	p[1] = 0x80;
	p[2] = (uint8_t)n;
	p[3] = (uint8_t)(n >> 8);
	memset(p + 4, 0, n);
	r->len = len;
	r->frame[12] = (uint8_t)(len - WIRE_HEADER);
	r->frame[13] = (uint8_t)((len - WIRE_HEADER) >> 8);
}

/* Read the reply. */
static int
reply_read(struct reply *r, const char *path, size_t len)
{
	struct wire_header h;
	FILE *f;

	if (path == NULL || (f = fopen(path, "re")) == NULL)
		return (-1);
	r->len = fread(r->frame, 1, sizeof(r->frame), f);
	fclose(f);
	errno = EINVAL;
	if (r->len < WIRE_HEADER || wire_header_read(&h, r->frame) !=
	    WIRE_OK || WIRE_HEADER + h.length != r->len)
		return (-1);
	fill_up(r, len);
	return (0);
}

/* Listen. */
static int
listen_at(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(sa.sun_path))
		return (-1);
	strcpy(sa.sun_path, path);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    listen(fd, 1024) < 0)
		return (-1);
	return (fd);
}

/* Answer one frame; the frames of the load come whole. */
static void
echo(int fd, struct reply *r)
{
	uint8_t in[FRAME];
	struct wire_header h;
	ssize_t n = recv(fd, in, sizeof(in), 0);

	if (n < WIRE_HEADER || wire_header_read(&h, in) != WIRE_OK) {
		close(fd);
		return;
	}
	memcpy(r->frame + 16, h.id, WIRE_ID);
	r->frame[6] = (uint8_t)h.type;
	if (send(fd, r->frame, r->len, MSG_NOSIGNAL) != (ssize_t)r->len)
		close(fd);
}

/* Serve until the parent is gone. */
static void
serve(int listener, struct reply *r)
{
	struct epoll_event ev[EVENTS], one = {.events = EPOLLIN};
	int ep = epoll_create1(EPOLL_CLOEXEC), fd, i, n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	one.data.fd = listener;
	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, listener, &one) < 0)
		_exit(EXIT_FAILURE);
	for (;;) {
		n = epoll_wait(ep, ev, EVENTS, -1);
		for (i = 0; i < n; i++) {
			if (ev[i].data.fd != listener) {
				echo(ev[i].data.fd, r);
				continue;
			}
			if ((fd = accept(listener, NULL, NULL)) < 0)
				continue;
			one.data.fd = fd;
			epoll_ctl(ep, EPOLL_CTL_ADD, fd, &one);
		}
	}
}

int
main(int argc, char **argv)
{
	static struct load l;
	static struct reply r;
	struct load_options o;
	int listener, rc;

	if (load_args(&o, argc, argv) < 0)
		return (64);
	if (reply_read(&r, o.reply, o.reply_bytes) < 0) {
		fprintf(stderr, "bench_echo: --reply: %s\n", strerror(errno));
		return (EXIT_FAILURE);
	}
	o.reply = NULL;
	if ((listener = listen_at(o.socket)) < 0) {
		fprintf(stderr, "bench_echo: %s: %s\n", o.socket,
		    strerror(errno));
		return (EXIT_FAILURE);
	}
	if ((o.server = fork()) == 0)
		serve(listener, &r);
	rc = o.server < 0 ? -1 : load_run(&o, &l);
	if (o.server > 0) {
		kill(o.server, SIGKILL);
		waitpid(o.server, NULL, 0);
	}
	unlink(o.socket);
	if (rc < 0)
		return (EXIT_FAILURE);
	load_print(&o, &l, "echo");
	return (EXIT_SUCCESS);
}

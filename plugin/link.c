#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deadline.h"
#include "link.h"
#include "lock.h"
#include "nonce.h"
#include "plugin.h"
#include "text.h"

#define FIRST_FD 3 /* below are the host's standard streams */

/* Make a closed link. */
struct link *
link_new(void)
{
	struct link *l;

	if ((l = malloc(sizeof(*l))) == NULL)
		return (NULL);
	memset(l, 0, offsetof(struct link, in));
	l->fd = -1;
	return (l);
}

/* Free a closed link. */
void
link_free(struct link *l)
{

	if (l == NULL)
		return;
	explicit_bzero(l->out, sizeof(l->out));
	free(l);
}

/* Return the inode behind a descriptor, or 0. */
static uint64_t
inode(int fd)
{
	struct statx sx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &sx) != 0 ||
	    !S_ISSOCK(sx.stx_mode))
		return (0);
	return (sx.stx_ino);
}

/* Is the descriptor still the link's? */
int
link_ours(const struct link *l)
{

	return (l->fd >= 0 && inode(l->fd) == l->inode);
}

/* Close the descriptor, unless the host took it away.  Under the guard. */
static void
drop(struct link *l)
{

	if (link_ours(l))
		(void)close(l->fd);
	l->fd = -1;
}

/* Close the link. */
void
link_close(struct link *l)
{

	if (l->fd < 0)
		return;
	lock_guard();
	drop(l);
	lock_unguard();
}

/* Give up the parent's connection. */
void
link_inherit(struct link *l)
{

	drop(l);
	explicit_bzero(l->out, sizeof(l->out));
}

/* May a kept link be used again? */
int
link_alive(struct link *l)
{
	char c;

	if (l->fd < 0)
		return (0);
	if (link_ours(l) &&
	    recv(l->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return (1);
	link_close(l);
	return (0);
}

/* Make the socket; the lock keeps a fork from missing it. */
static int
make(struct link *l)
{
	int fd, high;

	lock_guard();
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && fd < FIRST_FD) {
		high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
		(void)close(fd);
		fd = high;
	}
	if (fd >= 0) {
		l->fd = fd;
		l->inode = inode(fd);
	}
	lock_unguard();
	return (fd >= 0 ? 0 : LK_E_NOMEM);
}

/* Is the daemon run by one of the users it may run as? */
static int
trusted(int fd, const struct link_peer *peer)
{
	struct ucred uc;
	socklen_t len = sizeof(uc);
	unsigned i;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &uc, &len) != 0)
		return (0);
	for (i = 0; i < peer->uids; i++)
		if (peer->uid[i] == uc.uid)
			return (1);
	return (0);
}

/* Try once to connect. */
int
link_dial(struct link *l, const struct link_peer *peer)
{
	struct sockaddr_un sa;
	size_t len = strlen(peer->path);
	int rc;

	memset(&sa, 0, sizeof(sa));
	sa.sun_family = AF_UNIX;
	if (len >= sizeof(sa.sun_path))
		return (LK_E_UNAVAIL);
	memcpy(sa.sun_path, peer->path, len);
	if (l->fd < 0 && (rc = make(l)) != 0)
		return (rc);
	if (connect(l->fd, (struct sockaddr *)&sa, sizeof(sa)) != 0) {
		rc = errno == EAGAIN || errno == EINTR ? LK_E_AGAIN :
		    LK_E_UNAVAIL;
		link_close(l);
		return (rc);
	}
	if (!trusted(l->fd, peer)) {
		link_close(l);
		return (LK_E_UNAVAIL);
	}
	return (0);
}

/* Write a HELLO frame. */
int
link_hello(struct wire_out *o, const uint8_t id[WIRE_ID])
{

	wire_begin(o, WIRE_HELLO, id);
	wire_put_u32(o, WIRE_T_VERSION_MIN, WIRE_VERSION);
	wire_put_u32(o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(o, WIRE_T_PROGRAM, "libliangka " TEXT_VERSION);
	return (wire_end(o));
}

/* Judge the reply to HELLO. */
int
link_hello_reply(const uint8_t *body, size_t len)
{
	struct wire_fields f;
	int32_t error;

	if (wire_fields_read(&f, body, len) != WIRE_OK)
		return (LK_E_INTERNAL);
	error = (int32_t)wire_u32(&f, WIRE_T_ERROR, 0);
	if (error != 0)
		return (error < 0 ? error : LK_E_INTERNAL);
	if (wire_u32(&f, WIRE_T_VERSION_MAX, 0) != WIRE_VERSION)
		return (LK_E_VERSION);
	return (0);
}

/* Wait until the socket is ready.  Return 0, or -1 at the deadline. */
static int
ready(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { fd, events, 0 };
	int32_t left;

	do {
		left = deadline_left(deadline);
		if (poll(&pfd, 1, left) > 0)
			return (0);
	} while (left > 0);
	return (-1);
}

/* Send bytes.  A daemon that hung up may have said why: go on to its reply. */
static int
push(struct link *l, const uint8_t *p, size_t len, int64_t deadline)
{
	ssize_t n;

	while (len > 0) {
		n = send(l->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			l->sent = 1;
			p += n;
			len -= (size_t)n;
		} else if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			if (ready(l->fd, POLLOUT, deadline) != 0)
				return (l->sent ? LK_E_TIMEOUT : LK_E_UNAVAIL);
		} else if (n < 0 && errno != EINTR)
			return (0);
	}
	return (0);
}

/* Receive one whole frame into in[], and nothing beyond it. */
static int
pull(struct link *l, int64_t deadline)
{
	size_t want = WIRE_HEADER;
	ssize_t n;

	l->in_len = 0;
	while (l->in_len < want) {
		if (ready(l->fd, POLLIN, deadline) != 0)
			return (LK_E_TIMEOUT);
		n = recv(l->fd, &l->in[l->in_len], sizeof(l->in) - l->in_len,
		    MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return (LK_E_UNAVAIL);
		l->heard = 1;
		l->in_len += (size_t)n;
		if (want == WIRE_HEADER && l->in_len >= WIRE_HEADER) {
			if (wire_header_read(&l->head, l->in) != WIRE_OK)
				return (LK_E_INTERNAL);
			want = WIRE_HEADER + l->head.length;
		}
	}
	return (l->in_len == want ? 0 : LK_E_INTERNAL);
}

/* Send a frame and receive its reply. */
static int
exchange(struct link *l, const uint8_t *frame, size_t len, int64_t deadline)
{
	struct wire_header asked;
	int rc;

	l->sent = l->heard = 0;
	if (wire_header_read(&asked, frame) != WIRE_OK)
		return (LK_E_INTERNAL);
	if ((rc = push(l, frame, len, deadline)) != 0 ||
	    (rc = pull(l, deadline)) != 0)
		return (rc);
	if (l->head.type != (asked.type | WIRE_REPLY) ||
	    memcmp(l->head.id, asked.id, WIRE_ID) != 0)
		return (LK_E_INTERNAL);
	if (asked.type != WIRE_HELLO && l->head.version != WIRE_VERSION)
		return (LK_E_INTERNAL);
	return (0);
}

/* Connect, trying again in steps of 1 to 5 ms while the backlog is full. */
static int
connect_by(struct link *l, const struct link_peer *peer, int64_t deadline)
{
	int32_t left, step = 1;
	int rc;

	while ((rc = link_dial(l, peer)) == LK_E_AGAIN) {
		if ((left = deadline_left(deadline)) == 0)
			return (LK_E_UNAVAIL);
		(void)poll(NULL, 0, step < left ? step : left);
		if (step < 5)
			step++;
	}
	return (rc);
}

/* Connect and exchange HELLO. */
int
link_open(struct link *l, const struct link_peer *peer, int64_t deadline)
{
	uint8_t frame[128], id[WIRE_ID];
	struct wire_out o;
	int rc;

	link_close(l);
	if ((rc = connect_by(l, peer, deadline)) != 0)
		return (rc);
	nonce_next(id);
	wire_out_init(&o, frame, sizeof(frame));
	if (link_hello(&o, id) != 0)
		rc = LK_E_INTERNAL;
	else
		rc = exchange(l, frame, o.len, deadline);
	if (rc == 0)
		rc = link_hello_reply(&l->in[WIRE_HEADER], l->head.length);
	if (rc != 0)
		link_close(l);
	l->sent = l->heard = 0;
	return (rc == LK_E_TIMEOUT ? LK_E_UNAVAIL : rc);
}

/* Send the request and receive its reply. */
int
link_exchange(struct link *l, int64_t deadline)
{
	int rc = exchange(l, l->out, l->out_len, deadline);

	if (rc != 0)
		link_close(l);
	return (rc);
}

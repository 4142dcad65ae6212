#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "plugin.h"
#include "plugin/deadline.h"
#include "plugin/link.h"

#include "intakelink.h"

#define PAUSE_MS 5
#define RETRY_MS 100

struct intakelink {
	const struct link_peer *peer;
	int32_t timeout, patience;
	struct link *l;
	size_t have;		/* bytes in buf */
	uint8_t buf[2 * (WIRE_HEADER + WIRE_BODY_MAX)];
};

/* Wait so long. */
static void
wait_ms(int ms)
{
	struct timespec ts = { ms / 1000, (ms % 1000) * 1000000L };

	(void)nanosleep(&ts, NULL);
}

/* Connect. */
struct intakelink *
intakelink_open(const struct link_peer *peer, int32_t timeout_ms,
    int32_t patience_ms, int *code)
{
	struct intakelink *k = calloc(1, sizeof(*k));

	*code = LK_E_NOMEM;
	if (k == NULL || (k->l = link_new()) == NULL) {
		free(k);
		return (NULL);
	}
	k->peer = peer;
	k->timeout = timeout_ms;
	k->patience = patience_ms;
	*code = link_open(k->l, peer, deadline_in(timeout_ms));
	if (*code == 0)
		return (k);
	intakelink_close(k);
	return (NULL);
}

/* Close. */
void
intakelink_close(struct intakelink *k)
{

	if (k == NULL)
		return;
	link_close(k->l);
	link_free(k->l);
	explicit_bzero(k, sizeof(*k));
	free(k);
}

/* Wait until the socket may be read or written; -1: it will not in time. */
static int
ready(struct intakelink *k, short what, int64_t deadline)
{
	struct pollfd p = { .fd = k->l->fd, .events = what };
	int rc;

	do
		rc = poll(&p, 1, deadline_left(deadline));
	while (rc == -1 && errno == EINTR);
	return (rc == 1 ? 0 : -1);
}

/* Send a whole frame. */
static int
put(void *arg, const uint8_t *frame, size_t len)
{
	struct intakelink *k = arg;
	int64_t deadline = deadline_in(k->timeout);
	ssize_t n;

	while (len > 0) {
		n = send(k->l->fd, frame, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			frame += n;
			len -= (size_t)n;
		} else if ((errno != EAGAIN && errno != EINTR) ||
		    ready(k, POLLOUT, deadline) != 0)
			return (-1);
	}
	return (0);
}

/* Read on. */
static int
fill(struct intakelink *k, int64_t deadline)
{
	ssize_t n;

	for (;;) {
		n = recv(k->l->fd, &k->buf[k->have], sizeof(k->buf) - k->have,
		    MSG_DONTWAIT);
		if (n > 0) {
			k->have += (size_t)n;
			return (0);
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR) ||
		    ready(k, POLLIN, deadline) != 0)
			return (-1);
	}
}

/* The next reply. */
static int
get(void *arg, struct wire_header *h, uint8_t *body)
{
	struct intakelink *k = arg;
	int64_t deadline = deadline_in(k->timeout);
	size_t all;

	while (k->have < WIRE_HEADER)
		if (fill(k, deadline) != 0)
			return (-1);
	if (wire_header_read(h, k->buf) != WIRE_OK)
		return (-1);
	all = WIRE_HEADER + h->length;
	while (k->have < all)
		if (fill(k, deadline) != 0)
			return (-1);
	memcpy(body, &k->buf[WIRE_HEADER], h->length);
	k->have -= all;
	memmove(k->buf, &k->buf[all], k->have);
	return (0);
}

/* Connect anew, once the daemon is there again. */
static int
again(void *arg)
{
	struct intakelink *k = arg;
	int64_t deadline = deadline_in(k->patience);
	int code;

	link_close(k->l);
	k->have = 0;
	for (;;) {
		code = link_open(k->l, k->peer, deadline_in(k->timeout));
		if (code == 0 || (code != LK_E_UNAVAIL &&
		    code != LK_E_TIMEOUT && code != LK_E_AGAIN) ||
		    deadline_left(deadline) == 0)
			return (code);
		wait_ms(RETRY_MS);
	}
}

/* The daemon is busy. */
static void
pause_a_moment(void *arg)
{

	(void)arg;
	wait_ms(PAUSE_MS);
}

/* Make w use the link. */
void
intakelink_wire(struct intakelink *k, struct intake_wire *w)
{

	*w = (struct intake_wire){ .arg = k, .send = put, .receive = get,
		.again = again, .pause = pause_a_moment };
}

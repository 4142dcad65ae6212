/*
 * demo-history: load the history of a plan into a daemon by INTAKE frames over
 * an operator's socket, many under way at once.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "plan.h"
#include "plugin.h"
#include "plugin/wire.h"

#define UNDER_WAY 256		/* frames sent and not answered */
#define OUT_BYTES 65536
#define IN_BYTES (2 * 65536)
#define SHOWN 10		/* refused rows that are named */
#define TIMEOUT 30		/* seconds for everything */

struct loading {
	int fd;
	int hello;		/* the daemon has answered it */
	const char *file;
	const char *institution; /* whose rows are loaded; NULL: all */
	const struct plan *plan;
	int64_t now_ms;		/* what PLAN_AGO counts from */
	size_t next;		/* row to be sent */
	size_t *again;		/* rows the daemon was too busy for */
	size_t agains;
	size_t under_way;
	size_t done;
	size_t refused;
	struct wire_out out;
	size_t sent;		/* of out */
	size_t got;		/* in in[] */
	uint8_t out_buf[OUT_BYTES];
	uint8_t in[IN_BYTES];
};

/* Milliseconds of a clock. */
static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Connect to a unix socket; non-blocking from then on. */
static int
socket_open(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	memcpy(sa.sun_path, path, strlen(path) + 1);
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return (-1);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		close(fd);
		return (-1);
	}
	return (fd);
}

/* The request id of a row is its index plus one; HELLO has zero. */
static void
id_write(uint8_t id[WIRE_ID], uint64_t n)
{
	memset(id, 0, WIRE_ID);
	for (int i = 0; i < 8; i++)
		id[i] = (uint8_t)(n >> (8 * i));
}

/* The inverse. */
static uint64_t
id_read(const uint8_t id[WIRE_ID])
{
	uint64_t n = 0;

	for (int i = 7; i >= 0; i--)
		n = n << 8 | id[i];
	return (n);
}

/* Put HELLO into the buffer. */
static void
put_hello(struct loading *l)
{
	uint8_t id[WIRE_ID];

	id_write(id, 0);
	wire_begin(&l->out, WIRE_HELLO, id);
	wire_put_u32(&l->out, WIRE_T_VERSION_MIN, WIRE_VERSION);
	wire_put_u32(&l->out, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(&l->out, WIRE_T_PROGRAM, "demo-history");
	wire_end(&l->out);
}

/* Put one row into the buffer; -1 when it does not fit now. */
static int
put_row(struct loading *l, size_t index)
{
	const struct plan_row *r = &l->plan->rows[index];
	struct wire_out *o = &l->out;
	uint8_t id[WIRE_ID];
	int64_t at = r->when_form == PLAN_AGO ? l->now_ms - r->when * 1000 :
	    r->when;

	id_write(id, index + 1);
	wire_begin(o, WIRE_INTAKE, id);
	wire_put_u32(o, WIRE_T_INTAKE_KIND, r->kind == PLAN_OPEN ?
	    WIRE_INTAKE_OPEN : WIRE_INTAKE_CLOSE);
	wire_put_text(o, WIRE_T_INSTITUTION, r->institution);
	wire_put_text(o, WIRE_T_CARD_REF, r->card_ref);
	wire_put_u64(o, WIRE_T_EVENT_MS, (uint64_t)at);
	if (r->when_form == PLAN_DATE)
		wire_put_u32(o, WIRE_T_DATE_ONLY, 1);
	if (r->kind == PLAN_OPEN) {
		wire_put_text(o, WIRE_T_BRANCH, r->branch);
		wire_put_u32(o, WIRE_T_ID_TYPE, (uint32_t)r->id_type);
		wire_put_text(o, WIRE_T_ID_NO, r->id_no);
		wire_put_text(o, WIRE_T_ID_COUNTRY, r->id_country);
		wire_put_u32(o, WIRE_T_PRODUCT, (uint32_t)r->product);
		wire_put_u32(o, WIRE_T_OPERATION, (uint32_t)r->operation);
		wire_put_u32(o, WIRE_T_QUANTITY, (uint32_t)r->quantity);
		wire_put_text(o, WIRE_T_VISIT_ID, r->visit_id);
	}
	return (wire_end(o));
}

/* Is it a row of the history that is wanted? */
static int
wanted(const struct loading *l, const struct plan_row *r)
{

	return ((r->kind == PLAN_OPEN || r->kind == PLAN_CLOSE) &&
	    (l->institution == NULL ||
	    strcmp(l->institution, r->institution) == 0));
}

/* Find the next row of the history, or the count. */
static size_t
history_from(const struct loading *l, size_t i)
{
	while (i < l->plan->count && !wanted(l, &l->plan->rows[i]))
		i++;
	return (i);
}

/* Fill the buffer as far as the window allows. */
static void
fill(struct loading *l)
{
	if (l->sent == l->out.len) {
		wire_out_init(&l->out, l->out_buf, sizeof(l->out_buf));
		l->sent = 0;
	}
	while (l->hello && l->under_way < UNDER_WAY) {
		size_t i = l->agains > 0 ? l->again[l->agains - 1] : l->next;
		if (i >= l->plan->count || put_row(l, i) < 0)
			return;
		if (l->agains > 0)
			l->agains--;
		else
			l->next = history_from(l, l->next + 1);
		l->under_way++;
	}
}

/* Judge one reply. */
static int
reply(struct loading *l, const struct wire_header *h, const uint8_t *body)
{
	struct wire_fields f;
	char text[1024] = "";
	uint64_t n = id_read(h->id);

	if (wire_fields_read(&f, body, h->length) != WIRE_OK)
		return (-1);
	int32_t error = (int32_t)wire_u32(&f, WIRE_T_ERROR, 0);
	wire_copy(&f, WIRE_T_MESSAGE, text, sizeof(text));
	if (n == 0) {
		if (error != 0)
			fprintf(stderr, "demo-history: %d %s\n", error, text);
		l->hello = error == 0;
		return (error != 0 ? -1 : 0);
	}
	if (n > l->plan->count || l->under_way == 0)
		return (-1);
	l->under_way--;
	if (error == LK_E_BUSY || error == LK_E_AGAIN) {
		l->again[l->agains++] = n - 1;
		return (0);
	}
	if (error != 0 && l->refused++ < SHOWN)
		fprintf(stderr, "%s:%u: refused: %d %s\n", l->file,
		    l->plan->rows[n - 1].row, error, text);
	l->done += error == 0;
	return (0);
}

/* Judge all whole frames that have come. */
static int
replies(struct loading *l)
{
	struct wire_header h;
	size_t at = 0;

	while (l->got - at >= WIRE_HEADER) {
		if (wire_header_read(&h, l->in + at) != WIRE_OK)
			return (-1);
		if (l->got - at < WIRE_HEADER + h.length)
			break;
		if (reply(l, &h, l->in + at + WIRE_HEADER) < 0)
			return (-1);
		at += WIRE_HEADER + h.length;
	}
	memmove(l->in, l->in + at, l->got - at);
	l->got -= at;
	return (0);
}

/* Send and receive what goes without waiting. */
static int
exchange(struct loading *l)
{
	ssize_t n;

	if (l->sent < l->out.len) {
		n = send(l->fd, l->out_buf + l->sent, l->out.len - l->sent,
		    MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return (-1);
		l->sent += n > 0 ? (size_t)n : 0;
	}
	n = recv(l->fd, l->in + l->got, sizeof(l->in) - l->got, 0);
	if (n == 0) {
		errno = ECONNRESET;
		return (-1);
	}
	if (n < 0)
		return (errno == EAGAIN || errno == EINTR ? 0 : -1);
	l->got += (size_t)n;
	errno = EPROTO;
	return (replies(l));
}

/* Send all rows and take all answers. */
static int
load(struct loading *l)
{
	int64_t stop = clock_ms(CLOCK_MONOTONIC) + TIMEOUT * 1000;

	l->next = history_from(l, 0);
	wire_out_init(&l->out, l->out_buf, sizeof(l->out_buf));
	put_hello(l);
	while (!l->hello || l->next < l->plan->count || l->under_way > 0 ||
	    l->agains > 0) {
		size_t before = l->agains;
		fill(l);
		struct pollfd p = {l->fd, POLLIN, 0};
		if (l->sent < l->out.len)
			p.events |= POLLOUT;
		if (poll(&p, 1, 1000) < 0 && errno != EINTR)
			return (-1);
		if (exchange(l) < 0)
			return (-1);
		if (l->agains > before)	/* told to come again: not at once */
			poll(NULL, 0, 5);
		if (clock_ms(CLOCK_MONOTONIC) > stop) {
			errno = ETIMEDOUT;
			return (-1);
		}
	}
	return (0);
}

/* Connect, load, say what was done. */
static int
run(const char *socket_path, const char *file, const char *institution,
    const struct plan *plan)
{
	struct loading *l = calloc(1, sizeof(*l));
	int64_t began = clock_ms(CLOCK_MONOTONIC);
	int rc = 69;

	if (l == NULL)
		return (rc);
	l->file = file;
	l->institution = institution;
	l->plan = plan;
	l->now_ms = clock_ms(CLOCK_REALTIME);
	l->again = calloc(UNDER_WAY + 1, sizeof(*l->again));
	l->fd = l->again != NULL ? socket_open(socket_path) : -1;
	if (l->fd < 0 || load(l) < 0) {
		fprintf(stderr, "demo-history: %s: %s\n", socket_path,
		    strerror(errno));
	} else {
		double s = (double)(clock_ms(CLOCK_MONOTONIC) - began) / 1000;
		printf("%zu openings and closings of the past year loaded in "
		    "%.2f s", l->done, s);
		printf(l->refused > 0 ? ", %zu refused\n" : "\n", l->refused);
		rc = l->refused > 0;
	}
	if (l->fd >= 0)
		close(l->fd);
	free(l->again);
	free(l);
	return (rc);
}

/* Say HELLO and nothing else. */
static int
greet(const char *socket_path)
{
	struct loading *l = calloc(1, sizeof(*l));
	struct plan none;
	int rc = 1;

	plan_init(&none);
	if (l == NULL)
		return (1);
	l->plan = &none;
	l->fd = socket_open(socket_path);
	if (l->fd >= 0 && load(l) == 0)
		rc = 0;
	if (l->fd >= 0)
		close(l->fd);
	free(l);
	return (rc);
}

/* A socket, and what to do there. */
int
main(int argc, char **argv)
{
	const char *socket_path = NULL, *file = NULL, *institution = NULL;
	struct plan plan;
	int ready = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--socket") == 0 && i + 1 < argc)
			socket_path = argv[++i];
		else if (strcmp(argv[i], "--ready") == 0)
			ready = 1;
		else if (strcmp(argv[i], "--plan") == 0 && i + 1 < argc)
			file = argv[++i];
		else if (strcmp(argv[i], "--institution") == 0 && i + 1 < argc)
			institution = argv[++i];
		else
			socket_path = NULL, i = argc;
	}
	if (socket_path == NULL || (file == NULL) != ready) {
		int help = argc == 2 && strcmp(argv[1], "--help") == 0;
		FILE *f = help ? stdout : stderr;
		fprintf(f, "usage: demo-history --socket PATH --plan PLAN.csv "
		    "[--institution ID]\n"
		    "       demo-history --socket PATH --ready\n\n"
		    "Loads the rows history-open and history-close, of one "
		    "institution alone where one is named;\nthe peer needs the "
		    "right intake. The second form only asks whether a "
		    "daemon answers there. Exit code 0: done; 1: some rows\n"
		    "were refused; 64 and more: could not load.\n\n");
		plan_help(f, "");
		return (help ? 0 : 64);
	}
	plan_init(&plan);
	if (ready)
		return (greet(socket_path));
	int rc = 65;
	if (plan_read(&plan, file, NULL) == 0) {
		plan_sort(&plan);
		rc = run(socket_path, file, institution, &plan);
	} else {	/* say why */
		plan_free(&plan);
		plan_read(&plan, file, &plan_stderr);
	}
	plan_free(&plan);
	return (rc);
}

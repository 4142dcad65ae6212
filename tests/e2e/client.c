#include <criterion/criterion.h>

#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin.h"

#include "harness.h"

#define WAIT_S 10

/* Connect. */
struct client *
client_connect(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct timeval tv = { WAIT_S, 0 };
	struct client *c = calloc(1, sizeof(*c));

	cr_assert_not_null(c);
	cr_assert(strlen(path) < sizeof(un.sun_path));
	(void)strcpy(un.sun_path, path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(c->fd >= 0);
	cr_assert_eq(setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &tv,
	    sizeof(tv)), 0);
	cr_assert_eq(setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &tv,
	    sizeof(tv)), 0);
	cr_assert_eq(connect(c->fd, (struct sockaddr *)&un, sizeof(un)), 0,
	    "%s: %s", path, strerror(errno));
	return (c);
}

/* Connect and say HELLO. */
struct client *
client_open(struct daemon *d, const char *name)
{
	struct client *c = client_connect(daemon_socket(d, name));
	struct wire_out *o = client_begin(c, WIRE_HELLO);

	wire_put_u32(o, WIRE_T_VERSION_MIN, WIRE_VERSION);
	wire_put_u32(o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(o, WIRE_T_PROGRAM, "e2e");
	cr_assert_eq(client_call(c), LK_OK);
	cr_assert_eq(wire_u32(&c->f, WIRE_T_VERSION_MAX, 0), WIRE_VERSION);
	return (c);
}

/* Hang up. */
void
client_close(struct client *c)
{

	(void)close(c->fd);
	free(c);
}

/* Begin a request. */
struct wire_out *
client_begin(struct client *c, unsigned type)
{

	cr_assert_eq(getrandom(c->id, sizeof(c->id), 0), sizeof(c->id));
	wire_out_init(&c->out, c->request, sizeof(c->request));
	wire_begin(&c->out, type, c->id);
	return (&c->out);
}

/* Begin a CHECK. */
struct wire_out *
client_check(struct client *c, const char *txn, const char *id_no, int product)
{
	struct wire_out *o = client_begin(c, WIRE_CHECK);

	wire_put_u32(o, WIRE_T_SUBJECT, LK_SUBJECT_PERSON);
	wire_put_u32(o, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	wire_put_u32(o, WIRE_T_OPERATION, LK_OP_NEW);
	wire_put_u32(o, WIRE_T_PRODUCT, (uint32_t)product);
	wire_put_u32(o, WIRE_T_CHANNEL, LK_CHANNEL_COUNTER);
	wire_put_u32(o, WIRE_T_QUANTITY, 1);
	wire_put_u32(o, WIRE_T_HELD_HERE, (uint32_t)-1);
	wire_put_text(o, WIRE_T_ID_NO, id_no);
	wire_put_text(o, WIRE_T_TXN_ID, txn);
	wire_put_text(o, WIRE_T_BRANCH, "0001");
	wire_put_text(o, WIRE_T_TELLER, "t100");
	wire_put_u32(o, WIRE_T_REMAINING_MS, 10000);
	return (o);
}

/* Send bytes. */
void
client_push(struct client *c, const void *p, size_t len)
{
	const char *s = p;
	ssize_t n;

	while (len > 0) {
		n = send(c->fd, s, len, MSG_NOSIGNAL);
		cr_assert(n > 0, "send: %s", strerror(errno));
		s += n;
		len -= (size_t)n;
	}
}

/* End and send the request. */
void
client_send(struct client *c)
{

	cr_assert_eq(wire_end(&c->out), 0);
	client_push(c, c->request, c->out.len);
}

/* Receive exactly len bytes. */
static void
pull(struct client *c, uint8_t *p, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = recv(c->fd, p, len, 0);
		cr_assert(n > 0, "no reply: %s", n == 0 ? "hung up" :
		    strerror(errno));
		p += n;
		len -= (size_t)n;
	}
}

/* Receive a reply. */
int
client_recv(struct client *c)
{
	uint8_t raw[WIRE_HEADER];

	pull(c, raw, sizeof(raw));
	cr_assert_eq(wire_header_read(&c->head, raw), WIRE_OK);
	cr_assert(c->head.type & WIRE_REPLY);
	pull(c, c->body, c->head.length);
	cr_assert_eq(wire_fields_read(&c->f, c->body, c->head.length), WIRE_OK);
	cr_assert(wire_has(&c->f, WIRE_T_ERROR));
	return ((int)(int32_t)wire_u32(&c->f, WIRE_T_ERROR, 0));
}

/* Ask and get the answer. */
int
client_call(struct client *c)
{
	unsigned type;
	int rc;

	type = c->request[6] | (unsigned)c->request[7] << 8;
	client_send(c);
	rc = client_recv(c);
	cr_assert_eq(c->head.type, type | WIRE_REPLY);
	cr_assert_arr_eq(c->head.id, c->id, WIRE_ID);
	return (rc);
}

/* Wait for the end of the stream. */
int
client_hung_up(struct client *c)
{
	char byte;
	ssize_t n;

	n = recv(c->fd, &byte, 1, 0);
	cr_assert(n >= 0 || errno == ECONNRESET, "not hung up: %s",
	    strerror(errno));
	return (n <= 0);
}

/* Return a text field. */
const char *
client_text(struct client *c, unsigned tag)
{
	static char text[2048];

	cr_assert_eq(wire_copy(&c->f, tag, text, sizeof(text)), 0);
	return (text);
}

/* Make a valid citizen number. */
const char *
citizen(unsigned area, unsigned birth, unsigned serial)
{
	static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9,
		10, 5, 8, 4, 2 };
	static char made[8][32];
	static unsigned next;
	char *s = made[next++ % 8];
	int i, sum = 0;

	(void)snprintf(s, 32, "%06u%08u%03u", area % 1000000,
	    birth % 100000000, serial % 1000);
	for (i = 0; i < 17; i++)
		sum += (s[i] - '0') * weight[i];
	s[17] = "10X98765432"[sum % 11];
	s[18] = '\0';
	return (s);
}

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linknode.h"
#include "load.h"
#include "net/tls.h"

#define PATIENCE 10000		/* ms until a server counts as dead */

static const uint8_t no_id[WIRE_ID];

/* Tell what is wrong. */
static int
bad(const struct linknode *l, const char *why)
{

	(void)fprintf(stderr, "%s: %s\n", l->node, why);
	return (-1);
}

/* Send what is left. */
static int
drain(struct linknode *l)
{
	ssize_t n = 0;
	size_t sent = 0;

	while (sent < l->out_len) {
		n = l->tls != NULL ? tls_write(l->tls, l->out + sent,
		    l->out_len - sent) : send(l->fd, l->out + sent,
		    l->out_len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			break;
		sent += (size_t)n;
	}
	memmove(l->out, l->out + sent, l->out_len - sent);
	l->out_len -= sent;
	return (n >= 0 || errno == EAGAIN || errno == ENOBUFS ? 0 :
	    bad(l, "cannot send"));
}

/* Send a frame. */
int
linknode_put(struct linknode *l, uint8_t *frame, size_t len)
{

	if (l->out == NULL && (l->out = malloc(LINKNODE_OUT)) == NULL)
		return (bad(l, "out of memory"));
	if (l->out_len + len > LINKNODE_OUT)
		return (bad(l, "it does not read"));
	l->number++;
	memcpy(frame + 16, &l->number, sizeof(l->number));
	memcpy(l->out + l->out_len, frame, len);
	l->out_len += len;
	return (drain(l));
}

/* A whole frame? */
static int
frame(struct linknode *l, struct wire_header *h, const uint8_t **body)
{

	memmove(l->in, l->in + l->used, l->got - l->used);
	l->got -= l->used;
	l->used = 0;
	if (l->got < WIRE_HEADER)
		return (0);
	if (wire_header_read(h, l->in) != WIRE_OK ||
	    WIRE_HEADER + h->length > sizeof(l->in))
		return (bad(l, "that is no reply"));
	if (l->got < WIRE_HEADER + h->length)
		return (0);
	*body = l->in + WIRE_HEADER;
	l->used = WIRE_HEADER + h->length;
	return (1);
}

/* The next reply. */
int
linknode_next(struct linknode *l, struct wire_header *h, const uint8_t **body)
{
	ssize_t n;
	int rc;

	if (l->out_len > 0 && drain(l) < 0)
		return (-1);
	while ((rc = frame(l, h, body)) == 0) {
		n = l->tls != NULL ? tls_read(l->tls, l->in + l->got,
		    sizeof(l->in) - l->got) : recv(l->fd, l->in + l->got,
		    sizeof(l->in) - l->got, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return (0);
		if (n <= 0)
			return (bad(l, n == 0 ? "it hung up" :
			    l->tls != NULL && errno == EPROTO ?
			    tls_error(l->tls) : strerror(errno)));
		l->got += (size_t)n;
	}
	return (rc);
}

/* The next reply, waiting. */
int
linknode_wait(struct linknode *l, struct wire_header *h, const uint8_t **body)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};
	int rc;

	while ((rc = linknode_next(l, h, body)) == 0) {
		p.events = l->out_len > 0 ? POLLIN | POLLOUT : POLLIN;
		if (poll(&p, 1, PATIENCE) == 0)
			return (bad(l, "no answer"));
	}
	return (rc);
}

/* Send a frame and read its reply. */
static int
ask(struct linknode *l, struct wire_out *o, struct wire_fields *f)
{
	struct wire_header h;
	const uint8_t *body;
	char text[512];

	if (wire_end(o) != 0 || linknode_put(l, o->buf, o->len) < 0 ||
	    linknode_wait(l, &h, &body) < 0)
		return (-1);
	if (wire_fields_read(f, body, h.length) != WIRE_OK)
		return (bad(l, "that is no reply"));
	if (wire_u32(f, WIRE_T_ERROR, UINT32_MAX) == 0)
		return (0);
	(void)wire_copy(f, WIRE_T_MESSAGE, text, sizeof(text));
	return (bad(l, text));
}

/* HELLO and JOIN. */
static int
join(struct linknode *l, const char *key, uint64_t last)
{
	struct wire_fields f;
	struct wire_out o;
	uint8_t buf[512];

	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_HELLO, no_id);
	wire_put_u32(&o, WIRE_T_VERSION_MIN, WIRE_VERSION);
	wire_put_u32(&o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(&o, WIRE_T_PROGRAM, "liangkad");
	if (ask(l, &o, &f) < 0)
		return (-1);
	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_JOIN, no_id);
	wire_put_u32(&o, WIRE_T_GENERATION, 1);
	wire_put_text(&o, WIRE_T_NODE, l->node);
	wire_put_u64(&o, WIRE_T_SEQ, 1);
	wire_put_u64(&o, WIRE_T_LAST_SEQ, last);
	wire_put_text(&o, WIRE_T_TOKEN_KEY, key);
	if (ask(l, &o, &f) < 0)
		return (-1);
	l->cursor = wire_u64(&f, WIRE_T_CURSOR, 0);
	return (0);
}

/* Connect to address and port. */
static int
dial(const char *address)
{
	struct sockaddr_in sa = {.sin_family = AF_INET};
	const char *colon = strrchr(address, ':');
	char host[64];
	int fd, one = 1;

	if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
		return (-1);
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - address),
	    address);
	sa.sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, host, &sa.sin_addr) != 1 ||
	    (fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0)
		return (-1);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && setsockopt(fd, IPPROTO_TCP,
	    TCP_NODELAY, &one, sizeof(one)) == 0)
		return (fd);
	close(fd);
	return (-1);
}

/* Link a node. */
int
linknode_open(struct linknode *l, const char *dir, const char *address,
    unsigned i, const char *key, uint64_t last)
{
	char cert[512], secret[512], ca[512], err[TLS_ERROR_MAX];
	struct tls_files f = {.certificate = cert, .key = secret, .ca = ca,
	    .domain = LINKNODE_DOMAIN, .node = l->node};
	struct tls_context *c;

	memset(l, 0, sizeof(*l));
	(void)snprintf(l->node, sizeof(l->node), "n%04u", i);
	(void)snprintf(cert, sizeof(cert), "%s/%s.crt", dir, l->node);
	(void)snprintf(secret, sizeof(secret), "%s/link.key", dir);
	(void)snprintf(ca, sizeof(ca), "%s/ca.crt", dir);
	if ((l->fd = dial(address)) < 0)
		return (bad(l, strerror(errno)));
	if ((c = tls_context_load(&f, TLS_CLIENT, err, sizeof(err))) == NULL)
		return (bad(l, err));
	l->tls = tls_open(c, l->fd, LINKNODE_PARENT);
	tls_context_free(c);
	return (l->tls != NULL ? join(l, key, last) : -1);
}

/* Connect as a program. */
int
linknode_local(struct linknode *l, const char *path)
{

	memset(l, 0, sizeof(*l));
	(void)snprintf(l->node, sizeof(l->node), "local");
	if ((l->fd = load_connect(path)) < 0)
		return (bad(l, strerror(errno)));
	return (0);
}

/* End it. */
void
linknode_close(struct linknode *l)
{

	tls_close(l->tls);
	if (l->fd > 0)
		close(l->fd);
	free(l->out);
	memset(l, 0, sizeof(*l));
}

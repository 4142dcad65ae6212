#include <sys/socket.h>

#include <errno.h>
#include <pthread.h>

#include "tls_impl.h"

static BIO_METHOD *method;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Send without waiting and without a signal. */
static int
bio_write(BIO *b, const char *buf, size_t len, size_t *done)
{
	struct tls *t = BIO_get_data(b);
	ssize_t n;

	BIO_clear_retry_flags(b);
	*done = 0;
	do
		n = send(t->fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		t->io_error = errno;
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			BIO_set_retry_write(b);
		return (0);
	}
	*done = (size_t)n;
	return (1);
}

/* Receive without waiting.  A socket that gave less than was asked for is empty and
 * not asked again in this call. */
static int
bio_read(BIO *b, char *buf, size_t len, size_t *done)
{
	struct tls *t = BIO_get_data(b);
	ssize_t n;

	BIO_clear_retry_flags(b);
	*done = 0;
	if (t->drained || t->talk > TLS_ROW) {
		BIO_set_retry_read(b);
		return (0);
	}
	do
		n = recv(t->fd, buf, len, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		t->io_error = errno;
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			BIO_set_retry_read(b);
		return (0);
	}
	if (n == 0) {
		t->eof = 1;
		return (0);
	}
	t->drained = (size_t)n < len;
	*done = (size_t)n;
	return (1);
}

/* Answer what libssl asks of a BIO. */
static long
bio_ctrl(BIO *b, int cmd, long num, void *p)
{
	const struct tls *t = BIO_get_data(b);

	(void)num;
	(void)p;
	switch (cmd) {
	case BIO_CTRL_FLUSH:
		return (1);
	case BIO_CTRL_EOF:
		return (t->eof);
	default:
		return (0);
	}
}

/* Describe the BIO, once. */
static void
make_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() |
	    BIO_TYPE_SOURCE_SINK, "link");

	if (m == NULL)
		return;
	if (BIO_meth_set_write_ex(m, bio_write) == 1 &&
	    BIO_meth_set_read_ex(m, bio_read) == 1 &&
	    BIO_meth_set_ctrl(m, bio_ctrl) == 1)
		method = m;
	else
		BIO_meth_free(m);
}

/* Make a BIO. */
BIO *
tls_bio(struct tls *t)
{
	BIO *b;

	if (pthread_once(&once, make_method) != 0 || method == NULL ||
	    (b = BIO_new(method)) == NULL)
		return (NULL);
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	return (b);
}

#include <sys/mman.h>

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/ledger_impl.h"
#include "store/disk.h"

/*
 * A ledger: the input as a whole file, opened as the centre opens it, and each of its
 * lines as an action, which is printed as it was read.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *bytes;
static size_t nbytes;

static int
open_bytes(void *ctx, const char *path, int flags, unsigned mode)
{
	int fd = memfd_create("ledger", MFD_CLOEXEC);

	(void)ctx;
	(void)path;
	(void)flags;
	(void)mode;
	if (fd != -1 && write(fd, bytes, nbytes) != (ssize_t)nbytes)
		abort();
	return (fd);
}

/* Open it as a whole. */
static void
open_whole(void)
{
	struct centre c = { .dir = "/x", .lock = -1, .nlists = 1 };
	struct disk d = disk_real;
	struct ledger_entry e;
	struct listrec *r;
	struct ledger *l;
	char err[CENTRE_ERROR_MAX];
	uint64_t i;
	size_t n;

	d.open = open_bytes;
	c.disk = &d;
	memcpy(c.list[0].id, "sanction", 9);
	if ((l = ledger_open(&c, "sanction", 1, err)) == NULL) {
		assert(strlen(err) < sizeof(err) && err[0] != '\0');
		return;
	}
	for (i = 1; i <= ledger_count(l); i++) {
		assert(ledger_serial(l, i, &e) == 1 && e.serial == i);
		assert(ledger_find(l, &e.token, &e) == 1 && e.serial >= i);
	}
	assert(ledger_fold(l, 20779, &r, &n) == 0 && n <= ledger_count(l));
	for (i = 1; i < n; i++)
		assert(memcmp(&r[i - 1], &r[i], TOKEN_LEN) < 0);
	free(r);
	ledger_close(l);
}

/* Read one line. */
static void
read_line(const char *p, size_t len)
{
	char text[LEDGER_LINE_MAX];
	struct ledger_entry e;
	uint64_t chain = 0;
	const char *why;
	size_t n;

	if (ledger_line_parse(&e, p, len, NULL, &why) != 0) {
		assert(why[0] != '\0');
		return;
	}
	if (memchr(p, '\0', len) != NULL)
		return;
	n = ledger_line_print(&e, &chain, text);
	assert(n > 17 && n - 17 <= len && memcmp(text, p, n - 17) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = p + size, *lf;

	bytes = data;
	nbytes = size;
	open_whole();
	for (; p < end; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			lf = end;
		read_line(p, (size_t)(lf - p));
	}
	return (0);
}

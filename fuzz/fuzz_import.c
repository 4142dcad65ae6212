#include <sys/mman.h>

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keyfile.h"
#include "lists/csvfile.h"
#include "lists/import.h"
#include "store/disk.h"

/*
 * A file that is imported: the first byte says for which kind of list.  Every row is
 * taken, there already, or rejected; and when the reject file is imported as it is,
 * nothing of it is taken.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const char *p;
	size_t len;
};

static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct input *in = arg;
	size_t n = len < in->len ? len : in->len;

	memcpy(buf, in->p, n);
	in->p += n;
	in->len -= n;
	return ((ssize_t)n);
}

static int
open_empty(void *ctx, const char *path, int flags, unsigned mode)
{
	static const char head[] = "liangka-ledger 1\tsanction\t1\n";
	int fd = memfd_create("ledger", MFD_CLOEXEC);

	(void)ctx;
	(void)path;
	(void)flags;
	(void)mode;
	if (fd != -1 && write(fd, head, sizeof(head) - 1) != (ssize_t)sizeof(
	    head) - 1)
		abort();
	return (fd);
}

/* K_list, made once. */
static struct token_keys *
keys(void)
{
	static struct token_keys *k;
	uint8_t secret[KEYFILE_SECRET_LEN] = { 1 };
	struct keyfile f;
	char err[512];

	if (k == NULL && keyfile_make(&f, KEYFILE_TOKEN_LIST, 1, 1795327200,
	    secret) == 0)
		k = token_keys_from(&f, 1, err, sizeof(err));
	return (k);
}

/* Import once; return 0 when the file could be used. */
static int
once(struct import_options *o, const char *p, size_t len,
    struct import_result *r, char **reject, size_t *n)
{
	struct input in = { p, len };
	struct csvfile_source s = { get, &in };
	char err[IMPORT_ERROR_MAX];
	struct csvfile *f;
	int rc;

	*reject = NULL;
	if ((f = csvfile_open(&s, "fuzz", CSVFILE_GUESS, err)) == NULL)
		return (-1);
	o->reject = open_memstream(reject, n);
	rc = import_run(f, "fuzz", o, r, err);
	(void)fclose(o->reject);
	csvfile_close(f);
	return (rc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct centre c = { .dir = "/x", .lock = 3, .nlists = 1 };
	struct import_options o = { .keys = keys(), .now = 1795327200, .who =
		"w", .why = "y", .dry = 1, .english = 1 };
	struct import_result r, again;
	char err[CENTRE_ERROR_MAX], *reject, *rest;
	struct disk d = disk_real;
	size_t n, m;

	if (size < 1 || o.keys == NULL)
		return (0);
	d.open = open_empty;
	c.disk = &d;
	memcpy(c.list[0].id, "sanction", 9);
	c.list[0].subject = o.document.subject = data[0] % 3;
	o.document.id_type = 1;
	if ((data[0] & 0x80) != 0) {
		o.category = data[0] % 3 == 0 ? 1 : 11;
		o.basis = 6;
	}
	if ((o.ledger = ledger_open(&c, "sanction", 1, err)) == NULL)
		return (0);
	if (once(&o, (const char *)&data[1], size - 1, &r, &reject, &n) == 0) {
		assert(r.taken + r.same + r.rejected == r.rows);
		if (once(&o, reject, n, &again, &rest, &m) == 0) {
			assert(again.rows == r.rejected);
			/* What was OTHER has nobody to differ from now. */
			assert(again.taken <= r.reason[IMPORT_OTHER]);
		}
		free(rest);
	}
	free(reject);
	ledger_close(o.ledger);
	return (0);
}

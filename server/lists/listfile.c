#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/listrun.h"
#include "store/little.h"

#include "listfile_impl.h"

/* The header of a list file, and what is done with one. */

#define ZEROS_AT	104

static const char magic[8] = "LKLIST1\n";

/* Name the file, then what is wrong. */
int
listfile_error(char *err, const char *path, const char *format, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	n = (size_t)snprintf(err, LISTFILE_ERROR_MAX, "%.300s: ", path);
	va_start(ap, format);
	(void)vsnprintf(err + n, LISTFILE_ERROR_MAX - n, format, ap);
	va_end(ap);
	errno = saved;
	return (-1);
}

/* Print it. */
void
listfile_header_write(uint8_t buf[LISTFILE_HEADER],
    const struct listfile_header *h)
{

	memset(buf, 0, LISTFILE_HEADER);
	memcpy(buf, magic, sizeof(magic));
	little_put32(buf + 8, h->kind);
	little_put32(buf + 12, h->info.subject);
	little_put32(buf + 16, h->info.epoch);
	little_put32(buf + 20, h->info.bits);
	little_put32(buf + 24, h->info.version);
	little_put32(buf + 28, h->from);
	little_put64(buf + 32, h->records);
	little_put64(buf + 40, h->info.count);
	memcpy(buf + 48, h->info.root, sizeof(h->info.root));
	memcpy(buf + 80, h->info.id, strnlen(h->info.id, LIST_ID_MAX - 1));
}

/* Is it an id, padded with NULs, of a-z 0-9 -? */
static int
id_ok(const char id[LIST_ID_MAX])
{
	size_t len = strnlen(id, LIST_ID_MAX);

	if (len == 0 || len == LIST_ID_MAX)
		return (0);
	for (size_t i = 0; i < LIST_ID_MAX; i++)
		if (i < len ? strchr("abcdefghijklmnopqrstuvwxyz0123456789-",
		    id[i]) == NULL : id[i] != '\0')
			return (0);
	return (1);
}

/* Every byte has one meaning. */
const char *
listfile_header_read(const uint8_t buf[LISTFILE_HEADER],
    struct listfile_header *h)
{

	memset(h, 0, sizeof(*h));
	if (memcmp(buf, magic, sizeof(magic)) != 0)
		return ("not a list file");
	h->kind = little_get32(buf + 8);
	h->info.subject = little_get32(buf + 12);
	h->info.epoch = little_get32(buf + 16);
	h->info.bits = little_get32(buf + 20);
	h->info.version = little_get32(buf + 24);
	h->from = little_get32(buf + 28);
	h->records = little_get64(buf + 32);
	h->info.count = little_get64(buf + 40);
	memcpy(h->info.root, buf + 48, sizeof(h->info.root));
	memcpy(h->info.id, buf + 80, sizeof(h->info.id));
	if (h->kind != LISTFILE_SNAPSHOT && h->kind != LISTFILE_DELTA)
		return ("neither a snapshot nor a delta");
	if (h->info.subject > LIST_PHONE)
		return ("its subject is unknown");
	if (h->info.bits > LIST_BITS_MAX)
		return ("it has too many buckets");
	if (!id_ok(h->info.id))
		return ("its id is malformed");
	for (int i = ZEROS_AT; i < LISTFILE_HEADER; i++)
		if (buf[i] != 0)
			return ("its header is not zero where it must be");
	if (h->kind == LISTFILE_SNAPSHOT ? h->from != 0 ||
	    h->records != h->info.count : h->from >= h->info.version)
		return ("its header contradicts itself");
	return (NULL);
}

/* Ascending, no flag that nobody knows, cleared ones without a category. */
const char *
listfile_records(uint32_t kind, const struct token *last,
    const struct listrec *r, size_t n, size_t *bad)
{

	for (*bad = 0; *bad < n; ++*bad) {
		const struct listrec *p = &r[*bad];
		unsigned flags = listrec_flags(p);

		if (last != NULL && listrun_compare(last, &p->token) >= 0)
			return ("does not ascend");
		if ((flags & ~(LISTREC_CLEARED | LISTREC_GONE)) != 0)
			return ("has an unknown flag");
		if ((flags & LISTREC_GONE) != 0 && kind != LISTFILE_DELTA)
			return ("is one of a delta");
		if ((flags & LISTREC_GONE) == 0 &&
		    ((flags & LISTREC_CLEARED) != 0) != (p->category == 0))
			return ("is listed and cleared, or neither");
		last = &p->token;
	}
	return (NULL);
}

/* Compare field by field; what is wrong is named first where it tells most. */
int
listfile_check(const struct listfile_header *h,
    const struct listfile_want *want, char *err)
{
	const struct list_info *i = &h->info;

	errno = EBADMSG;
	if (strncmp(i->id, want->id, LIST_ID_MAX) != 0)
		return (listfile_error(err, want->id, "the file is of list %s",
		    i->id));
	if (h->kind != want->kind)
		return (listfile_error(err, want->id, "the file is a %s",
		    h->kind == LISTFILE_DELTA ? "delta" : "snapshot"));
	if (i->subject != want->subject)
		return (listfile_error(err, want->id, "the file is of another "
		    "kind of subject"));
	if (i->epoch != want->epoch)
		return (listfile_error(err, want->id, "the file is of epoch "
		    "%u, not %u", i->epoch, want->epoch));
	if (i->version != want->version || h->from != want->from)
		return (listfile_error(err, want->id, "the file leads from "
		    "version %u to %u, not from %u to %u", h->from, i->version,
		    want->from, want->version));
	if (i->count != want->count)
		return (listfile_error(err, want->id, "the file makes %llu "
		    "records, not %llu", (unsigned long long)i->count,
		    (unsigned long long)want->count));
	if (memcmp(i->root, want->root, sizeof(i->root)) != 0)
		return (listfile_error(err, want->id, "the file has another "
		    "root than was signed"));
	return (0);
}

/* Read without expecting anything. */
int
listfile_each(const char *path, struct listfile_header *h,
    int (*each)(void *arg, const struct listfile_header *h,
    const struct listrec *r, size_t n), void *arg, char *err)
{

	return (listfile_pass(path, NULL, h, each, arg, err));
}

/* A file that is read whole. */
struct whole {
	const char *path;
	struct listrec *r;
	size_t n, max;
	char *err;
};

/* Get memory when the header is known, then append. */
static int
whole_add(void *arg, const struct listfile_header *h, const struct listrec *r,
    size_t n)
{
	struct whole *w = arg;

	if (w->r == NULL) {
		if (h->records > w->max) {
			errno = E2BIG;
			return (listfile_error(w->err, w->path, "more than "
			    "%zu records", w->max));
		}
		w->r = malloc((size_t)h->records * sizeof(*w->r));
		if (w->r == NULL)
			return (listfile_error(w->err, w->path,
			    "out of memory"));
	}
	memcpy(w->r + w->n, r, n * sizeof(*r));
	w->n += n;
	return (0);
}

/* Read it whole; an empty one is memory too. */
struct listrec *
listfile_read_wanted(const char *path, const struct listfile_want *want,
    struct listfile_header *h, size_t max, char *err)
{
	struct whole w = { .path = path, .max = max, .err = err };
	int saved;

	if (listfile_pass(path, want, h, whole_add, &w, err) != 0) {
		saved = errno;
		free(w.r);
		errno = saved;
		return (NULL);
	}
	if (w.r == NULL && (w.r = malloc(sizeof(*w.r))) == NULL)
		(void)listfile_error(err, path, "out of memory");
	return (w.r);
}

/* Read without expecting anything but that it is not long. */
struct listrec *
listfile_read(const char *path, struct listfile_header *h, size_t max,
    char *err)
{

	return (listfile_read_wanted(path, NULL, h, max, err));
}

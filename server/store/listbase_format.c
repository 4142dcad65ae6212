#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "listbase_impl.h"

/* The header of a base file, and small things that all of listbase*.c need. */

static const char magic[8] = "LKBASE1\n";

/* Put and get numbers. */
static void
put32(uint8_t *p, uint32_t v)
{

	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static void
put64(uint8_t *p, uint64_t v)
{

	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return (le32toh(v));
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return (le64toh(v));
}

/* Print it, with its check at the end. */
void
listbase_header_write(uint8_t buf[LISTBASE_HEADER],
    const struct list_info *info, uint64_t tail)
{

	memset(buf, 0, LISTBASE_HEADER);
	memcpy(buf, magic, sizeof(magic));
	put32(buf + 8, info->subject);
	put32(buf + 12, info->epoch);
	put32(buf + 16, info->version);
	put32(buf + 20, info->bits);
	put64(buf + 24, info->count);
	memcpy(buf + 32, info->root, sizeof(info->root));
	memcpy(buf + 64, info->id, strnlen(info->id, LIST_ID_MAX - 1));
	put64(buf + 112, tail);
	put64(buf + 120, XXH3_64bits(buf, 120));
}

/* The check first; then what a header of a later format could say. */
const char *
listbase_header_read(const uint8_t buf[LISTBASE_HEADER],
    struct list_info *info, uint64_t *tail)
{

	memset(info, 0, sizeof(*info));
	if (memcmp(buf, magic, sizeof(magic)) != 0)
		return ("not a built list");
	if (get64(buf + 120) != XXH3_64bits(buf, 120))
		return ("its header is damaged");
	info->subject = get32(buf + 8);
	info->epoch = get32(buf + 12);
	info->version = get32(buf + 16);
	info->bits = get32(buf + 20);
	info->count = get64(buf + 24);
	memcpy(info->root, buf + 32, sizeof(info->root));
	memcpy(info->id, buf + 64, sizeof(info->id));
	*tail = get64(buf + 112);
	if (info->bits > LIST_BITS_MAX || info->count > LISTBASE_COUNT_MAX ||
	    info->id[LIST_ID_MAX - 1] != '\0')
		return ("its header makes no sense");
	return (NULL);
}

/* Header, records, and what follows them. */
uint64_t
list_size(const struct list_info *info)
{

	return (LISTBASE_HEADER + info->count * (LISTREC_LEN + 1) +
	    ((uint64_t)LISTBASE_PER_BUCKET << info->bits));
}

/* All before the last slash. */
int
listbase_dir(const char *path, char *dir, size_t cap)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 1 : slash == path ? 1 :
	    (size_t)(slash - path);

	if (len >= cap)
		return (-1);
	memcpy(dir, slash == NULL ? "." : path, len);
	dir[len] = '\0';
	return (0);
}

/* Name the file, then what is wrong. */
int
listbase_error(char *err, const char *path, const char *format, ...)
{
	int saved = errno;
	va_list ap;
	size_t n;

	n = (size_t)snprintf(err, LIST_ERROR_MAX, "%.300s: ", path);
	va_start(ap, format);
	(void)vsnprintf(err + n, LIST_ERROR_MAX - n, format, ap);
	va_end(ap);
	errno = saved;
	return (-1);
}

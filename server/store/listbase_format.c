#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "listbase_impl.h"
#include "little.h"

/* The header of a base file, and small things that all of listbase*.c need. */

static const char magic[8] = "LKBASE1\n";

/* Print it, with its check at the end. */
void
listbase_header_write(uint8_t buf[LISTBASE_HEADER],
    const struct list_info *info, uint64_t tail)
{

	memset(buf, 0, LISTBASE_HEADER);
	memcpy(buf, magic, sizeof(magic));
	little_put32(buf + 8, info->subject);
	little_put32(buf + 12, info->epoch);
	little_put32(buf + 16, info->version);
	little_put32(buf + 20, info->bits);
	little_put64(buf + 24, info->count);
	memcpy(buf + 32, info->root, sizeof(info->root));
	memcpy(buf + 64, info->id, strnlen(info->id, LIST_ID_MAX - 1));
	little_put64(buf + 112, tail);
	little_put64(buf + 120, XXH3_64bits(buf, 120));
}

/* The check first; then what a header of a later format could say. */
const char *
listbase_header_read(const uint8_t buf[LISTBASE_HEADER],
    struct list_info *info, uint64_t *tail)
{

	memset(info, 0, sizeof(*info));
	if (memcmp(buf, magic, sizeof(magic)) != 0)
		return ("not a built list");
	if (little_get64(buf + 120) != XXH3_64bits(buf, 120))
		return ("its header is damaged");
	info->subject = little_get32(buf + 8);
	info->epoch = little_get32(buf + 12);
	info->version = little_get32(buf + 16);
	info->bits = little_get32(buf + 20);
	info->count = little_get64(buf + 24);
	memcpy(info->root, buf + 32, sizeof(info->root));
	memcpy(info->id, buf + 64, sizeof(info->id));
	*tail = little_get64(buf + 112);
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

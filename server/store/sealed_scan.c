#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sealed_scan.h"

/* Write a big-endian number. */
void
sealed_put64(uint8_t *p, uint64_t v)
{
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

/* Read a big-endian number. */
uint64_t
sealed_get64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return (v);
}

/* Write a record. */
size_t
sealed_record_write(uint8_t *out, int kind, uint64_t id, uint64_t key,
    const uint8_t *data, size_t len)
{
	size_t head = kind == SEALED_KEY ? 8 : 16, body = head + len;

	out[0] = (uint8_t)(body >> 24);
	out[1] = (uint8_t)(body >> 16);
	out[2] = (uint8_t)(body >> 8);
	out[3] = (uint8_t)body;
	out[4] = (uint8_t)kind;
	sealed_put64(out + SEALED_HEAD, id);
	if (kind != SEALED_KEY)
		sealed_put64(out + SEALED_HEAD + 8, kind == SEALED_IDENTITY ?
		    key : 0);
	if (kind == SEALED_ERASED)
		memset(out + SEALED_HEAD + head, 0, len);
	else
		memcpy(out + SEALED_HEAD + head, data, len);
	sealed_put64(out + SEALED_HEAD + body, XXH3_64bits(out, SEALED_HEAD +
	    body));
	return (SEALED_HEAD + body + SEALED_CHECK);
}

/* Read the frame at p, of which n bytes are there; return its size or 0. */
static size_t
frame(struct sealed_record *r, const uint8_t *p, size_t n)
{
	size_t body, head;

	if (n < SEALED_HEAD + 8 + SEALED_CHECK)
		return (0);
	body = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	    p[3];
	r->kind = p[4];
	head = r->kind == SEALED_KEY ? 8 : 16;
	if (r->kind < SEALED_KEY || r->kind > SEALED_ERASED || body <= head ||
	    body > (r->kind == SEALED_KEY ? head + SEALED_CMS_MAX :
	    SEALED_BODY_MAX) || n < SEALED_HEAD + body + SEALED_CHECK)
		return (0);
	r->size = SEALED_HEAD + body + SEALED_CHECK;
	r->id = sealed_get64(p + SEALED_HEAD);
	r->key = r->kind == SEALED_IDENTITY ?
	    sealed_get64(p + SEALED_HEAD + 8) : 0;
	r->data = p + SEALED_HEAD + head;
	r->len = body - head;
	r->whole = sealed_get64(p + SEALED_HEAD + body) ==
	    XXH3_64bits(p, SEALED_HEAD + body);
	return (r->size);
}

/* Have the bytes at off, two records' worth where the file has them. */
static const uint8_t *
at(struct sealed_scan *s, uint64_t off, size_t *n)
{
	uint64_t left = s->size - off;
	ssize_t got;

	*n = left < (uint64_t)2 * SEALED_RECORD_MAX ? (size_t)left :
	    2 * SEALED_RECORD_MAX;
	if (off < s->base || off + *n > s->base + s->have) {
		got = disk_read(s->disk, s->fd, s->window,
		    left < sizeof(s->window) ? (size_t)left :
		    sizeof(s->window), off);
		if (got == -1)
			return (NULL);
		s->base = off;
		s->have = (size_t)got;
		if (*n > s->have)
			*n = s->have;
	}
	return (s->window + (off - s->base));
}

/* Begin to read. */
struct sealed_scan *
sealed_scan_new(const struct disk *disk, int fd)
{
	struct sealed_scan *s;
	const uint8_t *p;
	size_t n;

	if ((s = malloc(sizeof(*s))) == NULL)
		return (NULL);
	memset(s, 0, offsetof(struct sealed_scan, window));
	s->disk = disk;
	s->fd = fd;
	if (disk->size(disk->ctx, fd, &s->size) != 0 ||
	    (p = at(s, 0, &n)) == NULL) {
		free(s);
		return (NULL);
	}
	s->magic = n >= SEALED_MAGIC_LEN &&
	    memcmp(p, SEALED_MAGIC, SEALED_MAGIC_LEN) == 0;
	s->off = s->good = s->magic ? SEALED_MAGIC_LEN : 0;
	return (s);
}

/*
 * Does a frame without a right check stand right between its neighbours?  Not when
 * its length is what is damaged and it swallows good records.
 */
static int
between(const struct sealed_scan *s, const struct sealed_record *r,
    const uint8_t *p, size_t n)
{
	struct sealed_record next;
	size_t i;

	if (s->off != s->good || (s->off == 0 && !s->magic))
		return (0);
	for (i = 1; i < r->size; i++)
		if (frame(&next, p + i, n - i) != 0 && next.whole)
			return (0);
	if (s->off + r->size == s->size)
		return (r->kind == SEALED_ERASED);
	return (frame(&next, p + r->size, n - r->size) != 0 && next.whole);
}

/* Find the next record. */
int
sealed_scan_next(struct sealed_scan *s, struct sealed_record *r)
{
	const uint8_t *p;
	size_t n;

	for (; s->off < s->size; s->off++) {
		if ((p = at(s, s->off, &n)) == NULL)
			return (-1);
		if (n == 0)
			break;
		if (frame(r, p, n) == 0 ||
		    (!r->whole && !between(s, r, p, n)))
			continue;
		if (!s->damage && (s->off != s->good || (!r->whole &&
		    r->kind != SEALED_ERASED))) {
			s->damage = 1;
			s->damaged = s->good;
		}
		r->off = s->off;
		s->off += r->size;
		s->good = s->off;
		return (1);
	}
	return (0);
}

#ifndef LIANGKA_LITTLE_H_
#define LIANGKA_LITTLE_H_

/*
 * Numbers as they stand in files: little-endian, at any address.
 */

#include <stdint.h>

/**
 * little_put32(p, v), little_put64(p, v): Write 4 or 8 bytes.  little_get32(p),
 * little_get64(p): read them.
 */
static inline void
little_put32(uint8_t *p, uint32_t v)
{

	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline void
little_put64(uint8_t *p, uint64_t v)
{

	little_put32(p, (uint32_t)v);
	little_put32(p + 4, (uint32_t)(v >> 32));
}

static inline uint32_t
little_get32(const uint8_t *p)
{

	return ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24);
}

static inline uint64_t
little_get64(const uint8_t *p)
{

	return ((uint64_t)little_get32(p) |
	    (uint64_t)little_get32(p + 4) << 32);
}

#endif /* !LIANGKA_LITTLE_H_ */

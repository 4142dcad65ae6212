#ifndef LIANGKA_SHARED_H_
#define LIANGKA_SHARED_H_

/*
 * Who used one contact phone, address, device, agent or employer lately: the most
 * recent distinct persons, ordered by when they last did.  A count saturates at
 * SHARED_MAX + 1, which is far above anything a rule asks for.
 *
 * Pure; a list is an array of its owner's with room for SHARED_MAX.
 */

#include <stddef.h>
#include <stdint.h>

#define SHARED_MAX 64

/* Whose use is counted, and the first byte of the record's key. */
enum shared_kind {
	SHARED_PHONE = 1,
	SHARED_ADDRESS,
	SHARED_DEVICE,
	SHARED_AGENT,
	SHARED_EMPLOYER,
	SHARED_KINDS
};

struct shared_use {
	uint64_t person;	/* first 8 bytes of the person's token */
	uint32_t at;		/* UTC seconds */
	uint32_t spare;
};

/* A list as it is read. */
struct shared {
	const struct shared_use *use;
	size_t n;
};

/**
 * shared_note(list, n, person, at): Note that the person used it at `at`.  Where there
 * is no room the one longest ago goes.  Return the new number.
 */
size_t shared_note(struct shared_use list[SHARED_MAX], size_t n,
    uint64_t person, uint32_t at);

/**
 * shared_count(s, person, now, window): Return how many distinct persons used it within
 * (now - window, now], `person`, who does so now, included.
 */
size_t shared_count(const struct shared *s, uint64_t person, int64_t now,
    int32_t window);

#endif /* !LIANGKA_SHARED_H_ */

#ifndef LIANGKA_CAMPAIGNS_IMPL_H_
#define LIANGKA_CAMPAIGNS_IMPL_H_

/*
 * Campaigns in memory: all of them, and beside these what a check looks at first of the
 * approved ones.
 */

#include "campaigns.h"

struct campaigns_live {
	int32_t from, until;
	uint32_t products;
	uint32_t at;
};

struct campaigns {
	struct campaign *v;
	size_t n, room;
	struct campaigns_live *live; /* approved, in the order of the file */
	size_t nlive;
};

#endif /* !LIANGKA_CAMPAIGNS_IMPL_H_ */

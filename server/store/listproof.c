#include "keys/sha256.h"

#include "listproof.h"
#include "listrun.h"
#include "merkle.h"

/*
 * Order and place of the records are looked at, not only their hash: a root may be of a
 * list that nobody would build.
 */
int
listproof_check(const struct listproof *p, const struct token *t,
    const uint8_t root[32], struct listrec *r)
{
	const struct listrec *found;
	uint8_t leaf[SHA256_LEN];
	uint32_t bucket;

	if (p->bits > LIST_BITS_MAX || p->hashes != p->bits)
		return (-1);
	bucket = listrec_bucket(t, p->bits);
	for (size_t i = 0; i < p->n; i++)
		if (listrec_bucket(&p->r[i].token, p->bits) != bucket ||
		    (listrec_flags(&p->r[i]) & LISTREC_GONE) != 0)
			return (-1);
	if (listrun_ascends(p->r, p->n) != p->n)
		return (-1);
	sha256_leaf(leaf, p->r, p->n * sizeof(*p->r));
	if (merkle_check_inclusion(leaf, bucket, (uint64_t)1 << p->bits, root,
	    p->hash, p->hashes) != 0)
		return (-1);
	if ((found = listrun_find(p->r, p->n, t, p->bits)) == NULL)
		return (0);
	*r = *found;
	return (1);
}

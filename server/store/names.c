#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "names.h"
#include "records.h"
#include "state.h"

#define FULL_MAX 80 /* class, scope, separator, name */

struct names {
	char **text;		/* full names, by number - 1 */
	uint32_t n;
	uint32_t cap;
	uint32_t *slot;		/* open addressing: number, 0 = free */
	uint32_t nslots;	/* a power of two, at least twice n */
};

/* Write a full name: class, scope, unit separator, name. */
static size_t
full_name(char buf[FULL_MAX], int class, const char *scope, const char *name)
{
	size_t m = strlen(scope), n = strlen(name);

	if (m + n + 3 > FULL_MAX)
		return (0);
	buf[0] = (char)class;
	memcpy(&buf[1], scope, m);
	buf[1 + m] = '\x1f';
	memcpy(&buf[2 + m], name, n + 1);
	return (2 + m + n);
}

/* Find the slot where a full name is or would be. */
static uint32_t
find_slot(const struct names *n, const char *full, size_t len)
{
	uint32_t i, mask = n->nslots - 1;

	for (i = (uint32_t)XXH3_64bits(full, len) & mask; n->slot[i] != 0;
	    i = (i + 1) & mask)
		if (strcmp(n->text[n->slot[i] - 1], full) == 0)
			break;
	return (i);
}

/* Make room for one more name. */
static int
grow(struct names *n)
{
	uint32_t cap = n->cap ? n->cap * 2 : 256, *slot, i;
	char **text;

	if (n->n < n->cap)
		return (0);
	if ((text = realloc(n->text, cap * sizeof(*text))) == NULL)
		return (-1);
	n->text = text;
	if ((slot = calloc(cap * 2, sizeof(*slot))) == NULL)
		return (-1);
	free(n->slot);
	n->slot = slot;
	n->nslots = cap * 2;
	n->cap = cap;
	for (i = 0; i < n->n; i++)
		n->slot[find_slot(n, n->text[i], strlen(n->text[i]))] = i + 1;
	return (0);
}

/* Add a full name that is not there yet. */
static uint32_t
add(struct names *n, const char *full, size_t len)
{
	char *copy;

	if (grow(n) != 0 || (copy = malloc(len + 1)) == NULL)
		return (0);
	memcpy(copy, full, len);
	copy[len] = '\0';
	n->slot[find_slot(n, copy, len)] = n->n + 1;
	n->text[n->n++] = copy;
	return (n->n);
}

/* Take one stored name; they come in the order of their numbers. */
static int
load_one(void *arg, const struct state_record *r)
{
	struct names *n = arg;
	char full[FULL_MAX];

	if (r->len >= FULL_MAX)
		return (1);
	memcpy(full, r->value, r->len);
	full[r->len] = '\0';
	return (add(n, full, r->len) == 0);
}

/* Read all names. */
struct names *
names_load(struct state *s)
{
	struct names *n;

	if ((n = calloc(1, sizeof(*n))) == NULL)
		return (NULL);
	if (grow(n) != 0 || state_each(s, RECORD_NAME, load_one, n) != 0) {
		names_free(n);
		return (NULL);
	}
	return (n);
}

/* Free all names. */
void
names_free(struct names *n)
{
	uint32_t i;

	if (n == NULL)
		return;
	for (i = 0; i < n->n; i++)
		free(n->text[i]);
	free(n->text);
	free(n->slot);
	free(n);
}

/* Find a name. */
uint32_t
names_find(const struct names *n, int class, const char *scope,
    const char *name)
{
	char full[FULL_MAX];
	size_t len;

	if ((len = full_name(full, class, scope, name)) == 0)
		return (0);
	return (n->slot[find_slot(n, full, len)]);
}

/* Find a name or give it the next number. */
uint32_t
names_intern(struct names *n, struct state *s, uint64_t seq, int class,
    const char *scope, const char *name)
{
	char full[FULL_MAX];
	uint8_t key[4];
	uint32_t id;
	size_t len;
	void *v;

	if ((len = full_name(full, class, scope, name)) == 0)
		return (0);
	if ((id = n->slot[find_slot(n, full, len)]) != 0)
		return (id);
	id = n->n + 1;
	key[0] = (uint8_t)(id >> 24);
	key[1] = (uint8_t)(id >> 16);
	key[2] = (uint8_t)(id >> 8);
	key[3] = (uint8_t)id;
	if ((v = state_put(s, RECORD_NAME, key, 4, seq, len)) == NULL)
		return (0);
	memcpy(v, full, len);
	return (add(n, full, len));
}

/* Return a name without class and scope. */
const char *
names_text(const struct names *n, uint32_t id)
{

	if (id == 0 || id > n->n)
		return ("");
	return (strchr(n->text[id - 1], '\x1f') + 1);
}

#ifndef LIANGKA_NAMES_H_
#define LIANGKA_NAMES_H_

/*
 * Interned names: institutions, outlets and policies as small numbers.  Numbers
 * are given 1, 2, 3 … in journal order by apply(), so they are the same after
 * every rebuild.  Names are written before whatever refers to them, in the order
 * of their numbers, so a checkpoint cut short holds a first part of them and
 * replay gives the rest the numbers they had.
 */

#include <stddef.h>
#include <stdint.h>

struct names;
struct state;

#define NAME_INST 'i'
#define NAME_OUTLET 'o'
#define NAME_POLICY 'p'
#define NAME_STAFF 's'

/**
 * names_load(s): Read all names of the state s.  Return them, or NULL when
 * memory or the state fails.
 */
struct names *names_load(struct state *s);

/**
 * names_free(n): Free n; NULL is allowed.
 */
void names_free(struct names *n);

/**
 * names_find(n, class, scope, name): Return the number of a name, or 0.  scope is
 * the institution of an outlet, else "".
 */
uint32_t names_find(const struct names *n, int class, const char *scope,
    const char *name);

/**
 * names_intern(n, s, seq, class, scope, name): The same, giving it the next
 * number when it is new.  Return 0 when the state or memory fails.
 */
uint32_t names_intern(struct names *n, struct state *s, uint64_t seq,
    int class, const char *scope, const char *name);

/**
 * names_text(n, id): Return the name itself without class and scope; "" for an
 * unknown number.
 */
const char *names_text(const struct names *n, uint32_t id);

#endif /* !LIANGKA_NAMES_H_ */
